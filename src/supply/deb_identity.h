/*
 * deb_identity.h - what a .deb says of itself. A claim: it tells where to look, and proves nothing.
 */
#ifndef PL_SUPPLY_DEB_IDENTITY_H
#define PL_SUPPLY_DEB_IDENTITY_H

#include "base/arena.h"
#include "io/ask.h"
#include "model/limits.h"

#define PL_DEB_HELPERS 4u

/* A toolchain package whose templates the maintainer scripts were made from, or whose files were copied. */
struct pl_deb_helper {
    const char *package; /* static: "libdebhelper-perl" */
    pl_bytes version;    /* as the scripts name it; empty when they name none */
};

/* Texts live in the arena that was given. */
struct pl_deb_identity {
    pl_bytes package;
    pl_bytes version;
    pl_bytes architecture;
    pl_bytes source; /* of the Source field, else the package's name */
    pl_bytes source_version;
    pl_bytes
        built_using; /* sources that were linked in: "golang-1.19 (= 1.19.8-2), ..."; empty when it names none */
    struct pl_deb_helper helpers[PL_DEB_HELPERS];
    size_t n_helpers;
};

/*
 * Read the control member of a .deb and nothing else of it. PL_E_NOT_FOUND when `package` is no .deb or has no control file;
 * PL_E_INPUT when that is damaged. deb(5), deb-control(5).
 */
PL_MUST_USE pl_status pl_deb_identify(pl_bytes package, const struct pl_limits *limits,
                                      struct pl_arena *arena, struct pl_deb_identity *out,
                                      struct pl_err *err);

/* The same in a process that `ask` describes, of which only `limits`, `forking` and `is_here` are looked at. */
PL_MUST_USE pl_status pl_deb_identify_apart(pl_bytes package, const struct pl_ask *ask,
                                            struct pl_arena *arena, struct pl_deb_identity *out,
                                            struct pl_err *err);

#endif
