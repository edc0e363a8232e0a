/*
 * build_cut.c - variables that a makefile or a shell script cuts out of others.
 *
 *     REVISION := $(shell echo '$(DEB_VERSION)' | sed -e 's/.*-//')
 *     TOOL_MAJOR=$(echo $PACKAGE_VERSION | cut -d. -f1)
 *
 * The parts of a version: what stands behind the last byte of a kind; and, with one byte between the parts, one of the first nine of them. Other commands are not read.
 *
 * Source: GNU sed manual, 3.3; POSIX cut; Autoconf manual, "Initializing configure".
 */
#include "corpus/build_cut.h"

#include <string.h>

/* Behind the parenthesis that closes the one before `at`; SIZE_MAX when none does. */
static size_t behind_parenthesis(pl_bytes text, size_t at)
{
    size_t depth = 1;
    for (; at < text.n; at++) {
        depth += text.p[at] == '(';
        depth -= text.p[at] == ')';
        if (depth == 0)
            return at + 1;
    }
    return SIZE_MAX;
}

void pl_build_cut_version(struct pl_build_variables *vars, pl_bytes name, pl_bytes value)
{
    static const char start[] = "$(shell echo '$(";
    static const char middle[] = "' | sed -e 's/.*";
    struct pl_build_values whole;
    size_t from = pl_bytes_find(value, PL_LIT("$(shell echo '$("), 0);
    if (from == SIZE_MAX)
        return;
    size_t end = behind_parenthesis(value, from + 2);
    pl_bytes inner = pl_bytes_sub(value, from + sizeof start - 1, end - from - (sizeof start - 1));
    size_t close = end == SIZE_MAX ? SIZE_MAX : pl_bytes_find_byte(inner, ')', 0);
    pl_bytes rest = close == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_from(inner, close + 1);
    if (!pl_bytes_starts(rest, PL_LIT("' | sed -e 's/.*")) ||
        !pl_bytes_eq_str(pl_bytes_from(rest, sizeof middle), "//')"))
        return;
    const char *reference = pl_arena_printf(vars->arena, "$(%.*s)", PL_ARG(pl_bytes_sub(inner, 0, close)));
    if (reference == NULL) {
        vars->is_out_of_memory = true;
        return;
    }
    pl_build_variables_evaluate(vars, pl_bytes_of_str(reference), &whole);
    for (size_t i = 0; i < whole.n; i++) {
        size_t last = pl_bytes_rfind_byte(whole.v[i], rest.p[sizeof middle - 1]);
        const char *text = last == SIZE_MAX ? NULL
                                            : pl_arena_printf(vars->arena, "%.*s%.*s%.*s",
                                                              PL_ARG(pl_bytes_sub(value, 0, from)),
                                                              PL_ARG(pl_bytes_from(whole.v[i], last + 1)),
                                                              PL_ARG(pl_bytes_from(value, end)));
        vars->is_out_of_memory = vars->is_out_of_memory || (last != SIZE_MAX && text == NULL);
        if (text != NULL)
            pl_build_variables_add(vars, name, pl_bytes_of_str(text), false);
    }
}

/* The reference in "echo $VERSION | ": "$VERSION", also in quotes. No bytes when it is anything else. */
static pl_bytes echoed_reference(pl_bytes value, size_t from, size_t bar)
{
    pl_bytes word = pl_bytes_trim(pl_bytes_sub(value, from, bar - from));
    if (word.n > 2 && (word.p[0] == '"' || word.p[0] == '\'') && word.p[word.n - 1] == word.p[0])
        word = pl_bytes_sub(word, 1, word.n - 2);
    return pl_bytes_starts(word, PL_LIT("$")) ? word : pl_bytes_sub(word, 0, 0);
}

static pl_bytes behind_quotes(pl_bytes command)
{
    while (command.n > 0 && memchr(" \"'", command.p[0], 3) != NULL)
        command = pl_bytes_from(command, 1);
    return command;
}

void pl_build_cut_part(struct pl_build_variables *vars, pl_bytes name, pl_bytes value)
{
    struct pl_build_values whole;
    size_t echo = pl_bytes_find(value, PL_LIT("echo "), 0);
    size_t bar = echo == SIZE_MAX ? SIZE_MAX : pl_bytes_find_byte(value, '|', echo);
    if (bar == SIZE_MAX || echo > 2 || (value.p[0] != '`' && !pl_bytes_starts(value, PL_LIT("$("))))
        return;
    pl_bytes reference = echoed_reference(value, echo + 5, bar);
    pl_bytes command = pl_bytes_trim(pl_bytes_from(value, bar + 1));
    if (reference.n == 0 || !pl_bytes_skip(&command, PL_LIT("cut -d")))
        return;
    command = behind_quotes(command);
    uint8_t border = command.n > 0 ? command.p[0] : 0;
    command = behind_quotes(pl_bytes_from(command, command.n > 0));
    bool has_number = pl_bytes_skip(&command, PL_LIT("-f")) && command.n == 2 && command.p[0] >= '1' &&
                      command.p[0] <= '9' && command.p[1] == (value.p[0] == '`' ? '`' : ')');
    if (!has_number)
        return;
    pl_build_variables_evaluate(vars, reference, &whole);
    for (size_t i = 0; i < whole.n; i++) {
        pl_bytes rest = whole.v[i];
        pl_bytes part = {NULL, 0};
        for (uint8_t k = '0'; k < command.p[0]; k++)
            if (!pl_bytes_split(&rest, border, &part))
                part.n = 0;
        pl_bytes kept = part.n == 0 ? part : pl_arena_keep(vars->arena, part);
        vars->is_out_of_memory = vars->is_out_of_memory || (part.n > 0 && kept.p == NULL);
        if (kept.n > 0)
            pl_build_variables_add(vars, name, kept, false);
    }
}
