/*
 * tree_patch.c - applying a diff to a source tree in memory, remembering which bytes the patch wrote.
 *
 * The file as it was before the first patch stays in the tree as superseded. The states between two patches do not.
 */
#include "corpus/tree_build.h"
#include "format/text/patch.h"

#include <stdlib.h>

static pl_status add_hunk(struct pl_source_file *f, uint64_t offset, uint64_t length, const char *patch,
                          struct pl_err *err)
{
    struct pl_source_hunk *h = PL_VEC_ADD(&f->hunks);
    if (h == NULL)
        return pl_fail_nomem(err);
    *h = (struct pl_source_hunk){.offset = offset, .length = length, .patch = patch};
    return PL_OK;
}

/* Hunks of the patched file: what this patch wrote, and what is left of earlier patches in the bytes it copied. */
static pl_status carry_hunks(const struct pl_source_file *old, const struct pl_patch_moves *moves,
                             const char *patch, struct pl_source_file *f, struct pl_err *err)
{
    size_t at = 0;
    pl_status st = PL_OK;
    for (size_t i = 0; st == PL_OK && i < moves->list.n; i++) {
        const struct pl_patch_move *m = &moves->list.v[i];
        if (m->old_offset == PL_NO_OFFSET) {
            st = add_hunk(f, m->new_offset, m->length, patch, err);
            continue;
        }
        while (old != NULL && at < old->hunks.n &&
               old->hunks.v[at].offset + old->hunks.v[at].length <= m->old_offset)
            at++;
        for (size_t k = at; old != NULL && st == PL_OK && k < old->hunks.n; k++) {
            const struct pl_source_hunk *h = &old->hunks.v[k];
            uint64_t from = h->offset > m->old_offset ? h->offset : m->old_offset;
            uint64_t end = h->offset + h->length;
            if (end > m->old_offset + m->length)
                end = m->old_offset + m->length;
            if (from >= end)
                break;
            st = add_hunk(f, from - m->old_offset + m->new_offset, end - from, h->patch, err);
        }
    }
    return st;
}

/* Put the new state in place of `old`, which is superseded, or forgotten when a patch made it. */
static pl_status replace(struct pl_tree_build *b, pl_bytes path, struct pl_source_file *f, struct pl_err *err)
{
    struct pl_source_file *old = pl_tree_build_find(b, path);
    if (old == NULL || old->hunks.n == 0)
        return pl_tree_build_add(b, f, err);
    f->path = old->path;
    f->link_target = old->link_target;
    free(old->heap);
    PL_VEC_FREE(&old->hunks);
    *old = *f;
    return PL_OK;
}

static pl_status apply_file(struct pl_tree_build *b, const struct pl_patch *p, const struct pl_patch_file *pf,
                            pl_bytes path, const char *patch, struct pl_err *err)
{
    struct pl_source_file *old = pl_tree_build_find(b, path);
    struct pl_patch_moves moves = {0};
    struct pl_buf out;
    pl_buf_init(&out, b->limits->file_bytes);
    pl_status st = pl_patch_apply(p, pf, old == NULL ? (pl_bytes){NULL, 0} : old->data, &out, &moves, err);
    struct pl_source_file f = {.mode = old == NULL ? 0644 : old->mode, .path = path};
    if (st == PL_OK)
        st = carry_hunks(old, &moves, patch, &f, err);
    if (st == PL_OK && out.n == 0 && old != NULL) {
        old->is_superseded = true;
    } else if (st == PL_OK) {
        f.heap = pl_buf_detach(&out, &f.data.n);
        f.data.p = f.heap;
        st = replace(b, path, &f, err);
        f.hunks.v = NULL;
    }
    if (st != PL_OK)
        free(f.hunks.v);
    pl_buf_reset(&out);
    PL_VEC_FREE(&moves.list);
    return st;
}

/* Which of the two names is meant: the one that is there, the new one when it is to be made. */
static bool choose_path(struct pl_tree_build *b, const struct pl_patch *p, const struct pl_patch_file *pf,
                        unsigned strip, pl_bytes *out)
{
    pl_bytes new_path = {NULL, 0};
    pl_bytes old_path = {NULL, 0};
    bool has_new =
        !pl_bytes_eq_str(pf->new_name, "/dev/null") && pl_patch_strip(pf->new_name, strip, &new_path);
    bool has_old =
        !pl_bytes_eq_str(pf->old_name, "/dev/null") && pl_patch_strip(pf->old_name, strip, &old_path);
    if (has_new && (pl_tree_build_find(b, new_path) != NULL || pl_patch_creates(p, pf) || !has_old))
        *out = new_path;
    else if (has_old)
        *out = old_path;
    else
        return false;
    return true;
}

static pl_status patch_one(struct pl_tree_build *b, const struct pl_patch *p, const struct pl_patch_file *pf,
                           const char *patch, unsigned strip, struct pl_err *err)
{
    pl_bytes path;
    if (pf->is_binary)
        return pl_tree_build_warn(b, err, "%s: binary change of %.*s not applied", patch,
                                  PL_ARG(pf->new_name));
    if (!choose_path(b, p, pf, strip, &path))
        return pl_tree_build_warn(b, err, "%s: no usable name at byte %zu", patch, pf->offset);
    if (pl_tree_build_find(b, path) == NULL && !pl_patch_creates(p, pf))
        return pl_tree_build_warn(b, err, "%s: %.*s is not in the source", patch, PL_ARG(path));
    struct pl_err why = {0};
    pl_status st = apply_file(b, p, pf, path, patch, &why);
    if (st == PL_E_INPUT || st == PL_E_LIMIT)
        return pl_tree_build_warn(b, err, "%s: not applied to %.*s: %s", patch, PL_ARG(path), why.text);
    if (st != PL_OK && err != NULL)
        *err = why;
    return st;
}

pl_status pl_tree_patch(struct pl_tree_build *b, pl_bytes text, const char *name, unsigned strip,
                        struct pl_err *err)
{
    struct pl_patch p = {0};
    struct pl_err why = {0};
    const char *kept = pl_arena_str(b->tree->arena, pl_bytes_of_str(name));
    if (kept == NULL)
        return pl_arena_fail(b->tree->arena, err);
    pl_status st = pl_patch_parse(text, b->tree->arena, &p, &why);
    if (st == PL_E_INPUT || st == PL_E_LIMIT)
        return pl_tree_build_warn(b, err, "%s: not applied, byte %llu: %s", name,
                                  (unsigned long long)why.offset, why.text);
    if (st != PL_OK) {
        if (err != NULL)
            *err = why;
        return st;
    }
    for (size_t i = 0; st == PL_OK && i < p.files.n; i++)
        st = patch_one(b, &p, &p.files.v[i], kept, strip, err);
    pl_patch_reset(&p);
    return st;
}
