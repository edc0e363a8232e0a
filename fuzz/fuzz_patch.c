/*
 * patch: no diff crashes or hangs the reader, and the moves of an applied one cover the new file with true copies.
 * Input: the old file, a NUL, the diff.
 */
#include "fuzz.h"

#include "format/text/patch.h"

#include <stdlib.h>
#include <string.h>

static void check(pl_bytes old, const struct pl_buf *out, const struct pl_patch_moves *moves)
{
    uint64_t at = 0;
    for (size_t i = 0; i < moves->list.n; i++) {
        const struct pl_patch_move *m = &moves->list.v[i];
        if (m->new_offset != at || m->length > out->n - at)
            abort();
        if (m->old_offset != PL_NO_OFFSET && (m->old_offset > old.n || m->length > old.n - m->old_offset ||
                                              memcmp(old.p + m->old_offset, out->p + at, m->length) != 0))
            abort();
        at += m->length;
        fuzz_say(m->old_offset);
    }
    if (at != out->n)
        abort();
    fuzz_say_bytes(pl_buf_bytes(out));
}

static int look(const uint8_t *data, size_t size)
{
    pl_bytes rest = pl_bytes_of(data, size);
    pl_bytes old = {NULL, 0};
    struct pl_arena arena;
    struct pl_patch patch;
    pl_arena_init(&arena, 1 << 22);
    (void)pl_bytes_split(&rest, 0, &old); /* an empty input has neither part */
    if (pl_patch_parse(rest, &arena, &patch, NULL) == PL_OK) {
        for (size_t i = 0; i < patch.files.n; i++) {
            struct pl_patch_moves moves = {0};
            struct pl_buf out;
            pl_bytes name;
            pl_buf_init(&out, 1 << 22);
            (void)pl_patch_strip(patch.files.v[i].new_name, 1, &name); /* no name is an answer too */
            if (pl_patch_apply(&patch, &patch.files.v[i], old, &out, &moves, NULL) == PL_OK)
                check(old, &out, &moves);
            PL_VEC_FREE(&moves.list);
            pl_buf_reset(&out);
        }
        pl_patch_reset(&patch);
    }
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
