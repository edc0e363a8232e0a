/*
 * pe_resources.c - the tree of resources: directories, names, entries, leaves.
 *
 *     directory 16: | flags | time | version | named 2 | numbered 2 |, then entries | name or number | directory or leaf |
 *     leaf 16: | address | length | code page | 0 |
 *
 * Leaves stay data; one that is itself a program or an archive is image.embedded-program. Source: Microsoft "PE Format", .rsrc section.
 */
#include "format/binary/pe_reader.h"

#define DIRECTORY_BYTES 16u
#define ENTRY_BYTES     8u
#define LEAF_BYTES      16u
#define MAX_DEPTH       8
#define TOP_BIT         0x80000000u

struct tree {
    struct pl_pe_reader *r;
    pl_bytes all;    /* from the root to the end of its section */
    uint64_t offset; /* of the root in the file */
    bool is_odd;     /* said so already */
};

static void odd(struct tree *t, uint64_t at, const char *what)
{
    if (!t->is_odd)
        pl_pe_damaged(t->r, t->offset + at, what);
    t->is_odd = true;
}

static const char *program_kind(pl_bytes b)
{
    if (pl_pe_is(b))
        return "a PE program";
    if (pl_bytes_starts(b, PL_LIT("\177ELF")))
        return "an ELF program";
    if (pl_bytes_starts(b, PL_LIT("MSCF")))
        return "a cabinet archive";
    if (pl_bytes_starts(b, PL_LIT("PK\3\4")))
        return "a zip archive";
    if (pl_bytes_starts(b, PL_LIT("\xcf\xfa\xed\xfe")))
        return "a Mach-O program";
    return NULL;
}

static void read_leaf(struct tree *t, uint32_t at)
{
    struct pl_cursor c = pl_cursor_at(t->all, at);
    uint32_t address = pl_cursor_u32le(&c);
    uint32_t length = pl_cursor_u32le(&c);
    pl_bytes contents;
    uint64_t offset;
    pl_cursor_skip(&c, 8);
    if (c.bad) {
        odd(t, at, "a resource entry lies outside of its section");
        return;
    }
    pl_image_own(&t->r->map, t->offset + at, LEAF_BYTES, PL_IMAGE_STRUCTURE, "resource tree");
    if (length == 0)
        return;
    if (!pl_pe_take(t->r, address, length, &contents, &offset)) {
        odd(t, at, "a resource lies outside of the file");
        return;
    }
    struct pl_pe_section const *s = pl_pe_section_at(t->r, address);
    if (s == NULL || (s->flags & PL_PE_EXECUTE) == 0)
        pl_image_own(&t->r->map, offset, length, PL_IMAGE_DATA, "resources");
    const char *kind = program_kind(contents);
    if (kind != NULL)
        pl_image_odd(&t->r->map, "image.embedded-program", PL_SEVERITY_WARNING, offset, length,
                     "a resource of %u bytes is %s", (unsigned)length, kind);
}

static void own_name(struct tree *t, uint32_t at)
{
    struct pl_cursor c = pl_cursor_at(t->all, at);
    uint64_t bytes = 2ull * pl_cursor_u16le(&c);
    pl_cursor_skip(&c, bytes);
    if (c.bad)
        odd(t, at, "the name of a resource lies outside of its section");
    else
        pl_image_own(&t->r->map, t->offset + at, 2 + bytes, PL_IMAGE_STRUCTURE, "resource tree");
}

/* Directories wait on a stack of their own, since their depth is the file's choice. */
struct level {
    struct pl_cursor entries;
    uint32_t left;
};

static bool open_directory(struct tree *t, uint32_t at, struct level *out)
{
    struct pl_cursor c = pl_cursor_at(t->all, at);
    pl_cursor_skip(&c, 12);
    uint32_t n = pl_cursor_u16le(&c);
    n += pl_cursor_u16le(&c);
    if (c.bad || (uint64_t)n * ENTRY_BYTES > pl_cursor_left(&c)) {
        odd(t, at, "a directory of resources lies outside of its section");
        return false;
    }
    pl_image_own(&t->r->map, t->offset + at, DIRECTORY_BYTES + (uint64_t)n * ENTRY_BYTES, PL_IMAGE_STRUCTURE,
                 "resource tree");
    *out = (struct level){c, n};
    return true;
}

/* How much of the end of `rest` repeats the word that old tools pad with, in any phase. */
static size_t padded_bytes(pl_bytes rest)
{
    static const char word[] = "PADDINGXXPADDING";
    size_t best = 0;
    for (size_t phase = 0; phase < 16; phase++) {
        size_t n = 0;
        while (n < rest.n && rest.p[rest.n - 1 - n] == (uint8_t)word[(phase + 15 * n) % 16])
            n++;
        best = n > best ? n : best;
    }
    return best;
}

static void own_padding(struct tree *t)
{
    uint64_t length = t->r->pe->directories[PL_PE_RESOURCES].length;
    pl_bytes rest = pl_bytes_sub(t->all, 0, length > t->all.n ? t->all.n : (size_t)length);
    size_t n = padded_bytes(rest);
    if (n >= 2)
        pl_image_fill(&t->r->map, t->offset + rest.n - n, t->offset + rest.n, PL_IMAGE_AS_TOOLCHAIN,
                      "resource padding");
}

void pl_pe_read_resources(struct pl_pe_reader *r)
{
    struct tree t = {.r = r};
    struct level levels[MAX_DEPTH];
    int depth = 0;
    uint32_t address = r->pe->directories[PL_PE_RESOURCES].address;
    t.all = pl_pe_at(r, address, &t.offset);
    if (address == 0 || !open_directory(&t, 0, &levels[0]))
        return;
    while (depth >= 0) {
        struct level *l = &levels[depth];
        if (l->left == 0 || !pl_image_spend(&r->map, ENTRY_BYTES)) {
            depth--;
            continue;
        }
        l->left--;
        uint32_t name = pl_cursor_u32le(&l->entries);
        uint32_t at = pl_cursor_u32le(&l->entries);
        if ((name & TOP_BIT) != 0)
            own_name(&t, name & ~TOP_BIT);
        if ((at & TOP_BIT) == 0)
            read_leaf(&t, at);
        else if (depth + 1 == MAX_DEPTH)
            odd(&t, at & ~TOP_BIT, "directories of resources are nested too deep, or in a circle");
        else if (open_directory(&t, at & ~TOP_BIT, &levels[depth + 1]))
            depth++;
    }
    own_padding(&t);
}
