/*
 * wasm.c - sections of a WebAssembly module, each read to its last byte.
 *
 *     \0asm 1 0 0 0 | id size contents | id size contents | ...
 *
 *     1 types   2 imports   3 functions   4 tables   5 memories   6 globals   7 exports   8 start   9 elements   10 code   11 data
 *     12 count of data segments (before 10)   13 tags (before 6)   0 custom: a name, then anything
 *
 * What a section of numbers holds behind its last record is unowned: an engine refuses such a module, a tool that copies sections does not.
 * A section with records of a proposal that is not known here is data.
 *
 * Source: wasm.h. Not read here: instructions.
 */
#include "format/binary/wasm.h"

#include <string.h>

#define HEADER_BYTES 8u
#define MAX_LEB      10u
#define CODE_SECTION 10u
#define MAX_TEXTS    (1u << 20)

struct reader {
    struct pl_image_map map;
    struct pl_wasm *out;
    struct pl_cursor c; /* over the present section: its positions are the file's */
    uint32_t n_declared;
    bool is_unknown; /* a record of a form that is not known here */
};

bool pl_wasm_is(pl_bytes data)
{
    return data.n >= HEADER_BYTES && memcmp(data.p, "\0asm", 4) == 0;
}

/* LEB128, signed or not: the value's low bits. More than `bits` of them are refused. */
static uint64_t leb(struct reader *r, unsigned bits)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < bits + 6 && shift < 7 * MAX_LEB; shift += 7) {
        uint8_t b = pl_cursor_u8(&r->c);
        if (shift < 64)
            value |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80))
            return value;
    }
    r->c.bad = true;
    return 0;
}

static uint32_t u32(struct reader *r)
{
    uint64_t value = leb(r, 32);
    if (value > UINT32_MAX)
        r->c.bad = true;
    return r->c.bad ? 0 : (uint32_t)value;
}

/* A number of records, each of at least one byte. */
static uint32_t count(struct reader *r)
{
    uint32_t n = u32(r);
    if (n > pl_cursor_left(&r->c))
        r->c.bad = true;
    return r->c.bad ? 0 : n;
}

static pl_bytes name(struct reader *r)
{
    return pl_cursor_take(&r->c, u32(r));
}

static void add_text(struct reader *r, enum pl_wasm_text_kind kind, uint64_t offset, pl_bytes module,
                     pl_bytes text)
{
    if (r->c.bad || r->map.st != PL_OK || r->out->texts.n >= MAX_TEXTS)
        return;
    struct pl_wasm_text *slot = PL_VEC_ADD(&r->out->texts);
    if (slot == NULL)
        r->map.st = pl_fail_nomem(r->map.err);
    else
        *slot = (struct pl_wasm_text){kind, offset, (uint64_t)r->c.at - offset, module, text};
}

/* A type of a value: one byte, or a reference with its heap type. */
static void value_type(struct reader *r)
{
    uint8_t b = pl_cursor_u8(&r->c);
    bool is_plain = (b >= 0x7b && b <= 0x7f) || b == 0x70 || b == 0x6f || (b >= 0x69 && b <= 0x6e);
    if (b == 0x63 || b == 0x64)
        (void)leb(r, 33);
    else if (!is_plain)
        r->is_unknown = true;
}

static void limits(struct reader *r)
{
    uint8_t flags = pl_cursor_u8(&r->c);
    unsigned bits = flags & 4 ? 64 : 32;
    if (flags > 7)
        r->is_unknown = true;
    (void)leb(r, bits);
    if (flags & 1)
        (void)leb(r, bits);
}

