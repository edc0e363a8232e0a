/*
 * wire.h - records of an examination as bytes, from a process that is not believed.
 *
 * The writer puts down whatever the records hold; the reader checks all of it: enumerators, tags, order, sums, and that a list is not longer than the bytes that are left.
 */
#ifndef PL_PIPELINE_WIRE_H
#define PL_PIPELINE_WIRE_H

#include "base/wire.h"
#include "model/explanation.h"
#include "model/report.h"

/* A record with a sealed ledger. */
void pl_wire_file(struct pl_wire_out *w, const struct pl_file *f);
/* Findings from the `first` on. */
void pl_wire_findings(struct pl_wire_out *w, const struct pl_findings *f, size_t first);

void pl_wire_explained(struct pl_wire_out *w, const struct pl_explained_function *f);

void pl_wire_source_git(struct pl_wire_out *w, const struct pl_source_git *git); /* may be NULL */
/* A status other than PL_OK, and what was said about it. */
void pl_wire_error(struct pl_wire_out *w, const struct pl_err *why);

/* Into *f, which is empty; the caller resets it in every case. */
void pl_wire_take_file(struct pl_wire_in *w, struct pl_file *f);
/* Added to `f`. */
void pl_wire_take_findings(struct pl_wire_in *w, struct pl_findings *f);
void pl_wire_take_explained(struct pl_wire_in *w, struct pl_explained_function *f);
/* NULL when it is not from git, or bad. */
struct pl_source_git *pl_wire_take_source_git(struct pl_wire_in *w);
/* The status that was sent is returned, and *err says the rest; PL_E_INPUT or PL_E_BUG when it is none. */
PL_MUST_USE pl_status pl_wire_take_error(struct pl_wire_in *w, struct pl_err *err);
#endif
