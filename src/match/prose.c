/*
 * prose.c - documentation that a tool wrote again: the words are those of the source, in order, the markup is not.
 *
 *     source:  @item --all  do @emph{not} ignore entries starting with .
 *     file:    \fB\-\-all\fR\n.RS 4\ndo \fInot\fR ignore entries starting with .
 *     words:   all do not ignore entries starting with
 *
 * Only for passive files, and for lines of a program that are one literal each (printed.h): a word out of place changes what a program does, and
 * hardly what a page says. A run has at least
 * PL_RUN_WORDS words; between two of its words at most MAX_SPACE_BYTES of markup count with it. Grade C.
 */
#include "format/text/fold.h"
#include "format/text/words.h"
#include "match/claim.h"
#include "match/printed.h"

#include <string.h>

#define RULE            "text.words"
#define PL_RUN_WORDS    5u
#define MAX_SPACE_BYTES 32u
#define MAX_RUNS        200000u /* of one file; what is left then stays unclaimed */

struct words {
    const struct pl_match *m;
    struct pl_file *f;
    const struct pl_postings *index;
    pl_prose_words list;
};

/* A run of equal words: `n` from `first` on, the first of them at `source_at` of the unit. */
struct word_run {
    size_t first;
    size_t n;
    uint32_t unit;
    size_t source_at;
};

static bool is_documentation(const struct pl_file *f)
{
    return f->data.p != NULL && f->container == NULL && f->role == PL_ROLE_PASSIVE && !pl_is_image(f) &&
           pl_is_text(f->data);
}

/* A program that holds a text to print. */
static bool is_print_out(const struct pl_file *f)
{
    return f->data.p != NULL && f->container == NULL && pl_is_compiled_name(f->name) && pl_is_text(f->data) &&
           pl_is_printed(f->data);
}

static size_t start_of(const struct words *x, size_t word)
{
    return x->list.v[word].parts[0].start;
}

static size_t end_of(const struct words *x, size_t word)
{
    return x->list.v[word].parts[x->list.v[word].n_parts - 1].end;
}

static pl_status cut_words(struct words *x, struct pl_err *err)
{
    pl_bytes rest = x->f->data;
    pl_bytes word;
    if (!is_documentation(x->f))
        return pl_printed_words(x->f->data, x->m->scratch, &x->list, err);
    while (pl_prose_next(&rest, &word)) {
        struct pl_prose_word *slot = PL_VEC_ADD(&x->list);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = (struct pl_prose_word){.text = word, .n_parts = 1};
        slot->parts[0].start = (size_t)(word.p - x->f->data.p);
        slot->parts[0].end = slot->parts[0].start + word.n;
    }
    return PL_OK;
}

static size_t same_words(const struct words *x, size_t first, pl_bytes source)
{
    pl_bytes word;
    size_t n = 0;
    while (first + n < x->list.n && pl_prose_next(&source, &word) &&
           pl_prose_eq(word, x->list.v[first + n].text))
        n++;
    return n;
}

/* The word that ends before byte `at` of the source, if it is `word`; its beginning goes to *start. */
static bool is_word_before(pl_bytes source, size_t at, pl_bytes word, size_t *start)
{
    size_t back = word.n + MAX_SPACE_BYTES < at ? at - word.n - MAX_SPACE_BYTES : 0;
    for (size_t end = at; end >= back + word.n; end--) {
        pl_bytes rest = pl_bytes_sub(source, end - word.n, at - (end - word.n));
        pl_bytes first;
        pl_bytes second;
        *start = end - word.n;
        if (pl_prose_eq(pl_bytes_sub(source, *start, word.n), word) && pl_prose_next(&rest, &first) &&
            first.n == word.n && !pl_prose_next(&rest, &second))
            return true;
        if (end == 0)
            break;
    }
    return false;
}

/* The longest run from word `first` on, begun one word earlier when the source allows; n is 0 when there is none. */
static struct word_run longest(const struct words *x, size_t first, size_t lowest)
{
    uint64_t hashes[PL_PROSE_GRAM];
    struct word_run best = {0};
    for (size_t i = 0; i < PL_PROSE_GRAM; i++)
        hashes[i] = pl_prose_hash(x->list.v[first + i].text);
    pl_places places = pl_postings_find(x->index, pl_prose_gram(hashes));
    for (size_t i = 0; i < places.n; i++) {
        uint64_t position = pl_places_position(places, i);
        uint32_t unit = pl_index_unit_at(x->m->index, position);
        size_t at = (size_t)(position - pl_index_unit_base(x->m->index, unit));
        size_t n = same_words(x, first, pl_bytes_from(pl_index_unit_file(x->m->index, unit)->data, at));
        if (n > best.n)
            best = (struct word_run){first, n, unit, at};
    }
    size_t start = 0;
    if (best.n > 0 && first > lowest &&
        is_word_before(pl_index_unit_file(x->m->index, best.unit)->data, best.source_at,
                       x->list.v[first - 1].text, &start))
        best = (struct word_run){first - 1, best.n + 1, best.unit, start};
    return best;
}