/* Instructions that give a constant, up to their end. */
static void constant(struct reader *r)
{
    while (!r->c.bad && !r->is_unknown) {
        uint8_t op = pl_cursor_u8(&r->c);
        switch (op) {
        case 0x0b: return;
        case 0x41: (void)leb(r, 32); break;
        case 0x42: (void)leb(r, 64); break;
        case 0x43: pl_cursor_skip(&r->c, 4); break;
        case 0x44: pl_cursor_skip(&r->c, 8); break;
        case 0x23:
        case 0xd2: (void)u32(r); break;
        case 0xd0: (void)leb(r, 33); break;
        case 0x6a:
        case 0x6b:
        case 0x6c:
        case 0x7c:
        case 0x7d:
        case 0x7e: break;
        default: r->is_unknown = true;
        }
    }
}

static void read_types(struct reader *r)
{
    for (uint32_t n = count(r); n > 0 && !r->c.bad && !r->is_unknown; n--) {
        if (pl_cursor_u8(&r->c) != 0x60) {
            r->is_unknown = true;
            return;
        }
        for (int part = 0; part < 2; part++)
            for (uint32_t k = count(r); k > 0 && !r->c.bad && !r->is_unknown; k--)
                value_type(r);
    }
}

static void read_imports(struct reader *r)
{
    for (uint32_t n = count(r); n > 0 && !r->c.bad && !r->is_unknown; n--) {
        uint64_t at = r->c.at;
        pl_bytes module = name(r);
        pl_bytes field = name(r);
        add_text(r, PL_WASM_IMPORT, at, module, field);
        switch (pl_cursor_u8(&r->c)) {
        case 0: (void)u32(r); break;
        case 1:
            value_type(r);
            limits(r);
            break;
        case 2: limits(r); break;
        case 3:
            value_type(r);
            pl_cursor_skip(&r->c, 1);
            break;
        case 4:
            pl_cursor_skip(&r->c, 1);
            (void)u32(r);
            break;
        default: r->is_unknown = true;
        }
    }
}

static void read_functions(struct reader *r)
{
    r->n_declared = count(r);
    for (uint32_t n = r->n_declared; n > 0 && !r->c.bad; n--)
        (void)u32(r);
}

static void read_tables(struct reader *r)
{
    for (uint32_t n = count(r); n > 0 && !r->c.bad && !r->is_unknown; n--) {
        value_type(r);
        limits(r);
    }
}

static void read_memories(struct reader *r)
{
    for (uint32_t n = count(r); n > 0 && !r->c.bad && !r->is_unknown; n--)
        limits(r);
}

static void read_globals(struct reader *r)
{
    for (uint32_t n = count(r); n > 0 && !r->c.bad && !r->is_unknown; n--) {
        value_type(r);
        pl_cursor_skip(&r->c, 1);
        constant(r);
    }
}

static void read_exports(struct reader *r)
{
    for (uint32_t n = count(r); n > 0 && !r->c.bad; n--) {
        uint64_t at = r->c.at;
        pl_bytes text = name(r);
        add_text(r, PL_WASM_EXPORT, at, (pl_bytes){NULL, 0}, text);
        pl_cursor_skip(&r->c, 1);
        (void)u32(r);
    }
}

static void read_number(struct reader *r)
{
    (void)u32(r);
}

/* Eight forms, by three bits: not at once, with a table or declared only, by expressions. */
static void read_elements(struct reader *r)
{
    for (uint32_t n = count(r); n > 0 && !r->c.bad && !r->is_unknown; n--) {
        uint32_t form = u32(r);
        if (form > 7)
            r->is_unknown = true;
        if ((form & 1) == 0) {
            if (form & 2)
                (void)u32(r);
            constant(r);
        }
        if ((form & 3) != 0) {
            if (form & 4)
                value_type(r);
            else
                pl_cursor_skip(&r->c, 1);
        }
        for (uint32_t k = count(r); k > 0 && !r->c.bad && !r->is_unknown; k--)
            if (form & 4)
                constant(r);
            else
                (void)u32(r);
    }
}

