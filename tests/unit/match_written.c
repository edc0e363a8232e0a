/*
 * match_written.c - files that tools write while a package is built: programs of Python's installers, qmldir, and data that a script of the source put together.
 */
#include "match_fixture.h"

#include "base/buf.h"
#include "match/written.h"

#include <stdio.h>

#define ENTRY_POINTS "usr/lib/python3/dist-packages/Kite-2.1.egg-info/entry_points.txt"
#define SETUPTOOLS(spec, name)                                                                               \
    "#!/usr/bin/python3\n# EASY-INSTALL-ENTRY-SCRIPT: '" spec "','console_scripts','" name                   \
    "'\nimport re\nimport sys\n\n# for compatibility with easy_install; see #2198\n__requires__ = '" spec    \
    "'\n\ntry:\n    from importlib.metadata import distribution\nexcept ImportError:\n    try:\n"            \
    "        from importlib_metadata import distribution\n    except ImportError:\n"                         \
    "        from pkg_resources import load_entry_point\n\n\n"                                               \
    "def importlib_load_entry_point(spec, group, name):\n"                                                   \
    "    dist_name, _, _ = spec.partition('==')\n    matches = (\n        entry_point\n"                     \
    "        for entry_point in distribution(dist_name).entry_points\n"                                      \
    "        if entry_point.group == group and entry_point.name == name\n    )\n"                            \
    "    return next(matches).load()\n\n\n"                                                                  \
    "globals().setdefault('load_entry_point', importlib_load_entry_point)\n\n\n"                             \
    "if __name__ == '__main__':\n"                                                                           \
    "    sys.argv[0] = re.sub(r'(-script\\.pyw?|\\.exe)?$', '', sys.argv[0])\n"                              \
    "    sys.exit(load_entry_point('" spec "', 'console_scripts', '" name "')())\n"
#define PIP(q, import, call)                                                                                 \
    "#!/usr/bin/python3\n# -*- coding: utf-8 -*-\nimport re\nimport sys\n" import "if __name__ == " q        \
    "__main__" q ":\n    sys.argv[0] = re.sub(r" q "(-script\\.pyw|\\.exe)?$" q ", " q q ", sys.argv[0])\n"  \
    "    sys.exit(" call "())\n"

static bool is_script(const char *text)
{
    (void)add_file(ENTRY_POINTS, "[console_scripts]\nfly = kite.air:main\nland=kite.ground:Land.run\n");
    struct pl_file *f = add_file("usr/bin/fly", text);
    apply("python.script", f);
    uint64_t at;
    uint64_t length;
    return !pl_ledger_gap(&f->ledger, 0, &at, &length);
}

