/*
 * source_child.c - one child for each source that is an archive.
 *
 *     frames: PART_FILE path, mode, what it is, link target, digests, place and length in the room, hunks
 *             PART_END name, revision, warnings        or PART_ERROR
 *
 * What the child says about an archive it may have been taken over by is believed as far as the archive itself would be: whoever made it could have put
 * the same files in it. The digest of the archive is made here.
 */
#include "pipeline/source_child.h"

#include "io/child.h"
#include "io/clock.h"
#include "io/confine.h"
#include "pipeline/confined.h"
#include "pipeline/feed.h"
#include "pipeline/wire.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FRAME_BYTES     (256u << 10) /* a frame is sent once it is so full */
#define MAX_FRAME_BYTES (64u << 20)

enum part { PART_END, PART_FILE, PART_ERROR };

#if defined(__x86_64__)
_Static_assert(sizeof(struct pl_source_file) == 152 && sizeof(struct pl_source_git) == 88,
               "a record has changed: write and read its new fields here, or in wire.c and wire_read.c");
#endif

/* ---- the child ---- */

struct work {
    const struct pl_source_spec *spec;
    const char *folder; /* it is one; NULL: */
    const struct pl_artifact *items;
    size_t n;
    const struct pl_limits *limits;
    struct pl_store *room;
    const struct pl_source_opener *opener; /* it reads by itself what these may; NULL: */
    bool is_open;                          /* the child gives nothing up: it is there to be ended in time */
};

static bool flush(struct pl_wire_out *w, int to_parent)
{
    bool is_sent = w->out->why == PL_OK && pl_child_put(to_parent, pl_buf_bytes(w->out));
    pl_buf_clear(w->out);
    return is_sent;
}

static pl_status put_file(struct pl_wire_out *w, struct pl_store *room, const struct pl_source_file *f,
                          struct pl_err *err)
{
    uint8_t *p = pl_store_take(room, f->data.n);
    if (p == NULL)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "source: unpacks to more than there is room for");
    if (f->data.n > 0)
        memcpy(p, f->data.p, f->data.n);
    pl_wire_u64(w, PART_FILE);
    pl_wire_bytes(w, f->path);
    pl_wire_bytes(w, f->link_target);
    pl_wire_u64(w, f->mode);
    pl_wire_u64(w, f->is_superseded);
    pl_wire_u64(w, f->is_export_ignored);
    pl_wire_bytes(w, pl_bytes_of(f->sha256.b, PL_SHA256_BYTES));
    pl_wire_bytes(w, pl_bytes_of(f->git_blob.b, PL_SHA1_BYTES));
    pl_wire_u64(w, (uint64_t)(p - room->base));
    pl_wire_u64(w, f->data.n);
    pl_wire_u64(w, f->hunks.n);
    for (size_t i = 0; i < f->hunks.n; i++) {
        pl_wire_u64(w, f->hunks.v[i].offset);
        pl_wire_u64(w, f->hunks.v[i].length);
        pl_wire_text(w, f->hunks.v[i].patch);
    }
    return PL_OK;
}

static pl_status tell(struct pl_wire_out *w, int to_parent, const struct work *work,
                      const struct pl_source_tree *t, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < t->files.n && st == PL_OK; i++) {
        st = put_file(w, work->room, &t->files.v[i], err);
        if (st == PL_OK && (w->out->n >= FRAME_BYTES || w->out->why != PL_OK) && !flush(w, to_parent))
            return pl_fail(err, PL_E_IO, PL_NO_OFFSET, "nobody listens");
    }
    if (st != PL_OK)
        return st;
    pl_wire_u64(w, PART_END);
    pl_wire_text(w, t->name);
    pl_wire_text(w, t->revision);
    pl_wire_bytes(w, pl_bytes_of(t->sha256.b, PL_SHA256_BYTES));
    pl_wire_u64(w, t->warnings.n);
    for (size_t i = 0; i < t->warnings.n; i++)
        pl_wire_text(w, t->warnings.v[i]);
    pl_wire_source_git(w, t->git);
    return flush(w, to_parent) ? PL_OK : pl_fail(err, PL_E_IO, PL_NO_OFFSET, "nobody listens");
}

