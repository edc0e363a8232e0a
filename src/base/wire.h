/*
 * wire.h - numbers, bytes and texts between two processes, of which one is not believed.
 *
 * Numbers are unsigned LEB128, texts have their length in front, lists their number.
 */
#ifndef PL_BASE_WIRE_H
#define PL_BASE_WIRE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/cursor.h"

struct pl_limits;

/* Which of the last texts a field compares with. */
enum pl_wire_slot { PL_WIRE_RULE, PL_WIRE_SOURCE, PL_WIRE_NOTE, PL_WIRE_TEXT, PL_WIRE_SLOTS };

/* Texts that come again and again are written once; used for one stream, and zeroed before. */
struct pl_wire_out {
    struct pl_buf *out;
    const char *last[PL_WIRE_SLOTS];
};

void pl_wire_u64(struct pl_wire_out *w, uint64_t n);
void pl_wire_bytes(struct pl_wire_out *w, pl_bytes b);
void pl_wire_text(struct pl_wire_out *w, const char *text); /* may be NULL */
void pl_wire_text_beside(struct pl_wire_out *w, enum pl_wire_slot slot, const char *text);

#define PL_WIRE_KNOWN 256u

/* Zeroed before; texts are kept in `arena`. `st` is sticky: PL_OK, PL_E_INPUT, PL_E_LIMIT or PL_E_NOMEM. */
struct pl_wire_in {
    struct pl_cursor c; /* of the frame at hand */
    struct pl_arena *arena;
    const struct pl_limits *limits;
    pl_status st;
    const char *last[PL_WIRE_SLOTS];
    const char *known[PL_WIRE_KNOWN]; /* short texts by their hash, kept once */
    uint64_t next_order;              /* records come in order */
};

uint64_t pl_wire_take_u64(struct pl_wire_in *w);
uint64_t pl_wire_take_below(struct pl_wire_in *w, uint64_t end);
bool pl_wire_take_bool(struct pl_wire_in *w);
/* The length of a list, each element of which takes `least` bytes or more. */
size_t pl_wire_take_count(struct pl_wire_in *w, size_t least);
pl_bytes pl_wire_take_bytes(struct pl_wire_in *w); /* kept */
pl_bytes pl_wire_take_view(struct pl_wire_in *w);  /* of the frame */
const char *pl_wire_take_text(struct pl_wire_in *w);
const char *pl_wire_take_text_beside(struct pl_wire_in *w, enum pl_wire_slot slot);
const char *pl_wire_keep_text(struct pl_wire_in *w, pl_bytes b);
/* Exactly n bytes, without a length in front. */
void pl_wire_take_raw(struct pl_wire_in *w, uint8_t *out, size_t n);

/* What was read makes no sense unless this holds. */
void pl_wire_require(struct pl_wire_in *w, bool holds);
void pl_wire_no_memory(struct pl_wire_in *w);
/* PL_OK when the frame was good to its last byte. */
PL_MUST_USE pl_status pl_wire_done(const struct pl_wire_in *w, struct pl_err *err);

#endif
