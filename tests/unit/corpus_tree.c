/*
 * tree: a source package in memory is what dpkg-source -x makes of it, and says where its bytes came from.
 */
#include "corpus/tree.h"
#include "unit.h"

#include <stdio.h>
#include <sys/stat.h>

static struct pl_limits limits;
static struct pl_err err;
static struct pl_source_tree *tree;

static int set_up(void **state)
{
    limits = pl_limits_default();
    tree = NULL;
    return system("rm -rf w && mkdir w");
}

static int tear_down(void **state)
{
    pl_source_tree_free(tree);
    return 0;
}

static void run(const char *command)
{
    char line[4096];
    (void)snprintf(line, sizeof line, "cd w && { %s; } >/dev/null 2>&1", command);
    assert_int_equal(system(line), 0);
}

/* A .dsc over the files named, with their real digests. */
static void write_dsc(const char *format, const char *files)
{
    char line[2048];
    (void)snprintf(
        line, sizeof line,
        "{ printf 'Format: %s\\nSource: p\\nVersion: 1-1\\nChecksums-Sha256:\\n'; for f in %s; do "
        "printf ' %%s %%s %%s\\n' $(sha256sum <$f | cut -c1-64) $(stat -c %%s $f) $f; done; } > p.dsc",
        format, files);
    run(line);
}

static pl_status load(const char *path, unsigned jobs)
{
    struct pl_source_spec spec = {.jobs = jobs};
    pl_source_tree_free(tree);
    tree = NULL;
    return pl_source_tree_open_path(path, &spec, &limits, &tree, &err);
}

static const struct pl_source_file *find(const char *path, bool is_superseded)
{
    for (size_t i = 0; i < tree->files.n; i++)
        if (pl_bytes_eq_str(tree->files.v[i].path, path) && tree->files.v[i].is_superseded == is_superseded)
            return &tree->files.v[i];
    return NULL;
}

static void assert_file(const char *path, const char *text)
{
    const struct pl_source_file *f = find(path, false);
    assert_non_null(f);
    assert_int_equal(f->data.n, strlen(text));
    assert_memory_equal(f->data.p, text, f->data.n);
}

static void make_quilt(void)
{
    run("mkdir -p p-1/debian p-1/src d/debian/patches c-2 && printf 'a\\nb\\nc\\n' > p-1/src/x.c && echo no "
        "> p-1/debian/rules &&"
        "ln -s src/x.c p-1/link && echo gone > p-1/gone && echo two > c-2/f &&"
        "printf -- '--- a/src/x.c\\n+++ b/src/x.c\\n@@ -1,3 +1,3 @@\\n a\\n-b\\n+B\\n c\\n' > "
        "d/debian/patches/one.patch &&"
        "printf -- '--- src/x.c\\n+++ src/x.c\\n@@ -1,3 +1,4 @@\\n+0\\n a\\n B\\n c\\n--- gone\\n+++ "
        "/dev/null\\n@@ -1 +0,0 @@\\n-gone\\n'"
        " > d/debian/patches/two.patch &&"
        "printf 'one.patch\\n# note\\ntwo.patch -p0 # why\\n' > d/debian/patches/series && echo all > "
        "d/debian/control &&"
        "tar -czf p_1.orig.tar.gz p-1 && tar -cJf p_1.orig-extra.tar.xz c-2 && tar -cJf p_1-1.debian.tar.xz "
        "-C d debian");
    write_dsc("3.0 (quilt)", "p_1.orig.tar.gz p_1.orig-extra.tar.xz p_1-1.debian.tar.xz");
}

static void a_quilt_package_is_unpacked_and_patched(void **state)
{
    make_quilt();
    assert_int_equal(load("w/p.dsc", 2), PL_OK);
    assert_string_equal(tree->name, "p 1-1");
    assert_string_equal(tree->revision, "1-1");
    assert_file("src/x.c", "0\na\nB\nc\n");
    assert_file("debian/control", "all\n");
    assert_file("extra/f", "two\n");
    assert_null(find("debian/rules", false));
    assert_null(find("gone", false));
    assert_non_null(find("gone", true));
    assert_true(pl_bytes_eq_str(find("link", false)->link_target, "src/x.c"));
    assert_int_equal(tree->warnings.n, 0);
}

