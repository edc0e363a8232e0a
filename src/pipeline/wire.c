/*
 * wire.c - writing records.
 *
 * Every field of struct pl_file that judge and report read is here and in wire_read.c, in the same order; a test compares the reports of a confined
 * examination and of one in the same process.
 */
#include "pipeline/wire.h"

#include <string.h>

#if defined(__x86_64__)
_Static_assert(sizeof(struct pl_claim) == 56 && sizeof(struct pl_finding) == 352 &&
                   sizeof(struct pl_residue) == 88 && sizeof(struct pl_foreign) == 56 &&
                   sizeof(struct pl_script_run) == 104 && sizeof(struct pl_script_account) == 40 &&
                   sizeof(struct pl_file) == 808,
               "a record has changed: write and read its new fields here and in wire_read.c");
#endif

static void write_facts(struct pl_wire_out *w, const struct pl_fact *facts, size_t max)
{
    size_t n = 0;
    while (n < max && facts[n].name != NULL)
        n++;
    pl_wire_u64(w, n);
    for (size_t i = 0; i < n; i++) {
        pl_wire_text(w, facts[i].name);
        pl_wire_bytes(w, facts[i].value);
    }
}

void pl_wire_findings(struct pl_wire_out *w, const struct pl_findings *f, size_t first)
{
    pl_wire_u64(w, f->list.n - first);
    for (size_t i = first; i < f->list.n; i++) {
        const struct pl_finding *x = &f->list.v[i];
        pl_wire_text(w, x->tag);
        pl_wire_u64(w, x->severity);
        pl_wire_u64(w, x->offset);
        pl_wire_u64(w, x->length);
        pl_wire_bytes(w, pl_bytes_of_str(x->message));
        write_facts(w, x->facts, PL_FINDING_FACTS);
    }
    pl_wire_u64(w, f->dropped);
    pl_wire_u64(w, f->dropped_errors);
}

static void write_ledger(struct pl_wire_out *w, const struct pl_ledger *l)
{
    pl_wire_u64(w, l->settled.n);
    for (size_t i = 0; i < l->settled.n; i++) {
        const struct pl_claim *c = &l->settled.v[i];
        pl_wire_u64(w, c->length);
        pl_wire_u64(w, c->class);
        pl_wire_u64(w, c->grade);
        pl_wire_text_beside(w, PL_WIRE_RULE, c->rule);
        pl_wire_text_beside(w, PL_WIRE_SOURCE, c->source);
        pl_wire_u64(w, c->source_offset + 1); /* PL_NO_OFFSET is 0 */
        pl_wire_text_beside(w, PL_WIRE_NOTE, c->note);
    }
}

static void write_residues(struct pl_wire_out *w, const struct pl_file *f)
{
    pl_wire_u64(w, f->residues.n);
    for (size_t i = 0; i < f->residues.n; i++) {
        const struct pl_residue *x = &f->residues.v[i];
        pl_wire_u64(w, x->offset);
        pl_wire_u64(w, x->length);
        pl_wire_u64(w, x->words);
        pl_wire_u64(w, x->novel_words);
        pl_wire_u64(w, x->is_data);
        pl_wire_u64(w, x->unevenness);
        pl_wire_bytes(w, x->made);
        pl_wire_bytes(w, x->sample);
        pl_wire_bytes(w, x->bytes);
    }
}

static void write_foreign(struct pl_wire_out *w, const struct pl_file *f)
{
    pl_wire_u64(w, f->foreign.n);
    for (size_t i = 0; i < f->foreign.n; i++) {
        const struct pl_foreign *x = &f->foreign.v[i];
        pl_wire_u64(w, x->kind);
        pl_wire_u64(w, x->offset);
        pl_wire_u64(w, x->length);
        pl_wire_bytes(w, x->text);
        pl_wire_text(w, x->loose_rule);
        pl_wire_u64(w, x->novel_words);
        pl_wire_u64(w, x->is_used);
        pl_wire_u64(w, x->names_place);
        pl_wire_u64(w, x->names_host);
    }
    for (int i = 0; i < PL_FOREIGN_KINDS; i++)
        pl_wire_u64(w, f->asked[i]);
}

