/*
 * match_fixture.h - a package in memory beside its source, and one rung at a time over a file of it.
 */
#ifndef PL_TESTS_MATCH_FIXTURE_H
#define PL_TESTS_MATCH_FIXTURE_H

#include "match/match.h"
#include "match/names.h"
#include "match/small_templates.h"
#include "unit.h"

enum { MAX_FILES = 8, MAX_SOURCES = 12 };

static struct pl_limits limits;
static struct pl_err err;
static struct pl_arena arena;
static struct pl_arena scratch;
static struct pl_source_tree *trees[2]; /* own, toolchain */
static struct pl_index *ix;
static struct pl_file files[MAX_FILES];
static struct pl_file *file_ptrs[MAX_FILES];
static size_t n_files;
static struct pl_match m;
static struct pl_small_templates *small_templates;
static struct pl_names *package_names;          /* of the files at the last apply() */
static const struct pl_codebase *with_codebase; /* NULL: the rungs for code do nothing */
static const struct pl_literals *with_literals;
static const struct pl_tables *with_tables; /* NULL: the rungs for data do nothing */
static struct pl_pieces *with_pieces;       /* NULL: the rung for generated files does nothing */
static struct pl_scripts *with_scripts;     /* NULL: the rungs for scripts do nothing */

static const char control_source[] =
    "Source: p\nMaintainer: M <m@x>\nSection: utils\n\nPackage: p-bin\nArchitecture: any\n"
    "Depends: ${shlibs:Depends}, base [linux-any],\n other (= ${binary:Version})\n"
    "Suggests: doc\nDescription: short\n long\n";
static const char changelog[] =
    "p (1-2) unstable; urgency=low\n\n  * Second.\n\n -- M <m@x>  Tue, 02 Jan 2024 00:00:00 +0000\n\n"
    "p (1-1) unstable; urgency=low\n\n  * First.\n\n -- M <m@x>  Mon, 01 Jan 2024 00:00:00 +0000\n";

static void add_source(size_t tree, const char *path, const char *text)
{
    struct pl_source_file *f = PL_VEC_ADD(&trees[tree]->files);
    f->path = pl_arena_keep(trees[tree]->arena, pl_bytes_of_str(path));
    f->data = pl_arena_keep(trees[tree]->arena, pl_bytes_of_str(text));
    trees[tree]->total_bytes += f->data.n;
}

static int set_up(void **state)
{
    limits = pl_limits_default();
    pl_arena_init(&arena, 1 << 24);
    pl_arena_init(&scratch, 1 << 24);
    for (size_t i = 0; i < 2; i++) {
        trees[i] = calloc(1, sizeof *trees[i]);
        trees[i]->arena = calloc(1, sizeof *trees[i]->arena);
        pl_arena_init(trees[i]->arena, 1 << 24);
        trees[i]->name = i == 0 ? "p" : "debhelper";
        trees[i]->uri = trees[i]->name;
        trees[i]->rank = i == 0 ? PL_RANK_OWN : PL_RANK_TOOLCHAIN;
    }
    add_source(0, "debian/changelog", changelog);
    add_source(0, "debian/control", control_source);
    ix = NULL;
    n_files = 0;
    package_names = NULL;
    small_templates = NULL;
    return 0;
}

static int tear_down(void **state)
{
    for (size_t i = 0; i < n_files; i++)
        pl_file_reset(&files[i]);
    pl_names_free(package_names);
    pl_small_templates_free(small_templates);
    pl_index_free(ix);
    pl_source_tree_free(trees[0]);
    pl_source_tree_free(trees[1]);
    pl_arena_reset(&scratch);
    pl_arena_reset(&arena);
    return 0;
}

/* path is "control.tar.xz!/control" or the like. */
static struct pl_file *add_bytes(const char *path, pl_bytes data)
{
    struct pl_file *f = &files[n_files];
    *f = (struct pl_file){.order = n_files, .path = pl_bytes_of_str(path), .size = data.n, .is_whole = true};
    const char *name = strstr(path, "!/");
    f->name = pl_bytes_of_str(name == NULL ? path : name + 2);
    f->data = data;
    pl_ledger_init(&f->ledger, f->size);
    pl_findings_init(&f->findings, &arena, 100);
    assert_int_equal(pl_file_digest(f, &err), PL_OK);
    file_ptrs[n_files++] = f;
    return f;
}

static struct pl_file *add_file(const char *path, const char *text)
{
    return add_bytes(path, pl_bytes_of_str(text));
}

static void apply(const char *rule, struct pl_file *f)
{
    size_t n;
    const struct pl_rung *const *rungs = pl_rungs(&n);
    if (ix == NULL)
        assert_int_equal(pl_index_build(trees, 2, 1, &ix, &err), PL_OK);
    if (small_templates == NULL)
        assert_int_equal(pl_small_templates_new(ix, &small_templates, &err), PL_OK);
    m = (struct pl_match){.index = ix,
                          .scripts = with_scripts,
                          .pieces = with_pieces,
                          .small_templates = small_templates,
                          .codebase = with_codebase,
                          .literals = with_literals,
                          .tables = with_tables,
                          .limits = &limits,
                          .arena = &arena,
                          .scratch = &scratch,
                          .files = file_ptrs,
                          .n_files = n_files};
    pl_names_free(package_names); /* files may have come since */
    assert_int_equal(pl_names_new(&package_names, &err), PL_OK);
    m.names = package_names;
    for (size_t i = 0; i < n; i++)
        if (strcmp(rungs[i]->rule, rule) == 0) {
            assert_int_equal(pl_match_rung(&m, rungs[i], f, &err), PL_OK);
            assert_int_equal(pl_ledger_settle(&f->ledger, &err), PL_OK);
            return;
        }
    fail_msg("no rung %s", rule);
}

/* How many findings have the tag. */
static inline size_t found(const struct pl_file *f, const char *tag)
{
    size_t n = 0;
    for (size_t i = 0; i < f->findings.list.n; i++)
        n += strcmp(f->findings.list.v[i].tag, tag) == 0;
    return n;
}

#endif
