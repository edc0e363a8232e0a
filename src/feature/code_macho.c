/*
 * code_macho.c - what dyld would make of a Mach-O image: addresses, pointers, names, ways in.
 *
 *     functions   LC_FUNCTION_STARTS, each up to the next one and without the fill at its end; symbols and unwind entries name and mark them
 *     slots       chained fixups or bind opcodes (code_macho_fix.c); pointer sections by their indirect symbols
 *     ways in     LC_MAIN, exported symbols, initialisers and terminators
 *
 * A universal file holds several images; each is a part of its own, and its addresses are biased by its number so that they stay apart.
 * Source: <mach-o/loader.h>, <mach-o/fat.h>, <mach-o/nlist.h>. Not read here: 32-bit images, object files, LC_UNIXTHREAD.
 */
#include "feature/code_macho.h"

#include "format/binary/macho.h"

#include <stdlib.h>

#define MAX_PARTS       16u
#define MAX_COMMANDS    4096u
#define NAME_BYTES      4096u
#define TYPE_POINTERS   6u /* section types */
#define TYPE_LAZY       7u
#define TYPE_STUBS      8u
#define TYPE_INIT       9u
#define TYPE_TERM       10u
#define TYPE_INIT_OFFS  0x16u
#define ATTRIBUTES_CODE 0x80000400u
#define PROTECT_WRITE   2u
#define CPU_X86_64      0x01000007u
#define CPU_ARM64       0x0100000cu

pl_bytes pl_code_macho_bytes(const struct pl_code_macho *m, struct pl_code_macho_table t)
{
    struct pl_cursor c = pl_cursor_at(m->data, t.offset);
    pl_bytes bytes = pl_cursor_take(&c, t.bytes);
    return c.bad || t.offset == 0 ? (pl_bytes){NULL, 0} : bytes;
}

pl_bytes pl_code_macho_name(pl_bytes name)
{
    return name.n > 1 && name.p[0] == '_' ? pl_bytes_from(name, 1) : name;
}

bool pl_code_macho_slot(struct pl_code_macho *m, uint64_t address, uint64_t target, pl_bytes name,
                        int64_t library)
{
    if (m->work == 0 || pl_code_span_at(m->im, address) == NULL)
        return false;
    m->work--;
    bool is_known = library > 0 && (uint64_t)library <= m->n_libraries;
    pl_code_add_slot(
        m->im, (struct pl_code_slot){.address = address,
                                     .target = target,
                                     .name = name,
                                     .library = is_known ? m->libraries[library - 1] : (pl_bytes){NULL, 0},
                                     .function = PL_NO_TARGET});
    return !m->im->no_memory;
}

/* ---- load commands ---- */

static pl_bytes fixed_name(pl_bytes field)
{
    return pl_bytes_sub(field, 0, pl_bytes_find_byte(field, 0, 0));
}

static void read_section(struct pl_code_macho *m, struct pl_cursor *c)
{
    struct pl_code_macho_section s = {.name = fixed_name(pl_cursor_take(c, 16))};
    pl_cursor_skip(c, 16);
    s.address = pl_cursor_u64le(c) + m->bias;
    s.size = pl_cursor_u64le(c);
    s.offset = pl_cursor_u32le(c);
    pl_cursor_skip(c, 12);
    s.flags = pl_cursor_u32le(c);
    s.first_indirect = pl_cursor_u32le(c);
    pl_cursor_skip(c, 8);
    struct pl_code_macho_section *slot = c->bad ? NULL : PL_VEC_ADD(&m->sections);
    if (slot != NULL)
        *slot = s;
    else if (!c->bad)
        m->im->no_memory = true;
}

static void read_segment(struct pl_code_macho *m, struct pl_cursor c)
{
    pl_bytes name = fixed_name(pl_cursor_take(&c, 16));
    struct pl_code_macho_segment g;
    g.address = pl_cursor_u64le(&c) + m->bias;
    g.memory_bytes = pl_cursor_u64le(&c);
    g.offset = pl_cursor_u64le(&c);
    g.size = pl_cursor_u64le(&c);
    pl_cursor_skip(&c, 4);
    uint32_t protection = pl_cursor_u32le(&c);
    uint32_t n = pl_cursor_u32le(&c);
    pl_cursor_skip(&c, 4);
    if (c.bad || m->n_segments >= PL_CODE_MACHO_SEGMENTS || g.offset > m->data.n ||
        g.size > m->data.n - g.offset)
        return;
    if (pl_bytes_eq_str(name, "__TEXT"))
        m->base = g.address;
    m->segments[m->n_segments++] = g;
    if (!pl_bytes_eq_str(name, "__PAGEZERO") && !pl_bytes_eq_str(name, "__LINKEDIT"))
        pl_code_add_span(m->im, (struct pl_code_span){g.address, g.memory_bytes, m->at + g.offset, g.size,
                                                      (protection & PROTECT_WRITE) &&
                                                          !pl_bytes_eq_str(name, "__DATA_CONST")});
    for (uint32_t i = 0; i < n && !c.bad; i++)
        read_section(m, &c);
}

