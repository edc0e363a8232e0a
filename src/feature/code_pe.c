/*
 * code_pe.c - what Windows would make of a PE image: addresses, imports, pointers, names, ways in.
 *
 *     functions   .pdata (code_pe_unwind.c), .eh_frame of mingw for i386, COFF symbols where they stand
 *     starts      exports, entry point, TLS callbacks, the guard function table, pointers that are relocated
 *     slots       address tables of imports and delayed imports, by name or as "library#ordinal"; relocated pointers
 *
 * Executable bytes are those that format/binary/pe.h owns as code, so that a table inside .text is none.
 * Source: Microsoft "PE Format". Not read here: CHPE and ARM64EC, bound imports (the loader does not need them).
 */
#include "feature/code_pe.h"

#include "base/size.h"

#define DESCRIPTOR_BYTES       20u
#define DELAY_DESCRIPTOR_BYTES 32u
#define SYMBOL_BYTES           18u
#define NAME_BYTES             4096u
#define LIBRARY_BYTES          256u
#define MAX_CALLBACKS          1024u
#define FLAG_NO_RELOCATIONS    1u
#define CLR_IL_ONLY            1u

pl_bytes pl_code_pe_at(const struct pl_code_pe *w, uint32_t address, uint64_t n)
{
    return pl_code_bytes_at(w->im, w->pe->base + address, n);
}

/* Text up to a NUL; empty when there is none. */
static pl_bytes string_at(const struct pl_code_pe *w, uint64_t address, uint64_t max)
{
    pl_bytes text;
    const struct pl_code_span *s = pl_code_span_at(w->im, w->pe->base + address);
    uint64_t into = s == NULL ? 0 : w->pe->base + address - s->address;
    if (address > UINT32_MAX || s == NULL || into >= s->size)
        return (pl_bytes){NULL, 0};
    pl_bytes rest = pl_bytes_sub(w->im->data, (size_t)(s->offset + into), (size_t)(s->size - into));
    return pl_image_string(rest, 0, max, &text) ? text : (pl_bytes){NULL, 0};
}

static enum pl_code_machine machine_of(const struct pl_pe *pe)
{
    switch (pe->machine) {
    case PL_PE_X86_64: return pe->is_64 ? PL_CODE_X86_64 : PL_CODE_NONE;
    case PL_PE_I386: return pe->is_64 ? PL_CODE_NONE : PL_CODE_I386;
    case PL_PE_ARM64: return pe->is_64 ? PL_CODE_A64 : PL_CODE_NONE;
    default: return PL_CODE_NONE;
    }
}

/* ---- addresses ---- */

static uint64_t memory_bytes(const struct pl_pe_section *s)
{
    return s->virtual_bytes != 0 ? s->virtual_bytes : s->file_bytes;
}

static void load_space(struct pl_code_pe *w)
{
    const struct pl_pe *pe = w->pe;
    for (size_t i = 0; i < pe->n_sections; i++) {
        const struct pl_pe_section *s = &pe->sections[i];
        uint64_t memory = memory_bytes(s);
        uint64_t size = s->file_bytes < memory ? s->file_bytes : memory;
        bool has_file = s->is_readable && s->offset != 0;
        pl_code_add_span(w->im, (struct pl_code_span){pe->base + s->address, memory, has_file ? s->offset : 0,
                                                      has_file ? size : 0, (s->flags & PL_PE_WRITE) != 0});
    }
    for (size_t i = 0, k = 0; i < pe->n_ranges; i++) {
        const struct pl_image_range *r = &pe->ranges[i];
        if (r->owner != PL_IMAGE_CODE)
            continue;
        for (size_t tried = 0; tried < pe->n_sections; tried++, k = (k + 1) % pe->n_sections) {
            const struct pl_pe_section *s = &pe->sections[k];
            if (!s->is_readable || r->offset < s->offset || r->offset - s->offset >= s->file_bytes)
                continue;
            pl_code_add_area(w->im, (struct pl_code_area){pe->base + s->address + (r->offset - s->offset),
                                                          r->offset, r->length, false});
            break;
        }
    }
    pl_code_settle_space(w->im);
}

/* ---- imports ---- */

