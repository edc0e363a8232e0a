/*
 * code_space.c - the address space of an image: spans, executable areas, slots and ways in, put in order.
 *
 * Loaders add what their format says, in any order and however wrong. What lies outside of the file or wraps around is left out here; of two
 * things at one address the first in order holds.
 */
#include "feature/code_image.h"

#include "base/size.h"

#include <stdlib.h>

#define MAX_SPANS 4096u
#define MAX_AREAS 65536u

uint16_t pl_code_u16(const struct pl_code_image *im, struct pl_cursor *c)
{
    return im->is_big_endian ? pl_cursor_u16be(c) : pl_cursor_u16le(c);
}

uint32_t pl_code_u32(const struct pl_code_image *im, struct pl_cursor *c)
{
    return im->is_big_endian ? pl_cursor_u32be(c) : pl_cursor_u32le(c);
}

uint64_t pl_code_u64(const struct pl_code_image *im, struct pl_cursor *c)
{
    return im->is_big_endian ? pl_cursor_u64be(c) : pl_cursor_u64le(c);
}

uint64_t pl_code_address(const struct pl_code_image *im, uint64_t address)
{
    return im->machine == PL_CODE_A32 && pl_code_area_at(im, address) != NULL ? address & ~(uint64_t)1
                                                                              : address;
}

static bool is_in_file(const struct pl_code_image *im, uint64_t offset, uint64_t size)
{
    return offset <= im->data.n && size <= im->data.n - offset;
}

void pl_code_add_span(struct pl_code_image *im, struct pl_code_span span)
{
    uint64_t end;
    if (span.memory_bytes == 0 || span.size > span.memory_bytes || im->spans.n >= MAX_SPANS ||
        !pl_add_u64(span.address, span.memory_bytes, &end) || !is_in_file(im, span.offset, span.size))
        return;
    struct pl_code_span *slot = PL_VEC_ADD(&im->spans);
    if (slot == NULL)
        im->no_memory = true;
    else
        *slot = span;
}

void pl_code_add_area(struct pl_code_image *im, struct pl_code_area area)
{
    uint64_t end;
    if (area.size == 0 || im->areas.n >= MAX_AREAS || !pl_add_u64(area.address, area.size, &end) ||
        !is_in_file(im, area.offset, area.size))
        return;
    struct pl_code_area *slot = PL_VEC_ADD(&im->areas);
    if (slot == NULL)
        im->no_memory = true;
    else
        *slot = area;
}

static int by_span(const void *a, const void *b)
{
    const struct pl_code_span *x = a;
    const struct pl_code_span *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int by_area(const void *a, const void *b)
{
    const struct pl_code_area *x = a;
    const struct pl_code_area *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

void pl_code_settle_space(struct pl_code_image *im)
{
    size_t n = 0;
    if (im->spans.n > 0)
        qsort(im->spans.v, im->spans.n, sizeof *im->spans.v, by_span);
    for (size_t i = 0; i < im->spans.n; i++) {
        const struct pl_code_span *last = n > 0 ? &im->spans.v[n - 1] : NULL;
        if (last == NULL || im->spans.v[i].address - last->address >= last->memory_bytes)
            im->spans.v[n++] = im->spans.v[i];
    }
    im->spans.n = n;
    n = 0;
    if (im->areas.n > 0)
        qsort(im->areas.v, im->areas.n, sizeof *im->areas.v, by_area);
    for (size_t i = 0; i < im->areas.n; i++) {
        const struct pl_code_area *last = n > 0 ? &im->areas.v[n - 1] : NULL;
        if (last == NULL || im->areas.v[i].address - last->address >= last->size)
            im->areas.v[n++] = im->areas.v[i];
    }
    im->areas.n = n;
}

void pl_code_add_strings(struct pl_code_image *im, uint64_t address, uint64_t size)
{
    struct pl_code_range *slot = PL_VEC_ADD(&im->strings);
    if (slot == NULL)
        im->no_memory = true;
    else
        *slot = (struct pl_code_range){address, size};
}

void pl_code_add_hole(struct pl_code_image *im, uint64_t address, uint64_t size)
{
    struct pl_code_range *last = im->holes.n > 0 ? &im->holes.v[im->holes.n - 1] : NULL;
    if (last != NULL && last->address + last->size == address) {
        last->size += size;
        return;
    }
    struct pl_code_range *slot = size == 0 ? NULL : PL_VEC_ADD(&im->holes);
    if (slot != NULL)
        *slot = (struct pl_code_range){address, size};
    else if (size != 0)
        im->no_memory = true;
}

static int by_range(const void *a, const void *b)
{
    const struct pl_code_range *x = a;
    const struct pl_code_range *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return x->size < y->size ? -1 : x->size > y->size;
}

void pl_code_settle_holes(struct pl_code_image *im)
{
    size_t n = 0;
    if (im->holes.n > 0)
        qsort(im->holes.v, im->holes.n, sizeof *im->holes.v, by_range);
    for (size_t i = 0; i < im->holes.n; i++)
        if (n == 0 || im->holes.v[i].address - im->holes.v[n - 1].address >= im->holes.v[n - 1].size)
            im->holes.v[n++] = im->holes.v[i];
    im->holes.n = n;
}

void pl_code_add_slot(struct pl_code_image *im, struct pl_code_slot slot)
{
    struct pl_code_slot *s = PL_VEC_ADD(&im->slots);
    slot.target = pl_code_address(im, slot.target);
    if (s == NULL)
        im->no_memory = true;
    else
        *s = slot;
}

static int by_slot(const void *a, const void *b)
{
    const struct pl_code_slot *x = a;
    const struct pl_code_slot *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    /* Two claims on one address: the named one, then the smaller target, whatever the order in the file. */
    if (x->name.n != y->name.n)
        return x->name.n > y->name.n ? -1 : 1;
    int names = pl_bytes_cmp(x->name, y->name);
    return names != 0 ? names : x->target < y->target ? -1 : x->target > y->target;
}

void pl_code_settle_slots(struct pl_code_image *im)
{
    size_t n = 0;
    if (im->slots.n > 0)
        qsort(im->slots.v, im->slots.n, sizeof *im->slots.v, by_slot);
    for (size_t i = 0; i < im->slots.n; i++)
        if (n == 0 || im->slots.v[n - 1].address != im->slots.v[i].address)
            im->slots.v[n++] = im->slots.v[i];
    im->slots.n = n;
}

void pl_code_add_entry(struct pl_code_image *im, const char *what, uint64_t address)
{
    struct pl_code_entry *e = what == NULL ? NULL : PL_VEC_ADD(&im->entries);
    if (e == NULL) {
        im->no_memory = true;
        return;
    }
    address = pl_code_address(im, address);
    *e = (struct pl_code_entry){what, address, PL_NO_TARGET};
    pl_code_seed_add(im, (struct pl_code_seed){.address = address, .rank = PL_SEED_START});
}

size_t pl_code_first_hole(const struct pl_code_image *im, uint64_t address)
{
    size_t low = 0;
    size_t high = im->holes.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (im->holes.v[middle].address + im->holes.v[middle].size <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
