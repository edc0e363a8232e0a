/*
 * chain_text.c - a chain for people: counts by level, the weakest link with the way to it, what raises the chain, the verdict last.
 */
#include "base/quote.h"
#include "report/chain.h"
#include "report/parts.h"

#include <string.h>

#define DEFAULT_ROWS 10u
#define ERRORS_EACH  3u

struct screen {
    struct pl_buf *out;
    const struct pl_chain *c;
    const struct pl_write_options *options;
    size_t rows;
};

static void quoted(struct screen *s, const char *text, size_t most)
{
    pl_quote_some(s->out, pl_bytes_of_str(text), most);
}

static void title(struct screen *s, const struct pl_component *c)
{
    quoted(s, c->name, 200);
    if (c->version[0] != '\0') {
        pl_buf_add_byte(s->out, ' ');
        quoted(s, c->version, 100);
    }
}

static void plural(struct screen *s, uint64_t n, const char *one, const char *many)
{
    pl_add_thousands(s->out, n);
    pl_buf_printf(s->out, " %s", n == 1 ? one : many);
}

static uint64_t count_parts(const struct pl_chain *c)
{
    uint64_t n = 0;
    for (size_t i = 0; i < c->components.n; i++)
        n += !c->components.v[i].is_product;
    return n;
}

static uint64_t count_broken(const struct pl_chain *c)
{
    uint64_t n = 0;
    for (size_t i = 0; i < c->components.n; i++)
        n += pl_component_is_broken(&c->components.v[i]);
    return n;
}

/* The first errors about one component. */
static void first_errors(struct screen *s, const struct pl_component_result *r)
{
    uint64_t shown = 0;
    for (size_t i = 0; i < r->n_findings && shown < ERRORS_EACH; i++) {
        if (r->findings[i].severity != PL_SEVERITY_ERROR)
            continue;
        shown++;
        pl_buf_printf(s->out, "    error[%s]: ", r->findings[i].tag);
        quoted(s, r->findings[i].path, 200);
        pl_buf_add_str(s->out, r->findings[i].path[0] == '\0' ? "" : ": ");
        quoted(s, r->findings[i].message, 200);
        pl_buf_add_byte(s->out, '\n');
    }
    if (r->errors > shown) {
        pl_buf_add_str(s->out, "    and ");
        plural(s, r->errors - shown, "more error", "more errors");
        pl_buf_add_byte(s->out, '\n');
    }
}

static void head(struct screen *s)
{
    const struct pl_component *root = &s->c->components.v[s->c->root];
    pl_paint(s->out, s->options, "1");
    title(s, root);
    pl_paint(s->out, s->options, "0");
    pl_buf_printf(s->out, "   own %s%s   CHAIN LCAL-%u   ",
                  root->is_product || root->result == NULL ? "" : "LCAL-",
                  root->is_product       ? "–"
                  : root->result == NULL ? "?"
                                         : (char[]){(char)('0' + root->own), '\0'},
                  s->c->level);
    plural(s, count_parts(s->c), "component", "components");
    pl_buf_add_str(s->out, ", depth ");
    pl_add_thousands(s->out, s->c->depth);
    if (s->c->groups.n_cycles > 0) {
        pl_buf_add_str(s->out, ", ");
        plural(s, s->c->groups.n_cycles, "cycle collapsed", "cycles collapsed");
    }
    pl_buf_add_str(s->out, "\n\n");
}

static void levels(struct screen *s)
{
    pl_paint(s->out, s->options, "1");
    pl_buf_add_str(
        s->out, " level       own    chain   (a component's own level never speaks for its dependencies)\n");
    pl_paint(s->out, s->options, "0");
    for (int level = PL_LEVEL_MAX; level >= 0; level--) {
        pl_buf_printf(s->out, " LCAL-%d ", level);
        pl_add_column(s->out, s->c->own_counts[level], 8);
        pl_add_column(s->out, s->c->chain_counts[level], 9);
        pl_buf_add_byte(s->out, '\n');
    }
    if (s->c->unexamined > 0) {
        pl_buf_add_str(s->out, " ?      ");
        pl_add_column(s->out, s->c->unexamined, 8);
        pl_buf_add_str(s->out, "        –   not examined; counts as 0 in every chain above it\n");
    }
    pl_buf_add_byte(s->out, '\n');
}