/* Debian's pam: export QUILT_PATCH_DIR = debian/patches-applied, and dh --with quilt. */
static void patches_that_the_build_applies_itself_are_applied(void **state)
{
    make_quilt();
    run("mv d/debian/patches d/debian/mine && printf 'export QUILT_PATCH_DIR = debian/mine\n%%:\n\tdh $@ "
        "--with "
        "quilt\n' > d/debian/rules && tar -cJf p_1-1.debian.tar.xz -C d debian");
    write_dsc("3.0 (quilt)", "p_1.orig.tar.gz p_1.orig-extra.tar.xz p_1-1.debian.tar.xz");
    assert_int_equal(load("w/p.dsc", 1), PL_OK);
    assert_file("src/x.c", "0\na\nB\nc\n");
}

static void each_patched_range_names_its_patch(void **state)
{
    make_quilt();
    assert_int_equal(load("w/p.dsc", 1), PL_OK);
    const struct pl_source_file *f = find("src/x.c", false);
    assert_int_equal(f->hunks.n, 2);
    assert_int_equal(f->hunks.v[0].offset, 0);
    assert_int_equal(f->hunks.v[0].length, 2);
    assert_string_equal(f->hunks.v[0].patch, "debian/patches/two.patch");
    assert_int_equal(f->hunks.v[1].offset, 4);
    assert_int_equal(f->hunks.v[1].length, 2);
    assert_string_equal(f->hunks.v[1].patch, "debian/patches/one.patch");
    assert_true(pl_bytes_eq_str(find("src/x.c", true)->data, "a\nb\nc\n"));
}

static void a_patch_that_does_not_fit_is_a_warning(void **state)
{
    make_quilt();
    run("printf -- '--- a/src/x.c\\n+++ b/src/x.c\\n@@ -1,2 +1,2 @@\\n nowhere\\n-b\\n+B\\n' > "
        "d/debian/patches/one.patch &&"
        "tar -cJf p_1-1.debian.tar.xz -C d debian");
    write_dsc("3.0 (quilt)", "p_1.orig.tar.gz p_1-1.debian.tar.xz");
    assert_int_equal(load("w/p.dsc", 1), PL_OK);
    assert_true(tree->warnings.n >= 1);
    assert_non_null(strstr(tree->warnings.v[0], "debian/patches/one.patch"));
    assert_file("src/x.c", "a\nb\nc\n");
}

static void a_file_that_the_dsc_does_not_list_so_is_not_trusted(void **state)
{
    make_quilt();
    run("printf x >> p_1.orig.tar.gz");
    assert_int_equal(load("w/p.dsc", 1), PL_E_TRUST);
    assert_non_null(strstr(err.text, "p_1.orig.tar.gz"));
    assert_null(tree);
}

static void a_missing_tarball_is_named(void **state)
{
    make_quilt();
    run("rm p_1-1.debian.tar.xz");
    assert_int_equal(load("w/p.dsc", 1), PL_E_NOT_FOUND);
    assert_non_null(strstr(err.text, "p_1-1.debian.tar.xz"));
}

static void a_diff_gz_is_applied_under_its_name(void **state)
{
    run("mkdir -p p-1 && printf 'a\\n' > p-1/x && tar -czf p_1.orig.tar.gz p-1 &&"
        "printf -- '--- p-1.orig/x\\n+++ p-1/x\\n@@ -1 +1 @@\\n-a\\n+b\\n--- p-1.orig/debian/rules\\n+++ "
        "p-1/debian/rules\\n"
        "@@ -0,0 +1 @@\\n+r\\n' | gzip > p_1-1.diff.gz");
    write_dsc("1.0", "p_1.orig.tar.gz p_1-1.diff.gz");
    assert_int_equal(load("w/p.dsc", 1), PL_OK);
    assert_file("x", "b\n");
    assert_file("debian/rules", "r\n");
    assert_string_equal(find("x", false)->hunks.v[0].patch, "diff.gz");
}

