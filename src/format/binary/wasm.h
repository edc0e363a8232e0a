/*
 * wasm.h - WebAssembly modules: what each byte of them is, and the names that they import, export and carry.
 *
 * Source: WebAssembly Core Specification 2.0, chapter 5, with memories of 64 bits, shared ones and tags of the proposals that engines
 * ship; the custom sections "name" (appendix 7.4), "producers" and "target_features" (tool conventions).
 */
#ifndef PL_FORMAT_BINARY_WASM_H
#define PL_FORMAT_BINARY_WASM_H

#include "format/binary/image.h"

/* What the range of a data segment is; others of PL_IMAGE_DATA are never loaded. */
#define PL_WASM_SEGMENT "data segment"

enum pl_wasm_text_kind {
    PL_WASM_IMPORT, /* `module` and `text`: what the module asks its host for */
    PL_WASM_EXPORT,
    PL_WASM_NAME,  /* of a function, local, or the module itself, in the section "name" */
    PL_WASM_CUSTOM /* the name of a custom section; [offset, offset + length) is its contents */
};

struct pl_wasm_text {
    enum pl_wasm_text_kind kind;
    uint64_t offset; /* of the name in the file; of an import, of both names with what is between them */
    uint64_t length;
    pl_bytes module;
    pl_bytes text; /* borrowed from the file */
};

/* Everything points into the file's bytes or the arena. */
struct pl_wasm {
    uint32_t n_functions;              /* with a body */
    uint32_t n_segments;               /* of data */
    PL_VEC(struct pl_wasm_text) texts; /* in file order */
    struct pl_image_range *
        ranges; /* sorted, disjoint, and they tile the file. CODE: bodies; DATA: segments and custom sections */
    size_t n_ranges;
};

bool pl_wasm_is(pl_bytes data);

/*
 * Read `data`. Odd things go to `findings` (NULL: nobody wants them): image.damaged for a section that makes no sense or stands out of order, and
 * for bytes of a section behind its last record.
 * PL_E_INPUT when it is no module of version 1. Time and memory O(n). Reset in every case.
 */
PL_MUST_USE pl_status pl_wasm_read(pl_bytes data, struct pl_arena *arena, struct pl_findings *findings,
                                   struct pl_wasm *out, struct pl_err *err);
void pl_wasm_reset(struct pl_wasm *w);

#endif
