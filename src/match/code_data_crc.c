/*
 * code_data_crc.c - tables for cyclic redundancy checks that a program of the build computes, computed again.
 *
 *     Makefile:   ./crc-gentab crc32 32 0x04C11DB7 reflected > crc32_table.c
 *     crc32.h:    #define CRC32POLY 0x04C11DB7
 *
 * Entry i is the remainder of i by a polynomial, so one number says all 256 of them: entry 1, or entry 128 where the bits are reflected. What is there has to be
 * that, every bit of it, and the polynomial a hexadecimal number of the source, with its bits in either order. Behind such a table those may follow that take a
 * word at once: each of their entries is that of the table in front one byte further.
 *
 * Source: R. N. Williams, A Painless Guide to CRC Error Detection Algorithms (1993), chapters 10 and 11; Kounavis and Berry 2005 (slicing).
 *
 * What hides behind this: nothing but which polynomial it is, and that is a number of the source.
 */
#include "match/code_data.h"

#include "corpus/index.h"

#define ENTRIES      256u
#define RULE_CRC     "data.crc"
#define MAX_SEARCHES 16u /* tables of one file whose polynomial is looked for: each reads the source */
#define MAX_SLICES   15u /* tables behind the first one: 16 bytes at once */

struct crc {
    uint64_t entries[ENTRIES];
    uint64_t polynomial;
    unsigned width; /* bytes of an entry */
    unsigned bits;  /* of the remainder */
    bool is_reflected;
};

static uint64_t mask_of(unsigned bits)
{
    return UINT64_MAX >> (64 - bits);
}

static uint64_t reflected(uint64_t value, unsigned bits)
{
    uint64_t out = 0;
    for (unsigned i = 0; i < bits; i++)
        out |= (value >> i & 1) << (bits - 1 - i);
    return out;
}

/* One byte more of the message, all zeros. */
static uint64_t one_byte_on(const struct crc *c, uint64_t value)
{
    return c->is_reflected ? value >> 8 ^ c->entries[value & 0xff]
                           : (value << 8 & mask_of(c->bits)) ^ c->entries[value >> (c->bits - 8) & 0xff];
}

static void compute(struct crc *c)
{
    c->entries[0] = 0;
    for (unsigned step = 0; step < 8; step++) {
        unsigned bit = c->is_reflected ? 128u >> step : 1u << step;
        uint64_t last = step == 0 ? 0 : c->entries[c->is_reflected ? bit << 1 : bit >> 1];
        uint64_t top = c->is_reflected ? last & 1 : last >> (c->bits - 1) & 1;
        uint64_t next = c->is_reflected ? last >> 1 : last << 1 & mask_of(c->bits);
        c->entries[bit] = step == 0 ? c->polynomial : next ^ (top != 0 ? c->polynomial : 0);
    }
    for (unsigned i = 1; i < ENTRIES; i++)
        if ((i & (i - 1)) != 0)
            c->entries[i] = c->entries[i & (i - 1)] ^ c->entries[i & (0u - i)];
}

static bool stands(const struct pl_data *d, const struct crc *c, uint64_t offset)
{
    for (unsigned i = 0; i < ENTRIES; i++)
        if (pl_data_number(d, offset + (uint64_t)i * c->width, c->width) != c->entries[i])
            return false;
    return true;
}

/* Is a table of such words and bits at `offset`? A polynomial has its lowest term, which is the highest bit where the bits are reflected. */
static bool is_table(const struct pl_data *d, struct crc *c, uint64_t offset)
{
    unsigned step = c->is_reflected ? 64 : 1; /* three entries beside each other tell most other data */
    uint64_t lowest = c->is_reflected ? 1ull << (c->bits - 1) : 1;
    uint64_t first = pl_data_number(d, offset + (uint64_t)step * c->width, c->width);
    uint64_t second = pl_data_number(d, offset + 2ull * step * c->width, c->width);
    c->polynomial = c->is_reflected ? second : first;
    if ((c->polynomial & lowest) == 0 || (c->polynomial & ~mask_of(c->bits)) != 0 ||
        c->polynomial == lowest ||
        pl_data_number(d, offset + 3ull * step * c->width, c->width) != (first ^ second) ||
        !pl_data_is_data(d, offset, (uint64_t)ENTRIES * c->width))
        return false;
    compute(c);
    return stands(d, c, offset);
}

