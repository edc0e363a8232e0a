/*
 * corpus_literals_costly.c - a macro that is too much to be expanded hides no other literal of its file, nor one among its arguments.
 */
#include "unit.h"

#include "base/buf.h"
#include "corpus/literals.h"

static const char macros_h[] = "#define TWICE(x) _Pragma(\"quiet\") (x) (x) (x) (x) (x) (x) (x) (x)\n"
                               "#define set(h, v) TWICE(TWICE(TWICE(TWICE(v))))\n"
                               "#define endless(v) TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(TWICE(v)))))))\n";

static const char meson[] = "project('tool', 'c', version: '4.2')\n"
                            "a = ['-DRELEASE=\"' + meson.project_version() + '\"']\n";

static void assert_strict(const char *body, unsigned times, const char *string, bool is_strict)
{
    struct pl_source_tree tree = {.name = "test"};
    struct pl_source_tree *trees[] = {&tree};
    struct pl_index *index;
    struct pl_literals *literals;
    struct pl_literal_hit hit = {0};
    struct pl_arena arena;
    struct pl_buf text;
    bool found;
    pl_buf_init(&text, 1u << 16);
    for (unsigned i = 0; i < times; i++)
        pl_buf_printf(&text, "set(h, v%u);\n", i);
    pl_buf_add_str(&text, body);
    for (size_t i = 0; i < 3; i++)
        assert_non_null(PL_VEC_ADD(&tree.files));
    tree.files.v[0].path = PL_LIT("macros.h");
    tree.files.v[0].data = pl_bytes_of_str(macros_h);
    tree.files.v[1].path = PL_LIT("main.c");
    tree.files.v[1].data = pl_buf_bytes(&text);
    tree.files.v[2].path = PL_LIT("meson.build");
    tree.files.v[2].data = pl_bytes_of_str(meson);
    pl_arena_init(&arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 1, 1, &index, NULL), PL_OK);
    assert_int_equal(pl_literals_build(index, NULL, 0, 1, &literals, NULL), PL_OK);
    assert_int_equal(pl_literals_explain(literals, pl_bytes_of_str(string), &arena, &found, &hit, NULL),
                     PL_OK);
    assert_int_equal(found && hit.rule->is_strict, is_strict);
    pl_literals_free(literals);
    pl_index_free(index);
    pl_arena_reset(&arena);
    pl_buf_reset(&text);
    PL_VEC_FREE(&tree.files);
}

static void uses_that_cost_a_lot_leave_those_behind_them(void **state)
{
    (void)state;
    assert_strict("f(\"tool/\" RELEASE);\n", 0, "tool/4.2", true);
    assert_strict("f(\"tool/\" RELEASE);\n", 60, "tool/4.2", true);
    assert_strict("set(h, \"tool/\" RELEASE);\n", 60, "tool/4.2", true);
}

static void a_use_that_is_too_much_leaves_its_arguments(void **state)
{
    (void)state;
    assert_strict("endless(\"tool/\" RELEASE);\n", 0, "tool/4.2", true);
}

static void nothing_is_explained_that_no_use_spells(void **state)
{
    (void)state;
    assert_strict("f(\"tool/\" RELEASE);\n", 60, "tool/4.3", false);
    assert_strict("f(\"tool/\", RELEASE);\n", 60, "tool/4.2", false);
}

/* A list of parameters goes on in the next line: what is behind the backslash is a name like the others. */
static void parameters_may_stand_on_several_lines(void **state)
{
    (void)state;
    assert_strict("#define SHOW(a, \\\n\tb, c \\\n\t, d) puts(a \" of \" b \" or \" c \" and \" d)\n"
                  "SHOW(\"tool\", \"letters\", \"words\", \"lines\");\n",
                  0, "tool of letters or words and lines", true);
}

#define FOR_A_WHILE "#define ROW(x) puts(\"one \" x);\nROW(\"letter\")\n#undef ROW\n"

/* Between #define and #undef a name stands for what the file says there: in all arms of an #if, and whatever stands elsewhere. */
static void a_macro_that_is_defined_for_a_while_is_that_one(void **state)
{
    (void)state;
    assert_strict(FOR_A_WHILE "#define ROW(x) puts(\"two \" x);\nROW(\"word\")\n#undef ROW\n", 0, "two word",
                  true);
    assert_strict(FOR_A_WHILE "#define ROW(x) puts(\"two \" x);\nROW(\"word\")\n#undef ROW\n", 0, "one word",
                  false);
    assert_strict(FOR_A_WHILE
                  "#ifdef A\n#define ROW(x) puts(\"two \" x);\n#else\n#define ROW(x) puts(\"three \" x);\n"
                  "#endif\nROW(\"word\")\n#undef ROW\n",
                  0, "three word", true);
}

/* Nothing ends the second one, and the first is ended only where A is defined: both count. */
static void a_macro_that_is_ended_in_an_arm_goes_on_in_the_others(void **state)
{
    (void)state;
    static const char text[] = "#define ROW(x) puts(\"one \" x);\n#ifdef A\n#undef ROW\n"
                               "#define ROW(x) puts(\"two \" x);\n#endif\nROW(\"word\")\n#undef ROW\n";
    assert_strict(text, 0, "one word", true);
    assert_strict(text, 0, "two word", true);
}

/* As a schema of a database is written: one text of three thousand bytes, a hundred macros and an #if in it. */
static void a_long_text_with_macros_and_an_if_is_explained(void **state)
{
    (void)state;
    struct pl_buf source;
    struct pl_buf said;
    struct pl_buf other;
    pl_buf_init(&source, 1u << 16);
    pl_buf_init(&said, 1u << 16);
    pl_buf_init(&other, 1u << 16);
    pl_buf_add_str(&source, "#define IDS \"ids9\"\nconst char *ddl =\n");
    for (unsigned i = 0; i < 100; i++) {
        pl_buf_printf(&source, "\"create table \" IDS \"_part_%u;\\n\"\n", i);
        pl_buf_printf(&said, "create table ids9_part_%u;\n", i);
        pl_buf_printf(&other, "create table ids9_part_%u;\n", i == 70 ? 7 : i);
        if (i == 50)
            pl_buf_add_str(&source, "#if HAS_MORE\n\"create more;\"\n#endif\n");
    }
    pl_buf_add_str(&source, ";\n");
    pl_buf_add(&source, PL_LIT("\0"));
    pl_buf_add(&said, PL_LIT("\0"));
    pl_buf_add(&other, PL_LIT("\0"));
    assert_int_equal(source.why, PL_OK);
    assert_true(said.n > 2048);
    assert_strict((const char *)source.p, 0, (const char *)said.p, true);
    assert_strict((const char *)source.p, 0, (const char *)other.p, false);
    pl_buf_reset(&source);
    pl_buf_reset(&said);
    pl_buf_reset(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uses_that_cost_a_lot_leave_those_behind_them),
        cmocka_unit_test(a_use_that_is_too_much_leaves_its_arguments),
        cmocka_unit_test(nothing_is_explained_that_no_use_spells),
        cmocka_unit_test(parameters_may_stand_on_several_lines),
        cmocka_unit_test(a_macro_that_is_defined_for_a_while_is_that_one),
        cmocka_unit_test(a_macro_that_is_ended_in_an_arm_goes_on_in_the_others),
        cmocka_unit_test(a_long_text_with_macros_and_an_if_is_explained),
    };
    return cmocka_run_group_tests_name("corpus_literals_costly", tests, NULL, NULL);
}
