/*
 * diff.h - what changed between two reports, and whether anything got worse.
 *
 * Files are paired by path, then by path with every number taken for the same, where that leaves no doubt: liblzma.so.5.4.1 becomes
 * liblzma.so.5.4.2. Findings are paired by tag and file: those that say the same first, then in order.
 *
 * Worse is: a graver verdict; a lower level; a link that held and does not, or that broke; an error or a warning that came, or a finding that became
 * graver; active bytes, or bytes of a container, that became unaccounted or opaque; evidence that was lost. What became unaccounted in passive
 * files is listed, and is worse only by what the verdict makes of it.
 */
#ifndef PL_REPORT_DIFF_H
#define PL_REPORT_DIFF_H

#include "report/report.h"

#define PL_DIFF_SCHEMA "https://plumbline.dev/schema/diff/1"

enum pl_change { PL_CHANGE_SAME, PL_CHANGE_ROSE, PL_CHANGE_FELL, PL_CHANGE_OTHER };

/* A file with bytes that nothing explains, in either report. NULL where it is not there. */
struct pl_diff_file {
    const struct pl_file *old;
    const struct pl_file *now;
    uint64_t old_unaccounted, now_unaccounted;
    uint64_t old_opaque, now_opaque;
    bool is_worse;
};

/* `old` is NULL for a finding that came, `now` for one that went. */
struct pl_diff_finding {
    const struct pl_placed_finding *old;
    const struct pl_placed_finding *now;
};

/* Raw texts, from the reports or the diff's arena. */
struct pl_diff_evidence {
    const char *what; /* static: "signed tag" */
    const char *of;   /* the source it is about; NULL for the publication */
    const char *old;
    const char *now; /* what stands in its place; NULL when nothing does */
};

struct pl_diff {
    struct pl_arena arena;
    const struct pl_report *old; /* both borrowed */
    const struct pl_report *now;
    bool is_same_package; /* the purls name one package, or one of them is not known */
    enum pl_change level;
    enum pl_change links[PL_LINK_COUNT];
    uint64_t files_added, files_removed, files_changed, files_same;
    PL_VEC(struct pl_diff_file) files;
    PL_VEC(struct pl_diff_finding) findings; /* came, then went, then stayed; each in report order */
    size_t came, went, stayed;
    PL_VEC(struct pl_diff_evidence) lost;
    PL_VEC(const char *) worse; /* one sentence each, without foreign text; in `arena` */
    enum pl_exit exit;
};

/* In report order of `now`, then what is in `old` alone; fills files and the counts. *old_of (in the arena) is the partner of each file of now,
 * or SIZE_MAX. */
PL_MUST_USE pl_status pl_diff_files(struct pl_diff *d, const size_t **old_of, struct pl_err *err);
PL_MUST_USE pl_status pl_diff_findings(struct pl_diff *d, const size_t *old_of, struct pl_err *err);
PL_MUST_USE pl_status pl_diff_evidence(struct pl_diff *d, struct pl_err *err);

void pl_diff_write_text(const struct pl_diff *d, const struct pl_write_options *options, struct pl_buf *out);
void pl_diff_write_json(const struct pl_diff *d, struct pl_buf *out);
/* Fell: held and does not any more, or broke. Rose: the other way round. */
enum pl_change pl_change_of_verdicts(enum pl_verdict old, enum pl_verdict now);
/* "same", "rose", "fell", "changed" */
const char *pl_change_name(enum pl_change c);

#endif
