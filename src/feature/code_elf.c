/*
 * code_elf.c - what the loader would make of an ELF image: addresses, filled-in pointers, names, ways in.
 *
 * Program headers and the dynamic table are believed before section headers, since they are what the loader reads; sections say which
 * bytes of an executable segment are code, and where a statically linked program keeps its tables.
 *
 * Source: System V gABI 4.2, chapter 5; psABI for x86-64, i386, AArch64 (relocation types); RELR: gABI draft of 2022.
 * Not read here: relocatable objects; thread-local relocations; pointers of programs that are loaded at a fixed place, which need none
 * (code_elf_fixed.c).
 */
#include "feature/code_image.h"

#define EM_ARM     40
#define EM_AARCH64 183
#define PT_EXIDX   0x70000001u /* of EM_ARM */

enum reloc_kind { RELOC_OTHER, RELOC_SYMBOL, RELOC_RELATIVE, RELOC_COPY, RELOC_RESOLVER };

struct symbol {
    uint64_t value;
    uint64_t size;
    pl_bytes name;
    uint8_t type;
    bool is_defined;
    bool is_local;
};

struct tables {
    uint64_t symbols, names, names_bytes;
    uint64_t rela, rela_bytes, rel, rel_bytes, relr, relr_bytes, plt, plt_bytes, plt_kind;
    uint64_t init, fini, got;
    uint64_t arrays[3], array_bytes[3]; /* preinit, init, fini */
    bool found;
};

struct loader {
    struct pl_code_image *im;
    const struct pl_elf *elf;
    size_t word; /* bytes */
    struct tables t;
    pl_bytes symbols; /* of the dynamic table */
    pl_bytes names;
};

static uint64_t read_word(const struct loader *l, struct pl_cursor *c)
{
    return l->word == 8 ? pl_code_u64(l->im, c) : pl_code_u32(l->im, c);
}

static enum pl_code_machine machine_of(const struct pl_elf *elf)
{
    if (elf->is_big_endian)
        return PL_CODE_NONE;
    if (elf->machine == PL_ELF_EM_X86_64 && elf->is_64)
        return PL_CODE_X86_64;
    if (elf->machine == PL_ELF_EM_386 && !elf->is_64)
        return PL_CODE_I386;
    if (elf->machine == EM_ARM && !elf->is_64)
        return PL_CODE_A32;
    return elf->machine == EM_AARCH64 && elf->is_64 ? PL_CODE_A64 : PL_CODE_NONE;
}

static enum reloc_kind reloc_kind(enum pl_code_machine machine, uint32_t type)
{
    static const struct {
        enum pl_code_machine machine;
        uint16_t absolute, got, jump, relative, copy, resolver;
    } rows[] = {
        {PL_CODE_X86_64, 1, 6, 7, 8, 5, 37},
        {PL_CODE_I386, 1, 6, 7, 8, 5, 42},
        {PL_CODE_A64, 257, 1025, 1026, 1027, 1024, 1032},
        {PL_CODE_A32, 2, 21, 22, 23, 20, 160},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].machine != machine)
            continue;
        if (type == rows[i].absolute || type == rows[i].got || type == rows[i].jump)
            return RELOC_SYMBOL;
        if (type == rows[i].relative)
            return RELOC_RELATIVE;
        if (type == rows[i].copy)
            return RELOC_COPY;
        if (type == rows[i].resolver)
            return RELOC_RESOLVER;
    }
    return RELOC_OTHER;
}

static void load_spans(struct pl_code_image *im, const struct pl_elf *elf)
{
    for (size_t i = 0; i < elf->n_segments; i++) {
        const struct pl_elf_segment *s = &elf->segments[i];
        if (s->type == PL_ELF_PT_LOAD)
            pl_code_add_span(im, (struct pl_code_span){s->vaddr, s->memory_bytes, s->offset, s->file_bytes,
                                                       (s->flags & PL_ELF_PF_W) != 0});
    }
}

