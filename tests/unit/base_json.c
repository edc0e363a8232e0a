/*
 * base_json.c - tests of base/json.h. jansson, which is not ours, says whether it is JSON and what it says.
 */
#include "base/json.h"
#include "unit.h"

#include <jansson.h>

static void sample(struct pl_json *j)
{
    pl_json_object(j);
    pl_json_kv_str(j, "name", "a\"b\\c\n\t\x1b");
    pl_json_kv_u64(j, "size", UINT64_MAX);
    pl_json_key(j, "files");
    pl_json_array(j);
    pl_json_object(j);
    pl_json_end_object(j);
    pl_json_bool(j, true);
    pl_json_bool(j, false);
    pl_json_array(j);
    pl_json_end_array(j);
    pl_json_end_array(j);
    pl_json_kv_str(j, "none", NULL);
    pl_json_end_object(j);
}

static void the_layout_depends_on_the_values_alone(void **state)
{
    struct pl_buf out;
    struct pl_json j;
    pl_buf_init(&out, 10000);
    pl_json_init(&j, &out, 0);
    sample(&j);
    assert_true(pl_bytes_eq_str(pl_buf_bytes(&out),
                                "{\"name\":\"a\\\"b\\\\c\\n\\t\\u001b\",\"size\":18446744073709551615,"
                                "\"files\":[{},true,false,[]],\"none\":null}"));
    pl_buf_clear(&out);
    pl_json_init(&j, &out, 2);
    sample(&j);
    assert_true(pl_bytes_eq_str(pl_buf_bytes(&out), "{\n"
                                                    "  \"name\": \"a\\\"b\\\\c\\n\\t\\u001b\",\n"
                                                    "  \"size\": 18446744073709551615,\n"
                                                    "  \"files\": [\n"
                                                    "    {},\n"
                                                    "    true,\n"
                                                    "    false,\n"
                                                    "    []\n"
                                                    "  ],\n"
                                                    "  \"none\": null\n"
                                                    "}"));
    pl_buf_reset(&out);
}

static json_t *load(const struct pl_buf *out)
{
    json_error_t error;
    json_t *value = json_loadb((const char *)out->p, out->n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    assert_non_null(value);
    return value;
}

static void any_bytes_make_valid_json(void **state)
{
    uint64_t random = 9;
    struct pl_buf out;
    pl_buf_init(&out, 10000);
    for (int round = 0; round < 20000; round++) {
        uint8_t text[16];
        struct pl_json j;
        size_t n = unit_below(&random, sizeof text + 1);
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = (uint8_t)(unit_random(&random) | (round % 2 == 0 ? 0xc0 : 0));
        pl_buf_clear(&out);
        pl_json_init(&j, &out, 0);
        pl_json_array(&j);
        pl_json_string(&j, pl_bytes_of(text, n));
        pl_json_quoted(&j, pl_bytes_of(text, n));
        pl_json_end_array(&j);
        json_t *value = load(&out);
        assert_int_equal(json_array_size(value), 2);
        json_decref(value);
    }
    pl_buf_reset(&out);
}

static void every_character_reads_back_as_itself(void **state)
{
    static const char *const texts[] = {"Größe", "🙂", "\xf3\xa0\x81\x81", "\xe2\x80\xae", "\x7f",
                                        "/<>&'", "\x01"};
    struct pl_buf out;
    struct pl_json j;
    pl_buf_init(&out, 10000);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        pl_buf_clear(&out);
        pl_json_init(&j, &out, 0);
        pl_json_str(&j, texts[i]);
        json_t *value = load(&out);
        assert_string_equal(json_string_value(value), texts[i]);
        json_decref(value);
    }
    pl_buf_reset(&out);
}

static void quoted_text_keeps_what_json_cannot_hold(void **state)
{
    struct pl_buf out;
    struct pl_json j;
    pl_buf_init(&out, 1000);
    pl_json_init(&j, &out, 0);
    pl_json_array(&j);
    pl_json_string(&j, PL_LIT("a\xff"));
    pl_json_quoted(&j, PL_LIT("a\xff\n\\"));
    pl_json_end_array(&j);
    assert_true(pl_bytes_eq_str(pl_buf_bytes(&out), "[\"a\xef\xbf\xbd\",\"a\\\\xff\\\\n\\\\\\\\\"]"));
    pl_buf_reset(&out);
}

static void a_full_buffer_is_told_in_the_end(void **state)
{
    size_t whole = 0;
    for (size_t max = 1000; max != SIZE_MAX; max = max == 1000 ? whole : max - 1) {
        struct pl_buf out;
        struct pl_json j;
        pl_buf_init(&out, max);
        pl_json_init(&j, &out, 0);
        sample(&j);
        whole = max == 1000 ? out.n : whole;
        assert_true(out.n <= max);
        assert_int_equal(pl_buf_done(&out, NULL), max < whole ? PL_E_LIMIT : PL_OK);
        pl_buf_reset(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_layout_depends_on_the_values_alone),
        cmocka_unit_test(any_bytes_make_valid_json),
        cmocka_unit_test(every_character_reads_back_as_itself),
        cmocka_unit_test(quoted_text_keeps_what_json_cannot_hold),
        cmocka_unit_test(a_full_buffer_is_told_in_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
