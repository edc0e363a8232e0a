/*
 * npm_config.h - which registry this machine's npm asks.
 */
#ifndef PL_SUPPLY_NPM_CONFIG_H
#define PL_SUPPLY_NPM_CONFIG_H

#include "supply/supplier.h"

#define PL_NPM_REGISTRY "https://registry.npmjs.org"

/*
 * *registry, without a slash at its end, in the arena of s: for packages of `scope` ("@types"; empty for none) the one that
 * npm_config_registry, ~/.npmrc or the machine's npmrc names, else the public one. A .npmrc in the working folder is not read: it may be the
 * subject's.
 */
PL_MUST_USE pl_status pl_npm_registry(struct pl_supply *s, pl_bytes scope, const char **registry,
                                      struct pl_err *err);

/* The value that an npmrc text gives `key` last; no bytes when it gives none. */
pl_bytes pl_npmrc_get(pl_bytes text, pl_bytes key);

#endif
