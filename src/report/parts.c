/*
 * parts.c - the verdict in words, and where a finding is.
 */
#include "report/parts.h"

#include "base/digest.h"
#include "base/map.h"
#include "base/quote.h"

#include <stdlib.h>
#include <string.h>

void pl_paint(struct pl_buf *out, const struct pl_write_options *options, const char *code)
{
    if (options->use_color)
        pl_buf_printf(out, "\x1b[%sm", code);
}

void pl_add_column(struct pl_buf *out, uint64_t value, int width)
{
    struct pl_buf b;
    pl_buf_init(&b, 64);
    pl_add_thousands(&b, value);
    pl_buf_printf(out, "%*s%.*s", b.n < (size_t)width ? width - (int)b.n : 0, "", PL_ARG(pl_buf_bytes(&b)));
    pl_buf_close_into(out, &b);
}

const char *pl_verdict_word(enum pl_exit code)
{
    switch (code) {
    case PL_EXIT_PASS: return "PASS";
    case PL_EXIT_FAIL: return "FAIL";
    case PL_EXIT_INCONCLUSIVE: return "INCONCLUSIVE";
    default: return "ERROR";
    }
}

pl_bytes pl_subject(const struct pl_report *r)
{
    return pl_bytes_of_str(r->subject_purl != NULL ? r->subject_purl : r->subject_name);
}

bool pl_is_leaf(const struct pl_file *f)
{
    return f->type == PL_ENTRY_FILE && f->role != PL_ROLE_STRUCTURE;
}

size_t pl_count_findings(const struct pl_report *r, enum pl_severity severity)
{
    size_t n = 0;
    for (size_t i = 0; i < r->placed.n; i++)
        n += r->placed.v[i].finding->severity == severity;
    return n;
}

/* What passes because somebody accepted it, and until when. */
static void add_waivers(struct pl_buf *out, const struct pl_report *r)
{
    size_t live = 0;
    size_t old = 0;
    for (size_t i = 0; i < r->policy.waivers.n; i++)
        live += r->policy.waivers.v[i].findings > 0;
    for (size_t i = 0; i < r->placed.n; i++)
        old +=
            r->placed.v[i].finding->waiver != NULL && strcmp(r->placed.v[i].finding->waiver, "baseline") == 0;
    old += r->chain != NULL ? (size_t)r->chain->in_baseline : 0;
    if (old > 0)
        pl_buf_printf(out, ", %zu in the baseline", old);
    if (live > 0)
        pl_buf_printf(out, ", %zu waiver%s, next expiry %s", live, live == 1 ? "" : "s",
                      r->policy.next_expiry == NULL ? "unknown" : r->policy.next_expiry);
}

/* The rules of one component stand together. */
static size_t failing_components(const struct pl_report *r)
{
    const char *last = NULL;
    size_t n = 0;
    for (size_t i = 0; i < r->policy.rules.n; i++) {
        const struct pl_rule_result *x = &r->policy.rules.v[i];
        if (x->component == NULL || x->component == last || x->verdict != PL_RULE_FAIL)
            continue;
        last = x->component;
        n++;
    }
    return n;
}

static void add_chain_numbers(struct pl_buf *out, const struct pl_report *r)
{
    size_t failing = failing_components(r);
    pl_buf_printf(out, " chain LCAL-%u (", r->chain_level);
    pl_add_thousands(out, r->chain->components);
    pl_buf_printf(out, " component%s", r->chain->components == 1 ? "" : "s");
    if (r->policy.name != NULL) {
        pl_buf_add_str(out, ", ");
        pl_add_thousands(out, failing);
        pl_buf_printf(out, " fail%s the policy", failing == 1 ? "s" : "");
    }
    if (r->chain->unexamined > 0) {
        pl_buf_add_str(out, ", ");
        pl_add_thousands(out, r->chain->unexamined);
        pl_buf_add_str(out, " not examined");
    }
    add_waivers(out, r);
    pl_buf_add_byte(out, ')');
}

void pl_add_verdict_numbers(struct pl_buf *out, const struct pl_report *r)
{
    size_t n_errors = pl_count_findings(r, PL_SEVERITY_ERROR);
    if (r->errors.n > 0) {
        pl_buf_printf(out, " exit %d (%s)", (int)r->exit, pl_exit_name(r->exit));
        return;
    }
    if (r->chain != NULL) {
        add_chain_numbers(out, r);
        return;
    }
    pl_buf_printf(out, " LCAL-%u", r->level);
    if (r->violation > 0)
        pl_buf_printf(out, ", LCAL-%u violation", r->violation);
    pl_buf_printf(out, " (%zu finding%s, ", n_errors, n_errors == 1 ? "" : "s");
    pl_add_thousands(out, r->bytes[PL_CLASS_UNACCOUNTED]);
    pl_buf_add_str(out, " bytes unaccounted, ");
    pl_add_thousands(out, r->bytes[PL_CLASS_OPAQUE]);
    pl_buf_add_str(out, " opaque");
    add_waivers(out, r);
    pl_buf_add_byte(out, ')');
}

