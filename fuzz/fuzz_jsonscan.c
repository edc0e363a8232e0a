/*
 * fuzz_jsonscan.c - any bytes as JSON: members lie inside and in order; what is the same is the same both ways.
 */
#include "fuzz.h"

#include "format/text/jsonscan.h"

#include <stdlib.h>

static void walk(pl_bytes all, unsigned depth)
{
    struct pl_json_members m = pl_json_members_of(all);
    struct pl_json_member one;
    size_t at = 0;
    while (pl_json_members_next(&m, &one)) {
        bool is_inside =
            one.value.p >= all.p && one.value.p + one.value.n <= all.p + all.n && one.value.n > 0;
        if (!is_inside || one.offset < at || one.offset + one.length > all.n)
            abort();
        at = one.offset + one.length;
        fuzz_say(one.offset);
        fuzz_say_bytes(one.value);
        if (depth < 3)
            walk(one.value, depth + 1);
    }
    if (m.is_done && m.end >= all.n)
        abort();
}

static int look(const uint8_t *data, size_t size)
{
    pl_bytes all = pl_bytes_of(data, size);
    pl_bytes half = pl_bytes_sub(all, 0, size / 2);
    pl_bytes rest = pl_bytes_from(all, size / 2);
    walk(all, 0);
    if (pl_json_same(half, rest) != pl_json_same(rest, half) || !pl_json_same(all, all))
        abort();
    if (pl_json_text(pl_json_find(all, "name")).n > size)
        abort();
    return 0;
}

FUZZ_TWICE(look)
