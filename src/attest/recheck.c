/*
 * recheck.c - byte class by byte class, file by file, claim by claim.
 *
 * Both sides are JSON by the same writer: the one that was signed, and the one of the report that was made just now.
 */
#include "attest/recheck.h"

#include "format/text/jsonscan.h"

#include <string.h>

#define MAX_SHOWN  20u
#define REPORT_MAX ((size_t)1 << 30)
#define KEEP_DEPTH 3u
#define PATH_SHOWN 200u

struct side {
    const struct pl_json_doc *doc;
    const struct pl_json_node *report;
};

struct comparing {
    struct side was; /* signed */
    struct side now;
    struct pl_outcome *o;
    size_t differences;
    struct pl_err *err;
};

static const struct pl_json_node *at(const struct side *s, const char *a, const char *b)
{
    const struct pl_json_node *one = pl_json_get(s->doc, s->report, a);
    return b == NULL ? one : pl_json_get(s->doc, one, b);
}

static pl_bytes value(const struct pl_json_node *n)
{
    return n == NULL ? PL_LIT("nothing") : n->value;
}

static pl_status differ(struct comparing *c, const char *what, pl_bytes detail, pl_bytes was, pl_bytes now)
{
    if (c->differences++ >= MAX_SHOWN)
        return PL_OK;
    return pl_outcome_fact(c->o, "differs", c->err, "%s%s%.*s: signed %.*s, now %.*s", what,
                           detail.n > 0 ? " " : "", PL_ARG(pl_bytes_sub(detail, 0, PATH_SHOWN)),
                           PL_ARG(pl_bytes_sub(was, 0, PATH_SHOWN)),
                           PL_ARG(pl_bytes_sub(now, 0, PATH_SHOWN)));
}

/* The classes of one "bytes" object. */
static pl_status compare_bytes(struct comparing *c, pl_bytes was, pl_bytes now, pl_bytes place)
{
    struct pl_json_members m = pl_json_members_of(was);
    struct pl_json_member one;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_json_members_next(&m, &one)) {
        char key[64];
        if (one.key.n >= sizeof key)
            continue;
        memcpy(key, one.key.p, one.key.n);
        key[one.key.n] = '\0';
        pl_bytes other = pl_json_find(now, key);
        if (!pl_json_same(one.value, other))
            st = differ(c, key, place, one.value, other);
    }
    return st;
}

static pl_status compare_file(struct comparing *c, const struct pl_json_node *was,
                              const struct pl_json_node *now)
{
    static const char *const keys[] = {"path", "size", "sha256", "kind", "role"};
    pl_bytes path = pl_json_text(pl_json_find(was->value, "path"));
    size_t before = c->differences;
    pl_status st = PL_OK;
    if (pl_json_same(was->value, now->value))
        return PL_OK;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && st == PL_OK; i++) {
        pl_bytes a = pl_json_find(was->value, keys[i]);
        pl_bytes b = pl_json_find(now->value, keys[i]);
        if (!pl_json_same(a, b))
            st = differ(c, keys[i], path, a, b);
    }
    if (st == PL_OK)
        st = compare_bytes(c, pl_json_find(was->value, "bytes"), pl_json_find(now->value, "bytes"), path);
    if (st == PL_OK && c->differences == before)
        st = differ(c, "claims of", path, PL_LIT("some"), PL_LIT("others"));
    return st;
}

static pl_status compare_files(struct comparing *c)
{
    const struct pl_json_node *was = pl_json_first(c->was.doc, at(&c->was, "files", NULL));
    const struct pl_json_node *now = pl_json_first(c->now.doc, at(&c->now, "files", NULL));
    pl_status st = PL_OK;
    while (was != NULL && now != NULL && st == PL_OK) {
        st = compare_file(c, was, now);
        was = pl_json_next(c->was.doc, was);
        now = pl_json_next(c->now.doc, now);
    }
    if (st == PL_OK && (was != NULL || now != NULL))
        st = differ(c, "number of files", (pl_bytes){NULL, 0}, was != NULL ? PL_LIT("more") : PL_LIT("fewer"),
                    was != NULL ? PL_LIT("fewer") : PL_LIT("more"));
    return st;
}

