/*
 * po, mo: nothing crashes or hangs the readers; what is compiled from a .po can be read again and says the same; the ranges of
 * an .mo lie inside it.
 */
#include "fuzz.h"

#include "format/text/mo.h"
#include "format/text/po.h"

#include <stdlib.h>

static void read_mo(pl_bytes data, struct pl_arena *arena, bool must_work)
{
    struct pl_mo mo;
    if (pl_mo_parse(data, arena, &mo, NULL) != PL_OK) {
        if (must_work && arena->why == PL_OK)
            abort();
        return;
    }
    for (size_t i = 0; i < mo.ranges.n; i++) {
        const struct pl_mo_range *r = &mo.ranges.v[i];
        if (r->offset > data.n || r->length > data.n - r->offset ||
            (r->message != SIZE_MAX && r->message >= mo.messages.n))
            abort();
        fuzz_say(r->offset);
        fuzz_say(r->message);
    }
    pl_mo_reset(&mo);
}

static int look(const uint8_t *data, size_t size)
{
    pl_bytes input = pl_bytes_of(data, size);
    struct pl_arena arena;
    struct pl_po po;
    pl_arena_init(&arena, 1 << 22);
    if (pl_mo_probe(input)) {
        read_mo(input, &arena, false);
    } else if (pl_po_parse(input, &arena, &po, NULL) == PL_OK) {
        struct pl_buf out;
        pl_buf_init(&out, 1 << 22);
        if (pl_po_compile(&po, true, true, &arena, &out, NULL) == PL_OK)
            read_mo(pl_buf_bytes(&out), &arena, true);
        fuzz_say_bytes(pl_buf_bytes(&out));
        pl_buf_reset(&out);
        pl_po_reset(&po);
    }
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
