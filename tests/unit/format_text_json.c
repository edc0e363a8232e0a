/*
 * format_text_json.c - a JSON document into memory: faults of the text and failures of memory are told apart.
 */
#include "format/text/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "failing_malloc.h"

static struct pl_err err;

static const char text[] = "{\"files\":{\"a\":{\"size\":3,\"at\":\"0\"},\"b\":[\"x\",2.5,true,\"y\",\"z\"]},"
                           "\"k\\u00e9y\":\"a longer string value, longer than sixteen bytes\"}";

static void a_document_is_read_whole(void **state)
{
    json_t *json = NULL;
    assert_int_equal(pl_json_load(pl_bytes_of_str(text), false, &json, &err), PL_OK);
    assert_int_equal(json_array_size(json_object_get(json_object_get(json, "files"), "b")), 5);
    json_decref(json);
}

static void what_is_no_json_is_named_with_its_byte(void **state)
{
    json_t *json = NULL;
    assert_int_equal(pl_json_load(PL_LIT("{\"a\": 1,,}"), false, &json, &err), PL_E_INPUT);
    assert_int_equal(err.offset, 9);
    assert_int_equal(pl_json_load((pl_bytes){NULL, 0}, false, &json, &err), PL_E_INPUT);
}

static void a_key_twice_is_refused_unless_it_may_be(void **state)
{
    json_t *json = NULL;
    assert_int_equal(pl_json_load(PL_LIT("{\"a\": 1, \"a\": 2}"), false, &json, &err), PL_E_INPUT);
    assert_int_equal(pl_json_load(PL_LIT("{\"a\": 1, \"a\": 2}"), true, &json, &err), PL_OK);
    json_decref(json);
}

static void every_failed_allocation_is_said_to_be_one(void **state)
{
    for (long n = 1;; n++) {
        json_t *json = NULL;
        failing_malloc_begin(n);
        pl_status st = pl_json_load(pl_bytes_of_str(text), false, &json, &err);
        if (!failing_malloc_end()) {
            assert_int_equal(st, PL_OK);
            json_decref(json);
            break;
        }
        assert_int_equal(st, PL_E_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_read_whole),
        cmocka_unit_test(what_is_no_json_is_named_with_its_byte),
        cmocka_unit_test(a_key_twice_is_refused_unless_it_may_be),
        cmocka_unit_test(every_failed_allocation_is_said_to_be_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
