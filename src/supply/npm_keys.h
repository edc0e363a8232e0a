/*
 * npm_keys.h - registry signatures: ECDSA over P-256 with SHA-256, by a key that the registry lists.
 */
#ifndef PL_SUPPLY_NPM_KEYS_H
#define PL_SUPPLY_NPM_KEYS_H

#include "supply/npm_document.h"

/*
 * Is one of the signatures over `message` good by one of the keys? *keyid names the key, in the arena.
 * PL_E_TRUST: a signature does not verify, or no listed key made one. PL_E_UNSUPPORTED: no key of a kind that is known here.
 */
PL_MUST_USE pl_status pl_npm_verify(const struct pl_npm_signature *signatures, size_t n_signatures,
                                    const struct pl_npm_key *keys, size_t n_keys, pl_bytes message,
                                    struct pl_arena *arena, const char **keyid, struct pl_err *err);

#endif
