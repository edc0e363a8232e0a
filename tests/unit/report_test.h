/*
 * report_test.h - a report with a bit of everything, as pl_judge() leaves it.
 */
#ifndef PL_TESTS_REPORT_TEST_H
#define PL_TESTS_REPORT_TEST_H

#include "base/buf.h"
#include "judge/judge.h"
#include "model/report.h"
#include "unit.h"

#include <stdio.h>

static inline struct pl_file *report_test_file(struct pl_report *r, const char *path, enum pl_role role,
                                               uint64_t size, uint64_t explained, enum pl_class rest)
{
    struct pl_file *f = pl_arena_take(&r->arena, sizeof *f);
    struct pl_file **slot = PL_VEC_ADD(&r->files);
    assert_true(f != NULL && slot != NULL);
    *slot = f;
    *f = (struct pl_file){.order = r->files.n - 1,
                          .path = pl_bytes_of_str(path),
                          .size = size,
                          .kind = "shell",
                          .role = role,
                          .has_digests = true};
    memset(f->sha256.b, (int)r->files.n, sizeof f->sha256.b);
    pl_ledger_init(&f->ledger, size);
    pl_findings_init(&f->findings, &r->arena, 100);
    struct pl_claim c = {.length = explained,
                         .class = PL_CLASS_DERIVED,
                         .grade = PL_GRADE_B,
                         .rule = "text.coverage",
                         .source = "src/\xff\n.c:1-2",
                         .source_offset = 7,
                         .note = "patch"};
    assert_int_equal(pl_ledger_claim(&f->ledger, &c, NULL), PL_OK);
    assert_int_equal(pl_ledger_seal(&f->ledger, rest, "none", NULL), PL_OK);
    return f;
}

static inline void report_test_residue(struct pl_file *f, uint64_t offset, uint64_t length,
                                       uint32_t novel_words)
{
    struct pl_residue *x = PL_VEC_ADD(&f->residues);
    *x = (struct pl_residue){.offset = offset,
                             .length = length,
                             .words = 3,
                             .novel_words = novel_words,
                             .sample = PL_LIT("evil\0\x1b\xe2\x80\xae")};
}

static inline struct pl_report *report_test_empty(void)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_report *r = pl_report_new(&limits);
    assert_non_null(r);
    r->subject_name = "x_1.0_all.deb";
    r->subject_purl = "pkg:deb/debian/x@1.0";
    r->has_subject_digest = true;
    r->subject_size = 4321;
    r->links[PL_LINK_SHIPPED].verdict = PL_VERDICT_HOLDS;
    r->links[PL_LINK_PUBLISHED].verdict = PL_VERDICT_HOLDS;
    struct pl_report_source *s = PL_VEC_ADD(&r->sources);
    *s = (struct pl_report_source){
        .name = "x 1.0", .uri = "./x", .how = PL_HOW_GIVEN, .files = 3, .bytes = 99};
    return r;
}

static inline void report_test_judge(struct pl_report *r)
{
    struct pl_policy policy = pl_policy_default();
    assert_int_equal(pl_judge(r, &policy, true, NULL), PL_OK);
}

static inline bool report_test_put(void *ctx, const void *bytes, size_t n)
{
    pl_buf_add(ctx, pl_bytes_of(bytes, n));
    return true;
}

/* As JSON, for the caller to reset. */
static inline struct pl_buf report_test_json(const struct pl_report *r)
{
    struct pl_buf out;
    pl_buf_init(&out, 16u << 20);
    assert_int_equal(pl_report_write(r, "json", NULL, report_test_put, &out, NULL), PL_OK);
    return out;
}

#endif
