/*
 * product_private.h - what product.c fills and product_compare.c looks at; nobody else includes it.
 */
#ifndef PL_PIPELINE_PRODUCT_PRIVATE_H
#define PL_PIPELINE_PRODUCT_PRIVATE_H

#include "base/map.h"
#include "pipeline/product.h"

#include <stdatomic.h>

#define MAX_TOP_LINKS 32u
#define MAX_ROOTS     32u

struct product_file {
    pl_bytes path;
    pl_sha256 sha256; /* of the contents, or of the target of a link */
    bool is_link;
    _Atomic bool is_owned;
};

/* Files whose contents are wanted once more. */
struct pl_product_wanted {
    struct pl_map by_path; /* as the product's archive or image names them; to a place in `contents` */
    pl_bytes *contents;    /* .p NULL: not found, or too large */
    struct pl_arena *arena;
};

struct pl_product {
    struct pl_arena arena;
    const struct pl_limits *limits;
    struct pl_limits own_limits;
    const char *place; /* where it was read from; NULL: from memory */
    pl_bytes top;      /* the only folder of an archive, which paths leave out */
    bool is_folder;
    bool is_unconfined; /* everything is unpacked in this process */
    bool is_image;
    struct pl_product_wanted *wanted;  /* NULL: nothing is */
    PL_VEC(struct product_file) files; /* sorted by path */
    struct pl_map by_path;
    struct {
        pl_bytes name;
        pl_bytes target;
    } links[MAX_TOP_LINKS]; /* of the top folder */
    size_t n_links;
    pl_bytes roots
        [MAX_ROOTS]; /* folders with a node_modules of their own, below the top; those with a package.json first */
    size_t n_roots;
    uint32_t *by_digest; /* numbers of files, by sha256 and path; NULL until they are sorted */
};

/* Contents of up to `n` files by their paths in the product, each up to PL_DELTA_BYTES; of others .p is NULL. Reads the product once more. */
#define PL_DELTA_BYTES (4u << 20)
PL_MUST_USE pl_status pl_product_recall(const struct pl_product *p, const char *const *paths, size_t n,
                                        struct pl_arena *arena, pl_bytes *contents, struct pl_err *err);

/* product.c, in a process of its own or in this one. */
PL_MUST_USE pl_status pl_product_read_folder(struct pl_product *p, const char *path, struct pl_err *err);
/* product_compare.c, the same. */
PL_MUST_USE pl_status pl_product_compare_here(struct pl_product *p, const struct pl_component *c, bool is_deb,
                                              pl_bytes package, struct pl_arena *arena,
                                              struct pl_shipped *out, struct pl_err *err);
/* product_child.c: fill p->files, p->links, p->is_image and p->is_folder; or what p->wanted wants, `n` files, and nothing else. */
PL_MUST_USE pl_status pl_product_read_apart(struct pl_product *p, const char *path, struct pl_err *err);
PL_MUST_USE pl_status pl_product_read_wanted(struct pl_product *p, const char *path, size_t n,
                                             struct pl_err *err);

#endif
