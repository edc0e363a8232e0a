/*
 * code.c - functions and atoms of an image: the order of work, and how functions are tied together.
 *
 *     load -> functions with a known end -> decode -> functions between them -> decode -> tie
 *
 * Tying turns the addresses of calls into functions and imports, and gives split-off parts to their owners: GCC moves unlikely code of a
 * function away, with an unwind entry of its own. Such a part is never called and has no name; it is entered by jumps from its owner only,
 * and it is told from a static function that is called last by one of: its frame exists before its first instruction, it is entered by a
 * conditional jump or in the middle, or it jumps back into the middle of its owner.
 */
#include "feature/code.h"

#include "base/order.h"
#include "base/size.h"
#include "feature/code_image.h"
#include "format/binary/macho.h"
#include "format/binary/pe.h"

#include <stdlib.h>

#define NOT_DECODED UINT32_MAX
#define MANY        (UINT32_MAX - 1)
#define COLD_CHAIN  8u /* a part of a part of a part */

/* How control comes to a function, and where it goes back to. */
struct ways {
    bool is_called;  /* or known by address */
    bool is_entered; /* by a call, a jump or from outside */
    bool is_split;   /* entered or left as only parts are */
    uint32_t from;   /* the one function that jumps here; PL_NO_TARGET or MANY */
    uint32_t back;   /* the one function into whose middle it jumps */
};

struct tie {
    struct pl_code_image *im;
    const struct pl_code_sink *sink;
    struct ways *ways; /* one a function */
    struct pl_code *out;
};

static void decode(const struct pl_code_image *im, struct pl_code_sink *sink, uint64_t address, pl_bytes code,
                   uint64_t offset)
{
    switch (im->machine) {
    case PL_CODE_NONE: return;
    case PL_CODE_X86_64:
    case PL_CODE_I386: pl_code_decode_x86(im, sink, address, code, offset); return;
    case PL_CODE_A64: pl_code_decode_a64(im, sink, address, code, offset); return;
    case PL_CODE_A32: pl_code_decode_a32(im, sink, address, code, offset); return;
    }
}

void pl_code_decode(const struct pl_code_image *im, struct pl_code_sink *sink, uint64_t address,
                    pl_bytes code, uint64_t offset)
{
    for (size_t i = pl_code_first_hole(im, address); i < im->holes.n && code.n > 0; i++) {
        const struct pl_code_range *hole = &im->holes.v[i];
        uint64_t before = hole->address > address ? hole->address - address : 0;
        if (before >= code.n)
            break;
        decode(im, sink, address, pl_bytes_sub(code, 0, (size_t)before), offset);
        uint64_t step = hole->address + hole->size - address;
        step = step < code.n ? step : code.n;
        code = pl_bytes_from(code, (size_t)step);
        address += step;
        offset += step;
    }
    if (code.n > 0)
        decode(im, sink, address, code, offset);
}

static pl_bytes code_of(const struct pl_code_image *im, const struct pl_function *f)
{
    return pl_bytes_sub(im->data, (size_t)f->offset, (size_t)f->size);
}

/* Why im->no_memory or sink->no_memory was set. */
static pl_status stopped(const struct pl_code_image *im, const struct pl_code_sink *sink)
{
    bool is_full = sink->is_full || im->too_many != NULL;
    const char *what = sink->is_full ? "atoms" : im->too_many;
    return is_full ? pl_fail(im->err, PL_E_LIMIT, PL_NO_OFFSET, "the program has too many %s", what)
                   : pl_arena_fail(im->arena, im->err);
}

