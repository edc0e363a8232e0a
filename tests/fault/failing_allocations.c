/*
 * failing_allocations.c - a whole check in which the n-th allocation fails, for n = 1, 2, 3, ...
 *
 * usage: failing_allocations PACKAGE SOURCE CACHE EXIT-CODE     Prints TAP.
 *
 * EXIT-CODE is what the check gives when nothing fails. A run with a failure either says that memory was short, or gives the very same
 * ledger and exit code: a lost allocation must not lose a finding. After DENSE the steps grow by a fiftieth, to bound the time.
 */
#include "base/buf.h"
#include "plumbline/plumbline.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>

#include "../unit/failing_malloc.h" /* after the prototypes of what it replaces */

#define DENSE 1500

static bool put(void *ctx, const void *bytes, size_t n)
{
    pl_buf_add(ctx, pl_bytes_of(bytes, n));
    return true;
}

/* What came out of one run. */
struct outcome {
    pl_status st;
    pl_status written;
    enum pl_exit exit;
    size_t errors;
    bool only_nomem; /* all errors on record are PL_E_NOMEM */
    struct pl_buf ledger;
};

static struct outcome run(const struct pl_check_options *options, long nth, bool *has_failed)
{
    struct outcome o = {.only_nomem = true};
    struct pl_report *r = NULL;
    struct pl_err err;
    pl_buf_init(&o.ledger, 64u << 20);
    (void)pl_buf_grow(&o.ledger, 1u << 20); /* room beforehand: it is ours, and not what is tried */
    pl_buf_clear(&o.ledger);
    failing_malloc_begin(nth);
    o.st = pl_check(options, &r, &err);
    if (o.st == PL_OK)
        o.written = pl_report_write(r, "ledger", &(struct pl_write_options){0}, put, &o.ledger, &err);
    *has_failed = failing_malloc_end();
    if (r == NULL)
        return o;
    o.exit = pl_report_exit(r);
    o.errors = pl_report_error_count(r);
    for (size_t i = 0; i < o.errors; i++)
        if (pl_report_error(r, i)->status != PL_E_NOMEM)
            o.only_nomem = false;
    for (size_t i = 0; i < o.errors && !o.only_nomem; i++)
        printf("# allocation %ld: %s: %s\n", nth, pl_status_name(pl_report_error(r, i)->status),
               pl_report_error(r, i)->text);
    pl_report_free(r);
    return o;
}

static bool is_equal(const struct outcome *a, const struct outcome *b)
{
    return a->exit == b->exit && a->errors == b->errors &&
           pl_bytes_eq(pl_buf_bytes(&a->ledger), pl_buf_bytes(&b->ledger));
}

/* A lost allocation is owned up to, or made no difference. */
static bool is_honest(const struct outcome *o, const struct outcome *whole)
{
    if (o->st == PL_E_NOMEM)
        return true;
    if (o->st != PL_OK)
        return false;
    if (o->errors > 0)
        return o->only_nomem && o->exit == PL_EXIT_INCONCLUSIVE;
    if (o->written == PL_E_NOMEM)
        return o->exit == whole->exit;
    return o->written == PL_OK && is_equal(o, whole);
}

static int try_all(const struct pl_check_options *options, const struct outcome *whole)
{
    bool has_failed = true;
    long tried = 0;
    long dishonest = 0;
    long n;
    for (n = 1; has_failed; n += n < DENSE ? 1 : n / 50) {
        struct outcome o = run(options, n, &has_failed);
        if (!is_honest(&o, whole)) {
            dishonest++;
            printf("# allocation %ld: status %s, written %s, exit %d, %zu errors%s\n", n,
                   pl_status_name(o.st), pl_status_name(o.written), (int)o.exit, o.errors,
                   o.st == PL_OK && o.errors == 0 ? ", and another ledger or exit code" : "");
        }
        pl_buf_reset(&o.ledger);
        tried++;
    }
    printf("# %ld runs, the last with allocation %ld\n", tried, n);
    return report(dishonest == 0, "a failed allocation is owned up to or makes no difference");
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    const char *sources[] = {argv[2]};
    struct pl_check_options options = {.subject = argv[1],
                                       .sources = sources,
                                       .n_sources = 1,
                                       .jobs = 1,
                                       .is_offline = true,
                                       .is_unconfined = true, /* the allocations of a child are not counted */
                                       .cache_dir = argv[3],
                                       .system_root = argv[3]};
    bool has_failed;
    (void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ); /* what was tried last is seen when it crashes */
    struct outcome whole = run(&options, 0, &has_failed);
    int failed = report(whole.st == PL_OK && whole.errors == 0 && (int)whole.exit == atoi(argv[4]),
                        "with enough memory the verdict is the expected one");
    if (failed == 0)
        failed += try_all(&options, &whole);
    struct outcome again = run(&options, 0, &has_failed);
    failed += report(is_equal(&whole, &again), "after all failures a run gives what the first one gave");
    pl_buf_reset(&whole.ledger);
    pl_buf_reset(&again.ledger);
    printf("1..%d\n", cases);
    return failed == 0 ? 0 : 1;
}
