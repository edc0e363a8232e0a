/*
 * corpus_build_values.c - tests of what meson files put into programs; what the others do is in corpus_literals.c.
 */
#include "corpus/build_values.h"

#include "base/buf.h"
#include "unit.h"

#include <stdio.h>

struct noted {
    struct pl_buf macros;
    struct pl_buf values;
};

static bool note_macro(void *ctx, pl_bytes name, pl_bytes value)
{
    struct noted *out = ctx;
    pl_buf_printf(&out->macros, "%.*s=%.*s;", PL_ARG(name), PL_ARG(value));
    return true;
}

static bool note_value(void *ctx, pl_bytes text, pl_source_ref file, uint32_t line_1based)
{
    struct noted *out = ctx;
    pl_buf_printf(&out->values, "value %.*s;", PL_ARG(text));
    (void)file;
    (void)line_1based;
    return true;
}

/* Are these among the macros that this build file gives, as "NAME=value;", and its values, as "value text;"? */
static void assert_macros_are(const char *path, const char *meson, const char *expected, bool is_there)
{
    struct pl_source_tree tree = {.name = "test"};
    struct pl_source_tree *trees[] = {&tree};
    struct pl_source_file *f = PL_VEC_ADD(&tree.files);
    struct pl_index *ix = NULL;
    struct pl_arena arena;
    struct noted out;
    struct pl_build_sink sink = {.ctx = &out, .macro = note_macro, .value = note_value};
    assert_non_null(f);
    f->path = pl_bytes_of_str(path);
    f->data = pl_bytes_of_str(meson);
    pl_arena_init(&arena, 8u << 20);
    pl_buf_init(&out.macros, 16384);
    pl_buf_init(&out.values, 4096);
    assert_int_equal(pl_index_build(trees, 1, 1, &ix, NULL), PL_OK);
    assert_true(pl_build_values(ix, &arena, &sink));
    pl_buf_add(&out.macros, pl_buf_bytes(&out.values));
    pl_buf_add_byte(&out.macros, 0);
    const char *all = (const char *)pl_buf_bytes(&out.macros).p;
    if ((strstr(all, expected) != NULL) != is_there)
        fail_msg("%s gives %s", meson, all);
    /* Nothing that meson leaves to be worked out is a value. */
    assert_null(strstr(all, "meson."));
    pl_buf_reset(&out.macros);
    pl_buf_reset(&out.values);
    pl_index_free(ix);
    pl_arena_reset(&arena);
    PL_VEC_FREE(&tree.files);
}

static void assert_macros_of(const char *path, const char *text, const char *expected)
{
    assert_macros_are(path, text, expected, true);
}

static void assert_no_macro_of(const char *path, const char *text, const char *expected)
{
    assert_macros_are(path, text, expected, false);
}

static void assert_macros(const char *meson, const char *expected)
{
    assert_macros_of("meson.build", meson, expected);
}

#define PROJECT "project('weld', 'c',\n  version: '2.71')\n"

static void the_version_of_the_project_is_the_value_of_a_macro(void **state)
{
    (void)state;
    assert_macros(PROJECT "a = ['-DA=1', '-DWELD=\"' + meson.project_version() + '\"', '-DB']\n",
                  "WELD=\"2.71\";");
    assert_macros(PROJECT "a = '-DWELD=\"@0@\"'.format(meson.project_version())\n", "WELD=\"2.71\";");
    assert_macros(PROJECT "conf.set_quoted('WELD', meson.project_version())\n", "WELD=\"2.71\";");
    assert_macros(PROJECT "conf.set_quoted('WELD', meson.project_name())\n", "WELD=\"weld\";");
}

static void a_macro_in_a_list_has_what_stands_in_its_quotes(void **state)
{
    (void)state;
    assert_macros("lib_args = [\n  '-DKITE_DOMAIN=\"Kite-Wing\"',\n]\n", "KITE_DOMAIN=\"Kite-Wing\";");
    assert_macros("c_args : ['-DKITE_DOMAIN=\"Kite\"', '-DKITE_LIB'] + more\n", "KITE_DOMAIN=\"Kite\";");
    assert_macros("c_args : ['-DKITE_DOMAIN=\"Kite\"'])\n", "KITE_DOMAIN=\"Kite\";");
    assert_no_macro_of("meson.build", "['-DKITE_DOMAIN=\"Kite', '\"'],\n", "KITE_DOMAIN");
    assert_no_macro_of("Makefile.am", "['-DKITE_DOMAIN=\"Kite\"',\n", "KITE_DOMAIN=\"Kite\";");
}

