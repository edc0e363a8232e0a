/*
 * code_go.c - the table that every Go program carries: where each function begins, its name, and the file it was compiled from.
 *
 *     | magic 4 | 0 2 | quantum 1 | word 1 | functions | files | text | names | units | files | tables | lines |     words
 *     lines: | entry 4, record 4 | ... |      record: | entry 4 | name 4 | ... | file table 4 | ... | unit 4 | ... |
 *
 * The Go runtime needs the table for tracebacks, so that stripping does not remove it; it is what the linker wrote, and a hint, not a proof, like
 * any name. What stands inside a function and has code of its own (a function literal) is a part of it, as split-off code is. Source: Go 1.18 to 1.22, src/runtime/symtab.go and src/internal/abi/symtab.go.
 * Not read here: the table of Go 1.17 and older, inlined calls, line numbers.
 */
#include "feature/code_image.h"
#include "format/text/go_names.h"

#include <stdlib.h>

#define MAGIC_118  0xfffffff0u
#define MAGIC_120  0xfffffff1u
#define NAME_BYTES 4096u

struct go_seed {
    struct pl_code_seed seed;
    size_t number; /* in the table */
};

struct go {
    struct pl_code_image *im;
    PL_VEC(struct go_seed) seeds; /* by name and number once sorted */
    pl_bytes all;                 /* from the magic number to the end of the file */
    unsigned word;
    uint64_t n_functions, n_files, text;
    pl_bytes names, units, files, tables, lines;
};

static uint64_t read_word(const struct go *g, struct pl_cursor *c)
{
    return g->word == 8 ? pl_cursor_u64le(c) : pl_cursor_u32le(c);
}

static pl_bytes part(const struct go *g, struct pl_cursor *c)
{
    uint64_t at = read_word(g, c);
    return pl_bytes_from(g->all, at < g->all.n ? (size_t)at : g->all.n);
}

static bool read_header(struct go *g)
{
    struct pl_cursor c = pl_cursor_of(g->all);
    uint32_t magic = pl_cursor_u32le(&c);
    uint16_t zero = pl_cursor_u16le(&c);
    uint8_t quantum = pl_cursor_u8(&c);
    g->word = pl_cursor_u8(&c);
    if ((magic != MAGIC_118 && magic != MAGIC_120) || zero != 0 || (g->word != 4 && g->word != 8) ||
        (quantum != 1 && quantum != 2 && quantum != 4))
        return false;
    g->n_functions = read_word(g, &c);
    g->n_files = read_word(g, &c);
    g->text = read_word(g, &c);
    g->names = part(g, &c);
    g->units = part(g, &c);
    g->files = part(g, &c);
    g->tables = part(g, &c);
    g->lines = part(g, &c);
    return !c.bad && g->n_functions > 0 && g->n_functions <= g->lines.n / 8 && g->n_files < UINT32_MAX;
}

static pl_bytes text_at(pl_bytes all, uint64_t at)
{
    pl_bytes tail = pl_bytes_sub(all, at < all.n ? (size_t)at : all.n, NAME_BYTES);
    size_t end = pl_bytes_find_byte(tail, 0, 0);
    return pl_bytes_sub(tail, 0, end == SIZE_MAX ? 0 : end);
}

/* The first value of a table of steps: zigzag LEB128, from -1 on. */
static uint64_t first_value(pl_bytes tables, uint32_t at)
{
    struct pl_cursor c = pl_cursor_at(tables, at);
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 32; shift += 7) {
        uint8_t byte = pl_cursor_u8(&c);
        value |= (uint32_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            break;
    }
    int32_t step = (value & 1) != 0 ? (int32_t) ~(value >> 1) : (int32_t)(value >> 1);
    return c.bad || step < 1 ? UINT64_MAX : (uint64_t)step - 1;
}

