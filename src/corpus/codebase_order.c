/*
 * codebase_order.c - in which order a compiler writes the functions of a unit of C.
 *
 *     the source                                  the code
 *     static int first(int x) { ... }             first
 *     int early(int x) { ... late(x) ... }        middle
 *     int middle(int x) { ... first(x) ... }      late
 *     int late(int x) { ... first(x) ... }        early
 *
 * GCC writes callees before their callers, in the order of a walk over the graph of calls, so that what it knows of a callee serves the caller. The
 * walk depends on nothing but the source, so it is made again here: the graph is read in the order in which GCC analyses functions, the first walk
 * gives the order in which they are optimised, which puts the lists of callers in another order, and the second walk with these gives
 * the code's. What is inlined stays in the graph, for GCC walks through it, too. Source: GCC 12, cgraphunit.cc (analyze_functions,
 * expand_all_functions) and ipa-utils.cc (ipa_reverse_postorder): the algorithm, written anew.
 *
 * Units with a file that is included several times, and other languages, keep the order of the source.
 */
#include "base/map.h"
#include "base/order.h"
#include "corpus/codebase_private.h"

#include <stdlib.h>
#include <string.h>

#define MAX_EXPANSION_DEPTH 5u
#define MAX_EXPANSION_ATOMS 4000u /* of one function */
#define MAX_UNIT_USES       (1u << 20)
#define MAX_SAME_NAME       512u /* definitions of one name that are looked at */
#define NO_NODE             UINT32_MAX
/* Bodies that GCC inlines at -O2, about. Of 3,145 pairs of neighbours in the truth builds (tests/accuracy) 74.8 in 100 are neighbours here, with
 * 40 and 50; 58.6 in the order of the source. */
#define SMALL_TOKENS  40u
#define STATIC_TOKENS 50u

enum kind { FUNCTION, OBJECT, ELSEWHERE };

struct node {
    uint32_t id;    /* definition; PL_NO_DEFINITION: ELSEWHERE */
    uint32_t place; /* of a function: its number among those of the unit */
    uint32_t twin;  /* the first node of that name; itself as a rule */
    uint32_t first; /* of its uses */
    uint32_t n;
    uint32_t callers; /* head of a list of calls */
    enum kind kind;
    bool is_local; /* static */
    bool is_taken; /* its address is used */
    bool is_needed;
    bool is_met;
};

/* What a function or object names, in order. */
struct use {
    uint32_t node;
    bool is_call;
};

/* A call in the list of its callee. */
struct call {
    uint32_t caller;
    uint32_t next;
};

/* Where the walk is: a node, and which of its callers is next. */
struct step {
    uint32_t node;
    uint32_t call;
};

/* One unit at a time; one a worker. */
struct graph {
    const struct pl_codebase *cb;
    uint32_t root;
    PL_VEC(struct node)
    nodes; /* functions and objects in the order of the source, then names from elsewhere */
    PL_VEC(struct use) uses;
    PL_VEC(struct call) calls;
    PL_VEC(struct step) steps;
    pl_ids queue;        /* to be analysed, the last one first */
    pl_ids walked;       /* analysed, in order; then what a walk gives */
    struct pl_map names; /* to the first node of that name */
    uint32_t n_atoms;    /* of the present function */
    bool no_memory;
};

static uint32_t find_node(const struct graph *g, pl_bytes name)
{
    uint64_t node;
    return pl_map_get(&g->names, name, &node) ? (uint32_t)node : NO_NODE;
}

static uint32_t add_node(struct graph *g, pl_bytes name, struct node wanted)
{
    uint64_t twin;
    uint32_t at = (uint32_t)g->nodes.n;
    struct node *node = PL_VEC_ADD(&g->nodes);
    if (node == NULL || pl_map_add(&g->names, name, at, &twin, NULL) != PL_OK) {
        g->no_memory = true;
        return NO_NODE;
    }
    *node = wanted;
    node->twin = (uint32_t)twin;
    return at;
}

static void add_use(struct graph *g, uint32_t node, bool is_call)
{
    struct use *use = PL_VEC_ADD(&g->uses);
    if (use == NULL)
        g->no_memory = true;
    else
        *use = (struct use){node, is_call};
}

/* A macro, or a function that has no place, that the unit may mean by a name. */
static uint32_t find_transparent(const struct graph *g, uint64_t hash)
{
    struct pl_id_list all = pl_codebase_named(g->cb, hash);
    for (size_t i = 0; i < all.n && i < MAX_SAME_NAME; i++) {
        const struct pl_codebase_entry *e = &g->cb->entries[all.v[i]];
        if (e->definition->kind != PL_DEFINITION_OBJECT && pl_codebase_includes(g->cb, g->root, e->unit))
            return all.v[i];
    }
    return PL_NO_DEFINITION;
}

