/*
 * html.c - the report as one page: no script, nothing loaded, readable anywhere and years later.
 *
 * A content security policy in the page forbids scripts and every request, should one of our escapers ever fail. Folded blocks are <details>.
 * All foreign text goes through pl_markup(). At most so many findings and files are listed as a browser still scrolls through; what is left out is
 * counted in its place.
 */
#include "base/quote.h"
#include "base/size.h"
#include "report/escape.h"
#include "report/html_style.h"
#include "report/parts.h"

#include <string.h>

#define MAX_FINDINGS   2000u
#define MAX_FILES      5000u
#define MAX_TEXT_BYTES 2000u

struct page {
    struct pl_buf *out;
    const struct pl_report *r;
};

static void raw(struct page *p, const char *html)
{
    pl_buf_add_str(p->out, html);
}

static void text(struct page *p, const char *s)
{
    pl_markup(p->out, pl_bytes_of_str(s));
}

static void some(struct page *p, pl_bytes s)
{
    bool is_cut = s.n > MAX_TEXT_BYTES;
    pl_markup(p->out, pl_bytes_sub(s, 0, MAX_TEXT_BYTES));
    if (is_cut) {
        raw(p, "… (");
        pl_add_thousands(p->out, s.n - MAX_TEXT_BYTES);
        raw(p, " bytes more)");
    }
}

static void count(struct page *p, size_t n, const char *one, const char *many)
{
    pl_add_thousands(p->out, n);
    raw(p, " ");
    raw(p, n == 1 ? one : many);
}

static const char *exit_tone(enum pl_exit code)
{
    return code == PL_EXIT_PASS ? "good" : code == PL_EXIT_INCONCLUSIVE ? "warn" : "bad";
}

static const char *verdict_tone(enum pl_verdict verdict)
{
    static const char *const tones[] = {[PL_VERDICT_UNCHECKED] = "none",
                                        [PL_VERDICT_HOLDS] = "good",
                                        [PL_VERDICT_BROKEN] = "bad",
                                        [PL_VERDICT_UNPROVEN] = "warn"};
    return tones[verdict];
}

static const char *severity_tone(enum pl_severity severity)
{
    return severity == PL_SEVERITY_ERROR ? "bad" : severity == PL_SEVERITY_WARNING ? "warn" : "none";
}

static void hex(struct page *p, const pl_sha256 *digest)
{
    char digits[PL_SHA256_HEX_BYTES];
    pl_hex(digest->b, PL_SHA256_BYTES, digits);
    pl_buf_printf(p->out, "<code>%s</code>", digits);
}

static void begin(struct page *p)
{
    raw(p, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
           "'unsafe-inline'; base-uri 'none'; "
           "form-action 'none'\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta "
           "name=\"referrer\" content=\"no-referrer\">\n"
           "<title>");
    raw(p, pl_verdict_word(p->r->exit));
    raw(p, " ");
    pl_markup(p->out, pl_subject(p->r));
    raw(p, "</title>\n<style>\n");
    for (size_t i = 0; pl_html_style[i] != NULL; i++)
        raw(p, pl_html_style[i]);
    raw(p, "</style>\n</head>\n<body>\n<main>\n");
}

/* One sentence that says what the verdict means. */
static const char *meaning(enum pl_exit code)
{
    switch (code) {
    case PL_EXIT_PASS: return "All that was asked was examined, and the policy holds.";
    case PL_EXIT_FAIL:
        return "Something contradicts the source or the publication, or the policy is not met.";
    case PL_EXIT_INCONCLUSIVE:
        return "Not all is explained or examined, and nothing contradicts: neither tampered nor clean can be "
               "said.";
    default: return "The check broke off: nothing is said about the package.";
    }
}

