/*
 * match_sed_line.c - lines that the build's sed has changed: a path that is a value of the build, a mark that is a macro, and marks that are one.
 */
#include "match_fixture.h"

#include "corpus/literals.h"

#define BEFORE                                                                                               \
    "# This is the first line of the helper, long enough to be found.\nname=the helper of the tool\n"
#define BEHIND         "# And this is the last line of the helper, as long as the first one.\nexit 0\n"
#define SOURCE         BEFORE "LEVEL=\"!LEVEL!\"\n" BEHIND
#define LIBRARY_SOURCE BEFORE "lib = \"/usr/local/libexec/awk/\"\n" BEHIND

/* The bytes that text.sed explains of a helper with that line. */
static uint64_t explained(const char *source, const char *makefile, const char *line)
{
    struct pl_literals *literals = NULL;
    uint64_t n = 0;
    add_source(0, "helper.in", source);
    add_source(0, "level.h", "#define LEVEL 15\n#define LEVEL_OF_NONE 16\n");
    add_source(0, "Makefile.am", makefile);
    assert_int_equal(pl_index_build(trees, 2, 1, &ix, &err), PL_OK);
    assert_int_equal(pl_literals_build(ix, NULL, 0, 1, &literals, &err), PL_OK);
    with_literals = literals;
    struct pl_file *f =
        add_file("data.tar.xz!/usr/bin/helper", pl_arena_printf(&arena, BEFORE "%s\n" BEHIND, line));
    apply("text.coverage", f);
    apply("text.sed", f);
    for (size_t i = 0; i < f->ledger.settled.n; i++)
        if (strcmp(f->ledger.settled.v[i].rule, "text.sed") == 0)
            n += f->ledger.settled.v[i].length;
    with_literals = NULL;
    pl_literals_free(literals);
    return n;
}

#define REPLACES "helper: helper.in\n\tsed -e \"s%!LEVEL!%$(Level)%\" $< > $@\n"

static void a_mark_becomes_what_its_macro_is_defined_as(void **state)
{
    assert_int_equal(explained(SOURCE, REPLACES, "LEVEL=\"15\""), 10);
}

static void a_mark_becomes_nothing_else(void **state)
{
    assert_int_equal(explained(SOURCE, REPLACES, "LEVEL=\"16\""), 0);
}

static void a_line_with_more_than_its_mark_changed_stays_open(void **state)
{
    assert_int_equal(explained(SOURCE, REPLACES, "LEVEL=\"15\";id"), 0);
}

static void a_mark_that_no_build_file_replaces_stays_open(void **state)
{
    assert_int_equal(explained(SOURCE, "helper: helper.in\n\tcp $< $@\n", "LEVEL=\"15\""), 0);
}

static void a_path_becomes_a_directory_of_the_build(void **state)
{
    assert_int_equal(
        explained(
            LIBRARY_SOURCE,
            "x:\n\tsed 's;/usr/local/libexec/awk/;$(libexecdir)/;' $< > $@\nF = -DF=\\\"$(libexecdir)/\\\"\n",
            "lib = \"/usr/libexec/\""),
        21);
}

static void a_path_becomes_no_directory_that_the_build_does_not_have(void **state)
{
    assert_int_equal(
        explained(
            LIBRARY_SOURCE,
            "x:\n\tsed 's;/usr/local/libexec/awk/;$(libexecdir)/;' $< > $@\nF = -DF=\\\"$(libexecdir)/\\\"\n",
            "lib = \"/tmp/libexec/\""),
        0);
}

#define MARKS_SOURCE BEFORE "a \"/usr/lib/#ARCH#/x\" /usr/lib/#ARCH#/y || true\nb #ARCH#\n" BEHIND
#define MARKS(X)     "a \"/usr/lib/" X "/x\" /usr/lib/" X "/y || true\nb " X
#define FILLS        "x:\n\tsed -e\"s/#ARCH#/$(DEB_HOST_MULTIARCH)/g\" $< > $@\n"

static void marks_become_a_value_of_the_build_where_a_variable_is_put_in(void **state)
{
    assert_int_equal(explained(MARKS_SOURCE, FILLS, MARKS("x86_64-linux-gnu")),
                     sizeof MARKS("x86_64-linux-gnu") - 2);
}

static void marks_become_no_value_that_the_build_does_not_have(void **state)
{
    assert_int_equal(explained(MARKS_SOURCE, FILLS, MARKS("beacon-linux-gnu")), 0);
}

static void marks_become_one_value_everywhere(void **state)
{
    assert_int_equal(
        explained(MARKS_SOURCE, FILLS, "a \"/usr/lib/x86_64-linux-gnu/x\" /usr/lib/i386-linux-gnu/y || true"),
        0);
}

static void marks_in_the_place_of_which_no_variable_is_put_stay_open(void **state)
{
    assert_int_equal(explained(MARKS_SOURCE, "x:\n\tsed -e\"s/#ARCH#/x86/g\" $< > $(DEB_HOST_MULTIARCH)\n",
                               MARKS("x86_64-linux-gnu")),
                     0);
}

static void marks_in_the_place_of_which_more_than_a_variable_is_put_stay_open(void **state)
{
    assert_int_equal(explained(MARKS_SOURCE, "x:\n\tsed -e\"s/#ARCH#/$(DEB_HOST_MULTIARCH);id/g\" $< > $@\n",
                               MARKS("x86_64-linux-gnu")),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_mark_becomes_what_its_macro_is_defined_as, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_mark_becomes_nothing_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_line_with_more_than_its_mark_changed_stays_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_mark_that_no_build_file_replaces_stays_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_path_becomes_a_directory_of_the_build, set_up, tear_down),
        cmocka_unit_test_setup_teardown(marks_become_a_value_of_the_build_where_a_variable_is_put_in, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(marks_become_no_value_that_the_build_does_not_have, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(marks_become_one_value_everywhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(marks_in_the_place_of_which_no_variable_is_put_stay_open, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(marks_in_the_place_of_which_more_than_a_variable_is_put_stay_open,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_path_becomes_no_directory_that_the_build_does_not_have, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
