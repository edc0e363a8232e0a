/*
 * chain_builder.c - components and dependencies to a solved chain: what does not depend on the order they come in, and how the work grows with them.
 */
#include "chain/builder.h"

#include "chain/solve.h"

#include "unit.h"
#include "valgrind.h"

#include <stdio.h>

static struct pl_component_result results[PL_LEVEL_MAX + 1];
static const struct pl_component_result broken = {.level = 1, .violation = 3, .exit = PL_EXIT_FAIL};

struct plan {
    uint32_t n;
    size_t n_edges;
    struct pl_edge *edges;
    const char *prefix; /* of all names */
    uint32_t broken;    /* the number of one whose link is broken; 0: none */
};

static void name_of(const struct plan *p, uint32_t i, char *out, size_t n)
{
    (void)snprintf(out, n, "%s%08x", p->prefix, (unsigned)(i * 2654435761u));
}

static unsigned level_of(uint32_t i)
{
    return i < 100
               ? 1
               : 2 + i % 3; /* as many of the weakest whatever the size: their dependants take two passes */
}

/* Components in the order of `order`, edges from the last one when `is_turned`. */
static struct pl_chain *build(const struct plan *p, const uint32_t *order, bool is_turned)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_chain *c = pl_chain_new(&limits);
    struct pl_chain_builder b;
    uint32_t *ids = malloc((p->n + 1u) * sizeof *ids);
    char name[256];
    assert_true(c != NULL && ids != NULL);
    pl_chain_builder_init(&b, c, &limits);
    for (unsigned level = 0; level <= PL_LEVEL_MAX; level++)
        results[level].level = level;
    for (uint32_t at = 0; at < p->n; at++) {
        uint32_t i = order == NULL ? at : order[at];
        name_of(p, i, name, sizeof name);
        struct pl_component one = {.key = name,
                                   .is_product = i == 0,
                                   .result = i == 0           ? NULL
                                             : i == p->broken ? &broken
                                                              : &results[level_of(i)]};
        assert_int_equal(pl_chain_add(&b, &one, &ids[i], NULL), PL_OK);
    }
    for (size_t k = 0; k < p->n_edges; k++) {
        const struct pl_edge *e = &p->edges[is_turned ? p->n_edges - 1 - k : k];
        assert_int_equal(pl_chain_depend(&b, ids[e->from], ids[e->to], NULL), PL_OK);
    }
    assert_int_equal(pl_chain_finish(&b, ids[0], NULL), PL_OK);
    assert_int_equal(pl_chain_solve(c, NULL), PL_OK);
    pl_chain_builder_reset(&b);
    free(ids);
    return c;
}

static struct plan random_plan(uint32_t n, size_t n_edges, uint64_t *seed)
{
    struct plan p = {.n = n, .n_edges = n_edges, .prefix = "pkg:npm/component-"};
    p.edges = malloc((n_edges + 1) * sizeof *p.edges);
    assert_non_null(p.edges);
    for (size_t i = 0; i < n_edges; i++)
        p.edges[i] = (struct pl_edge){(uint32_t)unit_below(seed, n), (uint32_t)unit_below(seed, n)};
    return p;
}