static bool find_at(const struct pl_data *d, uint64_t offset, struct crc *c)
{
    static const struct {
        unsigned width, bits;
    } forms[] = {{8, 64}, {4, 32}, {4, 24} /* RFC 9580, 6.1 */, {2, 16}, {1, 8}};
    for (size_t i = 0; i < 2 * sizeof forms / sizeof forms[0]; i++) {
        c->width = forms[i / 2].width;
        c->bits = forms[i / 2].bits;
        c->is_reflected = i % 2 != 0;
        if (offset % c->width == 0 && (uint64_t)ENTRIES * c->width <= d->f->size - offset &&
            pl_data_number(d, offset, c->width) == 0 && is_table(d, c, offset))
            return true;
    }
    return false;
}

static uint64_t hex_number(pl_bytes text, size_t at, size_t *end)
{
    uint64_t value = 0;
    int digit;
    size_t i = at;
    while (i < text.n && i - at < 16 && (digit = pl_small_hex_value(text.p[i] | 0x20)) >= 0) {
        value = value << 4 | (unsigned)digit;
        i++;
    }
    *end = i;
    return value;
}

/* Where in the source the polynomial stands as a number: "0x04C11DB7", "0xedb88320". */
static bool find_polynomial(const struct pl_data *d, const struct crc *c, uint32_t *unit, size_t *at)
{
    uint64_t other = reflected(c->polynomial, c->bits);
    for (uint32_t u = 0; u < pl_index_unit_count(d->m->index); u++) {
        pl_source_ref ref = pl_index_unit_ref(d->m->index, u);
        if (pl_index_tree(d->m->index, ref.tree)->rank != PL_RANK_OWN)
            continue;
        pl_bytes text = pl_index_file(d->m->index, ref)->data;
        for (size_t x = pl_bytes_find(text, PL_LIT("0x"), 0); x != SIZE_MAX;
             x = pl_bytes_find(text, PL_LIT("0x"), x + 2)) {
            size_t end;
            uint64_t value = hex_number(text, x + 2, &end);
            if (value == c->polynomial || value == other) {
                *unit = u;
                *at = x;
                return true;
            }
        }
    }
    return false;
}

/* The bytes of the tables that follow, each one byte further than the one in front. */
static uint64_t slices(const struct pl_data *d, const struct crc *c, uint64_t offset)
{
    struct crc next = *c;
    uint64_t bytes = (uint64_t)ENTRIES * c->width;
    uint64_t at = offset + bytes;
    for (unsigned k = 0; k < MAX_SLICES && pl_data_is_data(d, at, bytes); k++, at += bytes) {
        for (unsigned i = 0; i < ENTRIES; i++)
            next.entries[i] = one_byte_on(c, next.entries[i]);
        if (!stands(d, &next, at))
            break;
    }
    return at - offset - bytes;
}

pl_status pl_data_find_crc(struct pl_data *d, struct pl_err *err)
{
    pl_status st = PL_OK;
    unsigned searches = 0;
    for (uint64_t at = 0; at + ENTRIES <= d->f->size && searches < MAX_SEARCHES && st == PL_OK; at++) {
        struct crc c;
        uint32_t unit;
        size_t where;
        if (d->state[at] != PL_DATA_OPEN || d->f->data.p[at] != 0 || !find_at(d, at, &c))
            continue;
        searches++;
        if (!find_polynomial(d, &c, &unit, &where))
            continue;
        const char *source = pl_data_source(d, unit, (uint32_t)where, (uint32_t)where + 2, err);
        uint64_t bytes = (uint64_t)ENTRIES * c.width + slices(d, &c, at);
        st = source == NULL
                 ? PL_E_NOMEM
                 : pl_data_claim(d, at, bytes, PL_CLASS_GENERATED, PL_GRADE_NONE, RULE_CRC, source, err);
        at += bytes - 1;
    }
    return st;
}
