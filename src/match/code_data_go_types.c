/*
 * code_data_go_types.c - the types of a Go program, which its linker writes for reflection and for the collector of garbage.
 *
 *     type       | size, bytes with pointers: words | hash 4 | flags 1 | alignments 2 | kind 1 | equality, map of pointers: words | name 4 | pointer to it 4 |
 *                | what the kind needs | of a type with methods: package 4, methods 2, exported 2, where 4, 0 4 | methods of 16, fields of three words ...
 *     name       | flags 1 | length, LEB128 | bytes | the same of a tag | package 4 |
 *     interface  | two types: words | hash 4 | 0 4 | functions: words |
 *
 * Types are found by the links that the runtime has for them, and by one another. Each is read to its end; numbers are structure, names are explained
 * when their words stand in the sources. What could hide: other sizes and places in types of no program's text, and names of known words.
 *
 * Source: Go 1.18 to 1.23, src/internal/abi/type.go (src/runtime/type.go before 1.20). Not read: maps of Go 1.24.
 */
#include "match/code_data_go.h"

#include <stdlib.h>

#define MAX_NAME    4096u  /* bytes of a name or tag */
#define MAX_PROGRAM 65536u /* bytes of one that writes a map of pointers */
#define MAX_MEMBERS 65536u /* fields, methods or parameters of a type */

enum kind { ARRAY = 17, CHAN, FUNC, INTERFACE, MAP, POINTER, SLICE, STRING, STRUCT, UNSAFE_POINTER };
#define KIND_MASK     31u
#define KIND_PROGRAM  64u /* its map of pointers is a program */
#define FLAG_UNCOMMON 1u  /* it has methods, or a package */
#define FLAGS         63u
#define NAME_TAG      2u
#define NAME_PACKAGE  4u
#define NAME_FLAGS    15u
#define FUNC_IS_LAST  0x8000u

struct types {
    struct pl_go *g;
    uint64_t w;            /* bytes of a word */
    PL_VEC(uint64_t) todo; /* addresses */
    uint8_t *seen;         /* a bit for each word from g->types on */
};

static void add(struct types *t, uint64_t address)
{
    struct pl_go *g = t->g;
    uint64_t i = (address - g->types) / t->w;
    if (address < g->types || address >= g->types_end || address % t->w != 0 ||
        (t->seen[i / 8] >> i % 8 & 1) != 0)
        return;
    t->seen[i / 8] |= (uint8_t)(1u << i % 8);
    uint64_t *slot = PL_VEC_ADD(&t->todo);
    g->is_out_of_memory |= slot == NULL;
    if (slot != NULL)
        *slot = address;
}

static uint64_t pointer(const struct types *t, uint64_t at, uint64_t word)
{
    return pl_go_pointer_at(t->g, at + word * t->w);
}

/* LEB128 of at most two bytes, as names have it. */
static bool length_of(struct pl_cursor *c, uint64_t *n)
{
    *n = pl_cursor_uleb(c, 2);
    return !c->bad && *n <= MAX_NAME;
}

/* One text of a name: its length is a number, its bytes are a name when they are known. */
static bool note_text(struct types *t, struct pl_cursor *c)
{
    uint64_t n;
    const uint8_t *from = c->all.p + c->at;
    if (!length_of(c, &n))
        return false;
    pl_bytes text = pl_cursor_take(c, n);
    if (c->bad)
        return false;
    const uint8_t *file = t->g->d->f->data.p;
    pl_go_note(t->g, (uint64_t)(from - file), (uint64_t)(text.p - from), PL_GO_NUMBERS, PL_GO_NONE);
    if (pl_go_is_known(t->g, text))
        pl_go_note(t->g, (uint64_t)(text.p - file), text.n, PL_GO_NAME, PL_GO_NONE);
    return true;
}

/* Is there a name of letters at the address? */
static bool is_name(const struct types *t, uint64_t address)
{
    uint64_t n;
    struct pl_cursor c = pl_cursor_of(pl_go_bytes_at(t->g, address, MAX_NAME));
    uint8_t flags = pl_cursor_u8(&c);
    if ((flags & ~NAME_FLAGS) != 0 || !length_of(&c, &n) || n == 0)
        return false;
    pl_bytes text = pl_cursor_take(&c, n);
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < 0x20 || text.p[i] == 0x7f)
            return false;
    return !c.bad;
}

