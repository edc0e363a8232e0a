/*
 * elf_loader.h - loaders of an ELF image, and what they load beside it, that neither the system nor its source has.
 */
#ifndef PL_MATCH_ELF_LOADER_H
#define PL_MATCH_ELF_LOADER_H

#include "format/binary/elf_dynamic.h"
#include "match/match.h"

/* Note them in f->foreign. Needs m->literals. PL_E_NOMEM and PL_E_LIMIT. */
PL_MUST_USE pl_status pl_elf_note_loaders(const struct pl_match *m, struct pl_file *f,
                                          const struct pl_elf_dynamic *d, struct pl_err *err);

#endif
