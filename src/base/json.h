/*
 * json.h - writing JSON whose bytes depend on the values alone.
 *
 * Members come out in the order they are written; strings are valid UTF-8 with control and other unsafe
 * characters as \u escapes; numbers are integers. Bytes that are not UTF-8 are written as U+FFFD, and the caller
 * who must not lose them writes pl_json_quoted() instead. RFC 8259.
 */
#ifndef PL_BASE_JSON_H
#define PL_BASE_JSON_H

#include "base/buf.h"

#define PL_JSON_MAX_DEPTH 32

struct pl_json {
    struct pl_buf *out;
    int depth;
    bool has_item[PL_JSON_MAX_DEPTH];
    bool after_key;
    int indent; /* spaces per level; 0 writes one line */
};

void pl_json_init(struct pl_json *j, struct pl_buf *out, int indent);
void pl_json_object(struct pl_json *j); /* opens */
void pl_json_array(struct pl_json *j);
void pl_json_end_object(struct pl_json *j);
void pl_json_end_array(struct pl_json *j);
void pl_json_key(struct pl_json *j, const char *key);
void pl_json_string(struct pl_json *j, pl_bytes value);
void pl_json_str(struct pl_json *j, const char *value); /* NULL writes null */
/* pl_quote() first, so that every byte can be told from the result. For names and text from packages. */
void pl_json_quoted(struct pl_json *j, pl_bytes value);
void pl_json_u64(struct pl_json *j, uint64_t value);
void pl_json_i64(struct pl_json *j, int64_t value);
void pl_json_bool(struct pl_json *j, bool value);
void pl_json_null(struct pl_json *j);

/* A key and its value in one call. */
void pl_json_kv_str(struct pl_json *j, const char *key, const char *value);
void pl_json_kv_quoted(struct pl_json *j, const char *key, const char *value); /* NULL writes null */
void pl_json_kv_u64(struct pl_json *j, const char *key, uint64_t value);
void pl_json_kv_offset(struct pl_json *j, const char *key, uint64_t offset); /* PL_NO_OFFSET writes null */
/* An error as an object: status, subject, offset, message, hint. */
void pl_json_err(struct pl_json *j, const struct pl_err *e);

#endif
