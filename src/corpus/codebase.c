/*
 * codebase.c - answers of the codebase, and the sorted tables they come from.
 *
 * A table of keys is a sorted array with a directory on the top bits: keys are hashes, hence evenly spread, so that a look-up
 * is one step and a short search.
 */
#include "corpus/codebase_private.h"

#include "base/order.h"
#include "base/size.h"

#include <stdlib.h>
#include <string.h>

pl_status pl_key_table_finish(struct pl_key_table *t, struct pl_err *err)
{
    bool is_made = pl_directory_make(&t->directory, t->keys, t->n, sizeof *t->keys);
    return is_made ? PL_OK : pl_fail_nomem(err);
}

size_t pl_key_table_find(const struct pl_key_table *t, uint64_t key, size_t *first)
{
    size_t low;
    size_t high;
    if (t->directory.starts == NULL)
        return *first = 0;
    pl_directory_range(&t->directory, key, &low, &high);
    size_t end = high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->keys[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    *first = low;
    while (low < end && t->keys[low] == key)
        low++;
    return low;
}

void pl_key_table_free(struct pl_key_table *t)
{
    free(t->keys);
    free(t->ids);
    pl_directory_reset(&t->directory);
    *t = (struct pl_key_table){0};
}

pl_status pl_id_lists_join(const struct pl_id_list *lists, size_t n, struct pl_id_lists *out,
                           struct pl_err *err)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += lists[i].n;
    if (total > UINT32_MAX)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "code: lists of more than 4,294,967,295 entries");
    out->first = calloc(n + 1, sizeof *out->first);
    out->v = calloc((size_t)total + 1, sizeof *out->v);
    out->n = n;
    if (out->first == NULL || out->v == NULL)
        return pl_fail_nomem(err);
    total = 0;
    for (size_t i = 0; i < n; i++) {
        out->first[i] = (uint32_t)total;
        if (lists[i].n > 0)
            memcpy(out->v + total, lists[i].v, lists[i].n * sizeof *out->v);
        total += lists[i].n;
    }
    out->first[n] = (uint32_t)total;
    return PL_OK;
}

struct pl_id_list pl_id_lists_at(const struct pl_id_lists *l, size_t i)
{
    if (i >= l->n)
        return (struct pl_id_list){NULL, 0};
    return (struct pl_id_list){l->v + l->first[i], (size_t)(l->first[i + 1] - l->first[i])};
}

void pl_id_lists_free(struct pl_id_lists *l)
{
    free(l->first);
    free(l->v);
    *l = (struct pl_id_lists){0};
}

size_t pl_ids_sort(uint32_t *v, size_t n)
{
    size_t kept = 0;
    pl_sort_u32(v, n);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || v[kept - 1] != v[i])
            v[kept++] = v[i];
    return kept;
}

void pl_ids_put(pl_ids *v, uint32_t value, bool *no_memory)
{
    uint32_t *slot = PL_VEC_ADD(v);
    if (slot == NULL)
        *no_memory = true;
    else
        *slot = value;
}

bool pl_id_list_has(struct pl_id_list list, uint32_t value)
{
    const uint32_t *p = list.v;
    size_t n = list.n;
    while (n > 1) { /* without branches: nobody could guess them */
        size_t half = n / 2;
        p += p[half] <= value ? half : 0;
        n -= half;
    }
    return n == 1 && *p == value;
}

const struct pl_index *pl_codebase_index(const struct pl_codebase *cb)
{
    return cb->index;
}

size_t pl_codebase_count(const struct pl_codebase *cb)
{
    return cb->n;
}

const struct pl_codebase_entry *pl_codebase_at(const struct pl_codebase *cb, uint32_t id)
{
    return &cb->entries[id];
}

bool pl_codebase_links_all(const struct pl_codebase *cb)
{
    return cb->links_all;
}

bool pl_codebase_is_linked_whole(const struct pl_codebase *cb)
{
    return cb->is_linked_whole;
}

struct pl_id_list pl_codebase_named(const struct pl_codebase *cb, uint64_t name_hash)
{
    size_t first;
    size_t end = pl_key_table_find(&cb->names, name_hash, &first);
    return (struct pl_id_list){first == end ? NULL : cb->names.ids + first, end - first};
}

struct pl_id_list pl_codebase_named_feature(const struct pl_codebase *cb, uint32_t feature)
{
    uint32_t first = cb->named_first[feature];
    return (struct pl_id_list){cb->names.ids + first, cb->named_end[feature] - first};
}

struct pl_id_list pl_codebase_in_unit(const struct pl_codebase *cb, struct pl_id_list ids, uint32_t unit)
{
    size_t low = 0;
    size_t high = ids.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ids.v[middle] < cb->unit_first[unit])
            low = middle + 1;
        else
            high = middle;
    }
    while (high < ids.n && ids.v[high] < cb->unit_first[unit + 1])
        high++;
    return (struct pl_id_list){ids.v + low, high - low};
}

