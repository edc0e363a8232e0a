/*
 * npm_document.h - what a registry says of a package, read from its JSON by a process of its own.
 */
#ifndef PL_SUPPLY_NPM_DOCUMENT_H
#define PL_SUPPLY_NPM_DOCUMENT_H

#include "base/arena.h"
#include "base/buf.h"
#include "io/ask.h"

#define PL_NPM_SIGNATURES 16u
#define PL_NPM_KEYS       64u

struct pl_npm_signature {
    pl_bytes keyid;
    pl_bytes sig; /* base64 */
};

struct pl_npm_key {
    pl_bytes keyid;
    pl_bytes keytype;
    pl_bytes key; /* base64 */
};

/* Texts are in the arena; one that is missing, or no text, has no bytes. */
struct pl_npm_document {
    pl_bytes name;
    pl_bytes version;
    pl_bytes integrity;
    pl_bytes shasum;
    pl_bytes tarball;
    pl_bytes repository;
    pl_bytes directory;
    pl_bytes git_head;
    struct pl_npm_signature signatures[PL_NPM_SIGNATURES]; /* the first ones */
    size_t n_signatures;
    struct pl_npm_key keys[PL_NPM_KEYS]; /* the same */
    size_t n_keys;
    pl_bytes *versions; /* names of "versions" whose values are objects */
    size_t n_versions;
};

/*
 * Read a document of a version, of all versions, or of keys. Of `ask` only `limits`, `forking` and `is_here` are looked at. PL_E_INPUT: no JSON object
 * (err says at which byte). What was read of it, in the form that pl_npm_document_of() takes, is added to *kept, which may be NULL.
 */
PL_MUST_USE pl_status pl_npm_document_read(const struct pl_ask *ask, pl_bytes text, struct pl_arena *arena,
                                           struct pl_npm_document *out, struct pl_buf *kept,
                                           struct pl_err *err);
/* The same from what was kept; PL_E_INPUT when it is something else. */
PL_MUST_USE pl_status pl_npm_document_of(pl_bytes kept, const struct pl_limits *limits,
                                         struct pl_arena *arena, struct pl_npm_document *out,
                                         struct pl_err *err);

#endif
