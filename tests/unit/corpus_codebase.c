/*
 * corpus_codebase.c - what is whose: macros, inlined functions, includes, weights.
 */
#include "source_tree.h"

#include "corpus/codebase.h"

static const char util_h[] =
    "#define GREETING \"hello from a macro\"\n"
    "#define SAY(x) printf(GREETING \"%d\", x)\n"
    "static inline int twice(int x)\n{\n    return helper_of_twice(x, \"twice text\");\n}\n";
static const char made_h[] = "#define SAID \"text of a template\"\n";
static const char main_c[] =
    "#include \"util.h\"\n#include \"made.h\"\n"
    "int speaker(void)\n{\n    return puts(SAID);\n}\n"
    "static int small(int x)\n{\n    return open_the_door(x, \"small text\\n\");\n}\n"
    "int large(int x)\n{\n    return small(x) + 123457;\n}\n"
    "int greeter(void)\n{\n    GREETING;\n    return twice(2);\n}\n";
static const char other_c[] = "int stranger(void)\n{\n    return small(3) + twice(4);\n}\n"
                              "int reader(void)\n{\n    return read_the_map(\"map text\");\n}\n";

static const char alias_c[] = "#define SHOUT shout\n#define WIDE 7\n"
                              "int SHOUT(void)\n{\n    return puts(\"shouted\");\n}\n";

struct fixture {
    struct pl_source_tree tree;
    struct pl_index *index;
    struct pl_codebase *codebase;
};

static void open_base(struct fixture *x, unsigned jobs)
{
    struct pl_source_tree *trees[] = {&x->tree};
    memset(x, 0, sizeof *x);
    x->tree.name = "test";
    add_source(&x->tree, "src/main.c", main_c);
    add_source(&x->tree, "src/other.c", other_c);
    add_source(&x->tree, "src/util.h", util_h);
    add_source(&x->tree, "src/made-h.in", made_h);
    add_source(&x->tree, "src/xalias.c", alias_c);
    assert_int_equal(pl_index_build(trees, 1, 1, &x->index, NULL), PL_OK);
    assert_int_equal(pl_codebase_build(x->index, test_limits(), jobs, &x->codebase, NULL), PL_OK);
}

static void close_base(struct fixture *x)
{
    pl_codebase_free(x->codebase);
    pl_index_free(x->index);
    PL_VEC_FREE(&x->tree.files);
}

static uint32_t function(const struct fixture *x, const char *name)
{
    struct pl_id_list all = pl_codebase_named(x->codebase, pl_atom_hash_text(pl_bytes_of_str(name)));
    assert_int_equal(all.n, 1);
    return all.v[0];
}

static uint32_t string(const struct fixture *x, const char *text)
{
    uint64_t hash = pl_atom_hash_text(pl_bytes_of_str(text));
    return pl_codebase_feature(x->codebase, pl_codebase_key(PL_ATOM_STRING, hash));
}

static uint32_t name(const struct fixture *x, const char *text)
{
    return pl_codebase_feature(x->codebase, pl_atom_hash_text(pl_bytes_of_str(text)));
}

static bool holds(const struct fixture *x, const char *definition, uint32_t feature)
{
    return feature != PL_NO_FEATURE &&
           pl_id_list_has(pl_codebase_direct(x->codebase, function(x, definition)), feature);
}

static bool may_hold(const struct fixture *x, const char *definition, uint32_t feature)
{
    return feature != PL_NO_FEATURE &&
           pl_id_list_has(pl_codebase_closure(x->codebase, function(x, definition)), feature);
}

static void strings_of_a_macro_belong_to_the_function_that_uses_it(void **state)
{
    (void)state;
    struct fixture x;
    open_base(&x, 1);
    assert_true(holds(&x, "greeter", string(&x, "hello from a macro")));
    assert_false(holds(&x, "large", string(&x, "hello from a macro")));
    assert_true(holds(&x, "speaker", string(&x, "text of a template")));
    close_base(&x);
}

static void what_may_be_inlined_is_in_the_closure_and_not_direct(void **state)
{
    (void)state;
    struct fixture x;
    open_base(&x, 1);
    assert_true(may_hold(&x, "large", name(&x, "open_the_door")));
    assert_false(holds(&x, "large", name(&x, "open_the_door")));
    assert_true(may_hold(&x, "greeter", string(&x, "twice text")));
    close_base(&x);
}

