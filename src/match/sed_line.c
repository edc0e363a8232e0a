/*
 * sed_line.c - lines in which the build's sed(1) put a directory.
 *
 *     Makefile.am   sed 's;/usr/local/libexec/awk;$(pkglibexecdir);' < group.awk.in > group.awk
 *     source        _gr_awklib = "/usr/local/libexec/awk/"
 *     file          _gr_awklib = "/usr/lib/x86_64-linux-gnu/awk/"
 *
 * The line is that of the source at this place but for one path; the source's path stands in a command of sed in a build file, and the file's
 * is a value of the build (literal.build-value), not just any. Or but for one mark with the name of a macro in it, which is what that macro is
 * defined as:
 *
 *     Makefile.in   sed -e "s%!PATCHLEVEL!%$(PatchLevel)%" bashbug.sh > $@
 *     patchlevel.h  #define PATCHLEVEL 15
 *     source        PATCHLEVEL="!PATCHLEVEL!"
 *     file          PATCHLEVEL="15"
 *
 * Or but for a mark, everywhere in the line, that the build file puts a variable in the place of, where the file has a value of the build:
 *
 *     debian/rules  sed -e"s/#MULTIARCH#/$(DEB_HOST_MULTIARCH)/g" debian/tool.postinst.in
 *     source        install -d "/usr/lib/#MULTIARCH#/tool"
 *     file          install -d "/usr/lib/x86_64-linux-gnu/tool"
 *
 * What somebody could hide behind the second: another definition of that macro in the source, in its place; never a text that is none. Behind the third: another directory, name or
 * version of the build in its place.
 *
 * Source: POSIX.1-2017 XCU, sed; GNU Coding Standards 7.2.5.
 */
#include "corpus/build_values.h"
#include "format/text/fold.h"
#include "match/claim.h"

#include <stdlib.h>
#include <string.h>

#define RULE           "text.sed"
#define MAX_LINES      64u /* of one file that are looked at */
#define MAX_LINE_BYTES 512u
#define MAX_AHEAD      4u /* lines of the source that one is looked for in */
#define MIN_PATH_BYTES 4u
#define MAX_MARK_BYTES 64u

struct pair {
    pl_bytes from; /* in the source */
    pl_bytes to;   /* in the file */
};

/* Does a build file of the package have "s;FROM;", with whatever stands for the semicolons? */
static bool is_replaced(const struct pl_match *m, pl_bytes from)
{
    for (uint32_t u = 0; u < pl_index_unit_count(m->index); u++) {
        const struct pl_source_file *file = pl_index_unit_file(m->index, u);
        pl_bytes text = file->data;
        if (!pl_is_build_file(file->path))
            continue;
        for (size_t at = pl_bytes_find(text, from, 0); at != SIZE_MAX;
             at = pl_bytes_find(text, from, at + 1)) {
            size_t end = at + from.n;
            bool has_room = at >= 3 && end < text.n;
            if (has_room && text.p[at - 2] == 's' && text.p[at - 1] == text.p[end] && text.p[end] != '/' &&
                memchr(";|,:#%!@~+", text.p[end], 10) != NULL && memchr(" '\"\t", text.p[at - 3], 4) != NULL)
                return true;
        }
    }
    return false;
}

/* The text in a build file that sed(1) puts in the place of `mark`, when it is one variable: "s/#MARK#/$(NAME)/". */
static bool is_replaced_by_variable(pl_bytes text, pl_bytes mark)
{
    for (size_t at = 0; (at = pl_bytes_find(text, mark, at)) != SIZE_MAX; at += mark.n) {
        size_t end = at + mark.n;
        bool has_room = at >= 3 && end + 2 < text.n;
        if (!has_room || text.p[at - 2] != 's' || text.p[at - 1] != text.p[end] ||
            memchr(";|,:#%!@~+/", text.p[end], 11) == NULL || memchr(" '\"\t", text.p[at - 3], 4) == NULL)
            continue;
        pl_bytes by = pl_bytes_sub(text, end + 1, MAX_MARK_BYTES);
        by = pl_bytes_sub(by, 0, pl_bytes_find_byte(by, text.p[end], 0));
        bool is_open = pl_bytes_skip(&by, PL_LIT("$(")) || pl_bytes_skip(&by, PL_LIT("${"));
        size_t n = 0;
        while (n < by.n && pl_is_word_byte(by.p[n]))
            n++;
        if (is_open && n > 0 && n + 1 == by.n)
            return true;
    }
    return false;
}

