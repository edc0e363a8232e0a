/*
 * zip_tables.c - end records, central directory and local headers of zip archives.
 *
 *     | local header 30 | name | extra | data | [descriptor 12..24] | ... | central entries 46 + ... | [zip64 end 56]
 *     [zip64 locator 20] | end 22 | comment |
 *
 * Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16 and 4.5. Two readers that look at different tables see different
 * archives (Android "master key", CVE-2013-4787), so all tables must agree.
 */
#include "base/cursor.h"
#include "base/size.h"
#include "base/status.h"
#include "format/archive/zip.h"

#include <zlib.h>

#define END_BYTES     22u
#define LOCATOR_BYTES 20u
#define END64_BYTES   56u
#define CENTRAL_BYTES 46u
#define LOCAL_BYTES   30u
#define MAX_COMMENT   65535u
/* End records that are looked at beside the one in use; what more there is still is a gap. */
#define MAX_OTHERS      16
#define FLAG_DESCRIPTOR 8u

/* ---- end records ---- */

/* The zip64 end record that the locator before `end_at` points at. */
static void read_end64(pl_bytes all, struct pl_zip_end *e)
{
    if (e->end_at < LOCATOR_BYTES)
        return;
    struct pl_cursor locator = pl_cursor_at(all, e->end_at - LOCATOR_BYTES);
    uint32_t magic = pl_cursor_u32le(&locator);
    pl_cursor_skip(&locator, 4);
    uint64_t at = pl_cursor_u64le(&locator);
    if (locator.bad || magic != 0x07064b50u)
        return;
    struct pl_cursor c = pl_cursor_at(all, at);
    magic = pl_cursor_u32le(&c);
    pl_cursor_skip(&c, 20);
    pl_cursor_skip(&c, 8);
    uint64_t entries = pl_cursor_u64le(&c);
    uint64_t bytes = pl_cursor_u64le(&c);
    uint64_t directory_at = pl_cursor_u64le(&c);
    if (c.bad || magic != 0x06064b50u || at > e->end_at - LOCATOR_BYTES)
        return;
    e->at = at;
    e->entries = entries;
    e->directory_bytes = bytes;
    e->directory_at = directory_at;
}

/* Read the end record at `at`; false when what it says about the directory cannot be. */
static bool read_end(pl_bytes all, size_t at, struct pl_zip_end *out)
{
    struct pl_cursor c = pl_cursor_at(all, at);
    struct pl_zip_end e = {.at = at, .end_at = at};
    pl_cursor_skip(&c, 10);
    e.entries = pl_cursor_u16le(&c);
    e.directory_bytes = pl_cursor_u32le(&c);
    e.directory_at = pl_cursor_u32le(&c);
    e.comment = pl_cursor_take(&c, pl_cursor_u16le(&c));
    if (c.bad)
        return false;
    read_end64(all, &e);
    uint64_t directory_end;
    if (!pl_add_u64(e.directory_at, e.directory_bytes, &directory_end) || directory_end > e.at)
        return false;
    if (e.entries == 0) {
        *out = e;
        return e.directory_bytes == 0;
    }
    struct pl_cursor first = pl_cursor_at(all, e.directory_at);
    if (pl_cursor_u32le(&first) != 0x02014b50u) {
        e.shift = e.at - directory_end;
        e.directory_at += e.shift;
        first = pl_cursor_at(all, e.directory_at);
        if (pl_cursor_u32le(&first) != 0x02014b50u)
            return false;
    }
    *out = e;
    return true;
}

/* The last end record that makes sense, looking backwards from `before`. */
static bool find_end_before(pl_bytes all, size_t before, struct pl_zip_end *out)
{
    size_t lowest = all.n > END_BYTES + MAX_COMMENT ? all.n - END_BYTES - MAX_COMMENT : 0;
    for (size_t i = before; i > lowest; i--) {
        pl_bytes b = pl_bytes_sub(all, i - 1, 4);
        if (b.n == 4 && b.p[0] == 'P' && b.p[1] == 'K' && b.p[2] == 5 && b.p[3] == 6 &&
            read_end(all, i - 1, out))
            return true;
    }
    return false;
}

bool pl_zip_find_end(pl_bytes all, struct pl_zip_end *out)
{
    return find_end_before(all, all.n, out);
}

/* Is `at` inside the data of a member, such as a zip that is stored in a zip? */
static bool is_in_member(const pl_zip_entries *entries, uint64_t at)
{
    for (size_t i = 0; i < entries->n; i++)
        if (at >= entries->v[i].data_at && at < entries->v[i].end_at)
            return true;
    return false;
}