static void what_a_unit_does_not_read_is_not_inlined_into_it(void **state)
{
    (void)state;
    struct fixture x;
    open_base(&x, 1);
    assert_false(may_hold(&x, "stranger", name(&x, "open_the_door")));
    assert_false(may_hold(&x, "stranger", string(&x, "twice text")));
    close_base(&x);
}

static void a_name_that_a_macro_of_its_unit_stands_for_is_known_by_both(void **state)
{
    (void)state;
    struct fixture x;
    open_base(&x, 1);
    const struct pl_definition *d = pl_codebase_at(x.codebase, function(&x, "shout"))->definition;
    assert_int_equal(d->kind, PL_DEFINITION_FUNCTION);
    assert_true(pl_bytes_eq_str(d->name, "SHOUT"));
    close_base(&x);
}

static void a_program_of_rust_holds_what_it_uses_and_one_of_c_does_not(void **state)
{
    (void)state;
    struct fixture x;
    struct pl_source_tree *trees[] = {&x.tree};
    open_base(&x, 1);
    assert_false(pl_codebase_links_all(x.codebase));
    close_base(&x);
    memset(&x, 0, sizeof x);
    x.tree.name = "test";
    add_source(&x.tree, "src/main.rs", "fn main() { help(); }\nfn help() { println!(\"text\"); }\n");
    add_source(&x.tree, "src/shim.c", "int shim(void)\n{\n    return 1;\n}\n");
    assert_int_equal(pl_index_build(trees, 1, 1, &x.index, NULL), PL_OK);
    assert_int_equal(pl_codebase_build(x.index, test_limits(), 1, &x.codebase, NULL), PL_OK);
    assert_true(pl_codebase_links_all(x.codebase));
    close_base(&x);
}

static void a_file_with_too_many_tokens_defines_nothing_and_the_others_do(void **state)
{
    (void)state;
    struct fixture x;
    struct pl_source_tree *trees[] = {&x.tree};
    struct pl_limits limits = pl_limits_default();
    memset(&x, 0, sizeof x);
    x.tree.name = "test";
    add_source(&x.tree, "long.c",
               "int many(void)\n{\n    return 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11;\n}\n");
    add_source(&x.tree, "short.c", "int few(void)\n{\n    return 1;\n}\n");
    assert_int_equal(pl_index_build(trees, 1, 1, &x.index, NULL), PL_OK);
    limits.tokens = 16;
    assert_int_equal(pl_codebase_build(x.index, &limits, 1, &x.codebase, NULL), PL_OK);
    assert_true(pl_codebase_left_out(x.codebase, 0));
    assert_false(pl_codebase_left_out(x.codebase, 1));
    assert_int_equal(pl_codebase_named(x.codebase, pl_atom_hash_text(PL_LIT("many"))).n, 0);
    assert_int_equal(pl_codebase_named(x.codebase, pl_atom_hash_text(PL_LIT("few"))).n, 1);
    close_base(&x);
}

static void a_line_is_known_without_its_end_too(void **state)
{
    (void)state;
    struct fixture x;
    open_base(&x, 1);
    assert_true(holds(&x, "small", string(&x, "small text\n")));
    assert_true(holds(&x, "small", string(&x, "small text")));
    assert_int_equal(string(&x, "map text\n"), PL_NO_FEATURE);
    close_base(&x);
}

static void a_rarer_feature_weighs_more(void **state)
{
    (void)state;
    struct fixture x;
    open_base(&x, 1);
    assert_true(pl_codebase_weight(x.codebase, name(&x, "read_the_map")) >
                pl_codebase_weight(x.codebase, name(&x, "small")));
    close_base(&x);
}

static void what_the_only_function_has_weighs_something(void **state)
{
    (void)state;
    struct fixture x;
    struct pl_source_tree *trees[] = {&x.tree};
    memset(&x, 0, sizeof x);
    add_source(&x.tree, "main.c", "int main(void)\n{\n    return measure(\"the only text\");\n}\n");
    assert_int_equal(pl_index_build(trees, 1, 1, &x.index, NULL), PL_OK);
    assert_int_equal(pl_codebase_build(x.index, test_limits(), 1, &x.codebase, NULL), PL_OK);
    assert_int_equal(pl_codebase_weight(x.codebase, string(&x, "the only text")), 20);
    close_base(&x);
}

