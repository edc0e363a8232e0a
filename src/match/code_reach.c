/*
 * code_reach.c - how control reaches a function, and what to call it.
 *
 * Entries are what the loader calls; then come the instructions that name the function, then pointers in data. Nothing is followed further
 * than one step.
 */
#include "match/code_result.h"

#define NAME_BYTES 200u /* shown of a name */

bool pl_code_end_is_accounted(enum pl_code_end end)
{
    return end == PL_CODE_RUNTIME || end == PL_CODE_MATCHED || end == PL_CODE_PLACED;
}

uint32_t pl_code_function_holding(const struct pl_code *code, uint64_t offset)
{
    for (size_t i = 0; i < code->n_functions; i++)
        if (offset - code->functions[i].offset < code->functions[i].size)
            return (uint32_t)i;
    return PL_NO_TARGET;
}

static void add_definition(struct pl_buf *out, const struct pl_definition *d)
{
    if (d->scope.n > 0)
        pl_buf_printf(out, "%.*s::", PL_ARG(pl_bytes_sub(d->scope, 0, NAME_BYTES)));
    pl_buf_add(out, pl_bytes_sub(d->name, 0, NAME_BYTES));
}

void pl_code_add_name(struct pl_buf *out, const struct pl_code_result *r, uint32_t subject)
{
    const struct pl_subject *s = &r->a->subjects.v[subject];
    const struct pl_function *fn = &r->a->code->functions[s->function];
    if (s->definition != PL_NO_DEFINITION) {
        add_definition(out, pl_codebase_at(r->a->cb, s->definition)->definition);
    } else if (fn->name.n > 0) {
        pl_buf_add(out, pl_bytes_sub(fn->name, 0, NAME_BYTES));
    } else {
        pl_buf_printf(out, "function at 0x%llx", (unsigned long long)fn->offset);
    }
}

/* Byte of the first instruction of `caller` that names a function of `subject`; the caller's own when a split-off part does. */
static uint64_t place_of_call(const struct pl_code_result *r, uint32_t caller, uint32_t subject)
{
    const struct pl_code *code = r->a->code;
    const struct pl_function *fn = &code->functions[r->a->subjects.v[caller].function];
    for (uint32_t i = 0; i < fn->n_atoms; i++) {
        const struct pl_atom *atom = &code->atoms[fn->first_atom + i];
        if (atom->kind == PL_ATOM_CALL && atom->target != PL_NO_TARGET &&
            r->a->subject_of[code->functions[atom->target].owner] == subject)
            return atom->at;
    }
    return fn->offset;
}

struct ways {
    struct pl_code_way *v;
    size_t n, max;
};

static void add(struct ways *w, struct pl_code_way way)
{
    if (w->n < w->max)
        w->v[w->n] = way;
    w->n++;
}

static void add_callers(struct ways *w, const struct pl_code_result *r, uint32_t subject, bool is_accounted)
{
    const struct pl_subject *s = &r->a->subjects.v[subject];
    for (uint32_t i = 0; i < s->n_callers; i++) {
        uint32_t caller = r->a->callers.v[s->first_caller + i];
        if (pl_code_end_is_accounted(r->grades[caller].end) == is_accounted)
            add(w, (struct pl_code_way){.subject = caller, .offset = place_of_call(r, caller, subject)});
    }
}

size_t pl_code_ways(const struct pl_code_result *r, uint32_t subject, struct pl_code_way *out, size_t max)
{
    const struct pl_code *code = r->a->code;
    uint32_t function = r->a->subjects.v[subject].function;
    struct ways w = {.v = out, .max = max};
    for (size_t i = 0; i < code->n_entries; i++)
        if (code->entries[i].function == function)
            add(&w, (struct pl_code_way){.entry = code->entries[i].what, .subject = PL_NO_TARGET});
    add_callers(&w, r, subject, true);
    add_callers(&w, r, subject, false);
    for (size_t i = 0; i < code->n_slots && w.n < max; i++)
        if (code->slots[i].function == function)
            add(&w, (struct pl_code_way){
                        .subject = PL_NO_TARGET, .offset = code->slots[i].address, .is_pointer = true});
    return w.n;
}

void pl_code_add_way(struct pl_buf *out, const struct pl_code_result *r, const struct pl_code_way *way)
{
    if (way->entry != NULL) {
        pl_buf_add_str(out, way->entry);
    } else if (way->is_pointer) {
        pl_buf_printf(out, "a pointer at address 0x%llx", (unsigned long long)way->offset);
    } else {
        uint64_t start = r->a->code->functions[r->a->subjects.v[way->subject].function].offset;
        pl_code_add_name(out, r, way->subject);
        pl_buf_printf(out, "+0x%llx", (unsigned long long)(way->offset - start));
    }
}

uint32_t pl_code_facts_found(const struct pl_aligner *a, const struct pl_subject *s, uint32_t id)
{
    struct pl_id_list closure = pl_codebase_closure(a->cb, id);
    uint32_t found = 0;
    for (uint32_t i = 0; i < s->n_facts; i++) {
        const struct pl_code_fact *fact = &a->facts.v[s->first_fact + i];
        bool is_there = false;
        for (unsigned k = 0; k < fact->n && !is_there; k++)
            is_there = pl_id_list_has(closure, fact->feature[k]);
        found += is_there;
    }
    return found;
}

void pl_code_add_candidate(struct pl_buf *out, const struct pl_code_result *r, uint32_t subject, uint32_t id,
                           int32_t score)
{
    const struct pl_codebase_entry *e = pl_codebase_at(r->a->cb, id);
    const struct pl_subject *s = &r->a->subjects.v[subject];
    unsigned tenths = score < 0 ? (unsigned)-score : (unsigned)score;
    add_definition(out, e->definition);
    pl_buf_printf(out, " %.*s:%u-%u, %u of %u atoms, score %s%u.%u bits",
                  PL_ARG(pl_index_unit_file(pl_codebase_index(r->a->cb), e->unit)->path),
                  (unsigned)e->definition->first_line, (unsigned)e->definition->last_line,
                  (unsigned)pl_code_facts_found(r->a, s, id), (unsigned)s->n_facts, score < 0 ? "-" : "",
                  tenths / 10, tenths % 10);
}
