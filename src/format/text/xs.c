/*
 * xs.c - XS, the language of Perl's extensions: C, and declarations that xsubpp turns into C.
 *
 *     MODULE = JSON::XS  PACKAGE = JSON::XS  PREFIX = js_
 *
 *     void                                         "JSON::XS::max_size"      the name that Perl calls
 *     js_max_size(JSON *self, U32 size = 0)        "self, size= 0"           what croak_xs_usage() says
 *         ALIAS:
 *             max = 1                              "JSON::XS::max"
 *
 * A declaration begins at the start of a line behind an empty one. An argument with a type loses it, and what is behind it stays as it was written.
 * In a typemap texts stand with escaped quotes.
 *
 * Source: perlxs(1), perlxstypemap(1).
 * Not made here: the C of a function's body, and what a typemap's variables stand for.
 */
#include "format/text/xs.h"

#include <string.h>

#define MAX_NAME_BYTES 256u  /* of a package or prefix: it stands before each name */
#define MAX_LIST_BYTES 4096u /* of a list of parameters */

/* What xsubpp calls for any extension, and by the typemap that comes with Perl. */
static const char calls[] = "dXSARGS dXSBOOTARGSXSAPIVERCHK dXSBOOTARGSAPIVERCHK dXSBOOTARGSNOVERCHK "
                            "dXSBOOTARGSXSNOVERCHK newXS newXS_deffile "
                            "newXSproto_portable newXS_flags apply_attrs_string Perl_xs_boot_epilog "
                            "croak_xs_usage dXSTARG dXSI32 XSANY XSprePUSH PUSHi PUSHu PUSHn "
                            "PUSHp TARGi TARGu TARGn XSRETURN XSRETURN_EMPTY sv_setpv sv_setpvn sv_setiv "
                            "sv_setuv sv_setnv sv_setsv sv_setref_pv sv_newmortal "
                            "sv_2mortal boolSV SvIV SvUV SvNV SvPV_nolen SvPV SvTRUE SvROK SvRV SvOK SvTYPE "
                            "SvGETMAGIC SvSETMAGIC sv_derived_from INT2PTR PTR2IV newRV "
                            "newRV_noinc sv_2cv GvNAME CvGV Perl_croak_nocontext get_sv PL_sv_yes ";
static const char texts[] = "; \"%s: %s is not a reference\"; \"%s: %s is not an ARRAY reference\"; \"%s: %s "
                            "is not a HASH reference\"; "
                            "\"%s: %s is not a CODE reference\"; \"%s: %s is not a GLOB reference\"; \"%s: "
                            "Expected %s to be of type %s; got %s%-p instead\"; ";

struct reading {
    struct pl_buf *out;
    pl_bytes package;
    pl_bytes prefix;
    bool is_begun; /* behind the first MODULE */
    bool is_behind_empty;
    bool is_in_aliases;
    bool is_declared; /* the present declaration's list has been read */
};

bool pl_xs_is(pl_bytes path)
{
    pl_bytes name = pl_bytes_basename(path);
    return pl_bytes_ends(name, PL_LIT(".xs")) || pl_bytes_eq_str(name, "typemap") ||
           pl_bytes_ends(name, PL_LIT(".typemap"));
}

/* As a C literal; bytes that would end or escape it are escaped. */
static void add_text(struct pl_buf *out, const pl_bytes *parts, size_t n)
{
    pl_buf_add_byte(out, '"');
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < parts[i].n; k++) {
            uint8_t b = parts[i].p[k];
            if (b == '"' || b == '\\')
                pl_buf_add_byte(out, '\\');
            pl_buf_add_byte(out, b == '\n' ? ' ' : b);
        }
    pl_buf_add_str(out, "\"; ");
}

/* The name that Perl calls: "Package::name", without the prefix of C. */
static void add_name(const struct reading *r, pl_bytes name)
{
    bool is_whole = pl_bytes_find(name, PL_LIT("::"), 0) != SIZE_MAX;
    bool has_package = !is_whole && r->package.n > 0;
    if (pl_bytes_starts(name, r->prefix))
        name = pl_bytes_from(name, r->prefix.n);
    const pl_bytes parts[] = {has_package ? r->package : pl_bytes_sub(name, 0, 0),
                              has_package ? PL_LIT("::") : PL_LIT(""), name};
    if (name.n > 0)
        add_text(r->out, parts, 3);
}

