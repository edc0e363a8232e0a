/*
 * report_read.c - tests of report/read.h: what is written comes back, and what contradicts itself is refused.
 */
#include "report/read.h"
#include "report_test.h"

static struct pl_err err;
static struct pl_buf text; /* a whole report */

static struct pl_report *rich(void)
{
    static const struct pl_source_git git = {.commit = "0123456789abcdef0123456789abcdef01234567",
                                             .tree = "1123456789abcdef0123456789abcdef01234567",
                                             .ref = "refs/tags/v1",
                                             .folder = "packages/x",
                                             .is_found = true,
                                             .signer = "ABCDEF0123456789"};
    struct pl_report *r = report_test_empty();
    r->sources.v[0].git = &git;
    r->sources.v[0].revision = "v1";
    struct pl_report_step *step = PL_VEC_ADD(&r->publication);
    *step = (struct pl_report_step){.what = "Release", .uri = "https://example.org/Release"};
    struct pl_file *f =
        report_test_file(r, "data.tar!/usr/bin/x", PL_ROLE_ACTIVE, 1000, 900, PL_CLASS_UNACCOUNTED);
    report_test_residue(f, 900, 100, 2);
    f->facts[0] = (struct pl_fact){"elf.soname", PL_LIT("libx.so.1\0\\")};
    f = report_test_file(r, "data.tar!/usr/share/doc/x\n\xff", PL_ROLE_PASSIVE, 50, 40, PL_CLASS_UNACCOUNTED);
    report_test_residue(f, 40, 10, 0);
    f->script = (struct pl_script_account){.atoms = 9, .explained = 5, .helper = 1, .context = 1, .novel = 2};
    f = report_test_file(r, "data.tar!/blob", PL_ROLE_ACTIVE, 64, 1, PL_CLASS_OPAQUE);
    f->link_target = PL_LIT("../a\xe2\x80\xae");
    report_test_file(r, "data.tar!/empty", PL_ROLE_ACTIVE, 0, 0, PL_CLASS_UNACCOUNTED)->has_digests = false;
    assert_int_equal(pl_findings_add(&r->findings, "pub.unsigned", PL_SEVERITY_NOTE, PL_NO_OFFSET, 0, NULL,
                                     NULL, "nobody signed it"),
                     PL_OK);
    const char **note = PL_VEC_ADD(&r->notes);
    *note = "a source was skipped";
    (void)snprintf(r->started, sizeof r->started, "2026-11-26T15:00:00Z");
    r->jobs = 2;
    return r;
}

static int set_up(void **state)
{
    struct pl_report *r = rich();
    report_test_judge(r);
    text = report_test_json(r);
    pl_report_free(r);
    return 0;
}

static int tear_down(void **state)
{
    pl_buf_reset(&text);
    return 0;
}

static struct pl_report *read_back(void)
{
    struct pl_report *r = NULL;
    pl_status st = pl_report_read(pl_buf_bytes(&text), NULL, &r, &err);
    if (st != PL_OK)
        print_error("%s\n", err.text);
    assert_int_equal(st, PL_OK);
    return r;
}

static void a_report_that_is_read_and_written_again_is_the_same_bytes(void **state)
{
    struct pl_report *r = read_back();
    struct pl_buf again = report_test_json(r);
    pl_report_free(r);
    assert_true(pl_bytes_eq(pl_buf_bytes(&again), pl_buf_bytes(&text)));
    pl_buf_reset(&again);
}

static void an_error_report_is_read_too(void **state)
{
    struct pl_err why = {.status = PL_E_TRUST,
                         .offset = 9,
                         .subject = "Release",
                         .text = "bad signature\x1b",
                         .hint = "fetch"};
    struct pl_report *r = NULL;
    assert_int_equal(pl_report_of_error("x.deb", &why, &r, NULL), PL_OK);
    pl_buf_reset(&text);
    text = report_test_json(r);
    pl_report_free(r);
    r = read_back();
    assert_int_equal(pl_report_exit(r), PL_EXIT_TRUST);
    assert_int_equal(pl_report_error_count(r), 1);
    assert_string_equal(pl_report_error(r, 0)->text, "bad signature\x1b");
    assert_int_equal(pl_report_error(r, 0)->status, PL_E_TRUST);
    pl_report_free(r);
}

