/*
 * format_archive_layout.c - what hides in an archive is found, with its exact place.
 */
#include "archive_build.h"
#include "archive_walk.h"

#define HELLO PL_LIT("hello, world\n")

struct made {
    struct pl_buf b;
    struct walk w;
};

static struct made start(void)
{
    struct made m;
    pl_buf_init(&m.b, 1 << 26);
    walk_init(&m.w);
    return m;
}

static void stop(struct made *m)
{
    pl_buf_reset(&m->b);
    walk_reset(&m->w);
}

/* Walk, compare the findings, and free. */
static void expect(struct made *m, const char *name, pl_status st, const char *findings, uint64_t unaccounted)
{
    assert_int_equal(walk_run(&m->w, pl_buf_bytes(&m->b), name), st);
    assert_string_equal(walk_text(&m->w.findings), findings);
    assert_int_equal(m->w.total[PL_CLASS_UNACCOUNTED], unaccounted);
    stop(m);
}

static void bytes_after_a_gzip_member_are_a_gap(void **state)
{
    struct made m = start();
    build_gzip(&m.b, HELLO);
    assert_int_equal(m.b.n, 33);
    memset(pl_buf_grow(&m.b, 5000), 'x', 5000);
    expect(&m, "a.gz", PL_OK, "archive.gap error a.gz @33 +5000\n", 5000);
}

static void bytes_after_a_gzip_member_that_look_like_another_are_a_gap(void **state)
{
    struct made m = start();
    build_gzip(&m.b, HELLO);
    pl_buf_add(&m.b, PL_LIT("\x1f\x8b\x08\0\0\0\0\0\0\3\xff\xff\xff\xff"));
    expect(&m, "a.gz", PL_OK, "archive.gap error a.gz @33 +14\n", 14);
}

static void zeros_after_a_gzip_member_are_padding(void **state)
{
    struct made m = start();
    build_gzip(&m.b, HELLO);
    build_zeros(&m.b, 100);
    expect(&m, "a.gz", PL_OK, "", 0);
}

static void a_second_gzip_member_is_noted(void **state)
{
    struct made m = start();
    build_gzip(&m.b, HELLO);
    build_gzip(&m.b, HELLO);
    expect(&m, "a.gz", PL_OK, "archive.concatenated note a.gz @33 +33\n", 0);
}

static void a_skippable_zstd_frame_hides_nothing(void **state)
{
    struct made m = start();
    pl_buf_add(&m.b, PL_LIT("\x28\xb5\x2f\xfd\x00\x58\x19\x00\x00hi\n")); /* one raw block */
    pl_buf_add(&m.b, PL_LIT("\x50\x2a\x4d\x18\4\0\0\0evil"));
    expect(&m, "a.zst", PL_OK, "archive.concatenated note a.zst @12 +12\narchive.gap error a.zst @20 +4\n",
           4);
}

static void bytes_after_the_last_ar_member_are_a_gap(void **state)
{
    struct made m = start();
    build_ar_member(&m.b, "a", HELLO);
    pl_buf_add_str(&m.b, "evil");
    expect(&m, "a.deb", PL_OK, "archive.gap error a.deb @82 +4\n", 4);
}

/* A library of one object under a long name: | "/" @8 | "//" @90 | object @166 |. */
static size_t records_of_library(const char *index_name, uint8_t index_offset, const char *long_name)
{
    uint8_t index[22] = {0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0};
    struct made m = start();
    size_t n;
    index[7] = index[11] = index_offset;
    memcpy(index + 12, "one", 4);
    memcpy(index + 16, index_name, 6);
    build_ar_member(&m.b, "/", pl_bytes_of(index, sizeof index));
    build_ar_member(&m.b, "//", pl_bytes_of_str(long_name));
    build_ar_member(&m.b, "/0", pl_bytes_of("\0one\0long_second\0", 17));
    assert_int_equal(walk_run(&m.w, pl_buf_bytes(&m.b), "a.a"), PL_OK);
    n = m.w.n_files;
    stop(&m);
    return n;
}

