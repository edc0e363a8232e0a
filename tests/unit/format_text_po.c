/*
 * po, mo: catalogues come out as msgfmt 0.21 writes them, and every byte of them has an owner.
 */
#include "format/text/mo.h"
#include "format/text/po.h"
#include "unit.h"

static struct pl_arena arena;
static struct pl_err err;

static const char po_text[] = "# head\n"
                              "msgid \"\"\n"
                              "msgstr \"\"\n"
                              "\"Project-Id-Version: t 1\\n\"\n"
                              "\"POT-Creation-Date: 2020-01-01 00:00+0000\\n\"\n"
                              "\"Content-Type: text/plain; charset=UTF-8\\n\"\n"
                              "\"Plural-Forms: nplurals=2; plural=(n != 1);\\n\"\n"
                              "\n"
                              "#: a.c:1\n"
                              "msgid \"open\"\n"
                              "msgstr \"öffnen\"\n"
                              "\n"
                              "msgctxt \"menu\"\n"
                              "msgid \"open\"\n"
                              "msgstr \"Öffnen\\t\\\"x\\\"\\n\"\n"
                              "\n"
                              "#, fuzzy\n"
                              "msgid \"close\"\n"
                              "msgstr \"zu\"\n"
                              "\n"
                              "msgid \"untranslated\"\n"
                              "msgstr \"\"\n"
                              "\n"
                              "#, c-format\n"
                              "msgid \"%d file\"\n"
                              "msgid_plural \"%d files\"\n"
                              "msgstr[0] \"%d Datei\"\n"
                              "msgstr[1] \"%d \"\n"
                              "\"Dateien\"\n"
                              "\n"
                              "#~ msgid \"old\"\n"
                              "#~ msgstr \"alt\"\n";

/* msgfmt (GNU gettext-tools) 0.21 made this of the text above. */
static const uint8_t mo_bytes[] = {
    0xde, 0x12, 0x04, 0x95, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x00, 0x3c,
    0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x5c, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x70, 0x00,
    0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x71, 0x00, 0x00, 0x00, 0x09, 0x00, 0x00, 0x00, 0x82, 0x00, 0x00,
    0x00, 0x04, 0x00, 0x00, 0x00, 0x8c, 0x00, 0x00, 0x00, 0x6b, 0x00, 0x00, 0x00, 0x91, 0x00, 0x00, 0x00,
    0x13, 0x00, 0x00, 0x00, 0xfd, 0x00, 0x00, 0x00, 0x0c, 0x00, 0x00, 0x00, 0x11, 0x01, 0x00, 0x00, 0x07,
    0x00, 0x00, 0x00, 0x1e, 0x01, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x25, 0x64, 0x20, 0x66, 0x69, 0x6c,
    0x65, 0x00, 0x25, 0x64, 0x20, 0x66, 0x69, 0x6c, 0x65, 0x73, 0x00, 0x6d, 0x65, 0x6e, 0x75, 0x04, 0x6f,
    0x70, 0x65, 0x6e, 0x00, 0x6f, 0x70, 0x65, 0x6e, 0x00, 0x50, 0x72, 0x6f, 0x6a, 0x65, 0x63, 0x74, 0x2d,
    0x49, 0x64, 0x2d, 0x56, 0x65, 0x72, 0x73, 0x69, 0x6f, 0x6e, 0x3a, 0x20, 0x74, 0x20, 0x31, 0x0a, 0x43,
    0x6f, 0x6e, 0x74, 0x65, 0x6e, 0x74, 0x2d, 0x54, 0x79, 0x70, 0x65, 0x3a, 0x20, 0x74, 0x65, 0x78, 0x74,
    0x2f, 0x70, 0x6c, 0x61, 0x69, 0x6e, 0x3b, 0x20, 0x63, 0x68, 0x61, 0x72, 0x73, 0x65, 0x74, 0x3d, 0x55,
    0x54, 0x46, 0x2d, 0x38, 0x0a, 0x50, 0x6c, 0x75, 0x72, 0x61, 0x6c, 0x2d, 0x46, 0x6f, 0x72, 0x6d, 0x73,
    0x3a, 0x20, 0x6e, 0x70, 0x6c, 0x75, 0x72, 0x61, 0x6c, 0x73, 0x3d, 0x32, 0x3b, 0x20, 0x70, 0x6c, 0x75,
    0x72, 0x61, 0x6c, 0x3d, 0x28, 0x6e, 0x20, 0x21, 0x3d, 0x20, 0x31, 0x29, 0x3b, 0x0a, 0x00, 0x25, 0x64,
    0x20, 0x44, 0x61, 0x74, 0x65, 0x69, 0x00, 0x25, 0x64, 0x20, 0x44, 0x61, 0x74, 0x65, 0x69, 0x65, 0x6e,
    0x00, 0xc3, 0x96, 0x66, 0x66, 0x6e, 0x65, 0x6e, 0x09, 0x22, 0x78, 0x22, 0x0a, 0x00, 0xc3, 0xb6, 0x66,
    0x66, 0x6e, 0x65, 0x6e, 0x00,
};

