/*
 * man_page.c - what DocBook XSL, Asciidoctor and docutils write into every manual page of their own accord.
 *
 *     '\" t
 *     .\"     Title: tig                                    the file's name
 *     .\" Generator: DocBook XSL Stylesheets vsnapshot ...  which tool; two version numbers at most
 *     .\"      Date: 02/26/2022                             digits
 *     .\"    Manual: Tig Manual                             words of the sources
 *     .TH "TIG" "1" "02/26/2022" "Tig 2\&.5\&.5" "Tig Manual"   the same once more
 *     ... definitions, the same in every page ...           known by their sha256
 *     .SH "NAME"                                            left to the other rungs
 *
 *     .\" Man page generated from reStructuredText.         docutils: its definitions stand before .TH
 *
 * Only in documentation. What could hide: words of the sources in a comment, read by people alone. Source: man(7); the stylesheets' manpages/other.xsl; Asciidoctor's
 * converter/manpage.rb; docutils' writers/manpage.py. The digests were taken from 265 pages of Debian 12, which have one each.
 */
#include "format/text/words.h"
#include "match/claim.h"

#include <string.h>

#define RULE           "man.page"
#define MAX_LINES      16u
#define MAX_DATE_BYTES 24u

static const char *const of_docbook =
    "2dd294cb5cc425261fbc4ee9b337eeba5970192fc3ff35897e29c72880b90494"; /* 893 bytes */
static const char *const of_asciidoctor =
    "228ebe1687219159f0a304950938c051609c4b5b95e1569f64aa0d5a97564884"; /* 220 bytes */
static const char *const of_docutils =
    "2ada47af4ae843d26def7aba776ff0fd4a5a650c8aee78a004372154374d4ed8"; /* 633 bytes */

/* Lines of comment that stand in pages as they are. */
static const char *const plain_lines[] = {
    "'\\\" t",
    ".\\\"",
    ".\\\"    Author: [see the \"AUTHOR\" section]",
    ".\\\"    Author: [see the \"AUTHORS\" section]",
    ".\\\"    Author: [see the \"AUTHOR(S)\" section]",
    (".\\\"    Author: [FIX"
     "ME: author] [see http://www.docbook.org/tdg5/en/html/author]"),
    ".\\\" Generator: DocBook XSL Stylesheets vsnapshot <http://docbook.sf.net/>",
    ".\\\"  Language: English",
};

struct page {
    const struct pl_match *m;
    struct pl_file *f;
    pl_bytes name; /* "tig.1" */
};

/* Is it made of digits and of these bytes alone? */
static bool is_of_digits(pl_bytes text, pl_bytes others)
{
    for (size_t i = 0; i < text.n; i++)
        if (!pl_is_digit(text.p[i]) && memchr(others.p, text.p[i], others.n) == NULL)
            return false;
    return text.n <= MAX_DATE_BYTES;
}

static pl_status are_of_source(const struct page *x, pl_bytes text, bool *yes, struct pl_err *err)
{
    pl_bytes word;
    pl_status st = PL_OK;
    *yes = true;
    while (st == PL_OK && *yes && pl_words_next(&text, &word))
        st = pl_index_has_word_in_any_case(x->m->index, word, yes, err);
    return st;
}

/* Without the backslash of "\-" and without "\&", in lower case: "cryptsetup\-ssh 2\&.6". */
static pl_bytes plain(const struct page *x, pl_bytes roff)
{
    uint8_t *room = pl_arena_take(x->m->scratch, roff.n + 1);
    size_t n = 0;
    for (size_t i = 0; room != NULL && i < roff.n; i++) {
        bool is_escape =
            roff.p[i] == '\\' && i + 1 < roff.n && (roff.p[i + 1] == '-' || roff.p[i + 1] == '&');
        i += is_escape;
        if (!is_escape || roff.p[i] == '-')
            room[n++] = pl_is_upper(roff.p[i]) ? (uint8_t)(roff.p[i] | 0x20) : roff.p[i];
    }
    return room == NULL ? (pl_bytes){NULL, 0} : pl_bytes_of(room, n);
}

/* `.\"     Title: tig`, `.\"    Manual: Tig Manual` */
static pl_status is_comment(const struct page *x, pl_bytes line, bool *yes, struct pl_err *err)
{
    size_t dot = pl_bytes_rfind_byte(x->name, '.');
    pl_bytes value = line;
    *yes = pl_bytes_is_one_of(line, plain_lines, sizeof plain_lines / sizeof plain_lines[0]);
    if (*yes)
        return PL_OK;
    if (pl_bytes_skip(&value, PL_LIT(".\\\"     Title: ")))
        *yes = pl_bytes_eq(plain(x, value), plain(x, pl_bytes_sub(x->name, 0, dot)));
    else if (pl_bytes_skip(&value, PL_LIT(".\\\" Generator: Asciidoctor ")))
        *yes = is_of_digits(value, PL_LIT("."));
    else if (pl_bytes_skip(&value, PL_LIT(".\\\"      Date: ")))
        *yes = is_of_digits(value, PL_LIT("-/"));
    else if (pl_bytes_skip(&value, PL_LIT(".\\\"    Manual: ")) ||
             pl_bytes_skip(&value, PL_LIT(".\\\"    Source: ")) ||
             pl_bytes_skip(&value, PL_LIT(".\\\"    Author: ")))
        return are_of_source(x, value, yes, err);
    return PL_OK;
}

