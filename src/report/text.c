/*
 * text.c - the report for people: what was checked, what is wrong, where every byte went, the verdict last.
 *
 * Colour never carries meaning alone. Everything that comes from the package is quoted.
 */
#include "base/quote.h"
#include "base/size.h"
#include "report/parts.h"

#include <string.h>

#define DEFAULT_ROWS   20u
#define LISTED_HELPERS 8u

struct screen {
    struct pl_buf *out;
    const struct pl_report *r;
    const struct pl_write_options *options;
    size_t rows;
};

static void quoted(struct screen *s, const char *text)
{
    pl_quote(s->out, pl_bytes_of_str(text));
}

static const char *severity_color(enum pl_severity severity)
{
    return severity == PL_SEVERITY_ERROR ? "1;31" : severity == PL_SEVERITY_WARNING ? "1;33" : "1;36";
}

static const char *verdict_color(enum pl_verdict verdict)
{
    return verdict == PL_VERDICT_HOLDS ? "32" : verdict == PL_VERDICT_BROKEN ? "1;31" : "33";
}

static void git_line(struct screen *s, const struct pl_source_git *git)
{
    pl_buf_printf(s->out, "  %-10s %s%s", "", git->commit != NULL ? "swh:1:rev:" : "swh:1:dir:",
                  git->commit != NULL ? git->commit : git->tree);
    if (git->is_found)
        pl_buf_add_str(s->out, "  found: of all branches and tags it explains most bytes");
    if (git->signer != NULL)
        pl_buf_printf(s->out, "  signed by %s", git->signer);
    pl_buf_add_byte(s->out, '\n');
}

static void source_line(struct screen *s, const struct pl_report_source *x)
{
    pl_buf_printf(s->out, "  %-10s ", x->is_helper ? "helper" : "source");
    quoted(s, x->name);
    if (x->missing != NULL) {
        pl_buf_add_str(s->out, "  (missing)  ");
        quoted(s, x->missing);
        pl_buf_add_byte(s->out, '\n');
        return;
    }
    pl_buf_printf(s->out, "  (%s)  ", pl_how_name(x->how));
    pl_add_count(s->out, x->files, "file", "files");
    pl_buf_add_str(s->out, ", ");
    pl_add_count(s->out, x->bytes, "byte", "bytes");
    pl_buf_add_byte(s->out, '\n');
    if (x->git != NULL && !x->is_helper)
        git_line(s, x->git);
}

/* A bundle may hold code of a hundred packages: their names would push the verdict off the screen. */
static void helpers_line(struct screen *s, size_t n)
{
    uint64_t files = 0;
    uint64_t bytes = 0;
    for (size_t i = 0; i < s->r->sources.n; i++) {
        const struct pl_report_source *x = &s->r->sources.v[i];
        files += x->is_helper ? x->files : 0;
        bytes += x->is_helper ? x->bytes : 0;
    }
    pl_buf_printf(s->out, "  %-10s %zu other sources that it may hold code of  ", "helpers", n);
    pl_add_thousands(s->out, files);
    pl_buf_add_str(s->out, " files, ");
    pl_add_thousands(s->out, bytes);
    pl_buf_add_str(s->out, " bytes; -v lists them\n");
}

static void head(struct screen *s)
{
    const struct pl_report *r = s->r;
    if (r->subject_name[0] == '\0') /* no subject at all: the error says so */
        return;
    pl_paint(s->out, s->options, "1");
    quoted(s, r->subject_name);
    pl_paint(s->out, s->options, "0");
    if (r->subject_size > 0) {
        pl_buf_add_str(s->out, "  ");
        pl_add_thousands(s->out, r->subject_size);
        pl_buf_add_str(s->out, " bytes");
    }
    if (r->subject_purl != NULL && strcmp(r->subject_purl, r->subject_name) != 0) {
        pl_buf_add_str(s->out, "  ");
        quoted(s, r->subject_purl);
    }
    pl_buf_add_byte(s->out, '\n');
    size_t helpers = 0;
    for (size_t i = 0; i < r->sources.n; i++)
        helpers += r->sources.v[i].is_helper && r->sources.v[i].missing == NULL;
    bool is_short = helpers > LISTED_HELPERS && !s->options->is_verbose;
    for (size_t i = 0; i < r->sources.n; i++)
        if (!is_short || !r->sources.v[i].is_helper || r->sources.v[i].missing != NULL)
            source_line(s, &r->sources.v[i]);
    if (is_short)
        helpers_line(s, helpers);
}

