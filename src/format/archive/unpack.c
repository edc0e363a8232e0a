/*
 * unpack.c - the walk: finds out what a file is, lets the reader of that format at it, and settles the account.
 *
 * Records are numbered when they are begun and handed over when they are finished, so a container has a smaller number
 * than its members and comes after them. Recursion goes as deep as limits->depth and no deeper.
 */
#include "format/archive/unpack.h"
#include "base/status.h"
#include "format/archive/walk.h"
#include "format/archive/zip.h"

#include <string.h>

#define PL_ARCHIVE(name) &pl_archive_##name,
static const struct pl_archive_format *const formats[] = {
#include "format/archive/archives.def"
};
#undef PL_ARCHIVE

const struct pl_archive_format *pl_archive_find(pl_bytes bytes, bool only_flow)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (only_flow && formats[i]->shape != PL_ARCHIVE_FLOW)
            continue;
        if (formats[i]->probe(bytes))
            return formats[i];
    }
    return NULL;
}

static pl_status hand_over(struct pl_walk *w, struct pl_file *f, struct pl_err *err)
{
    pl_status st = pl_ledger_settle(&f->ledger, err);
    if (st != PL_OK) {
        pl_file_reset(f);
        return st;
    }
    st = w->sink->file(w->sink->ctx, f, err);
    if (st != PL_OK)
        w->is_stopped = true;
    return st;
}

/* Everything of a container that no claim holds is a gap. */
static pl_status close_gaps(struct pl_container *c, struct pl_err *err)
{
    struct pl_ledger *l = &c->file->ledger;
    uint64_t at = 0;
    uint64_t n = 0;
    pl_status st = pl_ledger_settle(l, err);
    if (st == PL_OK && c->opaque_from < l->size) {
        struct pl_claim rest = {.offset = c->opaque_from,
                                .length = l->size - c->opaque_from,
                                .class = PL_CLASS_OPAQUE,
                                .rule = c->opaque_rule,
                                .source_offset = PL_NO_OFFSET};
        st = pl_ledger_claim(l, &rest, err);
        if (st == PL_OK)
            st = pl_ledger_settle(l, err);
    }
    while (st == PL_OK && pl_ledger_gap(l, at, &at, &n)) {
        st = pl_own_gap(c, at, n, "bytes that belong to no member and no header", err);
        at += n;
    }
    return st == PL_OK ? pl_ledger_settle(l, err) : st;
}

/* Not a container after all: nothing came out of it. Somebody else may know what it is. */
static void demote(struct pl_file *f)
{
    f->container = NULL;
    pl_ledger_reset(&f->ledger);
    pl_ledger_init(&f->ledger, f->size);
}

/* As a container it might be as large as the input, as a leaf it may not. */
static pl_status bound_leaf(struct pl_walk *w, struct pl_file *f, struct pl_err *err)
{
    struct pl_reader in;
    if (f->size <= w->limits->file_bytes)
        return PL_OK;
    pl_reader_init_memory(&in, f->data, false);
    f->data = (pl_bytes){NULL, 0};
    f->has_digests = false;
    return pl_member_large(w, f, PL_LIT(""), &in, f->size, err);
}

/*
 * Let `format` read f, and settle. PL_E_INPUT goes up for the input itself only. The size of a FLOW that is not in
 * memory is what was read of it.
 */
static pl_status read_container(struct pl_walk *w, struct pl_file *f, const struct pl_archive_format *format,
                                pl_bytes prefix, struct pl_reader *in, struct pl_err *err)
{
    struct pl_container c = {.walk = w, .file = f, .prefix = prefix, .opaque_from = PL_NO_OFFSET};
    size_t first_order = w->next_order;
    f->container = format->name;
    pl_map_init(&c.seen);
    pl_map_init(&c.folded);
    pl_status st = format->unpack(&c, in, err);
    pl_map_reset(&c.seen);
    pl_map_reset(&c.folded);
    bool is_damaged = st == PL_E_INPUT && !w->is_stopped;
    if (is_damaged && f->depth > 0) {
        bool is_empty = w->next_order == first_order && f->data.p != NULL;
        st = pl_findings_add(&f->findings, "archive.damaged",
                             is_empty ? PL_SEVERITY_WARNING : PL_SEVERITY_ERROR, err->offset, 0, NULL, NULL,
                             "%s", err->text);
        if (is_empty) {
            demote(f);
            return st == PL_OK ? bound_leaf(w, f, err) : st;
        }
        if (c.opaque_from > err->offset) {
            c.opaque_from = err->offset;
            c.opaque_rule = "archive.damaged";
        }
    }
    if (st == PL_OK && in != NULL && f->data.p == NULL) {
        if (!c.is_full)
            st = pl_reader_skip(in, UINT64_MAX, NULL, err);
        f->size = in->at;
        f->ledger.size = in->at;
    }
    return st == PL_OK ? close_gaps(&c, err) : st;
}

static pl_status claim_all(struct pl_file *f, enum pl_class class, const char *rule, struct pl_err *err)
{
    struct pl_claim all = {.length = f->size, .class = class, .rule = rule, .source_offset = PL_NO_OFFSET};
    return pl_ledger_claim(&f->ledger, &all, err);
}

static pl_status join(struct pl_arena *a, pl_bytes x, pl_bytes y, pl_bytes z, pl_bytes *out,
                      struct pl_err *err)
{
    size_t n = x.n + y.n + z.n; /* pieces of memory that exists: cannot wrap */
    uint8_t *p = pl_arena_take(a, n + 1);
    if (p == NULL)
        return pl_arena_fail(a, err);
    if (x.n > 0)
        memcpy(p, x.p, x.n);
    if (y.n > 0)
        memcpy(p + x.n, y.p, y.n);
    if (z.n > 0)
        memcpy(p + x.n + y.n, z.p, z.n);
    *out = pl_bytes_of(p, n);
    return PL_OK;
}

