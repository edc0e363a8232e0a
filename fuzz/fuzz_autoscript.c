/*
 * autoscript: no template and no body make the matcher hang; the values of a fit lie inside the body, in order.
 * Input: the template, a NUL, the body.
 */
#include "fuzz.h"

#include "match/autoscript.h"

#include <stdlib.h>

static int look(const uint8_t *data, size_t size)
{
    struct pl_autoscript_value values[PL_AUTOSCRIPT_VALUES];
    pl_bytes body = pl_bytes_of(data, size);
    pl_bytes template = {NULL, 0};
    size_t n = 0;
    (void)pl_bytes_split(&body, 0, &template); /* an empty input has neither part */
    if (!pl_autoscript_fits(template, body, values, &n))
        return 0;
    const uint8_t *at = body.p;
    for (size_t i = 0; i < n; i++) {
        if (values[i].value.p < at || values[i].value.p + values[i].value.n > body.p + body.n)
            abort();
        at = values[i].value.p + values[i].value.n;
        fuzz_say_bytes(values[i].value);
        fuzz_say(pl_autoscript_is_tame(&values[i]));
    }
    return 0;
}

FUZZ_TWICE(look)
