/*
 * statement.h - in-toto Statement v1: a predicate about things that are named by digest.
 *
 * Source: in-toto attestation framework 1.2, spec/v1/statement.md. Unknown members are ignored, as that says; every criterion here asks for
 * something to be there, so that ignoring never turns a no into a yes.
 */
#ifndef PL_ATTEST_STATEMENT_H
#define PL_ATTEST_STATEMENT_H

#include "base/buf.h"
#include "base/digest.h"
#include "format/text/jsondoc.h"
#include "model/report.h"

#define PL_STATEMENT_TYPE "https://in-toto.io/Statement/v1"
#define PL_ACCOUNT_TYPE   "https://plumbline.dev/attestation/account/v1"
#define PL_VSA_TYPE       "https://slsa.dev/verification_summary/v1"

struct pl_statement {
    struct pl_json_doc doc;
    pl_bytes predicate_type;             /* view of the text */
    const struct pl_json_node *subjects; /* of doc; an array with at least one item, each with a digest */
    const struct pl_json_node *predicate;
};

/* Read one; the text must outlive it. PL_E_INPUT when it is no statement of version 1. */
PL_MUST_USE pl_status pl_statement_read(pl_bytes json, struct pl_statement *out, struct pl_err *err);
void pl_statement_reset(struct pl_statement *s);
/* Is one of the subjects the thing with this SHA-256? */
bool pl_statement_is_about(const struct pl_statement *s, const pl_sha256 *digest);

/* The SHA-256 of the first subject. PL_E_UNSUPPORTED when it has none. */
PL_MUST_USE pl_status pl_statement_subject(const struct pl_statement *s, pl_sha256 *out, struct pl_err *err);

/* A way down by names; NULL when it is not there. `path` ends in NULL. */
const struct pl_json_node *pl_statement_at(const struct pl_statement *s, const char *const *path);

/*
 * Append a statement about the subject of `r`; `predicate` is a JSON object. PL_E_INPUT when the report names no digest.
 */
PL_MUST_USE pl_status pl_statement_write(const struct pl_report *r, const char *predicate_type,
                                         pl_bytes predicate, struct pl_buf *out, struct pl_err *err);

/* The account predicate (docs/attest.md): the report as it was written, blanks between tokens left out. */
PL_MUST_USE pl_status pl_account_write(pl_bytes report_json, struct pl_buf *out, struct pl_err *err);

/* What a verification summary says beyond the report. */
struct pl_vsa {
    const char *verifier_id;
    const char *resource;          /* URI */
    const char *time_verified;     /* RFC 3339 */
    const pl_sha256 *account;      /* digest of the envelope that it summarises; NULL when there is none */
    const char *account_uri;       /* NULL when not known */
    bool has_dependencies;         /* a chain report was given */
    uint64_t dependency_levels[5]; /* components by own level, once each */
};

/* A SLSA verification summary with levels named LCAL_n; PASSED only for a report that passed. */
PL_MUST_USE pl_status pl_vsa_write(const struct pl_report *r, const struct pl_vsa *v, struct pl_buf *out,
                                   struct pl_err *err);

#endif