static void head(struct page *p)
{
    const struct pl_report *r = p->r;
    pl_buf_printf(
        p->out,
        "<header class=\"card head %s\">\n<div class=\"row\"><span class=\"pill verdict %s\">%s</span>",
        exit_tone(r->exit), exit_tone(r->exit), pl_verdict_word(r->exit));
    if (r->errors.n == 0)
        pl_buf_printf(p->out, "<b>LCAL-%u</b>", r->level);
    if (r->violation > 0)
        pl_buf_printf(p->out, "<span class=\"pill bad\">violates LCAL-%u</span>", r->violation);
    raw(p, "</div>\n<h1>");
    text(p, r->subject_name[0] == '\0' ? "no subject" : r->subject_name);
    raw(p, "</h1>\n<p class=\"soft\">");
    raw(p, meaning(r->exit));
    raw(p, "</p>\n<dl class=\"facts small\">\n");
    if (r->subject_purl != NULL) {
        raw(p, "<dt>package URL</dt><dd><code>");
        text(p, r->subject_purl);
        raw(p, "</code></dd>\n");
    }
    if (r->has_subject_digest) {
        raw(p, "<dt>size</dt><dd>");
        pl_add_thousands(p->out, r->subject_size);
        raw(p, " bytes</dd>\n<dt>SHA-256</dt><dd>");
        hex(p, &r->subject_sha256);
        raw(p, "</dd>\n");
    }
    raw(p, "</dl>\n</header>\n");
}

static void errors(struct page *p)
{
    if (p->r->errors.n == 0)
        return;
    raw(p, "<section>\n<h2>What kept the check from its end</h2>\n");
    for (size_t i = 0; i < p->r->errors.n; i++) {
        const struct pl_err *e = &p->r->errors.v[i];
        pl_buf_printf(p->out, "<div class=\"card finding bad\"><span class=\"pill bad\">%s</span>\n<h3>",
                      pl_status_name(e->status));
        text(p, e->text);
        raw(p, "</h3>\n");
        if (e->subject[0] != '\0') {
            raw(p, "<p><code>");
            text(p, e->subject);
            raw(p, "</code></p>\n");
        }
        if (e->hint[0] != '\0') {
            raw(p, "<p class=\"soft\">");
            text(p, e->hint);
            raw(p, "</p>\n");
        }
        raw(p, "</div>\n");
    }
    raw(p, "</section>\n");
}

static void links(struct page *p)
{
    static const char *const asks[PL_LINK_COUNT] = {
        [PL_LINK_SHIPPED] = "Is it in the product as it was published?",
        [PL_LINK_PUBLISHED] = "Was it published by whom it says?",
        [PL_LINK_SOURCED] = "Does it follow from its source?",
        [PL_LINK_ORIGIN] = "Is that source the project's own?",
    };
    raw(p, "<section>\n<h2>Links</h2>\n<ul class=\"links\">\n");
    for (int l = 0; l < PL_LINK_COUNT; l++) {
        const struct pl_link_result *link = &p->r->links[l];
        pl_buf_printf(p->out,
                      "<li class=\"card\"><div class=\"row\"><b>%s</b><span class=\"pill %s\">%s</span></div>"
                      "<span class=\"soft small\">%s</span><span class=\"small any\">",
                      pl_link_name((enum pl_link)l), verdict_tone(link->verdict),
                      pl_verdict_name(link->verdict), asks[l]);
        text(p, link->why);
        raw(p, "</span></li>\n");
    }
    raw(p, "</ul>\n</section>\n");
}

static const char *rule_tone(enum pl_rule_verdict verdict)
{
    return verdict == PL_RULE_FAIL   ? "bad"
           : verdict == PL_RULE_WARN ? "warn"
           : verdict == PL_RULE_PASS ? "good"
                                     : "none";
}

static void rule_row(struct page *p, const struct pl_rule_result *x)
{
    pl_buf_printf(p->out, "<tr><td><span class=\"pill %s\">%s</span></td><td><code>", rule_tone(x->verdict),
                  pl_rule_verdict_name(x->verdict));
    text(p, x->rule);
    raw(p, "</code></td><td>");
    text(p, x->why);
    if (x->reason != NULL) {
        raw(p, "<br><span class=\"soft\">");
        text(p, x->reason);
        raw(p, "</span>");
    }
    raw(p, "</td><td class=\"wide\"><code>");
    text(p, x->policy);
    pl_buf_printf(p->out, ":%llu</code></td></tr>\n", (unsigned long long)x->line);
}

