/*
 * corpus_tables.c - what counts as an initialiser list, which values its items have, and where windows of them are found.
 */
#include "source_tree.h"

#include "corpus/tables.h"

#include <stdio.h>

static const char table_c[] =
    "#define BASE 0x10\n"
    "#define NEXT (BASE + 1)\n"
    "#ifdef WIDE\n#define SIZE 8\n#else\n#define SIZE 4\n#endif\n"
    "enum color { RED, GREEN = 5, BLUE, /* six */ LAST = OTHER_FILE };\n"
    "static const int a[] = { 1, -2, 'x', 017, 0xffU, 1 << 4, ~0, (char)65, };\n"
    "static const int b[] = { BASE, NEXT, BLUE, GREEN | 2, SIZE, sizeof(a), &a };\n"
    "static const struct row c[] = {\n"
    "  { \"one\" \" more\", 7, NULL },\n#if 0\n  { N_(\"two\"), 8 },\n#endif\n  { f(1), 9, g },\n};\n"
    "static const double d[] = { 0.5, -1.25e1, 3, 1.0 / 4 };\n"
    "static const char e[] = { [2] = 9, [RED] = 8, .x = 1 };\n"
    "int f(int x) { if (x == 3) { return 1, 2, 3; } return 0; }\n"
    "static const uint64_t g[] = { UINT64_C(0x123456789abcdef0), UINT32_C(7) };\n";
static const char other_h[] = "#define OTHER_FILE (UNSEEN_YET * 2)\n#define UNSEEN_YET 21\n";
static const char list_inc[] = "/* included */\n 3, 1, 4, 1, 5, 9, 2, 6,\n 5, 3, 5, 8, 9, 7, 9, 3,\n";

static const char print_pl[] =
    "print <<___;\n.Ltable:\n\t.long 0x10,0x20,\t3\n\t.long 4,-5\n\t.byte 6\n___\n";

static const char keyed_go[] = "package p\n\nvar t = [9]uint16{\n\t0x3: 7, 'a': 8,\n}\n\n"
                               "var v = []valueRange{\n\t{value: 0x10, lo: 2},\n\t{value: 3, lo: 4},\n}\n"
                               "const alone = 40\n\nconst (\n\tprAny = iota // any\n\tprCR\n\t_\n\tprLF int "
                               "= 1 << iota\n\ta, b = 1, 2\n\tafter\n)\n"
                               "var w = []int{prCR, prLF, alone, after}\n";

struct fixture {
    struct pl_source_tree tree;
    struct pl_index *index;
    struct pl_tables *tables;
    struct pl_err err;
};

static void open_set(struct fixture *x, unsigned jobs)
{
    struct pl_source_tree *trees[] = {&x->tree};
    memset(x, 0, sizeof *x);
    x->tree.name = "test";
    add_source(&x->tree, "a/table.c", table_c);
    add_source(&x->tree, "b/other.h", other_h);
    add_source(&x->tree, "c/list.inc", list_inc);
    add_source(&x->tree, "d/print.pl", print_pl);
    add_source(&x->tree, "e/keyed.go", keyed_go);
    assert_int_equal(pl_index_build(trees, 1, 1, &x->index, &x->err), PL_OK);
    assert_int_equal(pl_tables_build(x->index, jobs, &x->tables, &x->err), PL_OK);
}

static void close_set(struct fixture *x)
{
    pl_tables_free(x->tables);
    pl_index_free(x->index);
    PL_VEC_FREE(&x->tree.files);
}

static const struct pl_table_item *item(const struct fixture *x, uint32_t table, uint32_t i)
{
    assert_true(table < pl_tables_count(x->tables));
    assert_true(i < pl_tables_at(x->tables, table)->n);
    return &pl_tables_items(x->tables, table)[i];
}

static void assert_number(const struct fixture *x, uint32_t table, uint32_t i, uint64_t value)
{
    assert_int_equal(item(x, table, i)->kind, PL_ITEM_NUMBER);
    assert_int_equal(item(x, table, i)->value, value);
}

