/*
 * pe_reader.h - what the files of the PE reader share; nobody else includes this.
 *
 *     pe.c              headers, sections, order of work, checks
 *     pe_stub.c         the DOS program and the Rich header in front
 *     pe_imports.c      exports, imports, delayed and bound imports
 *     pe_tables.c       base relocations, debug directory, TLS, load configuration, CLR header and metadata
 *     pe_clr.c          name and references of a .NET assembly
 *     pe_resources.c    the tree of resources
 *     pe_unwind.c       .pdata and the unwind information it points to
 *     pe_certificates.c the certificate table and the digest that it signs
 */
#ifndef PL_FORMAT_BINARY_PE_READER_H
#define PL_FORMAT_BINARY_PE_READER_H

#include "format/binary/pe.h"

#define PL_PE_NAME_BYTES                                                                                     \
    4096u /* longer names of imports and exports are not believed (C++ names reach 4,096) */

struct pl_pe_reader {
    struct pl_image_map map;
    struct pl_pe *pe;
    pl_bytes data;
    uint32_t *by_address; /* sections sorted by address, those with bytes in the file */
    size_t n_by_address;
    uint32_t checksum_at; /* bytes of the file that Authenticode leaves out */
    uint32_t certificate_entry_at;
    uint32_t symbols_at;
    uint32_t n_symbols;
};

/* The bytes of the file from this address on, to the end of its section; empty when there are none. *offset is the first. */
pl_bytes pl_pe_at(const struct pl_pe_reader *r, uint64_t address, uint64_t *offset);
/* Exactly n bytes; false when they are not all there. */
bool pl_pe_take(const struct pl_pe_reader *r, uint64_t address, uint64_t n, pl_bytes *out, uint64_t *offset);
/* Own [address, address + n). False when not in the file. */
bool pl_pe_own(struct pl_pe_reader *r, uint64_t address, uint64_t n, enum pl_image_owner owner,
               const char *what);
/* Own a NUL-terminated name with its NUL; false when there is none. */
bool pl_pe_own_name(struct pl_pe_reader *r, uint64_t address, pl_bytes *name, const char *what);
/* Bytes of a directory; false when it is empty. A directory that lies outside of the file is image.damaged. */
bool pl_pe_directory(struct pl_pe_reader *r, enum pl_pe_directory which, const char *what, pl_bytes *out,
                     uint64_t *offset);
void pl_pe_damaged(struct pl_pe_reader *r, uint64_t offset, const char *what);
const struct pl_pe_section *pl_pe_section_at(const struct pl_pe_reader *r, uint64_t address);
/* 4 or 8 bytes by the class of the image. */
uint64_t pl_pe_word(const struct pl_pe_reader *r, struct pl_cursor *c);
unsigned pl_pe_word_bytes(const struct pl_pe_reader *r);

void pl_pe_read_stub(struct pl_pe_reader *r, uint32_t pe_at);
void pl_pe_read_exports(struct pl_pe_reader *r);
void pl_pe_read_imports(struct pl_pe_reader *r);
void pl_pe_read_tables(struct pl_pe_reader *r);
/* pe_clr.c: from the streams #~ and #Strings of the CLR metadata. */
void pl_pe_read_assembly(struct pl_pe_reader *r, pl_bytes tables, pl_bytes names);
void pl_pe_read_resources(struct pl_pe_reader *r);
void pl_pe_read_unwind(struct pl_pe_reader *r);
void pl_pe_read_certificates(struct pl_pe_reader *r);

#endif
