/*
 * gate_result.h - reports that were judged under one policy.
 */
#ifndef PL_MODEL_GATE_RESULT_H
#define PL_MODEL_GATE_RESULT_H

#include "model/report.h"

struct pl_gate_subject {
    const char *path;         /* of the stored report */
    struct pl_report *report; /* owned; one of an error when it could not be read */
};

struct pl_gate_result {
    struct pl_arena arena;
    PL_VEC(struct pl_gate_subject) subjects;
    PL_VEC(struct pl_err) errors; /* what kept the gate from its beginning */
    const char *policy;           /* NULL: the default */
    pl_sha256 policy_sha256;
    bool has_baseline;
    bool baseline_fails;            /* some entries are gone, and the policy wants them out of the file */
    size_t baseline_entries, stale; /* stale: that no report has any more */
    enum pl_exit exit;
    char started[32];
};

#endif
