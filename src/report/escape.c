/*
 * escape.c - one escaper a format; each takes quoted text byte by byte.
 *
 * Sources: XML 1.0 section 2.4; CommonMark 0.31 section 2.4 and 2.5 (entities never begin or end a construct); GitHub's workflow commands as the
 * runner reads them: % CR LF in messages, and : , in properties; RFC 3986.
 */
#include "report/escape.h"

#include "base/quote.h"

#include <string.h>

/* Quote `text` and hand on each byte. */
static void each_quoted(struct pl_buf *out, pl_bytes text, void (*add)(struct pl_buf *out, uint8_t byte))
{
    struct pl_buf quoted;
    pl_buf_init(&quoted, SIZE_MAX / 2);
    pl_quote(&quoted, text);
    for (size_t i = 0; i < quoted.n; i++)
        add(out, quoted.p[i]);
    pl_buf_close_into(out, &quoted);
}

static void add_markup(struct pl_buf *out, uint8_t byte)
{
    switch (byte) {
    case '&': pl_buf_add_str(out, "&amp;"); break;
    case '<': pl_buf_add_str(out, "&lt;"); break;
    case '>': pl_buf_add_str(out, "&gt;"); break;
    case '"': pl_buf_add_str(out, "&quot;"); break;
    case '\'': pl_buf_add_str(out, "&#39;"); break;
    default: pl_buf_add_byte(out, byte); break;
    }
}

void pl_markup(struct pl_buf *out, pl_bytes text)
{
    each_quoted(out, text, add_markup);
}

/* Hosts look for @name, #1, !1 and the like in what a reader sees; an empty comment in between hides them from that. */
static void add_markdown(struct pl_buf *out, uint8_t byte)
{
    if (byte != 0 && strchr("!\"#$%&'()*+.:<=>?@[\\]^_`{|}~", byte) != NULL)
        pl_buf_printf(out, "&#%u;", (unsigned)byte);
    else
        pl_buf_add_byte(out, byte);
    if (byte != 0 && strchr("!#$%&:@^~", byte) != NULL)
        pl_buf_add_str(out, "<!-- -->");
}

void pl_markdown(struct pl_buf *out, pl_bytes text)
{
    each_quoted(out, text, add_markdown);
}

static void add_markdown_code(struct pl_buf *out, uint8_t byte)
{
    if (byte != 0 && strchr("!\"#$&'()*+:<=>@[\\]^_`{|}~", byte) != NULL)
        pl_buf_printf(out, "&#%u;", (unsigned)byte);
    else
        pl_buf_add_byte(out, byte);
}

void pl_markdown_code(struct pl_buf *out, pl_bytes text)
{
    pl_buf_add_str(out, "<code>");
    each_quoted(out, text, add_markdown_code);
    pl_buf_add_str(out, "</code>");
}

static void add_message(struct pl_buf *out, uint8_t byte)
{
    if (byte == '%')
        pl_buf_add_str(out, "%25");
    else
        pl_buf_add_byte(out, byte);
}

void pl_workflow_message(struct pl_buf *out, pl_bytes text)
{
    each_quoted(out, text, add_message);
}

static void add_property(struct pl_buf *out, uint8_t byte)
{
    if (byte == ':')
        pl_buf_add_str(out, "%3A");
    else if (byte == ',')
        pl_buf_add_str(out, "%2C");
    else
        add_message(out, byte);
}

void pl_workflow_property(struct pl_buf *out, pl_bytes text)
{
    each_quoted(out, text, add_property);
}

static bool is_plain_in_path(uint8_t c)
{
    return pl_is_alnum(c) || (c != 0 && strchr("-._~/!+=@,", c) != NULL);
}

void pl_uri_path(struct pl_buf *out, pl_bytes path)
{
    for (size_t i = 0; i < path.n; i++)
        if (is_plain_in_path(path.p[i]))
            pl_buf_add_byte(out, path.p[i]);
        else
            pl_buf_printf(out, "%%%02X", (unsigned)path.p[i]);
}