static void what_was_known_is_known_again(void **state)
{
    struct pl_report *r = read_back();
    assert_string_equal(r->subject_name, "x_1.0_all.deb");
    assert_int_equal(r->files.n, 4);
    assert_true(pl_bytes_eq(r->files.v[1]->path, PL_LIT("data.tar!/usr/share/doc/x\n\xff")));
    assert_true(pl_bytes_eq(r->files.v[1]->name, PL_LIT("usr/share/doc/x\n\xff")));
    assert_true(pl_bytes_eq(r->files.v[0]->facts[0].value, PL_LIT("libx.so.1\0\\")));
    assert_int_equal(r->files.v[0]->ledger.settled.n, 2);
    assert_string_equal(r->files.v[0]->ledger.settled.v[0].source, "src/\xff\n.c:1-2");
    assert_int_equal(r->active_unaccounted, 100);
    assert_int_equal(r->active_opaque, 63);
    assert_int_equal(r->passive_unaccounted, 10);
    assert_int_equal(r->bytes[PL_CLASS_DERIVED], 941);
    assert_int_equal(r->exit, PL_EXIT_FAIL);
    assert_string_equal(r->placed.v[0].finding->tag, "text.unaccounted");
    assert_ptr_equal(r->placed.v[0].file, r->files.v[0]);
    assert_string_equal(r->sources.v[0].git->commit, "0123456789abcdef0123456789abcdef01234567");
    assert_null(r->sources.v[0].git->tag);
    assert_null(r->policy.name);
    assert_string_equal(r->tool, "plumb " PL_VERSION);
    pl_report_free(r);
}

/* The report with the first `old` replaced by `new`; the complaint must hold `words` and name the line of the place. */
static void assert_refused(const char *old, const char *new, pl_status st, const char *words)
{
    pl_bytes whole = pl_buf_bytes(&text);
    size_t at = pl_bytes_find(whole, pl_bytes_of_str(old), 0);
    struct pl_report *r = NULL;
    struct pl_buf changed;
    assert_true(at != SIZE_MAX);
    pl_buf_init(&changed, 16u << 20);
    pl_buf_add(&changed, pl_bytes_sub(whole, 0, at));
    pl_buf_add_str(&changed, new);
    pl_buf_add(&changed, pl_bytes_from(whole, at + strlen(old)));
    assert_int_equal(pl_report_read(pl_buf_bytes(&changed), NULL, &r, &err), st);
    assert_null(r);
    if (strstr(err.text, words) == NULL)
        print_error("%s\n", err.text);
    assert_non_null(strstr(err.text, words));
    assert_non_null(strstr(err.text, "report: line "));
    pl_buf_reset(&changed);
}

static void another_schema_is_refused(void **state)
{
    assert_refused("schema/report/1", "schema/report/2", PL_E_UNSUPPORTED, "not a report of this kind");
}

static void a_key_that_stands_twice_is_refused(void **state)
{
    assert_refused("\"verdict\": \"fail\"", "\"verdict\": \"fail\",\n \"verdict\": \"pass\"", PL_E_INPUT,
                   "line 4, byte 75: key 'verdict' stands twice");
    assert_refused("\"facts\": {", "\"facts\": {\"a\": \"1\", \"a\": \"2\",", PL_E_INPUT, "stands twice");
}

static void an_unknown_key_is_refused(void **state)
{
    assert_refused("\"verdict\": \"fail\"", "\"verdict\": \"fail\", \"verdict2\": 0", PL_E_INPUT,
                   "unknown key 'verdict2'");
}

static void a_missing_key_is_refused(void **state)
{
    assert_refused("\"exit_code\": 1,", "", PL_E_INPUT, "key 'exit_code' is missing");
}

static void claims_that_do_not_tile_their_file_are_refused(void **state)
{
    assert_refused("\"offset\": 900", "\"offset\": 901", PL_E_INPUT,
                   "does not begin where the one before it ends");
    assert_refused("\"length\": 100", "\"length\": 0", PL_E_INPUT, "or is empty");
    assert_refused("\"length\": 100", "\"length\": 18446744073709551615", PL_E_INPUT, "does not begin where");
    assert_refused("\"length\": 100", "\"length\": 99", PL_E_INPUT, "end at byte 999 of 1000");
}

static void sums_that_do_not_sum_are_refused(void **state)
{
    assert_refused("\"unaccounted\": 110", "\"unaccounted\": 109", PL_E_INPUT, "not the sum of its files");
    assert_refused("\"unaccounted\": 100", "\"unaccounted\": 99", PL_E_INPUT, "not the sum of its claims");
    assert_refused("\"class\": \"unaccounted\"", "\"class\": \"toolchain\"", PL_E_INPUT,
                   "not the sum of its claims");
}

