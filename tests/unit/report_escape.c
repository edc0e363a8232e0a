/*
 * report_escape.c - tests of report/escape.h.
 */
#include "report/escape.h"
#include "unit.h"

typedef void (*escaper)(struct pl_buf *out, pl_bytes text);

static void assert_escaped(escaper escape, pl_bytes text, const char *expected)
{
    struct pl_buf out;
    pl_buf_init(&out, 10000);
    escape(&out, text);
    pl_buf_add_byte(&out, 0);
    assert_int_equal(pl_buf_done(&out, NULL), PL_OK);
    assert_string_equal((const char *)out.p, expected);
    pl_buf_reset(&out);
}

static void markup_has_no_mark_left(void **state)
{
    assert_escaped(pl_markup, PL_LIT("<a href='x' b=\"&amp;\">\x1b[1m"),
                   "&lt;a href=&#39;x&#39; b=&quot;&amp;amp;&quot;&gt;\\x1b[1m");
    assert_escaped(pl_markup, PL_LIT("Größe"), "Größe");
    assert_escaped(pl_markup, PL_LIT("\xef\xbf\xbf"), "\\u{ffff}");
}

static void markdown_makes_no_link_mention_or_table_cell(void **state)
{
    assert_escaped(pl_markdown, PL_LIT("a|b"), "a&#124;b");
    assert_escaped(pl_markdown, PL_LIT("@who"), "&#64;<!-- -->who");
    assert_escaped(pl_markdown, PL_LIT("[x](y)"), "&#91;x&#93;&#40;y&#41;");
    assert_escaped(pl_markdown, PL_LIT("a\nb"), "a&#92;nb");
    assert_escaped(pl_markdown_code, PL_LIT("a`b</code>"), "<code>a&#96;b&#60;/code&#62;</code>");
}

static void a_workflow_command_cannot_be_ended_or_begun(void **state)
{
    assert_escaped(pl_workflow_message, PL_LIT("50% ::error::x\r\ny"), "50%25 ::error::x\\r\\ny");
    assert_escaped(pl_workflow_property, PL_LIT("a,b=c:d%0A"), "a%2Cb=c%3Ad%250A");
}

static void every_byte_of_a_path_can_be_told_from_its_uri(void **state)
{
    for (unsigned a = 0; a < 256; a++) {
        uint8_t byte = (uint8_t)a;
        struct pl_buf out;
        pl_buf_init(&out, 100);
        pl_uri_path(&out, pl_bytes_of(&byte, 1));
        if (out.n == 1) {
            assert_int_equal(out.p[0], byte);
            assert_true(byte > 0x20 && byte < 0x7f && byte != '%' && byte != ':' && byte != '?' &&
                        byte != '#');
        } else {
            uint8_t back;
            assert_int_equal(out.n, 3);
            assert_int_equal(out.p[0], '%');
            back = (uint8_t)strtoul((char[]){(char)out.p[1], (char)out.p[2], 0}, NULL, 16);
            assert_int_equal(back, byte);
        }
        pl_buf_reset(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_has_no_mark_left),
        cmocka_unit_test(markdown_makes_no_link_mention_or_table_cell),
        cmocka_unit_test(a_workflow_command_cannot_be_ended_or_begun),
        cmocka_unit_test(every_byte_of_a_path_can_be_told_from_its_uri),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
