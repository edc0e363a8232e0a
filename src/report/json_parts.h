/*
 * json_parts.h - the pieces of a JSON report, which json puts into one document and jsonl into one line each.
 */
#ifndef PL_REPORT_JSON_PARTS_H
#define PL_REPORT_JSON_PARTS_H

#include "base/json.h"
#include "report/report.h"

/* Keys of an open object: everything from "schema" to "bytes"; then each of the others. Subject and level are in the head, too. */
void pl_json_head(struct pl_json *j, const struct pl_report *r);
void pl_json_subject(struct pl_json *j, const struct pl_report *r);
void pl_json_level(struct pl_json *j, const struct pl_report *r);
void pl_json_policy(struct pl_json *j, const struct pl_report *r);
void pl_json_errors(struct pl_json *j, const struct pl_report *r);
/* Everything that may differ between two runs over the same bytes. */
void pl_json_run(struct pl_json *j, const struct pl_report *r);

/* Whole objects. */
void pl_json_file(struct pl_json *j, const struct pl_file *f);
void pl_json_finding(struct pl_json *j, const struct pl_report *r, const struct pl_placed_finding *p);

#endif