static void links(struct screen *s)
{
    if (s->r->errors.n > 0)
        return;
    for (int l = 0; l < PL_LINK_COUNT; l++) {
        const struct pl_link_result *link = &s->r->links[l];
        pl_buf_printf(s->out, "  %-10s ", pl_link_name((enum pl_link)l));
        pl_paint(s->out, s->options, verdict_color(link->verdict));
        pl_buf_printf(s->out, "%-10s", pl_verdict_name(link->verdict));
        pl_paint(s->out, s->options, "0");
        pl_buf_add_byte(s->out, ' ');
        quoted(s, link->why);
        pl_buf_add_byte(s->out, '\n');
    }
    pl_buf_add_byte(s->out, '\n');
}

/* Instructions stand above the rest, as a listing. */
static void facts(struct screen *s, const struct pl_finding *f)
{
    for (int i = 0; i < PL_FINDING_FACTS && f->facts[i].name != NULL; i++) {
        if (strncmp(f->facts[i].name, "atom[", 5) == 0)
            pl_buf_add_str(s->out, "   |  ");
        else {
            pl_buf_add_str(s->out, "   = ");
            quoted(s, f->facts[i].name);
            pl_buf_add_str(s->out, ": ");
        }
        pl_quote_some(s->out, f->facts[i].value, 160);
        pl_buf_add_byte(s->out, '\n');
    }
}

/* By which plumb waive knows it. */
static void id_line(struct screen *s, const struct pl_placed_finding *p)
{
    char id[19];
    if (pl_finding_id(p, id, NULL) == PL_OK)
        pl_buf_printf(s->out, "   = id: %s\n", id);
    else
        s->out->why = PL_E_NOMEM;
}

static void finding(struct screen *s, const struct pl_placed_finding *p)
{
    const struct pl_finding *f = p->finding;
    pl_paint(s->out, s->options, severity_color(f->severity));
    pl_buf_printf(s->out, "%s[", pl_severity_name(f->severity));
    quoted(s, f->tag);
    pl_buf_add_byte(s->out, ']');
    pl_paint(s->out, s->options, "0");
    pl_buf_add_str(s->out, ": ");
    quoted(s, f->message);
    pl_buf_add_str(s->out, "\n  --> ");
    pl_quote(s->out, pl_finding_path(s->r, p));
    pl_add_range(s->out, f);
    pl_buf_add_byte(s->out, '\n');
    facts(s, f);
    if (f->severity == PL_SEVERITY_ERROR)
        id_line(s, p);
}

/* Errors are never cut; notes are shown with -v only, warnings up to the row limit. */
static void findings(struct screen *s)
{
    size_t warnings = 0;
    size_t hidden[PL_SEVERITY_ERROR + 1] = {0};
    for (size_t i = 0; i < s->r->placed.n; i++) {
        enum pl_severity severity = s->r->placed.v[i].finding->severity;
        bool is_shown = severity == PL_SEVERITY_ERROR || s->options->is_verbose ||
                        (severity == PL_SEVERITY_WARNING && warnings < s->rows);
        if (!is_shown) {
            hidden[severity]++;
            continue;
        }
        warnings += severity == PL_SEVERITY_WARNING;
        finding(s, &s->r->placed.v[i]);
    }
    if (hidden[PL_SEVERITY_WARNING] > 0)
        pl_buf_printf(s->out, "… and %zu more warnings (-v lists them)\n", hidden[PL_SEVERITY_WARNING]);
    if (hidden[PL_SEVERITY_NOTE] > 0)
        pl_buf_printf(s->out, "%zu note%s (-v lists them)\n", hidden[PL_SEVERITY_NOTE],
                      hidden[PL_SEVERITY_NOTE] == 1 ? "" : "s");
    if (s->r->placed.n > 0)
        pl_buf_add_byte(s->out, '\n');
}

static void share_column(struct screen *s, uint64_t part, uint64_t whole)
{
    uint32_t ppm = pl_ppm(part, whole);
    pl_buf_printf(s->out, "  %3u.%02u%%  ", ppm / 10000, ppm % 10000 / 100);
}

