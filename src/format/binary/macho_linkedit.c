/*
 * macho_linkedit.c - what load commands point to behind the sections: symbols, strings, bindings, function starts.
 *
 * Source: <mach-o/loader.h>, <mach-o/nlist.h>, <mach-o/fixup-chains.h>.
 */
#include "format/binary/macho_reader.h"

#define LC_SYMTAB          0x02u
#define LC_DYSYMTAB        0x0bu
#define LC_TWOLEVEL_HINTS  0x16u
#define LC_SIGNATURE       0x1du
#define LC_SPLIT_INFO      0x1eu
#define LC_DYLD_INFO       0x22u
#define LC_DYLD_INFO_ONLY  0x80000022u
#define LC_FUNCTION_STARTS 0x26u
#define LC_DATA_IN_CODE    0x29u
#define LC_CODE_SIGN_DRS   0x2bu
#define LC_LINKER_HINTS    0x2eu
#define LC_EXPORTS_TRIE    0x80000033u
#define LC_CHAINED_FIXUPS  0x80000034u

/* Names, each with its NUL; what is no text is not owned here. */
static void own_strings(struct pl_macho_reader *r, uint64_t at, uint64_t length)
{
    uint64_t end = at + length;
    if (length > 0 && (at > r->data.n || length > r->data.n - at)) {
        pl_macho_damaged(r, at, "the string table lies outside of the image");
        return;
    }
    while (at < end) {
        pl_bytes name;
        if (!pl_image_string(r->data, at, end - at, &name) || !pl_image_is_text(name))
            break;
        (void)pl_macho_own(r, at, name.n + 1, PL_IMAGE_STRUCTURE, "string table"); /* inside */
        at += name.n + 1;
    }
    pl_macho_fill(r, at, end, PL_IMAGE_AS_PADDING, "in the string table");
}

static void read_symtab(struct pl_macho_reader *r, struct pl_cursor *c)
{
    uint32_t at = pl_macho_u32(r, c);
    uint32_t n = pl_macho_u32(r, c);
    uint32_t strings_at = pl_macho_u32(r, c);
    uint32_t strings_bytes = pl_macho_u32(r, c);
    if (c->bad)
        return;
    (void)pl_macho_own(r, at, (uint64_t)n * (r->is_64 ? 16 : 12), PL_IMAGE_STRUCTURE, "symbol table");
    own_strings(r, strings_at, strings_bytes);
}

static void read_dysymtab(struct pl_macho_reader *r, struct pl_cursor *c)
{
    static const struct {
        uint8_t bytes_32;
        uint8_t bytes_64;
    } tables[] = {{8, 8}, {52, 56}, {4, 4}, {4, 4}, {8, 8}, {8, 8}};
    pl_cursor_skip(c, 24);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        uint32_t at = pl_macho_u32(r, c);
        uint32_t n = pl_macho_u32(r, c);
        if (!c->bad)
            (void)pl_macho_own(r, at, (uint64_t)n * (r->is_64 ? tables[i].bytes_64 : tables[i].bytes_32),
                               PL_IMAGE_STRUCTURE, "indirect symbols");
    }
}

static void read_dyld_info(struct pl_macho_reader *r, struct pl_cursor *c)
{
    for (int i = 0; i < 5; i++) {
        uint32_t at = pl_macho_u32(r, c);
        uint32_t length = pl_macho_u32(r, c);
        if (!c->bad)
            (void)pl_macho_own(r, at, length, PL_IMAGE_STRUCTURE, "dynamic linking information");
    }
}

/* Distances between functions as LEB128 up to a zero; then only zeros. */
static void read_starts(struct pl_macho_reader *r, uint64_t at, uint64_t length)
{
    pl_bytes all = pl_bytes_sub(r->data, at < r->data.n ? (size_t)at : r->data.n, (size_t)length);
    size_t end = 0;
    bool is_continued = false;
    while (end < all.n && (all.p[end] != 0 || is_continued))
        is_continued = (all.p[end++] & 0x80) != 0;
    (void)pl_macho_own(r, at, end, PL_IMAGE_STRUCTURE, "function starts"); /* inside: it was read */
    pl_macho_fill(r, at + end, at + length, PL_IMAGE_AS_PADDING, "behind the function starts");
}

static void read_blob(struct pl_macho_reader *r, uint32_t kind, struct pl_cursor *c)
{
    static const struct {
        uint32_t kind;
        const char *what;
    } blobs[] = {
        {LC_SPLIT_INFO, "segment split information"},
        {LC_DATA_IN_CODE, "data in code"},
        {LC_CODE_SIGN_DRS, "library requirements"},
        {LC_LINKER_HINTS, "linker optimization hints"},
        {LC_EXPORTS_TRIE, "exports"},
        {LC_CHAINED_FIXUPS, "chained fixups"},
    };
    uint32_t at = pl_macho_u32(r, c);
    uint32_t length = pl_macho_u32(r, c);
    if (c->bad)
        return;
    for (size_t i = 0; i < sizeof blobs / sizeof blobs[0]; i++)
        if (blobs[i].kind == kind)
            (void)pl_macho_own(r, at, length, PL_IMAGE_STRUCTURE, blobs[i].what);
}

bool pl_macho_read_tables(struct pl_macho_reader *r, uint32_t kind, pl_bytes command)
{
    struct pl_cursor c = pl_cursor_at(command, 8);
    struct pl_cursor pair = c;
    uint32_t at = pl_macho_u32(r, &pair);
    uint32_t length = pl_macho_u32(r, &pair);
    switch (kind) {
    case LC_SYMTAB: read_symtab(r, &c); return true;
    case LC_DYSYMTAB: read_dysymtab(r, &c); return true;
    case LC_DYLD_INFO:
    case LC_DYLD_INFO_ONLY: read_dyld_info(r, &c); return true;
    case LC_TWOLEVEL_HINTS:
        (void)pl_macho_own(r, at, 4ull * length, PL_IMAGE_STRUCTURE, "name space hints");
        return true;
    case LC_FUNCTION_STARTS:
        if (!pair.bad)
            read_starts(r, at, length);
        return true;
    case LC_SIGNATURE:
        if (!pair.bad)
            pl_macho_read_signature(r, at, length);
        return true;
    case LC_SPLIT_INFO:
    case LC_DATA_IN_CODE:
    case LC_CODE_SIGN_DRS:
    case LC_LINKER_HINTS:
    case LC_EXPORTS_TRIE:
    case LC_CHAINED_FIXUPS: read_blob(r, kind, &c); return true;
    default: return false;
    }
}
