/*
 * chain_diff_write.c - a diff of two chains as text and as JSON (docs/chain-diff.schema.json).
 */
#include "base/json.h"
#include "base/quote.h"
#include "report/chain_diff.h"
#include "report/parts.h"

#define DEFAULT_ROWS 20u
#define SCHEMA       "https://plumbline.dev/schema/chain-diff/1"

struct screen {
    struct pl_buf *out;
    const struct pl_chain_diff *d;
    const struct pl_write_options *options;
    size_t rows;
};

static void quoted(struct screen *s, const char *text)
{
    pl_quote(s->out, pl_bytes_of_str(text));
}

static void side(struct screen *s, const char *label, const struct pl_chain_view *v)
{
    pl_buf_printf(s->out, "%s  ", label);
    pl_paint(s->out, s->options, "1");
    quoted(s, v->subject);
    pl_paint(s->out, s->options, "0");
    pl_buf_printf(s->out, "  %s chain LCAL-%s (%zu component%s)\n", pl_verdict_word(v->exit),
                  pl_chain_level_word(v->has_level, v->level), v->components.n,
                  v->components.n == 1 ? "" : "s");
}

static void growth(struct screen *s, const char *what, uint64_t old, uint64_t now)
{
    if (old == now)
        return;
    pl_buf_printf(s->out, "; %s ", what);
    pl_add_thousands(s->out, old);
    pl_buf_add_str(s->out, " -> ");
    pl_add_thousands(s->out, now);
}

static void change(struct screen *s, const struct pl_chain_change *x)
{
    const struct pl_chain_component *c = x->now != NULL ? x->now : x->old;
    pl_buf_add_str(s->out, "  ");
    quoted(s, x->old != NULL ? x->old->key : c->key);
    if (x->old != NULL && x->now != NULL && !pl_bytes_eq_str(pl_bytes_of_str(x->old->key), x->now->key)) {
        pl_buf_add_str(s->out, " -> ");
        quoted(s, x->now->version);
    }
    pl_buf_add_str(s->out, "  LCAL-");
    if (x->old != NULL && x->now != NULL && x->own != PL_CHANGE_SAME)
        pl_buf_printf(s->out, "%s -> ", pl_chain_level_word(x->old->has_own, x->old->own));
    pl_buf_add_str(s->out, pl_chain_level_word(c->has_own, c->own));
    if (x->now != NULL && x->now->not_examined != NULL) {
        pl_buf_add_str(s->out, " (not examined: ");
        quoted(s, x->now->not_examined);
        pl_buf_add_byte(s->out, ')');
    }
    for (int l = 0; l < PL_LINK_COUNT && x->old != NULL && x->now != NULL; l++)
        if (x->links[l] != PL_CHANGE_SAME)
            pl_buf_printf(s->out, "; %s %s -> %s", pl_link_name((enum pl_link)l),
                          pl_verdict_name(x->old->links[l]), pl_verdict_name(x->now->links[l]));
    for (int l = 0; l < PL_LINK_COUNT && x->old == NULL; l++)
        if (x->now->links[l] == PL_VERDICT_BROKEN)
            pl_buf_printf(s->out, "; %s broken", pl_link_name((enum pl_link)l));
    if (x->has_lost_source)
        pl_buf_printf(s->out, "; source %s -> %s", pl_how_name(x->old->how),
                      x->now->n_sources == 0 ? "none" : pl_how_name(x->now->how));
    if (x->old != NULL && x->now != NULL) {
        growth(s, "unaccounted", x->old->unaccounted, x->now->unaccounted);
        growth(s, "opaque", x->old->opaque, x->now->opaque);
    }
    pl_buf_add_byte(s->out, '\n');
}

enum part { PART_WORSE, PART_CHANGED, PART_CAME, PART_WENT };

static enum part part_of(const struct pl_chain_change *x)
{
    return x->is_worse ? PART_WORSE : x->old == NULL ? PART_CAME : x->now == NULL ? PART_WENT : PART_CHANGED;
}

