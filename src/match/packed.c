/*
 * packed.c - lists of numbers that are a file: bytes of a source file, or what inflates to one or to the text that the program prints.
 *
 *     static const unsigned char hugehelpgz[] = { 0x1f, 0x8b, 0x08, ... };      as mkhelp.pl writes a manual
 *     unsigned char icon_png[] = { 0x89, 0x50, ... };                           as xxd -i writes any file
 *
 * The list is read as bytes, inflated when it begins like gzip, and has to be equal, to its last byte, to a source file or to the text of all lines
 * of the same file that are one literal each. Those lines are judged by themselves, so that the list says nothing that is not judged.
 *
 * Source: RFC 1952 (gzip); xxd(1), option -i; C17 6.7.9.
 * Not read: lists of words wider than a byte, other compressions.
 */
#include "base/buf.h"
#include "base/digest.h"
#include "classify/classify.h"
#include "match/match.h"
#include "match/printed.h"

#include <string.h>
#include <zlib.h>

#define RULE       "data.packed"
#define MIN_LIST   64u
#define MAX_LIST   (16u << 20) /* bytes that a list stands for */
#define MAX_TEXT   (64u << 20) /* bytes that it inflates to */
#define MAX_LISTS  1024u
#define ROOM_BYTES 65536u

/* The value of a hexadecimal or decimal digit; 16 for no digit. */
static unsigned digit_of(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (unsigned)(c | 0x20) - 'a' + 10 : 16;
}

/* A number of at most 255 at `at`; the bytes it takes, 0 when there is none. */
static size_t number_at(pl_bytes b, size_t at, uint8_t *out)
{
    bool is_hex = at + 2 < b.n && b.p[at] == '0' && (b.p[at + 1] | 0x20) == 'x';
    unsigned base = is_hex ? 16 : 10;
    size_t i = at + (is_hex ? 2 : 0);
    unsigned value = 0;
    size_t n = 0;
    for (; i + n < b.n && digit_of(b.p[i + n]) < base && n < 4; n++)
        value = value * base + digit_of(b.p[i + n]);
    *out = (uint8_t)value;
    return n > 0 && value <= UINT8_MAX ? i + n - at : 0;
}

/* The list of numbers that begins at `at`: its bytes to `out`; where it ends, behind a last comma. */
static size_t read_list(pl_bytes b, size_t at, struct pl_buf *out)
{
    size_t end = at;
    uint8_t value;
    for (size_t i = at; i < b.n;) {
        size_t n = number_at(b, i, &value);
        if (n == 0)
            break;
        pl_buf_add_byte(out, value);
        end = i += n;
        while (i < b.n && pl_is_space(b.p[i]))
            i++;
        if (i == b.n || b.p[i] != ',')
            break;
        end = ++i;
        while (i < b.n && pl_is_space(b.p[i]))
            i++;
    }
    return end;
}

/* Inflate a gzip member that is all of `packed`. False when it is none, or too large. */
static bool inflate_all(pl_bytes packed, struct pl_buf *out)
{
    uint8_t room[ROOM_BYTES];
    z_stream z = {.next_in = (z_const Bytef *)(uintptr_t)packed.p, .avail_in = (uInt)packed.n};
    if (packed.n < 18 || packed.p[0] != 0x1f || packed.p[1] != 0x8b || inflateInit2(&z, 15 + 16) != Z_OK)
        return false;
    int rc = Z_OK;
    while (rc == Z_OK && out->why == PL_OK) {
        z.next_out = room;
        z.avail_out = sizeof room;
        rc = inflate(&z, Z_NO_FLUSH);
        pl_buf_add(out, pl_bytes_of(room, sizeof room - z.avail_out));
    }
    bool is_whole = rc == Z_STREAM_END && z.avail_in == 0 && out->why == PL_OK;
    (void)inflateEnd(&z); /* fails only on a state that is not one */
    return is_whole;
}