static void literals_have_the_value_that_a_compiler_gives_them(void **state)
{
    static const int64_t want[] = {1, -2, 'x', 15, 255, 16, -1, 65};
    struct fixture x;
    open_set(&x, 1);
    assert_int_equal(pl_tables_at(x.tables, 0)->n, 8);
    for (uint32_t i = 0; i < 8; i++)
        assert_number(&x, 0, i, (uint64_t)want[i]);
    assert_true(item(&x, 0, 0)->flags & PL_ITEM_PLAIN);
    assert_false(item(&x, 0, 7)->flags & PL_ITEM_PLAIN); /* a cast may cut */
    assert_number(&x, 5, 0, 0x123456789abcdef0u);
    assert_number(&x, 5, 1, 7);
    close_set(&x);
}

static void names_are_resolved_over_all_files_when_they_have_one_value(void **state)
{
    struct fixture x;
    bool known;
    open_set(&x, 1);
    assert_number(&x, 1, 0, 16);
    assert_number(&x, 1, 1, 17);
    assert_number(&x, 1, 2, 6);
    assert_number(&x, 1, 3, 7);
    assert_int_equal(item(&x, 1, 4)->kind, PL_ITEM_NAME); /* two arms, two values */
    uint64_t size = item(&x, 1, 4)->value;
    assert_true(pl_tables_may_be(x.tables, size, 4, false, &known) &&
                pl_tables_may_be(x.tables, size, 8, false, &known));
    assert_false(pl_tables_may_be(x.tables, size, 5, false, &known));
    assert_true(known);
    assert_true(pl_tables_may_be(x.tables, pl_table_text_hash(PL_LIT("LAST")), 42, false, &known));
    assert_int_equal(item(&x, 1, 5)->kind, PL_ITEM_UNKNOWN);
    assert_int_equal(item(&x, 1, 6)->kind, PL_ITEM_NAME);
    assert_false(pl_tables_may_be(x.tables, item(&x, 1, 6)->value, 0, false, &known));
    assert_false(known);
    close_set(&x);
}

static void rows_keep_their_items_in_place_whatever_they_are(void **state)
{
    struct fixture x;
    open_set(&x, 1);
    const struct pl_table *t = pl_tables_at(x.tables, 2);
    const uint32_t *rows = pl_tables_rows(x.tables, 2);
    assert_int_equal(t->n_rows, 3);
    assert_int_equal(rows[1], 3);
    assert_int_equal(rows[2], 5);
    assert_int_equal(rows[3], t->n);
    assert_int_equal(item(&x, 2, 0)->value, pl_table_text_hash(PL_LIT("one more")));
    assert_int_equal(item(&x, 2, 3)->value, pl_table_text_hash(PL_LIT("two"))); /* both arms are read */
    assert_true(item(&x, 2, 3)->flags & PL_ITEM_ARM);
    assert_int_equal(item(&x, 2, 5)->kind, PL_ITEM_UNKNOWN);
    assert_int_equal(item(&x, 2, 7)->kind, PL_ITEM_NAME);
    close_set(&x);
}

static void floats_and_designators_are_items_of_their_own_kinds(void **state)
{
    struct fixture x;
    double d;
    open_set(&x, 1);
    memcpy(&d, &item(&x, 3, 1)->value, sizeof d);
    assert_true(pl_tables_at(x.tables, 3)->is_float && d == -12.5);
    memcpy(&d, &item(&x, 3, 3)->value, sizeof d);
    assert_true(d == 0.25);
    assert_int_equal(item(&x, 4, 0)->kind, PL_ITEM_INDEX);
    assert_int_equal(item(&x, 4, 0)->value, 2);
    assert_int_equal(item(&x, 4, 4)->kind, PL_ITEM_FIELD);
    close_set(&x);
}

static void keys_of_go_are_designators(void **state)
{
    struct fixture x;
    open_set(&x, 1);
    uint32_t n = 0;
    while (!pl_bytes_ends(pl_index_unit_file(x.index, pl_tables_at(x.tables, n)->unit)->path, PL_LIT(".go")))
        n++;
    assert_number(&x, n, 0, 0); /* laid out */
    assert_number(&x, n, 3, 7);
    assert_number(&x, n, 'a', 8);
    assert_int_equal(pl_tables_at(x.tables, n + 1)->n_rows, 2);
    for (uint32_t i = 0; i < 4; i++)
        assert_number(&x, n + 1, i, (uint64_t[]){16, 2, 3, 4}[i]);
    close_set(&x);
}

