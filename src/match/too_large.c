/*
 * too_large.c - programs and scripts of more bytes, functions or tokens than are taken apart: opaque, and said so.
 *
 * Their readers hold what they find of the whole file in memory, several bytes for each of it. Whoever pads a program to be spared the look gets no
 * explanation for it: what was not looked at is opaque, which no verdict calls clean. The same bytes as in the source are the same at any size.
 */
#include "match/match.h"

#include "classify/classify.h"
#include "format/text/lex.h"

#include <stdio.h>

static pl_status claim_the_rest(struct pl_file *f, struct pl_err *err)
{
    uint64_t offset;
    uint64_t length;
    pl_status st = PL_OK;
    for (uint64_t from = 0; st == PL_OK && pl_ledger_gap(&f->ledger, from, &offset, &length);
         from = offset + length)
        st =
            pl_match_claim(f, offset, length, PL_CLASS_OPAQUE, PL_GRADE_NONE, "program.too-large", NULL, err);
    return st;
}

pl_status pl_match_give_up(struct pl_file *f, const char *why, struct pl_err *err)
{
    char text[PL_ERR_TEXT_BYTES]; /* `why` may lie in *err */
    (void)snprintf(text, sizeof text, "%s", why);
    pl_ledger_forget(&f->ledger);
    pl_status st = claim_the_rest(f, err);
    if (st == PL_OK)
        st = pl_findings_add(&f->findings, "archive.limit", PL_SEVERITY_WARNING, 0, f->size, NULL, err,
                             "not looked at to the end: %s", text);
    return st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    if (f->size <= m->limits->program_bytes ||
        (!pl_kind_is_code(f->kind) && pl_lex_language_of(f->name, f->data) == NULL))
        return PL_OK;
    pl_status st = claim_the_rest(f, err);
    if (st == PL_OK)
        st = pl_findings_add(&f->findings, "archive.limit", PL_SEVERITY_WARNING, 0, f->size, NULL, err,
                             "a program or script of more than %llu bytes: compared as a whole, and not "
                             "taken apart",
                             (unsigned long long)m->limits->program_bytes);
    return st;
}

const struct pl_rung pl_rung_too_large = {
    .rule = "program.too-large",
    .what = "Programs, bytecode and scripts larger than `program_bytes`, or with more than `functions` or "
            "`tokens`, that are not in the source as they are: opaque.",
    .source = "docs/limits.md",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
