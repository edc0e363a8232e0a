/*
 * evidence.h - what others signed about the package, as evidence for its links.
 */
#ifndef PL_PIPELINE_EVIDENCE_H
#define PL_PIPELINE_EVIDENCE_H

#include "pipeline/acquire.h"

/*
 * Verify the bundle or packument that the options name, over the package's bytes. When it holds, `published` holds, unless something contradicts it
 * already, and the document is a step of its evidence. PL_E_TRUST, and no check, when it does not hold: the user asked for it.
 */
PL_MUST_USE pl_status pl_apply_evidence(const struct pl_acquired *a, struct pl_report *r, struct pl_err *err);

#endif
