/*
 * codebase_places.c - in which order compiling a unit meets the functions, those of files that it includes among them; of C, in which order a
 * compiler writes them (codebase_order.c).
 *
 *     regex.c:  #include "regex_internal.c"      places: re_node_set_merge ... re_compile_internal ... re_search
 *               #include "regcomp.c"
 *               #include "regexec.c"
 *
 * A function that is included has a place in every unit that includes its file. Inline functions of headers have none: a compiler writes them
 * wherever it likes, or not at all. What such a file sees is what the units see that include it.
 */
#include "corpus/codebase_private.h"

#include <stdlib.h>
#include <string.h>

#define MAX_INCLUDE_DEPTH 8u
#define MAX_REPEATS       8u /* of one file in one unit, with other macros each time */
#define MAX_UNIT_PLACES   40000u
#define MAX_SIGHT_ROOTS   4u

/* Places [first, first + n) of a unit of C, in the order of the source. */
struct part {
    uint32_t root;
    size_t first;
    size_t n;
};

struct places {
    struct pl_codebase *cb;
    uint8_t *has_placed; /* per unit: defines functions that are not inline */
    uint8_t *carries;    /* per unit: it or something that it includes has */
    uint32_t *seen;      /* per unit: the last root, counted from 1 */
    uint8_t *times;      /* per unit: met so often by that root */
    PL_VEC(struct pl_codebase_place) all;
    size_t first; /* of the present root */
    PL_VEC(struct part) ordered;
    bool has_repeats; /* the present root meets a file with functions twice */
    bool no_memory;
};

static bool is_header(const struct pl_codebase *cb, uint32_t unit)
{
    static const char *const ends[] = {".h", ".hh", ".hpp", ".hxx", ".inc", ".inl", ".tcc", ".ipp", ".def"};
    pl_bytes path = pl_index_unit_file(cb->index, unit)->path;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (pl_bytes_ends(path, pl_bytes_of_str(ends[i])))
            return true;
    return false;
}

static bool is_placed(const struct pl_codebase *cb, uint32_t unit, const struct pl_definition *d)
{
    return d->kind == PL_DEFINITION_FUNCTION &&
           !(cb->is_included[unit] && (d->flags & (PL_DEFINITION_INLINE | PL_DEFINITION_TEMPLATE)));
}

static void mark_units(struct places *p)
{
    const struct pl_codebase *cb = p->cb;
    for (size_t u = 0; u < cb->n_units; u++)
        for (size_t i = 0; i < cb->code[u].n_definitions && !p->has_placed[u]; i++)
            p->has_placed[u] = is_placed(cb, (uint32_t)u, &cb->code[u].definitions[i]);
    for (size_t u = 0; u < cb->n_units; u++) {
        struct pl_id_list all = pl_id_lists_at(&cb->includes, u);
        p->carries[u] = p->has_placed[u];
        for (size_t i = 0; i < all.n && !p->carries[u]; i++)
            p->carries[u] = p->has_placed[all.v[i]];
    }
}

static void walk(struct places *p, uint32_t root, uint32_t unit, unsigned depth)
{
    struct pl_codebase *cb = p->cb;
    const struct pl_source_code *code = &cb->code[unit];
    pl_bytes text = pl_index_unit_file(cb->index, unit)->data;
    size_t next = 0;
    if (p->seen[unit] != root + 1) {
        p->seen[unit] = root + 1;
        p->times[unit] = 0;
    }
    if (++p->times[unit] > (p->has_placed[unit] && depth > 0 ? MAX_REPEATS : 1))
        return;
    p->has_repeats = p->has_repeats || p->times[unit] > 1;
    for (size_t i = 0; i <= code->n_definitions; i++) {
        uint64_t here = i < code->n_definitions ? code->definitions[i].offset : UINT64_MAX;
        for (; next < code->n_includes && (uint64_t)(code->includes[next].p - text.p) < here; next++) {
            uint32_t found[PL_SAME_INCLUDE];
            size_t n = pl_codebase_resolve(cb, unit, code->includes[next], found);
            for (size_t k = 0; k < n && depth < MAX_INCLUDE_DEPTH; k++)
                if (p->carries[found[k]])
                    walk(p, root, found[k], depth + 1);
        }
        if (i == code->n_definitions || !is_placed(cb, unit, &code->definitions[i]) ||
            p->all.n - p->first >= MAX_UNIT_PLACES)
            continue;
        struct pl_codebase_place *slot = PL_VEC_ADD(&p->all);
        if (slot == NULL)
            p->no_memory = true;
        else
            *slot = (struct pl_codebase_place){root, cb->unit_first[unit] + (uint32_t)i};
    }
}

/* A compiler has an order of its own for the functions of a unit, which is known for C without files that are met several times. */
static void note_unit(struct places *p, uint32_t root)
{
    size_t n = p->all.n - p->first;
    if (p->has_repeats || n < 2 || p->no_memory ||
        pl_source_language_of(pl_index_unit_file(p->cb->index, root)->path) != PL_SOURCE_C)
        return;
    struct part *part = PL_VEC_ADD(&p->ordered);
    if (part == NULL)
        p->no_memory = true;
    else
        *part = (struct part){root, p->first, n};
}

