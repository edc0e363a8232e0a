/*
 * elf_paths.c - search paths (DT_RUNPATH, DT_RPATH) that an ELF image asks the loader for and its source does not.
 *
 * A source says where its libraries are looked for in three ways: as a text, to the linker behind -rpath, or by a variable of the build system
 * (meson's install_rpath, CMake's INSTALL_RPATH, libtool's -rpath $(pkglibdir)) that ends in a folder below the system's libraries. The value of a variable
 * is not known here. Where debian/NAME.install puts files of the very folder into a package of the same source, it is the source's own folder; where the folder
 * is only called after the source or one of its packages, that is likely.
 *
 * Sources: ld.so(8); dh_install(1); Meson reference manual, install_rpath; GNU libtool manual, Link mode.
 */
#include "match/elf_paths.h"

#include "match/debian.h"
#include "match/foreign.h"

#include <stdio.h>
#include <string.h>

/* Strict rules leave nothing to note. What this one could hide: a library of the same name that somebody else puts into the package's own folder. */
#define OWN_NAME "runpath.own-name"
/*
 * A folder below the system's libraries, to which nobody writes but who installs packages: of 7 honest packages that were accused of a search path alone, or beside
 * something else, each had one of these (tests/accuracy/code-held-out.md, samples B, I and J). What it could hide: a path to where another package, or root, puts a library.
 */
#define SYSTEM_FOLDER "runpath.system-folder"

/* From a fixed folder or the program's own? Any other is looked for where the user happens to be. ld.so(8). */
static bool is_anchored(pl_bytes path)
{
    return pl_bytes_starts(path, PL_LIT("/")) || pl_bytes_starts(path, PL_LIT("$ORIGIN")) ||
           pl_bytes_starts(path, PL_LIT("${ORIGIN}"));
}

/* Behind "$(DEB_HOST_MULTIARCH)" at `i` of `text`, where `path` has a machine at *k, which goes behind it, too; 0 when it does not stand there. */
static size_t behind_machine(pl_bytes text, size_t i, pl_bytes path, size_t *k)
{
    static const char *const variables[] = {"$(DEB_HOST_MULTIARCH)", "${DEB_HOST_MULTIARCH}",
                                            "$(DEB_TARGET_MULTIARCH)"};
    pl_bytes rest = pl_bytes_from(path, *k);
    size_t slash = pl_bytes_find_byte(rest, '/', 0);
    pl_bytes machine = pl_bytes_sub(rest, 0, slash == SIZE_MAX ? rest.n : slash);
    if (pl_bytes_find(machine, PL_LIT("-linux-gnu"), 0) == SIZE_MAX)
        return 0;
    for (size_t v = 0; v < sizeof variables / sizeof variables[0]; v++)
        if (pl_bytes_starts(pl_bytes_from(text, i), pl_bytes_of_str(variables[v]))) {
            *k += machine.n;
            return i + strlen(variables[v]);
        }
    return 0;
}

/*
 * How many bytes of `text` are this path; 0: none. Make wants each $ doubled, the shell wants it escaped, and some want both. Debian's builds
 * know the machine by a variable.
 */
static size_t path_length(pl_bytes text, pl_bytes path)
{
    size_t i = 0;
    for (size_t k = 0; k < path.n; k++, i++) {
        size_t behind = k > 0 && path.p[k - 1] == '/' ? behind_machine(text, i, path, &k) : 0;
        i = behind > 0 ? behind : i;
        if (behind > 0 && k == path.n)
            return i;
        while (path.p[k] == '$' && i + 1 < text.n && text.p[i + 1] == '$' &&
               (text.p[i] == '$' || text.p[i] == '\\'))
            i++;
        if (i >= text.n || text.p[i] != path.p[k])
            return 0;
    }
    return i;
}

/* Does a file give the linker this very path: -rpath, what stands between an option and its value, the path, and its end? */
static bool gives_path(pl_bytes text, pl_bytes path)
{
    static const char between[] = ",= \t'\"";
    static const char behind[] = " \t\r\n'\"),;";
    pl_bytes option = PL_LIT("-rpath");
    for (size_t at = pl_bytes_find(text, option, 0); at != SIZE_MAX;
         at = pl_bytes_find(text, option, at + option.n)) {
        size_t i = at + option.n;
        while (i < text.n && memchr(between, text.p[i], sizeof between - 1) != NULL)
            i++;
        if (pl_bytes_starts(pl_bytes_from(text, i), PL_LIT("-Wl,")))
            i += 4;
        size_t n = i < text.n ? path_length(pl_bytes_from(text, i), path) : 0;
        if (n > 0 && (i + n == text.n || memchr(behind, text.p[i + n], sizeof behind - 1) != NULL))
            return true;
    }
    return false;
}

