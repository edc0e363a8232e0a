/*
 * qt_qmldir.c - qmldir, which says to Qt's QML engine what a module consists of, as qt_add_qml_module() of CMake writes it.
 *
 *     module Qt.labs.lottieqt
 *     linktarget Qt6::lottieqtplugin
 *     optional plugin lottieqtplugin
 *     classname BodymovinPlugin
 *     typeinfo plugins.qmltypes
 *     depends QtQuick
 *     prefer :/qt-project.org/imports/Qt/labs/lottieqt/
 *     Button 2.0 Button.qml
 *
 * A line is taken when it has the form of its keyword, and what it leads to is there: a plugin or a file lies in the package beside the qmldir, a name is put together from
 * words of the sources. A plugin with a folder of its own, and a path that is none of Qt's resources, are not taken.
 *
 * What somebody could hide behind it: another module, whose name stands in the sources, to be loaded too.
 *
 * Source: Qt 6 manual, "Module Definition qmldir Files" and qt_add_qml_module().
 */
#include "format/text/words.h"
#include "match/debian.h"
#include "match/names.h"

#include <stdio.h>
#include <string.h>

#define RULE       "qt.qmldir"
#define PATH_BYTES 4096u

struct module {
    const struct pl_match *m;
    pl_bytes folder; /* with the slash at its end */
};

/* The next word of a line; no bytes at its end. */
static pl_bytes next_word(pl_bytes *rest)
{
    pl_bytes word;
    do {
        if (!pl_bytes_split(rest, ' ', &word))
            return (pl_bytes){NULL, 0};
    } while (word.n == 0);
    return word;
}

/* "Qt.labs.lottieqt", "Qt6::lottieqtplugin": each word of it stands in a source, but for Qt's own. */
static bool is_known_name(const struct module *q, pl_bytes name)
{
    pl_bytes word;
    if (name.n == 0)
        return false;
    while (pl_words_next(&name, &word))
        if (!pl_index_has_word(q->m->index, word) && !pl_bytes_eq_str(word, "Qt5") &&
            !pl_bytes_eq_str(word, "Qt6"))
            return false;
    return true;
}

/* "2.0", "auto", or nothing. */
static bool is_version(pl_bytes text)
{
    if (pl_bytes_eq_str(text, "auto"))
        return true;
    for (size_t i = 0; i < text.n; i++)
        if ((text.p[i] < '0' || text.p[i] > '9') && text.p[i] != '.')
            return false;
    return true;
}

/* Does front + name + end lie in the package beside the qmldir? Not in a folder above it. */
static bool lies_beside(const struct module *q, const char *front, pl_bytes name, const char *end)
{
    char path[PATH_BYTES];
    if (name.n == 0 || name.p[0] == '/' || pl_bytes_find(name, PL_LIT(".."), 0) != SIZE_MAX)
        return false;
    int n = snprintf(path, sizeof path, "%.*s%s%.*s%s", PL_ARG(q->folder), front, PL_ARG(name), end);
    return n > 0 && (size_t)n < sizeof path &&
           pl_names_has(q->m, PL_NAME_WHOLE, pl_bytes_of(path, (size_t)n), NULL);
}

/* "Button 2.0 Button.qml", "Button Button.qml" behind "internal". */
static bool is_type(const struct module *q, pl_bytes name, pl_bytes rest)
{
    pl_bytes second = next_word(&rest);
    pl_bytes file = next_word(&rest);
    if (file.n == 0) { /* no version */
        file = second;
        second.n = 0;
    }
    return is_known_name(q, name) && is_version(second) && lies_beside(q, "", file, "") &&
           next_word(&rest).n == 0;
}

/* Lines with a name alone, or with a name and a version. */
static bool is_name_line(const struct module *q, pl_bytes key, pl_bytes value, pl_bytes more)
{
    static const char *const named[] = {"module", "linktarget", "classname"};
    static const char *const versioned[] = {"depends", "import"};
    if (pl_bytes_is_one_of(key, named, sizeof named / sizeof named[0]))
        return more.n == 0 && is_known_name(q, value);
    return pl_bytes_is_one_of(key, versioned, sizeof versioned / sizeof versioned[0]) &&
           is_known_name(q, value) && is_version(more);
}

static bool is_stated(const struct module *q, pl_bytes line)
{
    pl_bytes rest = line;
    pl_bytes key = next_word(&rest);
    if (key.n == 0 || key.p[0] == '#')
        return true;
    bool has_mark = pl_bytes_eq_str(key, "optional") || pl_bytes_eq_str(key, "default") ||
                    pl_bytes_eq_str(key, "singleton") || pl_bytes_eq_str(key, "internal");
    pl_bytes mark = key;
    key = has_mark ? next_word(&rest) : key;
    pl_bytes behind_key = rest;
    pl_bytes value = next_word(&rest);
    pl_bytes more = next_word(&rest);
    if (pl_bytes_eq_str(mark, "singleton") || pl_bytes_eq_str(mark, "internal"))
        return is_type(q, key, behind_key);
    if (pl_bytes_eq_str(key, "plugin"))
        return more.n == 0 && lies_beside(q, "lib", value, ".so");
    if (pl_bytes_eq_str(key, "typeinfo"))
        return more.n == 0 && lies_beside(q, "", value, "");
    if (pl_bytes_eq_str(key, "prefer"))
        return more.n == 0 && pl_bytes_starts(value, PL_LIT(":/")) &&
               pl_bytes_find(value, PL_LIT(".."), 0) == SIZE_MAX;
    if (pl_bytes_eq_str(key, "designersupported") || pl_bytes_eq_str(key, "static"))
        return value.n == 0;
    return (rest.n == 0 && is_name_line(q, key, value, more)) || is_type(q, key, behind_key);
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    if (!pl_bytes_eq_str(pl_bytes_basename(f->name), "qmldir") || f->data.n != f->size)
        return PL_OK;
    struct module q = {.m = m, .folder = pl_bytes_sub(f->name, 0, f->name.n - strlen("qmldir"))};
    struct pl_lines l = pl_lines_of(f->data);
    pl_status st = pl_names_build(m, PL_NAME_WHOLE, err);
    while (st == PL_OK && pl_lines_next(&l))
        if (is_stated(&q, l.text))
            st = pl_match_claim(f, l.offset, l.length, PL_CLASS_DERIVED, PL_GRADE_C, RULE, NULL, err);
    return st;
}

const struct pl_rung pl_rung_qt_qmldir = {
    .rule = RULE,
    .what =
        "Lines of a qmldir: names of words that the sources have, and plugins and files that the package has "
        "beside it.",
    .source = "Qt 6 manual, \"Module Definition qmldir Files\"",
    .pass = PL_PASS_PACKAGE,
    .apply = apply,
};
