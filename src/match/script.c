/*
 * script.c - the rung for what was built without a compiler: minified, transpiled and bundled programs, style sheets, declarations.
 *
 * The file's atoms are chained against those of all sources (script_chain.c); bytes inherit from atoms (script_claim.c); what is left is
 * listed in runs for the judge (script_runs.c).
 */
#include "classify/classify.h"
#include "match/claim.h"
#include "match/script_claim.h"
#include "match/script_helpers.h"
#include "match/script_mangle.h"

#include "format/text/words.h"

#include <stdio.h>
#include <stdlib.h>

#define LOOK_AHEAD 16u

/* Languages in which the whole file is compared atom by atom. In the others lines are what counts (text.coverage). */
static bool is_rewritten(const struct pl_lex_language *language)
{
    return !(language->habits & PL_LEX_KEEPS_NAMES) || (language->habits & PL_LEX_TYPES) ||
           (language->habits & PL_LEX_STAR_COMMENTS);
}

/* Is the atom an identifier, quoted or not, that stands anywhere in the sources? */
static bool is_known_name(const struct pl_match *m, pl_bytes data, const struct pl_script_atom *a)
{
    pl_bytes text = pl_bytes_sub(data, a->at, a->length);
    pl_bytes word;
    if (a->kind != PL_ATOM_PROPERTY && a->kind != PL_ATOM_STRING && a->kind != PL_ATOM_MODULE)
        return false;
    if (a->kind == PL_ATOM_MODULE) {
        while (pl_words_next(&text, &word))
            if (!pl_index_has_word(m->index, word))
                return false;
        return true;
    }
    if (a->kind == PL_ATOM_STRING && text.n > 2)
        text = pl_bytes_sub(text, 1, text.n - 2);
    pl_bytes rest = text;
    return pl_words_next(&rest, &word) && word.n == text.n && pl_index_has_word(m->index, word);
}

static void add_home(const struct pl_script_set *set, uint32_t unit, struct pl_script_homes *homes)
{
    uint32_t home = pl_script_unit_of(set, unit);
    bool is_new = home < set->n_units && homes->n < PL_SCRIPT_HOMES;
    for (uint32_t i = 0; i < homes->n; i++)
        is_new = is_new && homes->units[i] != home;
    if (is_new)
        homes->units[homes->n++] = home;
}

/* Units of that name, the one in the folder that is most alike first. */
static void add_homes(const struct pl_match *m, const struct pl_file *f, const struct pl_script_set *set,
                      pl_bytes name, struct pl_script_homes *homes)
{
    pl_units units = pl_index_units_of_name(m->index, name);
    if (units.n > 1)
        add_home(set, pl_best_named(m, f, units), homes);
    for (size_t k = 0; k < units.n && homes->n < PL_SCRIPT_HOMES; k++)
        add_home(set, units.v[k], homes);
}

/* The file's name up to its last dot, then up to its first one, each with every suffix that a source can have. */
static struct pl_script_homes find_homes(const struct pl_match *m, const struct pl_file *f,
                                         const struct pl_script_set *set)
{
    static const char *const suffixes[] = {"ts", "tsx", "js", "mjs", "mts", "jsx", "cjs", "cts"};
    struct pl_script_homes homes = {.n = 0};
    pl_bytes base = pl_bytes_basename(f->name);
    size_t dots[2] = {pl_bytes_rfind_byte(base, '.'), pl_bytes_find_byte(base, '.', 0)};
    char text[128];
    for (size_t d = 0; d < (dots[0] == dots[1] ? 1u : 2u); d++) {
        pl_bytes stem = pl_bytes_sub(base, 0, dots[d]);
        for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0] && stem.n < 100; i++) {
            int n = snprintf(text, sizeof text, "%.*s.%s", PL_ARG(stem), suffixes[i]);
            add_homes(m, f, set, pl_bytes_of(text, (size_t)n), &homes);
        }
    }
    return homes;
}

static struct pl_script_link link_of(const struct pl_script_set *set, const struct pl_script_atom *a)
{
    bool is_literal = a->kind == PL_ATOM_STRING || a->kind == PL_ATOM_CONSTANT || a->kind == PL_ATOM_CHUNK;
    return (struct pl_script_link){.id = pl_script_id(set, a->hash),
                                   .class = PL_SCRIPT_NOVEL,
                                   .is_weak = a->is_weak,
                                   .is_sensitive = a->flags & PL_NAME_SENSITIVE,
                                   .is_literal = is_literal,
                                   .is_module = a->kind == PL_ATOM_MODULE};
}

