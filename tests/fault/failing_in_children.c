/*
 * failing_in_children.c - a whole check in which allocations of one of its child processes fail: the n-th, or all from the n-th on.
 *
 * usage: failing_in_children PACKAGE SOURCE CACHE EXIT-CODE [all]     Prints TAP.
 *
 * EXIT-CODE is what the check gives when nothing fails. With a failure the report is JSON still, and either it is the same, or something says
 * that it is not whole: an error, or a file that is opaque with `file.crashed`. It never passes then, and never takes long. `all` tries
 * every allocation; otherwise the first DENSE of each process, and then steps that grow by a fifth.
 *
 * The processes are told apart by their order: the one that reads the source comes first, then the one that examines the package. Those that are
 * started again after one has ended early are further ones.
 */
#include "base/buf.h"
#include "io/clock.h"
#include "plumbline/plumbline.h"
#include "tap.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DENSE        40
#define MAX_CHILDREN 16
#define LONG_SECONDS 30

/* Seen by all processes. */
static struct shared {
    atomic_uint children;
    atomic_bool has_failed;
} * shared;

static bool is_on;
static bool is_lasting;  /* all from the n-th on */
static unsigned child;   /* whose allocations fail, counted from 1 */
static long nth;         /* that fails, counted from 1 */
static pid_t me;         /* the process that the two below are about */
static unsigned ordinal; /* of it; 0: the test itself */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_OFF 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || !defined(__GLIBC__)
#define IS_OFF 1
#endif

#ifdef IS_OFF
static const bool can_fail = false;
#else
static const bool can_fail = true;
static atomic_long count;

static bool fails_now(void)
{
    if (!is_on)
        return false;
    if (getpid() != me) {
        me = getpid();
        ordinal = atomic_fetch_add(&shared->children, 1) + 1;
        atomic_store(&count, 0);
    }
    if (ordinal != child)
        return false;
    long n = atomic_fetch_add(&count, 1) + 1;
    if (n < nth || (n > nth && !is_lasting))
        return false;
    atomic_store(&shared->has_failed, true);
    errno = ENOMEM;
    return true;
}

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t count, size_t n);
void *__libc_realloc(void *p, size_t n);

__attribute__((visibility("default"))) void *malloc(size_t n)
{
    return fails_now() ? NULL : __libc_malloc(n);
}

__attribute__((visibility("default"))) void *calloc(size_t items, size_t n)
{
    return fails_now() ? NULL : __libc_calloc(items, n);
}

__attribute__((visibility("default"))) void *realloc(void *p, size_t n)
{
    return fails_now() ? NULL : __libc_realloc(p, n);
}
#endif

static bool put(void *ctx, const void *bytes, size_t n)
{
    pl_buf_add(ctx, pl_bytes_of(bytes, n));
    return true;
}

/* What came out of one run. */
struct outcome {
    pl_status st;
    enum pl_exit exit;
    bool is_written; /* both formats */
    bool is_json;
    bool is_owned_up; /* an error is on record, or a file crashed */
    uint64_t ns;
    struct pl_buf ledger;
};

static bool is_json(pl_bytes text)
{
    json_t *j = json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
    bool is = json_is_object(j);
    json_decref(j);
    return is;
}

static struct outcome run(const struct pl_check_options *options, bool fails)
{
    struct outcome o = {.st = PL_OK};
    struct pl_report *r = NULL;
    struct pl_err err;
    struct pl_buf text;
    pl_buf_init(&o.ledger, 64u << 20);
    pl_buf_init(&text, 64u << 20);
    atomic_store(&shared->children, 0);
    atomic_store(&shared->has_failed, false);
    me = getpid();
    ordinal = 0;
    uint64_t start = pl_clock_monotonic_ns();
    is_on = fails;
    o.st = pl_check(options, &r, &err);
    is_on = false;
    o.ns = pl_clock_monotonic_ns() - start;
    if (o.st != PL_OK)
        return o;
    o.exit = pl_report_exit(r);
    o.is_written =
        pl_report_write(r, "ledger", &(struct pl_write_options){0}, put, &o.ledger, &err) == PL_OK &&
        pl_report_write(r, "json", &(struct pl_write_options){0}, put, &text, &err) == PL_OK;
    o.is_json = is_json(pl_buf_bytes(&text));
    o.is_owned_up = pl_report_error_count(r) > 0 ||
                    pl_bytes_find(pl_buf_bytes(&text), PL_LIT("file.crashed"), 0) != SIZE_MAX;
    pl_buf_reset(&text);
    pl_report_free(r);
    return o;
}

