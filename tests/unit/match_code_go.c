/*
 * match_code_go.c - functions of a Go program beside source: the linker's table says which they are, their texts say whether that is true.
 */
#include "go_program.h"
#include "match_program.h"

#define PACKAGE "package main\n\n"
#define CLEAN                                                                                                \
    "func (t *T) Unknown() {\n\tother()\n}\n\nfunc hello() {\n\tother(\"the first words\")\n"                \
    "\tother(\"the second words\")\n"
#define THIRD "\tother(\"the third words\")\n"
#define END   "\tfunc() {\n\t\tkeep(\"the second words\")\n\t}()\n}\n"

static struct pl_file *matched(const char *source)
{
    size_t n = 0;
    assert_true(assemble(go_program, "-no-pie -static"));
    assert_int_equal(pl_io_read("counted.out", 1 << 24, &image, &n, &err), PL_OK);
    add_source(0, "app/c.c", "void of_c(void)\n{\n    other(\"a text of C\");\n}\n");
    struct pl_file *f = beside(pl_bytes_of(image, n), "app/main.go", source);
    apply("code.features", f);
    return f;
}

static bool is_from(const struct pl_file *f, const char *source)
{
    for (size_t i = 0; i < f->ledger.settled.n; i++)
        if (f->ledger.settled.v[i].source != NULL && strcmp(f->ledger.settled.v[i].source, source) == 0)
            return true;
    return false;
}

static void the_table_says_which_function_it_is(void **state)
{
    (void)state;
    add_source(0, "aaa/zz.go", "// a copy\n" PACKAGE CLEAN THIRD END);
    const struct pl_file *f = matched(PACKAGE CLEAN THIRD END);
    assert_null(find(f, "code.unaccounted-function"));
    assert_null(find(f, "code.misplaced-atom"));
    assert_true(is_from(f, "app/main.go:7-14"));
}

static void a_text_that_no_source_has_contradicts_the_name(void **state)
{
    (void)state;
    assert_non_null(find(matched(PACKAGE CLEAN END), "code.unaccounted-function"));
}

/* A folder is compiled at once. */
static void a_text_of_the_same_folder_is_in_place(void **state)
{
    (void)state;
    add_source(0, "app/util.go", PACKAGE "func util() {\n" THIRD "}\n");
    const struct pl_file *f = matched(PACKAGE CLEAN END);
    assert_null(find(f, "code.unaccounted-function"));
    assert_null(find(f, "code.misplaced-atom"));
}

static void a_text_of_a_function_that_is_called_is_in_place(void **state)
{
    (void)state;
    add_source(0, "lib/util.go", "package lib\n\nfunc Util() {\n" THIRD "}\n");
    const struct pl_file *f = matched(PACKAGE CLEAN "\tlib.Util()\n" END);
    assert_null(find(f, "code.unaccounted-function"));
    assert_null(find(f, "code.misplaced-atom"));
}

/* All that the function holds came in with what it calls: the table says which one it is. */
static void a_function_of_nothing_but_others_is_the_one_of_its_name(void **state)
{
    (void)state;
    add_source(0, "lib/util.go",
               "package lib\n\nfunc Util() {\n\tdeep()\n}\n\nfunc deep() {\n\tother(\"the first words\")\n"
               "\tother(\"the second words\")\n" THIRD "}\n");
    const struct pl_file *f =
        matched(PACKAGE "func (t *T) Unknown() {\n\tother()\n}\n\nfunc hello() {\n\tlib.Util()\n}\n");
    assert_null(find(f, "code.unaccounted-function"));
    assert_null(find(f, "code.misplaced-atom"));
    assert_true(is_from(f, "app/main.go:7-9"));
}

static void a_text_of_another_package_is_misplaced(void **state)
{
    (void)state;
    add_source(0, "lib/util.go", "package lib\n\nfunc Util() {\n" THIRD "}\n");
    assert_non_null(find(matched(PACKAGE CLEAN END), "code.misplaced-atom"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_table_says_which_function_it_is, set_up, end),
        cmocka_unit_test_setup_teardown(a_text_that_no_source_has_contradicts_the_name, set_up, end),
        cmocka_unit_test_setup_teardown(a_text_of_the_same_folder_is_in_place, set_up, end),
        cmocka_unit_test_setup_teardown(a_text_of_a_function_that_is_called_is_in_place, set_up, end),
        cmocka_unit_test_setup_teardown(a_function_of_nothing_but_others_is_the_one_of_its_name, set_up, end),
        cmocka_unit_test_setup_teardown(a_text_of_another_package_is_misplaced, set_up, end),
    };
    (void)built;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
