/*
 * wire_read.c - reading records back, from a process that may have been taken over by what it examined.
 *
 * It can still lie about what it saw. It cannot make this process read or write where it should not, take more memory than the arena's maximum,
 * or hand over a ledger that does not sum.
 */
#include "pipeline/wire.h"

#include "base/size.h"

#include <stdio.h>
#include <string.h>

static uint32_t take_u32(struct pl_wire_in *w)
{
    return (uint32_t)pl_wire_take_below(w, 1ull << 32);
}

static void read_facts(struct pl_wire_in *w, struct pl_fact *facts, size_t max)
{
    size_t n = (size_t)pl_wire_take_below(w, max + 1);
    for (size_t i = 0; i < n && !w->c.bad; i++) {
        facts[i].name = pl_wire_take_text(w);
        facts[i].value = pl_wire_take_bytes(w);
        pl_wire_require(w, facts[i].name != NULL);
    }
}

static bool is_range(uint64_t offset, uint64_t length, uint64_t size)
{
    return offset <= size && length <= size - offset;
}

void pl_wire_take_findings(struct pl_wire_in *w, struct pl_findings *f)
{
    size_t n = pl_wire_take_count(w, 7);
    pl_wire_require(w, n <= pl_findings_room(f));
    for (size_t i = 0; i < n && !w->c.bad; i++) {
        struct pl_finding x = {0};
        x.tag = pl_wire_take_text(w);
        x.severity = (enum pl_severity)pl_wire_take_below(w, PL_SEVERITY_ERROR + 1);
        x.offset = pl_wire_take_u64(w);
        x.length = pl_wire_take_u64(w);
        x.message = pl_wire_keep_text(w, pl_wire_take_view(w));
        read_facts(w, x.facts, PL_FINDING_FACTS);
        pl_wire_require(w, x.tag != NULL && pl_tag_find(x.tag) != NULL && x.message != NULL);
        pl_wire_require(w, x.offset == PL_NO_OFFSET || is_range(x.offset, x.length, UINT64_MAX));
        struct pl_finding *slot = w->c.bad ? NULL : PL_VEC_ADD(&f->list);
        if (slot != NULL)
            *slot = x;
        else if (!w->c.bad)
            pl_wire_no_memory(w);
    }
    f->dropped = pl_wire_take_u64(w);
    f->dropped_errors = pl_wire_take_u64(w);
}

static void read_ledger(struct pl_wire_in *w, struct pl_file *f)
{
    size_t n = pl_wire_take_count(w, 7);
    uint64_t at = 0;
    pl_ledger_init(&f->ledger, f->size);
    for (size_t i = 0; i < n && !w->c.bad; i++) {
        struct pl_claim c = {.offset = at};
        c.length = pl_wire_take_u64(w);
        c.class = (enum pl_class)pl_wire_take_below(w, PL_CLASS_COUNT + 1);
        c.grade = (enum pl_grade)pl_wire_take_below(w, PL_GRADE_COUNT);
        c.rule = pl_wire_take_text_beside(w, PL_WIRE_RULE);
        c.source = pl_wire_take_text_beside(w, PL_WIRE_SOURCE);
        c.source_offset = pl_wire_take_u64(w) - 1;
        c.note = pl_wire_take_text_beside(w, PL_WIRE_NOTE);
        pl_wire_require(w, c.length > 0 && is_range(at, c.length, f->size) && c.rule != NULL);
        pl_wire_require(w, (c.class == PL_CLASS_DERIVED) == (c.grade != PL_GRADE_NONE));
        pl_wire_require(w, c.class != PL_CLASS_MEMBERS || f->container != NULL);
        struct pl_claim *slot = w->c.bad ? NULL : PL_VEC_ADD(&f->ledger.settled);
        if (slot != NULL)
            *slot = c;
        else if (!w->c.bad)
            pl_wire_no_memory(w);
        at += w->c.bad ? 0 : c.length;
    }
    pl_wire_require(w, at == f->size);
    f->ledger.is_sealed = true;
}

