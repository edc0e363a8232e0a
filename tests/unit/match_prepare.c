/*
 * match_prepare.c - the code of an image that was made before a rung asks is what it would be then, and so is why it could not be made.
 */
#include "unit.h"

#include "feature/code.h"
#include "io/read.h"
#include "match/match.h"

#include <stdlib.h>

struct own {
    uint8_t *heap;
    struct pl_file file;
    struct pl_limits limits;
    struct pl_arena scratch;
    struct pl_match m;
};

/* This program is an image. */
static void open_own(struct own *o)
{
    size_t n;
    *o = (struct own){.limits = pl_limits_default()};
    assert_int_equal(pl_io_read("/proc/self/exe", SIZE_MAX, &o->heap, &n, NULL), PL_OK);
    o->file.data = pl_bytes_of(o->heap, n);
    o->file.size = n;
    pl_arena_init(&o->scratch, SIZE_MAX);
    o->m.limits = &o->limits;
    o->m.scratch = &o->scratch;
}

static void close_own(struct own *o)
{
    pl_match_drop(&o->m);
    pl_match_drop(&o->m); /* once more does nothing */
    pl_arena_reset(&o->scratch);
    free(o->heap);
}

static void code_that_was_prepared_is_given_to_who_asks(void **state)
{
    struct own o;
    const struct pl_code *code;
    (void)state;
    open_own(&o);
    assert_int_equal(pl_match_prepare(&o.m, &o.file, NULL), PL_OK);
    assert_int_equal(pl_match_code(&o.m, &o.file, &code, NULL), PL_OK);
    assert_non_null(code);
    assert_true(code->n_functions > 1);
    close_own(&o);
}

static void what_is_no_image_has_no_code(void **state)
{
    struct own o;
    const struct pl_code *code;
    (void)state;
    open_own(&o);
    o.heap[0] = 'x';
    assert_int_equal(pl_match_prepare(&o.m, &o.file, NULL), PL_OK);
    assert_int_equal(pl_match_code(&o.m, &o.file, &code, NULL), PL_OK);
    assert_null(code);
    close_own(&o);
}

static void why_it_could_not_be_made_is_told_each_time(void **state)
{
    struct own o;
    const struct pl_code *code;
    (void)state;
    open_own(&o);
    struct pl_err first = {0};
    struct pl_err second = {0};
    o.limits.functions = 1;
    assert_int_equal(pl_match_prepare(&o.m, &o.file, NULL), PL_OK);
    assert_int_equal(pl_match_code(&o.m, &o.file, &code, &first), PL_E_LIMIT);
    assert_null(code);
    assert_true(first.text[0] != 0);
    assert_int_equal(pl_match_code(&o.m, &o.file, &code, &second), PL_E_LIMIT);
    assert_null(code);
    assert_string_equal(first.text, second.text);
    close_own(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_that_was_prepared_is_given_to_who_asks),
        cmocka_unit_test(what_is_no_image_has_no_code),
        cmocka_unit_test(why_it_could_not_be_made_is_told_each_time),
    };
    return cmocka_run_group_tests_name("match_prepare", tests, NULL, NULL);
}