static void constants_of_go_count_their_lines(void **state)
{
    struct fixture x;
    bool known;
    open_set(&x, 1);
    uint32_t n = 0;
    while (!pl_bytes_ends(pl_index_unit_file(x.index, pl_tables_at(x.tables, n)->unit)->path, PL_LIT(".go")))
        n++;
    assert_number(&x, n + 2, 0, 1);
    assert_number(&x, n + 2, 1, 8);
    assert_number(&x, n + 2, 2, 40);
    assert_int_equal(item(&x, n + 2, 3)->kind, PL_ITEM_NAME); /* behind a line of two names */
    assert_true(pl_tables_may_be(x.tables, pl_table_text_hash(PL_LIT("prAny")), 0, false, &known));
    close_set(&x);
}

static void a_body_of_a_function_is_no_list(void **state)
{
    struct fixture x;
    open_set(&x, 1);
    assert_int_equal(pl_tables_count(x.tables),
                     13); /* one of them in two more ways, one for each value of SIZE */
    close_set(&x);
}

static void numbers_of_assembly_are_a_list_over_their_lines(void **state)
{
    static const int64_t want[] = {16, 32, 3, 4, -5};
    struct fixture x;
    open_set(&x, 1);
    assert_int_equal(pl_tables_at(x.tables, 9)->n, 5);
    for (uint32_t i = 0; i < 5; i++)
        assert_number(&x, 9, i, (uint64_t)want[i]);
    close_set(&x);
}

static void a_window_is_found_by_its_lowest_bytes(void **state)
{
    static const uint8_t low[PL_TABLE_WINDOW] = {3, 1, 4, 1, 5, 9, 2, 6};
    static const uint8_t dull[PL_TABLE_WINDOW] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct fixture x;
    size_t n;
    open_set(&x, 1);
    assert_true(pl_tables_key(x.tables, low) == pl_table_key(low));
    const struct pl_table_place *p = pl_tables_find(x.tables, pl_table_key(low), &n);
    assert_int_equal(n, 1);
    assert_int_equal(p->table, 8);
    assert_int_equal(p->item, 0);
    assert_int_equal(pl_table_key(dull), 0);
    assert_int_equal(pl_tables_key(x.tables, dull), 0);
    assert_null(pl_tables_find(x.tables, 0, &n));
    p = pl_tables_find_text(x.tables, pl_table_text_hash(PL_LIT("two")), &n);
    assert_int_equal(n, 1);
    assert_int_equal(p->item, 3);
    close_set(&x);
}

/* One file with lists of its own. */
static void open_text(struct fixture *x, const char *text)
{
    struct pl_source_tree *trees[] = {&x->tree};
    memset(x, 0, sizeof *x);
    add_source(&x->tree, "a.c", text);
    assert_int_equal(pl_index_build(trees, 1, 1, &x->index, &x->err), PL_OK);
    assert_int_equal(pl_tables_build(x->index, 1, &x->tables, &x->err), PL_OK);
}

static void errors_have_the_number_that_windows_gives_them_beside_everybodys(void **state)
{
    static const struct {
        int64_t value, windows;
    } want[] = {{-38, -40}, {22, 22}, {-76, -80}, {1, 0}};
    struct fixture x;
    bool known;
    open_text(&x, "#define MISSING (-(ENOSYS))\n"
                  "int a[] = { MISSING, EINVAL, -(ENOSYS) * 2, EWOULDBLOCK == EAGAIN };\n");
    for (uint32_t i = 0; i < 4; i++) {
        assert_number(&x, 0, i, (uint64_t)want[i].value);
        assert_int_equal(want[i].value + item(&x, 0, i)->windows, want[i].windows);
    }
    uint64_t name = pl_table_text_hash(PL_LIT("MISSING"));
    assert_true(pl_tables_may_be(x.tables, name, (uint64_t)-38, false, &known));
    assert_true(pl_tables_may_be(x.tables, name, (uint64_t)-40, true, &known));
    assert_false(pl_tables_may_be(x.tables, name, (uint64_t)-38, true, &known));
    close_set(&x);
}

