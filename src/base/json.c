/*
 * json.c - the canonical JSON writer.
 */
#include "base/json.h"
#include "base/quote.h"

#include <assert.h>
#include <string.h>

void pl_json_init(struct pl_json *j, struct pl_buf *out, int indent)
{
    *j = (struct pl_json){.out = out, .indent = indent};
}

static void new_line(struct pl_json *j)
{
    if (j->indent == 0)
        return;
    pl_buf_add_byte(j->out, '\n');
    size_t n = (size_t)j->depth * (size_t)j->indent;
    uint8_t *blanks = n == 0 ? NULL : pl_buf_grow(j->out, n);
    if (blanks != NULL)
        memset(blanks, ' ', n);
}

static void before_value(struct pl_json *j)
{
    if (j->after_key) {
        j->after_key = false;
        return;
    }
    if (j->depth == 0)
        return;
    if (j->has_item[j->depth - 1])
        pl_buf_add_byte(j->out, ',');
    j->has_item[j->depth - 1] = true;
    new_line(j);
}

static void open_with(struct pl_json *j, char bracket)
{
    assert(j->depth < PL_JSON_MAX_DEPTH);
    before_value(j);
    pl_buf_add_byte(j->out, (uint8_t)bracket);
    j->has_item[j->depth] = false;
    j->depth++;
}

static void close_with(struct pl_json *j, char bracket)
{
    assert(j->depth > 0);
    j->depth--;
    if (j->has_item[j->depth])
        new_line(j);
    pl_buf_add_byte(j->out, (uint8_t)bracket);
}

void pl_json_object(struct pl_json *j)
{
    open_with(j, '{');
}

void pl_json_array(struct pl_json *j)
{
    open_with(j, '[');
}

void pl_json_end_object(struct pl_json *j)
{
    close_with(j, '}');
}

void pl_json_end_array(struct pl_json *j)
{
    close_with(j, ']');
}

static void escape(struct pl_json *j, uint32_t c)
{
    switch (c) {
    case '"': pl_buf_add_str(j->out, "\\\""); return;
    case '\\': pl_buf_add_str(j->out, "\\\\"); return;
    case '\n': pl_buf_add_str(j->out, "\\n"); return;
    case '\t': pl_buf_add_str(j->out, "\\t"); return;
    default: break;
    }
    if (c < 0x10000) {
        pl_buf_printf(j->out, "\\u%04x", c);
    } else {
        c -= 0x10000;
        pl_buf_printf(j->out, "\\u%04x\\u%04x", 0xd800 + (c >> 10), 0xdc00 + (c & 0x3ff));
    }
}

/* Printable ASCII that stands for itself. */
static size_t plain_run(pl_bytes text)
{
    size_t n = 0;
    while (n < text.n && text.p[n] >= 0x20 && text.p[n] < 0x7f && text.p[n] != '\\' && text.p[n] != '"')
        n++;
    return n;
}

static void string_body(struct pl_json *j, pl_bytes value)
{
    pl_buf_add_byte(j->out, '"');
    while (value.n > 0) {
        uint32_t c = 0xfffd;
        size_t plain = plain_run(value);
        if (plain > 0) {
            pl_buf_add(j->out, pl_bytes_sub(value, 0, plain));
            value = pl_bytes_from(value, plain);
            continue;
        }
        size_t n = pl_utf8_next(value, &c);
        if (n == 0)
            pl_buf_add_str(j->out, "\xef\xbf\xbd");
        else if (c == '"' || c == '\\' || pl_is_unsafe_code_point(c))
            escape(j, c);
        else
            pl_buf_add(j->out, pl_bytes_sub(value, 0, n));
        value = pl_bytes_from(value, n == 0 ? 1 : n);
    }
    pl_buf_add_byte(j->out, '"');
}

void pl_json_key(struct pl_json *j, const char *key)
{
    before_value(j);
    string_body(j, pl_bytes_of_str(key));
    pl_buf_add_str(j->out, j->indent == 0 ? ":" : ": ");
    j->after_key = true;
}

void pl_json_string(struct pl_json *j, pl_bytes value)
{
    before_value(j);
    string_body(j, value);
}

void pl_json_str(struct pl_json *j, const char *value)
{
    if (value == NULL)
        pl_json_null(j);
    else
        pl_json_string(j, pl_bytes_of_str(value));
}

void pl_json_quoted(struct pl_json *j, pl_bytes value)
{
    struct pl_buf quoted;
    pl_buf_init(&quoted, SIZE_MAX / 2);
    pl_quote(&quoted, value);
    pl_json_string(j, pl_buf_bytes(&quoted));
    pl_buf_close_into(j->out, &quoted);
}

void pl_json_u64(struct pl_json *j, uint64_t value)
{
    before_value(j);
    pl_buf_printf(j->out, "%llu", (unsigned long long)value);
}

void pl_json_i64(struct pl_json *j, int64_t value)
{
    before_value(j);
    pl_buf_printf(j->out, "%lld", (long long)value);
}

void pl_json_bool(struct pl_json *j, bool value)
{
    before_value(j);
    pl_buf_add_str(j->out, value ? "true" : "false");
}

void pl_json_null(struct pl_json *j)
{
    before_value(j);
    pl_buf_add_str(j->out, "null");
}

void pl_json_kv_str(struct pl_json *j, const char *key, const char *value)
{
    pl_json_key(j, key);
    pl_json_str(j, value);
}

void pl_json_kv_quoted(struct pl_json *j, const char *key, const char *value)
{
    pl_json_key(j, key);
    if (value == NULL)
        pl_json_null(j);
    else
        pl_json_quoted(j, pl_bytes_of_str(value));
}

void pl_json_kv_u64(struct pl_json *j, const char *key, uint64_t value)
{
    pl_json_key(j, key);
    pl_json_u64(j, value);
}

void pl_json_kv_offset(struct pl_json *j, const char *key, uint64_t offset)
{
    pl_json_key(j, key);
    if (offset == PL_NO_OFFSET)
        pl_json_null(j);
    else
        pl_json_u64(j, offset);
}

void pl_json_err(struct pl_json *j, const struct pl_err *e)
{
    pl_json_object(j);
    pl_json_kv_str(j, "status", pl_status_name(e->status));
    pl_json_kv_quoted(j, "subject", e->subject);
    pl_json_kv_offset(j, "offset", e->offset);
    pl_json_kv_quoted(j, "message", e->text);
    pl_json_kv_quoted(j, "hint", e->hint);
    pl_json_end_object(j);
}
