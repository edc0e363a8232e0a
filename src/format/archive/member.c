/*
 * member.c - records of members: names, contents, limits; and claims on the container they came out of.
 */
#include "base/size.h"
#include "base/status.h"
#include "format/archive/names.h"
#include "format/archive/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A size that a header claims is believed up to here before the bytes are seen. */
#define TRUSTED_BYTES (16u * 1024u * 1024u)
#define FIRST_BYTES   (64u * 1024u)
/* With a store: larger contents go there, and all when so much has gone to the heap. */
#define HEAP_BYTES       (16u << 20)
#define TOTAL_HEAP_BYTES (128u << 20)

/* ---- claims on the container ---- */

pl_status pl_own(struct pl_container *c, uint64_t at, uint64_t n, enum pl_class class, struct pl_err *err)
{
    static const char *const rules[] = {[PL_CLASS_STRUCTURE] = "archive.structure",
                                        [PL_CLASS_OPAQUE] = "archive.opaque",
                                        [PL_CLASS_UNACCOUNTED] = "archive.gap",
                                        [PL_CLASS_MEMBERS] = "archive.members"};
    struct pl_ledger *l = &c->file->ledger;
    if (n == 0)
        return PL_OK;
    if (l->pending.n > 0) {
        struct pl_claim *last = &l->pending.v[l->pending.n - 1];
        if (last->class == class && last->offset + last->length == at && at <= l->size && n <= l->size - at) {
            last->length += n;
            return PL_OK;
        }
    }
    struct pl_claim claim = {
        .offset = at, .length = n, .class = class, .rule = rules[class], .source_offset = PL_NO_OFFSET};
    return pl_ledger_claim(l, &claim, err);
}

void pl_disown(struct pl_container *c, uint64_t at)
{
    struct pl_ledger *l = &c->file->ledger;
    while (l->pending.n > 0 && l->pending.v[l->pending.n - 1].offset >= at)
        l->pending.n--;
    struct pl_claim *last = l->pending.n > 0 ? &l->pending.v[l->pending.n - 1] : NULL;
    if (last != NULL && last->length > at - last->offset)
        last->length = at - last->offset;
}

pl_status pl_note(struct pl_container *c, const char *tag, enum pl_severity severity, uint64_t at, uint64_t n,
                  const char *what, struct pl_err *err)
{
    return pl_findings_add(&c->file->findings, tag, severity, at, n, NULL, err, "%s: %s", c->file->container,
                           what);
}

pl_status pl_own_gap(struct pl_container *c, uint64_t at, uint64_t n, const char *what, struct pl_err *err)
{
    if (n == 0)
        return PL_OK;
    pl_status st = pl_note(c, "archive.gap", PL_SEVERITY_ERROR, at, n, what, err);
    return st == PL_OK ? pl_own(c, at, n, PL_CLASS_UNACCOUNTED, err) : st;
}

pl_status pl_own_padding(struct pl_container *c, uint64_t at, pl_bytes bytes, const char *what,
                         struct pl_err *err)
{
    size_t set = pl_first_set(bytes);
    size_t zeros = set == SIZE_MAX ? bytes.n : set;
    pl_status st = pl_own(c, at, zeros, PL_CLASS_STRUCTURE, err);
    return st == PL_OK ? pl_own_gap(c, at + zeros, bytes.n - zeros, what, err) : st;
}

pl_status pl_note_excess(struct pl_container *c, uint64_t at, uint64_t packed, uint64_t made,
                         struct pl_err *err)
{
    uint64_t enough = made + made / 8 + PL_EXCESS_BYTES; /* bounded by unpacked_bytes: fits */
    if (packed <= enough)
        return PL_OK;
    return pl_note(c, "archive.comment", pl_carried_severity(packed - enough), at, packed,
                   "far more packed bytes than the contents need", err);
}

