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

#endif