/* Neither make's $$ nor the shell's \$ is in any table of texts: what those do not have is looked for in the files. */
static bool is_given_path(const struct pl_match *m, pl_bytes path)
{
    for (size_t t = 0; t < pl_index_tree_count(m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(m->index, t);
        for (size_t i = 0; i < tree->files.n; i++)
            if (gives_path(tree->files.v[i].data, path))
                return true;
    }
    return false;
}

/* What is behind /usr/lib, /usr/lib64 or /usr/lib/x86_64-linux-gnu: a folder below it, as it is written without any way around. No bytes: none. */
static pl_bytes below_libraries(pl_bytes path)
{
    const pl_bytes none = {NULL, 0};
    pl_bytes rest = pl_bytes_starts(path, PL_LIT("/usr/lib/")) ? pl_bytes_from(path, strlen("/usr/lib/"))
                    : pl_bytes_starts(path, PL_LIT("/usr/lib64/"))
                        ? pl_bytes_from(path, strlen("/usr/lib64/"))
                        : none;
    size_t slash = pl_bytes_find_byte(rest, '/', 0);
    pl_bytes first = pl_bytes_sub(rest, 0, slash == SIZE_MAX ? rest.n : slash);
    if (pl_bytes_ends(first, PL_LIT("-linux-gnu")))
        rest = slash == SIZE_MAX ? none : pl_bytes_from(rest, slash + 1);
    bool is_plain = pl_bytes_find(rest, PL_LIT("//"), 0) == SIZE_MAX &&
                    pl_bytes_find(rest, PL_LIT("/."), 0) == SIZE_MAX && !pl_bytes_starts(rest, PL_LIT("/")) &&
                    !pl_bytes_starts(rest, PL_LIT("."));
    return is_plain ? rest : none;
}

/*
 * "$ORIGIN/../../lib" of a file that is installed below the system's libraries, as a fixed path; as it was where it is none, or leads out of them. Ways up that are no
 * "../" right behind $ORIGIN stay as they are, and fit nothing.
 */
static pl_bytes resolved(const struct pl_match *m, const struct pl_file *f, pl_bytes path)
{
    pl_bytes rest = path;
    pl_bytes folder = pl_bytes_folder(f->name);
    if (!pl_bytes_starts(f->name, PL_LIT("usr/lib")) ||
        !(pl_bytes_skip(&rest, PL_LIT("$ORIGIN")) || pl_bytes_skip(&rest, PL_LIT("${ORIGIN}"))))
        return path;
    while (pl_bytes_skip(&rest, PL_LIT("/.."))) {
        size_t slash = pl_bytes_rfind_byte(folder, '/');
        if (slash == SIZE_MAX || (rest.n > 0 && rest.p[0] != '/'))
            return path;
        folder = pl_bytes_sub(folder, 0, slash);
    }
    const char *fixed = pl_arena_printf(m->scratch, "/%.*s%.*s", PL_ARG(folder), PL_ARG(rest));
    return fixed == NULL ? path : pl_bytes_of_str(fixed);
}

/* Does a build file say that programs get a search path at all? */
static bool sets_paths(const struct pl_match *m)
{
    static const char *const words[] = {"install_rpath",       "build_rpath",    "INSTALL_RPATH",
                                        "CMAKE_INSTALL_RPATH", "LT_INIT",        "AC_PROG_LIBTOOL",
                                        "AM_PROG_LIBTOOL",     "QMAKE_RPATHDIR", "rpath"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (pl_literals_word(m->literals, PL_WORD_IN_BUILD, pl_bytes_of_str(words[i]), NULL, NULL))
            return true;
    return false;
}

/* "usr/lib/STAR/tool/libtool.so", the first word of a line of debian/NAME.install: is it the folder below the system's libraries, or in it? */
static bool installs_below(pl_bytes word, pl_bytes below)
{
    static const char *const starts[] = {"debian/tmp/", "/", ""};
    static const char *const machines[] = {"*/", "${DEB_HOST_MULTIARCH}/", "$(DEB_HOST_MULTIARCH)/", ""};
    size_t n = 0;
    while (n + 1 < sizeof starts / sizeof starts[0] && !pl_bytes_starts(word, pl_bytes_of_str(starts[n])))
        n++;
    word = pl_bytes_from(word, strlen(starts[n]));
    if (!pl_bytes_starts(word, PL_LIT("usr/lib/")))
        return false;
    word = pl_bytes_from(word, strlen("usr/lib/"));
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++) {
        pl_bytes machine = pl_bytes_of_str(machines[i]);
        pl_bytes rest = pl_bytes_from(word, machine.n);
        if (pl_bytes_starts(word, machine) && pl_bytes_starts(rest, below) &&
            (rest.n == below.n || rest.p[below.n] == '/'))
            return true;
    }
    return false;
}

/* Does the source put files of this folder into one of its packages? */
static bool is_own_folder(const struct pl_match *m, pl_bytes below)
{
    for (size_t t = 0; t < pl_index_tree_count(m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(m->index, t);
        for (size_t i = 0; i < tree->files.n && tree->rank == PL_RANK_OWN; i++) {
            const struct pl_source_file *f = &tree->files.v[i];
            if (!pl_bytes_starts(f->path, PL_LIT("debian/")) ||
                !(pl_bytes_ends(f->path, PL_LIT(".install")) || pl_bytes_eq_str(f->path, "debian/install")))
                continue;
            struct pl_lines lines = pl_lines_of(f->data);
            while (pl_lines_next(&lines)) {
                pl_bytes line = pl_bytes_trim(lines.text);
                size_t end = 0;
                while (end < line.n && line.p[end] != ' ' && line.p[end] != '\t')
                    end++;
                if (installs_below(pl_bytes_sub(line, 0, end), below))
                    return true;
            }
        }
    }
    return false;
}

/* Is the folder called after the source or one of its packages? */
static bool has_own_name(const struct pl_match *m, pl_bytes below)
{
    static const char *const fields[] = {"Source", "Package"};
    const struct pl_source_file *control = pl_own_file(m, "debian/control");
    pl_bytes first = pl_bytes_sub(below, 0, pl_bytes_find_byte(below, '/', 0));
    for (size_t i = 0; i < sizeof fields / sizeof fields[0] && control != NULL; i++) {
        char line[160];
        int n = snprintf(line, sizeof line, "%s: %.*s", fields[i], PL_ARG(first));
        if (n > 0 && (size_t)n < sizeof line && pl_has_line(control->data, pl_bytes_of_str(line)))
            return true;
    }
    return false;
}

/* Folders of one image that all files of the source are searched for; honest ones have one or two. */
#define RAW_SEARCHES 16u

static pl_status note_path(const struct pl_match *m, struct pl_file *f, pl_bytes path, uint64_t offset,
                           struct pl_err *err)
{
    struct pl_literal_hit hit = {0};
    bool found;
    pl_status st = pl_literals_explain(m->literals, path, m->scratch, &found, &hit, err);
    if (st != PL_OK)
        return st;
    found = found && is_anchored(path);
    if ((found && hit.rule->is_strict) || (is_anchored(path) && is_given_path(m, path)))
        return PL_OK;
    pl_bytes below = below_libraries(resolved(m, f, path));
    bool is_set = below.n > 0 && sets_paths(m);
    if (is_set && is_own_folder(m, below))
        return PL_OK;
    const char *loose = found                              ? hit.rule->name
                        : is_set && has_own_name(m, below) ? OWN_NAME
                        : below.n > 0                      ? SYSTEM_FOLDER
                                                           : NULL;
    return pl_foreign_add(m, f, PL_FOREIGN_RUNPATH, offset, path, loose, err);
}

pl_status pl_elf_note_paths(const struct pl_match *m, struct pl_file *f, const struct pl_elf_dynamic *d,
                            struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < d->n_paths && st == PL_OK; i++) {
        f->asked[PL_FOREIGN_RUNPATH]++;
        st = i < RAW_SEARCHES
                 ? note_path(m, f, d->paths[i].text, d->paths[i].offset, err)
                 : pl_foreign_add(m, f, PL_FOREIGN_RUNPATH, d->paths[i].offset, d->paths[i].text, NULL, err);
    }
    return st;
}
