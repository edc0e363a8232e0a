/*
 * zip.h - the tables of a zip archive, decoded. Private to zip.c and zip_tables.c.
 */
#ifndef PL_FORMAT_ARCHIVE_ZIP_H
#define PL_FORMAT_ARCHIVE_ZIP_H

#include "base/vec.h"
#include "format/archive/walk.h"

#define PL_ZIP_TAIL_BYTES (22u + 65535u) /* the end record and the longest comment */

/* Where the central directory stands. Offsets are bytes of the file. */
struct pl_zip_end {
    uint64_t at; /* the first end record that was read: zip64's when there is one */
    uint64_t directory_at;
    uint64_t directory_bytes;
    uint64_t entries;
    uint64_t shift;  /* to add to every offset: bytes before the archive that its writer did not count */
    uint64_t end_at; /* the (32-bit) end record */
    pl_bytes comment;
};

/* One entry of the central directory. Views of the file. */
struct pl_zip_entry {
    pl_bytes name;
    uint16_t made_by;
    uint16_t flags;
    uint16_t method;
    uint32_t crc;
    uint64_t packed_bytes;
    uint64_t size;
    uint32_t attributes;
    uint64_t local_at;   /* local header, shift added */
    uint64_t at;         /* of this entry */
    uint64_t data_at;    /* set by pl_zip_local() */
    uint64_t end_at;     /* of its data and descriptor, set by pl_zip_local() */
    bool is_overlapping; /* with another entry: nobody's data */
};

typedef PL_VEC(struct pl_zip_entry) pl_zip_entries;

/* Find the end records; false when there are none. Claims nothing. */
bool pl_zip_find_end(pl_bytes all, struct pl_zip_end *out);
/* Claim the end records, and read and claim the central directory. The caller frees *out, also on failure. */
PL_MUST_USE pl_status pl_zip_directory(struct pl_container *c, const struct pl_zip_end *end,
                                       pl_zip_entries *out, struct pl_err *err);
/* Read the local header of e, compare it with e, claim it and the descriptor behind its data; fills data_at and end_at. */
PL_MUST_USE pl_status pl_zip_local(struct pl_container *c, const struct pl_zip_end *end,
                                   struct pl_zip_entry *e, struct pl_err *err);

/* A finding when another end record stands outside of every member: some reader may choose that one. */
PL_MUST_USE pl_status pl_zip_find_others(struct pl_container *c, const struct pl_zip_end *end,
                                         const pl_zip_entries *entries, struct pl_err *err);

#endif