/* One row of the way down. */
static void step(struct screen *s, uint32_t at, uint32_t n)
{
    const struct pl_component *c = &s->c->components.v[s->c->path[at]];
    struct pl_buf left;
    pl_buf_init(&left, 4096);
    if (at > 0)
        pl_buf_printf(&left, "%*s└─ ", (int)(at > 30 ? 30 : at - 1) * 3, "");
    pl_quote_some(&left, pl_bytes_of_str(c->name), 60);
    pl_buf_add_byte(&left, ' ');
    pl_quote_some(&left, pl_bytes_of_str(c->version), 40);
    size_t wide = left.n - (at > 0 ? 4u : 0u); /* the two line drawings take three bytes each */
    pl_buf_printf(s->out, "  %.*s%*s own %s  chain %u", PL_ARG(pl_buf_bytes(&left)),
                  wide < 44 ? (int)(44 - wide) : 0, "", pl_chain_own_word(c),
                  c->chain > PL_LEVEL_MAX ? s->c->level : c->chain);
    if (at + 1 == n) {
        pl_paint(s->out, s->options, "1;31");
        pl_buf_add_str(s->out, "   ◀ weakest");
        pl_paint(s->out, s->options, "0");
        if (s->c->other_paths >= PL_CHAIN_MOST_PATHS)
            pl_buf_add_str(s->out, " (a million or more other paths)");
        else if (s->c->other_paths > 0) {
            pl_buf_add_str(s->out, " (");
            plural(s, s->c->other_paths, "other path", "other paths");
            pl_buf_add_byte(s->out, ')');
        }
    }
    pl_buf_add_byte(s->out, '\n');
    pl_buf_close_into(s->out, &left);
}

/* All components at the level of the chain: few by default, all with -v; those with a broken link first. */
static void weakest_ones(struct screen *s)
{
    size_t shown = 0;
    if (s->c->n_weakest < 2)
        return;
    pl_buf_add_str(s->out, "  ");
    plural(s, s->c->n_weakest, "component stands", "components stand");
    pl_buf_printf(s->out, " at LCAL-%u:\n", s->c->level);
    for (uint64_t turn = 0; turn < 2 * (uint64_t)s->c->n_weakest; turn++) {
        uint32_t i = (uint32_t)(turn % s->c->n_weakest);
        const struct pl_component *c = &s->c->components.v[s->c->weakest[i]];
        if (pl_component_is_broken(c) != (turn < s->c->n_weakest))
            continue;
        if (!s->options->is_verbose && shown == s->rows) {
            pl_buf_add_str(s->out, "    … and ");
            pl_add_thousands(s->out, s->c->n_weakest - shown);
            pl_buf_add_str(s->out, " more (-v lists them)\n");
            break;
        }
        shown++;
        pl_buf_printf(s->out, "    %s ", pl_chain_own_word(c));
        title(s, c);
        if (s->c->dependants[i] != UINT32_MAX) {
            pl_buf_add_str(s->out, "  (");
            plural(s, s->c->dependants[i], "dependant", "dependants");
            pl_buf_add_byte(s->out, ')');
        }
        pl_buf_add_str(s->out, "  ");
        quoted(s, pl_chain_lack(c), 160);
        pl_buf_add_byte(s->out, '\n');
    }
}

