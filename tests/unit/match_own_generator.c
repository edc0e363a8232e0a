/*
 * match_own_generator.c - what a script of the tree writes is explained by it, and what somebody added to that is not.
 */
#include "match/own_templates.h"
#include "match_fixture.h"

#include <stdio.h>
#include <zlib.h>

#define HEAD                                                                                                 \
    "/*\n * Automatically generated from ../test/regress.rpc\n * by rpcgen.py/0.1.  DO NOT EDIT.\n */\n"

static const char generator[] =
    "#!/usr/bin/env python\n"
    "# don't edit\n"
    "f.write(\"/*\\n * Automatically generated from %s\\n * by %s/%s.  DO NOT EDIT.\\n */\\n\" % x)\n"
    "f.write(\"\"\"struct %(name)s *\n"
    "%(name)s_new(void);\n"
    "  if ((tmp = malloc(sizeof(struct %(name)s))) == NULL) {\n"
    "\"\"\" % d)\n"
    "w(\"int %s(struct %s *, const %s);\" % (f, n, t), \"(*%s_assign)\", \"char *\")\n"
    "w(\"%s=%d,\" % x, '%s(%s);' % y, \"%s_grow(\" \n   \"struct %s *x)\")\n";

static void begin(void)
{
    add_source(0, "rpcgen.py", generator);
    add_source(0, "test/regress.rpc", "struct msg {\n\tstring from_name = 1;\n}\n");
}

static uint64_t left_of(const char *rule, const char *name, const char *text)
{
    struct pl_file *f = add_file(name, text);
    apply(rule, f);
    return pl_ledger_unclaimed(&f->ledger);
}

static void lines_of_its_templates_are_explained(void **state)
{
    (void)state;
    begin();
    assert_int_equal(left_of("generated.own", "test/regress.gen.h",
                             HEAD "struct msg *\nmsg_new(void);\n"
                                  "  if ((tmp = malloc(sizeof(struct msg))) == NULL) {\n"
                                  "int (*from_name_assign)(struct msg *, const char *);\n"
                                  "  MSG_FROM_NAME=65825,\n"
                                  "msg_from_name_grow(struct msg *x)\n"),
                     0);
}

/* Each of these is a line that the script cannot write. */
static void added_lines_stay_unexplained(void **state)
{
    static const char *const lines[] = {
        "system(from_name);\n",                                       /* a template of holes alone */
        "msg_new(void); evil();\n",                                   /* more than the template */
        "struct evil *\n",                                            /* a name of nowhere */
        "if ((tmp = malloc(sizeof(struct msg), msg())) == NULL) {\n", /* a call in a hole */
        "int (*system)(struct msg *, const char *);\n",               /* a bracket that is no template */
        "int (*from_name_assign)(struct msg *, const msg(from));\n",  /* a call in a hole */
    };
    (void)state;
    begin();
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, HEAD "%s", lines[i]);
        n_files = 0;
        uint64_t left = left_of("generated.own", "test/regress.gen.c", text);
        pl_file_reset(&files[0]);
        if (left != strlen(lines[i]))
            fail_msg("explained: %s", lines[i]);
    }
    n_files = 0;
}

static void what_runs_when_it_is_installed_is_not_looked_at(void **state)
{
    const char *text = HEAD "msg_new(void);\n";
    (void)state;
    begin();
    assert_int_equal(left_of("generated.own", "test/regress.sh", text), strlen(text));
}

static void a_head_that_names_the_input_leads_to_the_script_that_writes_it(void **state)
{
    const char *head = "/*\n * Automatically generated from ../test/regress.rpc\n */\n";
    char text[256];
    (void)state;
    begin();
    (void)snprintf(text, sizeof text, "%smsg_new(void);\n", head);
    assert_true(left_of("generated.own", "regress.gen.h", text) < strlen(head));
    assert_int_equal(left_of("generated.own", "other.h", "/* from regress.rpc */\nmsg_new(void);\n"), 38);
}

/* A program of `n` lines of text, its gzip form as a list of numbers behind it. */
static void printing_program(struct pl_buf *out, const char *const *lines, size_t n, const char *packed)
{
    uint8_t room[4096];
    z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)packed, .avail_in = (uInt)strlen(packed)};
    z.next_out = room;
    z.avail_out = sizeof room;
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    pl_buf_add_str(out, "/* fix mkhelp.pl instead */\nputs(\n");
    for (size_t i = 0; i < n; i++)
        pl_buf_printf(out, "\"%s\\n\"\n", lines[i]);
    pl_buf_add_str(out, ");\nchar gz[] = {\n");
    for (size_t i = 0; i < sizeof room - z.avail_out; i++)
        pl_buf_printf(out, " 0x%02x,%s", room[i], i % 12 == 11 ? "\n" : "");
    pl_buf_add_str(out, "};\n");
    (void)deflateEnd(&z);
}

