/*
 * check_path.h - the whole path of a check in memory, and what holds of any report: for fuzz_check.c and fuzz_limits.c alone.
 */
#ifndef PL_FUZZ_CHECK_PATH_H
#define PL_FUZZ_CHECK_PATH_H

#include "base/buf.h"
#include "base/cursor.h"
#include "corpus/tree_build.h"
#include "judge/judge.h"
#include "pipeline/examine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB (1ull << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a run came to, beside the text of its reports. */
struct path_result {
    pl_status status;
    enum pl_verdict sourced;
    uint64_t opaque_bytes;
    bool says_limit; /* a finding, a note or an error names a limit that was reached */
};

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "check: %s\n", what);
    abort();
}

/* Bounds that let a fuzzer try many inputs a second. */
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

static bool says_limit(const struct pl_report *r)
{
    for (size_t i = 0; i < r->findings.list.n; i++)
        if (strstr(r->findings.list.v[i].tag, ".limit") != NULL)
            return true;
    for (size_t i = 0; i < r->files.n; i++)
        for (size_t k = 0; k < r->files.v[i]->findings.list.n; k++)
            if (strstr(r->files.v[i]->findings.list.v[k].tag, ".limit") != NULL)
                return true;
    return false;
}

static struct path_result run(struct pl_source_tree *tree, pl_bytes package, const struct pl_limits *limits,
                              unsigned jobs, struct pl_buf *out)
{
    struct path_result result = {.status = PL_OK};
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
        result.sourced = r->links[PL_LINK_SOURCED].verdict;
        result.opaque_bytes = r->bytes[PL_CLASS_OPAQUE];
        result.says_limit = says_limit(r);
    } else {
        pl_buf_printf(out, "%s: %s", pl_status_name(st), err.text);
    }
    pl_report_free(r);
    result.status = st;
    return result;
}

#endif
