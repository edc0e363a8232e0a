/*
 * http.h - fetch URLs (http, https, file), several at once; the only code that talks to a network.
 */
#ifndef PL_SUPPLY_HTTP_H
#define PL_SUPPLY_HTTP_H

#include "base/bytes.h"
#include "base/status.h"

struct pl_http;

struct pl_http_options {
    uint32_t timeout_ms; /* to connect, and without progress; 0 is 30,000 */
    void (*progress)(void *ctx, const char *what, uint64_t done_bytes,
                     uint64_t total_bytes); /* may be NULL */
    void *ctx;
    void (*pause)(
        bool is_begin); /* around each wait, in which this thread holds no lock of any library; may be NULL */
};

#define PL_HTTP_HEADER_BYTES 256u

/* One transfer. Inputs are borrowed until pl_http_run() returns. */
struct pl_http_get {
    const char *url;
    const char *what;          /* short name for progress */
    uint64_t max_bytes;        /* more is PL_E_LIMIT, and the transfer stops there */
    const char *etag;          /* ask only for what changed since; NULL or "" asks without condition */
    const char *last_modified; /* the same */
    /* Takes the body in pieces. A status other than PL_OK ends the transfer and is its status. */
    pl_status (*write)(void *ctx, pl_bytes part, struct pl_err *err);
    /* Called before a second try: forget what was written. */
    pl_status (*restart)(void *ctx, struct pl_err *err);
    void *ctx;

    /* Results. */
    pl_status
        status; /* PL_E_NOT_FOUND: the server has no such thing; PL_E_NETWORK; PL_E_LIMIT; or of write() */
    struct pl_err err;
    bool is_not_modified; /* nothing was written */
    uint64_t got_bytes;
    char new_etag[PL_HTTP_HEADER_BYTES]; /* "" when not given or too long */
    char new_last_modified[PL_HTTP_HEADER_BYTES];
};

PL_MUST_USE pl_status pl_http_open(const struct pl_http_options *options, struct pl_http **out,
                                   struct pl_err *err);
void pl_http_close(struct pl_http *h); /* accepts NULL */
/* Transfers that are not done at that moment of the monotonic clock end with PL_E_LIMIT, and name the seconds; 0: no such moment. */
void pl_http_set_deadline(struct pl_http *h, uint64_t deadline_ns, uint32_t seconds);

/*
 * Run all transfers, a few at a time, each tried up to three times when the failure may pass; look at each one's status.
 * Proxies are taken from the environment as curl does. One thread at a time.
 */
void pl_http_run(struct pl_http *h, struct pl_http_get *gets, size_t n);

#endif
