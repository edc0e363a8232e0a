/*
 * code_parts.c - the functions of several images in one file, as one list.
 *
 * Each image was read for itself, with addresses of its own above those of the one before; here indices are moved. An image that says it lies where
 * another does is not joined: what is searched by address must be in order, and nobody can tell which of the two is meant.
 */
#include "base/order.h"
#include "base/size.h"
#include "feature/code_image.h"

#include <stdlib.h>
#include <string.h>

/* Both arrays, one behind the other, in the arena; NULL when it is full. */
static void *joined(struct pl_arena *arena, const void *a, size_t n_a, const void *b, size_t n_b, size_t size)
{
    uint8_t *out = pl_arena_take_n(arena, n_a + n_b + 1, size);
    if (out == NULL)
        return NULL;
    if (n_a > 0)
        memcpy(out, a, n_a * size);
    if (n_b > 0)
        memcpy(out + n_a * size, b, n_b * size);
    return out;
}

static uint32_t moved(uint32_t index, size_t by)
{
    return index == PL_NO_TARGET ? index : index + (uint32_t)by;
}

static void move_indices(struct pl_code *c, const struct pl_code *before)
{
    size_t by = before->n_functions;
    for (size_t i = before->n_functions; i < c->n_functions; i++) {
        c->functions[i].first_atom += (uint32_t)before->n_atoms;
        c->functions[i].owner += (uint32_t)by;
    }
    for (size_t i = before->n_atoms; i < c->n_atoms; i++)
        c->atoms[i].target = moved(c->atoms[i].target, by);
    for (size_t i = before->n_entries; i < c->n_entries; i++)
        c->entries[i].function = moved(c->entries[i].function, by);
    for (size_t i = before->n_slots; i < c->n_slots; i++)
        c->slots[i].function = moved(c->slots[i].function, by);
}

static bool is_behind(uint64_t address, uint64_t last, uint64_t last_bytes)
{
    return address > last && address - last >= last_bytes;
}

/* Are all addresses of the part above those that are there? Every list is in order. */
static bool follows(const struct pl_code *all, const struct pl_code *part)
{
    if (all->n_functions > 0 && part->n_functions > 0) {
        const struct pl_function *last = &all->functions[all->n_functions - 1];
        if (!is_behind(part->functions[0].address, last->address, last->size))
            return false;
    }
    if (all->n_spans > 0 && part->n_spans > 0) {
        const struct pl_code_span *last = &all->spans[all->n_spans - 1];
        if (!is_behind(part->spans[0].address, last->address, last->memory_bytes))
            return false;
    }
    return all->n_slots == 0 || part->n_slots == 0 ||
           is_behind(part->slots[0].address, all->slots[all->n_slots - 1].address, 1);
}

/* Code may name any address as data, one of another image too. */
static void order_data(struct pl_code *c)
{
    size_t n = 0;
    qsort(c->data, c->n_data, sizeof *c->data, pl_order_u64);
    for (size_t i = 0; i < c->n_data; i++)
        if (n == 0 || c->data[n - 1] != c->data[i])
            c->data[n++] = c->data[i];
    c->n_data = n;
}

pl_status pl_code_join(struct pl_code *all, const struct pl_code *part, struct pl_arena *arena,
                       struct pl_err *err)
{
    if (all->functions == NULL) {
        *all = *part;
        return PL_OK;
    }
    if (!follows(all, part)) {
        all->code_bytes += part->code_bytes;
        all->unsupported = "two images of a universal file lie at the same addresses";
        return PL_OK;
    }
    if (all->n_atoms + part->n_atoms >= UINT32_MAX || all->n_functions + part->n_functions >= UINT32_MAX)
        return pl_fail(err, PL_E_LIMIT, 0, "code: more than 4,294,967,294 atoms");
    struct pl_code c = *all;
    c.functions = joined(arena, all->functions, all->n_functions, part->functions, part->n_functions,
                         sizeof *c.functions);
    c.atoms = joined(arena, all->atoms, all->n_atoms, part->atoms, part->n_atoms, sizeof *c.atoms);
    c.gaps = joined(arena, all->gaps, all->n_gaps, part->gaps, part->n_gaps, sizeof *c.gaps);
    c.entries =
        joined(arena, all->entries, all->n_entries, part->entries, part->n_entries, sizeof *c.entries);
    c.slots = joined(arena, all->slots, all->n_slots, part->slots, part->n_slots, sizeof *c.slots);
    c.data = joined(arena, all->data, all->n_data, part->data, part->n_data, sizeof *c.data);
    c.spans = joined(arena, all->spans, all->n_spans, part->spans, part->n_spans, sizeof *c.spans);
    if (c.functions == NULL || c.atoms == NULL || c.gaps == NULL || c.entries == NULL || c.slots == NULL ||
        c.data == NULL || c.spans == NULL)
        return pl_arena_fail(arena, err);
    c.n_functions += part->n_functions;
    c.n_atoms += part->n_atoms;
    c.n_gaps += part->n_gaps;
    c.n_entries += part->n_entries;
    c.n_slots += part->n_slots;
    c.n_data += part->n_data;
    c.n_spans += part->n_spans;
    c.code_bytes += part->code_bytes;
    c.unsupported = all->unsupported != NULL ? all->unsupported : part->unsupported;
    move_indices(&c, all);
    order_data(&c);
    *all = c;
    return PL_OK;
}
