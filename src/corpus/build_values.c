/*
 * build_values.c - reading make, shell, CMake and meson files as far as it takes to know what strings they put into programs.
 *
 * Taken are assignments (NAME = value, NAME='value', set(NAME value)); AC_INIT, AM_INIT_AUTOMAKE and project(); words with
 * variables in them; AC_PATH_PROG; -DNAME=value; --option=value of debian/rules; and the "#define NAME value" lines that configure writes to config.h.
 *
 * Source: GNU Coding Standards 7.2.5; Autoconf manual 4.8.2; dh_auto_configure(1); https://wiki.debian.org/Multiarch/Tuples.
 */
#include "corpus/build_values.h"

#include "base/buf.h"
#include "corpus/build_cmake.h"
#include "corpus/build_cut.h"
#include "corpus/build_date.h"
#include "corpus/build_link.h"
#include "corpus/build_meson.h"
#include "corpus/build_printed.h"
#include "corpus/build_variables.h"

#include <string.h>

#define MAX_FILE_BYTES (4u << 20)
#define SCRATCH_BYTES  (1u << 20)

struct reading {
    const struct pl_index *ix;
    const struct pl_build_sink *sink;
    struct pl_build_variables vars;
    pl_source_ref file;
    struct pl_build_date date;
    bool is_debian_rules;
    bool is_configure;
    bool is_meson;
    uint32_t line;
    struct pl_cmake_list list;
};

/* Without one pair of quotes around all of it, and without the backslashes before quotes. */
static pl_bytes unquote(struct reading *r, pl_bytes text)
{
    struct pl_buf b;
    bool has_escape = pl_bytes_find_byte(text, '\\', 0) != SIZE_MAX;
    if (has_escape) {
        pl_buf_init(&b, PL_BUILD_VALUE_BYTES);
        for (size_t i = 0; i < text.n; i++)
            if (text.p[i] != '\\' || i + 1 >= text.n || (text.p[i + 1] != '"' && text.p[i + 1] != '\''))
                pl_buf_add_byte(&b, text.p[i]);
        text = b.why == PL_OK ? pl_arena_keep(r->vars.arena, pl_buf_bytes(&b)) : (pl_bytes){NULL, 0};
        r->vars.is_out_of_memory = r->vars.is_out_of_memory || (b.why == PL_OK && text.p == NULL);
        pl_buf_reset(&b);
    }
    for (int i = 0; i < 2; i++) {
        bool is_quoted =
            text.n >= 2 && (text.p[0] == '"' || text.p[0] == '\'') && text.p[text.n - 1] == text.p[0];
        if (is_quoted)
            text = pl_bytes_sub(text, 1, text.n - 2);
    }
    return text;
}

static bool is_space(uint8_t b)
{
    return b == ' ' || b == '\t' || b == '\r';
}

/* The date of the build in this format, in the arena; empty when it has none. */
static pl_bytes date_as(struct reading *r, pl_bytes format)
{
    struct pl_buf text;
    pl_bytes kept = {NULL, 0};
    pl_buf_init(&text, PL_BUILD_VALUE_BYTES);
    if (r->date.found && pl_build_date_write(&r->date, format, &text) && text.n > 0 && text.why == PL_OK) {
        kept = pl_arena_keep(r->vars.arena, pl_buf_bytes(&text));
        r->vars.is_out_of_memory = r->vars.is_out_of_memory || kept.p == NULL;
    }
    pl_buf_reset(&text);
    return kept;
}

/* date "+$FORMAT": what was assigned to the variable last; no bytes when nothing was. */
static pl_bytes format_of(struct reading *r, pl_bytes reference)
{
    pl_bytes name = pl_bytes_from(reference, pl_bytes_starts(reference, PL_LIT("${")) ? 2 : 1);
    name = pl_bytes_sub(name, 0, pl_build_name_length(name));
    for (size_t i = r->vars.list.n; i-- > 0 && name.n > 0;)
        if (pl_bytes_eq(r->vars.list.v[i].name, name))
            return unquote(r, r->vars.list.v[i].value);
    return (pl_bytes){NULL, 0};
}

