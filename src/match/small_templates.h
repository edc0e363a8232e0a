/*
 * small_templates.h - the short templates of the sources, by what stands before their first variable.
 *
 * A short script shares no line with its template that would tell, so every template of its size is one that it may be made from. Whoever makes a package and its
 * source chooses how many there are of both: they are looked up, and of those that fit at most PL_SMALL_TRIES are compared with one file.
 */
#ifndef PL_MATCH_SMALL_TEMPLATES_H
#define PL_MATCH_SMALL_TEMPLATES_H

#include "corpus/index.h"

#define PL_SMALL_TEMPLATE_BYTES 256u
#define PL_SMALL_TRIES          64u

struct pl_small_templates;

/* O(bytes of the sources' short files). */
PL_MUST_USE pl_status pl_small_templates_new(const struct pl_index *ix, struct pl_small_templates **out,
                                             struct pl_err *err);
void pl_small_templates_free(struct pl_small_templates *s); /* accepts NULL */

/*
 * The units that `text` can be made from by its first bytes and its size, with at least `least` bytes of their own: ascending, *n of them. Where more
 * fit than there is room for, those that begin with most of the text. O(bytes of text * log templates). Safe from many threads.
 */
void pl_small_templates_of(const struct pl_small_templates *s, pl_bytes text, size_t least,
                           uint32_t units[PL_SMALL_TRIES], size_t *n);

#endif
