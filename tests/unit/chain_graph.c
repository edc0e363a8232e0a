/*
 * chain_graph.c - graphs, cycles and chain levels, against slow and plain answers on random graphs.
 */
#include "chain/levels.h"

#include "unit.h"

#define MAX_NODES 24u
#define MAX_EDGES 80u
#define TURNS     3000

struct made {
    uint32_t n;
    struct pl_edge edges[MAX_EDGES];
    size_t n_edges;
    uint8_t own[MAX_NODES];
    struct pl_graph g;
    struct pl_condensation c;
    uint8_t chain[MAX_NODES];
};

static void solve(struct made *m)
{
    assert_int_equal(pl_graph_build(m->n, m->edges, m->n_edges, &m->g, NULL), PL_OK);
    assert_int_equal(pl_graph_condense(&m->g, &m->c, NULL), PL_OK);
    assert_int_equal(pl_chain_levels(&m->c, m->own, m->chain, NULL), PL_OK);
}

static void drop(struct made *m)
{
    pl_graph_reset(&m->g);
    pl_condensation_reset(&m->c);
}

static struct made random_graph(uint64_t *seed)
{
    struct made m = {.n = 1 + (uint32_t)unit_below(seed, MAX_NODES)};
    m.n_edges = unit_below(seed, MAX_EDGES);
    for (size_t i = 0; i < m.n_edges; i++)
        m.edges[i] = (struct pl_edge){(uint32_t)unit_below(seed, m.n), (uint32_t)unit_below(seed, m.n)};
    for (uint32_t i = 0; i < m.n; i++)
        m.own[i] = (uint8_t)unit_below(seed, PL_LEVEL_MAX + 1);
    return m;
}

/* reach[i][k] by squaring, as slow as can be. */
static void reach_plainly(const struct made *m, bool reach[MAX_NODES][MAX_NODES])
{
    memset(reach, 0, sizeof(bool) * MAX_NODES * MAX_NODES);
    for (uint32_t i = 0; i < m->n; i++)
        reach[i][i] = true;
    for (size_t e = 0; e < m->n_edges; e++)
        reach[m->edges[e].from][m->edges[e].to] = true;
    for (uint32_t k = 0; k < m->n; k++)
        for (uint32_t i = 0; i < m->n; i++)
            for (uint32_t j = 0; j < m->n; j++)
                reach[i][j] = reach[i][j] || (reach[i][k] && reach[k][j]);
}

static void edges_are_sorted_and_stand_once(void **state)
{
    static const struct pl_edge edges[] = {{2, 1}, {0, 2}, {0, 1}, {0, 2}, {1, 1}};
    struct pl_graph g;
    (void)state;
    assert_int_equal(pl_graph_build(3, edges, 5, &g, NULL), PL_OK);
    assert_int_equal(pl_graph_edges(&g), 3);
    assert_int_equal(g.to[0], 1);
    assert_int_equal(g.to[1], 2);
    assert_int_equal(g.first[1], 2);
    assert_int_equal(g.first[2], 2);
    assert_int_equal(g.to[2], 1);
    pl_graph_reset(&g);
}

static void an_empty_graph_has_no_groups(void **state)
{
    struct pl_graph g;
    struct pl_condensation c;
    (void)state;
    assert_int_equal(pl_graph_build(0, NULL, 0, &g, NULL), PL_OK);
    assert_int_equal(pl_graph_condense(&g, &c, NULL), PL_OK);
    assert_int_equal(c.n_groups, 0);
    pl_graph_reset(&g);
    pl_condensation_reset(&c);
}

static void groups_are_what_reaches_each_other(void **state)
{
    bool reach[MAX_NODES][MAX_NODES];
    uint64_t seed = 1;
    (void)state;
    for (int turn = 0; turn < TURNS; turn++) {
        struct made m = random_graph(&seed);
        solve(&m);
        reach_plainly(&m, reach);
        for (uint32_t i = 0; i < m.n; i++)
            for (uint32_t k = 0; k < m.n; k++)
                assert_int_equal(m.c.group[i] == m.c.group[k], reach[i][k] && reach[k][i]);
        for (size_t e = 0; e < m.n_edges; e++)
            assert_true(m.c.group[m.edges[e].from] >= m.c.group[m.edges[e].to]);
        drop(&m);
    }
}

