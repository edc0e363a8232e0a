/*
 * builder.c - components by key, then sorted; whatever is listed counts, whether or not the document says who needs it.
 */
#include "chain/builder.h"

#include "chain/graph.h"
#include "supply/purl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void pl_chain_builder_init(struct pl_chain_builder *b, struct pl_chain *chain, const struct pl_limits *limits)
{
    *b = (struct pl_chain_builder){.chain = chain, .limits = limits};
    pl_map_init(&b->by_key);
}

void pl_chain_builder_reset(struct pl_chain_builder *b)
{
    pl_map_reset(&b->by_key);
}

pl_status pl_chain_note(struct pl_chain_builder *b, const char *tag, enum pl_severity severity,
                        pl_bytes about, const char *message, struct pl_err *err)
{
    struct pl_findings *f = &b->chain->findings;
    struct pl_finding *finding;
    if (message == NULL)
        return pl_arena_fail(&b->chain->arena, err);
    pl_status st = pl_findings_add(f, tag, severity, PL_NO_OFFSET, 0, &finding, err, "%s", message);
    if (st == PL_OK && about.n > 0)
        st = pl_finding_fact(f, finding, "component", pl_bytes_sub(about, 0, 1024), err);
    return st;
}

static const char *keep(struct pl_chain_builder *b, const char *text)
{
    return text == NULL ? NULL : pl_arena_str(&b->chain->arena, pl_bytes_of_str(text));
}

static void fill_in(struct pl_chain_builder *b, const char **slot, const char *text)
{
    if ((*slot == NULL || (*slot)[0] == '\0') && text != NULL && text[0] != '\0')
        *slot = keep(b, text);
}

/* Whoever says nothing needs it. */
static const char *scope_of(const struct pl_component *c)
{
    return c->scope == NULL ? "required" : c->scope;
}

/* The same component again: learn what is new, and notice what contradicts. */
static pl_status merge(struct pl_chain_builder *b, uint32_t id, const struct pl_component *what,
                       struct pl_err *err)
{
    struct pl_component *c = &b->chain->components.v[id];
    pl_status st = PL_OK;
    bool is_other = c->pinned_hex != NULL && what->pinned_hex != NULL &&
                    strcmp(c->pinned_algorithm, what->pinned_algorithm) == 0 &&
                    strcmp(c->pinned_hex, what->pinned_hex) != 0;
    if (is_other)
        st = pl_chain_note(b, "chain.conflict", PL_SEVERITY_ERROR, pl_bytes_of_str(c->key),
                           "the document lists this component twice, with different digests", err);
    if (c->pinned_hex == NULL && what->pinned_hex != NULL) {
        c->pinned_algorithm = what->pinned_algorithm;
        c->pins_package = what->pins_package;
    }
    fill_in(b, &c->pinned_hex, what->pinned_hex);
    if (c->place != NULL && what->place != NULL && strcmp(c->place, what->place) != 0) {
        struct pl_place *more = pl_arena_take(&b->chain->arena, sizeof *more);
        if (more == NULL)
            return pl_arena_fail(&b->chain->arena, err);
        *more = (struct pl_place){.path = keep(b, what->place), .next = c->more_places};
        c->more_places = more;
    }
    fill_in(b, &c->place, what->place);
    fill_in(b, &c->elsewhere, what->elsewhere);
    fill_in(b, &c->version, what->version);
    c->is_product = c->is_product || what->is_product;
    if (strcmp(scope_of(what), "required") == 0) /* whoever needs it more decides */
        c->scope = "required";
    return st != PL_OK ? st : b->chain->arena.why != PL_OK ? pl_arena_fail(&b->chain->arena, err) : PL_OK;
}