/* Entries come from the parent. */
struct feeding {
    struct pl_feed feed;
    const struct pl_limits *limits;
};

static pl_status each_entry(void *ctx, const struct pl_tree_sink *sink, struct pl_err *err)
{
    const struct feeding *f = ctx;
    struct pl_feed_sink through = {.ctx = sink->ctx, .entry = sink->entry};
    return pl_feed_each(&f->feed, f->limits, &through, err);
}

static pl_status read_source(const struct work *work, int from_parent, struct pl_source_tree **out,
                             struct pl_err *err)
{
    struct feeding feeding = {.feed = {.from_parent = from_parent}, .limits = work->limits};
    struct pl_tree_feeder from = {.ctx = &feeding, .each = each_entry};
    if (work->opener != NULL)
        return work->opener->open(work->opener->ctx, work->spec, work->limits, out, err);
    if (work->folder != NULL)
        return pl_source_tree_from_folder(work->folder, work->spec, work->limits, &from, out, err);
    return pl_source_tree_from_artifacts(work->spec, work->items, work->n, work->limits, out, err);
}

static void be_child(void *ctx, int to_parent, int from_parent)
{
    const struct work *work = ctx;
    const struct pl_limits *l = work->limits;
    struct pl_confine_limits limits = {.memory_bytes = l->process_bytes, .cpu_seconds = l->process_seconds};
    if (work->opener != NULL) {
        limits.reads = work->opener->reads;
        limits.n_reads = work->opener->n_reads;
    }
    struct pl_err err = {.offset = PL_NO_OFFSET};
    struct pl_source_tree *t = NULL;
    struct pl_buf out;
    struct pl_wire_out w = {.out = &out};
    pl_buf_init(&out, MAX_FRAME_BYTES);
    pl_status st = work->is_open ? PL_OK : pl_confine_self(&limits, &err);
    if (st == PL_OK)
        st = read_source(work, from_parent, &t, &err);
    if (st == PL_OK)
        st = tell(&w, to_parent, work, t, &err);
    if (st == PL_OK)
        return;
    err.status = st;
    pl_buf_reset(&out);
    memset(w.last, 0, sizeof w.last);
    pl_wire_u64(&w, PART_ERROR);
    pl_wire_error(&w, &err);
    (void)flush(&w, to_parent); /* nobody is left to be told */
}

/* ---- the parent ---- */

static void take_digest(struct pl_wire_in *in, uint8_t *out, size_t n)
{
    pl_bytes b = pl_wire_take_bytes(in);
    if (b.n == n)
        memcpy(out, b.p, n);
    else
        in->c.bad = true;
}

static void take_hunks(struct pl_wire_in *in, struct pl_source_file *f)
{
    uint64_t n = pl_wire_take_u64(in);
    uint64_t at = 0;
    for (uint64_t i = 0; i < n && !in->c.bad; i++) {
        struct pl_source_hunk h = {.offset = pl_wire_take_u64(in), .length = pl_wire_take_u64(in)};
        h.patch = pl_wire_take_text(in);
        bool fits =
            h.patch != NULL && h.offset >= at && h.offset <= f->data.n && h.length <= f->data.n - h.offset;
        struct pl_source_hunk *slot = fits ? PL_VEC_ADD(&f->hunks) : NULL;
        if (slot == NULL) {
            in->c.bad = true;
            return;
        }
        *slot = h;
        at = h.offset;
    }
}

/* The order that lookups go by. */
static bool comes_after(const struct pl_source_tree *t, const struct pl_source_file *f)
{
    if (t->files.n < 2)
        return true;
    const struct pl_source_file *before = f - 1;
    return before->is_superseded != f->is_superseded ? f->is_superseded
                                                     : pl_bytes_cmp(before->path, f->path) <= 0;
}