static void a_category_of_messages_is_a_value(void **state)
{
    static const char head[] = "ecm_qt_declare_logging_category(kite_SRCS\n    HEADER debug.h\n";
    char text[256];
    (void)state;
    (void)snprintf(text, sizeof text, "%s    CATEGORY_NAME \"kite-wing\"\n)\n", head);
    assert_macros_of("CMakeLists.txt", text, "value kite-wing;");
    (void)snprintf(text, sizeof text, "%sCATEGORY_NAME kite.wing)\n", head);
    assert_macros_of("CMakeLists.txt", text, "value kite.wing;");
    (void)snprintf(text, sizeof text, "%s    CATEGORY_NAMES \"kite-wing\"\n", head);
    assert_no_macro_of("CMakeLists.txt", text, "value kite-wing;");
    assert_no_macro_of("CMakeLists.txt", "CATEGORY_NAME", "value");
}

static void a_variable_that_sed_puts_into_texts_is_a_value(void **state)
{
    (void)state;
    assert_macros_of("debian/rules", "x:\n\tsed -e\"s/#ARCH#/$(DEB_HOST_MULTIARCH)/g\" a.in > a\n",
                     "value x86_64-linux-gnu;");
    assert_macros_of("Makefile.am", "x:\n\tsed 's;@lib@;$(libdir);' a.in > a\n", "value /usr/lib;");
    assert_no_macro_of("debian/rules", "x:\n\tcp s/#ARCH#/$(DEB_HOST_MULTIARCH) a\n",
                       "value x86_64-linux-gnu;");
    assert_no_macro_of("debian/rules", "x:\n\tcp #ARCH#/$(DEB_HOST_MULTIARCH)/g a\n",
                       "value x86_64-linux-gnu;");
    assert_no_macro_of("debian/rules", "/$(", "value");
}

static void what_the_linker_of_go_is_given_is_a_value(void **state)
{
    (void)state;
    assert_macros_of(
        "debian/rules",
        "x:\n\tgo build -ldflags \"-s -X main.commit=abcdef7 -X 'example.org/kite/v2.wing=of a kite'\"\n",
        "value abcdef7;value of a kite;");
    assert_no_macro_of("debian/rules", "x:\n\tcurl -X POST=abcdef7\n", "value abcdef7;");
    assert_no_macro_of("debian/rules", "x:\n\tgo -X main.commit\n", "value");
    assert_no_macro_of("debian/rules", "-X", "value");
}

static void a_line_that_names_no_macro_gives_none(void **state)
{
    (void)state;
    assert_macros(PROJECT "message(meson.project_version())\nset_quoted(\nmeson.project_version()\n-D", "");
}

static void configure_cuts_the_parts_out_of_a_version(void **state)
{
    static const char head[] = "AC_INIT([kite],[3.2.4])\nKITE_MAJOR=";
    static const char define[] = "\nAC_DEFINE_UNQUOTED([KITE_MAJOR], $KITE_MAJOR, [The first])\n";
    static const char *const commands[][2] = {
        {"$(echo $PACKAGE_VERSION | cut -d. -f1)", "KITE_MAJOR=3;"},
        {"`echo \"$PACKAGE_VERSION\" | cut -d '.' -f3`", "KITE_MAJOR=4;"},
    };
    static const char *const others[] = {"$(echo $PACKAGE_VERSION | cut -d. -f4)",
                                         "$(echo $UNKNOWN | cut -d. -f1)", "$(echo 3.2.4 | cut -d. -f1)",
                                         "$(echo $PACKAGE_VERSION | cut -d. -f1 | sed s/3/7/)"};
    char text[512];
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        (void)snprintf(text, sizeof text, "%s%s%s", head, commands[i][0], define);
        assert_macros_of("configure.ac", text, commands[i][1]);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        (void)snprintf(text, sizeof text, "%s%s%s", head, others[i], define);
        assert_no_macro_of("configure.ac", text, "KITE_MAJOR=3;");
        assert_no_macro_of("configure.ac", text, "KITE_MAJOR=4;");
    }
}

static void cmake_gives_macros_and_the_parts_of_a_version(void **state)
{
    static const char head[] = "project(kite VERSION 1.8.12)\n";
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        {"add_definitions(-DKITE_API=\"${PROJECT_VERSION_MAJOR}\")\n", "KITE_API=\"1\";"},
        {"add_compile_definitions(KITE_API=\"${PROJECT_VERSION_PATCH}\" B=2)\nset(C=3)\n",
         "KITE_API=\"12\";B=\"2\";"},
        {"target_compile_definitions(kite PRIVATE\n  KITE_NAME=\"kite\"\n  B=2\n)\nset(C=3)\n",
         "KITE_NAME=\"kite\";B=\"2\";"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, "%s%s", head, cases[i].text);
        assert_macros_of("CMakeLists.txt", text, cases[i].expected);
    }
}

