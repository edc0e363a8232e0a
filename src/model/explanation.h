/*
 * explanation.h - why a byte of a file is in its class; for code, its function with everything that was compared.
 */
#ifndef PL_MODEL_EXPLANATION_H
#define PL_MODEL_EXPLANATION_H

#include "base/arena.h"
#include "model/ledger.h"
#include "plumbline/plumbline.h"

/* One instruction. */
struct pl_explained_line {
    uint64_t offset; /* bytes in the file */
    uint64_t address;
    pl_bytes bytes;
    const char *text; /* "call 0x1040" */
    const char *note; /* what it refers to, raw: the string, the import, the function; NULL */
    const char *mark; /* "import not in source"; NULL when it is not foreign */
};

/* A source function, and how well it fits. */
struct pl_explained_candidate {
    const char *name; /* raw, like path */
    const char *path;
    uint32_t first_line, last_line; /* counted from 1 */
    uint32_t found;                 /* atoms of the function that it has */
    int32_t score;                  /* tenths of a bit */
};

#define PL_EXPLAINED_CANDIDATES 3u
#define PL_EXPLAINED_WAYS       12u

struct pl_explained_function {
    uint64_t offset, length; /* bytes in the file */
    uint64_t address;
    const char *symbol; /* the image's name of it; NULL when stripped */
    const char
        *outcome; /* static: "matched", "placed", "misplaced", "contradicted", "unmatched", "runtime" */
    const char *meaning; /* static: one sentence on the outcome */
    const char *unit;    /* the source file around it; NULL when none is known */
    uint32_t atoms;
    uint32_t foreign;
    int32_t margin;    /* tenths of a bit, to the next candidate that is no kin */
    uint32_t evidence; /* tenths of a bit found */
    bool is_matched;   /* candidates[0] is the source function */
    struct pl_explained_candidate candidates[PL_EXPLAINED_CANDIDATES];
    size_t n_candidates;
    pl_bytes source; /* lines of candidates[0] */
    bool is_source_cut;
    uint32_t searched;                   /* source functions */
    const char *ways[PL_EXPLAINED_WAYS]; /* how control reaches it, raw */
    size_t n_ways;
    size_t all_ways; /* at least n_ways */
    struct pl_explained_line *lines;
    size_t n_lines;
    bool is_cut; /* there are more instructions */
};

struct pl_explanation {
    struct pl_arena arena; /* everything it points to */
    const char *subject;
    const char *path; /* of the file in the package */
    const char *kind;
    uint64_t size;
    uint64_t offset; /* that was asked for */
    struct pl_claim claim;
    bool has_function;
    struct pl_explained_function function;
};

#endif
