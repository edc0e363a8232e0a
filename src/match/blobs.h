/*
 * blobs.h - what nobody can read in a release: archives, pictures, test data, programs, long runs of base64.
 */
#ifndef PL_MATCH_BLOBS_H
#define PL_MATCH_BLOBS_H

#include "match/match.h"

#define PL_BLOB_MIN_BYTES   64u
#define PL_BASE64_MIN_BYTES 1024u

/* Shannon's entropy of single bytes, as parts per million of 8 bits a byte; 0 for no bytes. In integers. O(n). */
uint32_t pl_entropy_ppm(pl_bytes bytes);
/* The longest run of base64 or hexadecimal digits in a text, line ends inside it allowed; false when none has PL_BASE64_MIN_BYTES. O(n). */
bool pl_find_base64(pl_bytes text, size_t *offset, size_t *length);

/* While f->data is there: fill in f->blob. O(file). */
void pl_blob_measure(struct pl_file *f);

/*
 * Report the blobs of a package that is laid out like its source (tree.opaque-blob): one note for all of them, and a warning on each that
 * looks random and that a build rule names. m->files is the whole package. O(sources + blobs).
 */
PL_MUST_USE pl_status pl_blobs_report(const struct pl_match *m, struct pl_findings *findings,
                                      struct pl_err *err);

#endif
