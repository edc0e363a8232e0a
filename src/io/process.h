/*
 * process.h - run one program without a shell, feed it, and keep what it says.
 */
#ifndef PL_IO_PROCESS_H
#define PL_IO_PROCESS_H

#include "base/buf.h"

struct pl_process_want {
    const char *const *argv; /* argv[0] is looked up in PATH; ends in NULL */
    pl_bytes input;          /* becomes its standard input */
    uint32_t timeout_ms;     /* then it is killed: PL_E_IO. 0 waits for ever */
};

/*
 * Run it to its end. out[0], out[1] and out[2] take what it writes to file descriptors 1, 2 and 3, each up to its own maximum
 * (PL_E_LIMIT, and it is killed). *exit_code is 128 + the signal when one ended it. PL_E_NOT_FOUND: no such program.
 * The environment is handed on with LC_ALL=C. The caller owns the buffers, filled or not.
 */
PL_MUST_USE pl_status pl_process_run(const struct pl_process_want *want, struct pl_buf *const out[3],
                                     int *exit_code, struct pl_err *err);

#endif
