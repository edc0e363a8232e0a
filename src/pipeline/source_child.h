/*
 * source_child.h - archives of source are unpacked, and patches applied, in a process that has given up everything.
 */
#ifndef PL_PIPELINE_SOURCE_CHILD_H
#define PL_PIPELINE_SOURCE_CHILD_H

#include "corpus/tree.h"
#include "pipeline/acquire.h"

/*
 * pl_source_tree_from_artifacts() in a child of its own, whose tree is checked and taken over: names and numbers come over a pipe, contents lie in room
 * that both share and that `a` owns. In this process when the caller wants no sandbox, or when no room is to be had. Errors are the same, and PL_E_INPUT when
 * the child crashed or took too long.
 */
PL_MUST_USE pl_status pl_source_read(struct pl_acquired *a, const struct pl_source_spec *spec,
                                     const struct pl_artifact *items, size_t n, struct pl_source_tree **out,
                                     struct pl_err *err);
/* The same for a path: an archive, or a .dsc and the files beside it that it names. A folder is read here and looked into there. */
PL_MUST_USE pl_status pl_source_read_path(struct pl_acquired *a, const char *path,
                                          const struct pl_source_spec *spec, struct pl_source_tree **out,
                                          struct pl_err *err);

/* What a supplier hands out: one .deb, as the tree `name` of that rank; or a source package, whose bytes are let go of then. */
PL_MUST_USE pl_status pl_source_read_deb(struct pl_acquired *a, const char *name, const struct pl_supplied *s,
                                         enum pl_source_rank rank, struct pl_source_tree **out,
                                         struct pl_err *err);
PL_MUST_USE pl_status pl_source_read_supplied(struct pl_acquired *a, const struct pl_supplied *s,
                                              enum pl_how how, enum pl_source_rank rank,
                                              struct pl_source_tree **out, struct pl_err *err);

/* Who reads a source by himself: `open` is called in the child, which may read what is in `reads`, at least one path, and open nothing else. */
struct pl_source_opener {
    void *ctx;
    pl_status (*open)(void *ctx, const struct pl_source_spec *spec, const struct pl_limits *limits,
                      struct pl_source_tree **out, struct pl_err *err);
    const char *const *reads;
    size_t n_reads;
};
/* spec->uri must be there. */
PL_MUST_USE pl_status pl_source_read_by(struct pl_acquired *a, const struct pl_source_spec *spec,
                                        const struct pl_source_opener *opener, struct pl_source_tree **out,
                                        struct pl_err *err);

/* One record of a file, from a process that is not believed; contents are views of `room`. For tests. */
struct pl_wire_in;
void pl_source_take_file(struct pl_wire_in *in, pl_bytes room, struct pl_source_tree *t);

#endif
