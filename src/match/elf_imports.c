/*
 * elf_imports.c - symbols, libraries and search paths that an ELF image asks the loader for and its source does not; its loader and its sections, too.
 *
 * Claims nothing: the tables are structure. What no strict rule explains is noted in f->foreign, and the judge makes findings of it.
 */
#include "format/binary/elf_dynamic.h"
#include "match/code_imports.h"
#include "match/elf_loader.h"
#include "match/elf_paths.h"
#include "match/elf_sections.h"
#include "match/foreign.h"

#include <stdio.h>
#include <string.h>

/* Which -dev package of the build links to it nobody can tell when none is known. */
#define UNKNOWN_LIBRARY "library.unknown-packages"
/* The program holds code of packages that are not at hand, and who calls this nobody can tell. What it could hide: a call that the source does not make. */
#define OF_OTHERS "import.of-others"

/* Libraries of one image that all lists of what is installed are searched for: more than any image of Debian asks for. */
#define PATTERN_BYTES 7u /* of "libwx_gtk*" before its star: "lib" and four letters */
#define RAW_SEARCHES  1000u

/* Libraries of the compiler and the C library, which a driver links on its own account. GCC manual 3.15; glibc manual, Installation. */
static bool is_toolchain_library(pl_bytes name)
{
    static const char *const names[] = {
        "libc.so.6",        "libm.so.6",     "libpthread.so.0", "libdl.so.2",
        "librt.so.1",       "libgcc_s.so.1", "libstdc++.so.6",  "libatomic.so.1",
        "libutil.so.1",     "libmvec.so.1",  "libresolv.so.2",  "libgomp.so.1",
        "libquadmath.so.0", "libnsl.so.1",   "libanl.so.1",     "libssp.so.0"};
    if (pl_bytes_is_one_of(name, names, sizeof names / sizeof names[0]))
        return true;
    return pl_bytes_starts(name, PL_LIT("ld-linux")) || pl_bytes_starts(name, PL_LIT("ld64.so")) ||
           pl_bytes_starts(name, PL_LIT("ld.so"));
}

/*
 * Is it what a -dev package of the build links to? A link libXaw7.so -> libXaw7.so.7 also tells of libXaw.so.7: some libraries have their number in the file's name
 * that they do not have in their own.
 */
static bool is_of_dev_package(const struct pl_match *m, pl_bytes name)
{
    char text[128];
    size_t so = pl_bytes_find(name, PL_LIT(".so."), 0);
    if (pl_literals_word(m->literals, PL_WORD_LIBRARY, name, NULL, NULL))
        return true;
    if (so == SIZE_MAX)
        return false;
    pl_bytes number = pl_bytes_from(name, so + 4);
    int n = snprintf(text, sizeof text, "%.*s%.*s.so.%.*s", PL_ARG(pl_bytes_sub(name, 0, so)), PL_ARG(number),
                     PL_ARG(number));
    return n > 0 && (size_t)n < sizeof text &&
           pl_literals_word(m->literals, PL_WORD_LIBRARY, pl_bytes_of(text, (size_t)n), NULL, NULL);
}

static bool is_build_word(const struct pl_match *m, pl_bytes word)
{
    char text[128];
    if (pl_literals_word(m->literals, PL_WORD_IN_BUILD, word, NULL, NULL))
        return true;
    if (word.n + 4 > sizeof text)
        return false;
    memcpy(text, "lib", 3);
    memcpy(text + 3, word.p, word.n);
    return pl_literals_word(m->literals, PL_WORD_IN_BUILD, pl_bytes_of(text, word.n + 3), NULL, NULL);
}

/* One word of a library's name: as it is, or without the number at its end. */
static bool is_asked_for(const struct pl_match *m, pl_bytes word)
{
    size_t n = word.n;
    while (n > 0 && pl_is_digit(word.p[n - 1]))
        n--;
    return n == 0 || is_build_word(m, word) || is_build_word(m, pl_bytes_sub(word, 0, n));
}

/*
 * "isc-9.18.49-1~deb12u1-Debian": libtool's -release with the version of the package, and the vendor where the rules ask dpkg for it. What
 * is left in front says which library it is; a name that is all version says nothing. libtool manual, Release numbers.
 */
