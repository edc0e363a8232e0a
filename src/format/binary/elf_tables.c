/*
 * elf_tables.c - the sections of an ELF file that have a format: each is read to its end.
 *
 * A table owns the bytes that its format reaches. What its format leaves over is padding when zero and image.gap when not.
 * A table that does not read as what its type says is PL_ELF_DATA: it is not trusted to hold nothing else.
 *
 *     string tables   every byte is reachable from a name that something refers to
 *     .dynamic        entries up to DT_NULL; behind it spare ones, empty or left by a removed run path
 *     .hash           2 + buckets + chains words
 *     .gnu.hash       header, bloom filter, buckets, one word per exported symbol
 *     versions        chains of records, followed by offset; each must lie in the section
 *
 * Source: System V gABI 4.2 chapters 4 and 5; LSB 5.0 chapter 10 (symbol versions); U. Drepper, "How To Write Shared Libraries",
 * 2011 (.gnu.hash).
 */
#include "base/size.h"
#include "format/binary/elf_reader.h"

enum { DT_NULL = 0, DT_NEEDED = 1, DT_SONAME = 14, DT_RPATH = 15, DT_RUNPATH = 29 };
#define DT_CONFIG    0x6ffffefaULL
#define DT_DEPAUDIT  0x6ffffefbULL
#define DT_AUDIT     0x6ffffefcULL
#define DT_AUXILIARY 0x7ffffffdULL
#define DT_FILTER    0x7fffffffULL

#define MAX_NAME         4096u /* bytes */
#define DEFINITION_BYTES 20u   /* a record of .gnu.version_d */

static const struct pl_elf_section *linked(const struct pl_elf_reader *r, const struct pl_elf_section *s)
{
    return s->link < r->elf->n_sections ? &r->elf->sections[s->link] : NULL;
}

/* Note that a name begins at `at` of string table `table`. */
static void mark(struct pl_elf_reader *r, const struct pl_elf_section *table, uint64_t at)
{
    if (table == NULL || !table->is_readable || at >= table->size)
        return;
    uint64_t byte = table->offset + at;
    r->name_starts[byte / 8] |= (uint8_t)(1u << (byte % 8));
}

static bool is_marked(const struct pl_elf_reader *r, uint64_t byte)
{
    return (r->name_starts[byte / 8] >> (byte % 8) & 1) != 0;
}

static uint64_t symbol_bytes(const struct pl_elf_reader *r)
{
    return r->elf->is_64 ? 24 : 16;
}

static void mark_symbols(struct pl_elf_reader *r, const struct pl_elf_section *s)
{
    pl_bytes bytes = pl_elf_section_bytes(r->data, s);
    for (uint64_t at = 0; at + symbol_bytes(r) <= bytes.n; at += symbol_bytes(r)) {
        struct pl_cursor c = pl_cursor_at(bytes, at);
        mark(r, linked(r, s), pl_elf_u32(r, &c));
    }
}

static pl_bytes name_at(const struct pl_elf_reader *r, const struct pl_elf_section *table, uint64_t at)
{
    if (table == NULL || at >= table->size)
        return (pl_bytes){NULL, 0};
    /* Many entries may lead to one name; those of libraries and versions are short. */
    pl_bytes tail = pl_bytes_sub(pl_elf_section_bytes(r->data, table), (size_t)at, MAX_NAME);
    size_t end = pl_bytes_find_byte(tail, 0, 0);
    return end == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_sub(tail, 0, end);
}

