/*
 * fuzz_baseline.c - baselines of any bytes: what is read is written as the same bytes, however often.
 */
#include "fuzz.h"

#include "judge/baseline.h"

#include <stdlib.h>

static int look(const uint8_t *data, size_t size)
{
    struct pl_baseline *b = NULL;
    struct pl_err err = {.status = PL_OK};
    struct pl_buf text[2];
    if (pl_baseline_read(pl_bytes_of(data, size), &b, &err) != PL_OK) {
        if (err.status == PL_OK || err.text[0] == '\0')
            abort();
        return 0;
    }
    for (int i = 0; i < 2; i++) {
        pl_buf_init(&text[i], PL_BASELINE_MAX_BYTES);
        pl_baseline_write(b, NULL, &text[i]);
        pl_baseline_free(b);
        b = NULL;
        if (i == 0 && pl_baseline_read(pl_buf_bytes(&text[0]), &b, &err) != PL_OK)
            abort();
    }
    if (!pl_bytes_eq(pl_buf_bytes(&text[0]), pl_buf_bytes(&text[1])))
        abort();
    fuzz_say_bytes(pl_buf_bytes(&text[0]));
    pl_buf_reset(&text[0]);
    pl_buf_reset(&text[1]);
    return 0;
}

FUZZ_TWICE(look)
