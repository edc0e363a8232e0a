/*
 * elf_modified.c - a string that is a source literal but for a byte or two.
 *
 * Three shapes of the same change: a byte inside a string, a byte that became NUL (and cut the string in two), a NUL that became another byte
 * (and joined two strings). In each the true literal must be missing from the file: a program that holds both
 * "usage: %s" and "Usage: %s" is honest.
 */
#include "match/bindings.h"
#include "match/elf_sections.h"
#include "match/elf_strings.h"
#include "match/made_source.h"

#include "base/parallel.h"
#include "base/quote.h"
#include "feature/source_code.h"

#include <stdlib.h>
#include <string.h>

/* Raw searches of the sources for one file; past them a change is reported without asking. */
#define RAW_SEARCHES 256u

struct change {
    uint64_t offset; /* first differing byte in the file */
    uint64_t length; /* up to the last one */
    const char *source;
    pl_bytes literal;
};

/* The differing bytes are a whole conversion of a format ("%d") that something else now stands for: the text was formatted. */
static bool is_formatted(pl_bytes string, pl_bytes literal, size_t first, size_t last)
{
    return last <= first + 1 && literal.p[first] == '%' && string.p[first] != '%' && first + 1 < literal.n &&
           memchr("diouxXcs", literal.p[first + 1], 8) != NULL;
}

/* Is byte `i` a letter of a conversion of an integer: "d" or "l" of "%-4.4ld"? C17 7.21.6.1. */
static bool is_of_integer(pl_bytes text, size_t i)
{
    static const char letters[] = "diouxXlhzjtqL";
    static const char before[] = "-+ #0123456789.*'lhzjtqL";
    if (memchr(letters, text.p[i], sizeof letters - 1) == NULL)
        return false;
    while (i > 0 && memchr(before, text.p[i - 1], sizeof before - 1) != NULL)
        i--;
    return i > 0 && text.p[i - 1] == '%';
}

/* The differing bytes are a variable in a text of Perl or the shell ("Fcntl::S_IF$_"), which is filled in. */
static bool is_interpolated(pl_bytes string, pl_bytes literal, size_t first, const char *source)
{
    static const char *const languages[] = {".pm:", ".pl:", ".PL:", ".t:", ".sh:"};
    bool has_variables = false;
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++)
        has_variables = has_variables || strstr(source, languages[i]) != NULL;
    return has_variables && literal.p[first] == '$' && string.p[first] != '$';
}

/*
 * A literal that is copied without a call lies in pieces of 16 bytes among the vector constants, without an end: what follows is another
 * constant's first byte.
 */
static bool is_end_of_piece(pl_bytes string, uint64_t offset, size_t first)
{
    return first + 1 == string.n && first > 0 && first % 16 == 0 && offset % 16 == 0 && string.p[first] < ' ';
}

/* Is it a text at all? Tables of numbers have runs of bytes, too, which differ here and there from other tables' runs. */
static bool is_readable(pl_bytes string)
{
    size_t printable = 0;
    for (size_t i = 0; i < string.n;) {
        uint32_t c = 0;
        size_t n = pl_utf8_next(pl_bytes_from(string, i), &c);
        printable += n > 0 && (c >= ' ' || c == '\n' || c == '\t') ? n : 0;
        i += n == 0 ? 1 : n;
    }
    return 2 * printable >= string.n;
}

/*
 * Where `string` at `offset` differs from the literal; false when only digits do (version
 * numbers differ honestly), or a conversion. "%lu" for "%ld" is a macro's or another version's, and prints the same number.
 */
static bool locate(pl_bytes string, uint64_t offset, pl_bytes literal, struct change *out)
{
    size_t first = SIZE_MAX;
    size_t last = 0;
    bool is_digits_only = true;
    bool is_integer = true;
    for (size_t i = 0; i < string.n; i++) {
        if (string.p[i] == literal.p[i])
            continue;
        first = first == SIZE_MAX ? i : first;
        last = i;
        is_digits_only = is_digits_only && pl_is_digit(string.p[i]) && pl_is_digit(literal.p[i]);
        is_integer = is_integer && is_of_integer(string, i) && is_of_integer(literal, i);
    }
    if (first == SIZE_MAX || is_digits_only || is_integer || is_formatted(string, literal, first, last) ||
        is_interpolated(string, literal, first, out->source) || is_end_of_piece(string, offset, first))
        return false;
    out->offset = offset + first;
    out->length = last - first + 1;
    return true;
}

