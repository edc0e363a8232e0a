/*
 * match_elf_modified.c - a string that is a literal of the source but for a byte is an error at that byte; what honest builds change is not.
 *
 * Programs are built here by gcc from one text and held against another.
 */
#include "match_program.h"

#define SHIPPED_LINE "the letters of the brown fox are counted"

static const char *program_of(const char *line, const char *more)
{
    static char text[2048];
    (void)snprintf(text, sizeof text,
                   "#include <stdio.h>\nint main(int argc, char **argv)\n{\n    puts(\"%s\");\n    %s\n"
                   "    return printf(\"there are %%d of them in %%s today\\n\", argc, argv[0]);\n}\n",
                   line, more);
    return text;
}

/* The program of one line beside the source of another. */
static struct pl_file *compared(const char *shipped, const char *more, const char *source_line,
                                const char *comment)
{
    char source[4096];
    pl_bytes program = built(program_of(shipped, more), "");
    (void)snprintf(source, sizeof source, "%s%s", program_of(source_line, more), comment);
    struct pl_file *f = beside(program, "letters.c", source);
    apply("elf.strings", f);
    return f;
}

static const struct pl_finding *found_for(const char *shipped, const char *source_line)
{
    return find(compared(shipped, "", source_line, ""), "code.modified-string");
}

static void a_changed_byte_is_an_error_at_that_byte(void **state)
{
    (void)state;
    struct pl_file *f = compared("the letters of the brown fax are counted", "", SHIPPED_LINE, "");
    const struct pl_finding *found = find(f, "code.modified-string");
    assert_non_null(found);
    assert_int_equal(found->severity, PL_SEVERITY_ERROR);
    assert_int_equal(found->length, 1);
    assert_int_equal(f->data.p[found->offset], 'a');
    assert_memory_equal(f->data.p + found->offset - 1, "fax are", 7);
    assert_non_null(strstr(found->message, "letters.c:4"));
}

static void the_literal_itself_is_none(void **state)
{
    (void)state;
    assert_null(found_for(SHIPPED_LINE, SHIPPED_LINE));
}

/* Two literals of the source, with something else than NUL between them. */
static void two_literals_that_were_joined_are_an_error(void **state)
{
    (void)state;
    const char *line = "the letters of the quick\\0brown fox are counted too";
    struct pl_file *f = compared("the letters of the quickXbrown fox are counted too", "", line, "");
    const struct pl_finding *found = find(f, "code.modified-string");
    assert_non_null(found);
    assert_int_equal(f->data.p[found->offset], 'X');
}

/* What stands before the NUL stands in the source, too: as the beginning of the very literal. */
static void a_literal_that_was_cut_by_a_nul_is_an_error_at_the_nul(void **state)
{
    (void)state;
    struct pl_file *f = compared("the letters of the quick\\0brown fox are counted too", "",
                                 "the letters of the quick brown fox are counted too", "");
    const struct pl_finding *found = find(f, "code.modified-string");
    assert_non_null(found);
    assert_int_equal(found->severity, PL_SEVERITY_ERROR);
    assert_int_equal(found->length, 1);
    assert_int_equal(f->data.p[found->offset], 0);
    assert_memory_equal(f->data.p + found->offset + 1, "brown fox", 9);
}

/* Two texts that the source says elsewhere as they are. */
static void halves_that_stand_in_a_comment_are_none(void **state)
{
    (void)state;
    assert_null(find(compared("the letters of the quick\\0brown fox are counted too", "",
                              "the letters of the quick brown fox are counted too",
                              "/* the letters of the quick; (brown fox are counted too */\n"),
                     "code.modified-string"));
}

/* letters.c was made of letters.y, which lacks the text: the build makes it anew with its own skeleton. */
static void what_a_generator_alone_says_may_be_another_versions(void **state)
{
    (void)state;
    add_source(0, "letters.y", "%%\nall: one\n");
    assert_null(found_for("the letters of the brown fax are counted", SHIPPED_LINE));
    end(state);
    assert_int_equal(set_up(state), 0);
    add_source(0, "letters.y", "%%\nall: one { puts(\"" SHIPPED_LINE "\"); }\n");
    assert_non_null(found_for("the letters of the brown fax are counted", SHIPPED_LINE));
}

/* PRIu64 and its like: the number that is printed is the same one. Another kind of value is not. */
static void another_conversion_of_an_integer_is_none(void **state)
{
    (void)state;
    assert_null(
        found_for("the letters are %4.4u of all the words", "the letters are %4.4d of all the words"));
    end(state);
    assert_int_equal(set_up(state), 0);
    assert_non_null(
        found_for("the letters are %4.4n of all the words", "the letters are %4.4d of all the words"));
    end(state);
    assert_int_equal(set_up(state), 0);
    assert_non_null(
        found_for("the letters are 4.4u of all the words", "the letters are 4.4d of all the words"));
}

