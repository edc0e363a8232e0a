/*
 * wire.h - records of an examination as bytes, from a process that is not believed.
 *
 * Numbers are unsigned LEB128, texts have their length in front, lists their number. The writer puts down whatever the records hold; the
 * reader checks all of it: enumerators, tags, order, sums, and that a list is not longer than the bytes that are left.
 */
#ifndef PL_PIPELINE_WIRE_H
#define PL_PIPELINE_WIRE_H

#include "base/buf.h"
#include "base/cursor.h"
#include "model/explanation.h"
#include "model/report.h"

/* Texts that come again and again are written once; used for one stream, and zeroed before. */
struct pl_wire_out {
    struct pl_buf *out;
    const char *last[4];
};

void pl_wire_u64(struct pl_wire_out *w, uint64_t n);
void pl_wire_bytes(struct pl_wire_out *w, pl_bytes b);
void pl_wire_text(struct pl_wire_out *w, const char *text); /* may be NULL */
/* A record with a sealed ledger. */
void pl_wire_file(struct pl_wire_out *w, const struct pl_file *f);
/* Findings from the `first` on. */
void pl_wire_findings(struct pl_wire_out *w, const struct pl_findings *f, size_t first);

void pl_wire_explained(struct pl_wire_out *w, const struct pl_explained_function *f);

void pl_wire_source_git(struct pl_wire_out *w, const struct pl_source_git *git); /* may be NULL */
/* A status other than PL_OK, and what was said about it. */
void pl_wire_error(struct pl_wire_out *w, const struct pl_err *why);

#define PL_WIRE_KNOWN 256u

/* Zeroed before; texts are kept in `arena`. `st` is sticky: PL_OK, PL_E_INPUT, PL_E_LIMIT or PL_E_NOMEM. */
struct pl_wire_in {
    struct pl_cursor c; /* of the frame at hand */
    struct pl_arena *arena;
    const struct pl_limits *limits;
    pl_status st;
    const char *last[4];
    const char *known[PL_WIRE_KNOWN]; /* short texts by their hash, kept once */
    uint64_t next_order;              /* records come in order */
};

uint64_t pl_wire_take_u64(struct pl_wire_in *w);
pl_bytes pl_wire_take_bytes(struct pl_wire_in *w); /* kept */
const char *pl_wire_take_text(struct pl_wire_in *w);
/* Into *f, which is empty; the caller resets it in every case. */
void pl_wire_take_file(struct pl_wire_in *w, struct pl_file *f);
/* Added to `f`. */
void pl_wire_take_findings(struct pl_wire_in *w, struct pl_findings *f);
void pl_wire_take_explained(struct pl_wire_in *w, struct pl_explained_function *f);
/* NULL when it is not from git, or bad. */
struct pl_source_git *pl_wire_take_source_git(struct pl_wire_in *w);
/* The status that was sent is returned, and *err says the rest; PL_E_INPUT or PL_E_BUG when it is none. */
PL_MUST_USE pl_status pl_wire_take_error(struct pl_wire_in *w, struct pl_err *err);
/* PL_OK when the frame was good to its last byte. */
PL_MUST_USE pl_status pl_wire_done(const struct pl_wire_in *w, struct pl_err *err);

#endif
