/*
 * html_markup.c - the tags that documentation tools put around text which the source has under other markup.
 *
 *     source:  == Conceptual overview        (AsciiDoc, Texinfo, DocBook, Markdown)
 *     file:    <h2 class="title"><a name="_conceptual_overview"></a>Conceptual overview</h2>
 *
 * Accepted, a tag or text at a time: tags that only say how something looks, with attributes of no effect; links to places in the same folder; texts between
 * tags of at most MAX_WORDS words, since longer ones are compared in order (text.words). Each word of a text, an identifier, a title or a link stands in
 * the source; classes are those of the tools. What runs, loads or leads elsewhere (script, img, http:) is left as it is.
 *
 * Source: DocBook XSL, Texinfo and AsciiDoc as they write HTML. What it could hide: a few words of the source in another order, read by people alone.
 */
#include "classify/classify.h"
#include "format/text/fold.h"
#include "format/text/words.h"
#include "match/claim.h"

#include <string.h>

#define RULE            "html.markup"
#define MAX_WORDS       4u
#define MAX_TITLE_WORDS 16u
#define MAX_DIGITS      4u
#define MAX_TAG_BYTES   512u

static const char *const tags[] = {
    "a",        "abbr",  "b",    "blockquote", "body",  "br",     "caption", "cite", "code",  "col",
    "colgroup", "dd",    "dfn",  "div",        "dl",    "dt",     "em",      "h1",   "h2",    "h3",
    "h4",       "h5",    "h6",   "head",       "hr",    "html",   "i",       "kbd",  "li",    "ol",
    "p",        "pre",   "samp", "small",      "span",  "strong", "sub",     "sup",  "table", "tbody",
    "td",       "tfoot", "th",   "thead",      "title", "tr",     "tt",      "u",    "ul",    "var"};
/* Values of attributes that tools write, whatever the source says: words of classes and of styles. */
static const char *const vocabulary[] = {
    "both",      "book",         "article",        "calloutlist",  "caution",   "center",
    "chapter",   "clear",        "compact",        "content",      "contents",  "decimal",
    "disc",      "emphasis",     "example",        "en",           "figure",    "filename",
    "firstname", "othername",    "surname",        "author",       "top",       "footnote",
    "ftn",       "glossary",     "guilabel",       "header",       "id",        "important",
    "index",     "informal",     "informaltable",  "itemizedlist", "lang",      "left",
    "link",      "list",         "listitem",       "literal",      "menu",      "none",
    "note",      "option",       "ordered",        "orderedlist",  "paragraph", "part",
    "preface",   "preformatted", "programlisting", "quote",        "refentry",  "right",
    "screen",    "sect1",        "sect2",          "sect3",        "section",   "settitle",
    "simpara",   "smallexample", "strong",         "style",        "subtitle",  "table",
    "term",      "tip",          "title",          "titlepage",    "toc",       "type",
    "ulink",     "userinput",    "variablelist",   "verbatim",     "warning",   "xref"};
static const char *const entities[] = {"amp",   "copy",  "gt",    "hellip", "laquo", "ldquo",
                                       "lsquo", "lt",    "mdash", "middot", "nbsp",  "ndash",
                                       "quot",  "raquo", "rdquo", "rsquo",  "rarr",  "larr"};

struct page {
    const struct pl_match *m;
    struct pl_file *f;
    pl_bytes text;
};

static bool is_letter(uint8_t b)
{
    return pl_is_letter(b) || b >= 0x80;
}

/* "&#160;", "&gt;": where it ends; 0 for no such. */
static size_t entity_end(pl_bytes text, size_t at)
{
    size_t end = pl_bytes_find_byte(pl_bytes_sub(text, 0, at + 10), ';', at);
    if (end == SIZE_MAX || text.p[at] != '&')
        return 0;
    pl_bytes name = pl_bytes_sub(text, at + 1, end - at - 1);
    bool is_number = name.n > 1 && name.p[0] == '#';
    for (size_t i = 1; i < name.n && is_number; i++)
        is_number = pl_is_digit(name.p[i]);
    return is_number || pl_bytes_is_one_of(name, entities, sizeof entities / sizeof entities[0]) ? end + 1
                                                                                                 : 0;
}

/* Do all words of it stand in the source, or in the vocabulary, and are they not too many? */
static pl_status has_words(const struct page *x, pl_bytes text, unsigned most, bool is_value, bool *has,
                           struct pl_err *err)
{
    unsigned n = 0;
    pl_status st = PL_OK;
    *has = true;
    for (size_t at = 0; at < text.n && *has && st == PL_OK;) {
        size_t end = entity_end(text, at);
        size_t start = at;
        if (end == 0)
            for (end = at; end < text.n && is_letter(text.p[end]) == is_letter(text.p[at]) &&
                           pl_is_digit(text.p[end]) == pl_is_digit(text.p[at]) &&
                           (end == at || text.p[end] != '&');)
                end++;
        at = end;
        pl_bytes word = pl_bytes_sub(text, start, end - start);
        if (pl_is_digit(word.p[0]))
            *has = word.n <= MAX_DIGITS;
        if (!is_letter(word.p[0]))
            continue;
        *has = ++n <= most;
        if (*has &&
            !(is_value && pl_bytes_is_one_of(word, vocabulary, sizeof vocabulary / sizeof vocabulary[0])))
            st = pl_index_has_word_in_any_case(x->m->index, word, has, err);
        *has = *has || word.n < PL_WORD_MIN_BYTES;
    }
    return st;
}

/* Has another rung found all of the value in the source? */
static bool is_explained(const struct page *x, pl_bytes value)
{
    uint64_t offset;
    uint64_t length;
    uint64_t from = (uint64_t)(value.p - x->text.p);
    return value.n > 0 && (!pl_ledger_gap(&x->f->ledger, from, &offset, &length) || offset >= from + value.n);
}

