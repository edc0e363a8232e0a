/*
 * plumbline.h - the public interface: account for every byte of a package by its source.
 *
 * Caveats first. A report says what was found in these bytes against these sources; it does not say that the source
 * is harmless. Nothing here prints, exits or keeps global state; two checks may run in two threads. A check
 * starts a child process and waits for it by its number: who collects all children of his program must leave that one alone. Handles are freed by
 * their own call; texts that come out of a handle live as long as it does.
 */
#ifndef PLUMBLINE_PLUMBLINE_H
#define PLUMBLINE_PLUMBLINE_H

#include "plumbline/status.h"

#include <stddef.h>

/* Process exit codes: the contract of the command line. */
enum pl_exit {
    PL_EXIT_PASS = 0,
    PL_EXIT_FAIL = 1,
    PL_EXIT_USAGE = 2,
    PL_EXIT_INCONCLUSIVE = 3,
    PL_EXIT_INPUT = 4,
    PL_EXIT_NETWORK = 5,
    PL_EXIT_TRUST = 6,
    PL_EXIT_BUG = 70
};

/* "pass", "fail", "usage", "inconclusive", "input", "network", "trust", "bug"; static storage. */
PL_API const char *pl_exit_name(enum pl_exit code);
/* The code for a call that failed with `st`. */
PL_API enum pl_exit pl_exit_of_status(pl_status st);

/* Edits that make one short word the other; SIZE_MAX for long ones. Below PL_NEAR_WORD it is a slip of the hand. */
PL_API size_t pl_word_distance(const char *a, const char *b);
#define PL_NEAR_WORD 4u

enum pl_log_level { PL_LOG_NOTE, PL_LOG_WARNING };

/*
 * Where the library tells what it does. Both may be NULL. `phase` is a short word ("fetch", "index", "match"); `what` names the thing
 * at hand, already quoted; total is 0 when it is not known. Called from several threads, never two at a time.
 */
struct pl_observer {
    void *ctx;
    void (*log)(void *ctx, enum pl_log_level level, const char *text);
    void (*progress)(void *ctx, const char *phase, const char *what, uint64_t done, uint64_t total);
};

struct pl_ruleset;

/* Zero is a good default for every field. All strings are borrowed for the length of the call. */
struct pl_check_options {
    const char *subject;        /* a path or a purl: "./app.deb", "pkg:deb/debian/xz-utils" */
    const char *const *sources; /* paths (folder, archive, .dsc), git+URL@REF, or "auto"; none means "auto" */
    size_t n_sources;
    const char *const
        *keyrings; /* OpenPGP keys that may sign tags and commits; then the source must be signed by one */
    size_t n_keyrings;
    const char *git_mirror; /* folder of git repositories that stand for remote ones; NULL: none */
    bool
        takes_history; /* every file of branches and tags of a git source counts, behind the revision's own */
    unsigned jobs;     /* worker threads; 0 takes one for each core */
    bool is_offline;   /* make no network call at all */
    bool is_unconfined; /* examine in this process, and not in a child without files, network and programs */
    const char *cache_dir; /* NULL: $XDG_CACHE_HOME/plumbline */
    unsigned timeout_ms;   /* for one transfer; 0: 60,000 */
    unsigned
        seconds; /* for all of it, by the clock: an error PL_E_LIMIT then; 0: no limit but docs/limits.md's */
    const char *system_root; /* where etc/apt is found; NULL: "/" */
    /* Evidence for publication that others signed (attest.h): a Sigstore bundle with its trust root and who must have signed it (a name and its issuer, or
     * a key); the npm registry's document of the package with the registry's keys. All NULL: none. */
    const char *bundle;
    const char *trusted_root;
    const char *identity;
    const char *issuer;
    const char *bundle_key;
    const char *packument;
    const char *registry_keys;
    const struct pl_ruleset *policy; /* policy.h; NULL: the default */
    int64_t at_s; /* judge expiries of the policy as of then, in seconds since 1970; 0: now */
    struct pl_observer observer;
};

struct pl_report;

/*
 * Check one subject. *out is a report in every outcome, also when the subject could not be read: then it carries the error and the exit
 * code for it. The caller frees it. Other than PL_OK is returned only when not even a report could be made (PL_E_NOMEM).
 */
PL_API PL_MUST_USE pl_status pl_check(const struct pl_check_options *options, struct pl_report **out,
                                      struct pl_err *err);
/* The report of a check that could not begin: a bad flag, a missing subject. Same keys as any other. */
PL_API PL_MUST_USE pl_status pl_report_of_error(const char *subject, const struct pl_err *why,
                                                struct pl_report **out, struct pl_err *err);
/*
 * A report that was written as "json", from a file or, for "-", from standard input. Read strictly: PL_E_INPUT and the line for what no
 * pl_report_write() wrote. Nobody vouches for it unless it was signed. The caller frees *out.
 */
