/*
 * fuzz_script.c - any bytes as a script beside a source: the rung claims within the file, and the ledger seals over every byte.
 *
 * The input is cut at its first NUL: before it the source, behind it the package's file.
 */
#include "fuzz.h"

#include "match/match.h"
#include "match/script_index.h"

#include <assert.h>
#include <stdlib.h>

extern const struct pl_rung pl_rung_script_atoms;

static void match(const struct pl_index *index, struct pl_scripts *scripts, pl_bytes name, pl_bytes text)
{
    struct pl_err err = {0};
    struct pl_limits limits = pl_limits_default();
    struct pl_arena arena;
    struct pl_arena scratch;
    struct pl_file f = {.path = name, .name = name, .size = text.n, .data = text, .is_whole = true};
    pl_arena_init(&arena, SIZE_MAX);
    pl_arena_init(&scratch, SIZE_MAX);
    struct pl_match m = {
        .index = index, .scripts = scripts, .limits = &limits, .arena = &arena, .scratch = &scratch};
    pl_ledger_init(&f.ledger, text.n);
    pl_findings_init(&f.findings, &arena, limits.findings);
    if (pl_match_rung(&m, &pl_rung_script_atoms, &f, &err) != PL_OK ||
        pl_ledger_seal(&f.ledger, PL_CLASS_UNACCOUNTED, "none", &err) != PL_OK)
        abort();
    fuzz_say_ledger(&f.ledger);
    fuzz_say_findings(&f.findings);
    for (size_t i = 0; i < f.script_runs.n; i++)
        assert(f.script_runs.v[i].offset + f.script_runs.v[i].length <= text.n);
    f.data = pl_bytes_of(NULL, 0);
    pl_file_reset(&f);
    pl_arena_reset(&arena);
    pl_arena_reset(&scratch);
}

static int look(const uint8_t *data, size_t size)
{
    struct pl_err err = {0};
    struct pl_source_tree tree = {.name = "fuzz"};
    struct pl_source_tree *trees[] = {&tree};
    struct pl_index *index = NULL;
    struct pl_limits limits = pl_limits_default();
    struct pl_scripts *scripts = NULL; /* of all three files, as in a package */
    pl_bytes all = pl_bytes_of(data, size);
    size_t cut = pl_bytes_find_byte(all, 0, 0);
    struct pl_source_file *source = PL_VEC_ADD(&tree.files);
    if (source == NULL)
        return 0;
    source->path = PL_LIT("src/a.ts");
    source->data = pl_bytes_sub(all, 0, cut);
    if (pl_index_build(trees, 1, 1, &index, &err) != PL_OK ||
        pl_scripts_new(index, &limits, 1, &scripts, &err) != PL_OK)
        abort();
    pl_bytes text = cut == SIZE_MAX ? all : pl_bytes_from(all, cut + 1);
    match(index, scripts, PL_LIT("a.js"), text);
    match(index, scripts, PL_LIT("a.d.ts"), text);
    match(index, scripts, PL_LIT("a.css"), text);
    pl_scripts_free(scripts);
    pl_index_free(index);
    PL_VEC_FREE(&tree.files);
    return 0;
}

FUZZ_TWICE(look)