/* Does a macro of that name say "static": #define local static? */
static bool says_static(const struct graph *g, pl_bytes word)
{
    struct pl_id_list all = pl_codebase_named(g->cb, pl_atom_hash_text(word));
    for (size_t i = 0; i < all.n && i < MAX_SAME_NAME; i++) {
        const struct pl_codebase_entry *e = &g->cb->entries[all.v[i]];
        const struct pl_definition *d = e->definition;
        if (d->kind != PL_DEFINITION_MACRO || !pl_codebase_includes(g->cb, g->root, e->unit))
            continue;
        pl_bytes text = pl_index_unit_file(g->cb->index, e->unit)->data;
        text = pl_bytes_sub(text, (size_t)d->offset, (size_t)d->length);
        if (pl_bytes_find(text, PL_LIT("static"), 0) != SIZE_MAX)
            return true;
    }
    return false;
}

static bool is_local(const struct graph *g, const struct pl_codebase_entry *e)
{
    const struct pl_definition *d = e->definition;
    pl_bytes text = pl_index_unit_file(g->cb->index, e->unit)->data;
    if ((d->flags & PL_DEFINITION_STATIC) != 0)
        return true;
    size_t end =
        pl_bytes_find(pl_bytes_sub(text, 0, (size_t)(d->offset + d->length)), d->name, (size_t)d->offset);
    if (end == SIZE_MAX)
        return false;
    for (size_t i = (size_t)d->offset; i < end; i++) {
        size_t first = i;
        while (i < end && pl_is_word_byte(text.p[i]))
            i++;
        if (i > first && says_static(g, pl_bytes_sub(text, first, i - first)))
            return true;
    }
    return false;
}

/*
 * Is a call of it replaced by its body, so that no call is left? Of a function that others may call, too: a static one that is inlined stays in
 * the graph in its caller's name.
 */
static bool is_inlined_whole(const struct graph *g, uint32_t node, uint32_t caller)
{
    const struct node *to = &g->nodes.v[node];
    return to->kind == FUNCTION && !to->is_local && to->id != caller &&
           g->cb->entries[to->id].definition->n_tokens <= SMALL_TOKENS;
}

/* What a definition names, and what the macros and inline functions do that it names. */
static void read_uses(struct graph *g, uint32_t id, unsigned depth)
{
    const struct pl_codebase_entry *e = &g->cb->entries[id];
    for (uint32_t i = 0;
         i < e->definition->n_atoms && g->n_atoms < MAX_EXPANSION_ATOMS && g->uses.n < MAX_UNIT_USES; i++) {
        const struct pl_atom *a = &e->atoms[e->definition->first_atom + i];
        if (a->kind != PL_ATOM_CALL && a->kind != PL_ATOM_NAME)
            continue;
        g->n_atoms++;
        uint32_t node = find_node(g, a->text);
        bool is_call = a->kind == PL_ATOM_CALL;
        uint32_t through = node == NO_NODE                            ? find_transparent(g, a->hash)
                           : is_call && is_inlined_whole(g, node, id) ? g->nodes.v[node].id
                                                                      : PL_NO_DEFINITION;
        if (through != PL_NO_DEFINITION) {
            if (depth < MAX_EXPANSION_DEPTH && through != id)
                read_uses(g, through, depth + 1);
            continue;
        }
        if (node == NO_NODE && is_call)
            node = add_node(g, a->text, (struct node){.id = PL_NO_DEFINITION, .kind = ELSEWHERE});
        if (node != NO_NODE)
            add_use(g, node, is_call);
    }
}

static void enqueue(struct graph *g, uint32_t node)
{
    if (g->nodes.v[node].is_needed || g->nodes.v[node].kind == ELSEWHERE)
        return;
    g->nodes.v[node].is_needed = true;
    pl_ids_put(&g->queue, node, &g->no_memory);
}

static void note_call(struct graph *g, uint32_t caller, uint32_t callee)
{
    struct call *call = PL_VEC_ADD(&g->calls);
    if (call == NULL) {
        g->no_memory = true;
        return;
    }
    *call = (struct call){caller, g->nodes.v[callee].callers};
    g->nodes.v[callee].callers = (uint32_t)g->calls.n - 1;
}