static void read_code(struct reader *r)
{
    uint32_t n = count(r);
    for (uint32_t i = 0; i < n && !r->c.bad; i++) {
        uint32_t size = u32(r);
        uint64_t at = r->c.at;
        pl_cursor_skip(&r->c, size);
        if (!r->c.bad)
            pl_image_own(&r->map, at, size, PL_IMAGE_CODE, "function");
        r->out->n_functions += !r->c.bad;
    }
}

static void read_data(struct reader *r)
{
    for (uint32_t n = count(r); n > 0 && !r->c.bad && !r->is_unknown; n--) {
        uint32_t form = u32(r);
        if (form > 2)
            r->is_unknown = true;
        if (form == 2)
            (void)u32(r);
        if (form != 1)
            constant(r);
        uint32_t size = u32(r);
        uint64_t at = r->c.at;
        pl_cursor_skip(&r->c, size);
        if (r->c.bad || r->is_unknown)
            return;
        pl_image_own(&r->map, at, size, PL_IMAGE_DATA, PL_WASM_SEGMENT);
        r->out->n_segments++;
    }
}

static void read_tags(struct reader *r)
{
    for (uint32_t n = count(r); n > 0 && !r->c.bad; n--) {
        pl_cursor_skip(&r->c, 1);
        (void)u32(r);
    }
}

/* Subsections of "name": maps from numbers to names, those of locals and labels one level deeper. */
static void read_names(struct reader *r)
{
    while (!r->c.bad && pl_cursor_left(&r->c) > 0) {
        uint8_t id = pl_cursor_u8(&r->c);
        uint32_t size = u32(r);
        size_t end = r->c.at + size;
        bool is_nested = id == 2 || id == 3 || id == 10;
        if (size > pl_cursor_left(&r->c)) {
            r->c.bad = true;
            return;
        }
        if (id == 0) {
            uint64_t at = r->c.at;
            pl_bytes text = name(r);
            add_text(r, PL_WASM_NAME, at, (pl_bytes){NULL, 0}, text);
        }
        for (uint32_t n = id == 0 ? 0 : count(r); n > 0 && !r->c.bad && r->c.at < end; n--) {
            (void)u32(r);
            for (uint32_t k = is_nested ? count(r) : 1; k > 0 && !r->c.bad && r->c.at < end; k--) {
                if (is_nested)
                    (void)u32(r);
                uint64_t at = r->c.at;
                pl_bytes text = name(r);
                add_text(r, PL_WASM_NAME, at, (pl_bytes){NULL, 0}, text);
            }
        }
        if (r->c.at != end)
            r->c.bad = true;
    }
}

/* The name is structure; the contents are data, but for the section "name". */
static void read_custom(struct reader *r)
{
    pl_bytes text = name(r);
    uint64_t at = r->c.at;
    if (r->c.bad)
        return;
    uint64_t size = pl_cursor_left(&r->c);
    if (pl_bytes_eq_str(text, "name")) {
        read_names(r);
        return;
    }
    add_text(r, PL_WASM_CUSTOM, at, (pl_bytes){NULL, 0}, text);
    if (r->out->texts.n > 0)
        r->out->texts.v[r->out->texts.n - 1].length = size;
    pl_cursor_skip(&r->c, size);
    pl_image_own(&r->map, at, size, PL_IMAGE_DATA, "custom section");
}

struct section {
    void (*read)(struct reader *r);
    uint8_t order; /* 0: anywhere, as often as one likes */
    const char *what;
};

static const struct section sections[] = {
    {read_custom, 0, "custom section"},      {read_types, 1, "type section"},
    {read_imports, 2, "import section"},     {read_functions, 3, "function section"},
    {read_tables, 4, "table section"},       {read_memories, 5, "memory section"},
    {read_globals, 7, "global section"},     {read_exports, 8, "export section"},
    {read_number, 9, "start section"},       {read_elements, 10, "element section"},
    {read_code, 12, "code section"},         {read_data, 13, "data section"},
    {read_number, 11, "data count section"}, {read_tags, 6, "tag section"},
};

