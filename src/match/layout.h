/*
 * layout.h - packages that are laid out like their source: what is at the same path, and what is not.
 */
#ifndef PL_MATCH_LAYOUT_H
#define PL_MATCH_LAYOUT_H

#include "match/match.h"

/*
 * Compare f with the file of the revision at its path, once everything has been matched: files that differ (origin.mismatch), that are
 * elsewhere in the revision (tree.moved), that nearly are a known tool's file (tree.modified-generated). Sets f->is_added when the
 * revision has no such path. Does nothing without m->layout.
 */
PL_MUST_USE pl_status pl_layout_compare(const struct pl_match *m, struct pl_file *f, struct pl_err *err);

/* Say which files of the revision the package lacks (tree.missing); for releases only. m->files is the whole package. */
PL_MUST_USE pl_status pl_layout_missing(const struct pl_match *m, struct pl_findings *findings,
                                        struct pl_err *err);

/* The path in the source tree that f would have; false for members of nested archives and the package itself. */
bool pl_layout_path(const struct pl_match *m, const struct pl_file *f, pl_bytes *out);

/*
 * Does [offset, offset + length) of a package.json lie in members that are for people alone: what the package is called, by whom, where to
 * read more? No tool runs or loads what they say. False above 32 KiB. O(file).
 */
bool pl_manifest_is_for_people(const struct pl_file *f, uint64_t offset, uint64_t length);

#endif
