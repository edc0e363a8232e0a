/*
 * pe_tables.c - the smaller tables of a PE image: relocations, debug directory, TLS, load configuration, CLR.
 *
 * Source: Microsoft "PE Format"; winnt.h for IMAGE_LOAD_CONFIG_DIRECTORY; ECMA-335 II.24.2 and II.25.3.3 for .NET. Method bodies and
 * metadata tables of .NET are named, not read: they stay data.
 */
#include "format/binary/pe_reader.h"

#define DEBUG_ENTRY_BYTES   28u
#define MAX_CALLBACKS       4096u
#define MAX_CONFIG_BYTES    0x400u
#define CONFIG64_BYTES      0x140u /* fields that are known: winnt.h of SDK 10.0.22621 */
#define CONFIG32_BYTES      0xc0u
#define DEBUG_CODEVIEW      2u
#define DEBUG_FEATURES      12u
#define DEBUG_POGO          13u
#define DEBUG_REPRO         16u
#define DEBUG_PDB_CHECKSUM  19u
#define DEBUG_CHARACTERS_EX 20u

static void read_relocations(struct pl_pe_reader *r)
{
    uint64_t offset;
    pl_bytes all;
    if (!pl_pe_directory(r, PL_PE_RELOCATIONS, "base relocation table", &all, &offset))
        return;
    size_t at = 0;
    while (at + 8 <= all.n && pl_image_spend(&r->map, 8)) {
        struct pl_cursor c = pl_cursor_at(all, at);
        pl_cursor_skip(&c, 4);
        uint32_t n = pl_cursor_u32le(&c);
        if (n == 0)
            break;
        if (n < 8 || n % 2 != 0 || n > all.n - at) {
            pl_pe_damaged(r, offset + at, "a block of base relocations has no possible size");
            break;
        }
        at += n;
    }
    pl_image_own(&r->map, offset, at, PL_IMAGE_STRUCTURE, "base relocations");
    pl_image_fill(&r->map, offset + at, offset + all.n, PL_IMAGE_AS_PADDING, "in the base relocations");
}

/* ---- debug directory ---- */

/* Pairs of address and size with a name: what the linker grouped. */
static bool is_pogo(pl_bytes b)
{
    size_t at = 4;
    if (b.n < 4)
        return false;
    while (at < b.n) {
        pl_bytes name;
        if (pl_bytes_all(pl_bytes_from(b, at), 0))
            return true;
        if (!pl_image_string(b, (uint64_t)at + 8, 256, &name) || !pl_image_is_text(name))
            return false;
        at += (8 + name.n + 1 + 3) & ~(size_t)3;
    }
    return true;
}

static bool is_codeview(pl_bytes b, pl_bytes *path)
{
    size_t head = pl_bytes_starts(b, PL_LIT("RSDS"))   ? 24
                  : pl_bytes_starts(b, PL_LIT("NB10")) ? 16
                                                       : SIZE_MAX;
    return pl_image_string(b, head, 4096, path) && pl_bytes_all(pl_bytes_from(b, head + path->n), 0);
}

static bool is_debug_entry(struct pl_pe_reader *r, uint32_t type, pl_bytes b)
{
    pl_bytes name;
    switch (type) {
    case DEBUG_CODEVIEW: return is_codeview(b, &r->pe->pdb_path);
    case DEBUG_FEATURES: return b.n <= 20;
    case DEBUG_POGO: return is_pogo(b);
    case DEBUG_REPRO: return b.n <= 36;
    case DEBUG_PDB_CHECKSUM: return pl_image_string(b, 0, 32, &name) && b.n <= name.n + 1 + 64;
    case DEBUG_CHARACTERS_EX: return b.n <= 4;
    default: return false;
    }
}

