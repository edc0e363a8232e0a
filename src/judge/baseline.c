/*
 * baseline.c - {"schema": …, "findings": [{"tag", "path", "sha256", "offset", "length"}]}, one finding a line, sorted, so that what a shrinking baseline
 * loses is a line in a diff.
 */
#include "judge/baseline.h"

#include "base/json.h"
#include "base/json_in.h"
#include "base/quote.h"
#include "judge/waive.h"

#include <stdlib.h>
#include <string.h>

#define SCHEMA       "https://plumbline.dev/schema/baseline/1"
#define MAX_ENTRIES  1000000u
#define STRING_BYTES ((size_t)1 << 20)

static int compare(const void *a, const void *b)
{
    const struct pl_baseline_entry *x = a;
    const struct pl_baseline_entry *y = b;
    int order = memcmp(x->sha256.b, y->sha256.b, PL_SHA256_BYTES);
    if (order == 0)
        order = strcmp(x->tag, y->tag);
    if (order == 0)
        order = pl_bytes_cmp(x->path, y->path);
    if (order == 0)
        order = (x->offset > y->offset) - (x->offset < y->offset);
    return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
}

static void sort(struct pl_baseline *b)
{
    size_t kept = 0;
    if (b->entries.n > 0)
        qsort(b->entries.v, b->entries.n, sizeof b->entries.v[0], compare);
    for (size_t i = 0; i < b->entries.n; i++)
        if (kept == 0 || compare(&b->entries.v[kept - 1], &b->entries.v[i]) != 0)
            b->entries.v[kept++] = b->entries.v[i];
    b->entries.n = kept;
}

pl_status pl_baseline_new(struct pl_baseline **out, struct pl_err *err)
{
    struct pl_baseline *b = calloc(1, sizeof *b);
    if (b == NULL)
        return pl_fail_nomem(err);
    pl_arena_init(&b->arena, 2 * PL_BASELINE_MAX_BYTES);
    *out = b;
    return PL_OK;
}

void pl_baseline_free(struct pl_baseline *b)
{
    if (b == NULL)
        return;
    PL_VEC_FREE(&b->entries);
    pl_arena_reset(&b->arena);
    free(b);
}

static bool read_path(struct pl_json_in *in, struct pl_baseline *b, pl_bytes *out)
{
    pl_bytes text;
    struct pl_buf plain;
    if (!pl_json_in_string(in, &text))
        return false;
    pl_buf_init(&plain, STRING_BYTES);
    bool is_good = pl_unquote(&plain, text) && plain.why == PL_OK;
    if (is_good)
        *out = pl_arena_keep(&b->arena, pl_buf_bytes(&plain));
    pl_buf_reset(&plain);
    return is_good ||
           pl_json_in_fail(in, in->value_at, PL_E_INPUT, "the path is not quoted as reports quote it");
}

static bool read_tag(struct pl_json_in *in, struct pl_baseline *b, const char **out)
{
    pl_bytes text;
    if (!pl_json_in_string(in, &text))
        return false;
    *out = pl_arena_str(&b->arena, text);
    return *out != NULL || pl_json_in_fail(in, in->value_at, PL_E_NOMEM, "out of memory");
}

static bool read_digest(struct pl_json_in *in, pl_sha256 *out)
{
    pl_bytes text;
    return pl_json_in_string(in, &text) &&
           (pl_unhex(text, out->b, PL_SHA256_BYTES) ||
            pl_json_in_fail(in, in->value_at, PL_E_INPUT, "64 hex digits expected"));
}

static bool read_offset(struct pl_json_in *in, uint64_t *out)
{
    *out = PL_NO_OFFSET;
    return pl_json_in_is_null(in) || pl_json_in_u64(in, out);
}

static bool read_entry(struct pl_json_in *in, struct pl_baseline *b)
{
    static const char *const keys[] = {"tag", "path", "sha256", "offset", "length"};
    struct pl_baseline_entry e = {.tag = NULL};
    unsigned seen = 0;
    pl_bytes key;
    size_t at = in->at;
    if (!pl_json_in_object(in))
        return false;
    while (pl_json_in_key(in, &key)) {
        unsigned i = 0;
        while (i < 5 && !pl_bytes_eq_str(key, keys[i]))
            i++;
        if (i == 5 || (seen >> i & 1) != 0)
            return pl_json_in_fail(in, in->value_at, PL_E_INPUT, "unknown key, or one that stands twice");
        seen |= 1u << i;
        bool is_good = i == 0   ? read_tag(in, b, &e.tag)
                       : i == 1 ? read_path(in, b, &e.path)
                       : i == 2 ? read_digest(in, &e.sha256)
                       : i == 3 ? read_offset(in, &e.offset)
                                : pl_json_in_u64(in, &e.length);
        if (!is_good)
            return false;
    }
    if (in->why == PL_OK && seen != 31)
        return pl_json_in_fail(in, at, PL_E_INPUT, "a finding has tag, path, sha256, offset and length");
    struct pl_baseline_entry *slot = in->why == PL_OK ? PL_VEC_ADD(&b->entries) : NULL;
    if (slot == NULL)
        return pl_json_in_fail(in, at, PL_E_NOMEM, "out of memory");
    *slot = e;
    return b->entries.n <= MAX_ENTRIES ||
           pl_json_in_fail(in, at, PL_E_LIMIT, "more than %u findings", MAX_ENTRIES);
}