static void a_chain_level_is_the_minimum_over_all_that_is_reached(void **state)
{
    bool reach[MAX_NODES][MAX_NODES];
    uint64_t seed = 2;
    (void)state;
    for (int turn = 0; turn < TURNS; turn++) {
        struct made m = random_graph(&seed);
        solve(&m);
        reach_plainly(&m, reach);
        for (uint32_t i = 0; i < m.n; i++) {
            uint8_t least = PL_LEVEL_NEUTRAL;
            for (uint32_t k = 0; k < m.n; k++)
                least = reach[i][k] && m.own[k] < least ? m.own[k] : least;
            assert_int_equal(m.chain[i], least);
            assert_true(m.chain[i] <= m.own[i]);
        }
        drop(&m);
    }
}

static void a_chain_level_never_rises_when_a_dependency_gets_worse(void **state)
{
    uint64_t seed = 3;
    (void)state;
    for (int turn = 0; turn < TURNS; turn++) {
        struct made m = random_graph(&seed);
        struct made worse = m;
        uint32_t victim = (uint32_t)unit_below(&seed, m.n);
        worse.own[victim] = (uint8_t)(m.own[victim] > 0 ? m.own[victim] - 1 : 0);
        if (worse.n_edges < MAX_EDGES) /* one more dependency is never better either */
            worse.edges[worse.n_edges++] = (struct pl_edge){victim, (uint32_t)unit_below(&seed, m.n)};
        solve(&m);
        solve(&worse);
        for (uint32_t i = 0; i < m.n; i++)
            assert_true(worse.chain[i] <= m.chain[i]);
        drop(&m);
        drop(&worse);
    }
}

static void the_order_of_edges_decides_nothing(void **state)
{
    uint64_t seed = 4;
    (void)state;
    for (int turn = 0; turn < TURNS; turn++) {
        struct made m = random_graph(&seed);
        struct made other = m;
        for (size_t i = other.n_edges; i > 1; i--) {
            size_t k = unit_below(&seed, i);
            struct pl_edge e = other.edges[k];
            other.edges[k] = other.edges[i - 1];
            other.edges[i - 1] = e;
        }
        solve(&m);
        solve(&other);
        assert_int_equal(pl_graph_edges(&m.g), pl_graph_edges(&other.g));
        assert_memory_equal(m.g.to, other.g.to, pl_graph_edges(&m.g) * sizeof *m.g.to);
        assert_memory_equal(m.c.group, other.c.group, m.n * sizeof *m.c.group);
        assert_memory_equal(m.chain, other.chain, m.n);
        drop(&m);
        drop(&other);
    }
}

static void dependants_are_all_that_reach_a_node(void **state)
{
    bool reach[MAX_NODES][MAX_NODES];
    uint64_t seed = 5;
    (void)state;
    for (int turn = 0; turn < TURNS; turn++) {
        uint32_t targets[MAX_NODES * 4];
        uint32_t counts[MAX_NODES * 4];
        struct made m = random_graph(&seed);
        size_t n = m.n * 4;
        for (size_t i = 0; i < n; i++)
            targets[i] = (uint32_t)(i % m.n);
        solve(&m);
        reach_plainly(&m, reach);
        assert_int_equal(pl_chain_dependants(&m.c, targets, n, counts, NULL), PL_OK);
        for (size_t i = 0; i < n; i++) {
            uint32_t plain = 0;
            for (uint32_t k = 0; k < m.n; k++)
                plain += k != targets[i] && reach[k][targets[i]];
            assert_int_equal(counts[i], plain);
        }
        drop(&m);
    }
}

static void a_path_follows_edges_to_the_level_that_is_asked_for(void **state)
{
    bool reach[MAX_NODES][MAX_NODES];
    uint64_t seed = 6;
    (void)state;
    for (int turn = 0; turn < TURNS; turn++) {
        struct pl_chain_path path;
        struct made m = random_graph(&seed);
        bool is_reached[MAX_NODES];
        solve(&m);
        reach_plainly(&m, reach);
        assert_int_equal(pl_chain_path_to(&m.g, 0, m.own, m.chain[0], &path, NULL), PL_OK);
        assert_true(path.n > 0);
        assert_int_equal(path.v[0], 0);
        assert_int_equal(m.own[path.v[path.n - 1]], m.chain[0]);
        for (uint32_t i = 0; i + 1 < path.n; i++) {
            bool is_edge = false;
            for (uint32_t e = m.g.first[path.v[i]]; e < m.g.first[path.v[i] + 1]; e++)
                is_edge = is_edge || m.g.to[e] == path.v[i + 1];
            assert_true(is_edge);
            assert_true(m.own[path.v[i]] != m.chain[0]);
        }
        free(path.v);
        assert_int_equal(pl_chain_reach(&m.c, 0, is_reached, NULL), PL_OK);
        for (uint32_t i = 0; i < m.n; i++)
            assert_int_equal(is_reached[i], reach[0][i]);
        drop(&m);
    }
}

