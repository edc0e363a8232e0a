/*
 * bindings.c - images, and parts of them, that a generator outside of the source writes.
 *
 *     sip/QtQml/QtQmlmod.sip                              sip-build         QtQml.abi3.so
 *     PySide2/QtQuickWidgets/typesystem_quickwidgets.xml  shiboken          QtQuickWidgets.cpython-311-x86_64-linux-gnu.so
 *
 * Nearly all of such a module is C++ that is in no package: the generator writes it from the headers of a library and from these files. That its strings
 * are not the source's contradicts nothing, nor does it explain them: nobody can tell.
 *
 * What somebody could hide behind it: code and texts in a module of that name, of which a warning speaks, and the link is unproven. Imports, libraries
 * and sections are judged as in any other image. The input is one of the source's own, and the image one for Python.
 *
 *     src/python/seccomp.pyx                              Cython            seccomp.cpython-311-x86_64-linux-gnu.so
 *     src/python/termboxmodule.pyx, named in setup.py     Cython            termbox.cpython-311-x86_64-linux-gnu.so, named beside it
 *     python/dartpy.cpp, with PYBIND11_MODULE(dartpy, m)  pybind11          dartpy.cpython-311-x86_64-linux-gnu.so: its templates put signatures together
 *     contrib/python/ldns.i, or any with "%module ldns"   SWIG              _ldns.cpython-311-x86_64-linux-gnu.so
 *     data/org.freedesktop.Accounts.xml                   gdbus-codegen     a part of a program that the build files name
 *     build-aux/qmi-codegen/utils.py, with "#include"     itself            a part of a program that the build files name
 *     utils/ipc/module_ipa_proxy.h.tmpl, with "{% for"    Jinja             a part of a program that the build files name
 *     xdg-shell.xml of wayland-protocols                  wayland-scanner   a part of a program that the build files name
 *     src/cvc-create.ggo.in, or without .in               gengetopt         a part of a program that the build files name
 *
 *     gi_tests / 'gimarshallingtests.c', in no source     a compiler        libgimarshallingtests.so, called like it: of /usr/share/gobject-introspection-1.0/tests
 *
 * Of a program such a part alone is excused: with half of its strings and more from nowhere it is not made of this source, whatever the build calls.
 *
 * Sources: gdbus-codegen(1); Cython manual, "Source Files and Compilation"; SWIG manual, "SWIG and Python"; SIP documentation, "sip-build"; Shiboken documentation, "Typesystem specification"; PEP 3149 (names of extension modules).
 */
#include "match/bindings.h"

#include "format/text/words.h"

#include <string.h>

#define MODULE_BYTES      512u /* from "%module" to the end of its line; more is no module */
#define MADE_NAME_BYTES   512u /* that somebody could call */
#define ABSENT_STEM_BYTES 5u   /* of the name of an image whose source is not at hand */
#define STEM_BYTES        3u   /* of an image's name that is looked for in build files */
#define END_BYTES         6u   /* of the end of one that is put together there */

static const struct generator {
    const char *begin; /* of the name of an input in a folder called after the module */
    const char *end;
} generators[] = {
    {"", ".sip"},
    {"typesystem", ".xml"},
};

/* "%module ldns", "%module "ldns"", "%module(directors="0") ap;": what SWIG's input calls the module. */
static bool names_module(pl_bytes text, pl_bytes module)
{
    pl_bytes mark = PL_LIT("%module");
    for (size_t at = 0; (at = pl_bytes_find(text, mark, at)) != SIZE_MAX; at += mark.n) {
        pl_bytes rest = pl_bytes_sub(text, at + mark.n, MODULE_BYTES);
        rest = pl_bytes_sub(rest, 0, pl_bytes_find_byte(rest, '\n', 0));
        size_t end = pl_bytes_starts(rest, PL_LIT("(")) ? pl_bytes_find_byte(rest, ')', 0) : 0;
        rest = pl_bytes_trim(pl_bytes_from(rest, end == SIZE_MAX ? rest.n : end + (end > 0)));
        rest = pl_bytes_from(rest, pl_bytes_starts(rest, PL_LIT("\"")));
        if (pl_bytes_skip(&rest, module) &&
            (rest.n == 0 || (!pl_is_word_byte(rest.p[0]) && rest.p[0] != '.' && rest.p[0] != '-')))
            return true;
    }
    return false;
}

