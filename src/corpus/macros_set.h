/*
 * macros_set.h - what macros.c fills and macros_expand.c reads; nobody else includes this.
 */
#ifndef PL_CORPUS_MACROS_SET_H
#define PL_CORPUS_MACROS_SET_H

#include "base/vec.h"
#include "corpus/macros.h"
#include "format/text/clit.h"

#define PL_MACRO_DEFINITIONS 12u /* of one name; more are forgotten */
#define PL_MACRO_PARAMETERS  32u
#define PL_MACRO_FILTER_BITS 65536u

#define PL_MACRO_NO_PARAMETER UINT32_MAX

struct macro {
    pl_bytes name;
    pl_bytes parameters; /* .p NULL: an object-like macro */
    pl_bytes body;
    uint32_t next; /* of the same slot: index + 1, or 0 */
    bool is_telling;
};

struct pl_macros {
    PL_VEC(struct macro) all; /* in the order they were added */
    uint32_t *slots;
    size_t n_slots; /* a power of two */
    uint64_t telling[PL_MACRO_FILTER_BITS /
                     64]; /* by hash: most words are no telling macro, and this says so at once */
};

/* The definitions of a name, oldest first; their number, at most PL_MACRO_DEFINITIONS. */
size_t pl_macros_find(const struct pl_macros *m, pl_bytes name,
                      const struct macro *out[PL_MACRO_DEFINITIONS]);

/* The next one of a list of parameters, without what is around it: a list may go over several lines. False at the end. */
bool pl_macro_parameter(pl_bytes *rest, pl_bytes *name);

/* What a word can be replaced by. */
struct macro_name {
    size_t n;
    const struct macro
        *found[PL_MACRO_DEFINITIONS]; /* as pl_macros_find() gives them; the first one stands for the name */
};

/*
 * Those that alone count for a use at `at`, because the file defines the name before it and ends that behind it; 0 where all do.
 */
size_t pl_macro_scope_find(const struct pl_macro_scope *s, size_t at, const struct macro_name *name,
                           const struct macro *out[PL_MACRO_DEFINITIONS]);

enum macro_word { WORD_PLAIN, WORD_NOT_ASKED, WORD_LINE, WORD_FILE };

/* A token of a body, as it is put in at each use. */
struct macro_token {
    pl_bytes text;
    const struct macro_name *name; /* NULL: no macro */
    enum pl_clit_kind kind;
    enum macro_word word;
    uint32_t parameter; /* which one of the list it is; PL_MACRO_NO_PARAMETER: none */
    bool has_space;
    bool is_mark; /* it is "#" */
};

/* A body and its list of parameters, read once. */
struct macro_body {
    const struct macro_token *tokens;
    size_t n;
    pl_bytes names[PL_MACRO_PARAMETERS];
    size_t n_names;
    bool is_variadic;
    bool has_too_many; /* parameters: never used */
};

/* macros_cache.c. Both live as long as the arena, or until the cache is emptied; NULL when out of memory. `cache` may be NULL. */
const struct macro_body *pl_macro_body(const struct pl_macros *m, struct pl_macro_cache *cache,
                                       struct pl_arena *arena, const struct macro *macro);
/* False when out of memory. *word and *name are what the cache or the set says of a word. */
bool pl_macro_name(const struct pl_macros *m, struct pl_macro_cache *cache, struct pl_arena *arena,
                   pl_bytes text, enum macro_word *word, const struct macro_name **name);
/* Between uses: forget everything when it has become much. */
void pl_macro_cache_limit(struct pl_macro_cache *cache);

#endif