static pl_status decode_functions(struct pl_code_image *im, struct pl_code_sink *sink)
{
    for (size_t i = 0; i < im->functions.n && !sink->no_memory; i++) {
        struct pl_function *f = &im->functions.v[i];
        if (f->n_atoms != NOT_DECODED)
            continue;
        sink->is_bad = false;
        sink->jumps.n = 0;
        sink->shape = (struct pl_shape){0};
        sink->texts_are = im->is_go && (f->flags & PL_FUNCTION_GO) == 0 ? PL_TEXTS_NUL : im->texts_are;
        f->first_atom = (uint32_t)sink->atoms.n;
        pl_code_decode(im, sink, f->address, code_of(im, f), f->offset);
        if (sink->atoms.n >= UINT32_MAX)
            return pl_fail(im->err, PL_E_LIMIT, f->offset, "code: more than 4,294,967,294 atoms");
        f->n_atoms = (uint32_t)sink->atoms.n - f->first_atom;
        f->shape = sink->shape;
        f->shape.loops = pl_shape_loops(sink->jumps.v, sink->jumps.n);
        pl_status st = pl_code_print_end(sink, im->machine, &f->print, im->err);
        if (st != PL_OK)
            return st;
        f->flags |= sink->is_bad && !(f->flags & PL_FUNCTION_PLT) ? PL_FUNCTION_BAD_DECODE : 0;
    }
    return sink->no_memory ? stopped(im, sink) : PL_OK;
}

static pl_status find_functions(struct pl_code_image *im, struct pl_code_sink *sink)
{
    pl_code_addresses starts = {0};
    pl_code_gather_texts(im);
    pl_code_read_go(im);
    pl_code_find_texts(im);
    pl_code_read_stubs(im);
    pl_code_cut_sized(im);
    pl_status st = im->no_memory ? stopped(im, sink) : decode_functions(im, sink);
    PL_VEC_TRIM(&sink->atoms);
    for (size_t i = 0; st == PL_OK && i < sink->atoms.n; i++) {
        const struct pl_atom *a = &sink->atoms.v[i];
        if (a->kind != PL_ATOM_CALL ||
            pl_code_function_at(im->functions.v, im->functions.n, a->value) != PL_NO_TARGET)
            continue;
        uint64_t *start = PL_VEC_ADD(&starts);
        if (start == NULL)
            st = pl_fail_nomem(im->err);
        else
            *start = a->value;
    }
    pl_code_note_tables(im, sink);
    if (st == PL_OK)
        pl_code_cut_rest(im, &starts);
    PL_VEC_FREE(&starts);
    if (st == PL_OK)
        st = im->no_memory ? stopped(im, sink) : decode_functions(im, sink);
    if (st == PL_OK)
        st = pl_code_settle_alone(im, sink);
    return st;
}

static uint32_t find(const struct pl_code_image *im, uint64_t address)
{
    return pl_code_function_at(im->functions.v, im->functions.n, address);
}

static void note_one(uint32_t *slot, uint32_t function)
{
    if (*slot == PL_NO_TARGET)
        *slot = function;
    else if (*slot != function)
        *slot = MANY;
}

static void note_way(struct tie *t, uint32_t from, const struct pl_atom *a)
{
    uint32_t to = find(t->im, a->value);
    if (to == PL_NO_TARGET)
        return;
    bool is_start = t->im->functions.v[to].address == a->value;
    struct ways *w = &t->ways[to];
    w->is_entered |= a->hash != PL_USE_ADDRESS;
    if (is_start && to != from)
        t->im->functions.v[to].flags |= a->hash == PL_USE_ADDRESS ? PL_FUNCTION_POINTED : PL_FUNCTION_CALLED;
    if (a->hash == PL_USE_CALL || a->hash == PL_USE_ADDRESS) {
        w->is_called |= is_start;
        return;
    }
    if (to == from)
        return;
    note_one(&w->from, from);
    w->is_split |= a->hash == PL_USE_BRANCH || !is_start;
    if (!is_start) {
        note_one(&t->ways[from].back, to);
        t->ways[from].is_split = true;
    }
}

