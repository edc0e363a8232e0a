/*
 * build_printed.c - the version that a script of the source prints when configure is made.
 *
 *     configure.ac:  m4_define([git_revision], m4_esyscmd_s([./autover.sh]))
 *     autover.sh:    VERSION="none"
 *                    printf '%s' "$VERSION"
 *
 * Such scripts ask git. In a build from an archive there is no git, and what they print is a word that they have themselves: "none", "UNKNOWN" of gnulib's
 * git-version-gen. Taken are words that the script gives to a variable which it prints.
 *
 * Source: Autoconf manual, m4_esyscmd_s; gnulib, build-aux/git-version-gen.
 */
#include "corpus/build_printed.h"

#include <string.h>

#define MAX_SCRIPT_BYTES (64u << 10)

/* Of "./autover.sh", "build-aux/git-version-gen .tarball-version": the file; its path is the one of the folder of configure.ac. */
static const struct pl_source_file *script_of(const struct pl_index *ix, pl_bytes file, pl_bytes command)
{
    char path[256];
    pl_source_ref ref;
    size_t slash = pl_bytes_rfind_byte(file, '/');
    size_t folder = slash == SIZE_MAX ? 0 : slash + 1;
    size_t n = 0;
    command = pl_bytes_starts(command, PL_LIT("sh ")) ? pl_bytes_from(command, 3) : command;
    command = pl_bytes_starts(command, PL_LIT("./")) ? pl_bytes_from(command, 2) : command;
    while (n < command.n && memchr(" \t])", command.p[n], 4) == NULL)
        n++;
    if (n == 0 || folder + n > sizeof path)
        return NULL;
    memcpy(path, file.p, folder);
    memcpy(path + folder, command.p, n);
    if (!pl_index_find_path(ix, pl_bytes_of(path, folder + n), &ref))
        return NULL;
    const struct pl_source_file *f = pl_index_file(ix, ref);
    return f->data.n > MAX_SCRIPT_BYTES ? NULL : f;
}

/* Does a line print the variable: echo "$v", printf '%s' "$v"? */
static bool prints(pl_bytes script, pl_bytes name)
{
    pl_bytes line;
    while (pl_bytes_line(&script, &line)) {
        line = pl_bytes_trim(line);
        if (!pl_bytes_starts(line, PL_LIT("echo ")) && !pl_bytes_starts(line, PL_LIT("printf ")))
            continue;
        for (size_t at = 0; (at = pl_bytes_find_byte(line, '$', at)) != SIZE_MAX; at++) {
            pl_bytes rest = pl_bytes_from(line, at + 1);
            rest = pl_bytes_starts(rest, PL_LIT("{")) ? pl_bytes_from(rest, 1) : rest;
            if (pl_build_name_length(rest) == name.n && pl_bytes_starts(rest, name))
                return true;
        }
    }
    return false;
}

/* The word of VERSION="none" or v=UNKNOWN, up to what ends the command; no bytes when it is no word. */
static pl_bytes word_of(pl_bytes value)
{
    size_t n = 0;
    bool is_quoted = value.n > 0 && (value.p[0] == '"' || value.p[0] == '\'');
    uint8_t quote = is_quoted ? value.p[0] : ' ';
    value = pl_bytes_from(value, is_quoted);
    while (n < value.n && (pl_is_word_byte(value.p[n]) || memchr(".-+~", value.p[n], 4) != NULL))
        n++;
    bool is_ended = is_quoted ? n < value.n && value.p[n] == quote
                              : n == value.n || memchr(" \t;\r", value.p[n], 4) != NULL;
    return pl_bytes_sub(value, 0, is_ended ? n : 0);
}

void pl_build_printed_version(struct pl_build_variables *vars, const struct pl_index *ix, pl_bytes file,
                              pl_bytes line)
{
    size_t at = pl_bytes_find(line, PL_LIT("m4_esyscmd"), 0);
    size_t open = at == SIZE_MAX ? SIZE_MAX : pl_bytes_find_byte(line, '(', at);
    if (open == SIZE_MAX)
        return;
    pl_bytes command = pl_bytes_from(line, open + 1);
    while (command.n > 0 && memchr("[ \t", command.p[0], 3) != NULL)
        command = pl_bytes_from(command, 1);
    const struct pl_source_file *script = script_of(ix, file, command);
    pl_bytes rest = script == NULL ? (pl_bytes){NULL, 0} : script->data;
    pl_bytes text;
    while (pl_bytes_line(&rest, &text)) {
        text = pl_bytes_trim(text);
        pl_bytes name = pl_bytes_sub(text, 0, pl_build_name_length(text));
        if (name.n == 0 || name.n >= text.n || text.p[name.n] != '=')
            continue;
        pl_bytes word = word_of(pl_bytes_from(text, name.n + 1));
        if (word.n == 0 || !prints(script->data, name))
            continue;
        pl_build_variables_add(vars, PL_LIT("PACKAGE_VERSION"), word, false);
        pl_build_variables_add(vars, PL_LIT("VERSION"), word, false);
    }
}
