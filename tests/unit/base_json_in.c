/*
 * base_json_in.c - tests of base/json_in.h.
 */
#include "base/json_in.h"
#include "unit.h"

#include <stdio.h>

static struct pl_arena arena;
static struct pl_json_in j;
static struct pl_err err;

static int set_up(void **state)
{
    pl_arena_init(&arena, 1u << 20);
    return 0;
}

static int tear_down(void **state)
{
    pl_arena_reset(&arena);
    return 0;
}

static void begin(const char *text)
{
    pl_json_in_init(&j, pl_bytes_of_str(text), &arena, 100, "test");
}

static pl_status read_over(const char *text)
{
    begin(text);
    (void)pl_json_in_skip(&j); /* asked below */
    return pl_json_in_done(&j, &err);
}

static void a_document_is_read_in_the_order_it_is_asked_for(void **state)
{
    pl_bytes key;
    pl_bytes text;
    uint64_t n;
    bool is_true;
    begin(" { \"a\" : [ 1 , 18446744073709551615 ] , \"b\":\"x\\u00e9\\ud83d\\ude42\\n\", \"c\":true, "
          "\"d\":null } ");
    assert_true(pl_json_in_object(&j));
    assert_true(pl_json_in_key(&j, &key));
    assert_true(pl_bytes_eq_str(key, "a"));
    assert_true(pl_json_in_array(&j));
    assert_true(pl_json_in_item(&j));
    assert_true(pl_json_in_u64(&j, &n));
    assert_int_equal(n, 1);
    assert_true(pl_json_in_item(&j));
    assert_true(pl_json_in_u64(&j, &n));
    assert_true(n == UINT64_MAX);
    assert_false(pl_json_in_item(&j));
    assert_true(pl_json_in_key(&j, &key));
    assert_true(pl_json_in_string(&j, &text));
    assert_true(pl_bytes_eq_str(text, "x\xc3\xa9\xf0\x9f\x99\x82\n"));
    assert_true(pl_json_in_key(&j, &key));
    assert_true(pl_json_in_bool(&j, &is_true));
    assert_true(is_true);
    assert_true(pl_json_in_key(&j, &key));
    assert_true(pl_json_in_is_null(&j));
    assert_false(pl_json_in_key(&j, &key));
    assert_int_equal(pl_json_in_done(&j, &err), PL_OK);
}

static void every_kind_of_value_is_read_over(void **state)
{
    static const char *const good[] = {"null",
                                       "true",
                                       "0",
                                       "-1.5e+3",
                                       "\"\"",
                                       "[]",
                                       "{}",
                                       "[[],{},[1,{\"a\":[]}],2]",
                                       "{\"a\":{\"b\":{}},\"c\":[]}",
                                       "  [ 1 , 2 ]  "};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(read_over(good[i]), PL_OK);
}

static void what_rfc_8259_does_not_allow_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      " ",
                                      "nul",
                                      "tru",
                                      "01",
                                      "1.",
                                      "-",
                                      "1e",
                                      "+1",
                                      ".5",
                                      "[1,]",
                                      "[,1]",
                                      "[1 2]",
                                      "{\"a\"}",
                                      "{a:1}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{,}",
                                      "[1",
                                      "{\"a\":1",
                                      "\"a",
                                      "\"\\x\"",
                                      "\"\\u12\"",
                                      "\"\t\"",
                                      "\"\xff\"",
                                      "\"\\ud800\"",
                                      "\"\\udc00\"",
                                      "\"\\ud800\\u0041\"",
                                      "\"\\u0000\"",
                                      "1 2",
                                      "[]]",
                                      "{}}",
                                      "'a'",
                                      "// a\n1",
                                      "\xef\xbb\xbf{}",
                                      "NaN",
                                      "\"\xed\xa0\x80\""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bool is_refused = read_over(bad[i]) == PL_E_INPUT;
        if (!is_refused)
            fail_msg("accepted: number %zu", i);
        assert_true(err.offset <= strlen(bad[i]));
    }
}

static void numbers_that_are_not_whole_or_do_not_fit_are_refused_when_a_number_is_asked_for(void **state)
{
    static const char *const bad[] = {"-1", "1.0", "1e3", "18446744073709551616", "00", "\"1\"", "true"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint64_t n = 7;
        begin(bad[i]);
        assert_false(pl_json_in_u64(&j, &n));
        assert_int_equal(n, 0);
        assert_int_equal(pl_json_in_done(&j, &err), PL_E_INPUT);
    }
}

static void a_complaint_names_line_and_byte_and_the_first_one_stays(void **state)
{
    pl_bytes text;
    uint64_t n;
    begin("{\n \"a\": [\n  x]}");
    assert_true(pl_json_in_object(&j));
    assert_true(pl_json_in_key(&j, &text));
    assert_true(pl_json_in_array(&j));
    assert_true(pl_json_in_item(&j));
    assert_false(pl_json_in_u64(&j, &n));
    assert_false(pl_json_in_string(&j, &text));
    assert_int_equal(text.n, 0);
    assert_false(pl_json_in_item(&j));
    assert_int_equal(pl_json_in_done(&j, &err), PL_E_INPUT);
    assert_int_equal(err.offset, 12);
    assert_string_equal(err.text, "test: line 3, byte 12: a number expected");
}

static void depth_and_length_are_bounded(void **state)
{
    char deep[2 * PL_JSON_IN_MAX_DEPTH + 3] = "";
    char text[120];
    memset(deep, '[', PL_JSON_IN_MAX_DEPTH);
    memset(deep + PL_JSON_IN_MAX_DEPTH, ']', PL_JSON_IN_MAX_DEPTH);
    assert_int_equal(read_over(deep), PL_OK);
    memset(deep, '[', PL_JSON_IN_MAX_DEPTH + 1);
    assert_int_equal(read_over(deep), PL_E_LIMIT);
    (void)snprintf(text, sizeof text, "\"%0*d\"", 100, 0);
    assert_int_equal(read_over(text), PL_OK);
    (void)snprintf(text, sizeof text, "\"%0*d\"", 101, 0);
    assert_int_equal(read_over(text), PL_E_LIMIT);
    (void)snprintf(text, sizeof text, "\"\\n%0*d\"", 100, 0);
    assert_int_equal(read_over(text), PL_E_LIMIT);
}

static void nothing_is_read_over_the_end_of_any_beginning(void **state)
{
    static const char whole[] = "{\"a\":[1,-2.5e1,true,null,\"x\\u00e9\\ud83d\\ude42\"],\"b\":{}}";
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        char *part = malloc(n == 0 ? 1 : n); /* exactly as long, so that a sanitizer sees one byte too far */
        assert_non_null(part);
        memcpy(part, whole, n);
        pl_json_in_init(&j, pl_bytes_of(part, n), &arena, 100, "test");
        assert_false(pl_json_in_skip(&j));
        assert_int_equal(pl_json_in_done(&j, &err), PL_E_INPUT);
        free(part);
    }
    assert_int_equal(read_over(whole), PL_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_document_is_read_in_the_order_it_is_asked_for),
        TEST(every_kind_of_value_is_read_over),
        TEST(what_rfc_8259_does_not_allow_is_refused),
        TEST(numbers_that_are_not_whole_or_do_not_fit_are_refused_when_a_number_is_asked_for),
        TEST(a_complaint_names_line_and_byte_and_the_first_one_stays),
        TEST(depth_and_length_are_bounded),
        TEST(nothing_is_read_over_the_end_of_any_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
