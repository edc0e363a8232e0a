/*
 * perl_autosplit.c - functions that AutoSplit has cut out of a module of Perl, and autosplit.ix, the list of them.
 *
 *     # Index created by AutoSplit for ../blib/lib/NetSNMP/ASN.pm
 *     #    (file acts as timestamp)
 *     package NetSNMP::ASN;
 *     sub name ;
 *     1;
 *
 * Comments, a package and declarations: nothing of it runs. The module has to be in the source. Of a function's own file, NAME.al, the comments are taken; its lines
 * are the module's, and the rules for text find them there:
 *
 *     # NOTE: Derived from blib/lib/BSD/Resource.pm.
 *     # Changes made here will be lost when autosplit is run again.
 *     # See AutoSplit.pm.
 *     package BSD::Resource;
 *
 *     #line 574 "blib/lib/BSD/Resource.pm (autosplit into blib/lib/auto/BSD/Resource/_g.al)"
 *     sub _g ...
 *     # end of BSD::Resource::_g
 *     1;
 *
 * Source: AutoSplit(3perl).
 */
#include "format/text/words.h"
#include "match/debian.h"

#include <string.h>

#define RULE     "perl.autosplit"
#define FUNCTION "# NOTE: Derived from "
#define LOST     "# Changes made here will be lost when autosplit is run again."
#define MARK     "# Index created by AutoSplit for "
#define STAMP    "#    (file acts as timestamp)"

/* "sub name ($;$) ;": a declaration, and nothing behind it. What a prototype is made of: perlsub(1). */
static bool is_declaration(pl_bytes line)
{
    static const char signs[] = "$@%&*;+_\\[] ";
    bool is_sub = pl_bytes_skip(&line, PL_LIT("sub "));
    if ((!is_sub && !pl_bytes_skip(&line, PL_LIT("package "))) || !pl_bytes_ends(line, PL_LIT(";")))
        return false;
    line = pl_bytes_trim(pl_bytes_sub(line, 0, line.n - 1));
    size_t open = is_sub ? pl_bytes_find_byte(line, '(', 0) : SIZE_MAX;
    if (open != SIZE_MAX && !pl_bytes_ends(line, PL_LIT(")")))
        return false;
    for (size_t i = open; open != SIZE_MAX && ++i + 1 < line.n;)
        if (memchr(signs, line.p[i], sizeof signs - 1) == NULL)
            return false;
    line = pl_bytes_trim(pl_bytes_sub(line, 0, open));
    for (size_t i = 0; i < line.n; i++)
        if (!pl_is_word_byte(line.p[i]) && line.p[i] != ':')
            return false;
    return line.n > 0;
}

static bool is_index(const struct pl_match *m, pl_bytes text)
{
    pl_bytes line;
    pl_bytes rest = text;
    if (!pl_bytes_line(&rest, &line) || !pl_bytes_starts(line, PL_LIT(MARK)))
        return false;
    pl_bytes module = pl_bytes_basename(line);
    if (pl_index_units_of_name(m->index, module).n == 0 || !pl_bytes_line(&rest, &line) ||
        !pl_bytes_eq_str(line, STAMP))
        return false;
    while (pl_bytes_line(&rest, &line) && is_declaration(line))
        ;
    return rest.n == 0 && pl_bytes_eq_str(line, "1;");
}

/* A comment that AutoSplit writes into the file of a function, which came from this module. */
static bool is_comment_of(pl_bytes line, pl_bytes module)
{
    if (!pl_bytes_starts(line, PL_LIT("#line ")))
        return pl_bytes_starts(line, PL_LIT(FUNCTION)) || pl_bytes_eq_str(line, LOST) ||
               pl_bytes_eq_str(line, "# See AutoSplit.pm.") || pl_bytes_starts(line, PL_LIT("# end of "));
    size_t quote = pl_bytes_find_byte(line, '"', 0);
    pl_bytes path = quote == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_from(line, quote + 1);
    size_t end = pl_bytes_find(path, PL_LIT(" (autosplit into "), 0);
    return end != SIZE_MAX && pl_bytes_eq(pl_bytes_basename(pl_bytes_sub(path, 0, end)), module) &&
           pl_bytes_ends(path, PL_LIT(".al)\""));
}

static pl_status take_function(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct pl_lines l = pl_lines_of(f->data);
    pl_bytes module = {NULL, 0};
    pl_status st = PL_OK;
    while (st == PL_OK && pl_lines_next(&l)) {
        pl_bytes said = l.text;
        if (l.offset == 0 && pl_bytes_skip(&said, PL_LIT(FUNCTION)) && pl_bytes_ends(said, PL_LIT(".")))
            module = pl_bytes_basename(pl_bytes_sub(said, 0, said.n - 1));
        if (module.n == 0 || (l.offset == 0 && pl_index_units_of_name(m->index, module).n == 0))
            break;
        if (is_comment_of(l.text, module) || pl_bytes_eq_str(l.text, "1;"))
            st = pl_match_claim(f, l.offset, l.length, PL_CLASS_DERIVED, PL_GRADE_C, RULE, "AutoSplit", err);
    }
    return st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    if (f->data.n != f->size || f->size == 0)
        return PL_OK;
    if (pl_bytes_ends(f->name, PL_LIT(".al")))
        return take_function(m, f, err);
    return pl_bytes_eq_str(pl_bytes_basename(f->name), "autosplit.ix") && is_index(m, f->data)
               ? pl_match_claim(f, 0, f->size, PL_CLASS_DERIVED, PL_GRADE_C, RULE, "AutoSplit", err)
               : PL_OK;
}

const struct pl_rung pl_rung_perl_autosplit = {
    .rule = RULE,
    .what = "autosplit.ix as AutoSplit writes it for a module of the source, declarations alone; and its "
            "comments in the files of functions.",
    .source = "AutoSplit(3perl)",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