static void one_macro_behind_the_other_may_make_all_rows(void **state)
{
    struct fixture x;
    size_t n;
    open_text(&x, "#define ROW(a, b) { a, b, sizeof(\"x\" b) },\n"
                  "struct r t[] = { ROW(0x3b8772b9, \"one\") ROW(0x427ebb21, \"three\") };\n"
                  "struct r u[] = { { 0x306fd8ae, 1 }, { 0x5d5129ce, 2 } };\nint v[] = { f(1) };\n");
    uint32_t made = 0;
    while (pl_tables_at(x.tables, made)->n_rows != 2 || item(&x, made, 0)->value != 0x3b8772b9)
        made++;
    assert_int_equal(pl_tables_at(x.tables, made)->n, 6);
    assert_number(&x, made, 2, 5);
    assert_number(&x, made, 5, 7);
    const struct pl_table_place *p = pl_tables_find_start(x.tables, pl_table_first_key(0x306fd8ae), &n);
    assert_true(n == 1 && p->item == 0 && item(&x, p->table, 3)->value == 2);
    assert_int_equal(pl_table_first_key(77), 0); /* stands anywhere */
    close_set(&x);
}

static void enumerators_behind_a_macro_have_values_when_it_means_one_thing(void **state)
{
    struct fixture x;
    bool known;
    open_text(&x, "#define KEYS(n) KEY_##n##_UP, KEY_##n##_DOWN\n#define ODD(n) n, B_##n\n"
                  "#ifdef A\n#define TWO(n) n##_A\n#else\n#define TWO(n) n##_A, n##_B\n#endif\n"
                  "enum { FIRST = 0x100, KEYS(ONE), KEYS(TWO), LAST };\nenum { G = 7, TWO(H), I };\n");
    assert_true(pl_tables_may_be(x.tables, pl_table_text_hash(PL_LIT("KEY_TWO_UP")), 0x103, false, &known));
    assert_true(pl_tables_may_be(x.tables, pl_table_text_hash(PL_LIT("LAST")), 0x105, false, &known));
    assert_false(pl_tables_may_be(x.tables, pl_table_text_hash(PL_LIT("LAST")), 0x104, false, &known));
    assert_true(pl_tables_may_be(x.tables, pl_table_text_hash(PL_LIT("G")), 7, false, &known));
    assert_false(pl_tables_may_be(x.tables, pl_table_text_hash(PL_LIT("I")), 9, false, &known));
    assert_false(known);
    close_set(&x);
}

static void choices_and_sizes_of_texts_have_values(void **state)
{
    static const int64_t want[] = {1, 0, 4, 7, 0, 1, 26};
    struct fixture x;
    open_text(&x, "#define B(c) ((c) == 'A' ? 0 : (c) == 'b' ? 26 : -1)\n"
                  "int a[] = { 2 > 1, 1 == 2, sizeof \"abc\", (sizeof (\"ab\" \"cd\")) + 2, 3 <= 2, 1 && 5, "
                  "'b' == 'A' ? 0 : 'b' == 'b' ? 26 : -1 };\n"
                  "int b[] = { B('A'), B('b'), B('c'), sizeof(int) };\n");
    for (uint32_t i = 0; i < 7; i++)
        assert_number(&x, 0, i, (uint64_t)want[i]);
    uint32_t last = (uint32_t)pl_tables_count(x.tables) - 1; /* with its macros put in */
    assert_number(&x, last, 0, 0);
    assert_number(&x, last, 1, 26);
    assert_number(&x, last, 2, UINT64_MAX);
    assert_int_equal(item(&x, last, 3)->kind, PL_ITEM_UNKNOWN);
    close_set(&x);
}

