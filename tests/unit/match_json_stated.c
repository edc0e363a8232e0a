/*
 * match_json_stated.c - members of a JSON file that a script of the source states.
 */
#include "match_fixture.h"

static uint64_t explained(const char *path, const char *script, const char *json)
{
    uint64_t n = 0;
    add_source(0, path, script);
    struct pl_file *f = add_file("package/bower.json", json);
    apply("json.stated", f);
    for (size_t i = 0; i < f->ledger.settled.n; i++)
        n += f->ledger.settled.v[i].class == PL_CLASS_DERIVED ? f->ledger.settled.v[i].length : 0;
    return n;
}

static void a_string_or_list_that_a_script_gives_to_the_key_is_explained(void **state)
{
    static const struct {
        const char *script;
        const char *json;
    } good[] = {
        {"json.module = 'dist/x.mjs'\n", "{\"module\": \"dist/x.mjs\"}"},
        {"json[\"module\"]=\"dist/x.mjs\";", "{\"module\": \"dist/x.mjs\"}"},
        {"f({ ignore: [ \"a.json\" ], x: 1 })", "{\"ignore\": [\n  \"a.json\"\n]}"},
        {"f({ 'ignore': ['a', \"b\",] })", "{\"ignore\": [\"a\", \"b\"]}"},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (explained("build/dist.js", good[i].script, good[i].json) < strlen(good[i].json) - 2)
            fail_msg("%s", good[i].json);
        tear_down(state);
        set_up(state);
    }
}

static void anything_else_stays_open(void **state)
{
    static const struct {
        const char *path;
        const char *script;
        const char *json;
    } bad[] = {
        {"build/dist.js", "json.module = 'dist/x.mjs'", "{\"module\": \"dist/y.mjs\"}"},
        {"build/dist.js", "json.module = 'dist/x.mjs'", "{\"main\": \"dist/x.mjs\"}"},
        {"build/dist.js", "json.my_module = 'dist/x.mjs'", "{\"module\": \"dist/x.mjs\"}"},
        {"build/dist.js", "if (json.module == 'dist/x.mjs')", "{\"module\": \"dist/x.mjs\"}"},
        {"build/dist.js", "json.module => 'dist/x.mjs'", "{\"module\": \"dist/x.mjs\"}"},
        {"build/dist.js", "ignore: ['a', 'b']", "{\"ignore\": [\"a\"]}"},
        {"build/dist.js", "ignore: ['a']", "{\"ignore\": [\"a\", \"b\"]}"},
        {"build/dist.js", "ignore: ['a', 'b']", "{\"ignore\": [\"b\", \"a\"]}"},
        {"build/dist.js", "ignore: ['a']", "{\"ignore\": \"a\"}"},
        {"build/dist.js", "install: 'evil'", "{\"scripts\": {\"install\": \"evil\"}}"},
        {"build/dist.js", "module: 'a\\\\x'", "{\"module\": \"a\\\\x\"}"},
        {"build/dist.js", "module: 'a", "{\"module\": \"a\"}"},
        {"notes.md", "module: 'a'", "{\"module\": \"a\"}"},
        {"dist/kit.min.js", "module: 'a'", "{\"module\": \"a\"}"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (explained(bad[i].path, bad[i].script, bad[i].json) != 0)
            fail_msg("%s by %s", bad[i].json, bad[i].script);
        tear_down(state);
        set_up(state);
    }
}

static void a_script_of_another_package_states_nothing(void **state)
{
    add_source(1, "build/dist.js", "module: 'a'");
    struct pl_file *f = add_file("package/bower.json", "{\"module\": \"a\"}");
    apply("json.stated", f);
    for (size_t i = 0; i < f->ledger.settled.n; i++)
        assert_int_not_equal(f->ledger.settled.v[i].class, PL_CLASS_DERIVED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_string_or_list_that_a_script_gives_to_the_key_is_explained, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(anything_else_stays_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_script_of_another_package_states_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