static void any_number_of_jobs_gives_the_same_tree(void **state)
{
    make_quilt();
    assert_int_equal(load("w/p.dsc", 1), PL_OK);
    struct pl_source_tree *one = tree;
    tree = NULL;
    assert_int_equal(load("w/p.dsc", 8), PL_OK);
    assert_int_equal(tree->files.n, one->files.n);
    for (size_t i = 0; i < one->files.n; i++) {
        assert_true(pl_bytes_eq(tree->files.v[i].path, one->files.v[i].path));
        assert_true(pl_bytes_eq(tree->files.v[i].data, one->files.v[i].data));
    }
    pl_source_tree_free(one);
}

static void an_archive_loses_its_one_folder_and_opens_archives_inside(void **state)
{
    run("mkdir -p q-2/t in && echo b > in/b && tar -czf q-2/t/a.tar.gz -C in b && echo x > q-2/x && ln q-2/x "
        "q-2/y &&"
        "tar -cJf q.tar.xz q-2");
    assert_int_equal(load("w/q.tar.xz", 1), PL_OK);
    assert_file("x", "x\n");
    assert_file("y", "x\n");
    assert_file("t/a.tar.gz!/b", "b\n");
    assert_non_null(find("t/a.tar.gz", false));
}

static void a_folder_is_digested_without_its_version_control(void **state)
{
    run("mkdir -p f/.git f/s && echo 1 > f/s/a && echo 2 > f/b && ln -s b f/l");
    assert_int_equal(load("w/f", 1), PL_OK);
    pl_sha256 first = tree->sha256;
    assert_int_equal(tree->files.n, 3);
    run("echo secret > f/.git/x");
    assert_int_equal(load("w/f", 1), PL_OK);
    assert_true(pl_sha256_eq(&first, &tree->sha256));
    run("echo 3 > f/b");
    assert_int_equal(load("w/f", 1), PL_OK);
    assert_false(pl_sha256_eq(&first, &tree->sha256));
}

static void a_digest_of_a_folder_is_that_of_its_list(void **state)
{
    run("mkdir -p f && printf 1 > f/a && { printf 'a\\0'; printf 1 | sha256sum | cut -c1-64; } | sha256sum | "
        "cut -c1-64 > want");
    assert_int_equal(load("w/f", 1), PL_OK);
    char hex[PL_SHA256_HEX_BYTES];
    char want[PL_SHA256_HEX_BYTES] = "";
    FILE *f = fopen("w/want", "r");
    assert_int_equal(fread(want, 1, 64, f), 64);
    (void)fclose(f);
    pl_hex(tree->sha256.b, PL_SHA256_BYTES, hex);
    assert_string_equal(hex, want);
}

static void what_is_not_there_is_not_found(void **state)
{
    assert_int_equal(load("w/none", 1), PL_E_NOT_FOUND);
}

static void a_dsc_in_memory_finds_its_files_among_the_artifacts(void **state)
{
    struct pl_source_spec spec = {.name = "n", .how = PL_HOW_VERIFIED};
    struct pl_artifact items[] = {
        {"p.dsc", PL_LIT("Format: 3.0 (native)\nSource: p\nVersion: 1\nChecksums-Sha256:\n "
                         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 p_1.tar.gz\n")}};
    assert_int_equal(pl_source_tree_from_artifacts(&spec, items, 1, &limits, &tree, &err), PL_E_NOT_FOUND);
    assert_non_null(strstr(err.text, "p_1.tar.gz"));
}

static void an_archive_over_the_limit_is_not_cut_in_silence(void **state)
{
    make_quilt();
    limits.entries = 3;
    pl_status st = load("w/p.dsc", 1);
    assert_true(st == PL_E_LIMIT || (st == PL_OK && tree->warnings.n > 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_quilt_package_is_unpacked_and_patched, set_up, tear_down),
        cmocka_unit_test_setup_teardown(patches_that_the_build_applies_itself_are_applied, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_patched_range_names_its_patch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_patch_that_does_not_fit_is_a_warning, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_the_dsc_does_not_list_so_is_not_trusted, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_missing_tarball_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_diff_gz_is_applied_under_its_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(any_number_of_jobs_gives_the_same_tree, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_archive_loses_its_one_folder_and_opens_archives_inside, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_folder_is_digested_without_its_version_control, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_digest_of_a_folder_is_that_of_its_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_there_is_not_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_dsc_in_memory_finds_its_files_among_the_artifacts, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_archive_over_the_limit_is_not_cut_in_silence, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("corpus_tree", tests, NULL, NULL);
}