static void a_switch_of_constants_is_a_table_from_its_lowest_label_on(void **state)
{
    struct fixture x;
    open_text(
        &x,
        "enum s { RUN = 3, STOP, WAIT, DEAD = 8 };\n"
        "char f(enum s s) { switch (s) { case STOP: case RUN: return 'R'; case DEAD: return 'D';\n"
        "case WAIT: return g(); case 7: return 'Z'; default: fail(1); return '?'; } }\n"
        "void h(int s) { switch (s) { case 0: i = 1; break; case 1: work(); case 2: case 3: i = 2; } }\n"
        "int k(int s) { switch (s) { case 1: case 2: return 5; case 3: case 5: return 6; } return 9; }\n");
    assert_int_equal(pl_tables_count(x.tables), 2); /* what works is no table */
    assert_int_equal(pl_tables_at(x.tables, 0)->n, 6);
    assert_number(&x, 0, 0, 'R');
    assert_number(&x, 0, 1, 'R');
    assert_int_equal(item(&x, 0, 2)->kind, PL_ITEM_UNKNOWN);
    assert_number(&x, 0, 3, '?');
    assert_number(&x, 0, 4, 'Z');
    assert_number(&x, 0, 5, 'D');
    assert_int_equal(pl_tables_at(x.tables, 1)->n, 5);
    assert_number(&x, 1, 3, 9);
    close_set(&x);
}

static void a_chain_of_ifs_over_one_word_is_a_switch(void **state)
{
    struct fixture x;
    open_text(&x, "int f(void) { if (errno == 0) code = 0;\n#ifdef EPERM\nelse if (errno == EPERM) code = "
                  "1535;\n#endif\n"
                  "else if (errno == EINTR || errno == EIO) { code = 1524; } else if (errno == 7) code = 7;\n"
                  "else if (other == 8) code = 9; else code = 1500;\n"
                  "if (a == 1) return 2; if (a == 2) return 3; if (a == 3) { work(); return 4; } }\n");
    assert_int_equal(pl_tables_count(x.tables), 1); /* three cases are too few */
    assert_int_equal(pl_tables_at(x.tables, 0)->n, 8);
    assert_number(&x, 0, 0, 0);
    assert_number(&x, 0, 1, 1535);
    assert_int_equal(item(&x, 0, 2)->kind, PL_ITEM_UNKNOWN);
    assert_number(&x, 0, 4, 1524);
    assert_number(&x, 0, 5, 1524);
    assert_number(&x, 0, 7, 7);
    close_set(&x);
}

static void numbers_of_nasm_are_lists_that_labels_and_other_widths_part(void **state)
{
    static const char text[] =
        "SECTION .rodata ; 1, 2\nmask dd 0x0001, 3 ; low\n dd -1, 0Fh\ntimes 1 << 2 db 15\n"
        "times 2 db 7, 8\nnbits:\n db 1, 2, 3\n db x\n db 4, 5\n times 999999999 db 1\nmov eax, 1\n";
    struct fixture x;
    struct pl_source_tree *trees[] = {&x.tree};
    memset(&x, 0, sizeof x);
    add_source(&x.tree, "simd/a.asm", text);
    assert_int_equal(pl_index_build(trees, 1, 1, &x.index, &x.err), PL_OK);
    assert_int_equal(pl_tables_build(x.index, 1, &x.tables, &x.err), PL_OK);
    assert_int_equal(pl_tables_count(x.tables), 4);
    assert_int_equal(pl_tables_at(x.tables, 0)->n, 4);
    assert_number(&x, 0, 2, UINT64_MAX);
    assert_number(&x, 0, 3, 15);
    assert_int_equal(pl_tables_at(x.tables, 1)->n, 8);
    assert_number(&x, 1, 3, 15);
    assert_number(&x, 1, 6, 7);
    assert_int_equal(pl_tables_at(x.tables, 2)->n, 3);
    assert_int_equal(pl_tables_at(x.tables, 3)->n, 2);
    close_set(&x);
}