/* What is worse is never cut. */
static void part(struct screen *s, enum part part, const char *title)
{
    size_t shown = 0;
    size_t hidden = 0;
    for (size_t i = 0; i < s->d->changes.n; i++) {
        if (part_of(&s->d->changes.v[i]) != part)
            continue;
        if (part != PART_WORSE && shown >= s->rows) {
            hidden++;
            continue;
        }
        if (shown++ == 0)
            pl_buf_printf(s->out, "\n%s\n", title);
        change(s, &s->d->changes.v[i]);
    }
    if (hidden > 0)
        pl_buf_printf(s->out, "  … and %zu more (-v lists them)\n", hidden);
}

static bool is_error(const struct pl_chain_diff *d)
{
    return d->exit != PL_EXIT_PASS && d->exit != PL_EXIT_FAIL;
}

static void errors(struct screen *s)
{
    const struct pl_chain_diff *d = s->d;
    if (d->error.status != PL_OK) {
        pl_buf_printf(s->out, "error[%s]: the %s chain: ", pl_status_name(d->error.status),
                      d->error_is_old ? "old" : "new");
        quoted(s, d->error.text);
        pl_buf_add_byte(s->out, '\n');
    }
    for (int i = 0; i < 2; i++) {
        const struct pl_chain_view *v = i == 0 ? &d->old : &d->now;
        for (size_t k = 0; k < v->errors.n; k++) {
            pl_buf_printf(s->out, "error: the %s chain: ", i == 0 ? "old" : "new");
            quoted(s, v->errors.v[k]);
            pl_buf_add_byte(s->out, '\n');
        }
    }
}

static void verdict(struct screen *s)
{
    const struct pl_chain_diff *d = s->d;
    pl_paint(s->out, s->options, d->exit == PL_EXIT_PASS ? "1;32" : "1;31");
    pl_buf_printf(s->out, "plumb: %s",
                  is_error(d)               ? "ERROR"
                  : d->exit == PL_EXIT_PASS ? "NOT WORSE"
                                            : "WORSE");
    pl_paint(s->out, s->options, "0");
    pl_buf_add_byte(s->out, ' ');
    quoted(s, d->old.subject);
    pl_buf_add_str(s->out, " -> ");
    quoted(s, d->now.subject);
    if (is_error(d))
        pl_buf_printf(s->out, " exit %d (%s)", (int)d->exit, pl_exit_name(d->exit));
    for (size_t i = 0; i < d->worse.n; i++)
        pl_buf_printf(s->out, "%s%s%s", i == 0 ? " (" : "; ", d->worse.v[i], i + 1 == d->worse.n ? ")" : "");
    pl_buf_add_byte(s->out, '\n');
}

void pl_chain_diff_text(const struct pl_chain_diff *d, const struct pl_write_options *options,
                        struct pl_buf *out)
{
    struct screen s = {.out = out, .d = d, .options = options};
    s.rows = options->is_verbose ? SIZE_MAX : options->row_limit == 0 ? DEFAULT_ROWS : options->row_limit;
    if (!options->is_quiet)
        errors(&s);
    if (!options->is_quiet && !is_error(d)) {
        side(&s, "old", &d->old);
        side(&s, "new", &d->now);
        part(&s, PART_WORSE, "components that are worse");
        part(&s, PART_CHANGED, "components that changed otherwise");
        part(&s, PART_CAME, "components that came");
        part(&s, PART_WENT, "components that went");
        pl_buf_printf(out, "\ncomponents: %llu came, %llu went, %llu changed, %llu the same\n",
                      (unsigned long long)d->came, (unsigned long long)d->went,
                      (unsigned long long)d->changed, (unsigned long long)d->same);
    }
    verdict(&s);
}

/* ---- JSON ---- */

static void level_value(struct pl_json *j, const char *key, bool has, unsigned level)
{
    pl_json_key(j, key);
    if (has)
        pl_json_u64(j, level);
    else
        pl_json_null(j);
}

