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

enum slot { SLOT_RULE, SLOT_SOURCE, SLOT_NOTE, SLOT_TEXT };

#define KNOWN_BYTES 64u

static void refuse(struct pl_wire_in *w)
{
    if (w->st == PL_OK)
        w->st = PL_E_INPUT;
    w->c.bad = true;
}

static void require(struct pl_wire_in *w, bool holds)
{
    if (!holds)
        refuse(w);
}

uint64_t pl_wire_take_u64(struct pl_wire_in *w)
{
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t b = pl_cursor_u8(&w->c);
        if (shift == 63 && b > 1)
            break;
        n |= (uint64_t)(b & 0x7f) << shift;
        if ((b & 0x80) == 0)
            return w->c.bad ? 0 : n;
    }
    refuse(w);
    return 0;
}

static uint64_t take_below(struct pl_wire_in *w, uint64_t end)
{
    uint64_t n = pl_wire_take_u64(w);
    require(w, n < end);
    return n < end ? n : 0;
}

static bool take_bool(struct pl_wire_in *w)
{
    return take_below(w, 2) == 1;
}

static uint32_t take_u32(struct pl_wire_in *w)
{
    return (uint32_t)take_below(w, 1ull << 32);
}

/* The length of a list, each element of which takes `least` bytes or more. */
static size_t take_count(struct pl_wire_in *w, size_t least)
{
    return (size_t)take_below(w, pl_cursor_left(&w->c) / least + 1);
}

static pl_bytes take_view(struct pl_wire_in *w)
{
    pl_bytes b = pl_cursor_take(&w->c, pl_wire_take_u64(w));
    return w->c.bad ? (pl_bytes){NULL, 0} : b;
}

static void no_memory(struct pl_wire_in *w)
{
    if (w->st == PL_OK)
        w->st = w->arena->why == PL_E_LIMIT ? PL_E_LIMIT : PL_E_NOMEM;
    w->c.bad = true;
}

pl_bytes pl_wire_take_bytes(struct pl_wire_in *w)
{
    pl_bytes b = take_view(w);
    if (b.n == 0)
        return (pl_bytes){b.p == NULL ? NULL : (const uint8_t *)"", 0};
    b = pl_arena_keep(w->arena, b);
    if (b.p == NULL)
        no_memory(w);
    return b;
}

static const char *keep_text(struct pl_wire_in *w, pl_bytes b)
{
    size_t at = b.n;
    for (size_t i = 0; i < b.n && b.n <= KNOWN_BYTES; i++)
        at = (at * 31 + b.p[i]) % PL_WIRE_KNOWN;
    const char **known = b.n <= KNOWN_BYTES ? &w->known[at % PL_WIRE_KNOWN] : NULL;
    if (known != NULL && *known != NULL && pl_bytes_eq(pl_bytes_of_str(*known), b))
        return *known;
    const char *text = pl_arena_str(w->arena, b);
    if (text == NULL)
        no_memory(w);
    else if (known != NULL)
        *known = text;
    return text;
}

static const char *text_beside(struct pl_wire_in *w, enum slot slot)
{
    uint64_t how = take_below(w, 3);
    if (how == 0)
        return NULL;
    if (how == 1) {
        require(w, w->last[slot] != NULL);
        return w->last[slot];
    }
    pl_bytes b = take_view(w);
    require(w, b.n == 0 || memchr(b.p, 0, b.n) == NULL);
    const char *text = w->c.bad ? NULL : keep_text(w, b);
    if (text != NULL)
        w->last[slot] = text;
    return text;
}

const char *pl_wire_take_text(struct pl_wire_in *w)
{
    return text_beside(w, SLOT_TEXT);
}

static void read_facts(struct pl_wire_in *w, struct pl_fact *facts, size_t max)
{
    size_t n = (size_t)take_below(w, max + 1);
    for (size_t i = 0; i < n && !w->c.bad; i++) {
        facts[i].name = pl_wire_take_text(w);
        facts[i].value = pl_wire_take_bytes(w);
        require(w, facts[i].name != NULL);
    }
}

static bool is_range(uint64_t offset, uint64_t length, uint64_t size)
{
    return offset <= size && length <= size - offset;
}

