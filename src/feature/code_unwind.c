/*
 * code_unwind.c - .eh_frame: each frame description entry bounds one function, or one part of a split one.
 *
 *     | length 4 | id 4 | body ... |   id 0: common entry (CIE); else a frame entry (FDE), and id is the way back to its CIE
 *     CIE body: version 1, augmentation string, code and data alignment, return register, augmentation data
 *     FDE body: begin, range, augmentation data, call frame instructions
 *
 * Source: LSB 5.0 Core, 10.6 (exception frames); DWARF 5, 6.4. .eh_frame_hdr is an index of the same and is not needed.
 * Not read here: the frame instructions, but for the first; language-specific data.
 */
#include "feature/code_image.h"

#define ENC_OMIT         0xff
#define ENC_ABSPTR       0x00
#define ENC_ULEB         0x01
#define ENC_U2           0x02
#define ENC_U4           0x03
#define ENC_U8           0x04
#define ENC_SLEB         0x09
#define ENC_S2           0x0a
#define ENC_S4           0x0b
#define ENC_S8           0x0c
#define ENC_PCREL        0x10
#define ENC_INDIRECT     0x80
#define MAX_AUGMENTATION 16u

struct common {
    uint64_t at; /* byte in the table */
    uint8_t encoding;
    bool has_data; /* 'z' */
};

struct unwind {
    struct pl_code_image *im;
    pl_bytes table;
    uint64_t address;
    bool is_64;
    PL_VEC(struct common) commons; /* by at */
};

/* An encoded value as it stands, without what it is relative to. */
static uint64_t read_plain(const struct unwind *u, struct pl_cursor *c, uint8_t encoding)
{
    switch (encoding & 0x0f) {
    case ENC_ABSPTR: return u->is_64 ? pl_code_u64(u->im, c) : pl_code_u32(u->im, c);
    case ENC_ULEB: return pl_cursor_uleb(c, PL_ULEB_ANY);
    case ENC_U2: return pl_code_u16(u->im, c);
    case ENC_U4: return pl_code_u32(u->im, c);
    case ENC_U8:
    case ENC_S8: return pl_code_u64(u->im, c);
    case ENC_S2: return (uint64_t)(int64_t)(int16_t)pl_code_u16(u->im, c);
    case ENC_S4: return (uint64_t)(int64_t)(int32_t)pl_code_u32(u->im, c);
    default: c->bad = true; return 0;
    }
}

static void read_common(struct unwind *u, uint64_t at, struct pl_cursor c)
{
    struct common common = {.at = at, .encoding = ENC_ABSPTR};
    uint8_t version = pl_cursor_u8(&c);
    size_t from = c.at;
    while (!c.bad && c.at - from <= MAX_AUGMENTATION && pl_cursor_u8(&c) != 0)
        ;
    if (c.bad || c.at - from > MAX_AUGMENTATION)
        return;
    pl_bytes letters = pl_bytes_sub(c.all, from, c.at - from - 1);
    if (version == 4)
        pl_cursor_skip(&c, 2);
    (void)pl_cursor_uleb(&c, PL_ULEB_ANY);
    (void)pl_cursor_uleb(&c, PL_ULEB_ANY);
    if (version == 1)
        (void)pl_cursor_u8(&c);
    else
        (void)pl_cursor_uleb(&c, PL_ULEB_ANY);
    common.has_data = letters.n > 0 && letters.p[0] == 'z';
    if (common.has_data)
        (void)pl_cursor_uleb(&c, PL_ULEB_ANY);
    for (size_t i = 1; common.has_data && i < letters.n; i++) {
        if (letters.p[i] == 'R')
            common.encoding = pl_cursor_u8(&c);
        else if (letters.p[i] == 'L')
            (void)pl_cursor_u8(&c);
        else if (letters.p[i] == 'P')
            (void)read_plain(u, &c, pl_cursor_u8(&c));
        else if (letters.p[i] != 'S' && letters.p[i] != 'B')
            break; /* an unknown letter: what follows cannot be read */
    }
    if (c.bad)
        return;
    struct common *slot = PL_VEC_ADD(&u->commons);
    if (slot == NULL)
        u->im->no_memory = true;
    else
        *slot = common;
}

static const struct common *find_common(const struct unwind *u, uint64_t at)
{
    size_t low = 0;
    size_t high = u->commons.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (u->commons.v[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low < u->commons.n && u->commons.v[low].at == at ? &u->commons.v[low] : NULL;
}

/* Does a frame exist before the first instruction? Then control does not come here by a call. */
static bool begins_inside(struct pl_cursor *c)
{
    uint8_t first = pl_cursor_u8(c);
    if (c->bad)
        return false;
    return first == 0x0c || first == 0x0d || first == 0x0e || first == 0x0f || first == 0x12 ||
           first == 0x13 || first >> 6 == 2;
}

static void read_frame(struct unwind *u, const struct common *common, struct pl_cursor c)
{
    uint64_t place = u->address + c.at;
    uint8_t encoding = common->encoding;
    uint64_t begin = read_plain(u, &c, encoding);
    uint64_t range = read_plain(u, &c, encoding & 0x07); /* never relative, never signed */
    if ((encoding & 0x70) == ENC_PCREL)
        begin += place;
    else if ((encoding & 0x70) != 0)
        return;
    if (!u->is_64) {
        begin &= UINT32_MAX;
        range &= UINT32_MAX;
    }
    if (c.bad || encoding == ENC_OMIT || (encoding & ENC_INDIRECT) || range == 0)
        return;
    if (common->has_data)
        pl_cursor_skip(&c, pl_cursor_uleb(&c, PL_ULEB_ANY));
    pl_code_seed_add(u->im, (struct pl_code_seed){.address = begin,
                                                  .size = range,
                                                  .rank = PL_SEED_UNWIND,
                                                  .flags = PL_FUNCTION_UNWIND,
                                                  .is_inside = begins_inside(&c)});
}

void pl_code_read_unwind(struct pl_code_image *im, pl_bytes table, uint64_t table_address, bool is_64)
{
    struct unwind u = {.im = im, .table = table, .address = table_address, .is_64 = is_64};
    struct pl_cursor c = pl_cursor_of(table);
    while (pl_cursor_left(&c) >= 8 && !im->no_memory) {
        size_t at = c.at;
        uint64_t length = pl_code_u32(im, &c);
        if (length == 0)
            break;
        bool is_long = length == UINT32_MAX;
        if (is_long)
            length = pl_code_u64(im, &c);
        size_t body = c.at;
        if (c.bad || length > pl_cursor_left(&c) || length < (is_long ? 8 : 4))
            break;
        uint64_t id = is_long ? pl_code_u64(im, &c) : pl_code_u32(im, &c);
        struct pl_cursor entry = pl_cursor_at(pl_bytes_sub(table, 0, body + (size_t)length), c.at);
        if (id == 0) {
            read_common(&u, at, entry);
        } else if (id <= body) {
            const struct common *common = find_common(&u, body - id);
            if (common != NULL)
                read_frame(&u, common, entry);
        }
        c = pl_cursor_at(table, body + length);
    }
    PL_VEC_FREE(&u.commons);
}