/* $(shell date -u +'%F'), `date +%Y%m%d`: date(1) of the build, which is that of the changelog. */
static void read_date_command(struct reading *r, pl_bytes name, pl_bytes value)
{
    size_t plus =
        pl_bytes_find(value, PL_LIT("date "), 0) == SIZE_MAX ? SIZE_MAX : pl_bytes_rfind_byte(value, '+');
    if (plus == SIZE_MAX || plus + 2 >= value.n)
        return;
    uint8_t quote = value.p[plus + 1] == '\'' || value.p[plus + 1] == '"' ? value.p[plus + 1] : 0;
    pl_bytes format = pl_bytes_from(value, plus + 1 + (quote != 0));
    size_t end = 0;
    while (end < format.n && (quote != 0 ? format.p[end] != quote : memchr(" )`", format.p[end], 3) == NULL))
        end++;
    format = pl_bytes_sub(format, 0, end);
    if (pl_bytes_starts(format, PL_LIT("$")))
        format = format_of(r, format);
    pl_bytes text = date_as(r, format);
    if (text.n > 0)
        pl_build_variables_add(&r->vars, name, text, false);
}

/* NAME = value, NAME := value, NAME='value', export NAME=value; the value up to the end of the line or, quoted, to its quote. */
static void read_assignment(struct reading *r, pl_bytes line)
{
    static const char *const words[] = {"export ", "override ", "local ", "readonly "};
    line = pl_bytes_trim(line);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (pl_bytes_starts(line, pl_bytes_of_str(words[i])))
            line = pl_bytes_trim(pl_bytes_from(line, strlen(words[i])));
    pl_bytes name = pl_bytes_sub(line, 0, pl_build_name_length(line));
    size_t at = name.n;
    while (at < line.n && is_space(line.p[at]))
        at++;
    while (at < line.n && (line.p[at] == ':' || line.p[at] == '?' || line.p[at] == '+'))
        at++;
    if (name.n == 0 || at >= line.n || line.p[at] != '=')
        return;
    pl_bytes value = pl_bytes_trim(pl_bytes_from(line, at + 1));
    read_date_command(r, name, value);
    pl_build_cut_version(&r->vars, name, value);
    pl_build_cut_part(&r->vars, name, value);
    bool is_quoted = value.n > 1 && (value.p[0] == '"' || value.p[0] == '\'');
    size_t close = is_quoted ? pl_bytes_find_byte(value, value.p[0], 1) : SIZE_MAX;
    if (close != SIZE_MAX)
        value = pl_bytes_sub(value, 0, close + 1);
    else if (pl_bytes_find_byte(value, ';', 0) != SIZE_MAX)
        value = pl_bytes_sub(value, 0, pl_bytes_find_byte(value, ';', 0));
    pl_build_variables_add(&r->vars, name, unquote(r, value), false);
}

/* Arguments of m4 and CMake: [x], "x", x, up to a comma, a space (CMake) or the closing parenthesis. */
static bool next_argument(pl_bytes *rest, bool is_m4, pl_bytes *out)
{
    size_t at = 0;
    while (at < rest->n && (is_space(rest->p[at]) || rest->p[at] == '\n' || rest->p[at] == ','))
        at++;
    if (at >= rest->n || rest->p[at] == ')')
        return false;
    uint8_t open = rest->p[at];
    uint8_t close = open == '[' ? ']' : open == '"' ? '"' : open == '\'' ? '\'' : 0;
    size_t from = at + (close != 0);
    size_t end = from;
    while (end < rest->n && (close != 0 ? rest->p[end] != close
                                        : rest->p[end] != ',' && rest->p[end] != ')' &&
                                              rest->p[end] != '\n' && (is_m4 || !is_space(rest->p[end]))))
        end++;
    *out = pl_bytes_trim(pl_bytes_sub(*rest, from, end - from));
    *rest = pl_bytes_from(*rest, end + (close != 0));
    return true;
}

