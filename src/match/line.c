/*
 * line.c - what coverage leaves between runs: single lines that stand elsewhere, short lines beside their neighbours, and lines
 * with a variable replaced.
 *
 * A line that says something (PL_LINE_MIN_BYTES) is looked up by itself. A shorter one says nothing by itself: it must stand
 * within NEAR_BYTES of where the neighbouring run stands in the source. A line whose place between two runs of one source file is taken there by
 * a template line is matched against that.
 */
#include "format/text/fold.h"
#include "match/cover.h"
#include "match/debian.h"
#include "match/template.h"

#include <stdio.h>
#include <string.h>

#define RULE                   "text.line"
#define NEAR_BYTES             512u
#define NEAR_PUNCTUATION_BYTES 64u
#define MAX_TEMPLATE_GAP       8192u       /* lines of source that are tried as templates for one gap */
#define MAX_TEMPLATE_BYTES     (64u << 20) /* the same, summed over a file */
#define MAX_CLAIMS             200000u     /* of one file; what is left then stays unclaimed */

struct lines {
    const struct pl_match *m;
    struct pl_file *f;
    pl_bytes data;
    const struct pl_postings *index;
    struct pl_template values;
    struct pl_run left; /* the run before the piece, and the one after the gap; length 0: none */
    struct pl_run right;
    bool by_line;
    size_t gap_end;
    size_t claimed_to;     /* the end of the last claim */
    size_t template_bytes; /* looked at so far */
    size_t n_claims;
};

static pl_bytes unit_data(const struct lines *x, uint32_t unit)
{
    return pl_index_unit_file(x->m->index, unit)->data;
}

static bool is_word_byte(uint8_t c)
{
    return pl_is_alnum(c) || c >= 0x80;
}

static bool has_word(pl_bytes b)
{
    for (size_t i = 0; i < b.n; i++)
        if (is_word_byte(b.p[i]))
            return true;
    return false;
}

static size_t solid_bytes(pl_bytes b)
{
    size_t n = 0;
    for (size_t i = 0; i < b.n; i++)
        n += b.p[i] > ' ';
    return n;
}

/* Claim a run that ends a line, with the lines after it that go on in the source in the same way. */
static pl_status claim(struct lines *x, struct pl_run run, struct pl_err *err)
{
    struct pl_claim how = {.class = PL_CLASS_DERIVED, .grade = PL_GRADE_C, .rule = RULE};
    pl_bytes s = unit_data(x, run.unit);
    size_t at = (size_t)(run.offset + run.length);
    size_t source_at = (size_t)(run.source_offset + run.length);
    size_t n = 0;
    bool ends_line = x->data.p[at - 1] == '\n';
    for (size_t i = 0;
         ends_line && at + i < x->gap_end && source_at + i < s.n && x->data.p[at + i] == s.p[source_at + i];
         i++)
        if (s.p[source_at + i] == '\n')
            n = i + 1;
    run.length += n;
    x->left = run;
    x->claimed_to = at + n;
    x->n_claims++;
    return pl_claim_from_source(x->m, x->f, &run, &how, err);
}

/* Is [at, at + n) of `s` one whole line, but for blanks around it? */
static bool is_line_of(pl_bytes s, size_t at, size_t n)
{
    size_t before = at;
    size_t after = at + n;
    while (before > 0 && s.p[before - 1] != '\n' && s.p[before - 1] <= ' ')
        before--;
    while (after < s.n && s.p[after] != '\n' && s.p[after] <= ' ')
        after++;
    return (before == 0 || s.p[before - 1] == '\n') && (after == s.n || s.p[after] == '\n');
}

/* The place of a whole line: nearest after the run before it, else the best unit. */
static bool find_line(const struct lines *x, pl_bytes trimmed, size_t at, struct pl_run *out)
{
    pl_places places = pl_postings_find(x->index, pl_line_hash(trimmed));
    bool found = false;
    for (size_t i = 0; i < places.n; i++) {
        uint64_t position = pl_places_position(places, i);
        uint32_t unit = pl_index_unit_at(x->m->index, position);
        size_t source_at = (size_t)(position - pl_index_unit_base(x->m->index, unit));
        pl_bytes s = unit_data(x, unit);
        bool is_next =
            x->left.length > 0 && unit == x->left.unit && source_at >= x->left.source_offset + x->left.length;
        if ((found && !is_next) || !pl_bytes_starts(pl_bytes_from(s, source_at), trimmed) ||
            !is_line_of(s, source_at, trimmed.n))
            continue;
        *out = (struct pl_run){at, trimmed.n, unit, source_at};
        found = true;
        if (is_next)
            break;
    }
    return found;
}

