/*
 * diff_text.c - a diff for people: what fell, what was lost, what became unaccounted, the verdict last.
 */
#include "base/quote.h"
#include "report/diff.h"
#include "report/parts.h"

#define DEFAULT_ROWS 20u
#define NAME_COLUMN  11

struct screen {
    struct pl_buf *out;
    const struct pl_diff *d;
    const struct pl_write_options *options;
    size_t rows;
};

static void quoted(struct screen *s, const char *text)
{
    pl_quote(s->out, pl_bytes_of_str(text));
}

static void side(struct screen *s, const char *label, const struct pl_report *r)
{
    pl_buf_printf(s->out, "%s  ", label);
    pl_paint(s->out, s->options, "1");
    quoted(s, r->subject_name);
    pl_paint(s->out, s->options, "0");
    pl_buf_add_str(s->out, "  ");
    if (r->subject_purl != NULL) {
        quoted(s, r->subject_purl);
        pl_buf_add_str(s->out, "  ");
    }
    pl_buf_add_str(s->out, pl_verdict_word(r->exit));
    pl_add_verdict_numbers(s->out, r);
    pl_buf_add_byte(s->out, '\n');
}

static void change(struct screen *s, enum pl_change c)
{
    pl_paint(s->out, s->options, c == PL_CHANGE_FELL ? "1;31" : c == PL_CHANGE_ROSE ? "32" : "0");
    pl_buf_printf(s->out, "%-9s", pl_change_name(c));
    pl_paint(s->out, s->options, "0");
}

static void links(struct screen *s)
{
    const struct pl_diff *d = s->d;
    pl_buf_printf(s->out, "\n  %-*s", NAME_COLUMN, "level");
    change(s, d->level);
    pl_buf_printf(s->out, "LCAL-%u -> LCAL-%u\n", d->old->level, d->now->level);
    for (int l = 0; l < PL_LINK_COUNT; l++) {
        pl_buf_printf(s->out, "  %-*s", NAME_COLUMN, pl_link_name((enum pl_link)l));
        change(s, d->links[l]);
        pl_buf_printf(s->out, "%s -> %s", pl_verdict_name(d->old->links[l].verdict),
                      pl_verdict_name(d->now->links[l].verdict));
        if (d->links[l] != PL_CHANGE_SAME) {
            pl_buf_add_str(s->out, ": ");
            quoted(s, d->now->links[l].why);
        }
        pl_buf_add_byte(s->out, '\n');
    }
}

static void lost(struct screen *s)
{
    if (s->d->lost.n == 0)
        return;
    pl_buf_add_str(s->out, "\nevidence that was lost\n");
    for (size_t i = 0; i < s->d->lost.n; i++) {
        const struct pl_diff_evidence *e = &s->d->lost.v[i];
        pl_buf_printf(s->out, "  %s: ", e->what);
        quoted(s, e->old);
        if (e->now != NULL) {
            pl_buf_add_str(s->out, ", now ");
            quoted(s, e->now);
        }
        if (e->of != NULL) {
            pl_buf_add_str(s->out, " (");
            quoted(s, e->of);
            pl_buf_add_byte(s->out, ')');
        }
        pl_buf_add_byte(s->out, '\n');
    }
}

static void growth(struct screen *s, const char *what, uint64_t old, uint64_t now)
{
    if (old == now)
        return;
    pl_buf_printf(s->out, "  %s ", what);
    pl_add_thousands(s->out, old);
    pl_buf_add_str(s->out, " -> ");
    pl_add_thousands(s->out, now);
}

static void file_row(struct screen *s, const struct pl_diff_file *f)
{
    const struct pl_file *file = f->now != NULL ? f->now : f->old;
    pl_buf_add_str(s->out, "  ");
    pl_quote(s->out, file->path);
    pl_buf_printf(s->out, "  (%s%s)", pl_role_name(file->role),
                  f->now == NULL   ? ", gone"
                  : f->old == NULL ? ", new"
                                   : "");
    growth(s, "unaccounted", f->old_unaccounted, f->now_unaccounted);
    growth(s, "opaque", f->old_opaque, f->now_opaque);
    pl_buf_add_byte(s->out, '\n');
}

static bool has_grown(const struct pl_diff_file *f)
{
    return f->now_unaccounted > f->old_unaccounted || f->now_opaque > f->old_opaque;
}

static void files(struct screen *s)
{
    size_t shown = 0;
    size_t hidden = 0;
    for (int turn = 0; turn < 2; turn++) /* what is worse stands first and is never cut */
        for (size_t i = 0; i < s->d->files.n; i++) {
            const struct pl_diff_file *f = &s->d->files.v[i];
            if (!has_grown(f) || f->is_worse != (turn == 0))
                continue;
            if (turn == 1 && shown >= s->rows) {
                hidden++;
                continue;
            }
            if (shown++ == 0)
                pl_buf_add_str(s->out, "\nbytes that nothing explains any more\n");
            file_row(s, f);
        }
    if (hidden > 0)
        pl_buf_printf(s->out, "  … and %zu more (-v lists them)\n", hidden);
}

