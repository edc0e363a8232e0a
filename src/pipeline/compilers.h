/*
 * compilers.h - which compilers the images of a subject were made with, as far as the subject itself tells.
 */
#ifndef PL_PIPELINE_COMPILERS_H
#define PL_PIPELINE_COMPILERS_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"
#include "model/limits.h"

/* What brings the headers and the libraries of every build for an architecture. */
struct pl_compilers {
    const char *arch;  /* to ask the indices for: "amd64"; NULL when nothing is known */
    const char *roots; /* a list as in Depends */
};

/* Of a Debian package: those of its architecture. */
struct pl_compilers pl_compilers_of_arch(const char *arch);

/* Of a file, by the machine that an ELF or PE header names. Any bytes will do. */
struct pl_compilers pl_compilers_of_image(pl_bytes file);

/*
 * Of the images in a folder, read by their first bytes; when there are several machines, those of the first one in the order of
 * pl_walk(), and Windows beside it. What cannot be read is passed over: the check says so when it comes there. `arena` keeps the texts.
 */
PL_MUST_USE pl_status pl_compilers_of_folder(const char *path, const struct pl_limits *limits,
                                             struct pl_arena *arena, struct pl_compilers *out,
                                             struct pl_err *err);

#endif
