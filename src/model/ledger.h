/*
 * ledger.h - every byte of one file in exactly one class.
 *
 * Rules claim ranges; what is claimed first stays. Claims are gathered with pl_ledger_claim() in any order and
 * take effect together at pl_ledger_settle(): among those, the one that was made first wins where two overlap, and
 * what earlier settlements hold is never taken away. pl_ledger_seal() gives the rest to one class and asserts that
 * the classes sum to the size.
 */
#ifndef PL_MODEL_LEDGER_H
#define PL_MODEL_LEDGER_H

#include "base/arena.h"
#include "base/vec.h"
#include "model/words.h"

/* Strings are borrowed: static, or from an arena that outlives the ledger. */
struct pl_claim {
    uint64_t offset; /* bytes from the start of the file */
    uint64_t length; /* bytes; a claim of 0 is dropped */
    enum pl_class class;
    enum pl_grade grade; /* for PL_CLASS_DERIVED, else PL_GRADE_NONE */
    const char *rule;    /* stable name of the rule: "text.coverage" */
    const char *source;  /* source file, possibly with lines "src/a.c:10-20" or "@0x1f0"; NULL when none */
    uint64_t
        source_offset; /* byte in that source file where the range begins; PL_NO_OFFSET when not a range */
    const char *note;  /* one more thing to say, such as the patch it came from; NULL */
};

struct pl_ledger {
    uint64_t size;
    PL_VEC(struct pl_claim) settled; /* sorted, disjoint, inside [0, size) */
    PL_VEC(struct pl_claim) pending;
    bool is_sealed;
};

void pl_ledger_init(struct pl_ledger *l, uint64_t size);
void pl_ledger_reset(struct pl_ledger *l);

/*
 * Gather one claim. PL_E_BUG when it reaches over the end of the file, comes after the seal, has no rule, or has a
 * grade and is not derived, or the other way round.
 */
PL_MUST_USE pl_status pl_ledger_claim(struct pl_ledger *l, const struct pl_claim *c, struct pl_err *err);
/* Let all gathered claims take effect. O((n + m) log m). */
PL_MUST_USE pl_status pl_ledger_settle(struct pl_ledger *l, struct pl_err *err);

/*
 * The first range at or after `from` that no settled claim holds; false when there is none. Start with from = 0 and
 * go on with *offset + *length. O(log n).
 */
bool pl_ledger_gap(const struct pl_ledger *l, uint64_t from, uint64_t *offset, uint64_t *length);
/* The settled claim that holds a byte; NULL when none does. O(log n). */
const struct pl_claim *pl_ledger_at(const struct pl_ledger *l, uint64_t offset);
/* Bytes that no settled claim holds. O(n). */
uint64_t pl_ledger_unclaimed(const struct pl_ledger *l);

/*
 * What is derived within [offset, offset + length) follows from `source` by `rule`, with that grade: more is known of it than when it was settled.
 * Class and sums stay, and so do claims that reach over the range. Not after the seal. O(log n + claims in the range).
 */
void pl_ledger_restate(struct pl_ledger *l, uint64_t offset, uint64_t length, enum pl_grade grade,
                       const char *rule, const char *source);

/* Settle, give all that is left to `rest` (with `rule`), join neighbours that say the same, assert the sum. */
PL_MUST_USE pl_status pl_ledger_seal(struct pl_ledger *l, enum pl_class rest, const char *rule,
                                     struct pl_err *err);

/* Drop the claims since the last pl_ledger_settle(). */
void pl_ledger_forget(struct pl_ledger *l);

/*
 * Bytes per class of a sealed ledger; by_grade may be NULL. Returns the bytes that carry members (PL_CLASS_MEMBERS), so that
 * size == returned + sum of by_class.
 */
uint64_t pl_ledger_totals(const struct pl_ledger *l, uint64_t by_class[PL_CLASS_COUNT],
                          uint64_t by_grade[PL_GRADE_COUNT]);

#endif