static bool is_equal(const struct outcome *a, const struct outcome *b)
{
    return a->exit == b->exit && pl_bytes_eq(pl_buf_bytes(&a->ledger), pl_buf_bytes(&b->ledger));
}

/* NULL when all is well. */
static const char *fault_of(const struct outcome *o, const struct outcome *whole)
{
    if (o->ns > LONG_SECONDS * 1000000000ull)
        return "it takes too long";
    if (o->st != PL_OK)
        return o->st == PL_E_NOMEM || o->st == PL_E_INPUT ? NULL : "the status says something else";
    if (!o->is_written || !o->is_json)
        return "the report cannot be written, or is no JSON";
    if (o->is_owned_up)
        return o->exit == PL_EXIT_PASS ? "it is not whole, and passes" : NULL;
    return is_equal(o, whole) ? NULL : "another ledger or exit code, and nothing says why";
}

/* Allocations of child k; how many runs, and how many of them were wrong. */
static void try_child(const struct pl_check_options *options, const struct outcome *whole, long dense,
                      long *runs, long *wrong)
{
    bool has_failed = true;
    for (nth = 1; has_failed; nth += nth < dense ? 1 : nth / 5) {
        struct outcome o = run(options, true);
        has_failed = atomic_load(&shared->has_failed);
        const char *fault = fault_of(&o, whole);
        if (fault != NULL) {
            printf("# process %u, allocation %ld%s: %s (status %s, exit %d, %llu ms)\n", child, nth,
                   is_lasting ? " and on" : "", fault, pl_status_name(o.st), (int)o.exit,
                   (unsigned long long)o.ns / 1000000);
            *wrong += 1;
        }
        *runs += 1;
        pl_buf_reset(&o.ledger);
    }
}

static int try_all(const struct pl_check_options *options, const struct outcome *whole, long dense)
{
    long wrong = 0;
    long tried = 0;
    bool is_there = true;
    for (child = 1; is_there && child <= MAX_CHILDREN; child++) {
        long runs = 0;
        is_lasting = false;
        try_child(options, whole, dense, &runs, &wrong);
        is_there = runs > 1; /* of its first allocation somebody took notice */
        printf("# process %u: %ld runs, up to allocation %ld\n", child, runs, nth);
        is_lasting = true;
        if (is_there)
            try_child(options, whole, dense, &runs, &wrong);
        tried += runs;
    }
    printf("# %ld runs\n", tried);
    int failed = report(child > 3 || !can_fail, "two processes and more took memory");
    return failed +
           report(wrong == 0, "a failed allocation of a child is owned up to or makes no difference");
}

int main(int argc, char **argv)
{
    bool is_thorough = argc == 6 && strcmp(argv[5], "all") == 0;
    if (argc != 5 && !is_thorough)
        return 2;
    const char *sources[] = {argv[2]};
    struct pl_check_options options = {.subject = argv[1],
                                       .sources = sources,
                                       .n_sources = 1,
                                       .jobs = 1,
                                       .is_offline = true,
                                       .cache_dir = argv[3],
                                       .system_root = argv[3]};
    void *p = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return 2;
    shared = p;
    (void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* what was tried last is seen when it crashes */
    struct outcome whole = run(&options, false);
    int failed = report(whole.st == PL_OK && !whole.is_owned_up && (int)whole.exit == atoi(argv[4]),
                        "with enough memory the verdict is the expected one");
    if (failed == 0)
        failed += try_all(&options, &whole, is_thorough ? LONG_MAX : DENSE);
    struct outcome again = run(&options, false);
    failed += report(is_equal(&whole, &again), "after all failures a run gives what the first one gave");
    pl_buf_reset(&whole.ledger);
    pl_buf_reset(&again.ledger);
    printf("1..%d\n", cases);
    return failed == 0 ? 0 : 1;
}
