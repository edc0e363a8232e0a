/*
 * pe_stub.c - the DOS program in front of a PE image, and the Rich header of Microsoft's linker behind it.
 *
 * The program is fourteen bytes of code that print the text behind it; anything else is called unknown, and opaque. The Rich header is a list
 * of tools and counts, exclusive-ored with its own checksum: "DanS" in front, "Rich" and the checksum behind.
 * Source: D. Pistelli, "Microsoft's Rich Signature (undocumented)", 2008; GNU ld and LLVM lld for their stubs.
 */
#include "format/binary/pe_reader.h"

#define DOS_BYTES  0x40u
#define CODE_BYTES 14u

/* Length of a stub that is known, or 0. */
static size_t known_stub(pl_bytes b)
{
    static const uint8_t code[CODE_BYTES] = {0x0e, 0x1f, 0xba, 0x0e, 0x00, 0xb4, 0x09,
                                             0xcd, 0x21, 0xb8, 0x01, 0x4c, 0xcd, 0x21};
    static const char *const texts[] = {
        "This program cannot be run in DOS mode.\r\r\n$",
        "This program cannot be run in DOS mode.\r\n$",
        "This program cannot be run in DOS mode.$",
    };
    if (!pl_bytes_starts(b, pl_bytes_of(code, sizeof code)))
        return 0;
    pl_bytes text = pl_bytes_from(b, CODE_BYTES);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (pl_bytes_starts(text, pl_bytes_of_str(texts[i])))
            return CODE_BYTES + pl_bytes_of_str(texts[i]).n;
    return 0;
}

/* Where "DanS" stands for the "Rich" at `rich`; SIZE_MAX when nowhere. */
static size_t find_dans(pl_bytes b, size_t rich, uint32_t key)
{
    for (size_t at = rich; at >= 16; at -= 4) {
        struct pl_cursor c = pl_cursor_at(b, at - 4);
        if ((pl_cursor_u32le(&c) ^ key) != 0x536e6144u)
            continue;
        c = pl_cursor_at(b, at);
        for (int i = 0; i < 3; i++)
            if (pl_cursor_u32le(&c) != key)
                return SIZE_MAX;
        return at - 4;
    }
    return SIZE_MAX;
}

static void read_rich(struct pl_pe_reader *r, uint32_t pe_at)
{
    pl_bytes head = pl_bytes_sub(r->data, 0, pe_at);
    size_t rich = pl_bytes_find(head, PL_LIT("Rich"), DOS_BYTES);
    if (rich == SIZE_MAX || rich % 4 != 0)
        return;
    struct pl_cursor c = pl_cursor_at(head, rich + 4);
    uint32_t key = pl_cursor_u32le(&c);
    size_t begin = c.bad ? SIZE_MAX : find_dans(head, rich, key);
    if (begin != SIZE_MAX && begin >= DOS_BYTES)
        pl_image_own(&r->map, begin, rich + 8 - begin, PL_IMAGE_STRUCTURE, "Rich header");
}

void pl_pe_read_stub(struct pl_pe_reader *r, uint32_t pe_at)
{
    if (pe_at < DOS_BYTES) {
        pl_image_own(&r->map, 0, pe_at, PL_IMAGE_STRUCTURE, "DOS header");
        return; /* headers folded into each other: legal, and tiny */
    }
    pl_image_own(&r->map, 0, DOS_BYTES, PL_IMAGE_STRUCTURE, "DOS header");
    pl_bytes stub = pl_bytes_sub(r->data, DOS_BYTES, pe_at - DOS_BYTES);
    size_t n = known_stub(stub);
    if (n > 0)
        pl_image_own(&r->map, DOS_BYTES, n, PL_IMAGE_TOOLCHAIN, "DOS stub");
    read_rich(r, pe_at);
    if (n == 0 && !pl_bytes_all(stub, 0)) {
        pl_image_fill(&r->map, DOS_BYTES, pe_at, PL_IMAGE_AS_DATA, "DOS stub of unknown make");
        pl_image_odd(&r->map, "image.unknown-stub", PL_SEVERITY_NOTE, DOS_BYTES, pe_at - DOS_BYTES,
                     "the DOS program in front of the image is none that a known linker puts there");
        return;
    }
    pl_image_fill(&r->map, DOS_BYTES, pe_at, PL_IMAGE_AS_PADDING, "behind the DOS stub");
}
