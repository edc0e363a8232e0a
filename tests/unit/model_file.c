/*
 * model/file: the lines of a text, for the bytes that findings may name.
 */
#include "model/file.h"

#include <string.h>

#include "unit.h"

static struct pl_file *text_file(struct pl_arena *arena, const char *text)
{
    struct pl_file *f = pl_arena_take(arena, sizeof *f);
    assert_non_null(f);
    f->data = pl_bytes_of_str(text);
    f->size = f->data.n;
    pl_ledger_init(&f->ledger, f->size);
    pl_findings_init(&f->findings, arena, 100);
    return f;
}

static void add_residue(struct pl_file *f, uint64_t offset, uint64_t length)
{
    struct pl_residue *slot = PL_VEC_ADD(&f->residues);
    assert_non_null(slot);
    *slot = (struct pl_residue){.offset = offset, .length = length};
}

static uint64_t line_by_counting(const char *text, size_t at)
{
    uint64_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += text[i] == '\n';
    return line;
}

static void every_first_and_last_byte_has_the_line_that_counting_gives(void **state)
{
    static const char text[] = "one\ntwo\n\n\nfive\n\r\nseven without an end";
    size_t n = sizeof text - 1;
    for (size_t offset = 0; offset < n; offset++)
        for (size_t length = 0; offset + length <= n; length++) {
            struct pl_arena arena;
            struct pl_err err;
            pl_arena_init(&arena, 1 << 20);
            struct pl_file *f = text_file(&arena, text);
            add_residue(f, offset, length);
            assert_int_equal(pl_file_mark_lines(f, &err), PL_OK);
            size_t last = length > 1 ? offset + length - 1 : offset;
            assert_int_equal(pl_file_line(f, offset), line_by_counting(text, offset));
            assert_int_equal(pl_file_line(f, last), line_by_counting(text, last));
            pl_file_reset(f);
            pl_arena_reset(&arena);
        }
}

static void marks_are_sorted_and_each_byte_has_one(void **state)
{
    struct pl_arena arena;
    struct pl_err err;
    pl_arena_init(&arena, 1 << 20);
    struct pl_file *f = text_file(&arena, "a\nb\nc\nd\n");
    add_residue(f, 6, 2);
    add_residue(f, 2, 5);
    add_residue(f, 2, 1);
    assert_int_equal(
        pl_findings_add(&f->findings, "text.unaccounted", PL_SEVERITY_NOTE, 4, 0, NULL, &err, "x"), PL_OK);
    assert_int_equal(pl_file_mark_lines(f, &err), PL_OK);
    assert_int_equal(f->lines.n, 4); /* 2, 4, 6, 7 */
    for (size_t i = 1; i < f->lines.n; i++)
        assert_true(f->lines.v[i].offset > f->lines.v[i - 1].offset);
    assert_int_equal(pl_file_line(f, 4), 3);
    assert_int_equal(pl_file_line(f, 3), 0); /* nobody asked */
    pl_file_reset(f);
    pl_arena_reset(&arena);
}

static void a_place_beyond_the_contents_has_no_line(void **state)
{
    struct pl_arena arena;
    struct pl_err err;
    pl_arena_init(&arena, 1 << 20);
    struct pl_file *f = text_file(&arena, "ab\n");
    assert_int_equal(
        pl_findings_add(&f->findings, "text.unaccounted", PL_SEVERITY_NOTE, 3, 9, NULL, &err, "x"), PL_OK);
    assert_int_equal(
        pl_findings_add(&f->findings, "text.unaccounted", PL_SEVERITY_NOTE, PL_NO_OFFSET, 0, NULL, &err, "x"),
        PL_OK);
    assert_int_equal(pl_file_mark_lines(f, &err), PL_OK);
    assert_int_equal(f->lines.n, 0);
    assert_int_equal(pl_file_line(f, 3), 0);
    pl_file_reset(f);
    pl_arena_reset(&arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_first_and_last_byte_has_the_line_that_counting_gives),
        cmocka_unit_test(marks_are_sorted_and_each_byte_has_one),
        cmocka_unit_test(a_place_beyond_the_contents_has_no_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