static void a_grade_without_derived_bytes_is_refused(void **state)
{
    assert_refused("\"grade\": \"B\",", "", PL_E_INPUT, "a grade belongs to derived bytes");
    assert_refused("\"class\": \"unaccounted\"", "\"class\": \"unaccounted\", \"grade\": \"A\"", PL_E_INPUT,
                   "a grade belongs to derived bytes");
}

static void a_finding_that_was_softened_is_refused(void **state)
{
    assert_refused("\"tag\": \"text.unaccounted\"", "\"tag\": \"archive.comment\"", PL_E_INPUT,
                   "the id of this finding");
    assert_refused("\"severity\": \"error\"", "\"severity\": \"note\"", PL_E_INPUT,
                   "more severe than the one before it");
}

static void a_verdict_that_is_not_its_exit_code_is_refused(void **state)
{
    assert_refused("\"exit_code\": 1", "\"exit_code\": 0", PL_E_INPUT, "verdict and exit_code");
    assert_refused("\"decision\": \"fail\"", "\"decision\": \"pass\"", PL_E_INPUT, "decides otherwise");
}

static void text_that_is_not_quoted_is_refused(void **state)
{
    assert_refused("a source was skipped", "a source\\u001b was skipped", PL_E_INPUT, "not quoted");
    assert_refused("a source was skipped", "a source\\\\x41 was skipped", PL_E_INPUT, "not quoted");
    assert_refused("a source was skipped", "a source\\\\x00 was skipped", PL_E_INPUT, "holds a NUL");
}

static void every_truncation_is_refused(void **state)
{
    pl_bytes whole = pl_buf_bytes(&text);
    struct pl_report *r = NULL;
    for (size_t n = 0; n + 1 < whole.n; n++)
        assert_int_equal(pl_report_read(pl_bytes_sub(whole, 0, n), NULL, &r, &err), PL_E_INPUT);
}

static void every_limit_holds(void **state)
{
    struct pl_report *r = NULL;
    for (int i = 0; i < 6; i++) {
        struct pl_report_limits limits = pl_report_limits_default();
        if (i == 0)
            limits.document_bytes = 100;
        if (i == 1)
            limits.files = 3;
        if (i == 2)
            limits.claims = 4;
        if (i == 3)
            limits.findings = 2;
        if (i == 4)
            limits.string_bytes = 30;
        if (i == 5)
            limits.memory_bytes = 600;
        assert_int_equal(pl_report_read(pl_buf_bytes(&text), &limits, &r, &err), PL_E_LIMIT);
    }
}

/* Whatever one byte is turned into: refused, or read as something that says what it says. */
static void every_changed_byte_is_refused_or_comes_back(void **state)
{
    uint64_t seed = 1;
    for (size_t at = 0; at < text.n; at++) {
        uint8_t old = text.p[at];
        struct pl_report *r = NULL;
        text.p[at] = (uint8_t)unit_below(&seed, 128);
        if (pl_report_read(pl_buf_bytes(&text), NULL, &r, &err) == PL_OK) {
            struct pl_buf first = report_test_json(r);
            struct pl_report *again = NULL;
            assert_int_equal(pl_report_read(pl_buf_bytes(&first), NULL, &again, &err), PL_OK);
            pl_report_free(again);
            pl_buf_reset(&first);
        }
        pl_report_free(r);
        text.p[at] = old;
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_report_that_is_read_and_written_again_is_the_same_bytes),
        TEST(an_error_report_is_read_too),
        TEST(what_was_known_is_known_again),
        TEST(another_schema_is_refused),
        TEST(a_key_that_stands_twice_is_refused),
        TEST(an_unknown_key_is_refused),
        TEST(a_missing_key_is_refused),
        TEST(claims_that_do_not_tile_their_file_are_refused),
        TEST(sums_that_do_not_sum_are_refused),
        TEST(a_grade_without_derived_bytes_is_refused),
        TEST(a_finding_that_was_softened_is_refused),
        TEST(a_verdict_that_is_not_its_exit_code_is_refused),
        TEST(text_that_is_not_quoted_is_refused),
        TEST(every_truncation_is_refused),
        TEST(every_limit_holds),
        TEST(every_changed_byte_is_refused_or_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
