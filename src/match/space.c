/*
 * space.c - white space between explained bytes.
 *
 * Tools that write text put line ends and indentation of their own between pieces that they copy. A short run of white space with explained
 * bytes on both sides is explained with them; long runs are not, since bits can be hidden in them (steganography in trailing
 * space: SNOW, Kwan 1998).
 */
#include "match/match.h"

#include "classify/classify.h"

#define MAX_BYTES 24u

/* In JSON brackets and commas between explained lines, too, which name nothing. */
static bool is_space(const struct pl_file *f, pl_bytes b)
{
    bool is_json = pl_bytes_ends(f->name, PL_LIT(".json"));
    for (size_t i = 0; i < b.n; i++) {
        uint8_t c = b.p[i];
        bool is_bracket = is_json && (c == '{' || c == '}' || c == '[' || c == ']' || c == ',');
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && !is_bracket)
            return false;
    }
    return true;
}

/* In Python and make, indentation is syntax. */
static bool space_is_syntax(const struct pl_file *f)
{
    static const char *const kinds[] = {"python", "make"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (f->kind != NULL && pl_bytes_eq_str(pl_bytes_of_str(kinds[i]), f->kind))
            return true;
    return false;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    (void)m; /* the ledger says what is around */
    uint64_t offset;
    uint64_t length;
    pl_status st = PL_OK;
    if (f->ledger.settled.n == 0 || space_is_syntax(f) || !pl_looks_like_text(f->data))
        return PL_OK;
    for (uint64_t from = 0; st == PL_OK && pl_ledger_gap(&f->ledger, from, &offset, &length);
         from = offset + length)
        if (length <= MAX_BYTES && is_space(f, pl_bytes_sub(f->data, (size_t)offset, (size_t)length)))
            st = pl_match_claim(f, offset, length, PL_CLASS_DERIVED, PL_GRADE_C, "text.space", NULL, err);
    return st;
}

const struct pl_rung pl_rung_text_space = {
    .rule = "text.space",
    .what = "A run of at most 24 bytes of white space between explained bytes; not in Python and make, where "
            "it is syntax.",
    .source = "bound: the longest indentation that the set of tests/accuracy needs",
    .pass = PL_PASS_PACKAGE,
    .apply = apply,
};
