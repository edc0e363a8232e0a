/*
 * source.h - the source side: trees of files that people edit, held in memory while a package is judged.
 */
#ifndef PL_MODEL_SOURCE_H
#define PL_MODEL_SOURCE_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/vec.h"
#include "model/words.h"

/* Which part of a patched file came from which patch. */
struct pl_source_hunk {
    uint64_t offset; /* bytes in the patched file */
    uint64_t length;
    const char *patch; /* "debian/patches/fix-x.patch"; in the tree's arena */
};

struct pl_source_file {
    pl_bytes path; /* inside the tree: "src/xz/main.c"; nested members as "tests/a.tar.gz!/b" */
    pl_bytes data; /* valid as long as the tree */
    uint8_t *heap; /* owned by the tree; NULL when data is borrowed from another file of it */
    pl_sha256 sha256;
    pl_sha1 git_blob;
    uint32_t mode;
    pl_bytes link_target;        /* when not empty this is a symlink and has no data */
    bool is_superseded;          /* a patch or a later layer replaced it: it counts, but ranks behind */
    bool is_export_ignored;      /* git archive leaves it out: no wonder when an archive lacks it */
    const char *imports_missing; /* the name of a tree that is missing; borrowed from it; NULL: none */
    PL_VEC(struct pl_source_hunk) hunks; /* sorted; empty when nothing was patched */
};

/* What a tree is to the package: ranks decide which explanation is named when several hold. */
enum pl_source_rank {
    PL_RANK_OWN,
    PL_RANK_TOOLCHAIN,
    PL_RANK_DEPENDENCY,
    PL_RANK_HISTORY /* files of other revisions of the package's own repository */
};

/* Where in a git repository a tree comes from. Texts live as long as the tree. */
struct pl_source_git {
    const char *commit;   /* hex; NULL when the revision names a tree alone */
    const char *tree;     /* hex */
    const char *tag;      /* hex, of the annotated tag that names the commit; NULL */
    const char *ref;      /* "refs/tags/v1.2.3"; NULL when the commit itself was named */
    const char *folder;   /* of the package, in a repository of many; "" is the root */
    bool is_found;        /* nobody named the revision: it was searched for */
    pl_bytes signature;   /* of tag or commit, armoured; no bytes when unsigned */
    pl_bytes signed_text; /* what it signs */
    const char *signer;   /* fingerprint, once checked and good; NULL */
};

struct pl_source_tree {
    const char *name;     /* "xz-utils 5.4.1-1" */
    const char *uri;      /* as the user or the supplier named it */
    const char *revision; /* version, tag or commit; NULL */
    pl_sha256
        sha256; /* of the .dsc, the archive, or the sorted list of file digests of a folder or revision */
    enum pl_how how;
    enum pl_source_rank rank;
    struct pl_source_git *git;           /* NULL when it is not from git; in the arena */
    struct pl_arena *arena;              /* owned: names and texts */
    PL_VEC(struct pl_source_file) files; /* sorted by path, superseded ones last */
    uint64_t total_bytes;
    const char *
        missing; /* why it could not be had, there are no files, and it is called "PACKAGE VERSION"; NULL: it is here */
    PL_VEC(const char *) warnings; /* what could not be read or applied, for a person; in the arena */
};

/* Let go of what a file holds, which its place in the tree outlives: the caller gives the place to another. */
void pl_source_file_drop(struct pl_source_tree *t, struct pl_source_file *f);
void pl_source_tree_free(struct pl_source_tree *t); /* accepts NULL */

#endif
