/*
 * macho_reader.h - what the files of the Mach-O reader share; nobody else includes this.
 *
 *     macho.c           universal header, header, load commands, order of work
 *     macho_sections.c  segments and sections, and what the headers say against each other
 *     macho_linkedit.c  symbols, strings, bindings, function starts and the other tables behind the sections
 *     macho_signature.c the code signature and the digests of pages in it
 */
#ifndef PL_FORMAT_BINARY_MACHO_READER_H
#define PL_FORMAT_BINARY_MACHO_READER_H

#include "format/binary/macho.h"

#define PL_MACHO_OBJECT 1u /* file types */
#define PL_MACHO_DSYM   10u

struct pl_macho_segment {
    pl_bytes name;
    uint64_t address;
    uint64_t memory_bytes;
    uint64_t offset; /* bytes in the image */
    uint64_t file_bytes;
    uint32_t protection; /* 1 read, 2 write, 4 execute */
};

/* One image; offsets are relative to it and own() adds where it begins. */
struct pl_macho_reader {
    struct pl_image_map *map;
    struct pl_macho *macho;
    pl_bytes data; /* this image alone */
    uint64_t base; /* where it begins in the file */
    bool is_64;
    bool is_big_endian;
    uint32_t type;
    PL_VEC(struct pl_macho_segment) segments;
    uint64_t sections_at; /* first byte of a section or table behind the load commands */
    bool is_signed;
};

uint32_t pl_macho_u32(const struct pl_macho_reader *r, struct pl_cursor *c);
uint64_t pl_macho_word(const struct pl_macho_reader *r, struct pl_cursor *c);
/* Own a range of the image; one that lies outside of it is image.damaged and false. */
bool pl_macho_own(struct pl_macho_reader *r, uint64_t offset, uint64_t length, enum pl_image_owner owner,
                  const char *what);
void pl_macho_fill(struct pl_macho_reader *r, uint64_t from, uint64_t to, enum pl_image_fill as,
                   const char *what);
void pl_macho_damaged(struct pl_macho_reader *r, uint64_t offset, const char *what);

/* A load command, from its first byte; its length is sound. `at` is its offset in the image. */
void pl_macho_read_segment(struct pl_macho_reader *r, uint64_t at, pl_bytes command);
/* True when the command names tables behind the sections, which are then owned. */
bool pl_macho_read_tables(struct pl_macho_reader *r, uint32_t kind, pl_bytes command);
void pl_macho_read_signature(struct pl_macho_reader *r, uint64_t offset, uint64_t length);
/* After all commands: what lies between the owned parts of each segment. */
void pl_macho_fill_segments(struct pl_macho_reader *r);

#endif