static void mark_dynamic(struct pl_elf_reader *r, const struct pl_elf_section *s)
{
    struct pl_cursor c = pl_cursor_of(pl_elf_section_bytes(r->data, s));
    for (;;) {
        uint64_t tag = pl_elf_word(r, &c);
        uint64_t value = pl_elf_word(r, &c);
        if (c.bad)
            return;
        if (tag == DT_NULL) {
            /* Meson and chrpath move a removed run path behind the end and leave its place in the string table. */
            if (value != 0)
                mark(r, linked(r, s), value);
            continue;
        }
        if (tag == DT_NEEDED || tag == DT_SONAME || tag == DT_RPATH || tag == DT_RUNPATH ||
            tag == DT_CONFIG || tag == DT_DEPAUDIT || tag == DT_AUDIT || tag == DT_AUXILIARY ||
            tag == DT_FILTER)
            mark(r, linked(r, s), value);
        if (tag == DT_SONAME)
            r->elf->soname = name_at(r, linked(r, s), value);
    }
}

/*
 * Follow a .gnu.version_r or _d section: records of `record_bytes`, each with a chain of parts of `part_bytes`. Marks names when
 * `should_mark`; returns true when sh_info records were found and all of them lie in order inside the section, *end being
 * the first byte behind them.
 */
static bool walk_versions(struct pl_elf_reader *r, const struct pl_elf_section *s, bool should_mark,
                          uint64_t *end)
{
    bool is_need = s->type == PL_ELF_SHT_GNU_VERNEED;
    pl_bytes bytes = pl_elf_section_bytes(r->data, s);
    uint64_t at = 0;
    uint64_t reached = 0;
    uint64_t shared = 0; /* where the part stands that this record and the one before have together */
    for (uint32_t i = 0; i < s->info; i++) {
        struct pl_cursor c = pl_cursor_at(bytes, at);
        (void)pl_elf_u16(r, &c); /* version */
        if (!is_need)
            pl_cursor_skip(&c, 4); /* flags, index */
        uint16_t parts = pl_elf_u16(r, &c);
        uint32_t file_or_hash = pl_elf_u32(r, &c);
        uint64_t part_at = at + pl_elf_u32(r, &c);
        uint32_t next = pl_elf_u32(r, &c);
        if (c.bad || at < reached)
            return false;
        reached = at + (is_need ? 16 : DEFINITION_BYTES);
        if (is_need && should_mark)
            mark(r, linked(r, s), file_or_hash);
        /* A version named as the library: the linker lets both records have the one name behind them. */
        if (shared != 0 && part_at != shared)
            return false;
        bool is_shared = !is_need && shared == 0 && parts == 1 && next == DEFINITION_BYTES &&
                         part_at == at + 2ull * DEFINITION_BYTES;
        shared = is_shared ? part_at : 0;
        if (is_shared)
            parts = 0;
        for (uint16_t k = 0; k < parts; k++) {
            struct pl_cursor p = pl_cursor_at(bytes, part_at);
            if (is_need)
                pl_cursor_skip(&p, 8); /* hash, flags, version index */
            uint32_t name = pl_elf_u32(r, &p);
            uint32_t step = pl_elf_u32(r, &p);
            if (p.bad || part_at < reached)
                return false; /* records go forward only, so that a cycle cannot be walked */
            reached = part_at + (is_need ? 16 : 8);
            if (should_mark)
                mark(r, linked(r, s), name);
            part_at += step;
        }
        at += next;
        if (next == 0 && i + 1 < s->info)
            return false;
    }
    *end = reached;
    return shared == 0;
}

void pl_elf_mark_names(struct pl_elf_reader *r)
{
    const struct pl_elf *e = r->elf;
    uint64_t ignored;
    const struct pl_elf_section *names =
        e->names_section < e->n_sections ? &e->sections[e->names_section] : NULL;
    struct pl_cursor c = pl_cursor_at(r->data, e->section_table_offset);
    for (size_t i = 0; i < e->n_sections; i++) {
        mark(r, names, pl_elf_u32(r, &c));
        pl_cursor_skip(&c, e->is_64 ? 60 : 36);
    }
    for (size_t i = 0; i < e->n_sections; i++) {
        const struct pl_elf_section *s = &e->sections[i];
        if (s->type == PL_ELF_SHT_SYMTAB || s->type == PL_ELF_SHT_DYNSYM)
            mark_symbols(r, s);
        else if (s->type == PL_ELF_SHT_DYNAMIC)
            mark_dynamic(r, s);
        else if (s->type == PL_ELF_SHT_GNU_VERNEED || s->type == PL_ELF_SHT_GNU_VERDEF)
            (void)walk_versions(r, s, true, &ignored); /* judged when the section is read */
    }
}