static void note_ways(struct tie *t)
{
    for (uint32_t i = 0; i < t->im->functions.n; i++) {
        const struct pl_function *f = &t->im->functions.v[i];
        for (uint32_t k = 0; k < f->n_atoms; k++)
            if (t->sink->atoms.v[f->first_atom + k].kind == PL_ATOM_CALL)
                note_way(t, i, &t->sink->atoms.v[f->first_atom + k]);
    }
    for (size_t i = 0; i < t->im->entries.n; i++) {
        uint32_t to = find(t->im, t->im->entries.v[i].address);
        t->im->entries.v[i].function = to;
        if (to != PL_NO_TARGET && t->im->functions.v[to].address == t->im->entries.v[i].address)
            t->ways[to].is_called = t->ways[to].is_entered = true;
    }
    for (size_t i = 0; i < t->im->slots.n; i++) {
        struct pl_code_slot *s = &t->im->slots.v[i];
        uint32_t to = s->target == 0 ? PL_NO_TARGET : find(t->im, s->target);
        if (to != PL_NO_TARGET && t->im->functions.v[to].address == s->target) {
            s->function = to;
            t->ways[to].is_called = true;
            t->im->functions.v[to].flags |= PL_FUNCTION_POINTED;
        } else if (s->target != 0) {
            s->text = pl_code_slot_text(t->im, s);
        }
    }
}

/* A function that is nothing but a jump, perhaps behind a landing mark. */
static bool is_thunk(enum pl_code_machine machine, pl_bytes code)
{
    static const char *const x86[] = {
        "e9????????",   "eb??",           "f30f1efa e9????????",   "f30f1efa eb??",
        "ff25????????", "f2ff25????????", "f30f1efa ff25????????", "f30f1efa f2ff25????????"};
    if (machine == PL_CODE_A32)
        return false;
    if (machine == PL_CODE_A64)
        return code.n == 4 && (code.p[3] & 0xfc) == 0x14;
    for (size_t i = 0; i < sizeof x86 / sizeof x86[0]; i++)
        if (pl_code_fits(code, x86[i]) == code.n)
            return true;
    return false;
}

static void find_cold(struct tie *t)
{
    for (uint32_t i = 0; i < t->im->functions.n; i++) {
        struct pl_function *f = &t->im->functions.v[i];
        const struct ways *w = &t->ways[i];
        f->owner = i;
        uint32_t owner = w->from < MANY ? w->from : w->from == PL_NO_TARGET ? w->back : PL_NO_TARGET;
        bool is_unnamed = f->name.n == 0 || pl_bytes_find(f->name, PL_LIT(".cold"), 0) != SIZE_MAX;
        bool is_part = (w->is_split || (f->flags & PL_FUNCTION_INSIDE)) && !w->is_called && is_unnamed;
        if (is_part && owner < MANY && owner != i && (f->flags & PL_FUNCTION_UNWIND)) {
            f->flags |= PL_FUNCTION_COLD;
            f->owner = owner;
        }
        f->flags &= ~PL_FUNCTION_INSIDE;
    }
    for (size_t i = 0; i < t->im->parts.n; i++) {
        uint32_t part = find(t->im, t->im->parts.v[i].address);
        uint32_t owner = find(t->im, t->im->parts.v[i].owner);
        if (part == PL_NO_TARGET || owner == PL_NO_TARGET || part == owner)
            continue;
        t->im->functions.v[part].flags |= PL_FUNCTION_COLD;
        t->im->functions.v[part].owner = owner;
    }
    /* An owner that is itself a part hands its parts on; a circle owns itself. */
    for (uint32_t i = 0; i < t->im->functions.n; i++) {
        struct pl_function *f = &t->im->functions.v[i];
        for (unsigned step = 0; step < COLD_CHAIN && (t->im->functions.v[f->owner].flags & PL_FUNCTION_COLD);
             step++)
            f->owner = t->im->functions.v[f->owner].owner;
        if ((f->flags & PL_FUNCTION_COLD) && (t->im->functions.v[f->owner].flags & PL_FUNCTION_COLD)) {
            f->flags &= ~(uint32_t)PL_FUNCTION_COLD;
            f->owner = i;
        }
    }
}

/* Bytes that are no code and that nothing but an address leads to are a table in the code section: what they decode to is noise. */
static void drop_tables(struct tie *t)
{
    for (size_t i = 0; i < t->im->functions.n; i++) {
        struct pl_function *f = &t->im->functions.v[i];
        if ((f->flags & (PL_FUNCTION_BAD_DECODE | PL_FUNCTION_UNWIND)) == PL_FUNCTION_BAD_DECODE &&
            !t->ways[i].is_entered)
            f->n_atoms = 0;
    }
}