static struct pl_code_macho_table read_table(struct pl_cursor *c)
{
    struct pl_code_macho_table t;
    t.offset = pl_cursor_u32le(c);
    t.bytes = pl_cursor_u32le(c);
    return c->bad ? (struct pl_code_macho_table){0, 0} : t;
}

static void read_library(struct pl_code_macho *m, pl_bytes command)
{
    struct pl_cursor c = pl_cursor_at(command, 8);
    uint32_t at = pl_cursor_u32le(&c);
    pl_bytes name = (pl_bytes){NULL, 0};
    if (!pl_image_string(command, at, NAME_BYTES, &name))
        name = (pl_bytes){NULL, 0};
    if (m->n_libraries < PL_CODE_MACHO_LIBRARIES)
        m->libraries[m->n_libraries++] = name;
}

static void read_command(struct pl_code_macho *m, uint32_t kind, pl_bytes command)
{
    struct pl_cursor c = pl_cursor_at(command, 8);
    switch (kind) {
    case 0x02:
        m->symbols = pl_cursor_u32le(&c);
        m->n_symbols = pl_cursor_u32le(&c);
        m->strings = read_table(&c);
        return;
    case 0x0b:
        c = pl_cursor_at(command, 56);
        m->indirect = read_table(&c);
        return;
    case 0x0c:
    case 0x80000018u:
    case 0x8000001fu:
    case 0x20:
    case 0x80000023u: read_library(m, command); return;
    case 0x19: read_segment(m, c); return;
    case 0x22:
    case 0x80000022u:
        m->rebase = read_table(&c);
        m->bind = read_table(&c);
        m->weak_bind = read_table(&c);
        m->lazy_bind = read_table(&c);
        return;
    case 0x26: m->starts = read_table(&c); return;
    case 0x29: m->data_in_code = read_table(&c); return;
    case 0x80000034u: m->fixups = read_table(&c); return;
    case 0x80000028u: m->main_offset = pl_cursor_u64le(&c); return;
    default: return;
    }
}

/* The CPU, or 0 when this is no 64-bit image in little-endian order. */
static uint32_t read_commands(struct pl_code_macho *m)
{
    struct pl_cursor c = pl_cursor_of(m->data);
    uint32_t magic = pl_cursor_u32le(&c);
    uint32_t cpu = pl_cursor_u32le(&c);
    pl_cursor_skip(&c, 8);
    uint32_t n = pl_cursor_u32le(&c);
    pl_cursor_skip(&c, 12);
    for (uint32_t i = 0; i < n && i < MAX_COMMANDS && magic == 0xfeedfacfu; i++) {
        struct pl_cursor head = c;
        uint32_t kind = pl_cursor_u32le(&head);
        uint32_t bytes = pl_cursor_u32le(&head);
        pl_bytes command = pl_cursor_take(&c, bytes);
        if (c.bad || head.bad || bytes < 8)
            break;
        read_command(m, kind, command);
    }
    return magic == 0xfeedfacfu ? cpu : 0;
}

/* ---- what they lead to ---- */

static void load_areas(struct pl_code_macho *m)
{
    for (size_t i = 0; i < m->sections.n; i++) {
        const struct pl_code_macho_section *s = &m->sections.v[i];
        bool is_stubs = (s->flags & 0xff) == TYPE_STUBS || pl_bytes_eq_str(s->name, "__stub_helper");
        if ((s->flags & ATTRIBUTES_CODE) != 0 || is_stubs)
            pl_code_add_area(m->im, (struct pl_code_area){s->address, m->at + s->offset, s->size, is_stubs});
        if (pl_bytes_eq_str(s->name, "__cfstring"))
            pl_code_add_strings(m->im, s->address, s->size);
    }
    pl_code_settle_space(m->im);
}

struct symbol {
    pl_bytes name;
    uint8_t type;
    uint8_t section;
    uint64_t address; /* biased */
    unsigned library;
};

