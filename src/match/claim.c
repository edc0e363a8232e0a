/*
 * claim.c - naming where a run comes from.
 */
#include "match/claim.h"

#include "classify/classify.h"

#include <string.h>

static bool is_whole_unit(const struct pl_source_file *s, const struct pl_run *run)
{
    return run->source_offset == 0 && run->length == s->data.n;
}

static const char *name_source(const struct pl_match *m, const struct pl_run *run)
{
    const struct pl_source_file *s = pl_index_unit_file(m->index, run->unit);
    if (is_whole_unit(s, run))
        return pl_arena_str(m->arena, s->path);
    if (!pl_index_unit_is_text(m->index, run->unit))
        return pl_arena_printf(m->arena, "%.*s@0x%llx", PL_ARG(s->path),
                               (unsigned long long)run->source_offset);
    uint64_t first = pl_index_line_of(m->index, run->unit, run->source_offset);
    uint64_t last = pl_index_line_of(m->index, run->unit, run->source_offset + run->length - 1);
    return pl_arena_printf(m->arena, "%.*s:%llu-%llu", PL_ARG(s->path), (unsigned long long)first,
                           (unsigned long long)last);
}

/* Note of one part: what the rule says, the patch it came from, both, or neither (NULL). False: out of memory. */
static bool write_note(const struct pl_match *m, const char *note, const char *patch, const char **out)
{
    *out = note != NULL ? note : patch;
    if (note != NULL && patch != NULL)
        *out = pl_arena_printf(m->arena, "%s; %s", note, patch);
    return *out != NULL || (note == NULL && patch == NULL);
}

static pl_status claim_part(const struct pl_match *m, struct pl_file *f, const struct pl_run *run,
                            const struct pl_claim *how, const char *patch, struct pl_err *err)
{
    struct pl_claim c = *how;
    if (run->length == 0)
        return PL_OK;
    c.offset = run->offset;
    c.length = run->length;
    c.source_offset = run->source_offset;
    c.source = name_source(m, run);
    if (c.source == NULL || !write_note(m, how->note, patch, &c.note))
        return pl_arena_fail(m->arena, err);
    return pl_ledger_claim(&f->ledger, &c, err);
}

pl_status pl_claim_from_source(const struct pl_match *m, struct pl_file *f, const struct pl_run *run,
                               const struct pl_claim *how, struct pl_err *err)
{
    const struct pl_source_file *s = pl_index_unit_file(m->index, run->unit);
    struct pl_run left = *run;
    pl_status st = PL_OK;
    for (size_t i = 0; i < s->hunks.n && st == PL_OK && left.length > 0; i++) {
        const struct pl_source_hunk *h = &s->hunks.v[i];
        uint64_t end = left.source_offset + left.length;
        uint64_t from = h->offset > left.source_offset ? h->offset : left.source_offset;
        uint64_t to = h->offset + h->length < end ? h->offset + h->length : end;
        if (from >= to)
            continue;
        struct pl_run before = left;
        before.length = from - left.source_offset;
        struct pl_run inside = left;
        inside.offset += before.length;
        inside.source_offset = from;
        inside.length = to - from;
        st = claim_part(m, f, &before, how, s->is_superseded ? "before patches" : NULL, err);
        if (st == PL_OK)
            st = claim_part(m, f, &inside, how, h->patch, err);
        left.offset = inside.offset + inside.length;
        left.source_offset = to;
        left.length = end - to;
    }
    return st != PL_OK ? st : claim_part(m, f, &left, how, s->is_superseded ? "before patches" : NULL, err);
}

/* The path in "path:10-20", "path@0x1f0" or "path". */
static pl_bytes path_of(pl_bytes source)
{
    size_t n = source.n;
    while (n > 0 && (pl_is_digit(source.p[n - 1]) || source.p[n - 1] == '-' || source.p[n - 1] == 'x' ||
                     (source.p[n - 1] >= 'a' && source.p[n - 1] <= 'f')))
        n--;
    if (n > 0 && n < source.n && (source.p[n - 1] == ':' || source.p[n - 1] == '@'))
        return pl_bytes_sub(source, 0, n - 1);
    return source;
}

static bool stands_in(const struct pl_match *m, const struct pl_file *f, const struct pl_run *run)
{
    pl_bytes s = pl_index_unit_file(m->index, run->unit)->data;
    return run->length <= s.n && run->source_offset <= s.n - run->length &&
           memcmp(s.p + run->source_offset, f->data.p + run->offset, run->length) == 0;
}

bool pl_claim_run(const struct pl_match *m, const struct pl_file *f, const struct pl_claim *c,
                  struct pl_run *out)
{
    if (c->source == NULL || c->source_offset == PL_NO_OFFSET || c->offset + c->length > f->data.n)
        return false;
    pl_bytes source = pl_bytes_of_str(c->source);
    pl_bytes names[2] = {source, path_of(source)};
    for (size_t k = 0; k < 2; k++) {
        pl_units units = pl_index_units_of_path(m->index, names[k]);
        for (size_t i = 0; i < units.n; i++) {
            *out = (struct pl_run){c->offset, c->length, units.v[i], c->source_offset};
            if (stands_in(m, f, out))
                return true;
        }
    }
    return false;
}

pl_status pl_claim_part(struct pl_file *f, pl_bytes part, enum pl_class class, const char *rule,
                        struct pl_err *err)
{
    enum pl_grade grade = class == PL_CLASS_DERIVED ? PL_GRADE_B : PL_GRADE_NONE;
    return pl_match_claim(f, (uint64_t)(part.p - f->data.p), part.n, class, grade, rule, NULL, err);
}

pl_status pl_claim_known(struct pl_file *f, pl_bytes part, const char *const *known, size_t n,
                         const char *rule, struct pl_err *err)
{
    pl_sha256 digest;
    char hex[PL_SHA256_HEX_BYTES];
    pl_status st = pl_sha256_of(part, &digest, err);
    if (st != PL_OK)
        return st;
    pl_hex(digest.b, PL_SHA256_BYTES, hex);
    return pl_bytes_is_one_of(pl_bytes_of_str(hex), known, n)
               ? pl_claim_part(f, part, PL_CLASS_TOOLCHAIN, rule, err)
               : PL_OK;
}

bool pl_is_image(const struct pl_file *f)
{
    return pl_kind_is_image(f->kind);
}

bool pl_is_unclaimed(const struct pl_file *f)
{
    return f->ledger.settled.n == 0;
}

/* How many last parts of two paths are the same. */
static size_t shared_parts(pl_bytes a, pl_bytes b)
{
    size_t parts = 0;
    for (;;) {
        pl_bytes x = pl_bytes_basename(a);
        pl_bytes y = pl_bytes_basename(b);
        if (!pl_bytes_eq(x, y))
            return parts;
        parts++;
        if (x.n == a.n || y.n == b.n)
            return parts;
        a = pl_bytes_sub(a, 0, a.n - x.n - 1);
        b = pl_bytes_sub(b, 0, b.n - y.n - 1);
    }
}

bool pl_is_judged_script(const struct pl_file *f)
{
    return f->script.atoms > 0 && f->role == PL_ROLE_ACTIVE;
}

uint32_t pl_best_named(const struct pl_match *m, const struct pl_file *f, pl_units units)
{
    uint32_t best = units.v[0];
    size_t best_parts = 0;
    for (size_t i = 0; i < units.n; i++) {
        size_t parts = shared_parts(pl_index_unit_file(m->index, units.v[i])->path, f->name);
        if (parts > best_parts) {
            best = units.v[i];
            best_parts = parts;
        }
    }
    return best;
}