/* Names of C functions carry an underscore on i386, and stdcall ones the bytes of their parameters. */
static pl_bytes plain_name(const struct pl_code_pe *w, pl_bytes name)
{
    if (w->im->machine != PL_CODE_I386 || name.n < 2 || (name.p[0] != '_' && name.p[0] != '@'))
        return name;
    name = pl_bytes_from(name, 1);
    size_t at = pl_bytes_rfind_byte(name, '@');
    uint64_t bytes;
    if (at != SIZE_MAX && at > 0 && pl_bytes_to_u64(pl_bytes_from(name, at + 1), &bytes))
        name.n = at;
    return name;
}

static pl_bytes ordinal_name(const struct pl_code_pe *w, pl_bytes library, uint32_t ordinal)
{
    char *text = pl_arena_printf(w->im->arena, "%.*s#%u", PL_ARG(library), (unsigned)ordinal);
    if (text == NULL) {
        w->im->no_memory = true;
        return library;
    }
    for (char *p = text; *p != 0; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    return pl_bytes_of_str(text);
}

/* One slot for each name in a lookup table; `base` is what older delayed tables add to their addresses. */
static void read_lookup(struct pl_code_pe *w, uint32_t lookup, uint32_t addresses, uint64_t base,
                        pl_bytes library)
{
    uint64_t top = w->word == 8 ? 1ull << 63 : 1ull << 31;
    for (uint32_t i = 0; w->work > 0 && !w->im->no_memory; i++, w->work--) {
        struct pl_cursor c = pl_cursor_of(pl_code_pe_at(w, lookup + i * w->word, w->word));
        uint64_t value = w->word == 8 ? pl_cursor_u64le(&c) : pl_cursor_u32le(&c);
        if (c.bad || value == 0)
            return;
        pl_bytes name = (value & top) != 0 ? ordinal_name(w, library, value & 0xffff)
                                           : string_at(w, value - base + 2, NAME_BYTES);
        pl_code_add_slot(w->im,
                         (struct pl_code_slot){.address = w->pe->base + addresses + (uint64_t)i * w->word,
                                               .name = name,
                                               .library = library,
                                               .function = PL_NO_TARGET});
    }
}

static void read_imports(struct pl_code_pe *w)
{
    uint32_t at = w->pe->directories[PL_PE_IMPORTS].address;
    for (; at != 0 && w->work > 0; at += DESCRIPTOR_BYTES, w->work--) {
        struct pl_cursor c = pl_cursor_of(pl_code_pe_at(w, at, DESCRIPTOR_BYTES));
        uint32_t lookup = pl_cursor_u32le(&c);
        pl_cursor_skip(&c, 8);
        uint32_t name = pl_cursor_u32le(&c);
        uint32_t addresses = pl_cursor_u32le(&c);
        if (c.bad || name == 0)
            return;
        read_lookup(w, lookup != 0 ? lookup : addresses, addresses, 0, string_at(w, name, LIBRARY_BYTES));
    }
}

static void read_delayed(struct pl_code_pe *w)
{
    uint32_t at = w->pe->directories[PL_PE_DELAY_IMPORTS].address;
    for (; at != 0 && w->work > 0; at += DELAY_DESCRIPTOR_BYTES, w->work--) {
        struct pl_cursor c = pl_cursor_of(pl_code_pe_at(w, at, DELAY_DESCRIPTOR_BYTES));
        uint32_t base = (pl_cursor_u32le(&c) & 1) != 0 ? 0 : (uint32_t)w->pe->base;
        uint32_t name = pl_cursor_u32le(&c);
        pl_cursor_skip(&c, 4);
        uint32_t addresses = pl_cursor_u32le(&c);
        uint32_t names = pl_cursor_u32le(&c);
        if (c.bad || name == 0)
            return;
        read_lookup(w, names - base, addresses - base, base, string_at(w, name - base, LIBRARY_BYTES));
    }
}

/* ---- pointers ---- */

static void read_relocations(struct pl_code_pe *w)
{
    pl_bytes all = pl_code_pe_at(w, w->pe->directories[PL_PE_RELOCATIONS].address,
                                 w->pe->directories[PL_PE_RELOCATIONS].length);
    struct pl_cursor c = pl_cursor_of(all);
    unsigned kind = w->word == 8 ? 10 : 3;
    w->im->knows_operands = w->im->machine == PL_CODE_I386 && all.n > 0;
    while (pl_cursor_left(&c) >= 8 && !w->im->no_memory) {
        uint32_t page = pl_cursor_u32le(&c);
        uint32_t bytes = pl_cursor_u32le(&c);
        if (bytes < 8 || bytes - 8 > pl_cursor_left(&c))
            return;
        for (uint32_t i = 0; i < (bytes - 8) / 2 && !w->im->no_memory; i++) {
            uint16_t entry = pl_cursor_u16le(&c);
            uint64_t address = w->pe->base + page + (entry & 0xfff);
            struct pl_cursor in_place = pl_cursor_of(pl_code_bytes_at(w->im, address, w->word));
            uint64_t target = w->word == 8 ? pl_cursor_u64le(&in_place) : pl_cursor_u32le(&in_place);
            if (entry >> 12 == kind && !in_place.bad)
                pl_code_add_slot(
                    w->im, (struct pl_code_slot){.address = address,
                                                 .target = target,
                                                 .function = PL_NO_TARGET,
                                                 .is_operand = pl_code_area_at(w->im, address) != NULL});
        }
        pl_cursor_skip(&c, (bytes - 8) % 2);
    }
}

/* ---- names and ways in ---- */

static void add_start(struct pl_code_pe *w, uint64_t address, pl_bytes name, uint32_t flags)
{
    pl_code_seed_add(w->im, (struct pl_code_seed){
                                .address = address, .rank = PL_SEED_START, .flags = flags, .name = name});
}

static void read_export_names(struct pl_code_pe *w, uint32_t names, uint32_t ordinals, uint32_t n,
                              pl_bytes addresses)
{
    for (uint32_t i = 0; i < n && w->work > 0; i++, w->work--) {
        struct pl_cursor name_at = pl_cursor_of(pl_code_pe_at(w, names + 4 * i, 4));
        struct pl_cursor number = pl_cursor_of(pl_code_pe_at(w, ordinals + 2 * i, 2));
        pl_bytes name = string_at(w, pl_cursor_u32le(&name_at), NAME_BYTES);
        struct pl_cursor address = pl_cursor_at(addresses, 4ull * pl_cursor_u16le(&number));
        uint64_t target = w->pe->base + pl_cursor_u32le(&address);
        if (!name_at.bad && !number.bad && !address.bad && pl_code_area_at(w->im, target) != NULL)
            add_start(w, target, plain_name(w, name), PL_FUNCTION_EXPORTED);
    }
}

static void read_exports(struct pl_code_pe *w)
{
    uint32_t at = w->pe->directories[PL_PE_EXPORTS].address;
    uint32_t length = w->pe->directories[PL_PE_EXPORTS].length;
    struct pl_cursor c = pl_cursor_of(pl_code_pe_at(w, at, 40));
    pl_cursor_skip(&c, 20);
    uint32_t n = pl_cursor_u32le(&c);
    uint32_t n_names = pl_cursor_u32le(&c);
    uint32_t addresses = pl_cursor_u32le(&c);
    uint32_t names = pl_cursor_u32le(&c);
    uint32_t ordinals = pl_cursor_u32le(&c);
    pl_bytes table = pl_code_pe_at(w, addresses, 4ull * n);
    if (at == 0 || c.bad)
        return;
    c = pl_cursor_of(table);
    while (pl_cursor_left(&c) >= 4 && !w->im->no_memory) {
        uint32_t address = pl_cursor_u32le(&c);
        bool is_forwarded = address >= at && address - at < length;
        if (address == 0 || is_forwarded || pl_code_area_at(w->im, w->pe->base + address) == NULL)
            continue;
        add_start(w, w->pe->base + address, (pl_bytes){NULL, 0}, PL_FUNCTION_EXPORTED);
        pl_code_add_entry(w->im, "export", w->pe->base + address);
    }
    read_export_names(w, names, ordinals, n_names, table);
}

static void read_callbacks(struct pl_code_pe *w)
{
    uint32_t at = w->pe->directories[PL_PE_TLS].address;
    struct pl_cursor c = pl_cursor_of(pl_code_pe_at(w, at, 4ull * w->word));
    pl_cursor_skip(&c, 3ull * w->word);
    uint64_t list = w->word == 8 ? pl_cursor_u64le(&c) : pl_cursor_u32le(&c);
    for (unsigned i = 0; at != 0 && !c.bad && i < MAX_CALLBACKS; i++) {
        struct pl_cursor one = pl_cursor_of(pl_code_bytes_at(w->im, list + (uint64_t)i * w->word, w->word));
        uint64_t address = w->word == 8 ? pl_cursor_u64le(&one) : pl_cursor_u32le(&one);
        if (one.bad || address == 0)
            return;
        pl_code_add_entry(w->im, pl_arena_printf(w->im->arena, "TLS callback[%u]", i), address);
    }
}

/* The load configuration lists what may be called indirectly: each is the start of a function. */
static void read_guards(struct pl_code_pe *w)
{
    uint32_t at = w->pe->directories[PL_PE_LOAD_CONFIG].address;
    struct pl_cursor head = pl_cursor_of(pl_code_pe_at(w, at, 4));
    uint32_t n = pl_cursor_u32le(&head);
    pl_bytes config = pl_code_pe_at(w, at, n);
    struct pl_cursor c = pl_cursor_at(config, w->word == 8 ? 0x80 : 0x50);
    uint64_t table_at = w->word == 8 ? pl_cursor_u64le(&c) : pl_cursor_u32le(&c);
    uint64_t count = w->word == 8 ? pl_cursor_u64le(&c) : pl_cursor_u32le(&c);
    uint32_t stride = 4 + (pl_cursor_u32le(&c) >> 28);
    if (at == 0 || head.bad || c.bad || count > UINT32_MAX)
        return;
    pl_bytes table = pl_code_bytes_at(w->im, table_at, count * stride);
    for (c = pl_cursor_of(table); pl_cursor_left(&c) >= stride && !w->im->no_memory;
         pl_cursor_skip(&c, stride - 4))
        add_start(w, w->pe->base + pl_cursor_u32le(&c), (pl_bytes){NULL, 0}, 0);
}

static pl_bytes symbol_name(pl_bytes field, pl_bytes strings)
{
    pl_bytes name;
    struct pl_cursor c = pl_cursor_of(field);
    if (pl_cursor_u32le(&c) != 0)
        return pl_bytes_sub(field, 0, pl_bytes_find_byte(field, 0, 0));
    return pl_image_string(strings, pl_cursor_u32le(&c), NAME_BYTES, &name) ? name : (pl_bytes){NULL, 0};
}

static void read_symbols(struct pl_code_pe *w)
{
    const struct pl_pe *pe = w->pe;
    uint64_t bytes = (uint64_t)pe->n_symbols * SYMBOL_BYTES;
    pl_bytes table = pl_bytes_sub(w->im->data, pe->symbols_offset, (size_t)bytes);
    pl_bytes strings =
        pl_bytes_from(w->im->data, pe->symbols_offset == 0 ? w->im->data.n : pe->symbols_offset + table.n);
    struct pl_cursor c = pl_cursor_of(table);
    while (pe->symbols_offset != 0 && pl_cursor_left(&c) >= SYMBOL_BYTES && !w->im->no_memory) {
        pl_bytes field = pl_cursor_take(&c, 8);
        uint32_t value = pl_cursor_u32le(&c);
        uint16_t section = pl_cursor_u16le(&c);
        uint16_t type = pl_cursor_u16le(&c);
        (void)pl_cursor_u8(&c); /* storage class: external or static */
        pl_cursor_skip(&c, SYMBOL_BYTES * (uint64_t)pl_cursor_u8(&c));
        if (type != 0x20 || section == 0 || section > pe->n_sections)
            continue;
        pl_bytes name = plain_name(w, symbol_name(field, strings));
        add_start(w, pe->base + pe->sections[section - 1].address + value, name, 0);
    }
}

/* i386 images of mingw unwind by .eh_frame. */
static void read_frames(struct pl_code_pe *w)
{
    for (size_t i = 0; i < w->pe->n_sections; i++) {
        const struct pl_pe_section *s = &w->pe->sections[i];
        if (s->is_readable && (pl_bytes_eq_str(s->name, ".eh_frame") || pl_bytes_eq_str(s->name, ".eh_fram")))
            pl_code_read_unwind(
                w->im,
                pl_code_pe_at(w, s->address,
                              s->file_bytes < memory_bytes(s) ? s->file_bytes : memory_bytes(s)),
                w->pe->base + s->address, w->word == 8);
    }
}

/*
 * The stubs that an import library puts into the code, each "jump through the address table" and fill to 8 bytes. Others are found when
 * something calls them.
 */
static void read_stubs(struct pl_code_pe *w)
{
    bool is_64 = w->word == 8;
    if (w->im->machine != PL_CODE_X86_64 && w->im->machine != PL_CODE_I386)
        return;
    for (size_t i = 0; i < w->im->areas.n; i++) {
        const struct pl_code_area *a = &w->im->areas.v[i];
        for (uint64_t at = (4 - a->address % 4) % 4; at + 8 <= a->size && !w->im->no_memory; at += 4) {
            pl_bytes code = pl_bytes_sub(w->im->data, (size_t)(a->offset + at), 8);
            if (pl_code_fits(code, "ff25????????9090") == 0)
                continue;
            struct pl_cursor c = pl_cursor_at(code, 2);
            uint32_t number = pl_cursor_u32le(&c);
            uint64_t pointer = is_64 ? a->address + at + 6 + (uint64_t)(int64_t)(int32_t)number : number;
            const struct pl_code_slot *slot = pl_code_slot_at(w->im, pointer);
            if (slot != NULL && slot->name.n > 0)
                pl_code_seed_add(w->im, (struct pl_code_seed){.address = a->address + at,
                                                              .size = 8,
                                                              .rank = PL_SEED_STUB,
                                                              .flags = PL_FUNCTION_PLT,
                                                              .name = slot->name});
        }
    }
}

static bool is_il_only(const struct pl_code_pe *w)
{
    struct pl_cursor c = pl_cursor_of(pl_code_pe_at(w, w->pe->directories[PL_PE_CLR].address, 20));
    pl_cursor_skip(&c, 16);
    return w->pe->is_dotnet && (pl_cursor_u32le(&c) & CLR_IL_ONLY) != 0 && !c.bad;
}

static void load(struct pl_code_pe *w, const char **unsupported)
{
    struct pl_code_image *im = w->im;
    const struct pl_pe *pe = w->pe;
    w->word = pe->is_64 ? 8 : 4;
    w->work = im->data.n + 1024; /* more records than the file has bytes are forged */
    im->machine = machine_of(pe);
    im->is_fixed = !pe->is_64 || (pe->flags & FLAG_NO_RELOCATIONS) != 0;
    im->has_thunks = true;
    im->has_wide = true;
    if (im->machine == PL_CODE_NONE)
        *unsupported = pl_arena_printf(im->arena, "no decoder for PE machine 0x%x", (unsigned)pe->machine);
    load_space(w);
    if (is_il_only(w)) {
        *unsupported = "code of .NET, which is not machine code";
        im->machine = PL_CODE_NONE;
        im->areas.n = 0;
        return;
    }
    read_imports(w);
    read_delayed(w);
    read_relocations(w);
    pl_code_settle_slots(im);
    if (pe->entry != 0)
        pl_code_add_entry(im, "entry point", pe->base + pe->entry);
    read_callbacks(w);
    read_exports(w);
    read_guards(w);
    read_symbols(w);
    pl_code_pe_read_unwind(w);
    read_frames(w);
    read_stubs(w);
}

pl_status pl_code_load_pe(struct pl_code_image *im, const char **unsupported)
{
    struct pl_pe pe;
    struct pl_code_pe w = {.im = im, .pe = &pe};
    pl_status st = pl_pe_read(im->data, im->arena, NULL, &pe, im->err);
    if (st == PL_OK)
        load(&w, unsupported);
    return st;
}
