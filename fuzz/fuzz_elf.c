/*
 * fuzz_elf.c - any bytes through the ELF rungs: nothing crashes, and the ledger seals over every byte.
 */
#include "fuzz.h"

#include "corpus/index.h"
#include "match/match.h"

#include <assert.h>
#include <stdlib.h>

static void apply(const struct pl_match *m, struct pl_file *f, const struct pl_rung *rung)
{
    struct pl_err err = {0};
    if (pl_match_rung(m, rung, f, &err) != PL_OK || pl_ledger_settle(&f->ledger, &err) != PL_OK)
        abort();
    pl_arena_reset(m->scratch);
}

extern const struct pl_rung pl_rung_elf_structure;
extern const struct pl_rung pl_rung_elf_imports;
extern const struct pl_rung pl_rung_elf_strings;

static int look(const uint8_t *data, size_t size)
{
    static const char text[] =
        "const char *names[] = {\"first name\", \"second name\"}; f(\"the quick brown fox\");";
    struct pl_arena arena;
    struct pl_arena scratch;
    struct pl_err err = {0};
    struct pl_limits limits = pl_limits_default();
    struct pl_source_tree tree = {.name = "fuzz"};
    struct pl_source_tree *trees[] = {&tree};
    struct pl_index *index = NULL;
    struct pl_literals *literals = NULL;
    struct pl_source_file *source = PL_VEC_ADD(&tree.files);
    if (source == NULL)
        return 0;
    source->path = PL_LIT("a.c");
    source->data = pl_bytes_of(text, sizeof text - 1);
    if (pl_index_build(trees, 1, 1, &index, &err) != PL_OK ||
        pl_literals_build(index, NULL, 0, 1, &literals, &err) != PL_OK)
        abort();
    pl_arena_init(&arena, SIZE_MAX);
    pl_arena_init(&scratch, SIZE_MAX);
    struct pl_file f = {
        .path = PL_LIT("f"), .name = PL_LIT("f"), .size = size, .data = pl_bytes_of(data, size)};
    struct pl_match m = {
        .index = index, .literals = literals, .limits = &limits, .arena = &arena, .scratch = &scratch};
    pl_ledger_init(&f.ledger, size);
    pl_findings_init(&f.findings, &arena, limits.findings);
    apply(&m, &f, &pl_rung_elf_structure);
    apply(&m, &f, &pl_rung_elf_imports);
    apply(&m, &f, &pl_rung_elf_strings);
    if (pl_ledger_seal(&f.ledger, PL_CLASS_OPAQUE, "rest", &err) != PL_OK)
        abort();
    fuzz_say_ledger(&f.ledger);
    fuzz_say_findings(&f.findings);
    f.data = pl_bytes_of(NULL, 0);
    pl_file_reset(&f);
    pl_literals_free(literals);
    pl_index_free(index);
    PL_VEC_FREE(&tree.files);
    pl_arena_reset(&arena);
    pl_arena_reset(&scratch);
    return 0;
}

FUZZ_TWICE(look)
