/*
 * base_status.c - tests of base/status.h and base/vec.h.
 */
#include "base/status.h"
#include "base/vec.h"
#include "unit.h"

#include <errno.h>

static void failing_fills_in_every_field(void **state)
{
    struct pl_err err;
    memset(&err, 'x', sizeof err);
    assert_int_equal(pl_fail(&err, PL_E_INPUT, 56, "ar: %s", "cut short"), PL_E_INPUT);
    assert_int_equal(err.status, PL_E_INPUT);
    assert_int_equal(err.offset, 56);
    assert_string_equal(err.text, "ar: cut short");
    assert_string_equal(err.subject, "");
    assert_string_equal(err.hint, "");
    assert_int_equal(pl_fail(NULL, PL_E_LIMIT, 0, "nobody listens"), PL_E_LIMIT);
}

static void an_error_can_be_told_again_in_more_words(void **state)
{
    struct pl_err err;
    (void)pl_fail(&err, PL_E_INPUT, 1, "bad size");
    pl_err_about(&err, "a.deb");
    (void)pl_fail(&err, err.status, err.offset, "%s: %s", err.subject, err.text);
    assert_string_equal(err.text, "a.deb: bad size");
    errno = ENOENT;
    assert_int_equal(pl_fail_errno(&err, "open (%s)", err.text), PL_E_IO);
    assert_string_equal(err.text, "open (a.deb: bad size): No such file or directory");
    errno = ENOMEM;
    assert_int_equal(pl_fail_errno(NULL, "map"), PL_E_NOMEM);
}

static void a_long_text_is_cut_and_terminated(void **state)
{
    struct pl_err err;
    (void)pl_fail(&err, PL_E_INPUT, 1, "%0600d", 1);
    assert_int_equal(strlen(err.text), PL_ERR_TEXT_BYTES - 1);
    errno = ENOENT;
    (void)pl_fail_errno(&err, "%0509d", 1);
    assert_int_equal(strlen(err.text), 509);
    errno = ENOENT;
    (void)pl_fail_errno(&err, "%0500d", 1);
    assert_int_equal(strlen(err.text), PL_ERR_TEXT_BYTES - 1);
}

static void the_first_subject_and_hint_stay(void **state)
{
    struct pl_err err;
    (void)pl_fail(&err, PL_E_IO, PL_NO_OFFSET, "no");
    pl_err_about(&err, "inner");
    pl_err_about(&err, "outer");
    pl_err_hint(&err, "run %s", "this");
    pl_err_hint(&err, "run that");
    assert_string_equal(err.subject, "inner");
    assert_string_equal(err.hint, "run this");
    pl_err_about(NULL, "x");
    pl_err_hint(NULL, "x");
}

static void every_status_has_a_name(void **state)
{
    for (int st = PL_E_BUG; st <= PL_OK; st++)
        for (int other = PL_E_BUG; other < st; other++)
            assert_string_not_equal(pl_status_name((pl_status)st), pl_status_name((pl_status)other));
    assert_string_equal(pl_status_name(PL_E_NOT_FOUND), "not-found");
    assert_string_equal(pl_status_name((pl_status)(PL_E_BUG - 1)), "unknown");
    assert_string_equal(pl_status_name((pl_status)1), "unknown");
}

static void a_vec_grows_with_zeroed_items_and_frees_to_nothing(void **state)
{
    struct item {
        uint64_t number;
        const char *text;
    };
    PL_VEC(struct item) items = {0};
    for (size_t i = 0; i < 1000; i++) {
        struct item *item = PL_VEC_ADD(&items);
        assert_non_null(item);
        assert_int_equal(item->number, 0);
        assert_null(item->text);
        item->number = i;
        item->text = "t";
        items.n -= i % 10 == 9; /* a dropped item leaves no trace in the next */
    }
    assert_int_equal(items.n, 900);
    assert_int_equal(items.v[899].number, 998);
    PL_VEC_FREE(&items);
    assert_null(items.v);
    assert_int_equal(items.n + items.capacity, 0);
}

static void a_vec_too_large_to_count_is_refused_and_kept(void **state)
{
    uint64_t one = 1;
    uint64_t *v = &one;
    size_t capacity = SIZE_MAX / 8;
    assert_false(pl_vec_grow_(&v, &capacity, capacity, 8));
    assert_ptr_equal(v, &one);
    assert_true(capacity == SIZE_MAX / 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failing_fills_in_every_field),
        cmocka_unit_test(an_error_can_be_told_again_in_more_words),
        cmocka_unit_test(a_long_text_is_cut_and_terminated),
        cmocka_unit_test(the_first_subject_and_hint_stay),
        cmocka_unit_test(every_status_has_a_name),
        cmocka_unit_test(a_vec_grows_with_zeroed_items_and_frees_to_nothing),
        cmocka_unit_test(a_vec_too_large_to_count_is_refused_and_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
