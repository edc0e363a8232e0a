/*
 * debian_answers.h - what the indices of this machine's archives said, kept for as long as their releases say the same. Only for files of supply/.
 */
#ifndef PL_SUPPLY_DEBIAN_ANSWERS_H
#define PL_SUPPLY_DEBIAN_ANSWERS_H

#include "supply/debian.h"

/*
 * The answer to question `kind` about `purl`, when it was kept under the releases as they are now, whose signatures were checked by this supply.
 * PL_E_NOT_FOUND when there is none. *heap is the caller's to free.
 */
PL_MUST_USE pl_status pl_debian_answer_read(struct pl_supply *s, const char *kind, const struct pl_purl *purl,
                                            uint8_t **heap, size_t *n, struct pl_err *err);

/* Keep it. Trouble with the cache costs time, next time: only PL_E_NOMEM is returned. */
PL_MUST_USE pl_status pl_debian_answer_write(struct pl_supply *s, const char *kind,
                                             const struct pl_purl *purl, pl_bytes answer, struct pl_err *err);

/* A closure as text, and back. Names stand in the purls. pl_deb_closure_parse(): PL_E_INPUT when it is none. */
void pl_deb_closure_print(const struct pl_deb_closure *c, struct pl_buf *out);
PL_MUST_USE pl_status pl_deb_closure_parse(pl_bytes text, struct pl_arena *arena, struct pl_deb_closure *out,
                                           struct pl_err *err);

#endif
