/*
 * bench_cover.c - how much of the files in one folder do the rungs explain by the files in another.
 *
 * usage: bench_cover PACKAGE-FOLDER SOURCE-FOLDER [-v]
 * Prints bytes by rule over all files that are not ELF (unpack the package and its .gz files first), and with -v what is
 * left of each file. Folders usr/share/doc, man and locale count as passive, all else as active.
 */
#include "folder.h"
#include "match/match.h"

#include "base/quote.h"
#include <stdio.h>
#include <string.h>

#define MAX_RULES 64

struct sums {
    const char *rule[MAX_RULES];
    uint64_t bytes[MAX_RULES];
    size_t n;
    uint64_t all;
    uint64_t files;
};

static void count(struct sums *s, const char *rule, uint64_t bytes)
{
    size_t i = 0;
    while (i < s->n && strcmp(s->rule[i], rule) != 0)
        i++;
    if (i == MAX_RULES)
        return;
    if (i == s->n)
        s->rule[s->n++] = rule;
    s->bytes[i] += bytes;
    s->all += bytes;
}

static void show_rest(const struct pl_file *f)
{
    printf("%.*s: %llu of %llu left\n", PL_ARG(f->path), (unsigned long long)pl_ledger_unclaimed(&f->ledger),
           (unsigned long long)f->size);
    uint64_t offset = 0;
    uint64_t length = 0;
    for (int i = 0; i < 12 && pl_ledger_gap(&f->ledger, offset + length, &offset, &length); i++) {
        struct pl_buf text;
        pl_buf_init(&text, 1u << 20);
        pl_quote_some(&text, pl_bytes_sub(f->data, offset, length), 160);
        printf("    %8llu +%-6llu %.*s\n", (unsigned long long)offset, (unsigned long long)length,
               PL_ARG(pl_buf_bytes(&text)));
        pl_buf_reset(&text);
    }
}

static bool is_passive(pl_bytes path)
{
    static const char *const parts[] = {"share/doc/", "share/man/", "share/locale/", "share/info/"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (pl_bytes_find(path, pl_bytes_of_str(parts[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    struct pl_err err = {0};
    struct pl_index *ix = NULL;
    struct sums sums = {0};
    if (argc < 3) {
        fprintf(stderr, "usage: bench_cover PACKAGE-FOLDER SOURCE-FOLDER [-v]\n");
        return 2;
    }
    bool is_verbose = argc > 3 && strcmp(argv[3], "-v") == 0;
    struct pl_source_tree *package = bench_folder(argv[1]);
    struct pl_source_tree *source = bench_folder(argv[2]);
    double t0 = bench_now();
    if (package == NULL || source == NULL || pl_index_build(&source, 1, 2, &ix, &err) != PL_OK) {
        fprintf(stderr, "bench_cover: %s\n", err.text);
        return 1;
    }
    double t1 = bench_now();
    struct pl_arena arena;
    struct pl_arena scratch;
    struct pl_limits limits = pl_limits_default();
    pl_arena_init(&arena, limits.memory_bytes);
    pl_arena_init(&scratch, limits.memory_bytes);
    struct pl_match m = {.index = ix, .limits = &limits, .arena = &arena, .scratch = &scratch};
    for (size_t i = 0; i < package->files.n; i++) {
        pl_bytes path = package->files.v[i].path;
        pl_bytes data = package->files.v[i].data;
        if (pl_bytes_starts(data, PL_LIT("\177ELF")) || data.n == 0)
            continue;
        struct pl_file f = {.path = path, .name = path, .size = data.n, .is_whole = true, .data = data};
        f.role = is_passive(path) ? PL_ROLE_PASSIVE : PL_ROLE_ACTIVE;
        pl_ledger_init(&f.ledger, f.size);
        pl_findings_init(&f.findings, &arena, 100);
        pl_status st = pl_match_file(&m, PL_PASS_FILE, &f, &err);
        if (st != PL_OK)
            printf("%.*s: %s\n", PL_ARG(path), err.text);
        if (is_verbose && pl_ledger_unclaimed(&f.ledger) > 0)
            show_rest(&f);
        for (size_t k = 0; k < f.ledger.settled.n; k++)
            count(&sums, f.ledger.settled.v[k].rule, f.ledger.settled.v[k].length);
        count(&sums, "(left)", pl_ledger_unclaimed(&f.ledger));
        sums.files++;
        pl_file_reset(&f);
    }
    double t2 = bench_now();
    printf("%s: %llu files, %llu bytes; index of %llu bytes %.3f s, matching %.3f s\n", argv[1],
           (unsigned long long)sums.files, (unsigned long long)sums.all,
           (unsigned long long)pl_index_stat(ix).source_bytes, t1 - t0, t2 - t1);
    for (size_t i = 0; i < sums.n; i++)
        printf("  %-20s %12llu %7.3f %%\n", sums.rule[i], (unsigned long long)sums.bytes[i],
               sums.all == 0 ? 0.0 : 100.0 * (double)sums.bytes[i] / (double)sums.all);
    pl_index_free(ix);
    pl_source_tree_free(source);
    pl_source_tree_free(package);
    pl_arena_reset(&arena);
    pl_arena_reset(&scratch);
    return 0;
}
