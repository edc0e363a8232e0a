/*
 * many_checks.c - thousands of checks in one process: nothing is left over; the times of the first and the last are printed.
 *
 * usage: many_checks PACKAGE SOURCE CACHE COUNT [unconfined]     Prints TAP.
 *
 * Compared are the first tenth and the last: resident memory, open descriptors, and the least time of a check, which noise of the machine
 * does not lower.
 */
#include "base/sanitized.h"
#include "io/clock.h"
#include "plumbline/plumbline.h"
#include "tap.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GROWTH_BYTES (4ull << 20)

static unsigned long long resident_bytes(void)
{
    unsigned long long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL || fscanf(f, "%*u %llu", &pages) != 1)
        pages = 0;
    if (f != NULL)
        (void)fclose(f); /* opened for reading */
    return pages * (unsigned long long)sysconf(_SC_PAGESIZE);
}

static unsigned open_descriptors(void)
{
    unsigned n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (d != NULL && readdir(d) != NULL)
        n++;
    if (d != NULL)
        (void)closedir(d); /* opened for reading */
    return n;
}

struct stretch {
    unsigned long long resident;
    unsigned descriptors;
    uint64_t least_ns;
};

/* false when a check did not end as the first one did. */
static bool run(const struct pl_check_options *options, unsigned count, enum pl_exit *exit,
                struct stretch *out)
{
    out->least_ns = UINT64_MAX;
    for (unsigned i = 0; i < count; i++) {
        struct pl_report *r = NULL;
        struct pl_err err;
        uint64_t start = pl_clock_monotonic_ns();
        if (pl_check(options, &r, &err) != PL_OK)
            return false;
        uint64_t ns = pl_clock_monotonic_ns() - start;
        bool is_same = (int)*exit < 0 || pl_report_exit(r) == *exit;
        *exit = pl_report_exit(r);
        pl_report_free(r);
        if (!is_same)
            return false;
        out->least_ns = ns < out->least_ns ? ns : out->least_ns;
    }
    out->resident = resident_bytes();
    out->descriptors = open_descriptors();
    return true;
}

int main(int argc, char **argv)
{
    bool is_unconfined = argc == 6 && strcmp(argv[5], "unconfined") == 0;
    if (argc != 5 && !is_unconfined)
        return 2;
    const char *sources[] = {argv[2]};
    struct pl_check_options options = {.subject = argv[1],
                                       .sources = sources,
                                       .n_sources = 1,
                                       .jobs = 2,
                                       .is_offline = true,
                                       .is_unconfined = is_unconfined,
                                       .cache_dir = argv[3],
                                       .system_root = argv[3]};
    unsigned count = (unsigned)strtoul(argv[4], NULL, 10);
    unsigned part = count < 100 ? 10 : count / 10;
    enum pl_exit exit = (enum pl_exit) - 1;
    struct stretch first = {0};
    struct stretch middle = {0};
    struct stretch last = {0};
    bool is_good = run(&options, part, &exit, &first) && run(&options, count - 2 * part, &exit, &middle) &&
                   run(&options, part, &exit, &last);
    int failed = report(is_good && exit != PL_EXIT_BUG && exit != PL_EXIT_INPUT,
                        "every check ends as the first one did");
    printf("# %u checks: resident %llu KiB, then %llu KiB; descriptors %u, then %u; least time %llu us, then "
           "%llu us\n",
           count, first.resident >> 10, last.resident >> 10, first.descriptors, last.descriptors,
           (unsigned long long)first.least_ns / 1000, (unsigned long long)last.least_ns / 1000);
    /* A sanitizer keeps what is freed for a while, to watch it. */
    failed += report(PL_HAS_ASAN || last.resident <= first.resident + GROWTH_BYTES, "memory does not grow");
    failed += report(last.descriptors == first.descriptors, "no descriptor is left open");
    printf("1..%d\n", cases);
    return failed == 0 ? 0 : 1;
}