/* Is the literal (or the same without its last line end) anywhere in the file? */
static bool occurs(pl_bytes data, pl_bytes literal, size_t length)
{
    return pl_bytes_find(data, pl_bytes_sub(literal, 0, length), 0) != SIZE_MAX;
}

/* The longest run of a literal that stands in the source as it does in the program. */
static pl_bytes plain_run(pl_bytes literal)
{
    pl_bytes best = {NULL, 0};
    for (size_t i = 0; i < literal.n;) {
        size_t n = 0;
        while (i + n < literal.n && literal.p[i + n] >= ' ' && literal.p[i + n] != '"' &&
               literal.p[i + n] != '\\')
            n++;
        if (n > best.n)
            best = pl_bytes_sub(literal, i, n);
        i += n + 1;
    }
    return best;
}

/*
 * Does the literal stand in the output of a generator alone ("cpp/cexp.c:1437", beside cexp.y that lacks it)? The build makes that file anew, with another version's
 * skeleton: "%ld" for "%lu" in bison's. What it could hide: a byte or two of a text of a generator's own.
 */
static bool is_of_generator(const struct pl_match *m, const char *source, pl_bytes literal)
{
    pl_bytes path = pl_bytes_of_str(source);
    const struct pl_source_file *input =
        pl_made_source_input(m, pl_bytes_sub(path, 0, pl_bytes_rfind_byte(path, ':')));
    return input != NULL && pl_bytes_find(input->data, plain_run(literal), 0) == SIZE_MAX;
}

static pl_status find_near(const struct pl_match *m, pl_bytes data, pl_bytes string, uint64_t offset,
                           bool *found, struct change *out, struct pl_err *err)
{
    struct pl_literal_hit hit;
    pl_status st = pl_literals_near(m->literals, string, m->scratch, found, &hit, err);
    if (st != PL_OK || !*found)
        return st;
    out->literal = hit.text;
    out->source = hit.source;
    *found = !hit.is_of_other && locate(string, offset, hit.text, out) && !occurs(data, hit.text, string.n) &&
             !is_of_generator(m, hit.source, hit.text);
    return PL_OK;
}

static pl_status is_missing_literal(const struct pl_match *m, pl_bytes data, pl_bytes string, uint64_t at,
                                    bool *found, struct pl_literal_hit *hit, struct pl_err *err)
{
    *found = false;
    if (string.n < PL_ELF_COUNTED_BYTES)
        return PL_OK;
    pl_status st = pl_literals_explain_literal(m->literals, string, m->scratch, found, hit, err);
    if (st != PL_OK || !*found)
        return st;
    pl_bytes before = pl_bytes_sub(data, 0, (size_t)at);
    pl_bytes behind = pl_bytes_from(data, (size_t)at + string.n);
    *found = pl_bytes_find(before, string, 0) == SIZE_MAX && pl_bytes_find(behind, string, 0) == SIZE_MAX;
    return PL_OK;
}

/* What macros put between two pieces: LIBDIR "/" "name", NAME "=" VALUE. */
static bool is_joint(uint8_t byte)
{
    return memchr(" /=:-.,_%+@", byte, 11) != NULL;
}

/* Nothing but quotes, spaces, directives and short literals: what stands between the pieces of one literal. */
static bool is_one_expression(pl_bytes between)
{
    for (size_t i = 0; i < between.n; i++)
        if (memchr(",;(){}", between.p[i], 6) != NULL)
            return false;
    return true;
}

/*
 * Do the ends of the two stand near each other in the source as pieces of one literal, with "#if" arms between them?
 * (patch: its option letters, one of them in an arm.) Only then is a byte between them honest.
 */
