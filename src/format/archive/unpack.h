/*
 * unpack.h - walk a package down to its leaves, and own every byte of every container on the way.
 */
#ifndef PL_FORMAT_ARCHIVE_UNPACK_H
#define PL_FORMAT_ARCHIVE_UNPACK_H

#include "model/file.h"
#include "model/limits.h"

/*
 * What the walk hands over. Calls come from the thread that called pl_unpack(), in an order that depends on the input alone.
 *
 * wants: `f` is a container by its bytes, f->data holds all of them; false makes it a leaf. NULL wants every container.
 * file:  `f` is finished by the walk: a leaf with f->data (unless a limit forbade it or it has none), or a container, after its
 *        members, with its ledger claimed. From here on the receiver owns f's contents and calls pl_file_reset() in the end.
 *        A status other than PL_OK stops the walk and is returned.
 */
struct pl_unpack_sink {
    void *ctx;
    bool (*wants)(void *ctx, struct pl_file *f);
    pl_status (*file)(void *ctx, struct pl_file *f, struct pl_err *err);
};

/*
 * Walk `input`, which is called `name`. Records and texts are taken from `arena`.
 *
 * PL_E_INPUT: the input itself is an archive and is damaged (err->offset says where); damage further down is a finding
 * `archive.damaged` with the unread bytes opaque. PL_E_LIMIT only for what leaves nothing to report; other limits are findings
 * `archive.limit`. An input that is no container is one leaf.
 */
PL_MUST_USE pl_status pl_unpack(pl_bytes input, pl_bytes name, const struct pl_limits *limits,
                                struct pl_arena *arena, const struct pl_unpack_sink *sink,
                                struct pl_err *err);

#endif
