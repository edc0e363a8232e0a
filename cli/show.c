/*
 * show.c - plumb show REPORT...: a stored JSON report in any other format.
 */
#include "command.h"
#include "output.h"

#include <stdio.h>

static int show_one(const struct options *o, const char *path)
{
    struct pl_report *r = NULL;
    struct pl_err err;
    if (pl_report_load(path, &r, &err) != PL_OK)
        return write_error_report(o, path, &err);
    int failed = write_outputs(o, write_report, r);
    pl_report_free(r);
    return failed;
}

static int run_show(const struct options *o)
{
    static const struct pl_err none = {
        .status = PL_E_INPUT,
        .offset = PL_NO_OFFSET,
        .text = "no report: nothing was shown",
        .hint =
            "name what plumb check -o json=report.json wrote: plumb show report.json -o html=report.html"};
    int code = PL_EXIT_PASS;
    if (o->n_words == 0)
        return write_error_report(o, "", &none);
    if (is_one_file_for_several(o, (const char *const[]){NULL}))
        return PL_EXIT_USAGE;
    for (size_t i = 0; i < o->n_words; i++) {
        int one = show_one(o, o->words[i]);
        code = one != PL_EXIT_PASS ? one : code;
    }
    return code;
}

const struct command command_show = {.name = "show",
                                     .arguments = "REPORT",
                                     .help = "a stored JSON report in another format",
                                     .is_common = true,
                                     .run = run_show};
