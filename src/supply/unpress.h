/*
 * unpress.h - one compressed stream to its plain bytes, piece by piece.
 */
#ifndef PL_SUPPLY_UNPRESS_H
#define PL_SUPPLY_UNPRESS_H

#include "base/bytes.h"
#include "base/status.h"
#include "io/ask.h"

enum pl_press { PL_PRESS_NONE, PL_PRESS_GZIP, PL_PRESS_XZ };

/*
 * Hand the plain bytes to write() in pieces. PL_E_INPUT: not such a stream, or cut short; PL_E_LIMIT: more than `max_bytes` come out; or what
 * write() returns.
 */
PL_MUST_USE pl_status pl_unpress(enum pl_press how, pl_bytes packed, uint64_t max_bytes,
                                 pl_status (*write)(void *ctx, pl_bytes part, struct pl_err *err), void *ctx,
                                 struct pl_err *err);

/* The same; the unpacking is done by a process as `ask` describes it, of which only `limits`, `forking` and `is_here` are looked at. */
PL_MUST_USE pl_status pl_unpress_apart(const struct pl_ask *ask, enum pl_press how, pl_bytes packed,
                                       uint64_t max_bytes,
                                       pl_status (*write)(void *ctx, pl_bytes part, struct pl_err *err),
                                       void *ctx, struct pl_err *err);

#endif
