/*
 * linediff.c - which lines two texts do not share.
 *
 * Lines are hashed without the blanks around them, equal lines at both ends are cut off, and a shortest edit script is looked for
 * between what is left (Myers, "An O(ND) Difference Algorithm", 1986): V[k] is the furthest place on diagonal k with d changes, and the V of
 * each d is kept to walk back.
 */
#include "match/linediff.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"
#include "format/text/words.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_CHANGES    1000
#define MAX_LINES      1000000u
#define SHOWN_RANGES   8u
#define SAMPLE_BYTES   300u
#define NUMBERED_LINES 16u

struct line {
    pl_bytes whole; /* with its line feed */
    pl_bytes text;  /* without blanks */
    size_t number;  /* from 1 */
    bool is_changed;
};

struct text {
    PL_VEC(struct line) lines;
};

static pl_status read_lines(pl_bytes all, struct text *out, struct pl_err *err)
{
    pl_bytes rest = all;
    pl_bytes line;
    for (size_t number = 1; out->lines.n < MAX_LINES && pl_bytes_line(&rest, &line); number++) {
        pl_bytes text = pl_bytes_trim(line);
        if (text.n == 0)
            continue;
        struct line *slot = PL_VEC_ADD(&out->lines);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = (struct line){
            .whole = pl_bytes_of(line.p, (size_t)(rest.p - line.p)), .text = text, .number = number};
    }
    return PL_OK;
}

struct piece {
    struct line *a;
    struct line *b;
    long n;
    long m;
};

static struct piece cut_common(struct text *ours, struct text *theirs)
{
    struct piece p = {ours->lines.v, theirs->lines.v, (long)ours->lines.n, (long)theirs->lines.n};
    while (p.n > 0 && p.m > 0 && pl_bytes_eq(p.a[0].text, p.b[0].text)) {
        p.a++;
        p.b++;
        p.n--;
        p.m--;
    }
    while (p.n > 0 && p.m > 0 && pl_bytes_eq(p.a[p.n - 1].text, p.b[p.m - 1].text)) {
        p.n--;
        p.m--;
    }
    return p;
}

/* One d: extend all diagonals; true when the end is reached. `v` is indexed from -d-1 to d+1 by way of `middle`. */
static bool extend_all(const struct piece *p, long d, long *v, long middle)
{
    for (long k = -d; k <= d; k += 2) {
        bool is_down = k == -d || (k != d && v[middle + k - 1] < v[middle + k + 1]);
        long x = is_down ? v[middle + k + 1] : v[middle + k - 1] + 1;
        long y = x - k;
        while (x < p->n && y < p->m && x >= 0 && y >= 0 && pl_bytes_eq(p->a[x].text, p->b[y].text)) {
            x++;
            y++;
        }
        v[middle + k] = x;
        if (x >= p->n && y >= p->m)
            return true;
    }
    return false;
}

/* Mark what the way back from the end passes over by a single step. */
static void walk_back(const struct piece *p, long *const *kept, long d, long middle)
{
    long x = p->n;
    long y = p->m;
    for (; d > 0; d--) {
        const long *v = kept[d - 1];
        long k = x - y;
        bool is_down = k == -d || (k != d && v[middle + k - 1] < v[middle + k + 1]);
        long before_k = is_down ? k + 1 : k - 1;
        long before_x = v[middle + before_k];
        long before_y = before_x - before_k;
        if (is_down && before_y >= 0 && before_y < p->m)
            p->b[before_y].is_changed = true;
        else if (!is_down && before_x >= 0 && before_x < p->n)
            p->a[before_x].is_changed = true;
        x = before_x;
        y = before_y;
    }
}

