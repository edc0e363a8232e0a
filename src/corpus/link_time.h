/*
 * link_time.h - what debian/rules says of optimisation when the program is linked.
 */
#ifndef PL_CORPUS_LINK_TIME_H
#define PL_CORPUS_LINK_TIME_H

#include "base/bytes.h"

/* Does this text of debian/rules ask for it, outside of comments? */
bool pl_rules_ask_for_lto(pl_bytes rules);

#endif
