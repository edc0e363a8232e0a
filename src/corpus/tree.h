/*
 * tree.h - loading the source side: a folder, an archive or a Debian source package, into one pl_source_tree.
 */
#ifndef PL_CORPUS_TREE_H
#define PL_CORPUS_TREE_H

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

/* The same from memory: a .dsc and the files it names, in any order, or a single archive. Nothing of `items` is kept. */
PL_MUST_USE pl_status pl_source_tree_from_artifacts(const struct pl_source_spec *spec,
                                                    const struct pl_artifact *items, size_t n,
                                                    const struct pl_limits *limits,
                                                    struct pl_source_tree **out, struct pl_err *err);

#endif
