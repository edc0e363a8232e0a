/*
 * product_image.h - the files of a container image: its layers laid over each other.
 */
#ifndef PL_PIPELINE_PRODUCT_IMAGE_H
#define PL_PIPELINE_PRODUCT_IMAGE_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/vec.h"
#include "model/limits.h"

#define PL_IMAGE_MAX_LAYERS 128u

/* A file as a container would see it. */
struct pl_image_file {
    pl_bytes path;
    pl_bytes link_target; /* of a link */
    pl_sha256 sha256;     /* of the contents, or of the target of a link */
    bool is_link;
};

struct pl_image_files {
    PL_VEC(struct pl_image_file) list; /* in no order */
    void *ctx;
    void (*see)(void *ctx, pl_bytes path,
                pl_bytes data); /* each file of each layer, the later the truer; may be NULL */
};

/*
 * Where the parts of an image are: read() gives the bytes of a file by its name in the image's layout ("index.json"), borrowed until the next call of
 * pl_image_read() returns. PL_E_NOT_FOUND when there is none.
 */
struct pl_image_parts {
    void *ctx;
    pl_status (*read)(void *ctx, pl_bytes name, pl_bytes *out, struct pl_err *err);
};

/* Is it an image? "oci-layout" and "index.json", or a "manifest.json" that names layers. */
bool pl_image_is(const struct pl_image_parts *parts);

/*
 * Lay all layers over each other. Paths and links are in `arena`; the list is the caller's to free in every case. Each part must have the digest that names
 * it. PL_E_INPUT: not whole, or another digest, or several images of which none is for this machine. PL_E_LIMIT: too many layers, or one too large.
 */
PL_MUST_USE pl_status pl_image_read(const struct pl_image_parts *parts, const struct pl_limits *limits,
                                    struct pl_arena *arena, struct pl_image_files *out, struct pl_err *err);

#endif