static void read_all(struct pl_json_in *in, struct pl_baseline *b)
{
    pl_bytes key;
    pl_bytes schema = {NULL, 0};
    unsigned seen = 0;
    if (!pl_json_in_object(in))
        return;
    while (pl_json_in_key(in, &key)) {
        unsigned bit = pl_bytes_eq_str(key, "schema") ? 1 : pl_bytes_eq_str(key, "findings") ? 2 : 4;
        if (bit == 4 || (seen & bit) != 0) {
            (void)pl_json_in_fail(in, in->value_at, PL_E_INPUT, "unknown key, or one that stands twice");
            return;
        }
        seen |= bit;
        if (bit == 1 && pl_json_in_string(in, &schema) && !pl_bytes_eq_str(schema, SCHEMA))
            (void)pl_json_in_fail(in, in->value_at, PL_E_INPUT, "%s expected", SCHEMA);
        if (bit == 2 && pl_json_in_array(in))
            while (pl_json_in_item(in))
                if (!read_entry(in, b))
                    return;
    }
    if (in->why == PL_OK && seen != 3)
        (void)pl_json_in_fail(in, 0, PL_E_INPUT, "a baseline has schema and findings");
}

pl_status pl_baseline_read(pl_bytes text, struct pl_baseline **out, struct pl_err *err)
{
    struct pl_baseline *b = NULL;
    struct pl_json_in in;
    pl_status st = pl_baseline_new(&b, err);
    if (st != PL_OK)
        return st;
    pl_json_in_init(&in, text, &b->arena, STRING_BYTES, "baseline");
    read_all(&in, b);
    st = pl_json_in_done(&in, err);
    if (st == PL_OK) {
        sort(b);
        *out = b;
        return PL_OK;
    }
    pl_baseline_free(b);
    if (st == PL_E_INPUT && err != NULL)
        err->status = PL_E_USAGE;
    return st == PL_E_INPUT ? PL_E_USAGE : st;
}

/* What an entry for a finding would be; false when there are no bytes to pin it to. */
static bool entry_of(const struct pl_report *r, const struct pl_placed_finding *p,
                     struct pl_baseline_entry *out)
{
    const struct pl_file *f = p->file;
    if (f == NULL ? !r->has_subject_digest : !f->has_digests)
        return false;
    *out = (struct pl_baseline_entry){.tag = p->finding->tag,
                                      .path = f == NULL ? (pl_bytes){NULL, 0} : f->path,
                                      .sha256 = f == NULL ? r->subject_sha256 : f->sha256,
                                      .offset = p->finding->offset,
                                      .length = p->finding->length};
    return true;
}

static const struct pl_baseline_entry *find(const struct pl_baseline *b, const struct pl_report *r,
                                            const struct pl_placed_finding *p)
{
    struct pl_baseline_entry wanted;
    if (b->entries.n == 0 || !entry_of(r, p, &wanted))
        return NULL;
    return bsearch(&wanted, b->entries.v, b->entries.n, sizeof wanted, compare);
}

pl_status pl_baseline_apply(const struct pl_baseline *b, struct pl_report *r, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < r->placed.n && st == PL_OK; i++) {
        struct pl_placed_finding *p = &r->placed.v[i];
        uint64_t bytes = 0;
        if (p->finding->severity == PL_SEVERITY_NOTE || p->finding->waiver != NULL || find(b, r, p) == NULL ||
            pl_is_ambiguous(r, p->file))
            continue;
        st = pl_waive_finding(p, PL_BASELINE_WAIVER, &bytes, err);
    }
    return st;
}

void pl_baseline_mark(const struct pl_baseline *b, const struct pl_report *r, bool *found)
{
    for (size_t i = 0; i < r->placed.n; i++) {
        const struct pl_baseline_entry *e = find(b, r, &r->placed.v[i]);
        if (e != NULL)
            found[e - b->entries.v] = true;
    }
}

pl_status pl_baseline_add(struct pl_baseline *b, const struct pl_report *r, struct pl_err *err)
{
    for (size_t i = 0; i < r->placed.n; i++) {
        const struct pl_placed_finding *p = &r->placed.v[i];
        struct pl_baseline_entry e;
        if (p->finding->severity == PL_SEVERITY_NOTE || p->finding->waiver != NULL || !entry_of(r, p, &e))
            continue;
        e.tag = pl_arena_str(&b->arena, pl_bytes_of_str(e.tag));
        e.path = pl_arena_keep(&b->arena, e.path);
        if (e.tag == NULL || e.path.p == NULL)
            return pl_arena_fail(&b->arena, err);
        struct pl_baseline_entry *slot = PL_VEC_ADD(&b->entries);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = e;
    }
    sort(b);
    return PL_OK;
}

/* An entry on a line of its own. */
static void write_entry(const struct pl_baseline_entry *e, struct pl_buf *out)
{
    struct pl_json j;
    char hex[PL_SHA256_HEX_BYTES];
    pl_json_init(&j, out, 0);
    pl_hex(e->sha256.b, PL_SHA256_BYTES, hex);
    pl_json_object(&j);
    pl_json_kv_str(&j, "tag", e->tag);
    pl_json_key(&j, "path");
    pl_json_quoted(&j, e->path);
    pl_json_kv_str(&j, "sha256", hex);
    pl_json_key(&j, "offset");
    if (e->offset == PL_NO_OFFSET)
        pl_json_null(&j);
    else
        pl_json_u64(&j, e->offset);
    pl_json_kv_u64(&j, "length", e->length);
    pl_json_end_object(&j);
}

void pl_baseline_write(const struct pl_baseline *b, const bool *found, struct pl_buf *out)
{
    const char *before = "\n  ";
    pl_buf_add_str(out, "{\n \"schema\": \"" SCHEMA "\",\n \"findings\": [");
    for (size_t i = 0; i < b->entries.n; i++) {
        if (found != NULL && !found[i])
            continue;
        pl_buf_add_str(out, before);
        write_entry(&b->entries.v[i], out);
        before = ",\n  ";
    }
    pl_buf_add_str(out, "\n ]\n}\n");
}