/* Does an attribute of that name have no effect but on how something looks, and where a link inside of the folder leads, or where the source says? */
static bool is_plain(const struct page *x, pl_bytes name, pl_bytes value)
{
    static const char *const names[] = {"class", "id",      "name",   "title",    "lang",  "type",
                                        "style", "summary", "border", "width",    "align", "valign",
                                        "dir",   "start",   "rel",    "accesskey"};
    bool is_inside = pl_bytes_find_byte(value, ':', 0) == SIZE_MAX && !pl_bytes_starts(value, PL_LIT("/")) &&
                     pl_bytes_find(value, PL_LIT(".."), 0) == SIZE_MAX;
    if (pl_bytes_eq_str(name, "href"))
        return is_inside || is_explained(x, value);
    if (pl_bytes_eq_str(name, "target"))
        return pl_bytes_eq_str(value, "_top");
    return pl_bytes_is_one_of(name, names, sizeof names / sizeof names[0]) &&
           pl_bytes_find(value, PL_LIT("url"), 0) == SIZE_MAX;
}

/* What is behind the name of a tag. */
static pl_status has_plain_attributes(const struct page *x, pl_bytes text, bool *has, struct pl_err *err)
{
    pl_status st = PL_OK;
    *has = true;
    while (st == PL_OK && *has) {
        text = pl_bytes_trim(text);
        size_t equals = pl_bytes_find_byte(text, '=', 0);
        if (text.n == 0 || pl_bytes_eq_str(text, "/"))
            return PL_OK;
        bool is_quoted = equals != SIZE_MAX && equals + 1 < text.n && text.p[equals + 1] == '"';
        size_t end = is_quoted ? pl_bytes_find_byte(text, '"', equals + 2) : SIZE_MAX;
        *has = end != SIZE_MAX;
        if (!*has)
            return PL_OK;
        pl_bytes name = pl_bytes_sub(text, 0, equals);
        pl_bytes value = pl_bytes_sub(text, equals + 2, end - equals - 2);
        *has = is_plain(x, name, value);
        if (*has && !is_explained(x, value))
            st = has_words(x, value, MAX_TITLE_WORDS, true, has, err);
        text = pl_bytes_from(text, end + 1);
    }
    return st;
}

/* `tag` is what stands between < and >. */
static pl_status is_plain_tag(const struct page *x, pl_bytes tag, bool *is, struct pl_err *err)
{
    bool is_end = tag.n > 0 && tag.p[0] == '/';
    size_t n = is_end;
    while (n < tag.n && (pl_is_lower(tag.p[n]) || pl_is_digit(tag.p[n])))
        n++;
    pl_bytes name = pl_bytes_sub(tag, is_end, n - is_end);
    *is = tag.n <= MAX_TAG_BYTES && pl_bytes_is_one_of(name, tags, sizeof tags / sizeof tags[0]);
    return *is ? has_plain_attributes(x, pl_bytes_from(tag, n), is, err) : PL_OK;
}

/* Claim what is still open of a part. */
static pl_status claim_open(struct page *x, size_t from, size_t end, struct pl_err *err)
{
    struct pl_claim c = {.offset = from,
                         .length = end - from,
                         .class = PL_CLASS_DERIVED,
                         .grade = PL_GRADE_C,
                         .rule = RULE,
                         .source_offset = PL_NO_OFFSET,
                         .note = "markup around words of the source"};
    return pl_ledger_claim(&x->f->ledger, &c, err);
}

static pl_status read_page(struct page *x, struct pl_err *err)
{
    pl_status st = PL_OK;
    bool is_skipped = false; /* within a script or a style sheet */
    for (size_t at = 0; at < x->text.n && st == PL_OK;) {
        bool is_tag = x->text.p[at] == '<';
        size_t end = pl_bytes_find_byte(x->text, is_tag ? '>' : '<', at + 1);
        bool is_good = false;
        end = end == SIZE_MAX ? x->text.n : end + is_tag;
        pl_bytes part = pl_bytes_sub(x->text, at, end - at);
        if (is_tag && !is_skipped)
            st = is_plain_tag(x, pl_bytes_sub(part, 1, part.n - 2), &is_good, err);
        else if (!is_tag && !is_skipped)
            st = has_words(x, part, MAX_WORDS, false, &is_good, err);
        if (st == PL_OK && is_good)
            st = claim_open(x, at, end, err);
        if (is_tag)
            is_skipped = pl_bytes_starts(part, PL_LIT("<script")) ||
                         pl_bytes_starts(part, PL_LIT("<style")) ||
                         (is_skipped && !pl_bytes_starts(part, PL_LIT("</script")) &&
                          !pl_bytes_starts(part, PL_LIT("</style")));
        at = end;
    }
    return st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct page x = {.m = m, .f = f, .text = f->data};
    bool is_html = pl_bytes_ends(f->name, PL_LIT(".html")) || pl_bytes_ends(f->name, PL_LIT(".htm"));
    if (f->data.p == NULL || f->ledger.settled.n == 0 || f->role != PL_ROLE_PASSIVE || !is_html ||
        !pl_is_text(f->data) || pl_ledger_unclaimed(&f->ledger) == 0)
        return PL_OK;
    return read_page(&x, err);
}

const struct pl_rung pl_rung_html_markup = {
    .rule = RULE,
    .what =
        "In documentation in HTML that the source has words of: tags that only say how something looks, with "
        "classes that tools write, and texts of at most four words, all of them words of the source.",
    .source = "DocBook XSL stylesheets; GNU Texinfo; AsciiDoc",
    .pass = PL_PASS_PACKAGE,
    .apply = apply,
};
