/*
 * pe_imports.c - what a PE image offers and asks for: exports, imports, delayed and bound imports.
 *
 *     import descriptor 20: | lookup table | time | forwarder | name | address table |    until one without a name
 *     lookup table: words; the top bit set is an ordinal, else the address of | hint 2 | name NUL | even |
 *
 * Source: Microsoft "PE Format", .edata and .idata sections; delayimp.h for delayed imports.
 */
#include "format/binary/pe_reader.h"

#define DESCRIPTOR_BYTES       20u
#define DELAY_DESCRIPTOR_BYTES 32u
#define EXPORT_BYTES           40u

/* Words up to a zero one, at the address of a lookup or address table. Returns how many, with the zero; 0 when they never end. */
static size_t count_words(struct pl_pe_reader *r, uint64_t address, uint64_t *offset)
{
    pl_bytes all = pl_pe_at(r, address, offset);
    struct pl_cursor c = pl_cursor_of(all);
    size_t n = 0;
    while (pl_image_spend(&r->map, pl_pe_word_bytes(r))) {
        uint64_t word = pl_pe_word(r, &c);
        if (c.bad)
            return 0;
        n++;
        if (word == 0)
            return n;
    }
    return 0;
}

static void own_hint_name(struct pl_pe_reader *r, uint64_t address)
{
    uint64_t offset;
    pl_bytes all = pl_pe_at(r, address, &offset);
    pl_bytes name;
    if (!pl_image_string(all, 2, PL_PE_NAME_BYTES, &name) || !pl_image_is_text(name) ||
        !pl_image_spend(&r->map, 2))
        return;
    size_t n = 2 + name.n + 1;
    if ((offset + n) % 2 == 1 && n < all.n && all.p[n] == 0)
        n++;
    pl_image_own(&r->map, offset, n, PL_IMAGE_STRUCTURE, "import names");
}

/* A table of names and ordinals; false when it does not read as one. */
static bool own_lookup(struct pl_pe_reader *r, uint64_t address, uint64_t base, bool names_too)
{
    uint64_t offset;
    size_t n = count_words(r, address, &offset);
    uint64_t top = r->pe->is_64 ? 1ull << 63 : 1ull << 31;
    struct pl_cursor c = pl_cursor_at(r->data, offset);
    if (n == 0)
        return false;
    for (size_t i = 0; i < n && names_too; i++) {
        uint64_t word = pl_pe_word(r, &c);
        if ((word & top) != 0 && (word & ~top) > 0xffff)
            return false; /* no ordinal is that large */
    }
    c = pl_cursor_at(r->data, offset);
    pl_image_own(&r->map, offset, n * (uint64_t)pl_pe_word_bytes(r), PL_IMAGE_STRUCTURE, "import tables");
    for (size_t i = 0; i < n && names_too; i++) {
        uint64_t word = pl_pe_word(r, &c);
        if ((word & top) == 0 && word > base)
            own_hint_name(r, word - base);
    }
    return true;
}

/*
 * The binutils put a word for each import in front of its library's name, the address of the library's descriptor: the section .idata$7 of dlltool,
 * by which the linker pulls the rest in.
 */
static void own_heads(struct pl_pe_reader *r, uint32_t name_at, uint32_t descriptor)
{
    uint64_t offset;
    (void)pl_pe_at(r, name_at, &offset); /* the name was read from there */
    uint64_t at = offset;
    while (at >= 4 && at <= r->data.n && pl_image_spend(&r->map, 4)) {
        struct pl_cursor c = pl_cursor_at(r->data, at - 4);
        if (pl_cursor_u32le(&c) != descriptor)
            break;
        at -= 4;
    }
    pl_image_own(&r->map, at, offset - at, PL_IMAGE_TOOLCHAIN, "import heads");
}

