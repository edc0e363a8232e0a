/*
 * code_counted.c - texts that end where a number says.
 *
 * Go and Rust put no NUL behind a text: one stands behind the other, and the length goes along with the address, in the register that comes next in the order of arguments,
 * or in the word behind the pointer. Either is looked for among the last instructions, of which no call and no jump may be one. A text whose length is not
 * found is data: nobody knows where it ends. Rust programs have C in them as well: what stands between two NULs, and nothing refers into, is a text of C. What that could hide: a text whose length a program works out; its bytes are unaccounted all the same.
 *
 * Source: Go's internal ABI (cmd/compile/abi-internal.md), "amd64 architecture", "arm64 architecture" and "Strings"; System V psABI for AMD64, 3.2.3; the layout of &str is
 * rustc's and not promised, seen in its output.
 */
#include "base/order.h"
#include "feature/code_image.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW        8u         /* instructions between address and length */
#define A64_ARGUMENTS 16u        /* x0 to x15: Go's; C has eight */
#define LONGEST       (1u << 15) /* bytes of a text: each use of it is looked through */
#define NEXT_DOOR     1u         /* Rust: any register does in the instruction right behind */

enum event_kind { EVENT_NONE, EVENT_TEXT, EVENT_NUMBER, EVENT_STORED_TEXT, EVENT_STORED_NUMBER };

/* Registers of x86-64 in the order of arguments, by their numbers in instructions; those of AArch64 are in the order of their numbers. */
static const uint8_t go_order[] = {0, 3, 1, 7, 6, 8, 9, 10, 11};
static const uint8_t rust_order[] = {7, 6, 2, 1, 8, 9};

static bool is_next(const struct pl_code_counted *c, unsigned reg, unsigned next)
{
    bool is_of_go = c->sink->texts_are == PL_TEXTS_GO;
    const uint8_t *order = is_of_go ? go_order : rust_order;
    size_t n = is_of_go ? sizeof go_order : sizeof rust_order;
    if (c->im->machine == PL_CODE_A64)
        return next == reg + 1 && next < A64_ARGUMENTS;
    for (size_t i = 0; i + 1 < n; i++)
        if (order[i] == reg)
            return order[i + 1] == next;
    return false;
}

/* Does `image` say that the compiler of Rust wrote it: a path of its library, in a message of a panic? */
static bool is_rust(const struct pl_code_image *im)
{
    static const char *const paths[] = {"library/core/src/", "library/std/src/", "library/alloc/src/"};
    for (size_t i = 0; i < im->spans.n; i++) {
        const struct pl_code_span *s = &im->spans.v[i];
        pl_bytes bytes = pl_bytes_sub(im->data, (size_t)s->offset, (size_t)s->size);
        for (size_t k = 0; k < sizeof paths / sizeof paths[0] && !s->is_writable; k++)
            if (pl_bytes_find(bytes, pl_bytes_of_str(paths[k]), 0) != SIZE_MAX)
                return true;
    }
    return false;
}

void pl_code_find_texts(struct pl_code_image *im)
{
    bool is_known = im->machine == PL_CODE_X86_64 || im->machine == PL_CODE_A64;
    if (is_known && im->is_go)
        im->texts_are = PL_TEXTS_GO;
    else if (is_known && is_rust(im))
        im->texts_are = PL_TEXTS_RUST;
}

/* `n` bytes at an address in read-only data, when all of them are text. */
static pl_bytes counted_text(const struct pl_code_image *im, uint64_t address, uint64_t n)
{
    const struct pl_code_span *s = pl_code_span_at(im, address);
    if (n == 0 || n > LONGEST || s == NULL || s->is_writable || pl_code_area_at(im, address) != NULL)
        return (pl_bytes){NULL, 0};
    pl_bytes text = pl_code_bytes_at(im, address, n);
    return pl_code_is_text(text) ? text : (pl_bytes){NULL, 0};
}

pl_bytes pl_code_slot_text(const struct pl_code_image *im, const struct pl_code_slot *slot)
{
    pl_bytes word = pl_code_bytes_at(im, slot->address + 8, 8);
    if (im->texts_are == PL_TEXTS_NUL || word.n == 0)
        return pl_code_text_at(im, slot->target);
    struct pl_cursor c = pl_cursor_of(word);
    pl_bytes text = counted_text(im, slot->target, pl_cursor_u64le(&c));
    return text.n > 0 || !pl_code_stands_alone(im, slot->target) ? text : pl_code_text_at(im, slot->target);
}

