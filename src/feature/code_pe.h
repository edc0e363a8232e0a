/*
 * code_pe.h - what the two files of the PE loader share; nobody else includes this.
 */
#ifndef PL_FEATURE_CODE_PE_H
#define PL_FEATURE_CODE_PE_H

#include "feature/code_image.h"
#include "format/binary/pe.h"

struct pl_code_pe {
    struct pl_code_image *im;
    const struct pl_pe *pe;
    uint32_t word; /* bytes */
    uint64_t work; /* records that may still be read */
};

/* `n` bytes at an address relative to the base; empty when they are not all in the file. */
pl_bytes pl_code_pe_at(const struct pl_code_pe *w, uint32_t address, uint64_t n);
/* Seeds of the function table. */
void pl_code_pe_read_unwind(struct pl_code_pe *w);

#endif
