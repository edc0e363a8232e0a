/*
 * cpio.c - cpio archives, the payload of an .rpm and of an initramfs, read as they flow.
 *
 *     new ASCII: | "070701" or "070702" | 13 fields of 8 hex digits | name\0, padded to 4 | contents, padded to 4 |
 *     old ASCII: | "070707" | octal: dev 6 ino 6 mode 6 uid 6 gid 6 nlink 6 rdev 6 mtime 11 name 6 size 11 | name\0 | contents |
 *     the last member is called TRAILER!!!, and zeros follow it
 *
 * Source: cpio(5) of libarchive; rpm stores it with names that begin with "./".
 * Not read here: the binary format of the Seventh Edition. A second archive after the first (initramfs) is a gap.
 */
#include "base/cursor.h"
#include "base/status.h"
#include "format/archive/walk.h"

#define MAGIC_BYTES 6u
#define NEW_BYTES   110u
#define OLD_BYTES   76u
#define MODE_TYPE   0170000u

struct header {
    uint32_t mode;
    uint64_t size;
    uint64_t name_bytes;
    size_t head_bytes;
    size_t align;
};

static bool digits(pl_bytes b, unsigned base, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < b.n; i++) {
        uint8_t c = b.p[i];
        unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : 99;
        if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = (unsigned)(c | 0x20) - 'a' + 10;
        if (digit >= base)
            return false;
        value = value * base + digit; /* at most 11 octal or 8 hex digits: fits */
    }
    *out = value;
    return true;
}

static bool read_new(pl_bytes b, struct header *out)
{
    struct pl_cursor c = pl_cursor_at(b, MAGIC_BYTES);
    uint64_t fields[13];
    for (int i = 0; i < 13; i++)
        if (!digits(pl_cursor_take(&c, 8), 16, &fields[i]))
            return false;
    *out = (struct header){.mode = (uint32_t)fields[1],
                           .size = fields[6],
                           .name_bytes = fields[11],
                           .head_bytes = NEW_BYTES,
                           .align = 4};
    return !c.bad;
}

static bool read_old(pl_bytes b, struct header *out)
{
    static const uint8_t widths[] = {6, 6, 6, 6, 6, 6, 6, 11, 6, 11};
    struct pl_cursor c = pl_cursor_at(b, MAGIC_BYTES);
    uint64_t fields[10];
    for (int i = 0; i < 10; i++)
        if (!digits(pl_cursor_take(&c, widths[i]), 8, &fields[i]))
            return false;
    *out = (struct header){.mode = (uint32_t)fields[2],
                           .size = fields[9],
                           .name_bytes = fields[8],
                           .head_bytes = OLD_BYTES,
                           .align = 1};
    return !c.bad;
}

static bool read_header(pl_bytes b, struct header *out)
{
    bool is_new = pl_bytes_starts(b, PL_LIT("070701")) || pl_bytes_starts(b, PL_LIT("070702"));
    bool is_read = is_new ? read_new(b, out) : pl_bytes_starts(b, PL_LIT("070707")) && read_old(b, out);
    return is_read && out->name_bytes > 0;
}

static bool cpio_probe(pl_bytes b)
{
    struct header h;
    return read_header(b, &h);
}

static pl_status cut_short(struct pl_container *c, const struct pl_reader *in, struct pl_err *err)
{
    bool is_told_above = in->end == PL_READER_DAMAGED || in->end == PL_READER_LIMIT;
    c->is_full = true;
    return is_told_above ? PL_OK : pl_fail(err, PL_E_INPUT, in->at, "cpio: member cut short");
}

static pl_status read_padding(struct pl_container *c, struct pl_reader *in, size_t align, struct pl_err *err)
{
    pl_bytes pad;
    uint64_t at = in->at;
    pl_status st = pl_reader_take(in, (size_t)((align - at % align) % align), &pad, err);
    return st == PL_OK ? pl_own_padding(c, at, pad, "padding of a member is not zero", err) : st;
}

static enum pl_entry_type entry_type(uint32_t mode)
{
    switch (mode & MODE_TYPE) {
    case 0100000: return PL_ENTRY_FILE;
    case 0040000: return PL_ENTRY_DIRECTORY;
    case 0120000: return PL_ENTRY_SYMLINK;
    default: return PL_ENTRY_SPECIAL;
    }
}