/* What contradicts, wherever the chain hangs: all errors are shown, up to the rows. */
static void broken_ones(struct screen *s)
{
    size_t shown = 0;
    uint64_t n = count_broken(s->c);
    if (n == 0)
        return;
    pl_paint(s->out, s->options, "1;31");
    pl_buf_add_str(s->out, "broken  ");
    pl_paint(s->out, s->options, "0");
    plural(s, n, "component has a link that contradicts\n", "components have links that contradict\n");
    for (size_t i = 0; i < s->c->components.n; i++) {
        const struct pl_component *c = &s->c->components.v[i];
        if (!pl_component_is_broken(c))
            continue;
        if (!s->options->is_verbose && shown++ == s->rows) {
            pl_buf_add_str(s->out, "  … and ");
            pl_add_thousands(s->out, n - s->rows);
            pl_buf_add_str(s->out, " more (-v lists them)\n");
            break;
        }
        pl_buf_add_str(s->out, "  ");
        title(s, c);
        pl_buf_add_str(s->out, "  ");
        quoted(s, pl_chain_lack(c), 200);
        pl_buf_add_byte(s->out, '\n');
        first_errors(s, c->result);
    }
    pl_buf_add_byte(s->out, '\n');
}

static void weakest(struct screen *s)
{
    if (s->c->n_path == 0)
        return;
    const struct pl_component *c = &s->c->components.v[s->c->path[s->c->n_path - 1]];
    pl_paint(s->out, s->options, "1");
    pl_buf_add_str(s->out, "weakest link  ");
    pl_paint(s->out, s->options, "0");
    quoted(s, c->purl != NULL ? c->purl : c->name, 300);
    pl_buf_printf(s->out, "   %s%s: ", c->result == NULL ? "" : "LCAL-", pl_chain_own_word(c));
    quoted(s, pl_chain_lack(c), 300);
    pl_buf_add_byte(s->out, '\n');
    for (uint32_t i = 0; i < s->c->n_path; i++)
        step(s, i, s->c->n_path);
    weakest_ones(s);
    pl_buf_add_byte(s->out, '\n');
}

/* Those that the steps before did not name. */
static void raise_step(struct screen *s, const struct pl_chain_step *step, bool is_first)
{
    size_t shown = 0;
    pl_buf_printf(s->out, "  to LCAL-%u   ", step->level);
    if (!is_first && step->more == 0) {
        pl_buf_add_str(s->out, "the same ones, further\n");
        return;
    }
    if (!is_first)
        pl_buf_add_str(s->out, "the same ones, further, and ");
    plural(s, step->more, is_first ? "component" : "more", is_first ? "components" : "more");
    for (uint64_t turn = 0; turn < 2 * (uint64_t)step->n; turn++) { /* broken ones first */
        const struct pl_component *c = &s->c->components.v[step->v[turn % step->n]];
        if (c->own != step->level - 1 || pl_component_is_broken(c) != (turn < step->n))
            continue;
        if (!s->options->is_verbose && shown == 3) {
            pl_buf_add_str(s->out, ", …");
            break;
        }
        pl_buf_add_str(s->out, s->options->is_verbose ? "\n               " : shown == 0 ? ": " : ", ");
        title(s, c);
        if (s->options->is_verbose) {
            pl_buf_add_str(s->out, ": ");
            quoted(s, pl_chain_lack(c), 160);
        }
        shown++;
    }
    pl_buf_add_byte(s->out, '\n');
}

static void raise_chain(struct screen *s)
{
    if (s->c->n_steps == 0)
        return;
    pl_paint(s->out, s->options, "1");
    pl_buf_add_str(s->out, "raise the chain, cheapest first\n");
    pl_paint(s->out, s->options, "0");
    for (unsigned i = 0; i < s->c->n_steps; i++)
        raise_step(s, &s->c->steps[i], i == 0);
}

static void findings(struct screen *s)
{
    size_t notes = 0;
    size_t shown = 0;
    for (size_t i = 0; i < s->c->findings.list.n; i++) {
        const struct pl_finding *f = &s->c->findings.list.v[i];
        bool is_hidden =
            !s->options->is_verbose &&
            (f->severity == PL_SEVERITY_NOTE || (f->severity == PL_SEVERITY_WARNING && shown >= s->rows));
        if (is_hidden) {
            notes++;
            continue;
        }
        shown++;
        pl_paint(s->out, s->options,
                 f->severity == PL_SEVERITY_ERROR     ? "1;31"
                 : f->severity == PL_SEVERITY_WARNING ? "1;33"
                                                      : "1;36");
        pl_buf_printf(s->out, "%s[%s]", pl_severity_name(f->severity), f->tag);
        pl_paint(s->out, s->options, "0");
        pl_buf_add_str(s->out, ": ");
        quoted(s, f->message, 300);
        for (int k = 0; k < PL_FINDING_FACTS && f->facts[k].name != NULL; k++) {
            pl_buf_printf(s->out, "\n   = %s: ", f->facts[k].name);
            pl_quote_some(s->out, f->facts[k].value, 160);
        }
        pl_buf_add_byte(s->out, '\n');
    }
    if (notes > 0) {
        plural(s, notes, "more finding", "more findings");
        pl_buf_add_str(s->out, " about the document (-v lists them)\n");
    }
    if (s->c->findings.list.n > 0)
        pl_buf_add_byte(s->out, '\n');
}

