/*
 * perl_depends.c - Install/Files.pm of an extension of Perl, which says how others are built with it.
 *
 *     package Glib::Install::Files;
 *
 *     $self = {
 *               'deps' => [],
 *               'inc' => ' -I. -I/usr/include/glib-2.0',
 *               ...
 *     };
 *     @deps = @{ $self->{deps} };
 *     ...
 *
 * ExtUtils::Depends writes it: a hash as Data::Dumper prints it, and below it a text in which the name alone differs. All of it is compared; the
 * values of the hash are flags and names of files in single quotes, which run nothing: grade C.
 * Source: ExtUtils::Depends(3perl), Data::Dumper(3perl).
 */
#include "match/claim.h"

#define RULE    "perl.depends"
#define PACKAGE "package "
#define TAIL    "::Install::Files;\n\n"

static void skip_blanks(pl_bytes *rest)
{
    while (rest->n > 0 && (rest->p[0] == ' ' || rest->p[0] == '\n'))
        *rest = pl_bytes_from(*rest, 1);
}

/* Takes 'text' off the front: what can neither end the quotes early nor name anything but files and flags. */
static bool skip_quoted(pl_bytes *rest)
{
    size_t n = 1;
    if (rest->n == 0 || rest->p[0] != '\'')
        return false;
    while (n < rest->n && rest->p[n] != '\'' && rest->p[n] != '\\' && rest->p[n] != '\n')
        n++;
    if (n == rest->n || rest->p[n] != '\'')
        return false;
    *rest = pl_bytes_from(*rest, n + 1);
    return true;
}

/* [ 'a', 'b' ] */
static bool skip_list(pl_bytes *rest)
{
    if (!pl_bytes_skip(rest, PL_LIT("[")))
        return false;
    for (skip_blanks(rest); skip_quoted(rest); skip_blanks(rest))
        (void)pl_bytes_skip(rest, PL_LIT(","));
    return pl_bytes_skip(rest, PL_LIT("]"));
}

/* $self = { 'key' => value, ... }; */
static bool skip_hash(pl_bytes *rest)
{
    if (!pl_bytes_skip(rest, PL_LIT("$self = {\n")))
        return false;
    for (skip_blanks(rest); skip_quoted(rest); skip_blanks(rest)) {
        if (!pl_bytes_skip(rest, PL_LIT(" => ")) || !(skip_quoted(rest) || skip_list(rest)))
            return false;
        (void)pl_bytes_skip(rest, PL_LIT(","));
    }
    return pl_bytes_skip(rest, PL_LIT("};\n\n"));
}

/* "Glib" of "package Glib::Install::Files;", taken off the front; empty when it is none. */
static pl_bytes skip_name(pl_bytes *rest)
{
    size_t end = pl_bytes_find(*rest, PL_LIT(TAIL), 0);
    if (end == SIZE_MAX || !pl_bytes_skip(rest, PL_LIT(PACKAGE)))
        return (pl_bytes){0};
    pl_bytes name = pl_bytes_sub(*rest, 0, end - (sizeof PACKAGE - 1));
    *rest = pl_bytes_from(*rest, name.n + sizeof TAIL - 1);
    return name;
}

/* XS::Object at the front of the text as a path: XS/Object. */
static bool skip_path(pl_bytes *rest, pl_bytes name)
{
    for (size_t at = 0; at < name.n;) {
        size_t colon = pl_bytes_find(name, PL_LIT("::"), at);
        size_t end = colon == SIZE_MAX ? name.n : colon;
        if (!pl_bytes_skip(rest, pl_bytes_sub(name, at, end - at)) ||
            (colon != SIZE_MAX && !pl_bytes_skip(rest, PL_LIT("/"))))
            return false;
        at = colon == SIZE_MAX ? name.n : colon + 2;
    }
    return true;
}

static bool is_made(pl_bytes text, pl_bytes path)
{
    pl_bytes rest = text;
    pl_bytes name = skip_name(&rest);
    size_t tail = name.n + sizeof "/Install/Files.pm" - 1; /* :: is a byte longer than / */
    for (size_t at = pl_bytes_find(name, PL_LIT("::"), 0); at != SIZE_MAX;
         at = pl_bytes_find(name, PL_LIT("::"), at + 2))
        tail--;
    pl_bytes end = pl_bytes_from(path, path.n > tail ? path.n - tail : path.n);
    return name.n > 0 && skip_path(&end, name) && pl_bytes_eq_str(end, "/Install/Files.pm") &&
           skip_hash(&rest) &&
           pl_bytes_skip(&rest, PL_LIT("@deps = @{ $self->{deps} };\n@typemaps = @{ $self->{typemaps} };\n"
                                       "$libs = $self->{libs};\n$inc = $self->{inc};\n\n\t$CORE = undef;\n"
                                       "\tforeach (@INC) {\n\t\tif ( -f $_ . \"/")) &&
           skip_path(&rest, name) &&
           pl_bytes_skip(&rest, PL_LIT("/Install/Files.pm\") {\n\t\t\t$CORE = $_ . \"/")) &&
           skip_path(&rest, name) &&
           pl_bytes_skip(
               &rest, PL_LIT("/Install/\";\n\t\t\tlast;\n\t\t}\n\t}\n\n\tsub deps { @{ $self->{deps} }; }\n\n"
                             "\tsub Inline {\n\t\tmy ($class, $lang) = @_;\n\t\t+{ map { (uc($_) => "
                             "$self->{$_}) } qw(inc libs typemaps) };\n\t}\n\n1;\n")) &&
           rest.n == 0;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    bool is_asked = pl_bytes_ends(f->name, PL_LIT("/Install/Files.pm")) && f->data.n == f->size &&
                    f->size > 0 && pl_index_has_word(m->index, PL_LIT("ExtUtils"));
    return is_asked && is_made(f->data, f->name)
               ? pl_match_claim(f, 0, f->size, PL_CLASS_DERIVED, PL_GRADE_C, RULE, "ExtUtils::Depends", err)
               : PL_OK;
}

const struct pl_rung pl_rung_perl_depends = {
    .rule = RULE,
    .what = "Install/Files.pm as ExtUtils::Depends writes it: flags and file names, and a text that is "
            "always the same.",
    .source = "ExtUtils::Depends(3perl), Data::Dumper(3perl)",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