static void tables_of_a_static_library_are_structure_when_they_say_what_the_members_say(void **state)
{
    (void)state;
    /* The archive and its object, and a record for each table that is something else. */
    assert_int_equal(records_of_library("econd", 166, "long_name_of_o.o"), 3);
    assert_int_equal(records_of_library("econd", 166, "long_name_of.o/\n"), 2);
    assert_int_equal(records_of_library("thief", 166, "long_name_of.o/\n"), 3);
    assert_int_equal(records_of_library("econd", 165, "long_name_of.o/\n"), 3);
    assert_int_equal(records_of_library("econd", 8, "long_name_of.o/\n"), 3);
    assert_int_equal(records_of_library("econd", 166, "long.o/\nhidden/\n"), 3);
}

static void text_in_an_ar_number_is_a_gap(void **state)
{
    struct made m = start();
    build_ar_member(&m.b, "a", HELLO);
    memcpy(m.b.p + 8 + 16, "evil", 4);
    expect(&m, "a.deb", PL_OK, "archive.gap error a.deb @24 +12\n", 12);
}

static void a_bad_ar_size_names_the_byte(void **state)
{
    struct made m = start();
    build_ar_member(&m.b, "a", HELLO);
    m.b.p[8 + 48] = 'z';
    assert_int_equal(walk_run(&m.w, pl_buf_bytes(&m.b), "a.deb"), PL_E_INPUT);
    assert_int_equal(m.w.err.offset, 8 + 48);
    stop(&m);
}

static void padding_of_a_tar_member_must_be_zero(void **state)
{
    struct made m = start();
    build_tar_file(&m.b, "a", HELLO);
    build_zeros(&m.b, 1024);
    m.b.p[600] = 'x';
    expect(&m, "a.tar", PL_OK, "archive.gap error a.tar @600 +424\n", 424);
}

static void bytes_after_the_end_of_a_tar_are_a_gap(void **state)
{
    struct made m = start();
    build_tar_file(&m.b, "a", HELLO);
    build_zeros(&m.b, 10240 - m.b.n);
    pl_buf_add_str(&m.b, "evil");
    expect(&m, "a.tar", PL_OK, "archive.gap error a.tar @10240 +4\n", 4);
}

static void bytes_behind_a_name_in_a_tar_header_are_a_gap(void **state)
{
    struct made m = start();
    build_tar_file(&m.b, "a", HELLO);
    build_zeros(&m.b, 1024);
    uint8_t *sum = m.b.p + 148;
    unsigned old = (unsigned)strtoul((const char *)sum, NULL, 8);
    m.b.p[50] = 'x';
    (void)snprintf((char *)sum, 8, "%06o", old + 'x');
    expect(&m, "a.tar", PL_OK, "archive.gap error a.tar @50 +50\n", 50);
}

static void a_pax_header_without_a_member_is_found(void **state)
{
    struct made m = start();
    build_tar_header(&m.b, "p", 'x', 13, "");
    pl_buf_add_str(&m.b, "13 comment=a\n");
    build_pad(&m.b, 512);
    build_zeros(&m.b, 1024);
    expect(&m, "a.tar", PL_OK, "archive.comment note a.tar @512 +13\narchive.gap error a.tar @0 +1024\n",
           1024);
}

static void a_link_with_a_size_is_an_overlap(void **state)
{
    struct made m = start();
    build_tar_header(&m.b, "l", '2', 512, "a");
    build_tar_file(&m.b, "a", HELLO);
    build_zeros(&m.b, 1024);
    expect(&m, "a.tar", PL_OK, "archive.overlap error a.tar @0 +512\n", 0);
}

static void unsafe_and_repeated_names_are_found(void **state)
{
    struct made m = start();
    build_tar_file(&m.b, "../a", HELLO);
    build_tar_file(&m.b, "b\033c", HELLO);
    build_tar_file(&m.b, "C:d", HELLO);
    build_tar_file(&m.b, "x\u202ey", HELLO);
    build_tar_file(&m.b, "caf\xc3\xa9 and latin \xe9", HELLO);
    build_tar_header(&m.b, "d/l", '2', 0, "../../etc");
    build_tar_header(&m.b, "d/m", '2', 0, "../etc");
    build_tar_file(&m.b, "./e", HELLO);
    build_tar_file(&m.b, "/e", HELLO);
    build_zeros(&m.b, 1024);
    expect(&m, "a.tar", PL_OK,
           "archive.unsafe-name error ../a @-1 +0\narchive.unsafe-name error b\\x1bc @-1 +0\n"
           "archive.unsafe-name error C:d @-1 +0\narchive.unsafe-name error x\\u{202e}y @-1 "
           "+0\narchive.unsafe-name warning d/l @-1 +0\n"
           "archive.duplicate warning e @-1 +0\n",
           0);
}