static void load_areas(struct pl_code_image *im, const struct pl_elf *elf)
{
    for (size_t i = 0; i < elf->n_sections; i++) {
        const struct pl_elf_section *s = &elf->sections[i];
        if (!(s->flags & PL_ELF_SHF_EXECINSTR) || !(s->flags & PL_ELF_SHF_ALLOC) || !s->is_readable)
            continue;
        bool is_plt = pl_bytes_starts(s->name, PL_LIT(".plt")) || pl_bytes_eq_str(s->name, ".iplt");
        pl_code_add_area(im, (struct pl_code_area){s->addr, s->offset, s->size, is_plt});
    }
    for (size_t i = 0; i < elf->n_segments && elf->n_sections == 0; i++) {
        const struct pl_elf_segment *s = &elf->segments[i];
        if (s->type == PL_ELF_PT_LOAD && (s->flags & PL_ELF_PF_X))
            pl_code_add_area(im, (struct pl_code_area){s->vaddr, s->offset, s->file_bytes, false});
    }
}

static void read_dynamic(struct loader *l)
{
    static const uint8_t array_tags[3] = {32, 25, 26};
    static const uint8_t array_size_tags[3] = {33, 27, 28};
    struct tables *t = &l->t;
    for (size_t i = 0; i < l->elf->n_segments && !t->found; i++) {
        const struct pl_elf_segment *s = &l->elf->segments[i];
        if (s->type != PL_ELF_PT_DYNAMIC || s->offset > l->im->data.n)
            continue;
        t->found = true;
        struct pl_cursor c =
            pl_cursor_of(pl_bytes_sub(l->im->data, (size_t)s->offset, (size_t)s->file_bytes));
        while (pl_cursor_left(&c) >= 2 * l->word) {
            uint64_t tag = read_word(l, &c);
            uint64_t value = read_word(l, &c);
            switch (tag) {
            case 0: return;
            case 2: t->plt_bytes = value; break;
            case 3: t->got = value; break;
            case 5: t->names = value; break;
            case 6: t->symbols = value; break;
            case 7: t->rela = value; break;
            case 8: t->rela_bytes = value; break;
            case 10: t->names_bytes = value; break;
            case 12: t->init = value; break;
            case 13: t->fini = value; break;
            case 17: t->rel = value; break;
            case 18: t->rel_bytes = value; break;
            case 20: t->plt_kind = value; break;
            case 23: t->plt = value; break;
            case 35: t->relr_bytes = value; break;
            case 36: t->relr = value; break;
            default: break;
            }
            for (unsigned k = 0; k < 3; k++) {
                if (tag == array_tags[k])
                    t->arrays[k] = value;
                if (tag == array_size_tags[k])
                    t->array_bytes[k] = value;
            }
        }
    }
}

/* A statically linked program has no dynamic table: its relocations and arrays are known by sections alone. */
static void read_static(struct loader *l)
{
    struct tables *t = &l->t;
    for (size_t i = 0; i < l->elf->n_sections && !t->found; i++) {
        const struct pl_elf_section *s = &l->elf->sections[i];
        if (!(s->flags & PL_ELF_SHF_ALLOC) || !s->is_readable)
            continue;
        unsigned k = s->type == PL_ELF_SHT_PREINIT_ARRAY ? 0 : s->type == PL_ELF_SHT_INIT_ARRAY ? 1 : 2;
        if (s->type == PL_ELF_SHT_RELA) {
            t->rela = s->addr;
            t->rela_bytes = s->size;
        } else if (s->type == PL_ELF_SHT_REL) {
            t->rel = s->addr;
            t->rel_bytes = s->size;
        } else if (k < 2 || s->type == PL_ELF_SHT_FINI_ARRAY) {
            t->arrays[k] = s->addr;
            t->array_bytes[k] = s->size;
        } else if (pl_bytes_eq_str(s->name, ".init")) {
            t->init = s->addr;
        } else if (pl_bytes_eq_str(s->name, ".fini")) {
            t->fini = s->addr;
        }
    }
}

