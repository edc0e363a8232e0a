/*
 * stream.c - running a decoder over frames, and keeping account of which packed bytes were which.
 *
 * Limits are exact: the byte that would be one too many is decoded, seen and not handed out.
 * A frame that begins and gives nothing but damage, after a whole one, is no frame but bytes after the end.
 */
#include "format/archive/stream.h"
#include "base/status.h"
#include "format/archive/names.h"

#include <stdlib.h>

#define OUT_BYTES (256u * 1024u)

static pl_status stop(struct pl_stream *s, enum pl_reader_end end, const char *why)
{
    s->reader.end = end;
    s->reader.why = why;
    return PL_OK;
}

static pl_status end_frame(struct pl_stream *s, struct pl_err *err)
{
    pl_status st = PL_OK;
    s->codec->close(s->state);
    s->state = NULL;
    s->frames++;
    if (s->container == NULL || s->codec->own == NULL)
        return PL_OK;
    if (s->frames == 2)
        st = pl_findings_add(&s->container->file->findings, "archive.concatenated", PL_SEVERITY_NOTE,
                             s->frame_at, s->at - s->frame_at, NULL, err, "%s: more than one stream",
                             s->codec->name);
    if (st == PL_OK)
        st = s->codec->own(s->container, s->frame_at,
                           pl_bytes_sub(s->packed, s->frame_at, s->at - s->frame_at), err);
    return st;
}

/* Go over padding when another frame follows it. */
static pl_status skip_padding(struct pl_stream *s, struct pl_err *err)
{
    pl_bytes rest = pl_bytes_from(s->packed, s->at);
    size_t zeros = pl_first_set(rest);
    if (zeros == SIZE_MAX || zeros % s->codec->padding_unit != 0 ||
        !s->codec->begins(pl_bytes_from(rest, zeros)))
        return PL_OK;
    uint64_t at = s->at;
    s->at += zeros;
    return s->container == NULL ? PL_OK : pl_own(s->container, at, zeros, PL_CLASS_STRUCTURE, err);
}

/* Open the next frame; false when there is none or no memory, and the reader has ended or *st says so. */
static bool begin_frame(struct pl_stream *s, pl_status *st, struct pl_err *err)
{
    if (s->frames > 0 && s->codec->is_padded_between) {
        *st = skip_padding(s, err);
        if (*st != PL_OK)
            return false;
    }
    if (s->frames > 0 && (s->codec->is_single || !s->codec->begins(pl_bytes_from(s->packed, s->at)))) {
        *st = stop(s, PL_READER_DONE, NULL);
        return false;
    }
    s->frame_at = s->at;
    s->frame_made = 0;
    s->state = s->codec->open();
    *st = s->state == NULL ? pl_fail_nomem(err) : PL_OK;
    return s->state != NULL;
}

static pl_status damaged(struct pl_stream *s, const char *why)
{
    if (s->frames > 0 && s->frame_made == 0) {
        s->at = s->frame_at;
        return stop(s, PL_READER_DONE, NULL);
    }
    return stop(s, PL_READER_DAMAGED, why);
}

static pl_status stream_next(struct pl_reader *r, pl_bytes *block, struct pl_err *err)
{
    struct pl_stream *s = (struct pl_stream *)r; /* the reader is its first member */
    *block = (pl_bytes){NULL, 0};
    for (;;) {
        pl_status st = PL_OK;
        if (s->state == NULL && !begin_frame(s, &st, err))
            return st;
        pl_bytes in = pl_bytes_from(s->packed, s->at);
        size_t before = in.n;
        size_t made = 0;
        enum pl_step step = s->codec->step(s->state, &in, s->out, OUT_BYTES, &made);
        s->at = s->packed.n - in.n;
        const char *why;
        uint64_t allowed = pl_walk_allowance(s->walk, s->packed.n, s->made, &why);
        bool is_over = made > allowed;
        size_t given = is_over ? (size_t)allowed : made;
        s->made += given;
        s->frame_made += given;
        s->walk->unpacked_bytes += given;
        *block = pl_bytes_of(s->out, given);
        if (is_over)
            return stop(s, PL_READER_LIMIT, why);
        if (step == PL_STEP_NOMEM)
            return pl_fail_nomem(err);
        if (step == PL_STEP_LIMIT)
            return stop(s, PL_READER_LIMIT, "stream needs more memory to unpack than the limit allows");
        if (step == PL_STEP_DAMAGED)
            return damaged(s, "compressed data is damaged");
        if (step == PL_STEP_MORE && made == 0 && in.n == before)
            return damaged(s, "compressed data is cut short");
        if (step == PL_STEP_END)
            st = end_frame(s, err);
        if (st != PL_OK || given > 0)
            return st;
    }
}