static void a_program_of_an_installer_calls_an_entry_point_of_the_package(void **state)
{
    static const struct {
        const char *text;
        bool is_made;
    } cases[] = {
        {SETUPTOOLS("Kite==2.1", "fly"), true},
        {SETUPTOOLS("Kite==2.1", "sink"), false}, /* no such entry point */
        {SETUPTOOLS("Bird==2.1", "fly"), false},  /* of another project */
        {SETUPTOOLS("Kite==2.1", "fly") "import os\n", false},
        {SETUPTOOLS("Kite'); beacon('", "fly"), false},
        {PIP("\"", "from kite.air import main\n", "main"), true},
        {PIP("'", "from kite.air import main\n", "main"), true},
        {PIP("'", "from kite.ground import Land\n", "Land.run"), true},
        {PIP("'", "from kite.ground import Land\n", "Land.other"), false},
        {PIP("'", "from os import main\n", "main"), false},
        {PIP("'", "from kite.air import main\n", "os.main"), false},
        {PIP("'", "import os\nfrom kite.air import main\n", "main"), false},
        {PIP("'", "from kite.air import main\n", "beacon() or main"), false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (is_script(cases[i].text) != cases[i].is_made)
            fail_msg("case %zu: %s", i, cases[i].text);
        tear_down(state);
        assert_int_equal(set_up(state), 0);
    }
}

/* Is this line of a qmldir known, beside a plugin and a type? */
static bool is_line_known(const char *line)
{
    uint64_t at;
    uint64_t length;
    add_source(0, "CMakeLists.txt", "qt_add_qml_module(kiteplugin URI Letters.Kite CLASS_NAME KitePlugin)\n");
    (void)add_file("usr/lib/qt6/qml/Letters/Kite/libkiteplugin.so", "x");
    (void)add_file("usr/lib/qt6/qml/Letters/Kite/Kite.qml", "x");
    (void)add_file("usr/lib/qt6/qml/Letters/libother.so", "x");
    struct pl_file *f = add_file("usr/lib/qt6/qml/Letters/Kite/qmldir", line);
    apply("qt.qmldir", f);
    return !pl_ledger_gap(&f->ledger, 0, &at, &length);
}

static void a_line_of_a_qmldir_leads_to_what_the_package_has_beside_it(void **state)
{
    static const char *const good[] = {"module Letters.Kite\n",
                                       "linktarget Qt6::kiteplugin\n",
                                       "plugin kiteplugin\n",
                                       "optional plugin kiteplugin\n",
                                       "classname KitePlugin\n",
                                       "depends Letters auto\n",
                                       "import Letters 2.0\n",
                                       "prefer :/qt/qml/Letters/Kite/\n",
                                       "Kite 2.0 Kite.qml\n",
                                       "singleton Kite 2.0 Kite.qml\n",
                                       "internal Kite Kite.qml\n",
                                       "designersupported\n",
                                       "\n",
                                       "# text\n"};
    static const char *const bad[] = {"module Letters.Beacon\n",
                                      "plugin other\n",
                                      "plugin kiteplugin ../../tmp\n",
                                      "plugin ../libother\n",
                                      "optional plugin beacon\n",
                                      "import Beacon 2.0\n",
                                      "import Letters 2.0 as\n",
                                      "prefer /tmp/\n",
                                      "prefer :/../tmp/\n",
                                      "Kite 2.0 Other.qml\n",
                                      "Kite 2.0 /tmp/Kite.qml\n",
                                      "Kite 2.0 ../Kite.qml\n",
                                      "beacon\n"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (!is_line_known(good[i]))
            fail_msg("%s", good[i]);
        tear_down(state);
        assert_int_equal(set_up(state), 0);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (is_line_known(bad[i]))
            fail_msg("%s", bad[i]);
        tear_down(state);
        assert_int_equal(set_up(state), 0);
    }
}

/* Each line's path was kept until the file was done with: 40 MB for these. */
static void many_lines_of_a_qmldir_in_a_deep_folder_take_no_room(void **state)
{
    struct pl_buf text;
    char path[2200];
    (void)state;
    memset(path, 'd', sizeof path);
    memcpy(path + sizeof path - sizeof "/qmldir", "/qmldir", sizeof "/qmldir");
    pl_buf_init(&text, 1u << 20);
    for (unsigned i = 0; i < 20000; i++)
        pl_buf_add_str(&text, "Kite 2.0 b\n");
    add_source(0, "Kite.qml", "Kite\n");
    struct pl_file *f = add_bytes(path, pl_buf_bytes(&text));
    apply("qt.qmldir", f);
    assert_int_equal(scratch.why, PL_OK);
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), f->size);
    pl_buf_reset(&text);
}

/* Is there a script that writes it? */
static bool is_written(const char *path, const char *kind, uint32_t mode, const char *script,
                       const char *text)
{
    pl_bytes why;
    add_source(0, script, text);
    struct pl_file *f = add_file(path, "Choice\n");
    f->kind = kind;
    f->mode = mode;
    apply("same.bytes", f);
    assert_int_equal(pl_written_by(&m, f, &why, &err), PL_OK);
    return why.n > 0;
}

