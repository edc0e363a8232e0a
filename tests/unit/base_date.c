/*
 * base_date.c - tests of base/date.h. The C library, asked in UTC, says the same.
 */
#include "base/date.h"
#include "unit.h"

#include <time.h>

static void every_day_of_four_centuries_is_what_the_c_library_says(void **state)
{
    char text[PL_DATE_BYTES];
    for (int64_t day = 0; day < 146100; day++) {
        time_t t = (time_t)(day * PL_DAY_SECONDS);
        struct tm tm;
        char expected[32];
        int64_t back;
        assert_non_null(gmtime_r(&t, &tm));
        (void)strftime(expected, sizeof expected, "%Y-%m-%d", &tm);
        pl_date_write(t + 12345, text);
        assert_string_equal(text, expected);
        assert_true(pl_date_parse(pl_bytes_of_str(text), &back));
        assert_true(back == t);
    }
}

static void a_time_of_day_is_read_to_the_second(void **state)
{
    int64_t t;
    assert_true(pl_date_parse(PL_LIT("2026-11-26T15:16:37Z"), &t));
    assert_true(t == 1795706197);
    assert_true(pl_date_parse(PL_LIT("9999-12-31"), &t));
}

static void what_is_no_day_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "2027",
                                      "2027-02-29",
                                      "2027-02-30",
                                      "2027-13-01",
                                      "2027-00-01",
                                      "2027-01-00",
                                      "2027-04-31",
                                      "1969-12-31",
                                      "2027/01/01",
                                      "27-01-01",
                                      "2027-1-1",
                                      " 2027-01-0",
                                      "2027-01-01T24:00:00Z",
                                      "2027-01-01T00:60:00Z",
                                      "2027-01-01T00:00:60Z",
                                      "2027-01-01T00:00:00",
                                      "2027-01-01 00:00:00Z",
                                      "+027-01-01",
                                      "2027-01-01x"};
    int64_t t;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(pl_date_parse(pl_bytes_of_str(bad[i]), &t));
}

static void days_that_cannot_be_written_are_the_nearest_one(void **state)
{
    char text[PL_DATE_BYTES];
    pl_date_write(-1, text);
    assert_string_equal(text, "1970-01-01");
    pl_date_write(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_four_centuries_is_what_the_c_library_says),
        cmocka_unit_test(a_time_of_day_is_read_to_the_second),
        cmocka_unit_test(what_is_no_day_is_refused),
        cmocka_unit_test(days_that_cannot_be_written_are_the_nearest_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
