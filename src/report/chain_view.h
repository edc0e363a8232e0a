/*
 * chain_view.h - of a chain that was written as JSON, what a comparison needs.
 */
#ifndef PL_REPORT_CHAIN_VIEW_H
#define PL_REPORT_CHAIN_VIEW_H

#include "base/arena.h"
#include "base/vec.h"
#include "model/words.h"
#include "plumbline/plumbline.h"

struct pl_chain_component {
    const char *key; /* a purl, or what stands for one; raw, like all texts here */
    const char *name;
    const char *version;
    const char *not_examined; /* why; NULL when it was */
    bool is_product;
    bool has_own, has_chain;
    unsigned own, chain; /* levels, where it has them */
    bool has_result;
    enum pl_verdict links[PL_LINK_COUNT];
    uint64_t unaccounted, opaque, errors;
    size_t n_sources;
    enum pl_how how; /* the weakest way to one of its sources */
};

struct pl_chain_view {
    struct pl_arena arena;
    const char *subject;
    const char *root; /* "" when it has none */
    bool has_level;
    unsigned level;
    enum pl_exit exit;
    PL_VEC(struct pl_chain_component) components;
    PL_VEC(const char *) errors;
};

/*
 * Read docs/chain.schema.json, passing over the keys that are not needed. PL_E_INPUT or PL_E_LIMIT for anything else, and err names line and
 * byte. The caller resets the view in every case; it keeps nothing of `text`.
 */
PL_MUST_USE pl_status pl_chain_view_read(pl_bytes text, struct pl_chain_view *out, struct pl_err *err);
void pl_chain_view_reset(struct pl_chain_view *v);

#endif
