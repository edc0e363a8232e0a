/*
 * pieces.h - the tokens of everything that autotools read, one after the other, and where runs of three of them stand.
 *
 * m4 puts its output together from pieces: bodies of macros, arguments, and what stands between them. Quotes, white space and escapes are lost
 * or added on the way, so they are no tokens here. Built once, when the first generated file asks for it, then read by many threads.
 */
#ifndef PL_MATCH_PIECES_H
#define PL_MATCH_PIECES_H

#include "base/vec.h"
#include "corpus/index.h"

#define PL_NO_TOKEN    UINT32_MAX
#define PL_PIECE_MIN   3u
#define PL_PIECE_LIMIT (1u << 28) /* tokens of all inputs; what is over is left out */

struct pl_token {
    uint32_t id;     /* PL_NO_TOKEN: no input has it */
    uint32_t offset; /* of its first byte in the text */
    uint32_t length;
    bool is_word; /* letters, digits, underscores, bytes from 0x80 up; else one other character */
};

typedef PL_VEC(struct pl_token) pl_token_list;

struct pl_pieces;

PL_MUST_USE pl_status pl_pieces_new(const struct pl_index *ix, struct pl_pieces **out, struct pl_err *err);
void pl_pieces_free(struct pl_pieces *p); /* accepts NULL */
/* Build unless built. Safe from many threads; all that is below wants it. O(inputs). */
PL_MUST_USE pl_status pl_pieces_build(struct pl_pieces *p, struct pl_err *err);

/* Cut the next token off the front of *rest, a view of `text`; false when none is left. Quadrigraphs are what they stand for. */
bool pl_token_next(pl_bytes text, pl_bytes *rest, struct pl_token *out);
/*
 * May a command begin at this byte: after a line end, a separator or a word like "then"? In what is `quoted` by m4 also after a bracket, a
 * comma or a parenthesis, where a body or an argument begins.
 */
bool pl_token_may_begin(pl_bytes text, uint32_t offset, bool quoted);
/* All tokens of a text, numbered. */
PL_MUST_USE pl_status pl_pieces_tokens(const struct pl_pieces *p, pl_bytes text, pl_token_list *out,
                                       struct pl_err *err);

/*
 * The longest run of tokens at the front of `tokens` that stands in one input: its length, 0 when shorter than PL_PIECE_MIN. *unit and
 * *offset are where. With `begins`, only places where a command may begin count. Bounded: of a common beginning only the first places are
 * tried.
 */
uint32_t pl_pieces_longest(const struct pl_pieces *p, const struct pl_token *tokens, size_t n, bool begins,
                           uint32_t *unit, uint64_t *offset);

/*
 * Can macros have put this word together from words of the inputs: AS_TR_SH and AS_TR_CPP join with underscores and change case, m4 pastes
 * texts together.
 */
bool pl_pieces_derives(const struct pl_pieces *p, pl_bytes word);

/* Is the file at this path one that autotools, bison, flex and the like read, or part of them? */
bool pl_is_tool_input(pl_bytes path, enum pl_source_rank rank, bool is_binary);

#endif