/* "swig_add_library(pywraps2 ...": what CMake has SWIG call the module. */
static bool adds_module(pl_bytes text, pl_bytes module)
{
    static const char *const calls[] = {"swig_add_library(", "swig_add_module("};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        for (size_t at = 0; (at = pl_bytes_find(text, pl_bytes_of_str(calls[i]), at)) != SIZE_MAX; at++) {
            pl_bytes rest = pl_bytes_from(text, at + strlen(calls[i]));
            if (pl_bytes_skip(&rest, module) && rest.n > 0 && memchr(" \t\n)", rest.p[0], 4) != NULL)
                return true;
        }
    return false;
}

static bool is_swigs(const struct pl_source_file *s)
{
    return pl_bytes_ends(s->path, PL_LIT(".i")) || pl_bytes_ends(s->path, PL_LIT(".swg"));
}

const struct pl_source_file *pl_bindings_swig(const struct pl_match *m, pl_bytes module)
{
    const struct pl_source_file *any = NULL;
    bool is_added = false;
    for (uint32_t u = 0; u < pl_index_unit_count(m->index) && module.n > 0; u++) {
        const struct pl_source_file *s = pl_index_unit_file(m->index, u);
        if (!pl_index_unit_is_own(m->index, u))
            continue;
        if (is_swigs(s) && names_module(s->data, module))
            return s;
        any = any == NULL && is_swigs(s) ? s : any;
        is_added =
            is_added || (pl_bytes_ends(s->path, PL_LIT("CMakeLists.txt")) && adds_module(s->data, module));
    }
    return is_added ? any : NULL;
}

static bool is_input(const struct pl_source_file *s, pl_bytes module)
{
    pl_bytes base = pl_bytes_basename(s->path);
    for (size_t i = 0; i < sizeof generators / sizeof generators[0]; i++)
        if (pl_bytes_starts(base, pl_bytes_of_str(generators[i].begin)) &&
            pl_bytes_ends(base, pl_bytes_of_str(generators[i].end)) &&
            pl_bytes_eq(pl_bytes_basename(pl_bytes_folder(s->path)), module) /* sip/QtQml/x.sip */)
            return true;
    /* src/python/seccomp.pyx: Cython's own texts are a third of a small module */
    if (base.n == module.n + 4 && pl_bytes_starts(base, module) && pl_bytes_ends(base, PL_LIT(".pyx")))
        return true;
    /* contrib/python/ldns.i: SWIG's module is _ldns */
    pl_bytes stem = pl_bytes_from(module, 1);
    return pl_bytes_starts(module, PL_LIT("_")) && base.n == stem.n + 2 && pl_bytes_starts(base, stem) &&
           pl_bytes_ends(base, PL_LIT(".i"));
}

/* PYBIND11_MODULE(dartpy, m): templates of pybind11 write a text for each function of the module, from its types. The same for nanobind and Boost.Python. */
static const struct pl_source_file *template_input(const struct pl_match *m, pl_bytes module)
{
    static const char *const macros[] = {"PYBIND11_MODULE(", "NB_MODULE(", "BOOST_PYTHON_MODULE("};
    for (uint32_t u = 0; u < pl_index_unit_count(m->index) && module.n > 0; u++) {
        const struct pl_source_file *s = pl_index_unit_file(m->index, u);
        if (!pl_index_unit_is_own(m->index, u))
            continue;
        for (size_t i = 0; i < sizeof macros / sizeof macros[0]; i++) {
            size_t at = pl_bytes_find(s->data, pl_bytes_of_str(macros[i]), 0);
            pl_bytes rest = pl_bytes_from(s->data, at == SIZE_MAX ? s->data.n : at + strlen(macros[i]));
            rest = pl_bytes_trim(pl_bytes_sub(rest, 0, pl_bytes_find_byte(rest, '\n', 0)));
            if (pl_bytes_skip(&rest, module) && rest.n > 0 && memchr(" ,)", rest.p[0], 3) != NULL)
                return s;
        }
    }
    return NULL;
}

