/*
 * diff.c - plumb diff OLD NEW: what got worse between two packages, two stored reports or two chains.
 */
#include "command.h"
#include "output.h"
#include "plumbline/chain.h"
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static pl_status write_diff(const void *d, const char *format, const struct pl_write_options *options,
                            bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx,
                            struct pl_err *err)
{
    return pl_diff_write(d, format, options, put, ctx, err);
}

enum what { PACKAGE, REPORT, CHAIN, STDIN };

/*
 * Reports and chains are JSON, and no package begins as JSON does; a chain names its schema first. Standard input cannot be looked at twice: it
 * is of the other one's kind.
 */
static enum what what_is(const char *path)
{
    char head[200];
    struct stat sb;
    if (strcmp(path, "-") == 0)
        return STDIN;
    FILE *f = stat(path, &sb) == 0 && S_ISREG(sb.st_mode) ? fopen(path, "rb") : NULL;
    if (f == NULL)
        return PACKAGE;
    size_t n = fread(head, 1, sizeof head - 1, f);
    (void)fclose(f); /* only read */
    head[n] = '\0';
    if (head[strspn(head, " \n\r\t")] != '{')
        return PACKAGE;
    return strstr(head, "/schema/chain/") != NULL ? CHAIN : REPORT;
}

/* A report in every outcome but those in which not even that can be made. */
static pl_status take(const struct options *o, const char *subject, struct progress_line *line,
                      struct pl_report **out, struct pl_err *err)
{
    if (what_is(subject) == PACKAGE) {
        struct pl_check_options c = options_for_check(o, subject, progress_observer(line));
        pl_status st = pl_check(&c, out, err);
        progress_end(line);
        return st;
    }
    struct pl_err why;
    if (pl_report_load(subject, out, &why) == PL_OK)
        return PL_OK;
    return pl_report_of_error(subject, &why, out, err);
}

static pl_status write_chain_diff(const void *d, const char *format, const struct pl_write_options *options,
                                  bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx,
                                  struct pl_err *err)
{
    return pl_chain_diff_write(d, format, options, put, ctx, err);
}

static int write_and_judge(const struct options *o, writer write, const void *d, enum pl_exit exit)
{
    int code = (int)exit;
    int failed = write_outputs(o, write, d);
    if (failed != 0 || !o->is_report_only || code != PL_EXIT_FAIL)
        return failed != 0 ? failed : code;
    (void)fprintf(stderr, "report-only: would exit %d\n", code);
    return PL_EXIT_PASS;
}

static int diff_chains(const struct options *o)
{
    struct pl_chain_diff *d = NULL;
    struct pl_err err;
    pl_status st = pl_chain_diff_load(o->words[0], o->words[1], &d, &err);
    if (st != PL_OK)
        (void)fprintf(stderr, "plumb: %s\n", err.text);
    int code = st == PL_OK ? write_and_judge(o, write_chain_diff, d, pl_chain_diff_exit(d))
                           : (int)pl_exit_of_status(st);
    pl_chain_diff_free(d);
    return code;
}

static int run_diff(const struct options *o)
{
    struct progress_line line;
    struct pl_report *reports[2] = {NULL, NULL};
    struct pl_diff *d = NULL;
    struct pl_err err;
    if (o->n_words != 2)
        return usage_error("diff compares two: an old and a new one",
                           "plumb diff OLD NEW, each a package or a report; or two reports of plumb chain");
    enum what old = what_is(o->words[0]);
    enum what new = what_is(o->words[1]);
    if (old == STDIN && new == STDIN)
        return usage_error("only one of the two can come from standard input", NULL);
    if ((old == CHAIN || new == CHAIN) && old != new &&old != STDIN &&new != STDIN)
        return usage_error("a chain is compared with a chain", NULL);
    if (old == CHAIN || new == CHAIN)
        return diff_chains(o);
    progress_begin(&line, o);
    pl_status st = take(o, o->words[0], &line, &reports[0], &err);
    if (st == PL_OK)
        st = take(o, o->words[1], &line, &reports[1], &err);
    if (st == PL_OK)
        st = pl_diff_make(reports[0], reports[1], &d, &err);
    if (st != PL_OK)
        (void)fprintf(stderr, "plumb: %s\n", err.text);
    int code = st == PL_OK ? write_and_judge(o, write_diff, d, pl_diff_exit(d)) : (int)pl_exit_of_status(st);
    pl_diff_free(d);
    pl_report_free(reports[0]);
    pl_report_free(reports[1]);
    return code;
}

const struct command command_diff = {.name = "diff",
                                     .arguments = "OLD NEW",
                                     .help = "what became unaccounted between two versions",
                                     .is_common = true,
                                     .run = run_diff};