static void read_record(const struct go *g, uint32_t at, struct pl_code_seed *seed)
{
    struct pl_cursor c = pl_cursor_at(g->lines, (uint64_t)at + 4);
    uint32_t name = pl_cursor_u32le(&c);
    pl_cursor_skip(&c, 12);
    uint32_t file_table = pl_cursor_u32le(&c);
    pl_cursor_skip(&c, 8);
    uint32_t unit = pl_cursor_u32le(&c);
    if (c.bad)
        return;
    seed->name = text_at(g->names, name);
    uint64_t file = first_value(g->tables, file_table);
    struct pl_cursor entry = pl_cursor_at(g->units, file == UINT64_MAX ? UINT64_MAX : 4 * (unit + file));
    uint32_t file_at = pl_cursor_u32le(&entry);
    if (!entry.bad && file_at != UINT32_MAX)
        seed->file = text_at(g->files, file_at);
}

static int by_name(const void *a, const void *b)
{
    const struct go_seed *x = a;
    const struct go_seed *y = b;
    int order = pl_bytes_cmp(x->seed.name, y->seed.name);
    return order != 0 ? order : x->number < y->number ? -1 : x->number > y->number;
}

/* The address of the function of that name; 0 when there is none. */
static uint64_t address_of(const struct go *g, pl_bytes name)
{
    size_t low = 0;
    size_t high = g->seeds.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pl_bytes_cmp(g->seeds.v[middle].seed.name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_there = low < g->seeds.n && pl_bytes_eq(g->seeds.v[low].seed.name, name);
    return is_there ? g->seeds.v[low].seed.address : 0;
}

static void add_seeds(struct go *g)
{
    struct pl_go_function names;
    if (g->seeds.n > 0)
        qsort(g->seeds.v, g->seeds.n, sizeof *g->seeds.v, by_name);
    for (size_t i = 0; i < g->seeds.n && !g->im->no_memory; i++) {
        struct pl_code_seed *seed = &g->seeds.v[i].seed;
        if (pl_go_function_of(seed->name, &names) && names.outer.n > 0)
            seed->part_of = address_of(g, names.outer);
        pl_code_seed_add(g->im, *seed);
    }
}

static void read_functions(struct go *g)
{
    struct pl_code_image *im = g->im;
    uint64_t text = pl_code_area_at(im, g->text) != NULL ? g->text
                    : im->areas.n > 0                    ? im->areas.v[0].address
                                                         : 0;
    struct pl_cursor c = pl_cursor_of(g->lines);
    uint32_t begin = pl_cursor_u32le(&c);
    uint32_t record = pl_cursor_u32le(&c);
    for (uint64_t i = 0; i < g->n_functions && !im->no_memory; i++) {
        uint32_t next = pl_cursor_u32le(&c); /* the last one is where the code ends */
        uint32_t next_record = pl_cursor_u32le(&c);
        struct go_seed one = {.number = i,
                              .seed = {.address = text + begin,
                                       .size = next - (uint64_t)begin,
                                       .rank = PL_SEED_SYMBOL,
                                       .flags = PL_FUNCTION_GO,
                                       .is_padded = true}};
        bool is_last = i + 1 == g->n_functions;
        if ((c.bad && !is_last) || next <= begin)
            return;
        read_record(g, record, &one.seed);
        struct go_seed *slot = g->seeds.n >= im->max_functions ? NULL : PL_VEC_ADD(&g->seeds);
        if (slot == NULL) {
            im->too_many = g->seeds.n >= im->max_functions ? "functions" : im->too_many;
            im->no_memory = true;
            return;
        }
        *slot = one;
        begin = next;
        record = next_record;
    }
}

void pl_code_read_go(struct pl_code_image *im)
{
    static const uint8_t magics[] = {0xf1, 0xf0};
    for (size_t i = 0; i < im->spans.n && !im->is_big_endian; i++) {
        const struct pl_code_span *s = &im->spans.v[i];
        pl_bytes bytes = pl_bytes_sub(im->data, (size_t)s->offset, (size_t)s->size);
        for (size_t k = 0; k < sizeof magics; k++) {
            uint8_t front[6] = {magics[k], 0xff, 0xff, 0xff, 0, 0};
            size_t at = 0;
            while ((at = pl_bytes_find(bytes, pl_bytes_of(front, sizeof front), at)) != SIZE_MAX) {
                struct go g = {.im = im, .all = pl_bytes_from(bytes, at)};
                if (at % 4 == 0 && read_header(&g)) {
                    im->is_go = true;
                    read_functions(&g);
                    add_seeds(&g);
                    PL_VEC_FREE(&g.seeds);
                    return;
                }
                at++;
            }
        }
    }
}