static void find_runtime(struct tie *t)
{
    struct pl_code_image *im = t->im;
    for (size_t i = 0; i < im->functions.n; i++) {
        struct pl_function *f = &im->functions.v[i];
        if (!(f->flags & PL_FUNCTION_PLT) && pl_code_is_runtime(im->machine, code_of(im, f)))
            f->flags |= PL_FUNCTION_RUNTIME;
        pl_bytes name;
        if (im->has_thunks && !(f->flags & (PL_FUNCTION_PLT | PL_FUNCTION_EXPORTED)) &&
            pl_code_is_thunk_of(im, code_of(im, f), f->address, &name)) {
            f->flags |= PL_FUNCTION_PLT;
            f->name = name;
        }
        if (!(f->flags & PL_FUNCTION_PLT) && is_thunk(im->machine, code_of(im, f)))
            f->flags |= PL_FUNCTION_THUNK;
    }
    for (size_t i = 0; i < im->functions.n; i++) {
        struct pl_function *f = &im->functions.v[i];
        if (!(f->flags & PL_FUNCTION_THUNK) || f->n_atoms != 1)
            continue;
        uint32_t to = find(im, t->sink->atoms.v[f->first_atom].value);
        if (t->sink->atoms.v[f->first_atom].kind == PL_ATOM_CALL && to != PL_NO_TARGET &&
            (im->functions.v[to].flags & (PL_FUNCTION_RUNTIME | PL_FUNCTION_THUNK)) == PL_FUNCTION_RUNTIME)
            f->flags |= PL_FUNCTION_RUNTIME;
    }
}

/* What a stub leads to: a function of this image, or an import. False when nobody knows. */
static bool through_stub(const struct tie *t, const struct pl_function *stub, struct pl_atom *a)
{
    a->text = stub->name;
    a->hash = stub->name.n > 0 ? pl_atom_hash_text(stub->name) : 0;
    for (uint32_t k = 0; k < stub->n_atoms; k++) {
        const struct pl_atom *inner = &t->sink->atoms.v[stub->first_atom + k];
        if (inner->kind != PL_ATOM_CALL || inner->hash != PL_USE_CALL)
            continue;
        uint32_t to = find(t->im, inner->value);
        if (to == PL_NO_TARGET || (t->im->functions.v[to].flags & PL_FUNCTION_PLT))
            continue;
        a->target = to;
        a->value = inner->value;
        return true;
    }
    a->kind = PL_ATOM_IMPORT;
    return stub->name.n > 0;
}

/* The atom as it is handed out; false when it is none. */
static bool tie_atom(const struct tie *t, uint32_t from, struct pl_atom *a)
{
    if (a->kind != PL_ATOM_CALL)
        return true;
    const struct pl_function *functions = t->im->functions.v;
    uint64_t use = a->hash;
    uint32_t to = find(t->im, a->value);
    a->hash = 0;
    if (to == PL_NO_TARGET || functions[to].address != a->value)
        return false;
    if (functions[to].flags & PL_FUNCTION_PLT)
        return through_stub(t, &functions[to], a);
    a->target = to;
    bool is_jump = use == PL_USE_JUMP || use == PL_USE_BRANCH;
    return !is_jump || functions[to].owner != functions[from].owner;
}

static pl_status tie_atoms(struct tie *t)
{
    t->out->atoms = pl_arena_take_n(t->im->arena, t->sink->atoms.n + 1, sizeof *t->out->atoms);
    if (t->out->atoms == NULL)
        return pl_arena_fail(t->im->arena, t->im->err);
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->im->functions.n; i++) {
        struct pl_function *f = &t->out->functions[i];
        const struct pl_function *from = &t->im->functions.v[i];
        f->first_atom = n;
        for (uint32_t k = 0; k < from->n_atoms && !(f->flags & PL_FUNCTION_PLT); k++) {
            struct pl_atom a = t->sink->atoms.v[from->first_atom + k];
            if (tie_atom(t, i, &a))
                t->out->atoms[n++] = a;
        }
        f->n_atoms = n - f->first_atom;
    }
    t->out->n_atoms = n;
    return PL_OK;
}

