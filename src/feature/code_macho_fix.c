/*
 * code_macho_fix.c - the pointers that dyld fills in: chained fixups of newer images, opcodes of older ones.
 *
 *     chained: | version | starts | imports | symbols | n | format | |, and per segment | bytes | page | format | offset | max | pages | first, ... |
 *              each pointer holds its own target or the number of an import, and how far it is to the next one
 *     opcodes: upper four bits what to do, lower four a small number, LEB128 behind
 *
 * Source: <mach-o/fixup-chains.h>, <mach-o/loader.h>. Not read here: 32-bit chains, chains of kernels, pages that begin several chains.
 */
#include "feature/code_macho.h"

#define NAME_BYTES  4096u
#define NO_START    0xffffu
#define MULTI_START 0x8000u
#define IMPORTS_MAX 1048576u

static pl_bytes name_at(pl_bytes names, uint64_t at)
{
    pl_bytes tail = pl_bytes_sub(names, at < names.n ? (size_t)at : names.n, NAME_BYTES);
    size_t end = pl_bytes_find_byte(tail, 0, 0);
    return pl_code_macho_name(pl_bytes_sub(tail, 0, end == SIZE_MAX ? 0 : end));
}

/* ---- chains ---- */

struct chains {
    struct pl_code_macho *m;
    pl_bytes all;
    pl_bytes names;
    uint32_t imports;
    uint32_t n_imports;
    uint32_t imports_format;
};

static void add_import(struct chains *ch, uint64_t address, uint64_t ordinal)
{
    uint64_t bytes = ch->imports_format == 1 ? 4 : ch->imports_format == 2 ? 8 : 16;
    struct pl_cursor c = pl_cursor_at(ch->all, ch->imports + ordinal * bytes);
    uint64_t entry = ch->imports_format == 3 ? pl_cursor_u64le(&c) : pl_cursor_u32le(&c);
    if (c.bad || ordinal >= ch->n_imports)
        return;
    int64_t library = ch->imports_format == 3 ? (int16_t)(entry & 0xffff) : (int8_t)(entry & 0xff);
    uint64_t name = ch->imports_format == 3 ? entry >> 32 : entry >> 9;
    (void)pl_code_macho_slot(ch->m, address, 0, name_at(ch->names, name),
                             library); /* the chain ends by itself */
}

/* One pointer; *next is how many bytes it is to the next one, 0 at the end. False when the format is not known. */
static bool read_link(struct chains *ch, uint16_t format, uint64_t address, uint64_t word, uint64_t *next)
{
    struct pl_code_macho *m = ch->m;
    if (format == 2 || format == 6) {
        *next = (word >> 51 & 0xfff) * 4;
        if (word >> 63 != 0)
            add_import(ch, address, word & 0xffffff);
        else
            (void)pl_code_macho_slot(m, address, (word & 0xfffffffffull) + (format == 2 ? m->bias : m->base),
                                     (pl_bytes){NULL, 0}, 0);
        return true;
    }
    if (format != 1 && format != 9 && format != 12)
        return false;
    bool is_signed = word >> 63 != 0;
    *next = (word >> 51 & 0x7ff) * 8;
    if ((word >> 62 & 1) != 0)
        add_import(ch, address, word & (format == 12 ? 0xffffff : 0xffff));
    else if (is_signed)
        (void)pl_code_macho_slot(m, address, (word & UINT32_MAX) + m->base, (pl_bytes){NULL, 0}, 0);
    else
        (void)pl_code_macho_slot(m, address, (word & 0x7ffffffffffull) + (format == 1 ? m->bias : m->base),
                                 (pl_bytes){NULL, 0}, 0);
    return true;
}

static void walk_chain(struct chains *ch, uint16_t format, uint64_t address, uint64_t end)
{
    uint64_t next = 1;
    while (next != 0 && address < end && ch->m->work > 0 && !ch->m->im->no_memory) {
        struct pl_cursor c = pl_cursor_of(pl_code_bytes_at(ch->m->im, address, 8));
        uint64_t word = pl_cursor_u64le(&c);
        if (c.bad || !read_link(ch, format, address, word, &next))
            return;
        address += next;
    }
}

static void read_segment(struct chains *ch, uint64_t at)
{
    struct pl_cursor c = pl_cursor_at(ch->all, at);
    pl_cursor_skip(&c, 4);
    uint16_t page = pl_cursor_u16le(&c);
    uint16_t format = pl_cursor_u16le(&c);
    uint64_t offset = pl_cursor_u64le(&c);
    pl_cursor_skip(&c, 4);
    uint16_t n = pl_cursor_u16le(&c);
    for (uint16_t i = 0; i < n && !c.bad; i++) {
        uint16_t first = pl_cursor_u16le(&c);
        uint64_t begin = ch->m->base + offset + (uint64_t)i * page;
        if (!c.bad && first != NO_START && (first & MULTI_START) == 0)
            walk_chain(ch, format, begin + first, begin + page);
    }
}