/* Meson writes X over a run path that it removes at installation. mesonbuild/scripts/depfixer.py. */
static bool is_erased(const struct pl_elf_reader *r, uint64_t offset, uint64_t length)
{
    for (uint64_t i = 0; i < length; i++)
        if (r->data.p[offset + i] != 'X' && r->data.p[offset + i] != 0)
            return false;
    return true;
}

/*
 * Bytes of a string table that no name reaches are nobody's. CMake and libtool leave the run path that they removed: a short
 * printable rest is a warning, anything else is data in a gap.
 */
static void own_unnamed(struct pl_elf_reader *r, uint32_t section, uint64_t offset, uint64_t length)
{
    bool is_text = length <= 256;
    for (uint64_t i = 0; i < length && is_text; i++) {
        uint8_t b = r->data.p[offset + i];
        is_text = b == 0 || (b >= 0x20 && b < 0x7f);
    }
    if (!is_text) {
        pl_elf_own_gap(r, offset, length, section, "in a string table");
        return;
    }
    pl_elf_own(r, offset, length, PL_ELF_UNOWNED, section, "in a string table");
    pl_elf_odd(r, "image.gap", PL_SEVERITY_WARNING, offset, length, "%s holds a text that nothing refers to",
               pl_elf_name(r, section));
}

static void read_strings(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    bool is_reached = true; /* the first byte is the empty name */
    uint64_t run = 0;       /* first byte of the present run */
    bool is_run_reached = true;
    for (uint64_t i = 0; i <= s->size; i++) {
        if (i < s->size && i > 0 && is_marked(r, s->offset + i))
            is_reached = true;
        if (i == s->size || (i > 0 && is_reached != is_run_reached)) {
            if (is_run_reached || is_erased(r, s->offset + run, i - run))
                pl_elf_own_part(r, section, run, i - run, PL_ELF_STRUCTURE);
            else
                own_unnamed(r, section, s->offset + run, i - run);
            run = i;
            is_run_reached = is_reached;
        }
        if (i < s->size && r->data.p[s->offset + i] == 0)
            is_reached = false;
    }
}

/* A table of equal entries: whole entries are structure, a rest that is no entry is nobody's. */
static void own_entries(struct pl_elf_reader *r, uint32_t section, uint64_t entry_bytes)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    uint64_t whole = s->size - s->size % entry_bytes;
    pl_elf_own_part(r, section, 0, whole, PL_ELF_STRUCTURE);
    pl_elf_own_rest(r, section, whole);
}

static uint64_t linked_symbols(const struct pl_elf_reader *r, const struct pl_elf_section *s)
{
    const struct pl_elf_section *symbols = linked(r, s);
    bool is_symbols =
        symbols != NULL && (symbols->type == PL_ELF_SHT_SYMTAB || symbols->type == PL_ELF_SHT_DYNSYM);
    return is_symbols ? symbols->size / symbol_bytes(r) : 0;
}