static void waiver_row(struct page *p, const struct pl_waiver_result *x)
{
    raw(p, "<tr><td><span class=\"pill\">waiver</span></td><td><code>");
    text(p, x->id);
    raw(p, "</code></td><td>");
    text(p, x->state);
    raw(p, ": <code>");
    text(p, x->tag);
    raw(p, "</code>, ");
    count(p, x->findings, "finding", "findings");
    raw(p, ", ");
    pl_add_thousands(p->out, x->bytes);
    raw(p, " bytes, until ");
    text(p, x->expires);
    raw(p, ", ");
    text(p, x->owner);
    raw(p, "<br><span class=\"soft\">");
    text(p, x->reason);
    raw(p, "</span></td><td class=\"wide\"><code>");
    text(p, x->policy);
    pl_buf_printf(p->out, ":%llu</code></td></tr>\n", (unsigned long long)x->line);
}

static void policy(struct page *p)
{
    const struct pl_policy_result *x = &p->r->policy;
    if (x->rules.n + x->waivers.n == 0)
        return;
    raw(p, "<section>\n<h2>Policy <code>");
    text(p, x->name == NULL ? "default" : x->name);
    raw(p, "</code></h2>\n<div class=\"card scroll\"><table class=\"small\">\n"
           "<tr><th></th><th>rule</th><th>why</th><th class=\"wide\">line</th></tr>\n");
    for (size_t i = 0; i < x->rules.n; i++)
        rule_row(p, &x->rules.v[i]);
    for (size_t i = 0; i < x->waivers.n; i++)
        waiver_row(p, &x->waivers.v[i]);
    raw(p, "</table></div>\n</section>\n");
}

static void bar(struct page *p, const uint64_t by_class[PL_CLASS_COUNT], uint64_t total, const char *more)
{
    pl_buf_printf(p->out, "<div class=\"bar%s\" aria-hidden=\"true\">", more);
    for (int c = 0; c < PL_CLASS_COUNT; c++)
        if (by_class[c] > 0)
            pl_buf_printf(p->out, "<span class=\"c%d\" style=\"flex:%u 0 0\" title=\"%s\"></span>", c,
                          pl_ppm(by_class[c], total) + 1, pl_class_name((enum pl_class)c));
    raw(p, "</div>");
}

static const char *class_meaning(enum pl_class c)
{
    static const char *const meanings[PL_CLASS_COUNT] = {
        [PL_CLASS_IDENTICAL] = "the same bytes stand in the source",
        [PL_CLASS_DERIVED] = "follows from named source by a known transformation",
        [PL_CLASS_GENERATED] = "re-made here from named inputs and found equal",
        [PL_CLASS_TOOLCHAIN] = "put there by compiler, linker or packer",
        [PL_CLASS_STRUCTURE] = "headers, tables and padding that hold nothing else",
        [PL_CLASS_SIGNATURE] = "parsed as a signature, to its own end",
        [PL_CLASS_WAIVED] = "covered by a live waiver",
        [PL_CLASS_OPAQUE] = "could not be examined: nobody looked",
        [PL_CLASS_UNACCOUNTED] = "examined, and no source explains it",
    };
    return meanings[c];
}

static void class_row(struct page *p, enum pl_class c)
{
    const struct pl_report *r = p->r;
    uint32_t ppm = pl_ppm(r->bytes[c], r->total_bytes);
    pl_buf_printf(p->out, "<tr><td><span class=\"swatch c%d\"></span>%s</td><td class=\"n\">", (int)c,
                  pl_class_name(c));
    pl_add_thousands(p->out, r->bytes[c]);
    pl_buf_printf(p->out, "</td><td class=\"n\">%u.%02u%%</td><td class=\"soft wide\">%s", ppm / 10000,
                  ppm % 10000 / 100, class_meaning(c));
    if (c == PL_CLASS_DERIVED && r->bytes[c] > 0) {
        raw(p, " (grade A ");
        pl_add_thousands(p->out, r->grades[PL_GRADE_A]);
        raw(p, ", B ");
        pl_add_thousands(p->out, r->grades[PL_GRADE_B]);
        raw(p, ", C ");
        pl_add_thousands(p->out, r->grades[PL_GRADE_C]);
        raw(p, ")");
    }
    raw(p, "</td></tr>\n");
}