void pl_source_take_file(struct pl_wire_in *in, pl_bytes room, struct pl_source_tree *t)
{
    struct pl_source_file *f = t->files.n < in->limits->entries ? PL_VEC_ADD(&t->files) : NULL;
    if (f == NULL) {
        in->c.bad = true;
        return;
    }
    *f = (struct pl_source_file){.path = pl_wire_take_bytes(in), .link_target = pl_wire_take_bytes(in)};
    uint64_t mode = pl_wire_take_u64(in);
    uint64_t is_superseded = pl_wire_take_u64(in);
    uint64_t is_export_ignored = pl_wire_take_u64(in);
    take_digest(in, f->sha256.b, PL_SHA256_BYTES);
    take_digest(in, f->git_blob.b, PL_SHA1_BYTES);
    uint64_t at = pl_wire_take_u64(in);
    uint64_t n = pl_wire_take_u64(in);
    if (in->c.bad || mode > UINT32_MAX || is_superseded > 1 || is_export_ignored > 1 || at > room.n ||
        n > room.n - at) {
        in->c.bad = true;
        return;
    }
    f->mode = (uint32_t)mode;
    f->is_superseded = is_superseded == 1;
    f->is_export_ignored = is_export_ignored == 1;
    f->data = pl_bytes_of(room.p + at, (size_t)n);
    t->total_bytes += n; /* as many entries of as many bytes as there can be do not wrap it */
    in->c.bad |= !comes_after(t, f);
    take_hunks(in, f);
}

/* A revision is asked for of a repository, and of nothing else. */
static void take_end(struct pl_wire_in *in, struct pl_source_tree *t, bool may_be_git)
{
    const char *name = pl_wire_take_text(in);
    const char *revision = pl_wire_take_text(in);
    take_digest(in, t->sha256.b, PL_SHA256_BYTES);
    uint64_t n = pl_wire_take_u64(in);
    t->name = t->name != NULL ? t->name : name != NULL ? name : "source";
    t->revision = t->revision != NULL ? t->revision : revision;
    for (uint64_t i = 0; i < n && !in->c.bad; i++) {
        const char *text = pl_wire_take_text(in);
        const char **slot = text == NULL ? NULL : PL_VEC_ADD(&t->warnings);
        if (slot == NULL)
            in->c.bad = true;
        else
            *slot = text;
    }
    t->git = pl_wire_take_source_git(in);
    in->c.bad |= t->git != NULL && !may_be_git;
}

/* One frame; *is_end when it was the last. An error that the child tells of is the status. */
static pl_status take_frame(struct pl_wire_in *in, pl_bytes frame, const struct work *work,
                            struct pl_source_tree *t, bool *is_end, struct pl_err *err)
{
    pl_bytes room = pl_bytes_of(work->room->base, work->room->size);
    in->c = pl_cursor_of(frame);
    while (!*is_end && !in->c.bad && pl_cursor_left(&in->c) > 0) {
        uint64_t part = pl_wire_take_u64(in);
        *is_end = part != PART_FILE;
        if (part == PART_FILE)
            pl_source_take_file(in, room, t);
        else if (part == PART_END)
            take_end(in, t, work->opener != NULL);
        else {
            memset(in->last, 0, sizeof in->last);
            return pl_wire_take_error(in, err);
        }
    }
    return pl_wire_done(in, err);
}

static pl_status ended_early(int signal, int code, bool is_late, struct pl_err *err)
{
    const char *name = sigdescr_np(signal);
    if (is_late)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the sources cannot be examined: it took too long");
    if (signal != 0)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET,
                       "the sources cannot be examined: it ended by signal %d (%s)", signal,
                       name == NULL ? "unknown" : name);
    return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET,
                   "the sources cannot be examined: it ended early, with code %d", code);
}

static pl_status send_folder(const struct work *work, struct pl_child *child,
                             const struct pl_child_tick *each, struct pl_err *err)
{
    struct pl_feed_choice choice = {
        .enters = pl_tree_enters, .has_folders = true, .max_bytes = work->limits->file_bytes};
    pl_status st = pl_feed_send(work->folder, &choice, work->limits, child, each, err);
    return st == PL_E_NOT_FOUND ? PL_OK : st; /* it has ended early, and may have said why */
}

