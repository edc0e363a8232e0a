/*
 * corpus_headers.c - the packed form of headers: what is read back, and what is passed over.
 */
#include "archive_build.h"
#include "unit.h"

#include "corpus/headers.h"

static void lines_come_back_with_their_file(void **state)
{
    struct pl_headers_reader r;
    struct pl_headers_line l;
    assert_true(pl_headers_open(PL_LIT("plumbline headers 8\n@a.h\nF(x,y) x y\nG z\n@\nWord\n"), &r));
    assert_true(pl_headers_next(&r, &l));
    assert_true(pl_bytes_eq_str(l.file, "a.h") && pl_bytes_eq_str(l.name, "F"));
    assert_true(pl_bytes_eq_str(l.parameters, "x,y") && pl_bytes_eq_str(l.body, "x y"));
    assert_true(pl_headers_next(&r, &l));
    assert_true(pl_bytes_eq_str(l.name, "G") && l.parameters.p == NULL && pl_bytes_eq_str(l.body, "z"));
    assert_true(pl_headers_next(&r, &l));
    assert_true(pl_bytes_eq_str(l.name, "Word") && l.body.n == 0 && l.file.n == 0);
    assert_false(pl_headers_next(&r, &l));
}

static void what_is_of_another_form_is_passed_over(void **state)
{
    struct pl_headers_reader r;
    struct pl_headers_line l;
    assert_false(pl_headers_open(PL_LIT("plumbline headers 9\n"), &r));
    assert_true(
        pl_headers_open(PL_LIT("plumbline headers 8\nA b\n@a.h\nB\nC \n D\nE(\nF(x)\nG(x)y\n\n"), &r));
    assert_true(pl_headers_next(&r, &l));
    assert_true(pl_bytes_eq_str(l.name, "A b") && l.body.n == 0);
    assert_false(pl_headers_next(&r, &l));
}

static void the_headers_of_something_that_is_no_package_are_none(void **state)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_err err = {0};
    struct pl_buf out;
    pl_buf_init(&out, 4096);
    assert_int_equal(pl_headers_pack(PL_LIT("not a package"), &limits, &out, &err), PL_OK);
    assert_true(pl_bytes_eq_str(pl_buf_bytes(&out), "plumbline headers 8\n"));
    pl_buf_reset(&out);
}

/* The headers of a package with these files; `tar` is ended, and reset. */
static void pack(struct pl_buf *tar, struct pl_buf *out)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_buf deb;
    pl_buf_init(&deb, 1u << 16);
    pl_buf_init(out, 1u << 16);
    build_zeros(tar, 1024);
    build_ar_member(&deb, "data.tar", pl_buf_bytes(tar));
    assert_int_equal(pl_headers_pack(pl_buf_bytes(&deb), &limits, out, NULL), PL_OK);
    pl_buf_reset(tar);
    pl_buf_reset(&deb);
}

/* "_Z4openP7Record_" is a name of C++ for open(struct Record_ *). */
static void tags_of_a_c_header_and_words_of_a_cpp_header_are_identifiers(void **state)
{
    struct pl_buf tar;
    struct pl_buf out;
    pl_buf_init(&tar, 1u << 16);
    build_tar_file(&tar, "usr/include/a.h",
                   PL_LIT("typedef struct Record_ *Record;\nint plain(enum Kind k);\n"));
    build_tar_file(&tar, "usr/include/b.hpp", PL_LIT("namespace far { int away; }\n"));
    pack(&tar, &out);
    assert_true(pl_bytes_ends(pl_buf_bytes(&out), PL_LIT("@\nRecord_\nKind\nnamespace\nfar\nint\naway\n")));
    pl_buf_reset(&out);
}

static void perls_own_headers_are_in_the_folder_core(void **state)
{
    struct pl_buf tar;
    struct pl_buf out;
    pl_buf_init(&tar, 1u << 16);
    build_tar_file(&tar, "usr/lib/x86_64-linux-gnu/perl/5.36.0/CORE/XSUB.h",
                   PL_LIT("#define newXSproto(n, f) newXS_flags(n, f)\n"));
    build_tar_file(&tar, "usr/lib/x86_64-linux-gnu/perl/5.36.0/CORE/notes", PL_LIT("#define NOTE note\n"));
    build_tar_file(&tar, "usr/share/perl/CORE/other.h", PL_LIT("#define OTHER other\n"));
    pack(&tar, &out);
    assert_int_not_equal(pl_bytes_find(pl_buf_bytes(&out), PL_LIT("newXSproto(n,f) newXS_flags(n, f)\n"), 0),
                         SIZE_MAX);
    assert_int_equal(pl_bytes_find(pl_buf_bytes(&out), PL_LIT("NOTE"), 0), SIZE_MAX);
    assert_int_equal(pl_bytes_find(pl_buf_bytes(&out), PL_LIT("OTHER"), 0), SIZE_MAX);
    pl_buf_reset(&out);
}

/* DBI has headers beside its compiled part, and Driver.xst, of which each driver's build makes what its .xs includes. */
static void a_modules_headers_and_its_template_are_in_auto(void **state)
{
    struct pl_buf tar;
    struct pl_buf out;
    pl_buf_init(&tar, 1u << 16);
    build_tar_file(&tar, "usr/lib/x86_64-linux-gnu/perl5/5.36/auto/DBI/DBIXS.h",
                   PL_LIT("#define DBIc_STATE(i) state_of(i)\n"));
    build_tar_file(
        &tar, "usr/lib/x86_64-linux-gnu/perl5/5.36/auto/DBI/Driver.xst",
        PL_LIT("/* no words of this */\nSV *\nprepare(dbh)\n    CODE:\n    bounce(\"prepare\", 3);\n"));
    build_tar_file(&tar, "usr/share/doc/Driver.xst", PL_LIT("OTHER\n"));
    pack(&tar, &out);
    pl_bytes text = pl_buf_bytes(&out);
    assert_int_not_equal(pl_bytes_find(text, PL_LIT("DBIc_STATE(i) state_of(i)\n"), 0), SIZE_MAX);
    assert_int_not_equal(
        pl_bytes_find(text, PL_LIT("\nxsi{ SV * prepare ( dbh ) CODE : bounce ( \"prepare\" , 3 ) ;\n"), 0),
        SIZE_MAX);
    assert_int_equal(pl_bytes_find(text, PL_LIT("OTHER"), 0), SIZE_MAX);
    pl_buf_reset(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_back_with_their_file),
        cmocka_unit_test(what_is_of_another_form_is_passed_over),
        cmocka_unit_test(the_headers_of_something_that_is_no_package_are_none),
        cmocka_unit_test(tags_of_a_c_header_and_words_of_a_cpp_header_are_identifiers),
        cmocka_unit_test(perls_own_headers_are_in_the_folder_core),
        cmocka_unit_test(a_modules_headers_and_its_template_are_in_auto),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