pl_status pl_own_limit(struct pl_container *c, uint64_t at, const char *what, struct pl_err *err)
{
    c->is_full = true;
    if (c->opaque_from > at) {
        c->opaque_from = at;
        c->opaque_rule = "archive.limit";
    }
    return pl_note(c, "archive.limit", PL_SEVERITY_WARNING, at, 0, what, err);
}

/* ---- names ---- */

static pl_status name_finding(struct pl_file *f, const char *tag, enum pl_severity severity, const char *what,
                              pl_bytes raw, struct pl_err *err)
{
    struct pl_finding *finding;
    pl_status st = pl_findings_add(&f->findings, tag, severity, PL_NO_OFFSET, 0, &finding, err, "%s", what);
    return st == PL_OK ? pl_finding_fact(&f->findings, finding, "name", raw, err) : st;
}

/* Where others than the package decide what lies there, or where nothing lies that a package could ship. */
static bool is_of_others(pl_bytes target)
{
    static const char *const places[] = {"/dev/",     "/proc/", "/sys/",  "/tmp/",     "/var/tmp/",
                                         "/dev/shm/", "/home/", "/root/", "/run/user/"};
    /* Of systemd: a unit that is switched off. Of mount(8): /etc/mtab. Both say nothing that an attacker could choose. */
    static const char *const harmless[] = {"/dev/null", "/proc/mounts", "/proc/self/mounts"};
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
        if (pl_bytes_eq(target, pl_bytes_of_str(harmless[i])))
            return false;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        pl_bytes place = pl_bytes_of_str(places[i]);
        if (pl_bytes_starts(target, place) || pl_bytes_eq(target, pl_bytes_sub(place, 0, place.n - 1)))
            return true;
    }
    return false;
}

/* Is this what dpkg installs? It takes modes and links as they are; npm, pip and unzip set modes of their own. */
static bool is_installed_as_it_is(const struct pl_container *c)
{
    return pl_bytes_starts(c->prefix, PL_LIT("data.tar"));
}

static pl_status check_symlink(const struct pl_container *c, struct pl_file *f, struct pl_err *err)
{
    enum pl_severity severity = PL_SEVERITY_WARNING;
    const char *problem = f->link_target.n == 0 ? NULL : pl_name_text_problem(f->link_target);
    if (problem == NULL && pl_link_escapes(f->name, f->link_target))
        problem = "symlink leads out of the root";
    if (problem == NULL && is_of_others(f->link_target))
        problem = "symlink leads to what others than the package decide about";
    if (problem == NULL && pl_bytes_starts(f->link_target, PL_LIT("/")) && !is_installed_as_it_is(c)) {
        problem = "symlink leads to a fixed place of the machine";
        severity = PL_SEVERITY_NOTE;
    }
    return problem == NULL ? PL_OK
                           : name_finding(f, "archive.unsafe-name", severity, problem, f->link_target, err);
}

static pl_status check_link(const struct pl_container *c, struct pl_file *f, struct pl_err *err)
{
    const char *problem = NULL;
    if (f->type == PL_ENTRY_SYMLINK)
        return check_symlink(c, f, err);
    if (f->type == PL_ENTRY_HARDLINK && f->link_target.n > 0)
        problem = pl_name_problem(f->link_target);
    return problem == NULL
               ? PL_OK
               : name_finding(f, "archive.unsafe-name", PL_SEVERITY_ERROR, problem, f->link_target, err);
}

pl_status pl_member_link_from_contents(struct pl_container *c, struct pl_file *f, struct pl_err *err)
{
    uint32_t max = c->walk->limits->name_bytes;
    f->link_target = pl_arena_keep(c->walk->arena, pl_bytes_sub(f->data, 0, max));
    if (f->link_target.p == NULL)
        return pl_arena_fail(c->walk->arena, err);
    pl_status st = check_link(c, f, err);
    if (st == PL_OK && f->data.n > max)
        st = pl_findings_add(&f->findings, "archive.limit", PL_SEVERITY_WARNING, max, f->data.n - max, NULL,
                             err, "link target longer than %u bytes, cut here", max);
    return st;
}

