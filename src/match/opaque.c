/*
 * opaque.c - code that this version has no matcher for: said so, not guessed at.
 *
 * Coverage would find the names in a module's import section in the source and call them explained, while the bytecode between them
 * is what decides. Until a kind has a matcher its bytes are opaque.
 */
#include "match/match.h"

#include "classify/classify.h"

#include <string.h>

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    (void)m; /* the kind alone decides */
    uint64_t offset;
    uint64_t length;
    pl_status st = PL_OK;
    if (!pl_kind_is_code(f->kind) || strncmp(f->kind, "elf-", 4) == 0)
        return PL_OK;
    for (uint64_t from = 0; st == PL_OK && pl_ledger_gap(&f->ledger, from, &offset, &length);
         from = offset + length)
        st = pl_match_claim(f, offset, length, PL_CLASS_OPAQUE, PL_GRADE_NONE, "code.opaque-kind", NULL, err);
    return st;
}

const struct pl_rung pl_rung_code_opaque = {
    .rule = "code.opaque-kind",
    .what = "Machine code and bytecode without a matcher (class files and Python bytecode of "
            "versions "
            "that are not known): opaque.",
    .source = "ARCHITECTURE.md, the ledger: opaque means that we did not look",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