/* *found is false when there are more than MAX_CHANGES changes. */
static pl_status shortest(const struct piece *p, bool *found, struct pl_err *err)
{
    long *kept[MAX_CHANGES + 1] = {NULL};
    long middle = MAX_CHANGES + 1;
    size_t room = (size_t)(2 * middle + 1);
    long *v = calloc(room, sizeof *v);
    pl_status st = v == NULL ? pl_fail_nomem(err) : PL_OK;
    *found = false;
    for (long d = 0; st == PL_OK && d <= MAX_CHANGES && !*found; d++) {
        *found = extend_all(p, d, v, middle);
        if (*found) {
            walk_back(p, kept, d, middle);
            break;
        }
        kept[d] = malloc(room * sizeof *v);
        if (kept[d] == NULL)
            st = pl_fail_nomem(err);
        else
            memcpy(kept[d], v, room * sizeof *v);
    }
    for (long d = 0; d <= MAX_CHANGES; d++)
        free(kept[d]);
    free(v);
    return st;
}

/* Mark the lines of `a` that occur more often than in `b`. */
static pl_status mark_surplus(struct line *a, long n, const struct line *b, long m, struct pl_err *err)
{
    struct pl_map counts;
    pl_status st = PL_OK;
    pl_map_init(&counts);
    for (long i = 0; i < m && st == PL_OK; i++) {
        uint64_t *count = pl_map_at(&counts, b[i].text);
        if (count != NULL)
            ++*count;
        else
            st = pl_map_set(&counts, b[i].text, 1, err);
    }
    for (long i = 0; i < n && st == PL_OK; i++) {
        uint64_t *count = pl_map_at(&counts, a[i].text);
        if (count != NULL && *count > 0)
            --*count;
        else
            a[i].is_changed = true;
    }
    pl_map_reset(&counts);
    return st;
}

/* Numbers and a sample of the changed lines of one side. */
static pl_status describe(const struct text *t, struct pl_arena *arena, size_t *count, const char **at,
                          pl_bytes *sample, struct pl_err *err)
{
    struct pl_buf ranges;
    struct pl_buf text;
    size_t shown = 0;
    pl_buf_init(&ranges, 4096);
    pl_buf_init(&text, 1u << 20);
    *count = 0;
    for (size_t i = 0; i < t->lines.n; i++) {
        const struct line *l = &t->lines.v[i];
        if (!l->is_changed)
            continue;
        size_t last = i;
        while (last + 1 < t->lines.n && t->lines.v[last + 1].is_changed)
            last++;
        *count += last - i + 1;
        if (shown++ < SHOWN_RANGES) {
            pl_buf_printf(&ranges, shown > 1 ? ", %zu" : "%zu", l->number);
            if (t->lines.v[last].number > l->number)
                pl_buf_printf(&ranges, "-%zu", t->lines.v[last].number);
        } else if (shown == SHOWN_RANGES + 1) {
            pl_buf_add_str(&ranges, ", …");
        }
        for (size_t k = i; k <= last && text.n < SAMPLE_BYTES; k++)
            pl_buf_add(&text, pl_bytes_sub(t->lines.v[k].whole, 0, SAMPLE_BYTES));
        i = last;
    }
    pl_buf_add_byte(&ranges, 0);
    pl_status st = pl_buf_done(&ranges, err);
    if (st == PL_OK) {
        *at = (const char *)pl_arena_keep(arena, pl_buf_bytes(&ranges)).p;
        *sample = pl_arena_keep(arena, pl_bytes_sub(pl_buf_bytes(&text), 0, SAMPLE_BYTES));
        if (*at == NULL || sample->p == NULL)
            st = pl_arena_fail(arena, err);
    }
    pl_buf_reset(&ranges);
    pl_buf_reset(&text);
    return st;
}

/* Does `line` have a word that is no number and not in `old`, or another number of the signs that code is made of? */
static bool says_more(pl_bytes line, pl_bytes old)
{
    static const char signs[] = "(){};&|<>`$=\\";
    for (size_t i = 0; i < sizeof signs - 1; i++) {
        size_t n = 0;
        for (size_t k = 0; k < line.n; k++)
            n += line.p[k] == (uint8_t)signs[i];
        for (size_t k = 0; k < old.n; k++)
            n -= old.p[k] == (uint8_t)signs[i];
        if (n != 0)
            return true;
    }
    pl_bytes word;
    while (pl_words_next(&line, &word)) {
        uint64_t number;
        if (!pl_bytes_to_u64(word, &number) && pl_bytes_find(old, word, 0) == SIZE_MAX)
            return true;
    }
    return false;
}

