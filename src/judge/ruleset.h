/*
 * ruleset.h - a policy as its author wrote it: what is required, how severe findings are, what is waived.
 *
 * docs/policy.md says what each key means. A ruleset never changes once it is read; gate.h applies it to reports.
 */
#ifndef PL_JUDGE_RULESET_H
#define PL_JUDGE_RULESET_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/vec.h"
#include "model/words.h"

#define PL_WAIVER_MAX_DAYS 366

/* Where a rule stands. */
struct pl_rule_place {
    const char *policy; /* the file as it was named, or "builtin:strict" */
    uint32_t line;      /* counted from 1; 0: the rule is not there */
};

/* A bound on bytes: a number of them, or a share of all that could count. */
struct pl_bound {
    struct pl_rule_place at;
    bool is_share;
    uint64_t bytes;
    uint32_t ppm;
};

struct pl_least_level {
    struct pl_rule_place at;
    unsigned level;
};

struct pl_least_grade {
    struct pl_rule_place at;
    enum pl_grade grade; /* the weakest that still counts */
};

struct pl_least_source {
    struct pl_rule_place at;
    enum pl_how how; /* the weakest that still counts */
};

struct pl_requirements {
    struct pl_least_level level, chain_level;
    struct pl_bound unaccounted, unaccounted_passive, opaque;
    struct pl_least_grade grade_code, grade_text;
    struct pl_least_source source;
};

struct pl_severity_rule {
    struct pl_rule_place at;
    const char *tag;
    enum pl_severity severity;
};

/* Requirements for the components that a pattern names, in place of those for all. */
struct pl_match_rule {
    struct pl_rule_place at;
    const char *purl;  /* pattern with * and ?; NULL: any */
    const char *scope; /* "dev"; NULL: any */
    struct pl_requirements require;
    bool has_effective_on;
    int64_t effective_on_s; /* a warning until then */
    const char *reason;     /* NULL */
};

struct pl_waiver {
    struct pl_rule_place at;
    const char *id;
    const char *tag;
    pl_sha256 sha256; /* of the file, or of the package for a finding about all of it */
    const char *path; /* end of the file's path; NULL: any file of these bytes */
    uint64_t offset;  /* with a path: the range that is waived, bytes in the file */
    uint64_t length;
    const char *reason;
    const char *owner;
    int64_t expires_s;
    const char *expires; /* "2027-02-01" */
};

struct pl_baseline;

struct pl_ruleset {
    struct pl_arena arena;
    const char *name;
    pl_sha256 sha256; /* of the text; what it extends comes with the program */
    bool has_expiry;
    int64_t expires_s;
    struct pl_rule_place expires_at;
    struct pl_rule_place begin; /* for what holds without being written */
    struct pl_requirements require;
    PL_VEC(struct pl_severity_rule) severities; /* at most one for a tag */
    PL_VEC(struct pl_match_rule) rules;
    PL_VEC(struct pl_waiver) waivers;
    const char *baseline_file;    /* as it is written: beside the policy; NULL */
    bool baseline_shrinks;        /* an entry that is not found any more fails */
    struct pl_baseline *baseline; /* NULL until somebody has read the file; owned */
    struct pl_rule_place baseline_at;
    const char *text; /* as it was read, for whoever shows it */
};

/*
 * Read the text of a policy. `name` begins every message. `now_s` is what expiries of waivers are measured from. PL_E_USAGE for
 * whatever is wrong with it, as NAME:LINE:COLUMN and with the nearest word that would be right. *out is freed by the caller.
 */
PL_MUST_USE pl_status pl_ruleset_read(pl_bytes text, const char *name, int64_t now_s, struct pl_ruleset **out,
                                      struct pl_err *err);
/* One of the built-in ones, by "builtin:NAME". PL_E_USAGE names them all. */
PL_MUST_USE pl_status pl_ruleset_builtin(const char *name, struct pl_ruleset **out, struct pl_err *err);
void pl_ruleset_free(struct pl_ruleset *p); /* accepts NULL */

struct pl_builtin_policy {
    const char *name; /* "builtin:strict" */
    const char *text;
};
/* NULL past the last. */
const struct pl_builtin_policy *pl_builtin_policy_at(size_t i);

#endif
