/*
 * format_text_gitattr.c - patterns, precedence and macros of .gitattributes; .gitmodules. That git archive agrees is tested in e2e/git.py.
 */
#include "format/text/gitattr.h"
#include "unit.h"

static void matches(const char *pattern, const char *text, bool expected)
{
    if (pl_git_wildmatch(pl_bytes_of_str(pattern), pl_bytes_of_str(text)) != expected)
        fail_msg("%s against %s should be %d", pattern, text, expected);
}

static void patterns_match_as_wildmatch_does(void **state)
{
    (void)state;
    matches("*.c", "a.c", true);
    matches("*.c", "a/b.c", false);
    matches("a/**", "a/b/c", true);
    matches("**/c", "a/b/c", true);
    matches("**/c", "c", true);
    matches("a/**/c", "a/c", true);
    matches("a/**/c", "a/x/y/c", true);
    matches("a/**/c", "ab/c", false);
    matches("a**c", "a/c", false);
    matches("a**c", "abbc", true);
    matches("v?[0-9]", "vx7", true);
    matches("v?[0-9]", "v/7", false);
    matches("[!a]x", "bx", true);
    matches("[!a]x", "ax", false);
    matches("[[:digit:]]", "5", true);
    matches("[[:digit:]]", "a", false);
    matches("[]a]", "]", true);
    matches("[a", "[a", false);
    matches("a\\*", "a*", true);
    matches("a\\*", "ab", false);
    matches("", "", true);
    matches("", "a", false);
}

static void a_pattern_of_many_stars_ends(void **state)
{
    char text[2001];
    (void)state;
    memset(text, 'a', 2000);
    text[2000] = '\0';
    matches("*a*a*a*a*a*a*a*a*a*a*a*a*b", text, false);
}

struct fixture {
    struct pl_arena arena;
    const struct pl_gitattr_file *root;
    const struct pl_gitattr_file *below;
};

static void read_two(struct fixture *x, const char *root, const char *below)
{
    pl_arena_init(&x->arena, 16u << 20);
    assert_int_equal(pl_gitattr_read(pl_bytes_of_str(root), PL_LIT(""), NULL, &x->arena, &x->root, NULL),
                     PL_OK);
    assert_int_equal(
        pl_gitattr_read(pl_bytes_of_str(below), PL_LIT("a"), x->root, &x->arena, &x->below, NULL), PL_OK);
}

static struct pl_gitattr of(const struct pl_gitattr_file *f, const char *path)
{
    return pl_gitattr_of(f, pl_bytes_of_str(path), false);
}

static void the_last_line_and_the_deeper_file_win(void **state)
{
    struct fixture x;
    (void)state;
    read_two(&x, "*.h export-ignore\n*.h -export-ignore\n*.c export-subst\n/a/z.c export-ignore\n",
             "*.c -export-subst\n/y.c export-ignore\n");
    assert_false(of(x.root, "q.h").is_export_ignored);
    assert_true(of(x.root, "a/b.c").is_export_subst);
    assert_false(of(x.below, "a/b.c").is_export_subst);
    assert_true(of(x.below, "a/y.c").is_export_ignored);
    assert_true(of(x.below, "a/z.c").is_export_ignored);
    assert_false(of(x.below, "a/k/y.c").is_export_ignored);
    pl_arena_reset(&x.arena);
}

static void macros_count_where_they_are_set(void **state)
{
    struct fixture x;
    (void)state;
    read_two(&x,
             "[attr]out export-ignore export-subst\n*.x out\n*.x !export-subst\n*.b eol=crlf\n*.b binary\n",
             "[attr]no export-ignore\n*.n no\n");
    assert_true(of(x.root, "q.x").is_export_ignored);
    assert_false(of(x.root, "q.x").is_export_subst);
    assert_false(of(x.root, "q.b").is_crlf);
    assert_false(of(x.below, "a/q.n").is_export_ignored);
    pl_arena_reset(&x.arena);
}

static void line_ends_follow_text_and_eol(void **state)
{
    struct fixture x;
    (void)state;
    read_two(&x,
             "*.bat text eol=crlf\n*.txt text=auto eol=crlf\n*.lf eol=lf\n*.d eol=crlf\n*.e -crlf eol=crlf\n",
             "");
    assert_true(of(x.root, "q.bat").is_crlf && !of(x.root, "q.bat").is_crlf_auto);
    assert_true(of(x.root, "q.txt").is_crlf_auto);
    assert_false(of(x.root, "q.lf").is_crlf);
    assert_true(of(x.root, "q.d").is_crlf);
    assert_false(of(x.root, "q.e").is_crlf);
    pl_arena_reset(&x.arena);
}

static void odd_lines_are_ignored_and_quoted_patterns_read(void **state)
{
    struct fixture x;
    (void)state;
    read_two(&x,
             "# *.q export-ignore\n!*.q export-ignore\n\"a b\\t\" export-ignore\n\"open export-ignore\nd/ "
             "export-ignore\n",
             "");
    assert_false(of(x.root, "x.q").is_export_ignored);
    assert_true(of(x.root, "a b\t").is_export_ignored);
    assert_false(of(x.root, "d").is_export_ignored);
    assert_true(pl_gitattr_of(x.root, PL_LIT("d"), true).is_export_ignored);
    pl_arena_reset(&x.arena);
}

static void modules_with_a_path_are_listed(void **state)
{
    pl_bytes rest = PL_LIT("[core]\n x = y\n[submodule \"lib/z\"]\n\tpath = lib/z\n\turl = ../z.git ; c\n"
                           "[submodule \"none\"]\n url = u\n[submodule \"q\"]\n path = \"q r\"\n");
    struct pl_gitmodule m;
    (void)state;
    assert_true(pl_gitmodules_next(&rest, &m));
    assert_true(pl_bytes_eq_str(m.name, "lib/z") && pl_bytes_eq_str(m.path, "lib/z"));
    assert_true(pl_bytes_eq_str(m.url, "../z.git"));
    assert_true(pl_gitmodules_next(&rest, &m));
    assert_true(pl_bytes_eq_str(m.path, "q r") && m.url.n == 0);
    assert_false(pl_gitmodules_next(&rest, &m));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_as_wildmatch_does),
        cmocka_unit_test(a_pattern_of_many_stars_ends),
        cmocka_unit_test(the_last_line_and_the_deeper_file_win),
        cmocka_unit_test(macros_count_where_they_are_set),
        cmocka_unit_test(line_ends_follow_text_and_eol),
        cmocka_unit_test(odd_lines_are_ignored_and_quoted_patterns_read),
        cmocka_unit_test(modules_with_a_path_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