static void bytes(struct page *p)
{
    const struct pl_report *r = p->r;
    if (r->files.n == 0)
        return;
    raw(p, "<section>\n<h2>Where every byte went</h2>\n<div class=\"card\">\n");
    bar(p, r->bytes, r->total_bytes, "");
    raw(p, "\n<div class=\"scroll\"><table class=\"small\">\n<tr><th>class</th><th class=\"n\">bytes</th><th "
           "class=\"n\">share</th>"
           "<th class=\"wide\">meaning</th></tr>\n");
    for (int c = 0; c < PL_CLASS_COUNT; c++)
        if (r->bytes[c] > 0 || c == PL_CLASS_OPAQUE || c == PL_CLASS_UNACCOUNTED)
            class_row(p, (enum pl_class)c);
    raw(p, "<tr class=\"sum\"><td>sum</td><td class=\"n\">");
    pl_add_thousands(p->out, r->total_bytes);
    raw(p, "</td><td class=\"n\">100.00%</td><td class=\"soft wide\">size of all files: ");
    pl_add_thousands(p->out, r->active_bytes);
    raw(p, " bytes active, ");
    pl_add_thousands(p->out, r->passive_bytes);
    raw(p, " passive</td></tr>\n</table></div>\n</div>\n</section>\n");
}

static void facts(struct page *p, const struct pl_finding *f)
{
    bool is_listing = false;
    for (int i = 0; i < PL_FINDING_FACTS && f->facts[i].name != NULL; i++) {
        if (strncmp(f->facts[i].name, "atom[", 5) != 0)
            continue;
        raw(p, is_listing ? "\n" : "<pre>");
        some(p, f->facts[i].value);
        is_listing = true;
    }
    raw(p, is_listing ? "</pre>\n<dl class=\"facts small\">" : "<dl class=\"facts small\">");
    for (int i = 0; i < PL_FINDING_FACTS && f->facts[i].name != NULL; i++) {
        if (strncmp(f->facts[i].name, "atom[", 5) == 0)
            continue;
        raw(p, "<dt>");
        text(p, f->facts[i].name);
        raw(p, "</dt><dd class=\"mono\">");
        some(p, f->facts[i].value);
        raw(p, "</dd>");
    }
    raw(p, "</dl>\n");
}

static void tag_help(struct page *p, const char *tag)
{
    const struct pl_tag_info *info = pl_tag_find(tag);
    if (info == NULL)
        return;
    raw(p, "<details><summary>what this means, and what to do</summary><dl class=\"facts "
           "small\"><dt>meaning</dt><dd>");
    text(p, info->meaning);
    raw(p, "</dd><dt>honest causes</dt><dd>");
    text(p, info->benign);
    raw(p, "</dd><dt>known attacks</dt><dd>");
    text(p, info->attacks);
    raw(p, "</dd><dt>to resolve</dt><dd>");
    text(p, info->resolve);
    raw(p, "</dd></dl></details>\n");
}

static void finding(struct page *p, const struct pl_placed_finding *placed)
{
    const struct pl_finding *f = placed->finding;
    const char *tone = severity_tone(f->severity);
    pl_buf_printf(
        p->out,
        "<article class=\"card finding %s\"><div class=\"row\"><span class=\"pill %s\">%s</span><code>", tone,
        tone, pl_severity_name(f->severity));
    text(p, f->tag);
    raw(p, "</code>");
    if (f->waiver != NULL) {
        raw(p, "<span class=\"pill\">waived by ");
        text(p, f->waiver);
        raw(p, "</span>");
    }
    raw(p, "</div>\n<h3>");
    some(p, pl_bytes_of_str(f->message));
    raw(p, "</h3>\n<p class=\"small\"><code>");
    some(p, pl_finding_path(p->r, placed));
    pl_add_range(p->out, f);
    raw(p, "</code></p>\n");
    if (f->facts[0].name != NULL)
        facts(p, f);
    if (f->severity != PL_SEVERITY_NOTE)
        tag_help(p, f->tag);
    raw(p, "</article>\n");
}