static struct symbol read_symbol(const struct loader *l, pl_bytes table, pl_bytes names, uint64_t index)
{
    struct symbol s = {0};
    uint64_t bytes = l->word == 8 ? 24 : 16;
    struct pl_cursor c = pl_cursor_at(table, index > UINT32_MAX ? UINT64_MAX : index * bytes);
    uint32_t name = pl_code_u32(l->im, &c);
    uint8_t info = 0;
    if (l->word == 8) {
        info = pl_cursor_u8(&c);
        (void)pl_cursor_u8(&c);
    }
    uint16_t section = l->word == 8 ? pl_code_u16(l->im, &c) : 0;
    s.value = read_word(l, &c);
    s.size = read_word(l, &c);
    if (l->word == 4) {
        info = pl_cursor_u8(&c);
        (void)pl_cursor_u8(&c);
        section = pl_code_u16(l->im, &c);
    }
    if (c.bad)
        return (struct symbol){0};
    s.type = info & 15;
    s.is_local = info >> 4 == 0;
    s.is_defined = section != 0;
    pl_bytes tail = pl_bytes_sub(pl_bytes_from(names, name < names.n ? name : names.n), 0, 4096);
    size_t end = pl_bytes_find_byte(tail, 0, 0);
    s.name = pl_bytes_sub(tail, 0, end == SIZE_MAX ? 0 : end);
    size_t version = pl_bytes_find_byte(s.name, '@', 0); /* .symtab spells memcpy@GLIBC_2.14 */
    if (version != SIZE_MAX && version > 0)
        s.name.n = version;
    return s;
}

static void add_reloc(struct loader *l, uint64_t address, uint64_t info, uint64_t addend)
{
    uint32_t type = (uint32_t)(l->word == 8 ? info & UINT32_MAX : info & 0xff);
    uint64_t index = l->word == 8 ? info >> 32 : info >> 8;
    struct pl_code_slot slot = {.address = address, .function = PL_NO_TARGET};
    struct symbol s = {0};
    switch (reloc_kind(l->im->machine, type)) {
    case RELOC_OTHER: return;
    case RELOC_RELATIVE: slot.target = addend; break;
    case RELOC_RESOLVER:
        slot.target = addend;
        slot.is_resolver = true;
        pl_code_add_entry(l->im, "ifunc resolver", addend);
        break;
    case RELOC_COPY:
    case RELOC_SYMBOL:
        s = read_symbol(l, l->symbols, l->names, index);
        slot.name = s.name;
        slot.is_copy = reloc_kind(l->im->machine, type) == RELOC_COPY;
        slot.is_resolver = s.type == 10;
        if (s.is_defined && !slot.is_copy)
            slot.target = s.value + (l->word == 4 ? 0 : addend);
        break;
    }
    pl_code_add_slot(l->im, slot);
}

static void read_relocs(struct loader *l, uint64_t address, uint64_t bytes, bool has_addend)
{
    struct pl_cursor c = pl_cursor_of(pl_code_bytes_at(l->im, address, bytes));
    size_t entry = l->word * (has_addend ? 3 : 2);
    while (pl_cursor_left(&c) >= entry && !l->im->no_memory) {
        uint64_t where = read_word(l, &c);
        uint64_t info = read_word(l, &c);
        uint64_t addend = 0;
        if (has_addend) {
            addend = read_word(l, &c);
        } else {
            struct pl_cursor in_place = pl_cursor_of(pl_code_bytes_at(l->im, where, l->word));
            addend = read_word(l, &in_place);
        }
        add_reloc(l, where, info, addend);
    }
}

static void add_relative(struct loader *l, uint64_t where)
{
    struct pl_cursor c = pl_cursor_of(pl_code_bytes_at(l->im, where, l->word));
    uint64_t target = read_word(l, &c);
    if (!c.bad)
        pl_code_add_slot(l->im,
                         (struct pl_code_slot){.address = where, .target = target, .function = PL_NO_TARGET});
}

/* An even word is an address; an odd one is a bit map of the words that follow it. */
static void read_relr(struct loader *l)
{
    struct pl_cursor c = pl_cursor_of(pl_code_bytes_at(l->im, l->t.relr, l->t.relr_bytes));
    uint64_t where = 0;
    while (pl_cursor_left(&c) >= l->word && !l->im->no_memory) {
        uint64_t entry = read_word(l, &c);
        if ((entry & 1) == 0) {
            add_relative(l, entry);
            where = entry + l->word;
            continue;
        }
        for (uint64_t i = 0, bits = entry >> 1; bits != 0; i++, bits >>= 1)
            if (bits & 1)
                add_relative(l, where + i * l->word);
        where += (l->word * 8 - 1) * l->word;
    }
}

