/*
 * npm_lock.h - which versions of which packages a lock file of npm, yarn or pnpm names.
 */
#ifndef PL_FORMAT_TEXT_NPM_LOCK_H
#define PL_FORMAT_TEXT_NPM_LOCK_H

#include "base/bytes.h"
#include "base/status.h"
#include "base/vec.h"

/* Views of the text. */
struct pl_npm_locked {
    pl_bytes name;    /* "@scope/name", as programs import it */
    pl_bytes package; /* as the registry knows it: another one where the name is an alias */
    pl_bytes version;
};

struct pl_npm_lock {
    PL_VEC(struct pl_npm_locked)
    list; /* in the order of the file; the same package may be there more than once */
};

/* Is a file of that name a lock file? */
bool pl_npm_is_lock(pl_bytes basename);

/* Append what `text` names; what makes no sense is passed over. The caller frees list with PL_VEC_FREE. O(text) but for nested JSON, which is
 * read once a level, down to 8 levels. */
PL_MUST_USE pl_status pl_npm_lock_read(pl_bytes text, struct pl_npm_lock *out, struct pl_err *err);

#endif