/* The value behind `KEY =`, up to the next space. */
static pl_bytes value_of(pl_bytes line, pl_bytes key)
{
    size_t at = pl_bytes_find(line, key, 0);
    pl_bytes rest =
        at == SIZE_MAX ? pl_bytes_sub(line, 0, 0) : pl_bytes_trim(pl_bytes_from(line, at + key.n));
    if (rest.n == 0 || rest.p[0] != '=')
        return pl_bytes_sub(line, 0, 0);
    rest = pl_bytes_trim(pl_bytes_from(rest, 1));
    size_t n = 0;
    while (n < rest.n && !pl_is_space(rest.p[n]))
        n++;
    return n <= MAX_NAME_BYTES ? pl_bytes_sub(rest, 0, n) : pl_bytes_sub(rest, 0, 0);
}

/* One argument as the usage says it: nothing for what Perl does not hand over. */
static void add_argument(struct pl_buf *usage, pl_bytes argument)
{
    argument = pl_bytes_trim(argument);
    size_t equals = pl_bytes_find_byte(argument, '=', 0);
    pl_bytes left = pl_bytes_sub(argument, 0, equals == SIZE_MAX ? argument.n : equals);
    pl_bytes name = pl_bytes_trim(left);
    size_t start = name.n;
    while (start > 0 && pl_is_word_byte(name.p[start - 1]))
        start--;
    bool is_left_out = pl_bytes_starts(argument, PL_LIT("OUTLIST ")) || pl_bytes_ends(name, PL_LIT(")"));
    bool has_type = start > 0 && start < name.n;
    if (argument.n == 0 || is_left_out)
        return;
    if (usage->n > 0)
        pl_buf_add_str(usage, ", ");
    if (!has_type) {
        pl_buf_add(usage, argument);
        return;
    }
    pl_buf_add(usage, pl_bytes_from(name, start));
    if (equals != SIZE_MAX)
        pl_buf_add(usage, pl_bytes_from(argument, equals));
}

/* "C::name(list)": what is called, and what it says of its arguments. */
static void add_declaration(const struct reading *r, pl_bytes name, pl_bytes list)
{
    struct pl_buf usage;
    size_t scope = pl_bytes_find(name, PL_LIT("::"), 0);
    size_t start = 0;
    int depth = 0;
    pl_buf_init(&usage, 2 * MAX_LIST_BYTES);
    if (scope != SIZE_MAX) {
        name = pl_bytes_from(name, scope + 2);
        pl_buf_add_str(&usage, pl_bytes_eq_str(name, "new") ? "CLASS" : "THIS");
    }
    for (size_t i = 0; i <= list.n; i++) {
        uint8_t b = i < list.n ? list.p[i] : ',';
        depth += (b == '(') - (b == ')');
        if (b == ',' && (depth == 0 || i == list.n)) {
            add_argument(&usage, pl_bytes_sub(list, start, i - start));
            start = i + 1;
        }
    }
    add_name(r, name);
    pl_bytes said = pl_buf_bytes(&usage);
    if (said.n > 0)
        add_text(r->out, &said, 1);
    pl_buf_reset(&usage);
}

/* Where the list that opens at `open` closes; SIZE_MAX when it does not, or is too long. */
static size_t close_of(pl_bytes text, size_t open)
{
    int depth = 0;
    for (size_t i = open; i < text.n && i - open < MAX_LIST_BYTES; i++) {
        depth += (text.p[i] == '(') - (text.p[i] == ')');
        if (depth == 0)
            return i;
    }
    return SIZE_MAX;
}

/* The line at `at` of `text`, of a declaration whose list was not seen yet. */
static void read_declaration(struct reading *r, pl_bytes text, size_t at, pl_bytes line)
{
    size_t open = pl_bytes_find_byte(line, '(', 0);
    size_t close = open == SIZE_MAX ? SIZE_MAX : close_of(text, at + open);
    if (close == SIZE_MAX)
        return;
    pl_bytes head = pl_bytes_trim(pl_bytes_sub(line, 0, open));
    size_t start = head.n;
    while (start > 0 && (pl_is_word_byte(head.p[start - 1]) || head.p[start - 1] == ':'))
        start--;
    r->is_declared = true;
    if (start < head.n && head.n - start <= MAX_NAME_BYTES)
        add_declaration(r, pl_bytes_from(head, start),
                        pl_bytes_sub(text, at + open + 1, close - at - open - 1));
}