/* The imports in the order of the lazy relocations: a stub that pushes a number means one of these. */
static void read_jump_names(struct loader *l)
{
    bool has_addend = l->t.plt_kind == 7;
    size_t entry = l->word * (has_addend ? 3 : 2);
    struct pl_cursor c = pl_cursor_of(pl_code_bytes_at(l->im, l->t.plt, l->t.plt_bytes));
    while (pl_cursor_left(&c) >= entry) {
        (void)read_word(l, &c);
        uint64_t info = read_word(l, &c);
        if (has_addend)
            (void)read_word(l, &c);
        pl_bytes *name = PL_VEC_ADD(&l->im->jump_names);
        if (name == NULL) {
            l->im->no_memory = true;
            return;
        }
        *name = read_symbol(l, l->symbols, l->names, l->word == 8 ? info >> 32 : info >> 8).name;
    }
}

static void read_symbols(struct loader *l, pl_bytes table, pl_bytes names, bool is_dynamic)
{
    uint64_t n = table.n / (l->word == 8 ? 24 : 16);
    for (uint64_t i = 1; i < n && !l->im->no_memory; i++) {
        struct symbol s = read_symbol(l, table, names, i);
        bool is_exported = is_dynamic && !s.is_local;
        if (!s.is_defined || (s.type != 2 && s.type != 10))
            continue;
        pl_code_seed_add(l->im, (struct pl_code_seed){.address = s.value,
                                                      .size = s.size,
                                                      .rank = s.size == 0 ? PL_SEED_START : PL_SEED_SYMBOL,
                                                      .flags = is_exported ? PL_FUNCTION_EXPORTED : 0,
                                                      .name = s.name});
        if (s.type == 10)
            pl_code_add_entry(l->im, "ifunc resolver", s.value);
        else if (is_exported && pl_code_area_at(l->im, s.value) != NULL)
            pl_code_add_entry(l->im, "export", s.value);
    }
}

/* The dynamic symbols have no count of their own: take the section's, or all up to the names, which linkers put behind them. */
static void find_symbols(struct loader *l)
{
    uint64_t bytes = 0;
    l->names = pl_code_bytes_at(l->im, l->t.names, l->t.names_bytes);
    for (size_t i = 0; i < l->elf->n_sections; i++) {
        const struct pl_elf_section *s = &l->elf->sections[i];
        if (s->type == PL_ELF_SHT_DYNSYM && s->addr == l->t.symbols)
            bytes = s->size;
    }
    if (bytes == 0 && l->t.names > l->t.symbols)
        bytes = l->t.names - l->t.symbols;
    l->symbols = pl_code_bytes_at(l->im, l->t.symbols, bytes);
}

static void read_arrays(struct loader *l)
{
    static const char *const names[3] = {"preinit_array", "init_array", "fini_array"};
    for (unsigned k = 0; k < 3; k++) {
        pl_bytes table = pl_code_bytes_at(l->im, l->t.arrays[k], l->t.array_bytes[k]);
        struct pl_cursor c = pl_cursor_of(table);
        for (size_t i = 0; pl_cursor_left(&c) >= l->word && !l->im->no_memory; i++) {
            uint64_t value = read_word(l, &c);
            const struct pl_code_slot *slot = pl_code_slot_at(l->im, l->t.arrays[k] + i * l->word);
            if (slot != NULL)
                value = slot->target;
            if (value != 0 && value != UINT64_MAX)
                pl_code_add_entry(l->im, pl_arena_printf(l->im->arena, "%s[%zu]", names[k], i), value);
        }
    }
}

static void read_all_unwind(struct loader *l)
{
    for (size_t i = 0; i < l->elf->n_sections; i++) {
        const struct pl_elf_section *s = &l->elf->sections[i];
        if (pl_bytes_eq_str(s->name, ".eh_frame") && s->is_readable) {
            pl_code_read_unwind(l->im, pl_elf_section_bytes(l->im->data, s), s->addr, l->word == 8);
            return;
        }
    }
    /* Without sections the index says where the table is: version, three encodings, then its address. */
    for (size_t i = 0; i < l->elf->n_segments; i++) {
        const struct pl_elf_segment *s = &l->elf->segments[i];
        struct pl_cursor c = pl_cursor_of(pl_code_bytes_at(l->im, s->vaddr, s->file_bytes));
        if (s->type != 0x6474e550u)
            continue;
        uint32_t head = pl_cursor_u32be(&c); /* four bytes */
        uint64_t address = s->vaddr + 4 + (uint64_t)(int64_t)(int32_t)pl_code_u32(l->im, &c);
        const struct pl_code_span *span = pl_code_span_at(l->im, address);
        if (c.bad || head >> 16 != 0x011b || span == NULL || address - span->address >= span->size)
            continue;
        uint64_t left = span->size - (address - span->address);
        pl_code_read_unwind(l->im, pl_code_bytes_at(l->im, address, left), address, l->word == 8);
        return;
    }
}

