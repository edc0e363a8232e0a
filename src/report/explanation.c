/*
 * explanation.c - an explanation of one byte, as text and as JSON.
 *
 * Text shows the source above the instructions. Everything that comes from the package or the source is quoted.
 */
#include "model/explanation.h"

#include "base/json.h"
#include "base/quote.h"
#include "base/size.h"
#include "report/parts.h"

#include <string.h>

#define DEFAULT_ROWS  60u
#define NOTE_COLUMN   58
#define MAX_TEXT      ((size_t)64 << 20)
#define SHOWN_ENCODED 8u

static void tenths(struct pl_buf *out, int64_t value)
{
    uint64_t v = value < 0 ? (uint64_t)-value : (uint64_t)value;
    pl_buf_printf(out, "%s%llu.%llu", value < 0 ? "-" : "", (unsigned long long)(v / 10),
                  (unsigned long long)(v % 10));
}

static void quoted(struct pl_buf *out, const char *text)
{
    pl_quote(out, pl_bytes_of_str(text));
}

static void range(struct pl_buf *out, uint64_t offset, uint64_t length)
{
    pl_buf_printf(out, "0x%llx +", (unsigned long long)offset);
    pl_add_thousands(out, length);
    pl_buf_add_str(out, length == 1 ? " byte" : " bytes");
}

static void head(struct pl_buf *out, const struct pl_explanation *x, const struct pl_write_options *o)
{
    const struct pl_claim *c = &x->claim;
    pl_paint(out, o, "1");
    quoted(out, x->path);
    pl_buf_printf(out, " @ 0x%llx", (unsigned long long)x->offset);
    pl_paint(out, o, "0");
    pl_buf_printf(out, "  %s\n  class      %s", x->kind, pl_class_name(c->class));
    if (c->grade != PL_GRADE_NONE)
        pl_buf_printf(out, ", grade %s", pl_grade_name(c->grade));
    pl_buf_printf(out, "\n  rule       %s\n  range      ", c->rule);
    range(out, c->offset, c->length);
    pl_buf_add_byte(out, '\n');
    if (c->source != NULL && c->source[0] != '\0') {
        pl_buf_add_str(out, "  source     ");
        quoted(out, c->source);
        pl_buf_add_byte(out, '\n');
    }
    if (c->note != NULL) {
        pl_buf_add_str(out, "  note       ");
        quoted(out, c->note);
        pl_buf_add_byte(out, '\n');
    }
}

static void candidate(struct pl_buf *out, const char *label, const struct pl_explained_function *f,
                      const struct pl_explained_candidate *c)
{
    pl_buf_printf(out, "  %-10s ", label);
    quoted(out, c->name);
    pl_buf_add_byte(out, ' ');
    quoted(out, c->path);
    pl_buf_printf(out, ":%u-%u  %u of %u atoms, score ", (unsigned)c->first_line, (unsigned)c->last_line,
                  (unsigned)c->found, (unsigned)f->atoms);
    tenths(out, c->score);
    pl_buf_add_str(out, " bits\n");
}

static void function(struct pl_buf *out, const struct pl_explained_function *f)
{
    pl_buf_add_str(out, "  function   ");
    range(out, f->offset, f->length);
    if (f->symbol != NULL) {
        pl_buf_add_str(out, ", in the image ");
        quoted(out, f->symbol);
    }
    pl_buf_printf(out, "\n  outcome    %s: %s\n", f->outcome, f->meaning);
    if (f->unit != NULL) {
        pl_buf_add_str(out, "  unit       ");
        quoted(out, f->unit);
        pl_buf_add_byte(out, '\n');
    }
    for (size_t i = 0; i < f->n_candidates; i++)
        candidate(out, i == 0 ? (f->is_matched ? "matched" : "nearest") : "next", f, &f->candidates[i]);
    if (f->n_candidates == 0)
        pl_buf_add_str(out, "  nearest    no source function has anything in common with it\n");
    if (f->is_matched) {
        pl_buf_add_str(out, "  margin     ");
        tenths(out, f->margin);
        pl_buf_add_str(out, " bits to the next that is no kin; evidence ");
        tenths(out, f->evidence);
        pl_buf_add_str(out, " bits\n");
    }
    pl_buf_add_str(out, "  searched   ");
    pl_add_thousands(out, f->searched);
    pl_buf_add_str(out, " source functions\n");
    for (size_t i = 0; i < f->n_ways; i++) {
        pl_buf_printf(out, "  %-10s ", i == 0 ? "reached" : "");
        quoted(out, f->ways[i]);
        pl_buf_add_byte(out, '\n');
    }
    if (f->n_ways == 0)
        pl_buf_add_str(out, "  reached    from nowhere that was found\n");
    if (f->all_ways > f->n_ways)
        pl_buf_printf(out, "             and from %zu places more\n", f->all_ways - f->n_ways);
}

