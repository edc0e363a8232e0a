/*
 * image.c - ranges of an image and their owners, made disjoint.
 *
 * Flattening paints the pieces between all boundaries in order of precedence; a painted piece points past itself, so that each is visited
 * once (disjoint sets with path compression, Tarjan 1975).
 */
#include "format/binary/image.h"

#include "base/order.h"
#include "base/quote.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_RANGES     (1u << 21)
#define WORK_FLOOR     (1u << 16)
#define QUOTED_BYTES   120u
#define MESSAGE_BYTES  400u
#define WHAT_LEFT_OVER "bytes that the image does not own"

void pl_image_init(struct pl_image_map *m, pl_bytes data, const char *format, struct pl_arena *arena,
                   struct pl_findings *findings, struct pl_err *err)
{
    *m = (struct pl_image_map){.data = data,
                               .arena = arena,
                               .findings = findings,
                               .work = data.n + WORK_FLOOR,
                               .format = format,
                               .err = err};
}

void pl_image_reset(struct pl_image_map *m)
{
    PL_VEC_FREE(&m->ranges);
}

static void own(struct pl_image_map *m, const struct pl_image_range *range)
{
    struct pl_image_range *last = m->ranges.n > m->n_flat ? &m->ranges.v[m->ranges.n - 1] : NULL;
    if (m->st != PL_OK || range->offset >= m->data.n || range->length == 0)
        return;
    uint64_t length = range->length;
    if (length > m->data.n - range->offset)
        length = m->data.n - range->offset;
    if (last != NULL && last->offset + last->length == range->offset && last->owner == range->owner &&
        last->what == range->what && last->has_strings == range->has_strings) {
        last->length += length;
        return;
    }
    if (m->ranges.n >= MAX_RANGES) {
        m->work = 0;
        (void)pl_image_spend(m, 1); /* says so once */
        return;
    }
    struct pl_image_range *slot = PL_VEC_ADD(&m->ranges);
    if (slot == NULL) {
        m->st = pl_fail_nomem(m->err);
        return;
    }
    *slot = *range;
    slot->length = length;
}

void pl_image_own(struct pl_image_map *m, uint64_t offset, uint64_t length, enum pl_image_owner owner,
                  const char *what)
{
    struct pl_image_range r = {.offset = offset, .length = length, .owner = owner, .what = what};
    own(m, &r);
}

void pl_image_odd(struct pl_image_map *m, const char *tag, enum pl_severity severity, uint64_t offset,
                  uint64_t length, const char *fmt, ...)
{
    char text[MESSAGE_BYTES];
    va_list args;
    if (m->st != PL_OK || m->findings == NULL)
        return;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    m->st = pl_findings_add(m->findings, tag, severity, offset, length, NULL, m->err, "%s", text);
}

bool pl_image_spend(struct pl_image_map *m, uint64_t steps)
{
    if (m->st != PL_OK || m->is_worn_out)
        return false;
    if (steps <= m->work) {
        m->work -= steps;
        return true;
    }
    m->is_worn_out = true;
    pl_image_odd(m, "image.damaged", PL_SEVERITY_ERROR, PL_NO_OFFSET, 0,
                 "the tables of this %s file lead in circles or hold more than the file can", m->format);
    return false;
}

