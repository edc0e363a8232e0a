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
 *
 * store: where contents go that are too large for the heap, or too many; it must stay until all records are released. NULL: all to the heap.
 */
struct pl_unpack_sink {
    void *ctx;
    struct pl_store *store;
    bool (*wants)(void *ctx, struct pl_file *f);
    pl_status (*file)(void *ctx, struct pl_file *f, struct pl_err *err);
};

/*
 * What the records of the walk hold, beside model/file.h:
 *
 * data       of a member that lies in `input` as it is (nothing was decompressed): borrowed from `input`, with no heap. So
 *            `input` must stay until all records are released. Everything else is in heap. A container keeps its data too,
 *            except a tar or cpio that came out of a stream ("data.tar.xz!"): that one is never held, never asked about in
 *            wants, has .p == NULL and is_whole == false.
 * is_whole   false also when damage or a limit cut the contents off (size is then what came out), and for what cannot be
 *            read (sparse, encrypted, unsupported method): data.p == NULL, all of it claimed PL_CLASS_OPAQUE.
 * sha256     of a file larger than file_bytes is filled in though has_digests is false: the other two digests are not known.
 * container  that turns out not to be one before any member came out of it is handed over as a leaf with a warning
 *            `archive.damaged`, also after wants said yes.
 * findings   take their texts from `arena`, which the walk goes on using: a receiver that adds findings in another thread sets
 *            f->findings.arena to one of its own.
 *
 * Rules in the ledger: archive.structure, archive.members, archive.gap (unaccounted); opaque: archive.limit, archive.damaged,
 * archive.opaque, archive.overlap, archive.encrypted, archive.unsupported, archive.sparse.
 * Findings: archive.gap, .overlap, .unsafe-name, .duplicate, .limit, .damaged; notes: .comment (text that no member is),
 * .concatenated (more than one compressed stream in a row).
 */

/* Let libraries read of the system what they want before their first use: for those who cannot open files later on. */
void pl_unpack_prepare(void);

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
