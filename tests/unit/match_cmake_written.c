/*
 * match_cmake_written.c - files that CMake writes for other projects, and what could be put into them.
 */
#include "match_fixture.h"

#define LISTS        "add_library(kite kite.c)\ninstall(TARGETS kite EXPORT KiteTargets)\n"
#define HEADER_LISTS "add_library(kite kite.c)\ngenerate_export_header(kite)\n"

/* Bytes of the file that the rule explains, with a source that has kite and libkite in it. */
static uint64_t explained(const char *lists, const char *name, const char *text)
{
    uint64_t n = 0;
    add_source(0, "CMakeLists.txt", lists);
    add_source(0, "kite.c", "int libkite;\n");
    struct pl_file *f = add_file(name, text);
    apply("cmake.written", f);
    for (size_t i = 0; i < f->ledger.settled.n; i++)
        n += f->ledger.settled.v[i].class == PL_CLASS_DERIVED ? f->ledger.settled.v[i].length : 0;
    return n;
}

static void commands_that_run_nothing_are_explained(void **state)
{
    static const char *const good[] = {
        "# Commands may need to know the format version.\nset(CMAKE_IMPORT_FILE_VERSION 1)\n",
        "add_library(kite SHARED IMPORTED)\n",
        ("set_target_properties(kite PROPERTIES\n  INTERFACE_LINK_LIBRARIES \"kite\"\n"
         "  IMPORTED_LOCATION_NONE \"${_IMPORT_PREFIX}/lib/libkite.so.1\"\n)\n"),
        "if(NOT EXISTS \"${_cmake_file}\")\n  message(FATAL_ERROR \"whatever it says # (\n\")\nendif()\n",
        "get_filename_component(_realOrig \"/usr/lib/x86_64-linux-gnu/cmake/kite\" REALPATH)\n",
        "get_filename_component(PACKAGE_PREFIX_DIR \"${CMAKE_CURRENT_LIST_DIR}/../../../../\" ABSOLUTE)\n",
        "file(GLOB _cmake_config_files \"${CMAKE_CURRENT_LIST_DIR}/kite-*.cmake\")\n",
        "include(\"${_cmake_config_file}\")\ncmake_policy(VERSION 2.8.3...3.23)\n",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (explained(LISTS, "usr/lib/cmake/kite/KiteTargets.cmake", good[i]) != strlen(good[i]))
            fail_msg("%s", good[i]);
        tear_down(state);
        set_up(state);
    }
}

static void commands_that_run_or_lead_elsewhere_are_not(void **state)
{
    static const char *const bad[] = {
        "execute_process(COMMAND kite)\n",
        "file(DOWNLOAD kite kite)\n",
        "file(WRITE kite kite)\n",
        "include(kite)\n",
        "include(\"${CMAKE_CURRENT_LIST_DIR}/kite.cmake\")\n",
        "set(ENV{PATH} \"kite\")\n",
        "set(CMAKE_PROJECT_INCLUDE \"kite\")\n",
        "set_property(GLOBAL PROPERTY RULE_LAUNCH_COMPILE kite)\n",
        "set_target_properties(kite PROPERTIES INTERFACE_LINK_LIBRARIES \"beacon\")\n",
        "set_target_properties(kite PROPERTIES IMPORTED_LOCATION \"/tmp/libkite.so\")\n",
        "set_target_properties(kite PROPERTIES IMPORTED_LOCATION \"${_IMPORT_PREFIX}/../tmp/libkite.so\")\n",
        "set_target_properties(kite PROPERTIES IMPORTED_LOCATION \"kite;/tmp/libkite.so\")\n",
        "set(kite 1) execute_process(COMMAND kite)\n",
        "set(kite \"1\"\n",
        "#[[\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (explained(LISTS, "usr/lib/cmake/kite/KiteTargets.cmake", bad[i]) != 0)
            fail_msg("%s", bad[i]);
        tear_down(state);
        set_up(state);
    }
}

static void the_source_has_to_call_the_tool(void **state)
{
    static const char package[] = "add_library(kite SHARED IMPORTED)\n";
    static const char header[] = "#ifndef KITE_EXPORT_H\n#  define KITE_NO_EXPORT\n";
    assert_int_equal(explained("add_library(kite kite.c)\n", "kite.cmake", package), 0);
    tear_down(state);
    set_up(state);
    assert_int_equal(explained(LISTS, "usr/include/kite_export.h", header), 0);
    tear_down(state);
    set_up(state);
    assert_int_equal(explained(HEADER_LISTS, "usr/include/kite_export.h", header), strlen(header));
}

static void a_header_of_exports_defines_its_macros_and_nothing_else(void **state)
{
    static const char good[] = "\n#ifndef KITE_EXPORT_H\n#define KITE_EXPORT_H\n#ifdef KITE_STATIC_DEFINE\n"
                               "#  define KITE_NO_EXPORT\n#    ifdef kite_EXPORTS\n"
                               "        /* We are building this library */\n"
                               "#  define KITE_EXPORT __attribute__((visibility(\"default\")))\n"
                               "#  define KITE_DEPRECATED_EXPORT KITE_EXPORT KITE_DEPRECATED\n"
                               "#if 0 /* DEFINE_NO_DEPRECATED */\n#endif /* KITE_EXPORT_H */\n";
    static const char *const bad[] = {
        "#define KITE_NO_EXPORT system(\"kite\")\n",
        "#define KITE_NO_EXPORT __attribute__((constructor))\n",
        "#define BEACON_NO_EXPORT __attribute__((visibility(\"default\")))\n",
        "#include \"KITE_NO_EXPORT\"\n",
        "int KITE_NO_EXPORT;\n",
        "/* We are using this library */ int KITE_NO_EXPORT;\n",
    };
    assert_int_equal(explained(HEADER_LISTS, "usr/include/kite_export.h", good), strlen(good));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        tear_down(state);
        set_up(state);
        if (explained(HEADER_LISTS, "usr/include/kite_export.h", bad[i]) != 0)
            fail_msg("%s", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(commands_that_run_nothing_are_explained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(commands_that_run_or_lead_elsewhere_are_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_source_has_to_call_the_tool, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_header_of_exports_defines_its_macros_and_nothing_else, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