pl_status pl_zip_find_others(struct pl_container *c, const struct pl_zip_end *end,
                             const pl_zip_entries *entries, struct pl_err *err)
{
    struct pl_zip_end other = *end;
    for (int i = 0; i < MAX_OTHERS; i++) {
        if (!find_end_before(c->file->data, (size_t)other.end_at, &other))
            return PL_OK;
        if (other.end_at < end->at && !is_in_member(entries, other.end_at))
            return pl_note(c, "archive.overlap", PL_SEVERITY_ERROR, other.end_at, END_BYTES,
                           "second central directory", err);
    }
    return PL_OK;
}

static pl_status own_end(struct pl_container *c, const struct pl_zip_end *e, struct pl_err *err)
{
    pl_status st = pl_own(c, e->end_at, END_BYTES + e->comment.n, PL_CLASS_STRUCTURE, err);
    if (st == PL_OK && e->comment.n > 0)
        st = pl_note(c, "archive.comment", pl_carried_severity(e->comment.n), e->end_at + END_BYTES,
                     e->comment.n, "archive comment", err);
    if (st == PL_OK && e->at != e->end_at) {
        st = pl_own(c, e->at, END64_BYTES, PL_CLASS_STRUCTURE, err);
        if (st == PL_OK)
            st = pl_own(c, e->end_at - LOCATOR_BYTES, LOCATOR_BYTES, PL_CLASS_STRUCTURE, err);
    }
    return st;
}

/* ---- extra fields ---- */

struct extra {
    uint64_t size;
    uint64_t packed_bytes;
    uint64_t local_at;
};

#define EXTRA_ZIP64   0x0001u
#define EXTRA_PATH    0x7075u
#define EXTRA_COMMENT 0x6375u
#define EXTRA_ALIGN   0xd935u

/* The most that a field of a known kind holds: zip64, NTFS and Unix times, owners, jar's mark, AES. Any other: none. */
static size_t extra_room(uint16_t id)
{
    static const struct {
        uint16_t id;
        uint8_t most;
    } known[] = {{EXTRA_ZIP64, 28}, {0x000a, 32}, {0x5455, 13}, {0x5855, 12},
                 {0x7855, 4},       {0x7875, 24}, {0xcafe, 0},  {0x9901, 7}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].id == id)
            return known[i].most;
    return 0;
}

/* Info-ZIP's Unicode path: unpackers that know it go by it. Of a name that is ASCII it can only say the same. APPNOTE 4.6.9. */
static bool renames(pl_bytes value, pl_bytes name)
{
    struct pl_cursor c = pl_cursor_of(value);
    pl_cursor_skip(&c, 1);
    uint32_t crc = pl_cursor_u32le(&c);
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] >= 0x80)
            return false;
    return !c.bad && crc == (uint32_t)crc32_z(0, name.p, name.n) &&
           !pl_bytes_eq(name, pl_bytes_from(value, c.at));
}

/* What a field holds beside that for which its kind is there. */
static pl_status note_extra(struct pl_container *c, uint64_t at, uint16_t id, pl_bytes value, pl_bytes name,
                            struct pl_err *err)
{
    bool is_text = id == EXTRA_PATH || id == EXTRA_COMMENT;
    if (id == EXTRA_PATH && renames(value, name))
        return pl_note(c, "archive.renamed", PL_SEVERITY_WARNING, at, value.n,
                       "another name in the extra field for Unicode", err);
    if (id == EXTRA_PATH && value.n <= name.n * 4 + 5)
        return PL_OK;
    if (id == EXTRA_ALIGN && pl_first_set(pl_bytes_from(value, 2)) == SIZE_MAX)
        return PL_OK; /* the first two bytes say to what it aligns */
    if (value.n <= extra_room(id) || pl_first_set(value) == SIZE_MAX)
        return PL_OK;
    return pl_note(
        c, "archive.comment", pl_carried_severity(value.n), at, value.n,
        is_text ? "text in an extra field" : "extra field of unknown kind, or longer than its kind is", err);
}

/*
 * Go through the extra fields at `at` of the member with this name; zip64 sizes replace those that are all ones. What we do not know is noted; what is
 * no field is a gap.
 */
