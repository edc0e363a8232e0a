/*
 * supplier.h - what suppliers share: the row of the table, and the supply they work for. Only for files of supply/.
 */
#ifndef PL_SUPPLY_SUPPLIER_H
#define PL_SUPPLY_SUPPLIER_H

#include "supply/cache.h"
#include "supply/http.h"
#include "supply/supply.h"

struct pl_debian;

/* One way to get packages. */
struct pl_supplier {
    const char *purl_type;
    pl_status (*fetch)(struct pl_supply *s, const struct pl_purl *purl, struct pl_supplied **out,
                       struct pl_err *err);
    /* A digest over all that the publisher's index says of that version and its source; without the package itself. */
    pl_status (*fingerprint)(struct pl_supply *s, const struct pl_purl *purl, pl_sha256 *out,
                             struct pl_err *err);
    /* NULL when nobody asks. */
    pl_status (*versions)(struct pl_supply *s, const struct pl_purl *purl, struct pl_arena *arena,
                          pl_bytes *out, size_t max, size_t *n, struct pl_err *err);
};

struct pl_supply {
    struct pl_supply_options options; /* texts are in the arena */
    struct pl_arena arena;            /* lives as long as the supply */
    bool prefers_kept;                /* documents that do not change are taken from the cache */
    struct pl_cache *cache;
    struct pl_http *http;
    struct pl_debian *debian; /* NULL until the first question about Debian */
    uint64_t deadline_ns;     /* 0: none */
    uint32_t deadline_seconds;
};

void pl_supply_log(struct pl_supply *s, enum pl_severity severity, const char *fmt, ...) PL_PRINTF(3, 4);

/* What pl_supplied_free() frees: a result with an arena and mappings of its own. */
struct pl_supplied_whole {
    struct pl_supplied public; /* first, so that the public pointer is this one */
    struct pl_arena arena;
    struct pl_mapping package;
    struct pl_mapping *files; /* of the artifacts */
    size_t n_files;
};

/* An empty result with room for steps. */
PL_MUST_USE pl_status pl_supplied_new(size_t max_steps, struct pl_supplied_whole **out, struct pl_err *err);

void pl_debian_close(struct pl_debian *d); /* accepts NULL */

#endif