/* A line that says which version this is, or of when. */
static bool names_a_version(pl_bytes line)
{
    static const char *const words[] = {"version", "timestamp", "release", "date"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = strlen(words[i]);
        for (size_t at = 0; at + n <= line.n; at++)
            if (strncasecmp((const char *)line.p + at, words[i], n) == 0)
                return true;
    }
    return false;
}

static const struct line *next_changed(const struct text *t, size_t *i)
{
    while (*i < t->lines.n && !t->lines.v[*i].is_changed)
        ++*i;
    return *i < t->lines.n ? &t->lines.v[(*i)++] : NULL;
}

/* One line for each that went, which says nothing new but numbers. */
static bool has_new_numbers_only(const struct text *ours, const struct text *theirs)
{
    size_t i = 0;
    size_t k = 0;
    for (;;) {
        const struct line *a = next_changed(ours, &i);
        const struct line *b = next_changed(theirs, &k);
        if (a == NULL || b == NULL)
            return a == NULL && b == NULL;
        if (!names_a_version(a->text) || says_more(a->text, b->text))
            return false;
    }
}

/* All changed lines begin as comments do in shell, make and m4; "#!" is none. */
static bool has_comments_only(const struct text *t)
{
    for (size_t i = 0; i < t->lines.n; i++) {
        pl_bytes text = t->lines.v[i].text;
        bool is_code = pl_bytes_starts(text, PL_LIT("#!")) || pl_bytes_starts(text, PL_LIT("#define")) ||
                       pl_bytes_starts(text, PL_LIT("#include"));
        bool is_comment =
            (pl_bytes_starts(text, PL_LIT("#")) && !is_code) || pl_bytes_starts(text, PL_LIT("dnl "));
        if (t->lines.v[i].is_changed && !is_comment)
            return false;
    }
    return true;
}

static void place(const struct text *ours, pl_bytes all, const struct piece *p, struct pl_line_diff *out)
{
    size_t first = 0;
    while (first < ours->lines.n && !ours->lines.v[first].is_changed)
        first++;
    if (first ==
        ours->lines
            .n) { /* only missing lines: they stood before the first line behind the common beginning */
        out->offset = p->n > 0 ? (uint64_t)(p->a[0].whole.p - all.p) : all.n;
        return;
    }
    size_t last = first;
    while (last + 1 < ours->lines.n && ours->lines.v[last + 1].is_changed)
        last++;
    const struct line *end = &ours->lines.v[last];
    out->offset = (uint64_t)(ours->lines.v[first].whole.p - all.p);
    out->length = (uint64_t)(end->whole.p + end->whole.n - all.p) - out->offset;
}

pl_status pl_line_diff(pl_bytes ours, pl_bytes theirs, struct pl_arena *arena, struct pl_line_diff *out,
                       struct pl_err *err)
{
    struct text a = {0};
    struct text b = {0};
    struct piece p = {0};
    bool found = false;
    *out = (struct pl_line_diff){0};
    pl_status st = read_lines(ours, &a, err);
    if (st == PL_OK)
        st = read_lines(theirs, &b, err);
    if (st == PL_OK) {
        p = cut_common(&a, &b);
        st = shortest(&p, &found, err);
    }
    if (st == PL_OK && !found)
        st = mark_surplus(p.a, p.n, p.b, p.m, err);
    if (st == PL_OK && !found)
        st = mark_surplus(p.b, p.m, p.a, p.n, err);
    if (st == PL_OK)
        st = describe(&a, arena, &out->added, &out->added_at, &out->added_text, err);
    if (st == PL_OK)
        st = describe(&b, arena, &out->removed, &out->removed_at, &out->removed_text, err);
    if (st == PL_OK)
        place(&a, ours, &p, out);
    out->is_numbers = st == PL_OK && out->added <= NUMBERED_LINES && has_new_numbers_only(&a, &b);
    out->is_comment = has_comments_only(&a) && has_comments_only(&b);
    PL_VEC_FREE(&a.lines);
    PL_VEC_FREE(&b.lines);
    return st;
}
