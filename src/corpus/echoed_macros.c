/*
 * echoed_macros.c - macros that shell scripts of the sources print into a header of the build.
 *
 *     version=`cat .version`      state="release"      [ -n "$1" ] && state=$1
 *     echo "#define TITLE \"tool ${version} ${state}\""      TITLE is "tool %d %d" or "tool %d release"
 *
 * A variable stands for what the script itself assigns to it. Where that is the output of a command or an argument, the text of it is not known:
 * then it has to be a number, which literal.formatted compares digit by digit. Nothing is run.
 *
 * What somebody could hide behind this: another number in such a text.
 * Source: POSIX.1-2017 XCU 2.3, 2.6.2 and echo.
 */
#include "corpus/echoed_macros.h"

#include "base/buf.h"
#include "corpus/build_variables.h"

#include <string.h>

#define MAX_FILE_BYTES (256u << 10)
#define MAX_TEXT_BYTES 256u
#define MAX_TEXTS      8u   /* of one variable or macro */
#define MAX_NESTED     6u   /* variables in variables */
#define MAX_LINES      256u /* that define a macro, of one script */
#define NUMBER         "%d"

struct texts {
    pl_bytes v[MAX_TEXTS];
    size_t n;
};

struct script {
    pl_bytes text;
    struct pl_arena *arena;
    bool is_out_of_memory;
};

static void add_text(struct texts *t, pl_bytes text)
{
    for (size_t i = 0; i < t->n; i++)
        if (pl_bytes_eq(t->v[i], text))
            return;
    if (t->n < MAX_TEXTS)
        t->v[t->n++] = text;
}

/* Each of `heads` with `tail` behind it. */
static void append(struct script *s, struct texts *heads, const struct texts *tails)
{
    struct texts out = {.n = 0};
    for (size_t i = 0; i < heads->n; i++)
        for (size_t k = 0; k < tails->n; k++) {
            pl_bytes both[2] = {heads->v[i], tails->v[k]};
            uint8_t *p = both[0].n + both[1].n > MAX_TEXT_BYTES
                             ? NULL
                             : pl_arena_take_n(s->arena, both[0].n + both[1].n + 1, 1);
            if (p == NULL) {
                s->is_out_of_memory = s->is_out_of_memory || s->arena->why == PL_E_NOMEM;
                continue;
            }
            for (size_t b = 0, at = 0; b < 2; at += both[b++].n)
                if (both[b].n > 0)
                    memcpy(p + at, both[b].p, both[b].n);
            add_text(&out, pl_bytes_of(p, both[0].n + both[1].n));
        }
    *heads = out;
}

static struct texts one_text(pl_bytes text)
{
    return (struct texts){.v = {text}, .n = 1};
}

static bool is_number(pl_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    return true;
}

static struct texts evaluate(struct script *s, pl_bytes text, unsigned nested);

/* What follows "NAME=": up to the end of the quotes or of the word. */
static pl_bytes assigned(pl_bytes rest)
{
    size_t end = 0;
    if (rest.n > 0 && (rest.p[0] == '"' || rest.p[0] == '\'')) {
        end = pl_bytes_find_byte(rest, rest.p[0], 1);
        return end == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_sub(rest, 1, end - 1);
    }
    if (rest.n > 0 && rest.p[0] == '`')
        return rest; /* a command is not looked into */
    while (end < rest.n && rest.p[end] > ' ' && rest.p[end] != ';')
        end++;
    return pl_bytes_sub(rest, 0, end);
}

/* All that the script assigns to a variable: texts, and a number when something is assigned that it does not say. */
static struct texts variable(struct script *s, pl_bytes name, unsigned nested)
{
    struct texts out = {.n = 0};
    bool is_assigned = false;
    for (size_t at = pl_bytes_find(s->text, name, 0); at != SIZE_MAX && nested < MAX_NESTED;
         at = pl_bytes_find(s->text, name, at + name.n)) {
        size_t end = at + name.n;
        bool begins = at == 0 || s->text.p[at - 1] <= ' ' || s->text.p[at - 1] == ';';
        if (!begins || end >= s->text.n || s->text.p[end] != '=')
            continue;
        size_t line_end = pl_bytes_find_byte(s->text, '\n', end);
        pl_bytes value =
            assigned(pl_bytes_sub(s->text, end + 1, (line_end == SIZE_MAX ? s->text.n : line_end) - end - 1));
        bool is_open = pl_bytes_find_byte(value, '`', 0) != SIZE_MAX ||
                       pl_bytes_find(value, PL_LIT("$("), 0) != SIZE_MAX;
        struct texts all =
            is_open || is_number(value) ? one_text(PL_LIT(NUMBER)) : evaluate(s, value, nested + 1);
        is_assigned = true;
        for (size_t i = 0; i < all.n; i++)
            add_text(&out, all.v[i]);
    }
    return is_assigned && out.n > 0 ? out : one_text(PL_LIT(NUMBER));
}

