/*
 * macho_sections.c - segments and sections of a Mach-O image.
 *
 * A section is owned by its type: stubs and unwind tables are the toolchain's, pointers for the dynamic linker are structure,
 * instructions are code, the rest is data. Source: <mach-o/loader.h>, section types and attributes.
 */
#include "format/binary/macho_reader.h"

#define SECTION_BYTES_64     80u
#define SECTION_BYTES_32     68u
#define TYPE_ZEROFILL        1u
#define TYPE_LAZY_POINTERS   7u
#define TYPE_POINTERS        6u
#define TYPE_STUBS           8u
#define TYPE_GB_ZEROFILL     12u
#define TYPE_THREAD_ZEROFILL 18u
#define ATTRIBUTE_CODE       0x80000000u
#define ATTRIBUTE_SOME_CODE  0x00000400u
#define ATTRIBUTE_DEBUG      0x02000000u
#define PROTECT_WRITE        2u
#define PROTECT_EXECUTE      4u

static pl_bytes fixed_name(pl_bytes field)
{
    return pl_bytes_sub(field, 0, pl_bytes_find_byte(field, 0, 0));
}

/*
 * __unwind_info: | version | encodings at, n | personalities at, n | index at, n |, second-level pages ... The version is 1 and all offsets lie
 * inside; the pages are not read further.
 */
static bool is_unwind_info(const struct pl_macho_reader *r, pl_bytes b)
{
    struct pl_cursor c = pl_cursor_of(b);
    if (pl_macho_u32(r, &c) != 1)
        return false;
    for (int i = 0; i < 3; i++) {
        uint32_t at = pl_macho_u32(r, &c);
        uint32_t n = pl_macho_u32(r, &c);
        if (c.bad || at > b.n || (uint64_t)n * (i == 2 ? 12 : 4) > b.n - at)
            return false;
    }
    return true;
}

/* Records of .eh_frame: each has its length in front; the last one is empty or ends with the section. */
static bool is_eh_frame(struct pl_macho_reader *r, pl_bytes b)
{
    size_t at = 0;
    while (at + 4 <= b.n && pl_image_spend(r->map, 4)) {
        struct pl_cursor c = pl_cursor_at(b, at);
        uint32_t n = pl_macho_u32(r, &c);
        if (n == 0)
            return pl_bytes_all(pl_bytes_from(b, at), 0);
        if (n > b.n - at - 4)
            return false;
        at += 4 + (size_t)n;
    }
    return at == b.n;
}

struct section {
    pl_bytes name;
    pl_bytes segment;
    uint64_t address;
    uint64_t length;
    uint32_t offset;
    uint32_t relocations_at;
    uint32_t n_relocations;
    uint32_t flags;
};

static bool is_zero_filled(uint32_t type)
{
    return type == TYPE_ZEROFILL || type == TYPE_GB_ZEROFILL || type == TYPE_THREAD_ZEROFILL;
}

static void own_section(struct pl_macho_reader *r, const struct section *s)
{
    uint32_t type = s->flags & 0xff;
    const char *what = pl_image_text(r->map, "section ", s->name);
    pl_bytes bytes = pl_bytes_sub(r->data, s->offset, (size_t)s->length);
    bool is_debug = (s->flags & ATTRIBUTE_DEBUG) != 0 || pl_bytes_eq_str(s->segment, "__DWARF");
    enum pl_image_owner owner = PL_IMAGE_DATA;
    if (type == TYPE_STUBS || pl_bytes_eq_str(s->name, "__stub_helper"))
        owner = PL_IMAGE_TOOLCHAIN;
    else if (type == TYPE_LAZY_POINTERS || type == TYPE_POINTERS)
        owner = PL_IMAGE_STRUCTURE;
    else if ((s->flags & (ATTRIBUTE_CODE | ATTRIBUTE_SOME_CODE)) != 0)
        owner = PL_IMAGE_CODE;
    else if ((pl_bytes_eq_str(s->name, "__unwind_info") && is_unwind_info(r, bytes)) ||
             (pl_bytes_eq_str(s->name, "__eh_frame") && is_eh_frame(r, bytes)))
        owner = PL_IMAGE_TOOLCHAIN;
    if (s->offset > r->data.n || s->length > r->data.n - s->offset) {
        (void)pl_macho_own(r, s->offset, s->length, owner, what); /* says that it is outside */
        return;
    }
    if (owner == PL_IMAGE_DATA && !is_debug)
        pl_macho_fill(r, s->offset, s->offset + s->length, PL_IMAGE_AS_STRINGS, what);
    else
        (void)pl_macho_own(r, s->offset, s->length, owner, what); /* inside */
    if (s->offset < r->sections_at)
        r->sections_at = s->offset;
}

