/*
 * product.h - the files of a product as they stand, and the packages that they are said to come from: the link `shipped`.
 */
#ifndef PL_PIPELINE_PRODUCT_H
#define PL_PIPELINE_PRODUCT_H

#include "model/chain.h"

struct pl_product;

/*
 * Read a folder, an archive to the members of its first level, or a container image as folder or archive (product_image.h), its layers laid over each
 * other: in a process that can do nothing else, unless `is_unconfined`. PL_E_NOT_FOUND, PL_E_INPUT, PL_E_LIMIT. The caller closes it.
 */
PL_MUST_USE pl_status pl_product_open(const char *path, bool is_unconfined, const struct pl_limits *limits,
                                      struct pl_product **out, struct pl_err *err);
/* The two steps of it for an archive in memory; nothing can be compared with what they give. */
PL_MUST_USE pl_status pl_product_new(const struct pl_limits *limits, struct pl_product **out,
                                     struct pl_err *err);
PL_MUST_USE pl_status pl_product_read_archive(struct pl_product *p, pl_bytes bytes, pl_bytes name,
                                              struct pl_err *err);
void pl_product_close(struct pl_product *p); /* accepts NULL */

#define PL_SHIPPED_NAMES 100u
#define PL_SHIPPED_KEPT  (64u << 20) /* bytes of edited files that are compared line by line */

/* What became of the files of one component; names are paths in the product, the first ones of each kind. */
struct pl_shipped {
    uint64_t same;
    uint64_t edited;
    uint64_t settings; /* edited ones that are there to be edited: below etc/ of a Debian system */
    uint64_t missing;
    uint64_t extra;
    const char *copy_at; /* the folder of a vendored copy, not where its manager would have put it; NULL */
    uint64_t kept_bytes;
    pl_bytes edited_published[PL_SHIPPED_NAMES]; /* contents in the package; .p NULL: not kept */
    const char *edited_names[PL_SHIPPED_NAMES];
    const char *missing_names[PL_SHIPPED_NAMES];
    const char *extra_names[PL_SHIPPED_NAMES];
};

/*
 * Compare the files that `package` unpacks to with those at the component's places; `is_deb` says that they are strewn over the whole product.
 * Names are in `arena`. Several threads may compare at once. PL_E_NOT_FOUND: the product has no such place.
 */
PL_MUST_USE pl_status pl_product_compare(struct pl_product *p, const struct pl_component *c, bool is_deb,
                                         pl_bytes package, struct pl_arena *arena, struct pl_shipped *out,
                                         struct pl_err *err);

/* Files that no compared package has, and up to `most` of their paths, in order. */
uint64_t pl_product_unowned(const struct pl_product *p, pl_bytes *paths, size_t most, size_t *n);

#endif
