/*
 * The verdict: what breaks a link, what leaves it unproven, what a level needs, and what an exit code says.
 */
#include "judge/judge.h"
#include "unit.h"

static struct pl_limits limits;
static struct pl_err err;
static struct pl_report *r;
static struct pl_policy policy;
static struct pl_file file;

static int set_up(void **state)
{
    limits = pl_limits_default();
    policy = pl_policy_default();
    r = pl_report_new(&limits);
    r->subject_name = "x";
    file =
        (struct pl_file){.path = PL_LIT("usr/bin/x"), .size = 1000, .kind = "shell", .role = PL_ROLE_ACTIVE};
    pl_ledger_init(&file.ledger, file.size);
    pl_findings_init(&file.findings, &r->arena, 100);
    struct pl_file **slot = PL_VEC_ADD(&r->files);
    *slot = &file;
    r->links[PL_LINK_SHIPPED].verdict = PL_VERDICT_HOLDS;
    r->links[PL_LINK_PUBLISHED].verdict = PL_VERDICT_HOLDS;
    return 0;
}

static int tear_down(void **state)
{
    pl_report_free(r); /* resets the file too */
    return 0;
}

/* The first `explained` bytes are derived, the rest becomes `rest`. */
static void seal(uint64_t explained, enum pl_class rest)
{
    struct pl_claim c = {.length = explained,
                         .class = PL_CLASS_DERIVED,
                         .grade = PL_GRADE_A,
                         .rule = "test",
                         .source_offset = PL_NO_OFFSET};
    assert_int_equal(pl_ledger_claim(&file.ledger, &c, &err), PL_OK);
    assert_int_equal(pl_ledger_seal(&file.ledger, rest, "none", &err), PL_OK);
}

static void leave(uint64_t offset, uint64_t length, uint32_t novel_words)
{
    struct pl_residue *x = PL_VEC_ADD(&file.residues);
    *x = (struct pl_residue){.offset = offset, .length = length, .words = 3, .novel_words = novel_words};
}

static void judge(void)
{
    assert_int_equal(pl_judge(r, &policy, true, &err), PL_OK);
}

static void all_bytes_explained_holds_and_passes_at_level_3(void **state)
{
    seal(1000, PL_CLASS_UNACCOUNTED);
    judge();
    assert_int_equal(r->links[PL_LINK_SOURCED].verdict, PL_VERDICT_HOLDS);
    assert_int_equal(r->level, 3);
    assert_int_equal(r->exit, PL_EXIT_PASS);
}

/* Members that are not read may have no bytes: names, links. */
static void a_container_that_a_limit_kept_from_being_read_is_unproven(void **state)
{
    assert_int_equal(
        pl_findings_add(&file.findings, "archive.limit", PL_SEVERITY_WARNING, 0, 0, NULL, &err, "full"),
        PL_OK);
    file.container = "zip";
    seal(1000, PL_CLASS_UNACCOUNTED);
    judge();
    assert_int_equal(r->links[PL_LINK_SOURCED].verdict, PL_VERDICT_UNPROVEN);
    assert_int_equal(r->exit, PL_EXIT_INCONCLUSIVE);
}

/* Each byte is structure or code of the source, and still nobody can say that the source asks for it. */
static void a_name_that_nobody_can_tell_of_is_unproven(void **state)
{
    static const struct {
        const char *tag;
        enum pl_severity severity;
        enum pl_verdict verdict;
    } cases[] = {{"code.runpath", PL_SEVERITY_WARNING, PL_VERDICT_UNPROVEN},
                 {"code.foreign-import", PL_SEVERITY_WARNING, PL_VERDICT_UNPROVEN},
                 {"file.unaccounted", PL_SEVERITY_WARNING, PL_VERDICT_UNPROVEN},
                 {"code.runpath", PL_SEVERITY_NOTE, PL_VERDICT_HOLDS},
                 {"code.changed-function", PL_SEVERITY_WARNING, PL_VERDICT_HOLDS}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)tear_down(state);
        (void)set_up(state);
        assert_int_equal(
            pl_findings_add(&file.findings, cases[i].tag, cases[i].severity, 0, 0, NULL, &err, "x"), PL_OK);
        file.kind = "elf-x86_64";
        seal(1000, PL_CLASS_UNACCOUNTED);
        judge();
        assert_int_equal(r->links[PL_LINK_SOURCED].verdict, cases[i].verdict);
        assert_int_equal(r->exit, cases[i].verdict == PL_VERDICT_HOLDS ? PL_EXIT_PASS : PL_EXIT_INCONCLUSIVE);
    }
}

/* An image whose source another package holds: what it calls is listed, and contradicts nothing. */
static void an_import_of_an_absent_source_is_a_warning(void **state)
{
    for (int is_absent = 0; is_absent < 2; is_absent++) {
        (void)tear_down(state);
        (void)set_up(state);
        struct pl_foreign *x = PL_VEC_ADD(&file.foreign);
        *x = (struct pl_foreign){
            .kind = PL_FOREIGN_IMPORT, .length = 6, .text = PL_LIT("system"), .is_used = true};
        file.asked[PL_FOREIGN_IMPORT] = 100;
        file.is_of_absent = is_absent;
        file.kind = "elf-x86_64";
        seal(1000, PL_CLASS_UNACCOUNTED);
        judge();
        assert_int_equal(r->links[PL_LINK_SOURCED].verdict,
                         is_absent ? PL_VERDICT_UNPROVEN : PL_VERDICT_BROKEN);
    }
}

