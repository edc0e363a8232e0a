/*
 * xml_translated.c - elements of XML whose translations stand in PO files: msgfmt --xml, itstool and intltool-merge put them there.
 *
 *     <description>Modify the laptop brightness</description>                              of the template
 *     <description xml:lang="de">Laptop-Bildschirmhelligkeit einstellen</description>      po/de.po: the msgstr of that text
 *
 * Policies of polkit, metainfo of AppStream and types of files are such. An element with xml:lang has the message, whole, that a PO file of the language has for the text of the last
 * element of that name and those attributes without it. msgfmt also writes the document type on one line: it has to be that of the template, which is called as the file is, with ".in"
 * behind it. Nothing hides behind either.
 *
 * Source: GNU gettext manual, "Invoking the msgfmt Program" (--xml); XML 1.0, 2.8 and 2.12.
 * Not read here: translations whose template has been left out, and those that other attributes tell.
 */
#include "match/po_search.h"

#include <string.h>

#define RULE       "xml.translated"
#define LANG       PL_LIT(" xml:lang=\"")
#define MAX_BYTES  (4u << 20)
#define MAX_NAMES  16u /* of elements whose last text is known */
#define TAG_BYTES  1024u
#define TEXT_BYTES 16384u

/* One element: its tag's name and attributes without xml:lang, that, and what is between its tags. */
struct element {
    pl_bytes name;
    pl_bytes before; /* attributes that stand before xml:lang, or all */
    pl_bytes behind;
    pl_bytes language;
    pl_bytes text;
    size_t from; /* bytes of the file, both tags in them */
    size_t end;
};

struct document {
    struct pl_po_search search;
    struct pl_file *f;
    struct element last[MAX_NAMES]; /* without a language */
    size_t n;
};

static bool is_name_byte(uint8_t c)
{
    return pl_is_word_byte(c) || c == '-' || c == ':' || c == '.';
}

/* The element whose tag begins at `at`; false when it has no text of its own kind or no end. */
static bool read_element(pl_bytes all, size_t at, struct element *e)
{
    size_t name_end = at + 1;
    while (name_end < all.n && is_name_byte(all.p[name_end]))
        name_end++;
    *e = (struct element){.name = pl_bytes_sub(all, at + 1, name_end - at - 1), .from = at};
    all = pl_bytes_sub(all, 0, at + TAG_BYTES + TEXT_BYTES);
    size_t close = pl_bytes_find_byte(pl_bytes_sub(all, 0, at + TAG_BYTES), '>', name_end);
    if (e->name.n == 0 || close == SIZE_MAX || all.p[close - 1] == '/')
        return false;
    pl_bytes attributes = pl_bytes_sub(all, name_end, close - name_end);
    size_t lang = pl_bytes_find(attributes, LANG, 0);
    e->before = pl_bytes_sub(attributes, 0, lang == SIZE_MAX ? attributes.n : lang);
    if (lang != SIZE_MAX) {
        size_t value = lang + LANG.n;
        size_t quote = pl_bytes_find_byte(attributes, '"', value);
        if (quote == SIZE_MAX)
            return false;
        e->language = pl_bytes_sub(attributes, value, quote - value);
        e->behind = pl_bytes_from(attributes, quote + 1);
    }
    /* the nearest closing tag of that name */
    for (size_t end = close; (end = pl_bytes_find(all, PL_LIT("</"), end)) != SIZE_MAX; end++) {
        pl_bytes rest = pl_bytes_from(all, end + 2);
        if (pl_bytes_skip(&rest, e->name) && rest.n > 0 && rest.p[0] == '>') {
            e->text = pl_bytes_sub(all, close + 1, end - close - 1);
            e->end = (size_t)(rest.p - all.p) + 1;
            return true;
        }
        if (lang == SIZE_MAX) /* an element with others in it is no text */
            return false;
    }
    return false;
}

static bool is_of(const struct element *base, const struct element *e)
{
    pl_bytes rest = base->before;
    return pl_bytes_eq(base->name, e->name) && pl_bytes_skip(&rest, e->before) &&
           pl_bytes_eq(rest, e->behind);
}

static void keep(struct document *d, const struct element *e)
{
    size_t i = 0;
    while (i < d->n && !pl_bytes_eq(d->last[i].name, e->name))
        i++;
    if (i == MAX_NAMES) /* the oldest goes */
        memmove(d->last, d->last + 1, (--i) * sizeof d->last[0]);
    else if (i == d->n)
        d->n++;
    d->last[i] = *e;
}

