/*
 * source.c - releasing source trees.
 */
#include "model/source.h"

#include <stdlib.h>

void pl_source_file_drop(struct pl_source_tree *t, struct pl_source_file *f)
{
    t->total_bytes -= f->data.n;
    free(f->heap);
    PL_VEC_FREE(&f->hunks);
}

void pl_source_tree_free(struct pl_source_tree *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->files.n; i++) {
        free(t->files.v[i].heap);
        PL_VEC_FREE(&t->files.v[i].hunks);
    }
    PL_VEC_FREE(&t->files);
    PL_VEC_FREE(&t->warnings);
    if (t->arena != NULL)
        pl_arena_reset(t->arena);
    free(t->arena);
    free(t);
}
