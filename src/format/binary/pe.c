/*
 * pe.c - headers and sections of a PE image, and the order in which its bytes find their owners.
 *
 *     | DOS header, stub, Rich | "PE\0\0" | COFF header 20 | optional header | directories | section headers | 0 | sections... |
 *     | COFF symbols and strings | certificate table |
 *
 * First the headers, then what the directories point to, then the rest of each section as code, data or fill; what is left is a gap or an
 * overlay. Source: Microsoft "PE Format". Not read here: object files without image headers, the checksum, CHPE and dynamic relocations.
 */
#include "format/binary/pe_reader.h"

#include <stdlib.h>
#include <string.h>

#define COFF_BYTES           20u
#define SECTION_BYTES        40u
#define MAX_SECTIONS         4096u /* Windows loads at most 96 */
#define SYMBOL_BYTES         18u
#define SECTION_RELOCS_BYTES 10u

bool pl_pe_is(pl_bytes data)
{
    if (!pl_bytes_starts(data, PL_LIT("MZ")))
        return false;
    struct pl_cursor c = pl_cursor_at(data, 0x3c);
    struct pl_cursor at = pl_cursor_at(data, pl_cursor_u32le(&c));
    pl_bytes magic = pl_cursor_take(&at, 4);
    return !c.bad && !at.bad && pl_bytes_eq(magic, PL_LIT("PE\0\0"));
}

/* ---- addresses ---- */

const struct pl_pe_section *pl_pe_section_at(const struct pl_pe_reader *r, uint64_t address)
{
    size_t low = 0;
    size_t high = r->n_by_address;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->pe->sections[r->by_address[middle]].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? NULL : &r->pe->sections[r->by_address[low - 1]];
}

pl_bytes pl_pe_at(const struct pl_pe_reader *r, uint64_t address, uint64_t *offset)
{
    const struct pl_pe_section *s = pl_pe_section_at(r, address);
    *offset = 0;
    if (s == NULL) {
        if (address >= r->pe->header_bytes)
            return PL_LIT("");
        *offset = address;
        return pl_bytes_from(pl_bytes_sub(r->data, 0, r->pe->header_bytes), (size_t)address);
    }
    uint64_t into = address - s->address;
    if (into >= s->file_bytes)
        return PL_LIT("");
    *offset = s->offset + into;
    return pl_bytes_sub(r->data, (size_t)*offset, s->file_bytes - (size_t)into);
}

bool pl_pe_take(const struct pl_pe_reader *r, uint64_t address, uint64_t n, pl_bytes *out, uint64_t *offset)
{
    pl_bytes all = pl_pe_at(r, address, offset);
    *out = pl_bytes_sub(all, 0, n > all.n ? 0 : (size_t)n);
    return n > 0 && n <= all.n;
}

bool pl_pe_own(struct pl_pe_reader *r, uint64_t address, uint64_t n, enum pl_image_owner owner,
               const char *what)
{
    uint64_t offset;
    pl_bytes bytes;
    if (!pl_pe_take(r, address, n, &bytes, &offset))
        return false;
    pl_image_own(&r->map, offset, n, owner, what);
    return true;
}

bool pl_pe_own_name(struct pl_pe_reader *r, uint64_t address, pl_bytes *name, const char *what)
{
    uint64_t offset;
    pl_bytes all = pl_pe_at(r, address, &offset);
    if (!pl_image_string(all, 0, PL_PE_NAME_BYTES, name) || !pl_image_is_text(*name) ||
        !pl_image_spend(&r->map, name->n + 1))
        return false;
    pl_image_own(&r->map, offset, name->n + 1, PL_IMAGE_STRUCTURE, what);
    return true;
}

bool pl_pe_directory(struct pl_pe_reader *r, enum pl_pe_directory which, const char *what, pl_bytes *out,
                     uint64_t *offset)
{
    uint32_t address = r->pe->directories[which].address;
    uint32_t length = r->pe->directories[which].length;
    if (address == 0 || length == 0)
        return false;
    if (pl_pe_take(r, address, length, out, offset))
        return true;
    pl_image_odd(&r->map, "image.damaged", PL_SEVERITY_ERROR, PL_NO_OFFSET, 0,
                 "the %s of %u bytes at address 0x%x lies outside of the file", what, (unsigned)length,
                 (unsigned)address);
    return false;
}

void pl_pe_damaged(struct pl_pe_reader *r, uint64_t offset, const char *what)
{
    pl_image_odd(&r->map, "image.damaged", PL_SEVERITY_ERROR, offset, 0, "%s", what);
}

