/*
 * folder.c - reading a folder with nftw(3).
 */
#include "folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct pl_source_tree
    *tree; /* nftw() passes no context; measurements have one thread and no library */
static size_t skip_bytes;

static int add_file(const char *path, const struct stat *sb, int type, struct FTW *at)
{
    (void)at; /* part of the signature */
    FILE *in = type == FTW_F && S_ISREG(sb->st_mode) ? fopen(path, "rb") : NULL;
    if (in == NULL)
        return 0;
    size_t n = (size_t)sb->st_size;
    uint8_t *heap = malloc(n + 1);
    size_t got = heap == NULL ? 0 : fread(heap, 1, n, in);
    (void)fclose(in); /* opened for reading */
    struct pl_source_file *f = PL_VEC_ADD(&tree->files);
    if (heap == NULL || f == NULL)
        return -1;
    f->path = pl_arena_keep(tree->arena, pl_bytes_of_str(path + skip_bytes));
    f->data = pl_bytes_of(heap, got);
    f->heap = heap;
    tree->total_bytes += got;
    return 0;
}

static int by_path(const void *a, const void *b)
{
    return pl_bytes_cmp(((const struct pl_source_file *)a)->path, ((const struct pl_source_file *)b)->path);
}

struct pl_source_tree *bench_folder(const char *folder)
{
    tree = calloc(1, sizeof *tree);
    if (tree == NULL)
        return NULL;
    tree->arena = calloc(1, sizeof *tree->arena);
    if (tree->arena == NULL)
        return NULL;
    pl_arena_init(tree->arena, SIZE_MAX);
    tree->name = "folder";
    skip_bytes = strlen(folder);
    while (skip_bytes > 0 && folder[skip_bytes - 1] == '/')
        skip_bytes--;
    skip_bytes++;
    if (nftw(folder, add_file, 32, FTW_PHYS) != 0)
        return NULL;
    qsort(tree->files.v, tree->files.n, sizeof *tree->files.v, by_path);
    return tree;
}

double bench_now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t); /* always there on Linux */
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double bench_cpu(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* always there on Linux */
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}
