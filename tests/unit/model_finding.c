/*
 * model_finding.c - tests of model/finding.h and model/words.h.
 */
#include "model/finding.h"
#include "unit.h"

static void a_finding_keeps_copies_of_its_texts(void **state)
{
    struct pl_arena a;
    struct pl_findings f;
    struct pl_finding *one = NULL;
    char text[] = "payload";
    pl_arena_init(&a, 1u << 20);
    pl_findings_init(&f, &a, 10);
    assert_int_equal(pl_findings_add(&f, "archive.gap", PL_SEVERITY_ERROR, 8, 4, &one, NULL, "%s here", text),
                     PL_OK);
    assert_int_equal(pl_finding_fact(&f, one, "string", pl_bytes_of(text, 7), NULL), PL_OK);
    memset(text, 'x', 7);
    assert_string_equal(f.list.v[0].message, "payload here");
    assert_string_equal(f.list.v[0].facts[0].name, "string");
    assert_true(pl_bytes_eq_str(f.list.v[0].facts[0].value, "payload"));
    assert_null(f.list.v[0].facts[1].name);
    assert_int_equal(f.list.v[0].offset, 8);
    pl_findings_reset(&f);
    pl_arena_reset(&a);
}

static void a_flood_is_counted_and_its_errors_apart(void **state)
{
    struct pl_arena a;
    struct pl_findings f;
    struct pl_finding *last = NULL;
    pl_arena_init(&a, 1u << 20);
    pl_findings_init(&f, &a, 3);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(
            pl_findings_add(&f, "archive.duplicate", PL_SEVERITY_NOTE, 0, 0, &last, NULL, "%d", i), PL_OK);
    assert_null(last);
    assert_int_equal(pl_finding_fact(&f, last, "name", PL_LIT("x"), NULL), PL_OK);
    assert_int_equal(f.dropped_errors, 0);
    assert_int_equal(pl_findings_add(&f, "archive.gap", PL_SEVERITY_ERROR, 0, 0, NULL, NULL, "bad"), PL_OK);
    assert_int_equal(f.list.n, 4); /* it still has room, and two more have */
    assert_int_equal(f.dropped, 997);
    for (int i = 0; i < 5; i++)
        assert_int_equal(pl_findings_add(&f, "archive.gap", PL_SEVERITY_ERROR, 0, 0, NULL, NULL, "bad"),
                         PL_OK);
    assert_int_equal(f.list.n, 6);
    assert_int_equal(f.dropped_errors, 3);
    assert_int_equal(f.dropped, 1000);
    pl_findings_reset(&f);
    pl_arena_reset(&a);
}

static void facts_over_the_maximum_are_left_out(void **state)
{
    struct pl_arena a;
    struct pl_findings f;
    struct pl_finding *one = NULL;
    pl_arena_init(&a, 1u << 20);
    pl_findings_init(&f, &a, 3);
    assert_int_equal(pl_findings_add(&f, "x.y", PL_SEVERITY_NOTE, 0, 0, &one, NULL, "m"), PL_OK);
    for (int i = 0; i < PL_FINDING_FACTS + 3; i++)
        assert_int_equal(pl_finding_fact(&f, one, "n", PL_LIT("v"), NULL), PL_OK);
    assert_string_equal(one->facts[PL_FINDING_FACTS - 1].name, "n");
    assert_string_equal(one->message, "m");
    pl_findings_reset(&f);
    pl_arena_reset(&a);
}

static void a_full_arena_is_an_error_and_adds_nothing(void **state)
{
    struct pl_arena a;
    struct pl_findings f;
    pl_arena_init(&a, 16);
    pl_findings_init(&f, &a, 3);
    assert_int_equal(pl_findings_add(&f, "x.y", PL_SEVERITY_NOTE, 0, 0, NULL, NULL, "%040d", 1), PL_E_LIMIT);
    assert_int_equal(f.list.n, 0);
    assert_int_equal(f.dropped, 0);
    pl_findings_reset(&f);
    pl_arena_reset(&a);
}

static void every_class_has_its_own_name(void **state)
{
    for (int c = 0; c <= PL_CLASS_MEMBERS; c++) {
        assert_non_null(pl_class_name((enum pl_class)c));
        for (int other = 0; other < c; other++)
            assert_string_not_equal(pl_class_name((enum pl_class)c), pl_class_name((enum pl_class)other));
    }
    assert_null(pl_grade_name(PL_GRADE_NONE));
    assert_string_equal(pl_grade_name(PL_GRADE_C), "C");
    assert_string_equal(pl_role_name(PL_ROLE_STRUCTURE), "structure");
    assert_string_equal(pl_link_name(PL_LINK_ORIGIN), "origin");
    assert_string_equal(pl_verdict_name(PL_VERDICT_UNPROVEN), "unproven");
    assert_string_equal(pl_how_name(PL_HOW_CLAIMED), "claimed");
    assert_string_equal(pl_severity_name(PL_SEVERITY_ERROR), "error");
    assert_string_equal(pl_entry_type_name(PL_ENTRY_SPECIAL), "special");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finding_keeps_copies_of_its_texts),
        cmocka_unit_test(a_flood_is_counted_and_its_errors_apart),
        cmocka_unit_test(facts_over_the_maximum_are_left_out),
        cmocka_unit_test(a_full_arena_is_an_error_and_adds_nothing),
        cmocka_unit_test(every_class_has_its_own_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
