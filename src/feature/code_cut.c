/*
 * code_cut.c - executable bytes into disjoint functions, and what lies between them.
 *
 * 1. Functions whose end is known: stubs, unwind entries, symbols with a size. One that reaches over the next one's begin ends there, so
 *    that a forged giant hides nothing: what it loses is between functions again.
 * 2. Between them, functions begin where something enters: an entry, a call, a jump, a pointer, an export. They end at the next one.
 * 3. The rest is fill or, when anything in it is not, a gap that says so.
 */
#include "base/order.h"
#include "feature/code_image.h"

#include <stdlib.h>

#define SEEDS_A_FUNCTION 4u /* at most: two symbol tables, unwind data and exports may each name it */

void pl_code_seed_add(struct pl_code_image *im, struct pl_code_seed seed)
{
    bool is_full = im->seeds.n / SEEDS_A_FUNCTION >= im->max_functions;
    struct pl_code_seed *s = is_full ? NULL : PL_VEC_ADD(&im->seeds);
    seed.address = pl_code_address(im, seed.address);
    if (s == NULL) {
        im->no_memory = true;
        im->too_many = is_full ? "symbols" : im->too_many;
    } else {
        *s = seed;
    }
}

static int by_seed(const void *a, const void *b)
{
    const struct pl_code_seed *x = a;
    const struct pl_code_seed *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    if (x->size != y->size)
        return x->size > y->size ? -1 : 1;
    if (x->flags != y->flags)
        return x->flags > y->flags ? -1 : 1; /* exported names first */
    return pl_bytes_cmp(x->name, y->name);
}

static void add_function(struct pl_code_image *im, const struct pl_code_area *area,
                         const struct pl_code_seed *seed, uint64_t size)
{
    bool is_full = im->functions.n >= im->max_functions;
    struct pl_function *f = is_full ? NULL : PL_VEC_ADD(&im->functions);
    if (f == NULL) {
        im->no_memory = true;
        im->too_many = is_full ? "functions" : im->too_many;
        return;
    }
    uint64_t from = seed->address - area->address;
    *f = (struct pl_function){.address = seed->address,
                              .offset = area->offset + from,
                              .size = size < area->size - from ? size : area->size - from,
                              .flags = seed->flags | (seed->is_inside ? PL_FUNCTION_INSIDE : 0),
                              .n_atoms = UINT32_MAX, /* not decoded yet */
                              .name = seed->name,
                              .file = seed->file};
}

static void note_part(struct pl_code_image *im, const struct pl_code_seed *seed)
{
    struct pl_code_part *p = seed->part_of == 0 ? NULL : PL_VEC_ADD(&im->parts);
    if (p != NULL)
        *p = (struct pl_code_part){seed->address, seed->part_of};
    else if (seed->part_of != 0)
        im->no_memory = true;
}

static void merge(struct pl_function *f, const struct pl_code_seed *seed)
{
    f->flags |= seed->flags;
    if (f->name.n == 0)
        f->name = seed->name;
    if (f->file.n == 0)
        f->file = seed->file;
}

size_t pl_code_step(const struct pl_code_image *im, pl_bytes code, bool *is_fill)
{
    switch (im->machine) {
    case PL_CODE_NONE: *is_fill = code.p[0] == 0; return 1;
    case PL_CODE_A64: return pl_code_step_a64(code, is_fill);
    case PL_CODE_A32: return pl_code_step_a32(code, is_fill);
    case PL_CODE_X86_64:
    case PL_CODE_I386: break;
    }
    return pl_code_step_x86(im->machine, code, is_fill);
}

/* Bytes before the fill at the end. */
static size_t trim_fill(const struct pl_code_image *im, uint64_t address, pl_bytes code)
{
    size_t end = 0;
    size_t i = pl_code_first_hole(im, address);
    for (size_t at = 0; at < code.n;) {
        bool is_fill;
        while (i < im->holes.n && im->holes.v[i].address + im->holes.v[i].size <= address + at)
            i++;
        if (i < im->holes.n && im->holes.v[i].address <= address + at) {
            uint64_t behind = im->holes.v[i].address + im->holes.v[i].size - address;
            at = end = behind < code.n ? (size_t)behind : code.n;
            continue;
        }
        at += pl_code_step(im, pl_bytes_from(code, at), &is_fill);
        if (!is_fill)
            end = at < code.n ? at : code.n;
    }
    return end;
}

/* Bytes of a function that is known with the fill behind it. */
static uint64_t trimmed(const struct pl_code_image *im, const struct pl_code_area *area,
                        const struct pl_code_seed *seed)
{
    uint64_t from = seed->address - area->address;
    uint64_t size = seed->size < area->size - from ? seed->size : area->size - from;
    return trim_fill(im, seed->address, pl_bytes_sub(im->data, (size_t)(area->offset + from), (size_t)size));
}

