/*
 * debian_libs.c - what a package says about its shared libraries: shlibs, symbols, triggers.
 *
 *     shlibs     [udeb: ]liblzma 5 liblzma5 (>= 5.4.1)        a library of the package, a package of the source
 *     triggers   # Triggers added by dh_makeshlibs/13.11.4
 *                activate-noawait ldconfig                    because there is a library
 *     symbols    liblzma.so.5 liblzma5 #MINVER#               lines of debian/PKG.symbols without their "(tags)"
 *                 lzma_code@XZ_5.0 5.1.1alpha+20120614
 *
 * Source: deb-shlibs(5), deb-triggers(5), deb-symbols(5), deb-src-symbols(5), dh_makeshlibs(1), dpkg-gensymbols(1).
 * Not done here: c++ and regex patterns are not expanded; a symbol that only they can name is grade C when its minimal version
 * stands in a line with tags.
 */
#include "base/map.h"
#include "match/debian.h"
#include "match/names.h"

/* Files of one to ten lines, each of which is looked for in many places. */
enum { MAX_BYTES = 1 << 16 };

/* Is there a data member, file or link, of that name, whatever its folder? */
static bool has_member(const struct pl_match *m, const char *name)
{
    return pl_names_has(m, PL_NAME_LIBRARY, pl_bytes_of_str(name), NULL);
}

static bool has_library(const struct pl_match *m, const struct pl_file *f)
{
    struct pl_deb_place mine;
    struct pl_deb_place place;
    for (size_t i = 0; pl_deb_place_of(f, &mine) && i < m->n_files; i++)
        if (pl_deb_place_of(m->files[i], &place) && !place.is_control &&
            pl_bytes_find(pl_bytes_basename(place.name), PL_LIT(".so"), 0) != SIZE_MAX)
            return true;
    return false;
}

/* "liblzma" and "5" are liblzma.so.5; "libfoo" and "1.2" may be libfoo-1.2.so as well. deb-shlibs(5). */
static bool is_library(const struct pl_match *m, pl_bytes name, pl_bytes version)
{
    const char *plain = pl_arena_printf(m->scratch, "%.*s.so.%.*s", PL_ARG(name), PL_ARG(version));
    const char *dashed = pl_arena_printf(m->scratch, "%.*s-%.*s.so", PL_ARG(name), PL_ARG(version));
    return plain != NULL && dashed != NULL && (has_member(m, plain) || has_member(m, dashed));
}

/* Does the package say of itself that it provides this: "Provides: libkf5mime5-22.12, other (= 1)"? Who depends on it gets this package, or another that provides it. */
static bool is_provided(const struct pl_match *m, pl_bytes package)
{
    const struct pl_file *control = pl_match_control(m, "control");
    pl_bytes rest = control == NULL || control->data.p == NULL ? (pl_bytes){NULL, 0} : control->data;
    pl_bytes line;
    pl_bytes one;
    pl_bytes name;
    while (pl_bytes_line(&rest, &line)) {
        if (!pl_bytes_skip(&line, PL_LIT("Provides:")))
            continue;
        while (pl_bytes_split(&line, ',', &one)) {
            one = pl_bytes_trim(one);
            if (pl_bytes_split(&one, ' ', &name) && pl_bytes_eq(name, package))
                return true;
        }
    }
    return false;
}

/* "liblzma5 (>= 5.4.1)": a package that debian/control defines or that this one provides, and nothing but a version. */
static bool is_own_dependency(const struct pl_match *m, pl_bytes one)
{
    size_t blank = pl_bytes_find_byte(one, ' ', 0);
    pl_bytes package = pl_bytes_sub(one, 0, blank == SIZE_MAX ? one.n : blank);
    pl_bytes rest = pl_bytes_from(one, package.n);
    const char *line = pl_arena_printf(m->scratch, "Package: %.*s", PL_ARG(package));
    if (line == NULL || package.n == 0 ||
        (pl_own_debian_line(m, "control", pl_bytes_of_str(line)) == NULL && !is_provided(m, package)))
        return false;
    for (size_t i = 0; i < rest.n; i++)
        if (strchr("()<>=.+:~- ", rest.p[i]) == NULL && !pl_is_alnum(rest.p[i]))
            return false;
    return rest.n < 256;
}

/* All of a list: "libkf5mime5abi1 (>= 4:22.12.3), libkf5mime5-22.12". dh_makeshlibs(1), option -V. */
static bool are_own_dependencies(const struct pl_match *m, pl_bytes list)
{
    pl_bytes one;
    if (list.n == 0)
        return false;
    while (pl_bytes_split(&list, ',', &one))
        if (!is_own_dependency(m, pl_bytes_trim(one)))
            return false;
    return true;
}

