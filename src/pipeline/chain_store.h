/*
 * chain_store.h - results of components, kept in the cache so that nothing is checked twice.
 */
#ifndef PL_PIPELINE_CHAIN_STORE_H
#define PL_PIPELINE_CHAIN_STORE_H

#include "base/json.h"
#include "model/chain.h"
#include "supply/supply.h"

/* Under what a result is found: the component, the program, the policy and the options that matter. */
PL_MUST_USE pl_status pl_chain_result_key(const struct pl_component *c,
                                          const struct pl_chain_options *options, pl_sha256 *out,
                                          struct pl_err *err);

/*
 * What was found out before; PL_E_NOT_FOUND when nothing was, or it does not count any more because the publisher's index says
 * something else now. Texts are kept in `arena`.
 */
PL_MUST_USE pl_status pl_chain_result_read(struct pl_supply *s, const struct pl_purl *purl,
                                           const pl_sha256 *key, struct pl_arena *arena,
                                           struct pl_component_result *out, struct pl_err *err);
/* Keep it; appears whole or not at all. */
PL_MUST_USE pl_status pl_chain_result_write(struct pl_supply *s, const struct pl_purl *purl,
                                            const pl_sha256 *key, const struct pl_component_result *r,
                                            struct pl_err *err);

/* Its JSON, and back; for tests and fuzzing. */
void pl_chain_result_print(const struct pl_component_result *r, const pl_sha256 *fingerprint,
                           uint64_t made_utc_s, struct pl_buf *out);
PL_MUST_USE pl_status pl_chain_result_parse(pl_bytes text, struct pl_arena *arena,
                                            struct pl_component_result *out, pl_sha256 *fingerprint,
                                            uint64_t *made_utc_s, struct pl_err *err);

/* A copy whose texts are in `arena`. */
PL_MUST_USE pl_status pl_chain_result_keep(const struct pl_component_result *r, struct pl_arena *arena,
                                           struct pl_component_result **out, struct pl_err *err);

#endif