static void findings(struct page *p)
{
    const struct pl_report *r = p->r;
    size_t n_errors = pl_count_findings(r, PL_SEVERITY_ERROR);
    size_t n_warnings = pl_count_findings(r, PL_SEVERITY_WARNING);
    size_t n_notes = r->placed.n - n_errors - n_warnings;
    size_t n = r->placed.n < MAX_FINDINGS ? r->placed.n : MAX_FINDINGS;
    size_t i = 0;
    if (r->errors.n > 0)
        return;
    raw(p, "<section>\n<h2>Findings</h2>\n<p class=\"soft small\" style=\"margin-bottom:.7rem\">");
    count(p, n_errors, "error", "errors");
    raw(p, ", ");
    count(p, n_warnings, "warning", "warnings");
    raw(p, ", ");
    count(p, n_notes, "note", "notes");
    raw(p, "</p>\n");
    for (; i < n && r->placed.v[i].finding->severity != PL_SEVERITY_NOTE; i++)
        finding(p, &r->placed.v[i]);
    if (i < n) {
        raw(p, "<details><summary>");
        count(p, n - i, "note", "notes");
        raw(p, "</summary><div>\n");
        for (; i < n; i++)
            finding(p, &r->placed.v[i]);
        raw(p, "</div></details>\n");
    }
    if (n < r->placed.n) {
        raw(p, "<p class=\"soft\">");
        count(p, r->placed.n - n, "finding", "findings");
        raw(p, " more, the least grave, are not listed here; the JSON report holds all.</p>\n");
    }
    raw(p, "</section>\n");
}

static void file_row(struct page *p, const struct pl_file *f)
{
    uint64_t by_class[PL_CLASS_COUNT];
    pl_ledger_totals(&f->ledger, by_class, NULL);
    raw(p, "<tr><td><code>");
    some(p, f->path);
    raw(p, "</code></td><td class=\"wide\">");
    text(p, f->kind);
    pl_buf_printf(p->out, "</td><td class=\"wide\">%s</td><td class=\"wide\">", pl_role_name(f->role));
    bar(p, by_class, f->size, " thin");
    raw(p, "</td><td class=\"n\">");
    pl_add_thousands(p->out, f->size);
    raw(p, "</td><td class=\"n\">");
    pl_add_thousands(p->out, by_class[PL_CLASS_OPAQUE] + by_class[PL_CLASS_UNACCOUNTED]);
    raw(p, "</td></tr>\n");
}

static bool is_explained(const struct pl_file *f)
{
    uint64_t by_class[PL_CLASS_COUNT];
    pl_ledger_totals(&f->ledger, by_class, NULL);
    return by_class[PL_CLASS_OPAQUE] + by_class[PL_CLASS_UNACCOUNTED] == 0;
}

/* Leaves that are explained to the last byte, or those that are not; containers are in neither list unless bytes of their own are left. */
static bool belongs(const struct pl_file *f, bool wants_explained)
{
    return f->size > 0 && is_explained(f) == wants_explained && (pl_is_leaf(f) || !wants_explained);
}

static size_t count_files(const struct pl_report *r, bool wants_explained)
{
    size_t n = 0;
    for (size_t i = 0; i < r->files.n; i++)
        n += belongs(r->files.v[i], wants_explained);
    return n;
}

static void file_table(struct page *p, bool wants_explained)
{
    size_t n = 0;
    raw(p,
        "<div class=\"scroll\"><table class=\"small\">\n<tr><th>path</th><th class=\"wide\">kind</th><th "
        "class=\"wide\">role</th>"
        "<th class=\"wide\">account</th><th class=\"n\">bytes</th><th class=\"n\">unexplained</th></tr>\n");
    for (size_t i = 0; i < p->r->files.n; i++)
        if (belongs(p->r->files.v[i], wants_explained) && n++ < MAX_FILES)
            file_row(p, p->r->files.v[i]);
    raw(p, "</table></div>\n");
    if (n > MAX_FILES) {
        raw(p, "<p class=\"soft\">");
        count(p, n - MAX_FILES, "file", "files");
        raw(p, " more are not listed here; the JSON report holds all.</p>\n");
    }
}

