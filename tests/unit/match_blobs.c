/*
 * match_blobs.c - how random bytes look, in integers, and where base64 is.
 */
#include "match/blobs.h"
#include "unit.h"

#include <string.h>

static void entropy_of_known_distributions_is_exact(void **state)
{
    uint8_t bytes[4096];
    (void)state;
    memset(bytes, 7, sizeof bytes);
    assert_int_equal(pl_entropy_ppm(pl_bytes_of(bytes, sizeof bytes)), 0);
    assert_int_equal(pl_entropy_ppm((pl_bytes){NULL, 0}), 0);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    assert_int_equal(pl_entropy_ppm(pl_bytes_of(bytes, sizeof bytes)), 1000000);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = i % 2;
    assert_int_equal(pl_entropy_ppm(pl_bytes_of(bytes, sizeof bytes)), 125000);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = i % 3 == 0; /* 0.9183 bits */
    uint32_t third = pl_entropy_ppm(pl_bytes_of(bytes, 4095));
    assert_in_range(third, 114780, 114790);
}

static void base64_is_found_with_its_line_ends_and_words_are_not(void **state)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t text[3000];
    size_t n = 0;
    size_t offset = 0;
    size_t length = 0;
    (void)state;
    memcpy(text, "data = \n", 8);
    for (n = 8; n < 2000; n++)
        text[n] = (n - 8) % 65 == 64 ? '\n' : (uint8_t)alphabet[(n * 37) % 64];
    text[n++] = ';';
    assert_true(pl_find_base64(pl_bytes_of(text, n), &offset, &length));
    assert_int_equal(offset, 8);
    assert_int_equal(length, 1992);
    assert_false(pl_find_base64(pl_bytes_of(text, 1000), &offset, &length));
    for (size_t i = 8; i < 2000; i++)
        text[i] = (i % 7) == 0 ? ' ' : 'a';
    assert_false(pl_find_base64(pl_bytes_of(text, 2000), &offset, &length));
    memset(text, 'x', 2000);
    assert_false(pl_find_base64(pl_bytes_of(text, 2000), &offset, &length));
}

static void small_files_are_no_blobs(void **state)
{
    uint8_t bytes[256] = {0};
    struct pl_file f = {.data = pl_bytes_of(bytes, 63), .size = 63};
    (void)state;
    pl_blob_measure(&f);
    assert_int_equal(f.blob.length, 0);
    f.data = pl_bytes_of(bytes, 64);
    pl_blob_measure(&f);
    assert_int_equal(f.blob.length, 64);
    assert_false(f.blob.is_text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entropy_of_known_distributions_is_exact),
        cmocka_unit_test(base64_is_found_with_its_line_ends_and_words_are_not),
        cmocka_unit_test(small_files_are_no_blobs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
