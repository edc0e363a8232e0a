/*
 * code_coff.c - a COFF object file of Windows (.obj, and .o of mingw), linked here in memory as if it were alone.
 *
 *     | header 20 | section headers 40 each | sections, and relocations 10 each | symbols 18 each | strings |
 *
 * The same as code_object.c does for ELF. The image base is 0, so that an address relative to it is the address.
 * Source: Microsoft "PE Format", sections "COFF File Header" to "COFF Relocations". Not read here: objects with more than 65,279 sections,
 * import objects (they hold no code), section and TLS relative fields.
 */
#include "feature/code_image.h"

#include "base/size.h"
#include "format/binary/pe.h"

#define HEADER_BYTES  20u
#define SECTION_BYTES 40u
#define SYMBOL_BYTES  18u
#define RELOC_BYTES   10u
#define FIRST_ADDRESS 0x100000u
#define SLOT_BYTES    16u
#define MAX_SECTIONS  65279u
#define NAME_BYTES    4096u
#define UNINITIALISED 0x00000080u /* section flags */
#define REMOVED       0x00000800u

struct section {
    uint64_t address; /* 0 when it has no bytes */
    pl_bytes name;
    uint32_t offset;
    uint32_t size;
    uint32_t relocations;
    uint32_t n_relocations;
    uint32_t flags;
};

struct coff {
    struct pl_code_image *im;
    uint8_t *bytes; /* the copy */
    uint16_t machine;
    uint32_t n_sections;
    uint32_t symbols;
    uint32_t n_symbols;
    pl_bytes strings;
    struct section *sections;
    uint64_t missing; /* address of the slot of symbol 0 */
};

struct symbol {
    uint64_t address;
    pl_bytes name;
    uint16_t section;
    uint16_t type;
    uint8_t storage;
    uint8_t n_more;
};

bool pl_code_is_coff(pl_bytes data)
{
    struct pl_cursor c = pl_cursor_of(data);
    uint16_t machine = pl_cursor_u16le(&c);
    uint16_t n_sections = pl_cursor_u16le(&c);
    pl_cursor_skip(&c, 4);
    uint32_t symbols = pl_cursor_u32le(&c);
    uint32_t n_symbols = pl_cursor_u32le(&c);
    uint16_t optional = pl_cursor_u16le(&c);
    uint16_t flags = pl_cursor_u16le(&c);
    bool is_machine = machine == PL_PE_I386 || machine == PL_PE_X86_64 || machine == PL_PE_ARM64;
    uint64_t end = symbols + (uint64_t)n_symbols * SYMBOL_BYTES;
    return !c.bad && is_machine && n_sections > 0 && n_sections <= MAX_SECTIONS && optional == 0 &&
           (flags & 0x2002) == 0 && symbols >= HEADER_BYTES + (uint64_t)n_sections * SECTION_BYTES &&
           end <= data.n;
}

static pl_bytes name_of(const struct coff *o, pl_bytes field)
{
    pl_bytes name;
    struct pl_cursor c = pl_cursor_of(field);
    if (pl_cursor_u32le(&c) != 0)
        return pl_bytes_sub(field, 0, pl_bytes_find_byte(field, 0, 0));
    return pl_image_string(o->strings, pl_cursor_u32le(&c), NAME_BYTES, &name) ? name : (pl_bytes){NULL, 0};
}

static struct symbol read_symbol(const struct coff *o, uint32_t index)
{
    struct symbol s = {0};
    struct pl_cursor c = pl_cursor_at(o->im->data, o->symbols + (uint64_t)index * SYMBOL_BYTES);
    pl_bytes field = pl_cursor_take(&c, 8);
    uint32_t value = pl_cursor_u32le(&c);
    s.section = pl_cursor_u16le(&c);
    s.type = pl_cursor_u16le(&c);
    s.storage = pl_cursor_u8(&c);
    s.n_more = pl_cursor_u8(&c);
    if (c.bad || index >= o->n_symbols)
        return (struct symbol){.address = o->missing};
    s.name = name_of(o, field);
    if (o->machine == PL_PE_I386 && s.name.n > 1 && s.name.p[0] == '_')
        s.name = pl_bytes_from(s.name, 1);
    bool is_here = s.section > 0 && s.section <= o->n_sections && o->sections[s.section - 1].address != 0;
    s.address =
        is_here ? o->sections[s.section - 1].address + value : o->missing + (uint64_t)index * SLOT_BYTES;
    return s;
}