static void chain_value(struct pl_json *j, const char *key, const struct pl_chain_view *v)
{
    pl_json_key(j, key);
    pl_json_object(j);
    pl_json_kv_quoted(j, "subject", v->subject);
    pl_json_kv_str(j, "verdict", pl_exit_name(v->exit));
    pl_json_kv_u64(j, "exit_code", (uint64_t)v->exit);
    level_value(j, "level", v->has_level, v->level);
    pl_json_kv_u64(j, "components", v->components.n);
    pl_json_end_object(j);
}

static void component_value(struct pl_json *j, const char *key, const struct pl_chain_component *c)
{
    pl_json_key(j, key);
    if (c == NULL) {
        pl_json_null(j);
        return;
    }
    pl_json_object(j);
    pl_json_kv_quoted(j, "key", c->key);
    pl_json_kv_quoted(j, "version", c->version);
    level_value(j, "own", c->has_own, c->own);
    level_value(j, "chain", c->has_chain, c->chain);
    pl_json_kv_quoted(j, "not_examined", c->not_examined);
    pl_json_key(j, "links");
    pl_json_object(j);
    for (int l = 0; l < PL_LINK_COUNT; l++)
        pl_json_kv_str(j, pl_link_name((enum pl_link)l), pl_verdict_name(c->links[l]));
    pl_json_end_object(j);
    pl_json_kv_str(j, "source", c->n_sources == 0 ? NULL : pl_how_name(c->how));
    pl_json_kv_u64(j, "unaccounted", c->unaccounted);
    pl_json_kv_u64(j, "opaque", c->opaque);
    pl_json_end_object(j);
}

static void error_values(struct pl_json *j, const struct pl_chain_diff *d)
{
    pl_json_key(j, "errors");
    pl_json_array(j);
    if (d->error.status != PL_OK) {
        pl_json_object(j);
        pl_json_kv_str(j, "side", d->error_is_old ? "old" : "new");
        pl_json_kv_quoted(j, "message", d->error.text);
        pl_json_end_object(j);
    }
    for (int i = 0; i < 2; i++) {
        const struct pl_chain_view *v = i == 0 ? &d->old : &d->now;
        for (size_t k = 0; k < v->errors.n; k++) {
            pl_json_object(j);
            pl_json_kv_str(j, "side", i == 0 ? "old" : "new");
            pl_json_kv_quoted(j, "message", v->errors.v[k]);
            pl_json_end_object(j);
        }
    }
    pl_json_end_array(j);
}

void pl_chain_diff_json(const struct pl_chain_diff *d, struct pl_buf *out)
{
    struct pl_json j;
    pl_json_init(&j, out, 1);
    pl_json_object(&j);
    pl_json_kv_str(&j, "schema", SCHEMA);
    pl_json_kv_str(&j, "verdict", is_error(d) ? "error" : d->exit == PL_EXIT_PASS ? "not worse" : "worse");
    pl_json_kv_u64(&j, "exit_code", (uint64_t)d->exit);
    pl_json_key(&j, "worse");
    pl_json_array(&j);
    for (size_t i = 0; i < d->worse.n; i++)
        pl_json_str(&j, d->worse.v[i]);
    pl_json_end_array(&j);
    chain_value(&j, "old", &d->old);
    chain_value(&j, "new", &d->now);
    pl_json_kv_str(&j, "level", pl_change_name(d->level));
    pl_json_key(&j, "components");
    pl_json_object(&j);
    pl_json_kv_u64(&j, "came", d->came);
    pl_json_kv_u64(&j, "went", d->went);
    pl_json_kv_u64(&j, "changed", d->changed);
    pl_json_kv_u64(&j, "same", d->same);
    pl_json_end_object(&j);
    pl_json_key(&j, "changes");
    pl_json_array(&j);
    for (size_t i = 0; i < d->changes.n; i++) {
        pl_json_object(&j);
        pl_json_key(&j, "worse");
        pl_json_bool(&j, d->changes.v[i].is_worse);
        component_value(&j, "old", d->changes.v[i].old);
        component_value(&j, "new", d->changes.v[i].now);
        pl_json_end_object(&j);
    }
    pl_json_end_array(&j);
    error_values(&j, d);
    pl_json_end_object(&j);
    pl_buf_add_byte(out, '\n');
}