/* A text in double quotes, with what its variables may stand for. */
static struct texts evaluate(struct script *s, pl_bytes text, unsigned nested)
{
    struct texts out = one_text(PL_LIT(""));
    while (text.n > 0) {
        size_t plain = pl_bytes_find_byte(text, '$', 0);
        struct texts piece = one_text(pl_bytes_sub(text, 0, plain));
        append(s, &out, &piece);
        text = pl_bytes_from(text, plain == SIZE_MAX ? text.n : plain);
        if (text.n == 0)
            break;
        bool has_brace = text.n > 1 && text.p[1] == '{';
        pl_bytes name = pl_bytes_from(text, has_brace ? 2 : 1);
        name = pl_bytes_sub(name, 0, pl_build_name_length(name));
        size_t end = (has_brace ? 2 : 1) + name.n;
        if (name.n == 0 || (has_brace && (end >= text.n || text.p[end] != '}')))
            return (struct texts){.n = 0}; /* ${x:-y}, $(x) and the like */
        struct texts values = is_number(name) ? one_text(PL_LIT(NUMBER)) : variable(s, name, nested);
        append(s, &out, &values);
        text = pl_bytes_from(text, end + has_brace);
    }
    return out;
}

/* `\"text\"` up to the quote that ends the argument, as "text"; no bytes when it is something else. */
static pl_bytes body_of(struct script *s, pl_bytes rest)
{
    struct pl_buf b;
    size_t i = 0;
    pl_bytes body = {NULL, 0};
    pl_buf_init(&b, MAX_TEXT_BYTES);
    for (; i < rest.n && rest.p[i] != '"' && rest.p[i] != '\n'; i++) {
        i += rest.p[i] == '\\' && i + 1 < rest.n && (rest.p[i + 1] == '"' || rest.p[i + 1] == '\\');
        pl_buf_add_byte(&b, rest.p[i]);
    }
    bool is_text =
        i < rest.n && rest.p[i] == '"' && b.why == PL_OK && b.n > 2 && b.p[0] == '"' && b.p[b.n - 1] == '"';
    if (is_text)
        body = pl_arena_keep(s->arena, pl_buf_bytes(&b));
    s->is_out_of_memory = s->is_out_of_memory || b.why == PL_E_NOMEM || (is_text && body.p == NULL);
    pl_buf_reset(&b);
    return body;
}

static bool read_script(struct script *s, const struct pl_build_sink *sink)
{
    pl_bytes mark = PL_LIT("echo \"#define ");
    size_t at = 0;
    for (unsigned n = 0; n < MAX_LINES; n++) {
        at = pl_bytes_find(s->text, mark, at);
        if (at == SIZE_MAX)
            return true;
        at += mark.n;
        size_t line = pl_bytes_rfind_byte(pl_bytes_sub(s->text, 0, at), '\n');
        pl_bytes before = pl_bytes_trim(pl_bytes_sub(s->text, line == SIZE_MAX ? 0 : line + 1, at));
        pl_bytes rest = pl_bytes_from(s->text, at);
        pl_bytes name = pl_bytes_sub(rest, 0, pl_build_name_length(rest));
        pl_bytes body = {NULL, 0};
        if (name.n > 0 && name.n < rest.n && rest.p[name.n] == ' ' && !pl_bytes_starts(before, PL_LIT("#")))
            body = body_of(s, pl_bytes_from(rest, name.n + 1));
        struct texts all = body.n == 0 ? (struct texts){.n = 0} : evaluate(s, body, 0);
        for (size_t i = 0; i < all.n; i++)
            if (!sink->macro(sink->ctx, name, all.v[i]))
                return false;
        if (s->is_out_of_memory)
            return false;
    }
    return true;
}

bool pl_echoed_macros(const struct pl_index *ix, struct pl_arena *arena, const struct pl_build_sink *sink)
{
    for (uint32_t u = 0; u < pl_index_unit_count(ix); u++) {
        const struct pl_source_file *f = pl_index_unit_file(ix, u);
        struct script s = {.text = f->data, .arena = arena};
        bool is_script =
            pl_bytes_ends(f->path, PL_LIT(".sh")) || pl_bytes_starts(f->data, PL_LIT("#!/bin/sh"));
        if (is_script && f->data.n <= MAX_FILE_BYTES && !read_script(&s, sink))
            return false;
    }
    return true;
}
