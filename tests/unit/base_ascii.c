/*
 * base_ascii.c - tests of base/ascii.h: each of the 256 bytes against a list of those that are meant.
 */
#include "base/ascii.h"
#include "base/bytes.h"

#include "unit.h"

static const char digits[] = "0123456789";
static const char small[] = "abcdefghijklmnopqrstuvwxyz";
static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

static bool is_in(const char *list, unsigned b)
{
    return b != 0 && strchr(list, (int)b) != NULL;
}

static void a_byte_is_what_a_list_says_and_none_from_0x80_on_is_anything(void **state)
{
    for (unsigned b = 0; b < 256; b++) {
        uint8_t c = (uint8_t)b;
        bool is_letter = is_in(small, b) || is_in(capitals, b);
        assert_int_equal(pl_is_digit(c), is_in(digits, b));
        assert_int_equal(pl_is_lower(c), is_in(small, b));
        assert_int_equal(pl_is_upper(c), is_in(capitals, b));
        assert_int_equal(pl_is_letter(c), is_letter);
        assert_int_equal(pl_is_alnum(c), is_letter || is_in(digits, b));
        assert_int_equal(pl_is_word_byte(c), is_letter || is_in(digits, b) || b == '_');
        assert_int_equal(pl_is_blank(c), is_in(" \t", b));
        assert_int_equal(pl_is_space(c), is_in(" \t\r\n", b));
        assert_int_equal(pl_to_lower(c), is_in(capitals, b) ? small[b - 'A'] : (int)b);
    }
}

static void a_hexadecimal_digit_has_its_value_and_no_other_byte_has_one(void **state)
{
    static const char low[] = "0123456789abcdef";
    static const char high[] = "0123456789ABCDEF";
    for (unsigned b = 0; b < 256; b++) {
        const char *at = is_in(low, b) ? strchr(low, (int)b) : NULL;
        int value = at != NULL ? (int)(at - low) : is_in(high, b) ? (int)(strchr(high, (int)b) - high) : -1;
        assert_int_equal(pl_hex_value((uint8_t)b), value);
        assert_int_equal(pl_small_hex_value((uint8_t)b), at != NULL ? value : -1);
    }
}

static void what_is_trimmed_is_what_is_called_space(void **state)
{
    for (unsigned b = 0; b < 256; b++) {
        uint8_t text[3] = {(uint8_t)b, 'x', (uint8_t)b};
        assert_int_equal(pl_bytes_trim(pl_bytes_of(text, 3)).n, pl_is_space((uint8_t)b) ? 1 : 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_byte_is_what_a_list_says_and_none_from_0x80_on_is_anything),
        cmocka_unit_test(a_hexadecimal_digit_has_its_value_and_no_other_byte_has_one),
        cmocka_unit_test(what_is_trimmed_is_what_is_called_space),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