static void class_row(struct screen *s, enum pl_class c)
{
    const struct pl_report *r = s->r;
    pl_add_column(s->out, r->bytes[c], 15);
    share_column(s, r->bytes[c], r->total_bytes);
    pl_buf_add_str(s->out, pl_class_name(c));
    if (c == PL_CLASS_DERIVED && r->bytes[c] > 0) {
        pl_buf_add_str(s->out, "  (grade A ");
        pl_add_thousands(s->out, r->grades[PL_GRADE_A]);
        pl_buf_add_str(s->out, ", B ");
        pl_add_thousands(s->out, r->grades[PL_GRADE_B]);
        pl_buf_add_str(s->out, ", C ");
        pl_add_thousands(s->out, r->grades[PL_GRADE_C]);
        pl_buf_add_byte(s->out, ')');
    }
    pl_buf_add_byte(s->out, '\n');
}

static void byte_table(struct screen *s)
{
    const struct pl_report *r = s->r;
    if (r->files.n == 0)
        return;
    pl_paint(s->out, s->options, "1");
    pl_buf_add_str(s->out, "          bytes    share  class\n");
    pl_paint(s->out, s->options, "0");
    for (int c = 0; c < PL_CLASS_COUNT; c++)
        if (r->bytes[c] > 0 || c == PL_CLASS_OPAQUE || c == PL_CLASS_UNACCOUNTED)
            class_row(s, (enum pl_class)c);
    pl_add_column(s->out, r->total_bytes, 15);
    pl_buf_printf(s->out, "  %7s  sum = size of all files (", r->total_bytes > 0 ? "100.00%" : "");
    size_t leaves = 0;
    for (size_t i = 0; i < r->files.n; i++)
        leaves += pl_is_leaf(r->files.v[i]);
    pl_add_count(s->out, leaves, "leaf", "leaves");
    pl_buf_add_str(s->out, ", ");
    pl_add_thousands(s->out, r->active_bytes);
    pl_buf_add_str(s->out, " bytes active, ");
    pl_add_thousands(s->out, r->passive_bytes);
    pl_buf_add_str(s->out, " passive)\n");
}

static void errors(struct screen *s)
{
    for (size_t i = 0; i < s->r->errors.n; i++) {
        const struct pl_err *e = &s->r->errors.v[i];
        pl_paint(s->out, s->options, "1;31");
        pl_buf_printf(s->out, "error[%s]", pl_status_name(e->status));
        pl_paint(s->out, s->options, "0");
        pl_buf_add_str(s->out, ": ");
        quoted(s, e->text);
        pl_buf_add_byte(s->out, '\n');
        if (e->subject[0] != '\0') {
            pl_buf_add_str(s->out, "  --> ");
            quoted(s, e->subject);
            if (e->offset != PL_NO_OFFSET)
                pl_buf_printf(s->out, " @ 0x%llx", (unsigned long long)e->offset);
            pl_buf_add_byte(s->out, '\n');
        }
        if (e->hint[0] != '\0') {
            pl_buf_add_str(s->out, "   = ");
            quoted(s, e->hint);
            pl_buf_add_byte(s->out, '\n');
        }
    }
}

static void verdict_line(struct screen *s)
{
    enum pl_exit code = s->r->exit;
    pl_paint(s->out, s->options,
             code == PL_EXIT_PASS           ? "1;32"
             : code == PL_EXIT_INCONCLUSIVE ? "1;33"
                                            : "1;31");
    pl_buf_printf(s->out, "plumb: %s", pl_verdict_word(code));
    pl_paint(s->out, s->options, "0");
    pl_buf_add_byte(s->out, ' ');
    pl_quote(s->out, pl_subject(s->r));
    pl_add_verdict_numbers(s->out, s->r);
    pl_buf_add_byte(s->out, '\n');
}

static void write_text(const struct pl_report *r, const struct pl_write_options *options, struct pl_buf *out)
{
    struct screen s = {.out = out, .r = r, .options = options};
    s.rows = options->row_limit == 0 ? DEFAULT_ROWS : options->row_limit;
    if (!options->is_quiet) {
        head(&s);
        links(&s);
        findings(&s);
        byte_table(&s);
        errors(&s);
        pl_add_policy(out, r, options);
    }
    verdict_line(&s);
}

const struct pl_report_format pl_report_format_text = {.name = "text", .write = write_text};