static void meson_puts_elements_and_directories_into_texts(void **state)
{
    static const char *const cases[][2] = {
        {"foreach panel: ['wing', 'tail']\n  a = ['-DDOMAIN=\"@0@-panel\"'.format(panel)]\nendforeach\n",
         "DOMAIN=\"wing-panel\";DOMAIN=\"tail-panel\";"},
        {"all = [ # 'none'\n  'wing',\n]\nall += ['tail']\nforeach panel : all\n  a = '-DP=\"' + panel + "
         "'\"'\n",
         "P=\"wing\";P=\"tail\";"},
        {"all = [\n  ['wing', 'Wing, left'],\n  ['tail', 'Tail'],\n]\nforeach p : all\n  name = p[1]\n"
         "  bus = 'org.@0@.x'.format(name)\n  a = '-DBUS=\"@0@\"'.format(bus)\n",
         "BUS=\"org.Wing, left.x\";BUS=\"org.Tail.x\";"},
        {"d = join_paths(get_option('prefix'), get_option('datadir'))\nc.set_quoted('SOUNDS', d / "
         "'sounds')\n",
         "SOUNDS=\"/usr/share/sounds\";"},
        {"c.set('KITE', '\"@0@-@1@\"'.format('red', 'tail'))\n", "KITE=\"red-tail\";"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_macros(cases[i][0], cases[i][1]);
}

static void what_meson_asks_a_program_or_itself_is_no_text(void **state)
{
    static const char *const cases[] = {
        "a = '-DKITE=\"@0@\"'.format(run_command('kite').stdout())\n",
        "a = '-DKITE=\"@0@\"'.format(unknown)\n",
        "kite = kite + 'x'\na = '-DKITE=\"@0@\"'.format(kite)\n",
        "a = '-DKITE=\"@1@\"'.format('x')\n",
        "a = '-DKITE=\"@0@\"'.format('x').to_upper()\n",
        "a = '-DKITE=\"@0@\"'.format('x'\n",
        "a = '-DKITE=\"@0@\"'.format(p[0])\nforeach p : {'x': ['y']}\n",
        "c.set('KITE', name)\nname = 'x'\n",
        "# c.set_quoted('KITE', 'x')\n",
        "c.set_quoted('KITE', 'a\\'x')\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_no_macro_of("meson.build", cases[i], "KITE=");
    assert_no_macro_of("Makefile", "c.set_quoted('KITE', 'kite')\n", "KITE=");
}

static void variables_of_meson_that_grow_come_to_an_end(void **state)
{
    struct pl_buf text;
    (void)state;
    pl_buf_init(&text, 1u << 20);
    for (unsigned i = 0; i < 400; i++)
        pl_buf_printf(&text, "v%u = v%u + v%u / 'a%u'\nv%u = 'b%u'\n", i % 20, (i + 1) % 20, (i + 7) % 20, i,
                      i % 20, i);
    for (unsigned i = 0; i < 400; i++)
        pl_buf_printf(&text, "'-DKITE=\"@0@\"'.format(v%u)\n", i % 20);
    pl_buf_add_byte(&text, 0);
    assert_macros((const char *)pl_buf_bytes(&text).p, "");
    pl_buf_reset(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_version_of_the_project_is_the_value_of_a_macro),
        cmocka_unit_test(a_macro_in_a_list_has_what_stands_in_its_quotes),
        cmocka_unit_test(a_category_of_messages_is_a_value),
        cmocka_unit_test(a_variable_that_sed_puts_into_texts_is_a_value),
        cmocka_unit_test(what_the_linker_of_go_is_given_is_a_value),
        cmocka_unit_test(a_line_that_names_no_macro_gives_none),
        cmocka_unit_test(configure_cuts_the_parts_out_of_a_version),
        cmocka_unit_test(cmake_gives_macros_and_the_parts_of_a_version),
        cmocka_unit_test(meson_puts_elements_and_directories_into_texts),
        cmocka_unit_test(what_meson_asks_a_program_or_itself_is_no_text),
        cmocka_unit_test(variables_of_meson_that_grow_come_to_an_end),
    };
    return cmocka_run_group_tests_name("corpus_build_values", tests, NULL, NULL);
}
