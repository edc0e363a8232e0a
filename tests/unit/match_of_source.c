/*
 * match_of_source.c - a file whose functions are the source's is made from it, whatever its name is and a part of its strings; one whose functions are not is not. A string that is like a
 * literal is a changed one where the literal's own file says it.
 *
 * Programs are built here by gcc.
 */
#include "match_program.h"

#define MORE 24 /* functions */

static char text[1 << 14];

static void add_text(const char *more)
{
    assert_true(strlen(text) + strlen(more) < sizeof text);
    (void)strcat(text, more);
}

/* `own` functions of the source and `others` of another one, each of them with a string or two. */
static const char *program_of(int own, int others)
{
    char function[512];
    (void)snprintf(text, sizeof text, "#include <stdio.h>\n");
    for (int i = 0; i < own; i++) {
        (void)snprintf(function, sizeof function,
                       "int own%d(int n)\n{\n    puts(\"%d letters are of the first kind\");\n"
                       "    puts(\"the words of kind %d are counted\");\n    return n * %d;\n}\n",
                       i, i + 100, i + 100, i + 3);
        add_text(function);
    }
    for (int i = 0; i < others; i++) {
        (void)snprintf(
            function, sizeof function,
            "int other_%d(int n)\n{\n    puts(\"%c%c beacons of the harbour\");\n    return n * %d;\n}\n", i,
            'a' + i, 'z' - i, i + 3);
        add_text(function);
    }
    return text;
}

/* A file of that name: what both rules say of it. */
static struct pl_file *shipped(const char *name, int own, int others)
{
    pl_bytes program = built(program_of(own, others), "-shared -fPIC");
    (void)beside(program, "letters.c", program_of(own, 0));
    struct pl_file *f = add_bytes(name, program);
    f->kind = "elf-x86_64";
    apply("code.features", f);
    apply("elf.strings", f);
    apply("code.stranger", f);
    return f;
}

static void assert_unaccounted(const struct pl_file *f, enum pl_severity severity, const char *words)
{
    const struct pl_finding *found = find(f, "file.unaccounted");
    assert_non_null(found);
    assert_int_equal(found->severity, severity);
    assert_non_null(strstr(found->message, words));
}

static void a_name_of_no_source_is_a_warning_where_the_functions_are_the_sources(void **state)
{
    (void)state;
    assert_unaccounted(shipped("usr/lib/beacond.so", MORE, 0), PL_SEVERITY_WARNING,
                       "has the name of this file");
}

static void a_few_functions_of_the_source_do_not_make_a_program_its_own(void **state)
{
    (void)state;
    assert_unaccounted(shipped("usr/lib/beacond.so", 6, 0), PL_SEVERITY_ERROR, "has its name");
}

static void strings_of_another_source_are_a_warning_where_most_are_the_sources(void **state)
{
    (void)state;
    struct pl_file *f = shipped("usr/lib/letters.so", MORE, MORE);
    assert_unaccounted(f, PL_SEVERITY_WARNING, "a part of this file");
    assert_true(f->foreign.n >= MORE); /* each is judged by itself */
}

static void strings_that_are_mostly_of_another_source_are_an_error(void **state)
{
    (void)state;
    assert_unaccounted(shipped("usr/lib/letters.so", 10, MORE), PL_SEVERITY_ERROR, "not made from it");
}

/* A library with the strings of another source, where the meson.build names beacons.c and the tree has no such file; and with `beside` in it. */
static struct pl_file *of_absent(const char *named, const char *other)
{
    char meson[256];
    (void)snprintf(meson, sizeof meson, "library('beacons', tests / '%s')\n", named);
    add_source(0, "meson.build", meson);
    if (other != NULL)
        add_source(0, other, "letters\n");
    return shipped("usr/lib/libbeacons.so", 10, MORE);
}

static void an_image_called_after_a_file_of_another_package_is_a_warning(void **state)
{
    (void)state;
    struct pl_file *f = of_absent("beacons.c", NULL);
    assert_unaccounted(f, PL_SEVERITY_WARNING, "another package holds the source");
    assert_true(f->is_of_absent);
}

static void an_image_called_after_a_file_of_another_name_is_an_error(void **state)
{
    (void)state;
    struct pl_file *f = of_absent("harbour.c", NULL);
    assert_unaccounted(f, PL_SEVERITY_ERROR, "not made from it");
    assert_false(f->is_of_absent);
}

static void an_image_called_after_a_file_that_the_build_makes_is_an_error(void **state)
{
    (void)state;
    assert_unaccounted(of_absent("beacons.c", "src/beacons.y"), PL_SEVERITY_ERROR, "not made from it");
}

#define COUNT(line)                                                                                          \
    "#include <stdio.h>\nint count(int n)\n{\n    puts(\"the letters are counted twice\");\n"                \
    "    printf(\"there are %d of them, and %d more\\n\", n, n + 7);\n    puts(\"" line                      \
    "\");\n    return n;\n}\n"
#define LINE "the beacons of the harbour are lit"

/* What is said of a string that is nearly a literal, in a function of `where`; the literal stands in `file`. */
static const struct pl_finding *changed(const char *file)
{
    char source[1024];
    pl_bytes program =
        built(COUNT("the beacons of the harbour are lid") "int main(int n, char **v)\n{\n    puts(v[0]);\n   "
                                                          " return count(n);\n}\n",
              "-fno-inline");
    (void)snprintf(source, sizeof source,
                   "#include <stdio.h>\nvoid light(void)\n{\n    puts(\"" LINE "\");\n}\n");
    if (strcmp(file, "letters.c") != 0)
        add_source(0, file, source);
    struct pl_file *f =
        beside(program, "letters.c",
               strcmp(file, "letters.c") == 0
                   ? COUNT(LINE) "int main(int n, char **v)\n{\n    puts(v[0]);\n    return count(n);\n}\n"
                   : COUNT("%s") "int main(int n, char **v)\n{\n    puts(v[0]);\n    return count(n);\n}\n");
    apply("code.features", f);
    assert_int_equal(pl_ledger_settle(&f->ledger, &err), PL_OK);
    apply("elf.strings", f);
    const struct pl_finding *found = find(f, "code.modified-string");
    assert_non_null(found);
    return found;
}

static void a_changed_string_of_no_known_function_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(changed("harbour.c")->severity, PL_SEVERITY_ERROR);
}

static void a_string_like_a_literal_of_its_own_file_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(changed("letters.c")->severity, PL_SEVERITY_ERROR);
}

static void a_string_like_a_literal_of_a_header_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(changed("harbour.h")->severity, PL_SEVERITY_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_name_of_no_source_is_a_warning_where_the_functions_are_the_sources,
                                        set_up, end),
        cmocka_unit_test_setup_teardown(a_few_functions_of_the_source_do_not_make_a_program_its_own, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(strings_of_another_source_are_a_warning_where_most_are_the_sources,
                                        set_up, end),
        cmocka_unit_test_setup_teardown(strings_that_are_mostly_of_another_source_are_an_error, set_up, end),
        cmocka_unit_test_setup_teardown(an_image_called_after_a_file_of_another_package_is_a_warning, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(an_image_called_after_a_file_of_another_name_is_an_error, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(an_image_called_after_a_file_that_the_build_makes_is_an_error, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(a_changed_string_of_no_known_function_is_an_error, set_up, end),
        cmocka_unit_test_setup_teardown(a_string_like_a_literal_of_its_own_file_is_an_error, set_up, end),
        cmocka_unit_test_setup_teardown(a_string_like_a_literal_of_a_header_is_an_error, set_up, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
