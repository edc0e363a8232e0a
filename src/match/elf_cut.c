/*
 * elf_cut.c - strings in the data of an image: what stands between NULs.
 *
 * Linked files keep no mark of where strings are: .rodata mixes them with tables. A run between two NULs that is all text is
 * a string; of one that is not, the text at its end may be one that a table happens to touch.
 */
#include "base/quote.h"
#include "match/elf_strings.h"

#include <stdlib.h>

#define SEEN_BYTES 3u

static bool is_text_byte(uint8_t b)
{
    return (b >= 0x20 && b < 0x7f) || (b >= 7 && b <= 13) || b == 0x1b;
}

size_t pl_elf_text_tail(pl_bytes bytes)
{
    size_t start = bytes.n;
    while (start > 0) {
        uint32_t code_point;
        if (is_text_byte(bytes.p[start - 1])) {
            start--;
            continue;
        }
        size_t n = 2;
        while (n <= 4 && n <= start && pl_utf8_next(pl_bytes_sub(bytes, start - n, n), &code_point) != n)
            n++;
        if (n > 4 || n > start)
            break;
        start -= n;
    }
    return bytes.n - start;
}

/* Steps of a table can all be control characters; a text has a few bytes that can be seen. */
static bool can_be_seen(pl_bytes text)
{
    size_t seen = 0;
    for (size_t i = 0; i < text.n && seen < SEEN_BYTES; i++)
        seen += text.p[i] > 0x20 && text.p[i] != 0x7f;
    return seen >= SEEN_BYTES;
}

static bool add_string(pl_elf_strings *out, uint64_t offset, pl_bytes text, size_t file_bytes)
{
    struct pl_elf_string *s = PL_VEC_ADD(out);
    if (s == NULL)
        return false;
    s->offset = offset;
    s->text = text;
    s->file_bytes = file_bytes;
    s->is_text = pl_elf_text_tail(text) == text.n;
    s->is_clear = s->is_text && text.n >= PL_ELF_COUNTED_BYTES && can_be_seen(text);
    return true;
}

static bool cut_range(pl_bytes data, const struct pl_image_range *range, pl_elf_strings *out)
{
    pl_bytes rest = pl_bytes_sub(data, (size_t)range->offset, (size_t)range->length);
    uint64_t offset = range->offset;
    for (;;) {
        size_t end = pl_bytes_find_byte(rest, 0, 0);
        if (end == SIZE_MAX)
            return true; /* a string has an end */
        if (end > 0 && !add_string(out, offset, pl_bytes_sub(rest, 0, end), end + 1))
            return false;
        rest = pl_bytes_from(rest, end + 1);
        offset += end + 1;
    }
}

/* Printable ASCII in two bytes each, up to a zero word, of five characters and more: what L"" literals become. */
static size_t wide_run(pl_bytes b)
{
    size_t n = 0;
    while (2 * n + 1 < b.n && b.p[2 * n + 1] == 0 && is_text_byte(b.p[2 * n]))
        n++;
    bool has_end = 2 * n + 1 < b.n && b.p[2 * n] == 0 && b.p[2 * n + 1] == 0;
    return has_end && n >= PL_ELF_COUNTED_BYTES ? n : 0;
}

static pl_status cut_wide(pl_bytes data, const struct pl_image_range *range, struct pl_arena *arena,
                          pl_elf_strings *out, struct pl_err *err)
{
    pl_bytes rest = pl_bytes_sub(data, (size_t)range->offset, (size_t)range->length);
    for (size_t at = 0; at + 2 <= rest.n;) {
        size_t n = rest.p[at] == 0 ? 0 : wide_run(pl_bytes_from(rest, at));
        if (n == 0) {
            at++;
            continue;
        }
        uint8_t *text = pl_arena_take(arena, n + 1);
        if (text == NULL)
            return pl_arena_fail(arena, err);
        for (size_t i = 0; i < n; i++)
            text[i] = rest.p[at + 2 * i];
        if (!add_string(out, range->offset + at, pl_bytes_of(text, n), 2 * n + 2))
            return pl_fail_nomem(err);
        out->v[out->n - 1].is_wide = true;
        at += 2 * n + 2;
    }
    return PL_OK;
}

/* ---- Go and Rust: no NULs, but code and pointers that say how long each is ---- */

struct extent {
    uint64_t offset; /* bytes in the file */
    size_t length;
};

typedef PL_VEC(struct extent) extents;

/* By offset, the longest first. */
static int by_extent(const void *a, const void *b)
{
    const struct extent *x = a;
    const struct extent *y = b;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return x->length > y->length ? -1 : x->length < y->length;
}