static void read_sections(struct coff *o)
{
    struct pl_cursor c = pl_cursor_at(o->im->data, HEADER_BYTES);
    uint64_t at = FIRST_ADDRESS;
    for (uint32_t i = 0; i < o->n_sections; i++) {
        struct section *s = &o->sections[i];
        pl_bytes name = pl_cursor_take(&c, 8);
        s->name = pl_bytes_sub(name, 0, pl_bytes_find_byte(name, 0, 0));
        pl_cursor_skip(&c, 8);
        s->size = pl_cursor_u32le(&c);
        s->offset = pl_cursor_u32le(&c);
        s->relocations = pl_cursor_u32le(&c);
        pl_cursor_skip(&c, 4);
        s->n_relocations = pl_cursor_u16le(&c);
        pl_cursor_skip(&c, 2);
        s->flags = pl_cursor_u32le(&c);
        s->address = 0;
        bool is_empty = (s->flags & UNINITIALISED) != 0;
        if (c.bad || s->size > UINT32_MAX / 2 || (s->flags & (PL_PE_DISCARDABLE | REMOVED)) != 0 ||
            (!is_empty &&
             (s->offset == 0 || s->offset > o->im->data.n || s->size > o->im->data.n - s->offset)))
            continue;
        s->address = at;
        s->n_relocations = is_empty ? 0 : s->n_relocations;
        pl_code_add_span(o->im, (struct pl_code_span){at, (uint64_t)s->size + 1, is_empty ? 0 : s->offset,
                                                      is_empty ? 0 : s->size, (s->flags & PL_PE_WRITE) != 0});
        if ((s->flags & PL_PE_EXECUTE) != 0 && !is_empty)
            pl_code_add_area(o->im, (struct pl_code_area){at, s->offset, s->size, false});
        at = (at + s->size + SLOT_BYTES) / SLOT_BYTES * SLOT_BYTES;
    }
    o->missing = at;
    pl_code_settle_space(o->im);
}

