/*
 * check.h - a check that also answers a question about one byte.
 */
#ifndef PL_PIPELINE_CHECK_H
#define PL_PIPELINE_CHECK_H

#include "model/report.h"
#include "supply/supply.h"

struct pl_explanation;

struct pl_question {
    const char *path; /* of the file in the package, or its end; "" when the subject is the file */
    struct pl_explanation *explanation; /* says which byte; what the code matcher knows of it is filled in */
};

/* pl_check(); with a question, code of other files is not matched. `question` may be NULL. */
PL_MUST_USE pl_status pl_check_for(const struct pl_check_options *options, const struct pl_question *question,
                                   struct pl_report **out, struct pl_err *err);

/* Where packages and sources come from, as the options of a check say; nobody is told of it. */
struct pl_supply_options pl_supply_options_of(const struct pl_check_options *o);

#endif
