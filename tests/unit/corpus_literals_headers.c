/*
 * corpus_literals_headers.c - a header of the build explains what a source can get out of it, and only then.
 */
#include "source_tree.h"

#include "corpus/literals.h"

#include <string.h>

static const char headers[] =
    "plumbline headers 8\n@usr/include/c++/12/vector\ncpp_check{ fail(\"vector of nothing\");\n"
    "@usr/include/buffers.h\nbuffer_info{ fail(\"shape of no buffer\");\ncpp_copy{ fail(\"copy\");\n"
    "@usr/include/others.h\nother_info{ fail(\"shape of another\");\n"
    "@usr/include/tgmath.h\nroot(x) \"generic root of \" #x\n";

/* The rule that explains `string` where a.c uses both headers and `path` holds `text`; "" when none does. */
static const char *rule_beside(const char *path, const char *text, const char *string)
{
    struct pl_source_tree tree = {0};
    struct pl_source_tree *trees[] = {&tree};
    struct pl_headers h = {.package = "lib-dev", .text = pl_bytes_of_str(headers)};
    struct pl_index *index = NULL;
    struct pl_literals *literals = NULL;
    struct pl_arena arena;
    struct pl_literal_hit hit = {0};
    bool found = false;
    const char *const files[][2] = {{"a.c", "void f() { cpp_check(v); cpp_copy(v); say(root(two)); }\n"},
                                    {path, text}};
    for (size_t i = 0; i < 2; i++)
        add_source(&tree, files[i][0], files[i][1]);
    pl_arena_init(&arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 1, 1, &index, NULL), PL_OK);
    assert_int_equal(pl_literals_build(index, &h, 1, 1, &literals, NULL), PL_OK);
    assert_int_equal(pl_literals_explain(literals, pl_bytes_of_str(string), &arena, &found, &hit, NULL),
                     PL_OK);
    const char *name = found ? hit.rule->name : "";
    pl_literals_free(literals);
    pl_index_free(index);
    pl_arena_reset(&arena);
    PL_VEC_FREE(&tree.files);
    return name;
}

static void headers_of_the_cpp_library_are_for_sources_of_cpp(void **state)
{
    (void)state;
    assert_string_equal(rule_beside("b.c", "int b;\n", "vector of nothing"), "");
    assert_string_equal(rule_beside("b.cc", "int b;\n", "vector of nothing"), "literal.header");
    assert_string_equal(rule_beside("b.hpp.in", "int b;\n", "vector of nothing"), "literal.header");
}

static void a_literal_of_a_header_that_is_used_otherwise_is_loose_in_cpp(void **state)
{
    (void)state;
    assert_string_equal(rule_beside("b.cc", "int b;\n", "shape of no buffer"), "literal.any-header");
    assert_string_equal(rule_beside("b.c", "int b;\n", "shape of no buffer"), "");
    assert_string_equal(rule_beside("b.cc", "int b;\n", "shape of another"), "");
    assert_string_equal(rule_beside("b.cc", "int buffer_info;\n", "shape of no buffer"), "literal.header");
}

static void tgmath_is_for_who_includes_it(void **state)
{
    (void)state;
    assert_string_equal(rule_beside("b.c", "int b;\n", "generic root of two"), "");
    assert_string_equal(rule_beside("b.c", "#include <tgmath.h>\n", "generic root of two"), "literal.macro");
}

static void a_name_that_a_script_takes_out_of_headers_is_one(void **state)
{
    const char *errors = "/^[\\t ]*#[\\t ]*define[\\t ]*E[A-Z0-9]*[\\t ]/ { print }\n";
    const char *signals = "next unless /#\\s*define\\s+(SIG[A-Z]+)/;\n";
    (void)state;
    assert_string_equal(rule_beside("b.awk", errors, "ENOTBLK"), "literal.defined-name");
    assert_string_equal(rule_beside("b.pl", signals, "SIGXFSZ"), "literal.defined-name");
    assert_string_equal(rule_beside("b.pl", signals, "ENOTBLK"), "");
    assert_string_equal(rule_beside("b.awk", errors, "ENOTblk"), "");
    assert_string_equal(rule_beside("b.awk", errors, "E/BIN/SH"), "");
    assert_string_equal(rule_beside("b.awk", errors, "EVERYTHINGTHATIKNOW"), ""); /* too long */
    assert_string_equal(rule_beside("b.awk", errors, "E2"), "");
    assert_string_equal(rule_beside("b.c", errors, "ENOTBLK"), ""); /* no script */
    assert_string_equal(rule_beside("b.awk", "print \"#define E[\"\n", "ENOTBLK"), "");
}

