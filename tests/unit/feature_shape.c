/*
 * feature_shape.c - loops, decisions and calls through pointers, of the source and of what gcc makes of it.
 */
#include "code_test.h"

#include "feature/source_code.h"

#include <stdio.h>

static const char program[] =
    "struct ops { int (*size)(void *); void *p; };\n"
    "#define CLEAR(x) do { if (x) (x) = 0; } while (0)\n"
    "__attribute__((noinline)) int plain(int x) { return x * 3 + 1; }\n"
    "__attribute__((noinline)) int sums(const int *p, int n)\n{\n"
    "    int s = 0;\n    for (int i = 0; i < n; i++)\n        s ^= p[i] * 31 + (s >> 3);\n    return s;\n}\n"
    "__attribute__((noinline)) int asks(const struct ops *o) { return o->size(o->p) + 2; }\n"
    "struct ops row[2];\n"
    "__attribute__((noinline)) int table(int n) { return row[n].size(row[n].p) + 2; }\n"
    "__attribute__((noinline)) int last(const struct ops *o) { return o->size(o->p); }\n"
    "extern int rare(int);\n"
    "__attribute__((noinline)) int unlikely(int *p, int x)\n{\n"
    "    if (__builtin_expect(x > 90, 0))\n        p[1] = rare(p[0]);\n    p[2] = p[1] * x;\n"
    "    return rare(x) + 1;\n}\n"
    "__attribute__((noinline)) int once(int x) { do x += plain(x); while (0); return x; }\n"
    "int main(int n, char **v)\n{\n    struct ops o = {(int (*)(void *))plain, v};\n"
    "    return sums((int *)v, n) + asks(&o) + table(n) + last(&o) + unlikely(&n, n) + once(n);\n}\n";

static struct pl_shape of_source(const char *name)
{
    struct pl_arena arena;
    struct pl_source_code code;
    struct pl_err err = {0};
    struct pl_shape shape = {0};
    pl_arena_init(&arena, 1 << 20);
    assert_int_equal(
        pl_source_code_of(pl_bytes_of_str(program), PL_SOURCE_C, test_limits(), &arena, &code, &err), PL_OK);
    for (size_t i = 0; i < code.n_definitions; i++)
        if (pl_bytes_eq_str(code.definitions[i].name, name))
            shape = code.definitions[i].shape;
    pl_arena_reset(&arena);
    assert_true(shape.flags & PL_SHAPE_KNOWN);
    return shape;
}

static struct pl_definition definition_of(const char *text, struct pl_arena *arena)
{
    struct pl_source_code code;
    struct pl_err err = {0};
    pl_arena_init(arena, 1 << 20);
    assert_int_equal(pl_source_code_of(pl_bytes_of_str(text), PL_SOURCE_C, test_limits(), arena, &code, &err),
                     PL_OK);
    assert_int_equal(code.n_definitions, 1);
    return code.definitions[0];
}

