/*
 * patch: what diff(1) wrote is undone exactly, and what does not fit is refused.
 */
#include "format/text/patch.h"
#include "unit.h"

#include <stdio.h>

static struct pl_arena arena;
static struct pl_patch patch;
static struct pl_patch_moves moves;
static struct pl_buf out;
static struct pl_err err;

static int set_up(void **state)
{
    pl_arena_init(&arena, 1 << 24);
    pl_buf_init(&out, 1 << 24);
    return 0;
}

static int tear_down(void **state)
{
    pl_patch_reset(&patch);
    PL_VEC_FREE(&moves.list);
    pl_buf_reset(&out);
    pl_arena_reset(&arena);
    return 0;
}

static void parse(const char *text)
{
    assert_int_equal(pl_patch_parse(pl_bytes_of_str(text), &arena, &patch, &err), PL_OK);
}

static pl_status apply(const char *old)
{
    return pl_patch_apply(&patch, &patch.files.v[0], pl_bytes_of_str(old), &out, &moves, &err);
}

static void assert_output(const char *want)
{
    pl_buf_add_byte(&out, 0);
    assert_string_equal((const char *)out.p, want);
}

static void a_hunk_is_applied_and_its_added_bytes_are_named(void **state)
{
    parse("Description: why\n\n--- a/src/x.c\t2020-01-01 00:00:00\n+++ b/src/x.c\n@@ -1,3 +1,3 @@ f()\n "
          "one\n-two\n+TWO\n three\n");
    assert_int_equal(patch.files.n, 1);
    assert_true(pl_bytes_eq_str(patch.files.v[0].old_name, "a/src/x.c"));
    assert_int_equal(apply("one\ntwo\nthree\nfour\n"), PL_OK);
    assert_int_equal(moves.list.n, 3);
    assert_int_equal(moves.list.v[1].new_offset, 4);
    assert_int_equal(moves.list.v[1].length, 4);
    assert_true(moves.list.v[1].old_offset == PL_NO_OFFSET);
    assert_int_equal(moves.list.v[2].old_offset, 8);
    assert_output("one\nTWO\nthree\nfour\n");
}

static void a_hunk_is_found_where_its_lines_moved_to(void **state)
{
    parse("--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n b\n+new\n c\n");
    assert_int_equal(apply("a\na\na\nb\nc\n"), PL_OK);
    assert_output("a\na\na\nb\nnew\nc\n");
}

static void a_changed_context_line_is_refused(void **state)
{
    parse("--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
    assert_int_equal(apply("a\nb\nC\n"), PL_E_INPUT);
    assert_int_equal(err.offset, 16);
}

static void a_missing_last_line_end_is_kept_missing(void **state)
{
    parse("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end "
          "of file\n");
    assert_int_equal(apply("a\nb"), PL_OK);
    assert_output("a\nc");
}

static void a_new_file_and_a_deleted_one_are_told_apart(void **state)
{
    parse("--- /dev/null\n+++ b/new\n@@ -0,0 +1,2 @@\n+x\n+y\n--- a/old\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n");
    assert_int_equal(patch.files.n, 2);
    assert_true(pl_patch_creates(&patch, &patch.files.v[0]));
    assert_false(pl_patch_deletes(&patch, &patch.files.v[0]));
    assert_true(pl_patch_deletes(&patch, &patch.files.v[1]));
    assert_int_equal(apply(""), PL_OK);
    assert_output("x\ny\n");
}

static void line_ends_that_a_mailer_made_crlf_still_fit(void **state)
{
    parse("--- a/x\r\n+++ b/x\r\n@@ -1,2 +1,2 @@\r\n a\r\n-b\r\n+c\r\n");
    assert_int_equal(apply("a\nb\n"), PL_OK);
    assert_output("a\nc\n");
}

static void crlf_of_the_file_itself_is_kept(void **state)
{
    parse("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n");
    assert_int_equal(apply("a\r\nb\r\n"), PL_OK);
    assert_output("a\r\nc\r\n");
}

static void an_empty_line_counts_as_empty_context(void **state)
{
    parse("--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n");
    assert_int_equal(apply("a\n\nb\n"), PL_OK);
    assert_output("a\n\nc\n");
}

static void a_binary_change_is_listed_and_has_no_hunks(void **state)
{
    parse("diff --git a/p.png b/p.png\nindex 1..2 100644\nGIT binary patch\nliteral 3\nKcmZ\n\n");
    assert_int_equal(patch.files.n, 1);
    assert_true(patch.files.v[0].is_binary);
    assert_true(pl_bytes_eq_str(patch.files.v[0].new_name, "b/p.png"));
}

static void names_never_leave_the_tree(void **state)
{
    pl_bytes name;
    assert_true(pl_patch_strip(PL_LIT("a//src/./x"), 1, &name));
    assert_true(pl_bytes_eq_str(name, "src/./x"));
    assert_false(pl_patch_strip(PL_LIT("a/../../etc/passwd"), 1, &name));
    assert_false(pl_patch_strip(PL_LIT("/etc/passwd"), 0, &name));
    assert_false(pl_patch_strip(PL_LIT("x"), 1, &name));
}

static void a_hunk_cut_short_is_refused(void **state)
{
    assert_int_equal(pl_patch_parse(PL_LIT("--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n"), &arena, &patch, &err),
                     PL_E_INPUT);
}

static void every_truncation_is_refused_or_parsed(void **state)
{
    static const char text[] = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,4 @@ f\n a\n-b\n+c\n+d\n "
                               "e\n\\ No newline at end of file\n"
                               "--- \"a/\\303\\244\"\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n";
    for (size_t n = 0; n < sizeof text; n++) {
        struct pl_patch p = {0};
        pl_status st = pl_patch_parse(pl_bytes_of(text, n), &arena, &p, &err);
        assert_true(st == PL_OK || st == PL_E_INPUT);
        pl_patch_reset(&p);
    }
}

static void write_lines(const char *path, const char *lines, size_t n, bool has_end)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    for (size_t i = 0; i < n; i++)
        (void)fprintf(f, "%c%s", lines[i], i + 1 < n || has_end ? "\n" : "");
    (void)fclose(f);
}

