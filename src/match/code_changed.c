/*
 * code_changed.c - functions that are known, and that do not make the calls of their source function.
 *
 * Grade B and C say that nothing in a function contradicts its unit. That leaves room for another version of the source: a call that another
 * function of the unit makes as well, or one that is gone. Where a function is known for sure - by its exported name, or by much more than any other
 * could have - both are told, as warnings that name it: of one's own two versions nobody can say which is the right one.
 *
 * A call is missed when the source makes it in a statement of its own, in a body without #if, by its name or that of a macro that always makes it, and
 * the callee cannot have been inlined: an import of the image, or a known function of another unit.
 * Not seen: calls that compilers fold (strlen, memcpy, printf), calls within expressions, the number and order of calls, all that is no call.
 *
 * Source: C17 6.8.3 (a call in a statement of its own is made). Measured in tests/accuracy/changed.md.
 */
#include "base/order.h"
#include "format/text/words.h"
#include "match/code_result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAG_CHANGED    "code.changed-function"
#define SHOWN_CALLS    6u
#define MOST_ALIKE     2u /* functions that use, or lack, the same */
#define HOST_LEVELS    2u
#define MAX_HOSTS      48u
#define TELLING_TENTHS 20u /* once in four functions and less */
#define TELLING_ATOMS  2u  /* of a callee that are not in the caller */
#define LIST_BYTES     600u

/* A call that a known function makes and its source does not, or the other way round. */
struct lead {
    uint32_t subject;
    bool is_missing;
    pl_bytes name; /* borrowed */
    uint64_t key;  /* of name and is_missing */
};

struct changed {
    const struct pl_code_result *r;
    PL_VEC(struct lead) leads; /* by subject */
    uint64_t *keys;            /* of all leads, sorted */
};

static pl_status add_lead(struct changed *c, uint32_t subject, bool is_missing, pl_bytes name,
                          struct pl_err *err)
{
    uint64_t key = pl_atom_hash_text(name) << 1 | is_missing;
    for (size_t i = c->leads.n; i > 0 && c->leads.v[i - 1].subject == subject; i--)
        if (c->leads.v[i - 1].key == key)
            return PL_OK;
    struct lead *lead = PL_VEC_ADD(&c->leads);
    if (lead == NULL)
        return pl_fail_nomem(err);
    *lead = (struct lead){subject, is_missing, name, key};
    return PL_OK;
}

static const struct pl_definition *definition_of(const struct pl_aligner *a, uint32_t id)
{
    return pl_codebase_at(a->cb, id)->definition;
}

static uint32_t unit_of(const struct pl_aligner *a, uint32_t id)
{
    return pl_codebase_at(a->cb, id)->unit;
}

static pl_bytes path_of(const struct pl_aligner *a, uint32_t id)
{
    return pl_index_unit_file(pl_codebase_index(a->cb), unit_of(a, id))->path;
}

static pl_bytes text_of(const struct pl_aligner *a, uint32_t id)
{
    const struct pl_definition *d = definition_of(a, id);
    return pl_bytes_sub(pl_index_unit_file(pl_codebase_index(a->cb), unit_of(a, id))->data, (size_t)d->offset,
                        (size_t)d->length);
}

/*
 * Does a macro mention it that the unit of the subject reads? Then functions call it that do not say so, however the names of the macros are put together. What functions of
 * headers call is in the closure of those that they are inlined into.
 */
static bool is_by_macro(const struct pl_aligner *a, uint32_t subject, uint32_t feature)
{
    uint32_t unit = unit_of(a, a->subjects.v[subject].definition);
    struct pl_id_list with = pl_codebase_with(a->cb, feature);
    for (size_t i = 0; i < with.n; i++)
        if (definition_of(a, with.v[i])->kind == PL_DEFINITION_MACRO &&
            pl_codebase_includes(a->cb, unit, unit_of(a, with.v[i])))
            return true;
    return false;
}

/* Does the source function call it? Where its name is not exported it may be one that it was inlined into. */
static bool is_said(const struct pl_aligner *a, uint32_t subject, uint32_t feature)
{
    const struct pl_subject *s = &a->subjects.v[subject];
    if (pl_code_reaches(a, subject, feature))
        return true;
    struct pl_id_list hosts = pl_codebase_hosts(a->cb, s->definition);
    bool is_named = (a->code->functions[s->function].flags & PL_FUNCTION_EXPORTED) != 0;
    for (size_t i = 0; i < hosts.n && i < MAX_HOSTS && !is_named; i++)
        if (pl_id_list_has(pl_codebase_direct(a->cb, hosts.v[i]), feature))
            return true;
    return is_by_macro(a, subject, feature);
}

