/*
 * script_map_words.c - what plug-ins of a transpiler put between the lines of a source that a source map quotes.
 *
 *     "sourcesContent": ["import { fail as _fail3 } from \"src/fail\";\nexport function ..."]
 *                        ===================================== in no file, but all of its words are the sources'
 *
 * A map runs nowhere: it says to a debugger where things came from. Words in an order of their own are told apart from words that nobody has.
 *
 * Source: ECMA-426; Babel names what it puts in by an underscore before and a number behind a name of the source.
 */
#include "base/buf.h"
#include "format/text/words.h"
#include "match/match.h"

#define RULE      "script.map-words"
#define MAX_BYTES 512u

/* The name as the source has it: `_fail3` is `fail`. */
static pl_bytes stem_of(pl_bytes word)
{
    while (word.n > 0 && word.p[0] == '_')
        word = pl_bytes_from(word, 1);
    while (word.n > 0 && pl_is_digit(word.p[word.n - 1]))
        word.n--;
    return word;
}

/* `text` with escapes as blanks, so that "\nimport" is one word and not "nimport". */
static bool are_known(const struct pl_match *m, pl_bytes text)
{
    uint8_t copy[MAX_BYTES];
    for (size_t i = 0; i < text.n; i++) {
        copy[i] = text.p[i];
        if (text.p[i] == '\\' && i + 1 < text.n) {
            copy[i] = ' ';
            copy[++i] = ' ';
        }
    }
    pl_bytes rest = pl_bytes_of(copy, text.n);
    pl_bytes word;
    while (pl_words_next(&rest, &word)) {
        pl_bytes stem = stem_of(word);
        if (stem.n >= PL_WORD_MIN_BYTES && !pl_index_has_word(m->index, word) &&
            !pl_index_has_word(m->index, stem))
            return false;
    }
    return true;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    uint64_t offset;
    uint64_t length;
    pl_status st = PL_OK;
    if (f->ledger.settled.n == 0 || f->role != PL_ROLE_PASSIVE || f->data.p == NULL ||
        !pl_bytes_ends(f->name, PL_LIT(".map")))
        return PL_OK;
    for (uint64_t from = 0; st == PL_OK && pl_ledger_gap(&f->ledger, from, &offset, &length);
         from = offset + length)
        if (length <= MAX_BYTES && are_known(m, pl_bytes_sub(f->data, (size_t)offset, (size_t)length)))
            st = pl_match_claim(f, offset, length, PL_CLASS_DERIVED, PL_GRADE_C, RULE, NULL, err);
    return st;
}

const struct pl_rung pl_rung_script_map_words = {
    .rule = RULE,
    .what =
        "In a source map, which runs nowhere: a run of at most 512 bytes between explained ones whose words "
        "all stand in the sources.",
    .source = "ECMA-426",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