static pl_status converse(struct pl_child *child, const struct work *work, struct pl_source_tree *t,
                          struct pl_err *err)
{
    struct pl_child_patience patience = {.started_ns = pl_clock_monotonic_ns(), .limits = work->limits};
    const struct pl_child_tick each = {.ctx = &patience, .tick = pl_child_has_time};
    struct pl_wire_in in = {.arena = t->arena, .limits = work->limits};
    struct pl_buf frame;
    bool is_end = false;
    int signal;
    int code;
    pl_status st = PL_OK;
    if (work->folder != NULL)
        st = send_folder(work, child, &each, err);
    pl_buf_init(&frame, MAX_FRAME_BYTES);
    is_end =
        st != PL_OK && (st != PL_E_LIMIT || pl_child_has_time(&patience)); /* the folder cannot be read */
    while (st == PL_OK && !is_end) {
        st = pl_child_receive(child, &each, &frame, err);
        if (st == PL_OK)
            st = take_frame(&in, pl_buf_bytes(&frame), work, t, &is_end, err);
    }
    pl_buf_reset(&frame);
    pl_child_end(child, &signal, &code);
    if (!is_end && st == PL_E_LIMIT && pl_clock_is_past(work->limits->deadline_ns))
        return pl_limits_late(work->limits->deadline_seconds, err);
    if (!is_end && (st == PL_E_NOT_FOUND || st == PL_E_LIMIT))
        st = ended_early(signal, code, st == PL_E_LIMIT, err);
    return st;
}

static pl_status new_tree(const struct pl_source_spec *spec, const struct pl_limits *limits,
                          struct pl_source_tree **out, struct pl_err *err)
{
    struct pl_source_tree *t = calloc(1, sizeof *t);
    struct pl_arena *arena = calloc(1, sizeof *arena);
    if (t == NULL || arena == NULL) {
        free(t);
        free(arena);
        return pl_fail_nomem(err);
    }
    pl_arena_init(arena, (size_t)limits->memory_bytes);
    *t = (struct pl_source_tree){.arena = arena, .how = spec->how, .rank = spec->rank};
    t->name = spec->name == NULL ? NULL : pl_arena_str(arena, pl_bytes_of_str(spec->name));
    t->uri = spec->uri == NULL ? NULL : pl_arena_str(arena, pl_bytes_of_str(spec->uri));
    t->revision = spec->revision == NULL ? NULL : pl_arena_str(arena, pl_bytes_of_str(spec->revision));
    if (arena->why != PL_OK) {
        pl_status st = pl_arena_fail(arena, err);
        pl_source_tree_free(t);
        return st;
    }
    *out = t;
    return PL_OK;
}

/* What the tree is known by: the .dsc, or the one archive. */
static const struct pl_artifact *main_item(const struct work *work)
{
    for (size_t i = 0; i < work->n; i++)
        if (pl_bytes_ends(pl_bytes_of_str(work->items[i].name), PL_LIT(".dsc")))
            return &work->items[i];
    return &work->items[0];
}

static pl_status start(const struct work *work, struct pl_child *child, struct pl_err *err)
{
    pl_status st = pl_confined_prepare(err);
    if (st != PL_OK)
        return st;
    pl_confined_forking(true);
    st = pl_child_start(be_child, (void *)(uintptr_t)work, child, err);
    pl_confined_forking(false);
    return st;
}

static pl_status read_in_child(const struct work *work, struct pl_source_tree **out, struct pl_err *err)
{
    struct pl_source_tree *t = NULL;
    struct pl_child child;
    const struct pl_artifact *item = work->n > 0 ? main_item(work) : NULL;
    pl_status st = new_tree(work->spec, work->limits, &t, err);
    if (st == PL_OK)
        st = start(work, &child, err);
    if (st == PL_OK)
        st = converse(&child, work, t, err);
    if (st == PL_OK && item != NULL)
        st = pl_sha256_of(item->bytes, &t->sha256, err);
    if (st == PL_OK && t->uri == NULL) {
        t->uri = pl_arena_str(t->arena, pl_bytes_of_str(item == NULL ? work->folder : item->name));
        st = t->uri == NULL ? pl_arena_fail(t->arena, err) : PL_OK;
    }
    if (st != PL_OK) {
        pl_source_tree_free(t);
        return st;
    }
    *out = t;
    return PL_OK;
}