/* "name = 1 other = 2": names of one function. */
static void read_aliases(const struct reading *r, pl_bytes line)
{
    for (size_t i = 0; i < line.n;) {
        size_t n = 0;
        while (i + n < line.n && (pl_is_word_byte(line.p[i + n]) || line.p[i + n] == ':'))
            n++;
        size_t behind = i + n;
        while (behind < line.n && pl_is_space(line.p[behind]))
            behind++;
        if (n > 0 && n <= MAX_NAME_BYTES && behind < line.n && line.p[behind] == '=')
            add_name(r, pl_bytes_sub(line, i, n));
        i += n + 1;
    }
}

static bool is_keyword(pl_bytes line)
{
    size_t n = 0;
    while (n < line.n && (pl_is_word_byte(line.p[n]) && !(line.p[n] >= 'a' && line.p[n] <= 'z')))
        n++;
    return n > 0 && n < line.n && line.p[n] == ':' && (n + 1 == line.n || line.p[n + 1] != ':');
}

static void read_line(struct reading *r, pl_bytes text, size_t at, pl_bytes line)
{
    pl_bytes plain = pl_bytes_trim(line);
    bool is_at_start = line.n > 0 && !pl_is_space(line.p[0]) && line.p[0] != '#';
    if (is_at_start && pl_bytes_starts(line, PL_LIT("MODULE")) && value_of(line, PL_LIT("MODULE")).n > 0) {
        r->package = value_of(line, PL_LIT("PACKAGE"));
        r->prefix = value_of(line, PL_LIT("PREFIX"));
        r->is_declared = true;
        if (!r->is_begun) {
            pl_buf_add_str(r->out, calls);
            pl_buf_add_str(r->out, texts);
        }
        r->is_begun = true;
    } else if (r->is_begun && is_keyword(plain)) {
        r->is_in_aliases = pl_bytes_starts(plain, PL_LIT("ALIAS:"));
        r->is_declared = r->is_declared || is_at_start;
        if (r->is_in_aliases)
            read_aliases(r, pl_bytes_from(plain, 6));
    } else if (r->is_begun && r->is_in_aliases && !(is_at_start && r->is_behind_empty)) {
        read_aliases(r, plain);
    } else if (r->is_begun && is_at_start) {
        if (r->is_behind_empty) {
            r->is_declared = false;
            r->is_in_aliases = false;
        }
        if (!r->is_declared)
            read_declaration(r, text, at, line);
    }
    r->is_behind_empty = plain.n == 0 || (is_at_start && pl_bytes_starts(line, PL_LIT("MODULE")));
}

/* A line of a typemap: C with escaped quotes. */
static void read_mapping(struct pl_buf *out, pl_bytes line)
{
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] != '\\' || i + 1 == line.n || line.p[i + 1] != '"')
            pl_buf_add_byte(out, line.p[i]);
}

void pl_xs_translate(pl_bytes path, pl_bytes text, struct pl_buf *out)
{
    struct reading r = {.out = out, .is_behind_empty = true};
    pl_bytes name = pl_bytes_basename(path);
    bool is_map = !pl_bytes_ends(name, PL_LIT(".xs"));
    const pl_bytes made[] = {pl_bytes_sub(name, 0, is_map ? 0 : name.n - 3), PL_LIT(".c")};
    if (!is_map)
        add_text(out, made, 2); /* __FILE__ */
    for (size_t at = 0; at < text.n;) {
        size_t end = pl_bytes_find_byte(text, '\n', at);
        pl_bytes line = pl_bytes_sub(text, at, (end == SIZE_MAX ? text.n : end) - at);
        if (is_map)
            read_mapping(out, line);
        else
            read_line(&r, text, at, line);
        pl_buf_add_byte(out, '\n');
        at += line.n + 1;
    }
}