static void note_name(struct types *t, uint64_t address)
{
    struct pl_go *g = t->g;
    if (address < g->types || address >= g->types_end || !is_name(t, address) || !pl_go_may_read(g, 1))
        return;
    struct pl_cursor c = pl_cursor_of(pl_go_bytes_at(g, address, 2 * MAX_NAME));
    uint8_t flags = pl_cursor_u8(&c);
    (void)pl_go_note_at(g, address, 1);
    if (note_text(t, &c) && ((flags & NAME_TAG) == 0 || note_text(t, &c)) && (flags & NAME_PACKAGE) != 0)
        (void)pl_go_note_at(g, address + c.at, 4);
}

/* A name by its place, as most are. */
static void note_name_at(struct types *t, uint32_t place)
{
    if (place != 0)
        note_name(t, t->g->types + place);
}

/* Note a list that a type leads to: `n` items of so many bytes. */
static bool note_list(struct types *t, uint64_t address, uint64_t n, uint64_t item_bytes)
{
    return n <= MAX_MEMBERS && pl_go_may_read(t->g, n) && pl_go_note_at(t->g, address, n * item_bytes);
}

/* A list of pointers to types. */
static void note_types(struct types *t, uint64_t address, uint64_t n)
{
    if (!note_list(t, address, n, t->w))
        return;
    for (uint64_t i = 0; i < n; i++)
        add(t, pointer(t, address, i));
}

/* | name 4, type 4 | ... */
static void note_interface_methods(struct types *t, uint64_t address, uint64_t n)
{
    if (!note_list(t, address, n, 8))
        return;
    for (uint64_t i = 0; i < n; i++) {
        note_name_at(t, pl_go_u32_at(t->g, address + 8 * i));
        add(t, t->g->types + pl_go_u32_at(t->g, address + 8 * i + 4));
    }
}

/* | name, type, place: words | ... */
static void note_fields(struct types *t, uint64_t address, uint64_t n)
{
    if (!note_list(t, address, n, 3 * t->w))
        return;
    for (uint64_t i = 0; i < n; i++) {
        note_name(t, pointer(t, address, 3 * i));
        add(t, pointer(t, address, 3 * i + 1));
    }
}

/* What the kind needs behind the type: bytes of it. */
static uint64_t note_kind(struct types *t, unsigned kind, uint64_t at)
{
    uint64_t w = t->w;
    switch (kind) {
    case ARRAY:
        add(t, pointer(t, at, 0));
        add(t, pointer(t, at, 1));
        return 3 * w;
    case CHAN: add(t, pointer(t, at, 0)); return 2 * w;
    case FUNC: return w == 8 ? 8 : 4;
    case INTERFACE:
        note_name(t, pointer(t, at, 0));
        note_interface_methods(t, pointer(t, at, 1), pointer(t, at, 2));
        return 4 * w;
    case MAP:
        for (uint64_t i = 0; i < 3; i++)
            add(t, pointer(t, at, i));
        (void)pl_go_note_at(t->g, pointer(t, at, 3), w);
        return 4 * w + 8;
    case POINTER:
    case SLICE: add(t, pointer(t, at, 0)); return w;
    case STRUCT:
        note_name(t, pointer(t, at, 0));
        note_fields(t, pointer(t, at, 1), pointer(t, at, 2));
        return 4 * w;
    default: return 0;
    }
}

/* | package 4, methods 2, exported 2, where 4, 0 4 | and the methods there: | name 4, type 4, functions 4 4 |. */
static void note_methods(struct types *t, uint64_t at)
{
    if (!pl_go_note_at(t->g, at, 16))
        return;
    note_name_at(t, pl_go_u32_at(t->g, at));
    uint64_t n = pl_go_u32_at(t->g, at + 4) & 0xffff;
    uint64_t first = at + pl_go_u32_at(t->g, at + 8);
    if (!note_list(t, first, n, 16))
        return;
    for (uint64_t i = 0; i < n; i++) {
        note_name_at(t, pl_go_u32_at(t->g, first + 16 * i));
        uint32_t type = pl_go_u32_at(t->g, first + 16 * i + 4);
        if (type != PL_GO_NONE)
            add(t, t->g->types + type);
    }
}

/*
 * Bytes of a program that writes a map of pointers; 0 when it does not end within `b`, or writes more than `bits`: | 0n n | bits | writes n bits, | 1n n | repeats the
 * last n (0: as LEB128 says) as often as the LEB128 behind says, 0 ends it. Source: src/runtime/mbitmap.go, runGCProg.
 */
static size_t program_bytes(pl_bytes b, uint64_t bits)
{
    struct pl_cursor c = pl_cursor_of(b);
    for (uint64_t written = 0; written <= bits && !c.bad;) {
        uint8_t what = pl_cursor_u8(&c);
        uint64_t n = what & 0x7f;
        uint64_t times;
        if (what == 0)
            return c.bad ? 0 : c.at;
        if ((what & 0x80) == 0) {
            pl_cursor_skip(&c, (n + 7) / 8);
            written += n;
            continue;
        }
        if ((n == 0 && !length_of(&c, &n)) || !length_of(&c, &times))
            return 0;
        written += n * times;
    }
    return 0;
}

