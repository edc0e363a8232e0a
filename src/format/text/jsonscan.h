/*
 * jsonscan.h - the members of a JSON object with their places in the text.
 */
#ifndef PL_FORMAT_TEXT_JSONSCAN_H
#define PL_FORMAT_TEXT_JSONSCAN_H

#include "base/bytes.h"

/* One member of an object, or one item of an array. Views of the text. */
struct pl_json_member {
    pl_bytes key;   /* raw, between its quotes; no bytes in an array */
    pl_bytes value; /* from its first byte to its last: "…" with quotes, {…}, […], a number or word */
    size_t offset;  /* where the member begins: at the blank, comma or brace before its key */
    size_t length;  /* up to where the next one begins, or the closing brace */
};

/* Going through one object or array. */
struct pl_json_members {
    pl_bytes all;
    size_t at;
    bool is_array;
    bool is_bad; /* not JSON, or nested more than 256 deep: nothing that came before is to be trusted */
    bool is_done;
    size_t end; /* once done: the byte of the closing brace */
};

/* `value` is the text of an object or array, blanks before it allowed. is_bad when it is neither. */
struct pl_json_members pl_json_members_of(pl_bytes value);
bool pl_json_members_next(struct pl_json_members *m, struct pl_json_member *out);

/* The value of the first member of that raw key; no bytes when it is not there or `object` is no object. */
pl_bytes pl_json_find(pl_bytes object, const char *key);
/* The text between the quotes of a string value, raw; no bytes for anything else. */
pl_bytes pl_json_text(pl_bytes value);
/* Do two values say the same, blanks between tokens aside? Order of members counts. */
bool pl_json_same(pl_bytes a, pl_bytes b);

#endif