void pl_wire_take_findings(struct pl_wire_in *w, struct pl_findings *f)
{
    size_t n = take_count(w, 7);
    require(w, n <= f->max);
    for (size_t i = 0; i < n && !w->c.bad; i++) {
        struct pl_finding x = {0};
        x.tag = pl_wire_take_text(w);
        x.severity = (enum pl_severity)take_below(w, PL_SEVERITY_ERROR + 1);
        x.offset = pl_wire_take_u64(w);
        x.length = pl_wire_take_u64(w);
        x.message = keep_text(w, take_view(w));
        read_facts(w, x.facts, PL_FINDING_FACTS);
        require(w, x.tag != NULL && pl_tag_find(x.tag) != NULL && x.message != NULL);
        require(w, x.offset == PL_NO_OFFSET || is_range(x.offset, x.length, UINT64_MAX));
        struct pl_finding *slot = w->c.bad ? NULL : PL_VEC_ADD(&f->list);
        if (slot != NULL)
            *slot = x;
        else if (!w->c.bad)
            no_memory(w);
    }
    f->dropped = pl_wire_take_u64(w);
    f->dropped_errors = pl_wire_take_u64(w);
}

static void read_ledger(struct pl_wire_in *w, struct pl_file *f)
{
    size_t n = take_count(w, 7);
    uint64_t at = 0;
    pl_ledger_init(&f->ledger, f->size);
    for (size_t i = 0; i < n && !w->c.bad; i++) {
        struct pl_claim c = {.offset = at};
        c.length = pl_wire_take_u64(w);
        c.class = (enum pl_class)take_below(w, PL_CLASS_COUNT + 1);
        c.grade = (enum pl_grade)take_below(w, PL_GRADE_COUNT);
        c.rule = text_beside(w, SLOT_RULE);
        c.source = text_beside(w, SLOT_SOURCE);
        c.source_offset = pl_wire_take_u64(w) - 1;
        c.note = text_beside(w, SLOT_NOTE);
        require(w, c.length > 0 && is_range(at, c.length, f->size) && c.rule != NULL);
        require(w, (c.class == PL_CLASS_DERIVED) == (c.grade != PL_GRADE_NONE));
        require(w, c.class != PL_CLASS_MEMBERS || f->container != NULL);
        struct pl_claim *slot = w->c.bad ? NULL : PL_VEC_ADD(&f->ledger.settled);
        if (slot != NULL)
            *slot = c;
        else if (!w->c.bad)
            no_memory(w);
        at += w->c.bad ? 0 : c.length;
    }
    require(w, at == f->size);
    f->ledger.is_sealed = true;
}

static void read_residues(struct pl_wire_in *w, struct pl_file *f)
{
    size_t n = take_count(w, 8);
    for (size_t i = 0; i < n && !w->c.bad; i++) {
        struct pl_residue x = {0};
        x.offset = pl_wire_take_u64(w);
        x.length = pl_wire_take_u64(w);
        x.words = take_u32(w);
        x.novel_words = take_u32(w);
        x.is_data = take_bool(w);
        x.unevenness = pl_wire_take_u64(w);
        x.made = pl_wire_take_bytes(w);
        x.sample = pl_wire_take_bytes(w);
        x.bytes = pl_wire_take_bytes(w);
        require(w, is_range(x.offset, x.length, f->size));
        struct pl_residue *slot = w->c.bad ? NULL : PL_VEC_ADD(&f->residues);
        if (slot != NULL)
            *slot = x;
        else if (!w->c.bad)
            no_memory(w);
    }
}

