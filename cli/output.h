/*
 * output.h - writing a result in every format that the command line asks for.
 */
#ifndef PLUMB_OUTPUT_H
#define PLUMB_OUTPUT_H

#include "options.h"

/* pl_report_write() or pl_explanation_write(), whatever the result is. */
typedef pl_status (*writer)(const void *what, const char *format, const struct pl_write_options *options,
                            bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx,
                            struct pl_err *err);

/* 0, or the exit code of the failure, which has been printed. */
int write_outputs(const struct options *o, writer write, const void *what);

/* The writer of a struct pl_report. */
pl_status write_report(const void *r, const char *format, const struct pl_write_options *options,
                       bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx, struct pl_err *err);
/* Write a report that holds this error alone; the exit code for it. */
int write_error_report(const struct options *o, const char *subject, const struct pl_err *why);

/*
 * Whether one file would have to hold the reports of several words; then that has been said, and the exit code is PL_EXIT_USAGE. Formats in
 * `joined`, up to a NULL, take all of them in one document.
 */
bool is_one_file_for_several(const struct options *o, const char *const *joined);

#endif
