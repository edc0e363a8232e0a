/*
 * status.h - filling in struct pl_err, in one line each.
 */
#ifndef PL_BASE_STATUS_H
#define PL_BASE_STATUS_H

#include "plumbline/status.h"

#include <stddef.h>

/*
 * Record why and where, and return `st`, so that failing is one line:
 * return pl_fail(err, PL_E_INPUT, at, "ar: member header cut short");
 * Clears subject and hint. `offset` is a byte of the subject or PL_NO_OFFSET.
 */
pl_status pl_fail(struct pl_err *err, pl_status st, uint64_t offset, const char *fmt, ...) PL_PRINTF(4, 5);

/* The same for a failed system call: appends the text of errno; PL_E_NOMEM for ENOMEM, else PL_E_IO. */
pl_status pl_fail_errno(struct pl_err *err, const char *fmt, ...) PL_PRINTF(2, 3);

/* PL_E_NOMEM with the standard words. */
pl_status pl_fail_nomem(struct pl_err *err);

/* Name what the error is about, unless a callee already did. */
void pl_err_about(struct pl_err *err, const char *subject);

/* Say what to do about it, unless a callee already did. */
void pl_err_hint(struct pl_err *err, const char *fmt, ...) PL_PRINTF(2, 3);

#endif