static void the_nearest_of_equally_near_ones_has_the_smallest_number(void **state)
{
    static const struct pl_edge edges[] = {{0, 1}, {0, 2}, {1, 5}, {2, 3}, {2, 4}};
    static const uint8_t own[] = {4, 4, 4, 1, 1, 1};
    struct pl_graph g;
    struct pl_chain_path path;
    (void)state;
    assert_int_equal(pl_graph_build(6, edges, 5, &g, NULL), PL_OK);
    assert_int_equal(pl_chain_path_to(&g, 0, own, 1, &path, NULL), PL_OK);
    assert_int_equal(path.n, 3);
    assert_int_equal(path.v[1], 2);
    assert_int_equal(path.v[2], 3);
    free(path.v);
    assert_int_equal(pl_chain_path_to(&g, 0, own, 0, &path, NULL), PL_OK);
    assert_int_equal(path.n, 0);
    pl_graph_reset(&g);
}

static void ways_through_diamonds_multiply_up_to_the_most(void **state)
{
    /* 0 -> {1, 2} -> 3 -> {4, 5} -> 6, and a cycle 6 <-> 7 */
    static const struct pl_edge edges[] = {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {3, 4},
                                           {3, 5}, {4, 6}, {5, 6}, {6, 7}, {7, 6}};
    struct pl_graph g;
    struct pl_condensation c;
    uint64_t ways;
    uint32_t depth;
    (void)state;
    assert_int_equal(pl_graph_build(8, edges, 10, &g, NULL), PL_OK);
    assert_int_equal(pl_graph_condense(&g, &c, NULL), PL_OK);
    assert_int_equal(c.n_cycles, 1);
    assert_int_equal(pl_chain_count_paths(&c, 0, 7, 1000, &ways, NULL), PL_OK);
    assert_int_equal(ways, 4);
    assert_int_equal(pl_chain_count_paths(&c, 0, 7, 3, &ways, NULL), PL_OK);
    assert_int_equal(ways, 3);
    assert_int_equal(pl_chain_depth(&c, 0, &depth, NULL), PL_OK);
    assert_int_equal(depth, 4);
    pl_graph_reset(&g);
    pl_condensation_reset(&c);
}

static void a_line_of_a_million_nodes_needs_no_stack(void **state)
{
    const uint32_t n = 1000000;
    struct pl_edge *edges = malloc(n * sizeof *edges);
    uint8_t *own = malloc(n);
    uint8_t *chain = malloc(n);
    struct pl_graph g;
    struct pl_condensation c;
    uint32_t depth;
    (void)state;
    assert_true(edges != NULL && own != NULL && chain != NULL);
    for (uint32_t i = 0; i < n; i++) {
        edges[i] = (struct pl_edge){i, i + 1 < n ? i + 1 : i};
        own[i] = i + 1 < n ? 4 : 1;
    }
    assert_int_equal(pl_graph_build(n, edges, n, &g, NULL), PL_OK);
    assert_int_equal(pl_graph_condense(&g, &c, NULL), PL_OK);
    assert_int_equal(pl_chain_levels(&c, own, chain, NULL), PL_OK);
    assert_int_equal(chain[0], 1);
    assert_int_equal(pl_chain_depth(&c, 0, &depth, NULL), PL_OK);
    assert_int_equal(depth, n - 1);
    pl_graph_reset(&g);
    pl_condensation_reset(&c);
    free(edges);
    free(own);
    free(chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_are_sorted_and_stand_once),
        cmocka_unit_test(an_empty_graph_has_no_groups),
        cmocka_unit_test(groups_are_what_reaches_each_other),
        cmocka_unit_test(a_chain_level_is_the_minimum_over_all_that_is_reached),
        cmocka_unit_test(a_chain_level_never_rises_when_a_dependency_gets_worse),
        cmocka_unit_test(the_order_of_edges_decides_nothing),
        cmocka_unit_test(dependants_are_all_that_reach_a_node),
        cmocka_unit_test(a_path_follows_edges_to_the_level_that_is_asked_for),
        cmocka_unit_test(the_nearest_of_equally_near_ones_has_the_smallest_number),
        cmocka_unit_test(ways_through_diamonds_multiply_up_to_the_most),
        cmocka_unit_test(a_line_of_a_million_nodes_needs_no_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
