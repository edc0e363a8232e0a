/*
 * po_search.c - messages of PO files that begin as a text does, and whether their translation is another text.
 *
 * A PO file breaks long texts into lines, those without spaces in the middle of a word, so that a message is looked for by its front and then parsed.
 *
 * Source: GNU gettext manual, "The Format of PO Files"; XML 1.0, 4.6 (predefined entities).
 * Not read here: PO files of other character sets than UTF-8.
 */
#include "match/po_search.h"

#include "format/text/po.h"

#include <string.h>

#define LANGUAGE_BYTES 32u /* "sr@latin" */
#define FRONT_BYTES    24u /* of a text, which a PO file does not break so early */
#define MAX_FILES      16u /* PO files of one language */
#define MAX_MESSAGES   64u /* that begin so, in one of them */
/* Bytes of PO files that are searched for the lines of one file, a second's work; a message is parsed as slowly as 64 times its bytes are searched. */
#define MAX_SEARCHED  ((uint64_t)4 << 30)
#define PARSED_WEIGHT 64u

/* The paragraph of the PO file around a place: one message. */
static pl_bytes message_around(pl_bytes po, size_t at)
{
    size_t from = at;
    while (from > 1 && !(po.p[from - 1] == '\n' && po.p[from - 2] == '\n'))
        from--;
    size_t end = pl_bytes_find(po, PL_LIT("\n\n"), at);
    return pl_bytes_sub(po, from > 1 ? from : 0, (end == SIZE_MAX ? po.n : end + 1) - (from > 1 ? from : 0));
}

/* The next character of a text: white space of any length is one space, an entity what it stands for. 256 at the end. */
static unsigned next_character(pl_bytes *rest)
{
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
    if (rest->n == 0)
        return 256;
    for (size_t i = 0; i < 5 && rest->p[0] == '&'; i++)
        if (pl_bytes_skip(rest, pl_bytes_of_str(entities[i])))
            return (uint8_t) "&<>\"'"[i];
    unsigned c = rest->p[0];
    bool is_space = pl_is_space(rest->p[0]);
    *rest = pl_bytes_from(*rest, 1);
    while (is_space && rest->n > 0 && pl_is_space(rest->p[0]))
        *rest = pl_bytes_from(*rest, 1);
    return is_space ? ' ' : c;
}

static bool is_same(pl_bytes a, pl_bytes b)
{
    unsigned x = 0;
    unsigned y = 0;
    a = pl_bytes_trim(a);
    b = pl_bytes_trim(b);
    while (x == y && x != 256) {
        x = next_character(&a);
        y = next_character(&b);
    }
    return x == y;
}

/* Is one of the messages `text`, in whatever context, and its translation `translated`? */
static bool is_translated(const struct pl_po *po, pl_bytes text, pl_bytes translated)
{
    for (size_t i = 0; i < po->messages.n; i++) {
        const struct pl_po_message *m = &po->messages.v[i];
        size_t context = pl_bytes_find_byte(m->key, 4, 0); /* EOT, between context and text */
        pl_bytes key = context == SIZE_MAX ? m->key : pl_bytes_from(m->key, context + 1);
        if (!m->is_fuzzy && is_same(key, text) && is_same(m->value, translated))
            return true;
    }
    return false;
}

static pl_status look_into(struct pl_po_search *s, pl_bytes po, pl_bytes text, pl_bytes translated,
                           bool *found, struct pl_err *err)
{
    size_t n = 0;
    while (n < text.n && n < FRONT_BYTES && memchr("\"\\&\n\t", text.p[n], 5) == NULL)
        n++;
    pl_bytes front = pl_bytes_sub(text, 0, n);
    size_t at = 0;
    if (n == 0 ||
        pl_bytes_find(pl_bytes_sub(po, 0, FRONT_BYTES << 8), PL_LIT("charset=UTF-8"), 0) == SIZE_MAX)
        return PL_OK;
    for (unsigned i = 0; i < MAX_MESSAGES && !*found && s->searched < MAX_SEARCHED; i++) {
        struct pl_po parsed = {0};
        struct pl_err why;
        size_t from = at;
        at = pl_bytes_find(po, front, at);
        s->searched += (at == SIZE_MAX ? po.n : at) - from + FRONT_BYTES;
        if (at == SIZE_MAX)
            return PL_OK;
        pl_bytes paragraph = message_around(po, at);
        s->searched += (uint64_t)paragraph.n * PARSED_WEIGHT;
        pl_status st = pl_po_parse(paragraph, s->m->scratch, &parsed, &why);
        if (st == PL_E_NOMEM)
            return pl_fail_nomem(err);
        *found = st == PL_OK && is_translated(&parsed, text, translated);
        if (st == PL_OK)
            pl_po_reset(&parsed);
        at = (size_t)(paragraph.p - po.p) + paragraph.n;
    }
    return PL_OK;
}

pl_status pl_po_find(struct pl_po_search *s, pl_bytes language, pl_bytes text, pl_bytes translated,
                     const char **source, struct pl_err *err)
{
    char name[LANGUAGE_BYTES + 4];
    *source = NULL;
    if (language.n > LANGUAGE_BYTES || pl_bytes_find_byte(language, '/', 0) != SIZE_MAX)
        return PL_OK;
    memcpy(name, language.p, language.n);
    memcpy(name + language.n, ".po", 3);
    pl_units units = pl_index_units_of_name(s->m->index, pl_bytes_of(name, language.n + 3));
    for (size_t i = 0; i < units.n && i < MAX_FILES; i++) {
        const struct pl_source_file *file = pl_index_unit_file(s->m->index, units.v[i]);
        bool found = false;
        pl_status st = look_into(s, file->data, text, translated, &found, err);
        if (st != PL_OK)
            return st;
        if (!found)
            continue;
        *source = pl_arena_str(s->m->arena, file->path);
        return *source == NULL ? pl_arena_fail(s->m->arena, err) : PL_OK;
    }
    return PL_OK;
}
