/*
 * cover.c - rung 4: where do the runs of a file come from.
 *
 * Anchors of the file are looked up in the anchors of all sources; each place proposes a run, which is extended to both sides byte
 * by byte. Of the proposals for one anchor the longest is taken, with a bonus for going on in the file of the run before; ties go to
 * the better unit. Only compared bytes are claimed.
 *
 *     file    ....[==== run ====]....[== run ==]
 *     source        |                  `- lib/b.c:7-9
 *                   `- src/a.c:10-20
 *
 * Source: the greedy string matching of delta encoders (Tichy 1984; Burns, Percival 2003) over the anchors of Schleimer et al. 2003.
 * Time: an anchor has at most PL_POSTINGS_CAP + 1 proposals and anchors inside a run are passed over, so that each byte is compared
 * a bounded number of times.
 */
#include "match/cover.h"
#include "format/text/fold.h"

#include <string.h>

#define RULE            "text.coverage"
#define BLOCK_BYTES     (8u * 1024u * 1024u) /* anchors are made for this much of the file at a time */
#define OVERLAP_BYTES   4096u                /* how far a run may take back from the run before */
#define MIN_TEXT_RUN    24u
#define MIN_DATA_RUN    32u
#define STRONG_RUN      64u
#define SAME_UNIT_BONUS 64u
#define MAX_RUNS        1000000u /* of one file; what is left then stays unclaimed */

bool pl_covers_by_line(const struct pl_file *f)
{
    return f->role == PL_ROLE_ACTIVE && pl_is_text(f->data);
}

size_t pl_line_start(pl_bytes data, size_t at)
{
    for (size_t i = at; i > 0; i--) {
        if (data.p[i - 1] == '\n')
            return i;
        if (at - i >= PL_LONG_LINE_BYTES)
            return SIZE_MAX;
    }
    return 0;
}

size_t pl_line_end(pl_bytes data, size_t at)
{
    size_t n = data.n - at < PL_LONG_LINE_BYTES ? data.n : at + PL_LONG_LINE_BYTES;
    for (size_t i = at; i < n; i++)
        if (data.p[i] == '\n')
            return i + 1;
    return n == data.n ? n : SIZE_MAX;
}

struct cover {
    const struct pl_match *m;
    struct pl_file *f;
    pl_bytes data;
    bool by_line;
    size_t min_run;
    size_t gap_start; /* the gap that is being covered */
    size_t gap_end;
    size_t raw_end; /* anchors that end before it are used up, whether or not a run came of them */
    PL_VEC(struct pl_run) runs;
    size_t first_run_of_gap;
};

static size_t same_after(const uint8_t *a, const uint8_t *b, size_t max)
{
    size_t n = 0;
    for (; n + 8 <= max; n += 8) {
        uint64_t x;
        uint64_t y;
        memcpy(&x, a + n, 8);
        memcpy(&y, b + n, 8);
        if (x != y)
            break;
    }
    while (n < max && a[n] == b[n])
        n++;
    return n;
}

/* Equal bytes before a and b, going back. */
static size_t same_before(const uint8_t *a, const uint8_t *b, size_t max)
{
    size_t n = 0;
    for (; n + 8 <= max; n += 8)
        if (memcmp(a - n - 8, b - n - 8, 8) != 0)
            break;
    while (n < max && *(a - n - 1) == *(b - n - 1))
        n++;
    return n;
}

static const struct pl_run *last_run(const struct cover *c)
{
    return c->runs.n > c->first_run_of_gap ? &c->runs.v[c->runs.n - 1] : NULL;
}

/* How far back a new run may reach: into the run before it, but not far, and not beyond the gap. */
static size_t lower_limit(const struct cover *c, size_t at)
{
    const struct pl_run *before = last_run(c);
    size_t limit = before == NULL ? c->gap_start : (size_t)before->offset;
    return at - limit > OVERLAP_BYTES && before != NULL &&
                   before->offset + before->length > limit + OVERLAP_BYTES
               ? (size_t)(before->offset + before->length) - OVERLAP_BYTES
               : limit;
}