static void assert_same(const struct pl_chain *a, const struct pl_chain *b)
{
    uint32_t n_edges = a->graph.first[a->graph.n];
    assert_int_equal(a->components.n, b->components.n);
    for (size_t i = 0; i < a->components.n; i++) {
        assert_string_equal(a->components.v[i].key, b->components.v[i].key);
        assert_int_equal(a->components.v[i].own, b->components.v[i].own);
        assert_int_equal(a->components.v[i].chain, b->components.v[i].chain);
        assert_int_equal(a->groups.group[i], b->groups.group[i]);
    }
    assert_memory_equal(a->graph.first, b->graph.first, (a->graph.n + 1u) * sizeof *a->graph.first);
    assert_memory_equal(a->graph.to, b->graph.to, n_edges * sizeof *a->graph.to);
    assert_int_equal(a->root, b->root);
    assert_int_equal(a->level, b->level);
    assert_int_equal(a->exit, b->exit);
    assert_int_equal(a->depth, b->depth);
    assert_int_equal(a->other_paths, b->other_paths);
    assert_int_equal(a->n_path, b->n_path);
    assert_memory_equal(a->path, b->path, a->n_path * sizeof *a->path);
    assert_int_equal(a->n_weakest, b->n_weakest);
    assert_memory_equal(a->weakest, b->weakest, a->n_weakest * sizeof *a->weakest);
    assert_memory_equal(a->dependants, b->dependants, a->n_weakest * sizeof *a->dependants);
    assert_int_equal(a->n_steps, b->n_steps);
    for (unsigned s = 0; s < a->n_steps; s++) {
        assert_int_equal(a->steps[s].n, b->steps[s].n);
        assert_memory_equal(a->steps[s].v, b->steps[s].v, a->steps[s].n * sizeof *a->steps[s].v);
    }
    assert_int_equal(a->findings.list.n, b->findings.list.n);
    for (size_t i = 0; i < a->findings.list.n; i++)
        assert_string_equal(a->findings.list.v[i].message, b->findings.list.v[i].message);
}

static void the_order_of_components_and_dependencies_decides_nothing(void **state)
{
    uint64_t seed = 1;
    (void)state;
    for (int turn = 0; turn < 1000; turn++) {
        uint32_t order[60];
        uint32_t n = 1 + (uint32_t)unit_below(&seed, 60);
        struct plan p = random_plan(n, unit_below(&seed, 2 * n + 1), &seed);
        for (uint32_t i = 0; i < n; i++) { /* Fisher and Yates */
            uint32_t k = (uint32_t)unit_below(&seed, i + 1u);
            order[i] = order[k];
            order[k] = i;
        }
        struct pl_chain *a = build(&p, NULL, false);
        struct pl_chain *b = build(&p, order, true);
        assert_same(a, b);
        pl_chain_free(a);
        pl_chain_free(b);
        free(p.edges);
    }
}

static void the_product_reaches_all_that_is_listed_and_is_never_above_it(void **state)
{
    uint64_t seed = 2;
    (void)state;
    for (int turn = 0; turn < 1000; turn++) {
        uint32_t n = 1 + (uint32_t)unit_below(&seed, 60);
        struct plan p = random_plan(n, unit_below(&seed, 2 * n + 1), &seed);
        struct pl_chain *c = build(&p, NULL, false);
        uint8_t least = PL_LEVEL_NEUTRAL;
        for (size_t i = 0; i < c->components.n; i++) {
            least = c->components.v[i].own < least ? c->components.v[i].own : least;
            assert_true(c->components.v[i].chain <= c->components.v[i].own);
        }
        assert_int_equal(c->components.v[c->root].chain, least);
        pl_chain_free(c);
        free(p.edges);
    }
}

static void components_stand_in_the_order_of_their_keys(void **state)
{
    static const char *const prefixes[] = {"", "x", "pkg:npm/component-",
                                           "the same hundred and fifty bytes for all of them, so that the "
                                           "last comparison is that of the whole text, "
                                           "and not one of eight bytes; the same hundred and fifty bytes"};
    uint64_t seed = 3;
    (void)state;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        struct plan p = random_plan(5000, 0, &seed);
        p.prefix = prefixes[i];
        struct pl_chain *c = build(&p, NULL, false);
        for (size_t k = 1; k < c->components.n; k++)
            assert_true(strcmp(c->components.v[k - 1].key, c->components.v[k].key) < 0);
        pl_chain_free(c);
        free(p.edges);
    }
}

static void a_broken_component_is_weaker_than_one_of_which_nobody_can_tell(void **state)
{
    struct pl_edge edges[] = {{0, 1}, {0, 2}, {2, 3}};
    struct plan p = {.n = 4, .n_edges = 3, .edges = edges, .prefix = "x"};
    char name[64];
    (void)state;
    struct pl_chain *c = build(&p, NULL, false);
    assert_int_equal(c->level, 1);
    assert_int_equal(c->n_path, 2);
    pl_chain_free(c);
    p.broken = 3;
    name_of(&p, 3, name, sizeof name);
    c = build(&p, NULL, false);
    assert_int_equal(c->n_path, 3); /* further away, and yet it is the one */
    assert_string_equal(c->components.v[c->path[2]].key, name);
    assert_int_equal(c->exit, PL_EXIT_FAIL);
    pl_chain_free(c);
}