pl_status pl_chain_add(struct pl_chain_builder *b, const struct pl_component *what, uint32_t *id,
                       struct pl_err *err)
{
    uint64_t was;
    if (pl_map_get(&b->by_key, pl_bytes_of_str(what->key), &was)) {
        *id = (uint32_t)was;
        return merge(b, *id, what, err);
    }
    if (b->chain->components.n >= b->limits->components)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "more than %llu components",
                       (unsigned long long)b->limits->components);
    struct pl_component c = *what;
    c.key = keep(b, what->key);
    c.purl = keep(b, what->purl);
    c.name = keep(b, what->name == NULL ? what->key : what->name);
    c.version = keep(b, what->version == NULL ? "" : what->version);
    c.reference = keep(b, what->reference);
    c.elsewhere = keep(b, what->elsewhere);
    c.pinned_hex = keep(b, what->pinned_hex);
    c.place = keep(b, what->place);
    c.scope = scope_of(what);
    if (b->chain->arena.why != PL_OK)
        return pl_arena_fail(&b->chain->arena, err);
    pl_status st = pl_map_set(&b->by_key, pl_bytes_of_str(c.key), b->chain->components.n, err);
    struct pl_component *slot = st == PL_OK ? PL_VEC_ADD(&b->chain->components) : NULL;
    if (slot == NULL)
        return st != PL_OK ? st : pl_fail_nomem(err);
    *slot = c;
    *id = (uint32_t)b->chain->components.n - 1;
    return PL_OK;
}

pl_status pl_chain_depend(struct pl_chain_builder *b, uint32_t from, uint32_t to, struct pl_err *err)
{
    if (b->chain->edges.n >= b->limits->dependencies)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "more than %llu dependencies",
                       (unsigned long long)b->limits->dependencies);
    struct pl_edge *e = PL_VEC_ADD(&b->chain->edges);
    if (e == NULL)
        return pl_fail_nomem(err);
    *e = (struct pl_edge){from, to};
    return PL_OK;
}

/* From a parsed purl: the text that is compared everywhere, and what people call it. */
static pl_status take_purl(struct pl_chain_builder *b, const struct pl_purl *purl, struct pl_component *what,
                           struct pl_err *err)
{
    struct pl_arena *a = &b->chain->arena;
    struct pl_buf text;
    pl_buf_init(&text, PL_PURL_MAX_BYTES * 3);
    pl_purl_print(purl, &text);
    pl_status st = pl_buf_done(&text, err);
    if (st == PL_E_LIMIT || (st == PL_OK && text.n > PL_PURL_MAX_BYTES))
        st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "purl: longer than %u bytes", PL_PURL_MAX_BYTES);
    if (st == PL_OK) {
        bool is_scoped = pl_bytes_eq_str(purl->type, "npm") && purl->ns.n > 0;
        what->purl = pl_arena_str(a, pl_buf_bytes(&text));
        what->key = what->purl;
        what->name = is_scoped ? pl_arena_printf(a, "%.*s/%.*s", PL_ARG(purl->ns), PL_ARG(purl->name))
                               : pl_arena_str(a, purl->name);
        what->version = pl_arena_str(a, purl->version);
        if (a->why != PL_OK)
            st = pl_arena_fail(a, err);
    }
    pl_buf_reset(&text);
    return st;
}

/* What was meant as a purl and is none: a finding, and whatever the document says of it otherwise. */
static pl_status note_bad(struct pl_chain_builder *b, pl_status st, const struct pl_err *why, pl_bytes text,
                          struct pl_err *err)
{
    if (st == PL_E_INPUT)
        return pl_chain_note(b, "chain.bad-purl", PL_SEVERITY_WARNING, text, why->text, err);
    if (err != NULL)
        *err = *why;
    return st;
}

pl_status pl_chain_set_purl(struct pl_chain_builder *b, pl_bytes text, struct pl_component *what,
                            struct pl_err *err)
{
    struct pl_purl purl;
    struct pl_err why;
    pl_status st = pl_purl_parse(text, &b->chain->arena, &purl, &why);
    if (st == PL_OK)
        st = take_purl(b, &purl, what, &why);
    return st == PL_OK ? PL_OK : note_bad(b, st, &why, text, err);
}

