/*
 * fuzz_data.c - any bytes as an executable image, through all rungs that look at one file, against a source with tables of all kinds.
 *
 * Whatever the image says of itself, the ledger holds: each byte is claimed at most once, and within the file, and the classes sum.
 */
#include "fuzz.h"

#include "classify/classify.h"
#include "match/match.h"

#include <stdlib.h>

/* What the seeds were built from; go-tables is tests/unit/go_tables.s with this file, a program of Go. */
static const char source[] =
#include "seeds/data/table.inc"
    ;

struct sides {
    struct pl_source_tree tree;
    struct pl_index *index;
    struct pl_literals *literals;
    struct pl_codebase *codebase;
    struct pl_tables *tables;
};

static void build(struct sides *s)
{
    struct pl_err err = {0};
    struct pl_source_tree *trees[] = {&s->tree};
    s->tree.name = "fuzz";
    struct pl_source_file *f = PL_VEC_ADD(&s->tree.files);
    if (f == NULL)
        abort();
    f->path = PL_LIT("src/table.c");
    f->data = pl_bytes_of_str(source);
    if (pl_index_build(trees, 1, 1, &s->index, &err) != PL_OK ||
        pl_literals_build(s->index, NULL, 0, 1, &s->literals, &err) != PL_OK ||
        pl_codebase_build(s->index, fuzz_limits(), 1, &s->codebase, &err) != PL_OK ||
        pl_tables_build(s->index, 1, &s->tables, &err) != PL_OK)
        abort();
}

static int look(const uint8_t *data, size_t size)
{
    static struct sides sides; /* built once; the process ends with it */
    struct pl_limits limits = pl_limits_default();
    struct pl_arena arena;
    struct pl_arena scratch;
    struct pl_err err = {0};
    if (sides.index == NULL)
        build(&sides);
    pl_arena_init(&arena, (size_t)256 << 20);
    pl_arena_init(&scratch, (size_t)256 << 20);
    struct pl_file f = {
        .path = PL_LIT("usr/lib/table.so"), .name = PL_LIT("table.so"), .size = size, .is_whole = true};
    f.data = pl_bytes_of(size == 0 ? (const void *)"" : data, size);
    pl_ledger_init(&f.ledger, size);
    pl_findings_init(&f.findings, &arena, 1000);
    struct pl_match m = {.index = sides.index,
                         .literals = sides.literals,
                         .codebase = sides.codebase,
                         .tables = sides.tables,
                         .limits = &limits,
                         .arena = &arena,
                         .scratch = &scratch};
    pl_classify(&f);
    pl_status st = pl_file_digest(&f, &err);
    if (st == PL_OK)
        st = pl_match_file(&m, PL_PASS_FILE, &f, &err);
    if (st == PL_E_BUG)
        abort();
    fuzz_say_findings(&f.findings);
    bool is_whole = size < 4 || f.data.p[0] != 0x7f || f.data.p[1] != 'E' || f.data.p[2] != 'L' ||
                    f.data.p[3] != 'F' || pl_ledger_unclaimed(&f.ledger) == 0;
    if (st == PL_OK && !is_whole)
        abort(); /* an ELF file is claimed to its last byte */
    fuzz_seal_ledger(&f.ledger);
    pl_file_reset(&f);
    pl_arena_reset(&scratch);
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