static void read_descriptors(struct pl_pe_reader *r)
{
    uint64_t offset;
    uint32_t address = r->pe->directories[PL_PE_IMPORTS].address;
    pl_bytes all = pl_pe_at(r, address, &offset);
    struct pl_cursor c = pl_cursor_of(all);
    bool is_last = false;
    if (address == 0)
        return;
    while (!is_last && pl_image_spend(&r->map, DESCRIPTOR_BYTES)) {
        uint32_t lookup = pl_cursor_u32le(&c);
        pl_cursor_skip(&c, 8);
        uint32_t name_at = pl_cursor_u32le(&c);
        uint32_t addresses = pl_cursor_u32le(&c);
        if (c.bad) {
            pl_pe_damaged(r, offset, "the import directory reaches beyond its section");
            return;
        }
        is_last = name_at == 0;
        pl_bytes name;
        bool is_read = is_last || pl_pe_own_name(r, name_at, &name, "import names");
        if (is_read && !is_last)
            own_heads(r, name_at, address + (uint32_t)c.at - DESCRIPTOR_BYTES);
        if (is_read && !is_last)
            is_read = own_lookup(r, lookup != 0 ? lookup : addresses, 0, true) &&
                      (lookup == 0 || own_lookup(r, addresses, 0, false));
        if (!is_read && !r->map.is_worn_out)
            pl_pe_damaged(r, offset + c.at - DESCRIPTOR_BYTES, "an import descriptor leads nowhere");
    }
    pl_image_own(&r->map, offset, c.at, PL_IMAGE_STRUCTURE, "import tables");
}

/* Names and tables are addresses in new images and pointers, with the base in them, in very old ones. */
static void read_delayed(struct pl_pe_reader *r)
{
    uint64_t offset;
    uint32_t address = r->pe->directories[PL_PE_DELAY_IMPORTS].address;
    pl_bytes all = pl_pe_at(r, address, &offset);
    struct pl_cursor c = pl_cursor_of(all);
    if (address == 0)
        return;
    while (pl_image_spend(&r->map, DELAY_DESCRIPTOR_BYTES)) {
        uint32_t base = (pl_cursor_u32le(&c) & 1) != 0 ? 0 : (uint32_t)r->pe->base;
        uint32_t name_at = pl_cursor_u32le(&c);
        pl_cursor_skip(&c, 4); /* where the handle of the library is kept */
        uint32_t addresses = pl_cursor_u32le(&c);
        uint32_t names = pl_cursor_u32le(&c);
        pl_cursor_skip(&c, 12);
        if (c.bad) {
            pl_pe_damaged(r, offset, "the directory of delayed imports reaches beyond its section");
            return;
        }
        pl_bytes name;
        if (name_at == 0)
            break;
        (void)pl_pe_own_name(r, name_at - base, &name, "import names"); /* left to data when it is none */
        (void)own_lookup(r, names - base, base, true);
        (void)own_lookup(r, addresses - base, base, false);
    }
    pl_image_own(&r->map, offset, c.at, PL_IMAGE_STRUCTURE, "delayed import tables");
}

/* In the padding of the headers: time stamps and names of the libraries that the image was bound to. */
static void read_bound(struct pl_pe_reader *r)
{
    pl_bytes all;
    uint64_t offset;
    if (!pl_pe_directory(r, PL_PE_BOUND_IMPORTS, "bound import directory", &all, &offset))
        return;
    if (offset >= r->pe->header_bytes) {
        pl_pe_damaged(r, offset, "the bound imports are not in the headers");
        return; /* what is there has another owner */
    }
    struct pl_cursor c = pl_cursor_of(all);
    while (!c.bad && pl_image_spend(&r->map, 8)) {
        uint32_t time = pl_cursor_u32le(&c);
        uint16_t name_at = pl_cursor_u16le(&c);
        uint16_t n_forwarders = pl_cursor_u16le(&c);
        pl_bytes name;
        if (time == 0 && name_at == 0)
            break;
        if (pl_image_string(all, name_at, 256, &name) && pl_image_is_text(name))
            pl_image_own(&r->map, offset + name_at, name.n + 1, PL_IMAGE_STRUCTURE, "bound imports");
        for (uint16_t i = 0; i < n_forwarders && !c.bad && pl_image_spend(&r->map, 8); i++) {
            pl_cursor_skip(&c, 4);
            name_at = pl_cursor_u16le(&c);
            pl_cursor_skip(&c, 2);
            if (pl_image_string(all, name_at, 256, &name) && pl_image_is_text(name))
                pl_image_own(&r->map, offset + name_at, name.n + 1, PL_IMAGE_STRUCTURE, "bound imports");
        }
    }
    pl_image_own(&r->map, offset, c.at, PL_IMAGE_STRUCTURE, "bound imports");
}

