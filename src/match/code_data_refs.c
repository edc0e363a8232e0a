/*
 * code_data_refs.c - data that follows from who refers to it: switch tables, pointers, constants; and the padding between.
 *
 *     data.switch      offsets or addresses that a dispatch in accounted code reads, each leading into that very function
 *     data.pointer     a pointer that the loader fills in, in data that accounted code refers to, to something accounted for
 *     data.record      the small numbers between such pointers
 *     data.vtable      the two words before the functions of a C++ class: distance to the whole object, its type
 *     data.referenced  at most 64 bytes, zeros not counted, that accounted code refers to and nobody else
 *     data.runtime     what the start-up files of the C library define: _IO_stdin_used, __dso_handle
 *     data.padding     zeros
 *
 * What this cannot tell: a value changed within a small constant, an offset of a switch moved to another case of the same function, a pointer
 * turned to another accounted function of the same image. None of them brings in code or text that the source lacks.
 */
#include "match/code_data.h"

#define RULE_SWITCH     "data.switch"
#define RULE_POINTER    "data.pointer"
#define RULE_RECORD     "data.record"
#define RULE_VTABLE     "data.vtable"
#define RULE_REFERENCED "data.referenced"
#define RULE_RUNTIME    "data.runtime"
#define RULE_PADDING    "data.padding"

#define MAX_CONSTANT   64u /* bytes of an object that is believed for who refers to it */
#define MAX_SCALAR     0xffffu
#define RECORD_WINDOW  64u /* bytes before or behind a pointer that are still of its record */
#define PADDING_MIN    1u
#define MAX_ROUNDS     64u
#define DEAD_END_BYTES 16u

/* Nothing but a call of abort(): where compilers send the cases that cannot be, in a part that only the table leads to. */
static bool is_dead_end(const struct pl_data *d, const struct pl_function *f)
{
    const struct pl_atom *a = &d->code->atoms[f->first_atom];
    return f->size <= DEAD_END_BYTES && f->n_atoms == 1 && a->kind == PL_ATOM_IMPORT &&
           pl_bytes_eq_str(a->text, "abort");
}

static bool is_inside(const struct pl_data *d, uint32_t owner, uint64_t address)
{
    size_t low = 0;
    size_t high = d->code->n_functions;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct pl_function *f = &d->code->functions[middle];
        if (address < f->address)
            high = middle;
        else if (address - f->address < f->size)
            return f->owner == owner || (address == f->address && is_dead_end(d, f));
        else
            low = middle + 1;
    }
    return false;
}

/* Entries of `width` bytes from `offset` on that lead into the function: offsets from the table, or addresses. */
static uint64_t entries_bytes(const struct pl_data *d, uint32_t owner, uint64_t offset, uint64_t limit,
                              unsigned width)
{
    uint64_t table;
    uint64_t n = 0;
    if (!pl_data_address(d, offset, &table))
        return 0;
    while (n + width <= limit && pl_data_is_data(d, offset + n, width)) {
        uint64_t value = pl_data_number(d, offset + n, width);
        bool is_relative = width == 4 && is_inside(d, owner, table + (uint64_t)(int64_t)(int32_t)value);
        if (!is_relative && !is_inside(d, owner, value))
            break;
        n += width;
    }
    return n;
}

/*
 * An address of 8 bytes begins as one of 4 does: the longer table is the one. `length` bytes to the next thing that something refers to; what the
 * decoder counted can be too few where the compiler moved the comparison.
 */
static uint64_t switch_bytes(const struct pl_data *d, uint32_t owner, uint64_t offset, uint64_t length,
                             uint64_t cases)
{
    uint64_t narrow = entries_bytes(d, owner, offset, cases * 4 > length ? cases * 4 : length, 4);
    uint64_t wide = entries_bytes(d, owner, offset, cases * 8 > length ? cases * 8 : length, 8);
    return wide > narrow ? wide : narrow;
}

