/*
 * rpm.c - RPM packages: a shell around three things, which become members so that nothing in them goes unseen.
 *
 *     | lead 96 | signature header, padded to 8 | header | payload: a compressed cpio archive |
 *     each header: | 8e ad e8 01 | zeros: 4 | entries: 4 | bytes: 4 | 16 per entry | bytes |
 *
 * The header holds the scripts of the package and is a leaf called "header", not structure.
 * Source: "RPM V4 Package format" of rpm.org; Linux Standard Base 5, "Package File Format". Numbers are big-endian.
 * Not read here: what the headers say, and payloads that are not cpio ("070701"), such as rpm 6 with stripped headers.
 */
#include "base/cursor.h"
#include "base/status.h"
#include "format/archive/walk.h"

#define LEAD_BYTES 96u
#define NAME_AT    10u
#define NAME_BYTES 66u

static bool rpm_probe(pl_bytes b)
{
    return b.n >= LEAD_BYTES && pl_bytes_starts(b, PL_LIT("\xed\xab\xee\xdb"));
}

static pl_status header_bytes(pl_bytes all, uint64_t at, uint64_t *out, struct pl_err *err)
{
    struct pl_cursor c = pl_cursor_at(all, at);
    uint32_t magic = pl_cursor_u32be(&c);
    pl_cursor_skip(&c, 4);
    uint64_t entries = pl_cursor_u32be(&c);
    uint64_t bytes = pl_cursor_u32be(&c);
    uint64_t n = 16 + entries * 16 + bytes; /* 32-bit numbers: fits */
    if (c.bad || magic != 0x8eade801u)
        return pl_fail(err, PL_E_INPUT, at, "rpm: header does not begin as one");
    if (n > all.n - at)
        return pl_fail(err, PL_E_INPUT, at, "rpm: header reaches beyond the end");
    *out = n;
    return PL_OK;
}

static pl_status add_member(struct pl_container *c, const char *name, uint64_t at, uint64_t n,
                            struct pl_err *err)
{
    struct pl_file *f;
    struct pl_entry e = {.name = pl_bytes_of_str(name), .at = at, .is_name_given = true};
    pl_status st = c->is_full ? PL_OK : pl_member_begin(c, &e, &f, err);
    if (st != PL_OK || c->is_full)
        return st;
    st = pl_own(c, at, n, PL_CLASS_MEMBERS, err);
    if (st == PL_OK)
        st = pl_member_slice(c, f, pl_bytes_sub(c->file->data, (size_t)at, (size_t)n), err);
    if (st != PL_OK) {
        pl_file_reset(f);
        return st;
    }
    return pl_member_end(c, f, err);
}

/* The lead is obsolete: its name field is the only place for text, and what stands behind the name there is hidden. */
static pl_status own_lead(struct pl_container *c, struct pl_err *err)
{
    pl_bytes name = pl_bytes_sub(c->file->data, NAME_AT, NAME_BYTES);
    size_t end = pl_bytes_find_byte(name, 0, 0);
    size_t n = end == SIZE_MAX ? name.n : end;
    pl_status st = pl_own(c, 0, NAME_AT + n, PL_CLASS_STRUCTURE, err);
    if (st == PL_OK)
        st = pl_own_padding(c, NAME_AT + n, pl_bytes_from(name, n), "bytes behind the name in the lead", err);
    if (st == PL_OK)
        st = pl_own(c, 76, 4, PL_CLASS_STRUCTURE, err); /* system and kind of signature */
    return st == PL_OK
               ? pl_own_padding(c, 80, pl_bytes_sub(c->file->data, 80, 16), "reserved bytes of the lead", err)
               : st;
}

static pl_status rpm_unpack(struct pl_container *c, struct pl_reader *in, struct pl_err *err)
{
    pl_bytes all = c->file->data;
    uint64_t at = LEAD_BYTES;
    uint64_t n = 0;
    pl_status st = header_bytes(all, at, &n, err);
    if (st == PL_OK)
        st = own_lead(c, err);
    if (st == PL_OK)
        st = add_member(c, "signature", at, n, err);
    if (st != PL_OK)
        return st;
    at += n;
    n = (8 - at % 8) % 8;
    st = pl_own_padding(c, at, pl_bytes_sub(all, (size_t)at, (size_t)n), "padding of the signature header",
                        err);
    at += n;
    if (st == PL_OK && at > all.n)
        return pl_fail(err, PL_E_INPUT, all.n, "rpm: padding of the signature header cut short");
    if (st == PL_OK)
        st = header_bytes(all, at, &n, err);
    if (st == PL_OK)
        st = add_member(c, "header", at, n, err);
    if (st != PL_OK)
        return st;
    at += n;
    if (at == all.n)
        return pl_note(c, "archive.damaged", PL_SEVERITY_WARNING, at, 0, "no payload", err);
    return add_member(c, "payload", at, all.n - at, err);
}

const struct pl_archive_format pl_archive_rpm = {
    .name = "rpm",
    .shape = PL_ARCHIVE_SHELF,
    .probe = rpm_probe,
    .unpack = rpm_unpack,
};
