/*
 * builder.h - putting a chain together from a document: components once each, dependencies, and what is odd about the document.
 */
#ifndef PL_CHAIN_BUILDER_H
#define PL_CHAIN_BUILDER_H

#include "base/map.h"
#include "model/chain.h"

struct pl_chain_builder {
    struct pl_chain *chain;
    const struct pl_limits *limits;
    struct pl_map by_key;
    bool
        is_flat; /* nobody says who depends on whom, and nobody would: no finding when nothing depends on a component */
    uint64_t duplicates; /* what a document lists twice in the same way */
};

void pl_chain_builder_init(struct pl_chain_builder *b, struct pl_chain *chain,
                           const struct pl_limits *limits);
void pl_chain_builder_reset(struct pl_chain_builder *b);

/*
 * The number of the component of what->key, which is added when there is none; texts are copied. Of one that is there already only what was not
 * known is filled in; a second digest that differs is a finding. PL_E_LIMIT over limits->components.
 */
PL_MUST_USE pl_status pl_chain_add(struct pl_chain_builder *b, const struct pl_component *what, uint32_t *id,
                                   struct pl_err *err);
PL_MUST_USE pl_status pl_chain_depend(struct pl_chain_builder *b, uint32_t from, uint32_t to,
                                      struct pl_err *err);

/*
 * Canonical form, name and version of a purl that a document gives. What is no purl is a finding, and *what is left without one: PL_OK. The
 * texts are in the chain's arena.
 */
PL_MUST_USE pl_status pl_chain_set_purl(struct pl_chain_builder *b, pl_bytes text, struct pl_component *what,
                                        struct pl_err *err);
/*
 * "pkg:npm/%40scope/name@1.2.3" from its parts; `qualifier` and `value` may be NULL. Parts that no purl may have are a finding; then *what has a key
 * and no purl: PL_OK.
 */
PL_MUST_USE pl_status pl_chain_make_purl(struct pl_chain_builder *b, const char *type, pl_bytes ns,
                                         pl_bytes name, pl_bytes version, const char *qualifier,
                                         pl_bytes value, struct pl_component *what, struct pl_err *err);

/* A finding about `about` (may be no bytes). */
PL_MUST_USE pl_status pl_chain_note(struct pl_chain_builder *b, const char *tag, enum pl_severity severity,
                                    pl_bytes about, const char *message, struct pl_err *err);

/*
 * The last step: what nothing depends on becomes a dependency of the root, components are sorted, graph and cycles made.
 */
PL_MUST_USE pl_status pl_chain_finish(struct pl_chain_builder *b, uint32_t root, struct pl_err *err);

#endif