/* How much of the room its contents take. */
static size_t end_of(const struct pl_source_tree *t, const struct pl_store *room)
{
    size_t end = 0;
    for (size_t i = 0; i < t->files.n; i++) {
        size_t here = (size_t)(t->files.v[i].data.p - room->base) + t->files.v[i].data.n;
        end = here > end ? here : end;
    }
    return end;
}

/* The room becomes the caller's, filled or not. */
static pl_status read_and_keep(struct pl_acquired *a, const struct work *work, struct pl_source_tree **out,
                               struct pl_err *err)
{
    struct pl_store *slot = PL_VEC_ADD(&a->rooms);
    if (slot == NULL) {
        pl_spill_close(work->room);
        return pl_fail_nomem(err);
    }
    pl_status st = read_in_child(work, out, err);
    pl_spill_freeze(work->room, st == PL_OK ? end_of(*out, work->room) : 0);
    *slot = *work->room; /* until the trees go */
    return st;
}

/* Without a child there is nobody to end it in time. */
static bool is_here(const struct pl_acquired *a)
{
    return a->options->is_unconfined && a->limits->deadline_ns == 0;
}

pl_status pl_source_read(struct pl_acquired *a, const struct pl_source_spec *spec,
                         const struct pl_artifact *items, size_t n, struct pl_source_tree **out,
                         struct pl_err *err)
{
    const struct pl_limits *l = a->limits;
    struct pl_store room;
    struct work work = {.spec = spec,
                        .items = items,
                        .n = n,
                        .limits = l,
                        .room = &room,
                        .is_open = a->options->is_unconfined};
    if (is_here(a) || n == 0 || !pl_spill_open(2 * l->unpacked_bytes, &room))
        return pl_source_tree_from_artifacts(spec, items, n, l, out, err);
    return read_and_keep(a, &work, out, err);
}

pl_status pl_source_read_by(struct pl_acquired *a, const struct pl_source_spec *spec,
                            const struct pl_source_opener *opener, struct pl_source_tree **out,
                            struct pl_err *err)
{
    struct pl_store room;
    struct work work = {.spec = spec,
                        .opener = opener,
                        .limits = a->limits,
                        .room = &room,
                        .is_open = a->options->is_unconfined};
    if (is_here(a) || !pl_spill_open(2 * a->limits->unpacked_bytes, &room))
        return opener->open(opener->ctx, spec, a->limits, out, err);
    return read_and_keep(a, &work, out, err);
}

/* ---- paths ---- */

#define MAX_BESIDE 64u

/* Files from disk, held until the tree is there. */
struct held {
    struct pl_artifact items[MAX_BESIDE + 1];
    uint8_t *heaps[MAX_BESIDE + 1];
    struct pl_mapping mappings[MAX_BESIDE + 1];
    size_t n;
};

static pl_status hold(struct pl_acquired *a, struct held *h, const char *path, const char *name,
                      struct pl_err *err)
{
    pl_status st = pl_spill_read(path, a->limits->input_bytes, &h->heaps[h->n], &h->mappings[h->n],
                                 &h->items[h->n].bytes, err);
    if (st != PL_OK)
        return st;
    h->items[h->n].name = name;
    h->n++;
    return PL_OK;
}

static bool is_held(const struct held *h, pl_bytes name)
{
    for (size_t i = 1; i < h->n; i++)
        if (pl_bytes_eq_str(name, h->items[i].name))
            return true;
    return false;
}

/* The last of three words of a line that begins with a space: a file in one of the lists of a .dsc. */
static bool listed_name(pl_bytes line, pl_bytes *name)
{
    unsigned words = 0;
    if (line.n == 0 || line.p[0] != ' ')
        return false;
    for (size_t i = 0; i < line.n;) {
        size_t start;
        while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\r' || line.p[i] == '\n'))
            i++;
        for (start = i; i < line.n && line.p[i] != ' ' && line.p[i] != '\r' && line.p[i] != '\n';)
            i++;
        if (i > start) {
            *name = pl_bytes_sub(line, start, i - start);
            words++;
        }
    }
    return words == 3 && pl_bytes_find_byte(*name, '/', 0) == SIZE_MAX &&
           pl_bytes_find_byte(*name, 0, 0) == SIZE_MAX;
}

