/*
 * purl.c - a chain that begins with one package.
 *
 * Whom a Debian package depends on stands in the signed index. Whom an npm package depends on is decided by whoever installs it: without a lock
 * file there is no answer, and none is made up.
 */
#include "chain/reader.h"

#include <string.h>

static bool accepts(const struct pl_chain_input *in)
{
    return in->purl != NULL;
}

static pl_status add(struct pl_chain_builder *b, pl_bytes purl, uint32_t *id, struct pl_err *err)
{
    struct pl_component c = {0};
    pl_status st = pl_chain_set_purl(b, purl, &c, err);
    if (st == PL_OK && c.key == NULL)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "not a package URL");
    return st == PL_OK ? pl_chain_add(b, &c, id, err) : st;
}

static pl_status add_need(struct pl_chain_builder *b, const uint32_t *ids, const struct pl_deb_closure *all,
                          const struct pl_deb_need *need, struct pl_err *err)
{
    if (need->to != UINT32_MAX)
        return pl_chain_depend(b, ids[need->from], ids[need->to], err);
    return pl_chain_note(b, "chain.dangling", PL_SEVERITY_WARNING, pl_bytes_of_str(all->v[need->from].purl),
                         pl_arena_printf(&b->chain->arena,
                                         "depends on %s, which no index lists in a version that fits",
                                         need->missing),
                         err);
}

static pl_status read_debian(const struct pl_chain_input *in, struct pl_chain_builder *b, uint32_t *root,
                             struct pl_err *err)
{
    struct pl_deb_closure all;
    pl_status st = pl_supply_depends(in->supply, in->purl, &b->chain->arena, &all, err);
    if (st != PL_OK)
        return st;
    uint32_t *ids = pl_arena_take_n(&b->chain->arena, all.n + 1, sizeof *ids);
    if (ids == NULL)
        return pl_arena_fail(&b->chain->arena, err);
    for (size_t i = 0; i < all.n && st == PL_OK; i++)
        st = add(b, pl_bytes_of_str(all.v[i].purl), &ids[i], err);
    for (size_t i = 0; i < all.n_needs && st == PL_OK; i++)
        st = add_need(b, ids, &all, &all.needs[i], err);
    *root = ids[0];
    b->chain->format = "Debian package";
    return st;
}

static pl_status read_purl(const struct pl_chain_input *in, struct pl_chain_builder *b, uint32_t *root,
                           struct pl_err *err)
{
    struct pl_buf text;
    if (pl_bytes_eq_str(in->purl->type, "deb") && in->supply != NULL)
        return read_debian(in, b, root, err);
    pl_buf_init(&text, PL_PURL_MAX_BYTES * 3);
    pl_purl_print(in->purl, &text);
    pl_status st = pl_buf_done(&text, err);
    if (st == PL_OK)
        st = add(b, pl_buf_bytes(&text), root, err);
    pl_buf_reset(&text);
    b->chain->format = "purl";
    if (st == PL_OK)
        st = pl_chain_note(b, "chain.no-dependencies", PL_SEVERITY_WARNING, (pl_bytes){NULL, 0},
                           "who this package depends on is decided by whoever installs it: name a lock file",
                           err);
    return st;
}

const struct pl_chain_reader pl_chain_reader_purl = {
    .name = "purl",
    .accepts = accepts,
    .read = read_purl,
};
