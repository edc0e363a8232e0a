/*
 * perl_autosplit.c - autosplit.ix, the list of functions that AutoSplit has cut out of a module of Perl.
 *
 *     # Index created by AutoSplit for ../blib/lib/NetSNMP/ASN.pm
 *     #    (file acts as timestamp)
 *     package NetSNMP::ASN;
 *     sub name ;
 *     1;
 *
 * Comments, a package and declarations: nothing of it runs. The module has to be in the source.
 * Source: AutoSplit(3perl).
 */
#include "match/claim.h"

#define RULE  "perl.autosplit"
#define MARK  "# Index created by AutoSplit for "
#define STAMP "#    (file acts as timestamp)"

/* "sub name ($$) ;": a declaration, and nothing behind it. */
static bool is_declaration(pl_bytes line)
{
    if (!pl_bytes_starts(line, PL_LIT("sub ")) && !pl_bytes_starts(line, PL_LIT("package ")))
        return false;
    for (size_t i = 0; i + 1 < line.n; i++)
        if (line.p[i] == ';' || line.p[i] == '{' || line.p[i] == '#' || line.p[i] == '"' ||
            line.p[i] == '\'' || line.p[i] == '`')
            return false;
    return line.p[line.n - 1] == ';';
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

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    bool is_asked =
        pl_bytes_eq_str(pl_bytes_basename(f->name), "autosplit.ix") && f->data.n == f->size && f->size > 0;
    return is_asked && is_index(m, f->data)
               ? pl_match_claim(f, 0, f->size, PL_CLASS_DERIVED, PL_GRADE_C, RULE, "AutoSplit", err)
               : PL_OK;
}

const struct pl_rung pl_rung_perl_autosplit = {
    .rule = RULE,
    .what = "autosplit.ix as AutoSplit writes it for a module of the source: declarations alone.",
    .source = "AutoSplit(3perl)",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