/* Does the text have the module in quotes, alone or behind the packages that it is in: 'termbox', "a.b.termbox"? */
static bool quotes_module(pl_bytes text, pl_bytes module)
{
    for (size_t at = 1; (at = pl_bytes_find(text, module, at)) != SIZE_MAX; at++) {
        size_t end = at + module.n;
        if (end < text.n && (text.p[end] == '"' || text.p[end] == '\'') &&
            (text.p[at - 1] == text.p[end] || text.p[at - 1] == '.'))
            return true;
    }
    return false;
}

/* Extension("termbox", ["src/python/termboxmodule.pyx"]): the input of Cython that the setup.py names beside the module. */
static const struct pl_source_file *cython_input(const struct pl_match *m, pl_bytes module)
{
    for (uint32_t u = 0; u < pl_index_unit_count(m->index) && module.n > 0; u++) {
        const struct pl_source_file *setup = pl_index_unit_file(m->index, u);
        if (!pl_bytes_eq_str(pl_bytes_basename(setup->path), "setup.py") ||
            !pl_index_unit_is_own(m->index, u) || !quotes_module(setup->data, module))
            continue;
        for (uint32_t i = 0; i < pl_index_unit_count(m->index); i++) {
            const struct pl_source_file *s = pl_index_unit_file(m->index, i);
            if (pl_bytes_ends(s->path, PL_LIT(".pyx")) && pl_index_unit_is_own(m->index, i) &&
                pl_bytes_find(setup->data, pl_bytes_basename(s->path), 0) != SIZE_MAX)
                return s;
        }
    }
    return NULL;
}

const struct pl_source_file *pl_bindings_input(const struct pl_match *m, const struct pl_file *f)
{
    pl_bytes base = pl_bytes_basename(f->name);
    pl_bytes module = pl_bytes_sub(base, 0, pl_bytes_find_byte(base, '.', 0));
    bool is_extension = pl_bytes_ends(base, PL_LIT(".so")) &&
                        pl_bytes_find(f->name, PL_LIT("/dist-packages/"), 0) != SIZE_MAX;
    for (size_t u = 0; u < pl_index_unit_count(m->index) && is_extension && module.n > 0; u++) {
        pl_source_ref ref = pl_index_unit_ref(m->index, (uint32_t)u);
        const struct pl_source_file *s = pl_index_file(m->index, ref);
        if (pl_index_tree(m->index, ref.tree)->rank == PL_RANK_OWN && is_input(s, module))
            return s;
    }
    const struct pl_source_file *swigs = is_extension && pl_bytes_starts(module, PL_LIT("_"))
                                             ? pl_bindings_swig(m, pl_bytes_from(module, 1))
                                             : NULL;
    const struct pl_source_file *cythons = swigs == NULL && is_extension ? cython_input(m, module) : swigs;
    return cythons == NULL && is_extension ? template_input(m, module) : cythons;
}

void pl_made_names_init(struct pl_made_names *names)
{
    pl_map_init(&names->words);
    names->is_read = false;
}

void pl_made_names_reset(struct pl_made_names *names)
{
    pl_map_reset(&names->words);
    names->is_read = false;
}

static pl_status read_words(struct pl_made_names *names, const struct pl_source_file *input,
                            struct pl_err *err)
{
    pl_bytes rest = input->data;
    pl_bytes word;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_words_next(&rest, &word))
        st = pl_map_add(&names->words, word, 0, NULL, err);
    return st;
}

