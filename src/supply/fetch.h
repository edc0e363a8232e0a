/*
 * fetch.h - bytes whose digest is known, from the cache or from one of several URLs.
 */
#ifndef PL_SUPPLY_FETCH_H
#define PL_SUPPLY_FETCH_H

#include "supply/supplier.h"

#define PL_FETCH_URLS 2

struct pl_fetch {
    const char *what; /* for progress and messages: "xz-utils_5.4.1-1_amd64.deb" */
    pl_sha256 digest;
    uint64_t size;                   /* bytes, as the index has it */
    const char *urls[PL_FETCH_URLS]; /* tried in order, the next one when the server does not have it */
    size_t n_urls;
    bool to_memory; /* not kept in the cache: `memory` holds the bytes */

    /* Results; the caller closes blob and resets memory. */
    pl_status status;
    struct pl_err err;
    struct pl_mapping blob;
    struct pl_buf memory;
    const char *used_url; /* borrowed from urls; NULL when it came from the cache */
};

/*
 * Get all; look at each one's status. PL_E_TRUST: the server gave other bytes (they are not kept). PL_E_NETWORK: also for a miss when
 * offline. PL_E_IO: the cache cannot be written.
 */
void pl_fetch_run(struct pl_supply *s, struct pl_fetch *fetches, size_t n);

#endif
