/*
 * bench_script.c - how fast the scripts of one folder are compared with those of another, atom by atom, on one core.
 *
 *     bench_script SOURCE-FOLDER PACKAGE-FOLDER [TIMES]
 *
 * Prints MB/s of processor time for reading atoms alone, for making the set of the source, and for the whole rung: atoms, chains, claims, runs;
 * of that many times, so that a profile shows the rung and not how the index is made.
 */
#include "folder.h"
#include "match/match.h"
#include "match/script_index.h"

#include <stdio.h>
#include <stdlib.h>

extern const struct pl_rung pl_rung_script_atoms;

struct sums {
    uint64_t files, bytes, atoms, explained;
    double seconds;
};

static void print(const char *what, const struct sums *s)
{
    printf("%-22s %6llu files %12llu bytes %7.1f MB/s", what, (unsigned long long)s->files,
           (unsigned long long)s->bytes, (double)s->bytes / 1e6 / s->seconds);
    if (s->atoms > 0)
        printf(", %llu atoms, %.1f %% explained", (unsigned long long)s->atoms,
               100.0 * (double)s->explained / (double)s->atoms);
    printf("\n");
}

static bool is_erased(const struct pl_source_file *f)
{
    const struct pl_lex_language *language = pl_lex_language_of(f->path, f->data);
    return language != NULL && !(language->habits & PL_LEX_KEEPS_NAMES);
}

static void read_atoms(const struct pl_script_vocabulary *v, const struct pl_source_tree *tree)
{
    struct sums s = {0};
    struct pl_err err = {0};
    for (size_t i = 0; i < tree->files.n; i++) {
        const struct pl_source_file *f = &tree->files.v[i];
        struct pl_script_atoms atoms = {0};
        if (!is_erased(f))
            continue;
        double before = bench_cpu();
        pl_status st = pl_script_atoms(v, f->data, pl_lex_language_of(f->path, f->data), false, &atoms, &err);
        s.seconds += bench_cpu() - before;
        s.files++;
        s.bytes += st == PL_OK ? f->data.n : 0;
        PL_VEC_FREE(&atoms.list);
    }
    print("atoms read", &s);
}

static void match(const struct pl_match *m, const struct pl_source_file *source, struct sums *s)
{
    struct pl_err err = {0};
    struct pl_file f = {.path = source->path,
                        .name = source->path,
                        .kind = "javascript",
                        .role = PL_ROLE_ACTIVE,
                        .size = source->data.n,
                        .data = source->data,
                        .is_whole = true};
    pl_ledger_init(&f.ledger, f.size);
    pl_findings_init(&f.findings, m->arena, m->limits->findings);
    double before = bench_cpu();
    pl_status st = pl_match_rung(m, &pl_rung_script_atoms, &f, &err);
    s->seconds += bench_cpu() - before;
    s->files++;
    s->bytes += st == PL_OK ? f.size : 0;
    s->atoms += f.script.atoms;
    s->explained += f.script.explained + f.script.helper;
    f.data = pl_bytes_of(NULL, 0);
    pl_file_reset(&f);
    pl_arena_reset(m->scratch);
}

int main(int argc, char **argv)
{
    struct pl_err err = {0};
    struct pl_limits limits = pl_limits_default();
    struct pl_index *ix = NULL;
    struct pl_scripts *scripts = NULL;
    const struct pl_script_set *set = NULL;
    struct pl_arena arena;
    struct pl_arena scratch;
    unsigned long times = argc == 4 ? strtoul(argv[3], NULL, 10) : 1;
    if (argc < 3 || argc > 4) {
        fprintf(stderr, "usage: bench_script SOURCE-FOLDER PACKAGE-FOLDER [TIMES]\n");
        return 2;
    }
    struct pl_source_tree *source = bench_folder(argv[1]);
    struct pl_source_tree *package = bench_folder(argv[2]);
    pl_arena_init(&arena, SIZE_MAX);
    pl_arena_init(&scratch, SIZE_MAX);
    if (source == NULL || package == NULL || pl_index_build(&source, 1, 1, &ix, &err) != PL_OK ||
        pl_scripts_new(ix, &limits, 1, &scripts, &err) != PL_OK) {
        fprintf(stderr, "bench_script: %s\n", err.text);
        return 1;
    }
    read_atoms(pl_scripts_vocabulary(scripts), package);
    struct sums made = {.files = source->files.n, .bytes = source->total_bytes};
    double before = bench_cpu();
    if (pl_scripts_set(scripts, PL_SCRIPT_NAMES_ERASED, &set, &err) != PL_OK)
        return 1;
    made.seconds = bench_cpu() - before;
    print("set of the source", &made);
    struct sums all = {0};
    struct pl_match m = {
        .index = ix, .scripts = scripts, .limits = &limits, .arena = &arena, .scratch = &scratch};
    for (unsigned long k = 0; k < times; k++)
        for (size_t i = 0; i < package->files.n; i++)
            if (is_erased(&package->files.v[i]))
                match(&m, &package->files.v[i], &all);
    print("rung script.atoms", &all);
    return 0;
}