static bool has_variable_for(const struct pl_match *m, pl_bytes mark)
{
    for (uint32_t u = 0; u < pl_index_unit_count(m->index); u++) {
        const struct pl_source_file *file = pl_index_unit_file(m->index, u);
        if (pl_index_unit_is_own(m->index, u) && pl_is_build_file(file->path) &&
            is_replaced_by_variable(file->data, mark))
            return true;
    }
    return false;
}

static pl_status is_value(const struct pl_match *m, pl_bytes path, bool *is_one, struct pl_err *err)
{
    struct pl_literal_hit hit;
    bool found = false;
    pl_status st = pl_literals_explain(m->literals, path, m->scratch, &found, &hit, err);
    *is_one = st == PL_OK && found && strcmp(hit.rule->name, "literal.build-value") == 0;
    return st;
}

/* Is `text` the line of the source with one path replaced? */
static pl_status compare(const struct pl_match *m, pl_bytes source, pl_bytes text, struct pair *out,
                         bool *found, struct pl_err *err)
{
    size_t start = 0;
    size_t same_end = 0;
    pl_status st = PL_OK;
    while (start < source.n && start < text.n && source.p[start] == text.p[start])
        start++;
    while (same_end < source.n - start && same_end < text.n - start &&
           source.p[source.n - 1 - same_end] == text.p[text.n - 1 - same_end])
        same_end++;
    for (size_t a = start + 1; a-- > 0 && !*found && st == PL_OK;) {
        if (a >= source.n || a >= text.n || source.p[a] != '/' || text.p[a] != '/')
            continue;
        for (size_t b = same_end + 1; b-- > 0 && !*found && st == PL_OK;) {
            if (a + b + MIN_PATH_BYTES > source.n || a + b + MIN_PATH_BYTES > text.n)
                continue;
            *out = (struct pair){pl_bytes_sub(source, a, source.n - a - b),
                                 pl_bytes_sub(text, a, text.n - a - b)};
            st = is_value(m, out->to, found, err);
            *found = st == PL_OK && *found && is_replaced(m, out->from);
        }
    }
    return st;
}

/* Is there a line "#define NAME VALUE" in the source? */
static bool is_defined_as(const struct pl_match *m, pl_bytes name, pl_bytes value)
{
    for (uint32_t u = 0; u < pl_index_unit_count(m->index); u++) {
        pl_bytes text = pl_index_unit_file(m->index, u)->data;
        for (size_t at = pl_bytes_find(text, name, 0); at != SIZE_MAX;
             at = pl_bytes_find(text, name, at + name.n)) {
            size_t start = pl_bytes_rfind_byte(pl_bytes_sub(text, 0, at), '\n');
            size_t end = pl_bytes_find_byte(text, '\n', at);
            pl_bytes before = pl_bytes_trim(pl_bytes_sub(text, start == SIZE_MAX ? 0 : start + 1,
                                                         at - (start == SIZE_MAX ? 0 : start + 1)));
            pl_bytes behind = pl_bytes_sub(text, at + name.n, (end == SIZE_MAX ? text.n : end) - at - name.n);
            if (pl_bytes_eq_str(before, "#define") && behind.n > 0 && behind.p[0] <= ' ' &&
                pl_bytes_eq(pl_bytes_trim(behind), value))
                return true;
        }
    }
    return false;
}

