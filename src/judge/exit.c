/*
 * exit.c - exit codes and their names.
 */
#include "plumbline/policy.h"

const char *pl_exit_name(enum pl_exit code)
{
    switch (code) {
    case PL_EXIT_PASS: return "pass";
    case PL_EXIT_FAIL: return "fail";
    case PL_EXIT_USAGE: return "usage";
    case PL_EXIT_INCONCLUSIVE: return "inconclusive";
    case PL_EXIT_INPUT: return "input";
    case PL_EXIT_NETWORK: return "network";
    case PL_EXIT_TRUST: return "trust";
    case PL_EXIT_BUG: break;
    }
    return "bug";
}

enum pl_exit pl_exit_of_status(pl_status st)
{
    switch (st) {
    case PL_OK: return PL_EXIT_PASS;
    case PL_E_USAGE: return PL_EXIT_USAGE;
    case PL_E_INPUT:
    case PL_E_IO:
    case PL_E_NOT_FOUND:
    case PL_E_UNSUPPORTED: return PL_EXIT_INPUT;
    case PL_E_LIMIT:
    case PL_E_NOMEM: return PL_EXIT_INCONCLUSIVE;
    case PL_E_NETWORK: return PL_EXIT_NETWORK;
    case PL_E_TRUST: return PL_EXIT_TRUST;
    case PL_E_BUG: break;
    }
    return PL_EXIT_BUG;
}

enum pl_exit pl_exit_combine(const enum pl_exit *codes, size_t n)
{
    enum pl_exit result = PL_EXIT_PASS;
    if (n == 1)
        return codes[0];
    for (size_t i = 0; i < n; i++) {
        if (codes[i] == PL_EXIT_TRUST)
            return codes[i];
        if (codes[i] == PL_EXIT_BUG)
            result = PL_EXIT_BUG;
        else if (codes[i] == PL_EXIT_FAIL && result != PL_EXIT_BUG)
            result = PL_EXIT_FAIL;
        else if (codes[i] != PL_EXIT_PASS && result == PL_EXIT_PASS)
            result = PL_EXIT_INCONCLUSIVE;
    }
    return result;
}

const char *pl_version(void)
{
    return PL_VERSION;
}
