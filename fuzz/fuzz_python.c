/*
 * fuzz_python.c - what a project of Python or Rust states, or an input of SWIG, and what the tools wrote of that, split at the first NUL byte pair. Whatever
 * they hold, claims stay inside the file, and its ledger sums.
 */
#include "fuzz.h"

#include "match/match.h"

#include "../tests/unit/tree.h"

extern const struct pl_rung pl_rung_python_metadata;
extern const struct pl_rung pl_rung_cargo_lock;
extern const struct pl_rung pl_rung_cargo_vcs;
extern const struct pl_rung pl_rung_swig_python;

static void apply(struct test_match *x, const struct pl_rung *rung, const char *name, pl_bytes text)
{
    struct pl_file f = {.path = pl_bytes_of_str(name), .data = text, .is_whole = true};
    struct pl_file *all = &f;
    f.name = f.path;
    f.size = f.data.n;
    pl_ledger_init(&f.ledger, f.size);
    pl_findings_init(&f.findings, &x->arena, 10);
    x->m.files = &all;
    x->m.n_files = 1;
    if (pl_match_rung(&x->m, rung, &f, NULL) != PL_OK || pl_ledger_settle(&f.ledger, NULL) != PL_OK)
        abort();
    fuzz_seal_ledger(&f.ledger);
    fuzz_say_findings(&f.findings);
    pl_file_reset(&f);
}

static int look(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"PKG-INFO",
                                        "a.egg-info/requires.txt",
                                        "a.egg-info/entry_points.txt",
                                        "a.egg-info/top_level.txt",
                                        "a.egg-info/SOURCES.txt",
                                        "a.dist-info/RECORD",
                                        "a.dist-info/WHEEL",
                                        "setup.cfg"};
    pl_bytes all = pl_bytes_of(data, size);
    size_t split = pl_bytes_find(all, PL_LIT("\0\0"), 0);
    pl_bytes source = pl_bytes_sub(all, 0, split == SIZE_MAX ? all.n / 2 : split);
    pl_bytes made = pl_bytes_from(all, split == SIZE_MAX ? all.n / 2 : split + 2);
    struct pl_source_tree *t = test_tree();
    struct test_match x;
    (void)test_add(t, "setup.py", source);
    (void)test_add(t, "setup.cfg", source);
    (void)test_add(t, "kite.i", source);
    test_match_open(&x, t);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        apply(&x, &pl_rung_python_metadata, names[i], made);
    apply(&x, &pl_rung_cargo_lock, "Cargo.lock", made);
    apply(&x, &pl_rung_cargo_vcs, ".cargo_vcs_info.json", made);
    apply(&x, &pl_rung_swig_python, "kite.py", made);
    test_match_close(&x);
    return 0;
}

FUZZ_TWICE(look)
