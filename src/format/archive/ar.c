/*
 * ar.c - Unix ar archives: the outer shell of a .deb and of a static library.
 *
 *     0      16          28     34     40       48         58  60
 *     | name | mtime     | uid  | gid  | mode   | size     |`\n| contents, padded to an even offset by \n |
 *
 * Source: deb(5) for the subset Debian allows, ar(5) and binutils' "ar.h" for the rest: GNU long names stand in a member
 * called "//" and are referred to as "/123"; BSD long names stand before the contents and are announced as "#1/len".
 * The symbol index "/" and the name table "//" are structure when they say only what the members say (ar_index.c); otherwise they are
 * members like any other: nothing in them goes unseen.
 */
#include "base/cursor.h"
#include "base/status.h"
#include "format/archive/ar_index.h"
#include "format/archive/walk.h"

#define HEADER_BYTES 60u
#define MAGIC_BYTES  8u

struct ar_header {
    pl_bytes name; /* as in the field, without trailing spaces */
    pl_bytes mode;
    uint64_t size;
};

static bool ar_probe(pl_bytes b)
{
    return pl_bytes_starts(b, PL_LIT("!<arch>\n"));
}

static pl_bytes trim_spaces(pl_bytes b)
{
    while (b.n > 0 && b.p[b.n - 1] == ' ')
        b.n--;
    return b;
}

static uint32_t octal(pl_bytes b)
{
    uint32_t value = 0;
    for (size_t i = 0; i < b.n && b.p[i] >= '0' && b.p[i] <= '7'; i++)
        value = value << 3 | (uint32_t)(b.p[i] - '0');
    return value;
}

/* A number field holds digits and then spaces; anything else in it is hidden there. */
static pl_status own_number(struct pl_container *c, uint64_t at, pl_bytes field, struct pl_err *err)
{
    pl_bytes digits = trim_spaces(field);
    bool is_number = true;
    for (size_t i = 0; i < digits.n; i++)
        is_number = is_number && pl_is_digit(digits.p[i]);
    if (is_number)
        return pl_own(c, at, field.n, PL_CLASS_STRUCTURE, err);
    return pl_own_gap(c, at, field.n, "header field is no number", err);
}

static pl_status read_header(struct pl_container *c, uint64_t at, struct ar_header *out, struct pl_err *err)
{
    static const uint8_t widths[] = {12, 6, 6, 8};
    struct pl_cursor cur = pl_cursor_at(c->file->data, at);
    pl_bytes name = pl_cursor_take(&cur, 16);
    pl_bytes fields[4];
    for (int i = 0; i < 4; i++)
        fields[i] = pl_cursor_take(&cur, widths[i]);
    pl_bytes size = pl_cursor_take(&cur, 10);
    pl_bytes end = pl_cursor_take(&cur, 2);
    if (cur.bad)
        return pl_fail(err, PL_E_INPUT, at, "ar: member header cut short");
    if (!pl_bytes_eq(end, PL_LIT("`\n")))
        return pl_fail(err, PL_E_INPUT, at + 58, "ar: member header does not end in ` and a line end");
    if (!pl_bytes_to_u64(trim_spaces(size), &out->size))
        return pl_fail(err, PL_E_INPUT, at + 48, "ar: size of a member is no number");
    out->name = trim_spaces(name);
    out->mode = fields[3];
    pl_status st = pl_own(c, at, 16, PL_CLASS_STRUCTURE, err);
    uint64_t field_at = at + 16;
    for (int i = 0; i < 4 && st == PL_OK; i++) {
        st = own_number(c, field_at, fields[i], err);
        field_at += widths[i];
    }
    return st == PL_OK ? pl_own(c, at + 48, 12, PL_CLASS_STRUCTURE, err) : st;
}

/* The name a member goes by. *body loses a BSD long name off its front. */
static pl_bytes long_name(pl_bytes field, pl_bytes table, pl_bytes *body)
{
    uint64_t number;
    if (pl_bytes_starts(field, PL_LIT("#1/")) && pl_bytes_to_u64(pl_bytes_from(field, 3), &number) &&
        number <= body->n) {
        pl_bytes name = pl_bytes_sub(*body, 0, (size_t)number);
        *body = pl_bytes_from(*body, (size_t)number);
        while (name.n > 0 && name.p[name.n - 1] == 0)
            name.n--;
        return name;
    }
    if (field.n > 1 && field.p[0] == '/' && pl_bytes_to_u64(pl_bytes_from(field, 1), &number) &&
        number < table.n) {
        pl_bytes rest = pl_bytes_from(table, (size_t)number);
        pl_bytes line;
        (void)pl_bytes_line(&rest, &line); /* not empty: number < table.n */
        field = line;
    }
    bool is_table = pl_bytes_eq(field, PL_LIT("/")) || pl_bytes_eq(field, PL_LIT("//")) ||
                    pl_bytes_eq(field, PL_LIT("/SYM64/"));
    if (!is_table && field.n > 0 && field.p[field.n - 1] == '/')
        field.n--;
    return field;
}