/* AC_INIT([xz], [5.4.1], [bugs]), AM_INIT_AUTOMAKE(xz, 5.4.1), m4_define([x], [1]), set(X y), project(x VERSION 1). */
static void read_call(struct reading *r, pl_bytes line, pl_bytes all)
{
    static const struct {
        const char *call;
        const char *names[5];
    } calls[] = {
        {"AC_INIT(",
         {"PACKAGE_NAME", "PACKAGE_VERSION", "PACKAGE_BUGREPORT", "PACKAGE_TARNAME", "PACKAGE_URL"}},
        {"AM_INIT_AUTOMAKE(", {"PACKAGE", "VERSION"}},
    };
    pl_bytes argument;
    pl_bytes rest;
    line = pl_bytes_trim(line);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (!pl_bytes_starts(line, pl_bytes_of_str(calls[i].call)))
            continue;
        rest = pl_bytes_sub(pl_bytes_from(all, (size_t)(line.p - all.p) + strlen(calls[i].call)), 0, 2048);
        for (size_t k = 0; k < 5 && calls[i].names[k] != NULL && next_argument(&rest, true, &argument); k++)
            pl_build_variables_add(&r->vars, pl_bytes_of_str(calls[i].names[k]), argument, false);
    }
    bool is_define = pl_bytes_starts(line, PL_LIT("m4_define(")) || pl_bytes_starts(line, PL_LIT("set(")) ||
                     pl_bytes_starts(line, PL_LIT("SET("));
    if (is_define) {
        pl_bytes name;
        bool is_m4 = line.p[0] == 'm';
        rest = pl_bytes_from(line, is_m4 ? 10 : 4);
        if (next_argument(&rest, is_m4, &name) && next_argument(&rest, is_m4, &argument))
            pl_build_variables_add(&r->vars, name, argument, false);
    }
    if (pl_bytes_starts(line, PL_LIT("string(TIMESTAMP "))) { /* CMake manual, string */
        rest = pl_bytes_from(line, 17);
        pl_bytes name;
        bool has_format = next_argument(&rest, false, &name) && next_argument(&rest, false, &argument);
        pl_bytes text = has_format ? date_as(r, argument) : (pl_bytes){NULL, 0};
        if (text.n > 0)
            pl_build_variables_add(&r->vars, name, text, false);
    }
    if (pl_bytes_starts(line, PL_LIT("project(")) || pl_bytes_starts(line, PL_LIT("PROJECT("))) {
        rest = pl_bytes_sub(pl_bytes_from(all, (size_t)(line.p - all.p) + 8), 0, 2048);
        bool is_name = true;
        bool is_version = false;
        while (next_argument(&rest, false, &argument)) {
            if (is_name)
                pl_build_variables_add(&r->vars, PL_LIT("PROJECT_NAME"), argument, false);
            if (is_name)
                pl_build_variables_add(&r->vars, PL_LIT("CMAKE_PROJECT_NAME"), argument, false);
            if (is_version)
                pl_cmake_project_version(&r->vars, argument);
            is_version = pl_bytes_eq_str(argument, "VERSION") || pl_bytes_starts(argument, PL_LIT("version"));
            is_name = false;
        }
    }
}

/* AC_PATH_PROG([PR_PROGRAM], [pr]): where Debian's builds find it. Autoconf manual, 5.2.2; deb-src-rules: PATH of a build. */
static void read_path_program(struct reading *r, pl_bytes line)
{
    static const char *const folders[] = {"/usr/bin/", "/bin/", "/usr/sbin/"};
    pl_bytes name;
    pl_bytes programs;
    pl_bytes program;
    size_t at = pl_bytes_find(line, PL_LIT("AC_PATH_"), 0);
    size_t open = at == SIZE_MAX ? SIZE_MAX : pl_bytes_find_byte(line, '(', at);
    if (open == SIZE_MAX || pl_bytes_find(pl_bytes_sub(line, at, open - at), PL_LIT("PROG"), 0) == SIZE_MAX)
        return;
    pl_bytes rest = pl_bytes_from(line, open + 1);
    if (!next_argument(&rest, true, &name) || !next_argument(&rest, true, &programs))
        return;
    while (pl_bytes_split(&programs, ' ', &program))
        for (size_t i = 0; i < sizeof folders / sizeof folders[0] && program.n > 0; i++) {
            const char *path = pl_arena_printf(r->vars.arena, "%s%.*s", folders[i], PL_ARG(program));
            r->vars.is_out_of_memory = r->vars.is_out_of_memory || path == NULL;
            if (path != NULL)
                pl_build_variables_add(&r->vars, name, pl_bytes_of_str(path), false);
        }
}

