/*
 * sevenzip.c - 7z archives, over libarchive.
 *
 *     | '7z' bc af 27 1c | version: 2 | crc: 4 | offset: 8 | size: 8 | crc: 4 | packed streams | header |
 *
 * Source: 7zFormat.txt of the LZMA SDK. Offset and size of the header count from byte 32.
 * Not read here: which bytes of the packed streams no member uses; all of them count as the members'.
 * libarchive 3.6.2 crashes here when memory runs out; the walk runs in a process of its own (docs/sandbox.md).
 */
#include "base/cursor.h"
#include "base/size.h"
#include "base/status.h"
#include "format/archive/walk.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#define START_BYTES 32u
#define OUT_BYTES   (256u * 1024u)

/* Contents of the entry that libarchive stands at. */
struct entry_reader {
    struct pl_reader reader;
    struct pl_walk *walk;
    struct archive *archive;
    uint64_t packed_bytes; /* of the whole archive: 7z packs members together */
    uint64_t *made;        /* by the whole archive */
    uint8_t *out;
};

static bool sevenzip_probe(pl_bytes b)
{
    return b.n >= START_BYTES && pl_bytes_starts(b, PL_LIT("7z\xbc\xaf\x27\x1c"));
}

static pl_status stop(struct pl_reader *r, enum pl_reader_end end, const char *why)
{
    r->end = end;
    r->why = why;
    return PL_OK;
}

static pl_status entry_next(struct pl_reader *r, pl_bytes *block, struct pl_err *err)
{
    struct entry_reader *e = (struct entry_reader *)r; /* the reader is its first member */
    const char *why;
    *block = (pl_bytes){NULL, 0};
    la_ssize_t got = archive_read_data(e->archive, e->out, OUT_BYTES);
    if (got == 0)
        return stop(r, PL_READER_DONE, NULL);
    if (got < 0)
        return stop(r, PL_READER_DAMAGED, "member cannot be unpacked");
    uint64_t allowed = pl_walk_allowance(e->walk, e->packed_bytes, *e->made, &why);
    size_t given = (uint64_t)got > allowed ? (size_t)allowed : (size_t)got;
    *block = pl_bytes_of(e->out, given);
    *e->made += given;
    e->walk->unpacked_bytes += given;
    return given < (size_t)got ? stop(r, PL_READER_LIMIT, why) : PL_OK;
}

static pl_status own_layout(struct pl_container *c, struct pl_err *err)
{
    pl_bytes all = c->file->data;
    struct pl_cursor cur = pl_cursor_at(all, 12);
    uint64_t offset = pl_cursor_u64le(&cur);
    uint64_t size = pl_cursor_u64le(&cur);
    uint64_t end;
    if (!pl_add_u64(offset, size, &end) || end > all.n - START_BYTES)
        return pl_fail(err, PL_E_INPUT, 12, "7z: header stands beyond the end");
    pl_status st = pl_own(c, 0, START_BYTES, PL_CLASS_STRUCTURE, err);
    if (st == PL_OK)
        st = pl_own(c, START_BYTES, offset, PL_CLASS_MEMBERS, err);
    return st == PL_OK ? pl_own(c, START_BYTES + offset, size, PL_CLASS_STRUCTURE, err) : st;
}

static enum pl_entry_type entry_type(struct archive_entry *e)
{
    switch (archive_entry_filetype(e)) {
    case AE_IFREG: return PL_ENTRY_FILE;
    case AE_IFDIR: return PL_ENTRY_DIRECTORY;
    case AE_IFLNK: return PL_ENTRY_SYMLINK;
    default: return PL_ENTRY_SPECIAL;
    }
}

static pl_status read_entry(struct pl_container *c, struct entry_reader *in, struct archive_entry *e,
                            struct pl_err *err)
{
    const char *name = archive_entry_pathname_utf8(e);
    const char *link = archive_entry_symlink_utf8(e);
    if (name == NULL)
        name = archive_entry_pathname(e);
    struct pl_entry entry = {.name = pl_bytes_of_str(name),
                             .link_target = pl_bytes_of_str(link),
                             .type = entry_type(e),
                             .mode = archive_entry_perm(e) & 07777,
                             .at = START_BYTES,
                             .is_duplicate_error = true};
    struct pl_file *f;
    pl_status st = pl_member_begin(c, &entry, &f, err);
    if (st != PL_OK || f == NULL)
        return st;
    in->reader = (struct pl_reader){.next = entry_next};
    if (entry.type == PL_ENTRY_FILE)
        st = pl_member_read(c, f, &in->reader, PL_SIZE_UNKNOWN, err);
    if (st != PL_OK) {
        pl_file_reset(f);
        return st;
    }
    bool is_limit = in->reader.end == PL_READER_LIMIT;
    st = pl_member_end(c, f, err);
    return st == PL_OK && is_limit ? pl_own_limit(c, START_BYTES, in->reader.why, err) : st;
}

static pl_status read_entries(struct pl_container *c, struct entry_reader *in, struct pl_err *err)
{
    for (;;) {
        struct archive_entry *e;
        int rc = archive_read_next_header(in->archive, &e);
        if (rc == ARCHIVE_EOF)
            return own_layout(c, err);
        if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
            return pl_fail(err, PL_E_INPUT, START_BYTES, "7z: header or packed data cannot be read");
        pl_status st = read_entry(c, in, e, err);
        if (st != PL_OK || c->is_full)
            return st == PL_OK ? pl_own(c, 0, START_BYTES, PL_CLASS_STRUCTURE, err) : st;
    }
}

static pl_status sevenzip_unpack(struct pl_container *c, struct pl_reader *unused, struct pl_err *err)
{
    pl_bytes all = c->file->data;
    uint64_t made = 0;
    struct entry_reader *in = calloc(1, sizeof *in);
    uint8_t *out = malloc(OUT_BYTES);
    struct archive *a = archive_read_new();
    pl_status st = PL_OK;
    if (in == NULL || out == NULL || a == NULL) {
        st = pl_fail_nomem(err);
        goto out;
    }
    *in = (struct entry_reader){
        .walk = c->walk, .archive = a, .packed_bytes = all.n, .made = &made, .out = out};
    if (archive_read_support_format_7zip(a) != ARCHIVE_OK ||
        archive_read_open_memory(a, all.p, all.n) != ARCHIVE_OK)
        st = pl_fail(err, PL_E_INPUT, 0, "7z: signature header is damaged");
    else
        st = read_entries(c, in, err);
out:
    if (a != NULL)
        (void)archive_read_free(a); /* nothing is left to do when it fails */
    free(out);
    free(in);
    return st;
}

const struct pl_archive_format pl_archive_sevenzip = {
    .name = "7z",
    .shape = PL_ARCHIVE_SHELF,
    .probe = sevenzip_probe,
    .unpack = sevenzip_unpack,
};