static void lists_are_found_by_their_start_and_by_the_text_they_are(void **state)
{
    static const uint8_t steps[PL_TABLE_WINDOW] = {1, 2, 3, 4, 5, 6, 7, 8};
    static const uint8_t other[PL_TABLE_WINDOW] = {1, 2, 3, 4, 5, 6, 7, 9};
    static const uint8_t few[4] = {1, 2, 3, 4};
    static const uint8_t telling[3] = {0x34, 0x78, 0xbc};
    struct fixture x;
    size_t n;
    open_text(&x,
              "#define C_N 0x4e\nconst char no[] = { C_N, 'o', 0 };\nconst char no_end[] = { C_N, 'x' };\n"
              "static const gdouble x[2] = { -30, 12 };\n"
              "unsigned char a[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };\n"
              "int b[] = { 1, 2, 3, 4 }; int c[] = { 0x1234, 0x5678, 0x129abc };\n");
    assert_non_null(pl_tables_find_spelled(x.tables, PL_LIT("No"), &n));
    assert_null(pl_tables_find_spelled(x.tables, PL_LIT("Nx"), &n));
    assert_true(pl_tables_at(x.tables, 2)->is_float);
    assert_null(pl_tables_find(x.tables, pl_table_key(steps), &n)); /* too dull to propose anything */
    assert_non_null(pl_tables_find_start(x.tables, pl_table_start_key(steps, PL_TABLE_WINDOW), &n));
    assert_int_equal(pl_tables_find_start(x.tables, pl_table_start_key(steps, PL_TABLE_WINDOW), &n)->item, 1);
    assert_null(pl_tables_find_start(x.tables, pl_table_start_key(few, 4), &n)); /* too few and too small */
    assert_non_null(pl_tables_find_start(x.tables, pl_table_start_key(telling, 3), &n));
    assert_null(pl_tables_find_start(x.tables, pl_table_start_key(other, PL_TABLE_WINDOW), &n));
    close_set(&x);
}

static void classes_that_a_program_writes_are_a_table(void **state)
{
    struct fixture x;
    size_t n;
    open_text(
        &x,
        "void f(void) { add(\"0123456789\", \"DIGIT\"); /* x */ add(\"abcdef\", \"LOW\"); add(\"_a\\n\", "
        "\"LOW\");\n"
        "add(\"*\", \"STAR\"); print(\"t\"); add(\"0123456789abcdef\", \"FEW\"); add(\"x\", \"FEW\"); }\n");
    const struct pl_table_classes *c = pl_tables_classes(x.tables, &n);
    assert_int_equal(n, 1); /* the second list has one class */
    assert_int_equal(c->n_classes, 3);
    assert_int_equal(c->class_of['7'], 1);
    assert_int_equal(c->class_of['a'], 2);
    assert_int_equal(c->class_of['\n'], 2);
    assert_int_equal(c->class_of['*'], 3);
    assert_int_equal(c->class_of['x'], 0);
    close_set(&x);
}

/* The table whose first item is that number; one behind the last when there is none. */
static uint32_t table_that_begins(const struct fixture *x, uint64_t value, uint32_t n)
{
    uint32_t t = 0;
    while (t < pl_tables_count(x->tables) &&
           (item(x, t, 0)->value != value || pl_tables_at(x->tables, t)->n != n))
        t++;
    return t;
}

static void an_expansion_of_a_pack_is_a_list_of_what_its_function_gives(void **state)
{
    static const char text[] =
        "constexpr int16_t part(int16_t len, int16_t off) {\n  return len - (off << 8);\n}\n"
        "inline constexpr int16_t whole(int data, int type) {\n  return type == 3 ? 0xFF : type == 2 ? "
        "part(data + 77, 1) : "
        "part(data, type);\n}\nconstexpr int16_t whole(uint8_t tag) { return whole(tag >> 2, tag & 3); }\n"
        "template <size_t... seq>\nconstexpr std::array<int16_t, 64> make(index_sequence<seq...>) {\n"
        "  return std::array<int16_t, 64>{whole(seq)...};\n}\n"
        "constexpr int loop(int x) { return loop(x); }\nauto y = std::array<int, 9>{loop(seq)...};\n"
        "auto z = std::array<int, 7>{%s(seq)...};\n";
    static const char *const others[] = {"unknown", "two"};
    struct fixture x;
    char all[2048];
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(all, sizeof all, text, others[i]);
        /* Two functions with as many parameters: which one it is their types say. */
        (void)snprintf(
            all + strlen(all), sizeof all - strlen(all),
            "constexpr int two(int a) { return a; }\nconstexpr int two(long a) { return a + 1; }\n");
        open_text(&x, all);
        uint32_t t = table_that_begins(&x, 0, 64);
        assert_number(&x, t, 1, (uint64_t)-256);
        assert_number(&x, t, 2, 77 - 256);
        assert_number(&x, t, 3, 0xff);
        assert_number(&x, t, 63, 0xff);
        assert_number(&x, t, 62, 15 + 77 - 256);
        for (uint32_t k = 0; k < pl_tables_count(x.tables); k++)
            assert_true(pl_tables_at(x.tables, k)->n != 9 && pl_tables_at(x.tables, k)->n != 7);
        close_set(&x);
    }
}

