/*
 * script_lists.c - lists of words as minifiers write them: "a.b.c".split(".") is ["a", "b", "c"].
 *
 * Done to sources and packages alike: whichever of the two is written, the atoms are those of the list.
 */
#include "feature/script_values.h"

#include <string.h>

#define MIN_PARTS  3u
#define MAX_GAP    64u
#define WEAK_BYTES 3u

struct splitter {
    const struct pl_script_vocabulary *v;
    const struct pl_lex_language *language;
    pl_bytes text;
    struct pl_lex lexer;
    struct pl_buf value; /* of the string that is looked at, decoded and joined */
};

/* The value of a string; false when the atom is none, or has holes. */
static bool read_value(struct splitter *x, const struct pl_script_atom *a)
{
    struct pl_lex_token token;
    if (a->kind != PL_ATOM_STRING && a->kind != PL_ATOM_CHUNK)
        return false;
    pl_buf_clear(&x->value);
    pl_lex_init(&x->lexer, pl_bytes_sub(x->text, a->at, a->length), x->language);
    while (pl_lex_next(&x->lexer, &token))
        if (token.kind == PL_LEX_STRING ||
            (token.kind == PL_LEX_CHUNK && token.is_opening && token.is_closing))
            pl_lex_decode(&token, x->language, &x->value);
        else if (token.kind != PL_LEX_COMMENT &&
                 !(token.kind == PL_LEX_PUNCT && strchr("+()", token.byte) != NULL))
            return false;
    return x->value.why == PL_OK && x->value.n > 0;
}

/* Are there only these signs and blanks between two atoms? */
static bool is_between(const struct splitter *x, const struct pl_script_atom *a, const char *signs)
{
    pl_bytes gap = pl_bytes_sub(x->text, a[0].at + a[0].length, a[1].at - a[0].at - a[0].length);
    if (a[1].at < a[0].at + a[0].length || gap.n > MAX_GAP)
        return false;
    for (size_t i = 0; i < gap.n; i++)
        if (gap.p[i] == 0 || strchr(signs, gap.p[i]) == NULL)
            return false;
    return true;
}

/* Three atoms "a b c", `split` and " ", in this order? The string is left in x->value. */
static bool is_split(struct splitter *x, const struct pl_script_atom *a, uint8_t *separator)
{
    size_t parts = 1;
    pl_bytes name = pl_bytes_sub(x->text, a[1].at, a[1].length);
    if (a[1].kind != PL_ATOM_PROPERTY || (a[2].kind != PL_ATOM_STRING && a[2].kind != PL_ATOM_CHUNK) ||
        !pl_bytes_eq_str(name, "split") || !is_between(x, a, ". )\t\r\n") ||
        !is_between(x, a + 1, "( \t\r\n") || !read_value(x, &a[2]) || x->value.n != 1)
        return false;
    *separator = x->value.p[0];
    if (!read_value(x, &a[0]))
        return false;
    for (size_t i = 0; i < x->value.n; i++)
        parts += x->value.p[i] == *separator;
    return parts >= MIN_PARTS && x->value.n <= a[0].length;
}

/* One atom a part, in place of the three. They share the bytes of the string as its value does; the last one has what is left. */
static pl_status add_parts(const struct splitter *x, const struct pl_script_atom *whole, uint8_t separator,
                           struct pl_script_atoms *out, struct pl_err *err)
{
    pl_bytes rest = pl_buf_bytes(&x->value);
    pl_bytes part;
    bool is_plain = x->value.n + 2 == whole->length;
    struct pl_script_atom *slot = NULL;
    while (pl_bytes_split(&rest, separator, &part)) {
        uint64_t hash = pl_script_value_hash(x->v, part);
        if (part.n == 0 || (pl_script_name_flags(x->v, hash) & PL_NAME_DROPPED))
            continue;
        slot = PL_VEC_ADD(&out->list);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = (struct pl_script_atom){.hash = hash,
                                        .at = whole->at + (uint32_t)(part.p - x->value.p) + is_plain,
                                        .length = (uint32_t)part.n,
                                        .kind = PL_ATOM_STRING,
                                        .flags = pl_script_name_flags(x->v, hash) & PL_NAME_SENSITIVE,
                                        .is_weak = part.n < WEAK_BYTES,
                                        .is_escaped = whole->is_escaped};
    }
    if (slot != NULL && !is_plain)
        slot->length = whole->at + whole->length - slot->at;
    return PL_OK;
}

static pl_status rewrite(struct splitter *x, struct pl_script_atoms *atoms, size_t from, struct pl_err *err)
{
    struct pl_script_atoms out = {.wants_marks = atoms->wants_marks, .marks = atoms->marks};
    pl_status st = PL_OK;
    uint8_t separator;
    for (size_t i = 0; i < atoms->list.n && st == PL_OK; i++) {
        const struct pl_script_atom *a = &atoms->list.v[i];
        if (i >= from && i + 2 < atoms->list.n && is_split(x, a, &separator)) {
            st = add_parts(x, a, separator, &out, err);
            i += 2;
            continue;
        }
        struct pl_script_atom *slot = PL_VEC_ADD(&out.list);
        if (slot == NULL)
            st = pl_fail_nomem(err);
        else
            *slot = *a;
    }
    if (st == PL_OK) {
        PL_VEC_FREE(&atoms->list);
        *atoms = out;
        return PL_OK;
    }
    PL_VEC_FREE(&out.list);
    return st;
}

pl_status pl_script_split_lists(const struct pl_script_vocabulary *v, pl_bytes text,
                                const struct pl_lex_language *language, struct pl_script_atoms *atoms,
                                struct pl_err *err)
{
    struct splitter x = {.v = v, .language = language, .text = text};
    pl_status st = PL_OK;
    uint8_t separator;
    pl_buf_init(&x.value, text.n + 16);
    for (size_t i = 0; i + 2 < atoms->list.n && st == PL_OK; i++)
        if (is_split(&x, &atoms->list.v[i], &separator)) {
            st = rewrite(&x, atoms, i, err);
            break;
        }
    if (st == PL_OK && x.value.why == PL_E_NOMEM)
        st = pl_fail_nomem(err);
    pl_buf_reset(&x.value);
    return st;
}