static void files(struct page *p)
{
    size_t n_open = count_files(p->r, false);
    size_t n_explained = count_files(p->r, true);
    if (p->r->files.n == 0)
        return;
    raw(p, "<section>\n<h2>Files</h2>\n<div class=\"card\">\n");
    if (n_open > 0) {
        raw(p, "<p class=\"small\">");
        count(p, n_open, "file holds", "files hold");
        raw(p, " bytes that nothing explains or nobody could examine:</p>\n");
        file_table(p, false);
    }
    if (n_explained > 0) {
        raw(p, "<details><summary>");
        count(p, n_explained, "file is", "files are");
        raw(p, " explained to the last byte</summary><div>\n");
        file_table(p, true);
        raw(p, "</div></details>\n");
    }
    raw(p, "</div>\n</section>\n");
}

static void source_row(struct page *p, const struct pl_report_source *s)
{
    raw(p, "<tr><td><code>");
    text(p, s->name);
    raw(p, "</code><br><span class=\"soft mono\">");
    text(p, s->uri);
    raw(p, "</span>");
    if (s->git != NULL && s->git->commit != NULL) {
        raw(p, "<br><span class=\"soft mono\">swh:1:rev:");
        text(p, s->git->commit);
        raw(p, "</span>");
    }
    pl_buf_printf(p->out, "</td><td>%s</td><td class=\"wide\">%s</td><td class=\"n\">", pl_how_name(s->how),
                  s->missing != NULL ? "missing"
                  : s->is_helper     ? "helper"
                                     : "own");
    pl_add_thousands(p->out, s->files);
    raw(p, "</td><td class=\"n wide\">");
    pl_add_thousands(p->out, s->bytes);
    raw(p, "</td></tr>\n");
}

static void evidence(struct page *p)
{
    const struct pl_report *r = p->r;
    if (r->sources.n == 0 && r->publication.n == 0)
        return;
    raw(p, "<section>\n<h2>Sources and evidence</h2>\n<div class=\"card\">\n");
    if (r->sources.n > 0)
        raw(p, "<div class=\"scroll\"><table class=\"small\">\n<tr><th>source</th><th>how</th><th "
               "class=\"wide\">rank</th>"
               "<th class=\"n\">files</th><th class=\"n wide\">bytes</th></tr>\n");
    for (size_t i = 0; i < r->sources.n; i++)
        source_row(p, &r->sources.v[i]);
    raw(p, r->sources.n > 0 ? "</table></div>\n" : "");
    if (r->publication.n > 0)
        raw(p, "<details><summary>how the publication was proven, step by step</summary><dl class=\"facts "
               "small\">\n");
    for (size_t i = 0; i < r->publication.n; i++) {
        raw(p, "<dt>");
        text(p, r->publication.v[i].what);
        raw(p, "</dt><dd><span class=\"mono\">");
        text(p, r->publication.v[i].uri);
        raw(p, "</span><br>");
        hex(p, &r->publication.v[i].sha256);
        raw(p, "</dd>\n");
    }
    raw(p, r->publication.n > 0 ? "</dl></details>\n" : "");
    raw(p, "</div>\n</section>\n");
}

static void write_html(const struct pl_report *r, const struct pl_write_options *options, struct pl_buf *out)
{
    struct page p = {.out = out, .r = r};
    (void)options; /* the reader folds and unfolds */
    begin(&p);
    head(&p);
    errors(&p);
    if (r->errors.n == 0)
        links(&p);
    policy(&p);
    findings(&p);
    bytes(&p);
    files(&p);
    evidence(&p);
    pl_buf_printf(out,
                  "<footer>plumb %s. A level says that the package follows from its source; it does not say "
                  "that the source is harmless."
                  "</footer>\n</main>\n</body>\n</html>\n",
                  PL_VERSION);
}

const struct pl_report_format pl_report_format_html = {
    .name = "html", .is_of_packages = true, .write = write_html};