static void put(uint8_t *at, uint64_t value, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

/* How many bytes a relocation of this type fills, and what it is: 'a' an address, 'b' one relative to the base, 'r' a distance. */
static unsigned kind_of(const struct coff *o, uint16_t type, char *kind, unsigned *behind)
{
    *behind = 0;
    *kind = 0;
    if (o->machine == PL_PE_X86_64) {
        *kind = type == 1 || type == 2 ? 'a' : type == 3 ? 'b' : type >= 4 && type <= 9 ? 'r' : 0;
        *behind = *kind == 'r' ? type - 4u : 0;
        return type == 1 ? 8 : 4;
    }
    if (o->machine == PL_PE_I386)
        *kind = type == 6 ? 'a' : type == 7 ? 'b' : type == 20 ? 'r' : 0;
    return 4;
}

static void relocate(struct coff *o, const struct section *s, uint32_t offset, uint32_t index, uint16_t type)
{
    char kind;
    unsigned behind;
    unsigned width = kind_of(o, type, &kind, &behind);
    struct symbol symbol = read_symbol(o, index);
    if (kind == 0 || s->size < width || offset > s->size - width)
        return;
    uint8_t *at = o->bytes + s->offset + offset;
    struct pl_cursor c = pl_cursor_of(pl_bytes_of(at, width));
    uint64_t addend = width == 8 ? pl_cursor_u64le(&c) : (uint64_t)(int64_t)(int32_t)pl_cursor_u32le(&c);
    uint64_t target = symbol.address + addend;
    bool is_missing = symbol.address >= o->missing;
    put(at, kind == 'r' ? target - (s->address + offset + 4 + behind) : target, width);
    if (kind == 'a')
        pl_code_add_slot(o->im, (struct pl_code_slot){.address = s->address + offset,
                                                      .target = is_missing ? 0 : target,
                                                      .name = is_missing ? symbol.name : (pl_bytes){NULL, 0},
                                                      .function = PL_NO_TARGET,
                                                      .is_operand = (s->flags & PL_PE_EXECUTE) != 0});
}

static void read_relocations(struct coff *o)
{
    for (uint32_t i = 0; i < o->n_sections; i++) {
        const struct section *s = &o->sections[i];
        struct pl_cursor c = pl_cursor_at(o->im->data, s->relocations);
        for (uint32_t k = 0; k < s->n_relocations && s->address != 0 && !o->im->no_memory; k++) {
            uint32_t offset = pl_cursor_u32le(&c);
            uint32_t index = pl_cursor_u32le(&c);
            uint16_t type = pl_cursor_u16le(&c);
            if (c.bad)
                break;
            relocate(o, s, offset, index, type);
        }
    }
}

/* A name that begins with __imp_ is a pointer to the import; any other is the import, or a symbol of another object. */
static void read_symbols(struct coff *o)
{
    struct symbol s;
    for (uint32_t i = 0; i < o->n_symbols && !o->im->no_memory; i += 1u + s.n_more) {
        s = read_symbol(o, i);
        bool is_pointer =
            pl_bytes_starts(s.name, PL_LIT("__imp_")) || pl_bytes_starts(s.name, PL_LIT("_imp__"));
        if (s.address >= o->missing && s.name.n > 0)
            pl_code_add_slot(o->im,
                             (struct pl_code_slot){.address = s.address,
                                                   .name = is_pointer ? pl_bytes_from(s.name, 6) : s.name,
                                                   .function = PL_NO_TARGET,
                                                   .is_copy = !is_pointer});
        bool is_label = s.storage == 2 && s.section > 0;
        if (s.address < o->missing && (s.type == 0x20 || is_label) &&
            pl_code_area_at(o->im, s.address) != NULL)
            pl_code_seed_add(
                o->im, (struct pl_code_seed){.address = s.address, .rank = PL_SEED_START, .name = s.name});
    }
}

/* .pdata, with addresses filled in: | begin | end | unwind |. */
static void read_unwind(struct coff *o)
{
    for (uint32_t i = 0; i < o->n_sections && o->machine == PL_PE_X86_64; i++) {
        const struct section *s = &o->sections[i];
        if (s->address == 0 || !pl_bytes_starts(s->name, PL_LIT(".pdata")))
            continue;
        struct pl_cursor c = pl_cursor_of(pl_bytes_sub(o->im->data, s->offset, s->size));
        while (pl_cursor_left(&c) >= 12 && !o->im->no_memory) {
            uint32_t begin = pl_cursor_u32le(&c);
            uint32_t end = pl_cursor_u32le(&c);
            pl_cursor_skip(&c, 4);
            if (begin < end)
                pl_code_seed_add(o->im, (struct pl_code_seed){.address = begin,
                                                              .size = end - begin,
                                                              .rank = PL_SEED_UNWIND,
                                                              .flags = PL_FUNCTION_UNWIND});
        }
    }
}

pl_status pl_code_load_coff(struct pl_code_image *im, const char **unsupported)
{
    struct coff o = {.im = im};
    struct pl_cursor c = pl_cursor_of(im->data);
    o.machine = pl_cursor_u16le(&c);
    o.n_sections = pl_cursor_u16le(&c);
    pl_cursor_skip(&c, 4);
    o.symbols = pl_cursor_u32le(&c);
    o.n_symbols = pl_cursor_u32le(&c);
    uint64_t strings = o.symbols + (uint64_t)o.n_symbols * SYMBOL_BYTES; /* inside: pl_code_is_coff() */
    o.strings = pl_bytes_from(im->data, (size_t)strings);
    o.sections = pl_arena_take_n(im->arena, o.n_sections + 1, sizeof *o.sections);
    pl_bytes copy = pl_arena_keep(im->arena, im->data);
    if (o.sections == NULL || copy.p == NULL)
        return pl_arena_fail(im->arena, im->err);
    o.bytes = (uint8_t *)(uintptr_t)copy.p;
    im->machine = o.machine == PL_PE_X86_64 ? PL_CODE_X86_64
                  : o.machine == PL_PE_I386 ? PL_CODE_I386
                                            : PL_CODE_NONE;
    if (im->machine == PL_CODE_NONE)
        *unsupported = "object files of Windows for this machine are not linked here";
    im->is_fixed = im->knows_operands = true;
    im->has_wide = true;
    read_sections(&o);
    read_symbols(&o);
    read_relocations(&o);
    im->data = copy; /* tables were read as they stand in the file */
    pl_code_settle_slots(im);
    read_unwind(&o);
    return PL_OK;
}