static bool add_extent(extents *all, pl_bytes image, pl_bytes text)
{
    bool is_inside = text.n > 0 && text.p >= image.p && text.p < image.p + image.n;
    struct extent *e = is_inside ? PL_VEC_ADD(all) : NULL;
    if (e != NULL)
        *e = (struct extent){(uint64_t)(text.p - image.p), text.n};
    return e != NULL || !is_inside;
}

static bool gather_extents(const struct pl_code *code, extents *all)
{
    bool is_good = true;
    for (size_t i = 0; i < code->n_atoms && is_good; i++)
        if (code->atoms[i].kind == PL_ATOM_STRING)
            is_good = add_extent(all, code->image, code->atoms[i].text);
    for (size_t i = 0; i < code->n_slots && is_good; i++)
        is_good = add_extent(all, code->image, code->slots[i].text);
    if (all->n > 0)
        qsort(all->v, all->n, sizeof *all->v, by_extent);
    return is_good;
}

/* A run between NULs, cut where the extents say; what none of them covers may be any number of strings, and counts as none. */
static bool cut_run(const struct pl_elf_string *run, const extents *all, size_t *next, pl_elf_strings *out)
{
    uint64_t at = run->offset;
    uint64_t end = run->offset + run->text.n;
    while (at < end) {
        while (*next < all->n && all->v[*next].offset < at)
            ++*next;
        const struct extent *e = *next < all->n && all->v[*next].offset < end ? &all->v[*next] : NULL;
        uint64_t stop = e == NULL ? end : e->offset > at ? e->offset : at + e->length;
        bool is_whole = e != NULL && e->offset == at;
        stop = stop < end ? stop : end;
        pl_bytes text = pl_bytes_sub(run->text, (size_t)(at - run->offset), (size_t)(stop - at));
        if (!add_string(out, at, text, text.n))
            return false;
        out->v[out->n - 1].is_clear = out->v[out->n - 1].is_clear && is_whole;
        at = stop;
    }
    return true;
}

pl_status pl_elf_cut_counted(const struct pl_match *m, const struct pl_file *f, pl_elf_strings *strings,
                             struct pl_err *err)
{
    const struct pl_code *code;
    struct pl_err why;
    extents all = {0};
    pl_elf_strings cut = {0};
    size_t next = 0;
    pl_status st = pl_match_code(m, f, &code, &why);
    if (st == PL_E_NOMEM)
        return pl_fail_nomem(err);
    if (st != PL_OK || (!code->is_go && !code->is_rust))
        return PL_OK;
    bool is_good = gather_extents(code, &all);
    for (size_t i = 0; i < strings->n && is_good; i++) {
        struct pl_elf_string *slot = NULL;
        if (!strings->v[i].is_wide) {
            is_good = cut_run(&strings->v[i], &all, &next, &cut);
            continue;
        }
        slot = PL_VEC_ADD(&cut);
        is_good = slot != NULL;
        if (is_good)
            *slot = strings->v[i];
    }
    PL_VEC_FREE(&all);
    PL_VEC_FREE(strings);
    *strings = cut;
    return is_good ? PL_OK : pl_fail_nomem(err);
}

/* A part of a range that nothing has claimed. */
static pl_status cut_piece(pl_bytes data, const struct pl_image_range *piece, bool has_wide,
                           struct pl_arena *arena, pl_elf_strings *out, struct pl_err *err)
{
    if (!cut_range(data, piece, out))
        return pl_fail_nomem(err);
    return has_wide ? cut_wide(data, piece, arena, out, err) : PL_OK;
}

pl_status pl_elf_cut(const struct pl_file *f, const struct pl_image_view *view, struct pl_arena *arena,
                     pl_elf_strings *out, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < view->n_ranges && st == PL_OK; i++) {
        const struct pl_image_range *range = &view->ranges[i];
        uint64_t end = range->offset + range->length;
        uint64_t offset;
        uint64_t length;
        if (range->owner != PL_IMAGE_DATA || !range->has_strings)
            continue;
        for (uint64_t at = range->offset; st == PL_OK && pl_ledger_gap(&f->ledger, at, &offset, &length);
             at = offset + length) {
            if (offset >= end)
                break;
            struct pl_image_range piece = *range;
            piece.offset = offset;
            piece.length = length < end - offset ? length : end - offset;
            st = cut_piece(f->data, &piece, view->has_wide, arena, out, err);
        }
    }
    return st;
}
