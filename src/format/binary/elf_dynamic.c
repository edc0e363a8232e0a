/*
 * elf_dynamic.c - walking PT_DYNAMIC, its string table and its symbol table.
 *
 * The symbol table has no length of its own. It goes as far as a relocation or a hash table refers to it, or a section header that names the same
 * address says. Nor do the names end where DT_STRSZ says: ld.so(8) never looks at it.
 *
 * Source: System V gABI 4.2, chapter 5 (Dynamic Section, Hash Table); DT_GNU_HASH is not needed, since it holds no undefined symbol.
 */
#include "format/binary/elf_dynamic.h"

#include "base/cursor.h"

#define MAX_ENTRIES 65536u   /* of the dynamic section */
#define MAX_SYMBOLS 1000000u /* looked at */
#define MAX_NAME                                                                                             \
    4096u /* bytes; longer ones are cut, so that symbols that share an endless name cost no square of the file */

enum tag {
    DT_NEEDED = 1,
    DT_PLTRELSZ = 2,
    DT_HASH = 4,
    DT_STRTAB = 5,
    DT_SYMTAB = 6,
    DT_RELA = 7,
    DT_RELASZ = 8,
    DT_RPATH = 15,
    DT_REL = 17,
    DT_RELSZ = 18,
    DT_PLTREL = 20,
    DT_JMPREL = 23,
    DT_RUNPATH = 29,
    TAGS_KEPT = 32,
    DT_CONFIG = 0x6ffffefa,
    DT_DEPAUDIT = 0x6ffffefb,
    DT_AUDIT = 0x6ffffefc,
    DT_AUXILIARY = 0x7ffffffd,
    DT_FILTER = 0x7fffffff
};

/* Of the lists that are read; 0 ends each. */
static const uint64_t library_tags[] = {DT_NEEDED, 0};
static const uint64_t path_tags[] = {DT_RPATH, DT_RUNPATH, 0};
static const uint64_t helper_tags[] = {DT_CONFIG, DT_DEPAUDIT, DT_AUDIT, DT_AUXILIARY, DT_FILTER, 0};

struct reading {
    pl_bytes data;
    const struct pl_elf *elf;
    struct pl_arena *arena;
    pl_bytes section; /* the dynamic section */
    uint64_t values[TAGS_KEPT];
    pl_bytes names;
    uint64_t names_offset;
};

static uint64_t number(const struct reading *r, pl_bytes b, uint64_t at, unsigned bytes)
{
    struct pl_cursor c = pl_cursor_at(b, at);
    bool is_big = r->elf->is_big_endian;
    uint64_t v = bytes == 2   ? (is_big ? pl_cursor_u16be(&c) : pl_cursor_u16le(&c))
                 : bytes == 4 ? (is_big ? pl_cursor_u32be(&c) : pl_cursor_u32le(&c))
                              : (is_big ? pl_cursor_u64be(&c) : pl_cursor_u64le(&c));
    return c.bad ? 0 : v;
}

static unsigned word_bytes(const struct reading *r)
{
    return r->elf->is_64 ? 8 : 4;
}

/* The file's bytes from a virtual address to the end of its segment; empty when nothing is loaded there. */
static pl_bytes at_address(const struct reading *r, uint64_t address, uint64_t *offset)
{
    for (size_t i = 0; i < r->elf->n_segments; i++) {
        const struct pl_elf_segment *s = &r->elf->segments[i];
        if (s->type != PL_ELF_PT_LOAD || address < s->vaddr || address - s->vaddr >= s->file_bytes ||
            s->offset > r->data.n || address - s->vaddr > r->data.n - s->offset)
            continue;
        *offset = s->offset + (address - s->vaddr);
        return pl_bytes_sub(r->data, (size_t)*offset, (size_t)(s->file_bytes - (address - s->vaddr)));
    }
    *offset = 0;
    return (pl_bytes){NULL, 0};
}

static size_t entries(const struct reading *r)
{
    size_t n = r->section.n / (2 * word_bytes(r));
    return n < MAX_ENTRIES ? n : MAX_ENTRIES;
}

static uint64_t entry_tag(const struct reading *r, size_t i)
{
    return number(r, r->section, i * 2 * word_bytes(r), word_bytes(r));
}

static uint64_t entry_value(const struct reading *r, size_t i)
{
    return number(r, r->section, i * 2 * word_bytes(r) + word_bytes(r), word_bytes(r));
}

static bool find_section(struct reading *r)
{
    for (size_t i = 0; i < r->elf->n_segments; i++) {
        const struct pl_elf_segment *s = &r->elf->segments[i];
        if (s->type != PL_ELF_PT_DYNAMIC || s->offset > r->data.n)
            continue;
        r->section = pl_bytes_sub(r->data, (size_t)s->offset, (size_t)s->file_bytes);
        for (size_t k = 0; k < entries(r) && entry_tag(r, k) != 0; k++)
            if (entry_tag(r, k) < TAGS_KEPT)
                r->values[entry_tag(r, k)] = entry_value(r, k);
        r->names = at_address(r, r->values[DT_STRTAB], &r->names_offset);
        return r->names.n > 0;
    }
    return false;
}

static bool name_at(const struct reading *r, uint64_t at, struct pl_elf_name *out)
{
    pl_bytes rest = at < r->names.n ? pl_bytes_from(r->names, (size_t)at) : (pl_bytes){NULL, 0};
    pl_bytes text = pl_bytes_sub(rest, 0, MAX_NAME);
    text = pl_bytes_sub(text, 0, pl_bytes_find_byte(text, 0, 0));
    if (text.n == 0 || text.n == rest.n) /* none, or without an end */
        return false;
    *out = (struct pl_elf_name){r->names_offset + at, text};
    return true;
}