/* [at, end) is the section's contents. */
static void read_section(struct reader *r, uint8_t id, uint64_t at, uint64_t end)
{
    const struct section *s = &sections[id];
    size_t n_texts = r->out->texts.n;
    r->c = pl_cursor_of(pl_bytes_sub(r->map.data, 0, (size_t)end));
    r->c.at = (size_t)at;
    r->is_unknown = false;
    s->read(r);
    if (r->is_unknown || r->c.bad) {
        r->out->texts.n = n_texts; /* names out of something that was not understood */
        pl_image_odd(&r->map, "image.damaged", r->c.bad ? PL_SEVERITY_ERROR : PL_SEVERITY_WARNING, at,
                     end - at,
                     r->c.bad ? "records of the %s reach over its end"
                              : "the %s has records of a form that is not known here",
                     s->what);
        pl_image_own(&r->map, at, end - at, r->c.bad ? PL_IMAGE_UNOWNED : PL_IMAGE_DATA, s->what);
        return;
    }
    if (r->c.at < end) {
        pl_image_odd(&r->map, "image.damaged", PL_SEVERITY_ERROR, r->c.at, end - r->c.at,
                     "%llu bytes behind the last record of the %s", (unsigned long long)(end - r->c.at),
                     s->what);
        pl_image_own(&r->map, r->c.at, end - r->c.at, PL_IMAGE_UNOWNED, s->what);
    }
    pl_image_own(&r->map, at, end - at, PL_IMAGE_STRUCTURE, s->what);
    if (id == CODE_SECTION && r->out->n_functions != r->n_declared)
        pl_image_odd(&r->map, "image.damaged", PL_SEVERITY_ERROR, at, 0,
                     "%u functions have bodies, %u are declared", r->out->n_functions, r->n_declared);
}

static void read_sections(struct reader *r)
{
    uint8_t last = 0;
    pl_bytes data = r->map.data;
    uint64_t at = HEADER_BYTES;
    while (at < data.n && r->map.st == PL_OK) {
        r->c = pl_cursor_at(data, at);
        uint8_t id = pl_cursor_u8(&r->c);
        uint32_t size = u32(r);
        uint64_t from = r->c.at;
        bool is_known = id < sizeof sections / sizeof sections[0];
        if (r->c.bad || size > data.n - from || !is_known) {
            pl_image_odd(&r->map, "image.damaged", PL_SEVERITY_ERROR, at, data.n - at,
                         "no section of a module begins here");
            return; /* the rest is an overlay */
        }
        if (sections[id].order != 0 && sections[id].order <= last)
            pl_image_odd(&r->map, "image.damaged", PL_SEVERITY_ERROR, at, size,
                         "the %s stands twice or out of order", sections[id].what);
        last = sections[id].order == 0 ? last : sections[id].order;
        pl_image_own(&r->map, at, from - at, PL_IMAGE_STRUCTURE, "section header");
        read_section(r, id, from, from + size);
        at = from + size;
    }
}

pl_status pl_wasm_read(pl_bytes data, struct pl_arena *arena, struct pl_findings *findings,
                       struct pl_wasm *out, struct pl_err *err)
{
    struct reader r = {.out = out};
    *out = (struct pl_wasm){0};
    if (!pl_wasm_is(data) || memcmp(data.p + 4, "\1\0\0\0", 4) != 0)
        return pl_fail(err, PL_E_INPUT, 4, "wasm: not a module of version 1");
    pl_image_init(&r.map, data, "WebAssembly", arena, findings, err);
    pl_image_own(&r.map, 0, HEADER_BYTES, PL_IMAGE_STRUCTURE, "module header");
    read_sections(&r);
    pl_status st = pl_image_finish(&r.map, &out->ranges, &out->n_ranges);
    pl_image_reset(&r.map);
    if (st != PL_OK)
        pl_wasm_reset(out);
    return st;
}

void pl_wasm_reset(struct pl_wasm *w)
{
    PL_VEC_FREE(&w->texts);
}
