/*
 * apt_sources.h - where this machine gets its packages, as apt's configuration has it. sources.list(5).
 */
#ifndef PL_SUPPLY_APT_SOURCES_H
#define PL_SUPPLY_APT_SOURCES_H

#include "supply/openpgp.h"
#include "supply/supplier.h"

struct pl_apt_words {
    const char **v;
    size_t n;
};

/* One archive and suite. Packages imply sources (deb-src is not needed); deb-src alone gives sources alone. */
struct pl_apt_source {
    const char *where; /* "etc/apt/sources.list:3" */
    const char *uri;   /* ends in '/' */
    const char *suite; /* "bookworm"; ends in '/' for a flat archive */
    bool is_flat;
    bool has_packages;
    struct pl_apt_words components; /* none for a flat archive */
    struct pl_apt_words archs;      /* none: all */
    struct pl_openpgp_keys keys;
    const char *keys_text; /* for people: path of the keyring, "key in FILE" */
};

struct pl_apt_sources {
    struct pl_apt_source *v;
    size_t n;
};

/*
 * Read etc/apt/sources.list, and sources.list.d in order of names, under the apt root of `s`. What makes no sense or cannot be used is logged
 * and skipped. All in the supply's arena. Having none at all is no error here.
 */
PL_MUST_USE pl_status pl_apt_sources_read(struct pl_supply *s, struct pl_apt_sources *out,
                                          struct pl_err *err);

#endif