/* The numbers of all atoms, each looked up a while after its slot was asked for: the table is larger than any cache. */
static void link_all(const struct pl_match *m, const struct pl_script_text *t, struct pl_script_link *links)
{
    for (size_t i = 0; i < t->n; i++) {
        if (i + LOOK_AHEAD < t->n)
            pl_script_expect(t->set, t->atoms[i + LOOK_AHEAD].hash);
        links[i] = link_of(t->set, &t->atoms[i]);
        /* Helpers ask it of atoms that no source has; of the others it is asked once the chain is there. */
        links[i].is_name = links[i].id == PL_NO_ATOM && is_known_name(m, t->f->data, &t->atoms[i]);
    }
}

static void name_strays(const struct pl_match *m, const struct pl_script_text *t,
                        struct pl_script_link *links)
{
    for (size_t i = 0; i < t->n; i++)
        if (links[i].class >= PL_SCRIPT_CONTEXT && !links[i].is_name)
            links[i].is_name = is_known_name(m, t->f->data, &t->atoms[i]);
}

/* What is moved, made up or folded. */
static pl_status settle(const struct pl_script_text *t, const struct pl_script_homes *homes, bool keeps_names,
                        struct pl_script_link *links, struct pl_err *err)
{
    pl_status st = PL_OK;
    uint64_t *scope = pl_script_scope_of(t->set, homes, links, t->n);
    if (scope == NULL)
        return pl_fail_nomem(err);
    if (!keeps_names) {
        pl_script_mark_small(t, links);
        st = pl_script_mark_folded(t, scope, links, err);
    }
    if (st == PL_OK)
        pl_script_settle_moved(t->set, scope, links, t->n);
    free(scope);
    return st;
}

static pl_status chain(const struct pl_match *m, struct pl_file *f, struct pl_script_text *t,
                       struct pl_script_atoms *atoms, struct pl_err *err)
{
    const struct pl_script_vocabulary *v = pl_scripts_vocabulary(m->scripts);
    bool keeps_names = t->language->habits & PL_LEX_KEEPS_NAMES;
    pl_status st =
        pl_scripts_set(m->scripts, keeps_names ? PL_SCRIPT_NAMES_KEPT : PL_SCRIPT_NAMES_ERASED, &t->set, err);
    if (st == PL_OK)
        st = pl_script_atoms(v, f->data, t->language, keeps_names, atoms, err);
    if (st != PL_OK)
        return st;
    struct pl_script_link *links = calloc(atoms->list.n + 1, sizeof *links);
    if (links == NULL)
        return pl_fail_nomem(err);
    t->atoms = atoms->list.v;
    t->n = atoms->list.n;
    t->links = links;
    t->marks = &atoms->marks;
    link_all(m, t, links);
    struct pl_script_homes homes = find_homes(m, f, t->set);
    if (!keeps_names)
        pl_script_helpers(pl_scripts_helpers(m->scripts), atoms->list.v, links, t->n);
    if (keeps_names)
        pl_script_chain(t->set, &homes, links, t->n);
    else
        st = pl_script_chain_mangled(t->set, &homes, t->atoms, links, t->n, err);
    if (st == PL_OK && !pl_script_settle_helpers(t->set, links, t->n))
        st = pl_fail_nomem(err);
    name_strays(m, t, links);
    if (st == PL_OK)
        st = settle(t, &homes, keeps_names, links, err);
    if (!keeps_names)
        pl_script_regenerator(v, t->atoms, links, t->n);
    if (st == PL_OK)
        st = pl_script_claim(t, err);
    if (st == PL_OK)
        st = pl_script_runs(t, err);
    if (st == PL_OK && !keeps_names)
        st = pl_script_lost(t, err);
    free(links);
    return st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    if (m->scripts == NULL || f->data.p == NULL || f->container != NULL || !f->is_whole || pl_is_image(f) ||
        !pl_is_unclaimed(f) || !pl_looks_like_text(f->data) || f->data.n > UINT32_MAX)
        return PL_OK;
    struct pl_script_text t = {.m = m, .f = f, .language = pl_lex_language_of(f->name, f->data)};
    struct pl_script_atoms atoms = {.wants_marks = true, .max_tokens = m->limits->tokens};
    if (t.language == NULL || !is_rewritten(t.language))
        return PL_OK;
    pl_status st = chain(m, f, &t, &atoms, err);
    PL_VEC_FREE(&atoms.list);
    pl_script_marks_reset(&atoms.marks);
    return st;
}

const struct pl_rung pl_rung_script_atoms = {
    .rule = "script.atoms",
    .what = "Strings, properties, globals and numbers of a script stand in a source in this order; local "
            "names may differ.",
    .source =
        "docs/matching.md, JavaScript and TypeScript: what minifiers, transpilers and bundlers must keep",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
