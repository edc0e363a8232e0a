/*
 * chain_markdown.c - a chain for a pull request or a wiki page.
 */
#include "base/quote.h"
#include "report/chain.h"
#include "report/escape.h"

#define ROWS 50u /* of a table; hosts cut longer pages */

static void word(struct pl_buf *out, const char *text)
{
    pl_markdown(out, pl_bytes_sub(pl_bytes_of_str(text), 0, 300));
}

static void title(struct pl_buf *out, const struct pl_component *c)
{
    word(out, c->name);
    if (c->version[0] != '\0') {
        pl_buf_add_byte(out, ' ');
        word(out, c->version);
    }
}

static void levels(const struct pl_chain *c, struct pl_buf *out)
{
    pl_buf_add_str(out, "| level | own | chain |\n|---|---:|---:|\n");
    for (int level = PL_LEVEL_MAX; level >= 0; level--) {
        pl_buf_printf(out, "| LCAL-%d | ", level);
        pl_add_thousands(out, c->own_counts[level]);
        pl_buf_add_str(out, " | ");
        pl_add_thousands(out, c->chain_counts[level]);
        pl_buf_add_str(out, " |\n");
    }
    pl_buf_add_str(out, "| not examined | ");
    pl_add_thousands(out, c->unexamined);
    pl_buf_add_str(out, " | – |\n\n");
}

static void rows(const struct pl_chain *c, const uint32_t *v, uint32_t n, struct pl_buf *out)
{
    pl_buf_add_str(out, "| component | own | lacks |\n|---|---:|---|\n");
    for (uint32_t i = 0; i < n && i < ROWS; i++) {
        const struct pl_component *one = &c->components.v[v[i]];
        pl_buf_add_str(out, "| ");
        title(out, one);
        pl_buf_printf(out, " | %s | ", pl_chain_own_word(one));
        word(out, pl_chain_lack(one));
        pl_buf_add_str(out, " |\n");
    }
    if (n > ROWS) {
        pl_buf_add_str(out, "\n… and ");
        pl_add_thousands(out, n - ROWS);
        pl_buf_add_str(out, " more.\n");
    }
    pl_buf_add_byte(out, '\n');
}

static void broken(const struct pl_chain *c, struct pl_buf *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < c->components.n && n < ROWS; i++) {
        const struct pl_component *one = &c->components.v[i];
        if (!pl_component_is_broken(one))
            continue;
        if (n++ == 0)
            pl_buf_add_str(out, "### Broken\n\n| component | own | what contradicts |\n|---|---:|---|\n");
        pl_buf_add_str(out, "| ");
        title(out, one);
        pl_buf_printf(out, " | %s | ", pl_chain_own_word(one));
        word(out, pl_chain_lack(one));
        pl_buf_add_str(out, " |\n");
    }
    if (n == ROWS)
        pl_buf_add_str(out, "\nNo more than these are listed.\n");
    if (n > 0)
        pl_buf_add_byte(out, '\n');
}

static void write_markdown(const struct pl_chain *c, const struct pl_write_options *options,
                           struct pl_buf *out)
{
    (void)options; /* one form */
    pl_buf_printf(out, "## plumb chain: %s\n\n", pl_chain_verdict(c));
    for (size_t i = 0; i < c->errors.n; i++) {
        word(out, c->errors.v[i].text);
        pl_buf_add_str(out, "\n\n");
    }
    if (c->errors.n > 0)
        return;
    title(out, &c->components.v[c->root]);
    pl_buf_printf(out, ": chain **LCAL-%u**", c->level);
    if (c->required > 0) {
        pl_buf_printf(out, ", LCAL-%u required by ", c->required);
        word(out, c->required_by);
    }
    pl_buf_add_str(out, ".\n\n");
    levels(c, out);
    if (c->n_path > 0) {
        pl_buf_add_str(out, "Weakest link, by the shortest way: ");
        for (uint32_t i = 0; i < c->n_path; i++) {
            pl_buf_add_str(out, i == 0 ? "" : " → ");
            title(out, &c->components.v[c->path[i]]);
        }
        pl_buf_add_str(out, ".\n\n");
    }
    broken(c, out);
    for (unsigned i = 0; i < c->n_steps; i++) {
        pl_buf_printf(out, "### To reach LCAL-%u\n\n", c->steps[i].level);
        rows(c, c->steps[i].v, c->steps[i].n, out);
    }
}

const struct pl_chain_writer pl_chain_format_markdown = {.name = "markdown", .write = write_markdown};