static pl_status compare_sources(struct comparing *c)
{
    const struct pl_json_node *was = pl_json_first(c->was.doc, at(&c->was, "sources", NULL));
    const struct pl_json_node *now = pl_json_first(c->now.doc, at(&c->now, "sources", NULL));
    while (was != NULL && now != NULL) {
        pl_bytes a = pl_json_find(was->value, "sha256");
        pl_bytes b = pl_json_find(now->value, "sha256");
        if (!pl_bytes_eq(a, b))
            return pl_fail(c->err, PL_E_INPUT, PL_NO_OFFSET, "another source: signed %.*s, now %.*s",
                           PL_ARG(a), PL_ARG(b));
        was = pl_json_next(c->was.doc, was);
        now = pl_json_next(c->now.doc, now);
    }
    if (was != NULL || now != NULL)
        return pl_fail(c->err, PL_E_INPUT, PL_NO_OFFSET, "%s sources than were signed",
                       was != NULL ? "fewer" : "more");
    return PL_OK;
}

static pl_status compare_all(struct comparing *c)
{
    const struct pl_json_node *was = pl_json_get(c->was.doc, at(&c->was, "links", "sourced"), "verdict");
    const struct pl_json_node *now = pl_json_get(c->now.doc, at(&c->now, "links", "sourced"), "verdict");
    pl_bytes none = {NULL, 0};
    pl_status st = compare_sources(c);
    if (st == PL_OK &&
        !pl_bytes_eq(value(at(&c->was, "subject", "sha256")), value(at(&c->now, "subject", "sha256"))))
        st = differ(c, "package", none, value(at(&c->was, "subject", "sha256")),
                    value(at(&c->now, "subject", "sha256")));
    if (st == PL_OK && !pl_bytes_eq(value(was), value(now)))
        st = differ(c, "sourced", none, value(was), value(now));
    if (st == PL_OK)
        st = compare_bytes(c, value(at(&c->was, "bytes", NULL)), value(at(&c->now, "bytes", NULL)), none);
    if (st == PL_OK)
        st = compare_files(c);
    if (st == PL_OK &&
        !pl_json_same(value(at(&c->was, "findings", NULL)), value(at(&c->now, "findings", NULL))))
        st = differ(c, "findings", none, PL_LIT("some"), PL_LIT("others"));
    return st;
}

static bool put_to_buf(void *ctx, const void *bytes, size_t n)
{
    struct pl_buf *b = ctx;
    pl_buf_add(b, pl_bytes_of(bytes, n));
    return b->why == PL_OK;
}

pl_status pl_recheck(const struct pl_statement *signed_account, const struct pl_report *again,
                     struct pl_outcome *o, size_t *differences, struct pl_err *err)
{
    struct pl_json_doc doc = {0};
    struct pl_buf text;
    struct comparing c = {.o = o, .err = err};
    static const char *const path[] = {"report", NULL};
    c.was = (struct side){.doc = &signed_account->doc, .report = pl_statement_at(signed_account, path)};
    pl_buf_init(&text, REPORT_MAX);
    if (pl_report_error_count(again) > 0) {
        *err = *pl_report_error(again, 0);
        return err->status;
    }
    pl_status st = pl_report_write(again, "json", NULL, put_to_buf, &text, err);
    if (st == PL_OK)
        st = pl_json_doc_read(pl_buf_bytes(&text), KEEP_DEPTH, &doc, err);
    if (st == PL_OK) {
        c.now = (struct side){.doc = &doc, .report = pl_json_root(&doc)};
        st = compare_all(&c);
    }
    pl_json_doc_reset(&doc);
    pl_buf_reset(&text);
    if (st == PL_OK)
        *differences = c.differences;
    return st;
}
