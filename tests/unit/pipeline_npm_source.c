/*
 * pipeline_npm_source.c - the lock file and manifest of a folder, and what stays of a dependency.
 */
#include "pipeline/npm_source.h"
#include "unit.h"

#include <stdio.h>

struct tree {
    struct pl_source_tree t;
    struct pl_source_git git;
};

/* A tree of files, each of which holds its own path; `folder` NULL: no git. Ends with NULL. */
static void fill(struct tree *x, const char *folder, const char *const *paths)
{
    *x = (struct tree){.t = {.name = "tree"}, .git = {.folder = folder}};
    x->t.git = folder == NULL ? NULL : &x->git;
    for (size_t i = 0; paths[i] != NULL; i++) {
        struct pl_source_file *f = PL_VEC_ADD(&x->t.files);
        assert_non_null(f);
        f->path = pl_bytes_of_str(paths[i]);
        f->heap = malloc(f->path.n + 1);
        assert_non_null(f->heap);
        memcpy(f->heap, paths[i], f->path.n + 1);
        f->data = pl_bytes_of(f->heap, f->path.n);
        x->t.total_bytes += f->path.n;
    }
}

static void drop(struct tree *x)
{
    for (size_t i = 0; i < x->t.files.n; i++)
        free(x->t.files.v[i].heap);
    PL_VEC_FREE(&x->t.files);
}

static void the_lock_file_nearest_to_the_folder_counts(void **state)
{
    (void)state;
    static const char *const paths[] = {"package-lock.json", "packages/a/package-lock.json",
                                        "packages/b/yarn.lock", "packages/a/src/package-lock.json", NULL};
    struct tree x;
    fill(&x, "packages/a", paths);
    assert_true(pl_bytes_eq_str(pl_npm_lock_of(&x.t)->path, "packages/a/package-lock.json"));
    x.git.folder = "packages/c";
    assert_true(pl_bytes_eq_str(pl_npm_lock_of(&x.t)->path, "package-lock.json"));
    drop(&x);
}

static void without_a_lock_file_on_the_way_there_is_none(void **state)
{
    (void)state;
    static const char *const paths[] = {"packages/b/yarn.lock", "package.json", NULL};
    struct tree x;
    fill(&x, "packages/a", paths);
    assert_null(pl_npm_lock_of(&x.t));
    drop(&x);
}

static void the_manifest_is_the_one_of_the_folder_itself(void **state)
{
    (void)state;
    static const char *const paths[] = {"package.json", "packages/a/package.json", NULL};
    struct tree x;
    fill(&x, "packages/a", paths);
    assert_true(pl_bytes_eq_str(pl_npm_manifest_of(&x.t), "packages/a/package.json"));
    x.git.folder = "";
    assert_true(pl_bytes_eq_str(pl_npm_manifest_of(&x.t), "package.json"));
    x.git.folder = "packages";
    assert_int_equal(pl_npm_manifest_of(&x.t).n, 0);
    drop(&x);
}

static void of_a_dependency_programs_and_data_stay(void **state)
{
    (void)state;
    static const char *const paths[] = {"index.js", "index.min.js", "index.d.ts", "data.json", "LICENSE.txt",
                                        "a.css",    "logo.png",     "README.md",  NULL};
    struct tree x;
    char left[256] = "";
    fill(&x, NULL, paths);
    pl_npm_keep_programs(&x.t, PL_LIT("me"));
    uint64_t bytes = 0;
    for (size_t i = 0; i < x.t.files.n; i++) {
        size_t n = strlen(left);
        bytes += x.t.files.v[i].data.n;
        (void)snprintf(left + n, sizeof left - n, "%.*s ", PL_ARG(x.t.files.v[i].path));
    }
    assert_string_equal(left, "index.js data.json LICENSE.txt a.css ");
    assert_int_equal(x.t.total_bytes, bytes);
    drop(&x);
}

static void a_copy_of_the_package_in_a_dependency_explains_nothing(void **state)
{
    (void)state;
    static const char *const paths[] = {"node_modules/me/index.js", "node_modules/meme/index.js",
                                        "lib/node_modules/me/a.js", NULL};
    struct tree x;
    fill(&x, NULL, paths);
    pl_npm_keep_programs(&x.t, PL_LIT("me"));
    assert_int_equal(x.t.files.n, 1);
    assert_true(pl_bytes_eq_str(x.t.files.v[0].path, "node_modules/meme/index.js"));
    drop(&x);
}

static void files_that_import_a_missing_package_are_marked(void **state)
{
    (void)state;
    static const char *const paths[] = {"import 'gone'; a.js", "import 'here'; b.js", NULL};
    struct tree own;
    struct tree gone = {.t = {.name = "gone 1.0.0", .missing = "not found"}};
    struct pl_source_tree *const trees[] = {&own.t, &gone.t};
    fill(&own, NULL, paths);
    pl_npm_mark_importers(trees, 1); /* nothing is missing */
    assert_null(own.t.files.v[0].imports_missing);
    pl_npm_mark_importers(trees, 2);
    assert_string_equal(own.t.files.v[0].imports_missing, "gone 1.0.0");
    assert_null(own.t.files.v[1].imports_missing);
    drop(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lock_file_nearest_to_the_folder_counts),
        cmocka_unit_test(without_a_lock_file_on_the_way_there_is_none),
        cmocka_unit_test(the_manifest_is_the_one_of_the_folder_itself),
        cmocka_unit_test(of_a_dependency_programs_and_data_stay),
        cmocka_unit_test(a_copy_of_the_package_in_a_dependency_explains_nothing),
        cmocka_unit_test(files_that_import_a_missing_package_are_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