static void read_chains(struct pl_code_macho *m)
{
    struct chains ch = {.m = m, .all = pl_code_macho_bytes(m, m->fixups)};
    struct pl_cursor c = pl_cursor_of(ch.all);
    pl_cursor_skip(&c, 4);
    uint32_t starts = pl_cursor_u32le(&c);
    ch.imports = pl_cursor_u32le(&c);
    uint32_t names = pl_cursor_u32le(&c);
    ch.n_imports = pl_cursor_u32le(&c);
    ch.imports_format = pl_cursor_u32le(&c);
    if (c.bad || names > ch.all.n || ch.n_imports > IMPORTS_MAX)
        return;
    ch.names = pl_bytes_from(ch.all, names);
    c = pl_cursor_at(ch.all, starts);
    uint32_t n = pl_cursor_u32le(&c);
    for (uint32_t i = 0; i < n && i < PL_CODE_MACHO_SEGMENTS; i++) {
        uint32_t at = pl_cursor_u32le(&c);
        if (!c.bad && at != 0)
            read_segment(&ch, (uint64_t)starts + at);
    }
}

/* ---- opcodes ---- */

struct place {
    uint64_t address;
    pl_bytes name;
    int64_t library;
};

static void set_segment(const struct pl_code_macho *m, struct place *p, unsigned segment, uint64_t offset)
{
    p->address = segment < m->n_segments ? m->segments[segment].address + offset : 0;
}

static bool rebase_one(struct pl_code_macho *m, struct place *p, uint64_t step)
{
    struct pl_cursor c = pl_cursor_of(pl_code_bytes_at(m->im, p->address, 8));
    uint64_t target = pl_cursor_u64le(&c);
    bool is_made = !c.bad && pl_code_macho_slot(m, p->address, m->bias + target, (pl_bytes){NULL, 0}, 0);
    p->address += 8 + step;
    return is_made;
}

static void read_rebases(struct pl_code_macho *m)
{
    struct place p = {0};
    struct pl_cursor c = pl_cursor_of(pl_code_macho_bytes(m, m->rebase));
    bool is_good = true;
    while (is_good && pl_cursor_left(&c) > 0) {
        uint8_t op = pl_cursor_u8(&c);
        uint64_t n = op & 15;
        uint64_t step = 0;
        switch (op >> 4) {
        case 0: return;
        case 1: continue;
        case 2: set_segment(m, &p, op & 15, pl_cursor_uleb(&c, PL_ULEB_ANY)); continue;
        case 3: p.address += pl_cursor_uleb(&c, PL_ULEB_ANY); continue;
        case 4: p.address += 8 * n; continue;
        case 5: break;
        case 6: n = pl_cursor_uleb(&c, PL_ULEB_ANY); break;
        case 7:
            n = 1;
            step = pl_cursor_uleb(&c, PL_ULEB_ANY);
            break;
        case 8:
            n = pl_cursor_uleb(&c, PL_ULEB_ANY);
            step = pl_cursor_uleb(&c, PL_ULEB_ANY);
            break;
        default: return;
        }
        for (; n > 0 && is_good && !c.bad; n--)
            is_good = rebase_one(m, &p, step);
    }
}

static bool bind_one(struct pl_code_macho *m, struct place *p, uint64_t step)
{
    bool is_made = pl_code_macho_slot(m, p->address, 0, p->name, p->library);
    p->address += 8 + step;
    return is_made;
}

static bool bind_times(struct pl_code_macho *m, struct place *p, struct pl_cursor *c)
{
    uint64_t n = pl_cursor_uleb(c, PL_ULEB_ANY);
    uint64_t step = pl_cursor_uleb(c, PL_ULEB_ANY);
    bool is_good = !c->bad;
    for (; n > 0 && is_good; n--)
        is_good = bind_one(m, p, step);
    return is_good;
}

/* A zero ends the list, but in lazy bindings, where it ends one of them. */
static void read_binds(struct pl_code_macho *m, struct pl_code_macho_table t, bool is_lazy)
{
    struct place p = {0};
    struct pl_cursor c = pl_cursor_of(pl_code_macho_bytes(m, t));
    bool is_good = true;
    while (is_good && pl_cursor_left(&c) > 0) {
        uint8_t op = pl_cursor_u8(&c);
        switch (op >> 4) {
        case 0:
            if (!is_lazy)
                return;
            break;
        case 1: p.library = op & 15; break;
        case 2: p.library = (int64_t)pl_cursor_uleb(&c, PL_ULEB_ANY); break;
        case 3: p.library = (op & 15) == 0 ? 0 : (int8_t)(op | 0xf0); break;
        case 4:
            p.name = name_at(c.all, c.at);
            c = pl_cursor_at(c.all, pl_bytes_find_byte(c.all, 0, c.at));
            pl_cursor_skip(&c, 1);
            break;
        case 5: break;
        case 6: (void)pl_cursor_uleb(&c, PL_ULEB_ANY); break;
        case 7: set_segment(m, &p, op & 15, pl_cursor_uleb(&c, PL_ULEB_ANY)); break;
        case 8: p.address += pl_cursor_uleb(&c, PL_ULEB_ANY); break;
        case 9: is_good = bind_one(m, &p, 0); break;
        case 10: is_good = bind_one(m, &p, pl_cursor_uleb(&c, PL_ULEB_ANY)); break;
        case 11: is_good = bind_one(m, &p, 8ull * (op & 15)); break;
        case 12: is_good = bind_times(m, &p, &c); break;
        default: return;
        }
    }
}

void pl_code_macho_read_fixups(struct pl_code_macho *m)
{
    read_chains(m);
    read_rebases(m);
    read_binds(m, m->bind, false);
    read_binds(m, m->weak_bind, false);
    read_binds(m, m->lazy_bind, true);
}
