/*
 * chain.c - choosing the format of a chain, and what all of them share.
 */
#include "report/chain.h"

#include "report/parts.h"

#include <string.h>

#define CHAIN_MAX_BYTES ((size_t)4 << 30)

#define PL_CHAIN_FORMAT(name) extern const struct pl_chain_writer pl_chain_format_##name;
#include "report/chain_formats.def"
#undef PL_CHAIN_FORMAT

static const struct pl_chain_writer *const formats[] = {
#define PL_CHAIN_FORMAT(name) &pl_chain_format_##name,
#include "report/chain_formats.def"
#undef PL_CHAIN_FORMAT
};

const char *pl_chain_format(size_t i)
{
    return i < sizeof formats / sizeof formats[0] ? formats[i]->name : NULL;
}

pl_status pl_chain_write(const struct pl_chain *c, const char *format, const struct pl_write_options *options,
                         bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx, struct pl_err *err)
{
    static const struct pl_write_options plain;
    const struct pl_chain_writer *chosen = NULL;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(formats[i]->name, format) == 0)
            chosen = formats[i];
    if (chosen == NULL)
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "a chain is not written as %s", format);
    struct pl_buf out;
    pl_buf_init(&out, CHAIN_MAX_BYTES);
    chosen->write(c, options == NULL ? &plain : options, &out);
    return pl_buf_deliver(&out, put, ctx, "the chain", err);
}

void pl_chain_add_title(struct pl_buf *out, const struct pl_component *c)
{
    pl_buf_add_str(out, c->name);
    if (c->version[0] != '\0')
        pl_buf_printf(out, " %s", c->version);
}

const char *pl_chain_own_word(const struct pl_component *c)
{
    static const char *const words[] = {"0", "1", "2", "3", "4"};
    return c->is_product ? "–" : c->result == NULL ? "?" : words[c->own];
}

const char *pl_chain_lack(const struct pl_component *c)
{
    /* The links that the next level asks for, weakest first. */
    static const struct {
        unsigned level;
        enum pl_link link;
    } climb[] = {{2, PL_LINK_SHIPPED}, {2, PL_LINK_PUBLISHED}, {3, PL_LINK_SOURCED}, {4, PL_LINK_ORIGIN}};
    if (c->result == NULL)
        return c->why_not == NULL ? "nobody looked at it" : c->why_not;
    for (int turn = 0; turn < 2;
         turn++) /* a broken link first: it holds the component down whatever the others say */
        for (size_t i = 0; i < sizeof climb / sizeof climb[0]; i++) {
            const struct pl_link_result *l = &c->result->links[climb[i].link];
            bool is_it = turn == 0 ? l->verdict == PL_VERDICT_BROKEN
                                   : l->verdict != PL_VERDICT_HOLDS && climb[i].level > c->own;
            if (is_it)
                return l->why == NULL ? "" : l->why;
        }
    return "";
}

bool pl_chain_is_address(const char *uri)
{
    for (const unsigned char *p = (const unsigned char *)uri; *p != '\0'; p++)
        if (*p <= 0x20 || *p >= 0x7f || strchr("<>\"{}|\\^`", *p) != NULL)
            return false;
    return strstr(uri, "://") != NULL;
}

const char *pl_chain_verdict(const struct pl_chain *c)
{
    return pl_verdict_word(c->exit);
}

void pl_chain_below(const struct pl_chain *c, uint64_t *below, uint64_t *unexamined)
{
    *below = *unexamined = 0;
    for (size_t i = 0; i < c->components.n; i++) {
        const struct pl_component *one = &c->components.v[i];
        bool is_below = !one->is_product && one->own < c->required;
        *below += is_below && one->result != NULL;
        *unexamined += is_below && one->result == NULL;
    }
}