static pl_status read_member(struct pl_container *c, struct pl_reader *in, uint64_t at,
                             const struct header *h, pl_bytes name, struct pl_err *err)
{
    struct pl_entry e = {.name = name, .type = entry_type(h->mode), .mode = h->mode & 07777, .at = at};
    struct pl_file *f;
    uint64_t data_at = in->at;
    pl_status st = pl_member_begin(c, &e, &f, err);
    if (st != PL_OK || f == NULL)
        return st;
    if (e.type != PL_ENTRY_SYMLINK && h->size > 0)
        f->type = PL_ENTRY_FILE; /* whatever it says it is: contents are not passed over */
    st = pl_member_read(c, f, in, h->size, err);
    if (st == PL_OK)
        st = pl_own(c, data_at, in->at - data_at, PL_CLASS_MEMBERS, err);
    if (st == PL_OK && e.type == PL_ENTRY_SYMLINK)
        st = pl_member_link_from_contents(c, f, err);
    if (st != PL_OK) {
        pl_file_reset(f);
        return st;
    }
    bool is_cut = in->at - data_at < h->size;
    st = pl_member_end(c, f, err);
    if (st == PL_OK && is_cut)
        return cut_short(c, in, err);
    return st == PL_OK ? read_padding(c, in, h->align, err) : st;
}

/* All that follows the last member: zeros, or a gap from the first byte that is set. */
static pl_status read_tail(struct pl_container *c, struct pl_reader *in, struct pl_err *err)
{
    uint64_t at = in->at;
    uint64_t first_set;
    pl_status st = pl_reader_skip(in, UINT64_MAX, &first_set, err);
    uint64_t zeros_end = first_set == PL_NO_OFFSET ? in->at : first_set;
    if (st == PL_OK)
        st = pl_own(c, at, zeros_end - at, PL_CLASS_STRUCTURE, err);
    return st == PL_OK
               ? pl_own_gap(c, zeros_end, in->at - zeros_end, "bytes after the end of the archive", err)
               : st;
}

/* Header and name; *is_last for the trailer. */
static pl_status read_one(struct pl_container *c, struct pl_reader *in, struct pl_buf *name, bool *is_last,
                          struct pl_err *err)
{
    struct header h;
    pl_bytes head;
    uint64_t at = in->at;
    pl_status st = pl_reader_peek(in, NEW_BYTES, &head, err);
    if (st != PL_OK)
        return st;
    if (head.n < OLD_BYTES)
        return cut_short(c, in, err);
    if (!read_header(head, &h))
        return pl_fail(err, PL_E_INPUT, at, "cpio: header is damaged");
    st = pl_reader_take(in, h.head_bytes, &head, err);
    if (st == PL_OK && h.name_bytes > c->walk->limits->name_bytes)
        return pl_own_limit(c, at, "name of a member is too long", err);
    pl_buf_clear(name);
    if (st == PL_OK)
        st = pl_reader_gather(in, h.name_bytes, name, err);
    if (st != PL_OK)
        return st;
    pl_bytes text = pl_buf_bytes(name);
    if (text.n < h.name_bytes)
        return cut_short(c, in, err);
    if (text.p[text.n - 1] != 0)
        return pl_fail(err, PL_E_INPUT, in->at - 1, "cpio: name does not end in a NUL");
    text.n--;
    st = pl_own(c, at, in->at - at, PL_CLASS_STRUCTURE, err);
    if (st == PL_OK)
        st = read_padding(c, in, h.align, err);
    *is_last = pl_bytes_eq_str(text, "TRAILER!!!") && h.size == 0;
    return st == PL_OK && !*is_last ? read_member(c, in, at, &h, text, err) : st;
}

static pl_status cpio_unpack(struct pl_container *c, struct pl_reader *in, struct pl_err *err)
{
    struct pl_buf name;
    bool is_last = false;
    pl_status st = PL_OK;
    pl_buf_init(&name, (size_t)c->walk->limits->name_bytes + 1);
    while (st == PL_OK && !is_last && !c->is_full)
        st = read_one(c, in, &name, &is_last, err);
    pl_buf_reset(&name);
    return st == PL_OK && is_last ? read_tail(c, in, err) : st;
}

const struct pl_archive_format pl_archive_cpio = {
    .name = "cpio",
    .shape = PL_ARCHIVE_FLOW,
    .probe = cpio_probe,
    .unpack = cpio_unpack,
};