/* 1.4.2 and 1.4.3 */
static void other_digits_are_another_version(void **state)
{
    (void)state;
    assert_null(found_for("the letters are of version 1.4.3 now", "the letters are of version 1.4.2 now"));
}

/* The program that made the text has put a value in. */
static void what_stands_for_a_conversion_is_none(void **state)
{
    (void)state;
    assert_null(found_for("the letters of xy are counted again", "the letters of %s are counted again"));
}

/* Both spellings are in the program: neither was made of the other. */
static void a_program_with_both_is_honest(void **state)
{
    (void)state;
    assert_null(find(
        compared("the letters of the brown fax are counted", "puts(\"" SHIPPED_LINE "\");", SHIPPED_LINE, ""),
        "code.modified-string"));
}

static void a_text_that_a_comment_of_the_source_has_is_none(void **state)
{
    (void)state;
    assert_null(find(compared("the letters of the brown fax are counted", "", SHIPPED_LINE,
                              "/* not: the letters of the brown fax are counted */\n"),
                     "code.modified-string"));
}

/* Qt's moc wrote another mark before, which a test of the source still looks for. The mark is moc's at the start of its section, in a source that has a plugin. */
static bool is_mark_accused(const char *section, const char *declarations)
{
    char more[256];
    char source[4096];
    (void)snprintf(
        more, sizeof more,
        "static const char mark[] __attribute__((section(\"%s\"), used)) = \"QTMETADATA !\\0xyz\";", section);
    pl_bytes program = built(program_of(SHIPPED_LINE, more), "");
    (void)snprintf(source, sizeof source, "%s%s", program_of(SHIPPED_LINE, ""), declarations);
    struct pl_file *f = beside(program, "letters.c", source);
    apply("elf.strings", f);
    return find(f, "code.modified-string") != NULL;
}

/* A build writes a file that includes a header alone, and calls it after that. */
static void the_name_of_a_header_with_another_end_is_none(void **state)
{
    add_source(0, "kite_letters.h", "int kite;\n");
    assert_null(found_for("kite_letters.c", "kite_letters.h"));
    end(state);
    assert_int_equal(set_up(state), 0);
    assert_non_null(found_for("kite_letters.c", "kite_letters.h")); /* no such file */
    end(state);
    assert_int_equal(set_up(state), 0);
    add_source(0, "kite_letters.h", "int kite;\n");
    assert_non_null(found_for("kite_letters.x", "kite_letters.h"));
}

#define OLD_MARK "const char *old = \"QTMETADATA  \";\n"

static void the_mark_of_moc_is_no_change_of_an_older_one(void **state)
{
    (void)state;
    assert_false(is_mark_accused(".qtmetadata", OLD_MARK "#define P Q_PLUGIN_METADATA(IID)\n"));
}

static void the_mark_of_moc_in_another_section_is(void **state)
{
    (void)state;
    assert_true(is_mark_accused(".rodata.mark", OLD_MARK "#define P Q_PLUGIN_METADATA(IID)\n"));
}

static void the_mark_of_moc_without_a_plugin_is(void **state)
{
    (void)state;
    assert_true(is_mark_accused(".qtmetadata", OLD_MARK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_changed_byte_is_an_error_at_that_byte, set_up, end),
        cmocka_unit_test_setup_teardown(the_literal_itself_is_none, set_up, end),
        cmocka_unit_test_setup_teardown(two_literals_that_were_joined_are_an_error, set_up, end),
        cmocka_unit_test_setup_teardown(a_literal_that_was_cut_by_a_nul_is_an_error_at_the_nul, set_up, end),
        cmocka_unit_test_setup_teardown(halves_that_stand_in_a_comment_are_none, set_up, end),
        cmocka_unit_test_setup_teardown(what_a_generator_alone_says_may_be_another_versions, set_up, end),
        cmocka_unit_test_setup_teardown(another_conversion_of_an_integer_is_none, set_up, end),
        cmocka_unit_test_setup_teardown(other_digits_are_another_version, set_up, end),
        cmocka_unit_test_setup_teardown(what_stands_for_a_conversion_is_none, set_up, end),
        cmocka_unit_test_setup_teardown(a_program_with_both_is_honest, set_up, end),
        cmocka_unit_test_setup_teardown(a_text_that_a_comment_of_the_source_has_is_none, set_up, end),
        cmocka_unit_test_setup_teardown(the_name_of_a_header_with_another_end_is_none, set_up, end),
        cmocka_unit_test_setup_teardown(the_mark_of_moc_is_no_change_of_an_older_one, set_up, end),
        cmocka_unit_test_setup_teardown(the_mark_of_moc_in_another_section_is, set_up, end),
        cmocka_unit_test_setup_teardown(the_mark_of_moc_without_a_plugin_is, set_up, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
