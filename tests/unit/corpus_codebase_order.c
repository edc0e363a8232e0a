/*
 * corpus_codebase_order.c - places stand in the order in which GCC writes the functions of a unit. What is expected here is what gcc 12 -O2
 * -c writes of the same text, seen with nm -n.
 */
#include "source_tree.h"

#include "corpus/codebase.h"

/* clang-format off */
static const char unit_c[] =
    "#define local static\n"
    "int late(int, int);\n"
    "int open_one(int), open_two(int, int);\n"
    "local int first(int x)\n{\n    int s = 0;\n    for (int i = 0; i < x; i++)\n"
    "        s += open_two(i, s) * open_one(s ^ i) - open_two(s, i + 3) + open_one(s + 7);\n    return s;\n}\n"
    "int early(int x)\n{\n    int s = late(x + 3, 1) + late(x, 9);\n    return s * late(s, 4) + first(x);\n}\n"
    "int middle(int x)\n{\n    int s = open_one(x);\n    while (s > 3)\n        s = open_two(s, x) + first(s);\n    return s;\n}\n"
    "int late(int x, int y)\n{\n    int s = 0;\n    for (int i = 0; i < x; i++)\n"
    "        s += open_two(i, s) * open_one(s ^ i) - open_two(s, y + 3) + open_one(s + 8);\n    return s + first(y);\n}\n"
    "static int nobody(int x)\n{\n    return late(x, 2);\n}\n";
/* Included twice, with another name each time: nothing is known of such a unit's order. */
static const char parts_c[] =
    "int NAME(int x)\n{\n    return late(x, 5);\n}\n"
    "int late(int x, int y)\n{\n    return open_two(x, y);\n}\n";
static const char twice_c[] =
    "#define NAME one\n#include \"parts.c\"\n#undef NAME\n#define NAME two\n#include \"parts.c\"\n";
/* clang-format on */

struct unit {
    struct pl_source_tree tree;
    struct pl_index *index;
    struct pl_codebase *codebase;
};

static void read_all(struct unit *x, unsigned jobs)
{
    struct pl_source_tree *trees[] = {&x->tree};
    assert_int_equal(pl_index_build(trees, 1, 1, &x->index, NULL), PL_OK);
    assert_int_equal(pl_codebase_build(x->index, test_limits(), jobs, &x->codebase, NULL), PL_OK);
}

static void expect_places(const struct unit *x, const char *const *names, size_t n)
{
    assert_int_equal(pl_codebase_place_count(x->codebase), n);
    for (size_t i = 0; i < n; i++) {
        struct pl_codebase_place place = pl_codebase_place(x->codebase, (uint32_t)i);
        pl_bytes name = pl_codebase_at(x->codebase, place.id)->definition->name;
        assert_true(pl_bytes_eq_str(name, names[i]));
    }
}

static void close_unit(struct unit *x)
{
    pl_codebase_free(x->codebase);
    pl_index_free(x->index);
    PL_VEC_FREE(&x->tree.files);
}

static void callees_come_before_their_callers_and_what_nobody_needs_behind_its_neighbour(void **state)
{
    static const char *const order[] = {"first", "middle", "late", "nobody", "early"};
    struct unit x = {.tree.name = "test"};
    (void)state;
    add_source(&x.tree, "src/unit.c", unit_c);
    read_all(&x, 2);
    expect_places(&x, order, 5);
    close_unit(&x);
}

static void other_languages_keep_the_order_of_the_source(void **state)
{
    static const char *const order[] = {"first", "early", "middle", "late", "nobody"};
    struct unit x = {.tree.name = "test"};
    (void)state;
    add_source(&x.tree, "src/unit.cc", unit_c);
    read_all(&x, 1);
    expect_places(&x, order, 5);
    close_unit(&x);
}

static void a_unit_that_reads_a_file_twice_keeps_the_order_of_the_source(void **state)
{
    static const char *const order[] = {"NAME", "late", "NAME", "late"};
    struct unit x = {.tree.name = "test"};
    (void)state;
    add_source(&x.tree, "src/twice.c", twice_c);
    add_source(&x.tree, "src/parts.c", parts_c);
    read_all(&x, 1);
    assert_true(pl_codebase_place_count(x.codebase) >= 4);
    struct pl_codebase_place place = pl_codebase_place(x.codebase, 0);
    size_t first = pl_bytes_ends(pl_index_unit_file(x.index, place.unit)->path, PL_LIT("twice.c"))
                       ? 0
                       : pl_codebase_place_count(x.codebase) - 4;
    for (size_t i = 0; i < 4; i++) {
        place = pl_codebase_place(x.codebase, (uint32_t)(first + i));
        assert_true(pl_bytes_eq_str(pl_codebase_at(x.codebase, place.id)->definition->name, order[i]));
    }
    close_unit(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callees_come_before_their_callers_and_what_nobody_needs_behind_its_neighbour),
        cmocka_unit_test(other_languages_keep_the_order_of_the_source),
        cmocka_unit_test(a_unit_that_reads_a_file_twice_keeps_the_order_of_the_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
