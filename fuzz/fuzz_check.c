/*
 * fuzz_check.c - the whole path in memory: a package and one source file to a judged, written report.
 *
 *     | n, 4 bytes LE | source, n bytes (n is taken modulo the rest + 1) | package, all that is left |
 *
 * Must hold for any bytes: no status is PL_E_BUG, every ledger sums to its file, and a second run with three threads
 * writes the same bytes as the first with one.
 */
#include "base/buf.h"
#include "base/cursor.h"
#include "corpus/tree_build.h"
#include "judge/judge.h"
#include "pipeline/examine.h"

#include <stdio.h>
#include <stdlib.h>

#define MIB (1ull << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "fuzz_check: %s\n", what);
    abort();
}

static struct pl_limits small_limits(void)
{
    struct pl_limits l = pl_limits_default();
    l.input_bytes = 1 * MIB;
    l.unpacked_bytes = 4 * MIB;
    l.file_bytes = 2 * MIB;
    l.ratio_floor_bytes = 1 * MIB;
    l.entries = 500;
    l.depth = 6;
    l.memory_bytes = 256 * MIB;
    l.findings = 50;
    return l;
}

/* One file named `source`, or what is in it when it is an archive; NULL when it cannot be read. */
static struct pl_source_tree *load(pl_bytes source, const struct pl_limits *limits)
{
    struct pl_source_spec spec = {.name = "source", .uri = "source", .jobs = 1};
    struct pl_artifact one = {.name = "source", .bytes = source};
    struct pl_source_tree *t = NULL;
    struct pl_err err;
    pl_status st = pl_source_tree_from_artifacts(&spec, &one, 1, limits, &t, &err);
    require(st != PL_E_BUG, "a bug while the source was read");
    return st == PL_OK ? t : NULL;
}

static void check_ledgers(const struct pl_report *r)
{
    for (size_t i = 0; i < r->files.n; i++) {
        uint64_t by_class[PL_CLASS_COUNT];
        const struct pl_file *f = r->files.v[i];
        require(f->ledger.is_sealed, "a file without a sealed ledger");
        uint64_t sum = pl_ledger_totals(&f->ledger, by_class, NULL);
        for (int c = 0; c < PL_CLASS_COUNT; c++)
            sum += by_class[c];
        require(sum == f->size && sum == f->ledger.size, "classes do not sum to the size");
    }
}

static bool put(void *ctx, const void *bytes, size_t n)
{
    pl_buf_add(ctx, pl_bytes_of(bytes, n));
    return true;
}

static void write_all(const struct pl_report *r, struct pl_buf *out)
{
    struct pl_write_options options = {.is_verbose = true, .row_limit = 1000000};
    for (size_t i = 0; pl_report_format(i) != NULL; i++)
        require(pl_report_write(r, pl_report_format(i), &options, put, out, NULL) == PL_OK,
                "a report is not written");
    require(out->why == PL_OK, "a report is too large");
}

static void run(struct pl_source_tree *tree, pl_bytes package, const struct pl_limits *limits, unsigned jobs,
                struct pl_buf *out)
{
    struct pl_err err = {0};
    struct pl_index *index = NULL;
    struct pl_policy policy = pl_policy_default();
    struct pl_report *r = pl_report_new(limits);
    require(r != NULL, "out of memory");
    r->subject_name = "package";
    pl_status st = tree == NULL ? PL_OK : pl_index_build(&tree, 1, jobs, &index, &err);
    require(st == PL_OK, "no index of a source that was read");
    struct pl_examination x = {.limits = limits, .index = index, .jobs = jobs};
    st = pl_examine(&x, package, "package", r, &err);
    pl_index_free(index);
    require(st != PL_E_BUG, err.text);
    if (st == PL_OK) {
        check_ledgers(r);
        require(pl_judge(r, &policy, tree != NULL, &err) == PL_OK, "not judged");
        for (size_t i = 0; i < r->files.n; i++)
            pl_file_release(r->files.v[i]);
        write_all(r, out);
    } else {
        pl_buf_printf(out, "%s: %s", pl_status_name(st), err.text);
    }
    pl_report_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pl_limits limits = small_limits();
    pl_bytes input = pl_bytes_of(data, size);
    struct pl_buf one;
    struct pl_buf three;
    if (size < 4 || size > limits.input_bytes)
        return 0;
    struct pl_cursor c = pl_cursor_of(input);
    size_t source_bytes = pl_cursor_u32le(&c) % (size - 3);
    struct pl_source_tree *tree = load(pl_bytes_sub(input, 4, source_bytes), &limits);
    pl_bytes package = pl_bytes_from(input, 4 + source_bytes);
    pl_buf_init(&one, 256 * MIB);
    pl_buf_init(&three, 256 * MIB);
    run(tree, package, &limits, 1, &one);
    run(tree, package, &limits, 3, &three);
    require(pl_bytes_eq(pl_buf_bytes(&one), pl_buf_bytes(&three)), "one thread and three disagree");
    pl_buf_reset(&one);
    pl_buf_reset(&three);
    pl_source_tree_free(tree);
    return 0;
}