static void give_macro(struct reading *r, pl_bytes name, pl_bytes written)
{
    struct pl_build_values values;
    pl_build_variables_evaluate(&r->vars, unquote(r, written), &values);
    for (size_t i = 0; i < values.n && !r->vars.is_out_of_memory; i++) {
        bool is_plain = pl_bytes_find_byte(values.v[i], '"', 0) == SIZE_MAX && values.v[i].n > 0;
        const char *text = is_plain ? pl_arena_printf(r->vars.arena, "\"%.*s\"", PL_ARG(values.v[i])) : NULL;
        if (is_plain)
            r->vars.is_out_of_memory =
                text == NULL || !r->sink->macro(r->sink->ctx, name, pl_bytes_of_str(text));
    }
}

static bool is_number(pl_bytes text)
{
    uint64_t unused;
    return pl_bytes_to_u64(text, &unused);
}

/* A value without quotes that is one identifier is a name of C: AC_DEFINE_UNQUOTED([CONVERSATION], [$conversation]); so is what a variable has as a number. */
static void give_name(struct reading *r, pl_bytes name, pl_bytes written)
{
    struct pl_build_values values;
    if (pl_bytes_find_byte(written, '"', 0) != SIZE_MAX)
        return;
    pl_build_variables_evaluate(&r->vars, written, &values);
    for (size_t i = 0; i < values.n && !r->vars.is_out_of_memory; i++) {
        pl_bytes v = values.v[i];
        bool is_name = v.n > 0 && pl_build_name_length(v) == v.n && !pl_is_digit(v.p[0]);
        if (!is_name && (written.p[0] != '$' || !is_number(v)))
            continue;
        v = pl_arena_keep(r->vars.arena, v);
        r->vars.is_out_of_memory = v.p == NULL || !r->sink->macro(r->sink->ctx, name, v);
    }
}

static void give_value(struct reading *r, pl_bytes written)
{
    struct pl_build_values values;
    pl_build_variables_evaluate(&r->vars, unquote(r, written), &values);
    for (size_t i = 0; i < values.n && !r->vars.is_out_of_memory; i++)
        if (values.v[i].n >= 2)
            r->vars.is_out_of_memory = !r->sink->value(r->sink->ctx, values.v[i], r->file, r->line);
}

/* A word of a line, in shell's sense but that quotes are kept: "-DX=\"a b\"" is one. */
static bool next_word(pl_bytes *rest, pl_bytes *word)
{
    size_t at = 0;
    uint8_t quote = 0;
    while (at < rest->n && is_space(rest->p[at]))
        at++;
    size_t start = at;
    for (; at < rest->n && (quote != 0 || !is_space(rest->p[at])); at++) {
        uint8_t c = rest->p[at];
        if (quote == 0 && (c == '"' || c == '\'') && (at == start || rest->p[at - 1] != '\\'))
            quote = c;
        else if (quote != 0 && c == quote && rest->p[at - 1] != '\\')
            quote = 0;
    }
    *word = pl_bytes_sub(*rest, start, at - start);
    *rest = pl_bytes_from(*rest, at);
    return word->n > 0;
}

/* ['-DNAME="text"', of a list of meson's: what stands in the quotes. */
static pl_bytes element_of(pl_bytes word)
{
    pl_bytes inner = word;
    while (inner.n > 0 && (inner.p[0] == '[' || inner.p[0] == '('))
        inner = pl_bytes_from(inner, 1);
    while (inner.n > 0 && memchr(",])", inner.p[inner.n - 1], 3) != NULL)
        inner = pl_bytes_sub(inner, 0, inner.n - 1);
    bool is_quoted = inner.n > 1 && inner.p[0] == '\'' && inner.p[inner.n - 1] == '\'';
    return is_quoted ? pl_bytes_sub(inner, 1, inner.n - 2) : word;
}

