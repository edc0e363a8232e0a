/*
 * progress.c - one line that is redrawn on a terminal, a plain line per phase elsewhere.
 */
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REDRAW_MS 80
#define PLAIN_MS  10000

static long long now_ms(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        return 0;
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void progress_begin(struct progress_line *p, const struct options *o)
{
    *p = (struct progress_line){.how = o->progress, .is_verbose = o->is_verbose, .is_quiet = o->is_quiet};
    if (p->how == PROGRESS_AUTO)
        p->how = o->is_quiet ? PROGRESS_NONE : isatty(STDERR_FILENO) ? PROGRESS_BAR : PROGRESS_PLAIN;
}

void progress_end(struct progress_line *p)
{
    if (p->is_drawn)
        (void)fputs("\r\x1b[K", stderr);
    p->is_drawn = false;
}

/* How far: a share where the whole is known, else a number; nothing at the beginning. */
static void count_of(uint64_t done, uint64_t total, char *out, size_t n)
{
    *out = '\0';
    if (total > 0)
        (void)snprintf(out, n, "%3u%%", (unsigned)(done >= total ? 100 : done * 100 / total));
    else if (done > 0)
        (void)snprintf(out, n, "%llu", (unsigned long long)done);
}

static void draw_bar(struct progress_line *p, const char *phase, const char *what, uint64_t done,
                     uint64_t total)
{
    char count[64];
    count_of(done, total, count, sizeof count);
    (void)fprintf(stderr, "\r\x1b[K%-8s %s  %.60s", phase, count, what);
    (void)fflush(stderr);
    p->is_drawn = true;
}

static void on_progress(void *ctx, const char *phase, const char *what, uint64_t done, uint64_t total)
{
    struct progress_line *p = ctx;
    bool is_new_phase = strcmp(p->phase, phase) != 0;
    long long now = now_ms();
    if (is_new_phase)
        (void)snprintf(p->phase, sizeof p->phase, "%s", phase);
    if (p->how == PROGRESS_BAR && (is_new_phase || now - p->last_ms >= REDRAW_MS)) {
        draw_bar(p, phase, what, done, total);
        p->last_ms = now;
    } else if (p->how == PROGRESS_PLAIN && now - p->last_ms >= PLAIN_MS && p->last_ms != 0) {
        char count[64];
        count_of(done, total, count, sizeof count);
        (void)fprintf(stderr, "plumb: %s %s%s%s\n", phase, count, *what == '\0' ? "" : "  ", what);
        p->last_ms = now;
    } else if (p->last_ms == 0) {
        p->last_ms = now;
    }
}

static void on_log(void *ctx, enum pl_log_level level, const char *text)
{
    struct progress_line *p = ctx;
    if (level == PL_LOG_NOTE && !p->is_verbose)
        return;
    if (p->is_quiet)
        return;
    progress_end(p);
    (void)fprintf(stderr, "plumb: %s%s\n", level == PL_LOG_WARNING ? "warning: " : "", text);
}

struct pl_observer progress_observer(struct progress_line *p)
{
    return (struct pl_observer){.ctx = p, .log = on_log, .progress = on_progress};
}
