/*
 * report.h - everything that is known about one check, before it is written in any format.
 */
#ifndef PL_MODEL_REPORT_H
#define PL_MODEL_REPORT_H

#include "model/file.h"
#include "model/limits.h"
#include "model/source.h"
#include "plumbline/plumbline.h"

struct pl_link_result {
    enum pl_verdict verdict;
    const char *why; /* one sentence; never NULL once judged */
};

struct pl_report_source {
    const char *name;
    const char *uri;
    const char *revision; /* NULL when there is none */
    pl_sha256 sha256;
    enum pl_how how;
    uint64_t files;
    uint64_t bytes;
    const struct pl_source_git *git; /* NULL when it is not from git; lives in source_arenas */
    bool is_helper;                  /* the toolchain's or a dependency's, not the package's own */
    const char *missing;             /* why it could not be had, and explains nothing; NULL: it is here */
};

/* One step of the chain that proves publication: "Release", its URI, its digest. */
struct pl_report_step {
    const char *what;
    const char *uri;
    pl_sha256 sha256;
};

/* A finding in its place; file is NULL for what is about the package as a whole. */
struct pl_placed_finding {
    struct pl_file *file;
    struct pl_finding *finding;
};

/* What became of one rule of a policy. Texts live as long as the report. */
struct pl_rule_result {
    const char *rule;      /* "require.level" */
    const char *component; /* of a chain, that it is about; NULL: the subject itself */
    const char *policy;    /* the file it stands in, or "builtin:strict" */
    uint64_t line;         /* counted from 1 */
    enum pl_rule_verdict verdict;
    enum pl_exit exit;  /* what it asks for: pass, fail, or inconclusive where nobody could look */
    const char *why;    /* one sentence with the numbers */
    const char *reason; /* what the policy's author says; NULL */
};

/* What became of one waiver. */
struct pl_waiver_result {
    const char *id;
    const char *tag;
    const char *policy;
    uint64_t line;
    const char *state; /* "live", "expired", "other bytes", "no such finding" */
    const char *owner;
    const char *reason;
    const char *expires; /* "2027-02-01" */
    uint64_t findings;   /* that it covers */
    uint64_t bytes;      /* that are in class `waived` by it */
};

struct pl_policy_result {
    const char *name; /* NULL: the built-in default, which has neither rules nor waivers */
    bool has_digest;
    pl_sha256 sha256;
    enum pl_exit decision;
    PL_VEC(struct pl_rule_result) rules;
    PL_VEC(struct pl_waiver_result) waivers;
    const char *next_expiry; /* of a live waiver: "2027-02-01"; NULL */
};

/* A report that stands for a chain under a policy: there are no files in it. */
struct pl_chain_numbers {
    uint64_t components; /* without the product that a document describes */
    uint64_t unexamined;
    uint64_t in_baseline; /* findings of components */
    bool root_is_product;
};

struct pl_report {
    struct pl_arena arena;          /* texts of this struct */
    struct pl_arena *worker_arenas; /* texts of files, one per worker; owned */
    size_t n_worker_arenas;
    PL_VEC(struct pl_arena *) source_arenas; /* names of source files, which claims point to; owned */

    const char *subject_name;
    const char *subject_purl; /* NULL when it has none */
    bool has_subject_digest;
    pl_sha256 subject_sha256;
    uint64_t subject_size;

    PL_VEC(struct pl_report_source) sources;
    PL_VEC(struct pl_report_step) publication;
    struct pl_link_result links[PL_LINK_COUNT];
    unsigned level;
    bool has_chain_level;
    unsigned chain_level;                 /* the least of it and all that it depends on */
    const struct pl_chain_numbers *chain; /* NULL: it is about one package */
    unsigned violation; /* the level that the broken link would have earned; 0 when none is broken */

    PL_VEC(struct pl_file *) files; /* in walk order; records in `arena` or the walk's arena */
    struct pl_arena walk_arena;
    struct pl_findings findings;             /* about the package as a whole */
    PL_VEC(struct pl_placed_finding) placed; /* all findings in report order; filled by the judge */

    uint64_t bytes[PL_CLASS_COUNT];
    uint64_t grades[PL_GRADE_COUNT];
    uint64_t total_bytes;
    uint64_t active_bytes, active_unaccounted, active_opaque;
    uint64_t passive_bytes, passive_unaccounted, passive_opaque;

    PL_VEC(struct pl_err) errors;
    PL_VEC(const char *) notes; /* what the operator should know: a source that was skipped */
    enum pl_exit exit;
    struct pl_policy_result policy;

    const char *tool; /* that made it, "plumb 0.1.0"; NULL: this one, now */
    unsigned jobs;
    const char *sandbox; /* what the examining process had to give up files with; NULL when there was none */
    char started[32];    /* RFC 3339, UTC */
    uint64_t elapsed_us;
};

/* An empty report, heap-allocated; NULL when out of memory. */
struct pl_report *pl_report_new(const struct pl_limits *limits);

#endif