/* Functions that are needed, in the order in which they are read; what nobody needs is not. */
static void analyse(struct graph *g)
{
    size_t n = g->nodes.n;
    for (size_t i = n; i-- > 0;)
        if (!g->nodes.v[i].is_local && g->nodes.v[i].twin == i)
            enqueue(g, (uint32_t)i);
    while (g->queue.n > 0 && !g->no_memory) {
        uint32_t at = g->queue.v[--g->queue.n];
        uint32_t first = (uint32_t)g->uses.n;
        g->n_atoms = 0;
        read_uses(g, g->nodes.v[at].id, 0);
        uint32_t n_uses = (uint32_t)g->uses.n - first;
        g->nodes.v[at].first = first;
        g->nodes.v[at].n = n_uses;
        bool is_function = g->nodes.v[at].kind == FUNCTION;
        for (uint32_t i = n_uses; i-- > 0;)
            if (g->uses.v[first + i].is_call && is_function)
                enqueue(g, g->uses.v[first + i].node);
        for (uint32_t i = 0; i < n_uses; i++) {
            struct use use = g->uses.v[first + i];
            if (use.is_call && is_function)
                continue;
            g->nodes.v[use.node].is_taken = true;
            enqueue(g, use.node);
        }
        if (is_function)
            pl_ids_put(&g->walked, at, &g->no_memory);
    }
}

/* The lists of callers, the latest first, when functions are gone through as they stand in `walked`. */
static void link_callers(struct graph *g)
{
    g->calls.n = 0;
    for (size_t i = 0; i < g->nodes.n; i++)
        g->nodes.v[i].callers = NO_NODE;
    for (size_t i = 0; i < g->walked.n; i++) {
        const struct node *node = &g->nodes.v[g->walked.v[i]];
        for (uint32_t k = 0; k < node->n; k++)
            if (g->uses.v[node->first + k].is_call &&
                g->nodes.v[g->uses.v[node->first + k].node].kind != OBJECT)
                note_call(g, g->walked.v[i], g->uses.v[node->first + k].node);
    }
}

/* All that call a node, at any depth, and have not been met, then the node itself. */
static void walk_callers(struct graph *g, uint32_t node)
{
    g->steps.n = 0;
    for (;;) {
        if (node != NO_NODE) {
            struct step *step = PL_VEC_ADD(&g->steps);
            if (step == NULL) {
                g->no_memory = true;
                return;
            }
            *step = (struct step){node, g->nodes.v[node].callers};
            g->nodes.v[node].is_met = true;
        }
        struct step *top = &g->steps.v[g->steps.n - 1];
        node = NO_NODE;
        while (top->call != NO_NODE && node == NO_NODE) {
            uint32_t caller = g->calls.v[top->call].caller;
            top->call = g->calls.v[top->call].next;
            node = g->nodes.v[caller].is_met ? NO_NODE : caller;
        }
        if (node != NO_NODE)
            continue;
        if (g->nodes.v[top->node].kind == FUNCTION)
            pl_ids_put(&g->walked, top->node, &g->no_memory);
        if (--g->steps.n == 0)
            return;
    }
}

/* Does it call a static function that is inlined into it: the only call there is, or a small one? */
static bool swallows(const struct graph *g, const struct node *node)
{
    for (uint32_t k = 0; k < node->n; k++) {
        const struct use *use = &g->uses.v[node->first + k];
        const struct node *to = &g->nodes.v[use->node];
        if (!use->is_call || to->kind != FUNCTION || !to->is_local)
            continue;
        bool is_once = to->callers != NO_NODE && g->calls.v[to->callers].next == NO_NODE && !to->is_taken;
        if (is_once || g->cb->entries[to->id].definition->n_tokens <= STATIC_TOKENS)
            return true;
    }
    return false;
}

/*
 * Where a walk begins: first what others may call; then what functions were inlined into, for the copies are the latest nodes of the graph;
 * then all.
 */
static bool is_root(const struct graph *g, const struct node *node, unsigned pass)
{
    if (pass == 0)
        return node->kind == FUNCTION && !node->is_taken && !node->is_local;
    return pass == 2 || (node->kind == FUNCTION && swallows(g, node));
}

/* Replaces `walked` by the functions in the order in which they are worked on. */
static void walk(struct graph *g)
{
    link_callers(g);
    g->walked.n = 0;
    for (size_t i = 0; i < g->nodes.n; i++)
        g->nodes.v[i].is_met = !g->nodes.v[i].is_needed && g->nodes.v[i].kind != ELSEWHERE;
    for (unsigned pass = 0; pass < 3; pass++)
        for (size_t i = g->nodes.n; i-- > 0 && !g->no_memory;)
            if (!g->nodes.v[i].is_met && is_root(g, &g->nodes.v[i], pass))
                walk_callers(g, (uint32_t)i);
    for (size_t i = 0, k = g->walked.n; i + 1 < k; i++) {
        uint32_t swapped = g->walked.v[i];
        g->walked.v[i] = g->walked.v[--k];
        g->walked.v[k] = swapped;
    }
}

