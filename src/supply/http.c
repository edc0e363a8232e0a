/*
 * http.c - transfers over libcurl.
 *
 * Nothing that comes in here is trusted: every caller checks a digest or a signature. So redirects are followed (five, within
 * http and https), and a body may be anything up to its maximum.
 */
#include "supply/http.h"

#include "base/size.h"
#include "io/clock.h"
#include "model/limits.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define TRIES               3
#define FIRST_PAUSE_US      150000u
#define DEFAULT_TIMEOUT_MS  30000u
#define MAX_CONNECT_MS      10000u
#define SLOWEST_BYTES_PER_S 1024L
#define MAX_REDIRECTS       5L
#define PARALLEL            4L

struct pl_http {
    struct pl_http_options options;
    CURLM *multi;
    uint64_t deadline_ns;
    uint32_t deadline_seconds;
};

/* One attempt. */
struct transfer {
    struct pl_http *http;
    struct pl_http_get *get;
    CURL *easy;
    struct curl_slist *headers;
    bool is_failed_status; /* the body is an error page */
    bool may_pass;         /* worth another try */
    bool is_concluded;
};

static void init_curl(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT); /* a failure shows as a NULL handle */
}

pl_status pl_http_open(const struct pl_http_options *options, struct pl_http **out, struct pl_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, init_curl); /* fails only on misuse */
    struct pl_http *h = calloc(1, sizeof *h);
    if (h == NULL)
        return pl_fail_nomem(err);
    h->options = *options;
    if (h->options.timeout_ms == 0)
        h->options.timeout_ms = DEFAULT_TIMEOUT_MS;
    h->multi = curl_multi_init();
    if (h->multi == NULL) {
        free(h);
        return pl_fail_nomem(err);
    }
    (void)curl_multi_setopt(h->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                            PARALLEL); /* an unknown option changes nothing */
    (void)curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, PARALLEL);
    *out = h;
    return PL_OK;
}

void pl_http_close(struct pl_http *h)
{
    if (h != NULL)
        (void)curl_multi_cleanup(h->multi); /* every easy handle is gone by then */
    free(h);
}

void pl_http_set_deadline(struct pl_http *h, uint64_t deadline_ns, uint32_t seconds)
{
    h->deadline_ns = deadline_ns;
    h->deadline_seconds = seconds;
}

static size_t on_body(char *p, size_t size, size_t count, void *ctx)
{
    struct transfer *t = ctx;
    struct pl_http_get *g = t->get;
    long code = 0;
    uint64_t total;
    size_t n = size * count;                                         /* size is always 1 */
    (void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &code); /* stays 0 for file: */
    if (code >= 300) {
        t->is_failed_status = true;
        return n;
    }
    if (!pl_add_u64(g->got_bytes, n, &total) || total > g->max_bytes) {
        g->status =
            pl_fail(&g->err, PL_E_LIMIT, g->max_bytes, "the server sends more than the %llu bytes expected",
                    (unsigned long long)g->max_bytes);
        return 0;
    }
    g->status = g->write(g->ctx, pl_bytes_of(p, n), &g->err);
    if (g->status != PL_OK)
        return 0;
    g->got_bytes = total;
    return n;
}

/* Copy the value of header `name` from `line`; too long a value is as good as none. */
static void take_header(pl_bytes line, const char *name, char out[PL_HTTP_HEADER_BYTES])
{
    size_t n = strlen(name);
    if (line.n <= n || line.p[n] != ':' || strncasecmp((const char *)line.p, name, n) != 0)
        return;
    pl_bytes value = pl_bytes_trim(pl_bytes_from(line, n + 1));
    out[0] = '\0';
    if (value.n < PL_HTTP_HEADER_BYTES && memchr(value.p, '\n', value.n) == NULL)
        (void)snprintf(out, PL_HTTP_HEADER_BYTES, "%.*s", PL_ARG(value));
}

static size_t on_header(char *p, size_t size, size_t count, void *ctx)
{
    struct transfer *t = ctx;
    pl_bytes line = pl_bytes_of(p, size * count);
    if (pl_bytes_starts(line, PL_LIT("HTTP/"))) { /* of the next answer after a redirect */
        t->get->new_etag[0] = '\0';
        t->get->new_last_modified[0] = '\0';
    }
    take_header(line, "ETag", t->get->new_etag);
    take_header(line, "Last-Modified", t->get->new_last_modified);
    return size * count;
}

