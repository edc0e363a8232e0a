/*
 * match_code_modified.c - an element of a constant table that was changed is an error, unless another file of the source has it there; and what is
 * spread more evenly than chance spreads it is no cipher.
 */
#include "match_program.h"

#include "match/residue.h"

/* A program with a table of 32 numbers, one of them changed. */
static void write_program(char *out, size_t size, unsigned changed, unsigned to)
{
    uint32_t seed = 1;
    (void)snprintf(out, size, "#include <stdio.h>\nstatic const unsigned keys[] = {");
    for (unsigned i = 0; i < 32; i++) {
        seed = seed * 1103515245u + 12345u;
        (void)snprintf(out + strlen(out), size - strlen(out), " %uu,", i == changed ? to : seed >> 17);
    }
    (void)snprintf(out + strlen(out), size - strlen(out),
                   "};\nint main(int argc, char **argv)\n{\n    printf(\"the key of %%s is %%u today\\n\", "
                   "argv[0], keys[argc & 15]);\n    return puts(\"every word of it was said\");\n}\n");
}

/* The numbers of the table as rows of a data file; `word` stands for one. */
static void write_rows(char *out, size_t size, bool in_hex, unsigned changed, const char *word)
{
    uint32_t seed = 1;
    out[0] = 0;
    for (unsigned i = 0; i < 32; i++) {
        char number[32];
        seed = seed * 1103515245u + 12345u;
        (void)snprintf(number, sizeof number, in_hex ? "%04x" : "%u", seed >> 17);
        (void)snprintf(out + strlen(out), size - strlen(out), "%s%s", i == changed ? word : number,
                       i % 8 == 7 ? "\n" : " ");
    }
}

static const struct pl_finding *finding_to(unsigned changed, unsigned to, const char *path, const char *rows)
{
    static const char *const rungs[] = {"code.features", "data.array"};
    char shipped[4096];
    char source[4096];
    write_program(shipped, sizeof shipped, changed, to);
    write_program(source, sizeof source, 99, 0);
    add_source(0, path, rows);
    struct pl_file *f = beside(built(shipped, ""), "keys.c", source);
    for (size_t i = 0; i < sizeof rungs / sizeof rungs[0]; i++)
        apply(rungs[i], f);
    return find(f, "data.modified-table");
}

static const struct pl_finding *finding_for(unsigned changed, const char *path, const char *rows)
{
    return finding_to(changed, 48879, path, rows);
}

static enum pl_severity severity_for(unsigned changed, const char *path, bool in_hex, const char *word)
{
    char rows[4096];
    write_rows(rows, sizeof rows, in_hex, changed, word);
    const struct pl_finding *f = finding_for(changed, path, rows);
    assert_non_null(f);
    assert_int_equal(f->length, 4);
    return f->severity;
}

static void a_changed_element_is_an_error(void **state)
{
    (void)state;
    const struct pl_finding *f = finding_for(12, "README", "no numbers\n");
    assert_non_null(f);
    assert_int_equal(f->severity, PL_SEVERITY_ERROR);
    assert_non_null(strstr(f->message, "element 12 of the table at keys.c:2"));
}

/* A compiler leaves the first element out where nobody reads it there. */
static void a_zero_in_the_first_place_alone_is_a_warning(void **state)
{
    const struct pl_finding *f = finding_to(0, 0, "README", "no numbers\n");
    assert_non_null(f);
    assert_int_equal(f->severity, PL_SEVERITY_WARNING);
    end(state);
    assert_int_equal(set_up(state), 0);
    assert_int_equal(finding_to(12, 0, "README", "no numbers\n")->severity, PL_SEVERITY_ERROR);
    end(state);
    assert_int_equal(set_up(state), 0);
    assert_int_equal(finding_to(0, 48879, "README", "no numbers\n")->severity, PL_SEVERITY_ERROR);
}

static void an_element_that_a_data_file_has_there_is_a_warning(void **state)
{
    (void)state;
    assert_int_equal(severity_for(12, "keys.dat", true, "beef"), PL_SEVERITY_WARNING);
}

static void the_numbers_of_the_file_may_be_decimal(void **state)
{
    (void)state;
    assert_int_equal(severity_for(12, "keys.dat", false, "48879"), PL_SEVERITY_WARNING);
}

static void the_first_element_is_found_by_those_behind_it(void **state)
{
    (void)state;
    assert_int_equal(severity_for(0, "keys.dat", true, "0xBEEF"), PL_SEVERITY_WARNING);
}

static void a_word_that_is_no_number_may_be_any(void **state)
{
    (void)state;
    assert_int_equal(severity_for(12, "keys.dat", true, "XXXX"), PL_SEVERITY_WARNING);
}

static void another_number_in_the_data_file_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(severity_for(12, "keys.dat", true, "beee"), PL_SEVERITY_ERROR);
}

/* Lists of program text are compared as lists. */
static void rows_in_program_text_do_not_count(void **state)
{
    (void)state;
    assert_int_equal(severity_for(12, "keys.h", true, "beef"), PL_SEVERITY_ERROR);
}

static void values_that_stand_once_each_are_too_even_for_chance(void **state)
{
    (void)state;
    uint8_t bytes[300] = {0};
    for (size_t i = 0; i < 240; i++) /* a permutation, then fill */
        bytes[i] = (uint8_t)(1 + i * 7 % 240);
    assert_true(pl_unevenness(pl_bytes_of(bytes, sizeof bytes)) < 120);
    uint32_t x = 7;
    for (size_t i = 0; i < sizeof bytes; i++) {
        x = x * 1103515245u + 12345u;
        bytes[i] = (uint8_t)(x >> 16);
    }
    uint64_t random = pl_unevenness(pl_bytes_of(bytes, sizeof bytes));
    assert_true(random > 187 && random < 336);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_changed_element_is_an_error, set_up, end),
        cmocka_unit_test_setup_teardown(a_zero_in_the_first_place_alone_is_a_warning, set_up, end),
        cmocka_unit_test_setup_teardown(an_element_that_a_data_file_has_there_is_a_warning, set_up, end),
        cmocka_unit_test_setup_teardown(the_numbers_of_the_file_may_be_decimal, set_up, end),
        cmocka_unit_test_setup_teardown(the_first_element_is_found_by_those_behind_it, set_up, end),
        cmocka_unit_test_setup_teardown(a_word_that_is_no_number_may_be_any, set_up, end),
        cmocka_unit_test_setup_teardown(another_number_in_the_data_file_is_an_error, set_up, end),
        cmocka_unit_test_setup_teardown(rows_in_program_text_do_not_count, set_up, end),
        cmocka_unit_test(values_that_stand_once_each_are_too_even_for_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
