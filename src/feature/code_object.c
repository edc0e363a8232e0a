/*
 * code_object.c - an ELF object file, linked here in memory as if it were alone, so that its code reads like that of an image.
 *
 * Each section gets addresses, relocations are applied to a copy of the file, and each symbol that the file lacks stands at an address of its
 * own behind all sections, where a slot names it. A pointer to each symbol stands behind these, for code that goes through the GOT.
 *
 * Source: System V gABI 4.2, chapter 4; psABI for x86-64 1.0 table 4.9; i386 psABI 4 (relocation types); AArch64 ELF ABI, 5.7.
 * Not read here: thread-local relocations, and whatever stands in sections that are not loaded; such fields keep what the assembler left.
 */
#include "feature/code_image.h"

#include "base/size.h"

#include <string.h>

#define FIRST_ADDRESS 0x100000u
#define SLOT_BYTES    16u
#define NAME_BYTES    4096u
#define MAX_SYMBOLS   4194304u

enum patch {
    PATCH_NONE,
    PATCH_WORD64, /* S + A */
    PATCH_WORD32, /* S + A, an absolute address in an instruction or in data */
    PATCH_REL32,  /* S + A - P */
    PATCH_REL64,
    PATCH_GOT32,    /* pointer to S, + A - P */
    PATCH_GOT_BASE, /* GOT + A - P */
    PATCH_GOT_OFF,  /* S + A - GOT */
    PATCH_GOT_PTR,  /* pointer to S, + A - GOT */
    PATCH_A64_PAGE, /* the rest: fields of AArch64 instructions */
    PATCH_A64_LOW0, /* low 12 bits of S + A, in units of 1 << n */
    PATCH_A64_LOW1,
    PATCH_A64_LOW2,
    PATCH_A64_LOW3,
    PATCH_A64_LOW4,
    PATCH_A64_CALL,
    PATCH_A64_BRANCH19,
    PATCH_A64_PLACE,
    PATCH_A64_GOT_PAGE,
    PATCH_A64_GOT_LOW
};

static const struct {
    enum pl_code_machine machine;
    uint16_t type;
    enum patch patch;
} patches[] = {
    {PL_CODE_X86_64, 1, PATCH_WORD64},      {PL_CODE_X86_64, 2, PATCH_REL32},
    {PL_CODE_X86_64, 4, PATCH_REL32},       {PL_CODE_X86_64, 9, PATCH_GOT32},
    {PL_CODE_X86_64, 10, PATCH_WORD32},     {PL_CODE_X86_64, 11, PATCH_WORD32},
    {PL_CODE_X86_64, 24, PATCH_REL64},      {PL_CODE_X86_64, 41, PATCH_GOT32},
    {PL_CODE_X86_64, 42, PATCH_GOT32},      {PL_CODE_I386, 1, PATCH_WORD32},
    {PL_CODE_I386, 2, PATCH_REL32},         {PL_CODE_I386, 3, PATCH_GOT_PTR},
    {PL_CODE_I386, 4, PATCH_REL32},         {PL_CODE_I386, 9, PATCH_GOT_OFF},
    {PL_CODE_I386, 10, PATCH_GOT_BASE},     {PL_CODE_I386, 43, PATCH_GOT_PTR},
    {PL_CODE_A64, 257, PATCH_WORD64},       {PL_CODE_A64, 258, PATCH_WORD32},
    {PL_CODE_A64, 260, PATCH_REL64},        {PL_CODE_A64, 261, PATCH_REL32},
    {PL_CODE_A64, 273, PATCH_A64_BRANCH19}, {PL_CODE_A64, 274, PATCH_A64_PLACE},
    {PL_CODE_A64, 275, PATCH_A64_PAGE},     {PL_CODE_A64, 276, PATCH_A64_PAGE},
    {PL_CODE_A64, 277, PATCH_A64_LOW0},     {PL_CODE_A64, 278, PATCH_A64_LOW0},
    {PL_CODE_A64, 280, PATCH_A64_BRANCH19}, {PL_CODE_A64, 282, PATCH_A64_CALL},
    {PL_CODE_A64, 283, PATCH_A64_CALL},     {PL_CODE_A64, 284, PATCH_A64_LOW1},
    {PL_CODE_A64, 285, PATCH_A64_LOW2},     {PL_CODE_A64, 286, PATCH_A64_LOW3},
    {PL_CODE_A64, 299, PATCH_A64_LOW4},     {PL_CODE_A64, 311, PATCH_A64_GOT_PAGE},
    {PL_CODE_A64, 312, PATCH_A64_GOT_LOW},
};