pl_status pl_chain_make_purl(struct pl_chain_builder *b, const char *type, pl_bytes ns, pl_bytes name,
                             pl_bytes version, const char *qualifier, pl_bytes value,
                             struct pl_component *what, struct pl_err *err)
{
    struct pl_purl purl = {.type = pl_bytes_of_str(type), .ns = ns, .name = name, .version = version};
    struct pl_arena *a = &b->chain->arena;
    struct pl_err why;
    if (qualifier != NULL && value.n > 0) {
        purl.qualifiers[0] = (struct pl_purl_qualifier){pl_bytes_of_str(qualifier), value};
        purl.n_qualifiers = 1;
    }
    pl_status st = pl_purl_build(&purl, a, &why);
    if (st == PL_OK)
        st = take_purl(b, &purl, what, &why);
    if (st != PL_E_INPUT)
        return st == PL_OK ? PL_OK : note_bad(b, st, &why, name, err);
    what->name = pl_arena_str(a, name);
    what->version = pl_arena_str(a, version);
    what->key = pl_arena_printf(a, "%s %.*s %.*s@%.*s", type, PL_ARG(ns), PL_ARG(name), PL_ARG(version));
    return a->why != PL_OK ? pl_arena_fail(a, err) : note_bad(b, st, &why, name, err);
}

/* A component while all are being sorted: 8 bytes of its key at a time, so that most comparisons need no further memory. */
struct order {
    uint64_t chunk;
    const char *key;
    uint32_t id;
};

#define CHUNK      8u
#define MANY       2048u /* so many are sorted by counting */
#define MAX_CHUNKS 16u   /* keys that are equal up to there are compared as texts */
#define FEW        8u

struct sorter {
    struct order *room; /* as many places as are sorted */
    uint64_t work;
};

/* The next bytes of a key, the first one highest; zeros behind its end. */
static uint64_t chunk_at(const char *key)
{
    uint64_t chunk = 0;
    for (unsigned i = 0; i < CHUNK; i++)
        chunk = chunk << 8 | (*key == '\0' ? 0 : (uint8_t)*key++);
    return chunk;
}

/* By counting, a byte at a time from the lowest one, in which chunks differ: time linear in n. */
static void sort_many(struct sorter *s, struct order *v, size_t n)
{
    struct order *from = v;
    struct order *to = s->room;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        size_t first[257] = {0};
        for (size_t i = 0; i < n; i++)
            first[(from[i].chunk >> shift & 0xff) + 1]++;
        s->work += n;
        if (first[(from[0].chunk >> shift & 0xff) + 1] == n)
            continue; /* all are equal here */
        for (size_t i = 0; i < 256; i++)
            first[i + 1] += first[i];
        for (size_t i = 0; i < n; i++)
            to[first[from[i].chunk >> shift & 0xff]++] = from[i];
        s->work += n;
        struct order *other = from;
        from = to;
        to = other;
    }
    if (from != v)
        memcpy(v, from, n * sizeof *v);
}

static bool is_after(const struct order *a, const struct order *b, bool by_text)
{
    return by_text ? strcmp(a->key, b->key) > 0 : a->chunk > b->chunk;
}

/* By insertion up to FEW, by merging above: n log n comparisons, for fewer than MANY or for keys that begin with the same 128 bytes. */
static void sort_few(struct sorter *s, struct order *v, size_t n, bool by_text)
{
    size_t half = n / 2;
    if (n <= FEW) {
        for (size_t i = 1; i < n; i++) {
            struct order one = v[i];
            size_t at = i;
            for (; at > 0 && is_after(&v[at - 1], &one, by_text); at--)
                v[at] = v[at - 1];
            v[at] = one;
            s->work += i - at + 1;
        }
        return;
    }
    sort_few(s, v, half, by_text);
    sort_few(s, v + half, n - half, by_text);
    memcpy(s->room, v, half * sizeof *v);
    size_t left = 0;
    size_t right = half;
    for (size_t at = 0; left < half && right < n;
         at++) /* what is left of the right half stands where it belongs */
        v[at] = is_after(&s->room[left], &v[right], by_text) ? v[right++] : s->room[left++];
    memcpy(v + left + right - half, s->room + left, (half - left) * sizeof *v);
    s->work += n;
}

