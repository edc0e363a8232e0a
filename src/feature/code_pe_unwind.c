/*
 * code_pe_unwind.c - .pdata: each entry bounds one function, or one part of a split one.
 *
 *     x86-64  | begin 4 | end 4 | unwind 4 |     unwind: | version 3, flags 5 | prolog | codes | frame | codes ... | chained entry 12 |
 *     arm64   | begin 4 | packed length, or address of | length 18 ... | |
 *
 * A chained entry belongs to the function that its chain ends at: what follows it without a gap is joined to it, what lies elsewhere is a
 * part. Source: Microsoft, "x64 exception handling" and "ARM64 exception handling".
 */
#include "feature/code_pe.h"

#include <stdlib.h>

#define CHAINED    4u
#define MAX_CHAIN  32u
#define ENTRY_X64  12u
#define ENTRY_A64  8u
#define UNWIND_A64 0x3ffffu

struct entry {
    uint32_t begin;
    uint32_t end;
    uint32_t unwind;
};

static struct entry read_entry(pl_bytes bytes)
{
    struct pl_cursor c = pl_cursor_of(bytes);
    struct entry e;
    e.begin = pl_cursor_u32le(&c);
    e.end = pl_cursor_u32le(&c);
    e.unwind = pl_cursor_u32le(&c);
    return c.bad ? (struct entry){0} : e;
}

/* The entry that this one continues. */
static bool chained_to(const struct pl_code_pe *w, const struct entry *e, struct entry *out)
{
    if (e->unwind & 1) {
        *out = read_entry(pl_code_pe_at(w, e->unwind & ~1u, ENTRY_X64));
        return out->begin != 0;
    }
    struct pl_cursor c = pl_cursor_of(pl_code_pe_at(w, e->unwind, 4));
    uint8_t head = pl_cursor_u8(&c);
    pl_cursor_skip(&c, 1);
    uint32_t n_codes = pl_cursor_u8(&c);
    if (c.bad || (head >> 3 & CHAINED) == 0)
        return false;
    *out = read_entry(pl_code_pe_at(w, e->unwind + 4 + 2 * ((n_codes + 1) & ~1u), ENTRY_X64));
    return out->begin != 0;
}

/* A frame exists before the first instruction: there are codes, and no prolog that they describe. */
static bool begins_inside(const struct pl_code_pe *w, const struct entry *e)
{
    struct pl_cursor c = pl_cursor_of(pl_code_pe_at(w, e->unwind, 4));
    pl_cursor_skip(&c, 1);
    uint8_t prolog = pl_cursor_u8(&c);
    uint8_t n_codes = pl_cursor_u8(&c);
    return !c.bad && prolog == 0 && n_codes > 0;
}

static void add(struct pl_code_pe *w, uint32_t begin, uint32_t size, bool is_inside, uint64_t part_of)
{
    pl_code_seed_add(w->im, (struct pl_code_seed){.address = w->pe->base + begin,
                                                  .size = size,
                                                  .rank = PL_SEED_UNWIND,
                                                  .flags = PL_FUNCTION_UNWIND,
                                                  .is_inside = is_inside,
                                                  .part_of = part_of});
}

static void read_x64(struct pl_code_pe *w, pl_bytes all)
{
    struct entry last = {0}; /* the function that is being put together */
    bool is_inside = false;
    for (size_t at = 0; at + ENTRY_X64 <= all.n && !w->im->no_memory; at += ENTRY_X64) {
        struct entry e = read_entry(pl_bytes_sub(all, at, ENTRY_X64));
        struct entry root = e;
        struct entry next;
        if (e.begin == 0 || e.end <= e.begin)
            continue;
        for (unsigned i = 0; i < MAX_CHAIN && chained_to(w, &root, &next); i++)
            root = next;
        bool is_part = root.begin != e.begin;
        if (is_part && root.begin == last.begin && e.begin == last.end) {
            last.end = e.end;
            continue;
        }
        if (last.begin != 0)
            add(w, last.begin, last.end - last.begin, is_inside, 0);
        last = (struct entry){0};
        if (is_part) {
            add(w, e.begin, e.end - e.begin, true, w->pe->base + root.begin);
        } else {
            last = e;
            is_inside = begins_inside(w, &e);
        }
    }
    if (last.begin != 0)
        add(w, last.begin, last.end - last.begin, is_inside, 0);
}

static void read_a64(struct pl_code_pe *w, pl_bytes all)
{
    struct pl_cursor c = pl_cursor_of(all);
    while (pl_cursor_left(&c) >= ENTRY_A64 && !w->im->no_memory) {
        uint32_t begin = pl_cursor_u32le(&c);
        uint32_t unwind = pl_cursor_u32le(&c);
        uint32_t words = unwind >> 2 & 0x7ff;
        if ((unwind & 3) == 0) {
            struct pl_cursor record = pl_cursor_of(pl_code_pe_at(w, unwind, 4));
            words = pl_cursor_u32le(&record) & UNWIND_A64;
        }
        if (begin != 0 && words != 0)
            add(w, begin, 4 * words, (unwind & 3) == 2, 0);
    }
}

void pl_code_pe_read_unwind(struct pl_code_pe *w)
{
    pl_bytes all = pl_code_pe_at(w, w->pe->directories[PL_PE_EXCEPTIONS].address,
                                 w->pe->directories[PL_PE_EXCEPTIONS].length);
    if (w->pe->machine == PL_PE_X86_64)
        read_x64(w, all);
    else if (w->pe->machine == PL_PE_ARM64)
        read_a64(w, all);
}