static void read_debug(struct pl_pe_reader *r)
{
    uint64_t offset;
    pl_bytes all;
    if (!pl_pe_directory(r, PL_PE_DEBUG, "debug directory", &all, &offset))
        return;
    struct pl_cursor c = pl_cursor_of(all);
    while (pl_cursor_left(&c) >= DEBUG_ENTRY_BYTES && pl_image_spend(&r->map, DEBUG_ENTRY_BYTES)) {
        pl_cursor_skip(&c, 12);
        uint32_t type = pl_cursor_u32le(&c);
        uint32_t n = pl_cursor_u32le(&c);
        pl_cursor_skip(&c, 4);
        uint32_t at = pl_cursor_u32le(&c);
        struct pl_cursor entry = pl_cursor_at(r->data, at);
        pl_bytes contents = pl_cursor_take(&entry, n);
        if (n == 0 || at == 0 || !pl_image_spend(&r->map, n))
            continue;
        if (entry.bad)
            pl_pe_damaged(r, offset + c.at - DEBUG_ENTRY_BYTES, "a debug record lies outside of the file");
        else
            pl_image_own(&r->map, at, n,
                         is_debug_entry(r, type, contents) ? PL_IMAGE_STRUCTURE : PL_IMAGE_DATA,
                         "debug records");
    }
    pl_image_own(&r->map, offset, c.at, PL_IMAGE_STRUCTURE, "debug directory");
}

/* ---- TLS ---- */

static void read_callbacks(struct pl_pe_reader *r, uint64_t address)
{
    uint64_t offset;
    pl_bytes all = pl_pe_at(r, address, &offset);
    struct pl_cursor c = pl_cursor_of(all);
    while (r->pe->n_tls_callbacks < MAX_CALLBACKS && pl_image_spend(&r->map, 8)) {
        uint64_t callback = pl_pe_word(r, &c);
        if (c.bad || callback == 0)
            break;
        r->pe->n_tls_callbacks++;
        const struct pl_pe_section *s = pl_pe_section_at(r, callback - r->pe->base);
        if (s == NULL || (s->flags & PL_PE_EXECUTE) == 0)
            pl_image_odd(&r->map, "image.code-outside-text", PL_SEVERITY_ERROR,
                         offset + c.at - pl_pe_word_bytes(r), pl_pe_word_bytes(r),
                         "TLS callback 0x%llx is in no executable section", (unsigned long long)callback);
    }
    pl_image_own(&r->map, offset, c.at, PL_IMAGE_STRUCTURE, "TLS callbacks");
}

static void read_tls(struct pl_pe_reader *r)
{
    uint64_t offset;
    pl_bytes all;
    if (!pl_pe_directory(r, PL_PE_TLS, "TLS directory", &all, &offset))
        return;
    struct pl_cursor c = pl_cursor_of(all);
    pl_cursor_skip(&c, 3 * (uint64_t)pl_pe_word_bytes(r));
    uint64_t callbacks = pl_pe_word(r, &c);
    pl_cursor_skip(&c, 8);
    if (c.bad) {
        pl_pe_damaged(r, offset, "the TLS directory is cut short");
        return;
    }
    pl_image_own(&r->map, offset, c.at, PL_IMAGE_STRUCTURE, "TLS directory");
    if (callbacks >= r->pe->base && callbacks != 0)
        read_callbacks(r, callbacks - r->pe->base);
}

/* ---- load configuration ---- */

/* Addresses of code in rising order: what a guard table holds, and no payload. */
static bool is_code_table(const struct pl_pe_reader *r, pl_bytes table, uint64_t entry_bytes)
{
    struct pl_cursor c = pl_cursor_of(table);
    uint32_t before = 0;
    while (pl_cursor_left(&c) > 0) {
        uint32_t address = pl_cursor_u32le(&c);
        const struct pl_pe_section *s = pl_pe_section_at(r, address);
        pl_cursor_skip(&c, entry_bytes - 4);
        if (s == NULL || (s->flags & PL_PE_EXECUTE) == 0 || address < before)
            return false;
        before = address;
    }
    return !c.bad;
}

