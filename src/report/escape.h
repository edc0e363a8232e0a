/*
 * escape.h - text from packages on its way into HTML, XML, Markdown, workflow commands and URIs.
 *
 * All but pl_uri_path() quote first (base/quote.h), so that no control, escape or bidirectional character gets through, and then spell out what
 * the format would read as its own.
 */
#ifndef PL_REPORT_ESCAPE_H
#define PL_REPORT_ESCAPE_H

#include "base/buf.h"

/* For HTML and XML 1.0, as text and in attribute values of either quote. */
void pl_markup(struct pl_buf *out, pl_bytes text);
/*
 * For Markdown: plain words that stay plain. No mark of CommonMark or its GitHub and GitLab dialects works in it; no mention, reference or
 * address becomes a link.
 */
void pl_markdown(struct pl_buf *out, pl_bytes text);
/* The same as code, which also holds in a table. */
void pl_markdown_code(struct pl_buf *out, pl_bytes text);
/* For the message, and for a property, of a workflow command: ::error file=PROPERTY::MESSAGE. */
void pl_workflow_message(struct pl_buf *out, pl_bytes text);
void pl_workflow_property(struct pl_buf *out, pl_bytes text);
/* As the path of a relative URI reference (RFC 3986 section 3.3), every byte told apart. */
void pl_uri_path(struct pl_buf *out, pl_bytes path);

#endif
