/*
 * po.h - message catalogues as people edit them: GNU gettext's PO files, read within bounds.
 */
#ifndef PL_FORMAT_TEXT_PO_H
#define PL_FORMAT_TEXT_PO_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"

/* One message; texts are decoded and in the arena. */
struct pl_po_message {
    pl_bytes key;   /* as an MO file has it: [context EOT] msgid [NUL msgid_plural] */
    pl_bytes value; /* msgstr, or msgstr[0] NUL msgstr[1]... */
    bool is_fuzzy;  /* msgfmt leaves it out, unless it is the header */
    bool is_whole;  /* no msgstr is empty; msgfmt leaves out what has no translation */
};

struct pl_po {
    PL_VEC(struct pl_po_message) messages; /* in the order of the file, without obsolete ones */
};

/*
 * Read a PO file. PL_E_INPUT with err->offset at the line that is none of its grammar. On PL_OK the caller calls
 * pl_po_reset(). O(bytes). Source: GNU gettext manual, "The Format of PO Files".
 */
PL_MUST_USE pl_status pl_po_parse(pl_bytes text, struct pl_arena *arena, struct pl_po *out,
                                  struct pl_err *err);
void pl_po_reset(struct pl_po *po);

/*
 * Append the MO file that msgfmt makes of it: little-endian, sorted by key, with a hash table when `has_hash`, strings not
 * aligned (its defaults). Messages that are fuzzy or not whole are left out; so is the header's POT-Creation-Date when
 * `drops_pot_date`, as msgfmt does since 0.20. Scratch space is taken from `arena`.
 */
PL_MUST_USE pl_status pl_po_compile(const struct pl_po *po, bool has_hash, bool drops_pot_date,
                                    struct pl_arena *arena, struct pl_buf *out, struct pl_err *err);

/* The header's text without its POT-Creation-Date line; a view, or in the arena (.p NULL when out of memory). */
pl_bytes pl_po_without_pot_date(struct pl_arena *arena, pl_bytes header);

/* The parts of gettext's hash table: hash of a key, number of slots for n messages, slots (zeroed) from hashes in order. */
uint32_t pl_po_hash(pl_bytes key);
uint32_t pl_po_hash_size(uint32_t n_messages);
/* False when the hashes were made to collide: the filling is given up after 64 steps a message on the average. */
bool pl_po_fill_hash(const uint32_t *hashes, uint32_t n, uint32_t *slots, uint32_t size);

#endif
