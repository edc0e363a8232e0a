/*
 * zip.c - zip archives and what is built on them: jar, wheel, apk, office documents.
 *
 * The central directory says what the members are, as for every reader that can seek; local headers must agree with it. Two
 * members whose bytes overlap are nobody's data (D. Fifield, "A better zip bomb", 2019): both are listed, and opaque.
 * Bytes that no header and no member owns are a gap.
 *
 * Source: PKWARE APPNOTE 6.3.10. Methods: stored, deflate, bzip2, zstd, xz. Not read here: encrypted members and other
 * methods; they are listed, and opaque. Archives in several parts.
 */
#include "format/archive/zip.h"
#include "base/status.h"
#include "format/archive/stream.h"

#include <stdlib.h>
#include <zlib.h>

#define MADE_ON_UNIX   3u
#define FLAG_ENCRYPTED 0x2041u /* traditional, strong, masked headers */
#define MODE_TYPE      0170000u

static bool zip_probe(pl_bytes b)
{
    struct pl_zip_end end;
    if (pl_bytes_starts(b, PL_LIT("PK\3\4")) || pl_bytes_starts(b, PL_LIT("PK\5\6")))
        return true;
    return pl_bytes_starts(b, PL_LIT("#!")) && b.n >= 22 && pl_zip_find_end(b, &end) && end.entries > 0;
}

/* qsort order: by place of the local header, then by place in the directory. */
static int by_place(const void *a, const void *b)
{
    const struct pl_zip_entry *const *x = a;
    const struct pl_zip_entry *const *y = b;
    if ((*x)->local_at != (*y)->local_at)
        return (*x)->local_at < (*y)->local_at ? -1 : 1;
    return (*x)->at < (*y)->at ? -1 : (*x)->at > (*y)->at;
}

static pl_status find_overlaps(struct pl_container *c, pl_zip_entries *entries, struct pl_err *err)
{
    struct pl_zip_entry **sorted = calloc(entries->n + 1, sizeof *sorted);
    if (sorted == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < entries->n; i++)
        sorted[i] = &entries->v[i];
    qsort(sorted, entries->n, sizeof *sorted, by_place);
    pl_status st = PL_OK;
    struct pl_zip_entry *furthest = NULL; /* of those before, the one that ends last */
    for (size_t i = 0; i < entries->n && st == PL_OK; i++) {
        struct pl_zip_entry *e = sorted[i];
        if (furthest != NULL && furthest->end_at > e->local_at) {
            furthest->is_overlapping = true;
            e->is_overlapping = true;
            st = pl_note(c, "archive.overlap", PL_SEVERITY_ERROR, e->local_at, furthest->end_at - e->local_at,
                         "two members share bytes", err);
        }
        if (furthest == NULL || e->end_at > furthest->end_at)
            furthest = e;
    }
    free(sorted);
    return st;
}

/* ---- contents ---- */

static const struct pl_codec *codec_of(uint16_t method)
{
    switch (method) {
    case 8: return &pl_codec_deflate;
    case 12: return &pl_codec_bzip2;
    case 93: return &pl_codec_zstd;
    case 95: return &pl_codec_xz;
    default: return NULL;
    }
}

static uint32_t crc_of(pl_bytes b)
{
    return (uint32_t)crc32_z(0, b.p, b.n);
}

static pl_status damaged(struct pl_file *f, const char *what, struct pl_err *err)
{
    return pl_findings_add(&f->findings, "archive.damaged", PL_SEVERITY_ERROR, PL_NO_OFFSET, 0, NULL, err,
                           "zip: %s", what);
}

static pl_status check_contents(struct pl_file *f, const struct pl_zip_entry *e, struct pl_err *err)
{
    pl_status st = PL_OK;
    if (f->is_whole && f->size != e->size)
        st = damaged(f, "member has another size than the central directory says", err);
    if (st == PL_OK && f->is_whole && crc_of(f->data) != e->crc)
        st = damaged(f, "checksum of a member does not fit", err);
    return st;
}