/* Does the source function call it, or one that it may have been inlined into, so that it goes by the wrong one of the two names? */
static bool calls_or_host(const struct changed *c, uint32_t subject, uint32_t id, unsigned levels)
{
    const struct pl_aligner *a = c->r->a;
    uint32_t name = pl_codebase_name_feature(a->cb, id);
    if (name != PL_NO_FEATURE && is_said(a, subject, name))
        return true;
    struct pl_id_list hosts = pl_codebase_hosts(a->cb, id);
    for (size_t i = 0; i < hosts.n && i < MAX_HOSTS && levels > 0; i++)
        if (hosts.v[i] != a->subjects.v[subject].definition &&
            calls_or_host(c, subject, hosts.v[i], levels - 1))
            return true;
    return false;
}

/* A name in capitals is a macro's, which gives the function another one: VASNPRINTF. */
static bool is_upper(pl_bytes name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] >= 'a' && name.p[i] <= 'z')
            return false;
    return true;
}

/*
 * Does the source function of the subject stand in the callee's, neither of them by an exported name? Then the subject is the callee's own function, into which
 * the compiler put the other one, and the callee a third (xz's list_totals). What it could hide: a call of a static function's own caller.
 */
static bool is_own_host(const struct changed *c, uint32_t subject, uint32_t callee)
{
    const struct pl_aligner *a = c->r->a;
    const struct pl_subject *s = &a->subjects.v[subject];
    const struct pl_subject *to = &a->subjects.v[callee];
    uint32_t flags = a->code->functions[s->function].flags | a->code->functions[to->function].flags;
    return (flags & PL_FUNCTION_EXPORTED) == 0 &&
           pl_id_list_has(pl_codebase_hosts(a->cb, s->definition), to->definition);
}

static pl_status find_added(struct changed *c, uint32_t subject, struct pl_err *err)
{
    pl_status st = PL_OK;
    const struct pl_aligner *a = c->r->a;
    const struct pl_subject *s = &a->subjects.v[subject];
    for (uint32_t i = 0; i < s->n_facts && st == PL_OK; i++) {
        const struct pl_code_fact *f = &a->facts.v[s->first_fact + i];
        bool is_explained = false;
        bool is_there = f->kind != PL_ATOM_IMPORT || f->is_neutral || f->n == 0;
        for (unsigned k = 0; k < f->n && !is_there; k++)
            is_there = is_said(a, subject, f->feature[k]);
        if (is_there)
            continue;
        if (a->explain != NULL)
            st = a->explain(a->explain_ctx, &a->code->atoms[f->atom], true, &is_explained, err);
        if (st == PL_OK && !is_explained)
            st = add_lead(c, subject, false, a->code->atoms[f->atom].text, err);
    }
    for (uint32_t i = 0; i < s->n_calls && st == PL_OK; i++) {
        uint32_t to = a->calls.v[s->first_call + i];
        uint32_t id = a->subjects.v[to].definition;
        if (c->r->is_known[to] && !is_upper(definition_of(a, id)->name) &&
            pl_codebase_name_feature(a->cb, id) != PL_NO_FEATURE && !is_own_host(c, subject, to) &&
            !calls_or_host(c, subject, id, HOST_LEVELS))
            st = add_lead(c, subject, false, definition_of(a, id)->name, err);
    }
    return st;
}

/* Does the subject itself call something of that name? */
static bool calls_by_name(const struct pl_aligner *a, const struct pl_subject *s, uint32_t feature)
{
    for (uint32_t i = 0; i < s->n_facts; i++) {
        const struct pl_code_fact *f = &a->facts.v[s->first_fact + i];
        for (unsigned k = 0; k < f->n && f->kind == PL_ATOM_IMPORT; k++)
            if (f->feature[k] == feature)
                return true;
    }
    for (uint32_t i = 0; i < s->n_calls; i++) {
        uint32_t id = a->subjects.v[a->calls.v[s->first_call + i]].definition;
        if (id == PL_NO_DEFINITION || pl_codebase_name_feature(a->cb, id) == feature)
            return true; /* what it is nobody knows */
    }
    return false;
}

/* Or may it have been moved into a part of it that was split off? */
static bool makes_call(const struct changed *c, uint32_t subject, uint32_t feature)
{
    const struct pl_aligner *a = c->r->a;
    const struct pl_subject *s = &a->subjects.v[subject];
    if (calls_by_name(a, s, feature))
        return true;
    for (uint32_t i = 0; i < s->n_calls; i++) {
        uint32_t to = a->calls.v[s->first_call + i];
        if (!c->r->is_known[to] && calls_by_name(a, &a->subjects.v[to], feature))
            return true;
    }
    return false;
}

