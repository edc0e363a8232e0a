/*
 * check.c - plumb check PKG...: account for every byte of a package.
 */
#include "command.h"
#include "progress.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool put_to_file(void *ctx, const void *bytes, size_t n)
{
    return fwrite(bytes, 1, n, ctx) == n;
}

/* NO_COLOR (no-color.org), then CLICOLOR_FORCE, then TERM=dumb, then whether it is a terminal. */
static bool wants_color(const struct options *o)
{
    const char *no = getenv("NO_COLOR");
    const char *force = getenv("CLICOLOR_FORCE");
    const char *term = getenv("TERM");
    if (o->color != AUTO)
        return o->color == ALWAYS;
    if (no != NULL && no[0] != '\0')
        return false;
    if (force != NULL && force[0] != '\0' && strcmp(force, "0") != 0)
        return true;
    if (term != NULL && strcmp(term, "dumb") == 0)
        return false;
    return isatty(STDOUT_FILENO) == 1;
}

/* A reader that went away (plumb ... | head) needs no message. */
static int write_failed(const char *path)
{
    if (errno == EPIPE)
        return PL_EXIT_INPUT;
    (void)fputs("plumb: cannot write ", stderr);
    put_quoted(stderr, path);
    (void)fprintf(stderr, ": %s\n", strerror(errno));
    return PL_EXIT_INPUT;
}

/* A report goes to PATH by way of a file beside it, so that PATH is never half written. */
static int write_to_path(const struct pl_report *r, const struct output *out,
                         const struct pl_write_options *w)
{
    char temporary[4096];
    struct pl_err err;
    if (snprintf(temporary, sizeof temporary, "%s.plumb-XXXXXX", out->path) >= (int)sizeof temporary) {
        errno = ENAMETOOLONG;
        return write_failed(out->path);
    }
    int fd = mkstemp(temporary);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "wb");
    if (f == NULL) {
        int saved = errno;
        if (fd >= 0) {
            (void)close(fd); /* nothing was written */
            (void)unlink(temporary);
        }
        errno = saved;
        return write_failed(out->path);
    }
    pl_status st = pl_report_write(r, out->format, w, put_to_file, f, &err);
    bool is_written = st == PL_OK && fflush(f) == 0 && fchmod(fd, 0644) == 0;
    is_written = fclose(f) == 0 && is_written;
    if (is_written && rename(temporary, out->path) == 0)
        return 0;
    int saved = errno;
    (void)unlink(temporary);
    errno = saved;
    return write_failed(out->path);
}

static int write_outputs(const struct pl_report *r, const struct options *o)
{
    static const struct output only_text = {.format = "text"};
    const struct output *outputs = o->n_outputs == 0 ? &only_text : o->outputs;
    size_t n = o->n_outputs == 0 ? 1 : o->n_outputs;
    struct pl_write_options w = {.use_color = wants_color(o),
                                 .is_verbose = o->is_verbose,
                                 .is_quiet = o->is_quiet,
                                 .row_limit = o->row_limit};
    struct pl_write_options plain = w;
    plain.use_color = o->color == ALWAYS;
    int failed = 0;
    for (size_t i = 0; i < n; i++) {
        struct pl_err err;
        if (outputs[i].path != NULL) {
            int code = write_to_path(r, &outputs[i], &plain);
            failed = code != 0 ? code : failed;
            continue;
        }
        if (pl_report_write(r, outputs[i].format, &w, put_to_file, stdout, &err) != PL_OK ||
            fflush(stdout) != 0)
            failed = write_failed("standard output");
    }
    return failed;
}

static int check_one(const struct options *o, const char *subject, struct progress_line *line)
{
    struct pl_check_options c = {
        .subject = subject,
        .sources = o->sources,
        .n_sources = o->n_sources,
        .keyrings = o->keyrings,
        .n_keyrings = o->n_keyrings,
        .git_mirror = o->git_mirror != NULL ? o->git_mirror : getenv("PLUMB_GIT_MIRROR"),
        .takes_history = o->takes_history,
        .jobs = o->jobs,
        .is_offline = o->is_offline,
        .cache_dir = o->cache_dir,
        .timeout_ms = o->timeout_ms,
        .system_root = getenv("PLUMB_APT_ROOT"),
        .observer = progress_observer(line),
    };
    struct pl_report *r = NULL;
    struct pl_err err;
    pl_status st = pl_check(&c, &r, &err);
    progress_end(line);
    if (st != PL_OK) {
        (void)fprintf(stderr, "plumb: %s\n", err.text);
        return pl_exit_of_status(st);
    }
    int code = (int)pl_report_exit(r);
    int failed = write_outputs(r, o);
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
    struct pl_report *r = NULL;
    struct pl_err err;
    struct pl_err why = {
        .status = PL_E_INPUT,
        .offset = PL_NO_OFFSET,
        .text = "no subject: nothing was checked",
        .hint = "name a package: plumb check ./app.deb --source ., or plumb check pkg:deb/debian/xz-utils"};
    pl_status st = pl_report_of_error("", &why, &r, &err);
    if (st != PL_OK)
        return pl_exit_of_status(st);
    int failed = write_outputs(r, o);
    pl_report_free(r);
    return failed != 0 ? failed : PL_EXIT_INPUT;
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