static pl_status prefix_of(struct pl_walk *w, const struct pl_file *f, pl_bytes *out, struct pl_err *err)
{
    if (f->depth == 0) {
        *out = PL_LIT("");
        return PL_OK;
    }
    return join(w->arena, f->path, PL_LIT("!/"), PL_LIT(""), out, err);
}

/*
 * Something else by its first bytes and a zip by its last ones: other programs look at the end first. One that stands in the source as it is
 * (not wanted) is its author's.
 */
static pl_status find_polyglot(struct pl_walk *w, struct pl_file *f, struct pl_err *err)
{
    struct pl_zip_end end;
    size_t tail = f->data.n < PL_ZIP_TAIL_BYTES ? f->data.n : PL_ZIP_TAIL_BYTES;
    if (memmem(f->data.p + (f->data.n - tail), tail, "PK\5\6", 4) == NULL ||
        !pl_zip_find_end(f->data, &end) || end.entries == 0)
        return PL_OK;
    if (w->sink->wants != NULL && !w->sink->wants(w->sink->ctx, f))
        return PL_OK;
    return pl_findings_add(&f->findings, "archive.polyglot", PL_SEVERITY_WARNING, end.directory_at,
                           f->size - end.directory_at, NULL, err,
                           "ends like a zip archive of %llu members, and begins like something else",
                           (unsigned long long)end.entries);
}

/* Go down into f, whose contents are there, when it is a container that is wanted. */
static pl_status descend(struct pl_walk *w, struct pl_file *f, struct pl_err *err)
{
    const struct pl_archive_format *format = pl_archive_find(f->data, false);
    if (format == NULL)
        return find_polyglot(w, f, err);
    if (f->depth > w->limits->depth) {
        pl_status st = pl_findings_add(&f->findings, "archive.limit", PL_SEVERITY_WARNING, 0, f->size, NULL,
                                       err, "containers are nested deeper than %u", w->limits->depth);
        return st == PL_OK ? claim_all(f, PL_CLASS_OPAQUE, "archive.limit", err) : st;
    }
    if (w->sink->wants != NULL && !w->sink->wants(w->sink->ctx, f))
        return PL_OK;
    struct pl_reader in;
    pl_bytes prefix;
    pl_reader_init_memory(&in, f->data, f->heap == NULL);
    pl_status st = prefix_of(w, f, &prefix, err);
    if (st != PL_OK)
        return st;
    return read_container(w, f, format, prefix, format->shape == PL_ARCHIVE_FLOW ? &in : NULL, err);
}

static pl_status finish(struct pl_walk *w, struct pl_file *f, struct pl_err *err)
{
    pl_status st = PL_OK;
    if (f->type == PL_ENTRY_FILE && f->is_whole && f->data.n > 0)
        st = descend(w, f, err);
    if (st != PL_OK) {
        pl_file_reset(f);
        return st;
    }
    return hand_over(w, f, err);
}

pl_status pl_member_end(struct pl_container *c, struct pl_file *f, struct pl_err *err)
{
    return finish(c->walk, f, err);
}

pl_status pl_member_flow(struct pl_container *c, const struct pl_archive_format *format, struct pl_reader *in,
                         struct pl_err *err)
{
    struct pl_walk *w = c->walk;
    struct pl_file *f;
    struct pl_entry e = {.name = c->file->name, .is_name_given = true, .at = 0};
    pl_status st = pl_member_begin(c, &e, &f, err);
    if (st != PL_OK || f == NULL)
        return st;
    st = join(w->arena, c->file->path, PL_LIT("!"), PL_LIT(""), &f->path, err);
    if (st == PL_OK) {
        pl_ledger_init(&f->ledger, UINT64_MAX); /* until the end tells */
        f->is_whole = false;                    /* its bytes are never held */
        st = read_container(w, f, format, c->prefix, in, err);
    }
    if (st != PL_OK) {
        pl_file_reset(f);
        return st;
    }
    return hand_over(w, f, err);
}

void pl_unpack_prepare(void)
{
    pl_asar_prepare();
}

pl_status pl_unpack(pl_bytes input, pl_bytes name, const struct pl_limits *limits, struct pl_arena *arena,
                    const struct pl_unpack_sink *sink, struct pl_err *err)
{
    struct pl_err own_err;
    struct pl_walk w = {.limits = limits, .arena = arena, .sink = sink, .next_order = 1};
    if (err == NULL)
        err = &own_err; /* the offset of damage is read back from it */
    struct pl_file *f = pl_arena_take(arena, sizeof *f);
    pl_bytes kept = pl_arena_keep(arena, name);
    if (f == NULL || kept.p == NULL)
        return pl_arena_fail(arena, err);
    *f = (struct pl_file){.parent_order = PL_NO_PARENT,
                          .path = kept,
                          .name = kept,
                          .type = PL_ENTRY_FILE,
                          .size = input.n,
                          .is_whole = true,
                          .data = input};
    pl_ledger_init(&f->ledger, f->size);
    pl_findings_init(&f->findings, arena, limits->findings);
    if (input.n <= limits->input_bytes)
        return finish(&w, f, err);
    f->is_whole = false;
    pl_status st =
        pl_findings_add(&f->findings, "archive.limit", PL_SEVERITY_WARNING, 0, f->size, NULL, err,
                        "input is larger than %llu bytes", (unsigned long long)limits->input_bytes);
    if (st == PL_OK)
        st = claim_all(f, PL_CLASS_OPAQUE, "archive.limit", err);
    if (st != PL_OK) {
        pl_file_reset(f);
        return st;
    }
    return hand_over(&w, f, err);
}