/* Take in the blanks around the line, as far as the source has the same ones. */
static void widen(const struct lines *x, size_t first, size_t end, struct pl_run *run)
{
    pl_bytes s = unit_data(x, run->unit);
    while (run->offset > first && run->source_offset > 0 &&
           x->data.p[run->offset - 1] == s.p[run->source_offset - 1]) {
        run->offset--;
        run->source_offset--;
        run->length++;
    }
    while (run->offset + run->length < end && run->source_offset + run->length < s.n &&
           x->data.p[run->offset + run->length] == s.p[run->source_offset + run->length])
        run->length++;
}

/*
 * Blanks around a line that differ from the source's. Where the file is executed those in front may mean something and stay, and so does what
 * follows a backslash.
 */
static pl_status claim_blanks(struct lines *x, size_t from, size_t to, bool is_front, struct pl_err *err)
{
    bool may_matter = is_front || x->data.p[from - 1] == '\\';
    if (from >= to || (x->by_line && may_matter))
        return PL_OK;
    struct pl_claim c = {.offset = from,
                         .length = to - from,
                         .class = PL_CLASS_DERIVED,
                         .grade = PL_GRADE_C,
                         .rule = RULE,
                         .source_offset = PL_NO_OFFSET,
                         .note = "blanks around the line differ"};
    return pl_ledger_claim(&x->f->ledger, &c, err);
}

static pl_status whole_line(struct lines *x, size_t first, size_t end, bool *found, struct pl_err *err)
{
    pl_bytes trimmed = pl_bytes_trim(pl_bytes_sub(x->data, first, end - first));
    struct pl_run run;
    if (!find_line(x, trimmed, (size_t)(trimmed.p - x->data.p), &run))
        return PL_OK;
    *found = true;
    widen(x, first, end, &run);
    pl_status st = claim_blanks(x, first, (size_t)run.offset, true, err);
    if (st == PL_OK)
        st = claim_blanks(x, (size_t)(run.offset + run.length), end, false, err);
    return st != PL_OK ? st : claim(x, run, err);
}

/* The same bytes near byte `source_at` of a unit; as a whole line when they are one. */
static bool find_near(const struct lines *x, size_t first, size_t end, uint32_t unit, size_t source_at,
                      bool is_line, struct pl_run *out)
{
    pl_bytes s = unit_data(x, unit);
    pl_bytes piece = pl_bytes_sub(x->data, first, end - first);
    size_t reach = is_line ? NEAR_BYTES : NEAR_PUNCTUATION_BYTES;
    size_t low = source_at > reach ? source_at - reach : 0;
    pl_bytes window = pl_bytes_sub(s, 0, source_at + reach);
    for (int pass = 0; pass < 2; pass++) { /* what follows first, then from further back */
        for (size_t at = pl_bytes_find(window, piece, pass == 0 ? source_at : low); at != SIZE_MAX;
             at = pl_bytes_find(window, piece, at + 1)) {
            bool begins = at == 0 || s.p[at - 1] == '\n';
            bool ends = piece.p[piece.n - 1] == '\n' || at + piece.n == s.n || s.p[at + piece.n] == '\n';
            if (is_line && !(begins && ends))
                continue;
            *out = (struct pl_run){first, piece.n, unit, at};
            return true;
        }
    }
    return false;
}

static pl_status short_piece(struct lines *x, size_t first, size_t end, bool is_line, struct pl_err *err)
{
    struct pl_run run;
    pl_bytes piece = pl_bytes_sub(x->data, first, end - first);
    if (!is_line && (x->by_line || has_word(piece)))
        return PL_OK;
    bool found =
        x->left.length > 0 && find_near(x, first, end, x->left.unit,
                                        (size_t)(x->left.source_offset + x->left.length), is_line, &run);
    if (!found && x->right.length > 0)
        found = find_near(x, first, end, x->right.unit, (size_t)x->right.source_offset, is_line, &run);
    return found ? claim(x, run, err) : PL_OK;
}