void pl_add_location(struct pl_buf *out, const struct pl_report *r, const struct pl_placed_finding *p)
{
    pl_bytes name = pl_bytes_of_str(r->subject_name);
    pl_bytes path = pl_finding_path(r, p);
    pl_buf_add(out, name);
    if (pl_bytes_eq(path, name))
        return;
    /* Only a folder has no digest of its own. */
    pl_buf_add_str(out, r->has_subject_digest ? "!/" : "/");
    pl_buf_add(out, path);
}

void pl_add_range(struct pl_buf *out, const struct pl_finding *f)
{
    if (f->offset != PL_NO_OFFSET)
        pl_buf_printf(out, " @ 0x%llx", (unsigned long long)f->offset);
    if (f->length == 0)
        return;
    pl_buf_add_str(out, " +");
    pl_add_thousands(out, f->length);
    pl_buf_add_str(out, f->length == 1 ? " byte" : " bytes");
    if (f->line > 0 && f->end_line > f->line)
        pl_buf_printf(out, ", lines %llu to %llu", (unsigned long long)f->line,
                      (unsigned long long)f->end_line);
    else if (f->line > 0)
        pl_buf_printf(out, ", line %llu", (unsigned long long)f->line);
}

static pl_status mark_hash(const struct pl_report *r, const struct pl_placed_finding *p, struct pl_buf *key,
                           uint64_t *out)
{
    pl_sha256 digest;
    pl_bytes path = pl_finding_path(r, p);
    pl_buf_clear(key);
    pl_buf_add_str(key, p->finding->tag);
    pl_buf_add_byte(key, 0);
    if (!pl_bytes_eq_str(path, r->subject_name))
        pl_buf_add(key, path);
    pl_status st = pl_buf_done(key, NULL);
    if (st == PL_OK)
        st = pl_sha256_of(pl_buf_bytes(key), &digest, NULL);
    *out = 0;
    for (int i = 0; i < 8 && st == PL_OK; i++)
        *out = *out << 8 | digest.b[i];
    return st;
}

static pl_status mark(const struct pl_report *r, size_t n, struct pl_map *seen, struct pl_mark *marks)
{
    struct pl_buf key;
    pl_status st = PL_OK;
    pl_buf_init(&key, 1 << 24);
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        pl_bytes hash = pl_bytes_of(&marks[i].hash, sizeof marks[i].hash);
        st = mark_hash(r, &r->placed.v[i], &key, &marks[i].hash);
        uint64_t *times = st == PL_OK ? pl_map_at(seen, hash) : NULL;
        marks[i].which = times == NULL ? 1 : ++*times;
        if (st == PL_OK && times == NULL)
            st = pl_map_set(seen, hash, 1, NULL);
    }
    pl_buf_reset(&key);
    return st;
}

struct pl_mark *pl_marks(const struct pl_report *r, size_t n)
{
    struct pl_map seen;
    struct pl_mark *marks = calloc(n + 1, sizeof *marks);
    if (marks == NULL)
        return NULL;
    pl_map_init(&seen);
    pl_status st = mark(r, n, &seen, marks);
    pl_map_reset(&seen);
    if (st == PL_OK)
        return marks;
    free(marks);
    return NULL;
}

pl_status pl_rule_mark(const struct pl_report *r, size_t i, struct pl_mark *out, struct pl_err *err)
{
    const struct pl_rule_result *x = &r->policy.rules.v[i];
    struct pl_mark mark = {.which = 1};
    struct pl_buf key;
    pl_sha256 digest;
    /* the rules of one component stand together */
    for (size_t k = i; k-- > 0 && r->policy.rules.v[k].component == x->component;)
        mark.which += strcmp(r->policy.rules.v[k].rule, x->rule) == 0;
    pl_buf_init(&key, 1 << 24);
    pl_buf_printf(&key, "%s%c%s%c%s", x->rule, 0, x->policy, 0, x->component == NULL ? "" : x->component);
    pl_status st = pl_buf_done(&key, err);
    if (st == PL_OK)
        st = pl_sha256_of(pl_buf_bytes(&key), &digest, err);
    pl_buf_reset(&key);
    for (int b = 0; b < 8 && st == PL_OK; b++)
        mark.hash = mark.hash << 8 | digest.b[b];
    if (st == PL_OK)
        *out = mark;
    return st;
}

void pl_add_rule_why(struct pl_buf *out, const struct pl_rule_result *rule)
{
    if (rule->component != NULL) {
        pl_quote_some(out, pl_bytes_of_str(rule->component), 1000);
        pl_buf_add_str(out, ": ");
    }
    pl_quote(out, pl_bytes_of_str(rule->why));
}

bool pl_is_unmet(const struct pl_rule_result *rule)
{
    return rule->verdict == PL_RULE_FAIL || rule->verdict == PL_RULE_WARN;
}

size_t pl_count_unmet(const struct pl_report *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->policy.rules.n; i++)
        n += pl_is_unmet(&r->policy.rules.v[i]);
    return n;
}

pl_bytes pl_rule_file(const struct pl_report *r, const struct pl_rule_result *rule, uint64_t *line)
{
    bool is_builtin = strncmp(rule->policy, "builtin:", strlen("builtin:")) == 0;
    *line = is_builtin || rule->line == 0 ? 1 : rule->line;
    return pl_bytes_of_str(is_builtin ? r->subject_name : rule->policy);
}