uint64_t pl_pe_word(const struct pl_pe_reader *r, struct pl_cursor *c)
{
    return r->pe->is_64 ? pl_cursor_u64le(c) : pl_cursor_u32le(c);
}

unsigned pl_pe_word_bytes(const struct pl_pe_reader *r)
{
    return r->pe->is_64 ? 8 : 4;
}

/* ---- headers ---- */

static pl_status read_optional(struct pl_pe_reader *r, uint64_t at, uint32_t length, struct pl_err *err)
{
    struct pl_pe *pe = r->pe;
    struct pl_cursor c = pl_cursor_at(r->data, at);
    uint16_t magic = pl_cursor_u16le(&c);
    if (!c.bad && magic != 0x10b && magic != 0x20b)
        return pl_fail(err, PL_E_INPUT, at, "pe: optional header is neither PE32 nor PE32+");
    pe->is_64 = magic == 0x20b;
    pl_cursor_skip(&c, 14);
    pe->entry = pl_cursor_u32le(&c);
    pl_cursor_skip(&c, 4); /* base of code */
    if (!pe->is_64)
        pl_cursor_skip(&c, 4); /* base of data */
    pe->base = pl_pe_word(r, &c);
    pl_cursor_skip(&c, 4 + 4 + 16 + 4); /* alignments, versions, size of image */
    pe->header_bytes = pl_cursor_u32le(&c);
    r->checksum_at = (uint32_t)c.at;
    pl_cursor_skip(&c, 4 + 2 + 2 + 4 * (uint64_t)pl_pe_word_bytes(r) + 4);
    uint32_t n = pl_cursor_u32le(&c);
    if (c.bad || c.at > at + length)
        return pl_fail(err, PL_E_INPUT, at, "pe: optional header cut short");
    uint64_t room = (at + length - c.at) / 8;
    if (n > room || n > PL_PE_DIRECTORIES)
        n = room < PL_PE_DIRECTORIES ? (uint32_t)room : PL_PE_DIRECTORIES;
    r->certificate_entry_at = n > PL_PE_CERTIFICATES ? (uint32_t)c.at + 8 * PL_PE_CERTIFICATES : 0;
    for (uint32_t i = 0; i < n; i++) {
        pe->directories[i].address = pl_cursor_u32le(&c);
        pe->directories[i].length = pl_cursor_u32le(&c);
    }
    if (c.bad)
        return pl_fail(err, PL_E_INPUT, at, "pe: data directories cut short");
    pl_image_own(&r->map, at, c.at - at, PL_IMAGE_STRUCTURE, "PE optional header");
    pl_image_fill(&r->map, c.at, at + length, PL_IMAGE_AS_PADDING, "in the optional header");
    return PL_OK;
}

/* A name of "/123" stands at byte 123 of the COFF string table. */
static pl_bytes section_name(const struct pl_pe_reader *r, pl_bytes field)
{
    uint64_t number;
    pl_bytes name = pl_bytes_sub(field, 0, pl_bytes_find_byte(field, 0, 0));
    if (name.n > 1 && name.p[0] == '/' && pl_bytes_to_u64(pl_bytes_from(name, 1), &number) &&
        r->symbols_at != 0) {
        pl_bytes full;
        uint64_t at = r->symbols_at + (uint64_t)r->n_symbols * SYMBOL_BYTES;
        if (pl_image_string(r->data, at + number, 256, &full))
            return full;
    }
    return name;
}

static pl_status read_sections(struct pl_pe_reader *r, uint64_t at, uint32_t n, struct pl_err *err)
{
    struct pl_pe *pe = r->pe;
    struct pl_cursor c = pl_cursor_at(r->data, at);
    if (n > MAX_SECTIONS || (uint64_t)n * SECTION_BYTES > pl_cursor_left(&c))
        return pl_fail(err, PL_E_INPUT, at, "pe: section table cut short");
    pe->sections = pl_arena_take_n(r->map.arena, n + 1u, sizeof *pe->sections);
    r->by_address = pl_arena_take_n(r->map.arena, n + 1u, sizeof *r->by_address);
    if (pe->sections == NULL || r->by_address == NULL)
        return pl_arena_fail(r->map.arena, err);
    pe->n_sections = n;
    for (uint32_t i = 0; i < n; i++) {
        struct pl_pe_section *s = &pe->sections[i];
        s->name = section_name(r, pl_cursor_take(&c, 8));
        s->virtual_bytes = pl_cursor_u32le(&c);
        s->address = pl_cursor_u32le(&c);
        s->file_bytes = pl_cursor_u32le(&c);
        s->offset = pl_cursor_u32le(&c);
        pl_cursor_skip(&c, 12); /* relocations and line numbers: of object files */
        s->flags = pl_cursor_u32le(&c);
    }
    pl_image_own(&r->map, at, (uint64_t)n * SECTION_BYTES, PL_IMAGE_STRUCTURE, "PE section headers");
    return PL_OK;
}

