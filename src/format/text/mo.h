/*
 * mo.h - message catalogues as programs read them: GNU gettext's MO files, every byte with an owner or without.
 */
#ifndef PL_FORMAT_TEXT_MO_H
#define PL_FORMAT_TEXT_MO_H

#include "base/arena.h"
#include "base/vec.h"

/* Bytes of the file that a string, its NUL included, or a table has. */
struct pl_mo_range {
    size_t offset;
    size_t length;
    size_t message; /* whose text it is, in messages; SIZE_MAX for tables and other structure */
};

struct pl_mo_message {
    pl_bytes key; /* as in pl_po_message; a system-dependent part reads "<PRIu64>" */
    pl_bytes value;
};

struct pl_mo {
    PL_VEC(struct pl_mo_message) messages;
    PL_VEC(struct pl_mo_range) ranges; /* not sorted; may overlap in a file that shares strings */
};

/*
 * Read an MO file of either byte order. The hash table has a range only when it is the one that the messages give.
 * PL_E_INPUT with err->offset for a table or string that does not fit. Texts are views of `data`, or in the arena. On PL_OK
 * the caller calls pl_mo_reset().
 */
PL_MUST_USE pl_status pl_mo_parse(pl_bytes data, struct pl_arena *arena, struct pl_mo *out,
                                  struct pl_err *err);
void pl_mo_reset(struct pl_mo *mo);
bool pl_mo_probe(pl_bytes data);

#endif
