/*
 * match_names.c - what is looked up by its name is found under it, and nothing else is.
 */
#include "match_fixture.h"

#define MODULES "usr/lib/python3/dist-packages/"

static void ask(enum pl_name_kind kind, const char *name, bool is_there)
{
    assert_int_equal(pl_names_build(&m, kind, &err), PL_OK);
    if (pl_names_has(&m, kind, pl_bytes_of_str(name), NULL) != is_there)
        fail_msg("kind %d: %s", (int)kind, name);
}

static void a_name_is_found_by_its_kind_and_no_other(void **state)
{
    (void)state;
    static const struct {
        enum pl_name_kind kind;
        const char *name;
        bool is_there;
    } rows[] = {
        {PL_NAME_WHOLE, "usr/lib/libkite.so.1", true},
        {PL_NAME_WHOLE, "libkite.so.1", false},
        {PL_NAME_WHOLE, "shlibs", true},
        {PL_NAME_PYTHON, "usr/lib/libkite.so.1", true},
        {PL_NAME_PYTHON, "lib/libkite.so.1", true},
        {PL_NAME_PYTHON, "libkite.so.1", false},
        {PL_NAME_LIBRARY, "libkite.so.1", true},
        {PL_NAME_LIBRARY, "libbird.so.2", true}, /* a link */
        {PL_NAME_LIBRARY, "usr/lib/libkite.so.1", false},
        {PL_NAME_LIBRARY, "shlibs", false}, /* of the control member */
        {PL_NAME_LIBRARY, "folder", false},
        {PL_NAME_MODULE, "kite", true},
        {PL_NAME_MODULE, "beacon", true},
        {PL_NAME_MODULE, "beacon.cpython", false},
        {PL_NAME_MODULE, "dist-packages", true},
        {PL_NAME_MODULE, "plain", false}, /* no folder, and no module's name */
        {PL_NAME_SCRIPT, "kites0.defs", true},
        {PL_NAME_SCRIPT, "kites0.defs.gen", true},
        {PL_NAME_SCRIPT, "kites0", false},
        {PL_NAME_SCRIPT, "table0", false}, /* no script */
        {PL_NAME_SCRIPT, "other0", false}, /* of a tool */
    };
    add_source(0, "f/kites1.defs.gen.in", "#!/bin/sh\n");
    add_source(0, "f/kites2.defs.gen.sh", "#!/bin/sh\n");
    add_source(0, "f/table1.sh", "echo\n");
    add_source(1, "f/other1.sh", "#!/bin/sh\n");
    (void)add_file("control.tar.xz!/shlibs", "x\n");
    (void)add_file("data.tar.xz!/usr/lib/libkite.so.1", "x\n");
    add_file("data.tar.xz!/usr/lib/libbird.so.2", "")->type = PL_ENTRY_SYMLINK;
    add_file("data.tar.xz!/usr/lib/folder", "")->type = PL_ENTRY_DIRECTORY;
    (void)add_file("data.tar.xz!/" MODULES "kite/__init__.py", "x\n");
    (void)add_file("data.tar.xz!/" MODULES "beacon.cpython-311.so", "x\n");
    apply("same.bytes", add_file("data.tar.xz!/usr/bin/plain", "x\n"));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        ask(rows[i].kind, rows[i].name, rows[i].is_there);
}

static void what_a_script_writes_leads_to_the_first_of_its_name(void **state)
{
    uint64_t value;
    (void)state;
    add_source(0, "b/kites7.defs.sh", "#!/bin/sh\n");
    add_source(0, "a/kites8.defs.pl", "#!/usr/bin/perl\n");
    apply("same.bytes", add_file("usr/share/k/kites3.defs", "x\n"));
    assert_int_equal(pl_names_build(&m, PL_NAME_SCRIPT, &err), PL_OK);
    pl_bytes name = pl_name_of_written(&scratch, PL_LIT("kites3.defs"));
    assert_true(pl_names_has(&m, PL_NAME_SCRIPT, name, &value));
    assert_true(pl_bytes_eq_str(pl_name_script_of(&m, value)->path, "b/kites7.defs.sh"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_name_is_found_by_its_kind_and_no_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_script_writes_leads_to_the_first_of_its_name, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("match_names", tests, NULL, NULL);
}