/* Rights do not follow from contents: who installs the package gives them to honest bytes, too. */
static pl_status check_rights(const struct pl_container *c, struct pl_file *f, struct pl_err *err)
{
    char mode[8];
    const char *problem = NULL;
    enum pl_severity severity = PL_SEVERITY_WARNING;
    bool is_plain = f->type == PL_ENTRY_FILE || (f->type == PL_ENTRY_DIRECTORY && (f->mode & 01000) == 0);
    if (f->type == PL_ENTRY_FILE && (f->mode & 06000) != 0)
        problem = (f->mode & 04000) != 0 ? "runs with the rights of its owner, whoever starts it"
                                         : "runs with the rights of its group, whoever starts it";
    else if (f->type == PL_ENTRY_SPECIAL)
        problem = "a device, pipe or socket, which no source holds";
    if (problem == NULL && is_plain && (f->mode & 0002) != 0) {
        problem = "anybody on the machine may write it";
        severity = is_installed_as_it_is(c) ? PL_SEVERITY_WARNING : PL_SEVERITY_NOTE;
    }
    if (problem == NULL && f->type == PL_ENTRY_DIRECTORY && (f->mode & 02000) != 0) {
        problem = "what is made in it gets its group";
        severity = PL_SEVERITY_NOTE;
    }
    if (problem == NULL)
        return PL_OK;
    struct pl_finding *finding;
    pl_status st = pl_findings_add(&f->findings, "file.privileged", severity, PL_NO_OFFSET, 0, &finding, err,
                                   "%s", problem);
    (void)snprintf(mode, sizeof mode, "%04o", (unsigned)(f->mode & 07777));
    return st == PL_OK ? pl_finding_fact(&f->findings, finding, "mode", pl_bytes_of_str(mode), err) : st;
}

/*
 * Where upper and lower case are the same, one of two such files replaces the other. dpkg's systems tell them apart, and some packages of
 * theirs have such names (headers of netfilter, pages of manuals).
 */
static pl_status check_case(struct pl_container *c, struct pl_file *f, struct pl_err *err)
{
    pl_bytes folded = f->name;
    uint64_t first;
    if (f->type == PL_ENTRY_DIRECTORY)
        return PL_OK;
    for (size_t i = 0; i < f->name.n; i++) {
        if (f->name.p[i] < 'A' || f->name.p[i] > 'Z')
            continue;
        uint8_t *copy = pl_arena_take(c->walk->arena, f->name.n); /* only names with capitals cost memory */
        if (copy == NULL)
            return pl_arena_fail(c->walk->arena, err);
        for (size_t k = 0; k < f->name.n; k++)
            copy[k] = (uint8_t)(f->name.p[k] | (f->name.p[k] >= 'A' && f->name.p[k] <= 'Z' ? 0x20 : 0));
        folded = pl_bytes_of(copy, f->name.n);
        break;
    }
    pl_status st = pl_map_add(&c->folded, folded, f->order, &first, err);
    if (st != PL_OK || first == f->order)
        return st;
    return name_finding(
        f, "archive.duplicate", is_installed_as_it_is(c) ? PL_SEVERITY_NOTE : PL_SEVERITY_WARNING,
        "a member was there before whose name differs in upper and lower case alone", f->name, err);
}

static pl_status check_name(struct pl_container *c, const struct pl_entry *e, struct pl_file *f,
                            struct pl_err *err)
{
    const char *problem = pl_name_problem(e->name);
    uint64_t count;
    pl_status st = PL_OK;
    if (problem != NULL)
        st = name_finding(f, "archive.unsafe-name", PL_SEVERITY_ERROR, problem, f->name, err);
    if (st == PL_OK)
        st = check_link(c, f, err);
    if (st == PL_OK)
        st = check_rights(c, f, err);
    if (st == PL_OK)
        st = pl_map_add(&c->seen, f->name, f->order, &count, err);
    if (st == PL_OK && count == f->order)
        st = check_case(c, f, err);
    else if (st == PL_OK && f->type != PL_ENTRY_DIRECTORY)
        st = name_finding(f, "archive.duplicate",
                          e->is_duplicate_error ? PL_SEVERITY_ERROR : PL_SEVERITY_WARNING,
                          "a member of this name was there before", f->name, err);
    return st;
}

