/*
 * macho.h - Mach-O images of macOS and iOS, single and universal: what is in them, and who owns each of their bytes.
 *
 * 32 and 64 bits, both byte orders. Source: <mach-o/loader.h>, <mach-o/fat.h>, <mach-o/nlist.h>, <mach-o/fixup-chains.h>; Apple's
 * "Code Signing" cs_blobs.h.
 */
#ifndef PL_FORMAT_BINARY_MACHO_H
#define PL_FORMAT_BINARY_MACHO_H

#include "format/binary/image.h"

/* Everything points into the file's bytes or the arena. Of a universal file the facts are those of its first image. */
struct pl_macho {
    bool is_fat;
    bool is_signed; /* every image has a code signature */
    size_t n_images;
    struct pl_image_range *ranges; /* sorted, disjoint, and they tile the file */
    size_t n_ranges;
    pl_bytes install_name; /* LC_ID_DYLIB; empty when none */
    pl_bytes uuid;         /* raw; empty when none */
    pl_bytes identifier;   /* of the code directory; empty when none */
};

/* A Mach-O image, or a universal file of them, by its bytes. A Java class is not. */
bool pl_macho_is(pl_bytes data);

/*
 * Read `data`. Odd things go to `findings` (NULL: nobody wants them): image.overlay, image.gap, image.damaged, image.writable-code,
 * image.unowned-section, image.code-outside-text, sig.appended-data, sig.digest-mismatch.
 * PL_E_INPUT when the headers are not whole; err->offset says where. Time O(n log n) and memory O(n) in the bytes of the file.
 */
PL_MUST_USE pl_status pl_macho_read(pl_bytes data, struct pl_arena *arena, struct pl_findings *findings,
                                    struct pl_macho *out, struct pl_err *err);

#endif
