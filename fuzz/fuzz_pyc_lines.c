/*
 * fuzz_pyc_lines.c - any bytes as the source that compiled Python is held to: statements lie in it, in order, and so do the facts of each.
 */
#include "fuzz.h"

#include "match/pyc_lines.h"

#include <stdlib.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

static int look(const uint8_t *data, size_t size)
{
    struct pl_pyc_lines x = {.seed = 0};
    if (pl_pyc_lines_read(&x, pl_bytes_of(data, size), 42, NULL) == PL_OK)
        for (size_t i = 0; i + 1 < x.list.n; i++) {
            const struct pl_pyc_line *line = &x.list.v[i];
            require(line->at <= line->end && line->end <= size);
            require(line->facts <= line[1].facts && line[1].facts <= x.facts.n);
            require(line->first <= line[1].first);
            const struct pl_pyc_line *found = pl_pyc_lines_at(&x, line->first);
            require(found != NULL && found->first <= line->first);
            fuzz_say(line->first);
            fuzz_say(line->at);
            fuzz_say(line->flags);
            fuzz_say(line->operators);
            fuzz_say(pl_pyc_line_says(&x, line, PL_PYC_SAYS_NAME, PL_LIT("a")));
        }
    pl_pyc_lines_reset(&x);
    return 0;
}

FUZZ_TWICE(look)