/* Is `text` the line of the source with "!NAME!" replaced by what NAME is defined as? The mark's ends are equal and no letters. */
static bool compare_mark(const struct pl_match *m, pl_bytes source, pl_bytes text, struct pair *out)
{
    for (size_t at = 0; at < source.n && at < text.n; at++) {
        size_t end = at + 1;
        while (end < source.n && pl_is_word_byte(source.p[end]))
            end++;
        size_t behind = source.n - end - 1;
        bool is_mark = end > at + 1 && end < source.n && source.p[end] == source.p[at] &&
                       source.p[at] > ' ' && !pl_is_word_byte(source.p[at]) && end - at < MAX_MARK_BYTES &&
                       text.n >= at + behind;
        if (is_mark && pl_bytes_eq(pl_bytes_from(source, end + 1), pl_bytes_from(text, text.n - behind))) {
            *out = (struct pair){pl_bytes_sub(source, at, end + 1 - at),
                                 pl_bytes_sub(text, at, text.n - behind - at)};
            if (out->to.n > 0 && is_defined_as(m, pl_bytes_sub(source, at + 1, end - at - 1), out->to) &&
                is_replaced(m, out->from))
                return true;
        }
        if (source.p[at] != text.p[at])
            break;
    }
    return false;
}

/* Is `text` the source's line with `to` in each place of `from`? */
static bool is_with(pl_bytes source, pl_bytes text, const struct pair *p)
{
    size_t s = 0;
    size_t t = 0;
    while (s < source.n) {
        bool is_mark = pl_bytes_starts(pl_bytes_from(source, s), p->from);
        pl_bytes next = is_mark ? p->to : pl_bytes_sub(source, s, 1);
        if (!pl_bytes_starts(pl_bytes_from(text, t), next))
            return false;
        t += next.n;
        s += is_mark ? p->from.n : 1;
    }
    return t == text.n;
}

/* Is `text` the line of the source with each "#NAME#" replaced by one value of the build, where a build file has a variable in its place? The first mark is where the lines part. */
static pl_status compare_marks(const struct pl_match *m, pl_bytes source, pl_bytes text, struct pair *out,
                               bool *found, struct pl_err *err)
{
    size_t at = pl_bytes_common_start(source, text);
    size_t end = at + 1;
    size_t marks = 0;
    while (end < source.n && pl_is_word_byte(source.p[end]))
        end++;
    if (at >= source.n || end == at + 1 || end >= source.n || source.p[end] != source.p[at] ||
        source.p[at] <= ' ' || pl_is_word_byte(source.p[at]) || end - at >= MAX_MARK_BYTES)
        return PL_OK;
    out->from = pl_bytes_sub(source, at, end + 1 - at);
    for (size_t i = 0; (i = pl_bytes_find(source, out->from, i)) != SIZE_MAX; i += out->from.n)
        marks++;
    size_t kept = source.n - marks * out->from.n;
    if (text.n <= kept || (text.n - kept) % marks != 0)
        return PL_OK;
    out->to = pl_bytes_sub(text, at, (text.n - kept) / marks);
    if (!is_with(source, text, out))
        return PL_OK;
    pl_status st = is_value(m, out->to, found, err);
    *found = st == PL_OK && *found && has_variable_for(m, out->from);
    return st;
}

static pl_status claim(const struct pl_match *m, struct pl_file *f, uint64_t offset, pl_bytes line,
                       uint32_t unit, uint64_t source_offset, const struct pair *p, struct pl_err *err)
{
    struct pl_claim c = {.offset = offset,
                         .length = line.n,
                         .class = PL_CLASS_DERIVED,
                         .grade = PL_GRADE_B,
                         .rule = RULE,
                         .source_offset = PL_NO_OFFSET};
    c.source = pl_arena_printf(m->arena, "%.*s:%llu", PL_ARG(pl_index_unit_file(m->index, unit)->path),
                               (unsigned long long)pl_index_line_of(m->index, unit, source_offset));
    c.note = pl_arena_printf(m->arena, "%.*s=%.*s", PL_ARG(p->from), PL_ARG(p->to));
    return c.source == NULL || c.note == NULL ? pl_arena_fail(m->arena, err)
                                              : pl_ledger_claim(&f->ledger, &c, err);
}