static int on_progress(void *ctx, curl_off_t total, curl_off_t done, curl_off_t up_total, curl_off_t up_done)
{
    const struct transfer *t = ctx;
    const struct pl_http_options *o = &t->http->options;
    if (o->progress != NULL && done > 0)
        o->progress(o->ctx, t->get->what, (uint64_t)done, total > 0 ? (uint64_t)total : 0);
    return 0;
}

/* Every option of a transfer. An option that this libcurl does not know leaves its default, which is stricter or the same. */
static void configure(struct transfer *t)
{
    const struct pl_http_options *o = &t->http->options;
    uint32_t connect_ms = o->timeout_ms < MAX_CONNECT_MS ? o->timeout_ms : MAX_CONNECT_MS;
    uint64_t all_s = o->timeout_ms / 1000u + 1 + t->get->max_bytes / SLOWEST_BYTES_PER_S;
    CURL *c = t->easy;
    (void)curl_easy_setopt(c, CURLOPT_URL, t->get->url);
    (void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https,file");
    (void)curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    (void)curl_easy_setopt(c, CURLOPT_MAXREDIRS, MAX_REDIRECTS);
    (void)curl_easy_setopt(c, CURLOPT_USERAGENT, "plumbline/" PL_VERSION);
    (void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
    (void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, SLOWEST_BYTES_PER_S);
    (void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)(o->timeout_ms + 999u) / 1000);
    (void)curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)(all_s < 86400u ? all_s : 86400u));
    (void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
    (void)curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
    (void)curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    (void)curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    (void)curl_easy_setopt(c, CURLOPT_XFERINFODATA, t);
    (void)curl_easy_setopt(c, CURLOPT_PRIVATE, t);
}

static void add_condition(struct transfer *t, const char *header, const char *value)
{
    char line[PL_HTTP_HEADER_BYTES + 32];
    if (value == NULL || value[0] == '\0')
        return;
    (void)snprintf(line, sizeof line, "%s: %s", header, value);
    struct curl_slist *more = curl_slist_append(t->headers, line);
    if (more != NULL) /* without it the whole file comes, which is right too */
        t->headers = more;
}

static pl_status start(struct transfer *t, struct pl_http_get *get, struct pl_http *http)
{
    *t = (struct transfer){.http = http, .get = get, .easy = curl_easy_init()};
    get->got_bytes = 0;
    get->is_not_modified = false;
    get->new_etag[0] = get->new_last_modified[0] = '\0';
    get->status = PL_OK;
    if (t->easy == NULL)
        return pl_fail_nomem(&get->err);
    configure(t);
    add_condition(t, "If-None-Match", get->etag);
    add_condition(t, "If-Modified-Since", get->last_modified);
    (void)curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
    if (curl_multi_add_handle(http->multi, t->easy) != CURLM_OK)
        return pl_fail_nomem(&get->err);
    return PL_OK;
}

static bool may_pass(CURLcode code)
{
    return code == CURLE_OPERATION_TIMEDOUT || code == CURLE_PARTIAL_FILE || code == CURLE_GOT_NOTHING ||
           code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_HTTP2 ||
           code == CURLE_HTTP2_STREAM;
}

/* What became of one attempt; get->status is set already when our own write() refused. */
static void conclude(struct transfer *t, CURLcode result)
{
    struct pl_http_get *g = t->get;
    long code = 0;
    t->is_concluded = true;
    (void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &code); /* stays 0 for file: */
    if (g->status != PL_OK) {
        pl_err_about(&g->err, g->url);
        return;
    }
    if (result == CURLE_FILE_COULDNT_READ_FILE || code == 404 || code == 410) {
        g->status = pl_fail(&g->err, PL_E_NOT_FOUND, PL_NO_OFFSET, "the server does not have it");
    } else if (result != CURLE_OK) {
        g->status = pl_fail(&g->err, PL_E_NETWORK, PL_NO_OFFSET, "%s", curl_easy_strerror(result));
        t->may_pass = may_pass(result);
    } else if (code == 304 && t->headers != NULL) {
        g->is_not_modified = true;
    } else if (code >= 300) {
        g->status = pl_fail(&g->err, PL_E_NETWORK, PL_NO_OFFSET, "the server answers with status %ld", code);
        t->may_pass = code == 408 || code == 429 || code >= 500;
    }
    if (g->status != PL_OK)
        pl_err_about(&g->err, g->url);
}