static void source(struct pl_buf *out, const struct pl_explained_function *f,
                   const struct pl_write_options *o, size_t rows)
{
    pl_bytes left = f->source;
    uint32_t line = f->n_candidates == 0 ? 0 : f->candidates[0].first_line;
    size_t shown = 0;
    if (left.n == 0)
        return;
    pl_buf_add_byte(out, '\n');
    pl_paint(out, o, "1");
    pl_buf_printf(out, "  %s  ", f->is_matched ? "source" : "nearest source");
    quoted(out, f->candidates[0].path);
    pl_paint(out, o, "0");
    pl_buf_add_byte(out, '\n');
    while (left.n > 0 && shown++ < rows) {
        const uint8_t *end = memchr(left.p, '\n', left.n);
        size_t n = end == NULL ? left.n : (size_t)(end - left.p);
        pl_buf_printf(out, "  %6u | ", (unsigned)line++);
        for (size_t i = 0; i < n; i++)
            if (left.p[i] == '\t')
                pl_buf_add_str(out, "    ");
            else {
                size_t run = i;
                while (run < n && left.p[run] != '\t')
                    run++;
                pl_quote(out, pl_bytes_sub(left, i, run - i));
                i = run - 1;
            }
        pl_buf_add_byte(out, '\n');
        left = pl_bytes_from(left, n + (end != NULL));
    }
    if (left.n > 0 || f->is_source_cut)
        pl_buf_add_str(out, "         … cut (-v shows more)\n");
}

static void instruction(struct pl_buf *out, const struct pl_explained_line *line, bool is_asked,
                        const struct pl_write_options *o)
{
    size_t start = out->n;
    if (line->mark != NULL)
        pl_paint(out, o, "1;31");
    pl_buf_printf(out, "%c %8llx  ",
                  line->mark != NULL ? '!'
                  : is_asked         ? '>'
                                     : ' ',
                  (unsigned long long)line->offset);
    for (size_t i = 0; i < SHOWN_ENCODED; i++)
        if (i + 1 == SHOWN_ENCODED && line->bytes.n > SHOWN_ENCODED)
            pl_buf_add_str(out, "+  ");
        else if (i < line->bytes.n)
            pl_buf_printf(out, "%02x ", line->bytes.p[i]);
        else
            pl_buf_add_str(out, "   ");
    pl_buf_printf(out, " %s", line->text);
    if (line->note != NULL || line->mark != NULL) {
        int column = (int)(out->n - start);
        pl_buf_printf(out, "%*s", column < NOTE_COLUMN ? NOTE_COLUMN - column : 2, "");
        if (line->note != NULL)
            quoted(out, line->note);
        if (line->mark != NULL)
            pl_buf_printf(out, "  <- %s", line->mark);
    }
    if (line->mark != NULL)
        pl_paint(out, o, "0");
    pl_buf_add_byte(out, '\n');
}

static bool is_at(const struct pl_explained_line *line, uint64_t offset)
{
    return offset - line->offset < line->bytes.n;
}

/* A long function is shown around the byte that was asked for; what is foreign is always shown. */
static void instructions(struct pl_buf *out, const struct pl_explanation *x, const struct pl_write_options *o,
                         size_t rows)
{
    const struct pl_explained_function *f = &x->function;
    size_t asked = 0;
    bool is_gap = false;
    for (size_t i = 0; i < f->n_lines; i++)
        if (is_at(&f->lines[i], x->offset))
            asked = i;
    size_t first = asked > rows / 2 ? asked - rows / 2 : 0;
    pl_buf_add_byte(out, '\n');
    pl_paint(out, o, "1");
    pl_buf_add_str(out, "  instructions\n");
    pl_paint(out, o, "0");
    for (size_t i = 0; i < f->n_lines; i++) {
        bool is_shown = (i >= first && i - first < rows) || f->lines[i].mark != NULL;
        if (!is_shown && !is_gap)
            pl_buf_add_str(out, "         … (-v shows all)\n");
        if (is_shown)
            instruction(out, &f->lines[i], i == asked, o);
        is_gap = !is_shown;
    }
    if (f->is_cut)
        pl_buf_add_str(out, "         … cut here\n");
}

static void write_text(const struct pl_explanation *x, const struct pl_write_options *o, struct pl_buf *out)
{
    size_t rows = o->row_limit == 0 ? DEFAULT_ROWS : o->row_limit;
    if (o->is_verbose)
        rows = SIZE_MAX / 2;
    head(out, x, o);
    if (!x->has_function)
        return;
    function(out, &x->function);
    if (o->is_quiet)
        return;
    source(out, &x->function, o, rows);
    instructions(out, x, o, rows);
}

/* ---- JSON ---- */

