/*
 * json_in.h - reading foreign JSON piece by piece, so that every complaint can name its byte and line.
 *
 * The caller asks for what he expects next. The first thing that is not as expected makes the reader bad, and it stays bad: all calls give
 * false, zeros and no bytes from then on, and pl_json_in_done() tells why. RFC 8259; besides, an object names each key once (where the caller
 * checks it: pl_json_in_fail()), strings hold no NUL and no lone surrogate, numbers are integers, and depth is bounded.
 */
#ifndef PL_BASE_JSON_IN_H
#define PL_BASE_JSON_IN_H

#include "base/arena.h"

#define PL_JSON_IN_MAX_DEPTH 32

enum pl_json_kind {
    PL_JSON_NOTHING, /* the text ends, or no value begins here */
    PL_JSON_OBJECT,
    PL_JSON_ARRAY,
    PL_JSON_STRING,
    PL_JSON_NUMBER,
    PL_JSON_BOOL,
    PL_JSON_NULL
};

struct pl_json_in {
    pl_bytes all; /* borrowed */
    size_t at;
    size_t value_at; /* where the value or key that was read last begins */
    int depth;
    bool has_item[PL_JSON_IN_MAX_DEPTH];
    struct pl_arena *arena; /* strings that are spelled with escapes; others are views of `all` */
    size_t max_string_bytes;
    const char *what; /* begins every message: "report" */
    pl_status why;
    struct pl_err err;
};

void pl_json_in_init(struct pl_json_in *j, pl_bytes all, struct pl_arena *arena, size_t max_string_bytes,
                     const char *what);
/* What begins here, without reading it. */
enum pl_json_kind pl_json_in_peek(struct pl_json_in *j);

bool pl_json_in_object(struct pl_json_in *j); /* opens */
bool pl_json_in_array(struct pl_json_in *j);
/* The next key of the open object; false once it is closed. */
bool pl_json_in_key(struct pl_json_in *j, pl_bytes *key);
/* Is there one more item in the open array? False once it is closed. */
bool pl_json_in_item(struct pl_json_in *j);

bool pl_json_in_string(struct pl_json_in *j, pl_bytes *out);
bool pl_json_in_u64(struct pl_json_in *j, uint64_t *out);
bool pl_json_in_bool(struct pl_json_in *j, bool *out);
/* True when it is null, which is then read; false leaves what is there. */
bool pl_json_in_is_null(struct pl_json_in *j);
/* Read any value over, strictly. */
bool pl_json_in_skip(struct pl_json_in *j);

/* Make the reader bad: the complaint is about byte `at`. Only the first one counts. Gives false. */
bool pl_json_in_fail(struct pl_json_in *j, size_t at, pl_status st, const char *fmt, ...) PL_PRINTF(4, 5);
/* PL_OK when all was as asked for and nothing but blanks follows; else what went wrong first. */
PL_MUST_USE pl_status pl_json_in_done(struct pl_json_in *j, struct pl_err *err);

#endif
