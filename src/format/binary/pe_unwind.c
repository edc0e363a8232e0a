/*
 * pe_unwind.c - .pdata, and the unwind information that it points to, each record read to its own end.
 *
 *     x86-64 .pdata 12: | begin | end | unwind |      unwind: | version 3, flags 5 | prolog | codes | frame | codes 2 each, even | chained 12 or handler 4 |
 *     arm64  .pdata  8: | begin | packed or unwind |
 *
 * What a handler keeps behind its address is its own affair and stays data. Source: Microsoft, "x64 exception handling" and "ARM64 exception
 * handling".
 */
#include "format/binary/pe_reader.h"

#define FLAG_CHAINED  4u
#define FLAG_HANDLERS 3u

static bool is_code(const struct pl_pe_reader *r, uint32_t address)
{
    const struct pl_pe_section *s = pl_pe_section_at(r, address);
    return s != NULL && (s->flags & PL_PE_EXECUTE) != 0;
}

static bool own_x64(struct pl_pe_reader *r, uint32_t address)
{
    uint64_t offset;
    pl_bytes all = pl_pe_at(r, address & ~3u, &offset);
    struct pl_cursor c = pl_cursor_of(all);
    uint8_t head = pl_cursor_u8(&c);
    pl_cursor_skip(&c, 1);
    uint8_t n_codes = pl_cursor_u8(&c);
    uint8_t version = head & 7;
    pl_cursor_skip(&c, 1 + 2 * (((uint64_t)n_codes + 1) & ~1ull));
    if ((head >> 3 & FLAG_CHAINED) != 0)
        pl_cursor_skip(&c, 12);
    else if ((head >> 3 & FLAG_HANDLERS) != 0)
        pl_cursor_skip(&c, 4);
    if (c.bad || version == 0 || version > 3)
        return false;
    if (!is_code(r, address))
        pl_image_own(&r->map, offset, c.at, PL_IMAGE_TOOLCHAIN, "unwind information");
    return true;
}

static bool own_arm64(struct pl_pe_reader *r, uint32_t address)
{
    uint64_t offset;
    pl_bytes all = pl_pe_at(r, address, &offset);
    struct pl_cursor c = pl_cursor_of(all);
    uint32_t head = pl_cursor_u32le(&c);
    uint32_t epilogs = head >> 22 & 31;
    uint32_t words = head >> 27;
    if (epilogs == 0 && words == 0) {
        uint32_t more = pl_cursor_u32le(&c);
        epilogs = more & 0xffff;
        words = more >> 16 & 0xff;
    }
    bool is_one_epilog = (head >> 21 & 1) != 0;
    pl_cursor_skip(&c, 4ull * words + (is_one_epilog ? 0 : 4ull * epilogs));
    if ((head >> 20 & 1) != 0)
        pl_cursor_skip(&c, 4);
    if (c.bad)
        return false;
    if (!is_code(r, address))
        pl_image_own(&r->map, offset, c.at, PL_IMAGE_TOOLCHAIN, "unwind information");
    return true;
}

void pl_pe_read_unwind(struct pl_pe_reader *r)
{
    uint64_t offset;
    pl_bytes all;
    bool is_x64 = r->pe->machine == PL_PE_X86_64;
    size_t n_bad = 0;
    if ((!is_x64 && r->pe->machine != PL_PE_ARM64) ||
        !pl_pe_directory(r, PL_PE_EXCEPTIONS, "exception directory", &all, &offset))
        return;
    unsigned entry_bytes = is_x64 ? 12 : 8;
    struct pl_cursor c = pl_cursor_of(all);
    size_t used = 0;
    while (pl_cursor_left(&c) >= entry_bytes && pl_image_spend(&r->map, entry_bytes)) {
        uint32_t begin = pl_cursor_u32le(&c);
        pl_cursor_skip(&c, is_x64 ? 4 : 0);
        uint32_t unwind = pl_cursor_u32le(&c);
        if (begin == 0 && unwind == 0)
            continue; /* fill: must be zero to the end of the entry, which the padding check sees */
        used = c.at;
        if (is_x64 && (unwind & 1) != 0)
            continue; /* points to another entry */
        if (!is_code(r, begin) || (is_x64 ? !own_x64(r, unwind) : (unwind & 3) == 0 && !own_arm64(r, unwind)))
            n_bad++;
    }
    pl_image_own(&r->map, offset, used, PL_IMAGE_TOOLCHAIN, "function table");
    pl_image_fill(&r->map, offset, offset + all.n, PL_IMAGE_AS_PADDING, "in the function table");
    if (n_bad > 0)
        pl_image_odd(&r->map, "image.damaged", PL_SEVERITY_ERROR, offset, all.n,
                     "%zu entries of the function table lead to no unwind information", n_bad);
}
