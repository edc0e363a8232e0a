/*
 * report_formats.c - tests of all report formats, of diffs and of marks: no allocation may fail unseen, and marks last.
 */
#include "report/chain_diff.h"
#include "report/parts.h"
#include "report_test.h"

#include "failing_malloc.h"

static bool put(void *ctx, const void *bytes, size_t n)
{
    (void)bytes; /* only counted */
    *(size_t *)ctx += n;
    return true;
}

/* One file of `size` bytes, the last `rest` of which are foreign, with `novel` words that no source has. */
static struct pl_report *judged(const char *path, uint64_t size, uint64_t rest, unsigned novel)
{
    struct pl_report *r = report_test_empty();
    struct pl_file *f = report_test_file(r, path, PL_ROLE_ACTIVE, size, size - rest, PL_CLASS_UNACCOUNTED);
    if (rest > 0)
        report_test_residue(f, size - rest, rest, novel);
    report_test_judge(r);
    return r;
}

static void every_format_survives_the_failure_of_each_allocation(void **state)
{
    struct pl_report *r = judged("data.tar!/usr/bin/x\n\xff<script>", 1000, 100, 3);
    for (size_t i = 0; pl_report_format(i) != NULL; i++)
        for (long n = 1;; n++) {
            size_t total = 0;
            failing_malloc_begin(n);
            pl_status st = pl_report_write(r, pl_report_format(i), NULL, put, &total, NULL);
            if (!failing_malloc_end()) {
                assert_int_equal(st, PL_OK);
                break;
            }
            assert_int_equal(st, PL_E_NOMEM);
            assert_int_equal(total, 0);
        }
    pl_report_free(r);
}

static void a_diff_survives_the_failure_of_each_allocation(void **state)
{
    struct pl_report *old = judged("data.tar!/lib/x-1.0", 1000, 0, 0);
    struct pl_report *now = judged("data.tar!/lib/x-1.1", 1000, 100, 3);
    for (long n = 1;; n++) {
        struct pl_diff *d = NULL;
        size_t total = 0;
        failing_malloc_begin(n);
        pl_status st = pl_diff_make(old, now, &d, NULL);
        if (st == PL_OK)
            st = pl_diff_write(d, n % 2 == 0 ? "text" : "json", NULL, put, &total, NULL);
        bool has_failed = failing_malloc_end();
        assert_int_equal(st, has_failed ? PL_E_NOMEM : PL_OK);
        if (!has_failed)
            assert_int_equal(pl_diff_exit(d), PL_EXIT_FAIL);
        pl_diff_free(d);
        if (!has_failed)
            break;
    }
    pl_report_free(old);
    pl_report_free(now);
}

#define LINK(name) "\"" name "\": {\"verdict\": \"holds\", \"why\": \"\"}"
#define CHAIN                                                                                                \
    "{\"schema\": \"https://plumbline.dev/schema/chain/1\", \"exit_code\": 0, \"subject\": \"a\", "          \
    "\"level\": 3, "                                                                                         \
    "\"errors\": [], \"components\": [{\"key\": \"pkg:npm/x@1\", \"name\": \"x\\\\n\", \"version\": \"1\", " \
    "\"product\": false, \"not_examined\": null, \"level\": {\"own\": 3, \"chain\": 3, \"violation\": 0}, "  \
    "\"result\": {\"links\": {" LINK("shipped") ", " LINK(                                                   \
        "published") "}, \"sources\": [{\"how\": \"given\"}], "                                              \
                     "\"bytes\": {\"unaccounted\": 1, \"opaque\": 0}}}]}"

static void a_diff_of_chains_survives_the_failure_of_each_allocation(void **state)
{
    const struct pl_err none = {.status = PL_OK};
    for (long n = 1;; n++) {
        struct pl_chain_diff *d = NULL;
        failing_malloc_begin(n);
        pl_status st = pl_chain_diff_make(PL_LIT(CHAIN), &none, PL_LIT(CHAIN), &none, &d, NULL);
        bool has_failed = failing_malloc_end();
        if (!has_failed) {
            assert_int_equal(st, PL_OK);
            assert_int_equal(pl_chain_diff_exit(d), PL_EXIT_PASS);
            assert_int_equal(d->same, 1);
        } else if (st == PL_OK) { /* what could not be read is told in the diff */
            assert_int_equal(d->error.status, PL_E_NOMEM);
            assert_int_equal(pl_chain_diff_exit(d), PL_EXIT_INCONCLUSIVE);
        } else {
            assert_int_equal(st, PL_E_NOMEM);
        }
        pl_chain_diff_free(d);
        if (!has_failed)
            break;
    }
}

static void every_truncation_of_a_chain_is_refused(void **state)
{
    const struct pl_err none = {.status = PL_OK};
    pl_bytes whole = PL_LIT(CHAIN);
    for (size_t n = 0; n < whole.n; n++) {
        struct pl_chain_diff *d = NULL;
        assert_int_equal(pl_chain_diff_make(pl_bytes_sub(whole, 0, n), &none, whole, &none, &d, NULL), PL_OK);
        assert_int_equal(d->error.status, PL_E_INPUT);
        assert_true(d->error_is_old);
        assert_int_equal(pl_chain_diff_exit(d), PL_EXIT_INPUT);
        pl_chain_diff_free(d);
    }
}

static void a_mark_outlasts_moved_bytes_and_not_another_path(void **state)
{
    struct pl_report *r = judged("lib/x", 1000, 100, 3);
    struct pl_report *moved = judged("lib/x", 5000, 700, 2);
    struct pl_report *other = judged("lib/y", 1000, 100, 3);
    struct pl_mark *marks = pl_marks(r, r->placed.n);
    struct pl_mark *marks_moved = pl_marks(moved, moved->placed.n);
    struct pl_mark *marks_other = pl_marks(other, other->placed.n);
    assert_true(r->placed.n > 0 && moved->placed.n > 0 && other->placed.n > 0);
    assert_true(marks[0].hash == marks_moved[0].hash && marks[0].which == marks_moved[0].which);
    assert_true(marks[0].hash != marks_other[0].hash);
    free(marks);
    free(marks_moved);
    free(marks_other);
    pl_report_free(r);
    pl_report_free(moved);
    pl_report_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_survives_the_failure_of_each_allocation),
        cmocka_unit_test(a_diff_survives_the_failure_of_each_allocation),
        cmocka_unit_test(a_diff_of_chains_survives_the_failure_of_each_allocation),
        cmocka_unit_test(every_truncation_of_a_chain_is_refused),
        cmocka_unit_test(a_mark_outlasts_moved_bytes_and_not_another_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