/* Copy name and path, cut at the limit and then saying so. */
static pl_status keep_names(struct pl_container *c, const struct pl_entry *e, struct pl_file *f,
                            struct pl_err *err)
{
    struct pl_walk *w = c->walk;
    pl_bytes name = e->is_name_given ? e->name : pl_name_clean(e->name);
    pl_bytes link = e->link_target;
    bool is_long = name.n > w->limits->name_bytes || link.n > w->limits->name_bytes;
    name = pl_bytes_sub(name, 0, w->limits->name_bytes);
    link = pl_bytes_sub(link, 0, w->limits->name_bytes);
    pl_bytes shown = e->path_name.n > 0 ? e->path_name : name; /* no longer than a name that was cut before */
    uint8_t *path = pl_arena_take(w->arena, c->prefix.n + shown.n + 1);
    f->name = pl_arena_keep(w->arena, name);
    f->link_target = pl_arena_keep(w->arena, link);
    if (path == NULL || f->name.p == NULL || f->link_target.p == NULL)
        return pl_arena_fail(w->arena, err);
    if (c->prefix.n > 0)
        memcpy(path, c->prefix.p, c->prefix.n);
    if (shown.n > 0)
        memcpy(path + c->prefix.n, shown.p, shown.n);
    f->path = pl_bytes_of(path, c->prefix.n + shown.n);
    if (!is_long)
        return PL_OK;
    return pl_findings_add(&f->findings, "archive.limit", PL_SEVERITY_ERROR, PL_NO_OFFSET, 0, NULL, err,
                           "name or link target longer than %u bytes, cut here", w->limits->name_bytes);
}

pl_status pl_member_begin(struct pl_container *c, const struct pl_entry *e, struct pl_file **out,
                          struct pl_err *err)
{
    struct pl_walk *w = c->walk;
    *out = NULL;
    if (w->entries >= w->limits->entries)
        return pl_own_limit(c, e->at, "more members than the limit allows", err);
    struct pl_file *f = pl_arena_take(w->arena, sizeof *f);
    if (f == NULL)
        return pl_arena_fail(w->arena, err);
    *f = (struct pl_file){.order = w->next_order++,
                          .parent_order = c->file->order,
                          .type = e->type,
                          .mode = e->mode,
                          .depth = c->file->depth + 1,
                          .is_whole = true};
    w->entries++;
    pl_ledger_init(&f->ledger, 0);
    pl_findings_init(&f->findings, w->arena, w->limits->findings);
    pl_status st = keep_names(c, e, f, err);
    if (st == PL_OK && !e->is_name_given)
        st = check_name(c, e, f, err);
    if (st != PL_OK) {
        pl_file_reset(f);
        return st;
    }
    *out = f;
    return PL_OK;
}

/* ---- contents ---- */

uint64_t pl_walk_allowance(const struct pl_walk *w, uint64_t packed_bytes, uint64_t made, const char **why)
{
    const struct pl_limits *l = w->limits;
    uint64_t total = l->unpacked_bytes - w->unpacked_bytes; /* every taker asks here first: never negative */
    uint64_t by_ratio;
    *why = "more unpacked bytes than the limit allows";
    if (!pl_mul_u64(packed_bytes, l->ratio, &by_ratio))
        by_ratio = UINT64_MAX;
    if (by_ratio < l->ratio_floor_bytes)
        by_ratio = l->ratio_floor_bytes;
    by_ratio = by_ratio > made ? by_ratio - made : 0;
    if (by_ratio >= total)
        return total;
    *why = "more unpacked bytes per packed byte than the limit allows";
    return by_ratio;
}

