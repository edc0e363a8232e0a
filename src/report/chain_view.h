/*
 * chain_view.h - of a chain that was written as JSON, what a comparison and a gate need.
 */
#ifndef PL_REPORT_CHAIN_VIEW_H
#define PL_REPORT_CHAIN_VIEW_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/vec.h"
#include "model/measure.h"
#include "plumbline/plumbline.h"

/* A finding that is listed: of the chain, or the gravest of a component. */
struct pl_chain_finding {
    const char *tag;
    enum pl_severity severity;
    const char *path; /* of one of a component, like the rest; NULL */
    bool has_sha256;  /* of the file, or of the package for a finding about all of it */
    pl_sha256 sha256;
    uint64_t offset; /* PL_NO_OFFSET: about all of it */
    uint64_t length;
};

struct pl_chain_finding_list {
    PL_VEC(struct pl_chain_finding) list;
};

struct pl_chain_component {
    const char *key; /* a purl, or what stands for one; raw, like all texts here */
    const char *name;
    const char *version;
    const char *purl;         /* NULL when it has none */
    const char *scope;        /* "required", "optional", "dev" */
    const char *not_examined; /* why; NULL when it was */
    bool is_product;
    bool has_own, has_chain;
    unsigned own, chain; /* levels, where it has them */
    bool has_result;
    enum pl_verdict links[PL_LINK_COUNT];
    enum pl_exit exit;
    uint64_t total, unaccounted, opaque, errors, warnings;
    bool has_measure;
    struct pl_measure measure;
    size_t first_finding, n_findings; /* in the view's list */
    size_t n_sources;
    size_t sources_by_how[PL_HOW_CLAIMED + 1];
    enum pl_how how; /* the weakest way to one of its sources */
};

struct pl_chain_wanted {
    uint32_t from; /* number of the component */
    const char *key;
};

struct pl_chain_view {
    struct pl_arena arena;
    const char *subject;
    const char *root; /* "" when it has none */
    bool has_level;
    unsigned level;
    unsigned required;
    enum pl_exit exit;
    PL_VEC(struct pl_chain_component) components;
    struct pl_chain_finding_list component_findings;
    struct pl_chain_finding_list findings; /* about the chain */
    PL_VEC(struct pl_chain_wanted) wanted; /* who depends on whom, by name */
    PL_VEC(const char *) errors;
};

/*
 * Read docs/chain.schema.json, passing over the keys that are not needed. PL_E_INPUT or PL_E_LIMIT for anything else, and err names line and
 * byte. The caller resets the view in every case; it keeps nothing of `text`.
 */
bool pl_chain_view_fits(pl_bytes text); /* Does it say that it is one? */
PL_MUST_USE pl_status pl_chain_view_read(pl_bytes text, struct pl_chain_view *out, struct pl_err *err);
void pl_chain_view_reset(struct pl_chain_view *v);

#endif
