/*
 * progress.h - what is being done, on standard error.
 */
#ifndef PLUMB_PROGRESS_H
#define PLUMB_PROGRESS_H

#include "options.h"

struct progress_line {
    enum progress how; /* never PROGRESS_AUTO once begun */
    bool is_verbose;
    bool is_quiet;
    bool is_drawn;
    char phase[32];
    long long last_ms; /* of the last line or redraw */
};

void progress_begin(struct progress_line *p, const struct options *o);
/* Wipe the bar, if one stands. */
void progress_end(struct progress_line *p);
/* Wire it to a check. */
struct pl_observer progress_observer(struct progress_line *p);

#endif