static void read_word(struct reading *r, pl_bytes word)
{
    word = pl_cmake_word(&r->list, r->is_meson ? element_of(word) : word);
    while (word.n > 0 && (word.p[0] == '"' || word.p[0] == '\'') &&
           !pl_bytes_ends(word, pl_bytes_sub(word, 0, 1)))
        word = pl_bytes_from(word, 1);
    pl_bytes inner = unquote(r, word);
    size_t equals = pl_bytes_find_byte(inner, '=', 0);
    pl_bytes value = equals == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_from(inner, equals + 1);
    if (pl_bytes_starts(inner, PL_LIT("-D")) && equals != SIZE_MAX) {
        give_macro(r, pl_bytes_sub(inner, 2, equals - 2), value);
        give_value(r, value);
    } else if (r->list.is_open && pl_cmake_is_definition(inner, equals)) {
        give_macro(r, pl_bytes_sub(inner, 0, equals), value);
        give_value(r, value);
    } else if (pl_bytes_starts(inner, PL_LIT("--")) && equals != SIZE_MAX && r->is_debian_rules) {
        give_value(r, value);
    } else if (inner.n <= PL_BUILD_VALUE_BYTES && pl_build_variables_has_directory(&r->vars, inner)) {
        give_value(r, inner);
        if (equals != SIZE_MAX)
            give_value(r, value);
    }
    pl_cmake_word_end(&r->list);
}

/* "\$${prefix}/lib" for make, "\${prefix}/lib" for the shell: configure gets "${prefix}/lib", and make looks that up in the end. */
static pl_bytes behind_make_and_shell(struct reading *r, pl_bytes text)
{
    struct pl_buf b;
    if (pl_bytes_find(text, PL_LIT("$$"), 0) == SIZE_MAX)
        return text;
    pl_buf_init(&b, PL_BUILD_VALUE_BYTES);
    for (size_t i = 0; i < text.n; i++) {
        pl_bytes rest = pl_bytes_from(text, i);
        i += pl_bytes_starts(rest, PL_LIT("\\$$")) ? 2 : pl_bytes_starts(rest, PL_LIT("$$"));
        pl_buf_add_byte(&b, text.p[i]);
    }
    text = b.why == PL_OK ? pl_arena_keep(r->vars.arena, pl_buf_bytes(&b)) : (pl_bytes){NULL, 0};
    r->vars.is_out_of_memory = r->vars.is_out_of_memory || (b.why == PL_OK && text.p == NULL);
    pl_buf_reset(&b);
    return text;
}

/* --sysconfdir=/etc/tool; NAME=value where make is called (`is_make`). */
static void read_option(struct reading *r, pl_bytes word, bool is_make)
{
    size_t equals = pl_bytes_find_byte(word, '=', 0);
    size_t dashes = pl_bytes_starts(word, PL_LIT("--")) ? 2 : 0;
    bool is_variable = is_make && equals != SIZE_MAX && equals > 0 && pl_build_name_length(word) == equals;
    if (equals != SIZE_MAX && (dashes > 0 || is_variable))
        pl_build_variables_give(&r->vars, pl_bytes_sub(word, dashes, equals - dashes),
                                unquote(r, behind_make_and_shell(r, pl_bytes_from(word, equals + 1))));
}

/* A line of configure that writes "#define NAME value" to config.h, however it is quoted; also #define lines of *.h.in. */
static void read_define(struct reading *r, pl_bytes line)
{
    size_t at = pl_bytes_find(line, PL_LIT("#define "), 0);
    if (at == SIZE_MAX)
        return;
    pl_bytes rest = pl_bytes_from(line, at + 8);
    pl_bytes name = pl_bytes_sub(rest, 0, pl_build_name_length(rest));
    pl_bytes value = pl_bytes_trim(pl_bytes_from(rest, name.n));
    size_t end = pl_bytes_find(value, PL_LIT(">>"), 0);
    if (end != SIZE_MAX)
        value = pl_bytes_trim(pl_bytes_sub(value, 0, end));
    bool is_in_quotes = at > 0 && (line.p[at - 1] == '"' || line.p[at - 1] == '\'');
    if (is_in_quotes && value.n > 0 && value.p[value.n - 1] == line.p[at - 1])
        value = pl_bytes_sub(value, 0, value.n - 1);
    if (pl_bytes_find_byte(value, '"', 0) != SIZE_MAX)
        give_macro(r, name, value);
}