static pl_status list_data(struct tie *t)
{
    size_t n = 0;
    struct pl_code *out = t->out;
    for (size_t i = 0; i < out->n_atoms; i++)
        n += out->atoms[i].kind == PL_ATOM_DATA;
    out->data = pl_arena_take_n(t->im->arena, n + 1, sizeof *out->data);
    if (out->data == NULL)
        return pl_arena_fail(t->im->arena, t->im->err);
    n = 0;
    for (size_t i = 0; i < out->n_atoms; i++)
        if (out->atoms[i].kind == PL_ATOM_DATA)
            out->data[n++] = out->atoms[i].value;
    qsort(out->data, n, sizeof *out->data, pl_order_u64);
    for (size_t i = 0; i < n; i++)
        if (out->n_data == 0 || out->data[out->n_data - 1] != out->data[i])
            out->data[out->n_data++] = out->data[i];
    return PL_OK;
}

static void *keep(struct pl_code_image *im, const void *from, size_t n, size_t size)
{
    size_t bytes;
    if (!pl_mul_size(n, size, &bytes))
        return NULL;
    pl_bytes kept = pl_arena_keep(im->arena, pl_bytes_of(n == 0 ? "" : from, bytes));
    return (void *)(uintptr_t)kept.p;
}

static pl_status keep_all(struct tie *t)
{
    struct pl_code_image *im = t->im;
    struct pl_code *out = t->out;
    for (size_t i = 0; i < im->functions.n; i++)
        im->functions.v[i].machine = im->machine;
    out->functions = keep(im, im->functions.v, im->functions.n, sizeof *out->functions);
    out->gaps = keep(im, im->gaps.v, im->gaps.n, sizeof *out->gaps);
    out->entries = keep(im, im->entries.v, im->entries.n, sizeof *out->entries);
    out->slots = keep(im, im->slots.v, im->slots.n, sizeof *out->slots);
    out->spans = keep(im, im->spans.v, im->spans.n, sizeof *out->spans);
    if (out->functions == NULL || out->gaps == NULL || out->entries == NULL || out->slots == NULL ||
        out->spans == NULL)
        return pl_arena_fail(im->arena, im->err);
    out->n_functions = im->functions.n;
    out->n_gaps = im->gaps.n;
    out->n_entries = im->entries.n;
    out->n_slots = im->slots.n;
    out->n_spans = im->spans.n;
    out->word_bytes = im->machine == PL_CODE_I386 ? 4 : 8;
    out->is_big_endian = im->is_big_endian;
    out->is_go = im->is_go;
    out->go_table = im->go_table;
    out->is_rust = im->texts_are == PL_TEXTS_RUST;
    pl_status st = tie_atoms(t);
    return st == PL_OK ? list_data(t) : st;
}

static pl_status tie(struct pl_code_image *im, const struct pl_code_sink *sink, struct pl_code *out)
{
    struct tie t = {.im = im, .sink = sink, .out = out};
    t.ways = calloc(im->functions.n + 1, sizeof *t.ways);
    if (t.ways == NULL)
        return pl_fail_nomem(im->err);
    for (size_t i = 0; i < im->functions.n; i++)
        t.ways[i] = (struct ways){.from = PL_NO_TARGET, .back = PL_NO_TARGET};
    note_ways(&t);
    find_cold(&t);
    drop_tables(&t);
    find_runtime(&t);
    free(t.ways);
    return keep_all(&t);
}