static void what_stands_outside_every_if_of_a_body_is_its_least(void **state)
{
    static const struct {
        const char *text;
        unsigned tokens, least, loops, least_loops, branches, least_branches;
    } cases[] = {
        {"int f(int x) { if (x) x++; return x; }", 10, 10, 0, 0, 1, 1},
        {"#ifndef G\n#if A\nint f(int x) { if (x) x++; return x; }\n#endif\n#endif\n", 10, 10, 0, 0, 1, 1},
        {"int f(int x) {\n#if A\n for (;;) x++;\n#else\n if (x) x--;\n#endif\n return x; }", 18, 3, 1, 0, 2,
         0},
        {"#if G\nint f(int x) {\n while (x) {\n#if A\n# if B\n x--;\n# endif\n#endif\n } return x; "
         "}\n#endif\n",
         12, 9, 1, 1, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pl_arena arena;
        struct pl_definition d = definition_of(cases[i].text, &arena);
        assert_int_equal(d.n_tokens, cases[i].tokens);
        assert_int_equal(d.n_tokens - d.arm_tokens, cases[i].least);
        assert_int_equal(d.shape.loops, cases[i].loops);
        assert_int_equal(d.least_shape.loops, cases[i].least_loops);
        assert_int_equal(d.shape.branches, cases[i].branches);
        assert_int_equal(d.least_shape.branches, cases[i].least_branches);
        pl_arena_reset(&arena);
    }
}

static struct pl_shape of_image(const char *name)
{
    static const char more[] = "int rare(int x) { return x; }\n";
    struct image im;
    FILE *f = fopen("s.c", "w");
    assert_non_null(f);
    assert_true(fputs(program, f) >= 0);
    assert_int_equal(fclose(f), 0);
    f = fopen("r.c", "w");
    assert_non_null(f);
    assert_true(fputs(more, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(
        system("gcc -m64 -O2 -no-pie -fno-pie -fno-reorder-functions -rdynamic s.c r.c -o s.out"), 0);
    load(&im, "s.out");
    const struct pl_function *fn = named(&im.code, name);
    assert_non_null(fn);
    struct pl_shape shape = fn->shape;
    unload(&im);
    assert_true(shape.flags & PL_SHAPE_KNOWN);
    return shape;
}

static void a_loop_is_seen_on_both_sides(void **state)
{
    assert_int_equal(of_source("sums").loops, 1);
    assert_int_equal(of_image("sums").loops, 1);
    assert_true(of_image("sums").branches > 0);
}

static void straight_code_has_no_shape(void **state)
{
    struct pl_shape s = of_source("plain");
    struct pl_shape b = of_image("plain");
    assert_int_equal(s.loops + s.branches + s.indirect, 0);
    assert_int_equal(b.loops + b.branches + b.indirect, 0);
}

static void a_call_of_a_member_is_indirect_even_as_the_last(void **state)
{
    assert_int_equal(of_source("asks").indirect, 1);
    assert_int_equal(of_image("asks").indirect, 1);
    assert_int_equal(of_source("table").indirect, 1);
    assert_int_equal(of_image("table").indirect, 1);
    assert_int_equal(of_source("last").indirect, 1);
    assert_int_equal(of_image("last").indirect, 1);
}

static void a_block_that_jumps_back_is_no_loop(void **state)
{
    assert_int_equal(of_source("unlikely").branches, 1);
    assert_int_equal(of_image("unlikely").branches, 1);
    assert_int_equal(of_image("unlikely").loops, 0);
}

static void while_of_zero_is_no_loop(void **state)
{
    assert_int_equal(of_source("once").loops, 0);
    assert_int_equal(of_source("CLEAR").loops, 0);
    assert_int_equal(of_source("CLEAR").branches, 1);
}

static void jumps_of_a_row_are_followed(void **state)
{
    /* 10: goes to 30; 20: back to 5; 30: leaves. Nothing leads to 20, until 10 is a condition. */
    struct pl_shape_jump jumps[] = {{10, 30, false}, {20, 5, false}, {30, 0, false}};
    assert_false(pl_shape_loops(jumps, 3));
    jumps[0].is_conditional = true;
    assert_true(pl_shape_loops(jumps, 3));
    jumps[1].target = 25;
    assert_false(pl_shape_loops(jumps, 3));
}

static void counts_stay_below_their_limit(void **state)
{
    struct pl_shape a = {.branches = UINT16_MAX - 1, .flags = PL_SHAPE_KNOWN};
    const struct pl_shape b = {.branches = 7, .indirect = 1};
    pl_shape_add(&a, &b);
    assert_int_equal(a.branches, UINT16_MAX);
    assert_int_equal(a.indirect, 1);
    assert_false(a.flags & PL_SHAPE_KNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loop_is_seen_on_both_sides),
        cmocka_unit_test(straight_code_has_no_shape),
        cmocka_unit_test(a_call_of_a_member_is_indirect_even_as_the_last),
        cmocka_unit_test(a_block_that_jumps_back_is_no_loop),
        cmocka_unit_test(while_of_zero_is_no_loop),
        cmocka_unit_test(jumps_of_a_row_are_followed),
        cmocka_unit_test(counts_stay_below_their_limit),
        cmocka_unit_test(what_stands_outside_every_if_of_a_body_is_its_least),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