/* The lines of the source between the runs around the gap; no bytes when they are not of one file, in order. */
/* The one file of the sources named as this one is, or with ".in" behind: for a file too short for any run. */
static pl_bytes source_of_name(const struct lines *x, struct pl_run *where)
{
    char name[256];
    pl_bytes own = pl_bytes_basename(x->f->name);
    if (own.n == 0 || own.n > 200)
        return (pl_bytes){NULL, 0};
    (void)snprintf(name, sizeof name, "%.*s.in", PL_ARG(own)); /* fits */
    pl_units units = pl_index_units_of_name(x->m->index, pl_bytes_of_str(name));
    if (units.n != 1)
        units = pl_index_units_of_name(x->m->index, own);
    if (units.n != 1 || unit_data(x, units.v[0]).n > MAX_TEMPLATE_GAP)
        return (pl_bytes){NULL, 0};
    *where = (struct pl_run){.unit = units.v[0]};
    return unit_data(x, units.v[0]);
}

static pl_bytes source_between(const struct lines *x, size_t gap_first, size_t gap_end, struct pl_run *where)
{
    pl_bytes none = {NULL, 0};
    bool has_left = x->left.length > 0 && x->left.offset + x->left.length <= gap_first;
    bool is_start = gap_first == 0;
    bool is_end = gap_end == x->data.n;
    if (!has_left && x->right.length == 0)
        return source_of_name(x, where);
    if (!(has_left || is_start) || !(x->right.length > 0 || is_end) || (is_start && is_end))
        return none;
    uint32_t unit = has_left ? x->left.unit : x->right.unit;
    if (has_left && x->right.length > 0 && x->right.unit != unit)
        return none;
    pl_bytes s = unit_data(x, unit);
    uint64_t from = has_left ? x->left.source_offset + x->left.length : 0;
    uint64_t to = x->right.length > 0 ? x->right.source_offset : s.n;
    if (from >= to || to - from > MAX_TEMPLATE_GAP || x->template_bytes > MAX_TEMPLATE_BYTES)
        return none;
    *where = (struct pl_run){.unit = unit, .source_offset = from};
    return pl_bytes_sub(s, (size_t)from, (size_t)(to - from));
}

static bool is_plain_byte(uint8_t c)
{
    return is_word_byte(c) || c == '_' || c == '-' || c == '.' || c == '/' || c == '+';
}

/* Bytes of a word in single quotes that they do not change, quotes and all, at the front of `s`; 0 when there is none. */
static size_t quoted_word(pl_bytes s)
{
    size_t n = 1;
    if (s.n == 0 || s.p[0] != '\'')
        return 0;
    while (n < s.n && is_plain_byte(s.p[n]))
        n++;
    return n > 1 && n < s.n && s.p[n] == '\'' ? n + 1 : 0;
}

/*
 * Is `text` the line of shell with quotes around plain words taken off? To the shell that is the same: POSIX.1-2017 XCU 2.2.2. (gzip's build takes
 * them off 'gzip'.)
 */
static bool is_unquoted(pl_bytes source, pl_bytes text)
{
    size_t at = 0;
    bool has_taken = false;
    for (size_t i = 0; i < source.n;) {
        size_t n = quoted_word(pl_bytes_from(source, i));
        bool is_bare = n > 0 && pl_bytes_starts(pl_bytes_from(text, at), pl_bytes_sub(source, i + 1, n - 2));
        if (is_bare) {
            at += n - 2;
            i += n;
            has_taken = true;
        } else if (at < text.n && text.p[at] == source.p[i]) {
            at++;
            i++;
        } else {
            return false;
        }
    }
    return has_taken && at == text.n;
}

static pl_status claim_unquoted(const struct lines *x, size_t first, size_t end, uint32_t unit, pl_bytes line,
                                struct pl_err *err)
{
    pl_bytes s = unit_data(x, unit);
    struct pl_claim c = {.offset = first,
                         .length = end - first,
                         .class = PL_CLASS_DERIVED,
                         .grade = PL_GRADE_B,
                         .rule = "text.unquoted",
                         .source = pl_own_name(pl_index_unit_file(x->m->index, unit)),
                         .source_offset = (uint64_t)(line.p - s.p)};
    return pl_ledger_claim(&x->f->ledger, &c, err);
}

