/*
 * code_macho_unwind.c - __unwind_info: where functions begin that share an encoding of how to unwind them.
 *
 *     | version | encodings at, n | personalities at, n | index at, n |     index 12: | function | page at | data at |
 *     page: | 2 | entries at 2, n 2 | ... | function 4, encoding 4 | ...     or | 3 | entries at 2, n 2 | encodings at 2, n 2 | function 24 bits, 8 | ...
 *
 * Neighbours with one encoding are one entry, so that an entry says where a function begins and not where it ends.
 * Source: <mach-o/compact_unwind_encoding.h>.
 */
#include "feature/code_macho.h"

#define PAGE_REGULAR    2u
#define PAGE_COMPRESSED 3u

static void add(struct pl_code_macho *m, uint64_t function)
{
    pl_code_seed_add(m->im, (struct pl_code_seed){.address = m->base + function,
                                                  .rank = PL_SEED_START,
                                                  .flags = PL_FUNCTION_UNWIND});
}

static void read_page(struct pl_code_macho *m, pl_bytes table, uint32_t at, uint32_t first)
{
    struct pl_cursor c = pl_cursor_at(table, at);
    uint32_t kind = pl_cursor_u32le(&c);
    uint16_t entries = pl_cursor_u16le(&c);
    uint16_t n = pl_cursor_u16le(&c);
    c = pl_cursor_at(table, (uint64_t)at + entries);
    for (uint16_t i = 0; i < n && m->work > 0 && !m->im->no_memory; i++, m->work--) {
        uint32_t entry = pl_cursor_u32le(&c);
        if (kind == PAGE_REGULAR)
            pl_cursor_skip(&c, 4);
        if (c.bad || (kind != PAGE_REGULAR && kind != PAGE_COMPRESSED))
            return;
        add(m, kind == PAGE_REGULAR ? entry : (uint64_t)first + (entry & 0xffffff));
    }
}

void pl_code_macho_read_unwind(struct pl_code_macho *m, pl_bytes table)
{
    struct pl_cursor c = pl_cursor_of(table);
    uint32_t version = pl_cursor_u32le(&c);
    pl_cursor_skip(&c, 16);
    uint32_t index = pl_cursor_u32le(&c);
    uint32_t n = pl_cursor_u32le(&c);
    if (c.bad || version != 1)
        return;
    c = pl_cursor_at(table, index);
    for (uint32_t i = 0; i < n && m->work > 0 && !m->im->no_memory; i++, m->work--) {
        uint32_t first = pl_cursor_u32le(&c);
        uint32_t page = pl_cursor_u32le(&c);
        pl_cursor_skip(&c, 4);
        if (c.bad)
            return;
        if (page != 0) /* the last one only says where functions end */
            read_page(m, table, page, first);
    }
}