/* Sort v, whose keys are equal in all bytes before `chunks` chunks. Recursion ends at MAX_CHUNKS. */
static void sort_order(struct sorter *s, struct order *v, size_t n, unsigned chunks)
{
    if (n < 2)
        return;
    if (chunks == MAX_CHUNKS) {
        sort_few(s, v, n, true);
        return;
    }
    for (size_t i = 0; i < n; i++)
        v[i].chunk = chunk_at(v[i].key + (size_t)chunks * CHUNK);
    s->work += 2 * n;
    if (n >= MANY)
        sort_many(s, v, n);
    else
        sort_few(s, v, n, false);
    for (size_t from = 0; from < n;) {
        size_t to = from + 1;
        while (to < n && v[to].chunk == v[from].chunk)
            to++;
        if ((v[from].chunk & 0xff) != 0) /* a key that has ended is the only one of its kind */
            sort_order(s, v + from, to - from, chunks + 1);
        from = to;
    }
}

/* Put components in order of their keys; edges and root follow. */
static pl_status sort_components(struct pl_chain_builder *b, uint32_t *root, struct pl_err *err)
{
    struct pl_chain *c = b->chain;
    size_t n = c->components.n;
    struct order *order = malloc((n + 1) * sizeof *order);
    struct sorter s = {.room = malloc((n + 1) * sizeof *s.room)};
    struct pl_component *sorted = malloc((n + 1) * sizeof *sorted);
    uint32_t *new_id = malloc((n + 1) * sizeof *new_id);
    bool has_room = order != NULL && s.room != NULL && sorted != NULL && new_id != NULL;
    if (has_room) {
        for (uint32_t i = 0; i < n; i++)
            order[i] = (struct order){.key = c->components.v[i].key, .id = i};
        sort_order(&s, order, n, 0);
        for (uint32_t i = 0; i < n; i++) {
            sorted[i] = c->components.v[order[i].id];
            new_id[order[i].id] = i;
        }
        memcpy(c->components.v, sorted, n * sizeof *sorted);
        for (size_t i = 0; i < c->edges.n; i++) {
            c->edges.v[i].from = new_id[c->edges.v[i].from];
            c->edges.v[i].to = new_id[c->edges.v[i].to];
        }
        *root = new_id[*root];
        c->work += s.work + 3 * n + 2 * c->edges.n;
    }
    free(order);
    free(s.room);
    free(sorted);
    free(new_id);
    return has_room ? PL_OK : pl_fail_nomem(err);
}

static pl_status rebuild(struct pl_chain *c, struct pl_err *err)
{
    c->work = pl_chain_work(c);
    pl_graph_reset(&c->graph);
    pl_condensation_reset(&c->groups);
    pl_status st = pl_graph_build((uint32_t)c->components.n, c->edges.v, c->edges.n, &c->graph, err);
    return st == PL_OK ? pl_graph_condense(&c->graph, &c->groups, err) : st;
}