/* What compilers replace by other code (floor() with -ffast-math), or drop behind what does not come back. GCC manual, "Other Builtins". */
static bool is_folded(pl_bytes name)
{
    static const char *const fronts[] = {
        "__builtin", "mem",   "str",    "wcs",  "wmem",  "is",       "tolower",  "toupper", "bcmp",
        "bcopy",     "bzero", "abs",    "pow",  "exit",  "_exit",    "fabs",     "floor",   "ceil",
        "rint",      "lrint", "llrint", "sqrt", "round", "copysign", "nearbyint"};
    pl_bytes names[PL_FACT_ALTERNATIVES];
    bool is_neutral;
    (void)pl_import_alternatives(name, names, &is_neutral);
    for (size_t i = 0; i < sizeof fronts / sizeof fronts[0] && !is_neutral; i++)
        is_neutral = pl_bytes_starts(name, pl_bytes_of_str(fronts[i]));
    return is_neutral;
}

static bool has_same_fact(const struct pl_aligner *a, const struct pl_subject *s,
                          const struct pl_code_fact *f)
{
    for (uint32_t i = 0; i < s->n_facts; i++) {
        const struct pl_code_fact *other = &a->facts.v[s->first_fact + i];
        if (other->n > 0 && other->feature[0] == f->feature[0])
            return true;
    }
    return false;
}

/*
 * Is nothing of the callee in the subject but what every function has? Two functions of one unit may be one in the image; then what the callee holds
 * where it stands alone is in the other, too.
 */
static bool is_not_inlined(const struct pl_aligner *a, const struct pl_subject *s,
                           const struct pl_subject *callee)
{
    uint32_t absent = callee->n_calls;
    for (uint32_t i = 0; i < callee->n_facts; i++) {
        const struct pl_code_fact *f = &a->facts.v[callee->first_fact + i];
        bool counts = !f->is_neutral && f->n > 0 && f->weight >= TELLING_TENTHS;
        if (counts && has_same_fact(a, s, f))
            return false;
        absent += counts;
    }
    for (uint32_t i = 0; i < callee->n_calls; i++)
        for (uint32_t k = 0; k < s->n_calls; k++)
            if (a->calls.v[s->first_call + k] == a->calls.v[callee->first_call + i])
                return false;
    return absent >= TELLING_ATOMS;
}

/* Would a call of that name in the source of the subject stand in the image as a call? */
static bool has_to_be_called(const struct changed *c, const struct pl_subject *s, pl_bytes name,
                             uint32_t *feature)
{
    const struct pl_aligner *a = c->r->a;
    uint64_t hash = pl_atom_hash_text(name);
    bool has_macro;
    *feature = pl_codebase_feature(a->cb, pl_codebase_key(PL_ATOM_CALL, hash));
    if (*feature == PL_NO_FEATURE)
        return false;
    if (pl_codebase_named(a->cb, hash).n == 0)
        return a->imported[*feature] && !is_folded(name);
    uint32_t callee = pl_code_only_function(a, hash, &has_macro);
    if (callee == PL_NO_DEFINITION || has_macro || a->taken_by[callee] == 0 ||
        !c->r->is_known[a->taken_by[callee] - 1])
        return false;
    bool is_other_unit = !pl_codebase_includes(a->cb, unit_of(a, s->definition), unit_of(a, callee));
    return is_other_unit || is_not_inlined(a, s, &a->subjects.v[a->taken_by[callee] - 1]);
}

/* The length of a comment or literal at the front; 0 when there is none. */
static size_t passed_over(pl_bytes text)
{
    if (pl_bytes_starts(text, PL_LIT("/*"))) {
        size_t end = pl_bytes_find(text, PL_LIT("*/"), 2);
        return end == SIZE_MAX ? text.n : end + 2;
    }
    if (pl_bytes_starts(text, PL_LIT("//"))) {
        size_t end = pl_bytes_find(text, PL_LIT("\n"), 2);
        return end == SIZE_MAX ? text.n : end;
    }
    if (text.p[0] != '"' && text.p[0] != '\'')
        return 0;
    size_t i = 1;
    while (i < text.n && text.p[i] != text.p[0])
        i += text.p[i] == '\\' ? 2 : 1;
    return i < text.n ? i + 1 : text.n;
}