pl_status pl_made_names_has(struct pl_made_names *names, const struct pl_match *m, const struct pl_file *f,
                            pl_bytes string, bool *is_made, struct pl_err *err)
{
    uint64_t unused;
    *is_made = false;
    if (!names->is_read) {
        const struct pl_source_file *input = pl_bindings_input(m, f);
        pl_status st = input != NULL && is_swigs(input) ? read_words(names, input, err) : PL_OK;
        if (st != PL_OK)
            return st;
        names->is_read = true;
    }
    if (names->words.n == 0 || string.n > MADE_NAME_BYTES)
        return PL_OK;
    for (size_t at = 1; at + 1 < string.n && !*is_made; at++)
        *is_made = string.p[at] == '_' && pl_map_get(&names->words, pl_bytes_sub(string, 0, at), &unused) &&
                   pl_map_get(&names->words, pl_bytes_from(string, at + 1), &unused);
    return PL_OK;
}

/* A build file: does it say what is built, or where it goes? */
static bool is_build_file(pl_bytes path)
{
    static const char *const names[] = {"meson.build", "CMakeLists.txt", "Makefile",       "Makefile.am",
                                        "Makefile.in", "GNUmakefile",    "configure.ac",   "setup.py",
                                        "rules",       "SConstruct",     "Makefile.am.inc"};
    return pl_bytes_is_one_of(pl_bytes_basename(path), names, sizeof names / sizeof names[0]) ||
           pl_bytes_ends(path, PL_LIT(".pro")) || pl_bytes_ends(path, PL_LIT(".install"));
}

/* "libqmi-glib.so.5.9.0" as "qmi-glib", a program as it is called. */
static pl_bytes stem_of(pl_bytes name)
{
    name = pl_bytes_basename(name);
    size_t so = pl_bytes_find(name, PL_LIT(".so"), 1);
    name = pl_bytes_sub(name, 0, so);
    return so != SIZE_MAX && pl_bytes_starts(name, PL_LIT("lib")) ? pl_bytes_from(name, 3) : name;
}

/*
 * Does a build file have the name? As it is, or as a text that is put behind a word of the source: mojom['name'] + '_ipa_proxy'.
 */
static bool is_called(const struct pl_match *m, pl_bytes text, pl_bytes stem)
{
    if (pl_bytes_find(text, stem, 0) != SIZE_MAX)
        return true;
    for (size_t k = 1; k + END_BYTES <= stem.n; k++) {
        pl_bytes end = pl_bytes_from(stem, k);
        if (memchr("_-", end.p[0], 2) == NULL || !pl_index_has_word(m->index, pl_bytes_sub(stem, 0, k)))
            continue;
        for (size_t at = 0; (at = pl_bytes_find(text, end, at)) != SIZE_MAX; at++)
            if (at > 0 && at + end.n < text.n && memchr("'\"", text.p[at - 1], 2) != NULL &&
                text.p[at + end.n] == text.p[at - 1])
                return true;
    }
    return false;
}

/* A template of Jinja or Mako with a text of C in it, which a script of the source fills in. */
static bool is_template(const struct pl_source_file *s)
{
    static const char *const ends[] = {".tmpl", ".j2", ".jinja", ".jinja2", ".mako", ".template"};
    bool has_end = false;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        has_end = has_end || pl_bytes_ends(s->path, pl_bytes_of_str(ends[i]));
    return has_end && pl_bytes_find(s->data, PL_LIT("#include"), 0) != SIZE_MAX &&
           (pl_bytes_find(s->data, PL_LIT("{%"), 0) != SIZE_MAX ||
            pl_bytes_find(s->data, PL_LIT("{{"), 0) != SIZE_MAX ||
            pl_bytes_find(s->data, PL_LIT("% for"), 0) != SIZE_MAX);
}

/* A description of interfaces of D-Bus or of options (gengetopt), a template, or a script that has a text of C in it. */
static bool is_for_a_part(const struct pl_source_file *s, bool calls_codegen)
{
    if (calls_codegen && pl_bytes_ends(s->path, PL_LIT(".xml")))
        return pl_bytes_find(s->data, PL_LIT("<interface name="), 0) != SIZE_MAX;
    if (is_template(s) || pl_bytes_ends(s->path, PL_LIT(".ggo")) || pl_bytes_ends(s->path, PL_LIT(".ggo.in")))
        return true;
    bool is_script = pl_bytes_ends(s->path, PL_LIT(".py")) || pl_bytes_ends(s->path, PL_LIT(".pl"));
    return is_script && pl_bytes_find(s->data, PL_LIT("#include"), 0) != SIZE_MAX;
}

