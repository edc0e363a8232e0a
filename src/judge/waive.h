/*
 * waive.h - findings that somebody accepted: pinned to bytes, with an end.
 */
#ifndef PL_JUDGE_WAIVE_H
#define PL_JUDGE_WAIVE_H

#include "judge/ruleset.h"
#include "model/report.h"

/* Undo what an earlier policy did: severities, waivers, and the bytes in class `waived`. */
void pl_unwaive(struct pl_report *r);
/*
 * Apply the waivers that are live at `now_s`: a finding that one covers becomes a note, and the bytes of it that are unaccounted or opaque
 * go to class `waived`. Every waiver has its result in r->policy.
 */
PL_MUST_USE pl_status pl_waive(struct pl_report *r, const struct pl_ruleset *p, int64_t now_s,
                               struct pl_err *err);
/* One finding, for whoever knows that it may: the bytes of it that go to class `waived` are added to *bytes. */
PL_MUST_USE pl_status pl_waive_finding(struct pl_placed_finding *placed, const char *id, uint64_t *bytes,
                                       struct pl_err *err);

/* Are there two files of that path, of which a stored finding does not say which it is about? NULL is not. */
bool pl_is_ambiguous(const struct pl_report *r, const struct pl_file *f);

#endif