/* The line at `offset`, which begins where the run ends: is it one of the next lines of the run's source? The run goes on to its end then. */
static pl_status try_line(const struct pl_match *m, struct pl_file *f, uint64_t offset, pl_bytes line,
                          struct pl_run *before, bool *is_one, struct pl_err *err)
{
    pl_bytes data = pl_index_unit_file(m->index, before->unit)->data;
    pl_bytes rest = pl_bytes_from(data, (size_t)(before->source_offset + before->length));
    pl_bytes source;
    pl_status st = PL_OK;
    bool found = false;
    for (unsigned i = 0; i < MAX_AHEAD && !found && st == PL_OK && pl_bytes_line(&rest, &source); i++) {
        struct pair p;
        if (source.n > MAX_LINE_BYTES)
            continue;
        found = compare_mark(m, source, line, &p);
        if (!found)
            st = compare_marks(m, source, line, &p, &found, err);
        if (!found && st == PL_OK)
            st = compare(m, source, line, &p, &found, err);
        if (st == PL_OK && found)
            st = claim(m, f, offset, line, before->unit, (uint64_t)(source.p - data.p), &p, err);
    }
    if (found && st == PL_OK)
        before->length = (uint64_t)(rest.p - data.p) - before->source_offset;
    *is_one = found;
    return st;
}

/* A claim of another rule that ends with the end of line n of "PATH:n-n": a run that ends there. */
static bool run_of_lines(const struct pl_match *m, const struct pl_claim *c, struct pl_run *out)
{
    pl_bytes source = pl_bytes_of_str(c->source == NULL ? "" : c->source);
    size_t colon = pl_bytes_rfind_byte(source, ':');
    size_t dash = pl_bytes_rfind_byte(source, '-');
    if (colon == SIZE_MAX || dash == SIZE_MAX || dash < colon || strcmp(c->rule, "text.template") != 0)
        return false;
    pl_units units = pl_index_units_of_path(m->index, pl_bytes_sub(source, 0, colon));
    uint64_t lines = strtoull(c->source + dash + 1, NULL, 10);
    if (units.n == 0)
        return false;
    pl_bytes data = pl_index_unit_file(m->index, units.v[0])->data;
    size_t end = 0;
    for (; lines > 0 && end < data.n; lines--) {
        size_t feed = pl_bytes_find_byte(data, '\n', end);
        end = feed == SIZE_MAX ? data.n : feed + 1;
    }
    *out = (struct pl_run){c->offset, c->length, units.v[0], end - (end < c->length ? end : c->length)};
    return end >= c->length;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    pl_status st = PL_OK;
    unsigned n = 0;
    if (m->literals == NULL || f->data.p == NULL || f->container != NULL || pl_is_image(f) ||
        !pl_is_text(f->data))
        return PL_OK;
    for (size_t i = 0; i < f->ledger.settled.n && n < MAX_LINES && st == PL_OK; i++) {
        const struct pl_claim c = f->ledger.settled.v[i];
        uint64_t end = c.offset + c.length;
        struct pl_run before;
        uint64_t gap;
        uint64_t length;
        if (!pl_ledger_gap(&f->ledger, end, &gap, &length) || gap != end ||
            !(pl_claim_run(m, f, &c, &before) || run_of_lines(m, &c, &before)) || end == 0 ||
            f->data.p[end - 1] != '\n')
            continue;
        pl_bytes rest = pl_bytes_sub(f->data, (size_t)gap, (size_t)length);
        pl_bytes line;
        bool is_one = true;
        while (is_one && n++ < MAX_LINES && st == PL_OK && pl_bytes_line(&rest, &line) &&
               line.n <= MAX_LINE_BYTES && line.p + line.n < f->data.p + gap + length)
            st = try_line(m, f, (uint64_t)(line.p - f->data.p), line, &before, &is_one, err);
    }
    return st;
}

const struct pl_rung pl_rung_text_sed = {
    .rule = RULE,
    .what =
        "a line of the source with one path or mark replaced, as a command of sed in a build file says, by "
        "a directory of the build, by its value of a variable, or by what the macro is defined as that the "
        "mark names",
    .source = "POSIX.1-2017 XCU, sed",
    .pass = PL_PASS_PACKAGE,
    .apply = apply,
};
