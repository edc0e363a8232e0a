/*
 * fuzz_deb822.c - stanzas of anything: every value stays inside the input or is shorter than it.
 */
#include "fuzz.h"

#include "format/text/deb822.h"

#include <stdlib.h>

static int look(const uint8_t *data, size_t size)
{
    struct pl_arena arena;
    struct pl_deb822 stanza;
    pl_bytes rest = pl_bytes_of(data, size);
    pl_arena_init(&arena, 64u << 20);
    while (pl_deb822_next(&rest, &arena, &stanza, NULL) == PL_OK && stanza.n > 0) {
        size_t total = 0;
        for (size_t i = 0; i < stanza.n; i++) {
            const struct pl_deb822_field *f = &stanza.fields[i];
            total += f->name.n + f->value.n;
            fuzz_say_bytes(f->name);
            fuzz_say_bytes(f->value);
            if (f->name.n == 0 || f->name.p < data || f->name.p + f->name.n > data + size)
                abort();
            if (pl_deb822_find(&stanza, "Package") == f && f->value.n > size)
                abort();
        }
        if (total > size)
            abort();
    }
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
