/*
 * elf_reader.h - what the files of the ELF reader share; nobody else includes this.
 *
 *     elf.c          header, program and section headers, order of work
 *     elf_tables.c   the sections with a format: symbols, strings, relocations, versions, hashes, dynamic
 *     elf_sections.c the sections a compiler or linker makes: notes, unwind tables, PLT, GOT, arrays
 *     elf_gaps.c     what lies between them, behind them, and what the headers say against each other
 */
#ifndef PL_FORMAT_BINARY_ELF_READER_H
#define PL_FORMAT_BINARY_ELF_READER_H

#include "base/cursor.h"
#include "base/vec.h"
#include "format/binary/elf.h"

struct pl_elf_reader {
    pl_bytes data;
    struct pl_elf *elf;
    struct pl_arena *arena;
    struct pl_findings *findings; /* may be NULL */
    PL_VEC(struct pl_elf_range) ranges;
    uint8_t *name_starts; /* one bit a byte of the file: a name that something refers to begins here */
    pl_status st;         /* sticky: PL_OK, or why memory ran out */
    struct pl_err *err;
};

/* Field readers in the byte order of the file; word is 4 or 8 bytes by class. */
uint16_t pl_elf_u16(const struct pl_elf_reader *r, struct pl_cursor *c);
uint32_t pl_elf_u32(const struct pl_elf_reader *r, struct pl_cursor *c);
uint64_t pl_elf_u64(const struct pl_elf_reader *r, struct pl_cursor *c);
uint64_t pl_elf_word(const struct pl_elf_reader *r, struct pl_cursor *c);
size_t pl_elf_word_bytes(const struct pl_elf_reader *r);

/* Give a range of the file to an owner; failure is sticky in r->st. */
void pl_elf_own(struct pl_elf_reader *r, uint64_t offset, uint64_t length, enum pl_elf_owner owner,
                uint32_t section, const char *what);
/* The same for [from, from + length) of a section, called "section NAME". */
void pl_elf_own_part(struct pl_elf_reader *r, uint32_t section, uint64_t from, uint64_t length,
                     enum pl_elf_owner owner);
/*
 * The rest of a section from byte `from` on, which its format leaves no use for: zero bytes are padding, anything else is
 * image.gap and unowned, from the first to the last byte that is not zero.
 */
void pl_elf_own_rest(struct pl_elf_reader *r, uint32_t section, uint64_t from);
/* A range of which nobody knows the use: the middle without its zero bytes is image.gap, the ends are padding. */
void pl_elf_own_gap(struct pl_elf_reader *r, uint64_t offset, uint64_t length, uint32_t section,
                    const char *where);
/* Add a finding; failure is sticky. */
void pl_elf_odd(struct pl_elf_reader *r, const char *tag, enum pl_severity severity, uint64_t offset,
                uint64_t length, const char *fmt, ...) PL_PRINTF(6, 7);
/* A section's name, quoted, for a message. */
const char *pl_elf_name(struct pl_elf_reader *r, uint32_t section);

/* elf_tables.c: note every name that something refers to; then read one table section. False: not a table. */
void pl_elf_mark_names(struct pl_elf_reader *r);
bool pl_elf_read_table(struct pl_elf_reader *r, uint32_t section);
/* elf_sections.c: own a section that is not a table. */
void pl_elf_read_section(struct pl_elf_reader *r, uint32_t section);
/* Walk the notes of a section or segment; returns the bytes that read as notes. */
uint64_t pl_elf_read_notes(struct pl_elf_reader *r, pl_bytes notes, uint64_t align);
/* elf_gaps.c: after all owners are known. */
void pl_elf_read_gaps(struct pl_elf_reader *r);
void pl_elf_check_headers(struct pl_elf_reader *r);

#endif