enum shape { RANDOM, LINE, STAR, CYCLE, FLAT, CYCLES_NOBODY_NEEDS };

static struct plan plan_of(enum shape shape, uint32_t n, uint64_t *seed)
{
    struct plan p = random_plan(n, shape == FLAT ? 0 : shape == RANDOM ? 5 * (size_t)n : n, seed);
    for (uint32_t i = 0; i < n && shape != FLAT && shape != RANDOM; i++)
        p.edges[i] = shape == STAR    ? (struct pl_edge){0, i}
                     : shape == CYCLE ? (struct pl_edge){i, (i + 1) % n}
                     : shape == LINE  ? (struct pl_edge){i, i + 1 < n ? i + 1 : i}
                                      : (struct pl_edge){i, i % 3 < 2 && i + 1 < n ? i + 1 : i - i % 3};
    return p;
}

/* Steps a component or dependency, in thousandths. No clock: a step is a step on any machine, under any load. */
static uint64_t work_ppk(enum shape shape, uint32_t n)
{
    uint64_t seed = 4;
    struct plan p = plan_of(shape, n, &seed);
    struct pl_chain *c = build(&p, NULL, false);
    uint64_t size = c->components.n + c->graph.first[c->graph.n];
    uint64_t work = pl_chain_work(c) * 1000 / size;
    pl_chain_free(c);
    free(p.edges);
    return work;
}

static void work_grows_as_components_and_dependencies_do(void **state)
{
    /* The count is the same under valgrind, which takes minutes for the largest. */
    const uint32_t largest = is_under_valgrind() ? 40000 : 160000;
    (void)state;
    for (enum shape shape = RANDOM; shape <= CYCLES_NOBODY_NEEDS; shape++) {
        uint64_t first = 0;
        for (uint32_t n = 20000; n <= largest; n *= 2) {
            uint64_t work = work_ppk(shape, n);
            first = first == 0 ? work : first;
            if (work > first + first / 20 || work < first - first / 20)
                fail_msg("shape %d: %llu thousandths of a step each, %llu at first", (int)shape,
                         (unsigned long long)work, (unsigned long long)first);
        }
    }
}

static void what_is_listed_twice_is_needed_when_one_of_both_says_so(void **state)
{
    static const char *const scopes[][3] = {{NULL, NULL, "required"},
                                            {"dev", NULL, "required"},
                                            {"dev", "required", "required"},
                                            {"dev", "dev", "dev"}};
    (void)state;
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
        struct pl_limits limits = pl_limits_default();
        struct pl_chain *c = pl_chain_new(&limits);
        struct pl_chain_builder b;
        uint32_t ids[2];
        assert_non_null(c);
        pl_chain_builder_init(&b, c, &limits);
        for (unsigned k = 0; k < 2; k++) {
            struct pl_component one = {.key = "kite", .scope = scopes[i][k]};
            assert_int_equal(pl_chain_add(&b, &one, &ids[k], NULL), PL_OK);
        }
        assert_int_equal(ids[0], ids[1]);
        assert_string_equal(c->components.v[ids[0]].scope, scopes[i][2]);
        pl_chain_builder_reset(&b);
        pl_chain_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_listed_twice_is_needed_when_one_of_both_says_so),
        cmocka_unit_test(the_order_of_components_and_dependencies_decides_nothing),
        cmocka_unit_test(the_product_reaches_all_that_is_listed_and_is_never_above_it),
        cmocka_unit_test(components_stand_in_the_order_of_their_keys),
        cmocka_unit_test(a_broken_component_is_weaker_than_one_of_which_nobody_can_tell),
        cmocka_unit_test(work_grows_as_components_and_dependencies_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