static struct symbol read_symbol(const struct pl_code_macho *m, uint32_t index)
{
    struct symbol s = {0};
    struct pl_cursor c = pl_cursor_at(m->data, m->symbols + 16ull * index);
    uint32_t name = pl_cursor_u32le(&c);
    s.type = pl_cursor_u8(&c);
    s.section = pl_cursor_u8(&c);
    s.library = pl_cursor_u16le(&c) >> 8;
    s.address = pl_cursor_u64le(&c) + m->bias;
    if (c.bad || index >= m->n_symbols)
        return (struct symbol){0};
    pl_bytes strings = pl_code_macho_bytes(m, m->strings);
    pl_bytes tail = pl_bytes_sub(strings, name < strings.n ? name : strings.n, NAME_BYTES);
    size_t end = pl_bytes_find_byte(tail, 0, 0);
    s.name = pl_code_macho_name(pl_bytes_sub(tail, 0, end == SIZE_MAX ? 0 : end));
    return s;
}

static void read_symbols(struct pl_code_macho *m)
{
    for (uint32_t i = 0; i < m->n_symbols && i < m->data.n / 16 && !m->im->no_memory; i++) {
        struct symbol s = read_symbol(m, i);
        bool is_external = (s.type & 1) != 0;
        if ((s.type & 0xe0) != 0 || (s.type & 0x0e) != 0x0e || pl_code_area_at(m->im, s.address) == NULL)
            continue; /* debugging, or not in a section */
        pl_code_seed_add(m->im, (struct pl_code_seed){.address = s.address,
                                                      .rank = PL_SEED_START,
                                                      .flags = is_external ? PL_FUNCTION_EXPORTED : 0,
                                                      .name = s.name});
        if (is_external)
            pl_code_add_entry(m->im, "export", s.address);
    }
}

/* The pointers of a section are those of the symbols whose numbers stand in the table of indirect ones. */
static void read_indirect(struct pl_code_macho *m)
{
    struct pl_code_macho_table t = {m->indirect.offset, m->indirect.bytes * 4}; /* it counts entries */
    pl_bytes table = m->indirect.bytes > m->data.n / 4 ? (pl_bytes){NULL, 0} : pl_code_macho_bytes(m, t);
    for (size_t i = 0; i < m->sections.n; i++) {
        const struct pl_code_macho_section *s = &m->sections.v[i];
        uint32_t type = s->flags & 0xff;
        if (type != TYPE_POINTERS && type != TYPE_LAZY)
            continue;
        struct pl_cursor c = pl_cursor_at(table, 4ull * s->first_indirect);
        for (uint64_t k = 0; k < s->size / 8 && m->work > 0; k++) {
            uint32_t index = pl_cursor_u32le(&c);
            if (c.bad)
                break;
            struct symbol symbol = read_symbol(m, index);
            if (index < m->n_symbols && (symbol.type & 0x0e) == 0 && symbol.name.n > 0)
                (void)pl_code_macho_slot(m, s->address + 8 * k, 0, symbol.name, symbol.library);
        }
    }
}

static void read_initialisers(struct pl_code_macho *m)
{
    for (size_t i = 0; i < m->sections.n; i++) {
        const struct pl_code_macho_section *s = &m->sections.v[i];
        uint32_t type = s->flags & 0xff;
        uint64_t width = type == TYPE_INIT_OFFS ? 4 : 8;
        if (type != TYPE_INIT && type != TYPE_TERM && type != TYPE_INIT_OFFS)
            continue;
        for (uint64_t k = 0; k < s->size / width && m->work > 0 && !m->im->no_memory; k++, m->work--) {
            uint64_t at = s->address + width * k;
            const struct pl_code_slot *slot = pl_code_slot_at(m->im, at);
            struct pl_cursor c = pl_cursor_of(pl_code_bytes_at(m->im, at, width));
            uint64_t value = width == 4 ? m->base + pl_cursor_u32le(&c) : m->bias + pl_cursor_u64le(&c);
            if (!c.bad)
                pl_code_add_entry(m->im,
                                  pl_arena_printf(m->im->arena, "%s[%llu]",
                                                  type == TYPE_TERM ? "terminator" : "initialiser",
                                                  (unsigned long long)k),
                                  slot != NULL ? slot->target : value);
        }
    }
}