static pl_status apply_shlibs(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct pl_lines l = pl_lines_of(f->data);
    struct pl_claim how = {
        .class = PL_CLASS_DERIVED, .grade = PL_GRADE_B, .rule = "debian.shlibs", .source = "debian/control"};
    pl_status st = PL_OK;
    if (!pl_deb_is_control(f, "shlibs") || f->data.n > MAX_BYTES)
        return PL_OK;
    st = pl_names_build(m, PL_NAME_LIBRARY, err);
    while (st == PL_OK && pl_lines_next(&l)) {
        pl_bytes rest = l.text;
        pl_bytes name;
        pl_bytes version;
        if (pl_bytes_starts(rest, PL_LIT("udeb: ")))
            rest = pl_bytes_from(rest, 6);
        if (pl_bytes_split(&rest, ' ', &name) && pl_bytes_split(&rest, ' ', &version) &&
            is_library(m, name, version) && are_own_dependencies(m, rest))
            st = pl_remade_claim(f, l.offset, l.length, &how, err);
    }
    return st;
}

const struct pl_rung pl_rung_debian_shlibs = {
    .rule = "debian.shlibs",
    .what = "Each line of shlibs names a library that the package holds and a package of the same source.",
    .source = "deb-shlibs(5), dh_makeshlibs(1)",
    .pass = PL_PASS_PACKAGE,
    .apply = apply_shlibs,
};

/* Does the package put a file below a folder? */
static bool has_below(const struct pl_match *m, const struct pl_file *f, const char *folder)
{
    struct pl_deb_place mine;
    struct pl_deb_place place;
    for (size_t i = 0; pl_deb_place_of(f, &mine) && i < m->n_files; i++)
        if (pl_deb_place_of(m->files[i], &place) && !place.is_control &&
            pl_bytes_starts(place.name, pl_bytes_of_str(folder)))
            return true;
    return false;
}

/* What debhelper's tools write by themselves, for files that the package holds. dh_makeshlibs(1), dh_installinitramfs(1). */
struct made_triggers {
    bool ldconfig;
    bool initramfs;
};

static bool is_made_trigger(const struct made_triggers *made, pl_bytes line)
{
    return (made->ldconfig && pl_bytes_eq_str(line, "activate-noawait ldconfig")) ||
           (made->initramfs && pl_bytes_eq_str(line, "activate-noawait update-initramfs"));
}

static pl_status apply_triggers(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct pl_lines l = pl_lines_of(f->data);
    pl_status st = PL_OK;
    if (!pl_deb_is_control(f, "triggers") || f->data.n > MAX_BYTES)
        return PL_OK;
    const struct made_triggers made = {has_library(m, f), has_below(m, f, "usr/share/initramfs-tools/")};
    while (st == PL_OK && pl_lines_next(&l)) {
        struct pl_claim how = {.class = PL_CLASS_GENERATED, .rule = "debian.triggers"};
        const struct pl_source_file *own = pl_own_debian_line(m, "triggers", l.text);
        if (own != NULL) {
            how.class = PL_CLASS_DERIVED;
            how.grade = PL_GRADE_A;
            how.source = pl_own_name(own);
        } else if (!pl_bytes_starts(l.text, PL_LIT("# Triggers added by dh_")) &&
                   !is_made_trigger(&made, l.text)) {
            continue;
        }
        st = pl_remade_claim(f, l.offset, l.length, &how, err);
    }
    return st;
}

const struct pl_rung pl_rung_debian_triggers = {
    .rule = "debian.triggers",
    .what = "Triggers stand in debian/*.triggers, or are debhelper's own: ldconfig for a package with "
            "libraries, update-initramfs for one with hooks of initramfs-tools.",
    .source = "deb-triggers(5), dh_makeshlibs(1), dh_installinitramfs(1)",
    .pass = PL_PASS_PACKAGE,
    .apply = apply_triggers,
};

enum symbol_source { BY_LINE = 1, BY_PATTERN = 2 };

/* Where the name ends in ` name@VER 1.0 1`, or in ` "ns::f(int, int)@VER" 1.0`. */
static size_t end_of_symbol(pl_bytes line)
{
    size_t first = line.n > 1 && line.p[1] == '"' ? pl_bytes_find_byte(line, '"', 2) : 1;
    return first == SIZE_MAX ? SIZE_MAX : pl_bytes_find_byte(line, ' ', first);
}

