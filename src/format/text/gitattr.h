/*
 * gitattr.h - .gitattributes and .gitmodules: what git archive leaves out and rewrites, and where submodules come from.
 *
 * Only attributes of the tree itself are read here, never those of a user or of a clone: they belong to whoever reads.
 */
#ifndef PL_FORMAT_TEXT_GITATTR_H
#define PL_FORMAT_TEXT_GITATTR_H

#include "base/arena.h"
#include "base/bytes.h"

#define PL_GITATTR_LINE_BYTES 2048u      /* a longer line is skipped, as git does */
#define PL_GITATTR_RULES      10000u     /* of one file; more is PL_E_LIMIT */
#define PL_GITATTR_FILE_BYTES (4u << 20) /* a larger file is PL_E_LIMIT; git reads up to 100 MiB */

/* The attributes of one folder and, by `above`, of the folders that hold it. */
struct pl_gitattr_file;

/* What becomes of one path. */
struct pl_gitattr {
    bool is_export_ignored; /* git archive leaves it out */
    bool is_export_subst;   /* $Format:...$ is expanded */
    bool is_ident;          /* $Id$ is expanded */
    bool is_crlf;           /* line feeds become CR LF */
    bool is_crlf_auto;      /* ... unless it looks binary or has some already */
};

/*
 * Read the .gitattributes of `folder` ("" is the root, "a/b" is below it); `above` is the result for the folder over it, NULL at
 * the root. Lines that git would ignore are ignored. *out lives in `arena` and borrows `text` and `folder`.
 */
PL_MUST_USE pl_status pl_gitattr_read(pl_bytes text, pl_bytes folder, const struct pl_gitattr_file *above,
                                      struct pl_arena *arena, const struct pl_gitattr_file **out,
                                      struct pl_err *err);

/* The attributes of `path` from the root of the tree; file may be NULL (no attributes). */
struct pl_gitattr pl_gitattr_of(const struct pl_gitattr_file *file, pl_bytes path, bool is_folder);

/* Did all the matching of this tree take more steps than it may? From then on nothing has attributes. */
bool pl_gitattr_gave_up(const struct pl_gitattr_file *file);

/*
 * wildmatch: does `text` match the pattern as a path, '*' stopping at '/' and "**" not? Gives up (false) after a bounded number of
 * steps. gitignore(5).
 */
bool pl_git_wildmatch(pl_bytes pattern, pl_bytes text);

/* One [submodule "name"] of a .gitmodules file; views of it. */
struct pl_gitmodule {
    pl_bytes name;
    pl_bytes path;
    pl_bytes url;
};

/* Take the next submodule with a path off *rest; false when there is none. git-config(5), the plain part of it. */
bool pl_gitmodules_next(pl_bytes *rest, struct pl_gitmodule *out);

#endif