/* The first address of a sorted list behind `address`; UINT64_MAX when there is none. */
static uint64_t next_behind(const pl_code_addresses *sorted, uint64_t address)
{
    size_t low = 0;
    size_t high = sorted->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted->v[middle] <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sorted->n ? sorted->v[low] : UINT64_MAX;
}

static bool add_address(pl_code_addresses *all, uint64_t address)
{
    uint64_t *slot = PL_VEC_ADD(all);
    if (slot != NULL)
        *slot = address;
    return slot != NULL;
}

pl_status pl_code_settle_alone(const struct pl_code_image *im, struct pl_code_sink *sink)
{
    pl_code_addresses used = {0};
    bool is_good = true;
    if (im->texts_are != PL_TEXTS_RUST)
        return PL_OK;
    for (size_t i = 0; i < sink->atoms.n && is_good; i++)
        if (sink->atoms.v[i].kind == PL_ATOM_DATA || sink->atoms.v[i].kind == PL_ATOM_STRING)
            is_good = add_address(&used, sink->atoms.v[i].value);
    for (size_t i = 0; i < im->slots.n && is_good; i++)
        is_good = add_address(&used, im->slots.v[i].target);
    if (used.n > 0)
        qsort(used.v, used.n, sizeof *used.v, pl_order_u64);
    for (size_t i = 0; i < sink->atoms.n && is_good; i++) {
        struct pl_atom *a = &sink->atoms.v[i];
        if (a->kind != PL_ATOM_DATA || a->text.n > 0 || !pl_code_stands_alone(im, a->value))
            continue;
        pl_bytes text = pl_code_text_at(im, a->value);
        if (next_behind(&used, a->value) - a->value <= text.n)
            continue;
        a->kind = PL_ATOM_STRING;
        a->text = text;
        a->hash = pl_atom_hash_text(text);
    }
    PL_VEC_FREE(&used);
    return is_good ? PL_OK : pl_fail_nomem(im->err);
}

void pl_code_counted_write(struct pl_code_counted *c, unsigned reg)
{
    for (size_t i = 0; i < PL_COUNTED_EVENTS; i++)
        if (c->events[i].reg == reg && (c->events[i].kind == EVENT_TEXT || c->events[i].kind == EVENT_NUMBER))
            c->events[i].kind = EVENT_NONE;
}

static struct pl_code_event *add(struct pl_code_counted *c, enum event_kind kind, unsigned reg)
{
    struct pl_code_event *e = &c->events[c->n++ % PL_COUNTED_EVENTS];
    *e = (struct pl_code_event){.kind = (uint8_t)kind, .reg = (uint8_t)reg, .at = c->now};
    return e;
}

static bool is_recent(const struct pl_code_counted *c, const struct pl_code_event *e)
{
    return e->kind != EVENT_NONE && c->now - e->at <= WINDOW;
}

/* The atom is a text of that length, or data again: the last number counts. */
static void settle(const struct pl_code_counted *c, size_t atom, uint64_t n)
{
    struct pl_atom *a = &c->sink->atoms.v[atom];
    pl_bytes text = counted_text(c->im, a->value, n);
    a->kind = text.n > 0 ? PL_ATOM_STRING : PL_ATOM_DATA;
    a->text = text;
    a->hash = text.n > 0 ? pl_atom_hash_text(text) : 0;
}

static bool is_pair(const struct pl_code_counted *c, const struct pl_code_event *text, unsigned number_in,
                    uint32_t number_at)
{
    if (is_next(c, text->reg, number_in))
        return true;
    return c->sink->texts_are == PL_TEXTS_RUST && number_at > text->at && number_at - text->at <= NEXT_DOOR &&
           number_in != text->reg;
}

void pl_code_counted_step(struct pl_code_counted *c)
{
    c->now++;
}

void pl_code_counted_end(struct pl_code_counted *c)
{
    if (c->n > 0) /* an image of C has none, and calls everywhere */
        memset(c->events, 0, sizeof c->events);
    c->n = 0;
}