static void note_map(struct types *t, uint64_t at, unsigned kind)
{
    uint64_t with_pointers = pointer(t, at, 1);
    uint64_t map = pointer(t, at + 2 * t->w + 8, 1);
    if (with_pointers == 0 || with_pointers > t->g->d->f->size)
        return;
    if ((kind & KIND_PROGRAM) != 0) {
        size_t n = program_bytes(pl_go_bytes_at(t->g, map + 4, MAX_PROGRAM), with_pointers / t->w);
        if (n > 0)
            (void)pl_go_note_at(t->g, map, 4 + n);
    } else {
        pl_go_note_bits(t->g, map, with_pointers / t->w);
    }
}

static bool is_power_of_two(unsigned n)
{
    return n != 0 && (n & (n - 1)) == 0;
}

static void note_type(struct types *t, uint64_t at)
{
    struct pl_go *g = t->g;
    uint64_t front = 4 * t->w + 16;
    struct pl_cursor c = pl_cursor_at(pl_go_bytes_at(g, at, front), 2 * t->w + 4);
    uint8_t flags = pl_cursor_u8(&c);
    uint8_t align = pl_cursor_u8(&c);
    uint8_t field_align = pl_cursor_u8(&c);
    uint8_t kind = pl_cursor_u8(&c);
    pl_cursor_skip(&c, 2 * t->w);
    uint32_t name = pl_cursor_u32le(&c);
    uint32_t pointer_to = pl_cursor_u32le(&c);
    bool is_type = !c.bad && (flags & ~FLAGS) == 0 && is_power_of_two(align) && align <= 16 &&
                   is_power_of_two(field_align) && field_align <= 16 && (kind & KIND_MASK) > 0 &&
                   (kind & KIND_MASK) <= UNSAFE_POINTER && is_name(t, g->types + name);
    if (!is_type || !pl_go_may_read(g, 1))
        return;
    note_name_at(t, name);
    if (pointer_to != 0)
        add(t, g->types + pointer_to);
    (void)pl_go_note_at(g, pointer(t, at + 2 * t->w + 8, 0), t->w);
    note_map(t, at, kind);
    uint64_t bytes = front + note_kind(t, kind & KIND_MASK, at + front);
    uint64_t behind = bytes;
    if ((flags & FLAG_UNCOMMON) != 0) {
        note_methods(t, at + bytes);
        behind += 16;
    }
    if ((kind & KIND_MASK) == FUNC) {
        uint32_t counts = pl_go_u32_at(t->g, at + front);
        note_types(t, at + behind, (counts & 0xffff) + (counts >> 16 & ~FUNC_IS_LAST));
    }
    (void)pl_go_note_at(g, at, bytes);
}

static void note_interfaces(struct types *t)
{
    struct pl_go *g = t->g;
    for (uint64_t i = 0; i < g->n_interface_links && pl_go_may_read(g, 1); i++) {
        uint64_t at = pointer(t, g->interface_links, i);
        if (!pl_go_note_at(g, g->interface_links + i * t->w, t->w))
            return;
        add(t, pointer(t, at, 0));
        add(t, pointer(t, at, 1));
        uint64_t n_methods = pointer(t, pointer(t, at, 0) + 4 * t->w + 16, 2);
        if (n_methods <= MAX_MEMBERS)
            (void)pl_go_note_at(g, at, (2 + n_methods) * t->w + 8);
    }
}

void pl_go_note_types(struct pl_go *g)
{
    struct types t = {.g = g, .w = g->table.word};
    uint64_t bytes = g->types_end - g->types;
    if (bytes > g->d->f->size)
        return;
    t.seen = calloc(bytes / t.w / 8 + 1, 1);
    g->is_out_of_memory |= t.seen == NULL;
    if (t.seen == NULL)
        return;
    for (uint64_t i = 0; i < g->n_type_links && pl_go_may_read(g, 1); i++) {
        if (!pl_go_note_at(g, g->type_links + 4 * i, 4))
            break;
        add(&t, g->types + pl_go_u32_at(g, g->type_links + 4 * i));
    }
    note_interfaces(&t);
    for (size_t i = 0; i < g->d->code->n_data; i++)
        add(&t, g->d->code->data[i]);
    for (size_t i = 0; i < t.todo.n && !g->is_out_of_memory; i++)
        note_type(&t, t.todo.v[i]);
    PL_VEC_FREE(&t.todo);
    free(t.seen);
}