/* AC_DEFINE_UNQUOTED([NAME], ["$value"]) */
static void read_ac_define(struct reading *r, pl_bytes line)
{
    size_t at = pl_bytes_find(line, PL_LIT("AC_DEFINE"), 0);
    size_t open = at == SIZE_MAX ? SIZE_MAX : pl_bytes_find_byte(line, '(', at);
    pl_bytes name;
    pl_bytes value;
    if (open == SIZE_MAX)
        return;
    pl_bytes rest = pl_bytes_from(line, open + 1);
    if (next_argument(&rest, true, &name) && next_argument(&rest, true, &value)) {
        give_macro(r, name, value);
        give_name(r, name, value);
    }
}

/*
 * '-DVERSION="' + meson.project_version() + '"', '-DVERSION="@0@"'.format(meson.project_version()), set_quoted('VERSION', meson.project_version()):
 * one line that names a macro, and what project() said. Meson manual, "Configuration" and "Reference manual: meson".
 */
static void read_meson(struct reading *r, pl_bytes line, const char *call, const char *written)
{
    size_t at = pl_bytes_find(line, pl_bytes_of_str(call), 0);
    pl_bytes before = pl_bytes_sub(line, 0, at == SIZE_MAX ? 0 : at);
    size_t set = pl_bytes_find(before, PL_LIT("set_quoted("), 0);
    size_t define = SIZE_MAX;
    pl_bytes name = {NULL, 0};
    for (size_t d = 0; (d = pl_bytes_find(before, PL_LIT("-D"), d)) != SIZE_MAX; d++)
        define = d;
    if (define != SIZE_MAX)
        name = pl_bytes_from(before, define + 2);
    else if (set != SIZE_MAX)
        name = pl_bytes_from(before, set + 12 <= before.n ? set + 12 : before.n); /* and the quote */
    name = pl_bytes_sub(name, 0, pl_build_name_length(name));
    if (name.n > 0)
        give_macro(r, name, pl_bytes_of_str(written));
}

/* "python3 ./configure.py --bootstrap" in debian/rules: a script of the source that asks for its interpreter gets this one. */
static void read_interpreter(struct reading *r, pl_bytes line)
{
    pl_bytes interpreter;
    pl_bytes script;
    pl_source_ref ref;
    if (!r->is_debian_rules || !pl_bytes_starts(line, PL_LIT("\t")) || !next_word(&line, &interpreter) ||
        !next_word(&line, &script))
        return;
    if (pl_bytes_starts(script, PL_LIT("./")))
        script = pl_bytes_from(script, 2);
    bool is_name = pl_build_name_length(interpreter) == interpreter.n;
    if (is_name && pl_bytes_find_byte(script, '.', 0) != SIZE_MAX && pl_index_find_path(r->ix, script, &ref))
        give_value(r, interpreter);
}

/* sed "s/#ARCH#/$(DEB_HOST_MULTIARCH)/": what the variable has is put into texts. */
static void read_sed(struct reading *r, pl_bytes line)
{
    for (size_t at = 0; (at = pl_bytes_find(line, PL_LIT("$("), at)) != SIZE_MAX; at++) {
        uint8_t mark = at > 3 ? line.p[at - 1] : ' ';
        pl_bytes before = pl_bytes_sub(line, 0, at > 0 ? at - 1 : 0);
        size_t start = pl_bytes_rfind_byte(before, mark);
        size_t close = pl_bytes_find_byte(line, ')', at);
        if (memchr(";|,:#%!@~+/", mark, 11) != NULL && start != SIZE_MAX && start > 0 &&
            line.p[start - 1] == 's' && close != SIZE_MAX && close + 1 < line.n && line.p[close + 1] == mark)
            give_value(r, pl_bytes_sub(line, at, close + 1 - at));
    }
}