static bool is_one_of(uint64_t tag, const uint64_t *tags)
{
    for (; *tags != 0; tags++)
        if (*tags == tag)
            return true;
    return false;
}

/* All names that entries with one of the tags give. */
static pl_status read_names(const struct reading *r, const uint64_t *tags, struct pl_elf_name **out,
                            size_t *n, struct pl_err *err)
{
    *out = pl_arena_take_n(r->arena, entries(r) + 1, sizeof **out);
    if (*out == NULL)
        return pl_arena_fail(r->arena, err);
    for (size_t i = 0; i < entries(r) && entry_tag(r, i) != 0; i++)
        if (is_one_of(entry_tag(r, i), tags))
            *n += name_at(r, entry_value(r, i), &(*out)[*n]);
    return PL_OK;
}

/* The highest symbol that a table of relocations refers to, and one more. */
static uint64_t symbols_of_relocations(const struct reading *r, uint64_t address, uint64_t bytes,
                                       bool has_addend)
{
    uint64_t offset;
    uint64_t most = 0;
    size_t size = word_bytes(r) * (has_addend ? 3 : 2);
    pl_bytes table = pl_bytes_sub(at_address(r, address, &offset), 0, (size_t)bytes);
    for (size_t at = 0; at + size <= table.n; at += size) {
        uint64_t info = number(r, table, at + word_bytes(r), word_bytes(r));
        uint64_t symbol = r->elf->is_64 ? info >> 32 : info >> 8;
        if (symbol + 1 > most)
            most = symbol + 1;
    }
    return most;
}

static uint64_t count_symbols(const struct reading *r)
{
    const uint64_t *v = r->values;
    uint64_t offset;
    uint64_t counts[5] = {
        symbols_of_relocations(r, v[DT_RELA], v[DT_RELASZ], true),
        symbols_of_relocations(r, v[DT_REL], v[DT_RELSZ], false),
        symbols_of_relocations(r, v[DT_JMPREL], v[DT_PLTRELSZ], v[DT_PLTREL] == DT_RELA),
    };
    pl_bytes hash = v[DT_HASH] == 0 ? (pl_bytes){NULL, 0} : at_address(r, v[DT_HASH], &offset);
    counts[3] = hash.n >= 8 ? number(r, hash, 4, 4) : 0;
    for (size_t i = 0; i < r->elf->n_sections; i++)
        if (r->elf->sections[i].type == PL_ELF_SHT_DYNSYM && r->elf->sections[i].addr == v[DT_SYMTAB])
            counts[4] = r->elf->sections[i].size / (r->elf->is_64 ? 24 : 16);
    uint64_t most = 0;
    for (size_t i = 0; i < 5; i++)
        if (counts[i] > most)
            most = counts[i];
    return most < MAX_SYMBOLS ? most : MAX_SYMBOLS;
}

static pl_status read_imports(const struct reading *r, struct pl_elf_dynamic *out, struct pl_err *err)
{
    uint64_t offset;
    size_t size = r->elf->is_64 ? 24 : 16;
    pl_bytes table = at_address(r, r->values[DT_SYMTAB], &offset);
    uint64_t n = count_symbols(r);
    n = n < table.n / size ? n : table.n / size;
    out->imports = pl_arena_take_n(r->arena, (size_t)n + 1, sizeof *out->imports);
    if (out->imports == NULL)
        return pl_arena_fail(r->arena, err);
    for (uint64_t i = 1; i < n; i++) {
        struct pl_elf_name name;
        bool is_undefined = number(r, table, i * size + (r->elf->is_64 ? 6 : 14), 2) == 0;
        if (is_undefined && name_at(r, number(r, table, i * size, 4), &name))
            out->imports[out->n_imports++] = name;
    }
    return PL_OK;
}

static pl_status read_loaders(const struct reading *r, struct pl_elf_dynamic *out, struct pl_err *err)
{
    out->loaders = pl_arena_take_n(r->arena, r->elf->n_segments + 1, sizeof *out->loaders);
    if (out->loaders == NULL)
        return pl_arena_fail(r->arena, err);
    for (size_t i = 0; i < r->elf->n_segments; i++) {
        const struct pl_elf_segment *s = &r->elf->segments[i];
        if (s->type != PL_ELF_PT_INTERP || s->offset >= r->data.n)
            continue;
        pl_bytes text = pl_bytes_sub(r->data, (size_t)s->offset, (size_t)s->file_bytes);
        text = pl_bytes_sub(text, 0, pl_bytes_find_byte(text, 0, 0));
        if (text.n > 0)
            out->loaders[out->n_loaders++] = (struct pl_elf_name){s->offset, text};
    }
    return PL_OK;
}

pl_status pl_elf_dynamic_read(pl_bytes data, const struct pl_elf *elf, struct pl_arena *arena,
                              struct pl_elf_dynamic *out, struct pl_err *err)
{
    struct reading r = {.data = data, .elf = elf, .arena = arena};
    struct pl_elf_dynamic d = {0};
    pl_status st = PL_OK;
    if (find_section(&r)) {
        st = read_imports(&r, &d, err);
        if (st == PL_OK)
            st = read_names(&r, library_tags, &d.libraries, &d.n_libraries, err);
        if (st == PL_OK)
            st = read_names(&r, path_tags, &d.paths, &d.n_paths, err);
        if (st == PL_OK)
            st = read_names(&r, helper_tags, &d.helpers, &d.n_helpers, err);
    }
    if (st == PL_OK)
        st = read_loaders(&r, &d, err);
    if (st == PL_OK)
        *out = d;
    return st;
}