/* The run around byte `at` of the file and byte `source_at` of the unit; false when the gram there is not equal. */
static bool extend(const struct cover *c, size_t at, uint32_t unit, uint64_t source_at, struct pl_run *out)
{
    pl_bytes s = pl_index_unit_file(c->m->index, unit)->data;
    if (source_at > s.n || s.n - source_at < PL_ANCHOR_GRAM ||
        memcmp(s.p + source_at, c->data.p + at, PL_ANCHOR_GRAM) != 0)
        return false;
    size_t source_pos = (size_t)source_at;
    size_t max_back = at - lower_limit(c, at) < source_pos ? at - lower_limit(c, at) : source_pos;
    size_t max_on = c->gap_end - at < s.n - source_pos ? c->gap_end - at : s.n - source_pos;
    size_t back = same_before(c->data.p + at, s.p + source_pos, max_back);
    size_t on = same_after(c->data.p + at, s.p + source_pos, max_on);
    *out = (struct pl_run){at - back, back + on, unit, source_pos - back};
    return true;
}

/* The best run through the anchor at `at`; false when no place has the same bytes. */
static bool propose(const struct cover *c, size_t at, pl_places places, struct pl_run *best)
{
    const struct pl_run *before = last_run(c);
    uint64_t best_score = 0;
    struct pl_run run;
    if (before != NULL && extend(c, at, before->unit, before->source_offset + (at - before->offset), &run)) {
        *best = run;
        best_score = run.length + SAME_UNIT_BONUS;
    }
    for (size_t i = 0; i < places.n; i++) {
        uint64_t position = pl_places_position(places, i);
        uint32_t unit = pl_index_unit_at(c->m->index, position);
        if (!extend(c, at, unit, position - pl_index_unit_base(c->m->index, unit), &run))
            continue;
        uint64_t score = run.length + (before != NULL && before->unit == unit ? SAME_UNIT_BONUS : 0);
        if (score > best_score) {
            *best = run;
            best_score = score;
        }
    }
    return best_score > 0;
}

static bool is_blank(pl_bytes b)
{
    return pl_bytes_trim(b).n == 0;
}

/* Does a line of the source begin at `at`, but for blanks? */
static bool begins_line(pl_bytes s, size_t at)
{
    size_t start = pl_line_start(s, at);
    return start != SIZE_MAX && is_blank(pl_bytes_sub(s, start, at - start));
}

static void cut_front(struct pl_run *run, size_t to)
{
    uint64_t less = to - run->offset;
    if (less > run->length)
        less = run->length;
    run->offset += less;
    run->source_offset += less;
    run->length -= less;
}

/* Cut a run down to whole lines of the file that are whole lines of the source, too. */
static void clip_to_lines(const struct cover *c, struct pl_run *run)
{
    pl_bytes s = pl_index_unit_file(c->m->index, run->unit)->data;
    size_t start = pl_line_start(c->data, (size_t)run->offset);
    if (start != SIZE_MAX && (start != run->offset || !begins_line(s, (size_t)run->source_offset))) {
        size_t next = pl_line_end(c->data, (size_t)run->offset);
        cut_front(run, next == SIZE_MAX ? c->data.n : next);
    }
    size_t end = (size_t)(run->offset + run->length);
    size_t source_end = (size_t)(run->source_offset + run->length);
    if (run->length == 0 || c->data.p[end - 1] == '\n')
        return;
    bool is_line_end = end == c->data.n || c->data.p[end] == '\n';
    bool is_source_end = source_end == s.n || s.p[source_end] == '\n' || s.p[source_end] == '\r';
    if (is_line_end && is_source_end)
        return;
    start = pl_line_start(c->data, end);
    if (start == SIZE_MAX)
        return;
    run->length = start > run->offset ? start - run->offset : 0;
}

/* Worth claiming as it stands? */
static bool is_enough(const struct cover *c, const struct pl_run *run)
{
    if (run->length == 0 || run->length >= c->min_run)
        return run->length > 0;
    size_t end = (size_t)(run->offset + run->length);
    bool begins = run->offset == 0 || c->data.p[run->offset - 1] == '\n';
    bool ends = end == c->data.n || c->data.p[end - 1] == '\n';
    return c->by_line && begins && ends;
}

static pl_status keep_run(struct cover *c, struct pl_run run, struct pl_err *err)
{
    while (c->runs.n > c->first_run_of_gap) {
        struct pl_run *before = &c->runs.v[c->runs.n - 1];
        if (before->offset + before->length <= run.offset)
            break;
        if (run.length < before->length) { /* the longer run keeps what both want */
            cut_front(&run, (size_t)(before->offset + before->length));
            break;
        }
        before->length = run.offset > before->offset ? run.offset - before->offset : 0;
        if (is_enough(c, before))
            break;
        c->runs.n--;
    }
    if (!is_enough(c, &run) || c->runs.n >= MAX_RUNS)
        return PL_OK;
    struct pl_run *slot = PL_VEC_ADD(&c->runs);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = run;
    return PL_OK;
}

