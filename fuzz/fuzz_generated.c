/*
 * fuzz_generated.c - an input of autotools and what is said to be made from it, split at the first NUL byte pair; the first byte chooses the
 * kind of file. Whatever they hold, claims stay inside the file, its ledger sums, and a
 * source that is named is the input.
 */
#include "fuzz.h"

#include "match/generated.h"
#include "match/pieces.h"

#include "../tests/unit/tree.h"

extern const struct pl_rung pl_rung_generated;

static void apply(struct test_match *x, const struct pl_generated_kind *kind, pl_bytes body)
{
    struct pl_buf text;
    pl_buf_init(&text, body.n + 256);
    pl_buf_printf(&text, "# %s1.0\n", kind->mark);
    pl_buf_add(&text, body);
    struct pl_file f = {.path = pl_bytes_of_str(kind->name), .data = pl_buf_bytes(&text), .is_whole = true};
    f.name = f.path;
    f.size = f.data.n;
    pl_ledger_init(&f.ledger, f.size);
    pl_findings_init(&f.findings, &x->arena, 10);
    if (pl_match_rung(&x->m, &pl_rung_generated, &f, NULL) != PL_OK ||
        pl_ledger_settle(&f.ledger, NULL) != PL_OK)
        abort();
    for (size_t i = 0; i < f.ledger.settled.n; i++)
        if (f.ledger.settled.v[i].source != NULL &&
            strncmp(f.ledger.settled.v[i].source, "configure.ac:", 13) != 0)
            abort();
    fuzz_seal_ledger(&f.ledger);
    pl_file_reset(&f);
    pl_buf_reset(&text);
}

static int look(const uint8_t *data, size_t size)
{
    size_t n;
    const struct pl_generated_kind *kinds = pl_generated_kinds(&n);
    if (size == 0)
        return 0;
    pl_bytes all = pl_bytes_of(data + 1, size - 1);
    size_t split = pl_bytes_find(all, PL_LIT("\0\0"), 0);
    pl_bytes source = pl_bytes_sub(all, 0, split == SIZE_MAX ? all.n / 2 : split);
    struct pl_source_tree *t = test_tree();
    struct test_match x;
    (void)test_add(t, "configure.ac", source);
    test_match_open(&x, t);
    if (pl_pieces_new(x.index, &x.m.pieces, NULL) != PL_OK)
        abort();
    apply(&x, &kinds[data[0] % n], pl_bytes_from(all, split == SIZE_MAX ? all.n / 2 : split + 2));
    pl_pieces_free(x.m.pieces);
    test_match_close(&x);
    return 0;
}

FUZZ_TWICE(look)