/* " (tag|tag=x)name@VER 1.0 1" as " name@VER 1.0 1"; *has_tags says whether something was cut off the front. */
static pl_bytes plain_symbol(struct pl_arena *a, pl_bytes line, bool *has_tags)
{
    pl_bytes s = pl_bytes_trim(line);
    *has_tags = s.n > 0 && s.p[0] == '(';
    if (*has_tags) {
        size_t close = pl_bytes_find_byte(s, ')', 0);
        s = pl_bytes_from(s, close == SIZE_MAX ? s.n : close + 1);
    }
    const char *text = pl_arena_printf(a, " %.*s", PL_ARG(s));
    return pl_bytes_of_str(text);
}

/* Symbols of a *.symbols file: plain lines, and the versions that lines with tags have. */
static pl_status read_symbols(const struct pl_match *m, pl_bytes data, struct pl_map *known,
                              struct pl_err *err)
{
    struct pl_lines l = pl_lines_of(data);
    pl_status st = PL_OK;
    while (st == PL_OK && pl_lines_next(&l)) {
        bool has_tags = false;
        if (l.text.n == 0 || l.text.p[0] == '#')
            continue;
        pl_bytes key = l.text.p[0] == ' ' ? plain_symbol(m->scratch, l.text, &has_tags) : l.text;
        if (key.p == NULL)
            return pl_arena_fail(m->scratch, err);
        st = pl_map_set(known, key, BY_LINE, err);
        size_t name_end = key.p[0] == ' ' ? end_of_symbol(key) : SIZE_MAX;
        size_t version_end = name_end == SIZE_MAX ? SIZE_MAX : pl_bytes_find_byte(key, ' ', name_end + 1);
        if (st == PL_OK && version_end != SIZE_MAX) /* the number of a dependency may be left out */
            st = pl_map_set(known, pl_bytes_sub(key, 0, version_end), BY_LINE, err);
        if (st == PL_OK && has_tags && name_end != SIZE_MAX)
            st = pl_map_add(known, pl_bytes_from(key, name_end), BY_PATTERN, NULL, err);
    }
    return st;
}

static pl_status gather_symbols(const struct pl_match *m, struct pl_map *known, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t t = 0; t < pl_index_tree_count(m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(m->index, t);
        for (size_t i = 0; st == PL_OK && tree->rank == PL_RANK_OWN && i < tree->files.n; i++) {
            const struct pl_source_file *s = &tree->files.v[i];
            if (pl_bytes_starts(s->path, PL_LIT("debian/")) && !s->is_superseded &&
                pl_bytes_find(s->path, PL_LIT("symbols"), 0) != SIZE_MAX)
                st = read_symbols(m, s->data, known, err);
        }
    }
    return st;
}

static pl_status explain_symbol(struct pl_file *f, const struct pl_map *known, const struct pl_lines *l,
                                struct pl_err *err)
{
    struct pl_claim how = {.class = PL_CLASS_DERIVED,
                           .grade = PL_GRADE_A,
                           .rule = "debian.symbols",
                           .source = "debian/*.symbols"};
    uint64_t by;
    size_t space = end_of_symbol(l->text);
    if (pl_map_get(known, l->text, &by))
        return pl_remade_claim(f, l->offset, l->length, &how, err);
    if (l->text.n == 0 || l->text.p[0] != ' ' || space == SIZE_MAX ||
        !pl_map_get(known, pl_bytes_from(l->text, space), &by))
        return PL_OK;
    how.grade = PL_GRADE_C;
    how.note = "by a pattern of the symbols file";
    return pl_remade_claim(f, l->offset, l->length, &how, err);
}

static pl_status apply_symbols(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct pl_map known;
    if (!pl_deb_is_control(f, "symbols"))
        return PL_OK;
    pl_map_init(&known);
    pl_status st = gather_symbols(m, &known, err);
    struct pl_lines l = pl_lines_of(f->data);
    while (st == PL_OK && pl_lines_next(&l))
        st = explain_symbol(f, &known, &l, err);
    pl_map_reset(&known);
    return st;
}

const struct pl_rung pl_rung_debian_symbols = {
    .rule = "debian.symbols",
    .what = "Lines of symbols are those of debian/*.symbols without their tags.",
    .source = "dpkg-gensymbols(1), deb-src-symbols(5)",
    .pass = PL_PASS_FILE,
    .apply = apply_symbols,
};
