/*
 * feed.c - a folder for those who may not open it.
 *
 *     entry: | n of path | n of link | n of contents + 1, or 0 when they are not sent | size | type | mode |, 8 bytes each, then the three of them; n of path 0 is the end
 */
#include "pipeline/feed.h"

#include "io/read.h"

#include <stdlib.h>
#include <string.h>

struct head {
    uint64_t path_bytes;
    uint64_t link_bytes;
    uint64_t data_bytes_and_1;
    uint64_t size;
    uint64_t type;
    uint64_t mode;
};

struct reading {
    const struct pl_limits *limits;
    const struct pl_feed_choice *choice;
    const struct pl_feed_sink *sink;
};

static bool enter_folder(void *ctx, const struct pl_walk_entry *e)
{
    const struct reading *r = ctx;
    return r->choice == NULL || r->choice->enters(e);
}

static pl_status read_entry(void *ctx, const struct pl_walk_entry *e, struct pl_err *err)
{
    struct reading *r = ctx;
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_status st = PL_OK;
    bool is_wanted = r->choice == NULL || e->size <= r->choice->max_bytes;
    if (e->type == PL_ENTRY_DIRECTORY && (r->choice == NULL || !r->choice->has_folders))
        return PL_OK;
    if (e->type == PL_ENTRY_FILE && is_wanted)
        st = pl_io_read_at(e->dir_fd, e->name, r->limits->input_bytes, &heap, &n, err);
    return st == PL_OK ? r->sink->entry(r->sink->ctx, e, heap, n, err) : st;
}

static pl_status each_of_folder(const char *folder, const struct pl_feed_choice *choice,
                                const struct pl_limits *limits, const struct pl_feed_sink *sink,
                                struct pl_err *err)
{
    struct reading r = {.limits = limits, .choice = choice, .sink = sink};
    struct pl_walk_sink walk = {.ctx = &r, .entry = read_entry, .wants = enter_folder};
    return pl_walk(folder, limits, &walk, err);
}

static pl_status broken_off(struct pl_err *err)
{
    return pl_fail(err, PL_E_IO, PL_NO_OFFSET, "the files of the folder stopped coming");
}

static pl_status take_one(int from_parent, const struct head *h, const struct pl_feed_sink *sink,
                          struct pl_err *err)
{
    uint8_t *text = malloc((size_t)(h->path_bytes + h->link_bytes));
    size_t n = h->data_bytes_and_1 > 0 ? (size_t)h->data_bytes_and_1 - 1 : 0;
    uint8_t *heap = h->data_bytes_and_1 > 0 ? malloc(n + 1) : NULL;
    pl_status st = PL_OK;
    if (text == NULL || (heap == NULL && h->data_bytes_and_1 > 0))
        st = pl_fail_nomem(err);
    else if (!pl_child_get(from_parent, text, (size_t)(h->path_bytes + h->link_bytes)) ||
             (heap != NULL && !pl_child_get(from_parent, heap, n)))
        st = broken_off(err);
    if (st == PL_OK) {
        struct pl_walk_entry e = {.path = pl_bytes_of(text, (size_t)h->path_bytes),
                                  .link_target = pl_bytes_of(text + h->path_bytes, (size_t)h->link_bytes),
                                  .type = (enum pl_entry_type)h->type,
                                  .mode = (uint32_t)h->mode,
                                  .size = h->size,
                                  .dir_fd = -1};
        st = sink->entry(sink->ctx, &e, heap, n, err);
        heap = NULL;
    }
    free(text);
    free(heap);
    return st;
}

static pl_status each_of_parent(int from_parent, const struct pl_feed_sink *sink, struct pl_err *err)
{
    for (;;) {
        struct head h;
        if (!pl_child_get(from_parent, &h, sizeof h))
            return broken_off(err);
        if (h.path_bytes == 0)
            return PL_OK;
        pl_status st = take_one(from_parent, &h, sink, err);
        if (st != PL_OK)
            return st;
    }
}

pl_status pl_feed_each(const struct pl_feed *feed, const struct pl_limits *limits,
                       const struct pl_feed_sink *sink, struct pl_err *err)
{
    return feed->folder != NULL ? each_of_folder(feed->folder, NULL, limits, sink, err)
                                : each_of_parent(feed->from_parent, sink, err);
}

struct sending {
    struct pl_child *child;
    const struct pl_child_tick *tick;
};

static pl_status send_entry(void *ctx, const struct pl_walk_entry *e, uint8_t *heap, size_t n,
                            struct pl_err *err)
{
    struct sending *s = ctx;
    struct head h = {.path_bytes = e->path.n,
                     .link_bytes = e->link_target.n,
                     .data_bytes_and_1 = heap == NULL ? 0 : n + 1,
                     .size = e->size,
                     .type = (uint64_t)e->type,
                     .mode = e->mode};
    const pl_bytes parts[] = {pl_bytes_of(&h, sizeof h), e->path, e->link_target, pl_bytes_of(heap, n)};
    pl_status st = PL_OK;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && st == PL_OK; i++)
        st = pl_child_send(s->child, s->tick, parts[i], err);
    free(heap);
    return st;
}

pl_status pl_feed_send(const char *folder, const struct pl_feed_choice *choice,
                       const struct pl_limits *limits, struct pl_child *child,
                       const struct pl_child_tick *tick, struct pl_err *err)
{
    struct sending s = {.child = child, .tick = tick};
    struct pl_feed_sink sink = {.ctx = &s, .entry = send_entry};
    struct head end = {0};
    pl_status st = each_of_folder(folder, choice, limits, &sink, err);
    if (st == PL_OK)
        st = pl_child_send(child, tick, pl_bytes_of(&end, sizeof end), err);
    pl_child_send_end(child);
    return st;
}
