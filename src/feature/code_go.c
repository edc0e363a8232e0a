/*
 * code_go.c - the functions of a Go program, from the table that its linker wrote (format/binary/go_table.h).
 *
 * It is a hint, not a proof, like any name. What stands inside a function and has code of its own (a function literal) is a part of it, as split-off code is.
 */
#include "feature/code_image.h"
#include "format/binary/go_table.h"
#include "format/text/go_names.h"

#include <stdlib.h>

struct go_seed {
    struct pl_code_seed seed;
    size_t number; /* in the table */
};

struct go {
    struct pl_code_image *im;
    struct pl_go_table table;
    PL_VEC(struct go_seed) seeds; /* by name and number once sorted */
};

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

/* The file of a function's first instruction. */
static pl_bytes file_of(const struct go *g, const struct pl_go_record *r)
{
    struct pl_go_steps files = pl_go_steps_of(&g->table, r->steps[1]);
    return pl_go_steps_next(&files) ? pl_go_file(&g->table, r->unit, files.value) : (pl_bytes){NULL, 0};
}

static void read_functions(struct go *g)
{
    struct pl_code_image *im = g->im;
    struct pl_go_record r;
    uint64_t text = pl_code_area_at(im, g->table.text) != NULL ? g->table.text
                    : im->areas.n > 0                          ? im->areas.v[0].address
                                                               : 0;
    for (uint64_t i = 0; i < g->table.n_functions && !im->no_memory; i++) {
        bool is_read = pl_go_record_read(&g->table, i, &r);
        if (r.end <= r.begin)
            return;
        struct go_seed *slot = g->seeds.n >= im->max_functions ? NULL : PL_VEC_ADD(&g->seeds);
        if (slot == NULL) {
            im->too_many = g->seeds.n >= im->max_functions ? "functions" : im->too_many;
            im->no_memory = true;
            return;
        }
        *slot = (struct go_seed){.number = i,
                                 .seed = {.address = text + r.begin,
                                          .size = r.end - r.begin,
                                          .rank = PL_SEED_SYMBOL,
                                          .flags = PL_FUNCTION_GO,
                                          .is_padded = true}};
        if (is_read) {
            slot->seed.name = pl_go_text(g->table.names, r.name);
            slot->seed.file = file_of(g, &r);
        }
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
                struct go g = {.im = im};
                if (at % 4 == 0 && pl_go_table_read(pl_bytes_from(bytes, at), &g.table)) {
                    im->is_go = true;
                    im->go_table = s->offset + at;
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
