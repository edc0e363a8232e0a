/*
 * npm_plan.h - which packages are wanted, in which versions: a queue over the pins of a lock file.
 *
 * Without a lock file the newest version of what manifests name is wanted. Nothing is fetched here.
 */
#ifndef PL_PIPELINE_NPM_PLAN_H
#define PL_PIPELINE_NPM_PLAN_H

#include "base/arena.h"
#include "base/wire.h"
#include "format/text/npm_lock.h"

#define PL_NPM_MAX_PACKAGES 640u /* trees of dependencies */

enum pl_npm_pin_state { PL_NPM_UNWANTED, PL_NPM_WANTED, PL_NPM_DONE };

struct pl_npm_pin {
    struct pl_npm_locked locked;
    size_t order; /* in the lock file, which begins with what is shared */
    enum pl_npm_pin_state state;
    bool is_tool;   /* of a bundler: what it depends on in turn is in no bundle */
    bool is_hinted; /* the package alone names it: the source does not ask for it */
};

struct pl_npm_plan {
    struct pl_arena *arena;
    const char *subject; /* name of the package that is checked: it is never wanted */
    pl_bytes manifest;   /* package.json of the source */
    struct pl_npm_lock lock;
    struct pl_npm_pin *pins; /* sorted by name, then in the order of the lock file */
    size_t n_pins;
    size_t *queue; /* pins in the order in which they became wanted */
    size_t n_queue;
    bool are_tools;            /* what is wanted now */
    bool is_hinted;            /* likewise, by what the package says */
    bool is_closing;           /* what is wanted now is what a dependency names */
    bool is_unlocked;          /* the source has no lock file */
    struct pl_wire_out *told;  /* what becomes wanted is written down there, too; or NULL */
    PL_VEC(pl_bytes) unlocked; /* asked for by the source, and not in its lock file */
};

/* `p` holds arena, subject and manifest. `lock`: text of the lock file, NULL for none. Reset in every case. */
PL_MUST_USE pl_status pl_npm_plan_begin(struct pl_npm_plan *p, const pl_bytes *lock, struct pl_err *err);
void pl_npm_plan_reset(struct pl_npm_plan *p);

/* Does package.json of the source name it as a dependency, of programs or of development? */
bool pl_npm_is_declared(const struct pl_npm_plan *p, pl_bytes name);
bool pl_npm_is_subject(const struct pl_npm_plan *p, pl_bytes package);
/* Add the first `versions` versions of a package to the queue; false when the lock file has none. */
bool pl_npm_want(struct pl_npm_plan *p, pl_bytes name, size_t versions);
/* The members of one list of a manifest. Those that have to be there are noted in `unlocked` when the lock file lacks them. */
PL_MUST_USE pl_status pl_npm_want_list(struct pl_npm_plan *p, pl_bytes manifest, const char *list,
                                       bool has_to_be, struct pl_err *err);
/* What a dependency depends on; `manifest` is its own. */
PL_MUST_USE pl_status pl_npm_want_its_own(struct pl_npm_plan *p, const struct pl_npm_pin *pin,
                                          pl_bytes manifest, struct pl_err *err);

#endif
