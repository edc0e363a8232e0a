/*
 * status.c - filling in struct pl_err.
 */
#include "base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *pl_status_name(pl_status st)
{
    static const char *const names[] = {"ok",      "usage", "input",     "limit",       "io", "nomem",
                                        "network", "trust", "not-found", "unsupported", "bug"};
    unsigned i = (unsigned)-(int)st;
    return i < sizeof names / sizeof names[0] ? names[i] : "unknown";
}

static void begin(struct pl_err *err, pl_status st, uint64_t offset)
{
    err->status = st;
    err->offset = offset;
    err->subject[0] = '\0';
    err->hint[0] = '\0';
}

pl_status pl_fail(struct pl_err *err, pl_status st, uint64_t offset, const char *fmt, ...)
{
    if (err != NULL) {
        char text[PL_ERR_TEXT_BYTES]; /* the arguments may be texts of *err itself */
        va_list args;
        va_start(args, fmt);
        (void)vsnprintf(text, sizeof text, fmt, args);
        va_end(args);
        begin(err, st, offset);
        memcpy(err->text, text, sizeof text);
    }
    return st;
}

pl_status pl_fail_errno(struct pl_err *err, const char *fmt, ...)
{
    int saved = errno;
    pl_status st = saved == ENOMEM ? PL_E_NOMEM : PL_E_IO;
    if (err != NULL) {
        char text[PL_ERR_TEXT_BYTES]; /* the arguments may be texts of *err itself */
        va_list args;
        va_start(args, fmt);
        int n = vsnprintf(text, sizeof text, fmt, args);
        va_end(args);
        if (n > 0 && (size_t)n + 3 < sizeof text) {
            char words[128];
            (void)snprintf(text + n, sizeof text - (size_t)n, ": %s", strerror_r(saved, words, sizeof words));
        }
        begin(err, st, PL_NO_OFFSET);
        memcpy(err->text, text, sizeof text);
    }
    return st;
}

pl_status pl_fail_nomem(struct pl_err *err)
{
    return pl_fail(err, PL_E_NOMEM, PL_NO_OFFSET, "out of memory");
}

void pl_err_about(struct pl_err *err, const char *subject)
{
    if (err != NULL && err->subject[0] == '\0')
        (void)snprintf(err->subject, sizeof err->subject, "%s", subject);
}

void pl_err_hint(struct pl_err *err, const char *fmt, ...)
{
    if (err != NULL && err->hint[0] == '\0') {
        va_list args;
        va_start(args, fmt);
        (void)vsnprintf(err->hint, sizeof err->hint, fmt, args);
        va_end(args);
    }
}