/* Claim the words of a run and the markup between them, but for long stretches of it. */
static pl_status claim_run(const struct words *x, const struct word_run *run, struct pl_err *err)
{
    pl_bytes path = pl_index_unit_file(x->m->index, run->unit)->path;
    struct pl_claim c = {.class = PL_CLASS_DERIVED,
                         .grade = PL_GRADE_C,
                         .rule = RULE,
                         .source_offset = PL_NO_OFFSET,
                         .note = "the same words under other markup"};
    c.source = pl_arena_printf(x->m->arena, "%.*s:%llu", PL_ARG(path),
                               (unsigned long long)pl_index_line_of(x->m->index, run->unit, run->source_at));
    if (c.source == NULL)
        return pl_arena_fail(x->m->arena, err);
    pl_status st = PL_OK;
    c.offset = start_of(x, run->first);
    for (size_t i = run->first; i < run->first + run->n && st == PL_OK; i++)
        for (uint32_t k = 0; k < x->list.v[i].n_parts && st == PL_OK; k++) {
            const struct pl_prose_word *word = &x->list.v[i];
            bool is_last = i + 1 == run->first + run->n && k + 1 == word->n_parts;
            const struct pl_prose_word *next = is_last ? NULL : k + 1 < word->n_parts ? word : word + 1;
            uint32_t n = next == word ? k + 1 : 0;
            if (next != NULL && next->parts[n].group == word->parts[k].group &&
                next->parts[n].start - word->parts[k].end <= MAX_SPACE_BYTES)
                continue;
            c.length = word->parts[k].end - c.offset;
            st = pl_ledger_claim(&x->f->ledger, &c, err);
            c.offset = next == NULL ? 0 : next->parts[n].start;
        }
    return st;
}

/* The first unclaimed range that ends after byte `at`; *offset and *length hold the one before. False when there is none. */
static bool go_to_gap(const struct words *x, size_t at, uint64_t *offset, uint64_t *length)
{
    while (*offset + *length <= at)
        if (!pl_ledger_gap(&x->f->ledger, *offset + *length, offset, length))
            return false;
    return true;
}

/* The words of one file, one after the other. */
static void want(struct pl_gram_set *set, uint64_t hashes[PL_PROSE_GRAM], size_t n, pl_bytes word)
{
    memmove(hashes, hashes + 1, (PL_PROSE_GRAM - 1) * sizeof hashes[0]);
    hashes[PL_PROSE_GRAM - 1] = pl_prose_hash(word);
    if (n >= PL_PROSE_GRAM)
        pl_gram_set_add(set, pl_prose_gram(hashes));
}

pl_status pl_match_wanted_prose(const struct pl_file *f, struct pl_arena *scratch, struct pl_gram_set *set,
                                struct pl_err *err)
{
    uint64_t hashes[PL_PROSE_GRAM] = {0};
    pl_bytes rest = f->data;
    pl_bytes word;
    pl_prose_words printed = {0};
    if (pl_ledger_unclaimed(&f->ledger) == 0)
        return PL_OK;
    if (is_documentation(f))
        for (size_t n = 1; pl_prose_next(&rest, &word); n++)
            want(set, hashes, n, word);
    else if (is_print_out(f)) {
        pl_status st = pl_printed_words(f->data, scratch, &printed, err);
        for (size_t n = 1; n <= printed.n && st == PL_OK; n++)
            want(set, hashes, n, printed.v[n - 1].text);
        PL_VEC_FREE(&printed);
        return st;
    }
    return PL_OK;
}

static pl_status prose(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    if (!is_documentation(f) && (pl_ledger_unclaimed(&f->ledger) == 0 || !is_print_out(f)))
        return PL_OK;
    struct words x = {.m = m, .f = f};
    pl_status st = pl_index_prose(m->index, m->prose, &x.index, err);
    if (st == PL_OK)
        st = cut_words(&x, err);
    size_t lowest = 0;
    size_t runs = 0;
    uint64_t offset = 0;
    uint64_t length = 0;
    for (size_t i = 0; i + PL_PROSE_GRAM <= x.list.n && st == PL_OK && runs < MAX_RUNS;) {
        size_t last = i + PL_RUN_WORDS < x.list.n ? i + PL_RUN_WORDS : x.list.n - 1;
        if (!go_to_gap(&x, start_of(&x, i), &offset, &length))
            break;
        struct word_run run = {0};
        if (offset < end_of(&x, last))
            run = longest(&x, i, lowest);
        if (run.n < PL_RUN_WORDS) {
            i++;
            continue;
        }
        st = claim_run(&x, &run, err);
        runs++;
        i = run.first + run.n;
        lowest = i;
    }
    PL_VEC_FREE(&x.list);
    return st;
}

const struct pl_rung pl_rung_text_words = {
    .rule = RULE,
    .what = "In documentation, and in literals of a program that mostly prints: five or more words in a row "
            "stand in a source file, whatever the markup "
            "around them.",
    .source = "words compared one by one; bounds: what the set of tests/accuracy needs",
    .pass = PL_PASS_PACKAGE, /* when all that will be looked up is known, the index of it is small */
    .apply = prose,
};
