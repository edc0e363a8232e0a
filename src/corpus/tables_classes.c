/*
 * tables_classes.c - tables of classes of characters that a program of the sources writes.
 *
 *     add("0123456789", "ISDIGIT");      each character of the first text is of the class that the second one names
 *     add("_", "ISUNDER");
 *
 * Such calls of one function, one behind the other, are a table in a file that no source holds: { 0, 0, ISUNDER, ... }. What number a class has is
 * for the reader of the image to find out; a character that is named twice has its last class.
 *
 * Not known: what all other characters are, and where in the table the first one stands.
 */
#include "corpus/tables_set.h"
#include "format/text/clit.h"

#include <string.h>

#define MIN_CALLS 3u
#define MIN_CHARS 16u

/* Is there enough of `", "NAME");` for a list? Most files are not read any further. */
static bool may_have(pl_bytes text)
{
    unsigned n = 0;
    for (size_t at = pl_bytes_find(text, PL_LIT("\", \""), 0); at != SIZE_MAX && n < MIN_CALLS;
         at = pl_bytes_find(text, PL_LIT("\", \""), at + 1)) {
        size_t end = pl_bytes_find_byte(text, '"', at + 4);
        n += end != SIZE_MAX && end - at < 64 && pl_bytes_starts(pl_bytes_from(text, end), PL_LIT("\");"));
    }
    return n >= MIN_CALLS;
}

struct classes_reader {
    struct pl_clit lexer;
    struct pl_clit_token t;
    bool has_token;
    struct pl_table_classes now;
    pl_bytes names[PL_TABLE_CLASSES];
    unsigned n_calls;
    pl_bytes function;
};

static void next(struct classes_reader *r)
{
    r->has_token = pl_clit_next(&r->lexer, &r->t);
}

static bool take_byte(struct classes_reader *r, char byte)
{
    bool is_it = r->has_token && pl_clit_is_byte(&r->t, byte);
    if (is_it)
        next(r);
    return is_it;
}

static bool take_text(struct classes_reader *r, pl_bytes *raw)
{
    bool is_it = r->has_token && r->t.kind == PL_CLIT_STRING;
    *raw = r->t.body;
    if (is_it)
        next(r);
    return is_it;
}

static bool is_name(pl_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!((text.p[i] | 0x20) >= 'a' && (text.p[i] | 0x20) <= 'z') && text.p[i] != '_' &&
            !(i > 0 && pl_is_digit(text.p[i])))
            return false;
    return text.n > 1;
}

/* FUNCTION("chars", "NAME"); false when the statement is another one. The tokens up to where it differs are gone. */
static bool read_call(struct classes_reader *r, pl_bytes *function, pl_bytes *chars, pl_bytes *name)
{
    *function = r->t.body;
    if (!r->has_token || r->t.kind != PL_CLIT_WORD)
        return false;
    next(r);
    return take_byte(r, '(') && take_text(r, chars) && take_byte(r, ',') && take_text(r, name) &&
           take_byte(r, ')') && r->has_token && pl_clit_is_byte(&r->t, ';') && is_name(*name);
}

static bool end_list(struct classes_reader *r, table_classes *out)
{
    struct pl_table_classes *c = &r->now;
    unsigned n = 0;
    for (size_t i = 0; i < sizeof c->class_of; i++)
        n += c->class_of[i] != 0;
    bool is_list = r->n_calls >= MIN_CALLS && n >= MIN_CHARS && c->n_classes >= MIN_CALLS;
    struct pl_table_classes *slot = is_list ? PL_VEC_ADD(out) : NULL;
    if (slot != NULL)
        *slot = *c;
    r->n_calls = 0;
    return !is_list || slot != NULL;
}

static void add_call(struct classes_reader *r, uint32_t unit, size_t from, pl_bytes chars, pl_bytes name)
{
    struct pl_table_classes *c = &r->now;
    struct pl_buf decoded;
    struct pl_clit_token token = {.body = chars};
    unsigned class = 0;
    if (r->n_calls++ == 0) {
        memset(c, 0, sizeof *c);
        c->unit = unit;
        c->at = (uint32_t)from;
    }
    c->end = (uint32_t)(r->t.offset + r->t.length);
    while (class < c->n_classes && !pl_bytes_eq(r->names[class], name))
        class ++;
    if (class == PL_TABLE_CLASSES)
        return;
    if (class == c->n_classes)
        r->names[c->n_classes++] = name;
    pl_buf_init(&decoded, 4096);
    pl_clit_decode(&token, PL_CLIT_C, &decoded);
    for (size_t i = 0; i < decoded.n && decoded.why == PL_OK; i++)
        c->class_of[decoded.p[i]] = (uint8_t)(class + 1);
    pl_buf_reset(&decoded);
}

bool pl_tables_read_classes(pl_bytes text, uint32_t unit, table_classes *out)
{
    struct classes_reader r = {.n_calls = 0};
    bool is_good = true;
    if (text.n > UINT32_MAX || !may_have(text))
        return true;
    pl_clit_init(&r.lexer, text, PL_CLIT_C);
    next(&r);
    while (r.has_token && is_good) {
        pl_bytes function;
        pl_bytes chars;
        pl_bytes name;
        size_t from = r.t.offset;
        bool is_call = read_call(&r, &function, &chars, &name);
        if (!is_call || (r.n_calls > 0 && !pl_bytes_eq(function, r.function)))
            is_good = end_list(&r, out);
        if (is_call) {
            r.function = function;
            add_call(&r, unit, from, chars, name);
            next(&r);
            continue;
        }
        while (r.has_token && !pl_clit_is_byte(&r.t, ';') && !pl_clit_is_byte(&r.t, '{') &&
               !pl_clit_is_byte(&r.t, '}'))
            next(&r);
        next(&r);
    }
    return end_list(&r, out) && is_good;
}