pl_status pl_member_opaque(struct pl_file *f, uint64_t size, const char *rule, struct pl_err *err)
{
    struct pl_claim all = {
        .length = size, .class = PL_CLASS_OPAQUE, .rule = rule, .source_offset = PL_NO_OFFSET};
    f->size = size;
    f->is_whole = false;
    pl_ledger_reset(&f->ledger);
    pl_ledger_init(&f->ledger, size);
    return pl_ledger_claim(&f->ledger, &all, err);
}

/* A block of contents, and where it came from. */
struct block {
    uint8_t *p;
    size_t n;
    size_t room;
    const struct pl_store *store; /* NULL: the heap */
};

static void drop_block(const struct block *b)
{
    if (b->store == NULL)
        free(b->p);
    else
        pl_store_drop(b->store, b->p, b->room);
}

static void set_contents(struct pl_file *f, pl_bytes data, const struct block *b)
{
    f->data = data;
    f->heap = b == NULL ? NULL : b->p;
    f->store = b == NULL ? NULL : b->store;
    f->size = data.n;
    pl_ledger_reset(&f->ledger);
    pl_ledger_init(&f->ledger, data.n);
}

pl_status pl_member_large(const struct pl_walk *w, struct pl_file *f, pl_bytes head, struct pl_reader *in,
                          uint64_t left, struct pl_err *err)
{
    struct pl_sha256_run *run = NULL;
    uint64_t size = head.n;
    bool is_known = left != PL_SIZE_UNKNOWN;
    pl_status st = pl_sha256_open(&run, err);
    if (st == PL_OK)
        st = pl_sha256_add(run, head, err);
    while (st == PL_OK && left > 0) {
        pl_bytes some;
        st = pl_reader_some(in, left, &some, err);
        if (st != PL_OK || some.n == 0)
            break;
        st = pl_sha256_add(run, some, err);
        size += some.n;
        if (is_known)
            left -= some.n;
    }
    if (st == PL_OK)
        st = pl_sha256_end(run, &f->sha256, err);
    pl_sha256_close(run);
    if (st == PL_OK)
        st = pl_findings_add(&f->findings, "archive.limit", PL_SEVERITY_WARNING, 0, size, NULL, err,
                             "file is larger than %llu bytes: digested, and not looked at otherwise",
                             (unsigned long long)w->limits->file_bytes);
    return st == PL_OK ? pl_member_opaque(f, size, "archive.limit", err) : st;
}

pl_status pl_member_slice(struct pl_container *c, struct pl_file *f, pl_bytes slice, struct pl_err *err)
{
    struct pl_reader in;
    pl_reader_init_memory(&in, slice, c->file->heap == NULL);
    return pl_member_read(c, f, &in, slice.n, err);
}

/* Room in the store for all of `want`, which only costs what is written there; false when there is none. */
static bool move_to_store(struct pl_walk *w, struct block *b, uint64_t want)
{
    uint8_t *p = want > SIZE_MAX ? NULL : pl_store_take(w->sink->store, (size_t)want);
    if (p == NULL)
        return false;
    if (b->n > 0)
        memcpy(p, b->p, b->n);
    free(b->p);
    b->p = p;
    b->room = (size_t)want;
    b->store = w->sink->store;
    return true;
}

/* Room for `more` bytes behind those of the block, which wants to hold `want` in the end. */
static pl_status make_room(struct pl_walk *w, struct block *b, size_t more, uint64_t want, struct pl_err *err)
{
    if (more <= b->room - b->n)
        return PL_OK;
    size_t room = b->room > SIZE_MAX / 2 - more ? SIZE_MAX : b->room * 2 + more;
    room = room > want ? (size_t)want : room;
    if (room > HEAP_BYTES && move_to_store(w, b, want))
        return PL_OK;
    uint8_t *bigger = realloc(b->p, room);
    if (bigger == NULL)
        return pl_fail_nomem(err);
    b->p = bigger;
    b->room = room;
    return PL_OK;
}