static size_t place_of(const uint64_t *cuts, size_t n, uint64_t value)
{
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cuts[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t next_free(size_t *next, size_t i)
{
    size_t root = i;
    while (next[root] != root)
        root = next[root];
    while (next[i] != root) {
        size_t up = next[i];
        next[i] = root;
        i = up;
    }
    return root;
}

/* For each piece between two cuts the range that holds it, or SIZE_MAX. */
static void paint(const struct pl_image_map *m, const uint64_t *cuts, size_t n_cuts, size_t *next,
                  size_t *owner)
{
    for (size_t i = 0; i < n_cuts; i++) {
        next[i] = i;
        owner[i] = SIZE_MAX;
    }
    for (size_t i = 0; i < m->ranges.n; i++) {
        const struct pl_image_range *r = &m->ranges.v[i];
        size_t last = place_of(cuts, n_cuts, r->offset + r->length);
        size_t at = next_free(next, place_of(cuts, n_cuts, r->offset));
        while (at < last) {
            owner[at] = i;
            next[at] = at + 1;
            at = next_free(next, at + 1);
        }
    }
}

static bool says_same(const struct pl_image_range *a, const struct pl_image_range *b)
{
    return a->owner == b->owner && a->what == b->what && a->has_strings == b->has_strings;
}

static void rebuild(struct pl_image_map *m, const uint64_t *cuts, size_t n_cuts, const size_t *owner)
{
    struct pl_image_range *old = m->ranges.v;
    m->ranges.v = NULL;
    m->ranges.n = m->ranges.capacity = 0;
    for (size_t i = 0; i + 1 < n_cuts; i++) {
        if (owner[i] == SIZE_MAX || cuts[i] == cuts[i + 1])
            continue;
        struct pl_image_range r = old[owner[i]];
        r.offset = cuts[i];
        r.length = cuts[i + 1] - cuts[i];
        struct pl_image_range *last = m->ranges.n > 0 ? &m->ranges.v[m->ranges.n - 1] : NULL;
        if (last != NULL && last->offset + last->length == r.offset && says_same(last, &r)) {
            last->length += r.length;
            continue;
        }
        last = PL_VEC_ADD(&m->ranges);
        if (last == NULL) {
            m->st = pl_fail_nomem(m->err);
            break;
        }
        *last = r;
    }
    free(old);
    m->n_flat = m->ranges.n;
}

void pl_image_flatten(struct pl_image_map *m)
{
    size_t n = m->ranges.n;
    if (m->st != PL_OK || n == m->n_flat)
        return;
    uint64_t *cuts = calloc(2 * n + 1, sizeof *cuts);
    size_t *next = calloc(2 * n + 1, sizeof *next);
    size_t *owner = calloc(2 * n + 1, sizeof *owner);
    if (cuts == NULL || next == NULL || owner == NULL) {
        m->st = pl_fail_nomem(m->err);
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        cuts[2 * i] = m->ranges.v[i].offset;
        cuts[2 * i + 1] = m->ranges.v[i].offset + m->ranges.v[i].length;
    }
    qsort(cuts, 2 * n, sizeof *cuts, pl_order_u64);
    size_t n_cuts = 0;
    for (size_t i = 0; i < 2 * n; i++)
        if (n_cuts == 0 || cuts[n_cuts - 1] != cuts[i])
            cuts[n_cuts++] = cuts[i];
    paint(m, cuts, n_cuts, next, owner);
    rebuild(m, cuts, n_cuts, owner);
out:
    free(cuts);
    free(next);
    free(owner);
}

bool pl_image_is_code_fill(pl_bytes bytes)
{
    static const struct {
        uint8_t n;
        const char *p;
    } fills[] = {
        {10, "\x66\x2e\x0f\x1f\x84\x00\x00\x00\x00\x00"},
        {9, "\x66\x0f\x1f\x84\x00\x00\x00\x00\x00"},
        {8, "\x0f\x1f\x84\x00\x00\x00\x00\x00"},
        {7, "\x0f\x1f\x80\x00\x00\x00\x00"},
        {6, "\x66\x0f\x1f\x44\x00\x00"},
        {5, "\x0f\x1f\x44\x00\x00"},
        {4, "\x0f\x1f\x40\x00"},
        {4, "\x1f\x20\x03\xd5"}, /* arm64 nop */
        {3, "\x0f\x1f\x00"},
        {2, "\x66\x90"},
        {1, "\x90"},
        {1, "\xcc"},
        {1, "\x00"},
    };
    while (bytes.n > 0) {
        size_t n = 0;
        for (size_t i = 0; i < sizeof fills / sizeof fills[0] && n == 0; i++)
            n = pl_bytes_starts(bytes, pl_bytes_of(fills[i].p, fills[i].n)) ? fills[i].n : 0;
        if (n == 0)
            return false;
        bytes = pl_bytes_from(bytes, n);
    }
    return true;
}

/* The part of [offset, offset + length) from its first to its last byte that is not zero. */
static pl_bytes without_zero_ends(const struct pl_image_map *m, uint64_t *offset, uint64_t length)
{
    pl_bytes b = pl_bytes_sub(m->data, (size_t)*offset, (size_t)length);
    while (b.n > 0 && b.p[0] == 0) {
        b = pl_bytes_from(b, 1);
        *offset += 1;
    }
    while (b.n > 0 && b.p[b.n - 1] == 0)
        b.n--;
    return b;
}

static void own_padding(struct pl_image_map *m, uint64_t offset, uint64_t length, const char *tag,
                        const char *what)
{
    uint64_t begin = offset;
    pl_bytes data = without_zero_ends(m, &begin, length);
    if (data.n == 0) {
        pl_image_own(m, offset, length, PL_IMAGE_STRUCTURE, "padding");
        return;
    }
    pl_image_own(m, offset, begin - offset, PL_IMAGE_STRUCTURE, "padding");
    pl_image_own(m, begin, data.n, PL_IMAGE_UNOWNED, what);
    pl_image_own(m, begin + data.n, offset + length - begin - data.n, PL_IMAGE_STRUCTURE, "padding");
    pl_image_odd(m, tag, PL_SEVERITY_ERROR, begin, data.n, "%zu bytes that nothing owns: %s", data.n, what);
}

static void fill_one(struct pl_image_map *m, uint64_t at, uint64_t n, enum pl_image_fill as, const char *what)
{
    struct pl_image_range r = {
        .offset = at, .length = n, .owner = PL_IMAGE_DATA, .has_strings = true, .what = what};
    pl_bytes bytes = pl_bytes_sub(m->data, (size_t)at, (size_t)n);
    switch (as) {
    case PL_IMAGE_AS_CODE: pl_image_own(m, at, n, PL_IMAGE_CODE, what); return;
    case PL_IMAGE_AS_DATA: pl_image_own(m, at, n, PL_IMAGE_DATA, what); return;
    case PL_IMAGE_AS_TOOLCHAIN: pl_image_own(m, at, n, PL_IMAGE_TOOLCHAIN, what); return;
    case PL_IMAGE_AS_STRINGS: own(m, &r); return;
    case PL_IMAGE_AS_SIGNATURE: own_padding(m, at, n, "sig.appended-data", what); return;
    case PL_IMAGE_AS_OVERLAY:
        pl_image_own(m, at, n, PL_IMAGE_UNOWNED, what);
        pl_image_odd(m, "image.overlay", PL_SEVERITY_ERROR, at, n,
                     "%llu bytes behind the last byte that the image owns", (unsigned long long)n);
        return;
    case PL_IMAGE_AS_CODE_GAP:
    case PL_IMAGE_AS_PADDING:
        if (as == PL_IMAGE_AS_CODE_GAP && pl_image_is_code_fill(bytes))
            pl_image_own(m, at, n, PL_IMAGE_STRUCTURE, "padding");
        else
            own_padding(m, at, n, "image.gap", what);
        return;
    }
}

/* The first of the flat ranges that ends behind `at`. */
static size_t first_behind(const struct pl_image_map *m, uint64_t at)
{
    size_t low = 0;
    size_t high = m->n_flat;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (m->ranges.v[middle].offset + m->ranges.v[middle].length <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void pl_image_fill(struct pl_image_map *m, uint64_t from, uint64_t to, enum pl_image_fill as,
                   const char *what)
{
    if (to > m->data.n)
        to = m->data.n;
    pl_image_flatten(m);
    size_t n = m->n_flat;
    for (size_t i = first_behind(m, from); from < to && m->st == PL_OK; i++) {
        uint64_t begin = i < n ? m->ranges.v[i].offset : to;
        uint64_t end = i < n ? begin + m->ranges.v[i].length : to;
        if (begin > to)
            begin = to;
        if (begin > from)
            fill_one(m, from, begin - from, as, what);
        if (end > from)
            from = end;
        if (i >= n)
            break;
    }
}

pl_status pl_image_finish(struct pl_image_map *m, struct pl_image_range **out, size_t *n)
{
    pl_image_fill(m, 0, m->data.n, PL_IMAGE_AS_OVERLAY, WHAT_LEFT_OVER);
    pl_image_flatten(m);
    if (m->st != PL_OK)
        return m->st;
    struct pl_image_range *kept = pl_arena_take_n(m->arena, m->ranges.n + 1, sizeof *kept);
    if (kept == NULL)
        return pl_arena_fail(m->arena, m->err);
    for (size_t i = 0; i < m->ranges.n; i++)
        kept[i] = m->ranges.v[i];
    *out = kept;
    *n = m->ranges.n;
    return PL_OK;
}

const char *pl_image_text(struct pl_image_map *m, const char *before, pl_bytes text)
{
    struct pl_buf b;
    const char *kept = NULL;
    pl_buf_init(&b, 16 * QUOTED_BYTES);
    pl_buf_add_str(&b, before);
    pl_quote_some(&b, text, QUOTED_BYTES);
    if (m->st == PL_OK)
        m->st = pl_buf_done(&b, m->err);
    if (m->st == PL_OK) {
        kept = pl_arena_str(m->arena, pl_buf_bytes(&b));
        if (kept == NULL)
            m->st = pl_arena_fail(m->arena, m->err);
    }
    pl_buf_reset(&b);
    return kept == NULL ? "?" : kept;
}

bool pl_image_is_text(pl_bytes bytes)
{
    while (bytes.n > 0) {
        uint32_t code_point;
        size_t n = pl_utf8_next(bytes, &code_point);
        if (n == 0 || (code_point < 0x20 && code_point != '\t') || code_point == 0x7f)
            return false;
        bytes = pl_bytes_from(bytes, n);
    }
    return true;
}

bool pl_image_string(pl_bytes data, uint64_t at, uint64_t max, pl_bytes *out)
{
    if (at >= data.n)
        return false;
    pl_bytes rest = pl_bytes_from(data, (size_t)at);
    if (rest.n > max)
        rest.n = (size_t)max;
    size_t end = pl_bytes_find_byte(rest, 0, 0);
    if (end == SIZE_MAX)
        return false;
    *out = pl_bytes_sub(rest, 0, end);
    return true;
}
