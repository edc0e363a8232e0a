/*
 * finding.h - one thing worth a person's attention: a stable tag, a place and the evidence.
 *
 * The tags, their default severities and their explanations stand in judge/tags.def, one row each; everybody else
 * only names them. A reader or rule that sees something odd adds a finding and goes on.
 */
#ifndef PL_MODEL_FINDING_H
#define PL_MODEL_FINDING_H

#include "base/arena.h"
#include "base/vec.h"
#include "model/words.h"

#define PL_FINDING_FACTS 12

/* One named piece of evidence, such as {"string", "d3dcompiler_47.dll"}; value is raw, quoted on the way out. */
struct pl_fact {
    const char *name;
    pl_bytes value;
};

struct pl_finding {
    const char *tag; /* static: "archive.gap" */
    enum pl_severity severity;
    enum pl_severity judged; /* before a policy had a word; filled in by the judge */
    const char *waiver;      /* id of the waiver that covers it; NULL */
    uint64_t offset;         /* byte of the file it is about, or PL_NO_OFFSET */
    uint64_t length;         /* bytes; 0 when it is about the whole */
    uint64_t line,
        end_line; /* of text, where it has a place: counted from 1; else 0. Filled in by the judge */
    const char *message;
    struct pl_fact facts[PL_FINDING_FACTS]; /* used up to the first name that is NULL */
};

/*
 * Findings of one file. Texts are kept in `arena`; at most `max` are kept and the rest is counted.
 * Must be used by one thread at a time.
 */
struct pl_findings {
    struct pl_arena *arena; /* borrowed, outlives this */
    PL_VEC(struct pl_finding) list;
    uint64_t max; /* of warnings and notes; errors that come later have as much room again */
    uint64_t dropped;
    uint64_t dropped_errors; /* of those: errors, so that a flood of notes hides nothing */
};

void pl_findings_init(struct pl_findings *f, struct pl_arena *arena, uint64_t max);
void pl_findings_reset(struct pl_findings *f);

/* The most that the list may hold: a flood of notes leaves room for errors. */
uint64_t pl_findings_room(const struct pl_findings *f);

/* Add one; message as printf. *out (may be NULL) is the new one, valid until the next add, or NULL when dropped. */
PL_MUST_USE pl_status pl_findings_add(struct pl_findings *f, const char *tag, enum pl_severity severity,
                                      uint64_t offset, uint64_t length, struct pl_finding **out,
                                      struct pl_err *err, const char *fmt, ...) PL_PRINTF(8, 9);
/* Attach a fact to a finding from pl_findings_add(); a NULL finding and a full one are left alone. Copies value. */
PL_MUST_USE pl_status pl_finding_fact(struct pl_findings *f, struct pl_finding *finding, const char *name,
                                      pl_bytes value, struct pl_err *err);

#endif