/* What nothing depends on is in the product all the same; that much shows before there is a graph. */
static pl_status attach_tops(struct pl_chain_builder *b, uint64_t *attached, struct pl_err *err)
{
    struct pl_chain *c = b->chain;
    size_t n_edges = c->edges.n;
    bool *is_needed = calloc(c->components.n + 1, sizeof *is_needed);
    pl_status st = is_needed == NULL ? pl_fail_nomem(err) : PL_OK;
    for (size_t i = 0; i < n_edges && st == PL_OK; i++)
        if (c->edges.v[i].from != c->edges.v[i].to)
            is_needed[c->edges.v[i].to] = true;
    for (uint32_t i = 0; i < c->components.n && st == PL_OK; i++)
        if (!is_needed[i] && i != c->root) {
            st = pl_chain_depend(b, c->root, i, err);
            ++*attached;
        }
    c->work += n_edges + c->components.n;
    free(is_needed);
    return st;
}

/* And so are cycles that nothing else depends on. Groups are asked from the top down: each has learnt from all above it whether it is reached. */
static pl_status attach_cycles(struct pl_chain_builder *b, uint64_t *attached, struct pl_err *err)
{
    struct pl_chain *c = b->chain;
    struct pl_condensation *g = &c->groups;
    bool *is_reached = calloc((size_t)g->n_groups + 1, sizeof *is_reached);
    pl_status st = is_reached == NULL ? pl_fail_nomem(err) : PL_OK;
    if (st != PL_OK)
        return st;
    is_reached[g->group[c->root]] = true;
    for (uint32_t k = g->group[c->root] + 1; k-- > 0;)
        for (uint32_t e = g->below_first[k]; is_reached[k] && e < g->below_first[k + 1]; e++)
            is_reached[g->below[e]] = true;
    for (uint32_t k = g->n_groups; k-- > 0 && st == PL_OK;) {
        if (!is_reached[k]) {
            st = pl_chain_depend(b, c->root, g->member[g->first[k]], err);
            ++*attached;
        }
        for (uint32_t e = g->below_first[k]; e < g->below_first[k + 1]; e++)
            is_reached[g->below[e]] = true;
    }
    g->work += 2 * ((uint64_t)g->n_groups + g->below_first[g->n_groups]);
    free(is_reached);
    return st;
}

static pl_status note_shape(struct pl_chain_builder *b, uint64_t attached, bool has_edges, struct pl_err *err)
{
    struct pl_chain *c = b->chain;
    char text[200];
    pl_status st = PL_OK;
    if (b->is_flat)
        return PL_OK;
    if (c->components.n > 1 && !has_edges)
        return pl_chain_note(
            b, "chain.no-dependencies", PL_SEVERITY_WARNING, (pl_bytes){NULL, 0},
            "the document lists components and does not say who depends on whom; all count as "
            "dependencies of the product",
            err);
    if (attached > 0) {
        (void)snprintf(text, sizeof text,
                       "nothing depends on %llu of the components that the document lists; they count as "
                       "dependencies of the product",
                       (unsigned long long)attached);
        st = pl_chain_note(b, "chain.unattached", PL_SEVERITY_NOTE, (pl_bytes){NULL, 0}, text, err);
    }
    return st;
}

pl_status pl_chain_finish(struct pl_chain_builder *b, uint32_t root, struct pl_err *err)
{
    struct pl_chain *c = b->chain;
    uint64_t attached = 0;
    bool has_edges = c->edges.n > 0;
    char text[200];
    pl_status st = sort_components(b, &root, err);
    c->root = root;
    if (st == PL_OK)
        st = attach_tops(b, &attached, err);
    if (st == PL_OK)
        st = rebuild(c, err);
    uint64_t tops = attached;
    if (st == PL_OK)
        st = attach_cycles(b, &attached, err);
    if (st == PL_OK && attached > tops)
        st = rebuild(c, err);
    if (st == PL_OK)
        st = note_shape(b, attached, has_edges, err);
    if (st == PL_OK && b->duplicates > 0) {
        (void)snprintf(text, sizeof text, "%llu components are listed more than once",
                       (unsigned long long)b->duplicates);
        st = pl_chain_note(b, "chain.duplicate", PL_SEVERITY_NOTE, (pl_bytes){NULL, 0}, text, err);
    }
    return st;
}
