/*
 * patch.h - unified diffs: read them, and apply one to bytes in memory.
 *
 * A patch says where a file that people edit differs from its upstream; which bytes a patch wrote is evidence.
 */
#ifndef PL_FORMAT_TEXT_PATCH_H
#define PL_FORMAT_TEXT_PATCH_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"

/* One line of a hunk: kind ' ', '-' or '+', and its text with the LF unless the file ends without one. */
struct pl_patch_line {
    uint8_t kind;
    pl_bytes text;
};

struct pl_patch_hunk {
    size_t offset;      /* of its "@@" line, bytes in the patch */
    uint64_t old_start; /* 1-based line; 0 for a file that was empty */
    uint64_t new_start;
    size_t first_line; /* in pl_patch.lines */
    size_t n_lines;
};

struct pl_patch_file {
    size_t offset;     /* of its first header line, bytes in the patch */
    pl_bytes old_name; /* as it stands after "--- ", without the time; "/dev/null" for none */
    pl_bytes new_name;
    bool is_binary;    /* git or diff says so; there are no hunks that can be applied */
    size_t first_hunk; /* in pl_patch.hunks */
    size_t n_hunks;
};

/* Texts are views of the patch or of the arena; the arrays are on the heap. */
struct pl_patch {
    PL_VEC(struct pl_patch_file) files;
    PL_VEC(struct pl_patch_hunk) hunks;
    PL_VEC(struct pl_patch_line) lines;
};

/*
 * Read a whole patch; text between the diffs (mail headers, "Index:", git's extended headers) is passed over.
 * PL_E_INPUT: a hunk that ends before its counts are met, or counts that are no numbers; err->offset is in `text`.
 * On PL_OK the caller calls pl_patch_reset(). O(bytes).
 */
PL_MUST_USE pl_status pl_patch_parse(pl_bytes text, struct pl_arena *arena, struct pl_patch *out,
                                     struct pl_err *err);
void pl_patch_reset(struct pl_patch *p);

/* Does the file appear, or go away? By /dev/null, or by a single hunk that starts or ends at line 0. */
bool pl_patch_creates(const struct pl_patch *p, const struct pl_patch_file *f);
bool pl_patch_deletes(const struct pl_patch *p, const struct pl_patch_file *f);

/* `name` without its first `strip` folders; false when there are not so many, or when it is absolute or has "..". */
bool pl_patch_strip(pl_bytes name, unsigned strip, pl_bytes *out);

/* Where the bytes of a patched file came from: a copy of the old file, or text of the patch (old_offset PL_NO_OFFSET). */
struct pl_patch_move {
    uint64_t new_offset;
    uint64_t old_offset;
    uint64_t length;
};

struct pl_patch_moves {
    PL_VEC(struct pl_patch_move) list; /* in order of new_offset, without gaps */
};

/*
 * Append `old` with the hunks of `f` applied to `out`, and fill *moves (reset by the caller with PL_VEC_FREE).
 *
 * Every context and removed line must be equal (fuzz 0, as dpkg-source asks of patch(1)); a hunk may stand elsewhere than
 * it says, the nearest place wins, the earlier one on a tie. PL_E_INPUT names the hunk that fits nowhere; nothing is
 * then to be used of `out` and *moves. The search is bounded: PL_E_LIMIT when it would take more than 2^28 steps.
 */
PL_MUST_USE pl_status pl_patch_apply(const struct pl_patch *p, const struct pl_patch_file *f, pl_bytes old,
                                     struct pl_buf *out, struct pl_patch_moves *moves, struct pl_err *err);

#endif
