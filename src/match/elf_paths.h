/*
 * elf_paths.h - search paths of an ELF image that its source does not give the linker.
 */
#ifndef PL_MATCH_ELF_PATHS_H
#define PL_MATCH_ELF_PATHS_H

#include "format/binary/elf_dynamic.h"
#include "match/match.h"

/* Note in f->foreign the folders of DT_RUNPATH and DT_RPATH that no strict rule explains. Needs m->literals. PL_E_NOMEM and PL_E_LIMIT. */
PL_MUST_USE pl_status pl_elf_note_paths(const struct pl_match *m, struct pl_file *f,
                                        const struct pl_elf_dynamic *d, struct pl_err *err);

#endif
