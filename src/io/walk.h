/*
 * walk.h - a folder and all below it, in an order that depends on names alone.
 */
#ifndef PL_IO_WALK_H
#define PL_IO_WALK_H

#include "base/bytes.h"
#include "base/status.h"
#include "model/limits.h"
#include "model/words.h"

struct pl_walk_entry {
    pl_bytes path;           /* below the root, "src/main.c"; raw bytes */
    enum pl_entry_type type; /* file, directory, symlink or special; a hard link is a file */
    uint32_t mode;           /* permission bits */
    uint64_t size;           /* bytes; of files */
    pl_bytes link_target;    /* of symlinks */
    int dir_fd;              /* the folder it stands in, for pl_io_read_at(dir_fd, name) */
    const char *name;        /* in that folder */
};

struct pl_walk_sink {
    void *ctx;
    /* Everything in *e is valid during the call only. A status other than PL_OK stops the walk and is returned. */
    pl_status (*entry)(void *ctx, const struct pl_walk_entry *e, struct pl_err *err);
    /* Go into this folder? NULL goes into all. */
    bool (*wants)(void *ctx, const struct pl_walk_entry *e);
};

/*
 * Call sink->entry for everything below the folder `root`, each folder before its members, the members of a folder in
 * memcmp order of their names. Symlinks are reported, never followed (root itself may be one). limits->entries and
 * a folder depth of 256 bound it: PL_E_LIMIT. A folder that cannot be read is PL_E_IO; a root that is none, PL_E_NOT_FOUND.
 */
PL_MUST_USE pl_status pl_walk(const char *root, const struct pl_limits *limits,
                              const struct pl_walk_sink *sink, struct pl_err *err);

#endif
