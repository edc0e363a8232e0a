/*
 * match_code_changed.c - a known function that makes another call than its source, or lacks one, is told by its name; what compilers do to calls is not.
 *
 * Programs are built here by gcc from one text and held against another; their functions are exported, so that they are known.
 */
#include "match_program.h"

#define START                                                                                                \
    "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"                                         \
    "void report_all(const char *text)\n{\n    printf(\"the report of %s is complete\\n\", text);\n"         \
    "    clearerr(stdout);\n}\n"
#define SAVE(first, last)                                                                                    \
    "int save_words(char *text)\n{\n    printf(\"the words of %s were saved\\n\", text);\n    " first        \
    "\n    rewind(stdin);\n    " last "\n    return 7;\n}\n"
#define END                                                                                                  \
    "int main(int argc, char **argv)\n{\n    if (argc < 2)\n        fputs(\"usage: save WORDS\\n\", "        \
    "stderr);\n    report_all(argv[0]);\n    return save_words(argv[argc - 1]);\n}\n"

static const struct pl_finding *found_beside(const char *program, const char *source)
{
    struct pl_file *f = beside(built(program, "-fno-inline"), "save.c", source);
    apply("code.features", f);
    return find(f, "code.changed-function");
}

static bool has_fact(const struct pl_finding *f, const char *name, const char *value)
{
    for (size_t i = 0; i < PL_FINDING_FACTS && f->facts[i].name != NULL; i++)
        if (strcmp(f->facts[i].name, name) == 0)
            return pl_bytes_eq_str(f->facts[i].value, value);
    return false;
}

static void a_call_that_the_file_makes_elsewhere_is_told(void **state)
{
    (void)state;
    const struct pl_finding *f =
        found_beside(START SAVE("clearerr(stdout);", "") END, START SAVE("", "") END);
    assert_non_null(f);
    assert_int_equal(f->severity, PL_SEVERITY_WARNING);
    assert_true(has_fact(f, "source function", "save_words save.c:9-16"));
    assert_true(has_fact(f, "imports and calls that the source function lacks", "stdout, clearerr"));
}

static void a_call_of_a_known_function_is_told(void **state)
{
    (void)state;
    const struct pl_finding *f =
        found_beside(START SAVE("report_all(text);", "") END, START SAVE("", "") END);
    assert_non_null(f);
    assert_true(has_fact(f, "imports and calls that the source function lacks", "report_all"));
}

static void a_call_that_is_missing_is_told(void **state)
{
    (void)state;
    const struct pl_finding *f =
        found_beside(START SAVE("", "") END, START SAVE("clearerr(stdout);", "") END);
    assert_non_null(f);
    assert_true(has_fact(f, "calls of the source function that are missing", "clearerr"));
}

/* Nothing of it is in the caller, so that it was not inlined there. */
static void a_missing_call_of_the_same_file_is_told(void **state)
{
    (void)state;
    const struct pl_finding *f =
        found_beside(START SAVE("", "") END, START SAVE("report_all(text);", "") END);
    assert_non_null(f);
    assert_true(has_fact(f, "calls of the source function that are missing", "report_all"));
}

static void the_same_calls_are_none(void **state)
{
    (void)state;
    assert_null(found_beside(START SAVE("clearerr(stdout);", "report_all(text);") END,
                             START SAVE("clearerr(stdout);", "report_all(text);") END));
}

/* -ffast-math makes instructions of floor(); a call that is none to a compiler is missed (above). */
static void a_call_that_a_compiler_has_instructions_for_is_not_missed(void **state)
{
    static const char more[] =
        "double floor(double);\ndouble low(double x)\n{\n    puts(\"low words of it\");\n"
        "    return floor(x);\n}\n";
    char program[4096];
    char source[4096];
    (void)state;
    (void)snprintf(program, sizeof program, "%s%s%s", more, START SAVE("", ""), END);
    (void)snprintf(source, sizeof source, "%s%s%s", more, START SAVE("floor(1.5);", ""), END);
    assert_null(found_beside(program, source));
}

/* Nobody knows which arm was compiled. */
static void a_body_with_directives_lacks_nothing(void **state)
{
    (void)state;
    assert_null(found_beside(START SAVE("", "") END,
                             START SAVE("\n#ifdef WITH_IT\n    clearerr(stdout);\n#endif\n", "") END));
}

static void a_missing_call_of_a_macro_is_told(void **state)
{
    (void)state;
    const struct pl_finding *f =
        found_beside(START SAVE("", "") END,
                     "#define clean_up(f) (void)clearerr(f)\n" START SAVE("clean_up(stdout);", "") END);
    assert_non_null(f);
    assert_true(has_fact(f, "calls of the source function that are missing", "clearerr"));
}

/* A compiler may know the condition. */
static void a_macro_that_may_make_no_call_is_not_missed(void **state)
{
    (void)state;
    assert_null(found_beside(START SAVE("", "") END,
                             "#define clean_up(n, f) (void)((n) > 9 || (clearerr(f), 1))\n" START SAVE(
                                 "clean_up(3, stdout);", "") END));
}