static bool are_pieces(const struct pl_match *m, pl_bytes left, pl_bytes right)
{
    const size_t end_bytes = 8;
    const size_t near_bytes = 512;
    pl_bytes tail = pl_bytes_from(left, left.n < end_bytes ? 0 : left.n - end_bytes);
    pl_bytes head = pl_bytes_sub(right, 0, end_bytes);
    for (size_t t = 0; t < pl_index_tree_count(m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(m->index, t);
        for (size_t i = 0; i < tree->files.n; i++) {
            pl_bytes text = tree->files.v[i].data;
            size_t at = pl_bytes_find(text, tail, 0);
            if (at == SIZE_MAX)
                continue;
            pl_bytes behind = pl_bytes_sub(text, at + tail.n, near_bytes);
            size_t next = pl_bytes_find(behind, head, 0);
            if (next != SIZE_MAX && is_one_expression(pl_bytes_sub(behind, 0, next)))
                return true;
        }
    }
    return false;
}

/* Two literals with one byte between them where a NUL should be. */
static pl_status find_joined(const struct pl_match *m, pl_bytes data, const struct pl_elf_string *s,
                             bool *found, struct change *out, struct pl_err *err)
{
    struct pl_literal_hit left;
    struct pl_literal_hit right;
    pl_status st = PL_OK;
    *found = false;
    if (s->text.n > 1024)
        return PL_OK;
    for (size_t i = PL_ELF_COUNTED_BYTES; i + PL_ELF_COUNTED_BYTES < s->text.n && st == PL_OK; i++) {
        st = is_missing_literal(m, data, pl_bytes_sub(s->text, 0, i), s->offset, found, &left, err);
        if (st == PL_OK && *found)
            st = is_missing_literal(m, data, pl_bytes_from(s->text, i + 1), s->offset + i + 1, found, &right,
                                    err);
        /* The byte may be the last one of the left literal, found without it: then two literals stand side by side. */
        bool is_left_end = *found && left.text.n == i + 1 && left.text.p[i] == s->text.p[i];
        *found = *found && !is_left_end && !is_joint(s->text.p[i]) &&
                 !are_pieces(m, pl_bytes_sub(s->text, 0, i), pl_bytes_from(s->text, i + 1));
        if (st == PL_OK && *found) {
            *out = (struct change){s->offset + i, 1, left.source, left.text};
            return PL_OK;
        }
    }
    *found = false;
    return st;
}

#define NO_PART SIZE_MAX

/*
 * Is what stands at `at` in a source the literal itself, of which `string` is the part from byte `part` on? Then the byte before or behind it is the
 * literal's; an escape is as good as any.
 */
static bool is_literal_itself(pl_bytes text, size_t at, pl_bytes string, pl_bytes literal, size_t part)
{
    size_t end = at + string.n;
    if (part == NO_PART)
        return false;
    if (part + string.n < literal.n)
        return end < text.n && (text.p[end] == literal.p[part + string.n] || text.p[end] == '\\');
    return at > 1 && part > 0 && (text.p[at - 1] == literal.p[part - 1] || text.p[at - 2] == '\\');
}

/*
 * Does the string stand in the sources as it is, in a comment, a build rule or a value given to configure? Then it was not made by
 * changing another one. (gawk: emalloc() prints its argument "scopy.strings"; logrotate: debian/rules names another state file.)
 */
static bool stands_raw(const struct pl_match *m, pl_bytes string, pl_bytes literal, size_t part)
{
    pl_bytes trimmed = pl_bytes_trim(string);
    if (part != NO_PART)
        part += (size_t)(trimmed.p - string.p);
    for (size_t t = 0; t < pl_index_tree_count(m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(m->index, t);
        for (size_t i = 0; i < tree->files.n; i++) {
            pl_bytes text = tree->files.v[i].data;
            for (size_t at = 0; (at = pl_bytes_find(text, trimmed, at)) != SIZE_MAX; at++)
                if (!is_literal_itself(text, at, trimmed, literal, part))
                    return true;
        }
    }
    return false;
}

/* Has the source each text that the change left and that no rule explains? Of a literal with a NUL in it two are left. */
static bool is_in_source(const struct pl_match *m, const struct pl_elf_string *s,
                         const struct pl_elf_string *next, const struct change *c)
{
    bool is_cut = c->length == 1 && c->offset == s->offset + s->text.n && next != NULL;
    if (!is_cut)
        return stands_raw(m, s->text, c->literal, NO_PART);
    return (pl_elf_is_strict(s) || stands_raw(m, s->text, c->literal, 0)) &&
           (pl_elf_is_strict(next) || stands_raw(m, next->text, c->literal, s->text.n + 1));
}

/* The name that the C++ ABI gives a type: its length, then the identifier (Itanium C++ ABI, 5.1.3). */
static bool is_type_name(const struct pl_match *m, pl_bytes string)
{
    uint64_t length;
    size_t n = 0;
    while (n < string.n && pl_is_digit(string.p[n]))
        n++;
    pl_bytes name = pl_bytes_from(string, n);
    return n > 0 && pl_bytes_to_u64(pl_bytes_sub(string, 0, n), &length) && length == name.n &&
           pl_index_has_word(m->index, name);
}

/* "src/cvt.cpp" of "src/cvt.cpp:1955" or "src/cvt.cpp:1940-1960". */
static pl_bytes path_of(const char *source)
{
    pl_bytes all = pl_bytes_of_str(source == NULL ? "" : source);
    size_t colon = pl_bytes_rfind_byte(all, ':');
    return colon == SIZE_MAX ? all : pl_bytes_sub(all, 0, colon);
}

/*
 * Is it said by functions of other files alone? A literal is changed where its own function has it. Who refers to the string is known by code, and was placed in a file by everything
 * else that it holds; that file is not the literal's, and the literal is in no header, which any file may have. A function that nothing accounts for says nothing of the kind. Then the string is another text that is like it: firebird's isql has
 * "%2.2d:%2.2d:%2.2d.%4.4u" of its own, libCbcSolver the texts of a file of Clp that it includes. What it could hide: a byte or two of a string whose function was placed in
 * another file.
 */
static bool is_said_elsewhere(const struct pl_file *f, const struct pl_code *code,
                              const struct pl_elf_string *s, const struct change *c)
{
    pl_bytes own = path_of(c->source);
    bool is_said = false;
    if (code == NULL || code->unsupported != NULL || pl_source_language_of(own) == PL_SOURCE_NONE ||
        pl_bytes_find(pl_bytes_basename(own), PL_LIT(".h"), 0) != SIZE_MAX)
        return false;
    for (size_t i = 0; i < code->n_functions; i++) {
        const struct pl_function *fn = &code->functions[i];
        for (uint32_t k = 0; k < fn->n_atoms; k++) {
            pl_bytes text = code->atoms[fn->first_atom + k].text;
            bool is_it = code->atoms[fn->first_atom + k].kind == PL_ATOM_STRING &&
                         text.p >= f->data.p + s->offset && text.p <= f->data.p + s->offset + s->text.n;
            const struct pl_claim *claim = is_it ? pl_ledger_at(&f->ledger, fn->offset) : NULL;
            if (is_it && (claim == NULL || claim->class != PL_CLASS_DERIVED || claim->source == NULL ||
                          pl_bytes_eq(path_of(claim->source), own)))
                return false;
            is_said = is_said || is_it;
        }
    }
    return is_said;
}

/*
 * "stb_leakcheck.c" for "stb_leakcheck.h": __FILE__ of a file that the build wrote, which includes the header alone. The name of a file of the source with another end of
 * a C file says nothing else.
 */
static bool is_other_kind_of_file(const struct pl_match *m, pl_bytes string, pl_bytes literal)
{
    static const char *const ends[] = {".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx"};
    size_t dot = pl_bytes_rfind_byte(string, '.');
    if (dot == SIZE_MAX || pl_bytes_rfind_byte(literal, '.') != dot ||
        !pl_bytes_eq(pl_bytes_sub(string, 0, dot), pl_bytes_sub(literal, 0, dot)))
        return false;
    return pl_bytes_is_one_of(pl_bytes_from(string, dot), ends, sizeof ends / sizeof ends[0]) &&
           pl_bytes_is_one_of(pl_bytes_from(literal, dot), ends, sizeof ends / sizeof ends[0]) &&
           pl_index_units_of_name(m->index, pl_bytes_basename(literal)).n > 0;
}

static pl_status report(const struct pl_match *m, struct pl_file *f, struct pl_elf_string *s,
                        const struct change *c, struct pl_err *err)
{
    struct pl_finding *finding;
    const struct pl_code *code;
    s->is_modified = true;
    pl_status st = pl_match_code(m, f, &code, err);
    if (st != PL_OK)
        return st;
    st = pl_findings_add(
        &f->findings, "code.modified-string",
        is_said_elsewhere(f, code, s, c) ? PL_SEVERITY_WARNING : pl_elf_severity(m), c->offset, c->length,
        &finding, err, "a string differs from the source literal at %s in the %llu byte%s from 0x%llx on",
        c->source, (unsigned long long)c->length, c->length == 1 ? "" : "s", (unsigned long long)c->offset);
    if (st == PL_OK)
        st = pl_finding_fact(&f->findings, finding, "string", s->text, err);
    if (st == PL_OK)
        st = pl_finding_fact(&f->findings, finding, "nearest literal", c->literal, err);
    if (st == PL_OK)
        st = pl_finding_fact(&f->findings, finding, "source", pl_bytes_of_str(c->source), err);
    return st;
}

static pl_status find_change(const struct pl_match *m, const struct pl_file *f, const struct pl_elf_string *s,
                             const struct pl_elf_string *next, bool *found, struct change *c,
                             struct pl_err *err)
{
    pl_status st = PL_OK;
    *found = false;
    if (s->is_wide || !is_readable(s->text))
        return PL_OK; /* one that is unexplained is reported as foreign */
    if (next != NULL && next->is_wide)
        next = NULL;
    if (!pl_elf_is_strict(s))
        st = find_near(m, f->data, s->text, s->offset, found, c, err);
    if (st == PL_OK && !*found && next != NULL && next->offset == s->offset + s->text.n + 1 &&
        (!pl_elf_is_strict(s) || !pl_elf_is_strict(next))) {
        pl_bytes both = pl_bytes_sub(f->data, (size_t)s->offset, s->text.n + 1 + next->text.n);
        st = find_near(m, f->data, both, s->offset, found, c, err);
    }
    if (st == PL_OK && !*found && !pl_elf_is_strict(s))
        st = find_joined(m, f->data, s, found, c, err);
    return st;
}

/* Strings are drawn so many at a time. */
#define SEARCHED_STRINGS 32u

/* What was changed of each string, before anything is told of it. */
struct search {
    const struct pl_match *m;
    struct pl_file *f;
    pl_elf_strings *strings;
    struct pl_arena scratch[PL_PARALLEL_MAX];
    struct found_change {
        struct change change;
        bool found;
    } * changes;
};

static const struct pl_elf_string *next_of(const pl_elf_strings *strings, size_t i)
{
    return i + 1 < strings->n ? &strings->v[i + 1] : NULL;
}

static pl_status search_some(void *ctx, unsigned worker, size_t item, struct pl_err *err)
{
    struct search *s = ctx;
    struct pl_match m = *s->m;
    size_t end = (item + 1) * SEARCHED_STRINGS;
    pl_status st = PL_OK;
    m.scratch = &s->scratch[worker];
    for (size_t i = item * SEARCHED_STRINGS; i < end && i < s->strings->n && st == PL_OK; i++)
        st = find_change(&m, s->f, &s->strings->v[i], next_of(s->strings, i), &s->changes[i].found,
                         &s->changes[i].change, err);
    return st;
}

static pl_status search_all(struct search *s, struct pl_err *err)
{
    s->changes = calloc(s->strings->n + 1, sizeof *s->changes);
    if (s->changes == NULL)
        return pl_fail_nomem(err);
    size_t n_items = (s->strings->n + SEARCHED_STRINGS - 1) / SEARCHED_STRINGS;
    return pl_parallel(s->m->jobs, n_items, s, search_some, err);
}

pl_status pl_elf_find_modified(const struct pl_match *m, struct pl_file *f, pl_elf_strings *strings,
                               struct pl_err *err)
{
    struct search *all = calloc(1, sizeof *all);
    struct pl_made_names names;
    size_t searches = 0;
    if (all == NULL)
        return pl_fail_nomem(err);
    *all = (struct search){.m = m, .f = f, .strings = strings};
    for (unsigned i = 0; i < PL_PARALLEL_MAX; i++)
        pl_arena_init(&all->scratch[i], m->scratch->max_bytes);
    pl_made_names_init(&names);
    pl_status st = search_all(all, err);
    for (size_t i = 0; i < strings->n && st == PL_OK; i++) {
        struct pl_elf_string *s = &strings->v[i];
        const struct change *c = &all->changes[i].change;
        bool is_made = false;
        if (all->changes[i].found)
            st = pl_made_names_has(&names, m, f, s->text, &is_made, err);
        if (st != PL_OK || !all->changes[i].found || is_made || is_type_name(m, s->text) ||
            pl_elf_is_mark_of_moc(m, f, s->offset, s->text) || is_other_kind_of_file(m, s->text, c->literal))
            continue;
        if (searches++ >= RAW_SEARCHES || !is_in_source(m, s, next_of(strings, i), c))
            st = report(m, f, s, c, err);
    }
    pl_made_names_reset(&names);
    for (unsigned i = 0; i < PL_PARALLEL_MAX; i++)
        pl_arena_reset(&all->scratch[i]);
    free(all->changes);
    free(all);
    return st;
}
