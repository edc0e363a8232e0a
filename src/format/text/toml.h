/*
 * toml.h - TOML as a flat list: one entry a value, with the names of all tables that it stands in.
 *
 *     [dependencies]                 dependencies|log|version = "1.0"
 *     log = { version = "1.0" }
 *
 * Source: toml.io, version 1.0.0. Values are compared as texts: strings decoded, blanks, comments and last commas left out; numbers and dates as written.
 */
#ifndef PL_FORMAT_TEXT_TOML_H
#define PL_FORMAT_TEXT_TOML_H

#include "base/arena.h"
#include "base/vec.h"

#define PL_TOML_SEPARATOR '\x1f' /* between the names of a path */
#define PL_TOML_DEPTH     32u    /* arrays and inline tables within each other */

struct pl_toml_entry {
    pl_bytes path;
    pl_bytes value;  /* of a table's header nothing */
    uint64_t offset; /* of the key, or of the header's bracket */
    uint64_t length; /* to the end of the value, or of the header */
    bool is_header;
};

struct pl_toml {
    PL_VEC(struct pl_toml_entry) list; /* in the order of the text */
};

/*
 * Read all of `text`; paths and values are in `arena`. PL_E_INPUT for what is no TOML, with its byte; PL_E_LIMIT for too deep, too many or too
 * much. Reset in every case. O(n) but for the names of tables around an entry, which are copied.
 */
PL_MUST_USE pl_status pl_toml_read(pl_bytes text, struct pl_arena *arena, struct pl_toml *out,
                                   struct pl_err *err);
void pl_toml_reset(struct pl_toml *t);

/* The first entry of that path that is no header; NULL when there is none. O(n). */
const struct pl_toml_entry *pl_toml_find(const struct pl_toml *t, pl_bytes path);

#endif
