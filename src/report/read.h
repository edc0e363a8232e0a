/*
 * read.h - a report that was written as JSON, back in memory.
 */
#ifndef PL_REPORT_READ_H
#define PL_REPORT_READ_H

#include "model/report.h"

/* What a report may hold. Reaching one is PL_E_LIMIT. */
struct pl_report_limits {
    uint64_t document_bytes;
    uint64_t files;
    uint64_t claims;   /* of all files */
    uint64_t findings; /* and sources, steps, errors, notes, rules and waivers, each */
    size_t string_bytes;
    uint64_t memory_bytes;
};

/* 1 GiB, 1,000,000 files, 16,000,000 claims, 1,000,000 findings, 1 MiB a string, 4 GiB of memory. */
struct pl_report_limits pl_report_limits_default(void);

/*
 * Read what pl_report_write(…, "json", …) wrote: docs/report.schema.json, strictly. Unknown and doubled keys are refused, and so is what
 * contradicts itself: claims that do not tile their file, sums that do not sum, an id that is not the finding's, a finding in a file that is
 * not there. PL_E_INPUT or PL_E_LIMIT then, and err names line and byte. Nobody vouches for what it says: it is a claim until it is signed.
 *
 * *out (freed by the caller; it keeps nothing of `text`) is as after pl_judge(), but for what JSON does not hold: contents, git ids, modes,
 * containers and residues of files are empty; findings stand in `placed` alone. Written again it gives the same bytes.
 * `limits` may be NULL for the defaults.
 */
PL_MUST_USE pl_status pl_report_read(pl_bytes text, const struct pl_report_limits *limits,
                                     struct pl_report **out, struct pl_err *err);

#endif
