/*
 * deb_version: the order is dpkg's.
 */
#include "supply/deb_version.h"

#include "unit.h"
#include <stdio.h>

/* In rising order; checked against dpkg --compare-versions below where there is a dpkg. */
static const char *const rising[] = {
    "0~~",       "0~~a",         "0~",      "0",       "0.1~rc1",    "0.1",     "0.1-1~bpo1", "0.1-1",
    "0.1-1+b1",  "0.1-1+deb9u1", "0.1-1.1", "0.1a",    "0.1+git1",   "0.1.0",   "0.2",        "0.10",
    "1.0~beta1", "1.0",          "1.0-1",   "1.0a-1",  "1.0+dfsg-1", "1.0-1-1", "1.0.1",      "1.2.3-4",
    "1.02.4",    "1.2.10",       "2:0.1",   "2:0.1-1", "10:0",
};

static int sign(int x)
{
    return (x > 0) - (x < 0);
}

static void the_table_rises(void **state)
{
    size_t n = sizeof rising / sizeof *rising;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            int order = pl_deb_version_cmp(pl_bytes_of_str(rising[i]), pl_bytes_of_str(rising[k]));
            assert_int_equal(sign(order), i < k ? -1 : i > k);
        }
}

static void spellings_of_one_version_are_equal(void **state)
{
    assert_int_equal(pl_deb_version_cmp(PL_LIT("1.0"), PL_LIT("0:1.00-0")), 0);
    assert_int_equal(pl_deb_version_cmp(PL_LIT("1.0"), PL_LIT("1.0-0")), 0);
    assert_int_equal(pl_deb_version_cmp(PL_LIT("1.002"), PL_LIT("1.2")), 0);
    assert_int_equal(pl_deb_version_cmp(PL_LIT(""), PL_LIT("")), 0);
}

static void dpkg_says_the_same(void **state)
{
    if (system("dpkg --version >/dev/null 2>&1") != 0)
        skip();
    for (size_t i = 0; i + 1 < sizeof rising / sizeof *rising; i++) {
        char command[256];
        (void)snprintf(command, sizeof command, "dpkg --compare-versions '%s' lt '%s'", rising[i],
                       rising[i + 1]);
        if (system(command) != 0)
            fail_msg("%s", command);
    }
}

static void numbers_of_any_length_compare(void **state)
{
    assert_true(pl_deb_version_cmp(PL_LIT("99999999999999999999999999999999"),
                                   PL_LIT("100000000000000000000000000000000")) < 0);
}

static void the_epoch_comes_off(void **state)
{
    pl_bytes v = pl_deb_version_without_epoch(PL_LIT("2:1.0-1"));
    assert_true(pl_bytes_eq_str(v, "1.0-1"));
    v = pl_deb_version_without_epoch(PL_LIT("1.0-1"));
    assert_true(pl_bytes_eq_str(v, "1.0-1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_rises),     cmocka_unit_test(spellings_of_one_version_are_equal),
        cmocka_unit_test(dpkg_says_the_same),  cmocka_unit_test(numbers_of_any_length_compare),
        cmocka_unit_test(the_epoch_comes_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
