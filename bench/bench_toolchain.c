/*
 * bench_toolchain.c - which functions of images are those of a toolchain, and how long the index takes.
 *
 *     bench_toolchain [-v] FOLDER IMAGE...     FOLDER holds archives and object files of the toolchain
 */
#include "corpus/tree.h"
#include "io/clock.h"
#include "io/read.h"
#include "match/toolchain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void look(const struct pl_toolchain *t, const char *path, bool is_verbose)
{
    struct pl_err err = {0};
    struct pl_arena arena;
    struct pl_code code;
    uint8_t *heap;
    size_t n;
    uint64_t known = 0;
    uint64_t bytes = 0;
    uint64_t right = 0;
    if (pl_io_read(path, (uint64_t)1 << 30, &heap, &n, &err) != PL_OK)
        return;
    pl_arena_init(&arena, (size_t)1 << 32);
    const struct pl_limits limits = pl_limits_default();
    if (pl_code_of(pl_bytes_of(heap, n), &limits, &arena, &code, &err) != PL_OK)
        printf("%s: %s\n", path, err.text);
    else {
        for (size_t i = 0; i < code.n_functions; i++) {
            const struct pl_function *f = &code.functions[i];
            const struct pl_toolchain_function *row = pl_toolchain_find(t, &f->print);
            known += row != NULL;
            bytes += row != NULL ? f->size : 0;
            right += row != NULL && pl_bytes_eq(row->name, f->name);
            if (is_verbose)
                printf("  %" PRIx64 "+%" PRIu64 " %.*s = %.*s in %.*s\n", f->address, f->size,
                       PL_ARG(f->name), PL_ARG(row == NULL ? PL_LIT("-") : row->name),
                       PL_ARG(row == NULL ? PL_LIT("-") : row->path));
        }
        printf("%s: %zu functions, %" PRIu64 " known, %" PRIu64 " of them by the same name, %" PRIu64
               " of %" PRIu64 " bytes\n",
               path, code.n_functions, known, right, bytes, code.code_bytes);
    }
    pl_arena_reset(&arena);
    free(heap);
}

int main(int argc, char **argv)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_source_spec spec = {.rank = PL_RANK_TOOLCHAIN};
    struct pl_source_tree *tree;
    struct pl_toolchain *t;
    struct pl_err err = {0};
    int first = argc > 1 && strcmp(argv[1], "-v") == 0 ? 2 : 1;
    if (argc <= first || pl_source_tree_open_path(argv[first], &spec, &limits, &tree, &err) != PL_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    uint64_t before = pl_clock_monotonic_ns();
    struct pl_buf text;
    pl_buf_init(&text, PL_PRINTS_MAX_BYTES);
    pl_status st = pl_toolchain_pack(tree, 1, &text, &err);
    struct pl_prints prints = {"bench", pl_buf_bytes(&text)};
    if (st != PL_OK || pl_toolchain_of(&prints, 1, &t, &err) != PL_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    printf("%zu functions of %zu files, %.2f s\n", pl_toolchain_count(t), tree->files.n,
           (double)(pl_clock_monotonic_ns() - before) / 1e9);
    for (int i = first + 1; i < argc; i++)
        look(t, argv[i], first == 2);
    pl_toolchain_free(t);
    pl_buf_reset(&text);
    pl_source_tree_free(tree);
    return 0;
}