static const char *const manual[] = {
    "       curl offers a busload of useful tricks like proxy support, user authen-",
    "       tication, FTP upload, HTTP post, SSL connections, cookies",
};

/* The file with 32 lines of the manual, the list being made from `packed`; NULL: from the same. */
static struct pl_file *manual_file(struct pl_buf *out, const char *packed)
{
    const char *lines[32];
    struct pl_buf text;
    pl_buf_init(&text, 1 << 16);
    for (size_t i = 0; i < 32; i++) {
        lines[i] = manual[i % 2];
        pl_buf_printf(&text, "%s\n", lines[i]);
    }
    pl_buf_add_byte(&text, 0);
    pl_buf_init(out, 1 << 16);
    printing_program(out, lines, 32, packed == NULL ? (const char *)text.p : packed);
    pl_buf_reset(&text);
    add_source(0, "docs/curl.d",
               "curl offers a busload of useful tricks like proxy support,\nuser authentication, "
               "FTP upload, HTTP post, SSL connections, cookies and more.\n");
    add_source(0, "mkhelp.pl", "print \"gz\";\n");
    return add_bytes("src/hugehelp.c", pl_buf_bytes(out));
}

static void a_printed_manual_is_explained_by_its_source(void **state)
{
    struct pl_buf out;
    (void)state;
    struct pl_file *f = manual_file(&out, NULL);
    apply("text.words", f);
    apply("text.markup", f);
    size_t first = pl_bytes_find(f->data, PL_LIT("curl offers"), 0);
    size_t last = pl_bytes_find(f->data, PL_LIT("cookies\\n\"\n);"), 0);
    for (size_t i = first; i < last; i++)
        assert_non_null(pl_ledger_at(&f->ledger, i));
    assert_null(pl_ledger_at(&f->ledger, pl_bytes_find(f->data, PL_LIT("puts"), 0)));
    assert_null(pl_ledger_at(&f->ledger, pl_bytes_find(f->data, PL_LIT("char gz"), 0)));
    pl_buf_reset(&out);
}

static void a_list_that_inflates_to_what_the_file_prints_is_explained(void **state)
{
    struct pl_buf out;
    (void)state;
    struct pl_file *f = manual_file(&out, NULL);
    apply("data.packed", f);
    assert_non_null(pl_ledger_at(&f->ledger, pl_bytes_find(f->data, PL_LIT("0x1f"), 0)));
    assert_null(pl_ledger_at(&f->ledger, pl_bytes_find(f->data, PL_LIT("puts"), 0)));
    pl_buf_reset(&out);
}

static void a_list_that_inflates_to_something_else_is_not(void **state)
{
    struct pl_buf out;
    (void)state;
    struct pl_file *f =
        manual_file(&out, "       curl offers a busload of useful tricks like proxy support, then "
                          "this that nobody ever wrote: 0123456789 abcdefghij\n");
    apply("data.packed", f);
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), f->size);
    pl_buf_reset(&out);
}

static void a_list_of_the_bytes_of_a_source_file_is_explained(void **state)
{
    char text[1024] = "unsigned char icon[] = {\n";
    char icon[65];
    (void)state;
    for (size_t i = 0; i < 64; i++) {
        icon[i] = (char)('0' + i);
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%zu,", i + '0');
    }
    icon[64] = 0;
    add_source(0, "icon.png", icon);
    struct pl_file *f = add_file("icon.c", text);
    apply("data.packed", f);
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), strlen("unsigned char icon[] = {\n"));
}

static void apostrophes_and_joined_literals_are_read(void **state)
{
    pl_own_templates list = {0};
    (void)state;
    assert_int_equal(pl_own_templates_read(PL_LIT("a.py"),
                                           PL_LIT("# don't\nx = 'abc' + \"d%sf\"\ny = '''one\ntwo'''\n"),
                                           &arena, &list, &err),
                     PL_OK);
    assert_int_equal(list.n, 3);
    assert_true(pl_bytes_eq(list.v[0].text, PL_LIT("abcd\0f")));
    assert_true(pl_bytes_eq_str(list.v[2].text, "two"));
    PL_VEC_FREE(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_of_its_templates_are_explained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(added_lines_stay_unexplained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_runs_when_it_is_installed_is_not_looked_at, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_head_that_names_the_input_leads_to_the_script_that_writes_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_printed_manual_is_explained_by_its_source, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_that_inflates_to_what_the_file_prints_is_explained, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_list_that_inflates_to_something_else_is_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_of_the_bytes_of_a_source_file_is_explained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(apostrophes_and_joined_literals_are_read, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
