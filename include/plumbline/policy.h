/*
 * policy.h - policies, and reports judged under them: what plumb gate does.
 *
 * A policy never makes a report better than its evidence: what it waives is counted, named and capped at level 2. The subject never brings
 * its own.
 */
#ifndef PLUMBLINE_POLICY_H
#define PLUMBLINE_POLICY_H

#include "plumbline/attest.h" /* struct pl_outcome */

struct pl_ruleset;

/*
 * Read a policy: a file, or "builtin:strict" and so on. `at_s` is the time that expiries are measured from, in seconds since 1970; 0 is now.
 * PL_E_USAGE, with NAME:LINE:COLUMN and a hint, for a file that is missing or wrong in anything. The caller frees *out.
 */
PL_API PL_MUST_USE pl_status pl_policy_open(const char *path, int64_t at_s, struct pl_ruleset **out,
                                            struct pl_err *err);
/*
 * The same, of a policy that one of these keys (files of public ones) must have signed, and the baseline that it names, too: FILE.dsse beside each. PL_E_TRUST
 * when that is not so. No keys: nobody has to. What comes with the program needs no signature.
 */
PL_API PL_MUST_USE pl_status pl_policy_open_signed(const char *path, int64_t at_s, const char *const *keys,
                                                   size_t n_keys, struct pl_ruleset **out,
                                                   struct pl_err *err);
PL_API void pl_policy_free(struct pl_ruleset *p); /* accepts NULL */
/* Sign a policy that is right, and the baseline that it names: FILE.dsse beside each, at once or not at all. */
PL_API PL_MUST_USE pl_status pl_policy_sign(const char *path, int64_t at_s, const char *const *keys,
                                            size_t n_keys, const char *passphrase_file,
                                            struct pl_outcome **out, struct pl_err *err);

/*
 * The nearest plumb.yaml from the working folder upwards. One that lies in a folder that is `judged` (subjects and sources) is passed over, with a
 * warning to the observer. *out is on the heap and the caller's to free(); NULL when there is none.
 */
PL_API PL_MUST_USE pl_status pl_policy_find(const char *const *judged, size_t n_judged,
                                            const struct pl_observer *observer, char **out,
                                            struct pl_err *err);
/* PL_E_USAGE when the file lies in one of the subjects. */
PL_API PL_MUST_USE pl_status pl_policy_is_outside(const char *path, const char *const *subjects,
                                                  size_t n_subjects, struct pl_err *err);

/* Write what it says: the text of a built-in one; of a file, every rule that holds with the line it comes from. */
PL_API PL_MUST_USE pl_status pl_policy_write(const struct pl_ruleset *p,
                                             bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx,
                                             struct pl_err *err);
/* Is it right, and does it hold at `at_s`? The outcome says how much there is in it, and when the next waiver ends. */
PL_API PL_MUST_USE pl_status pl_policy_check(const char *path, int64_t at_s, struct pl_outcome **out,
                                             struct pl_err *err);
/* Does it decide as expected? Each case is "REPORT=VERDICT", such as "good.json=pass"; a code is a verdict, too. */
PL_API PL_MUST_USE pl_status pl_policy_test(const char *path, int64_t at_s, const char *const *cases,
                                            size_t n, struct pl_outcome **out, struct pl_err *err);
/*
 * The baseline that a policy names: made from the findings of these reports where it is not there yet; where it is, cut down to what they
 * still have. It never grows.
 */
PL_API PL_MUST_USE pl_status pl_policy_baseline(const char *path, int64_t at_s, const char *const *reports,
                                                size_t n, struct pl_outcome **out, struct pl_err *err);
/* "builtin:strict" and so on; NULL past the last. */
PL_API const char *pl_policy_builtin(size_t i);

/* Zero is a good default for every field. */
struct pl_gate_options {
    const char *const *reports; /* paths of JSON reports; "-" is standard input */
    size_t n_reports;
    const struct pl_ruleset *policy; /* NULL: the default, as in a check */
    bool policy_is_found;            /* nobody named it: it must not be a file of what is judged */
    int64_t at_s;                    /* judge expiries as of then; 0: now */
};

struct pl_gate_result;

/* Judge every report. *out is a result in every outcome, with the exit code; no report at all is PL_EXIT_INPUT. The caller frees it. */
PL_API PL_MUST_USE pl_status pl_gate(const struct pl_gate_options *options, struct pl_gate_result **out,
                                     struct pl_err *err);
/* The result of a gate that could not begin: a bad policy. */
PL_API PL_MUST_USE pl_status pl_gate_of_error(const struct pl_err *why, struct pl_gate_result **out,
                                              struct pl_err *err);
PL_API void pl_gate_free(struct pl_gate_result *g); /* accepts NULL */
PL_API enum pl_exit pl_gate_exit(const struct pl_gate_result *g);
/* The i-th report as it was judged, NULL past the last; it lives as long as the result. */
PL_API const struct pl_report *pl_gate_report(const struct pl_gate_result *g, size_t i);
/* Write it as "text" or "json" (docs/gate.schema.json); else as pl_report_write(). */
PL_API PL_MUST_USE pl_status pl_gate_write(const struct pl_gate_result *g, const char *format,
                                           const struct pl_write_options *options,
                                           bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx,
                                           struct pl_err *err);

/* What a waiver is made of. Texts are borrowed for the length of the call. */
struct pl_waiver_options {
    const char *policy;  /* the file to add it to; it is made when it is not there */
    const char *report;  /* path of the JSON report that holds the finding */
    const char *finding; /* its id, "f-…" */
    const char *id;      /* NULL: the next free W-0001 */
    const char *reason;
    const char *owner;
    const char *expires; /* "2027-02-01", at most 366 days away */
    int64_t at_s;        /* 0: now */
};
/*
 * Add a waiver for one finding to a policy, at once or not at all. The text of the policy stays as it is; the new one is read before it takes
 * its place.
 */
PL_API PL_MUST_USE pl_status pl_policy_waive(const struct pl_waiver_options *options, struct pl_outcome **out,
                                             struct pl_err *err);

/* Seconds since 1970 of "2027-02-01" or "2027-02-01T10:16:37Z"; false for anything else. */
PL_API bool pl_time_parse(const char *text, int64_t *out);
/* The code for several subjects: any 6 gives 6, else any 1 gives 1, else any 3, 4 or 5 gives 3; one alone keeps its own. */
PL_API enum pl_exit pl_exit_combine(const enum pl_exit *codes, size_t n);

#endif
