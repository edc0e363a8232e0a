/*
 * source_builtins.c - input of bash's mkbuiltins: C with the documentation of builtin commands between it.
 *
 *     text that is nobody's      $PRODUCES test.c      $BUILTIN [ ... its documentation ... $END      C
 *
 * What stands before $PRODUCES, and from $BUILTIN to $END, is prose: its quotes and brackets close nothing. The other lines with a dollar are
 * directives. Source: the comment at the beginning of builtins/mkbuiltins.c of bash 5.2. Not read here: the tables of commands that the program
 * writes from all such files.
 */
#include "feature/source_read.h"

static bool is_directive(pl_bytes line, const char *name)
{
    pl_bytes word = pl_bytes_of_str(name);
    return pl_bytes_starts(line, word) && (line.n == word.n || line.p[word.n] <= ' ');
}

/* A line of the text that is the directive. */
static bool has_directive(pl_bytes text, const char *name)
{
    pl_bytes line;
    while (pl_bytes_line(&text, &line))
        if (is_directive(line, name))
            return true;
    return false;
}

bool pl_source_is_builtins(pl_bytes text)
{
    return pl_bytes_find(text, PL_LIT("$PRODUCES"), 0) != SIZE_MAX && has_directive(text, "$PRODUCES") &&
           has_directive(text, "$END");
}

bool pl_source_lex_builtins(struct pl_source_lex *x)
{
    pl_bytes rest = x->text;
    pl_bytes line;
    bool is_prose = true;
    size_t from = 0; /* of the C that has not been read */
    for (size_t at = 0; pl_bytes_line(&rest, &line); at = x->text.n - rest.n) {
        if (line.n == 0 || line.p[0] != '$')
            continue;
        if (!is_prose && !pl_source_lex_range(x, from, at))
            return false;
        is_prose = is_directive(line, "$BUILTIN") ||
                   (is_prose && !is_directive(line, "$PRODUCES") && !is_directive(line, "$END"));
        from = x->text.n - rest.n;
    }
    return is_prose || pl_source_lex_range(x, from, x->text.n);
}
