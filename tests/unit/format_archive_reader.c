/*
 * format_archive_reader.c - properties of the readers: read size, truncation, memory that runs out.
 */
#include "archive_walk.h"
#include "base/status.h"
#include "failing_malloc.h"
#include "format/archive/walk.h"

#include <dirent.h>

#define SEEDS PL_TEST_DATA "/../fuzz/seeds/archive"

/* Gives `all` in blocks of `step` bytes, each in a buffer of its own that the next call overwrites. */
struct slow_reader {
    struct pl_reader reader;
    pl_bytes all;
    size_t at;
    size_t step;
    uint8_t block[1024];
};

static pl_status slow_next(struct pl_reader *r, pl_bytes *block, struct pl_err *err)
{
    struct slow_reader *s = (struct slow_reader *)r; /* the reader is its first member */
    pl_bytes b = pl_bytes_sub(s->all, s->at, s->step);
    memset(s->block, 0xaa, sizeof s->block);
    memcpy(s->block, b.p, b.n);
    s->at += b.n;
    *block = pl_bytes_of(s->block, b.n);
    if (b.n == 0)
        r->end = PL_READER_DONE;
    return PL_OK;
}

/* Walk `all` as the contents of a stream that come `step` bytes at a time. */
static void walk_slowly(struct walk *w, pl_bytes all, size_t step)
{
    struct pl_unpack_sink sink = {.ctx = w, .file = walk_file};
    struct pl_walk walk = {.limits = &w->limits, .arena = &w->arena, .sink = &sink, .next_order = 1};
    struct pl_file top = {.path = PL_LIT("top"), .name = PL_LIT("top"), .container = "test"};
    struct pl_container c = {.walk = &walk, .file = &top, .prefix = PL_LIT(""), .opaque_from = PL_NO_OFFSET};
    struct slow_reader *in = calloc(1, sizeof *in);
    assert_non_null(in);
    *in = (struct slow_reader){.reader = {.next = slow_next}, .all = all, .step = step};
    pl_findings_init(&top.findings, &w->arena, 100);
    const struct pl_archive_format *format = pl_archive_find(all, true);
    assert_non_null(format);
    assert_int_equal(pl_member_flow(&c, format, &in->reader, &w->err), PL_OK);
    pl_file_reset(&top);
    free(in);
    pl_buf_add_byte(&w->list, 0);
    pl_buf_add_byte(&w->findings, 0);
}

static void any_read_size_gives_the_same_answer(void **state)
{
    static const char *const names[] = {"gnu.tar",    "pax.tar",        "ustar.tar", "v7.tar",
                                        "sparse.tar", "sparse-pax.tar", "new.cpio",  "old.cpio"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[4096];
        (void)snprintf(path, sizeof path, "%s/%s", SEEDS, names[i]);
        pl_bytes all = slurp(path);
        struct walk whole;
        walk_init(&whole);
        walk_slowly(&whole, all, 1024);
        for (size_t step = 1; step < 1024; step += step < 16 ? 1 : 61) {
            struct walk w;
            walk_init(&w);
            walk_slowly(&w, all, step);
            assert_string_equal(walk_text(&w.list), walk_text(&whole.list));
            assert_string_equal(walk_text(&w.findings), walk_text(&whole.findings));
            walk_reset(&w);
        }
        walk_reset(&whole);
        free((void *)(uintptr_t)all.p);
    }
}

/* Call `each` for every seed. */
static void for_seeds(void (*each)(const char *name, pl_bytes all))
{
    struct dirent **names;
    int n = scandir(SEEDS, &names, NULL, alphasort);
    assert_true(n > 2);
    for (int i = 0; i < n; i++) {
        char path[4096];
        (void)snprintf(path, sizeof path, "%s/%s", SEEDS, names[i]->d_name);
        if (names[i]->d_name[0] != '.') {
            pl_bytes all = slurp(path);
            each(names[i]->d_name, all);
            free((void *)(uintptr_t)all.p);
        }
        free(names[i]);
    }
    free(names);
}

/* Formats whose end can be told: cutting off a byte that is no padding can never go unseen. */
static bool has_an_end(const char *name)
{
    static const char *const suffixes[] = {".gz", ".xz", ".bz2", ".zst", ".lzma", ".zip", ".7z"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (pl_bytes_ends(pl_bytes_of_str(name), pl_bytes_of_str(suffixes[i])))
            return strncmp(name, "two.", 4) != 0 &&   /* cut between the two it is whole */
                   strncmp(name, "hostile-", 8) != 0; /* nor do these end where they say */
    return false;
}

static void truncate_one(const char *name, pl_bytes all)
{
    size_t step = all.n > 10000 ? all.n / 100 : all.n > 1000 ? 7 : 1;
    for (size_t n = 0; n < all.n; n += step) {
        struct walk w;
        uint8_t *exact = malloc(n > 0 ? n : 1); /* so that a sanitizer sees one byte too far */
        assert_non_null(exact);
        memcpy(exact, all.p, n);
        walk_init(&w);
        walk_run(&w, pl_bytes_of(exact, n), name);
        assert_true(w.status == PL_OK || w.status == PL_E_INPUT);
        if (w.status == PL_E_INPUT)
            assert_true(w.err.offset <= n);
        bool is_leaf = w.status == PL_OK && w.n_files == 1;
        if (has_an_end(name) && w.status == PL_OK && !is_leaf)
            if (strcmp(walk_text(&w.findings), "") == 0)
                fail_msg("%s cut to %zu bytes: nothing was found\n%s", name, n, walk_text(&w.list));
        walk_reset(&w);
        free(exact);
    }
}

static void every_truncation_is_refused_or_honest(void **state)
{
    for_seeds(truncate_one);
}

static pl_status forget(void *ctx, struct pl_file *f, struct pl_err *err)
{
    size_t *count = ctx;
    ++*count;
    pl_file_reset(f);
    return PL_OK;
}

/* PL_E_NOMEM, or the whole answer, be it a refusal: qsort(3) and a block that is made smaller can do without. */
static void starve_one(const char *name, pl_bytes all)
{
    /* libarchive 3.6.2 itself crashes in its 7z reader when it is out of memory; nobody here can mend that. */
    if (strstr(name, ".7z") != NULL)
        return;
    struct pl_limits limits = pl_limits_default();
    size_t count = 0;
    size_t expected = 0;
    pl_status expected_status = PL_OK;
    struct pl_unpack_sink sink = {.ctx = &count, .file = forget};
    /* The first ones each, then a sample: seeds with a thousand members ask for memory in the same places again and again. */
    for (long nth = 0; nth < 100000; nth += nth < 200 ? 1 : 41) {
        struct pl_arena arena;
        struct pl_err err;
        pl_arena_init(&arena, (size_t)1 << 30);
        count = 0;
        failing_malloc_begin(nth); /* 0: none fails, to know what is expected */
        pl_status st = pl_unpack(all, PL_LIT("a"), &limits, &arena, &sink, &err);
        bool has_failed = failing_malloc_end();
        pl_arena_reset(&arena);
        if (nth == 0) {
            expected = count;
            expected_status = st;
        } else if (!has_failed) {
            return;
        }
        if (has_failed && st != PL_E_NOMEM && !(st == expected_status && count == expected))
            fail_msg("%s: allocation %ld failed, status %d", name, nth, (int)st);
    }
    fail_msg("%s: more allocations than a seed can need", name);
}

static void failure_of_each_allocation_is_survived(void **state)
{
    for_seeds(starve_one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_read_size_gives_the_same_answer),
        cmocka_unit_test(every_truncation_is_refused_or_honest),
        cmocka_unit_test(failure_of_each_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
