/*
 * image.h - who owns which byte of an executable image: the vocabulary that the readers of PE and Mach-O share.
 *
 * A reader gives ranges to owners in order of precedence with pl_image_own(). pl_image_flatten() makes them sorted and disjoint, the
 * earlier one holding where two overlap. What no structure names is then given away with pl_image_fill(), piece by piece, so that at the
 * end the ranges tile the file.
 */
#ifndef PL_FORMAT_BINARY_IMAGE_H
#define PL_FORMAT_BINARY_IMAGE_H

#include "base/cursor.h"
#include "model/finding.h"

/* What kind of thing owns a range; match/ turns this into a class. */
enum pl_image_owner {
    PL_IMAGE_STRUCTURE, /* headers, tables, names, padding: read to the end, and they hold nothing else */
    PL_IMAGE_TOOLCHAIN, /* unwind tables, stubs, guard tables: recognised by content */
    PL_IMAGE_SIGNATURE, /* a signature up to the end of its own encoding */
    PL_IMAGE_CODE,      /* executable bytes */
    PL_IMAGE_DATA,      /* initialised data, resources, and tables nobody reads yet */
    PL_IMAGE_UNOWNED    /* an overlay, a gap that holds data */
};

/* `what` is printable and static or in the arena: "PE header", "section .text", "alignment padding". */
struct pl_image_range {
    uint64_t offset; /* bytes in the file */
    uint64_t length;
    enum pl_image_owner owner;
    bool has_strings; /* of DATA: loaded with the program, so that strings in it are the program's */
    const char *what;
};

/* The ranges of one file while they are being found. Failure is sticky in `st`. */
struct pl_image_map {
    pl_bytes data; /* the whole file */
    struct pl_arena *arena;
    struct pl_findings *findings; /* may be NULL */
    PL_VEC(struct pl_image_range) ranges;
    size_t n_flat; /* the first ones are sorted and disjoint */
    uint64_t work; /* steps that may still be taken: hostile tables refer to each other in circles */
    bool is_worn_out;
    const char *format; /* "PE", for messages */
    pl_status st;
    struct pl_err *err;
};

/* What uncovered bytes become. */
enum pl_image_fill {
    PL_IMAGE_AS_CODE,
    PL_IMAGE_AS_DATA,      /* without strings */
    PL_IMAGE_AS_STRINGS,   /* data with strings */
    PL_IMAGE_AS_PADDING,   /* zero bytes are padding; anything else is image.gap */
    PL_IMAGE_AS_CODE_GAP,  /* the same, but instructions that do nothing are padding too */
    PL_IMAGE_AS_OVERLAY,   /* image.overlay, all of it */
    PL_IMAGE_AS_SIGNATURE, /* zero bytes are padding; anything else is sig.appended-data */
    PL_IMAGE_AS_TOOLCHAIN
};

void pl_image_init(struct pl_image_map *m, pl_bytes data, const char *format, struct pl_arena *arena,
                   struct pl_findings *findings, struct pl_err *err);
void pl_image_reset(struct pl_image_map *m);

/* Give [offset, offset + length) to an owner, cut to the file. */
void pl_image_own(struct pl_image_map *m, uint64_t offset, uint64_t length, enum pl_image_owner owner,
                  const char *what);
/* Add a finding. */
void pl_image_odd(struct pl_image_map *m, const char *tag, enum pl_severity severity, uint64_t offset,
                  uint64_t length, const char *fmt, ...) PL_PRINTF(6, 7);
/*
 * Take `steps` of the work that an honest file of this size can need; false once it is used up, which is image.damaged (once).
 * Every loop over records of the file asks.
 */
bool pl_image_spend(struct pl_image_map *m, uint64_t steps);
/* Sort, and cut away what an earlier range holds. O(n log n). */
void pl_image_flatten(struct pl_image_map *m);
/* Give every byte of [from, to) that no range holds to its owner; flattens before. */
void pl_image_fill(struct pl_image_map *m, uint64_t from, uint64_t to, enum pl_image_fill as,
                   const char *what);
/* Flatten and hand the ranges over, copied to the arena. They tile the file: what is left is image.overlay. */
PL_MUST_USE pl_status pl_image_finish(struct pl_image_map *m, struct pl_image_range **out, size_t *n);
/* Quoted text for a message or a name, in the arena; "?" and a sticky failure when out of memory. */
const char *pl_image_text(struct pl_image_map *m, const char *before, pl_bytes text);

/* True when all of `bytes` is what tools put between functions: zeros, int3, nops of x86 or arm64. */
bool pl_image_is_code_fill(pl_bytes bytes);
/* True when every byte is printable ASCII or part of valid UTF-8. */
bool pl_image_is_text(pl_bytes bytes);
/* The bytes up to the next NUL at `at`; false when there is none within `max` bytes. */
bool pl_image_string(pl_bytes data, uint64_t at, uint64_t max, pl_bytes *out);

#endif