/* What a .dsc names and what is there; what is not there is missed by its reader. */
static pl_status hold_beside(struct pl_acquired *a, struct held *h, const char *path, struct pl_err *err)
{
    pl_bytes rest = h->items[0].bytes;
    pl_bytes folder = pl_bytes_of_str(path);
    pl_bytes line;
    pl_bytes name;
    pl_status st = PL_OK;
    folder.n -= pl_bytes_basename(folder).n;
    while (st == PL_OK && pl_bytes_line(&rest, &line)) {
        if (!listed_name(line, &name) || is_held(h, name))
            continue;
        if (h->n > MAX_BESIDE)
            return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "a .dsc that names more than %u files", MAX_BESIDE);
        const char *text = pl_arena_str(&a->arena, name);
        const char *where = pl_arena_printf(&a->arena, "%.*s%.*s", PL_ARG(folder), PL_ARG(name));
        st = text == NULL || where == NULL ? pl_arena_fail(&a->arena, err) : hold(a, h, where, text, err);
        if (st == PL_E_NOT_FOUND)
            st = PL_OK;
    }
    return st;
}

pl_status pl_source_read_path(struct pl_acquired *a, const char *path, const struct pl_source_spec *spec,
                              struct pl_source_tree **out, struct pl_err *err)
{
    struct stat sb;
    struct pl_store room;
    struct work work = {.spec = spec,
                        .folder = path,
                        .limits = a->limits,
                        .room = &room,
                        .is_open = a->options->is_unconfined};
    bool is_there = !is_here(a) && stat(path, &sb) == 0;
    if (is_there && S_ISDIR(sb.st_mode) && pl_spill_open(2 * a->limits->unpacked_bytes, &room)) {
        pl_status read = read_and_keep(a, &work, out, err);
        if (read != PL_OK)
            pl_err_about(err, path);
        return read;
    }
    if (!is_there || S_ISDIR(sb.st_mode))
        return pl_source_tree_open_path(path, spec, a->limits, out, err);
    struct held h = {.n = 0};
    pl_status st = hold(a, &h, path, path, err);
    if (st == PL_OK && pl_bytes_ends(pl_bytes_of_str(path), PL_LIT(".dsc")))
        st = hold_beside(a, &h, path, err);
    if (st == PL_OK)
        st = pl_source_read(a, spec, h.items, h.n, out, err);
    if (st != PL_OK)
        pl_err_about(err, path);
    for (size_t i = 0; i < h.n; i++) {
        free(h.heaps[i]);
        pl_mapping_close(&h.mappings[i]);
    }
    return st;
}

pl_status pl_source_read_deb(struct pl_acquired *a, const char *name, const struct pl_supplied *s,
                             enum pl_source_rank rank, struct pl_source_tree **out, struct pl_err *err)
{
    struct pl_source_spec spec = {.name = name,
                                  .uri = s->uri,
                                  .revision = s->version,
                                  .how = PL_HOW_VERIFIED,
                                  .rank = rank,
                                  .jobs = a->options->jobs};
    struct pl_artifact one = {.name = s->filename, .bytes = s->bytes};
    return pl_source_read(a, &spec, &one, 1, out, err);
}

pl_status pl_source_read_supplied(struct pl_acquired *a, const struct pl_supplied *s, enum pl_how how,
                                  enum pl_source_rank rank, struct pl_source_tree **out, struct pl_err *err)
{
    struct pl_source_spec spec = {.uri = s->n_artifacts > 0 ? s->artifacts[0].uri : NULL,
                                  .how = how,
                                  .rank = rank,
                                  .jobs = a->options->jobs};
    struct pl_artifact *items = pl_arena_take_n(&a->arena, s->n_artifacts + 1, sizeof *items);
    if (items == NULL)
        return pl_arena_fail(&a->arena, err);
    for (size_t i = 0; i < s->n_artifacts; i++)
        items[i] = (struct pl_artifact){.name = s->artifacts[i].name, .bytes = s->artifacts[i].bytes};
    pl_status st = pl_source_read(a, &spec, items, s->n_artifacts, out, err);
    pl_supplied_let_go(s);
    return st;
}