/* A table at a pointer in the configuration, with its count behind it. */
static void own_counted(struct pl_pe_reader *r, pl_bytes config, size_t pointer_at, uint64_t entry_bytes,
                        const char *what)
{
    struct pl_cursor c = pl_cursor_at(config, pointer_at);
    uint64_t pointer = pl_pe_word(r, &c);
    uint64_t n = pl_pe_word(r, &c);
    if (c.bad || pointer < r->pe->base || pointer == 0 || n == 0 || n > UINT32_MAX)
        return;
    pl_bytes table;
    uint64_t offset;
    bool is_there = pl_pe_take(r, pointer - r->pe->base, n * entry_bytes, &table, &offset) &&
                    pl_image_spend(&r->map, table.n);
    if (is_there && is_code_table(r, table, entry_bytes))
        pl_image_own(&r->map, offset, table.n, PL_IMAGE_TOOLCHAIN, what);
    else if (!is_there)
        pl_image_odd(&r->map, "image.damaged", PL_SEVERITY_ERROR, PL_NO_OFFSET, 0,
                     "the %s lies outside of its section", what);
}

/* Is each address that it holds none, or one of the image? */
static bool points_into_image(const struct pl_pe_reader *r, pl_bytes config)
{
    static const uint16_t of_64[] = {0x28, 0x50, 0x58, 0x60, 0x70,  0x78,  0x80,  0xa0,  0xb0,  0xc0,  0xc8,
                                     0xd0, 0xd8, 0xe8, 0xf8, 0x100, 0x108, 0x118, 0x120, 0x128, 0x130, 0x138};
    static const uint16_t of_32[] = {0x20, 0x38, 0x3c, 0x40, 0x48, 0x4c, 0x50, 0x68, 0x70, 0x78, 0x7c,
                                     0x80, 0x84, 0x90, 0x9c, 0xa0, 0xa4, 0xac, 0xb0, 0xb4, 0xb8, 0xbc};
    _Static_assert(sizeof of_64 == sizeof of_32, "one loop for both");
    for (size_t i = 0; i < sizeof of_64 / sizeof of_64[0]; i++) {
        struct pl_cursor c = pl_cursor_at(config, r->pe->is_64 ? of_64[i] : of_32[i]);
        uint64_t address = pl_pe_word(r, &c);
        if (!c.bad && address != 0 && (address < r->pe->base || address - r->pe->base > UINT32_MAX))
            return false;
    }
    return true;
}

/*
 * Offsets of the fields in IMAGE_LOAD_CONFIG_DIRECTORY32 and 64. Whatever is called so has no owner but this table: among code, or with addresses that are
 * none, it is not believed, and whoever reads code or data has those bytes.
 */
static void read_config(struct pl_pe_reader *r)
{
    uint32_t address = r->pe->directories[PL_PE_LOAD_CONFIG].address;
    uint64_t offset;
    pl_bytes all = pl_pe_at(r, address, &offset);
    struct pl_cursor c = pl_cursor_of(all);
    uint32_t n = pl_cursor_u32le(&c);
    bool is_64 = r->pe->is_64;
    if (address == 0 || c.bad)
        return;
    if (n < 0x40 || n > MAX_CONFIG_BYTES) /* the size in old images is not to be trusted */
        n = r->pe->directories[PL_PE_LOAD_CONFIG].length;
    if (n > MAX_CONFIG_BYTES || n > all.n) {
        pl_pe_damaged(r, offset, "the load configuration has no possible size");
        return;
    }
    pl_bytes config = pl_bytes_sub(all, 0, n);
    const struct pl_pe_section *s = pl_pe_section_at(r, address);
    if ((s != NULL && (s->flags & PL_PE_EXECUTE) != 0) || !points_into_image(r, config)) {
        pl_pe_damaged(r, offset, "the load configuration stands among code, or points out of the image");
        return;
    }
    size_t known = is_64 ? CONFIG64_BYTES : CONFIG32_BYTES;
    pl_image_own(&r->map, offset, n < known ? n : known, PL_IMAGE_STRUCTURE, "load configuration");
    c = pl_cursor_at(config, is_64 ? 0x90 : 0x58);
    uint64_t stride = 4 + (uint64_t)(pl_cursor_u32le(&c) >> 28);
    if (!is_64)
        own_counted(r, config, 0x40, 4, "table of exception handlers");
    own_counted(r, config, is_64 ? 0x80 : 0x50, stride, "guard function table");
    own_counted(r, config, is_64 ? 0xa0 : 0x68, stride, "guard address table");
    own_counted(r, config, is_64 ? 0xb0 : 0x70, stride, "guard jump table");
    if (is_64)
        own_counted(r, config, 0x108, stride, "guard exception table");
}