static void hosts_are_those_that_read_the_unit_and_name_the_function(void **state)
{
    (void)state;
    struct fixture x;
    open_base(&x, 1);
    struct pl_id_list hosts = pl_codebase_hosts(x.codebase, function(&x, "small"));
    assert_int_equal(hosts.n, 1);
    assert_int_equal(hosts.v[0], function(&x, "large"));
    close_base(&x);
}

static void the_number_of_threads_changes_nothing(void **state)
{
    (void)state;
    struct fixture x;
    struct fixture y;
    open_base(&x, 1);
    open_base(&y, 8);
    assert_int_equal(pl_codebase_count(x.codebase), pl_codebase_count(y.codebase));
    for (uint32_t id = 0; id < pl_codebase_count(x.codebase); id++) {
        struct pl_id_list a = pl_codebase_closure(x.codebase, id);
        struct pl_id_list b = pl_codebase_closure(y.codebase, id);
        assert_int_equal(a.n, b.n);
        assert_memory_equal(a.v, b.v, a.n * sizeof *a.v);
    }
    close_base(&x);
    close_base(&y);
}

static bool holds_others(const char *control)
{
    struct fixture x;
    struct pl_source_tree *trees[] = {&x.tree};
    memset(&x, 0, sizeof x);
    x.tree.name = "test";
    add_source(&x.tree, "debian/control", control);
    add_source(&x.tree, "src/shim.c", "int shim(void)\n{\n    return 1;\n}\n");
    assert_int_equal(pl_index_build(trees, 1, 1, &x.index, NULL), PL_OK);
    assert_int_equal(pl_codebase_build(x.index, test_limits(), 1, &x.codebase, NULL), PL_OK);
    bool is_so = pl_codebase_links_all(x.codebase);
    close_base(&x);
    return is_so;
}

static void
a_source_that_names_what_it_is_built_using_holds_others_and_a_line_of_debhelper_says_nothing(void **state)
{
    (void)state;
    assert_true(holds_others("Source: t\n\nPackage: t\nBuilt-Using: ${frame:Built-Using}\n"));
    assert_true(holds_others("Source: t\n\nPackage: t\nStatic-Built-Using: frame (= 1)\n"));
    assert_true(holds_others(
        "Source: t\n\nPackage: d\nArchitecture: all\n\nPackage: t\nBuilt-Using: ${x:Built-Using},\n\n"));
    assert_false(holds_others(
        "Source: t\n\nPackage: t\nArchitecture: any\n\nPackage: t-static\nBuilt-Using: libc (= 1)\n"));
    assert_false(holds_others("Source: t\n"));
    assert_false(holds_others("Source: t\n\nPackage: t\nBuilt-Using: ${misc:Built-Using}\n"));
    assert_false(holds_others("Source: t\n\nPackage: t\nDescription: x\n Built-Using: frame\n"));
}

static void open_files(struct fixture *x, const char *const files[][2], size_t n)
{
    struct pl_source_tree *trees[] = {&x->tree};
    memset(x, 0, sizeof *x);
    x->tree.name = "test";
    for (size_t i = 0; i < n; i++)
        add_source(&x->tree, files[i][0], files[i][1]);
    assert_int_equal(pl_index_build(trees, 1, 1, &x->index, NULL), PL_OK);
    assert_int_equal(pl_codebase_build(x->index, test_limits(), 1, &x->codebase, NULL), PL_OK);
}

