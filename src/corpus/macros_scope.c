/*
 * macros_scope.c - macros that a file defines for a while.
 *
 *     #define MEMBER(name, text) puts(text " is " #name);
 *     ALL_MEMBERS                                             here MEMBER is this one, whatever else the tree has under its name
 *     #undef MEMBER
 *
 * Lists of X() are written this way: the same name has a definition for each use of the list, and the list is long. Expanded with every definition of the tree the uses of
 * one file are more than may be spent on it. Between a #define and the next #undef of the name the definitions of that stretch count alone: several, where they are in
 * arms of #if. An #undef that is itself in an #if which has ended before the use begins no stretch.
 *
 * Source: C17 6.10.3.5.
 */
#include "corpus/macros_set.h"

#include <string.h>

static pl_bytes take_word(pl_bytes line, size_t *at)
{
    while (*at < line.n && (line.p[*at] == ' ' || line.p[*at] == '\t'))
        (*at)++;
    size_t start = *at;
    while (*at < line.n && pl_is_word_byte(line.p[*at]))
        (*at)++;
    return pl_bytes_sub(line, start, *at - start);
}

/* The directive that the line at *at of the text is, and the word behind it; *at is behind the line. No bytes: none. */
static pl_bytes next_directive(pl_bytes text, size_t *at, pl_bytes *word)
{
    size_t end = pl_bytes_find_byte(text, '\n', *at);
    pl_bytes line = pl_bytes_trim(pl_bytes_sub(text, *at, (end == SIZE_MAX ? text.n : end) - *at));
    size_t i = 1;
    *at = end == SIZE_MAX ? text.n : end + 1;
    if (line.n == 0 || line.p[0] != '#')
        return (pl_bytes){NULL, 0};
    pl_bytes directive = take_word(line, &i);
    *word = take_word(line, &i);
    return directive;
}

static bool has_name(const struct pl_macro_scope *s, pl_bytes name)
{
    for (size_t i = 0; i < s->n; i++)
        if (pl_bytes_eq(s->marks[i].name, name))
            return true;
    return false;
}

static void read_marks(struct pl_macro_scope *s, const char *wanted, bool is_end)
{
    for (size_t at = 0; at < s->text.n && !s->is_full;) {
        size_t start = at;
        pl_bytes word = {NULL, 0};
        pl_bytes directive = next_directive(s->text, &at, &word);
        if (!pl_bytes_eq_str(directive, wanted) || word.n == 0 || (!is_end && !has_name(s, word)))
            continue;
        s->is_full = s->n == PL_MACRO_MARKS;
        if (!s->is_full)
            s->marks[s->n++] =
                (struct pl_macro_mark){.name = word, .at = start, .closes = SIZE_MAX, .is_end = is_end};
    }
}

/* The first n marks that stand in just `depth` #if and are not closed yet are closed at `at`. */
static void close_marks(struct pl_macro_scope *s, size_t n, long depth, size_t at)
{
    for (size_t i = 0; i < n; i++)
        if (s->marks[i].closes == SIZE_MAX && s->marks[i].depth == depth)
            s->marks[i].closes = at;
}

/* Where the #if that each #undef stands in ends, in one walk: the marks are in the order of the text. */
static void find_closes(struct pl_macro_scope *s)
{
    long depth = 0;
    size_t n = 0; /* marks that were passed */
    for (size_t at = 0; at < s->text.n;) {
        size_t start = at;
        pl_bytes word;
        pl_bytes directive = next_directive(s->text, &at, &word);
        if (n < s->n && s->marks[n].at == start)
            s->marks[n++].depth = depth;
        if (pl_bytes_starts(directive, PL_LIT("if")))
            depth++;
        else if (pl_bytes_starts(directive, PL_LIT("el")))
            close_marks(s, n, depth, start);
        else if (pl_bytes_eq_str(directive, "endif"))
            close_marks(s, n, depth--, start);
    }
}

void pl_macro_scope_read(struct pl_macro_scope *s, pl_bytes text)
{
    s->text = text;
    s->n = 0;
    s->is_full = false;
    if (pl_bytes_find(text, PL_LIT("undef"), 0) == SIZE_MAX)
        return;
    read_marks(s, "undef", true);
    find_closes(s);
    read_marks(s, "define", false);
    if (s->is_full)
        s->n = 0; /* then all definitions count, as everywhere else */
}

size_t pl_macro_scope_find(const struct pl_macro_scope *s, size_t at, const struct macro_name *name,
                           const struct macro *out[PL_MACRO_DEFINITIONS])
{
    size_t start = 0;
    size_t n = 0;
    size_t n_defined = 0;
    bool is_ended = false;
    pl_bytes of = name->found[0]->name;
    for (size_t i = 0; i < s->n; i++) {
        const struct pl_macro_mark *mark = &s->marks[i];
        if (!mark->is_end || !pl_bytes_eq(mark->name, of))
            continue;
        is_ended = is_ended || mark->at >= at;
        if (mark->at > start && mark->at < at && mark->closes >= at)
            start = mark->at;
    }
    if (!is_ended)
        return 0;
    for (size_t i = 0; i < s->n; i++)
        n_defined += !s->marks[i].is_end && s->marks[i].at >= start && s->marks[i].at < at &&
                     pl_bytes_eq(s->marks[i].name, of);
    for (size_t i = 0; i < name->n; i++) {
        const uint8_t *p = name->found[i]->name.p;
        if (p > s->text.p + start && p < s->text.p + at)
            out[n++] = name->found[i];
    }
    /* One that stands elsewhere in the very same words is known from there alone. */
    return n == n_defined ? n : 0;
}
