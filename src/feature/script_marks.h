/*
 * script_marks.h - where the statements and comments of a script end, noted while its atoms are read, so that nobody reads it twice.
 */
#ifndef PL_FEATURE_SCRIPT_MARKS_H
#define PL_FEATURE_SCRIPT_MARKS_H

#include "base/vec.h"
#include "format/text/lex.h"

#define PL_SCRIPT_LONG_NAME 64u /* bytes of a word; a longer one is no name, but data */

struct pl_script_mark {
    uint32_t end;
    uint32_t comment; /* its bytes; 0: a statement ends here */
    uint32_t signs;   /* bytes of telling signs since the mark before */
};

struct pl_script_marks {
    PL_VEC(struct pl_script_mark) list;
    uint32_t signs; /* since the last mark; of a whole text at most its length */
    bool is_out_of_memory;
};

/* Take the next token of a text of at most 4 GiB, comments among them. */
void pl_script_mark(struct pl_script_marks *m, const struct pl_lex_token *token);
void pl_script_marks_reset(struct pl_script_marks *m);

#endif