/* What a header says that the file does not read is no reason for a call. */
static void a_macro_of_another_file_makes_no_call(void **state)
{
    (void)state;
    add_source(0, "clean.h",
               "#define CLEAN(f) clearerr(f)\nstatic inline void clean(FILE *f)\n{\n    clearerr(f);\n}\n");
    const struct pl_finding *f =
        found_beside(START SAVE("clearerr(stdout);", "") END, START SAVE("", "") END);
    assert_non_null(f);
    assert_true(has_fact(f, "imports and calls that the source function lacks", "stdout, clearerr"));
}

static void a_call_that_compilers_fold_is_none(void **state)
{
    (void)state;
    const char *more =
        "void *keep_words(char *text)\n{\n    return memmove(text, text + 1, strlen(text));\n}\n";
    char with[4096];
    char without[4096];
    (void)snprintf(with, sizeof with, "%s%s", START SAVE("memmove(text, text, 1);", "") END, more);
    (void)snprintf(without, sizeof without, "%s%s", START SAVE("", "") END, more);
    assert_null(found_beside(without, with));
}

#define PAIR(linkage, inner)                                                                                 \
    "#include <stdio.h>\n#include <stdlib.h>\n" linkage "int outer_words(char *text);\n"                     \
    "static int inner_words(char *text)\n{\n    printf(\"the inner words of %s are counted\\n\", text);\n"   \
    "    perror(\"there is nothing inside\");\n    setbuf(stdin, NULL);\n    clearerr(stdout);\n    " inner  \
    "\n    return getchar();\n}\n" linkage                                                                   \
    "int outer_words(char *text)\n{\n    printf(\"the outer words of %s are counted\\n\", text);\n"          \
    "    fputs(\"there is more outside\", stderr);\n    rewind(stdin);\n    return inner_words(text);\n}\n"  \
    "int main(int argc, char **argv)\n{\n    return outer_words(argv[argc - 1]);\n}\n"

/* What has its caller inlined goes by the name of the one that was, and what it calls by its own. */
static void a_call_of_its_own_caller_is_none(void **state)
{
    (void)state;
    const char *source = PAIR("static ", "");
    assert_null(found_beside(PAIR("static ", "if (text[0] == 7)\n        outer_words(text);"), source));
}

static void an_exported_caller_has_its_own_name(void **state)
{
    (void)state;
    const char *source = PAIR("", "");
    const struct pl_finding *f =
        found_beside(PAIR("", "if (text[0] == 7)\n        outer_words(text);"), source);
    assert_non_null(f);
    assert_true(has_fact(f, "imports and calls that the source function lacks", "outer_words"));
}

/* A call within a comment or a text is none. */
static void what_comments_and_texts_say_is_no_call(void **state)
{
    (void)state;
    assert_null(found_beside(
        START SAVE("", "puts(\"it was done; clearerr(stdout);\");") END,
        START SAVE("/* ; clearerr(stdout); */", "puts(\"it was done; clearerr(stdout);\");") END));
}

/* A macro that makes the call is read as the call. */
static void a_macro_makes_the_call(void **state)
{
    (void)state;
    assert_null(found_beside(START SAVE("clearerr(stdout);", "") END,
                             "#define CLEAN(f) clearerr(f)\n" START SAVE("CLEAN(stdout);", "") END));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_call_that_the_file_makes_elsewhere_is_told, set_up, end),
        cmocka_unit_test_setup_teardown(a_call_of_a_known_function_is_told, set_up, end),
        cmocka_unit_test_setup_teardown(a_call_that_is_missing_is_told, set_up, end),
        cmocka_unit_test_setup_teardown(a_missing_call_of_the_same_file_is_told, set_up, end),
        cmocka_unit_test_setup_teardown(a_call_that_a_compiler_has_instructions_for_is_not_missed, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(the_same_calls_are_none, set_up, end),
        cmocka_unit_test_setup_teardown(a_body_with_directives_lacks_nothing, set_up, end),
        cmocka_unit_test_setup_teardown(a_missing_call_of_a_macro_is_told, set_up, end),
        cmocka_unit_test_setup_teardown(a_macro_that_may_make_no_call_is_not_missed, set_up, end),
        cmocka_unit_test_setup_teardown(a_macro_of_another_file_makes_no_call, set_up, end),
        cmocka_unit_test_setup_teardown(a_call_that_compilers_fold_is_none, set_up, end),
        cmocka_unit_test_setup_teardown(a_call_of_its_own_caller_is_none, set_up, end),
        cmocka_unit_test_setup_teardown(an_exported_caller_has_its_own_name, set_up, end),
        cmocka_unit_test_setup_teardown(what_comments_and_texts_say_is_no_call, set_up, end),
        cmocka_unit_test_setup_teardown(a_macro_makes_the_call, set_up, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