struct ranked {
    uint32_t rank;
    uint32_t place;
    struct pl_codebase_place is;
};

static int by_rank(const void *pa, const void *pb)
{
    const struct ranked *a = pa;
    const struct ranked *b = pb;
    int order = pl_order_u32(&a->rank, &b->rank);
    return order != 0 ? order : pl_order_u32(&a->place, &b->place);
}

/* What a file defines between two of its places, and itself, as nodes. */
static void add_file_part(struct graph *g, uint32_t from, uint32_t end, uint32_t id, uint32_t place)
{
    for (uint32_t k = from; k < end && !g->no_memory; k++) {
        const struct pl_codebase_entry *e = &g->cb->entries[k];
        struct node node = {.id = k, .place = place, .kind = k == id ? FUNCTION : OBJECT};
        if (k != id && e->definition->kind != PL_DEFINITION_OBJECT)
            continue;
        node.is_local = is_local(g, e);
        add_node(g, e->definition->name, node);
    }
}

/* Nodes for what stands at the places, and for the objects between: those up to a function come before it, those behind a file's last after it. */
static void add_definitions(struct graph *g, const struct pl_codebase_place *places, size_t n)
{
    const struct pl_codebase *cb = g->cb;
    struct ranked *by_unit = calloc(n, sizeof *by_unit);
    uint32_t *from = calloc(n, sizeof *from);
    uint32_t *end = calloc(n, sizeof *end);
    g->no_memory = by_unit == NULL || from == NULL || end == NULL;
    for (uint32_t i = 0; i < n && !g->no_memory; i++)
        by_unit[i] = (struct ranked){cb->entries[places[i].id].unit, i, places[i]};
    if (!g->no_memory)
        qsort(by_unit, n, sizeof *by_unit, by_rank);
    for (size_t i = 0; i < n && !g->no_memory; i++) {
        const struct ranked *r = &by_unit[i];
        bool is_first = i == 0 || r[-1].rank != r->rank;
        bool is_last = i + 1 == n || r[1].rank != r->rank;
        from[r->place] = is_first ? cb->unit_first[r->rank] : r[-1].is.id + 1;
        end[r->place] = is_last ? cb->unit_first[r->rank + 1] : r->is.id + 1;
    }
    for (uint32_t i = 0; i < n && !g->no_memory; i++)
        add_file_part(g, from[i], end[i], places[i].id, i);
    free(by_unit);
    free(from);
    free(end);
}

/* Definitions of one name stay together; what no compiler keeps stays behind what it stands behind. */
static void sort_places(struct graph *g, struct pl_codebase_place *places, size_t n)
{
    struct ranked *all = calloc(n, sizeof *all);
    uint32_t *ranks = calloc(g->nodes.n, sizeof *ranks);
    g->no_memory = g->no_memory || all == NULL || ranks == NULL;
    for (size_t i = 0; i < g->walked.n && !g->no_memory; i++)
        ranks[g->walked.v[i]] = (uint32_t)i + 1;
    uint32_t last = 0;
    for (size_t i = 0; i < g->nodes.n && !g->no_memory; i++) {
        const struct node *node = &g->nodes.v[i];
        if (node->kind != FUNCTION)
            continue;
        uint32_t rank = ranks[node->twin];
        last = rank != 0 ? rank : last;
        all[node->place] = (struct ranked){last, node->place, places[node->place]};
    }
    if (!g->no_memory)
        qsort(all, n, sizeof *all, by_rank);
    for (size_t i = 0; i < n && !g->no_memory; i++)
        places[i] = all[i].is;
    free(all);
    free(ranks);
}

static void free_graph(struct graph *g)
{
    PL_VEC_FREE(&g->nodes);
    PL_VEC_FREE(&g->uses);
    PL_VEC_FREE(&g->calls);
    PL_VEC_FREE(&g->queue);
    PL_VEC_FREE(&g->walked);
    PL_VEC_FREE(&g->steps);
    pl_map_reset(&g->names);
}

pl_status pl_codebase_order_unit(const struct pl_codebase *cb, uint32_t root,
                                 struct pl_codebase_place *places, size_t n, struct pl_err *err)
{
    struct graph g = {.cb = cb, .root = root};
    pl_map_init(&g.names);
    add_definitions(&g, places, n);
    if (!g.no_memory)
        analyse(&g);
    for (unsigned i = 0; i < 2 && !g.no_memory; i++)
        walk(&g);
    if (!g.no_memory)
        sort_places(&g, places, n);
    bool no_memory = g.no_memory;
    free_graph(&g);
    return no_memory ? pl_fail_nomem(err) : PL_OK;
}