/* Is this member one of ar's own tables, and as it has to be? */
static pl_status is_sound_table(pl_bytes archive, pl_bytes name, pl_bytes body, bool *is_sound,
                                struct pl_err *err)
{
    *is_sound = false;
    if (pl_bytes_eq_str(name, "//"))
        return pl_ar_is_name_table(archive, body, is_sound, err);
    if (pl_bytes_eq_str(name, "/"))
        return pl_ar_is_symbol_index(archive, body, 4, is_sound, err);
    if (pl_bytes_eq_str(name, "/SYM64/"))
        return pl_ar_is_symbol_index(archive, body, 8, is_sound, err);
    return PL_OK;
}

static pl_status read_member(struct pl_container *c, uint64_t at, const struct ar_header *h, pl_bytes *table,
                             struct pl_err *err)
{
    uint64_t body_at = at + HEADER_BYTES;
    struct pl_cursor cur = pl_cursor_at(c->file->data, body_at);
    pl_bytes all = pl_cursor_take(&cur, h->size);
    if (cur.bad)
        return pl_fail(err, PL_E_INPUT, at + 48, "ar: member of %llu bytes reaches beyond the end",
                       (unsigned long long)h->size);
    pl_bytes body = all;
    struct pl_entry e = {.name = long_name(h->name, *table, &body), .mode = octal(h->mode) & 07777, .at = at};
    bool is_names = pl_bytes_eq(e.name, PL_LIT("//"));
    e.is_name_given = is_names || pl_bytes_eq(e.name, PL_LIT("/")) || pl_bytes_eq(e.name, PL_LIT("/SYM64/"));
    if (is_names)
        *table = body;
    bool is_sound;
    bool is_cut = pl_bytes_starts(e.name, PL_LIT("#1/")) && body.n == all.n;
    pl_status st = is_sound_table(c->file->data, e.name, body, &is_sound, err);
    if (st == PL_OK && is_cut)
        st = pl_note(c, "archive.damaged", PL_SEVERITY_WARNING, at, HEADER_BYTES,
                     "a name is longer than its member", err);
    if (st != PL_OK || is_sound)
        return st == PL_OK ? pl_own(c, body_at, all.n, PL_CLASS_STRUCTURE, err) : st;
    struct pl_file *f;
    st = pl_member_begin(c, &e, &f, err);
    if (st != PL_OK || f == NULL)
        return st;
    st = pl_own(c, body_at, all.n - body.n, PL_CLASS_STRUCTURE, err);
    if (st == PL_OK)
        st = pl_own(c, body_at + (all.n - body.n), body.n, PL_CLASS_MEMBERS, err);
    if (st == PL_OK)
        st = pl_member_slice(c, f, body, err);
    if (st != PL_OK) {
        pl_file_reset(f);
        return st;
    }
    return pl_member_end(c, f, err);
}

/* What follows the contents of a member up to an even offset: one line end. */
static pl_status own_pad(struct pl_container *c, uint64_t at, struct pl_err *err)
{
    pl_bytes pad = pl_bytes_sub(c->file->data, (size_t)at, 1);
    if (pad.n == 0)
        return PL_OK; /* some writers leave it out at the very end */
    if (pad.p[0] == '\n' || pad.p[0] == 0)
        return pl_own(c, at, 1, PL_CLASS_STRUCTURE, err);
    return pl_own_gap(c, at, 1, "padding byte is not a line end", err);
}

static pl_status ar_unpack(struct pl_container *c, struct pl_reader *in, struct pl_err *err)
{
    pl_bytes all = c->file->data;
    pl_bytes table = PL_LIT("");
    uint64_t at = MAGIC_BYTES;
    pl_status st = pl_own(c, 0, MAGIC_BYTES, PL_CLASS_STRUCTURE, err);
    while (st == PL_OK && at < all.n && !c->is_full) {
        struct ar_header h;
        pl_bytes rest = pl_bytes_from(all, (size_t)at);
        if (at > MAGIC_BYTES &&
            (rest.n < HEADER_BYTES || !pl_bytes_eq(pl_bytes_sub(rest, 58, 2), PL_LIT("`\n"))))
            return pl_own_gap(c, at, rest.n, "bytes after the last member", err);
        st = read_header(c, at, &h, err);
        if (st == PL_OK)
            st = read_member(c, at, &h, &table, err);
        if (st != PL_OK || c->is_full)
            break;
        at += HEADER_BYTES + h.size; /* inside the file: read_member() saw the bytes */
        if (at % 2 == 1) {
            st = own_pad(c, at, err);
            at++;
        }
    }
    return st;
}

const struct pl_archive_format pl_archive_ar = {
    .name = "ar",
    .shape = PL_ARCHIVE_SHELF,
    .probe = ar_probe,
    .unpack = ar_unpack,
};