pl_status pl_stream_open(struct pl_stream *s, struct pl_walk *w, struct pl_container *c,
                         const struct pl_codec *codec, pl_bytes packed, struct pl_err *err)
{
    *s = (struct pl_stream){.walk = w, .container = c, .codec = codec, .packed = packed};
    s->reader.next = stream_next;
    s->out = malloc(OUT_BYTES);
    return s->out == NULL ? pl_fail_nomem(err) : PL_OK;
}

void pl_stream_close(struct pl_stream *s)
{
    if (s->state != NULL)
        s->codec->close(s->state);
    s->state = NULL;
    free(s->out);
    s->out = NULL;
}

/* What follows the last frame: padding, or a gap that the walk will find. */
static pl_status own_tail(struct pl_container *c, const struct pl_stream *s, struct pl_err *err)
{
    pl_bytes tail = pl_bytes_from(s->packed, s->at);
    if (tail.n == 0)
        return PL_OK;
    size_t unit = s->codec->padding_unit;
    if (unit > 0 && pl_first_set(tail) == SIZE_MAX && tail.n % unit == 0)
        return pl_own(c, s->at, tail.n, PL_CLASS_STRUCTURE, err);
    return pl_own_gap(c, s->at, tail.n, "bytes after the end of the compressed data", err);
}

static pl_status settle_stream(struct pl_container *c, struct pl_stream *s, struct pl_err *err)
{
    switch (s->reader.end) {
    case PL_READER_DONE: {
        pl_status st = own_tail(c, s, err);
        return st == PL_OK ? pl_note_excess(c, 0, s->at, s->made, err) : st;
    }
    case PL_READER_DAMAGED: {
        pl_status st = pl_own(c, s->frame_at, s->at - s->frame_at, PL_CLASS_MEMBERS, err);
        return st == PL_OK ? pl_fail(err, PL_E_INPUT, s->at, "%s: %s", s->codec->name, s->reader.why) : st;
    }
    case PL_READER_LIMIT: return pl_own_limit(c, s->frame_at, s->reader.why, err);
    case PL_READER_OPEN: break;
    }
    return pl_own_limit(c, s->state != NULL ? s->frame_at : s->at, "not read to the end", err);
}

static pl_status content(struct pl_container *c, struct pl_stream *s, struct pl_err *err)
{
    pl_bytes head;
    pl_status st = pl_reader_peek(&s->reader, PL_READER_PEEK_BYTES, &head, err);
    if (st != PL_OK || (head.n == 0 && s->reader.end != PL_READER_DONE))
        return st;
    const struct pl_archive_format *flow = pl_archive_find(head, true);
    if (flow != NULL && c->file->depth < c->walk->limits->depth)
        return pl_member_flow(c, flow, &s->reader, err);
    struct pl_file *f;
    struct pl_entry e = {
        .name = pl_name_unpacked(c->file->name), .mode = c->file->mode, .is_name_given = true};
    e.path_name = pl_bytes_basename(e.name);
    st = pl_member_begin(c, &e, &f, err);
    if (st != PL_OK || f == NULL)
        return st;
    st = pl_member_read(c, f, &s->reader, PL_SIZE_UNKNOWN, err);
    if (st != PL_OK) {
        pl_file_reset(f);
        return st;
    }
    return pl_member_end(c, f, err);
}

pl_status pl_stream_unpack(struct pl_container *c, const struct pl_codec *codec, struct pl_err *err)
{
    struct pl_stream *s = malloc(sizeof *s);
    if (s == NULL)
        return pl_fail_nomem(err);
    pl_status st = pl_stream_open(s, c->walk, c, codec, c->file->data, err);
    if (st == PL_OK)
        st = content(c, s, err);
    if (st == PL_OK && !c->is_full && s->reader.end == PL_READER_OPEN && s->reader.block.n == 0)
        st = pl_reader_skip(&s->reader, UINT64_MAX, NULL, err); /* ends what was read to its last byte */
    if (c->is_full)
        pl_disown(c, 0); /* nothing came out of what was unpacked to look at its beginning */
    else if (st == PL_OK)
        st = settle_stream(c, s, err);
    pl_stream_close(s);
    free(s);
    return st;
}