static void read_data_in_code(struct pl_code_macho *m)
{
    struct pl_cursor c = pl_cursor_of(pl_code_macho_bytes(m, m->data_in_code));
    while (pl_cursor_left(&c) >= 8 && !m->im->no_memory) {
        uint32_t offset = pl_cursor_u32le(&c);
        uint16_t bytes = pl_cursor_u16le(&c);
        pl_cursor_skip(&c, 2);
        pl_code_add_hole(m->im, m->base + offset, bytes);
    }
    pl_code_settle_holes(m->im);
}

/* Distances from one function to the next, from the header on. */
static void read_starts(struct pl_code_macho *m)
{
    struct pl_cursor c = pl_cursor_of(pl_code_macho_bytes(m, m->starts));
    uint64_t address = m->base;
    uint64_t before = 0;
    while (pl_cursor_left(&c) > 0 && !m->im->no_memory) {
        uint64_t step = pl_cursor_uleb(&c, PL_ULEB_ANY);
        if (step == 0 || c.bad || step > UINT32_MAX)
            break;
        address += step;
        if (before != 0)
            pl_code_seed_add(m->im, (struct pl_code_seed){.address = before,
                                                          .size = address - before,
                                                          .is_padded = true,
                                                          .rank = PL_SEED_SYMBOL});
        before = address;
    }
    const struct pl_code_area *area = pl_code_area_at(m->im, before);
    if (before != 0 && area != NULL)
        pl_code_seed_add(m->im, (struct pl_code_seed){.address = before,
                                                      .size = area->size - (before - area->address),
                                                      .is_padded = true,
                                                      .rank = PL_SEED_SYMBOL});
}

static void read_all_unwind(struct pl_code_macho *m)
{
    for (size_t i = 0; i < m->sections.n; i++) {
        const struct pl_code_macho_section *s = &m->sections.v[i];
        pl_bytes bytes = pl_code_bytes_at(m->im, s->address, s->size);
        if (pl_bytes_eq_str(s->name, "__unwind_info"))
            pl_code_macho_read_unwind(m, bytes);
        else if (pl_bytes_eq_str(s->name, "__eh_frame"))
            pl_code_read_unwind(m->im, bytes, s->address, true);
    }
}

static void load(struct pl_code_macho *m, const char **unsupported)
{
    struct pl_code_image *im = m->im;
    m->work = m->data.n + 1024;
    uint32_t cpu = read_commands(m);
    im->machine = cpu == CPU_X86_64 ? PL_CODE_X86_64 : cpu == CPU_ARM64 ? PL_CODE_A64 : PL_CODE_NONE;
    im->has_thunks = true;
    if (im->machine == PL_CODE_NONE)
        *unsupported = "no decoder for a Mach-O image of this machine";
    load_areas(m);
    read_data_in_code(m);
    pl_code_macho_read_fixups(m);
    read_indirect(m);
    pl_code_settle_slots(im);
    if (m->main_offset != 0)
        pl_code_add_entry(im, "entry point", m->base + m->main_offset);
    read_initialisers(m);
    read_symbols(m);
    read_starts(m);
    read_all_unwind(m);
}

bool pl_code_part_of_macho(pl_bytes data, size_t i, uint64_t *offset, uint64_t *size)
{
    struct pl_cursor c = pl_cursor_of(data);
    uint32_t magic = pl_cursor_u32be(&c);
    uint32_t n = pl_cursor_u32be(&c);
    bool is_wide = magic == 0xcafebabfu;
    if (magic != 0xcafebabeu && !is_wide) {
        *offset = 0;
        *size = data.n;
        return i == 0;
    }
    if (i >= n || i >= MAX_PARTS)
        return false;
    pl_cursor_skip(&c, i * (is_wide ? 32 : 20) + 8);
    *offset = is_wide ? pl_cursor_u64be(&c) : pl_cursor_u32be(&c);
    *size = is_wide ? pl_cursor_u64be(&c) : pl_cursor_u32be(&c);
    return !c.bad && *offset <= data.n && *size <= data.n - *offset;
}

pl_status pl_code_load_macho(struct pl_code_image *im, const char **unsupported)
{
    struct pl_code_macho *m = calloc(1, sizeof *m);
    if (m == NULL)
        return pl_fail_nomem(im->err);
    *m =
        (struct pl_code_macho){.im = im,
                               .data = pl_bytes_sub(im->data, (size_t)im->part_offset, (size_t)im->part_size),
                               .at = im->part_offset,
                               .bias = (uint64_t)im->part << 56};
    load(m, unsupported);
    PL_VEC_FREE(&m->sections);
    free(m);
    return PL_OK;
}