static void an_active_range_without_novel_words_is_unproven_and_inconclusive(void **state)
{
    seal(990, PL_CLASS_UNACCOUNTED);
    leave(990, 10, 0);
    judge();
    assert_int_equal(r->links[PL_LINK_SOURCED].verdict, PL_VERDICT_UNPROVEN);
    assert_int_equal(r->level, 2);
    assert_int_equal(r->exit, PL_EXIT_INCONCLUSIVE);
}

static void an_active_range_with_a_novel_word_breaks_and_drops_to_level_1(void **state)
{
    seal(990, PL_CLASS_UNACCOUNTED);
    leave(990, 10, 1);
    judge();
    assert_int_equal(r->links[PL_LINK_SOURCED].verdict, PL_VERDICT_BROKEN);
    assert_int_equal(r->level, 1);
    assert_int_equal(r->violation, 3);
    assert_int_equal(r->exit, PL_EXIT_FAIL);
    assert_string_equal(r->placed.v[0].finding->tag, "text.unaccounted");
    assert_int_equal(r->placed.v[0].finding->offset, 990);
    assert_int_equal(r->placed.v[0].finding->length, 10);
}

static void novel_words_in_a_passive_file_never_break(void **state)
{
    file.role = PL_ROLE_PASSIVE;
    seal(500, PL_CLASS_UNACCOUNTED);
    leave(500, 500, 40);
    judge();
    assert_int_equal(r->links[PL_LINK_SOURCED].verdict, PL_VERDICT_UNPROVEN);
    assert_int_equal(r->exit, PL_EXIT_INCONCLUSIVE);
}

static void one_percent_of_passive_bytes_may_be_unaccounted_and_no_more(void **state)
{
    file.role = PL_ROLE_PASSIVE;
    seal(990, PL_CLASS_UNACCOUNTED);
    leave(990, 10, 2);
    judge();
    assert_int_equal(r->links[PL_LINK_SOURCED].verdict, PL_VERDICT_HOLDS);
    assert_int_equal(r->exit, PL_EXIT_PASS);
}

static void over_one_percent_of_passive_bytes_is_unproven(void **state)
{
    file.role = PL_ROLE_PASSIVE;
    seal(989, PL_CLASS_UNACCOUNTED);
    leave(989, 11, 2);
    judge();
    assert_int_equal(r->links[PL_LINK_SOURCED].verdict, PL_VERDICT_UNPROVEN);
}

static void opaque_bytes_are_neither_clean_nor_tampered(void **state)
{
    file.kind = "elf-x86_64";
    seal(100, PL_CLASS_OPAQUE);
    judge();
    assert_int_equal(r->links[PL_LINK_SOURCED].verdict, PL_VERDICT_UNPROVEN);
    assert_int_equal(r->exit, PL_EXIT_INCONCLUSIVE);
    assert_string_equal(r->placed.v[0].finding->tag, "code.opaque");
}

static void a_broken_publication_is_a_violation_of_level_2(void **state)
{
    seal(1000, PL_CLASS_UNACCOUNTED);
    r->links[PL_LINK_PUBLISHED].verdict = PL_VERDICT_BROKEN;
    judge();
    assert_int_equal(r->level, 1);
    assert_int_equal(r->violation, 2);
    assert_int_equal(r->exit, PL_EXIT_FAIL);
}

static void an_unchecked_publication_stops_the_climb_at_level_1_and_fails_nothing(void **state)
{
    seal(1000, PL_CLASS_UNACCOUNTED);
    r->links[PL_LINK_PUBLISHED].verdict = PL_VERDICT_UNCHECKED;
    judge();
    assert_int_equal(r->level, 1);
    assert_int_equal(r->violation, 0);
    assert_int_equal(r->exit, PL_EXIT_PASS);
}

static void errors_dropped_over_the_limit_still_fail(void **state)
{
    seal(1000, PL_CLASS_UNACCOUNTED);
    file.findings.max = 1;
    for (int i = 0; i < 5; i++)
        assert_int_equal(pl_findings_add(&file.findings, "archive.gap",
                                         i == 4 ? PL_SEVERITY_ERROR : PL_SEVERITY_NOTE, 0, 1, NULL, &err,
                                         "x"),
                         PL_OK);
    judge();
    assert_int_equal(r->exit, PL_EXIT_FAIL);
}

static void an_error_keeps_its_own_exit_code_and_level_0(void **state)
{
    struct pl_err *e = PL_VEC_ADD(&r->errors);
    *e = (struct pl_err){.status = PL_E_TRUST};
    seal(1000, PL_CLASS_UNACCOUNTED);
    judge();
    assert_int_equal(r->exit, PL_EXIT_TRUST);
    assert_int_equal(r->level, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(all_bytes_explained_holds_and_passes_at_level_3),
        TEST(a_name_that_nobody_can_tell_of_is_unproven),
        TEST(an_import_of_an_absent_source_is_a_warning),
        TEST(an_active_range_without_novel_words_is_unproven_and_inconclusive),
        TEST(an_active_range_with_a_novel_word_breaks_and_drops_to_level_1),
        TEST(novel_words_in_a_passive_file_never_break),
        TEST(one_percent_of_passive_bytes_may_be_unaccounted_and_no_more),
        TEST(over_one_percent_of_passive_bytes_is_unproven),
        TEST(opaque_bytes_are_neither_clean_nor_tampered),
        TEST(a_broken_publication_is_a_violation_of_level_2),
        TEST(an_unchecked_publication_stops_the_climb_at_level_1_and_fails_nothing),
        TEST(errors_dropped_over_the_limit_still_fail),
        TEST(a_container_that_a_limit_kept_from_being_read_is_unproven),
        TEST(an_error_keeps_its_own_exit_code_and_level_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
