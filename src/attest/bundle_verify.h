/*
 * bundle_verify.h - verifying what others sign, for those who have the artifact's bytes already.
 */
#ifndef PL_ATTEST_BUNDLE_VERIFY_H
#define PL_ATTEST_BUNDLE_VERIFY_H

#include "base/bytes.h"
#include "plumbline/attest.h"

struct pl_ask;

/*
 * pl_verify_bundle() and pl_verify_packument() over these bytes; the paths of artifact and package are for messages alone. `how` has limits, forking
 * and is_here of the process that judges.
 */
PL_MUST_USE pl_status pl_verify_bundle_over(const struct pl_bundle_options *options, pl_bytes artifact,
                                            const struct pl_ask *how, struct pl_outcome **out,
                                            struct pl_err *err);
PL_MUST_USE pl_status pl_verify_packument_over(const struct pl_packument_options *options, pl_bytes package,
                                               const struct pl_ask *how, struct pl_outcome **out,
                                               struct pl_err *err);

#endif
