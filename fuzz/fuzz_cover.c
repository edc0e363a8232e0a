/*
 * fuzz_cover.c - source and target from one input, split at the first NUL byte pair; every claim must be true.
 *
 * A claim with an offset in a source must name bytes that are there, the ledger must sum to the file, and only the rungs of text
 * run (test_climb). The last byte chooses the role.
 */
#include "fuzz.h"

#include "../tests/unit/tree.h"

static void check_claims(const struct test_match *x, const struct pl_file *f)
{
    for (size_t i = 0; i < f->ledger.settled.n; i++) {
        const struct pl_claim *c = &f->ledger.settled.v[i];
        struct pl_run run;
        if (c->source_offset != PL_NO_OFFSET && !pl_claim_run(&x->m, f, c, &run))
            abort();
        if (c->class == PL_CLASS_DERIVED && c->grade == PL_GRADE_NONE)
            abort();
    }
}

static int look(const uint8_t *data, size_t size)
{
    pl_bytes all = pl_bytes_of(data, size);
    size_t split = pl_bytes_find(all, PL_LIT("\0\0"), 0);
    pl_bytes source = pl_bytes_sub(all, 0, split == SIZE_MAX ? size / 2 : split);
    pl_bytes target = pl_bytes_from(all, split == SIZE_MAX ? size / 2 : split + 2);
    struct pl_source_tree *t = test_tree();
    struct test_match x;
    struct pl_file f;
    size_t half = source.n / 2;
    (void)test_add(t, "a.in", pl_bytes_sub(source, 0, half));
    (void)test_add(t, "b", pl_bytes_from(source, half));
    (void)test_add(t, "c", source);
    (void)test_add(t, "d.pl", source);
    test_match_open(&x, t);
    test_climb(&x, "a", target, size > 0 && data[size - 1] % 2 == 1 ? PL_ROLE_PASSIVE : PL_ROLE_ACTIVE, &f);
    check_claims(&x, &f);
    fuzz_seal_ledger(&f.ledger);
    pl_file_reset(&f);
    test_match_close(&x);
    return 0;
}

FUZZ_TWICE(look)