static void read_residues(struct pl_wire_in *w, struct pl_file *f)
{
    size_t n = pl_wire_take_count(w, 8);
    for (size_t i = 0; i < n && !w->c.bad; i++) {
        struct pl_residue x = {0};
        x.offset = pl_wire_take_u64(w);
        x.length = pl_wire_take_u64(w);
        x.words = take_u32(w);
        x.novel_words = take_u32(w);
        x.is_data = pl_wire_take_bool(w);
        x.unevenness = pl_wire_take_u64(w);
        x.made = pl_wire_take_bytes(w);
        x.sample = pl_wire_take_bytes(w);
        x.bytes = pl_wire_take_bytes(w);
        pl_wire_require(w, is_range(x.offset, x.length, f->size));
        struct pl_residue *slot = w->c.bad ? NULL : PL_VEC_ADD(&f->residues);
        if (slot != NULL)
            *slot = x;
        else if (!w->c.bad)
            pl_wire_no_memory(w);
    }
}

static void read_foreign(struct pl_wire_in *w, struct pl_file *f)
{
    size_t n = pl_wire_take_count(w, 8);
    for (size_t i = 0; i < n && !w->c.bad; i++) {
        struct pl_foreign x = {0};
        x.kind = (enum pl_foreign_kind)pl_wire_take_below(w, PL_FOREIGN_KINDS);
        x.offset = pl_wire_take_u64(w);
        x.length = pl_wire_take_u64(w);
        x.text = pl_wire_take_bytes(w);
        x.loose_rule = pl_wire_take_text(w);
        x.novel_words = take_u32(w);
        x.is_used = pl_wire_take_bool(w);
        x.names_place = pl_wire_take_bool(w);
        x.names_host = pl_wire_take_bool(w);
        pl_wire_require(w, x.offset == PL_NO_OFFSET || is_range(x.offset, x.length, UINT64_MAX));
        struct pl_foreign *slot = w->c.bad ? NULL : PL_VEC_ADD(&f->foreign);
        if (slot != NULL)
            *slot = x;
        else if (!w->c.bad)
            pl_wire_no_memory(w);
    }
    for (int i = 0; i < PL_FOREIGN_KINDS; i++)
        f->asked[i] = pl_wire_take_u64(w);
}

static void read_script_run(struct pl_wire_in *w, struct pl_file *f)
{
    struct pl_script_run x = {0};
    uint32_t *const numbers[] = {
        &x.context,          &x.novel,     &x.novel_weak, &x.sensitive_context, &x.sensitive_novel,
        &x.sensitive_beside, &x.addresses, &x.escaped,    &x.numbers,           &x.bare};
    x.offset = pl_wire_take_u64(w);
    x.length = pl_wire_take_u64(w);
    for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
        *numbers[k] = take_u32(w);
    x.sample = pl_wire_take_bytes(w);
    x.bytes = pl_wire_take_bytes(w);
    x.missing = pl_wire_take_bytes(w);
    pl_wire_require(w, is_range(x.offset, x.length, f->size));
    struct pl_script_run *slot = w->c.bad ? NULL : PL_VEC_ADD(&f->script_runs);
    if (slot != NULL)
        *slot = x;
    else if (!w->c.bad)
        pl_wire_no_memory(w);
}

static void read_script(struct pl_wire_in *w, struct pl_file *f)
{
    struct pl_script_account *a = &f->script;
    uint64_t *const account[] = {&a->atoms, &a->explained, &a->helper, &a->context, &a->novel};
    for (size_t i = 0; i < sizeof account / sizeof account[0]; i++)
        *account[i] = pl_wire_take_u64(w);
    size_t n = pl_wire_take_count(w, 14);
    for (size_t i = 0; i < n && !w->c.bad; i++)
        read_script_run(w, f);
}

static void read_lines(struct pl_wire_in *w, struct pl_file *f)
{
    struct pl_line_mark before = {0};
    size_t n = pl_wire_take_count(w, 2);
    for (size_t i = 0; i < n && !w->c.bad; i++) {
        struct pl_line_mark x = {.offset = pl_wire_take_u64(w)};
        x.line = pl_wire_take_u64(w);
        pl_wire_require(w, x.offset < f->size && (i == 0 || x.offset > before.offset));
        pl_wire_require(w, x.line > 0 && x.line >= before.line && x.line - 1 <= x.offset);
        struct pl_line_mark *slot = w->c.bad ? NULL : PL_VEC_ADD(&f->lines);
        if (slot != NULL)
            *slot = x;
        else if (!w->c.bad)
            pl_wire_no_memory(w);
        before = x;
    }
}