/* ---- .NET ---- */

static void read_streams(struct pl_pe_reader *r, pl_bytes root, uint64_t offset)
{
    struct pl_cursor c = pl_cursor_of(root);
    pl_bytes magic = pl_cursor_take(&c, 4);
    pl_cursor_skip(&c, 8);
    pl_bytes version = pl_cursor_take(&c, pl_cursor_u32le(&c));
    pl_cursor_skip(&c, 2);
    uint16_t n = pl_cursor_u16le(&c);
    if (c.bad || !pl_bytes_eq(magic, PL_LIT("BSJB"))) {
        pl_pe_damaged(r, offset, "the CLR metadata does not read as such");
        return;
    }
    pl_bytes tables = PL_LIT("");
    pl_bytes names = PL_LIT("");
    r->pe->clr_version = pl_bytes_sub(version, 0, pl_bytes_find_byte(version, 0, 0));
    for (uint16_t i = 0; i < n && pl_image_spend(&r->map, 8); i++) {
        uint32_t at = pl_cursor_u32le(&c);
        uint32_t length = pl_cursor_u32le(&c);
        pl_bytes name;
        struct pl_cursor body = pl_cursor_at(root, at);
        pl_cursor_skip(&body, length);
        if (c.bad || body.bad || !pl_image_string(root, c.at, 32, &name)) {
            pl_pe_damaged(r, offset + at, "a stream of the CLR metadata lies outside of it");
            return;
        }
        pl_cursor_skip(&c, (name.n + 4) & ~(size_t)3);
        if (pl_bytes_eq_str(name, "#~"))
            tables = pl_bytes_sub(root, at, length);
        else if (pl_bytes_eq_str(name, "#Strings"))
            names = pl_bytes_sub(root, at, length);
        pl_image_own(&r->map, offset + at, length, PL_IMAGE_DATA,
                     pl_image_text(&r->map, "CLR metadata ", name));
    }
    pl_image_own(&r->map, offset, c.at, PL_IMAGE_STRUCTURE, "CLR metadata root");
    if (tables.n > 0)
        pl_pe_read_assembly(r, tables, names);
}

static void read_clr(struct pl_pe_reader *r)
{
    uint64_t offset;
    pl_bytes all;
    if (!pl_pe_directory(r, PL_PE_CLR, "CLR header", &all, &offset))
        return;
    struct pl_cursor c = pl_cursor_of(all);
    uint32_t n = pl_cursor_u32le(&c);
    pl_cursor_skip(&c, 4);
    uint32_t address = pl_cursor_u32le(&c);
    uint32_t length = pl_cursor_u32le(&c);
    if (c.bad || n < 72 || n > all.n) {
        pl_pe_damaged(r, offset, "the CLR header is cut short");
        return;
    }
    r->pe->is_dotnet = true;
    pl_image_own(&r->map, offset, n, PL_IMAGE_STRUCTURE, "CLR header");
    if (pl_pe_take(r, address, length, &all, &offset))
        read_streams(r, all, offset);
    else
        pl_pe_damaged(r, offset, "the CLR metadata lies outside of the file");
}

void pl_pe_read_tables(struct pl_pe_reader *r)
{
    read_relocations(r);
    read_debug(r);
    read_tls(r);
    read_config(r);
    read_clr(r);
}