/* An argument of .TH: the name, the section, a date, or words of the sources. */
static pl_status is_argument(const struct page *x, pl_bytes argument, bool *yes, struct pl_err *err)
{
    size_t dot = pl_bytes_rfind_byte(x->name, '.');
    pl_bytes text = plain(x, argument);
    *yes = pl_bytes_eq(text, plain(x, pl_bytes_sub(x->name, 0, dot))) ||
           pl_bytes_eq(text, plain(x, pl_bytes_from(x->name, dot + 1))) || is_of_digits(text, PL_LIT("-/"));
    return *yes ? PL_OK : are_of_source(x, text, yes, err);
}

static pl_status is_title(const struct page *x, pl_bytes line, bool *yes, struct pl_err *err)
{
    pl_status st = PL_OK;
    *yes = pl_bytes_skip(&line, PL_LIT(".TH "));
    while (*yes && line.n > 0 && st == PL_OK) {
        bool is_quoted = line.p[0] == '"';
        line = pl_bytes_from(line, is_quoted);
        size_t end = pl_bytes_find_byte(line, is_quoted ? '"' : ' ', 0);
        end = end == SIZE_MAX ? line.n : end;
        st = is_argument(x, pl_bytes_sub(line, 0, end), yes, err);
        line = pl_bytes_from(line, end + (end < line.n));
        while (line.n > 0 && line.p[0] == ' ')
            line = pl_bytes_from(line, 1);
    }
    return st;
}

/* The comments up to .TH, that line, and the definitions behind it. */
static pl_status claim_head(const struct page *x, const char *known, struct pl_err *err)
{
    pl_bytes rest = x->f->data;
    pl_bytes line;
    pl_status st = PL_OK;
    bool is_there = false;
    for (unsigned i = 0; i < MAX_LINES && !is_there && st == PL_OK && pl_bytes_line(&rest, &line); i++) {
        bool yes;
        is_there = pl_bytes_starts(line, PL_LIT(".TH "));
        st = is_there ? is_title(x, line, &yes, err) : is_comment(x, line, &yes, err);
        if (st == PL_OK && yes)
            st = pl_claim_part(x->f, pl_bytes_of(line.p, (size_t)(rest.p - line.p)), PL_CLASS_DERIVED, RULE,
                               err);
    }
    size_t end = pl_bytes_find(rest, PL_LIT("\n.SH "), 0);
    if (st != PL_OK || !is_there || end == SIZE_MAX)
        return st;
    return pl_claim_known(x->f, pl_bytes_sub(rest, 0, end + 1), &known, 1, RULE, err);
}

static pl_status claim_docutils(const struct page *x, pl_bytes first, struct pl_err *err)
{
    pl_bytes rest = pl_bytes_from(x->f->data, (size_t)(first.p - x->f->data.p) + first.n + 1);
    pl_bytes line;
    pl_bytes end = PL_LIT(".\\\" Generated by docutils manpage writer.\n.\n");
    bool yes = false;
    size_t title = pl_bytes_find(rest, PL_LIT("\n.TH "), 0);
    if (title == SIZE_MAX)
        return PL_OK;
    pl_status st =
        pl_claim_part(x->f, pl_bytes_sub(x->f->data, 0, first.n + 1), PL_CLASS_TOOLCHAIN, RULE, err);
    if (st == PL_OK)
        st = pl_claim_known(x->f, pl_bytes_sub(rest, 0, title + 1), &of_docutils, 1, RULE, err);
    rest = pl_bytes_from(rest, title + 1);
    if (st == PL_OK && pl_bytes_line(&rest, &line))
        st = is_title(x, line, &yes, err);
    if (st == PL_OK && yes)
        st = pl_claim_part(x->f, pl_bytes_of(line.p, (size_t)(rest.p - line.p)), PL_CLASS_DERIVED, RULE, err);
    if (st == PL_OK && pl_bytes_ends(rest, end))
        st = pl_claim_part(x->f, pl_bytes_from(rest, rest.n - end.n), PL_CLASS_TOOLCHAIN, RULE, err);
    return st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct page x = {.m = m, .f = f, .name = pl_bytes_basename(f->name)};
    pl_bytes head = pl_bytes_sub(f->data, 0, 1024);
    pl_bytes rest = f->data;
    pl_bytes line;
    if (f->data.p == NULL || f->container != NULL || f->role != PL_ROLE_PASSIVE ||
        pl_bytes_rfind_byte(x.name, '.') == SIZE_MAX || !pl_bytes_line(&rest, &line))
        return PL_OK;
    if (pl_bytes_eq_str(line, ".\\\" Man page generated from reStructuredText."))
        return claim_docutils(&x, line, err);
    if (pl_bytes_find(head, PL_LIT("\n.\\\" Generator: Asciidoctor "), 0) != SIZE_MAX)
        return claim_head(&x, of_asciidoctor, err);
    if (pl_bytes_find(head, PL_LIT("\n.\\\" Generator: DocBook XSL Stylesheets "), 0) != SIZE_MAX ||
        pl_bytes_starts(f->data, PL_LIT("'\\\" t\n.TH ")))
        return claim_head(&x, of_docbook, err);
    return PL_OK;
}

const struct pl_rung pl_rung_man_page = {
    .rule = RULE,
    .what =
        "In a manual page that DocBook XSL, Asciidoctor or docutils writes: comments and the title, of the "
        "file's name, numbers and words of the sources, and definitions that are known by their digest.",
    .source = "man(7); DocBook XSL Stylesheets, Asciidoctor and docutils, as they write manual pages",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