static void read_section(struct pl_macho_reader *r, struct pl_cursor *c, const struct pl_macho_segment *g)
{
    struct section s = {.name = fixed_name(pl_cursor_take(c, 16)),
                        .segment = fixed_name(pl_cursor_take(c, 16))};
    s.address = pl_macho_word(r, c);
    s.length = pl_macho_word(r, c);
    s.offset = pl_macho_u32(r, c);
    pl_cursor_skip(c, 4); /* alignment */
    s.relocations_at = pl_macho_u32(r, c);
    s.n_relocations = pl_macho_u32(r, c);
    s.flags = pl_macho_u32(r, c);
    pl_cursor_skip(c, r->is_64 ? 12 : 8);
    if (c->bad)
        return;
    (void)pl_macho_own(r, s.relocations_at, 8ull * s.n_relocations, PL_IMAGE_STRUCTURE, "relocations");
    if (is_zero_filled(s.flags & 0xff) || s.length == 0)
        return;
    if (r->type == PL_MACHO_DSYM && !pl_bytes_eq_str(s.segment, "__DWARF"))
        return; /* their bytes stayed in the program */
    own_section(r, &s);
    if (r->type != PL_MACHO_OBJECT && r->type != PL_MACHO_DSYM &&
        (s.offset < g->offset || s.offset - g->offset > g->file_bytes ||
         s.length > g->file_bytes - (s.offset - g->offset)))
        pl_image_odd(r->map, "image.damaged", PL_SEVERITY_ERROR, r->base + s.offset, s.length,
                     "%s lies outside of its segment", pl_image_text(r->map, "section ", s.name));
}

static bool is_known_segment(pl_bytes name)
{
    static const char *const names[] = {"__TEXT",     "__DATA",      "__DATA_CONST", "__DATA_DIRTY",
                                        "__LINKEDIT", "__PAGEZERO",  "__OBJC",       "__IMPORT",
                                        "__LLVM",     "__DWARF",     "__AUTH_CONST", "__AUTH",
                                        "__RESTRICT", "__TEXT_EXEC", "__CTF",        "__OBJC_CONST",
                                        "__OBJC_RO",  "__ICON",      "__UNIXSTACK",  ""};
    return pl_bytes_is_one_of(name, names, sizeof names / sizeof names[0]);
}

static void check_segment(struct pl_macho_reader *r, const struct pl_macho_segment *g)
{
    uint32_t both = PROTECT_WRITE | PROTECT_EXECUTE;
    const char *name = pl_image_text(r->map, "segment ", g->name);
    if ((g->protection & both) == both && r->type != PL_MACHO_OBJECT)
        pl_image_odd(r->map, "image.writable-code", PL_SEVERITY_ERROR, r->base + g->offset, g->file_bytes,
                     "%s is writable and executable", name);
    else if ((g->protection & PROTECT_EXECUTE) != 0 && !pl_bytes_eq_str(g->name, "__TEXT") &&
             !pl_bytes_eq_str(g->name, "__TEXT_EXEC") && r->type != PL_MACHO_OBJECT)
        pl_image_odd(r->map, "image.code-outside-text", PL_SEVERITY_ERROR, r->base + g->offset, g->file_bytes,
                     "%s is executable beside __TEXT", name);
    else if (!is_known_segment(g->name) && g->file_bytes > 0)
        pl_image_odd(r->map, "image.unowned-section", PL_SEVERITY_WARNING, r->base + g->offset, g->file_bytes,
                     "%s: no compiler or linker that is known here makes one of that name", name);
}

void pl_macho_read_segment(struct pl_macho_reader *r, uint64_t at, pl_bytes command)
{
    struct pl_cursor c = pl_cursor_at(command, 8);
    struct pl_macho_segment g = {.name = fixed_name(pl_cursor_take(&c, 16))};
    g.address = pl_macho_word(r, &c);
    g.memory_bytes = pl_macho_word(r, &c);
    g.offset = pl_macho_word(r, &c);
    g.file_bytes = pl_macho_word(r, &c);
    pl_cursor_skip(&c, 4); /* the most that may be asked for later */
    g.protection = pl_macho_u32(r, &c);
    uint32_t n = pl_macho_u32(r, &c);
    pl_cursor_skip(&c, 4);
    uint64_t section_bytes = r->is_64 ? SECTION_BYTES_64 : SECTION_BYTES_32;
    if (c.bad || (uint64_t)n * section_bytes > pl_cursor_left(&c)) {
        pl_macho_damaged(r, at, "a segment command is cut short");
        return;
    }
    if (g.offset > r->data.n || g.file_bytes > r->data.n - g.offset) {
        if (r->type != PL_MACHO_DSYM)
            pl_macho_damaged(r, at, "a segment reaches beyond the end of the image");
        g.file_bytes = 0;
    }
    for (uint32_t i = 0; i < n && pl_image_spend(r->map, 1); i++)
        read_section(r, &c, &g);
    check_segment(r, &g);
    struct pl_macho_segment *slot = PL_VEC_ADD(&r->segments);
    if (slot == NULL)
        r->map->st = pl_fail_nomem(r->map->err);
    else
        *slot = g;
}

void pl_macho_fill_segments(struct pl_macho_reader *r)
{
    uint64_t end = 0;
    for (size_t i = 0; i < r->segments.n; i++) {
        const struct pl_macho_segment *g = &r->segments.v[i];
        if (g->offset + g->file_bytes > end)
            end = g->offset + g->file_bytes; /* inside the image: checked when it was read */
        bool is_code = (g->protection & PROTECT_EXECUTE) != 0;
        bool is_linkedit = pl_bytes_eq_str(g->name, "__LINKEDIT");
        pl_macho_fill(r, g->offset, g->offset + g->file_bytes,
                      is_code ? PL_IMAGE_AS_CODE_GAP : PL_IMAGE_AS_PADDING,
                      is_linkedit ? "between the tables of __LINKEDIT" : "between sections");
    }
    pl_macho_fill(r, 0, end, PL_IMAGE_AS_PADDING, "between segments");
    if (r->type == PL_MACHO_OBJECT || r->type == PL_MACHO_DSYM)
        pl_macho_fill(r, 0, r->data.n, PL_IMAGE_AS_PADDING, "between sections");
}
