/*
 * printed_words.c - what is left between explained runs of a text that a program prints: headings, options, examples.
 *
 *     "              See also --cacert and -k, --insecure.\n"      no five words in a row: a tool wrote "See also" and "and"
 *
 * A short run whose words all stand in the sources, in lines that are one literal each, of a file that names the script of the tree that wrote it. Halves of a
 * hyphenated word are that word; a word of a script may have an escape before it ("\nProviding").
 *
 * What it could hide: another known word in a text that is printed.
 */
#include "base/map.h"
#include "corpus/index.h"
#include "format/text/words.h"
#include "match/match.h"
#include "match/own_generator.h"
#include "match/printed.h"

#include <string.h>

#define RULE          "text.printed-words"
#define MAX_BYTES     256u
#define MAX_ADDRESSES 512u /* of one file; what is over is not looked for, and stays unexplained */

struct print_out {
    const struct pl_match *m;
    struct pl_file *f;
    pl_prose_words words;
    size_t next;             /* the first word that does not end before the gap */
    struct pl_map addresses; /* those that were looked for: does a source have it */
};

static bool is_known(const struct pl_index *ix, pl_bytes word)
{
    uint8_t escaped[PL_WORD_MAX_BYTES + 1] = {'n'};
    if (word.n < PL_WORD_MIN_BYTES || pl_index_has_word(ix, word))
        return true;
    if (word.n > PL_WORD_MAX_BYTES)
        return false;
    for (size_t i = 0; i < word.n; i++)
        escaped[i + 1] = word.p[i];
    return pl_index_has_word(ix, pl_bytes_of(escaped, word.n + 1));
}

/* A word that ends its line in a hyphen may have one of its own: "--remote-" and "name". */
static bool are_halves_known(const struct print_out *x, const struct pl_prose_word *w)
{
    bool all = w->n_parts == 2;
    for (size_t k = 0; all && k < w->n_parts; k++)
        all = is_known(x->m->index,
                       pl_bytes_sub(x->f->data, w->parts[k].start, w->parts[k].end - w->parts[k].start));
    return all;
}

/* Are all words that stand in [start, end), in part or as a whole, known? Gaps are asked for in order. */
static bool all_known(struct print_out *x, size_t start, size_t end)
{
    while (x->next < x->words.n && x->words.v[x->next].parts[x->words.v[x->next].n_parts - 1].end <= start)
        x->next++;
    for (size_t i = x->next; i < x->words.n && x->words.v[i].parts[0].start < end; i++)
        if (!is_known(x->m->index, x->words.v[i].text) && !are_halves_known(x, &x->words.v[i]))
            return false;
    return true;
}

/* Does it name a place: "https://...", "203.0.113.9"? */
static bool is_address(pl_bytes token)
{
    size_t dots = 0;
    for (size_t i = 1; i + 1 < token.n; i++)
        dots += token.p[i] == '.' && pl_is_digit(token.p[i - 1]) && pl_is_digit(token.p[i + 1]);
    return dots >= 3 || pl_bytes_find(token, PL_LIT("://"), 0) != SIZE_MAX;
}

static bool stands_in_source(const struct pl_index *ix, pl_bytes token)
{
    for (size_t u = 0; u < pl_index_unit_count(ix); u++) {
        uint32_t unit = (uint32_t)u;
        if (pl_index_unit_is_own(ix, unit) && pl_index_unit_is_text(ix, unit) &&
            !pl_index_unit_is_repeat(ix, unit) &&
            pl_bytes_find(pl_index_unit_file(ix, unit)->data, token, 0) != SIZE_MAX)
            return true;
    }
    return false;
}

/* What a text puts around an address: quotes, brackets, the stop of a sentence, escapes of the literal. */
static pl_bytes without_signs(pl_bytes token)
{
    while (token.n > 0 && memchr("\"'<([\\", token.p[0], 6) != NULL)
        token = pl_bytes_from(token, 1);
    if (pl_bytes_ends(token, PL_LIT("\\n\"")))
        token.n -= 3;
    while (token.n > 0 && memchr("\"'>)].,:;\\", token.p[token.n - 1], 9) != NULL)
        token.n--;
    return token;
}

/* Do all addresses that reach into [start, end) stand in a source? */
static pl_status know_addresses(struct print_out *x, size_t start, size_t end, bool *all, struct pl_err *err)
{
    pl_bytes data = x->f->data;
    pl_status st = PL_OK;
    *all = true;
    while (start > 0 && !pl_is_space(data.p[start - 1]))
        start--;
    while (end < data.n && !pl_is_space(data.p[end]))
        end++;
    for (size_t i = start; i < end && *all && st == PL_OK;) {
        size_t from = i;
        while (i < end && !pl_is_space(data.p[i]))
            i++;
        pl_bytes token = without_signs(pl_bytes_sub(data, from, i - from));
        uint64_t known = 0;
        i += i == from;
        if (!is_address(token))
            continue;
        if (!pl_map_get(&x->addresses, token, &known)) {
            known = x->addresses.n < MAX_ADDRESSES && stands_in_source(x->m->index, token);
            st = pl_map_set(&x->addresses, token, known, err);
        }
        *all = known != 0;
    }
    return st;
}

static pl_status claim_gaps(struct print_out *x, struct pl_err *err)
{
    uint64_t offset;
    uint64_t length;
    pl_status st = PL_OK;
    for (uint64_t from = 0; st == PL_OK && pl_ledger_gap(&x->f->ledger, from, &offset, &length);
         from = offset + length)
        if (length <= MAX_BYTES && pl_is_in_printed_lines(x->f->data, (size_t)offset, (size_t)length) &&
            all_known(x, (size_t)offset, (size_t)(offset + length))) {
            bool all;
            st = know_addresses(x, (size_t)offset, (size_t)(offset + length), &all, err);
            if (st == PL_OK && all)
                st = pl_match_claim(x->f, offset, length, PL_CLASS_DERIVED, PL_GRADE_C, RULE, NULL, err);
        }
    return st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct print_out x = {.m = m, .f = f};
    struct pl_own *own = NULL;
    if (f->data.p == NULL || f->ledger.settled.n == 0 || pl_ledger_unclaimed(&f->ledger) == 0 ||
        !pl_is_compiled_name(f->name) || !pl_is_printed(f->data))
        return PL_OK;
    pl_status st = pl_own_open(m, f, &own, err);
    if (st == PL_OK && own != NULL)
        st = pl_printed_words(f->data, m->scratch, &x.words, err);
    pl_map_init(&x.addresses);
    if (st == PL_OK && own != NULL)
        st = claim_gaps(&x, err);
    pl_map_reset(&x.addresses);
    pl_own_close(own);
    PL_VEC_FREE(&x.words);
    return st;
}

const struct pl_rung pl_rung_printed_words = {
    .rule = RULE,
    .what = "In literals of a program that mostly prints and names the script of the revision that wrote it: "
            "a run of at most 256 bytes "
            "whose words all stand in the sources.",
    .source = "bound: the longest heading and example of a command line that the set of tests/accuracy needs",
    .pass = PL_PASS_PACKAGE,
    .apply = apply,
};