static pl_status find_switches(struct pl_data *d, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < d->code->n_functions && st == PL_OK; i++) {
        const struct pl_function *fn = &d->code->functions[i];
        for (uint32_t k = 0; k < fn->n_atoms && d->trust[fn->owner] && st == PL_OK; k++) {
            const struct pl_atom *a = &d->code->atoms[fn->first_atom + k];
            uint64_t offset = 0;
            bool is_table = a->kind == PL_ATOM_SWITCH && a->text.n > 0;
            if (is_table)
                offset = (uint64_t)(a->text.p - d->f->data.p);
            else if (a->kind != PL_ATOM_DATA || !pl_data_offset(d, a->value, &offset))
                continue;
            if (offset >= d->f->size || d->state[offset] != PL_DATA_OPEN)
                continue;
            const struct pl_data_object *o = pl_data_object_at(d, offset);
            uint64_t n =
                switch_bytes(d, fn->owner, offset, o == NULL ? 0 : o->length, is_table ? a->value : 0);
            if (n >= (is_table ? 4u : 8u))
                st = pl_data_claim(d, offset, n, PL_CLASS_DERIVED, PL_GRADE_C, RULE_SWITCH, NULL, err);
        }
    }
    return st;
}

/* Is what a pointer leads to accounted for? *next is the object there, if it is one. */
static bool is_known_target(struct pl_data *d, const struct pl_code_slot *slot, struct pl_data_object **next)
{
    uint64_t offset;
    *next = NULL;
    if (slot->function != PL_NO_TARGET)
        return d->trust[d->code->functions[slot->function].owner] != 0;
    if (slot->target == 0)
        return slot->name.n > 0 &&
               (pl_bytes_starts(slot->name,
                                PL_LIT("_ZTVN10__cxxabiv1")) || /* the runtime's own types of types */
                pl_index_has_word(d->m->index, slot->name));
    if (!pl_data_offset(d, slot->target, &offset)) /* memory without bytes in the file */
        return true;
    if (offset >= d->f->size || d->state[offset] == PL_DATA_OTHER)
        return false; /* the middle of code, or of the image's structure */
    *next = pl_data_object_at(d, offset);
    return d->state[offset] != PL_DATA_ACCUSED;
}

static pl_status claim_pointer(struct pl_data *d, const struct pl_code_slot *slot, uint64_t offset,
                               bool *has_changed, struct pl_err *err)
{
    struct pl_data_object *next;
    if (!is_known_target(d, slot, &next))
        return PL_OK;
    if (next != NULL && !next->is_trusted) {
        next->is_trusted = true;
        *has_changed = true;
    }
    return pl_data_claim(d, offset, d->code->word_bytes, PL_CLASS_DERIVED, PL_GRADE_C, RULE_POINTER, NULL,
                         err);
}

