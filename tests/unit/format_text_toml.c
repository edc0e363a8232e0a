/*
 * format_text_toml.c - tests of the reader of TOML: paths, values in one form, and what is refused.
 */
#include "format/text/toml.h"

#include "unit.h"

static struct pl_arena arena;
static struct pl_err err;
static struct pl_toml toml;

static int set_up(void **state)
{
    (void)state;
    pl_arena_init(&arena, 1 << 22);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pl_toml_reset(&toml);
    pl_arena_reset(&arena);
    return 0;
}

static void assert_entry(const char *text, const char *path, const char *value)
{
    pl_toml_reset(&toml);
    assert_int_equal(pl_toml_read(pl_bytes_of_str(text), &arena, &toml, &err), PL_OK);
    const struct pl_toml_entry *e = pl_toml_find(&toml, pl_bytes_of_str(path));
    assert_non_null(e);
    if (!pl_bytes_eq_str(e->value, value))
        assert_string_equal(pl_arena_str(&arena, e->value), value);
}

static void a_path_names_all_tables_around_a_value(void **state)
{
    assert_entry("a = 1\n[b.\"c d\"]\ne.f = 2 # two\n",
                 "b\x1f"
                 "c d\x1f"
                 "e\x1f"
                 "f",
                 "2");
    assert_entry("[x]\ny = { z = { w = true }, v = 'lit' }\n", "x\x1fy\x1fz\x1fw", "true");
    assert_entry("[[bin]]\nname = \"one\"\n", "bin\x1fname", "\"one\"");
}

static void values_have_one_form(void **state)
{
    assert_entry("a = [ 1,\n 2, # two\n 3,\n]\n", "a", "[1,2,3]");
    assert_entry("a = \"\"\"\nTwo\\\n   words\n\"\"\"\n", "a", "\"Twowords\n\"");
    assert_entry("a = 'C:\\n'\n", "a", "\"C:\\n\"");
    assert_entry("a = [{ b = 1, c = \"x\" }, {}]\n", "a", "[{b=1,c=\"x\"},{}]");
}

static void an_entry_knows_its_bytes(void **state)
{
    pl_bytes text = PL_LIT("[t]\nkey = \"value\" # why\n");
    assert_int_equal(pl_toml_read(text, &arena, &toml, &err), PL_OK);
    assert_int_equal(toml.list.n, 2);
    assert_true(toml.list.v[0].is_header);
    assert_int_equal(toml.list.v[1].offset, 4);
    assert_int_equal(toml.list.v[1].length, 13);
}

static void what_is_no_toml_is_refused_with_its_byte(void **state)
{
    static const char *const bad[] = {"a",           "a = ", "a = \"x", "a = [1, 2",
                                      "a = { b = 1", "[a\n", "= 1",     "a = 1\n]"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(pl_toml_read(pl_bytes_of_str(bad[i]), &arena, &toml, &err), PL_E_INPUT);
}

static void nesting_without_end_is_over_a_limit(void **state)
{
    static char deep[20000];
    memset(deep, '[', sizeof deep - 1);
    memcpy(deep, "a = ", 4);
    assert_int_equal(pl_toml_read(pl_bytes_of_str(deep), &arena, &toml, &err), PL_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_path_names_all_tables_around_a_value, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_have_one_form, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_entry_knows_its_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_toml_is_refused_with_its_byte, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nesting_without_end_is_over_a_limit, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
