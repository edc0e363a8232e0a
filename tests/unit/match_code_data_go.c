/*
 * match_code_data_go.c - what Go's linker writes beside the code is explained piece by piece; what does not hold together is not.
 *
 * The program is go_tables.s.
 */
#include "match_program.h"

#define WITH_MODULE "-Wa,--defsym,MODULE=1"

static const char main_go[] = "package main\n\nfunc hello() {\n}\n";

static struct pl_file *matched(const char *flags)
{
    char command[512];
    size_t n = 0;
    (void)snprintf(command, sizeof command,
                   "gcc -nostdlib -no-pie -static %s -o tables.out %s/../tests/unit/go_tables.s", flags,
                   PL_TEST_DATA);
    assert_int_equal(system(command), 0);
    assert_int_equal(pl_io_read("tables.out", 1 << 24, &image, &n, &err), PL_OK);
    add_source(1, "lib/text",
               "a file of a library that the program holds as a whole, by go:embed, and not cut\n");
    struct pl_file *f = beside(pl_bytes_of(image, n), "app/main.go", main_go);
    apply("data.array", f);
    return f;
}

/* The rule that explains the byte `behind` bytes behind a mark; "" when none does. */
static const char *rule_at(const struct pl_file *f, const char *mark, size_t behind)
{
    size_t at = pl_bytes_find(f->data, pl_bytes_of_str(mark), 0);
    assert_int_not_equal(at, SIZE_MAX);
    at += strlen(mark) + behind;
    for (size_t i = 0; i < f->ledger.settled.n; i++) {
        const struct pl_claim *c = &f->ledger.settled.v[i];
        if (c->offset <= at && at < c->offset + c->length)
            return c->rule;
    }
    return "";
}

static void names_are_explained_when_the_sources_have_their_words(void **state)
{
    (void)state;
    const struct pl_file *f = matched(WITH_MODULE);
    assert_string_equal(rule_at(f, "@known@", 0), "go.name");
    assert_string_equal(rule_at(f, "@known@", strlen("main.hello")), "go.name");
    assert_string_equal(rule_at(f, "@unknown@", 0), "");
    assert_string_equal(rule_at(f, "/build/app/", 0), "go.name");
}

static void steps_are_explained_when_they_stay_in_their_bounds(void **state)
{
    (void)state;
    const struct pl_file *f = matched(WITH_MODULE);
    assert_string_equal(rule_at(f, "@files@", 2), "go.table");
    assert_string_equal(rule_at(f, "@lines@", 4), "go.table");
    assert_string_equal(rule_at(f, "@far@", 0), "");   /* a line that the file does not have */
    assert_string_equal(rule_at(f, "@long@", 0), "");  /* over the end of its function */
    assert_string_equal(rule_at(f, "@alone@", 0), ""); /* of no function */
    assert_string_equal(rule_at(f, "@record@", 0), "go.table");
    assert_string_equal(rule_at(f, "@record@", 51), "go.table");
}

static void what_records_lead_to_is_read_to_its_end(void **state)
{
    (void)state;
    const struct pl_file *f = matched(WITH_MODULE);
    assert_string_equal(rule_at(f, "@map@", 0), "go.table");
    assert_string_equal(rule_at(f, "@map@", 11), "go.table");
    assert_string_not_equal(rule_at(f, "@map@", 12), "go.table");
    assert_string_equal(rule_at(f, "@random@", 8), "");
    assert_string_equal(rule_at(f, "@many@", 0), "");
}

static void types_are_found_by_links_and_by_each_other(void **state)
{
    (void)state;
    const struct pl_file *f = matched(WITH_MODULE);
    assert_string_equal(rule_at(f, "@@@type@", 0), "go.table");
    assert_string_equal(rule_at(f, "@@@type@", 48 + 32 + 23), "go.table");
    assert_string_equal(rule_at(f, "@@other@", 0), "go.table");
    assert_string_equal(rule_at(f, "@bits@", 0), "go.table");
    assert_string_equal(rule_at(f, "hello\005", 0), ""); /* a tag of no word of the sources */
}

/* Without the record of the module nobody knows where types and maps are. */
static void a_program_without_a_module_has_its_table_alone(void **state)
{
    (void)state;
    const struct pl_file *f = matched("");
    assert_string_equal(rule_at(f, "@record@", 0), "go.table");
    assert_string_equal(rule_at(f, "@map@", 0), "");
    assert_string_equal(rule_at(f, "@@@type@", 0), "");
}

static void files_of_libraries_are_in_the_program(void **state)
{
    (void)state;
    assert_string_equal(rule_at(matched(WITH_MODULE), "@embedded@", 0), "data.embedded");
}

static void the_linkers_build_id_is_its_own(void **state)
{
    (void)state;
    struct pl_file *f = matched(WITH_MODULE);
    apply("elf.structure", f);
    assert_string_equal(rule_at(f, "44sOYH2lDaGHwuxubjqO/", 0), "elf.structure");
    assert_string_equal(rule_at(f, "44sOYH2lDaGHwuxubjqO.", 0), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_are_explained_when_the_sources_have_their_words, set_up, end),
        cmocka_unit_test_setup_teardown(steps_are_explained_when_they_stay_in_their_bounds, set_up, end),
        cmocka_unit_test_setup_teardown(what_records_lead_to_is_read_to_its_end, set_up, end),
        cmocka_unit_test_setup_teardown(types_are_found_by_links_and_by_each_other, set_up, end),
        cmocka_unit_test_setup_teardown(a_program_without_a_module_has_its_table_alone, set_up, end),
        cmocka_unit_test_setup_teardown(files_of_libraries_are_in_the_program, set_up, end),
        cmocka_unit_test_setup_teardown(the_linkers_build_id_is_its_own, set_up, end),
    };
    (void)built;
    (void)find;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
