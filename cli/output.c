/*
 * output.c - where results go: standard output, or a file that is never half written.
 */
#include "output.h"

#include "command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool put_to_file(void *ctx, const void *bytes, size_t n)
{
    return n == 0 || fwrite(bytes, 1, n, ctx) == n; /* a format may have nothing to say */
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

/* A device, a pipe or a terminal cannot be replaced by a finished file: it is written to as it stands. */
static int write_into(const struct output *out, const struct pl_write_options *w, writer write,
                      const void *what)
{
    struct pl_err err;
    FILE *f = fopen(out->path, "wbe");
    if (f == NULL)
        return write_failed(out->path);
    bool is_written = write(what, out->format, w, put_to_file, f, &err) == PL_OK && fflush(f) == 0;
    int saved = errno;
    (void)fclose(f); /* flushed above */
    errno = saved;
    return is_written ? 0 : write_failed(out->path);
}

/* A report goes to PATH by way of a file beside it, so that PATH is never half written. PATH is no symbolic link. */
static int write_whole(const struct output *out, const char *path, const struct pl_write_options *w,
                       writer write, const void *what)
{
    char temporary[4096];
    struct pl_err err;
    if (snprintf(temporary, sizeof temporary, "%s.plumb-XXXXXX", path) >= (int)sizeof temporary) {
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
    pl_status st = write(what, out->format, w, put_to_file, f, &err);
    bool is_written = st == PL_OK && fflush(f) == 0 && fchmod(fd, 0644) == 0;
    is_written = fclose(f) == 0 && is_written;
    if (is_written && rename(temporary, path) == 0)
        return 0;
    int saved = errno;
    (void)unlink(temporary);
    errno = saved;
    return write_failed(out->path);
}

/* What PATH stands for decides how it is written. */
static int write_by_kind(const struct output *out, const struct pl_write_options *w, writer write,
                         const void *what)
{
    struct stat at;
    if (stat(out->path, &at) != 0)
        return write_whole(out, out->path, w, write, what);
    if (!S_ISREG(at.st_mode))
        return write_into(out, w, write, what);
    char *real = realpath(out->path, NULL);
    int code = real == NULL ? write_failed(out->path) : write_whole(out, real, w, write, what);
    free(real);
    return code;
}

/* Asked to end meanwhile, the program ends once the file is there or gone. */
static int write_to_path(const struct output *out, const struct pl_write_options *w, writer write,
                         const void *what)
{
    sigset_t polite;
    sigset_t before;
    (void)sigemptyset(&polite); /* these fail on misuse only */
    (void)sigaddset(&polite, SIGINT);
    (void)sigaddset(&polite, SIGTERM);
    (void)sigaddset(&polite, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &polite, &before);
    int code = write_by_kind(out, w, write, what);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return code;
}

int write_outputs(const struct options *o, writer write, const void *what)
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
            int code = write_to_path(&outputs[i], &plain, write, what);
            failed = code != 0 ? code : failed;
            continue;
        }
        pl_status st = write(what, outputs[i].format, &w, put_to_file, stdout, &err);
        if (st == PL_E_USAGE)
            return usage_error(err.text, NULL);
        if (st != PL_OK || fflush(stdout) != 0)
            failed = write_failed("standard output");
    }
    return failed;
}

pl_status write_report(const void *r, const char *format, const struct pl_write_options *options,
                       bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx, struct pl_err *err)
{
    return pl_report_write(r, format, options, put, ctx, err);
}

int write_error_report(const struct options *o, const char *subject, const struct pl_err *why)
{
    struct pl_report *r = NULL;
    struct pl_err err;
    pl_status st = pl_report_of_error(subject, why, &r, &err);
    if (st != PL_OK)
        return pl_exit_of_status(st);
    int code = (int)pl_report_exit(r);
    int failed = write_outputs(o, write_report, r);
    pl_report_free(r);
    return failed != 0 ? failed : code;
}

bool is_one_file_for_several(const struct options *o, const char *const *joined)
{
    for (size_t i = 0; o->n_words > 1 && i < o->n_outputs; i++) {
        size_t k = 0;
        while (joined[k] != NULL && strcmp(joined[k], o->outputs[i].format) != 0)
            k++;
        if (o->outputs[i].path == NULL || joined[k] != NULL)
            continue;
        (void)usage_error("one file cannot hold several reports in one format",
                          "give each its own run, or leave out =PATH");
        return true;
    }
    return false;
}