/* Sections in order of `key`; insertion sort, since they are few and nearly always in order. */
static size_t sort_sections(const struct pl_pe *pe, uint32_t *order, bool by_offset)
{
    size_t n = 0;
    for (uint32_t i = 0; i < pe->n_sections; i++) {
        const struct pl_pe_section *s = &pe->sections[i];
        uint32_t key = by_offset ? s->offset : s->address;
        if (s->file_bytes == 0 || s->offset == 0)
            continue;
        size_t at = n++;
        while (at > 0 &&
               key < (by_offset ? pe->sections[order[at - 1]].offset : pe->sections[order[at - 1]].address)) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
    return n;
}

static void check_places(struct pl_pe_reader *r)
{
    struct pl_pe *pe = r->pe;
    uint64_t end = 0;
    size_t n = sort_sections(pe, r->by_address, true);
    for (size_t i = 0; i < n; i++) {
        struct pl_pe_section *s = &pe->sections[r->by_address[i]];
        uint64_t last = (uint64_t)s->offset + s->file_bytes;
        s->is_readable = s->offset >= end && last <= r->data.n;
        if (last > r->data.n)
            pl_image_odd(&r->map, "image.damaged", PL_SEVERITY_ERROR, s->offset, s->file_bytes,
                         "%s reaches beyond the end of the file",
                         pl_image_text(&r->map, "section ", s->name));
        else if (s->offset < end)
            pl_image_odd(&r->map, "image.damaged", PL_SEVERITY_ERROR, s->offset, s->file_bytes,
                         "%s lies over another one in the file", pl_image_text(&r->map, "section ", s->name));
        if (last > end)
            end = last;
    }
    r->n_by_address = sort_sections(pe, r->by_address, false);
}

static pl_status read_headers(struct pl_pe_reader *r, struct pl_err *err)
{
    struct pl_cursor c = pl_cursor_at(r->data, 0x3c);
    uint32_t pe_at = pl_cursor_u32le(&c);
    c = pl_cursor_at(r->data, pe_at);
    pl_bytes magic = pl_cursor_take(&c, 4);
    if (c.bad || !pl_bytes_eq(magic, PL_LIT("PE\0\0")))
        return pl_fail(err, PL_E_INPUT, 0x3c, "pe: no PE signature");
    r->pe->machine = pl_cursor_u16le(&c);
    uint16_t n_sections = pl_cursor_u16le(&c);
    pl_cursor_skip(&c, 4); /* time */
    r->symbols_at = pl_cursor_u32le(&c);
    r->n_symbols = pl_cursor_u32le(&c);
    uint16_t optional_bytes = pl_cursor_u16le(&c);
    r->pe->flags = pl_cursor_u16le(&c);
    if (c.bad)
        return pl_fail(err, PL_E_INPUT, pe_at, "pe: COFF header cut short");
    pl_image_own(&r->map, pe_at, 4 + COFF_BYTES, PL_IMAGE_STRUCTURE, "PE COFF header");
    pl_status st = read_optional(r, c.at, optional_bytes, err);
    if (st == PL_OK)
        st = read_sections(r, c.at + optional_bytes, n_sections, err);
    if (st == PL_OK && r->map.st == PL_OK)
        pl_pe_read_stub(r, pe_at);
    return st;
}

/* ---- what is left ---- */

/* COFF symbols, which mingw and Go leave behind the sections, and their strings. */
static void read_symbols(struct pl_pe_reader *r)
{
    uint64_t bytes = (uint64_t)r->n_symbols * SYMBOL_BYTES;
    uint64_t strings_at = r->symbols_at + bytes;
    struct pl_cursor c = pl_cursor_at(r->data, strings_at);
    if (r->symbols_at == 0)
        return;
    if (c.bad) {
        pl_pe_damaged(r, r->symbols_at, "the COFF symbol table reaches beyond the end of the file");
        return;
    }
    r->pe->symbols_offset = r->symbols_at;
    r->pe->n_symbols = r->n_symbols;
    pl_image_own(&r->map, r->symbols_at, bytes, PL_IMAGE_STRUCTURE, "COFF symbol table");
    uint32_t length = pl_cursor_u32le(&c);
    if (c.bad || length < 4 || length - 4 > pl_cursor_left(&c))
        return;
    pl_image_own(&r->map, strings_at, 4, PL_IMAGE_STRUCTURE, "COFF string table");
    pl_bytes name;
    uint64_t at = strings_at + 4;
    while (at < strings_at + length && pl_image_string(r->data, at, strings_at + length - at, &name) &&
           pl_image_is_text(name)) {
        pl_image_own(&r->map, at, name.n + 1, PL_IMAGE_STRUCTURE, "COFF string table");
        at += name.n + 1;
    }
    pl_image_fill(&r->map, at, strings_at + length, PL_IMAGE_AS_PADDING, "in the COFF string table");
}

/* Sections that hold one table and fill, so that anything else in them has no business there. */
static bool is_table_section(const struct pl_pe_section *s)
{
    static const char *const names[] = {".reloc", ".pdata", ".edata"};
    return pl_bytes_is_one_of(s->name, names, sizeof names / sizeof names[0]);
}

/* Names that compilers and linkers give: MSVC, mingw, lld, Go, Rust, Delphi, and run-time libraries of Microsoft. */
static bool is_known_section(const struct pl_pe_section *s)
{
    static const char *const names[] = {
        ".text",          ".code",    ".rdata",    ".rodata",  ".data",    ".bss",     ".idata",   ".edata",
        ".didat",         ".pdata",   ".xdata",    ".rsrc",    ".reloc",   ".tls",     ".CRT",     ".00cfg",
        ".gfids",         ".giats",   ".gljmp",    ".gehcont", "_RDATA",   ".retplne", ".voltbl",  ".fptable",
        ".buildid",       ".eh_fram", ".eh_frame", ".symtab",  ".sdata",   ".sxdata",  ".orpc",    ".textbss",
        ".msvcjmc",       ".rustc",   ".ctors",    ".dtors",   "CODE",     "DATA",     "BSS",      "INIT",
        "PAGE",           ".stab",    ".stabstr",  ".itext",   ".didata",  ".gcc_exc", ".hexpthk", ".a64xrm",
        "malloc_h",       "CPADinfo", ".dynamic",  ".note",    ".comment", ".llvmbc",  ".nv_fatb", ".nvFatBi",
        ".drectve",       ".gnu_deb", ".jcr",      ".wixburn", ".uedbg",   ".managed", "hydrated", ".qtmetad",
        ".qtmimed",       ".shared",  ".cormeta",  ".debug$S", ".debug$T", "UPX0",     "UPX1",     "UPX2",
        ".text.unlikely", "LZMADEC",  ".nep",      "minATL",
    };
    return pl_bytes_is_one_of(s->name, names, sizeof names / sizeof names[0]) ||
           pl_bytes_starts(s->name, PL_LIT(".debug")) || pl_bytes_starts(s->name, PL_LIT(".zdebug")) ||
           pl_bytes_starts(s->name, PL_LIT(".text$")) || pl_bytes_starts(s->name, PL_LIT(".gnu_debug"));
}

static bool is_code(const struct pl_pe_section *s)
{
    return (s->flags & (PL_PE_CODE | PL_PE_EXECUTE)) != 0;
}

static void fill_section(struct pl_pe_reader *r, const struct pl_pe_section *s)
{
    uint64_t end = (uint64_t)s->offset + s->file_bytes;
    uint64_t content = end;
    if (s->virtual_bytes != 0 && s->virtual_bytes < s->file_bytes)
        content = (uint64_t)s->offset + s->virtual_bytes;
    const char *what = pl_image_text(&r->map, "section ", s->name);
    bool is_debug = pl_bytes_starts(s->name, PL_LIT(".debug")) || pl_bytes_starts(s->name, PL_LIT(".zdebug"));
    enum pl_image_fill as = is_code(s)            ? PL_IMAGE_AS_CODE
                            : is_table_section(s) ? PL_IMAGE_AS_PADDING
                            : is_debug            ? PL_IMAGE_AS_DATA
                                                  : PL_IMAGE_AS_STRINGS;
    pl_image_fill(&r->map, s->offset, content, as, what);
    if (content < end)
        pl_image_fill(&r->map, content, end, is_code(s) ? PL_IMAGE_AS_CODE_GAP : PL_IMAGE_AS_PADDING,
                      pl_image_text(&r->map, "behind the contents of section ", s->name));
}

static bool has_entry(const struct pl_pe_reader *r, const struct pl_pe_section *s)
{
    uint32_t bytes = s->virtual_bytes > s->file_bytes ? s->virtual_bytes : s->file_bytes;
    return r->pe->entry >= s->address && r->pe->entry - s->address < bytes;
}

static void check_section(struct pl_pe_reader *r, const struct pl_pe_section *s)
{
    bool is_executable = (s->flags & PL_PE_EXECUTE) != 0;
    if (is_executable && (s->flags & PL_PE_WRITE) != 0)
        pl_image_odd(&r->map, "image.writable-code", PL_SEVERITY_ERROR, s->offset, s->file_bytes,
                     "%s is writable and executable", pl_image_text(&r->map, "section ", s->name));
    if (!is_known_section(s) && s->file_bytes > 0)
        pl_image_odd(&r->map, "image.unowned-section",
                     is_executable && !has_entry(r, s) ? PL_SEVERITY_ERROR : PL_SEVERITY_WARNING, s->offset,
                     s->file_bytes, "%s: no compiler or linker that is known here makes one of that name",
                     pl_image_text(&r->map, "section ", s->name));
}

static void check_entry(struct pl_pe_reader *r)
{
    for (size_t i = 0; i < r->pe->n_sections; i++)
        if ((r->pe->sections[i].flags & PL_PE_EXECUTE) != 0 && has_entry(r, &r->pe->sections[i]))
            return;
    if (r->pe->entry != 0)
        pl_image_odd(&r->map, "image.code-outside-text", PL_SEVERITY_ERROR, PL_NO_OFFSET, 0,
                     "the entry point 0x%x is in no executable section", (unsigned)r->pe->entry);
}

static void fill_rest(struct pl_pe_reader *r)
{
    const struct pl_pe *pe = r->pe;
    uint64_t end = pe->header_bytes;
    for (size_t i = 0; i < r->n_by_address; i++)
        if (pe->sections[r->by_address[i]].offset < end)
            end = pe->sections[r->by_address[i]].offset;
    pl_image_fill(&r->map, 0, end, PL_IMAGE_AS_PADDING, "between the headers and the sections");
    for (size_t i = 0; i < r->n_by_address; i++) {
        const struct pl_pe_section *s = &pe->sections[r->by_address[i]];
        fill_section(r, s);
        if ((uint64_t)s->offset + s->file_bytes > end)
            end = (uint64_t)s->offset + s->file_bytes;
    }
    for (size_t i = 0; i < r->pe->n_sections; i++)
        check_section(r, &pe->sections[i]);
    check_entry(r);
    pl_image_fill(&r->map, 0, end, PL_IMAGE_AS_PADDING, "between sections");
    /* Signing pads the file to 8 bytes before it appends. */
    uint64_t table = pe->directories[PL_PE_CERTIFICATES].address;
    uint64_t pad = r->data.n < table ? 0 : table % 8 == 0 ? 7 : 0;
    if (pe->directories[PL_PE_CERTIFICATES].length > 0 && table > end && pad > 0) {
        pl_bytes before = pl_bytes_sub(r->data, (size_t)(table - pad), (size_t)pad);
        while (before.n > 0 && before.p[before.n - 1] == 0)
            before.n--;
        pl_image_own(&r->map, table - pad + before.n, pad - before.n, PL_IMAGE_STRUCTURE, "padding");
    }
}

static void read_all(struct pl_pe_reader *r)
{
    pl_pe_read_certificates(r);
    pl_pe_read_exports(r);
    pl_pe_read_imports(r);
    pl_pe_read_tables(r);
    pl_pe_read_resources(r);
    pl_pe_read_unwind(r);
    read_symbols(r);
    fill_rest(r);
}

pl_status pl_pe_read(pl_bytes data, struct pl_arena *arena, struct pl_findings *findings, struct pl_pe *out,
                     struct pl_err *err)
{
    struct pl_pe_reader r = {.pe = out, .data = data};
    *out = (struct pl_pe){0};
    pl_image_init(&r.map, data, "PE", arena, findings, err);
    pl_status st = read_headers(&r, err);
    if (st == PL_OK) {
        check_places(&r);
        read_all(&r);
        st = pl_image_finish(&r.map, &out->ranges, &out->n_ranges);
    }
    pl_image_reset(&r.map);
    return st;
}
