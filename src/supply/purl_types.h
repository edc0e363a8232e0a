/*
 * purl_types.h - what the type of a package URL says about its parts. Only for purl.c.
 */
#ifndef PL_SUPPLY_PURL_TYPES_H
#define PL_SUPPLY_PURL_TYPES_H

#include "supply/purl.h"

/* Bring the parts into the form of the type, and say what the type forbids; the message is for an error at the name. PL_E_INPUT, PL_E_NOMEM. */
PL_MUST_USE pl_status pl_purl_apply_type(struct pl_purl *purl, struct pl_arena *arena, struct pl_err *err);

#endif
