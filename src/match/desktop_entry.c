/*
 * desktop_entry.c - desktop entries whose translations stand in PO files: msgfmt --desktop and intltool-merge put them there.
 *
 *     Keywords[be]=Network;IP;сетка;      po/be.po: the msgstr of the text that `Keywords` has in the same group
 *     Keywords=Network;IP;LAN;            the source's template
 *
 * A PO file breaks long texts into lines, those without spaces in the middle of a word, so that the words of the line need not stand in any source. Read are the messages of the
 * language's PO files that begin as the text does (po_search.c). Nothing hides behind it: the line is the message, whole.
 *
 * Source: GNU gettext manual, "Invoking the msgfmt Program" (--desktop); Desktop Entry Specification, "Localized values for keys"; intltool-merge(1).
 * Not read here: PO files of other character sets than UTF-8.
 */
#include "match/debian.h"
#include "match/po_search.h"

#include <string.h>

#define RULE           "desktop.entry"
#define MAX_BYTES      (4u << 20)
#define MAX_KEYS       256u /* of one group */
#define LANGUAGE_BYTES 32u  /* "sr@latin" */

struct entry {
    struct pl_po_search search;
    struct pl_file *f;
    pl_bytes keys[MAX_KEYS]; /* of the group, with their values in no language */
    pl_bytes values[MAX_KEYS];
    size_t n;
};

static bool is_entry(pl_bytes name)
{
    static const char *const ends[] = {".desktop", ".directory", ".theme", ".notifyrc"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (pl_bytes_ends(name, pl_bytes_of_str(ends[i])))
            return true;
    return false;
}

/* "Key[language]=value" or "Key=value"; false for any other line. */
static bool read_line(pl_bytes line, pl_bytes *key, pl_bytes *language, pl_bytes *value)
{
    size_t equals = pl_bytes_find_byte(line, '=', 0);
    size_t open = pl_bytes_find_byte(line, '[', 0);
    if (equals == SIZE_MAX || equals == 0 || line.p[0] == '#' || open == 0)
        return false;
    *value = pl_bytes_trim(pl_bytes_from(line, equals + 1));
    *key = pl_bytes_trim(pl_bytes_sub(line, 0, equals));
    *language = (pl_bytes){NULL, 0};
    if (open > equals)
        return true;
    *key = pl_bytes_sub(line, 0, open);
    *language = pl_bytes_sub(line, open + 1, equals - open - 1);
    if (language->n < 2 || language->n > LANGUAGE_BYTES || language->p[language->n - 1] != ']')
        return false;
    *language = pl_bytes_sub(*language, 0, language->n - 1);
    return pl_bytes_find_byte(*language, '/', 0) == SIZE_MAX;
}

/* A value without its escapes, and without white space around it. NULL when the arena is full. */
static pl_bytes plain(struct pl_arena *a, pl_bytes value)
{
    static const char letters[] = "sntr\\;";
    static const char meant[] = " \n\t\r\\;";
    uint8_t *out = pl_arena_take(a, value.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < value.n && out != NULL; i++) {
        const char *letter = value.p[i] == '\\' && i + 1 < value.n && value.p[i + 1] != 0
                                 ? strchr(letters, value.p[i + 1])
                                 : NULL;
        out[n++] = letter == NULL ? value.p[i] : (uint8_t)meant[letter - letters];
        i += letter != NULL;
    }
    return out == NULL ? (pl_bytes){NULL, 0} : pl_bytes_trim(pl_bytes_of(out, n));
}

/* The keys of the group whose lines begin here, up to the next group. */
static void read_group(struct entry *e, pl_bytes rest)
{
    struct pl_lines l = pl_lines_of(rest);
    pl_bytes key;
    pl_bytes language;
    pl_bytes value;
    e->n = 0;
    while (pl_lines_next(&l) && !pl_bytes_starts(l.text, PL_LIT("[")) && e->n < MAX_KEYS) {
        if (!read_line(l.text, &key, &language, &value) || language.n > 0 || value.n == 0)
            continue;
        e->keys[e->n] = key;
        e->values[e->n++] = value;
    }
}

static pl_status explain_line(struct entry *e, const struct pl_lines *l, struct pl_err *err)
{
    pl_bytes key;
    pl_bytes language;
    pl_bytes value;
    const char *source = NULL;
    if (!read_line(l->text, &key, &language, &value) || language.n == 0)
        return PL_OK;
    for (size_t i = 0; i < e->n; i++) {
        if (!pl_bytes_eq(e->keys[i], key))
            continue;
        pl_bytes text = plain(e->search.m->scratch, e->values[i]);
        pl_bytes translated = plain(e->search.m->scratch, value);
        if (text.p == NULL || translated.p == NULL)
            return pl_arena_fail(e->search.m->scratch, err);
        pl_status st = pl_po_find(&e->search, language, text, translated, &source, err);
        return st != PL_OK || source == NULL ? st
                                             : pl_match_claim(e->f, l->offset, l->length, PL_CLASS_DERIVED,
                                                              PL_GRADE_A, RULE, source, err);
    }
    return PL_OK;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    if (!is_entry(f->name) || f->data.n != f->size || f->data.n > MAX_BYTES)
        return PL_OK;
    struct entry *e = pl_arena_take(m->scratch, sizeof *e);
    if (e == NULL)
        return pl_arena_fail(m->scratch, err);
    *e = (struct entry){.search = {.m = m}, .f = f};
    struct pl_lines l = pl_lines_of(f->data);
    pl_status st = PL_OK;
    while (st == PL_OK && pl_lines_next(&l)) {
        if (pl_bytes_starts(l.text, PL_LIT("[")))
            read_group(e, pl_bytes_from(f->data, (size_t)(l.offset + l.length)));
        else
            st = explain_line(e, &l, err);
    }
    return st;
}

const struct pl_rung pl_rung_desktop_entry = {
    .rule = RULE,
    .what = "A translated value of a desktop entry is the message that a PO file of its language has for the "
            "value.",
    .source = "GNU gettext manual, msgfmt --desktop; Desktop Entry Specification",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