/* The next name with a parenthesis behind it that begins a statement: behind ';', '{', '}', a condition or else. A '#' ends the search for good. */
static bool next_statement(pl_bytes text, size_t *at, pl_bytes *name)
{
    uint8_t before = ';';
    bool is_else = false;
    size_t i = *at;
    while (i < text.n && text.p[i] != '#') {
        size_t n = passed_over(pl_bytes_from(text, i));
        if (n > 0 || text.p[i] <= ' ') {
            before = n > 0 && text.p[i] != '/' ? '"' : before;
            i += n > 0 ? n : 1;
            continue;
        }
        size_t end = i;
        while (end < text.n && pl_is_word_byte(text.p[end]))
            end++;
        bool is_first =
            end > i && (before == ';' || before == '{' || before == '}' || before == ')' || is_else);
        *name = pl_bytes_sub(text, i, end - i);
        is_else = pl_bytes_eq_str(*name, "else");
        i = end > i ? end : i + 1;
        before = text.p[i - 1];
        while (is_first && end < text.n && text.p[end] == ' ')
            end++;
        if (is_first && end < text.n && text.p[end] == '(') {
            *at = end;
            return true;
        }
    }
    *at = text.n;
    return false;
}

static bool has_directive(pl_bytes body)
{
    for (size_t i = 0; i < body.n;) {
        size_t n = passed_over(pl_bytes_from(body, i));
        if (n == 0 && body.p[i] == '#')
            return true;
        i += n > 0 ? n : 1;
    }
    return false;
}

/* Does the text of a macro say that what it calls may be left out: a condition, an operator of one, a directive? */
static bool is_conditional(pl_bytes text)
{
    static const char *const words[] = {"if", "while", "for", "switch"};
    pl_bytes word;
    if (pl_bytes_find(text, PL_LIT("?"), 0) != SIZE_MAX || pl_bytes_find(text, PL_LIT("||"), 0) != SIZE_MAX ||
        pl_bytes_find(text, PL_LIT("&&"), 0) != SIZE_MAX || pl_bytes_find(text, PL_LIT("#"), 1) != SIZE_MAX)
        return true;
    while (pl_words_next(&text, &word))
        if (pl_bytes_is_one_of(word, words, sizeof words / sizeof words[0]))
            return true;
    return false;
}

/*
 * The function that a macro of that name calls whatever its arguments are, where it is the only macro of the name and calls one such function: "free" of
 * "#define ckfree(p) free((pointer)(p))". The name itself when it is none.
 */
static pl_bytes called_by(const struct changed *c, const struct pl_subject *s, pl_bytes name)
{
    const struct pl_aligner *a = c->r->a;
    struct pl_id_list named = pl_codebase_named(a->cb, pl_atom_hash_text(name));
    if (named.n != 1 || definition_of(a, named.v[0])->kind != PL_DEFINITION_MACRO || is_upper(name) ||
        !pl_codebase_includes(a->cb, unit_of(a, s->definition), unit_of(a, named.v[0])) ||
        is_conditional(text_of(a, named.v[0])))
        return name;
    const struct pl_codebase_entry *e = pl_codebase_at(a->cb, named.v[0]);
    const struct pl_atom *called = NULL;
    for (uint32_t i = 0; i < e->definition->n_atoms; i++) {
        const struct pl_atom *atom = &e->atoms[e->definition->first_atom + i];
        uint32_t feature;
        if (atom->kind != PL_ATOM_CALL || !has_to_be_called(c, s, atom->text, &feature))
            continue;
        if (called != NULL)
            return name;
        called = atom;
    }
    return called == NULL ? name : called->text;
}

static pl_status find_missing(struct changed *c, uint32_t subject, struct pl_err *err)
{
    pl_status st = PL_OK;
    const struct pl_aligner *a = c->r->a;
    const struct pl_subject *s = &a->subjects.v[subject];
    pl_bytes text = text_of(a, s->definition);
    size_t start = pl_bytes_find(text, PL_LIT("{"), 0);
    pl_bytes body = pl_bytes_from(text, start == SIZE_MAX ? text.n : start);
    pl_bytes name;
    size_t at = 0;
    if (has_directive(body))
        return PL_OK;
    while (st == PL_OK && next_statement(body, &at, &name)) {
        uint32_t feature;
        pl_bytes called = called_by(c, s, name);
        if (has_to_be_called(c, s, called, &feature) && !makes_call(c, subject, feature))
            st = add_lead(c, subject, true, called, err);
    }
    return st;
}

static pl_status sort_keys(struct changed *c, struct pl_err *err)
{
    c->keys = pl_arena_take_n(c->r->m->scratch, c->leads.n + 1, sizeof *c->keys);
    if (c->keys == NULL)
        return pl_arena_fail(c->r->m->scratch, err);
    for (size_t i = 0; i < c->leads.n; i++)
        c->keys[i] = c->leads.v[i].key;
    if (c->leads.n > 1)
        qsort(c->keys, c->leads.n, sizeof *c->keys, pl_order_u64);
    return PL_OK;
}