static pl_bytes without_release(const struct pl_match *m, pl_bytes stem)
{
    for (size_t t = 0; t < pl_index_tree_count(m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(m->index, t);
        pl_bytes version = pl_bytes_of_str(tree->rank == PL_RANK_OWN && tree->revision ? tree->revision : "");
        size_t colon = pl_bytes_find_byte(version, ':', 0);
        version = colon == SIZE_MAX ? version : pl_bytes_from(version, colon + 1);
        size_t at = version.n < 3 ? SIZE_MAX : pl_bytes_find(stem, version, 0);
        if (at == SIZE_MAX || at < 2 || stem.p[at - 1] != '-')
            continue;
        pl_bytes behind = pl_bytes_from(stem, at + version.n);
        bool is_vendor = pl_bytes_eq_str(behind, "-Debian") &&
                         pl_literals_word(m->literals, PL_WORD_IN_BUILD, PL_LIT("DEB_VENDOR"), NULL, NULL);
        if (behind.n == 0 || is_vendor)
            return pl_bytes_sub(stem, 0, at - 1);
    }
    return stem;
}

/* "libfoo-bar.so.5": do the build files of the source name foo-bar, or foo (or libfoo) and bar? */
static bool is_build_library(const struct pl_match *m, pl_bytes name)
{
    size_t end = pl_bytes_find(name, PL_LIT(".so"), 0);
    if (end == SIZE_MAX)
        return false;
    pl_bytes stem = pl_bytes_sub(name, 0, end);
    if (pl_bytes_starts(stem, PL_LIT("lib")))
        stem = pl_bytes_from(stem, 3);
    /* PEP 3149: "libpyside2.cpython-311-x86_64-linux-gnu.so.5.15" says for which interpreter it is */
    stem = without_release(m, pl_bytes_sub(stem, 0, pl_bytes_find(stem, PL_LIT(".cpython-"), 0)));
    if (stem.n > 0 && is_build_word(m, stem))
        return true;
    bool says_something = false;
    for (size_t at = 0; at < stem.n;) {
        size_t n = 0;
        while (at + n < stem.n && memchr("-+._", stem.p[at + n], 4) == NULL)
            n++;
        if (n > 0 && !is_asked_for(m, pl_bytes_sub(stem, at, n)))
            return false;
        says_something = says_something || n > 0;
        at += n + 1;
    }
    return says_something;
}

/* "usr/lib/x/libwx_gtk*.so.*": does the last part of such a pattern fit the name? What stands before its first star has to say which library it is. */
static bool fits_pattern(pl_bytes pattern, pl_bytes name)
{
    size_t star = pl_bytes_find_byte(pattern, '*', 0);
    if (star == SIZE_MAX || star < PATTERN_BYTES || !pl_bytes_skip(&name, pl_bytes_sub(pattern, 0, star)))
        return false;
    pl_bytes rest = pl_bytes_from(pattern, star + 1);
    pl_bytes part;
    while (pl_bytes_split(&rest, '*', &part)) {
        size_t at = pl_bytes_find(name, part, 0);
        if (at == SIZE_MAX)
            return false;
        name = pl_bytes_from(name, at + part.n);
    }
    return true;
}

/* Does a line of a list of what to install have a pattern for it, or one of debian/PKG.shlibs its name and version: "libwx_gtk3u_core-3.2 0"? */
static bool is_listed(pl_bytes text, pl_bytes name, bool is_shlibs)
{
    pl_bytes line;
    while (pl_bytes_line(&text, &line)) {
        pl_bytes first;
        pl_bytes version;
        line = pl_bytes_trim(line);
        if (!pl_bytes_split(&line, ' ', &first))
            continue;
        if (!is_shlibs && fits_pattern(pl_bytes_basename(first), name))
            return true;
        pl_bytes rest = name;
        if (is_shlibs && first.n > 0 && pl_bytes_split(&line, ' ', &version) && pl_bytes_skip(&rest, first) &&
            pl_bytes_skip(&rest, PL_LIT(".so.")) && pl_bytes_eq(rest, version))
            return true;
    }
    return false;
}

/*
 * "libQt5Location.so.5 libqt5location5 #MINVER#", or that file in a list of what to install: a library of the same source, which debian/ puts into a
 * package of its own. deb-symbols(5), deb-shlibs(5), dh_install(1).
 */
static bool is_own_library(const struct pl_match *m, pl_bytes name)
{
    static const char *const lists[] = {".symbols", ".symbols.in", ".shlibs", ".install", ".install.in"};
    size_t so = pl_bytes_find(name, PL_LIT(".so"), 0);
    pl_bytes stem = pl_bytes_sub(name, 0, so == SIZE_MAX ? 0 : so + 3);
    for (size_t u = 0; u < pl_index_unit_count(m->index) && stem.n > 6; u++) {
        pl_source_ref ref = pl_index_unit_ref(m->index, (uint32_t)u);
        const struct pl_source_file *f = pl_index_file(m->index, ref);
        bool is_list = false;
        for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
            is_list = is_list || pl_bytes_ends(f->path, pl_bytes_of_str(lists[i]));
        if (!is_list || pl_index_tree(m->index, ref.tree)->rank != PL_RANK_OWN ||
            !pl_bytes_starts(f->path, PL_LIT("debian/")))
            continue;
        bool is_shlibs = pl_bytes_ends(f->path, PL_LIT(".shlibs"));
        bool is_install = pl_bytes_find(f->path, PL_LIT(".install"), 0) != SIZE_MAX;
        if ((is_shlibs || is_install) && is_listed(f->data, name, is_shlibs))
            return true;
        for (size_t at = pl_bytes_find(f->data, stem, 0); at != SIZE_MAX;
             at = pl_bytes_find(f->data, stem, at + stem.n)) {
            uint8_t before = at == 0 ? '\n' : f->data.p[at - 1];
            uint8_t behind = at + stem.n < f->data.n ? f->data.p[at + stem.n] : '\n';
            if (strchr("\n/ \t", before) != NULL && strchr(".*\n", behind) != NULL && before != 0 &&
                behind != 0)
                return true;
        }
    }
    return false;
}

static pl_status check_imports(const struct pl_match *m, struct pl_file *f, const struct pl_elf_dynamic *d,
                               struct pl_err *err)
{
    pl_status st = PL_OK;
    const char *of_others = m->codebase != NULL && pl_codebase_links_all(m->codebase) ? OF_OTHERS : NULL;
    for (size_t i = 0; i < d->n_imports && st == PL_OK; i++) {
        struct pl_import_hit hit = {0};
        bool found;
        st = pl_import_explain(m->literals, d->imports[i].text, m->scratch, &found, &hit, err);
        f->asked[PL_FOREIGN_IMPORT]++;
        if (st == PL_OK && (!found || !hit.rule->is_strict))
            st = pl_foreign_add(m, f, PL_FOREIGN_IMPORT, d->imports[i].offset, d->imports[i].text,
                                found ? hit.rule->name : of_others, err);
    }
    return st;
}

static pl_status check_libraries(const struct pl_match *m, struct pl_file *f, const struct pl_elf_dynamic *d,
                                 struct pl_err *err)
{
    pl_status st = PL_OK;
    size_t searches = 0;
    for (size_t i = 0; i < d->n_libraries && st == PL_OK; i++) {
        pl_bytes name = d->libraries[i].text;
        f->asked[PL_FOREIGN_LIBRARY]++;
        if (!is_of_dev_package(m, name) && !is_toolchain_library(name) && !is_build_library(m, name) &&
            (searches++ >= RAW_SEARCHES || !is_own_library(m, name)))
            st = pl_foreign_add(m, f, PL_FOREIGN_LIBRARY, d->libraries[i].offset, name,
                                pl_literals_has_headers(m->literals) ? NULL : UNKNOWN_LIBRARY, err);
    }
    return st == PL_OK ? pl_elf_note_paths(m, f, d, err) : st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct pl_elf elf;
    struct pl_elf_dynamic dynamic;
    struct pl_err why = {0};
    if (m->literals == NULL || !pl_elf_is(f->data) || f->data.n != f->size)
        return PL_OK;
    pl_status st = pl_elf_read(f->data, m->scratch, NULL, &elf, &why);
    if (st == PL_E_INPUT)
        return PL_OK; /* the rung for its structure has said so */
    if (st != PL_OK && err != NULL)
        *err = why;
    if (st == PL_OK)
        st = pl_elf_dynamic_read(f->data, &elf, m->scratch, &dynamic, err);
    if (st == PL_OK)
        st = check_imports(m, f, &dynamic, err);
    if (st == PL_OK)
        st = check_libraries(m, f, &dynamic, err);
    if (st == PL_OK)
        st = pl_elf_note_loaders(m, f, &dynamic, err);
    return st == PL_OK ? pl_elf_note_sections(m, f, &elf, err) : st;
}

const struct pl_rung pl_rung_elf_imports = {
    .rule = "elf.imports",
    .what = "Explains nothing: notes imported symbols, libraries, search paths, loaders and sections that "
            "the source does not ask for.",
    .source = "System V gABI 4.2, chapters 4 and 5; docs of the rules in match/code_imports.c",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
