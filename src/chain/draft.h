/*
 * draft.h - a chain as a reader leaves it, told by a process that is not believed (base/wire.h).
 *
 * Parts of an answer: first what there is of components and dependencies, then findings and all about the whole.
 */
#ifndef PL_CHAIN_DRAFT_H
#define PL_CHAIN_DRAFT_H

#include "base/wire.h"
#include "chain/builder.h"
#include "io/ask.h"

#define PL_CHAIN_PART_BYTES (64u << 20)

PL_MUST_USE pl_status pl_chain_draft_say(const struct pl_chain_builder *b, uint32_t root,
                                         struct pl_ask_answer *to, struct pl_err *err);

/* Zeroed before but for the builder, whose chain is empty; `in` has its arena and limits. */
struct pl_chain_draft {
    struct pl_chain_builder *b;
    struct pl_wire_in in;
    uint32_t root;
    bool is_end; /* all was told */
};

/* One part. PL_E_INPUT: a number that leads nowhere, a component without a key, a word that is none. */
PL_MUST_USE pl_status pl_chain_draft_take(struct pl_chain_draft *d, pl_bytes part, struct pl_err *err);
/* Once the chain is finished, which sorts it: no key may be there twice. */
PL_MUST_USE pl_status pl_chain_draft_check(const struct pl_chain *c, struct pl_err *err);

#endif
