/*
 * tree_build.h - the parts from which the loaders of source trees put a tree together. Private to corpus/.
 */
#ifndef PL_CORPUS_TREE_BUILD_H
#define PL_CORPUS_TREE_BUILD_H

#include "base/map.h"
#include "corpus/tree.h"

/* A tree that is being loaded. */
struct pl_tree_build {
    struct pl_source_tree *tree; /* owned until finished */
    const struct pl_limits *limits;
    struct pl_map by_path; /* path -> position in tree->files of the file that counts */
};

PL_MUST_USE pl_status pl_tree_build_init(struct pl_tree_build *b, const struct pl_source_spec *spec,
                                         const struct pl_limits *limits, struct pl_err *err);
/* Free the rest; the tree too, unless it was handed over. */
void pl_tree_build_reset(struct pl_tree_build *b);

/*
 * Add a file; file->path is copied, file->heap and the hunks become the tree's even on failure. A file of that path that is there
 * already is superseded.
 */
PL_MUST_USE pl_status pl_tree_build_add(struct pl_tree_build *b, const struct pl_source_file *file,
                                        struct pl_err *err);
/* The file that counts at `path`; NULL when none. Valid until the next add. */
struct pl_source_file *pl_tree_build_find(struct pl_tree_build *b, pl_bytes path);
/* Open `data` when it is an archive, and add its members as "path!/member"; a damaged one has none. */
PL_MUST_USE pl_status pl_tree_build_nested(struct pl_tree_build *b, pl_bytes path, pl_bytes data,
                                           struct pl_err *err);
/* Set the digest of the tree to that of its files as they stand; members of nested archives and superseded files do not count. */
PL_MUST_USE pl_status pl_tree_build_digest(struct pl_tree_build *b, struct pl_err *err);
/* Note something for a person. */
PL_MUST_USE pl_status pl_tree_build_warn(struct pl_tree_build *b, struct pl_err *err, const char *fmt, ...)
    PL_PRINTF(3, 4);
/* Sort, sum, and hand the tree over. */
PL_MUST_USE pl_status pl_tree_build_finish(struct pl_tree_build *b, struct pl_source_tree **out,
                                           struct pl_err *err);

/* What one archive holds; filled by pl_tree_layer_read(), which may run on a thread of its own. */
struct pl_tree_layer {
    pl_bytes bytes;
    const char *name;  /* of the archive */
    const char *under; /* folder its contents go to: "", or "COMPONENT" of orig-COMPONENT.tar.* */
    bool keeps_folder; /* debian.tar.*: no leading folder is cut off */
    const struct pl_limits *limits;
    struct pl_arena arena;
    PL_VEC(struct pl_tree_entry) entries; /* by order of the walk */
    pl_status st;
    struct pl_err err;
};

/* Unpack; st and err say how it went. */
void pl_tree_layer_read(struct pl_tree_layer *l);
/* Move the files into the tree. */
PL_MUST_USE pl_status pl_tree_layer_add(struct pl_tree_layer *l, struct pl_tree_build *b, struct pl_err *err);
/* The bytes of the only leaf, for a compressed text; false when there is not exactly one. A view of the layer. */
bool pl_tree_layer_text(const struct pl_tree_layer *l, pl_bytes *out);
void pl_tree_layer_reset(struct pl_tree_layer *l);
/* Read n layers with up to `jobs` threads; the first failure in order of the layers is returned. */
PL_MUST_USE pl_status pl_tree_layers_read(struct pl_tree_layer *layers, size_t n, unsigned jobs,
                                          struct pl_err *err);

/* Apply the diff `text`, called `name`, to the tree; a patch that does not apply becomes a warning. */
PL_MUST_USE pl_status pl_tree_patch(struct pl_tree_build *b, pl_bytes text, const char *name, unsigned strip,
                                    struct pl_err *err);

/* Apply what debian/patches/series (or debian.series) of the tree names, in order. */
PL_MUST_USE pl_status pl_tree_apply_series(struct pl_tree_build *b, struct pl_err *err);

/* Is this a name of a Debian source control file? */
bool pl_tree_is_dsc(pl_bytes name);
/* Load a Debian source package into b; find() gives a file that the .dsc names, or PL_E_NOT_FOUND. */
struct pl_tree_finder {
    void *ctx;
    pl_status (*find)(void *ctx, pl_bytes name, pl_bytes *bytes, struct pl_err *err);
};
PL_MUST_USE pl_status pl_tree_load_dsc(struct pl_tree_build *b, pl_bytes dsc,
                                       const struct pl_tree_finder *finder, unsigned jobs,
                                       struct pl_err *err);

#endif
