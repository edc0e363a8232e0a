/*
 * tar.h - one header block of a tar archive, decoded and checked. Private to tar.c and tar_header.c.
 */
#ifndef PL_FORMAT_ARCHIVE_TAR_H
#define PL_FORMAT_ARCHIVE_TAR_H

#include "format/archive/walk.h"

#define PL_TAR_BLOCK_BYTES 512u

enum pl_tar_dialect { PL_TAR_V7, PL_TAR_USTAR, PL_TAR_GNU };

/* Views of the block. */
struct pl_tar_header {
    enum pl_tar_dialect dialect;
    pl_bytes name;
    pl_bytes prefix; /* of the name, ustar only */
    pl_bytes link;
    pl_bytes owner; /* both fields of names, of user and group; empty in v7 */
    uint8_t type;
    uint32_t mode;
    uint64_t size;    /* bytes of contents that the header announces */
    bool is_extended; /* GNU sparse: another block of the map follows */
};

/* Is it a header block, by its checksum? */
bool pl_tar_is_header(pl_bytes block);
/* Decode; PL_E_INPUT when the size is no number. `at` is where the block stands, for messages. */
PL_MUST_USE pl_status pl_tar_header_read(pl_bytes block, uint64_t at, struct pl_tar_header *out,
                                         struct pl_err *err);
/* Claim the block: structure, and a gap for each part of it that no field uses. */
PL_MUST_USE pl_status pl_tar_header_own(struct pl_container *c, uint64_t at, pl_bytes block,
                                        const struct pl_tar_header *h, struct pl_err *err);

#endif
