/*
 * chain.h - the public interface of chains: one package or a whole product, with all that it depends on.
 *
 * A chain level is the minimum over a component and everything below it; what nobody looked at counts as 0. Caveat: a document says what a
 * product holds, and nothing here proves that it says all of it.
 */
#ifndef PLUMBLINE_CHAIN_H
#define PLUMBLINE_CHAIN_H

#include "plumbline/plumbline.h"
#include "plumbline/policy.h"

/* Zero is a good default for every field but check.subject. Texts are borrowed for the length of the call. */
struct pl_chain_options {
    /*
     * subject: a purl, a document (package-lock.json, CycloneDX or SPDX JSON), or a folder. Sources, keyrings and history are not used: the
     * source of each component is the one that its own metadata names.
     */
    struct pl_check_options check;
    unsigned required; /* the chain level below which the chain fails; 0: none is required */
    /*
     * What it requires of the chain as a whole counts, too, whichever is higher; one that has expired is an error. Its other rules are for pl_gate(), which
     * reads the chain as "json". NULL: none.
     */
    const struct pl_ruleset *policy;
    const char *
        product; /* a folder, archive or container image where the components' files are compared with the packages; NULL */
    unsigned component_seconds; /* a component that takes longer stays unexamined; 0: 1,800 */
    bool takes_no_cache;        /* check again what was checked before */
};

struct pl_chain;

/*
 * Read the graph, check every component that can be checked, and find the weakest links. *out is a chain in every outcome; one that could
 * not be read carries the error. The caller frees it. Results are cached as they are made: an interrupted call goes on where it was.
 */
PL_API PL_MUST_USE pl_status pl_chain_run(const struct pl_chain_options *options, struct pl_chain **out,
                                          struct pl_err *err);
/* The chain of a call that could not begin: a bad flag, a missing subject. Same keys as any other. */
PL_API PL_MUST_USE pl_status pl_chain_of_error(const char *subject, const struct pl_err *why,
                                               struct pl_chain **out, struct pl_err *err);
PL_API void pl_chain_free(struct pl_chain *c); /* accepts NULL */

PL_API enum pl_exit pl_chain_exit(const struct pl_chain *c);

/* Write it as "text", "json", "cyclonedx", "markdown" or "dot"; else as pl_report_write(). */
PL_API PL_MUST_USE pl_status pl_chain_write(const struct pl_chain *c, const char *format,
                                            const struct pl_write_options *options,
                                            bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx,
                                            struct pl_err *err);
/* The i-th format name, or NULL past the last. */
PL_API const char *pl_chain_format(size_t i);

struct pl_chain_diff;

/*
 * What got worse between two chains that were stored as "json"; "-" is standard input, for one of them. *out, which the caller frees, is a diff in
 * every outcome but PL_E_NOMEM: one that could not be read carries the error and its exit code.
 */
PL_API PL_MUST_USE pl_status pl_chain_diff_load(const char *old_path, const char *new_path,
                                                struct pl_chain_diff **out, struct pl_err *err);
PL_API void pl_chain_diff_free(struct pl_chain_diff *d); /* accepts NULL */
/* PL_EXIT_PASS when nothing got worse, PL_EXIT_FAIL when something did. */
PL_API enum pl_exit pl_chain_diff_exit(const struct pl_chain_diff *d);
/* Write it as "text" or "json"; else as pl_report_write(). */
PL_API PL_MUST_USE pl_status pl_chain_diff_write(const struct pl_chain_diff *d, const char *format,
                                                 const struct pl_write_options *options,
                                                 bool (*put)(void *ctx, const void *bytes, size_t n),
                                                 void *ctx, struct pl_err *err);

#endif
