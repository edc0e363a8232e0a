/*
 * debian.h - asking this machine's apt archives for a package or a source. Only for files of supply/.
 */
#ifndef PL_SUPPLY_DEBIAN_H
#define PL_SUPPLY_DEBIAN_H

#include "supply/apt_index.h"

/* Empty parts are not asked for. */
struct pl_debian_want {
    pl_bytes publisher; /* the release's Origin, in lower case: "debian" */
    pl_bytes name;
    pl_bytes version;
    pl_bytes arch; /* of packages; empty is this machine's. Packages of architecture all always count */
    bool is_source;
    bool needs_source_too;   /* the question after this one is for its source */
    bool takes_nearest;      /* another version will do when that one is not there */
    const pl_sha256 *digest; /* when one of several of the same version has it, that one; may be NULL */
};

/* A stanza of a signed index. Views of the index, valid as long as the supply. */
struct pl_debian_hit {
    const struct pl_apt_index *index;
    struct pl_deb822 fields;
    pl_bytes version;
    pl_bytes arch; /* empty for sources */
    bool is_exact; /* the version is the one asked for, or none was */
};

/*
 * The highest version that fits. PL_E_NOT_FOUND, or why the archives could not be asked (PL_E_NETWORK, PL_E_TRUST, PL_E_IO).
 */
PL_MUST_USE pl_status pl_debian_find(struct pl_supply *s, const struct pl_debian_want *want,
                                     struct pl_debian_hit *out, struct pl_err *err);

/* URL of a file of the archive that `path` names relative to its root; in `arena`. PL_E_TRUST for a path that leaves the root. */
PL_MUST_USE pl_status pl_debian_url(const struct pl_release *release, pl_bytes path, struct pl_arena *arena,
                                    const char **url, struct pl_err *err);

/* "pkg:deb/debian/xz-utils@5.4.1-1?arch=amd64" of a package that was found; in `arena`, NULL when it has no room. */
const char *pl_debian_purl(struct pl_arena *arena, const struct pl_debian_hit *hit);

/*
 * Each index that may answer `want` and could be read, loaded, in the order of the machine's sources. `each` may end it with a status other
 * than PL_OK.
 */
PL_MUST_USE pl_status pl_debian_indices(struct pl_supply *s, const struct pl_debian_want *want, void *ctx,
                                        pl_status (*each)(void *ctx, struct pl_apt_index *ix,
                                                          struct pl_err *err),
                                        struct pl_err *err);

/*
 * A digest over the machine's sources and their signed release files: whatever the indices say is the same as long as this is. Loads the releases when
 * that was not done yet.
 */
PL_MUST_USE pl_status pl_debian_state(struct pl_supply *s, pl_sha256 *out, struct pl_err *err);

/* The architecture that counts for packages of `want`. Only behind a question that was answered. */
pl_bytes pl_debian_arch(const struct pl_supply *s, const struct pl_debian_want *want);

#endif
