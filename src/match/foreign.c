/*
 * foreign.c - noting things of an image that no strict rule explains.
 */
#include "match/foreign.h"

#define SHOWN_BYTES 200u

pl_status pl_foreign_add(const struct pl_match *m, struct pl_file *f, enum pl_foreign_kind kind,
                         uint64_t offset, pl_bytes text, const char *loose, struct pl_err *err)
{
    pl_bytes kept = pl_arena_keep(m->arena, pl_bytes_sub(text, 0, SHOWN_BYTES));
    if (kept.p == NULL)
        return pl_arena_fail(m->arena, err);
    struct pl_foreign *slot = PL_VEC_ADD(&f->foreign);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = (struct pl_foreign){
        .kind = kind, .offset = offset, .length = text.n, .text = kept, .loose_rule = loose, .is_used = true};
    return PL_OK;
}