/* With the white space around it when it is alone on its lines. */
static pl_status claim(struct pl_file *f, size_t from, size_t end, const char *source, struct pl_err *err)
{
    size_t start = from;
    while (start > 0 && (f->data.p[start - 1] == ' ' || f->data.p[start - 1] == '\t'))
        start--;
    bool is_alone = (start == 0 || f->data.p[start - 1] == '\n') && end < f->data.n && f->data.p[end] == '\n';
    start = is_alone ? start : from;
    return pl_match_claim(f, start, end + is_alone - start, PL_CLASS_DERIVED, PL_GRADE_A, RULE, source, err);
}

static pl_status explain(struct document *d, const struct element *e, struct pl_err *err)
{
    for (size_t i = 0; i < d->n; i++) {
        const char *source = NULL;
        if (!is_of(&d->last[i], e))
            continue;
        pl_status st =
            pl_po_find(&d->search, e->language, pl_bytes_trim(d->last[i].text), e->text, &source, err);
        return st != PL_OK || source == NULL ? st : claim(d->f, e->from, e->end, source, err);
    }
    return PL_OK;
}

/* Equal but for the lengths of runs of white space. */
static bool has_same_words(pl_bytes a, pl_bytes b)
{
    while (a.n > 0 && b.n > 0) {
        bool is_space = pl_is_space(a.p[0]) && pl_is_space(b.p[0]);
        if (!is_space && a.p[0] != b.p[0])
            return false;
        a = pl_bytes_from(a, 1);
        b = pl_bytes_from(b, 1);
        while (is_space && a.n > 0 && pl_is_space(a.p[0]))
            a = pl_bytes_from(a, 1);
        while (is_space && b.n > 0 && pl_is_space(b.p[0]))
            b = pl_bytes_from(b, 1);
    }
    return a.n == 0 && b.n == 0;
}

static pl_bytes document_type(pl_bytes text, size_t *at)
{
    *at = pl_bytes_find(text, PL_LIT("<!DOCTYPE "), 0);
    size_t close = *at == SIZE_MAX ? SIZE_MAX : pl_bytes_find_byte(text, '>', *at);
    return close == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_sub(text, *at, close + 1 - *at);
}

/* The document type of the template: the file's name with ".in" or ".in.in" behind it. */
static pl_status explain_type(struct document *d, struct pl_err *err)
{
    static const char *const ends[] = {".in", ".in.in"};
    pl_bytes base = pl_bytes_basename(d->f->name);
    size_t at;
    size_t unused;
    pl_bytes type = document_type(d->f->data, &at);
    for (size_t e = 0; type.n > 0 && e < 2; e++) {
        const char *name = pl_arena_printf(d->search.m->scratch, "%.*s%s", PL_ARG(base), ends[e]);
        if (name == NULL)
            return pl_arena_fail(d->search.m->scratch, err);
        pl_units units = pl_index_units_of_name(d->search.m->index, pl_bytes_of_str(name));
        for (size_t i = 0; i < units.n; i++) {
            const struct pl_source_file *s = pl_index_unit_file(d->search.m->index, units.v[i]);
            if (!has_same_words(document_type(s->data, &unused), type))
                continue;
            const char *source = pl_arena_str(d->search.m->arena, s->path);
            return source == NULL ? pl_arena_fail(d->search.m->arena, err)
                                  : claim(d->f, at, at + type.n, source, err);
        }
    }
    return PL_OK;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    pl_bytes all = f->data;
    if (all.n != f->size || all.n > MAX_BYTES || all.n == 0 || all.p[0] != '<' ||
        pl_bytes_find(all, LANG, 0) == SIZE_MAX)
        return PL_OK;
    struct document *d = pl_arena_take(m->scratch, sizeof *d);
    if (d == NULL)
        return pl_arena_fail(m->scratch, err);
    *d = (struct document){.search = {.m = m}, .f = f};
    pl_status st = explain_type(d, err);
    for (size_t at = 0; st == PL_OK && (at = pl_bytes_find_byte(all, '<', at)) != SIZE_MAX;) {
        struct element e;
        if (pl_bytes_starts(pl_bytes_from(all, at), PL_LIT("<!--"))) {
            size_t end = pl_bytes_find(all, PL_LIT("-->"), at);
            at = end == SIZE_MAX ? all.n : end;
            continue;
        }
        bool is_read = read_element(all, at, &e);
        at++;
        if (is_read && e.language.n == 0)
            keep(d, &e);
        if (!is_read || e.language.n == 0)
            continue;
        st = explain(d, &e, err);
        at = e.end;
    }
    return st;
}

const struct pl_rung pl_rung_xml_translated = {
    .rule = RULE,
    .what =
        "An element of XML with xml:lang is the message that a PO file of its language has for the element "
        "without it.",
    .source = "GNU gettext manual, msgfmt --xml; XML 1.0, 2.12",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
