/*
 * fuzz_own.c - a script of the tree and a program that says it was written by it, split at the first NUL byte pair. Whatever they hold, claims stay inside
 * the file, and its ledger sums.
 */
#include "fuzz.h"

#include "match/match.h"

#include "../tests/unit/tree.h"

extern const struct pl_rung pl_rung_own_generator;
extern const struct pl_rung pl_rung_packed;
extern const struct pl_rung pl_rung_text_words;
extern const struct pl_rung pl_rung_printed_words;
extern const struct pl_rung pl_rung_text_markup;

static void apply(struct test_match *x, const char *name, pl_bytes text)
{
    const struct pl_rung *const rungs[] = {&pl_rung_own_generator, &pl_rung_packed, &pl_rung_text_words,
                                           &pl_rung_printed_words, &pl_rung_text_markup};
    struct pl_file f = {.path = pl_bytes_of_str(name), .data = text, .is_whole = true};
    f.name = f.path;
    f.size = f.data.n;
    f.role = PL_ROLE_ACTIVE;
    pl_ledger_init(&f.ledger, f.size);
    pl_findings_init(&f.findings, &x->arena, 10);
    for (size_t i = 0; i < sizeof rungs / sizeof rungs[0]; i++)
        if (pl_match_rung(&x->m, rungs[i], &f, NULL) != PL_OK || pl_ledger_settle(&f.ledger, NULL) != PL_OK)
            abort();
    fuzz_seal_ledger(&f.ledger);
    pl_file_reset(&f);
}

static int look(const uint8_t *data, size_t size)
{
    pl_bytes all = pl_bytes_of(data, size);
    size_t split = pl_bytes_find(all, PL_LIT("\0\0"), 0);
    pl_bytes source = pl_bytes_sub(all, 0, split == SIZE_MAX ? all.n / 2 : split);
    struct pl_source_tree *t = test_tree();
    struct test_match x;
    (void)test_add(t, "gen.py", source);
    (void)test_add(t, "gen.pl", source);
    test_match_open(&x, t);
    struct pl_buf text;
    pl_buf_init(&text, size + 64);
    pl_buf_add_str(&text, "/* made by gen.py */\n");
    pl_buf_add(&text, pl_bytes_from(all, split == SIZE_MAX ? all.n / 2 : split + 2));
    apply(&x, "made.c", pl_buf_bytes(&text));
    text.p[16] = 'l'; /* gen.pl */
    apply(&x, "made.h", pl_buf_bytes(&text));
    pl_buf_reset(&text);
    test_match_close(&x);
    return 0;
}

FUZZ_TWICE(look)
