/*
 * check.c - plumb check PKG...: account for every byte of a package.
 */
#include "command.h"
#include "output.h"
#include "progress.h"

#include <stdio.h>

static int check_one(const struct options *o, const char *subject, struct progress_line *line)
{
    struct pl_check_options c = options_for_check(o, subject, progress_observer(line));
    struct pl_report *r = NULL;
    struct pl_err err;
    pl_status st = pl_check(&c, &r, &err);
    progress_end(line);
    if (st != PL_OK) {
        (void)fprintf(stderr, "plumb: %s\n", err.text);
        return pl_exit_of_status(st);
    }
    int code = (int)pl_report_exit(r);
    int failed = write_outputs(o, write_report, r);
    pl_report_free(r);
    return failed != 0 ? failed : code;
}

/* Any 6 gives 6, else any 1 gives 1, else any 3, 4 or 5 gives 3; one subject alone keeps its own code. */
static int combine(const int *codes, size_t n)
{
    int result = PL_EXIT_PASS;
    if (n == 1)
        return codes[0];
    for (size_t i = 0; i < n; i++) {
        if (codes[i] == PL_EXIT_BUG || codes[i] == PL_EXIT_TRUST)
            return codes[i];
        if (codes[i] == PL_EXIT_FAIL)
            result = PL_EXIT_FAIL;
        else if (codes[i] != PL_EXIT_PASS && result != PL_EXIT_FAIL)
            result = PL_EXIT_INCONCLUSIVE;
    }
    return result;
}

/* No subject at all is an input error, and JSON is owed even then. */
static int no_subject(const struct options *o)
{
    static const struct pl_err why = {
        .status = PL_E_INPUT,
        .offset = PL_NO_OFFSET,
        .text = "no subject: nothing was checked",
        .hint = "name a package: plumb check ./app.deb --source ., or plumb check pkg:deb/debian/xz-utils"};
    return write_error_report(o, "", &why);
}

static int run_check(const struct options *o)
{
    struct progress_line line;
    int codes[MAX_WORDS];
    if (o->n_words == 0)
        return no_subject(o);
    progress_begin(&line, o);
    for (size_t i = 0; i < o->n_words; i++)
        codes[i] = check_one(o, o->words[i], &line);
    int code = combine(codes, o->n_words);
    if (o->is_report_only && (code == PL_EXIT_FAIL || code == PL_EXIT_INCONCLUSIVE)) {
        (void)fprintf(stderr, "report-only: would exit %d\n", code);
        return PL_EXIT_PASS;
    }
    return code;
}

const struct command command_check = {.name = "check",
                                      .arguments = "PKG",
                                      .help = "account for every byte of a package",
                                      .is_common = true,
                                      .run = run_check};
