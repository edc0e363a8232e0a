/*
 * format_text_jsonscan.c - members of JSON objects and their places.
 */
#include "format/text/jsonscan.h"
#include "unit.h"

#include <stdio.h>

static void members(const char *text, const char *expected)
{
    char out[512] = "";
    pl_bytes all = pl_bytes_of_str(text);
    struct pl_json_members m = pl_json_members_of(all);
    struct pl_json_member one;
    while (pl_json_members_next(&m, &one)) {
        size_t n = strlen(out);
        (void)snprintf(out + n, sizeof out - n, "%.*s=%.*s@%zu+%zu|", PL_ARG(one.key), PL_ARG(one.value),
                       one.offset, one.length);
    }
    size_t n = strlen(out);
    (void)snprintf(out + n, sizeof out - n, "%s", m.is_bad ? "bad" : "done");
    assert_string_equal(out, expected);
}

static void members_join_without_a_gap(void **state)
{
    (void)state;
    members("{}", "done");
    members(" {\"a\": 1,\n \"b\" : \"x,}\\\"\"}", "a=1@2+6|b=\"x,}\\\"\"@8+16|done");
    members("[1, [2,3], {\"x\":[]}]", "=1@1+1|=[2,3]@2+7|={\"x\":[]}@9+10|done");
}

static void what_is_no_json_is_bad(void **state)
{
    (void)state;
    members("", "bad");
    members("1", "bad");
    members("{", "bad");
    members("{\"a\"}", "bad");
    members("{\"a\":}", "bad");
    members("{\"a\":\"x}", "bad");
    members("{a:1}", "bad");
}

static void deep_nesting_is_bad_and_not_a_crash(void **state)
{
    static char text[200001];
    (void)state;
    memset(text, '[', 200000);
    struct pl_json_members m = pl_json_members_of(pl_bytes_of_str(text));
    struct pl_json_member one;
    assert_false(pl_json_members_next(&m, &one));
    assert_true(m.is_bad);
}

static void sameness_passes_over_blanks_outside_of_strings(void **state)
{
    (void)state;
    assert_true(pl_json_same(PL_LIT("{ \"a\" :[1, 2]}\n"), PL_LIT("{\"a\":[1,2]}")));
    assert_false(pl_json_same(PL_LIT("\"a b\""), PL_LIT("\"ab\"")));
    assert_false(pl_json_same(PL_LIT("\"a\\\" b\""), PL_LIT("\"a\\\"b\"")));
    assert_false(pl_json_same(PL_LIT("1"), PL_LIT("12")));
    assert_true(pl_bytes_eq_str(pl_json_text(pl_json_find(PL_LIT("{\"n\":1,\"m\":\"v\"}"), "m")), "v"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_join_without_a_gap),
        cmocka_unit_test(what_is_no_json_is_bad),
        cmocka_unit_test(deep_nesting_is_bad_and_not_a_crash),
        cmocka_unit_test(sameness_passes_over_blanks_outside_of_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
