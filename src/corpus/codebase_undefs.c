/*
 * codebase_undefs.c - names that a file takes back from the macros of its headers.
 *
 *     #undef fclose
 *     static int close_quietly(FILE *f) { return fclose(f); }     the library's, whatever <stdio.h> defines
 *
 * Behind an #undef a name means itself until the file defines it again, or the #if that the #undef stands in has ended. Source: C17 6.10.3.5.
 */
#include "corpus/codebase_private.h"
#include "corpus/macros.h"

#include <stdlib.h>

/* Where the file defines the name of the mark again; SIZE_MAX: nowhere. */
static size_t next_definition(const struct pl_macro_scope *s, const struct pl_macro_mark *mark)
{
    size_t next = SIZE_MAX;
    for (size_t i = 0; i < s->n; i++) {
        const struct pl_macro_mark *m = &s->marks[i];
        if (!m->is_end && m->at > mark->at && m->at < next && pl_bytes_eq(m->name, mark->name))
            next = m->at;
    }
    return next;
}

static int by_feature(const void *a, const void *b)
{
    const struct pl_undef *x = a;
    const struct pl_undef *y = b;
    if (x->feature != y->feature)
        return x->feature < y->feature ? -1 : 1;
    return x->from < y->from ? -1 : x->from > y->from;
}

pl_status pl_codebase_read_undefs(const struct pl_codebase *cb, uint32_t unit, struct pl_arena *arena,
                                  struct pl_undefs *out, struct pl_err *err)
{
    struct pl_macro_scope scope;
    *out = (struct pl_undefs){NULL, 0};
    pl_macro_scope_read(&scope, pl_index_unit_file(cb->index, unit)->data);
    if (scope.n == 0)
        return PL_OK;
    struct pl_undef *v = pl_arena_take_n(arena, scope.n, sizeof *v);
    if (v == NULL)
        return pl_arena_fail(arena, err);
    for (size_t i = 0; i < scope.n; i++) {
        const struct pl_macro_mark *mark = &scope.marks[i];
        uint32_t feature = pl_codebase_feature(cb, pl_atom_hash_text(mark->name));
        size_t next = mark->is_end ? next_definition(&scope, mark) : 0;
        size_t end = next < mark->closes ? next : mark->closes;
        if (mark->is_end && feature != PL_NO_FEATURE)
            v[out->n++] = (struct pl_undef){feature, mark->at, end};
    }
    qsort(v, out->n, sizeof *v, by_feature);
    out->v = v;
    return PL_OK;
}

bool pl_undefs_have(const struct pl_undefs *u, uint32_t feature, uint64_t at)
{
    size_t low = 0;
    for (size_t high = u->n; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (u->v[middle].feature < feature)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < u->n && u->v[low].feature == feature; low++)
        if (u->v[low].from < at && at <= u->v[low].to)
            return true;
    return false;
}