enum round { READ_CHANGELOG, READ_VARIABLES, GIVE_VALUES };

static void read_file(struct reading *r, const struct pl_source_file *f, enum round round)
{
    pl_bytes rest = f->data;
    pl_bytes line;
    r->line = 0;
    r->list = (struct pl_cmake_list){0};
    r->is_debian_rules = pl_bytes_starts(f->path, PL_LIT("debian/"));
    r->is_configure = pl_bytes_eq_str(pl_bytes_basename(f->path), "configure");
    r->is_meson = pl_bytes_eq_str(pl_bytes_basename(f->path), "meson.build");
    while (!r->vars.is_out_of_memory && pl_bytes_line(&rest, &line)) {
        pl_bytes word;
        pl_bytes words = line;
        pl_bytes links = line;
        r->line++;
        if (r->vars.scratch.used_bytes > SCRATCH_BYTES)
            pl_arena_reset(&r->vars.scratch);
        if (round == READ_VARIABLES) {
            read_assignment(r, line);
            read_call(r, line, f->data);
            pl_build_printed_version(&r->vars, r->ix, f->path, line);
            read_path_program(r, line);
            bool is_make = pl_bytes_find(line, PL_LIT("$(MAKE)"), 0) != SIZE_MAX ||
                           pl_bytes_find(line, PL_LIT("dh_auto_build"), 0) != SIZE_MAX;
            while (r->is_debian_rules && next_word(&words, &word))
                read_option(r, word, is_make);
            continue;
        }
        read_define(r, line);
        read_ac_define(r, line);
        read_meson(r, line, "meson.project_version()", "${PROJECT_VERSION}");
        read_meson(r, line, "meson.project_name()", "${PROJECT_NAME}");
        read_interpreter(r, line);
        read_sed(r, line);
        while (pl_build_link_value(&links, &word))
            give_value(r, word);
        pl_bytes category = pl_cmake_category(line);
        if (category.n > 0)
            give_value(r, category);
        while (!r->is_configure && next_word(&words, &word))
            read_word(r, word);
    }
}

bool pl_is_build_file(pl_bytes path)
{
    static const char *const names[] = {"configure",   "configure.ac", "configure.in", "CMakeLists.txt",
                                        "meson.build", "GNUmakefile",  "SConstruct",   "wscript",
                                        "rules",       "Makefile.PL",  "Jamfile",      "build.zig",
                                        "SConscript",  "configure.py", "gen.py"};
    static const char *const ends[] = {".mk",  ".am",  ".cmake", ".m4", ".mak",
                                       ".pro", ".pri", ".h.in",  ".gn", ".mk.in"};
    pl_bytes name = pl_bytes_basename(path);
    if (pl_bytes_is_one_of(name, names, sizeof names / sizeof names[0]))
        return true;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (pl_bytes_ends(name, pl_bytes_of_str(ends[i])))
            return true;
    return pl_bytes_starts(name, PL_LIT("Makefile")) || pl_bytes_starts(name, PL_LIT("makefile")) ||
           pl_bytes_eq_str(path, "debian/control") || pl_bytes_ends(path, PL_LIT("/Makevars"));
}