/* Every entry names a symbol that exists. */
static void read_relocations(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    uint64_t entry_bytes = pl_elf_word_bytes(r) * (s->type == PL_ELF_SHT_RELA ? 3 : 2);
    uint64_t symbols = linked_symbols(r, s);
    pl_bytes bytes = pl_elf_section_bytes(r->data, s);
    uint64_t bad = 0;
    /* MIPS64 packs r_info in an order of its own; its indices are not judged. */
    bool is_judged = r->elf->machine != 8;
    for (uint64_t at = 0; is_judged && at + entry_bytes <= bytes.n; at += entry_bytes) {
        struct pl_cursor c = pl_cursor_at(bytes, at);
        (void)pl_elf_word(r, &c); /* place */
        uint64_t info = pl_elf_word(r, &c);
        uint64_t symbol = r->elf->is_64 ? info >> 32 : info >> 8;
        bad += symbol != 0 && symbol >= symbols;
    }
    if (bad > 0)
        pl_elf_odd(r, "image.damaged", PL_SEVERITY_ERROR, s->offset, s->size,
                   "%llu entries of %s name symbols that do not exist", (unsigned long long)bad,
                   pl_elf_name(r, section));
    own_entries(r, section, entry_bytes);
}

static void read_symbols(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    const struct pl_elf_section *names = linked(r, s);
    pl_bytes bytes = pl_elf_section_bytes(r->data, s);
    uint64_t bad = 0;
    for (uint64_t at = 0; at + symbol_bytes(r) <= bytes.n; at += symbol_bytes(r)) {
        struct pl_cursor c = pl_cursor_at(bytes, at);
        uint32_t name = pl_elf_u32(r, &c);
        if (!r->elf->is_64)
            pl_cursor_skip(&c, 8);
        pl_cursor_skip(&c, 2); /* info, other */
        uint16_t home = pl_elf_u16(r, &c);
        bad += (names == NULL || name >= names->size) || (home < 0xff00 && home >= r->elf->n_sections);
    }
    if (bad > 0)
        pl_elf_odd(r, "image.damaged", PL_SEVERITY_ERROR, s->offset, s->size,
                   "%llu symbols of %s lie in sections or have names that do not exist",
                   (unsigned long long)bad, pl_elf_name(r, section));
    own_entries(r, section, symbol_bytes(r));
}

static void read_dynamic(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    struct pl_cursor c = pl_cursor_of(pl_elf_section_bytes(r->data, s));
    uint64_t tag = 1;
    while (tag != DT_NULL && !c.bad) {
        tag = pl_elf_word(r, &c);
        (void)pl_elf_word(r, &c);
    }
    if (c.bad) {
        pl_elf_odd(r, "image.damaged", PL_SEVERITY_ERROR, s->offset, s->size,
                   "dynamic section without an end");
        pl_elf_own_part(r, section, 0, s->size, PL_ELF_STRUCTURE);
        return;
    }
    /* Spare entries behind the end: empty, or a removed run path, whose value still leads into the string table. */
    const struct pl_elf_section *names = linked(r, s);
    while (!c.bad) {
        uint64_t at = c.at;
        tag = pl_elf_word(r, &c);
        uint64_t value = pl_elf_word(r, &c);
        if (c.bad || tag != DT_NULL || (value != 0 && (names == NULL || value >= names->size))) {
            c.at = at;
            break;
        }
    }
    pl_elf_own_part(r, section, 0, c.at, PL_ELF_STRUCTURE);
    pl_elf_own_rest(r, section, c.at);
}

static void read_hash(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    struct pl_cursor c = pl_cursor_of(pl_elf_section_bytes(r->data, s));
    /* Words of 8 bytes on Alpha and 64-bit S/390. */
    uint64_t word_bytes = s->entsize == 8 ? 8 : 4;
    uint64_t buckets = word_bytes == 8 ? pl_elf_u64(r, &c) : pl_elf_u32(r, &c);
    uint64_t chains = word_bytes == 8 ? pl_elf_u64(r, &c) : pl_elf_u32(r, &c);
    uint64_t words;
    uint64_t used;
    bool fits = !c.bad && pl_add_u64(buckets, chains, &words) && pl_add_u64(words, 2, &words) &&
                pl_mul_u64(words, word_bytes, &used) && used <= s->size && chains == linked_symbols(r, s);
    if (!fits) {
        pl_elf_own_part(r, section, 0, s->size, PL_ELF_DATA);
        return;
    }
    pl_elf_own_part(r, section, 0, used, PL_ELF_STRUCTURE);
    pl_elf_own_rest(r, section, used);
}