/* First slot at or after an address. */
static size_t slot_from(const struct pl_data *d, uint64_t address)
{
    size_t low = 0;
    size_t high = d->code->n_slots;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (d->code->slots[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/*
 * Code refers to a class's table of virtual functions behind its first two words: how far the whole object begins before this part of it, and
 * what type it is. Itanium C++ ABI, 2.5.2.
 */
static pl_status claim_vtable_head(struct pl_data *d, const struct pl_data_object *o, uint64_t address,
                                   bool *has_changed, struct pl_err *err)
{
    uint64_t word = d->code->word_bytes;
    const struct pl_code_slot *first = pl_data_slot(d, o->offset);
    if (o->offset < 2 * word || first == NULL || !pl_data_is_data(d, o->offset - 2 * word, 2 * word))
        return PL_OK;
    const struct pl_code_slot *type = pl_data_slot(d, o->offset - word);
    uint64_t distance = pl_data_number(d, o->offset - 2 * word, (unsigned)word);
    uint64_t limit = word == 8 ? UINT64_MAX : UINT32_MAX;
    bool is_function = first->function != PL_NO_TARGET || (first->target == 0 && first->name.n > 0);
    bool is_head = is_function && type != NULL && type->function == PL_NO_TARGET && type->target != 0 &&
                   pl_data_slot(d, o->offset - 2 * word) == NULL &&
                   (distance == 0 || distance > limit - MAX_SCALAR) && address >= 2 * word;
    if (!is_head)
        return PL_OK;
    pl_status st = claim_pointer(d, type, o->offset - word, has_changed, err);
    if (st == PL_OK && d->state[o->offset - word] == PL_DATA_EXPLAINED)
        st = pl_data_claim(d, o->offset - 2 * word, word, PL_CLASS_DERIVED, PL_GRADE_C, RULE_VTABLE, NULL,
                           err);
    return st;
}

/* Follow the pointers of one object. */
static pl_status enter(struct pl_data *d, struct pl_data_object *o, bool *has_changed, struct pl_err *err)
{
    uint64_t address;
    pl_status st = PL_OK;
    if (!pl_data_address(d, o->offset, &address))
        return PL_OK;
    st = claim_vtable_head(d, o, address, has_changed, err);
    for (size_t i = slot_from(d, address); i < d->code->n_slots && st == PL_OK; i++) {
        const struct pl_code_slot *slot = &d->code->slots[i];
        if (slot->address - address >= o->length)
            break;
        st = claim_pointer(d, slot, o->offset + (slot->address - address), has_changed, err);
    }
    return st;
}

static pl_status find_pointers(struct pl_data *d, struct pl_err *err)
{
    bool has_changed = true;
    pl_status st = PL_OK;
    for (unsigned round = 0; has_changed && round < MAX_ROUNDS && st == PL_OK; round++) {
        has_changed = false;
        for (size_t i = 0; i < d->objects.n && st == PL_OK; i++) {
            struct pl_data_object *o = &d->objects.v[i];
            if (!o->is_trusted || o->is_suspect || o->is_entered)
                continue;
            o->is_entered = true;
            st = enter(d, o, &has_changed, err);
        }
    }
    return st;
}

/* A pointer stands within reach, on either side, in the same object. */
static bool is_near_pointer(const struct pl_data *d, const struct pl_data_object *o, uint64_t offset)
{
    uint64_t address;
    if (!pl_data_address(d, offset, &address))
        return false;
    size_t i = slot_from(d, address);
    bool is_behind = i < d->code->n_slots && d->code->slots[i].address - address < RECORD_WINDOW &&
                     offset + (d->code->slots[i].address - address) < o->offset + o->length;
    bool is_before = i > 0 && address - d->code->slots[i - 1].address < RECORD_WINDOW &&
                     address - d->code->slots[i - 1].address <= offset - o->offset;
    return is_behind || is_before;
}

static pl_status claim_record(struct pl_data *d, const struct pl_data_object *o, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (uint64_t at = (o->offset + 3) & ~3ull; at + 4 <= o->offset + o->length && st == PL_OK; at += 4) {
        if (d->state[at] != PL_DATA_OPEN || !is_near_pointer(d, o, at))
            continue;
        uint32_t value = (uint32_t)pl_data_number(d, at, 4);
        if (value <= MAX_SCALAR || value >= UINT32_MAX - MAX_SCALAR)
            st = pl_data_claim(d, at, 4, PL_CLASS_DERIVED, PL_GRADE_C, RULE_RECORD, NULL, err);
    }
    return st;
}

/* Bytes of an object that nothing explains and that say something. */
static uint64_t open_bytes(const struct pl_data *d, const struct pl_data_object *o)
{
    uint64_t n = 0;
    for (uint64_t i = o->offset; i < o->offset + o->length && n <= MAX_CONSTANT; i++)
        n += d->state[i] == PL_DATA_OPEN && d->f->data.p[i] != 0;
    return n;
}

static pl_status find_small(struct pl_data *d, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < d->objects.n && st == PL_OK; i++) {
        const struct pl_data_object *o = &d->objects.v[i];
        if (!o->is_trusted || o->is_suspect)
            continue;
        st = claim_record(d, o, err);
        uint64_t open = st == PL_OK ? open_bytes(d, o) : 0;
        if (open > 0 && open <= MAX_CONSTANT)
            st = pl_data_claim(d, o->offset, o->length, PL_CLASS_DERIVED, PL_GRADE_C, RULE_REFERENCED, NULL,
                               err);
    }
    return st;
}

/*
 * First values of variables of each thread: code reaches them by their distance from the thread's pointer, so that nobody is seen to refer to
 * them. They are believed like small constants when all code of the image is accounted for. ELF Handling for Thread-Local Storage, 2.
 */
static pl_status find_thread_data(struct pl_data *d, struct pl_err *err)
{
    bool is_all_trusted = d->code->n_functions > 0;
    pl_status st = PL_OK;
    for (size_t i = 0; i < d->code->n_functions && is_all_trusted; i++)
        is_all_trusted = d->trust[d->code->functions[i].owner] != 0;
    for (size_t i = 0; i < d->view->n_ranges && is_all_trusted && st == PL_OK; i++) {
        const struct pl_image_range *r = &d->view->ranges[i];
        struct pl_data_object o = {.offset = r->offset, .length = r->length};
        bool is_thread_data = r->owner == PL_IMAGE_DATA && r->what != NULL &&
                              pl_bytes_ends(pl_bytes_of_str(r->what), PL_LIT(".tdata")) &&
                              pl_data_is_data(d, r->offset, r->length);
        if (is_thread_data && open_bytes(d, &o) <= MAX_CONSTANT)
            st = pl_data_claim(d, o.offset, o.length, PL_CLASS_DERIVED, PL_GRADE_C, RULE_REFERENCED, NULL,
                               err);
    }
    return st;
}

/* Zeros between what is explained, or many of them: they hold nothing. */
static pl_status find_padding(struct pl_data *d, struct pl_err *err)
{
    const uint64_t many = 16;
    pl_status st = PL_OK;
    for (uint64_t at = 0; at < d->f->size && st == PL_OK;) {
        uint64_t from = at;
        while (at < d->f->size && d->state[at] == PL_DATA_OPEN && d->f->data.p[at] == 0)
            at++;
        if (at == from) {
            at++;
            continue;
        }
        bool is_between = (from == 0 || d->state[from - 1] != PL_DATA_OPEN) &&
                          (at == d->f->size || d->state[at] != PL_DATA_OPEN);
        if (is_between || at - from >= many)
            st =
                pl_data_claim(d, from, at - from, PL_CLASS_STRUCTURE, PL_GRADE_NONE, RULE_PADDING, NULL, err);
    }
    return st;
}

/*
 * Of crt1.o: the number 0x20001, which says what stdio the program was built for, first of all constants. Of crtbeginS.o: a pointer to itself.
 * Sources: glibc csu/init.c; GCC libgcc/crtstuff.c (__dso_handle).
 */
static pl_status find_runtime(struct pl_data *d, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (uint64_t at = 0; at + 4 <= d->f->size && st == PL_OK; at++) {
        bool is_first = d->state[at] == PL_DATA_OPEN && (at == 0 || d->state[at - 1] == PL_DATA_OTHER);
        if (is_first && pl_data_is_data(d, at, 4) && pl_data_number(d, at, 4) == 0x20001)
            st = pl_data_claim(d, at, 4, PL_CLASS_TOOLCHAIN, PL_GRADE_NONE, RULE_RUNTIME, NULL, err);
    }
    for (size_t i = 0; i < d->code->n_slots && st == PL_OK; i++) {
        uint64_t offset;
        const struct pl_code_slot *slot = &d->code->slots[i];
        if (slot->target == slot->address && pl_data_offset(d, slot->address, &offset))
            st = pl_data_claim(d, offset, d->code->word_bytes, PL_CLASS_TOOLCHAIN, PL_GRADE_NONE,
                               RULE_RUNTIME, NULL, err);
    }
    return st;
}

pl_status pl_data_find_referenced(struct pl_data *d, struct pl_err *err)
{
    pl_status st = find_runtime(d, err);
    if (st == PL_OK)
        st = find_switches(d, err); /* before the padding: a first offset may begin with a zero */
    if (st == PL_OK)
        st = find_padding(d, err);
    if (st == PL_OK)
        st = find_pointers(d, err);
    if (st == PL_OK)
        st = find_small(d, err);
    if (st == PL_OK)
        st = find_thread_data(d, err);
    return st == PL_OK ? find_padding(d, err) : st;
}