static void zip_without_faults_has_no_findings(void **state)
{
    struct made m = start();
    size_t a = build_zip_local(&m.b, "a", HELLO);
    size_t d = m.b.n;
    build_zip_central(&m.b, "a", HELLO, a);
    build_zip_end(&m.b, 1, d, "");
    expect(&m, "a.zip", PL_OK, "", 0);
}

static void bytes_between_zip_members_are_a_gap(void **state)
{
    struct made m = start();
    size_t a = build_zip_local(&m.b, "a", HELLO);
    pl_buf_add_str(&m.b, "evil");
    size_t b = build_zip_local(&m.b, "b", HELLO);
    size_t d = m.b.n;
    build_zip_central(&m.b, "a", HELLO, a);
    build_zip_central(&m.b, "b", HELLO, b);
    build_zip_end(&m.b, 2, d, "note");
    expect(&m, "a.zip", PL_OK, "archive.comment note a.zip @208 +4\narchive.gap error a.zip @44 +4\n", 4);
}

static void a_member_that_the_directory_leaves_out_is_a_gap(void **state)
{
    struct made m = start();
    size_t a = build_zip_local(&m.b, "a", HELLO);
    (void)build_zip_local(&m.b, "b", HELLO);
    size_t d = m.b.n;
    build_zip_central(&m.b, "a", HELLO, a);
    build_zip_end(&m.b, 1, d, "");
    expect(&m, "a.zip", PL_OK, "archive.gap error a.zip @44 +44\n", 44);
}

static void zip_members_that_share_bytes_are_opaque(void **state)
{
    struct made m = start();
    size_t a = build_zip_local(&m.b, "a", HELLO);
    size_t d = m.b.n;
    build_zip_central(&m.b, "a", HELLO, a);
    build_zip_central(&m.b, "a", HELLO, a);
    build_zip_end(&m.b, 2, d, "");
    assert_int_equal(walk_run(&m.w, pl_buf_bytes(&m.b), "a.zip"), PL_OK);
    assert_int_equal(m.w.total[PL_CLASS_OPAQUE], 2 * 13);
    assert_int_equal(m.w.leaf_bytes, 0);
    assert_string_equal(walk_text(&m.w.findings),
                        "archive.duplicate error a @-1 +0\narchive.overlap error a.zip @0 +44\n");
    stop(&m);
}

static void zip_tables_that_disagree_are_an_overlap(void **state)
{
    struct made m = start();
    size_t a = build_zip_local(&m.b, "a", HELLO);
    size_t d = m.b.n;
    build_zip_central(&m.b, "b", HELLO, a);
    build_zip_end(&m.b, 1, d, "");
    expect(&m, "a.zip", PL_OK, "archive.overlap error a.zip @0 +30\n", 0);
}

static void a_second_central_directory_is_an_overlap(void **state)
{
    struct made m = start();
    for (int i = 0; i < 2; i++) {
        size_t at = build_zip_local(&m.b, "a", HELLO);
        size_t d = m.b.n;
        build_zip_central(&m.b, "a", HELLO, at);
        build_zip_end(&m.b, 1, d, "");
    }
    expect(&m, "a.zip", PL_OK, "archive.overlap error a.zip @91 +22\narchive.gap error a.zip @0 +113\n", 113);
}

