/*
 * markup.c - markup between explained words.
 *
 * Tools that write documentation anew set fonts, paragraphs and punctuation of their own around words that they copy. A short run without any
 * word, with explained bytes on both sides, is explained with them; long runs are not, since bits can be hidden in them. Only in
 * documentation, where markup decides how something looks and not what is done.
 */
#include "classify/classify.h"
#include "format/text/words.h"
#include "match/match.h"
#include "match/printed.h"

#define MAX_BYTES    32u
#define AMOUNT_BYTES 2u /* of an indentation, in digits */

/* ".RS 4": how far a request of roff indents, at the word's line. man(7). */
static bool is_amount(pl_bytes before, pl_bytes word)
{
    static const char *const requests[] = {".RS ", ".sp ", ".ne ", ".in ", ".ti "};
    size_t start = pl_bytes_rfind_byte(before, '\n');
    pl_bytes line = pl_bytes_from(before, start == SIZE_MAX ? 0 : start + 1);
    return word.n <= AMOUNT_BYTES && pl_is_digit(word.p[0]) && pl_is_digit(word.p[word.n - 1]) &&
           pl_bytes_is_one_of(line, requests, sizeof requests / sizeof requests[0]);
}

static bool has_word(pl_bytes b)
{
    pl_bytes rest = b;
    pl_bytes word;
    while (pl_prose_next(&rest, &word))
        if (!is_amount(pl_bytes_sub(b, 0, (size_t)(word.p - b.p)), word))
            return true;
    return false;
}

/* A run, with the line feed in front of it: a request of roff is one at the start of a line. */
static pl_bytes from_line(pl_bytes data, size_t offset, size_t length)
{
    size_t front = offset > 0 && data.p[offset - 1] == '\n';
    return pl_bytes_sub(data, offset - front, length + front);
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    uint64_t offset;
    uint64_t length;
    pl_status st = PL_OK;
    (void)m; /* the ledger says what is around */
    if (f->data.p == NULL || f->ledger.settled.n == 0 || !pl_looks_like_text(f->data))
        return PL_OK;
    bool is_passive = f->role == PL_ROLE_PASSIVE;
    if (!is_passive && (!pl_is_compiled_name(f->name) || !pl_is_printed(f->data)))
        return PL_OK;
    for (uint64_t from = 0; st == PL_OK && pl_ledger_gap(&f->ledger, from, &offset, &length);
         from = offset + length)
        if (offset > 0 && offset + length < f->data.n && length <= MAX_BYTES &&
            !has_word(from_line(f->data, (size_t)offset, (size_t)length)) &&
            (is_passive || pl_is_in_printed_lines(f->data, (size_t)offset, (size_t)length)))
            st = pl_match_claim(f, offset, length, PL_CLASS_DERIVED, PL_GRADE_C, "text.markup", NULL, err);
    return st;
}

const struct pl_rung pl_rung_text_markup = {
    .rule = "text.markup",
    .what = "In documentation, and in literals of a program that mostly prints: a run of at most 32 bytes of "
            "markup and punctuation, without a word, between "
            "explained bytes.",
    .source = "bound: as long as the escapes and requests that Pod::Man and po4a put between two phrases",
    .pass = PL_PASS_PACKAGE,
    .apply = apply,
};
