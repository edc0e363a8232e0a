/*
 * macros.h - the macros of a source tree, and what a use of one expands to.
 *
 * Nothing is configured and no header is included: all definitions of a name count, wherever they stand and whatever #if is around them, and
 * a use is expanded once for each (its *ways*). That gives every text a build may get, and some that it does not.
 */
#ifndef PL_CORPUS_MACROS_H
#define PL_CORPUS_MACROS_H

#include "base/arena.h"
#include "base/buf.h"

struct pl_macros;

/* False when out of memory, as all of these. */
bool pl_macros_new(struct pl_macros **out);
void pl_macros_free(struct pl_macros *m); /* accepts NULL */
/* Every #define of a text, which must outlive the set. O(n). */
bool pl_macros_add_text(struct pl_macros *m, pl_bytes text);
/* One definition; parameters.p is NULL when it has no list of them. All are borrowed. */
bool pl_macros_add(struct pl_macros *m, pl_bytes name, pl_bytes parameters, pl_bytes body);
/* Once all are in: find those that can give a text or a name that does not stand in the source as it is. */
void pl_macros_finish(struct pl_macros *m);
/*
 * Each word that a body joins to a parameter: "_it" of "name##_it", which ends what comes out, "SSL_" of "SSL_##name", which begins it. False when `take` is.
 */
bool pl_macros_joined(const struct pl_macros *m, bool (*take)(void *ctx, pl_bytes word, bool is_front),
                      void *ctx);

/* From here on the set is read by many threads. */

enum pl_macro_use {
    PL_MACRO_ALONE = 1,    /* telling by itself */
    PL_MACRO_WITH_LIST = 2 /* telling with a list of arguments behind it */
};
/* How the word can be used as a telling macro; 0 when it cannot. O(1). */
unsigned pl_macros_use(const struct pl_macros *m, pl_bytes word);

/* Bodies as they were read, for many uses by one thread. NULL when out of memory; a run can do without. */
struct pl_macro_cache;
struct pl_macro_cache *pl_macro_cache_new(const struct pl_macros *m);
void pl_macro_cache_free(struct pl_macro_cache *cache); /* accepts NULL */

/* The #undef of a file, and each #define of a name that has one: what a name stands for between the two. */
#define PL_MACRO_MARKS 512u
struct pl_macro_mark {
    pl_bytes name;
    size_t at; /* of its line in the text */
    size_t
        closes; /* of an #undef: where the #if that it stands in ends, or goes on with another arm; SIZE_MAX: nowhere */
    long depth;  /* of an #undef: #if that are open there */
    bool is_end; /* #undef */
};
struct pl_macro_scope {
    pl_bytes text; /* borrowed */
    size_t n;
    bool is_full; /* it has more of them, and none is kept */
    struct pl_macro_mark marks[PL_MACRO_MARKS];
};
/* O(n) in the text, times the names with an #undef. The text is one that pl_macros_add_text() was given; of any other it finds nothing. */
void pl_macro_scope_read(struct pl_macro_scope *scope, pl_bytes text);

/* Uses of macros that share memory and a bound of the work. */
#define PL_MACRO_WAYS 24u /* of one use; a use that has more is not expanded in all of them */
struct pl_macro_run {
    const struct pl_macros *m;
    struct pl_arena *scratch;           /* the caller resets it */
    struct pl_macro_cache *cache;       /* may be NULL */
    size_t budget;                      /* tokens that may still be touched */
    size_t max_steps;                   /* tokens made for one use; 0: as many as a text may take */
    const struct pl_macro_scope *scope; /* of the text that the uses stand in; may be NULL */
    size_t at;                          /* of the use in that text */
    pl_bytes path;                      /* of the file that the use stands in, for __FILE__ */
    uint32_t line_1based;
    bool
        has_place; /* some use depends on where it stands: __LINE__, __FILE__, a scope; the caller clears it */
};

/*
 * Expand the tokens of `text` in the way'th way, appended to `out` as C text on one line. *ways, 1 before the first way, grows to
 * how many there are: call for each way below it. What would
 * take too many steps or bytes gives nothing. False when out of memory.
 */
bool pl_macros_expand(struct pl_macro_run *run, pl_bytes text, size_t way, struct pl_buf *out, size_t *ways);

#endif