static pl_status read_extra(struct pl_container *c, uint64_t at, pl_bytes extra, pl_bytes name,
                            struct extra *x, struct pl_err *err)
{
    struct pl_cursor cur = pl_cursor_of(extra);
    pl_status st = PL_OK;
    while (st == PL_OK && pl_cursor_left(&cur) > 0) {
        size_t begin = cur.at;
        uint16_t id = pl_cursor_u16le(&cur);
        pl_bytes value = pl_cursor_take(&cur, pl_cursor_u16le(&cur));
        if (cur.bad)
            return pl_own_padding(c, at + begin, pl_bytes_from(extra, begin), "bytes behind the extra fields",
                                  err);
        st = pl_own(c, at + begin, cur.at - begin, PL_CLASS_STRUCTURE, err);
        if (st == PL_OK)
            st = note_extra(c, at + cur.at - value.n, id, value, name, err);
        struct pl_cursor v = pl_cursor_of(value);
        if (id != EXTRA_ZIP64)
            continue;
        if (x->size == UINT32_MAX)
            x->size = pl_cursor_u64le(&v);
        if (x->packed_bytes == UINT32_MAX)
            x->packed_bytes = pl_cursor_u64le(&v);
        if (x->local_at == UINT32_MAX)
            x->local_at = pl_cursor_u64le(&v);
    }
    return st;
}

/* ---- central directory ---- */

static pl_status read_central(struct pl_container *c, const struct pl_zip_end *end, struct pl_cursor *cur,
                              struct pl_zip_entry *e, struct pl_err *err)
{
    e->at = cur->at;
    uint32_t magic = pl_cursor_u32le(cur);
    e->made_by = pl_cursor_u16le(cur);
    pl_cursor_skip(cur, 2);
    e->flags = pl_cursor_u16le(cur);
    e->method = pl_cursor_u16le(cur);
    pl_cursor_skip(cur, 4);
    e->crc = pl_cursor_u32le(cur);
    struct extra x = {.packed_bytes = pl_cursor_u32le(cur)};
    x.size = pl_cursor_u32le(cur);
    uint16_t name_bytes = pl_cursor_u16le(cur);
    uint16_t extra_bytes = pl_cursor_u16le(cur);
    uint16_t comment_bytes = pl_cursor_u16le(cur);
    pl_cursor_skip(cur, 4);
    e->attributes = pl_cursor_u32le(cur);
    x.local_at = pl_cursor_u32le(cur);
    e->name = pl_cursor_take(cur, name_bytes);
    uint64_t extra_at = cur->at;
    pl_bytes extra = pl_cursor_take(cur, extra_bytes);
    uint64_t comment_at = cur->at;
    pl_cursor_skip(cur, comment_bytes);
    if (cur->bad || magic != 0x02014b50u)
        return pl_fail(err, PL_E_INPUT, e->at, "zip: entry of the central directory is damaged");
    pl_status st = pl_own(c, e->at, CENTRAL_BYTES + name_bytes, PL_CLASS_STRUCTURE, err);
    if (st == PL_OK)
        st = read_extra(c, extra_at, extra, e->name, &x, err);
    if (st == PL_OK)
        st = pl_own(c, comment_at, comment_bytes, PL_CLASS_STRUCTURE, err);
    if (st == PL_OK && comment_bytes > 0)
        st = pl_note(c, "archive.comment", pl_carried_severity(comment_bytes), comment_at, comment_bytes,
                     "comment of a member", err);
    e->size = x.size;
    e->packed_bytes = x.packed_bytes;
    if (!pl_add_u64(x.local_at, end->shift, &e->local_at) || e->local_at >= c->file->size)
        return pl_fail(err, PL_E_INPUT, e->at + 42, "zip: member stands beyond the end");
    return st;
}

pl_status pl_zip_directory(struct pl_container *c, const struct pl_zip_end *end, pl_zip_entries *out,
                           struct pl_err *err)
{
    pl_bytes before_end = pl_bytes_sub(c->file->data, 0, (size_t)(end->directory_at + end->directory_bytes));
    struct pl_cursor cur = pl_cursor_at(before_end, end->directory_at);
    uint64_t room = c->walk->limits->entries;
    pl_status st = own_end(c, end, err);
    while (st == PL_OK && pl_cursor_left(&cur) > 0 && out->n <= room) {
        struct pl_zip_entry *e = PL_VEC_ADD(out);
        st = e == NULL ? pl_fail_nomem(err) : read_central(c, end, &cur, e, err);
    }
    if (st == PL_OK && out->n != end->entries && out->n <= room)
        st = pl_note(c, "archive.overlap", PL_SEVERITY_ERROR, end->at, 0,
                     "number of members in the end record and in the central directory differ", err);
    return st;
}

