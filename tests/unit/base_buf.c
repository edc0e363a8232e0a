/*
 * base_buf.c - tests of base/buf.h.
 */
#include "base/buf.h"
#include "unit.h"

#include <wchar.h>

static void appended_bytes_come_out_in_order(void **state)
{
    struct pl_buf b;
    pl_buf_init(&b, 1000);
    pl_buf_add(&b, PL_LIT("a\0b"));
    pl_buf_add_str(&b, "cd");
    pl_buf_add_byte(&b, 'e');
    pl_buf_add(&b, (pl_bytes){NULL, 0});
    pl_buf_printf(&b, "%03d", 7);
    memcpy(pl_buf_grow(&b, 2), "xy", 2);
    assert_true(pl_bytes_eq(pl_buf_bytes(&b), PL_LIT("a\0bcde007xy")));
    assert_int_equal(pl_buf_done(&b, NULL), PL_OK);
    pl_buf_reset(&b);
    assert_int_equal(b.n, 0);
}

/* In pieces of every size, by every way of appending, up to the last byte of the maximum. */
static void exactly_the_maximum_fits(void **state)
{
    enum { MAX = 1500 };
    char text[MAX + 1];
    memset(text, 'q', MAX);
    text[MAX] = '\0';
    for (int piece = 1; piece <= MAX; piece++) {
        struct pl_buf by_printf;
        struct pl_buf by_add;
        pl_buf_init(&by_printf, MAX);
        pl_buf_init(&by_add, MAX);
        for (int left = MAX; left > 0; left -= piece) {
            int n = left < piece ? left : piece;
            pl_buf_printf(&by_printf, "%.*s", n, text);
            pl_buf_add(&by_add, pl_bytes_of(text, (size_t)n));
        }
        assert_int_equal(pl_buf_done(&by_printf, NULL), PL_OK);
        assert_true(pl_bytes_eq_str(pl_buf_bytes(&by_printf), text));
        assert_true(pl_bytes_eq_str(pl_buf_bytes(&by_add), text));
        pl_buf_printf(&by_printf, "%s", "+");
        assert_int_equal(pl_buf_done(&by_printf, NULL), PL_E_LIMIT);
        pl_buf_reset(&by_printf);
        pl_buf_reset(&by_add);
    }
}

static void a_limit_sticks_until_cleared(void **state)
{
    struct pl_buf b;
    struct pl_err err;
    pl_buf_init(&b, 4);
    pl_buf_add_str(&b, "abc");
    pl_buf_add_str(&b, "de");
    pl_buf_add_str(&b, "f");
    assert_null(pl_buf_grow(&b, 0));
    assert_true(pl_bytes_eq_str(pl_buf_bytes(&b), "abc"));
    assert_int_equal(pl_buf_done(&b, &err), PL_E_LIMIT);
    assert_int_equal(err.offset, 3);
    pl_buf_clear(&b);
    pl_buf_add_str(&b, "wxyz");
    assert_int_equal(pl_buf_done(&b, NULL), PL_OK);
    pl_buf_reset(&b);
}

static void a_size_that_wraps_is_refused_and_memory_that_ran_out_is_not_forgotten(void **state)
{
    struct pl_buf b;
    pl_buf_init(&b, SIZE_MAX);
    pl_buf_add_byte(&b, 1);
    assert_null(pl_buf_grow(&b, SIZE_MAX));
    assert_int_equal(pl_buf_done(&b, NULL), PL_E_LIMIT);
    pl_buf_clear(&b);
    assert_null(pl_buf_grow(&b, SIZE_MAX));
    assert_int_equal(pl_buf_done(&b, NULL), PL_E_NOMEM);
    pl_buf_clear(&b); /* a loop that clears it for each round must not forget that */
    pl_buf_add_byte(&b, 1);
    assert_int_equal(pl_buf_done(&b, NULL), PL_E_NOMEM);
    pl_buf_reset(&b);
    pl_buf_add_byte(&b, 1);
    assert_int_equal(pl_buf_done(&b, NULL), PL_OK);
    pl_buf_reset(&b);
}

static void a_text_that_cannot_be_printed_is_a_failure(void **state)
{
    struct pl_buf b;
    pl_buf_init(&b, 100);
    pl_buf_printf(&b, "%lc", (wint_t)0x263a); /* no such character in the C locale */
    assert_int_equal(pl_buf_done(&b, NULL), PL_E_LIMIT);
    pl_buf_reset(&b);
}

static void a_trimmed_buffer_keeps_its_bytes_and_takes_more(void **state)
{
    struct pl_buf b;
    pl_buf_init(&b, 4096);
    pl_buf_trim(&b);
    pl_buf_add_str(&b, "abc");
    pl_buf_trim(&b);
    assert_int_equal(b.capacity, 3);
    pl_buf_printf(&b, "%d", 12345);
    assert_true(pl_bytes_eq_str(pl_buf_bytes(&b), "abc12345"));
    pl_buf_reset(&b);
}

static bool take_unless_refused(void *ctx, const void *bytes, size_t n)
{
    const char *expected = ctx;
    return expected != NULL && n == strlen(expected) && memcmp(bytes, expected, n) == 0;
}

static void a_delivered_buffer_is_empty_and_a_refusal_is_said(void **state)
{
    struct pl_buf b;
    struct pl_err err;
    char text[] = "abc";
    pl_buf_init(&b, 100);
    pl_buf_add_str(&b, text);
    assert_int_equal(pl_buf_deliver(&b, take_unless_refused, text, "it", &err), PL_OK);
    assert_int_equal(b.n, 0);
    pl_buf_add_str(&b, text);
    assert_int_equal(pl_buf_deliver(&b, take_unless_refused, NULL, "it", &err), PL_E_IO);
    assert_string_equal(err.text, "it could not be written");
    assert_int_equal(b.n, 0);
}

static void detached_bytes_belong_to_the_caller(void **state)
{
    struct pl_buf b;
    size_t n = 99;
    pl_buf_init(&b, 100);
    assert_null(pl_buf_detach(&b, &n));
    assert_int_equal(n, 0);
    pl_buf_add_str(&b, "abc");
    pl_buf_clear(&b);
    assert_null(pl_buf_detach(&b, &n));
    pl_buf_add_str(&b, "abc");
    uint8_t *p = pl_buf_detach(&b, &n);
    assert_int_equal(n, 3);
    assert_memory_equal(p, "abc", 3);
    free(p);
    pl_buf_add_str(&b, "de");
    assert_true(pl_bytes_eq_str(pl_buf_bytes(&b), "de"));
    pl_buf_reset(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appended_bytes_come_out_in_order),
        cmocka_unit_test(exactly_the_maximum_fits),
        cmocka_unit_test(a_limit_sticks_until_cleared),
        cmocka_unit_test(a_size_that_wraps_is_refused_and_memory_that_ran_out_is_not_forgotten),
        cmocka_unit_test(a_text_that_cannot_be_printed_is_a_failure),
        cmocka_unit_test(a_trimmed_buffer_keeps_its_bytes_and_takes_more),
        cmocka_unit_test(a_delivered_buffer_is_empty_and_a_refusal_is_said),
        cmocka_unit_test(detached_bytes_belong_to_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
