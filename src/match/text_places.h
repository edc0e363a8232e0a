/*
 * text_places.h - where in an image's data texts begin: the places that code and pointers refer to.
 *
 * Text can follow a table without a NUL between them, and two texts can share their end; only who refers to them tells.
 */
#ifndef PL_MATCH_TEXT_PLACES_H
#define PL_MATCH_TEXT_PLACES_H

#include "base/vec.h"
#include "feature/code.h"

struct pl_text_places {
    PL_VEC(uint64_t) v; /* bytes in the file, sorted, each once */
};

/* All places of the code's strings and of its pointers to texts; `file` is what they were read from. Reset in every case. */
PL_MUST_USE pl_status pl_text_places_init(struct pl_text_places *p, pl_bytes file, const struct pl_code *code,
                                          struct pl_err *err);
void pl_text_places_reset(struct pl_text_places *p);

/* Position in the list of the first place at or behind `offset`; its length when there is none. O(log n). */
size_t pl_text_places_from(const struct pl_text_places *p, uint64_t offset);

#endif
