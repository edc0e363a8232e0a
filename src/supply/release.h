/*
 * release.h - the signed file at the top of an apt archive: InRelease, or Release with Release.gpg.
 */
#ifndef PL_SUPPLY_RELEASE_H
#define PL_SUPPLY_RELEASE_H

#include "supply/apt_sources.h"

/* One per apt source. */
struct pl_release {
    const struct pl_apt_source *source;
    const char *base_url; /* what paths in it are relative to; ends in '/' */

    pl_status status; /* PL_OK: signed and usable; else why not */
    struct pl_err err;
    bool is_deferred; /* it failed a short while ago and was not tried this time */

    struct pl_arena arena; /* holds what follows; pl_release_close() resets it */
    const char *url;       /* of the signed file */
    pl_sha256 sha256;      /* of the signed file as it came */
    const char *signer;    /* fingerprint */
    pl_bytes text;         /* what was signed */
    pl_bytes origin;       /* "Debian" */
    pl_bytes digests;      /* value of the SHA256 field */
    pl_bytes expired;      /* value of Valid-Until when that has passed, else empty */
    bool has_by_hash;
    bool has_all_apart; /* packages of architecture all may stand in binary-all alone */
};

/*
 * Make one release per source, and get each from cache or network and check its signature. Those that cannot be had or trusted are
 * logged and say so in their status; only trouble with memory or the cache is returned. With `again`, those that are
 * deferred are tried now, and nothing else is done.
 */
PL_MUST_USE pl_status pl_release_load(struct pl_supply *s, struct pl_release *releases, size_t n, bool again,
                                      struct pl_err *err);

/* Frees what the texts are in; the release must have been loaded or be zeroed. */
void pl_release_close(struct pl_release *r);

/* Digest and size of a file that the release lists; false when it does not list it. */
bool pl_release_find(const struct pl_release *r, const char *path, pl_sha256 *digest, uint64_t *size_bytes);

#endif