static void a_file_that_cmake_keeps_beside_a_target_is_one_of_the_build(void **state)
{
    static const char *const others[] = {
        "obj-x86_64-linux-gnu/client/CMakeFiles/bird.dir/compiler_depend.ts",
        "obj-x86_64-linux-gnu/server/CMakeFiles/kite.dir/compiler_depend.ts",
        "obj-x86_64-linux-gnu/client/CMakeFiles/kite.dir/beacon.so",
        "/client/CMakeFiles/kite.dir/compiler_depend.ts",
        "obj-x86_64-linux-gnu/../client/CMakeFiles/kite.dir/compiler_depend.ts",
    };
    const char *cmake = "add_executable(kite a.c)\n";
    (void)state;
    assert_string_equal(rule_beside("client/CMakeLists.txt", cmake,
                                    "obj-x86_64-linux-gnu/client/CMakeFiles/kite.dir/compiler_depend.ts"),
                        "literal.file");
    assert_string_equal(rule_beside("CMakeLists.txt", cmake, "CMakeFiles/kite.dir/build.make"),
                        "literal.file");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_string_not_equal(rule_beside("client/CMakeLists.txt", cmake, others[i]), "literal.file");
}

static void a_name_of_a_type_may_have_a_version_behind_its_namespace(void **state)
{
    const char *source = "namespace kite { class Wing {}; }\n";
    (void)state;
    assert_string_equal(rule_beside("b.cc", source, "N8kite_3_24WingE"), "literal.type-name");
    assert_string_equal(rule_beside("b.cc", source, "N8bird_3_24WingE"), "");
    assert_string_equal(rule_beside("b.cc", source, "N8kite_x_24WingE"), "");
    assert_string_equal(rule_beside("b.cc", source, "N5kite34WingE"), "");
}

static void the_path_of_a_header_of_the_build_is_a_file_whatever_the_source_reaches(void **state)
{
    (void)state;
    assert_string_equal(rule_beside("b.c", "int b;\n", "/usr/include/others.h"), "literal.file");
    assert_string_equal(rule_beside("b.c", "int b;\n", "/usr/include/buffers.h"), "literal.file");
    assert_string_equal(rule_beside("b.c", "int b;\n", "/usr/include/beacon.h"), "");
    assert_string_equal(rule_beside("b.c", "int b;\n", "/usr/lib/others.h"), "");
    assert_string_equal(rule_beside("b.c", "int b;\n", "shape of another"),
                        ""); /* what it holds is not reached */
}

static void a_qualified_name_of_a_type_is_a_signature(void **state)
{
    static const char *const others[] = {
        "Wing",         "kite:Wing", "kite::",       "::Wing",      "kite::Wing/",
        "kite::Beacon", "*",         "kite::Wing &", "kite::Wing::"};
    const char *source = "namespace kite { class Wing {}; }\n";
    (void)state;
    assert_string_equal(rule_beside("b.cc", source, "kite::Wing"), "literal.signature");
    assert_string_equal(rule_beside("b.cc", source, "kite::Wing**"), "literal.signature");
    assert_string_equal(rule_beside("b.cc", source, "Wing&"), "literal.signature");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_string_not_equal(rule_beside("b.cc", source, others[i]), "literal.signature");
    assert_string_not_equal(rule_beside("b.c", source, "kite::Wing"), "literal.signature");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_of_the_cpp_library_are_for_sources_of_cpp),
        cmocka_unit_test(a_literal_of_a_header_that_is_used_otherwise_is_loose_in_cpp),
        cmocka_unit_test(tgmath_is_for_who_includes_it),
        cmocka_unit_test(a_name_that_a_script_takes_out_of_headers_is_one),
        cmocka_unit_test(a_file_that_cmake_keeps_beside_a_target_is_one_of_the_build),
        cmocka_unit_test(a_name_of_a_type_may_have_a_version_behind_its_namespace),
        cmocka_unit_test(the_path_of_a_header_of_the_build_is_a_file_whatever_the_source_reaches),
        cmocka_unit_test(a_qualified_name_of_a_type_is_a_signature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
