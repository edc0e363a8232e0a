/*
 * bench_corpus.c - what reading a source tree costs, beside what it cannot cost less than.
 *
 * usage: bench_corpus FOLDER
 * One line a measurement: name, MB/s of processor time (10^6 bytes, best of five), from memory. Then the index as a whole.
 */
#include "corpus/anchors.h"
#include "corpus/index.h"
#include "folder.h"
#include "format/text/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct run {
    struct pl_source_tree *tree;
    uint8_t *room; /* as large as the largest file */
    uint64_t sum;  /* so that nothing is optimised away */
};

static void do_copy(struct run *r, pl_bytes d)
{
    if (d.n > 0)
        memcpy(r->room, d.p, d.n);
    r->sum += d.n == 0 ? 0 : r->room[d.n / 2];
}

static void do_hash(struct run *r, pl_bytes d)
{
    r->sum += pl_bytes_hash(d, 1);
}

static void do_sha256(struct run *r, pl_bytes d)
{
    pl_sha256 digest;
    if (pl_sha256_of(d, &digest, NULL) == PL_OK)
        r->sum += digest.b[0];
}

static void do_digests(struct run *r, pl_bytes d)
{
    pl_sha1 blob;
    do_sha256(r, d);
    if (pl_git_blob_of(d, &blob, NULL) == PL_OK)
        r->sum += blob.b[0];
}

static void do_words(struct run *r, pl_bytes d)
{
    pl_bytes word;
    while (pl_words_next(&d, &word))
        r->sum += word.n;
}

static void do_prose(struct run *r, pl_bytes d)
{
    pl_bytes word;
    while (pl_prose_next(&d, &word))
        r->sum += word.n;
}

static struct pl_anchors anchors;

static void do_portable(struct run *r, pl_bytes d)
{
    anchors.n = 0;
    if (pl_anchors_add(&anchors, d, 0, PL_ANCHOR_PORTABLE, NULL) == PL_OK)
        r->sum += anchors.n;
}

static void do_avx2(struct run *r, pl_bytes d)
{
    anchors.n = 0;
    if (pl_anchors_add(&anchors, d, 0, pl_anchor_best_path(), NULL) == PL_OK)
        r->sum += anchors.n;
}

static void do_both(struct run *r, pl_bytes d)
{
    do_digests(r, d);
    do_avx2(r, d);
}

static void measure(struct run *r, const char *name, void (*what)(struct run *, pl_bytes))
{
    double best = 1e9;
    for (int round = 0; round < 5; round++) {
        double begin = bench_cpu();
        for (size_t i = 0; i < r->tree->files.n; i++)
            what(r, r->tree->files.v[i].data);
        double took = bench_cpu() - begin;
        best = took < best ? took : best;
    }
    printf("%-44s %8.0f MB/s\n", name, (double)r->tree->total_bytes / best / 1e6);
}

/* Kilobytes of a line of /proc/self/status, such as "VmHWM:". */
static double status_kb(const char *field)
{
    char line[256];
    double kb = 0;
    FILE *in = fopen("/proc/self/status", "r");
    while (in != NULL && fgets(line, sizeof line, in) != NULL)
        if (strncmp(line, field, strlen(field)) == 0)
            kb = strtod(line + strlen(field), NULL);
    if (in != NULL)
        (void)fclose(in); /* opened for reading */
    return kb;
}

static int measure_index(struct pl_source_tree *tree, unsigned jobs)
{
    struct pl_index *ix;
    struct pl_err err = {0};
    const struct pl_postings *p;
    double mb = (double)tree->total_bytes / 1e6;
    double t0 = bench_now();
    double cpu0 = bench_cpu();
    if (pl_index_build(&tree, 1, jobs, &ix, &err) != PL_OK) {
        fprintf(stderr, "bench_corpus: %s\n", err.text);
        return 1;
    }
    double t1 = bench_now();
    double cpu1 = bench_cpu();
    double peak = status_kb("VmHWM:");
    struct pl_index_stat stat = pl_index_stat(ix);
    pl_status st = pl_index_lines(ix, &p, &err);
    double t2 = bench_now();
    if (st == PL_OK)
        st = pl_index_prose(ix, NULL, &p, &err);
    double t3 = bench_now();
    printf(
        "index, all parts, %u job(s): %.3f s, %.0f MB/s of processor time; then lines %.3f s, prose %.3f s\n",
        jobs, t1 - t0, mb / (cpu1 - cpu0), t2 - t1, t3 - t2);
    printf("  %llu anchors kept, %llu over the cap, %llu words; peak memory %.2f times the source, %.2f with "
           "lines and "
           "prose\n",
           (unsigned long long)stat.anchors, (unsigned long long)stat.anchors_dropped,
           (unsigned long long)stat.words, peak * 1024 / 1e6 / mb, status_kb("VmHWM:") * 1024 / 1e6 / mb);
    pl_index_free(ix);
    return st == PL_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct run r = {0};
    size_t largest = 0;
    if (argc != 2 || (r.tree = bench_folder(argv[1])) == NULL) {
        fprintf(stderr, "usage: bench_corpus FOLDER\n");
        return 2;
    }
    for (size_t i = 0; i < r.tree->files.n; i++)
        if (r.tree->files.v[i].data.n > largest)
            largest = r.tree->files.v[i].data.n;
    printf("%zu files, %.1f MB\n", r.tree->files.n, (double)r.tree->total_bytes / 1e6);
    int failed = measure_index(r.tree, 1); /* first, so that the peak is its own; it fills in the digests */
    failed |= measure_index(r.tree, 2);
    r.room = malloc(largest + 1);
    if (r.room == NULL)
        return 1;
    measure(&r, "limit: memcpy", do_copy);
    measure(&r, "limit: 64-bit hash in memory", do_hash);
    measure(&r, "limit: sha256 alone", do_sha256);
    measure(&r, "digests: sha256 and git blob id", do_digests);
    measure(&r, "anchors, portable", do_portable);
    measure(&r, "anchors, best path of this machine", do_avx2);
    measure(&r, "anchors and digests (target: 400)", do_both);
    measure(&r, "words", do_words);
    measure(&r, "prose words", do_prose);
    printf("(%llu)\n", (unsigned long long)r.sum);
    pl_anchors_reset(&anchors);
    free(r.room);
    pl_source_tree_free(r.tree);
    return failed;
}
