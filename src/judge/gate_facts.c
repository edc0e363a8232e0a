/*
 * gate_facts.c - one pass over the ledgers of a report.
 */
#include "judge/gate_facts.h"

#include "judge/judge.h"

#include <string.h>

static void weigh(struct pl_weight *w, const struct pl_claim *c, enum pl_class class)
{
    const char *was = class == PL_CLASS_OPAQUE ? "waiver.opaque" : "waiver.unaccounted";
    w->all += c->length;
    if (c->class == class)
        w->bad += c->length;
    else if (c->class == PL_CLASS_WAIVED && strcmp(c->rule, was) == 0)
        w->waived += c->length;
}

static void add_file(const struct pl_file *f, struct pl_gate_facts *out)
{
    bool is_passive = f->role == PL_ROLE_PASSIVE;
    uint64_t *grades = pl_is_code(f) ? out->measure.code : out->measure.text;
    for (size_t k = 0; k < f->ledger.settled.n; k++) {
        const struct pl_claim *c = &f->ledger.settled.v[k];
        if (c->class == PL_CLASS_MEMBERS)
            continue;
        weigh(is_passive ? &out->passive : &out->active, c, PL_CLASS_UNACCOUNTED);
        weigh(&out->opaque, c, PL_CLASS_OPAQUE);
        if (c->class == PL_CLASS_DERIVED && !is_passive)
            grades[c->grade] += c->length;
    }
}

static void add_bytes(const struct pl_report *r, struct pl_gate_facts *out)
{
    out->has_bytes = true;
    for (size_t i = 0; i < r->files.n; i++)
        add_file(r->files.v[i], out);
    out->measure.active = out->active.all;
    out->measure.active_unaccounted = out->active.bad;
    out->measure.passive = out->passive.all;
    out->measure.passive_unaccounted = out->passive.bad;
}

void pl_measure_of(const struct pl_report *r, struct pl_measure *out)
{
    struct pl_gate_facts facts = {0};
    add_bytes(r, &facts);
    *out = facts.measure;
}

void pl_gate_facts_of(const struct pl_report *r, struct pl_gate_facts *out)
{
    *out = (struct pl_gate_facts){.exit = r->exit,
                                  .level = r->level,
                                  .uncapped_level = r->level,
                                  .has_chain_level = r->has_chain_level,
                                  .chain_level = r->chain_level,
                                  .sources = r->sources.n};
    memcpy(out->links, r->links, sizeof out->links);
    for (size_t i = 0; i < r->placed.n; i++) {
        const struct pl_finding *f = r->placed.v[i].finding;
        out->errors += f->severity == PL_SEVERITY_ERROR;
        out->waived_findings += f->waiver != NULL;
    }
    for (size_t i = 0; i < r->sources.n; i++)
        out->sources_by_how[r->sources.v[i].how]++;
    add_bytes(r, out);
}
