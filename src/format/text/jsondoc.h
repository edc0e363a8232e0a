/*
 * jsondoc.h - strict JSON: the whole text is checked, and the upper levels of it can be asked by name.
 *
 * For documents that decide about trust. Refused, beyond what RFC 8259 refuses: the same key twice in an object, a key with an escape in it,
 * a lone surrogate, text that is not UTF-8, and anything behind the value.
 */
#ifndef PL_FORMAT_TEXT_JSONDOC_H
#define PL_FORMAT_TEXT_JSONDOC_H

#include "base/arena.h"
#include "base/vec.h"

enum pl_json_kind {
    PL_JSON_OBJECT,
    PL_JSON_ARRAY,
    PL_JSON_STRING,
    PL_JSON_NUMBER,
    PL_JSON_TRUE,
    PL_JSON_FALSE,
    PL_JSON_NULL
};

/* Views of the text. Members are in the order of the text. */
struct pl_json_node {
    enum pl_json_kind kind;
    pl_bytes key;   /* no bytes for the root and for items of an array */
    pl_bytes value; /* from its first byte to its last; a string with its quotes */
    size_t first;   /* index of the first member that was kept; 0 when none was */
    size_t next;    /* index of the next member of the same object or array; 0 for the last */
};

struct pl_json_doc {
    PL_VEC(struct pl_json_node) nodes; /* [0] is the root */
};

/*
 * Check all of `text`, and keep the nodes down to `keep_depth` levels below the root (values deeper than that are still checked).
 * PL_E_INPUT names the byte; PL_E_LIMIT when it is nested more than 256 deep. The text must outlive the document. O(n) but for objects
 * of very many members.
 */
PL_MUST_USE pl_status pl_json_doc_read(pl_bytes text, unsigned keep_depth, struct pl_json_doc *out,
                                       struct pl_err *err);
void pl_json_doc_reset(struct pl_json_doc *doc);

/* The root; never NULL for a document that was read. */
const struct pl_json_node *pl_json_root(const struct pl_json_doc *doc);
/* The member of that name; NULL when there is none, and when `object` is NULL or no object. */
const struct pl_json_node *pl_json_get(const struct pl_json_doc *doc, const struct pl_json_node *object,
                                       const char *key);
/* Going through members: the first, then the next; NULL at the end. */
const struct pl_json_node *pl_json_first(const struct pl_json_doc *doc, const struct pl_json_node *parent);
const struct pl_json_node *pl_json_next(const struct pl_json_doc *doc, const struct pl_json_node *one);
size_t pl_json_count(const struct pl_json_doc *doc, const struct pl_json_node *parent);

/* What a string says, escapes undone: a view of the text when there are none, else in the arena. false when it is no string or memory ends. */
bool pl_json_node_text(const struct pl_json_node *node, struct pl_arena *arena, pl_bytes *out);
/* The raw text between the quotes; no bytes when `node` is NULL, no string, or has an escape in it. */
pl_bytes pl_json_plain(const struct pl_json_node *node);
bool pl_json_is(const struct pl_json_node *node, const char *text);
/* A non-negative integer; false for anything else. */
bool pl_json_node_u64(const struct pl_json_node *node, uint64_t *out);

#endif
