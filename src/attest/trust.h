/*
 * trust.h - whose signatures count: a folder of public keys, each with a name and perhaps an end.
 *
 * One file a key, NAME.pem: lines "name: NAME" and "expires: YYYY-MM-DD" (may be missing), then the PEM block, which openssl reads as it is. A folder
 * or file that others may write is refused.
 */
#ifndef PL_ATTEST_TRUST_H
#define PL_ATTEST_TRUST_H

#include "attest/key.h"
#include "base/arena.h"
#include "base/vec.h"

#define PL_DATE_BYTES 11u /* "2027-06-01" with NUL */

struct pl_trusted {
    struct pl_key *key;          /* owned */
    const char *name;            /* NULL: named by file on the command line */
    char expires[PL_DATE_BYTES]; /* from that day on it counts no more; "" is never */
    bool is_expired;
};

struct pl_trust {
    struct pl_arena arena;
    PL_VEC(struct pl_trusted) list; /* sorted by name */
};

void pl_trust_reset(struct pl_trust *t);
/* The keys in these files, all without an end. */
PL_MUST_USE pl_status pl_trust_of_files(const char *const *paths, size_t n, struct pl_trust *out,
                                        struct pl_err *err);
/* All of a store; `today` is "2026-11-26". A store that is not there holds nothing. */
PL_MUST_USE pl_status pl_trust_of_store(const char *dir, const char *today, struct pl_trust *out,
                                        struct pl_err *err);
/* One file of a store, for those who have its bytes. */
PL_MUST_USE pl_status pl_trust_read_one(pl_bytes text, struct pl_arena *arena, struct pl_trusted *out,
                                        struct pl_err *err);

/* "2027-06-01": ten characters, a day that can be. */
bool pl_is_date(pl_bytes text);
/* The day of a time in seconds since 1970, in UTC; of now for 0. */
void pl_day_of(int64_t at_s, char out[PL_DATE_BYTES]);
/* The store's folder: `dir`, or $XDG_CONFIG_HOME/plumbline/trust, or ~/.config/plumbline/trust. In the arena. */
PL_MUST_USE pl_status pl_trust_folder(const char *dir, struct pl_arena *arena, const char **out,
                                      struct pl_err *err);

#endif
