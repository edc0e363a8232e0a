/*
 * apt_index.h - Packages and Sources: what an archive holds, stanza by stanza.
 */
#ifndef PL_SUPPLY_APT_INDEX_H
#define PL_SUPPLY_APT_INDEX_H

#include "format/text/deb822.h"
#include "supply/release.h"

/* One index of one release. */
struct pl_apt_index {
    const struct pl_release *release;
    const char *path; /* in the release: "main/binary-amd64/Packages" */
    const char
        *url; /* of the plain form when the release lists it, else of the packed one; NULL when it has none */
    pl_sha256 sha256; /* of that form, checked */
    bool is_loaded;   /* tried: status says how it went */
    pl_status status; /* PL_E_NOT_FOUND: the release has no such index */
    struct pl_err err;
    pl_bytes bytes; /* the whole index, as long as it is not closed */
    struct pl_mapping mapping;
    uint8_t *heap;
    uint32_t *places; /* where packages stand, by name; made when many questions come. */
    size_t n_places;  /* a power of two */
    unsigned questions;
};

/*
 * Load those that are not, each checked against its release, from the cache or the network. Returned is only trouble with memory; look
 * at each one's status.
 */
PL_MUST_USE pl_status pl_apt_index_load(struct pl_supply *s, struct pl_apt_index *const *indices, size_t n,
                                        struct pl_err *err);
void pl_apt_index_close(struct pl_apt_index *ix);

/*
 * The next stanza whose field Package is `name`, from byte *at on; false when there is none. *stanza is a view of the index without the
 * blank line after it. O(bytes) for the first few questions, O(1) for later ones.
 */
bool pl_apt_index_next(struct pl_apt_index *ix, pl_bytes name, size_t *at, pl_bytes *stanza);

#endif
