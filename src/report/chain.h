/*
 * chain.h - one row a format of a chain; writers see the finished chain and nothing else.
 */
#ifndef PL_REPORT_CHAIN_H
#define PL_REPORT_CHAIN_H

#include "base/buf.h"
#include "model/chain.h"

struct pl_chain_writer {
    const char *name;
    /* Append the whole chain to `out`; failure sticks in the buffer. */
    void (*write)(const struct pl_chain *c, const struct pl_write_options *options, struct pl_buf *out);
};

/* "name version", or the key when there is no name; raw. */
void pl_chain_add_title(struct pl_buf *out, const struct pl_component *c);
/* "4", or "?" for one that was not examined, "–" for the product that a document describes. */
const char *pl_chain_own_word(const struct pl_component *c);
/* What keeps it from the level above its own, raw: the reason that a link gives, or why nobody looked. Never NULL. */
const char *pl_chain_lack(const struct pl_component *c);
/* An address that an IRI reference may be: anything else would make a bill of materials invalid. */
bool pl_chain_is_address(const char *uri);
/* "FAIL", and so on. */
const char *pl_chain_verdict(const struct pl_chain *c);
/* Components whose own level is below the one that is required; examined ones and others. */
void pl_chain_below(const struct pl_chain *c, uint64_t *below, uint64_t *unexamined);

#endif