static pl_status use_anchor(struct cover *c, size_t at, pl_places places, struct pl_err *err)
{
    struct pl_run run = {0};
    if (at + PL_ANCHOR_GRAM <= c->raw_end || !propose(c, at, places, &run))
        return PL_OK;
    if (run.offset + run.length > c->raw_end)
        c->raw_end = (size_t)(run.offset + run.length);
    if (c->by_line)
        clip_to_lines(c, &run);
    return keep_run(c, run, err);
}

/* Go on to the first gap that ends after `at`; false when there is none. */
static bool find_gap(struct cover *c, size_t at)
{
    uint64_t offset = 0;
    uint64_t length = c->gap_end;
    do {
        if (!pl_ledger_gap(&c->f->ledger, offset + length, &offset, &length))
            return false;
    } while (offset + length <= at);
    c->gap_start = (size_t)offset;
    c->gap_end = (size_t)(offset + length);
    c->first_run_of_gap = c->runs.n;
    return true;
}

/* All anchors of one block, looked up at once and used where they fall into a gap. */
static pl_status cover_block(struct cover *c, const struct pl_anchors *anchors, pl_places *places,
                             struct pl_err *err)
{
    pl_status st = PL_OK;
    pl_postings_find_all(pl_index_anchors(c->m->index), anchors->v, anchors->n, places);
    for (size_t i = 0; i < anchors->n && st == PL_OK; i++) {
        size_t at = (size_t)pl_anchor_position(anchors->v[i]);
        if (at >= c->gap_end && !find_gap(c, at))
            return PL_OK;
        if (at >= c->gap_start && at < c->gap_end && c->gap_end - at >= PL_ANCHOR_GRAM)
            st = use_anchor(c, at, places[i], err);
    }
    return st;
}

static pl_status cover_all(struct cover *c, struct pl_err *err)
{
    struct pl_anchors anchors = {0};
    PL_VEC(pl_places) places = {0};
    pl_status st = PL_OK;
    for (size_t at = 0; at < c->data.n && st == PL_OK; at += BLOCK_BYTES) {
        anchors.n = 0;
        pl_bytes block = pl_bytes_sub(c->data, at, BLOCK_BYTES + PL_ANCHOR_RUN - 1);
        st = pl_anchors_add(&anchors, block, at, pl_anchor_best_path(), err);
        places.n = 0;
        while (st == PL_OK && places.n < anchors.n)
            if (PL_VEC_ADD(&places) == NULL)
                st = pl_fail_nomem(err);
        if (st == PL_OK)
            st = cover_block(c, &anchors, places.v, err);
    }
    PL_VEC_FREE(&places);
    pl_anchors_reset(&anchors);
    return st;
}

/* All of the file, from one source file, in order? */
static bool is_one_file_in_order(const struct cover *c)
{
    uint64_t at = 0;
    uint64_t source_at = 0;
    for (size_t i = 0; i < c->runs.n; i++) {
        const struct pl_run *run = &c->runs.v[i];
        if (run->offset != at || run->unit != c->runs.v[0].unit || run->source_offset < source_at)
            return false;
        at += run->length;
        source_at = run->source_offset + run->length;
    }
    return at == c->data.n;
}

static pl_status coverage(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    if (f->data.p == NULL || f->container != NULL || pl_is_image(f) || pl_is_judged_script(f))
        return PL_OK;
    struct cover c = {.m = m, .f = f, .data = f->data, .by_line = pl_covers_by_line(f)};
    c.min_run = pl_is_text(f->data) ? MIN_TEXT_RUN : MIN_DATA_RUN;
    pl_status st = cover_all(&c, err);
    bool is_strict = st == PL_OK && is_one_file_in_order(&c);
    for (size_t i = 0; i < c.runs.n && st == PL_OK; i++) {
        bool is_strong = c.by_line || c.runs.v[i].length >= STRONG_RUN;
        struct pl_claim how = {.class = PL_CLASS_DERIVED,
                               .grade = is_strict   ? PL_GRADE_A
                                        : is_strong ? PL_GRADE_B
                                                    : PL_GRADE_C,
                               .rule = RULE};
        st = pl_claim_from_source(m, f, &c.runs.v[i], &how, err);
    }
    PL_VEC_FREE(&c.runs);
    return st;
}

const struct pl_rung pl_rung_text_coverage = {
    .rule = RULE,
    .what = "Runs of the file stand byte for byte in source files; lines, where the file is executed.",
    .source = "Schleimer, Wilkerson, Aiken 2003, verified by comparing",
    .pass = PL_PASS_FILE,
    .apply = coverage,
};
