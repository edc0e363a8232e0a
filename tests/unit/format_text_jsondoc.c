/*
 * format_text_jsondoc.c - strict JSON: what is refused, where, and what can be asked of what is taken.
 */
#include "base/buf.h"
#include "format/text/jsondoc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct pl_err err;

static pl_status read(const char *text)
{
    struct pl_json_doc doc = {0};
    pl_status st = pl_json_doc_read(pl_bytes_of_str(text), 8, &doc, &err);
    pl_json_doc_reset(&doc);
    return st;
}

static void what_is_json_is_taken(void **state)
{
    static const char *const good[] = {"{}",
                                       "[]",
                                       " [ ] ",
                                       "0",
                                       "-1",
                                       "1.5e+9",
                                       "\"\"",
                                       "true",
                                       "false",
                                       "null",
                                       "{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":2}]}",
                                       "\"\\u00e9\\ud83d\\ude00\\n\"",
                                       "\"h\xc3\xa9 \xf0\x9f\x98\x80\"",
                                       "[1,\n 2\t,\r3]"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (read(good[i]) != PL_OK)
            fail_msg("%s: %s", good[i], err.text);
}

static void what_is_not_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      " ",
                                      "{",
                                      "[",
                                      "[1,]",
                                      "[,1]",
                                      "[1 2]",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{a:1}",
                                      "{\"a\":1 \"b\":2}",
                                      "01",
                                      "-",
                                      "1.",
                                      "1e",
                                      ".5",
                                      "+1",
                                      "tru",
                                      "nulll",
                                      "\"a",
                                      "\"\\x\"",
                                      "\"\\u12\"",
                                      "\"\\ud800\"",
                                      "\"\\udc00\"",
                                      "\"\\ud800\\u0041\"",
                                      "\"\n\"",
                                      "\"\xff\"",
                                      "\"\xc0\x80\"",
                                      "\"\xed\xa0\x80\"",
                                      "[1]]",
                                      "{} {}",
                                      "'a'",
                                      "NaN",
                                      "[1}",
                                      "{\"a\":1]",
                                      "{\"a\":1,\"a\":1}",
                                      "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}",
                                      "{\"\\u0061\":1}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (read(bad[i]) != PL_E_INPUT)
            fail_msg("taken: %s", bad[i]);
}

static void a_key_that_comes_twice_is_seen_among_thousands(void **state)
{
    struct pl_buf b;
    for (int twice = 0; twice < 3; twice++) {
        pl_buf_init(&b, 1u << 20);
        pl_buf_add_byte(&b, '{');
        for (int i = 0; i < 5000; i++)
            pl_buf_printf(&b, "\"key%d\":%d,", i, i);
        pl_buf_printf(&b, "\"key%d\":0}", twice == 0 ? 5000 : twice == 1 ? 4321 : 3);
        struct pl_json_doc doc = {0};
        assert_int_equal(pl_json_doc_read(pl_buf_bytes(&b), 1, &doc, &err), twice == 0 ? PL_OK : PL_E_INPUT);
        pl_json_doc_reset(&doc);
        pl_buf_reset(&b);
    }
}

static void depth_has_an_end(void **state)
{
    char deep[600];
    memset(deep, '[', 256);
    memset(deep + 256, ']', 256);
    deep[512] = '\0';
    assert_int_equal(read(deep), PL_OK);
    memset(deep, '[', 257);
    memset(deep + 257, ']', 257);
    deep[514] = '\0';
    assert_int_equal(read(deep), PL_E_LIMIT);
}

static void members_are_found_by_name_down_to_the_kept_level(void **state)
{
    static const char text[] =
        "{\"a\": {\"b\": [10, {\"c\": \"x\\ny\"}, null]}, \"n\": 18446744073709551615, \"s\": \"plain\"}";
    struct pl_json_doc doc = {0};
    struct pl_arena arena;
    pl_bytes said;
    uint64_t number = 0;
    pl_arena_init(&arena, 4096);
    assert_int_equal(pl_json_doc_read(pl_bytes_of_str(text), 8, &doc, &err), PL_OK);
    const struct pl_json_node *root = pl_json_root(&doc);
    const struct pl_json_node *list = pl_json_get(&doc, pl_json_get(&doc, root, "a"), "b");
    assert_int_equal(pl_json_count(&doc, list), 3);
    const struct pl_json_node *one = pl_json_first(&doc, list);
    assert_true(pl_json_node_u64(one, &number) && number == 10);
    one = pl_json_next(&doc, one);
    const struct pl_json_node *c = pl_json_get(&doc, one, "c");
    assert_true(pl_json_node_text(c, &arena, &said) && pl_bytes_eq_str(said, "x\ny"));
    assert_int_equal(pl_json_plain(c).n, 0);
    assert_true(pl_bytes_eq_str(one->value, "{\"c\": \"x\\ny\"}"));
    assert_null(pl_json_next(&doc, pl_json_next(&doc, one)));
    assert_true(pl_json_node_u64(pl_json_get(&doc, root, "n"), &number) && number == UINT64_MAX);
    assert_true(pl_json_is(pl_json_get(&doc, root, "s"), "plain"));
    assert_null(pl_json_get(&doc, root, "t"));
    pl_json_doc_reset(&doc);
    assert_int_equal(pl_json_doc_read(pl_bytes_of_str(text), 1, &doc, &err), PL_OK);
    assert_null(pl_json_first(&doc, pl_json_get(&doc, pl_json_root(&doc), "a")));
    pl_json_doc_reset(&doc);
    pl_arena_reset(&arena);
}

static void every_truncation_is_refused(void **state)
{
    static const char text[] = "{\"a\":[1,2.5,{\"b\":\"\\u00e9\xc3\xa9\"}],\"c\":true,\"d\":null}";
    for (size_t n = 0; n + 1 < sizeof text; n++) {
        struct pl_json_doc doc = {0};
        assert_int_equal(pl_json_doc_read(pl_bytes_of(text, n), 8, &doc, &err), PL_E_INPUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_json_is_taken),
        cmocka_unit_test(what_is_not_is_refused),
        cmocka_unit_test(a_key_that_comes_twice_is_seen_among_thousands),
        cmocka_unit_test(depth_has_an_end),
        cmocka_unit_test(members_are_found_by_name_down_to_the_kept_level),
        cmocka_unit_test(every_truncation_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