/* The register holds the address of a text. */
static void note_text(struct pl_code_counted *c, unsigned reg, size_t atom)
{
    struct pl_code_event text = {.kind = EVENT_TEXT, .reg = (uint8_t)reg, .at = c->now};
    for (size_t i = 0; i < PL_COUNTED_EVENTS; i++) {
        const struct pl_code_event *e = &c->events[i];
        if (e->kind == EVENT_NUMBER && is_recent(c, e) && is_pair(c, &text, e->reg, e->at))
            settle(c, atom, e->value);
    }
    add(c, EVENT_TEXT, reg)->value = atom;
}

void pl_code_counted_address(struct pl_code_counted *c, unsigned reg, size_t atom)
{
    struct pl_atom *a = &c->sink->atoms.v[atom];
    pl_code_counted_write(c, reg);
    if (a->kind != PL_ATOM_STRING && a->kind != PL_ATOM_DATA)
        return;
    *a = (struct pl_atom){.kind = PL_ATOM_DATA, .at = a->at, .value = a->value, .target = PL_NO_TARGET};
    note_text(c, reg, atom);
}

void pl_code_counted_number(struct pl_code_counted *c, unsigned reg, uint64_t value)
{
    pl_code_counted_write(c, reg);
    for (size_t i = 0; i < PL_COUNTED_EVENTS; i++) {
        const struct pl_code_event *e = &c->events[i];
        if (e->kind == EVENT_TEXT && is_recent(c, e) && is_pair(c, e, reg, c->now))
            settle(c, (size_t)e->value, value);
    }
    add(c, EVENT_NUMBER, reg)->value = value;
}

void pl_code_counted_copy(struct pl_code_counted *c, unsigned to, unsigned from)
{
    struct pl_code_event held = {.kind = EVENT_NONE};
    for (size_t i = 0; i < PL_COUNTED_EVENTS; i++) {
        const struct pl_code_event *e = &c->events[i];
        if (e->reg == from && is_recent(c, e) && (e->kind == EVENT_TEXT || e->kind == EVENT_NUMBER))
            held = *e;
    }
    if (held.kind == EVENT_NUMBER) {
        pl_code_counted_number(c, to, held.value);
        return;
    }
    pl_code_counted_write(c, to);
    if (held.kind == EVENT_TEXT)
        note_text(c, to, (size_t)held.value);
}

/* A pointer or a length is stored: is the other one stored beside it? */
static void store(struct pl_code_counted *c, enum event_kind kind, unsigned base, uint64_t place,
                  uint64_t value)
{
    enum event_kind other = kind == EVENT_STORED_TEXT ? EVENT_STORED_NUMBER : EVENT_STORED_TEXT;
    uint64_t beside = kind == EVENT_STORED_TEXT ? place + 8 : place - 8;
    for (size_t i = 0; i < PL_COUNTED_EVENTS; i++) {
        const struct pl_code_event *e = &c->events[i];
        if (e->kind != other || !is_recent(c, e) || e->reg != base || e->place != beside)
            continue;
        settle(c, (size_t)(kind == EVENT_STORED_TEXT ? value : e->value),
               kind == EVENT_STORED_TEXT ? e->value : value);
    }
    struct pl_code_event *e = add(c, kind, base);
    e->place = place;
    e->value = value;
}

void pl_code_counted_store(struct pl_code_counted *c, unsigned base, uint64_t place, unsigned reg)
{
    for (size_t i = 0; i < PL_COUNTED_EVENTS; i++) {
        const struct pl_code_event *e = &c->events[i];
        if (e->kind == EVENT_TEXT && e->reg == reg && is_recent(c, e)) {
            store(c, EVENT_STORED_TEXT, base, place, e->value);
            return;
        }
        if (e->kind == EVENT_NUMBER && e->reg == reg && is_recent(c, e)) {
            store(c, EVENT_STORED_NUMBER, base, place, e->value);
            return;
        }
    }
}

void pl_code_counted_store_number(struct pl_code_counted *c, unsigned base, uint64_t place, uint64_t value)
{
    store(c, EVENT_STORED_NUMBER, base, place, value);
}