static void damage_further_down_is_a_finding_and_the_walk_goes_on(void **state)
{
    struct made m = start();
    struct pl_buf tar;
    struct pl_buf gz;
    pl_buf_init(&tar, 1 << 26);
    pl_buf_init(&gz, 1 << 26);
    build_tar_file(&tar, "first", HELLO);
    uint8_t *p = pl_buf_grow(&tar, 300000);
    for (size_t i = 0; i < 300000; i++)
        p[i] = (uint8_t)(i * i >> 7); /* no header: the tar is damaged from here */
    build_gzip(&gz, pl_buf_bytes(&tar));
    build_ar_member(&m.b, "data.tar.gz", pl_bytes_sub(pl_buf_bytes(&gz), 0, gz.n / 2));
    build_ar_member(&m.b, "after", HELLO);
    pl_buf_reset(&tar);
    pl_buf_reset(&gz);
    assert_int_equal(walk_run(&m.w, pl_buf_bytes(&m.b), "a.deb"), PL_OK);
    assert_non_null(strstr(walk_text(&m.w.list), " data.tar.gz!/first 13\n"));
    assert_non_null(strstr(walk_text(&m.w.list), " after 13\n"));
    assert_non_null(strstr(walk_text(&m.w.findings), "archive.damaged error data.tar.gz! @1024 +0\n"));
    assert_non_null(strstr(walk_text(&m.w.findings), "archive.damaged error data.tar.gz @"));
    stop(&m);
}

static void what_only_looks_like_a_container_is_a_leaf(void **state)
{
    struct made m = start();
    build_ar_member(&m.b, "a", PL_LIT("PK\3\4 this is no zip at all"));
    assert_int_equal(walk_run(&m.w, pl_buf_bytes(&m.b), "a.deb"), PL_OK);
    assert_string_equal(walk_text(&m.w.list), "1<0 file - a 26\n0<-1 file ar a.deb 94\n");
    assert_string_equal(walk_text(&m.w.findings), "archive.damaged warning a @26 +0\n");
    stop(&m);
}

static void a_container_that_is_not_wanted_is_a_leaf(void **state)
{
    struct made m = start();
    m.w.is_refusing = true;
    build_ar_member(&m.b, "a", HELLO);
    assert_int_equal(walk_run(&m.w, pl_buf_bytes(&m.b), "a.deb"), PL_OK);
    assert_string_equal(walk_text(&m.w.list), "0<-1 file - a.deb 82\n");
    stop(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_after_a_gzip_member_are_a_gap),
        cmocka_unit_test(bytes_after_a_gzip_member_that_look_like_another_are_a_gap),
        cmocka_unit_test(zeros_after_a_gzip_member_are_padding),
        cmocka_unit_test(a_second_gzip_member_is_noted),
        cmocka_unit_test(a_skippable_zstd_frame_hides_nothing),
        cmocka_unit_test(bytes_after_the_last_ar_member_are_a_gap),
        cmocka_unit_test(tables_of_a_static_library_are_structure_when_they_say_what_the_members_say),
        cmocka_unit_test(text_in_an_ar_number_is_a_gap),
        cmocka_unit_test(a_bad_ar_size_names_the_byte),
        cmocka_unit_test(padding_of_a_tar_member_must_be_zero),
        cmocka_unit_test(bytes_after_the_end_of_a_tar_are_a_gap),
        cmocka_unit_test(bytes_behind_a_name_in_a_tar_header_are_a_gap),
        cmocka_unit_test(a_pax_header_without_a_member_is_found),
        cmocka_unit_test(a_link_with_a_size_is_an_overlap),
        cmocka_unit_test(unsafe_and_repeated_names_are_found),
        cmocka_unit_test(zip_without_faults_has_no_findings),
        cmocka_unit_test(bytes_between_zip_members_are_a_gap),
        cmocka_unit_test(a_member_that_the_directory_leaves_out_is_a_gap),
        cmocka_unit_test(zip_members_that_share_bytes_are_opaque),
        cmocka_unit_test(zip_tables_that_disagree_are_an_overlap),
        cmocka_unit_test(a_second_central_directory_is_an_overlap),
        cmocka_unit_test(damage_further_down_is_a_finding_and_the_walk_goes_on),
        cmocka_unit_test(what_only_looks_like_a_container_is_a_leaf),
        cmocka_unit_test(a_container_that_is_not_wanted_is_a_leaf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
