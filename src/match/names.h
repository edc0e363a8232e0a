/*
 * names.h - what the package has of a name, and what scripts of the source are called: looked up, since whoever makes a package chooses both how many files it
 * has and how many lines ask for one of them.
 *
 * Each kind is made when it is first asked for, then read by many threads.
 */
#ifndef PL_MATCH_NAMES_H
#define PL_MATCH_NAMES_H

#include "match/match.h"

enum pl_name_kind {
    PL_NAME_WHOLE,   /* name of a file; the value is its number in m->files */
    PL_NAME_PYTHON,  /* the same without its first folder, or else whole; as above */
    PL_NAME_LIBRARY, /* last part of the name of a file or link in the data member of a .deb */
    PL_NAME_MODULE,  /* a folder on the way to a file, or the last part of its name up to the first dot */
    PL_NAME_SCRIPT, /* pl_name_of_written() of what an own script writes by its name; the value is its pl_name_script_of() */
    PL_NAME_KINDS
};

struct pl_names;

PL_MUST_USE pl_status pl_names_new(struct pl_names **out, struct pl_err *err);
void pl_names_free(struct pl_names *n); /* accepts NULL */

/* Make this kind unless it is there. Only in PL_PASS_PACKAGE. O(names of the package, or of the own source). */
PL_MUST_USE pl_status pl_names_build(const struct pl_match *m, enum pl_name_kind kind, struct pl_err *err);

/* Of a kind that was built; *value may be NULL. */
bool pl_names_has(const struct pl_match *m, enum pl_name_kind kind, pl_bytes name, uint64_t *value);

/* The name with each digit as "0", in the arena; no bytes when that has no room. */
pl_bytes pl_name_of_written(struct pl_arena *arena, pl_bytes name);
const struct pl_source_file *pl_name_script_of(const struct pl_match *m, uint64_t value);

#endif