static void errors(struct screen *s)
{
    for (size_t i = 0; i < s->c->errors.n; i++) {
        const struct pl_err *e = &s->c->errors.v[i];
        pl_paint(s->out, s->options, "1;31");
        pl_buf_printf(s->out, "error[%s]", pl_status_name(e->status));
        pl_paint(s->out, s->options, "0");
        pl_buf_add_str(s->out, ": ");
        quoted(s, e->text, 500);
        pl_buf_add_str(s->out, "\n  --> ");
        quoted(s, e->subject[0] != '\0' ? e->subject : s->c->subject, 500);
        if (e->offset != PL_NO_OFFSET)
            pl_buf_printf(s->out, " @ 0x%llx", (unsigned long long)e->offset);
        pl_buf_add_byte(s->out, '\n');
        if (e->hint[0] != '\0') {
            pl_buf_add_str(s->out, "   = ");
            quoted(s, e->hint, 500);
            pl_buf_add_byte(s->out, '\n');
        }
    }
}

static void verdict(struct screen *s)
{
    uint64_t below;
    uint64_t unexamined;
    if (s->c->errors.n > 0) {
        pl_buf_add_str(s->out, "plumb: ERROR ");
        quoted(s, s->c->subject, 300);
        pl_buf_printf(s->out, " exit %d (%s)\n", (int)s->c->exit, pl_exit_name(s->c->exit));
        return;
    }
    const struct pl_component *root = &s->c->components.v[s->c->root];
    pl_buf_printf(s->out, "plumb: %s ", pl_chain_verdict(s->c));
    quoted(s, root->name, 200);
    if (root->version[0] != '\0') {
        pl_buf_add_byte(s->out, '@');
        quoted(s, root->version, 100);
    }
    pl_buf_printf(s->out, " chain LCAL-%u", s->c->level);
    pl_chain_below(s->c, &below, &unexamined);
    if (s->c->required > 0) {
        pl_buf_printf(s->out, ", LCAL-%u required by ", s->c->required);
        quoted(s, s->c->required_by, 200);
        pl_buf_add_str(s->out, " (");
        pl_add_thousands(s->out, below);
        pl_buf_add_str(s->out, " below, ");
    } else {
        unexamined = s->c->unexamined;
        pl_buf_add_str(s->out, " (");
        plural(s, count_parts(s->c), "component", "components");
        pl_buf_add_str(s->out, ", ");
    }
    if (count_broken(s->c) > 0) {
        pl_add_thousands(s->out, count_broken(s->c));
        pl_buf_add_str(s->out, " broken, ");
    }
    pl_add_thousands(s->out, unexamined);
    pl_buf_add_str(s->out, " not examined)\n");
}

static void write_text(const struct pl_chain *c, const struct pl_write_options *options, struct pl_buf *out)
{
    struct screen s = {.out = out, .c = c, .options = options};
    s.rows = options->row_limit == 0 ? DEFAULT_ROWS : options->row_limit;
    if (!options->is_quiet && c->errors.n > 0)
        errors(&s);
    if (!options->is_quiet && c->errors.n == 0) {
        head(&s);
        levels(&s);
        findings(&s);
        broken_ones(&s);
        weakest(&s);
        raise_chain(&s);
    }
    verdict(&s);
}

const struct pl_chain_writer pl_chain_format_text = {.name = "text", .write = write_text};