static void reset(struct pl_code_image *im, struct pl_code_sink *sink)
{
    PL_VEC_FREE(&sink->jumps);
    PL_VEC_FREE(&im->spans);
    PL_VEC_FREE(&im->areas);
    PL_VEC_FREE(&im->slots);
    PL_VEC_FREE(&im->seeds);
    PL_VEC_FREE(&im->entries);
    PL_VEC_FREE(&im->texts);
    PL_VEC_FREE(&im->wides);
    PL_VEC_FREE(&im->strings);
    PL_VEC_FREE(&im->holes);
    PL_VEC_FREE(&im->parts);
    PL_VEC_FREE(&im->tables);
    PL_VEC_FREE(&im->functions);
    PL_VEC_FREE(&im->gaps);
    PL_VEC_FREE(&im->jump_names);
    PL_VEC_FREE(&sink->atoms);
    PL_VEC_FREE(&sink->tables);
    PL_VEC_FREE(&sink->plain);
}

/* The formats of images. One row each; `part` says where the images of a file lie that may hold several. */
static const struct {
    bool (*is)(pl_bytes data);
    pl_status (*load)(struct pl_code_image *im, const char **unsupported);
    bool (*part)(pl_bytes data, size_t i, uint64_t *offset, uint64_t *size);
} formats[] = {
    {pl_elf_is, pl_code_load_elf, NULL},
    {pl_pe_is, pl_code_load_pe, NULL},
    {pl_macho_is, pl_code_load_macho, pl_code_part_of_macho},
    {pl_code_is_coff, pl_code_load_coff, NULL}, /* last: its first bytes say little */
};

static pl_status read_part(struct pl_code_image *im, size_t row, struct pl_code *out)
{
    struct pl_code code = {0};
    struct pl_code_sink sink = {.keeps_plain = true, .max_atoms = im->max_atoms};
    pl_status st = formats[row].load(im, &code.unsupported);
    if (st == PL_OK && im->no_memory)
        st = stopped(im, &sink);
    for (size_t i = 0; i < im->areas.n; i++)
        code.code_bytes += im->areas.v[i].size;
    if (st == PL_OK)
        st = find_functions(im, &sink);
    if (st == PL_OK)
        st = tie(im, &sink, &code);
    reset(im, &sink);
    if (st == PL_OK)
        *out = code;
    return st;
}

pl_status pl_code_of(pl_bytes image, const struct pl_limits *limits, struct pl_arena *arena,
                     struct pl_code *out, struct pl_err *err)
{
    struct pl_code code = {0};
    size_t row = 0;
    pl_status st = PL_OK;
    while (row < sizeof formats / sizeof formats[0] && !formats[row].is(image))
        row++;
    if (row == sizeof formats / sizeof formats[0])
        return pl_fail(err, PL_E_INPUT, 0, "code: no image of a known format");
    for (size_t i = 0; st == PL_OK; i++) {
        struct pl_code part;
        struct pl_code_image im = {.data = image,
                                   .arena = arena,
                                   .err = err,
                                   .part = i,
                                   .part_size = image.n,
                                   .max_functions = limits->functions - code.n_functions,
                                   .max_atoms = limits->tokens - code.n_atoms};
        bool is_there =
            formats[row].part == NULL ? i == 0 : formats[row].part(image, i, &im.part_offset, &im.part_size);
        if (!is_there)
            break;
        st = read_part(&im, row, &part);
        if (st == PL_OK)
            st = pl_code_join(&code, &part, arena, err);
    }
    code.image = image;
    if (st == PL_OK)
        *out = code;
    return st;
}

size_t pl_code_data_from(const struct pl_code *code, uint64_t address)
{
    size_t low = 0;
    size_t high = code->n_data;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (code->data[middle] < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct pl_code_slot *pl_code_table(const struct pl_code *code, uint64_t address, size_t *n)
{
    size_t low = 0;
    size_t high = code->n_slots;
    size_t next = pl_code_data_from(code, address);
    next += next < code->n_data && code->data[next] == address;
    uint64_t stop = next < code->n_data ? code->data[next] : UINT64_MAX;
    uint64_t last = address;
    *n = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (code->slots[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low; i < code->n_slots; i++) {
        uint64_t at = code->slots[i].address;
        if (at >= stop || at - last > 64)
            break;
        last = at;
        ++*n;
    }
    return *n == 0 ? NULL : &code->slots[low];
}