bool pl_codebase_includes(const struct pl_codebase *cb, uint32_t unit, uint32_t other)
{
    return unit == other || pl_id_list_has(pl_id_lists_at(&cb->includes, unit), other);
}

size_t pl_codebase_place_count(const struct pl_codebase *cb)
{
    return cb->n_places;
}

struct pl_codebase_place pl_codebase_place(const struct pl_codebase *cb, uint32_t place)
{
    return cb->places[place];
}

struct pl_id_list pl_codebase_places(const struct pl_codebase *cb, uint32_t id)
{
    return pl_id_lists_at(&cb->places_of, id);
}

uint64_t pl_codebase_key(enum pl_atom_kind kind, uint64_t hash)
{
    switch (kind) {
    case PL_ATOM_STRING:
    case PL_ATOM_STRING_PART: return hash * 0x9e3779b97f4a7c15u + 1;
    case PL_ATOM_CONSTANT:
    case PL_ATOM_FLOAT:
    case PL_ATOM_SWITCH: return hash * 0xd1342543de82ef95u + 3;
    case PL_ATOM_STEPS: return hash * 0xbf58476d1ce4e5b9u + 5;
    default: return hash;
    }
}

uint32_t pl_codebase_feature(const struct pl_codebase *cb, uint64_t key)
{
    size_t first;
    size_t end = pl_key_table_find(&cb->features, key, &first);
    return first == end ? PL_NO_FEATURE : (uint32_t)first;
}

size_t pl_codebase_feature_count(const struct pl_codebase *cb)
{
    return cb->features.n;
}

uint64_t pl_codebase_feature_key(const struct pl_codebase *cb, uint32_t feature)
{
    return cb->features.keys[feature];
}

enum pl_atom_kind pl_codebase_feature_kind(const struct pl_codebase *cb, uint32_t feature)
{
    return (enum pl_atom_kind)cb->kinds[feature];
}

uint32_t pl_codebase_name_feature(const struct pl_codebase *cb, uint32_t id)
{
    return cb->name_features[id];
}

uint32_t pl_codebase_first(const struct pl_codebase *cb, uint32_t unit)
{
    return cb->unit_first[unit];
}

unsigned pl_codebase_weight(const struct pl_codebase *cb, uint32_t feature)
{
    return cb->weights[feature];
}

struct pl_id_list pl_codebase_with(const struct pl_codebase *cb, uint32_t feature)
{
    return pl_id_lists_at(&cb->with, feature);
}

struct pl_id_list pl_codebase_direct(const struct pl_codebase *cb, uint32_t id)
{
    return pl_id_lists_at(&cb->direct, id);
}

struct pl_id_list pl_codebase_closure(const struct pl_codebase *cb, uint32_t id)
{
    return pl_id_lists_at(&cb->closure, id);
}

struct pl_id_list pl_codebase_hosts(const struct pl_codebase *cb, uint32_t id)
{
    return pl_id_lists_at(&cb->hosts, id);
}

unsigned pl_codebase_named_as(const struct pl_codebase *cb, uint32_t id)
{
    uint32_t name = cb->name_features[id];
    return name == PL_NO_FEATURE ? 0 : atomic_load_explicit(&cb->named_as[name], memory_order_relaxed);
}

struct pl_id_list pl_codebase_inlined(const struct pl_codebase *cb, uint32_t id)
{
    return pl_id_lists_at(&cb->inlined, id);
}

bool pl_codebase_left_out(const struct pl_codebase *cb, uint32_t unit)
{
    return cb->code[unit].is_left_out;
}

const struct pl_codebase_body *pl_codebase_body(const struct pl_codebase *cb, uint32_t id)
{
    return &cb->bodies[id];
}

uint32_t pl_codebase_users(const struct pl_codebase *cb, uint32_t id)
{
    return cb->users[id];
}

void pl_codebase_free(struct pl_codebase *cb)
{
    if (cb == NULL)
        return;
    for (unsigned i = 0; i < PL_PARALLEL_MAX; i++)
        pl_arena_reset(&cb->arenas[i]);
    free(cb->code);
    free(cb->unit_first);
    free(cb->entries);
    free(cb->is_included);
    free(cb->places);
    pl_id_lists_free(&cb->places_of);
    free(cb->weights);
    free(cb->kinds);
    free(cb->name_features);
    free(cb->users);
    free(cb->bodies);
    free(cb->named_first);
    free(cb->named_end);
    pl_key_table_free(&cb->names);
    pl_key_table_free(&cb->features);
    pl_id_lists_free(&cb->includes);
    pl_id_lists_free(&cb->direct);
    pl_id_lists_free(&cb->closure);
    pl_id_lists_free(&cb->hosts);
    pl_id_lists_free(&cb->inlined);
    free(cb->named_as);
    pl_id_lists_free(&cb->with);
    free(cb);
}