/* Do so many functions have the same that a macro or a rule of the build, which was not read, is why? */
static bool is_everywhere(const struct changed *c, const struct lead *lead)
{
    size_t low = 0;
    for (size_t high = c->leads.n; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (c->keys[middle] < lead->key)
            low = middle + 1;
        else
            high = middle;
    }
    return low + MOST_ALIKE < c->leads.n && c->keys[low + MOST_ALIKE] == lead->key;
}

/* The names of leads [first, end) of one kind, at most SHOWN_CALLS; the number of all. */
static unsigned list_leads(const struct changed *c, size_t first, size_t end, bool is_missing,
                           char list[LIST_BYTES])
{
    unsigned n = 0;
    size_t length = 0;
    for (size_t i = first; i < end; i++) {
        const struct lead *lead = &c->leads.v[i];
        pl_bytes name = pl_bytes_sub(lead->name, 0, LIST_BYTES / SHOWN_CALLS - 4);
        if (lead->is_missing != is_missing || is_everywhere(c, lead))
            continue;
        if (n < SHOWN_CALLS)
            length += (size_t)snprintf(list + length, LIST_BYTES - length, "%s%.*s", n == 0 ? "" : ", ",
                                       PL_ARG(name));
        n++;
    }
    list[length] = 0;
    return n;
}

/* The finding of one function, for leads [first, end); none when all of them are everywhere. */
static pl_status report(const struct changed *c, size_t first, size_t end, struct pl_err *err)
{
    const struct pl_aligner *a = c->r->a;
    const struct pl_subject *s = &a->subjects.v[c->leads.v[first].subject];
    const struct pl_function *fn = &a->code->functions[s->function];
    const struct pl_definition *d = definition_of(a, s->definition);
    struct pl_findings *findings = &c->r->f->findings;
    struct pl_finding *finding;
    char added[LIST_BYTES];
    char missing[LIST_BYTES];
    char source[LIST_BYTES];
    unsigned n_added = list_leads(c, first, end, false, added);
    unsigned n_missing = list_leads(c, first, end, true, missing);
    if (n_added + n_missing == 0)
        return PL_OK;
    pl_status st = pl_findings_add(
        findings, TAG_CHANGED, PL_SEVERITY_WARNING, fn->offset, fn->size, &finding, err,
        "a known function uses %u import%s or function%s that its source function does not use, and lacks %u "
        "of its calls",
        n_added, n_added == 1 ? "" : "s", n_added == 1 ? "" : "s", n_missing);
    if (st != PL_OK || finding == NULL)
        return st;
    pl_bytes path = pl_bytes_sub(path_of(a, s->definition), 0, LIST_BYTES / 2);
    (void)snprintf(source, sizeof source, "%.*s %.*s:%u-%u", PL_ARG(pl_bytes_sub(d->name, 0, 200)),
                   PL_ARG(path), (unsigned)d->first_line, (unsigned)d->last_line);
    st = pl_finding_fact(findings, finding, "source function", pl_bytes_of_str(source), err);
    if (st == PL_OK && n_added > 0)
        st = pl_finding_fact(findings, finding, "imports and calls that the source function lacks",
                             pl_bytes_of_str(added), err);
    if (st == PL_OK && n_missing > 0)
        st = pl_finding_fact(findings, finding, "calls of the source function that are missing",
                             pl_bytes_of_str(missing), err);
    return st;
}

static pl_status report_all(const struct changed *c, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t first = 0; first < c->leads.n && st == PL_OK;) {
        size_t end = first + 1;
        while (end < c->leads.n && c->leads.v[end].subject == c->leads.v[first].subject)
            end++;
        st = report(c, first, end, err);
        first = end;
    }
    return st;
}

pl_status pl_code_check_changed(const struct pl_code_result *r, struct pl_err *err)
{
    struct changed c = {.r = r};
    if (pl_codebase_links_all(r->a->cb) || pl_codebase_is_linked_whole(r->a->cb))
        return PL_OK;
    pl_status st = PL_OK;
    for (uint32_t i = 0; i < r->a->subjects.n && st == PL_OK; i++) {
        if (!r->is_known[i])
            continue;
        st = find_added(&c, i, err);
        if (st == PL_OK)
            st = find_missing(&c, i, err);
    }
    if (st == PL_OK)
        st = sort_keys(&c, err);
    if (st == PL_OK)
        st = report_all(&c, err);
    PL_VEC_FREE(&c.leads);
    return st;
}