void pl_code_cut_sized(struct pl_code_image *im)
{
    if (im->seeds.n > 0)
        qsort(im->seeds.v, im->seeds.n, sizeof *im->seeds.v, by_seed);
    for (size_t i = 0; i < im->seeds.n && !im->no_memory; i++) {
        const struct pl_code_seed *seed = &im->seeds.v[i];
        struct pl_function *last = im->functions.n > 0 ? &im->functions.v[im->functions.n - 1] : NULL;
        bool is_within = last != NULL && seed->address - last->address < last->size;
        const struct pl_code_area *area = pl_code_area_at(im, seed->address);
        if (last != NULL && seed->address == last->address) {
            merge(last, seed);
            continue;
        }
        if (area == NULL || seed->rank == PL_SEED_START || (area->is_plt && seed->rank != PL_SEED_STUB))
            continue;
        bool is_bounded = is_within && (last->flags & PL_FUNCTION_UNWIND) != 0;
        if (is_bounded && (seed->rank == PL_SEED_SYMBOL || (seed->rank == PL_SEED_STUB && !area->is_plt)))
            continue; /* a label inside, or a jump */
        if (is_within)
            last->size = seed->address - last->address;
        uint64_t size = seed->size;
        if (seed->is_padded)
            size = trimmed(im, area, seed);
        if (size == 0)
            continue;
        add_function(im, area, seed, size);
        note_part(im, seed);
    }
}

static void add_gap(struct pl_code_image *im, uint64_t offset, uint64_t length)
{
    bool is_fill = true;
    pl_bytes code = pl_bytes_sub(im->data, (size_t)offset, (size_t)length);
    if (length == 0)
        return;
    for (size_t at = 0; at < code.n && is_fill;)
        at += pl_code_step(im, pl_bytes_from(code, at), &is_fill);
    struct pl_code_gap *gap = PL_VEC_ADD(&im->gaps);
    if (gap == NULL)
        im->no_memory = true;
    else
        *gap = (struct pl_code_gap){offset, length, is_fill};
}