static pl_status unpack_contents(struct pl_container *c, struct pl_file *f, const struct pl_zip_entry *e,
                                 const struct pl_codec *codec, pl_bytes packed, struct pl_err *err)
{
    struct pl_stream *s = malloc(sizeof *s);
    if (s == NULL)
        return pl_fail_nomem(err);
    pl_status st = pl_stream_open(s, c->walk, NULL, codec, packed, err);
    if (st == PL_OK)
        st = pl_member_read(c, f, &s->reader, PL_SIZE_UNKNOWN, err);
    if (st == PL_OK && s->reader.end == PL_READER_DONE)
        st = pl_own_gap(c, e->data_at + s->at, packed.n - s->at,
                        "bytes after the end of the data of a member", err);
    if (st == PL_OK && s->reader.end == PL_READER_DONE)
        st = pl_note_excess(c, e->data_at, s->at, s->made, err);
    if (st == PL_OK && s->reader.end == PL_READER_DONE && s->frames > 1)
        st = pl_note(c, "archive.concatenated", PL_SEVERITY_WARNING, e->data_at, s->at,
                     "a member of more than one stream", err);
    if (st == PL_OK && s->reader.end != PL_READER_DONE)
        st = pl_own(c, e->data_at, packed.n, PL_CLASS_OPAQUE, err); /* not all of it was looked at */
    pl_stream_close(s);
    free(s);
    return st;
}

static pl_status read_contents(struct pl_container *c, struct pl_file *f, const struct pl_zip_entry *e,
                               struct pl_err *err)
{
    const struct pl_codec *codec = codec_of(e->method);
    pl_bytes packed = pl_bytes_sub(c->file->data, (size_t)e->data_at, (size_t)e->packed_bytes);
    if (e->is_overlapping)
        return pl_member_opaque(f, e->packed_bytes, "archive.overlap", err);
    if ((e->flags & FLAG_ENCRYPTED) != 0)
        return pl_member_opaque(f, e->packed_bytes, "archive.encrypted", err);
    pl_status st;
    if (e->method == 0)
        st = pl_member_slice(c, f, packed, err);
    else if (codec != NULL)
        st = unpack_contents(c, f, e, codec, packed, err);
    else
        return pl_member_opaque(f, e->packed_bytes, "archive.unsupported", err);
    return st == PL_OK ? check_contents(f, e, err) : st;
}

/* ---- members ---- */

static void set_type(struct pl_entry *out, const struct pl_zip_entry *e)
{
    uint32_t mode = e->made_by >> 8 == MADE_ON_UNIX ? e->attributes >> 16 : 0;
    out->mode = mode & 07777;
    if (e->name.n > 0 && e->name.p[e->name.n - 1] == '/')
        out->type = PL_ENTRY_DIRECTORY;
    else if ((mode & MODE_TYPE) == 0120000)
        out->type = PL_ENTRY_SYMLINK;
}

static pl_status read_member(struct pl_container *c, const struct pl_zip_entry *e, struct pl_err *err)
{
    struct pl_entry entry = {.name = e->name, .at = e->at, .is_duplicate_error = true};
    struct pl_file *f;
    set_type(&entry, e);
    pl_status st = pl_member_begin(c, &entry, &f, err);
    if (st != PL_OK || f == NULL)
        return st;
    if (entry.type != PL_ENTRY_DIRECTORY || e->packed_bytes > 0)
        st = read_contents(c, f, e, err);
    if (st == PL_OK && entry.type == PL_ENTRY_DIRECTORY && f->size > 0)
        f->type = PL_ENTRY_FILE; /* a directory with contents: they must not be passed over */
    if (st == PL_OK && entry.type == PL_ENTRY_SYMLINK && f->data.p != NULL)
        st = pl_member_link_from_contents(c, f, err);
    if (st != PL_OK) {
        pl_file_reset(f);
        return st;
    }
    return pl_member_end(c, f, err);
}

static pl_status zip_unpack(struct pl_container *c, struct pl_reader *in, struct pl_err *err)
{
    struct pl_zip_end end;
    pl_zip_entries entries = {0};
    if (!pl_zip_find_end(c->file->data, &end))
        return pl_fail(err, PL_E_INPUT, c->file->size, "zip: no end of central directory");
    pl_status st = pl_zip_directory(c, &end, &entries, err);
    for (size_t i = 0; i < entries.n && st == PL_OK; i++)
        st = pl_zip_local(c, &end, &entries.v[i], err);
    if (st == PL_OK)
        st = find_overlaps(c, &entries, err);
    if (st == PL_OK)
        st = pl_zip_find_others(c, &end, &entries, err);
    for (size_t i = 0; i < entries.n && st == PL_OK; i++) {
        const struct pl_zip_entry *e = &entries.v[i];
        if (!c->is_full)
            st = read_member(c, e, err);
        if (st == PL_OK) /* what read_member() claimed of it already stays */
            st = pl_own(c, e->data_at, e->packed_bytes, c->is_full ? PL_CLASS_OPAQUE : PL_CLASS_MEMBERS, err);
    }
    PL_VEC_FREE(&entries);
    return st;
}

const struct pl_archive_format pl_archive_zip = {
    .name = "zip",
    .shape = PL_ARCHIVE_SHELF,
    .probe = zip_probe,
    .unpack = zip_unpack,
};