static int set_up(void **state)
{
    pl_arena_init(&arena, 1 << 24);
    return 0;
}

static int tear_down(void **state)
{
    pl_arena_reset(&arena);
    return 0;
}

static void a_catalogue_is_compiled_as_msgfmt_does(void **state)
{
    struct pl_po po;
    struct pl_buf out;
    pl_buf_init(&out, 1 << 20);
    assert_int_equal(pl_po_parse(pl_bytes_of_str(po_text), &arena, &po, &err), PL_OK);
    assert_int_equal(po.messages.n, 6);
    assert_true(po.messages.v[3].is_fuzzy);
    assert_false(po.messages.v[4].is_whole);
    assert_int_equal(pl_po_compile(&po, true, true, &arena, &out, &err), PL_OK);
    assert_int_equal(out.n, sizeof mo_bytes);
    assert_memory_equal(out.p, mo_bytes, sizeof mo_bytes);
    pl_buf_reset(&out);
    pl_po_reset(&po);
}

static void every_byte_of_a_compiled_catalogue_has_an_owner(void **state)
{
    struct pl_mo mo;
    bool owned[sizeof mo_bytes] = {false};
    assert_int_equal(pl_mo_parse(pl_bytes_of(mo_bytes, sizeof mo_bytes), &arena, &mo, &err), PL_OK);
    assert_int_equal(mo.messages.n, 4);
    for (size_t i = 0; i < mo.ranges.n; i++)
        for (size_t k = 0; k < mo.ranges.v[i].length; k++)
            owned[mo.ranges.v[i].offset + k] = true;
    for (size_t i = 0; i < sizeof owned; i++)
        assert_true(owned[i]);
    pl_mo_reset(&mo);
}

static void a_hash_table_that_lies_has_no_owner(void **state)
{
    uint8_t changed[sizeof mo_bytes];
    struct pl_mo mo;
    size_t hash = mo_bytes[24];
    memcpy(changed, mo_bytes, sizeof changed);
    changed[hash] ^= 1;
    assert_int_equal(pl_mo_parse(pl_bytes_of(changed, sizeof changed), &arena, &mo, &err), PL_OK);
    for (size_t i = 0; i < mo.ranges.n; i++)
        assert_true(mo.ranges.v[i].offset != hash);
    pl_mo_reset(&mo);
}

static void every_truncation_of_a_compiled_catalogue_is_refused(void **state)
{
    struct pl_mo mo;
    for (size_t n = 0; n < sizeof mo_bytes; n++)
        assert_int_equal(pl_mo_parse(pl_bytes_of(mo_bytes, n), &arena, &mo, &err), PL_E_INPUT);
}

static void every_truncation_of_a_po_file_is_refused_or_shorter(void **state)
{
    for (size_t n = 0; n < sizeof po_text; n++) {
        struct pl_po po = {0};
        pl_status st = pl_po_parse(pl_bytes_of(po_text, n), &arena, &po, &err);
        assert_true(st == PL_OK || st == PL_E_INPUT);
        assert_true(st != PL_OK || po.messages.n <= 6);
        pl_po_reset(&po);
    }
}

static void a_line_of_no_kind_is_named(void **state)
{
    struct pl_po po;
    assert_int_equal(pl_po_parse(PL_LIT("msgid \"a\"\nrubbish\n"), &arena, &po, &err), PL_E_INPUT);
    assert_int_equal(err.offset, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_catalogue_is_compiled_as_msgfmt_does, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_byte_of_a_compiled_catalogue_has_an_owner, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_hash_table_that_lies_has_no_owner, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_truncation_of_a_compiled_catalogue_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(every_truncation_of_a_po_file_is_refused_or_shorter, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_line_of_no_kind_is_named, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("format_text_po", tests, NULL, NULL);
}