PL_API PL_MUST_USE pl_status pl_report_load(const char *path, struct pl_report **out, struct pl_err *err);
PL_API void pl_report_free(struct pl_report *r); /* accepts NULL */

PL_API enum pl_exit pl_report_exit(const struct pl_report *r);
/* Number of errors that kept the check from its end; 0 for a check that ran through. */
PL_API size_t pl_report_error_count(const struct pl_report *r);
PL_API const struct pl_err *pl_report_error(const struct pl_report *r, size_t i);

/* How a report is written. */
struct pl_write_options {
    bool use_color;
    bool is_verbose;
    bool is_quiet;    /* text: the verdict line alone */
    size_t row_limit; /* rows of a list in text; 0: 20. JSON and ledger are never cut */
};

/*
 * Write a report in a format of pl_report_format() through `put`, which returns false to stop (PL_E_IO). PL_E_USAGE for an unknown format.
 */
PL_API PL_MUST_USE pl_status pl_report_write(const struct pl_report *r, const char *format,
                                             const struct pl_write_options *options,
                                             bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx,
                                             struct pl_err *err);
/* The i-th format name, or NULL past the last. */
PL_API const char *pl_report_format(size_t i);

struct pl_diff;

/*
 * What got worse from `old` to `now`: links, level, findings, bytes that nothing explains, evidence. Both reports must outlive *out, which the
 * caller frees. A report with an error in it makes a diff with that error, and its exit code.
 */
PL_API PL_MUST_USE pl_status pl_diff_make(const struct pl_report *old, const struct pl_report *now,
                                          struct pl_diff **out, struct pl_err *err);
PL_API void pl_diff_free(struct pl_diff *d); /* accepts NULL */
/* PL_EXIT_PASS when nothing got worse, PL_EXIT_FAIL when something did. */
PL_API enum pl_exit pl_diff_exit(const struct pl_diff *d);
/* Write it as "text" or "json"; else as pl_report_write(). */
PL_API PL_MUST_USE pl_status pl_diff_write(const struct pl_diff *d, const char *format,
                                           const struct pl_write_options *options,
                                           bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx,
                                           struct pl_err *err);

struct pl_explanation;

/*
 * Why one byte is in its class: check `options->subject`, and tell of the byte at `offset` of the file at `path` in it. `path` may be the end
 * of a path ("usr/bin/xz"), and is NULL or "" when the subject is the file itself. For machine code the explanation holds the function, the
 * source it was matched to, and how control reaches it. The caller frees *out. PL_E_NOT_FOUND when there is no such file, PL_E_USAGE when it
 * ends before the offset; else what pl_check() would report as its first error.
 */
PL_API PL_MUST_USE pl_status pl_explain(const struct pl_check_options *options, const char *path,
                                        uint64_t offset, struct pl_explanation **out, struct pl_err *err);
PL_API void pl_explanation_free(struct pl_explanation *x); /* accepts NULL */
/* Write it as "text" or "json"; else as pl_report_write(). */
PL_API PL_MUST_USE pl_status pl_explanation_write(const struct pl_explanation *x, const char *format,
                                                  const struct pl_write_options *options,
                                                  bool (*put)(void *ctx, const void *bytes, size_t n),
                                                  void *ctx, struct pl_err *err);

/*
 * What a finding's tag means. The texts are static, in plain English, one paragraph each.
 */
struct pl_tag_info {
    const char *tag;
    const char *title;
    const char *meaning;
    const char *example;
    const char *benign;  /* honest causes */
    const char *attacks; /* known attacks of this shape */
    const char *resolve; /* what to do next */
};

/* NULL when there is no such tag. */
PL_API const struct pl_tag_info *pl_tag_find(const char *tag);
/* The i-th tag in alphabetical order, NULL past the last. */
PL_API const struct pl_tag_info *pl_tag_at(size_t i);
/* A rule that explains bytes: its name, one sentence and the source of its algorithm; false past the last. */
PL_API bool pl_rule_at(size_t i, const char **name, const char **what, const char **source);
/* The same for rules that a report names for some of a file's bytes, and that are no step of their own: "data.pointer", "literal.equal". */
PL_API bool pl_claim_rule_at(size_t i, const char **name, const char **what, const char **source);

#define PL_SANDBOX_TEXT_BYTES 64
/*
 * Start a process, and have it give up what the examination of a package gives up. What the kernel offers for that into `text`, as `run.sandbox` of
 * a report: "seccomp, landlock 7", "seccomp", "landlock 4", "limits only". PL_E_IO when it cannot be done.
 */
PL_API PL_MUST_USE pl_status pl_sandbox_try(char text[PL_SANDBOX_TEXT_BYTES], struct pl_err *err);

PL_API const char *pl_version(void);

#endif