struct object {
    struct pl_code_image *im;
    const struct pl_elf *elf;
    uint8_t *bytes;      /* the copy */
    uint64_t *addresses; /* of the sections; 0 when not loaded */
    pl_bytes symbols;
    pl_bytes names;
    uint64_t n_symbols;
    uint64_t missing; /* address of the slot of symbol 0 */
    uint64_t pointers;
};

struct symbol {
    uint64_t address;
    uint64_t size;
    pl_bytes name;
    uint8_t type;
    uint16_t section;
};

static uint64_t read_word(const struct object *o, struct pl_cursor *c)
{
    return o->elf->is_64 ? pl_code_u64(o->im, c) : pl_code_u32(o->im, c);
}

static struct symbol read_symbol(const struct object *o, uint64_t index)
{
    struct symbol s = {0};
    struct pl_cursor c = pl_cursor_at(o->symbols, index * (o->elf->is_64 ? 24u : 16u));
    uint32_t name = pl_code_u32(o->im, &c);
    uint64_t value = 0;
    if (o->elf->is_64) {
        s.type = pl_cursor_u8(&c) & 15;
        pl_cursor_skip(&c, 1);
        s.section = pl_code_u16(o->im, &c);
        value = pl_code_u64(o->im, &c);
        s.size = pl_code_u64(o->im, &c);
    } else {
        value = pl_code_u32(o->im, &c);
        s.size = pl_code_u32(o->im, &c);
        s.type = pl_cursor_u8(&c) & 15;
        pl_cursor_skip(&c, 1);
        s.section = pl_code_u16(o->im, &c);
    }
    if (c.bad || index >= o->n_symbols)
        return (struct symbol){0};
    pl_bytes tail =
        pl_bytes_sub(pl_bytes_from(o->names, name < o->names.n ? name : o->names.n), 0, NAME_BYTES);
    size_t end = pl_bytes_find_byte(tail, 0, 0);
    s.name = pl_bytes_sub(tail, 0, end == SIZE_MAX ? 0 : end);
    if (s.section != 0 && s.section < o->elf->n_sections && o->addresses[s.section] != 0)
        s.address = o->addresses[s.section] + value;
    else
        s.address = o->missing + index * SLOT_BYTES;
    return s;
}

/* Addresses for all sections that are loaded; false when there is no room. */
static bool lay_out(struct object *o)
{
    uint64_t at = FIRST_ADDRESS;
    for (size_t i = 1; i < o->elf->n_sections; i++) {
        const struct pl_elf_section *s = &o->elf->sections[i];
        uint64_t align = s->align > SLOT_BYTES && s->align <= 4096 ? s->align : SLOT_BYTES;
        bool is_empty = s->type == PL_ELF_SHT_NOBITS;
        if (!(s->flags & PL_ELF_SHF_ALLOC) || (!is_empty && !s->is_readable))
            continue;
        at = (at + align - 1) / align * align;
        o->addresses[i] = at;
        pl_code_add_span(o->im,
                         (struct pl_code_span){at, s->size + 1, is_empty ? 0 : s->offset,
                                               is_empty ? 0 : s->size, (s->flags & PL_ELF_SHF_WRITE) != 0});
        if (s->flags & PL_ELF_SHF_EXECINSTR && !is_empty)
            pl_code_add_area(o->im, (struct pl_code_area){at, s->offset, s->size, false});
        if (!pl_add_u64(at, s->size + 1, &at) || at > UINT32_MAX / 2)
            return false;
    }
    o->missing = (at + SLOT_BYTES) / SLOT_BYTES * SLOT_BYTES;
    o->pointers = o->missing + o->n_symbols * SLOT_BYTES;
    pl_code_settle_space(o->im);
    return true;
}