static void write_script(struct pl_wire_out *w, const struct pl_file *f)
{
    const struct pl_script_account *a = &f->script;
    const uint64_t account[] = {a->atoms, a->explained, a->helper, a->context, a->novel};
    for (size_t i = 0; i < sizeof account / sizeof account[0]; i++)
        pl_wire_u64(w, account[i]);
    pl_wire_u64(w, f->script_runs.n);
    for (size_t i = 0; i < f->script_runs.n; i++) {
        const struct pl_script_run *x = &f->script_runs.v[i];
        const uint64_t numbers[] = {x->offset,          x->length,           x->context,
                                    x->novel,           x->novel_weak,       x->sensitive_context,
                                    x->sensitive_novel, x->sensitive_beside, x->addresses,
                                    x->escaped,         x->numbers,          x->bare};
        for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
            pl_wire_u64(w, numbers[k]);
        pl_wire_bytes(w, x->sample);
        pl_wire_bytes(w, x->bytes);
        pl_wire_bytes(w, x->missing);
    }
}

static void write_lines(struct pl_wire_out *w, const struct pl_file *f)
{
    pl_wire_u64(w, f->lines.n);
    for (size_t i = 0; i < f->lines.n; i++) {
        pl_wire_u64(w, f->lines.v[i].offset);
        pl_wire_u64(w, f->lines.v[i].line);
    }
}

void pl_wire_file(struct pl_wire_out *w, const struct pl_file *f)
{
    pl_wire_u64(w, f->order);
    pl_wire_u64(w, (uint64_t)f->parent_order + 1); /* PL_NO_PARENT is 0 */
    pl_wire_bytes(w, f->path);
    pl_wire_bytes(w, f->name);
    pl_wire_u64(w, f->type);
    pl_wire_u64(w, f->mode);
    pl_wire_bytes(w, f->link_target);
    pl_wire_u64(w, f->depth);
    pl_wire_u64(w, f->size);
    pl_wire_text(w, f->container);
    pl_wire_u64(w, f->is_whole);
    pl_wire_u64(w, f->has_digests);
    pl_buf_add(w->out, pl_bytes_of(f->sha256.b, sizeof f->sha256.b));
    pl_buf_add(w->out, pl_bytes_of(f->git_blob.b, sizeof f->git_blob.b));
    pl_buf_add(w->out, pl_bytes_of(f->md5.b, sizeof f->md5.b));
    write_facts(w, f->facts, PL_FILE_FACTS);
    pl_wire_text(w, f->kind);
    pl_wire_u64(w, f->role);
    pl_wire_u64(w, f->is_asked);
    pl_wire_u64(w, f->is_added);
    pl_wire_u64(w, f->is_other_version);
    pl_wire_u64(w, f->is_of_absent);
    pl_wire_u64(w, f->blob.offset);
    pl_wire_u64(w, f->blob.length);
    pl_wire_u64(w, f->blob.entropy_ppm);
    pl_wire_u64(w, f->blob.is_text);
    write_ledger(w, &f->ledger);
    pl_wire_findings(w, &f->findings, 0);
    write_residues(w, f);
    write_foreign(w, f);
    write_script(w, f);
    write_lines(w, f);
}

void pl_wire_source_git(struct pl_wire_out *w, const struct pl_source_git *git)
{
    pl_wire_u64(w, git != NULL);
    if (git == NULL)
        return;
    pl_wire_text(w, git->commit);
    pl_wire_text(w, git->tree);
    pl_wire_text(w, git->tag);
    pl_wire_text(w, git->ref);
    pl_wire_text(w, git->folder);
    pl_wire_u64(w, git->is_found);
    pl_wire_bytes(w, git->signature);
    pl_wire_bytes(w, git->signed_text);
}

void pl_wire_error(struct pl_wire_out *w, const struct pl_err *why)
{
    pl_wire_u64(w, (uint64_t) - (int64_t)why->status);
    pl_wire_u64(w, why->offset);
    pl_wire_text(w, why->subject);
    pl_wire_text(w, why->text);
    pl_wire_text(w, why->hint);
}