/* ---- local headers ---- */

/* Length of the data descriptor at `rest`, which repeats crc and sizes; 0 when none is there. APPNOTE 4.3.9. */
static size_t descriptor_bytes(pl_bytes rest, const struct pl_zip_entry *e)
{
    for (int form = 0; form < 4; form++) {
        struct pl_cursor c = pl_cursor_of(rest);
        bool is_signed = (form & 1) == 0;
        bool is_wide = (form & 2) != 0;
        if (is_signed && pl_cursor_u32le(&c) != 0x08074b50u)
            continue;
        uint32_t crc = pl_cursor_u32le(&c);
        uint64_t packed = is_wide ? pl_cursor_u64le(&c) : pl_cursor_u32le(&c);
        uint64_t size = is_wide ? pl_cursor_u64le(&c) : pl_cursor_u32le(&c);
        if (!c.bad && crc == e->crc && packed == e->packed_bytes && size == e->size)
            return c.at;
    }
    return 0;
}

static pl_status disagree(struct pl_container *c, const struct pl_zip_entry *e, const char *what,
                          struct pl_err *err)
{
    struct pl_finding *finding;
    pl_status st =
        pl_findings_add(&c->file->findings, "archive.overlap", PL_SEVERITY_ERROR, e->local_at, LOCAL_BYTES,
                        &finding, err, "zip: local header and central directory disagree on the %s", what);
    return st == PL_OK
               ? pl_finding_fact(&c->file->findings, finding, "name", pl_bytes_sub(e->name, 0, 256), err)
               : st;
}

static bool is_same_or_none(uint64_t local, uint64_t central)
{
    return local == 0 || local == UINT32_MAX || local == central;
}

pl_status pl_zip_local(struct pl_container *c, const struct pl_zip_end *end, struct pl_zip_entry *e,
                       struct pl_err *err)
{
    pl_bytes before = pl_bytes_sub(c->file->data, 0, (size_t)end->directory_at);
    struct pl_cursor cur = pl_cursor_at(before, e->local_at);
    uint32_t magic = pl_cursor_u32le(&cur);
    pl_cursor_skip(&cur, 2);
    uint16_t flags = pl_cursor_u16le(&cur);
    uint16_t method = pl_cursor_u16le(&cur);
    pl_cursor_skip(&cur, 4);
    uint32_t crc = pl_cursor_u32le(&cur);
    struct extra x = {.packed_bytes = pl_cursor_u32le(&cur), .local_at = 0};
    x.size = pl_cursor_u32le(&cur);
    uint16_t name_bytes = pl_cursor_u16le(&cur);
    uint16_t extra_bytes = pl_cursor_u16le(&cur);
    pl_bytes name = pl_cursor_take(&cur, name_bytes);
    uint64_t extra_at = cur.at;
    pl_bytes extra = pl_cursor_take(&cur, extra_bytes);
    e->data_at = cur.at;
    pl_cursor_skip(&cur, e->packed_bytes);
    if (cur.bad || magic != 0x04034b50u)
        return pl_fail(err, PL_E_INPUT, e->local_at, "zip: local header or data of a member is damaged");
    pl_status st = pl_own(c, e->local_at, LOCAL_BYTES + name_bytes, PL_CLASS_STRUCTURE, err);
    if (st == PL_OK)
        st = read_extra(c, extra_at, extra, name, &x, err);
    if (st == PL_OK && !pl_bytes_eq(name, e->name))
        st = disagree(c, e, "name", err);
    if (st == PL_OK && (method != e->method || ((flags ^ e->flags) & 1) != 0))
        st = disagree(c, e, "method", err);
    bool has_descriptor = (flags & FLAG_DESCRIPTOR) != 0;
    /* What is said later is nothing here, or all ones; a reader that goes by the local header believes anything else. */
    bool is_said_later = has_descriptor && crc == 0 && is_same_or_none(x.size, e->size) &&
                         is_same_or_none(x.packed_bytes, e->packed_bytes);
    if (st == PL_OK && !is_said_later &&
        (crc != e->crc || x.size != e->size || x.packed_bytes != e->packed_bytes))
        st = disagree(c, e, "size or checksum", err);
    e->end_at = cur.at;
    size_t n = has_descriptor ? descriptor_bytes(pl_bytes_from(before, cur.at), e) : 0;
    if (st == PL_OK)
        st = pl_own(c, e->end_at, n, PL_CLASS_STRUCTURE, err);
    e->end_at += n;
    return st;
}
