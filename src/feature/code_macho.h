/*
 * code_macho.h - what the files of the Mach-O loader share; nobody else includes this.
 */
#ifndef PL_FEATURE_CODE_MACHO_H
#define PL_FEATURE_CODE_MACHO_H

#include "feature/code_image.h"

#define PL_CODE_MACHO_SEGMENTS  64u
#define PL_CODE_MACHO_LIBRARIES 512u

struct pl_code_macho_segment {
    uint64_t address;
    uint64_t memory_bytes;
    uint64_t offset; /* bytes in the image */
    uint64_t size;
};

/* Where a table stands in the image. */
struct pl_code_macho_table {
    uint32_t offset;
    uint32_t bytes;
};

struct pl_code_macho_section {
    pl_bytes name;
    uint64_t address;
    uint64_t size;
    uint64_t offset;
    uint32_t flags;
    uint32_t first_indirect;
};

struct pl_code_macho {
    struct pl_code_image *im;
    pl_bytes data; /* this image alone */
    uint64_t at;   /* where it begins in the file */
    uint64_t bias; /* added to all addresses */
    uint64_t base; /* address of the header, biased */
    uint64_t work; /* slots that may still be made */
    struct pl_code_macho_segment segments[PL_CODE_MACHO_SEGMENTS];
    size_t n_segments;
    PL_VEC(struct pl_code_macho_section) sections;
    pl_bytes libraries[PL_CODE_MACHO_LIBRARIES];
    size_t n_libraries;
    uint32_t symbols, n_symbols;
    struct pl_code_macho_table strings, indirect, starts, fixups, data_in_code;
    struct pl_code_macho_table rebase, bind, weak_bind, lazy_bind;
    uint64_t main_offset;
};

/* The bytes of a table; empty when they are not all there. */
pl_bytes pl_code_macho_bytes(const struct pl_code_macho *m, struct pl_code_macho_table t);
/* The name as C spells it. */
pl_bytes pl_code_macho_name(pl_bytes name);
/* A slot at an address: an import when it has a name. False when there were too many. */
bool pl_code_macho_slot(struct pl_code_macho *m, uint64_t address, uint64_t target, pl_bytes name,
                        int64_t library);
/* code_macho_fix.c: slots of chained fixups, or of the older opcodes. */
void pl_code_macho_read_fixups(struct pl_code_macho *m);
/* code_macho_unwind.c: starts by __unwind_info; `address` is of the section. */
void pl_code_macho_read_unwind(struct pl_code_macho *m, pl_bytes table);

#endif