static void read_head(struct pl_wire_in *w, struct pl_file *f)
{
    f->order = (size_t)pl_wire_take_u64(w);
    pl_wire_require(w, f->order >= w->next_order && f->order < SIZE_MAX);
    w->next_order = (uint64_t)f->order + 1;
    f->parent_order = (size_t)(pl_wire_take_below(w, (uint64_t)f->order + 1) - 1);
    f->path = pl_wire_take_bytes(w);
    f->name = pl_wire_take_bytes(w);
    f->type = (enum pl_entry_type)pl_wire_take_below(w, PL_ENTRY_SPECIAL + 1);
    f->mode = take_u32(w);
    f->link_target = pl_wire_take_bytes(w);
    f->depth = take_u32(w);
    f->size = pl_wire_take_u64(w);
    f->container = pl_wire_take_text(w);
    f->is_whole = pl_wire_take_bool(w);
    f->has_digests = pl_wire_take_bool(w);
    pl_wire_take_raw(w, f->sha256.b, sizeof f->sha256.b);
    pl_wire_take_raw(w, f->git_blob.b, sizeof f->git_blob.b);
    pl_wire_take_raw(w, f->md5.b, sizeof f->md5.b);
    read_facts(w, f->facts, PL_FILE_FACTS);
    f->kind = pl_wire_take_text(w);
    f->role = (enum pl_role)pl_wire_take_below(w, PL_ROLE_STRUCTURE + 1);
    f->is_asked = pl_wire_take_bool(w);
    f->is_added = pl_wire_take_bool(w);
    f->is_other_version = pl_wire_take_bool(w);
    f->is_of_absent = pl_wire_take_bool(w);
    f->blob.offset = pl_wire_take_u64(w);
    f->blob.length = pl_wire_take_u64(w);
    f->blob.entropy_ppm = (uint32_t)pl_wire_take_below(w, 1000001);
    f->blob.is_text = pl_wire_take_bool(w);
}

void pl_wire_take_file(struct pl_wire_in *w, struct pl_file *f)
{
    pl_findings_init(&f->findings, w->arena, w->limits->findings);
    read_head(w, f);
    read_ledger(w, f);
    pl_wire_take_findings(w, &f->findings);
    read_residues(w, f);
    read_foreign(w, f);
    read_script(w, f);
    read_lines(w, f);
}

static bool is_git_id(const char *hex)
{
    return hex == NULL ||
           (strlen(hex) == 2 * PL_SHA1_BYTES && strspn(hex, "0123456789abcdef") == strlen(hex));
}

struct pl_source_git *pl_wire_take_source_git(struct pl_wire_in *w)
{
    uint64_t is_there = pl_wire_take_u64(w);
    struct pl_source_git *git = is_there == 1 ? pl_arena_take(w->arena, sizeof *git) : NULL;
    if (git == NULL) {
        w->c.bad |= is_there != 0;
        return NULL;
    }
    *git = (struct pl_source_git){.commit = pl_wire_take_text(w), .tree = pl_wire_take_text(w)};
    git->tag = pl_wire_take_text(w);
    git->ref = pl_wire_take_text(w);
    git->folder = pl_wire_take_text(w);
    uint64_t is_found = pl_wire_take_u64(w);
    git->is_found = is_found == 1;
    git->signature = pl_wire_take_bytes(w);
    git->signed_text = pl_wire_take_bytes(w);
    w->c.bad |= is_found > 1 || git->tree == NULL || git->folder == NULL || !is_git_id(git->tree) ||
                !is_git_id(git->commit) || !is_git_id(git->tag);
    return git;
}

pl_status pl_wire_take_error(struct pl_wire_in *in, struct pl_err *err)
{
    uint64_t status = pl_wire_take_u64(in);
    uint64_t offset = pl_wire_take_u64(in);
    const char *subject = pl_wire_take_text(in);
    const char *text = pl_wire_take_text(in);
    const char *hint = pl_wire_take_text(in);
    pl_status st = pl_wire_done(in, err);
    if (st != PL_OK)
        return st;
    if (status == 0 || status > (uint64_t)-PL_E_BUG)
        return pl_fail(err, PL_E_BUG, PL_NO_OFFSET, "an examination failed with a status that is none");
    st = pl_fail(err, (pl_status) - (int)status, offset, "%s", text == NULL ? "" : text);
    if (err != NULL && hint != NULL)
        (void)snprintf(err->hint, sizeof err->hint, "%s", hint);
    pl_err_about(err, subject);
    return st;
}