/* A source file with these bytes, or with these but for a last NUL. */
static pl_status find_source(const struct pl_match *m, pl_bytes bytes, pl_source_ref *ref, bool *found,
                             struct pl_err *err)
{
    pl_sha256 digest;
    pl_status st = *found ? PL_OK : pl_sha256_of(bytes, &digest, err);
    if (*found || st != PL_OK)
        return st;
    *found = pl_index_find_sha256(m->index, &digest, ref);
    if (*found || bytes.n == 0 || bytes.p[bytes.n - 1] != 0)
        return PL_OK;
    st = pl_sha256_of(pl_bytes_sub(bytes, 0, bytes.n - 1), &digest, err);
    *found = st == PL_OK && pl_index_find_sha256(m->index, &digest, ref);
    return st;
}

/* What the list stands for, if that is known; *note is NULL when it is not. */
static pl_status name_list(const struct pl_match *m, pl_bytes file, pl_bytes bytes, const char **source,
                           const char **note, struct pl_err *err)
{
    struct pl_buf text;
    struct pl_buf printed;
    pl_source_ref ref;
    bool found = false;
    pl_buf_init(&text, MAX_TEXT);
    pl_buf_init(&printed, MAX_TEXT);
    bool is_packed = inflate_all(bytes, &text);
    *note = NULL;
    *source = NULL;
    pl_status st = find_source(m, bytes, &ref, &found, err);
    if (st == PL_OK && is_packed)
        st = find_source(m, pl_buf_bytes(&text), &ref, &found, err);
    if (st == PL_OK && found) {
        *source = pl_arena_str(m->arena, pl_index_file(m->index, ref)->path);
        *note = is_packed ? "inflates to this file" : "the bytes of this file";
        if (*source == NULL)
            st = pl_arena_fail(m->arena, err);
    } else if (st == PL_OK && is_packed && pl_printed_text(file, &printed) &&
               pl_bytes_eq(pl_buf_bytes(&printed), pl_buf_bytes(&text))) {
        *note = "inflates to the text that the literals of this file print";
    }
    pl_buf_reset(&text);
    pl_buf_reset(&printed);
    return st;
}

static pl_status claim_list(const struct pl_match *m, struct pl_file *f, size_t at, size_t end,
                            pl_bytes bytes, struct pl_err *err)
{
    struct pl_claim c = {.offset = at,
                         .length = end - at,
                         .class = PL_CLASS_DERIVED,
                         .grade = PL_GRADE_B,
                         .rule = RULE,
                         .source_offset = PL_NO_OFFSET};
    pl_status st = name_list(m, f->data, bytes, &c.source, &c.note, err);
    if (st != PL_OK || c.note == NULL)
        return st;
    if (c.source == NULL)
        c.grade = PL_GRADE_C;
    return pl_ledger_claim(&f->ledger, &c, err);
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    uint64_t offset;
    uint64_t length;
    size_t lists = 0;
    pl_status st = PL_OK;
    struct pl_buf bytes;
    if (f->data.n == 0 || f->container != NULL || !pl_is_compiled_name(f->name) ||
        !pl_looks_like_text(f->data))
        return PL_OK;
    pl_buf_init(&bytes, MAX_LIST);
    for (uint64_t from = 0; st == PL_OK && pl_ledger_gap(&f->ledger, from, &offset, &length);
         from = offset + length) {
        size_t gap_end = (size_t)(offset + length);
        for (size_t i = (size_t)offset; i < gap_end && st == PL_OK && lists < MAX_LISTS;) {
            bool may_begin = digit_of(f->data.p[i]) < 10 &&
                             (i == 0 || pl_is_space(f->data.p[i - 1]) || f->data.p[i - 1] == '{');
            pl_buf_clear(&bytes);
            size_t end = may_begin ? read_list(pl_bytes_sub(f->data, 0, gap_end), i, &bytes) : i;
            if (bytes.why == PL_OK && bytes.n >= MIN_LIST) {
                lists++;
                st = claim_list(m, f, i, end, pl_buf_bytes(&bytes), err);
            }
            i = end > i ? end : i + 1;
        }
    }
    pl_buf_reset(&bytes);
    return st;
}

const struct pl_rung pl_rung_packed = {
    .rule = RULE,
    .what = "A list of numbers in a program whose bytes, or what they inflate to, are a source file, or the "
            "text that literals of the same file print.",
    .source = "RFC 1952; xxd(1), option -i",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