/*
 * .ARM.exidx: | distance to a function 4 | how to unwind it 4 |. Neighbours that unwind alike may be one entry, so that it says where a function
 * begins and not where it ends. Source: Exception Handling ABI for the Arm Architecture, 6.
 */
static void read_index(struct loader *l)
{
    for (size_t i = 0; i < l->elf->n_segments && l->im->machine == PL_CODE_A32; i++) {
        const struct pl_elf_segment *s = &l->elf->segments[i];
        struct pl_cursor c = pl_cursor_of(pl_code_bytes_at(l->im, s->vaddr, s->file_bytes));
        while (s->type == PT_EXIDX && pl_cursor_left(&c) >= 8 && !l->im->no_memory) {
            uint64_t place = s->vaddr + c.at;
            uint32_t distance = pl_code_u32(l->im, &c);
            pl_cursor_skip(&c, 4);
            uint64_t address = (place + (uint64_t)(int64_t)((int32_t)(distance << 1) >> 1)) & UINT32_MAX;
            pl_code_seed_add(l->im, (struct pl_code_seed){.address = address,
                                                          .rank = PL_SEED_START,
                                                          .flags = PL_FUNCTION_UNWIND});
        }
    }
}

static void read_static_symbols(struct loader *l)
{
    for (size_t i = 0; i < l->elf->n_sections; i++) {
        const struct pl_elf_section *s = &l->elf->sections[i];
        if (s->type == PL_ELF_SHT_SYMTAB && s->link < l->elf->n_sections)
            read_symbols(l, pl_elf_section_bytes(l->im->data, s),
                         pl_elf_section_bytes(l->im->data, &l->elf->sections[s->link]), false);
    }
}

static pl_status load(struct pl_code_image *im, const struct pl_elf *elf, const char **unsupported)
{
    struct loader l = {.im = im, .elf = elf, .word = elf->is_64 ? 8 : 4};
    im->is_big_endian = elf->is_big_endian;
    im->machine = machine_of(elf);
    im->is_fixed = elf->type == PL_ELF_ET_EXEC;
    if (im->machine == PL_CODE_NONE)
        *unsupported = pl_arena_printf(im->arena, "no decoder for ELF machine %u", elf->machine);
    else if (elf->type == PL_ELF_ET_CORE)
        *unsupported = "a memory image of a process, not a program";
    if (*unsupported != NULL)
        im->machine = PL_CODE_NONE;
    if (elf->type == PL_ELF_ET_REL)
        return pl_code_load_object(im, elf, unsupported);
    load_spans(im, elf);
    load_areas(im, elf);
    pl_code_settle_space(im);
    read_dynamic(&l);
    read_static(&l);
    find_symbols(&l);
    read_relocs(&l, l.t.rela, l.t.rela_bytes, true);
    read_relocs(&l, l.t.rel, l.t.rel_bytes, false);
    read_relocs(&l, l.t.plt, l.t.plt_bytes, l.t.plt_kind == 7);
    read_relr(&l);
    pl_code_settle_slots(im);
    read_jump_names(&l);
    im->got_base = im->machine == PL_CODE_I386 ? l.t.got : 0;
    if (elf->entry != 0)
        pl_code_add_entry(im, "entry point", elf->entry);
    if (l.t.init != 0)
        pl_code_add_entry(im, "init", l.t.init);
    if (l.t.fini != 0)
        pl_code_add_entry(im, "fini", l.t.fini);
    read_arrays(&l);
    read_symbols(&l, l.symbols, l.names, true);
    read_static_symbols(&l);
    read_all_unwind(&l);
    read_index(&l);
    if (im->is_fixed)
        pl_code_add_fixed_pointers(im, elf);
    return PL_OK;
}

pl_status pl_code_load_elf(struct pl_code_image *im, const char **unsupported)
{
    struct pl_elf elf;
    pl_status st = pl_elf_read(im->data, im->arena, NULL, &elf, im->err);
    return st == PL_OK ? load(im, &elf, unsupported) : st;
}