static size_t slurp(FILE *f, char *to, size_t room)
{
    size_t n = fread(to, 1, room - 1, f);
    to[n] = '\0';
    return n;
}

/* Random files of few different lines, so that places are ambiguous; diff(1) makes the patch. */
static void what_diff_says_gives_the_new_file(void **state)
{
    uint64_t seed = 7;
    for (int round = 0; round < 60; round++) {
        char lines[2][40];
        size_t n[2];
        static char text[1 << 16];
        static char want[1 << 12];
        for (int k = 0; k < 2; k++) {
            n[k] = unit_below(&seed, 40);
            for (size_t i = 0; i < n[k]; i++)
                lines[k][i] = k == 1 && i < n[0] && unit_below(&seed, 4) > 0
                                  ? lines[0][i]
                                  : (char)('a' + unit_below(&seed, 6));
        }
        write_lines("old", lines[0], n[0], true);
        write_lines("new", lines[1], n[1], unit_below(&seed, 2) == 0);
        FILE *diff = popen(round % 2 ? "diff -u old new" : "diff -U0 old new", "r");
        assert_non_null(diff);
        (void)slurp(diff, text, sizeof text);
        (void)pclose(diff);
        FILE *f = fopen("new", "rb");
        (void)slurp(f, want, sizeof want);
        (void)fclose(f);
        f = fopen("old", "rb");
        char old[1 << 12];
        (void)slurp(f, old, sizeof old);
        (void)fclose(f);
        if (text[0] == '\0')
            continue;
        parse(text);
        assert_int_equal(apply(old), PL_OK);
        uint64_t covered = 0;
        for (size_t i = 0; i < moves.list.n; i++) {
            assert_true(moves.list.v[i].new_offset == covered);
            covered += moves.list.v[i].length;
        }
        assert_int_equal(covered, out.n);
        assert_output(want);
        (void)tear_down(state);
        (void)set_up(state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_hunk_is_applied_and_its_added_bytes_are_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_hunk_is_found_where_its_lines_moved_to, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_context_line_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_last_line_end_is_kept_missing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_file_and_a_deleted_one_are_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(line_ends_that_a_mailer_made_crlf_still_fit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(crlf_of_the_file_itself_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_line_counts_as_empty_context, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_binary_change_is_listed_and_has_no_hunks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_never_leave_the_tree, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_hunk_cut_short_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_truncation_is_refused_or_parsed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_diff_says_gives_the_new_file, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("format_text_patch", tests, NULL, NULL);
}
