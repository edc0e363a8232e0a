/*
 * elf_sections.h - sections of an ELF image that nobody asks for.
 */
#ifndef PL_MATCH_ELF_SECTIONS_H
#define PL_MATCH_ELF_SECTIONS_H

#include "format/binary/elf.h"
#include "match/match.h"

/*
 * Note in f->foreign the sections of a linked image that neither compilers and linkers nor the source name; an object file has any. Claims
 * nothing. Needs m->literals. PL_E_NOMEM and PL_E_LIMIT.
 */
PL_MUST_USE pl_status pl_elf_note_sections(const struct pl_match *m, struct pl_file *f,
                                           const struct pl_elf *elf, struct pl_err *err);
/* Is the string at `offset` the mark that Qt's moc begins its section with, in a program whose source asks for one? */
bool pl_elf_is_mark_of_moc(const struct pl_match *m, const struct pl_file *f, uint64_t offset, pl_bytes text);

#endif