static void data_that_a_script_of_its_name_writes_is_no_contradiction(void **state)
{
    static const struct {
        const char *path, *kind;
        uint32_t mode;
        const char *script, *text;
        bool is_written;
    } cases[] = {
        {"usr/share/k/kites1.defs", "text", 0644, "f/kites1.defs.gen.in", "#!/bin/sh\n", true},
        {"usr/share/k/kites3.defs", "text", 0644, "f/kites1.defs.gen.in", "#!/bin/sh\n", true},
        {"usr/share/k/birds1.defs", "text", 0644, "f/kites1.defs.gen.in", "#!/bin/sh\n", false},
        {"usr/share/k/kites1.defs", "text", 0644, "f/kites1.defs.gen.in", "Choice\n", false},
        {"usr/share/k/kites1.defs", "text", 0644, "f/kites1.defs.in", "#!/bin/sh\n", false},
        {"usr/share/k/kites1.defs", "text", 0755, "f/kites1.defs.gen.in", "#!/bin/sh\n", false},
        {"usr/share/k/kites1.py", "python", 0644, "f/kites1.py.gen.in", "#!/bin/sh\n", false},
        {"usr/share/applications/kites.desktop", "text", 0644, "f/kites.desktop.sh", "#!/bin/sh\n", false},
        {"etc/kites1.defs", "text", 0644, "f/kites1.defs.gen.in", "#!/bin/sh\n", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (is_written(cases[i].path, cases[i].kind, cases[i].mode, cases[i].script, cases[i].text) !=
            cases[i].is_written)
            fail_msg("case %zu", i);
        tear_down(state);
        assert_int_equal(set_up(state), 0);
    }
}

/* A table of g-ir-compiler that has `libraries` loaded: is it one that a tool has written? */
static bool is_table(const char *name, const char *magic, const char *libraries)
{
    static char table[128];
    pl_bytes why;
    memset(table, 0, sizeof table);
    memcpy(table, magic, 16);
    table[52] = 64; /* the libraries */
    memcpy(table + 64, libraries, strlen(libraries));
    add_source(0, "meson.build", "library('kite-wing')\n");
    struct pl_file *f = add_file(name, "");
    apply("same.bytes", f);
    f->data = pl_bytes_of((const uint8_t *)table, sizeof table);
    assert_int_equal(pl_written_by(&m, f, &why, &err), PL_OK);
    f->data = pl_bytes_sub(f->data, 0, 60); /* cut short: no library is known */
    pl_bytes none;
    assert_int_equal(pl_written_by(&m, f, &none, &err), PL_OK);
    assert_int_equal(none.n, 0);
    return why.n > 0;
}

static void a_typelib_of_known_libraries_is_what_a_tool_writes(void **state)
{
    static const char magic[] = "GOBJ\nMETADATA\r\n\x1a";
    static const struct {
        const char *name, *magic, *libraries;
        bool is_table;
    } cases[] = {
        {"usr/lib/girepository-1.0/Kite-1.0.typelib", magic, "libkite-wing.so.0", true},
        {"usr/lib/girepository-1.0/Kite-1.0.typelib", magic, "libkite-wing.so.0,libkite.so", true},
        {"usr/lib/girepository-1.0/Kite-1.0.typelib", magic, "libkite-wing.so.0,libbeacon.so", false},
        {"usr/lib/girepository-1.0/Kite-1.0.typelib", magic, "/tmp/libkite.so", false},
        {"usr/lib/girepository-1.0/Kite-1.0.typelib", magic, "kite", false},
        {"usr/lib/girepository-1.0/Kite-1.0.typelib", "GOBJ\nMETADATA\r\n?", "libkite.so", false},
        {"usr/lib/girepository-1.0/Kite-1.0.so", magic, "libkite.so", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (is_table(cases[i].name, cases[i].magic, cases[i].libraries) != cases[i].is_table)
            fail_msg("case %zu", i);
        tear_down(state);
        assert_int_equal(set_up(state), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_program_of_an_installer_calls_an_entry_point_of_the_package, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_line_of_a_qmldir_leads_to_what_the_package_has_beside_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(many_lines_of_a_qmldir_in_a_deep_folder_take_no_room, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(data_that_a_script_of_its_name_writes_is_no_contradiction, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_typelib_of_known_libraries_is_what_a_tool_writes, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("match_written", tests, NULL, NULL);
}
