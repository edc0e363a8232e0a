/*
 * deb822: stanzas come out as they stand, and no bytes make the reader stumble.
 */
#include "format/text/deb822.h"

#include "unit.h"
#include <stdio.h>

static struct pl_arena arena;

static int set_up(void **state)
{
    pl_arena_init(&arena, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    pl_arena_reset(&arena);
    return 0;
}

static const char *const text = "# head\n\nSource: xz-utils\nBinary: a,\n b\n# inside\n c\nEmpty:\n\n \t\n"
                                "package: liblzma5\nFiles:\n 00 1 x\n 11 2 y\n";

static void stanzas_come_out_as_they_stand(void **state)
{
    pl_bytes rest = pl_bytes_of_str(text);
    struct pl_deb822 s;
    struct pl_err err;
    assert_int_equal(pl_deb822_next(&rest, &arena, &s, &err), PL_OK);
    assert_int_equal(s.n, 3);
    assert_true(pl_bytes_eq_str(pl_deb822_get(&s, "SOURCE"), "xz-utils"));
    assert_true(pl_bytes_eq_str(pl_deb822_get(&s, "binary"), "a,\n b\n c"));
    assert_int_equal(pl_deb822_get(&s, "Empty").n, 0);
    assert_non_null(pl_deb822_find(&s, "Empty"));
    assert_null(pl_deb822_get(&s, "None").p);
    assert_int_equal(s.fields[0].offset, 8);
    assert_int_equal(pl_deb822_next(&rest, &arena, &s, &err), PL_OK);
    assert_int_equal(s.n, 2);
    assert_true(pl_bytes_eq_str(pl_deb822_get(&s, "Files"), "\n 00 1 x\n 11 2 y"));
    assert_int_equal(pl_deb822_next(&rest, &arena, &s, &err), PL_OK);
    assert_int_equal(s.n, 0);
    assert_int_equal(rest.n, 0);
}

static void odd_lines_are_refused_with_their_byte(void **state)
{
    static const struct {
        const char *input;
        uint64_t at;
    } rows[] = {
        {"A: 1\nnot a field\n", 5}, {" B: 1\n", 0},      {"A: 1\nB: 2\na: 3\n", 10},
        {"A: 1\n: no name\n", 5},   {"-A: 1\n", 0},      {"A B: 1\n", 0},
        {"\xc3\xa4: 1\n", 0},       {"A: 1\n\n\n b", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pl_bytes rest = pl_bytes_of_str(rows[i].input);
        struct pl_deb822 s;
        struct pl_err err = {0};
        pl_status st = pl_deb822_next(&rest, &arena, &s, &err);
        if (i == 7) { /* the first stanza is fine, what follows it is not */
            assert_int_equal(st, PL_OK);
            assert_int_equal(pl_deb822_next(&rest, &arena, &s, &err), PL_E_INPUT);
            continue;
        }
        assert_int_equal(st, PL_E_INPUT);
        assert_int_equal(err.offset, rows[i].at);
        assert_ptr_equal(rest.p, rows[i].input);
    }
}

static void every_truncation_is_refused_or_shorter(void **state)
{
    size_t whole = strlen(text);
    for (size_t n = 0; n <= whole; n++) {
        uint8_t *copy = malloc(n + 1); /* exact room, so that a read too far is seen */
        assert_non_null(copy);
        uint8_t *cut = realloc(copy, n > 0 ? n : 1);
        assert_non_null(cut);
        memcpy(cut, text, n);
        pl_bytes rest = {cut, n};
        struct pl_deb822 s;
        struct pl_err err;
        size_t stanzas = 0;
        while (pl_deb822_next(&rest, &arena, &s, &err) == PL_OK && s.n > 0)
            stanzas++;
        assert_true(stanzas <= 2);
        free(cut);
    }
}

static void too_many_fields_are_a_limit(void **state)
{
    char many[PL_DEB822_MAX_FIELDS * 12];
    size_t n = 0;
    for (unsigned i = 0; i <= PL_DEB822_MAX_FIELDS; i++)
        n += (size_t)snprintf(many + n, sizeof many - n, "F%u: 1\n", i);
    pl_bytes rest = {(const uint8_t *)many, n};
    struct pl_deb822 s;
    struct pl_err err;
    assert_int_equal(pl_deb822_next(&rest, &arena, &s, &err), PL_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(stanzas_come_out_as_they_stand, set_up, tear_down),
        cmocka_unit_test_setup_teardown(odd_lines_are_refused_with_their_byte, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_truncation_is_refused_or_shorter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_many_fields_are_a_limit, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
