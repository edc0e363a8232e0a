/*
 * outcome_write.c - an outcome as text and as JSON; docs/outcome.schema.json describes the latter.
 */
#include "attest/outcome.h"
#include "base/json.h"
#include "base/quote.h"

#include <ctype.h>
#include <string.h>

#define MAX_BYTES ((size_t)256 << 20)

static const char *result_name(enum pl_step_result r)
{
    return r == PL_STEP_HOLDS ? "holds" : r == PL_STEP_FAILS ? "fails" : "not reached";
}

static void write_json(const struct pl_outcome *o, struct pl_buf *out)
{
    struct pl_json j;
    pl_json_init(&j, out, 1);
    pl_json_object(&j);
    pl_json_kv_str(&j, "schema", "https://plumbline.dev/schema/outcome/1");
    pl_json_kv_str(&j, "verb", o->verb);
    pl_json_kv_str(&j, "verdict", pl_exit_name(o->exit));
    pl_json_kv_u64(&j, "exit_code", (uint64_t)o->exit);
    pl_json_kv_quoted(&j, "subject", o->subject);
    pl_json_key(&j, "criteria");
    pl_json_array(&j);
    for (size_t i = 0; i < o->steps.n; i++) {
        const struct pl_outcome_step *s = &o->steps.v[i];
        pl_json_object(&j);
        pl_json_kv_str(&j, "name", s->name);
        pl_json_kv_quoted(&j, "wanted", s->wanted);
        pl_json_kv_str(&j, "result", result_name(s->result));
        pl_json_kv_quoted(&j, "why", s->why);
        pl_json_end_object(&j);
    }
    pl_json_end_array(&j);
    pl_json_key(&j, "facts");
    pl_json_array(&j);
    for (size_t i = 0; i < o->facts.n; i++) {
        pl_json_object(&j);
        pl_json_kv_str(&j, "name", o->facts.v[i].name);
        pl_json_kv_quoted(&j, "value", o->facts.v[i].value);
        pl_json_end_object(&j);
    }
    pl_json_end_array(&j);
    pl_json_key(&j, "errors");
    pl_json_array(&j);
    if (o->has_error)
        pl_json_err(&j, &o->error);
    pl_json_end_array(&j);
    pl_json_kv_str(&j, "tool", "plumb " PL_VERSION);
    pl_json_end_object(&j);
    pl_buf_add_byte(out, '\n');
}

static void add_quoted(struct pl_buf *out, const char *text)
{
    pl_quote(out, pl_bytes_of_str(text));
}

/* The first criterion that does not hold; NULL when all do. */
static const char *what_fails(const struct pl_outcome *o)
{
    for (size_t i = 0; i < o->steps.n; i++)
        if (o->steps.v[i].result == PL_STEP_FAILS)
            return o->steps.v[i].why;
    return NULL;
}

/* Lines of a value stand below each other: none of them begins a line of ours. */
static void add_value(struct pl_buf *out, const char *value)
{
    pl_bytes rest = pl_bytes_of_str(value);
    for (size_t end; (end = pl_bytes_find_byte(rest, '\n', 0)) != SIZE_MAX && end + 1 < rest.n;) {
        pl_quote(out, pl_bytes_sub(rest, 0, end));
        pl_buf_printf(out, "\n  %-11s ", "");
        rest = pl_bytes_from(rest, end + 1);
    }
    pl_quote(out, pl_bytes_ends(rest, PL_LIT("\n")) ? pl_bytes_sub(rest, 0, rest.n - 1) : rest);
}

static void write_verdict(const struct pl_outcome *o, struct pl_buf *out)
{
    pl_buf_add_str(out, "plumb: ");
    for (const char *c = pl_exit_name(o->exit); *c != '\0'; c++)
        pl_buf_add_byte(out, (uint8_t)toupper((unsigned char)*c));
    pl_buf_printf(out, " %s", o->verb);
    if (o->subject[0] != '\0') {
        pl_buf_add_byte(out, ' ');
        add_quoted(out, o->subject);
    }
    const char *why = o->has_error ? o->error.text : what_fails(o);
    if (why != NULL) {
        pl_buf_add_str(out, ": ");
        add_quoted(out, why);
    }
    pl_buf_add_byte(out, '\n');
}

static void write_text(const struct pl_outcome *o, const struct pl_write_options *options, struct pl_buf *out)
{
    for (size_t i = 0; i < o->steps.n && !options->is_quiet; i++) {
        const struct pl_outcome_step *s = &o->steps.v[i];
        pl_buf_printf(out, "  %-11s %-12s", s->name, result_name(s->result));
        add_quoted(out, s->why != NULL ? s->why : s->wanted);
        pl_buf_add_byte(out, '\n');
    }
    for (size_t i = 0; i < o->facts.n && !options->is_quiet; i++) {
        pl_buf_printf(out, "  %-11s ", o->facts.v[i].name);
        add_value(out, o->facts.v[i].value);
        pl_buf_add_byte(out, '\n');
    }
    if (o->has_error && o->error.hint[0] != '\0' && !options->is_quiet) {
        pl_buf_add_str(out, "  try: ");
        add_quoted(out, o->error.hint);
        pl_buf_add_byte(out, '\n');
    }
    write_verdict(o, out);
}

bool pl_is_outcome_format(const char *format)
{
    return strcmp(format, "json") == 0 || strcmp(format, "text") == 0;
}

static const struct pl_buf *document(const struct pl_outcome *o, const char *format)
{
    for (size_t i = 0; i < o->documents.n; i++)
        if (strcmp(o->documents.v[i].format, format) == 0)
            return &o->documents.v[i].bytes;
    return NULL;
}

pl_status pl_outcome_write(const struct pl_outcome *o, const char *format,
                           const struct pl_write_options *options,
                           bool (*put)(void *ctx, const void *bytes, size_t n), void *ctx, struct pl_err *err)
{
    static const struct pl_write_options plain;
    struct pl_buf out;
    const struct pl_buf *made = document(o, format);
    pl_buf_init(&out, MAX_BYTES);
    if (made != NULL)
        return put(ctx, made->p, made->n) ? PL_OK
                                          : pl_fail(err, PL_E_IO, PL_NO_OFFSET, "it could not be written");
    if (strcmp(format, "json") == 0)
        write_json(o, &out);
    else if (strcmp(format, "text") == 0)
        write_text(o, options == NULL ? &plain : options, &out);
    else
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "plumb %s does not write %s", o->verb, format);
    return pl_buf_deliver(&out, put, ctx, "it", err);
}