static void of_lists_that_begin_alike_the_longest_is_asked_first(void **state)
{
    static const uint8_t ones[PL_TABLE_WINDOW] = {1, 1, 1, 1, 1, 1, 1, 1};
    struct fixture x;
    size_t n;
    open_text(&x, "char a[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2 };\n"
                  "char b[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3 };\n"
                  "char c[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 4 };\n");
    const struct pl_table_place *p =
        pl_tables_find_start(x.tables, pl_table_start_key(ones, PL_TABLE_WINDOW), &n);
    assert_int_equal(n, 3);
    assert_int_equal(pl_tables_at(x.tables, p[0].table)->n, 20);
    assert_int_equal(pl_tables_at(x.tables, p[1].table)->n, 18);
    close_set(&x);
}

static void the_set_does_not_depend_on_the_number_of_threads(void **state)
{
    struct fixture x;
    struct fixture y;
    open_set(&x, 1);
    open_set(&y, 4);
    assert_int_equal(pl_tables_count(x.tables), pl_tables_count(y.tables));
    for (uint32_t t = 0; t < pl_tables_count(x.tables); t++) {
        assert_int_equal(pl_tables_at(x.tables, t)->n, pl_tables_at(y.tables, t)->n);
        for (uint32_t i = 0; i < pl_tables_at(x.tables, t)->n; i++)
            assert_int_equal(item(&x, t, i)->value, item(&y, t, i)->value);
    }
    close_set(&x);
    close_set(&y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_have_the_value_that_a_compiler_gives_them),
        cmocka_unit_test(errors_have_the_number_that_windows_gives_them_beside_everybodys),
        cmocka_unit_test(names_are_resolved_over_all_files_when_they_have_one_value),
        cmocka_unit_test(rows_keep_their_items_in_place_whatever_they_are),
        cmocka_unit_test(floats_and_designators_are_items_of_their_own_kinds),
        cmocka_unit_test(keys_of_go_are_designators),
        cmocka_unit_test(constants_of_go_count_their_lines),
        cmocka_unit_test(a_body_of_a_function_is_no_list),
        cmocka_unit_test(numbers_of_assembly_are_a_list_over_their_lines),
        cmocka_unit_test(a_window_is_found_by_its_lowest_bytes),
        cmocka_unit_test(one_macro_behind_the_other_may_make_all_rows),
        cmocka_unit_test(enumerators_behind_a_macro_have_values_when_it_means_one_thing),
        cmocka_unit_test(choices_and_sizes_of_texts_have_values),
        cmocka_unit_test(a_switch_of_constants_is_a_table_from_its_lowest_label_on),
        cmocka_unit_test(a_chain_of_ifs_over_one_word_is_a_switch),
        cmocka_unit_test(numbers_of_nasm_are_lists_that_labels_and_other_widths_part),
        cmocka_unit_test(lists_are_found_by_their_start_and_by_the_text_they_are),
        cmocka_unit_test(classes_that_a_program_writes_are_a_table),
        cmocka_unit_test(an_expansion_of_a_pack_is_a_list_of_what_its_function_gives),
        cmocka_unit_test(of_lists_that_begin_alike_the_longest_is_asked_first),
        cmocka_unit_test(the_set_does_not_depend_on_the_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