static void finding(struct screen *s, const struct pl_report *r, const struct pl_placed_finding *p)
{
    const struct pl_finding *f = p->finding;
    pl_paint(s->out, s->options,
             f->severity == PL_SEVERITY_ERROR     ? "1;31"
             : f->severity == PL_SEVERITY_WARNING ? "1;33"
                                                  : "1;36");
    pl_buf_printf(s->out, "  %s[", pl_severity_name(f->severity));
    quoted(s, f->tag);
    pl_buf_add_byte(s->out, ']');
    pl_paint(s->out, s->options, "0");
    pl_buf_add_str(s->out, ": ");
    quoted(s, f->message);
    pl_buf_add_str(s->out, "\n    --> ");
    pl_quote(s->out, pl_finding_path(r, p));
    pl_add_range(s->out, f);
    pl_buf_add_byte(s->out, '\n');
}

/* Errors are never cut; notes are shown with -v only. */
static void findings(struct screen *s, const char *title, size_t from, size_t n)
{
    size_t rows = 0;
    size_t hidden = 0;
    if (n == 0)
        return;
    pl_buf_printf(s->out, "\nfindings that %s\n", title);
    for (size_t i = from; i < from + n; i++) {
        const struct pl_diff_finding *f = &s->d->findings.v[i];
        const struct pl_placed_finding *p = f->now != NULL ? f->now : f->old;
        enum pl_severity severity = p->finding->severity;
        if (severity == PL_SEVERITY_ERROR || s->options->is_verbose ||
            (severity == PL_SEVERITY_WARNING && rows < s->rows)) {
            finding(s, f->now != NULL ? s->d->now : s->d->old, p);
            rows++;
        } else {
            hidden++;
        }
    }
    if (hidden > 0)
        pl_buf_printf(s->out, "  … and %zu more, no errors (-v lists them)\n", hidden);
}

static void counts(struct screen *s)
{
    const struct pl_diff *d = s->d;
    pl_buf_printf(s->out,
                  "\nfiles: %llu added, %llu removed, %llu changed, %llu the same; findings: %zu came, %zu "
                  "went, %zu stayed\n",
                  (unsigned long long)d->files_added, (unsigned long long)d->files_removed,
                  (unsigned long long)d->files_changed, (unsigned long long)d->files_same, d->came, d->went,
                  d->stayed);
}

static void errors_of(struct screen *s, const struct pl_report *r)
{
    for (size_t i = 0; i < r->errors.n; i++) {
        const struct pl_err *e = &r->errors.v[i];
        pl_buf_printf(s->out, "error[%s]: ", pl_status_name(e->status));
        quoted(s, e->text);
        pl_buf_add_str(s->out, "\n  --> ");
        quoted(s, e->subject[0] == '\0' ? r->subject_name : e->subject);
        pl_buf_add_byte(s->out, '\n');
        if (e->hint[0] != '\0') {
            pl_buf_add_str(s->out, "   = ");
            quoted(s, e->hint);
            pl_buf_add_byte(s->out, '\n');
        }
    }
}

static void verdict(struct screen *s)
{
    const struct pl_diff *d = s->d;
    bool is_error = d->old->errors.n + d->now->errors.n > 0;
    pl_paint(s->out, s->options, d->exit == PL_EXIT_PASS ? "1;32" : "1;31");
    pl_buf_printf(s->out, "plumb: %s", is_error ? "ERROR" : d->exit == PL_EXIT_PASS ? "NOT WORSE" : "WORSE");
    pl_paint(s->out, s->options, "0");
    pl_buf_add_byte(s->out, ' ');
    pl_quote(s->out, pl_subject(d->old));
    pl_buf_add_str(s->out, " -> ");
    pl_quote(s->out, pl_subject(d->now));
    if (is_error)
        pl_buf_printf(s->out, " exit %d (%s)", (int)d->exit, pl_exit_name(d->exit));
    for (size_t i = 0; i < d->worse.n; i++)
        pl_buf_printf(s->out, "%s%s%s", i == 0 ? " (" : "; ", d->worse.v[i], i + 1 == d->worse.n ? ")" : "");
    pl_buf_add_byte(s->out, '\n');
}

void pl_diff_write_text(const struct pl_diff *d, const struct pl_write_options *options, struct pl_buf *out)
{
    struct screen s = {.out = out, .d = d, .options = options};
    bool is_error = d->old->errors.n + d->now->errors.n > 0;
    s.rows = options->is_verbose ? SIZE_MAX : options->row_limit == 0 ? DEFAULT_ROWS : options->row_limit;
    if (!options->is_quiet && is_error) {
        errors_of(&s, d->old);
        errors_of(&s, d->now);
    } else if (!options->is_quiet) {
        side(&s, "old", d->old);
        side(&s, "new", d->now);
        if (!d->is_same_package)
            pl_buf_add_str(out, "note: these are versions of two packages, not of one\n");
        links(&s);
        lost(&s);
        files(&s);
        findings(&s, "came", 0, d->came);
        findings(&s, "went", d->came, d->went);
        counts(&s);
    }
    verdict(&s);
}