static pl_status order_unit(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    const struct places *p = ctx;
    const struct part *part = &p->ordered.v[i];
    (void)worker;
    return pl_codebase_order_unit(p->cb, part->root, p->cb->places + part->first, part->n, err);
}

/* Places by definition. */
static pl_status invert(struct pl_codebase *cb, struct pl_err *err)
{
    struct pl_id_lists *l = &cb->places_of;
    l->first = calloc(cb->n + 2, sizeof *l->first);
    l->v = calloc(cb->n_places + 1, sizeof *l->v);
    l->n = cb->n;
    if (l->first == NULL || l->v == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < cb->n_places; i++)
        l->first[cb->places[i].id + 2]++;
    for (size_t i = 2; i < cb->n + 2; i++)
        l->first[i] += l->first[i - 1];
    for (size_t i = 0; i < cb->n_places; i++)
        l->v[l->first[cb->places[i].id + 1]++] = (uint32_t)i;
    return PL_OK;
}

/* What a unit sees: its includes; for an included file with functions of its own, what its first roots see, too. */
static pl_status widen_sight(struct pl_codebase *cb, const struct places *p, struct pl_err *err)
{
    struct pl_id_list *lists = calloc(cb->n_units + 1, sizeof *lists);
    pl_ids wide = {0};
    struct pl_arena kept;
    bool no_memory = lists == NULL;
    pl_arena_init(&kept, PL_CODEBASE_ARENA_BYTES);
    for (size_t u = 0; u < cb->n_units && !no_memory; u++) {
        lists[u] = pl_id_lists_at(&cb->includes, u);
        if (!p->has_placed[u] || !cb->is_included[u])
            continue;
        wide.n = 0;
        uint32_t roots[MAX_SIGHT_ROOTS];
        size_t n_roots = 0;
        for (uint32_t id = cb->unit_first[u]; id < cb->unit_first[u + 1] && n_roots == 0; id++) {
            struct pl_id_list places = pl_id_lists_at(&cb->places_of, id);
            for (size_t k = 0; k < places.n && n_roots < MAX_SIGHT_ROOTS; k++)
                roots[n_roots++] = cb->places[places.v[k]].unit;
        }
        for (size_t i = 0; i < lists[u].n; i++)
            pl_ids_put(&wide, lists[u].v[i], &no_memory);
        for (size_t r = 0; r < n_roots; r++) {
            struct pl_id_list more = pl_id_lists_at(&cb->includes, roots[r]);
            pl_ids_put(&wide, roots[r], &no_memory);
            for (size_t i = 0; i < more.n; i++)
                pl_ids_put(&wide, more.v[i], &no_memory);
        }
        size_t n = pl_ids_sort(wide.v, wide.n);
        pl_bytes copy =
            pl_arena_keep(&kept, pl_bytes_of(n > 0 ? (const void *)wide.v : "", n * sizeof *wide.v));
        no_memory = no_memory || copy.p == NULL;
        lists[u] = (struct pl_id_list){(const uint32_t *)(const void *)copy.p, n};
    }
    struct pl_id_lists old = cb->includes;
    cb->includes = (struct pl_id_lists){0};
    pl_status st = no_memory ? pl_fail_nomem(err) : pl_id_lists_join(lists, cb->n_units, &cb->includes, err);
    pl_id_lists_free(&old);
    PL_VEC_FREE(&wide);
    pl_arena_reset(&kept);
    free(lists);
    return st;
}

pl_status pl_codebase_build_places(struct pl_codebase *cb, unsigned jobs, struct pl_err *err)
{
    struct places p = {.cb = cb};
    p.has_placed = calloc(cb->n_units + 1, 1);
    p.carries = calloc(cb->n_units + 1, 1);
    p.seen = calloc(cb->n_units + 1, sizeof *p.seen);
    p.times = calloc(cb->n_units + 1, 1);
    p.no_memory = p.has_placed == NULL || p.carries == NULL || p.seen == NULL || p.times == NULL;
    if (!p.no_memory)
        mark_units(&p);
    for (uint32_t u = 0; u < cb->n_units && !p.no_memory; u++) {
        if (cb->is_included[u] && is_header(cb, u))
            continue;
        p.first = p.all.n;
        p.has_repeats = false;
        walk(&p, u, u, 0);
        note_unit(&p, u);
    }
    pl_status st = p.no_memory ? pl_fail_nomem(err) : PL_OK;
    cb->places = p.all.v;
    cb->n_places = p.all.n;
    if (st == PL_OK)
        st = pl_parallel(jobs, p.ordered.n, &p, order_unit, err);
    if (st == PL_OK)
        st = invert(cb, err);
    if (st == PL_OK)
        st = widen_sight(cb, &p, err);
    free(p.has_placed);
    free(p.carries);
    free(p.seen);
    free(p.times);
    PL_VEC_FREE(&p.ordered);
    return st;
}
