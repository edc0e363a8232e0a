/*
 * corpus_tables_layout.c - numbers with designators stand where memory has them; choices over one word are a table; lists that a text may follow.
 */
#include "source_tree.h"

#include "corpus/tables.h"

#include <stdio.h>

struct fixture {
    struct pl_source_tree tree;
    struct pl_index *index;
    struct pl_tables *tables;
    struct pl_err err;
};

static void open_text(struct fixture *x, const char *text)
{
    struct pl_source_tree *trees[] = {&x->tree};
    memset(x, 0, sizeof *x);
    x->tree.name = "test";
    add_source(&x->tree, "a.c", text);
    assert_int_equal(pl_index_build(trees, 1, 1, &x->index, &x->err), PL_OK);
    assert_int_equal(pl_tables_build(x->index, 1, &x->tables, &x->err), PL_OK);
}

static void close_set(struct fixture *x)
{
    pl_tables_free(x->tables);
    pl_index_free(x->index);
    PL_VEC_FREE(&x->tree.files);
}

/* The last table of the text, as "1 2 3"; other items than numbers are '?', designators '.'. */
static void assert_table(const char *text, const char *want)
{
    struct fixture x;
    char got[1024] = "";
    open_text(&x, text);
    size_t count = pl_tables_count(x.tables);
    for (uint32_t i = 0; count > 0 && i < pl_tables_at(x.tables, (uint32_t)count - 1)->n; i++) {
        const struct pl_table_item *item = &pl_tables_items(x.tables, (uint32_t)count - 1)[i];
        size_t n = strlen(got);
        bool is_designator = item->kind == PL_ITEM_INDEX || item->kind == PL_ITEM_FIELD;
        if (item->kind == PL_ITEM_NUMBER)
            (void)snprintf(got + n, sizeof got - n, "%s%llu", i > 0 ? " " : "",
                           (unsigned long long)item->value);
        else
            (void)snprintf(got + n, sizeof got - n, "%s%s", i > 0 ? " " : "", is_designator ? "." : "?");
    }
    assert_string_equal(got, want);
    close_set(&x);
}

static void numbers_stand_where_their_index_says(void **state)
{
    (void)state;
    assert_table("char a[] = { [5] = 9, [1] = 7, 8, [3] = 6 };\n", "0 7 8 6 0 9");
    assert_table("enum { A = 2 };\n#define TWO A, A\nchar a[] = { [A] = 1, TWO, ['\\t'] = TWO };\n",
                 "0 0 1 2 2 0 0 0 0 2 2");
    assert_table("char a[] = { [2] = 1, [2] = 5, [0] = 3 };\n",
                 "3 0 5"); /* the last one counts: C17 6.7.9, 19 */
}

static void lists_that_are_not_all_known_numbers_stay_as_they_are(void **state)
{
    (void)state;
    assert_table("char *a[] = { [2] = \"x\", [0] = \"y\" };\n", ". ? . ?");
    assert_table("char a[] = { [2] = 1,\n#if X\n[1] = 2,\n#endif\n[0] = 3 };\n", ". 1 . 2 . 3");
    assert_table("char a[] = { [2] = sizeof a, [0] = 3 };\n", ". ? . 3");
    assert_table("char a[] = { [2] = 1, .x = 2 };\n", ". 1 . 2");
    assert_table("char a[] = { [70000] = 1, [0] = 2 };\n", ". 1 . 2"); /* as much as is laid out */
    assert_table("char a[] = { [0xffffffffffffffff] = 1, 2 };\n", ". 1 2");
}

static void rows_have_a_zero_for_each_field_that_they_do_not_name(void **state)
{
    (void)state;
    assert_table("struct r a[] = { { .x = 1, .z = 2 }, { .x = 3, .y = 4, .z = 5 }, { .z = 6 } };\n",
                 "1 0 2 3 4 5 0 0 6");
    /* Their order is nowhere to be seen. */
    assert_table("struct r a[] = { { .x = 1, .z = 2 }, { .z = 3, .x = 4 } };\n", ". 1 . 2 . 3 . 4");
    assert_table("struct r a[] = { { .x = { 1, 2 }, .z = 2 }, { .x = 4 } };\n", ". 1 2 . 2 . 4");
}

static void choices_over_one_word_are_a_table_from_its_lowest_label_on(void **state)
{
    (void)state;
    assert_table(
        "int f(int t) { return t == 1 || t == 2 ? 'a' : t == 3 ? 'b' : t >= 5 && t <= 7 ? 'r' : 0; }\n",
        "97 97 98 0 114 114 114");
    assert_table("void f(int t) { *kind = t == 4 ? 1 : t == 3 ? 2 : t == 1 ? 3 : t == 2 ? 5 : 4; }\n",
                 "3 5 2 1");
    assert_table("int f(int t) { return t == 1 ? 'a' : u == 2 ? 'b' : t >= 3 && t <= 9 ? 'r' : 0; }\n", "");
    assert_table("int f(int t) { return t >= 3 || t <= 9 ? 'r' : 0; }\n", "");
    assert_table("int f(int t) { return t != 3 && t <= 9 ? 'r' : 0; }\n", "");
    assert_table("int f(int t) { return t == 1 ? g() : t >= 2 && t <= 8 ? 2 : 3; }\n", "");
    assert_table("int f(int t) { return t >= 9 && t <= 3 ? 2 : 3; }\n", "");
    assert_table("int f(int t) { return t >= 0 && t <= 99999999 ? 2 : t ==", "");
}

static void lists_without_a_zero_are_found_by_their_bytes(void **state)
{
    struct fixture x;
    size_t n;
    (void)state;
    open_text(&x,
              "char a[] = { 8, 9, 10, 12, 13, ' ' }; char b[] = { 'y', 'n', 0 }; char c[] = { 1, 2, 3 };\n"
              "int d[] = { 1, 2, 3, 256 }; char e[] = { 1, 2, 0, 3, 4 };\n");
    assert_non_null(pl_tables_find_endless(x.tables, PL_LIT("\b\t\n\f\r "), &n));
    assert_null(pl_tables_find_endless(x.tables, PL_LIT("\b\t\n\f\r"), &n));
    assert_null(pl_tables_find_spelled(x.tables, PL_LIT("\b\t\n\f\r "), &n));
    assert_null(pl_tables_find_endless(x.tables, PL_LIT("yn"), &n));
    assert_null(pl_tables_find_endless(x.tables, PL_LIT("\1\2\3"), &n)); /* too few */
    assert_null(pl_tables_find_endless(x.tables, pl_bytes_of("\1\2\0\3\4", 5), &n));
    close_set(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_stand_where_their_index_says),
        cmocka_unit_test(lists_that_are_not_all_known_numbers_stay_as_they_are),
        cmocka_unit_test(rows_have_a_zero_for_each_field_that_they_do_not_name),
        cmocka_unit_test(choices_over_one_word_are_a_table_from_its_lowest_label_on),
        cmocka_unit_test(lists_without_a_zero_are_found_by_their_bytes),
    };
    return cmocka_run_group_tests_name("corpus_tables_layout", tests, NULL, NULL);
}
