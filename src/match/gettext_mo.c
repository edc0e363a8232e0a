/*
 * gettext_mo.c - compiled message catalogues, made again from the .po files of the source.
 *
 *     1. LANG.po compiled as msgfmt does is the file, byte for byte: generated.
 *     2. else message by message: a string whose message stands in LANG.po is derived, the tables are structure.
 *
 * A string that no .po of that language has stays unaccounted; so does a hash table that is not the one of the messages.
 * Source: GNU gettext manual, "MO Files" and "msgfmt Invocation".
 */
#include "base/map.h"
#include "format/text/mo.h"
#include "format/text/po.h"
#include "match/debian.h"

#include <string.h>

#define RULE "gettext.mo"

/* "de" of usr/share/locale/de/LC_MESSAGES/xz.mo; no bytes when the place is another. */
static pl_bytes language_of(const struct pl_file *f)
{
    size_t end = pl_bytes_find(f->name, PL_LIT("/LC_MESSAGES/"), 0);
    return end == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_basename(pl_bytes_sub(f->name, 0, end));
}

static bool is_language(pl_bytes path, pl_bytes language)
{
    pl_bytes name = pl_bytes_basename(path);
    return name.n == language.n + 3 && pl_bytes_starts(name, language) &&
           pl_bytes_ends(name, PL_LIT(".po")) && !pl_bytes_starts(path, PL_LIT("debian/po/"));
}

struct catalogue {
    const struct pl_match *m;
    struct pl_file *f;
    struct pl_mo mo;
    bool *is_known;      /* one a message */
    const char **source; /* of the file that has it */
};

static pl_status is_same(const struct catalogue *c, const struct pl_po *po, bool *same, struct pl_err *err)
{
    pl_status st = PL_OK;
    *same = false;
    for (int way = 0; st == PL_OK && !*same && way < 4; way++) {
        struct pl_buf out;
        pl_buf_init(&out, (size_t)1 << 30);
        st = pl_po_compile(po, (way & 1) == 0, (way & 2) == 0, c->m->scratch, &out, err);
        st = st == PL_E_LIMIT ? PL_OK : st; /* a .po that cannot be compiled is not the one */
        *same = st == PL_OK && out.why == PL_OK && pl_bytes_eq(pl_buf_bytes(&out), c->f->data);
        pl_buf_reset(&out);
    }
    return st;
}

/* Mark the messages that this .po has. */
static pl_status mark_known(struct catalogue *c, const struct pl_po *po, const char *path, struct pl_err *err)
{
    struct pl_map by_key;
    pl_status st = PL_OK;
    pl_map_init(&by_key);
    for (size_t i = 0; st == PL_OK && i < po->messages.n; i++)
        if (!po->messages.v[i].is_fuzzy || po->messages.v[i].key.n == 0)
            st = pl_map_set(&by_key, po->messages.v[i].key, i, err);
    for (size_t i = 0; st == PL_OK && i < c->mo.messages.n; i++) {
        const struct pl_mo_message *m = &c->mo.messages.v[i];
        uint64_t at;
        if (c->is_known[i] || !pl_map_get(&by_key, m->key, &at))
            continue;
        pl_bytes value = po->messages.v[at].value;
        bool fits = pl_bytes_eq(value, m->value);
        if (!fits && m->key.n == 0)
            fits = pl_bytes_eq(pl_po_without_pot_date(c->m->scratch, value), m->value);
        if (fits) {
            c->is_known[i] = true;
            c->source[i] = path;
        }
    }
    pl_map_reset(&by_key);
    return st;
}

static pl_status try_po(struct catalogue *c, const struct pl_source_file *s, bool *same, struct pl_err *err)
{
    struct pl_po po = {0};
    *same = false;
    pl_status st = pl_po_parse(s->data, c->m->scratch, &po, err);
    if (st != PL_OK) /* a damaged .po explains nothing */
        return st == PL_E_NOMEM ? st : PL_OK;
    st = is_same(c, &po, same, err);
    if (st == PL_OK && *same) {
        struct pl_claim how = {.class = PL_CLASS_GENERATED, .rule = RULE, .source = pl_own_name(s)};
        st = pl_remade_claim(c->f, 0, c->f->data.n, &how, err);
    } else if (st == PL_OK) {
        st = mark_known(c, &po, pl_own_name(s), err);
    }
    pl_po_reset(&po);
    return st;
}

static pl_status claim_ranges(struct catalogue *c, struct pl_err *err)
{
    pl_status st = PL_OK;
    size_t known = 0;
    for (size_t i = 0; i < c->mo.messages.n; i++)
        known += c->is_known[i];
    for (size_t i = 0; st == PL_OK && known > 0 && i < c->mo.ranges.n; i++) {
        const struct pl_mo_range *r = &c->mo.ranges.v[i];
        struct pl_claim how = {.class = PL_CLASS_STRUCTURE, .rule = RULE};
        if (r->message != SIZE_MAX) {
            if (!c->is_known[r->message])
                continue;
            how = (struct pl_claim){.class = PL_CLASS_DERIVED,
                                    .grade = PL_GRADE_A,
                                    .rule = RULE,
                                    .source = c->source[r->message]};
        }
        st = pl_remade_claim(c->f, r->offset, r->length, &how, err);
    }
    return st;
}

static pl_status try_all(struct catalogue *c, struct pl_err *err)
{
    pl_bytes language = language_of(c->f);
    bool same = false;
    pl_status st = PL_OK;
    for (size_t t = 0; t < pl_index_tree_count(c->m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(c->m->index, t);
        for (size_t i = 0; st == PL_OK && !same && tree->rank == PL_RANK_OWN && i < tree->files.n; i++)
            if (is_language(tree->files.v[i].path, language))
                st = try_po(c, &tree->files.v[i], &same, err);
    }
    return st == PL_OK && !same ? claim_ranges(c, err) : st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct catalogue c = {.m = m, .f = f};
    uint64_t offset;
    uint64_t length;
    bool is_unclaimed = pl_ledger_gap(&f->ledger, 0, &offset, &length) && length == f->size;
    if (!is_unclaimed || !pl_mo_probe(f->data) || language_of(f).n == 0)
        return PL_OK;
    pl_status st = pl_mo_parse(f->data, m->scratch, &c.mo, err);
    if (st != PL_OK)
        return st == PL_E_NOMEM ? st : PL_OK;
    c.is_known = pl_arena_take_n(m->scratch, c.mo.messages.n + 1, sizeof *c.is_known);
    c.source = pl_arena_take_n(m->scratch, c.mo.messages.n + 1, sizeof *c.source);
    st = c.is_known == NULL || c.source == NULL ? pl_arena_fail(m->scratch, err) : try_all(&c, err);
    pl_mo_reset(&c.mo);
    return st;
}

const struct pl_rung pl_rung_gettext_mo = {
    .rule = RULE,
    .what =
        "A message catalogue is made again from the language's .po, or each of its messages is found there.",
    .source = "GNU gettext manual, \"The Format of GNU MO Files\"",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
