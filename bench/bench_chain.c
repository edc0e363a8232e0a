/*
 * bench_chain.c - seconds and memory of a chain: components added by purl, sorted, cycles collapsed, levels, weakest path, steps.
 *
 * usage: bench_chain [COMPONENTS]
 * Three sizes, each twice the one before, up to COMPONENTS (1,000,000 when none is named), with five edges a component: most go to a component
 * further down, one in fifty goes back up, so that there are cycles of all sizes. What grows linearly takes twice as long each time. Time depends on
 * what fits into which cache; the count of steps does not: a unit test holds it to a line.
 */
#include "chain/builder.h"
#include "chain/solve.h"
#include "io/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define EDGES_EACH 5u

static uint64_t state = 1;

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t next_random(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static pl_status fill(struct pl_chain_builder *b, uint32_t n, struct pl_err *err)
{
    static struct pl_component_result results[PL_LEVEL_MAX + 1];
    pl_status st = PL_OK;
    for (unsigned i = 0; i <= PL_LEVEL_MAX; i++)
        results[i].level = i;
    for (uint32_t i = 0; i < n && st == PL_OK; i++) {
        char purl[64];
        uint32_t id;
        struct pl_component c = {.key = purl, .purl = purl, .name = purl, .version = "1.0.0"};
        (void)snprintf(purl, sizeof purl, "pkg:npm/component-%u@1.0.0", (unsigned)(i * 2654435761u));
        c.result = &results[1 + next_random() % PL_LEVEL_MAX];
        st = pl_chain_add(b, &c, &id, err);
    }
    for (uint64_t i = 0; i < (uint64_t)n * EDGES_EACH && st == PL_OK; i++) {
        uint32_t from = (uint32_t)(next_random() % n);
        uint32_t below = from + 1 + (uint32_t)(next_random() % 1000);
        bool goes_back = next_random() % 50 == 0;
        uint32_t to = goes_back ? (from > 100 ? from - 100 : 0) : below < n ? below : n - 1;
        st = pl_chain_depend(b, from, to, err);
    }
    return st;
}

static double cpu_seconds(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void report(const struct pl_chain *c, double read, double sort, double solve, double by_clock,
                   long peak_mb)
{
    uint32_t edges = c->graph.first[c->graph.n];
    double size = (double)c->components.n + edges;
    double all = read + sort + solve;
    printf("%9zu components %9u edges %7u groups  depth %6llu  LCAL-%u\n", c->components.n, edges,
           c->groups.n_groups, (unsigned long long)c->depth, c->level);
    printf("          read %.2f s, sort and collapse %.2f s, solve %.2f s, all %.2f s of processor time, "
           "%.2f s by the clock; peak %ld MB\n",
           read, sort, solve, all, by_clock, peak_mb);
    printf(
        "          %llu steps: %.2f a component or edge; %.0f ns a component or edge, %.0f of them without "
        "reading\n",
        (unsigned long long)pl_chain_work(c), (double)pl_chain_work(c) / size, all * 1e9 / size,
        (sort + solve) * 1e9 / size);
}

static bool measure(uint32_t n)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_chain *c = pl_chain_new(&limits);
    struct pl_chain_builder b;
    struct pl_err err = {0};
    struct rusage usage;
    uint64_t start_ns = pl_clock_monotonic_ns();
    double start = cpu_seconds();
    if (c == NULL)
        return false;
    pl_chain_builder_init(&b, c, &limits);
    pl_status st = fill(&b, n, &err);
    double filled = cpu_seconds() - start;
    if (st == PL_OK)
        st = pl_chain_finish(&b, 0, &err);
    double finished = cpu_seconds() - start;
    if (st == PL_OK)
        st = pl_chain_solve(c, &err);
    double solved = cpu_seconds() - start;
    pl_chain_builder_reset(&b);
    if (st != PL_OK || getrusage(RUSAGE_SELF, &usage) != 0)
        (void)fprintf(stderr, "bench_chain: %s\n", err.text);
    else
        report(c, filled, finished - filled, solved - finished,
               (double)(pl_clock_monotonic_ns() - start_ns) / 1e9, usage.ru_maxrss / 1024);
    pl_chain_free(c);
    return st == PL_OK;
}

int main(int argc, char **argv)
{
    unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    for (unsigned long size = n / 4; size <= n && size > 1; size *= 2)
        if (!measure((uint32_t)size))
            return 1;
    return 0;
}
