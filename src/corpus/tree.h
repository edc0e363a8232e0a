/*
 * tree.h - loading the source side: a folder, an archive or a Debian source package, into one pl_source_tree.
 */
#ifndef PL_CORPUS_TREE_H
#define PL_CORPUS_TREE_H

#include "io/walk.h"
#include "model/limits.h"
#include "model/source.h"

/* What the tree is called and to whom it belongs; texts are copied, NULL takes what the input itself says. */
struct pl_source_spec {
    const char *name;     /* "xz-utils 5.4.1-1"; else from the .dsc, else the base name of the path */
    const char *uri;      /* else the path */
    const char *revision; /* else the version in the .dsc */
    enum pl_how how;
    enum pl_source_rank rank;
    unsigned jobs; /* archives unpacked at the same time; 0 is 1 */
};

/* One file as a supplier hands it over. */
struct pl_artifact {
    const char *name; /* "xz-utils_5.4.1-1.dsc"; no folders */
    pl_bytes bytes;   /* borrowed during the call */
};

/*
 * Load what stands at `path`: a folder (.git and the like left out, symlinks recorded and not followed), an archive
 * with its nested members ("tests/a.tar.gz!/b"; its one leading folder is cut off), or a .dsc with its tarballs beside it.
 * tree->sha256 is that of the .dsc or archive; for a folder it is the sha256 over the sorted lines
 * "path\0sha256 in hex\n" (a symlink has "link:target" for the digest).
 *
 * PL_E_TRUST: a file beside a .dsc is not the one that the .dsc lists. PL_E_NOT_FOUND: it is not there, or path is not.
 * PL_E_LIMIT, PL_E_INPUT as pl_unpack(). What could not be used (a patch that does not apply, a damaged nested archive)
 * is a text in (*out)->warnings. The caller frees *out with pl_source_tree_free().
 */
PL_MUST_USE pl_status pl_source_tree_open_path(const char *path, const struct pl_source_spec *spec,
                                               const struct pl_limits *limits, struct pl_source_tree **out,
                                               struct pl_err *err);

/* Takes the entries of a folder, folders too, in the order of pl_walk(); the n bytes of a file are on the heap and owned from here on. */
struct pl_tree_sink {
    void *ctx;
    pl_status (*entry)(void *ctx, const struct pl_walk_entry *e, uint8_t *heap, size_t n, struct pl_err *err);
};
/* Who may read the folder: hands its entries over. */
struct pl_tree_feeder {
    void *ctx;
    pl_status (*each)(void *ctx, const struct pl_tree_sink *sink, struct pl_err *err);
};
/* Is this folder one of source? What version control keeps for itself is not; nor is what is too large to be held read. */
bool pl_tree_enters(const struct pl_walk_entry *e);
/* The folder at `path`, entries from `from`; those of a file that is larger than limits->file_bytes come without contents. */
PL_MUST_USE pl_status pl_source_tree_from_folder(const char *path, const struct pl_source_spec *spec,
                                                 const struct pl_limits *limits,
                                                 const struct pl_tree_feeder *from,
                                                 struct pl_source_tree **out, struct pl_err *err);

/* The same from memory: a .dsc and the files it names, in any order, or a single archive. Nothing of `items` is kept. */
PL_MUST_USE pl_status pl_source_tree_from_artifacts(const struct pl_source_spec *spec,
                                                    const struct pl_artifact *items, size_t n,
                                                    const struct pl_limits *limits,
                                                    struct pl_source_tree **out, struct pl_err *err);

/* A source that should be here and is not: no files, and why. Without it what is in it alone would look foreign. */
PL_MUST_USE pl_status pl_source_tree_missing(const struct pl_source_spec *spec, const char *why,
                                             const struct pl_limits *limits, struct pl_source_tree **out,
                                             struct pl_err *err);

#endif
