/*
 * printed.h - files to be compiled that mostly hold a text to print, as a manual is put into a program.
 *
 *     "       curl offers a busload of useful tricks like proxy support, user authen-\n"
 *     "       tication, FTP upload, HTTP post, SSL connections\n"
 *
 * A line that is one literal and nothing else is data: it does what the code around it does with it, and that is judged by itself.
 */
#ifndef PL_MATCH_PRINTED_H
#define PL_MATCH_PRINTED_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"
#include "base/vec.h"

/* A word of prose and where it stands; a word that was hyphenated stands in two places. */
struct pl_prose_word {
    pl_bytes text;
    uint32_t n_parts; /* 1 or 2 */
    struct {
        size_t start;
        size_t end;
        uint32_t group; /* parts of one group have nothing but text and quotes between them */
    } parts[2];
};

typedef PL_VEC(struct pl_prose_word) pl_prose_words;

/* Is the file's name one of a language that is compiled? */
bool pl_is_compiled_name(pl_bytes name);
/* Are 32 lines and a quarter of all lines literals that stand alone? O(data). */
bool pl_is_printed(pl_bytes data);
/* What stands between the quotes of a line that is one literal; false when it is none. `line` without its line end. */
bool pl_printed_line(pl_bytes line, pl_bytes *body);
/* Are all lines that [offset, offset + length) touches such literals? */
bool pl_is_in_printed_lines(pl_bytes data, size_t offset, size_t length);
/* Append the words of all such lines; halves of hyphenated words are joined in the arena. O(data). */
PL_MUST_USE pl_status pl_printed_words(pl_bytes data, struct pl_arena *arena, pl_prose_words *out,
                                       struct pl_err *err);
/* Append the text that the lines print, escapes decoded. False when there is an escape beyond backslash, quote, n and t. */
bool pl_printed_text(pl_bytes data, struct pl_buf *out);

#endif