/* Try the lines of *rest, in order, as templates of one line; *rest then begins after the one that fits. */
static pl_status template_line(struct lines *x, size_t first, size_t end, pl_bytes *rest,
                               struct pl_run *where, bool *found, struct pl_err *err)
{
    pl_bytes text = pl_bytes_sub(x->data, first, end - first);
    pl_bytes left = *rest;
    pl_bytes line;
    bool is_shell = x->f->kind != NULL && strcmp(x->f->kind, "shell") == 0;
    pl_status st = PL_OK;
    while (st == PL_OK && !*found && x->template_bytes < MAX_TEMPLATE_BYTES && pl_bytes_line(&left, &line)) {
        pl_bytes with_feed = pl_bytes_of(line.p, (size_t)(left.p - line.p));
        x->template_bytes += with_feed.n;
        if (is_shell && is_unquoted(with_feed, text)) {
            *rest = left;
            *found = true;
            return claim_unquoted(x, first, end, where->unit, line, err);
        }
        if (!pl_template_has_variable(line) || solid_bytes(line) == 0)
            continue;
        st = pl_template_match(&x->values, with_feed, text, found, err);
        if (st == PL_OK && *found) {
            pl_bytes s = unit_data(x, where->unit);
            struct pl_run at = {first, end - first, where->unit, (uint64_t)(line.p - s.p)};
            st = pl_template_claim(x->m, x->f, &x->values, &at, PL_GRADE_B, err);
            *rest = left;
        }
    }
    return st;
}

static pl_status fill_gap(struct lines *x, size_t gap_first, size_t gap_end, struct pl_err *err)
{
    struct pl_run where = {0};
    pl_bytes templates = source_between(x, gap_first, gap_end, &where);
    pl_status st = PL_OK;
    x->gap_end = gap_end;
    for (size_t first = gap_first; first < gap_end && st == PL_OK && x->n_claims < MAX_CLAIMS;) {
        size_t feed = pl_bytes_find_byte(pl_bytes_sub(x->data, 0, gap_end), '\n', first);
        size_t end = feed == SIZE_MAX ? gap_end : feed + 1;
        bool is_line =
            (first == 0 || x->data.p[first - 1] == '\n') && (end == x->data.n || x->data.p[end - 1] == '\n');
        bool is_long = solid_bytes(pl_bytes_sub(x->data, first, end - first)) >= PL_LINE_MIN_BYTES;
        bool found = false;
        if (is_line && is_long)
            st = whole_line(x, first, end, &found, err);
        if (st == PL_OK && is_line && !found && templates.n > 0)
            st = template_line(x, first, end, &templates, &where, &found, err);
        if (st == PL_OK && !found && !is_long)
            st = short_piece(x, first, end, is_line, err);
        first = end > x->claimed_to ? end : x->claimed_to;
    }
    return st;
}

static pl_status lines_rung(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    if (f->data.p == NULL || f->container != NULL || pl_is_image(f) || !pl_is_text(f->data) ||
        pl_is_judged_script(f))
        return PL_OK;
    struct lines x = {.m = m, .f = f, .data = f->data, .by_line = pl_covers_by_line(f)};
    pl_status st = pl_index_lines(m->index, &x.index, err);
    size_t at = 0;
    pl_template_init(&x.values, f->role == PL_ROLE_ACTIVE);
    for (size_t i = 0; i <= f->ledger.settled.n && st == PL_OK; i++) {
        const struct pl_claim *next = i < f->ledger.settled.n ? &f->ledger.settled.v[i] : NULL;
        size_t to = next != NULL ? (size_t)next->offset : f->data.n;
        struct pl_run right = {0};
        if (next != NULL && (to > at || next->length > 0) && !pl_claim_run(m, f, next, &right))
            right = (struct pl_run){0};
        x.right = right;
        if (to > at)
            st = fill_gap(&x, at, to, err);
        x.left = right;
        at = next != NULL ? (size_t)(next->offset + next->length) : to;
    }
    pl_template_reset(&x.values);
    return st;
}

const struct pl_rung pl_rung_text_line = {
    .rule = RULE,
    .what = "Lines stand in a source file as they are; short ones near the place of their neighbours.",
    .source = "each byte compared; bounds: what the set of tests/accuracy needs",
    .pass = PL_PASS_FILE,
    .apply = lines_rung,
};
