/*
 * chain_dot.c - a chain as a graph for dot(1): a box a component, filled by its own level, the weakest path drawn thick.
 *
 * The level stands in the label, so that no meaning is in colour alone; what sets the level of the chain has a thick frame.
 * Source: "The DOT Language", graphviz.org. Texts are quoted strings, in which " and \ are escaped.
 */
#include "base/quote.h"
#include "report/chain.h"

static void dot_text(struct pl_buf *out, const char *text)
{
    struct pl_buf quoted;
    pl_buf_init(&quoted, 1u << 16);
    pl_quote_some(&quoted, pl_bytes_of_str(text), 200);
    for (size_t i = 0; i < quoted.n; i++) {
        if (quoted.p[i] == '"' || quoted.p[i] == '\\')
            pl_buf_add_byte(out, '\\');
        pl_buf_add_byte(out, quoted.p[i]);
    }
    pl_buf_close_into(out, &quoted);
}

static bool is_on_path(const struct pl_chain *c, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i + 1 < c->n_path; i++)
        if (c->path[i] == from && c->path[i + 1] == to)
            return true;
    return false;
}

static void write_dot(const struct pl_chain *c, const struct pl_write_options *options, struct pl_buf *out)
{
    static const char *const fill[] = {"#d73027", "#fc8d59", "#fee090", "#91bfdb", "#4575b4", "#ffffff"};
    (void)options; /* one form */
    pl_buf_add_str(out, "digraph chain {\n  rankdir=LR;\n  node [shape=box, style=filled];\n");
    for (uint32_t i = 0; c->errors.n == 0 && i < c->components.n; i++) {
        const struct pl_component *one = &c->components.v[i];
        pl_buf_printf(out, "  n%u [label=\"", i);
        dot_text(out, one->name);
        pl_buf_add_str(out, "\\n");
        dot_text(out, one->version);
        bool is_weakest = c->n_path > 0 && c->path[c->n_path - 1] == i;
        bool is_dark = one->result != NULL && (one->own == 0 || one->own == PL_LEVEL_MAX);
        pl_buf_printf(out, "\\nown %s, chain %u%s\", fillcolor=\"%s\"%s%s];\n", pl_chain_own_word(one),
                      one->chain > PL_LEVEL_MAX ? c->level : one->chain,
                      pl_component_is_broken(one) ? ", broken" : "",
                      one->result == NULL && !one->is_product ? "#bdbdbd" : fill[one->own],
                      is_dark ? ", fontcolor=\"#ffffff\"" : "", is_weakest ? ", penwidth=3" : "");
    }
    for (uint32_t i = 0; c->errors.n == 0 && i < c->components.n; i++)
        for (uint32_t e = c->graph.first[i]; e < c->graph.first[i + 1]; e++)
            pl_buf_printf(out, "  n%u -> n%u%s;\n", i, c->graph.to[e],
                          is_on_path(c, i, c->graph.to[e]) ? " [penwidth=3]" : "");
    pl_buf_add_str(out, "}\n");
}

const struct pl_chain_writer pl_chain_format_dot = {.name = "dot", .write = write_dot};
