/*
 * script_mangle.h - names of properties that a minifier shortened: which source name each stands for.
 */
#ifndef PL_MATCH_SCRIPT_MANGLE_H
#define PL_MATCH_SCRIPT_MANGLE_H

#include "base/status.h"
#include "match/script_chain.h"

/*
 * Chain the atoms (pl_script_chain), and again with what their places say about shortened names, until nothing new is learnt. A name is taken
 * for shortened when it is of at most 4 bytes, in no source, and stands at least twice exactly where one and the same name of the source stands.
 */
PL_MUST_USE pl_status pl_script_chain_mangled(const struct pl_script_set *set,
                                              const struct pl_script_homes *homes,
                                              const struct pl_script_atom *atoms,
                                              struct pl_script_link *links, size_t n, struct pl_err *err);

#endif