/* Source name and upstream version, out of debian/changelog: "xz-utils (5.4.1-1) unstable". */
static void read_changelog(struct reading *r, pl_bytes text)
{
    size_t open = pl_bytes_find_byte(text, '(', 0);
    size_t close = pl_bytes_find_byte(text, ')', 0);
    if (open == SIZE_MAX || close == SIZE_MAX || close < open)
        return;
    pl_bytes version = pl_bytes_sub(text, open + 1, close - open - 1);
    pl_bytes name = pl_bytes_trim(pl_bytes_sub(text, 0, open));
    size_t colon = pl_bytes_find_byte(version, ':', 0);
    pl_bytes upstream = colon == SIZE_MAX ? version : pl_bytes_from(version, colon + 1);
    size_t dash = pl_bytes_rfind_byte(upstream, '-');
    static const char *const versions[] = {"PACKAGE_VERSION", "VERSION", "PROJECT_VERSION",
                                           "DEB_VERSION_UPSTREAM"};
    static const char *const packages[] = {"PACKAGE", "PACKAGE_NAME", "PACKAGE_TARNAME", "DEB_SOURCE"};
    for (size_t i = 0; i < 4; i++) {
        pl_build_variables_add(&r->vars, pl_bytes_of_str(versions[i]), pl_bytes_sub(upstream, 0, dash),
                               false);
        pl_build_variables_add(&r->vars, pl_bytes_of_str(packages[i]), name, false);
    }
    pl_build_variables_add(&r->vars, PL_LIT("DEB_VERSION"), version, false);
    r->date = pl_build_date_of(text);
}

static void read_tree(struct reading *r, uint32_t t, enum round round)
{
    const struct pl_source_tree *tree = pl_index_tree(r->ix, t);
    for (uint32_t i = 0; i < tree->files.n && tree->rank == PL_RANK_OWN && !r->vars.is_out_of_memory; i++) {
        const struct pl_source_file *f = &tree->files.v[i];
        r->file = (pl_source_ref){t, i};
        if (pl_bytes_eq_str(f->path, "debian/changelog") && round == READ_CHANGELOG && !f->is_superseded)
            read_changelog(r, f->data);
        else if (round != READ_CHANGELOG && pl_is_build_file(f->path) && f->data.n <= MAX_FILE_BYTES)
            read_file(r, f, round);
    }
}

/* What config.h gets from AC_INIT, and what values of directories that some build file mentions are. */
static void give_seeds(struct reading *r)
{
    static const char *const macros[][2] = {
        {"PACKAGE", "$(PACKAGE_TARNAME)"},
        {"PACKAGE", "$(PACKAGE)"},
        {"VERSION", "$(PACKAGE_VERSION)"},
        {"VERSION", "$(VERSION)"},
        {"PACKAGE_NAME", "$(PACKAGE_NAME)"},
        {"PACKAGE_TARNAME", "$(PACKAGE_TARNAME)"},
        {"PACKAGE_VERSION", "$(PACKAGE_VERSION)"},
        {"PACKAGE_BUGREPORT", "$(PACKAGE_BUGREPORT)"},
        {"PACKAGE_STRING", "$(PACKAGE_NAME) $(PACKAGE_VERSION)"},
        {"PACKAGE_URL", "$(PACKAGE_URL)"},
    };
    give_macro(r, PL_LIT("__DATE__"), date_as(r, PL_LIT("%b %e %Y"))); /* GCC manual, SOURCE_DATE_EPOCH */
    give_macro(r, PL_LIT("__TIME__"), date_as(r, PL_LIT("%T")));
    for (size_t i = 0; i < sizeof macros / sizeof macros[0]; i++)
        give_macro(r, pl_bytes_of_str(macros[i][0]), pl_bytes_of_str(macros[i][1]));
    give_value(
        r, PL_LIT("$(DEB_VERSION_UPSTREAM)")); /* however it is put together: a program says its version */
    pl_bytes name;
    pl_bytes value;
    for (size_t i = 0; pl_build_directory_at(i, &name, &value); i++)
        if (pl_index_has_word(r->ix, name))
            give_value(r, value);
}

bool pl_build_values(const struct pl_index *ix, struct pl_arena *arena, const struct pl_build_sink *sink)
{
    struct reading *r = pl_arena_take(arena, sizeof *r);
    if (r == NULL)
        return false;
    *r = (struct reading){.ix = ix, .sink = sink};
    pl_build_variables_init(&r->vars, arena);
    for (int round = READ_CHANGELOG; round <= GIVE_VALUES; round++)
        for (uint32_t t = 0; t < pl_index_tree_count(ix); t++)
            read_tree(r, t, (enum round)round);
    pl_build_meson(ix, &r->vars, sink);
    give_seeds(r);
    pl_build_variables_reset(&r->vars);
    return !r->vars.is_out_of_memory;
}