/* Index of the first start at or after `address`. */
static size_t first_start(const pl_code_addresses *starts, uint64_t address)
{
    size_t low = 0;
    size_t high = starts->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (starts->v[middle] < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The seed of lowest rank at an address, for its name; a bare one when nothing but code leads there. */
static struct pl_code_seed seed_at(const struct pl_code_image *im, uint64_t address)
{
    size_t low = 0;
    size_t high = im->seeds.n;
    struct pl_code_seed found = {.address = address, .rank = PL_SEED_START};
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (im->seeds.v[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < im->seeds.n && im->seeds.v[low].address == address; low++) {
        found.flags |= im->seeds.v[low].flags & PL_FUNCTION_EXPORTED;
        if (found.name.n == 0)
            found.name = im->seeds.v[low].name;
    }
    return found;
}

static int by_function(const void *a, const void *b)
{
    const struct pl_function *x = a;
    const struct pl_function *y = b;
    return x->address < y->address ? -1 : x->address > y->address;
}

struct between {
    const struct pl_code_area *area;
    uint64_t from; /* bytes in the area */
    uint64_t end;
};

typedef PL_VEC(struct between) betweens;

static void add_between(struct pl_code_image *im, betweens *out, const struct pl_code_area *area,
                        uint64_t from, uint64_t end)
{
    struct between *b = from < end ? PL_VEC_ADD(out) : NULL;
    if (b != NULL)
        *b = (struct between){area, from, end};
    else if (from < end)
        im->no_memory = true;
}

/* The ranges of all areas that no function holds, by address. */
static void find_between(struct pl_code_image *im, betweens *out)
{
    size_t i = 0;
    for (size_t k = 0; k < im->areas.n; k++) {
        const struct pl_code_area *area = &im->areas.v[k];
        uint64_t at = 0;
        while (i < im->functions.n && im->functions.v[i].address < area->address)
            i++;
        for (; i < im->functions.n && im->functions.v[i].address - area->address < area->size; i++) {
            uint64_t from = im->functions.v[i].address - area->address;
            add_between(im, out, area, at, from);
            at = from + im->functions.v[i].size;
        }
        add_between(im, out, area, at, area->size);
    }
}

/* Functions and gaps of one range between functions. */
static void cut_between(struct pl_code_image *im, const struct between *b, const pl_code_addresses *starts)
{
    const struct pl_code_area *area = b->area;
    uint64_t at = area->address + b->from;
    uint64_t stop = area->address + b->end;
    for (size_t i = first_start(starts, at); i < starts->n && starts->v[i] < stop && !im->no_memory; i++) {
        uint64_t begin = starts->v[i];
        uint64_t next = i + 1 < starts->n && starts->v[i + 1] < stop ? starts->v[i + 1] : stop;
        uint64_t offset = area->offset + (begin - area->address);
        size_t size = trim_fill(im, begin, pl_bytes_sub(im->data, (size_t)offset, (size_t)(next - begin)));
        if (size == 0)
            continue;
        add_gap(im, area->offset + (at - area->address), begin - at);
        struct pl_code_seed seed = seed_at(im, begin);
        add_function(im, area, &seed, size);
        at = begin + size;
    }
    add_gap(im, area->offset + (at - area->address), stop - at);
}

static size_t keep_each_once(uint64_t *v, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || v[kept - 1] != v[i])
            v[kept++] = v[i];
    return kept;
}

static void add_start(struct pl_code_image *im, pl_code_addresses *starts, uint64_t address)
{
    if (pl_code_area_at(im, address) == NULL)
        return;
    uint64_t *slot = PL_VEC_ADD(starts);
    if (slot == NULL)
        im->no_memory = true;
    else
        *slot = address;
}

/* A function that is nothing but a landing mark and a jump, as frame_dummy is; `at` is of the jump. */
static bool is_marked_jump(const struct pl_code_image *im, uint64_t at)
{
    bool is_x86 = im->machine == PL_CODE_X86_64 || im->machine == PL_CODE_I386;
    return is_x86 && at >= 4 && pl_code_fits(pl_bytes_sub(im->data, (size_t)at - 4, 4), "f30f1ef?") == 4;
}

/* Calls in code that nobody bounds lead to functions too, and jumps where they are all of a function. */
static void sweep_between(struct pl_code_image *im, const betweens *ranges, pl_code_addresses *found)
{
    struct pl_code_sink sink = {.keeps_jumps = true, .max_atoms = im->max_atoms};
    for (size_t i = 0; i < ranges->n; i++) {
        const struct between *b = &ranges->v[i];
        pl_bytes code =
            pl_bytes_sub(im->data, (size_t)(b->area->offset + b->from), (size_t)(b->end - b->from));
        if (!b->area->is_plt)
            pl_code_decode(im, &sink, b->area->address + b->from, code, b->area->offset + b->from);
    }
    for (size_t a = 0; a < sink.atoms.n; a++) {
        const struct pl_atom *atom = &sink.atoms.v[a];
        bool is_jump = atom->hash == PL_USE_JUMP && is_marked_jump(im, atom->at);
        bool is_pointer =
            atom->hash == PL_USE_ADDRESS && im->machine == PL_CODE_A32; /* nothing bounds them there */
        if (atom->kind == PL_ATOM_CALL && (atom->hash == PL_USE_CALL || is_jump || is_pointer))
            add_start(im, found, atom->value);
    }
    pl_code_note_tables(im, &sink);
    if (sink.no_memory)
        im->no_memory = true;
    if (sink.is_full)
        im->too_many = "atoms";
    PL_VEC_FREE(&sink.atoms);
    PL_VEC_FREE(&sink.tables);
}

void pl_code_note_tables(struct pl_code_image *im, const struct pl_code_sink *sink)
{
    for (size_t i = 0; i < sink->tables.n; i++) {
        uint64_t *slot = PL_VEC_ADD(&im->tables);
        if (slot == NULL)
            im->no_memory = true;
        else
            *slot = sink->tables.v[i];
    }
}

static bool is_table(const struct pl_code_image *im, uint64_t address)
{
    size_t i = first_start(&im->tables, address);
    return i < im->tables.n && im->tables.v[i] == address;
}

/* What relocated pointers lead to, but for the cases of a switch, which stand one after the other from where the jump says. */
static void add_pointers(struct pl_code_image *im, pl_code_addresses *starts)
{
    uint64_t word = im->machine == PL_CODE_I386 || im->machine == PL_CODE_A32 ? 4 : 8;
    uint64_t next = 0; /* where the table goes on */
    if (im->tables.n > 0)
        qsort(im->tables.v, im->tables.n, sizeof *im->tables.v, pl_order_u64);
    im->tables.n = keep_each_once(im->tables.v, im->tables.n);
    for (size_t i = 0; i < im->slots.n; i++) {
        const struct pl_code_slot *s = &im->slots.v[i];
        bool is_code = s->target != 0 && pl_code_area_at(im, s->target) != NULL;
        if (is_code && (s->address == next || is_table(im, s->address))) {
            next = s->address + word;
            if (s->is_operand)
                pl_code_add_hole(im, s->address, word);
        } else if (is_code && !is_table(im, s->target))
            add_start(im, starts, s->target);
    }
    pl_code_settle_holes(im);
}

void pl_code_cut_rest(struct pl_code_image *im, pl_code_addresses *starts)
{
    for (size_t i = 0; i < im->seeds.n; i++)
        add_start(im, starts, im->seeds.v[i].address);
    betweens ranges = {0};
    find_between(im, &ranges);
    sweep_between(im, &ranges, starts);
    add_pointers(im, starts);
    if (starts->n > 0)
        qsort(starts->v, starts->n, sizeof *starts->v, pl_order_u64);
    starts->n = keep_each_once(starts->v, starts->n);
    for (size_t i = 0; i < ranges.n && !im->no_memory; i++)
        cut_between(im, &ranges.v[i], starts);
    PL_VEC_FREE(&ranges);
    if (im->functions.n > 0)
        qsort(im->functions.v, im->functions.n, sizeof *im->functions.v, by_function);
}