static void signed_value(struct pl_json *j, const char *key, int64_t value)
{
    pl_json_key(j, key);
    pl_json_i64(j, value);
}

static void write_candidates(struct pl_json *j, const struct pl_explained_function *f)
{
    pl_json_key(j, "candidates");
    pl_json_array(j);
    for (size_t i = 0; i < f->n_candidates; i++) {
        const struct pl_explained_candidate *c = &f->candidates[i];
        pl_json_object(j);
        pl_json_kv_quoted(j, "name", c->name);
        pl_json_kv_quoted(j, "path", c->path);
        pl_json_kv_u64(j, "first_line", c->first_line);
        pl_json_kv_u64(j, "last_line", c->last_line);
        pl_json_kv_u64(j, "found", c->found);
        signed_value(j, "score_tenths", c->score);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
}

static void write_lines(struct pl_json *j, const struct pl_explained_function *f)
{
    pl_json_key(j, "instructions");
    pl_json_array(j);
    for (size_t i = 0; i < f->n_lines; i++) {
        const struct pl_explained_line *line = &f->lines[i];
        pl_json_object(j);
        pl_json_kv_u64(j, "offset", line->offset);
        pl_json_kv_u64(j, "address", line->address);
        pl_json_kv_u64(j, "length", line->bytes.n);
        pl_json_kv_str(j, "text", line->text);
        pl_json_kv_quoted(j, "refers_to", line->note);
        pl_json_kv_quoted(j, "foreign", line->mark);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
}

static void write_function(struct pl_json *j, const struct pl_explained_function *f)
{
    pl_json_object(j);
    pl_json_kv_u64(j, "offset", f->offset);
    pl_json_kv_u64(j, "length", f->length);
    pl_json_kv_u64(j, "address", f->address);
    pl_json_kv_quoted(j, "symbol", f->symbol);
    pl_json_kv_str(j, "outcome", f->outcome);
    pl_json_kv_quoted(j, "unit", f->unit);
    pl_json_kv_u64(j, "atoms", f->atoms);
    pl_json_kv_u64(j, "foreign", f->foreign);
    pl_json_key(j, "matched");
    pl_json_bool(j, f->is_matched);
    signed_value(j, "margin_tenths", f->margin);
    pl_json_kv_u64(j, "evidence_tenths", f->evidence);
    pl_json_kv_u64(j, "searched", f->searched);
    write_candidates(j, f);
    pl_json_key(j, "reached");
    pl_json_array(j);
    for (size_t i = 0; i < f->n_ways; i++)
        pl_json_quoted(j, pl_bytes_of_str(f->ways[i]));
    pl_json_end_array(j);
    pl_json_kv_u64(j, "reached_total", f->all_ways);
    pl_json_key(j, "source");
    pl_json_string(j, f->source);
    write_lines(j, f);
    pl_json_end_object(j);
}

static void write_json(const struct pl_explanation *x, struct pl_buf *out)
{
    struct pl_json j;
    pl_json_init(&j, out, 1);
    pl_json_object(&j);
    pl_json_kv_str(&j, "schema", "https://plumbline.dev/schema/explanation/1");
    pl_json_kv_quoted(&j, "subject", x->subject);
    pl_json_kv_quoted(&j, "path", x->path);
    pl_json_kv_str(&j, "kind", x->kind);
    pl_json_kv_u64(&j, "offset", x->offset);
    pl_json_key(&j, "claim");
    pl_json_object(&j);
    pl_json_kv_u64(&j, "offset", x->claim.offset);
    pl_json_kv_u64(&j, "length", x->claim.length);
    pl_json_kv_str(&j, "class", pl_class_name(x->claim.class));
    pl_json_kv_str(&j, "grade", pl_grade_name(x->claim.grade));
    pl_json_kv_str(&j, "rule", x->claim.rule);
    pl_json_kv_quoted(&j, "source", x->claim.source);
    pl_json_kv_quoted(&j, "note", x->claim.note);
    pl_json_end_object(&j);
    pl_json_key(&j, "function");
    if (x->has_function)
        write_function(&j, &x->function);
    else
        pl_json_null(&j);
    pl_json_end_object(&j);
    pl_buf_add_byte(out, '\n');
}

pl_status pl_explanation_write(const struct pl_explanation *x, const char *format,
                               const struct pl_write_options *options,
                               bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx,
                               struct pl_err *err)
{
    static const struct pl_write_options plain;
    struct pl_buf out;
    bool is_text = strcmp(format, "text") == 0;
    if (!is_text && strcmp(format, "json") != 0)
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "an explanation is text or json, not %s", format);
    pl_buf_init(&out, MAX_TEXT);
    if (is_text)
        write_text(x, options == NULL ? &plain : options, &out);
    else
        write_json(x, &out);
    return pl_buf_deliver(&out, put, ctx, "the explanation", err);
}
