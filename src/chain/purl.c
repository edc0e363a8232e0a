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

static pl_status read_purl(const struct pl_chain_input *in, struct pl_chain_builder *b, uint32_t *root,
                           struct pl_err *err)
{
    struct pl_component c = {0};
    struct pl_buf text;
    pl_buf_init(&text, PL_PURL_MAX_BYTES * 3);
    pl_purl_print(in->purl, &text);
    pl_status st = pl_buf_done(&text, err);
    if (st == PL_OK)
        st = pl_chain_set_purl(b, pl_buf_bytes(&text), &c, err);
    pl_buf_reset(&text);
    b->chain->format = "purl";
    return st == PL_OK ? pl_chain_add(b, &c, root, err) : st;
}

const struct pl_chain_reader pl_chain_reader_purl = {
    .name = "purl",
    .accepts = accepts,
    .read = read_purl,
};