static void read_foreign(struct pl_wire_in *w, struct pl_file *f)
{
    size_t n = take_count(w, 8);
    for (size_t i = 0; i < n && !w->c.bad; i++) {
        struct pl_foreign x = {0};
        x.kind = (enum pl_foreign_kind)take_below(w, PL_FOREIGN_KINDS);
        x.offset = pl_wire_take_u64(w);
        x.length = pl_wire_take_u64(w);
        x.text = pl_wire_take_bytes(w);
        x.loose_rule = pl_wire_take_text(w);
        x.novel_words = take_u32(w);
        x.is_used = take_bool(w);
        x.names_place = take_bool(w);
        require(w, x.offset == PL_NO_OFFSET || is_range(x.offset, x.length, UINT64_MAX));
        struct pl_foreign *slot = w->c.bad ? NULL : PL_VEC_ADD(&f->foreign);
        if (slot != NULL)
            *slot = x;
        else if (!w->c.bad)
            no_memory(w);
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
    require(w, is_range(x.offset, x.length, f->size));
    struct pl_script_run *slot = w->c.bad ? NULL : PL_VEC_ADD(&f->script_runs);
    if (slot != NULL)
        *slot = x;
    else if (!w->c.bad)
        no_memory(w);
}

static void read_script(struct pl_wire_in *w, struct pl_file *f)
{
    struct pl_script_account *a = &f->script;
    uint64_t *const account[] = {&a->atoms, &a->explained, &a->helper, &a->context, &a->novel};
    for (size_t i = 0; i < sizeof account / sizeof account[0]; i++)
        *account[i] = pl_wire_take_u64(w);
    size_t n = take_count(w, 14);
    for (size_t i = 0; i < n && !w->c.bad; i++)
        read_script_run(w, f);
}

static void read_lines(struct pl_wire_in *w, struct pl_file *f)
{
    struct pl_line_mark before = {0};
    size_t n = take_count(w, 2);
    for (size_t i = 0; i < n && !w->c.bad; i++) {
        struct pl_line_mark x = {.offset = pl_wire_take_u64(w)};
        x.line = pl_wire_take_u64(w);
        require(w, x.offset < f->size && (i == 0 || x.offset > before.offset));
        require(w, x.line > 0 && x.line >= before.line && x.line - 1 <= x.offset);
        struct pl_line_mark *slot = w->c.bad ? NULL : PL_VEC_ADD(&f->lines);
        if (slot != NULL)
            *slot = x;
        else if (!w->c.bad)
            no_memory(w);
        before = x;
    }
}

static void take_digest(struct pl_wire_in *w, uint8_t *out, size_t n)
{
    pl_bytes b = pl_cursor_take(&w->c, n);
    if (!w->c.bad)
        memcpy(out, b.p, n);
}

static void read_head(struct pl_wire_in *w, struct pl_file *f)
{
    f->order = (size_t)pl_wire_take_u64(w);
    require(w, f->order >= w->next_order && f->order < SIZE_MAX);
    w->next_order = (uint64_t)f->order + 1;
    f->parent_order = (size_t)(take_below(w, (uint64_t)f->order + 1) - 1);
    f->path = pl_wire_take_bytes(w);
    f->name = pl_wire_take_bytes(w);
    f->type = (enum pl_entry_type)take_below(w, PL_ENTRY_SPECIAL + 1);
    f->mode = take_u32(w);
    f->link_target = pl_wire_take_bytes(w);
    f->depth = take_u32(w);
    f->size = pl_wire_take_u64(w);
    f->container = pl_wire_take_text(w);
    f->is_whole = take_bool(w);
    f->has_digests = take_bool(w);
    take_digest(w, f->sha256.b, sizeof f->sha256.b);
    take_digest(w, f->git_blob.b, sizeof f->git_blob.b);
    take_digest(w, f->md5.b, sizeof f->md5.b);
    read_facts(w, f->facts, PL_FILE_FACTS);
    f->kind = pl_wire_take_text(w);
    f->role = (enum pl_role)take_below(w, PL_ROLE_STRUCTURE + 1);
    f->is_asked = take_bool(w);
    f->is_added = take_bool(w);
    f->is_other_version = take_bool(w);
    f->blob.offset = pl_wire_take_u64(w);
    f->blob.length = pl_wire_take_u64(w);
    f->blob.entropy_ppm = (uint32_t)take_below(w, 1000001);
    f->blob.is_text = take_bool(w);
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

pl_status pl_wire_done(const struct pl_wire_in *w, struct pl_err *err)
{
    if (w->st == PL_E_NOMEM || w->st == PL_E_LIMIT)
        return pl_fail(err, w->st, PL_NO_OFFSET, "not enough memory for the records of an examination");
    if (w->st != PL_OK || w->c.bad || pl_cursor_left(&w->c) > 0)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "an examination handed over records that cannot be");
    return PL_OK;
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