static void put(uint8_t *at, uint64_t value, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t page_field(uint64_t target, uint64_t place)
{
    uint64_t pages = (target >> 12) - (place >> 12);
    return (uint32_t)((pages & 3) << 29 | (pages >> 2 & 0x7ffff) << 5);
}

/* Write a field; `place` is its address, `at` its bytes in the copy: eight of them, or four when the patch needs no more. */
static void apply(struct object *o, enum patch patch, uint8_t *at, uint64_t place, uint64_t target,
                  uint64_t pointer)
{
    struct pl_cursor c = pl_cursor_of(pl_bytes_of(at, 4));
    uint32_t w = pl_cursor_u32le(&c);
    uint64_t got = o->im->got_base;
    unsigned shift = 0;
    switch (patch) {
    case PATCH_NONE: return;
    case PATCH_WORD64: put(at, target, 8); return;
    case PATCH_REL64: put(at, target - place, 8); return;
    case PATCH_WORD32: put(at, target, 4); return;
    case PATCH_GOT_BASE:
    case PATCH_REL32: put(at, target - place, 4); return;
    case PATCH_GOT32: put(at, pointer - place, 4); return;
    case PATCH_GOT_OFF: put(at, target - got, 4); return;
    case PATCH_GOT_PTR: put(at, pointer - got, 4); return;
    case PATCH_A64_PAGE: put(at, (w & 0x9f00001f) | page_field(target, place), 4); return;
    case PATCH_A64_GOT_PAGE: put(at, (w & 0x9f00001f) | page_field(pointer, place), 4); return;
    case PATCH_A64_GOT_LOW: put(at, (w & 0xffc003ff) | (uint32_t)(pointer & 0xfff) >> 3 << 10, 4); return;
    case PATCH_A64_CALL: put(at, (w & 0xfc000000) | (uint32_t)((target - place) >> 2 & 0x3ffffff), 4); return;
    case PATCH_A64_BRANCH19:
        put(at, (w & 0xff00001f) | (uint32_t)((target - place) >> 2 & 0x7ffff) << 5, 4);
        return;
    case PATCH_A64_PLACE:
        put(at,
            (w & 0x9f00001f) | (uint32_t)((target - place) & 3) << 29 |
                (uint32_t)((target - place) >> 2 & 0x7ffff) << 5,
            4);
        return;
    case PATCH_A64_LOW4: shift++; /* fall through */
    case PATCH_A64_LOW3: shift++; /* fall through */
    case PATCH_A64_LOW2: shift++; /* fall through */
    case PATCH_A64_LOW1: shift++; /* fall through */
    case PATCH_A64_LOW0: put(at, (w & 0xffc003ff) | (uint32_t)(target & 0xfff) >> shift << 10, 4); return;
    }
}

static enum patch patch_of(enum pl_code_machine machine, uint32_t type)
{
    for (size_t i = 0; i < sizeof patches / sizeof patches[0]; i++)
        if (patches[i].machine == machine && patches[i].type == type)
            return patches[i].patch;
    return PATCH_NONE;
}

static void relocate(struct object *o, const struct pl_elf_section *s, uint64_t base, uint64_t offset,
                     uint64_t info, const uint64_t *addend)
{
    enum patch patch = patch_of(o->im->machine, (uint32_t)(o->elf->is_64 ? info & UINT32_MAX : info & 0xff));
    uint64_t index = o->elf->is_64 ? info >> 32 : info >> 8;
    unsigned width = patch == PATCH_WORD64 || patch == PATCH_REL64 ? 8 : 4;
    if (patch == PATCH_NONE || s->size < width || offset > s->size - width)
        return;
    uint8_t *at = o->bytes + s->offset + offset;
    struct pl_cursor in_place = pl_cursor_of(pl_bytes_of(at, width));
    uint64_t a = addend != NULL ? *addend
                 : width == 8   ? pl_cursor_u64le(&in_place)
                                : (uint64_t)(int64_t)(int32_t)pl_cursor_u32le(&in_place);
    struct symbol symbol = read_symbol(o, index);
    uint64_t target = symbol.address + a;
    bool is_missing = symbol.address >= o->missing;
    uint64_t pointer = o->pointers + index * SLOT_BYTES;
    if (patch == PATCH_GOT_BASE)
        target = o->im->got_base + a;
    apply(o, patch, at, base + offset, target,
          pointer + (patch == PATCH_GOT32 || patch == PATCH_GOT_PTR ? a : 0));
    if (patch == PATCH_WORD64 || patch == PATCH_WORD32)
        pl_code_add_slot(
            o->im,
            (struct pl_code_slot){.address = base + offset,
                                  .target = is_missing ? 0 : target & (width == 8 ? UINT64_MAX : UINT32_MAX),
                                  .name = is_missing ? symbol.name : (pl_bytes){NULL, 0},
                                  .function = PL_NO_TARGET,
                                  .is_operand = (s->flags & PL_ELF_SHF_EXECINSTR) != 0});
    if (patch == PATCH_GOT32 || patch == PATCH_GOT_PTR || patch == PATCH_A64_GOT_LOW)
        pl_code_add_slot(o->im, (struct pl_code_slot){.address = pointer,
                                                      .target = is_missing ? 0 : symbol.address,
                                                      .name = symbol.name,
                                                      .function = PL_NO_TARGET});
}

static void read_relocations(struct object *o)
{
    for (size_t i = 0; i < o->elf->n_sections; i++) {
        const struct pl_elf_section *table = &o->elf->sections[i];
        bool has_addend = table->type == PL_ELF_SHT_RELA;
        if ((!has_addend && table->type != PL_ELF_SHT_REL) || table->info >= o->elf->n_sections ||
            o->addresses[table->info] == 0 || o->elf->sections[table->info].type == PL_ELF_SHT_NOBITS)
            continue;
        struct pl_cursor c = pl_cursor_of(pl_elf_section_bytes(o->im->data, table));
        size_t entry = (o->elf->is_64 ? 8u : 4u) * (has_addend ? 3 : 2);
        while (pl_cursor_left(&c) >= entry && !o->im->no_memory) {
            uint64_t offset = read_word(o, &c);
            uint64_t info = read_word(o, &c);
            uint64_t addend = has_addend ? read_word(o, &c) : 0;
            if (!o->elf->is_64)
                addend = (uint64_t)(int64_t)(int32_t)addend;
            relocate(o, &o->elf->sections[table->info], o->addresses[table->info], offset, info,
                     has_addend ? &addend : NULL);
        }
    }
}

static void read_symbols(struct object *o)
{
    for (uint64_t i = 1; i < o->n_symbols && !o->im->no_memory; i++) {
        struct symbol s = read_symbol(o, i);
        if (s.address >= o->missing && s.name.n > 0)
            pl_code_add_slot(
                o->im, (struct pl_code_slot){
                           .address = s.address, .name = s.name, .function = PL_NO_TARGET, .is_copy = true});
        bool is_function = s.type == 2 || s.type == 10;
        /* Hand-written code has names without types. */
        bool is_label = s.type == 0 && s.name.n > 0 && s.name.p[0] != '.' && s.name.p[0] != '$';
        if (s.address < o->missing && (is_function || is_label) && pl_code_area_at(o->im, s.address) != NULL)
            pl_code_seed_add(o->im,
                             (struct pl_code_seed){.address = s.address,
                                                   .size = s.size,
                                                   .rank = s.size == 0 ? PL_SEED_START : PL_SEED_SYMBOL,
                                                   .name = s.name});
    }
}

static void find_tables(struct object *o)
{
    for (size_t i = 0; i < o->elf->n_sections; i++) {
        const struct pl_elf_section *s = &o->elf->sections[i];
        if (s->type != PL_ELF_SHT_SYMTAB || s->link >= o->elf->n_sections)
            continue;
        o->symbols = pl_elf_section_bytes(o->im->data, s);
        o->names = pl_elf_section_bytes(o->im->data, &o->elf->sections[s->link]);
        o->n_symbols = o->symbols.n / (o->elf->is_64 ? 24 : 16);
        if (o->n_symbols > MAX_SYMBOLS)
            o->n_symbols = MAX_SYMBOLS;
        return;
    }
}

pl_status pl_code_load_object(struct pl_code_image *im, const struct pl_elf *elf, const char **unsupported)
{
    struct object o = {.im = im, .elf = elf};
    o.addresses = pl_arena_take_n(im->arena, elf->n_sections + 1, sizeof *o.addresses);
    pl_bytes copy = pl_arena_keep(im->arena, im->data);
    if (o.addresses == NULL || copy.p == NULL)
        return pl_arena_fail(im->arena, im->err);
    memset(o.addresses, 0, (elf->n_sections + 1) * sizeof *o.addresses);
    o.bytes = (uint8_t *)(uintptr_t)copy.p;
    find_tables(&o);
    if (!lay_out(&o)) {
        *unsupported = "the sections of the object file are larger than memory";
        im->machine = PL_CODE_NONE;
        im->areas.n = im->spans.n = 0;
        return PL_OK;
    }
    im->is_fixed = im->knows_operands = true;
    im->got_base = im->machine == PL_CODE_I386 ? o.pointers : 0;
    read_symbols(&o);
    read_relocations(&o);
    im->data = copy; /* tables were read as they stand in the file */
    pl_code_settle_slots(im);
    for (size_t i = 0; i < elf->n_sections; i++)
        if (o.addresses[i] != 0 && pl_bytes_eq_str(elf->sections[i].name, ".eh_frame"))
            pl_code_read_unwind(im, pl_elf_section_bytes(copy, &elf->sections[i]), o.addresses[i],
                                elf->is_64);
    return PL_OK;
}