static void behind_an_undef_a_name_is_no_macro(void **state)
{
    (void)state;
    static const char *const files[][2] = {
        {"std.h", "#define shut rpl_shut\n"},
        {"user.c", "#include \"std.h\"\nint user(void)\n{\n    return shut(1);\n}\n"},
        {"shut.c",
         "#include \"std.h\"\nint before(int f)\n{\n    return shut(f);\n}\n"
         "#undef shut\nint behind(int f)\n{\n    return shut(f);\n}\n"
         "int within(int f)\n#undef other\n{\n    return shut(f);\n}\n"
         "#define shut rpl_shut\nint again(int f)\n{\n    return shut(f);\n}\n"
         "int passing(int f)\n{\n#define pass rpl_shut\n    f = pass(f);\n#undef pass\n    return f;\n}\n"
         "int rpl_shut(int f)\n{\n    return f;\n}\n"},
        {"arm.c", "#include \"std.h\"\n#if OTHER\n#undef shut\n#endif\nint armed(int f)\n{\n    return "
                  "shut(f);\n}\n"},
    };
    struct fixture x;
    open_files(&x, files, 4);
    assert_true(holds(&x, "user", name(&x, "rpl_shut")));
    assert_true(holds(&x, "before", name(&x, "rpl_shut")));
    assert_false(holds(&x, "behind", name(&x, "rpl_shut")));
    assert_true(holds(&x, "behind", name(&x, "shut")));
    assert_false(holds(&x, "within", name(&x, "rpl_shut")));
    assert_true(holds(&x, "passing", name(&x, "rpl_shut")));
    assert_true(holds(&x, "again", name(&x, "rpl_shut")));
    assert_true(holds(&x, "armed", name(&x, "rpl_shut")));
    close_base(&x);
}

static void a_table_of_functions_inlines_none_of_them(void **state)
{
    (void)state;
    static const char *const files[][2] = {
        {"table.c", "static int first(void)\n{\n    return open_the_door(\"text of first\");\n}\n"
                    "static struct row rows[] = {{\"text of a row\", first}};\n"
                    "int walker(void)\n{\n    return walk(rows);\n}\n"
                    "int both(void)\n{\n    walk(rows);\n    return deeper();\n}\n"
                    "static int deeper(void)\n{\n    return first();\n}\n"},
    };
    struct fixture x;
    open_files(&x, files, 1);
    assert_true(may_hold(&x, "walker", string(&x, "text of a row")));
    assert_false(may_hold(&x, "walker", string(&x, "text of first")));
    assert_true(may_hold(&x, "both", string(&x, "text of first")));
    close_base(&x);
}

static void the_code_of_a_headers_function_that_is_not_static_stands_in_a_file_that_reads_it(void **state)
{
    (void)state;
    static const char *const files[][2] = {
        {"grow.h", "GROW_INLINE int more(int n)\n{\n    return grow(n);\n}\n"
                   "static inline int less(int n)\n{\n    return grow(n);\n}\n"},
        {"grow.c", "#define GROW_INLINE extern\n#include \"grow.h\"\n"
                   "int grow(int n)\n{\n    return enlarge(n, \"text of grow\");\n}\n"},
    };
    struct fixture x;
    open_files(&x, files, 2);
    assert_true(may_hold(&x, "more", string(&x, "text of grow")));
    assert_false(may_hold(&x, "less", string(&x, "text of grow")));
    close_base(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_of_a_macro_belong_to_the_function_that_uses_it),
        cmocka_unit_test(what_may_be_inlined_is_in_the_closure_and_not_direct),
        cmocka_unit_test(what_a_unit_does_not_read_is_not_inlined_into_it),
        cmocka_unit_test(a_name_that_a_macro_of_its_unit_stands_for_is_known_by_both),
        cmocka_unit_test(a_program_of_rust_holds_what_it_uses_and_one_of_c_does_not),
        cmocka_unit_test(
            a_source_that_names_what_it_is_built_using_holds_others_and_a_line_of_debhelper_says_nothing),
        cmocka_unit_test(a_line_is_known_without_its_end_too),
        cmocka_unit_test(a_file_with_too_many_tokens_defines_nothing_and_the_others_do),
        cmocka_unit_test(a_rarer_feature_weighs_more),
        cmocka_unit_test(what_the_only_function_has_weighs_something),
        cmocka_unit_test(hosts_are_those_that_read_the_unit_and_name_the_function),
        cmocka_unit_test(behind_an_undef_a_name_is_no_macro),
        cmocka_unit_test(a_table_of_functions_inlines_none_of_them),
        cmocka_unit_test(the_code_of_a_headers_function_that_is_not_static_stands_in_a_file_that_reads_it),
        cmocka_unit_test(the_number_of_threads_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
