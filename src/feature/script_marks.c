/*
 * script_marks.c - which tokens end something, and which signs a program without names has to be made of: brackets, arithmetic, numbers.
 *
 * Lists of `exports.a = a` have no such signs, at any length.
 */
#include "feature/script_marks.h"

#include <string.h>

static size_t telling_signs(const struct pl_lex_token *t)
{
    static const char signs[] = "[!+-~";
    switch (t->kind) {
    case PL_LEX_WORD: return t->length > PL_SCRIPT_LONG_NAME ? t->length : 0;
    case PL_LEX_PUNCT: return t->byte != 0 && memchr(signs, t->byte, sizeof signs - 1) ? t->length : 0;
    case PL_LEX_CHUNK: /* with a text in it, it is an atom */
    case PL_LEX_NUMBER: return t->length;
    default: return 0;
    }
}

void pl_script_mark(struct pl_script_marks *m, const struct pl_lex_token *t)
{
    bool is_comment = t->kind == PL_LEX_COMMENT;
    bool is_end = t->kind == PL_LEX_PUNCT && (t->byte == ';' || t->byte == '{' || t->byte == '}');
    m->signs += (uint32_t)telling_signs(t);
    if (!is_comment && !is_end)
        return;
    struct pl_script_mark *slot = PL_VEC_ADD(&m->list);
    if (slot == NULL) {
        m->is_out_of_memory = true;
        return;
    }
    *slot = (struct pl_script_mark){.end = (uint32_t)(t->offset + t->length),
                                    .comment = is_comment ? (uint32_t)t->length : 0,
                                    .signs = m->signs};
    m->signs = 0;
}

void pl_script_marks_reset(struct pl_script_marks *m)
{
    PL_VEC_FREE(&m->list);
}
