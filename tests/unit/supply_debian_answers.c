/*
 * Kept answers: a closure is the same after it was written and read, and nothing else passes for one.
 */
#include "supply/debian_answers.h"

#include "unit.h"

static struct pl_arena arena;

#define TWO "pkg:deb/debian/a@1?arch=all\npkg:deb/debian/b%2B@2?arch=all\n"

static pl_status parse(pl_bytes text, struct pl_deb_closure *out)
{
    return pl_deb_closure_parse(text, &arena, out, NULL);
}

static void a_closure_is_read_as_it_was_written(void **state)
{
    struct pl_deb_closure c;
    struct pl_buf out;
    pl_bytes text = PL_LIT("2 3\n" TWO "0 1\n1 0\n1 - libgone\n");
    assert_int_equal(parse(text, &c), PL_OK);
    assert_int_equal(c.n, 2);
    assert_string_equal(c.v[1].name, "b+");
    assert_string_equal(c.v[1].version, "2");
    assert_string_equal(c.v[1].purl, "pkg:deb/debian/b%2B@2?arch=all");
    assert_int_equal(c.n_needs, 3);
    assert_int_equal(c.needs[0].to, 1);
    assert_int_equal(c.needs[2].to, UINT32_MAX);
    assert_string_equal(c.needs[2].missing, "libgone");
    pl_buf_init(&out, 65536);
    pl_deb_closure_print(&c, &out);
    assert_true(pl_bytes_eq(pl_buf_bytes(&out), text));
    pl_buf_reset(&out);
}

static void what_is_no_closure_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "\n",
        "x y\n",
        "0 0\n",
        "2 0\npkg:deb/debian/a@1\n",
        "1 0\nno\n",
        "2 1\n" TWO,
        "2 1\n" TWO "0 2\n",
        "2 1\n" TWO "2 0\n",
        "2 1\n" TWO "0\n",
        "2 1\n" TWO "0 1 1\n",
        "2 1\n" TWO "0 -\n",
        "2 1\n" TWO "0 - \n",
        "2 0\n" TWO "0 1\n",
        "2 99999999999\n" TWO,
        "99999999 0\n" TWO,
        "-1 0\n",
        "1 0 0\npkg:deb/debian/a@1\n",
    };
    struct pl_deb_closure c;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (parse(pl_bytes_of_str(bad[i]), &c) != PL_E_INPUT)
            fail_msg("taken: %s", bad[i]);
}

static void every_truncation_is_refused(void **state)
{
    static const char text[] = "2 3\n" TWO "0 1\n1 0\n1 - libgone\n";
    struct pl_deb_closure c;
    for (size_t n = 0; n < sizeof text - 9; n++) {
        uint8_t *cut = malloc(n + 1);
        assert_non_null(cut);
        memcpy(cut, text, n);
        assert_int_equal(parse(pl_bytes_of(cut, n), &c), PL_E_INPUT);
        free(cut);
    }
}

static int set_up(void **state)
{
    pl_arena_init(&arena, 16u << 20);
    return 0;
}

static int tear_down(void **state)
{
    pl_arena_reset(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closure_is_read_as_it_was_written),
        cmocka_unit_test(what_is_no_closure_is_refused),
        cmocka_unit_test(every_truncation_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