static void read_gnu_hash(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    struct pl_cursor c = pl_cursor_of(pl_elf_section_bytes(r->data, s));
    uint64_t buckets = pl_elf_u32(r, &c);
    uint64_t first_symbol = pl_elf_u32(r, &c);
    uint64_t bloom_words = pl_elf_u32(r, &c);
    uint64_t symbols = linked_symbols(r, s);
    /* 32-bit factors: none of this can wrap. With no exported symbol the linker writes one empty bucket and symbol 1. */
    uint64_t exported = symbols > first_symbol ? symbols - first_symbol : 0;
    uint64_t head = 16 + bloom_words * pl_elf_word_bytes(r) + buckets * 4;
    if (head == s->size && pl_bytes_all(pl_bytes_from(pl_elf_section_bytes(r->data, s), 16), 0))
        exported = 0;
    uint64_t used = head + exported * 4;
    if (c.bad || used > s->size) {
        pl_elf_own_part(r, section, 0, s->size, PL_ELF_DATA);
        return;
    }
    pl_elf_own_part(r, section, 0, used, PL_ELF_STRUCTURE);
    pl_elf_own_rest(r, section, used);
}

static void read_version_symbols(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    uint64_t used = linked_symbols(r, s) * 2;
    if (used > s->size)
        used = s->size;
    pl_elf_own_part(r, section, 0, used, PL_ELF_STRUCTURE);
    pl_elf_own_rest(r, section, used);
}

static void read_versions(struct pl_elf_reader *r, uint32_t section)
{
    const struct pl_elf_section *s = &r->elf->sections[section];
    uint64_t end = 0;
    if (!walk_versions(r, s, false, &end)) {
        pl_elf_own_part(r, section, 0, s->size, PL_ELF_DATA);
        return;
    }
    pl_elf_own_part(r, section, 0, end, PL_ELF_STRUCTURE);
    pl_elf_own_rest(r, section, end);
}

/* One row a section type; entry_bytes of 0 means that `read` knows. */
struct table_type {
    uint32_t type;
    void (*read)(struct pl_elf_reader *r, uint32_t section);
    uint64_t entry_bytes;
};

static const struct table_type table_types[] = {
    {PL_ELF_SHT_SYMTAB, read_symbols, 0},
    {PL_ELF_SHT_DYNSYM, read_symbols, 0},
    {PL_ELF_SHT_STRTAB, read_strings, 0},
    {PL_ELF_SHT_RELA, read_relocations, 0},
    {PL_ELF_SHT_REL, read_relocations, 0},
    {PL_ELF_SHT_HASH, read_hash, 0},
    {PL_ELF_SHT_DYNAMIC, read_dynamic, 0},
    {PL_ELF_SHT_GROUP, NULL, 4},
    {PL_ELF_SHT_SYMTAB_SHNDX, NULL, 4},
    {PL_ELF_SHT_GNU_HASH, read_gnu_hash, 0},
    {PL_ELF_SHT_GNU_VERDEF, read_versions, 0},
    {PL_ELF_SHT_GNU_VERNEED, read_versions, 0},
    {PL_ELF_SHT_GNU_VERSYM, read_version_symbols, 0},
};

bool pl_elf_read_table(struct pl_elf_reader *r, uint32_t section)
{
    uint32_t type = r->elf->sections[section].type;
    if (type == PL_ELF_SHT_RELR) {
        own_entries(r, section, pl_elf_word_bytes(r));
        return true;
    }
    for (size_t i = 0; i < sizeof table_types / sizeof table_types[0]; i++) {
        if (table_types[i].type != type)
            continue;
        if (table_types[i].read != NULL)
            table_types[i].read(r, section);
        else
            own_entries(r, section, table_types[i].entry_bytes);
        return true;
    }
    return false;
}
