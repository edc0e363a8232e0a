/*
 * format_binary_wasm.c - tests of the reader of WebAssembly: whose each byte is, which names there are, and what is refused.
 */
#include "format/binary/wasm.h"

#include "unit.h"

#define HEAD "\0asm\1\0\0\0"
/* One type, an import env.log, one function of that type, exported as "run", with two segments of data. */
#define TYPES     "\1\5\1\x60\1\x7f\0"
#define IMPORTS   "\2\x0b\1\3env\3log\0\0"
#define FUNCTIONS "\3\2\1\0"
#define EXPORTS   "\7\7\1\3run\0\1"
#define CODE      "\x0a\4\1\2\0\x0b"
#define DATA      "\x0b\x12\2\0\x41\0\x0b\5hello\1\5world"
#define NAMES     "\0\x0d\4name\1\6\1\1\3run"
#define MODULE    HEAD TYPES IMPORTS FUNCTIONS EXPORTS CODE DATA

static struct pl_arena arena;
static struct pl_findings findings;
static struct pl_err err;
static struct pl_wasm wasm;

static int set_up(void **state)
{
    (void)state;
    pl_arena_init(&arena, 1 << 24);
    pl_findings_init(&findings, &arena, 100);
    wasm = (struct pl_wasm){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pl_wasm_reset(&wasm);
    pl_findings_reset(&findings);
    pl_arena_reset(&arena);
    return 0;
}

static pl_status read_module(pl_bytes data)
{
    pl_wasm_reset(&wasm);
    return pl_wasm_read(data, &arena, &findings, &wasm, &err);
}

static uint64_t bytes_of(enum pl_image_owner owner)
{
    uint64_t n = 0;
    for (size_t i = 0; i < wasm.n_ranges; i++)
        n += wasm.ranges[i].owner == owner ? wasm.ranges[i].length : 0;
    return n;
}

static void assert_tiled(size_t size)
{
    uint64_t at = 0;
    for (size_t i = 0; i < wasm.n_ranges; i++) {
        assert_int_equal(wasm.ranges[i].offset, at);
        at += wasm.ranges[i].length;
    }
    assert_int_equal(at, size);
}

static void every_byte_of_a_module_has_an_owner(void **state)
{
    pl_bytes data = PL_LIT(MODULE);
    assert_int_equal(read_module(data), PL_OK);
    assert_tiled(data.n);
    assert_int_equal(findings.list.n, 0);
    assert_int_equal(bytes_of(PL_IMAGE_CODE), 2);
    assert_int_equal(bytes_of(PL_IMAGE_DATA), 10);
    assert_int_equal(bytes_of(PL_IMAGE_UNOWNED), 0);
    assert_int_equal(wasm.n_functions, 1);
    assert_int_equal(wasm.n_segments, 2);
}

static void names_of_imports_exports_and_functions_are_read(void **state)
{
    assert_int_equal(read_module(PL_LIT(MODULE NAMES)), PL_OK);
    assert_int_equal(wasm.texts.n, 3);
    assert_int_equal(wasm.texts.v[0].kind, PL_WASM_IMPORT);
    assert_true(pl_bytes_eq_str(wasm.texts.v[0].module, "env"));
    assert_true(pl_bytes_eq_str(wasm.texts.v[0].text, "log"));
    assert_int_equal(wasm.texts.v[1].kind, PL_WASM_EXPORT);
    assert_int_equal(wasm.texts.v[2].kind, PL_WASM_NAME);
    assert_true(pl_bytes_eq_str(wasm.texts.v[2].text, "run"));
}

static void a_custom_section_is_data_that_is_told_by_name(void **state)
{
    assert_int_equal(read_module(PL_LIT(MODULE "\0\x09\4evilPAYL")), PL_OK);
    assert_int_equal(wasm.texts.v[2].kind, PL_WASM_CUSTOM);
    assert_int_equal(wasm.texts.v[2].length, 4);
    assert_int_equal(bytes_of(PL_IMAGE_DATA), 14);
}

static void bytes_behind_the_last_record_are_unowned(void **state)
{
    pl_bytes data = PL_LIT(HEAD TYPES FUNCTIONS "\7\x0b\1\3run\0\1evil" CODE);
    assert_int_equal(read_module(data), PL_OK);
    assert_tiled(data.n);
    assert_int_equal(bytes_of(PL_IMAGE_UNOWNED), 4);
    assert_string_equal(findings.list.v[0].tag, "image.damaged");
    assert_int_equal(findings.list.v[0].severity, PL_SEVERITY_ERROR);
}

static void bytes_behind_the_module_are_an_overlay(void **state)
{
    pl_bytes data = PL_LIT(MODULE "\x7fhidden");
    assert_int_equal(read_module(data), PL_OK);
    assert_tiled(data.n);
    assert_int_equal(bytes_of(PL_IMAGE_UNOWNED), 7);
    assert_true(findings.list.n > 0);
}

static void a_section_out_of_order_is_told(void **state)
{
    assert_int_equal(read_module(PL_LIT(HEAD FUNCTIONS TYPES CODE)), PL_OK);
    assert_int_equal(findings.list.n, 1);
}

static void a_function_without_a_body_is_told(void **state)
{
    assert_int_equal(read_module(PL_LIT(HEAD TYPES "\3\3\2\0\0" CODE)), PL_OK);
    assert_int_equal(findings.list.n, 1);
}

static void records_of_a_proposal_are_data_and_a_warning(void **state)
{
    pl_bytes data = PL_LIT(HEAD "\1\4\1\x5f\1\x7f");
    assert_int_equal(read_module(data), PL_OK);
    assert_tiled(data.n);
    assert_int_equal(findings.list.v[0].severity, PL_SEVERITY_WARNING);
    assert_int_equal(bytes_of(PL_IMAGE_DATA), 4);
}

static void every_truncation_is_refused_or_told_or_whole(void **state)
{
    pl_bytes data = PL_LIT(MODULE NAMES);
    for (size_t n = 0; n < data.n; n++) {
        pl_findings_reset(&findings);
        pl_findings_init(&findings, &arena, 100);
        pl_status st = read_module(pl_bytes_sub(data, 0, n));
        assert_true(st == PL_OK || st == PL_E_INPUT);
        if (st == PL_OK)
            assert_tiled(n);
    }
}

static void another_version_is_refused(void **state)
{
    assert_int_equal(read_module(PL_LIT("\0asm\x0d\0\1\0")), PL_E_INPUT); /* a component */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_byte_of_a_module_has_an_owner, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_of_imports_exports_and_functions_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_custom_section_is_data_that_is_told_by_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes_behind_the_last_record_are_unowned, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytes_behind_the_module_are_an_overlay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_section_out_of_order_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_function_without_a_body_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(records_of_a_proposal_are_data_and_a_warning, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_truncation_is_refused_or_told_or_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_version_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
