/*
 * script_runs.c - runs of atoms that nothing explains, and what makes them worth a look.
 *
 * What an attacker must bring along is novel: an address, a key, a name. What it does is named by a few dozen names that run code or reach out
 * of the program (script_names.def); whether the sources use these elsewhere makes no difference here.
 */
#include "match/script_claim.h"

#include "base/buf.h"
#include "format/text/words.h"

#include <string.h>

#define JOIN_ATOMS   3u /* explained ones between two parts of one run */
#define BESIDE_ATOMS 2u
#define SAMPLE_BYTES 160u
#define SHOWN_BYTES  60u
#define PACKED_BYTES 200u /* a string without a blank that is longer is data */

struct runs {
    const struct pl_script_text *t;
    struct pl_script_run run;
    struct pl_buf sample;
    const struct pl_script_vocabulary *v;
    bool is_open;
    uint32_t regexes; /* novel ones: they can do nothing, whatever calls them */
    pl_bytes missing; /* a source without which part of this file cannot be explained */
    size_t first;     /* the first and the last atom of the run */
    size_t last;
};

static bool is_unexplained(const struct pl_script_link *link)
{
    return link->class == PL_SCRIPT_CONTEXT || link->class == PL_SCRIPT_NOVEL;
}

static pl_bytes text_of(const struct pl_script_text *t, size_t a)
{
    return pl_bytes_sub(t->f->data, t->atoms[a].at, t->atoms[a].length);
}

/* Four numbers with dots, each below 1,000, with no digit or dot around them. */
static bool has_ipv4(pl_bytes text)
{
    unsigned dots = 0;
    unsigned digits = 0;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t b = text.p[i];
        if (b >= '0' && b <= '9') {
            digits++;
            if (dots == 3 && digits > 0 && digits <= 3)
                return true;
        } else if (b == '.' && digits > 0 && digits <= 3) {
            dots++;
            digits = 0;
        } else {
            dots = 0;
            digits = 0;
        }
    }
    return false;
}

static bool has_address(pl_bytes text)
{
    return pl_bytes_find(text, PL_LIT("://"), 0) != SIZE_MAX || has_ipv4(text);
}

/* A long run of letters and digits without a blank: base64, hex, or code. */
static bool is_packed(pl_bytes text)
{
    size_t dense = 0;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t b = text.p[i];
        bool is_dense = (b >= '0' && b <= '9') || ((b | 0x20) >= 'a' && (b | 0x20) <= 'z') || b == '+' ||
                        b == '/' || b == '=' || b == '\\';
        dense = is_dense ? dense + 1 : 0;
        if (dense >= PACKED_BYTES)
            return true;
    }
    return false;
}

/* Does a string name what runs code or reaches out: code in a string? */
static bool has_sensitive_word(const struct runs *x, pl_bytes text)
{
    pl_bytes word;
    while (pl_words_next(&text, &word))
        if (pl_script_name_flags(x->v, pl_script_hash(x->v, word)) & PL_NAME_SENSITIVE)
            return true;
    return false;
}

static void count(struct runs *x, size_t a)
{
    const struct pl_script_atom *atom = &x->t->atoms[a];
    bool is_sensitive = atom->flags & PL_NAME_SENSITIVE;
    bool is_string =
        atom->kind == PL_ATOM_STRING || atom->kind == PL_ATOM_CHUNK || atom->kind == PL_ATOM_MODULE;
    pl_bytes text = text_of(x->t, a);
    x->run.numbers += atom->kind == PL_ATOM_CONSTANT;
    if (x->t->links[a].class == PL_SCRIPT_CONTEXT || x->t->links[a].is_name) {
        x->run.context++;
        x->run.sensitive_context += is_sensitive;
        return;
    }
    x->run.novel++;
    x->run.novel_weak += atom->is_weak;
    x->regexes += atom->kind == PL_ATOM_REGEX;
    x->run.sensitive_novel += is_sensitive || (is_string && has_sensitive_word(x, text));
    x->run.addresses += is_string && has_address(text);
    x->run.escaped += is_string && (atom->is_escaped || is_packed(text));
    if (x->sample.n < SAMPLE_BYTES && !atom->is_weak) {
        pl_buf_add_str(&x->sample, x->sample.n > 0 ? ", " : "");
        pl_buf_add(&x->sample, pl_bytes_sub(text, 0, SHOWN_BYTES));
    }
}

/* Explained names beside the run that do something with it. */
static void count_beside(struct runs *x)
{
    size_t from = x->first >= BESIDE_ATOMS ? x->first - BESIDE_ATOMS : 0;
    for (size_t a = from; a < x->t->n && a <= x->last + BESIDE_ATOMS; a++)
        if (!is_unexplained(&x->t->links[a]) && (x->t->atoms[a].flags & PL_NAME_SENSITIVE))
            x->run.sensitive_beside++;
}

static pl_status end_run(struct runs *x, struct pl_err *err)
{
    if (!x->is_open)
        return PL_OK;
    if (x->run.novel > x->regexes)
        count_beside(x);
    struct pl_script_run *slot = PL_VEC_ADD(&x->t->f->script_runs);
    if (slot == NULL || x->sample.why == PL_E_NOMEM)
        return pl_fail_nomem(err);
    const struct pl_script_atom *last = &x->t->atoms[x->last];
    x->run.length = last->at + last->length - x->run.offset;
    x->run.sample = pl_arena_keep(x->t->m->arena, pl_buf_bytes(&x->sample));
    if (x->missing.n > 0 && pl_script_is_module_sized(x->t, x->first, x->last))
        x->run.missing = x->missing;
    *slot = x->run;
    x->is_open = false;
    pl_buf_clear(&x->sample);
    return x->run.sample.p == NULL ? pl_arena_fail(x->t->m->arena, err) : PL_OK;
}

static void tally(struct pl_script_account *sum, const struct pl_script_link *link)
{
    uint8_t class = link->class == PL_SCRIPT_NOVEL && link->is_name ? PL_SCRIPT_CONTEXT : link->class;
    sum->atoms++;
    sum->explained += class == PL_SCRIPT_EXPLAINED || class == PL_SCRIPT_MOVED;
    sum->helper += class == PL_SCRIPT_HELPER;
    sum->context += class == PL_SCRIPT_CONTEXT;
    sum->novel += class == PL_SCRIPT_NOVEL;
}

pl_status pl_script_runs(const struct pl_script_text *t, struct pl_err *err)
{
    struct runs x = {.t = t, .v = pl_scripts_vocabulary(t->m->scripts), .missing = pl_script_missing_of(t)};
    pl_status st = PL_OK;
    pl_buf_init(&x.sample, SAMPLE_BYTES + SHOWN_BYTES + 8);
    for (size_t a = 0; a < t->n && st == PL_OK; a++) {
        tally(&t->f->script, &t->links[a]);
        if (!is_unexplained(&t->links[a]))
            continue;
        if (x.is_open && a - x.last > JOIN_ATOMS)
            st = end_run(&x, err);
        if (!x.is_open) {
            x.run = (struct pl_script_run){.offset = t->atoms[a].at};
            x.is_open = true;
            x.regexes = 0;
            x.first = a;
        }
        x.last = a;
        count(&x, a);
    }
    if (st == PL_OK)
        st = end_run(&x, err);
    pl_buf_reset(&x.sample);
    return st;
}