/*
 * Does the build have wayland-scanner write code, out of descriptions of protocols that other packages hold (wayland-protocols), too? What such code says are names of the
 * protocol's requests and events.
 */
static bool calls_scanner(const struct pl_match *m)
{
    static const char *const callers[] = {"wayland-scanner",
                                          "wayland_scanner",
                                          "WAYLAND_SCANNER",
                                          "qtwaylandscanner",
                                          "wayland_protocols",
                                          "WAYLAND_PROTOCOLS",
                                          "ecm_add_wayland_client_protocol"};
    for (size_t i = 0; i < sizeof callers / sizeof callers[0] && m->literals != NULL; i++)
        if (pl_literals_word(m->literals, PL_WORD_IN_BUILD, pl_bytes_of_str(callers[i]), NULL, NULL))
            return true;
    return false;
}

const struct pl_source_file *pl_bindings_part(const struct pl_match *m, const struct pl_file *f)
{
    static const char *const callers[] = {"gdbus_codegen", "GDBUS_CODEGEN", "gdbus-codegen"};
    pl_bytes stem = stem_of(f->name);
    const struct pl_source_file *input = NULL;
    bool calls_codegen = false;
    bool is_built = false;
    bool has_scanner = calls_scanner(m);
    for (size_t i = 0; i < sizeof callers / sizeof callers[0] && m->literals != NULL; i++)
        calls_codegen = calls_codegen || pl_literals_word(m->literals, PL_WORD_IN_BUILD,
                                                          pl_bytes_of_str(callers[i]), NULL, NULL);
    for (size_t u = 0; u < pl_index_unit_count(m->index) && stem.n >= STEM_BYTES; u++) {
        pl_source_ref ref = pl_index_unit_ref(m->index, (uint32_t)u);
        const struct pl_source_file *s = pl_index_file(m->index, ref);
        if (pl_index_tree(m->index, ref.tree)->rank != PL_RANK_OWN)
            continue;
        bool names_it = is_build_file(s->path) && is_called(m, s->data, stem);
        is_built = is_built || names_it;
        input = input == NULL && (is_for_a_part(s, calls_codegen) || (has_scanner && names_it)) ? s : input;
    }
    return is_built ? input : NULL;
}

/* Does the text name a file of C or C++ of this stem: "tests / 'kite.c'", "/usr/src/kite/kite.cc"? */
static bool names_source(pl_bytes text, pl_bytes stem)
{
    static const char *const ends[] = {".c", ".cc", ".cpp", ".cxx"};
    for (size_t at = 1; (at = pl_bytes_find(text, stem, at)) != SIZE_MAX; at++) {
        pl_bytes rest = pl_bytes_from(text, at + stem.n);
        bool begins = memchr("'\"/ \t\n", text.p[at - 1], 6) != NULL;
        for (size_t i = 0; i < sizeof ends / sizeof ends[0] && begins; i++) {
            pl_bytes end = pl_bytes_of_str(ends[i]);
            if (pl_bytes_starts(rest, end) && (rest.n == end.n || !pl_is_word_byte(rest.p[end.n])))
                return true;
        }
    }
    return false;
}

const struct pl_source_file *pl_bindings_absent(const struct pl_match *m, const struct pl_file *f)
{
    pl_bytes stem = stem_of(f->name);
    const struct pl_source_file *found = NULL;
    for (size_t u = 0; u < pl_index_unit_count(m->index) && stem.n >= ABSENT_STEM_BYTES; u++) {
        const struct pl_source_file *s = pl_index_unit_file(m->index, (uint32_t)u);
        pl_bytes base = pl_bytes_basename(s->path);
        /* kite.y, kite.c.in or kite.vala: what the build makes kite.c of */
        if (pl_bytes_skip(&base, stem) && pl_bytes_starts(base, PL_LIT(".")))
            return NULL;
        if (found == NULL && pl_index_unit_is_own(m->index, (uint32_t)u) && is_build_file(s->path) &&
            names_source(s->data, stem))
            found = s;
    }
    return found;
}
