/*
 * names.h - names of members are data, never paths: clean them for showing, and say what is wrong with them.
 */
#ifndef PL_FORMAT_ARCHIVE_NAMES_H
#define PL_FORMAT_ARCHIVE_NAMES_H

#include "base/bytes.h"

/* Without leading "./" and "/" and without trailing "/". A view of `name`; "." for the root itself. */
pl_bytes pl_name_clean(pl_bytes name);
/* What is unsafe about a name as the container has it, in static words; NULL when nothing is. */
const char *pl_name_problem(pl_bytes name);
/* The same of its characters alone, which is what can be wrong with the target of a symlink. */
const char *pl_name_text_problem(pl_bytes name);
/* Does a symlink called `name` (clean) lead out of the root that the container is unpacked to? */
bool pl_link_escapes(pl_bytes name, pl_bytes target);
/* The name of what a compressed stream holds: without ".gz", ".xz" and so on. A view of `name`. */
pl_bytes pl_name_unpacked(pl_bytes name);

#endif