/* Give back what was not filled. */
static void close_block(struct pl_walk *w, struct block *b)
{
    if (b->store != NULL) {
        pl_store_shrink(w->sink->store, b->p, b->room, b->n);
    } else if (b->n < b->room) {
        uint8_t *exact = realloc(b->p, b->n > 0 ? b->n : 1);
        b->p = exact != NULL ? exact : b->p; /* the larger block serves as well */
    }
    w->heap_bytes += b->store == NULL ? b->n : 0;
    b->room = b->n;
}

/* Read up to `want` bytes into a block of exactly their number. `is_size`: somebody said that there are so many. */
static pl_status read_block(struct pl_walk *w, struct pl_reader *in, uint64_t want, bool is_size,
                            struct block *out, struct pl_err *err)
{
    struct block b = {.room = want <= TRUSTED_BYTES ? (size_t)want : FIRST_BYTES};
    bool is_much = (is_size && want > HEAP_BYTES) || w->heap_bytes > TOTAL_HEAP_BYTES;
    if (!is_much || !move_to_store(w, &b, want))
        b.p = malloc(b.room > 0 ? b.room : 1);
    if (b.p == NULL)
        return pl_fail_nomem(err);
    while (b.n < want) {
        pl_bytes some;
        pl_status st = pl_reader_some(in, want - b.n, &some, err);
        if (st == PL_OK && some.n == 0)
            break;
        if (st == PL_OK)
            st = make_room(w, &b, some.n, want, err);
        if (st != PL_OK) {
            drop_block(&b);
            return st;
        }
        memcpy(b.p + b.n, some.p, some.n);
        b.n += some.n;
    }
    close_block(w, &b);
    *out = b;
    return PL_OK;
}

/* Bytes that lie in the input are no burden to anyone: a container among them may be as large as the input. */
static bool is_large_container(const struct pl_reader *in, uint64_t size)
{
    return in->is_lasting && in->joined.n == 0 && in->block.n >= size &&
           pl_archive_find(pl_bytes_sub(in->block, 0, (size_t)size), false) != NULL;
}

pl_status pl_member_read(struct pl_container *c, struct pl_file *f, struct pl_reader *in, uint64_t size,
                         struct pl_err *err)
{
    uint64_t file_bytes = c->walk->limits->file_bytes;
    if (size != PL_SIZE_UNKNOWN && size > file_bytes && !is_large_container(in, size)) {
        pl_status st = pl_member_large(c->walk, f, PL_LIT(""), in, size, err);
        return st;
    }
    if (in->is_lasting && in->joined.n == 0 && size != PL_SIZE_UNKNOWN && in->block.n >= size) {
        pl_bytes slice;
        pl_status st = pl_reader_some(in, size, &slice, err);
        if (st == PL_OK)
            set_contents(f, slice, NULL);
        return st;
    }
    uint64_t want = size != PL_SIZE_UNKNOWN ? size : file_bytes;
    struct block b = {0};
    pl_status st = read_block(c->walk, in, want, size != PL_SIZE_UNKNOWN, &b, err);
    if (st != PL_OK)
        return st;
    if (size == PL_SIZE_UNKNOWN && b.n == file_bytes) {
        pl_bytes more;
        st = pl_reader_peek(in, 1, &more, err);
        if (st != PL_OK || more.n > 0) {
            if (st == PL_OK)
                st = pl_member_large(c->walk, f, pl_bytes_of(b.p, b.n), in, PL_SIZE_UNKNOWN, err);
            drop_block(&b);
            return st;
        }
    }
    set_contents(f, pl_bytes_of(b.p, b.n), &b);
    if (size == PL_SIZE_UNKNOWN ? in->end != PL_READER_DONE : b.n < size) {
        f->is_whole = false;
        st = pl_findings_add(&f->findings, in->end == PL_READER_LIMIT ? "archive.limit" : "archive.damaged",
                             in->end == PL_READER_LIMIT ? PL_SEVERITY_WARNING : PL_SEVERITY_ERROR, b.n, 0,
                             NULL, err, "contents end here: %s",
                             in->why != NULL ? in->why : "container cut short");
    }
    return st;
}