static void reap(struct pl_http *h)
{
    int left;
    const CURLMsg *m;
    while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
        if (m->msg != CURLMSG_DONE)
            continue;
        char *private = NULL;
        (void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &private); /* configure() set it */
        conclude((struct transfer *)(void *)private, m->data.result);
    }
}

/* Until something happens, for a second at most. */
static CURLMcode wait_for_news(const struct pl_http *h)
{
    uint64_t now_ns = pl_clock_monotonic_ns();
    int ms = 1000;
    if (h->deadline_ns != 0 && h->deadline_ns < now_ns + 1000000000u)
        ms = h->deadline_ns <= now_ns ? 0 : (int)((h->deadline_ns - now_ns) / 1000000u) + 1;
    if (h->options.pause != NULL)
        h->options.pause(true);
    CURLMcode code = curl_multi_poll(h->multi, NULL, 0, ms, NULL);
    if (h->options.pause != NULL)
        h->options.pause(false);
    return code;
}

/* A transfer of which curl has not said how it ended. */
static void conclude_early(const struct pl_http *h, struct pl_http_get *g, CURLMcode code)
{
    if (g->status == PL_OK && code == CURLM_OK)
        g->status = pl_limits_late(h->deadline_seconds, &g->err);
    else if (g->status == PL_OK)
        g->status = pl_fail(&g->err, PL_E_NETWORK, PL_NO_OFFSET, "%s", curl_multi_strerror(code));
    pl_err_about(&g->err, g->url);
}

/* One attempt at each of the n transfers that are not done. */
static void attempt(struct pl_http *h, struct transfer *transfers, const bool *is_done,
                    struct pl_http_get *gets, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_done[i])
            gets[i].status = start(&transfers[i], &gets[i], h);
    int running = 1;
    CURLMcode code = CURLM_OK;
    while (running > 0 && code == CURLM_OK && !pl_clock_is_past(h->deadline_ns)) {
        code = curl_multi_perform(h->multi, &running);
        reap(h);
        if (code == CURLM_OK && running > 0)
            code = wait_for_news(h);
    }
    for (size_t i = 0; i < n; i++) {
        if (is_done[i])
            continue;
        if (!transfers[i].is_concluded)
            conclude_early(h, &gets[i], code);
        if (transfers[i].easy != NULL) {
            (void)curl_multi_remove_handle(h->multi,
                                           transfers[i].easy); /* harmless when it was never added */
            curl_easy_cleanup(transfers[i].easy);
        }
        curl_slist_free_all(transfers[i].headers);
    }
}

/* Mark what need not be tried again; true when something must be. */
static bool settle(struct transfer *transfers, bool *is_done, struct pl_http_get *gets, size_t n)
{
    bool again = false;
    for (size_t i = 0; i < n; i++) {
        if (is_done[i])
            continue;
        struct pl_err err;
        is_done[i] = gets[i].status == PL_OK || !transfers[i].may_pass;
        if (!is_done[i] && gets[i].restart(gets[i].ctx, &err) != PL_OK) {
            gets[i].err = err;
            gets[i].status = err.status;
            is_done[i] = true;
        }
        again |= !is_done[i];
    }
    return again;
}

void pl_http_run(struct pl_http *h, struct pl_http_get *gets, size_t n)
{
    struct transfer *transfers = calloc(n + 1, sizeof *transfers);
    bool *is_done = calloc(n + 1, sizeof *is_done);
    for (size_t i = 0; i < n && (transfers == NULL || is_done == NULL); i++)
        gets[i].status = pl_fail_nomem(&gets[i].err);
    unsigned pause_us = FIRST_PAUSE_US;
    for (int i = 0; i < TRIES && transfers != NULL && is_done != NULL && n > 0; i++, pause_us *= 3) {
        if (i > 0)
            (void)usleep(pause_us); /* a shorter pause does no harm */
        attempt(h, transfers, is_done, gets, n);
        if (!settle(transfers, is_done, gets, n))
            break;
    }
    free(transfers);
    free(is_done);
}