void pl_pe_read_imports(struct pl_pe_reader *r)
{
    read_descriptors(r);
    read_delayed(r);
    read_bound(r);
}

/* An address inside the export directory is the name of another library's function. */
static void read_addresses(struct pl_pe_reader *r, uint32_t at, uint32_t n)
{
    uint64_t offset;
    pl_bytes table;
    uint32_t begin = r->pe->directories[PL_PE_EXPORTS].address;
    uint32_t length = r->pe->directories[PL_PE_EXPORTS].length;
    if (n == 0)
        return;
    if (!pl_pe_take(r, at, 4ull * n, &table, &offset) || !pl_image_spend(&r->map, 4ull * n)) {
        pl_pe_damaged(r, PL_NO_OFFSET, "the export address table lies outside of its section");
        return;
    }
    pl_image_own(&r->map, offset, 4ull * n, PL_IMAGE_STRUCTURE, "export tables");
    struct pl_cursor c = pl_cursor_of(table);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t address = pl_cursor_u32le(&c);
        pl_bytes name;
        if (address >= begin && address - begin < length)
            (void)pl_pe_own_name(r, address, &name, "export names"); /* else it is data */
    }
}

static void read_names(struct pl_pe_reader *r, uint32_t names, uint32_t ordinals, uint32_t n)
{
    uint64_t offset;
    pl_bytes table;
    if (n == 0)
        return;
    if (!pl_pe_take(r, names, 4ull * n, &table, &offset) || !pl_image_spend(&r->map, 4ull * n)) {
        pl_pe_damaged(r, PL_NO_OFFSET, "the export name table lies outside of its section");
        return;
    }
    pl_image_own(&r->map, offset, 4ull * n, PL_IMAGE_STRUCTURE, "export tables");
    (void)pl_pe_own(r, ordinals, 2ull * n, PL_IMAGE_STRUCTURE, "export tables"); /* else it is data */
    struct pl_cursor c = pl_cursor_of(table);
    for (uint32_t i = 0; i < n; i++) {
        pl_bytes name;
        (void)pl_pe_own_name(r, pl_cursor_u32le(&c), &name, "export names"); /* else it is data */
    }
}

void pl_pe_read_exports(struct pl_pe_reader *r)
{
    uint64_t offset;
    pl_bytes all;
    if (!pl_pe_directory(r, PL_PE_EXPORTS, "export directory", &all, &offset))
        return;
    struct pl_cursor c = pl_cursor_of(all);
    pl_cursor_skip(&c, 12);
    uint32_t name = pl_cursor_u32le(&c);
    pl_cursor_skip(&c, 4);
    uint32_t n_addresses = pl_cursor_u32le(&c);
    uint32_t n_names = pl_cursor_u32le(&c);
    uint32_t addresses = pl_cursor_u32le(&c);
    uint32_t names = pl_cursor_u32le(&c);
    uint32_t ordinals = pl_cursor_u32le(&c);
    if (c.bad) {
        pl_pe_damaged(r, offset, "the export directory is cut short");
        return;
    }
    pl_image_own(&r->map, offset, EXPORT_BYTES, PL_IMAGE_STRUCTURE, "export tables");
    (void)pl_pe_own_name(r, name, &r->pe->dll_name, "export names"); /* else it has none */
    read_addresses(r, addresses, n_addresses);
    read_names(r, names, ordinals, n_names);
}
