/*
 * literals.h - the string literals of the source trees, decoded, for telling whose strings a binary holds.
 *
 * Built once, then read by many threads at once. docs/matching.md, "Strings and imports".
 */
#ifndef PL_CORPUS_LITERALS_H
#define PL_CORPUS_LITERALS_H

#include "corpus/headers.h"
#include "corpus/index.h"

struct pl_literals;

/* Why a string of a binary is explained; one row of the table in literals.c. A verdict reads strict rules only. */
struct pl_literal_rule {
    const char *name; /* "literal.equal" */
    bool is_strict;
    const char *what;   /* one sentence */
    const char *source; /* where the behaviour is specified */
};

struct pl_literal_hit {
    const struct pl_literal_rule *rule;
    const char *source; /* "src/main.c:120", in the arena that was given */
    pl_bytes text;      /* the literal itself; borrowed from the set */
    bool is_of_other;   /* of another package: a header of the build, or a tool's */
};

/*
 * Gather all literals, words, file names and macro texts of the program text in the index, and what that reaches of the headers
 * of its build. The index must outlive the set.
 * `jobs` threads; the result does not depend on it. Memory: about a third of the source text at most, usually a tenth.
 */
PL_MUST_USE pl_status pl_literals_build(const struct pl_index *ix, const struct pl_headers *headers,
                                        size_t n_headers, unsigned jobs, struct pl_literals **out,
                                        struct pl_err *err);
void pl_literals_free(struct pl_literals *l); /* accepts NULL */

/* All rules, strict ones first; static storage. */
const struct pl_literal_rule *pl_literal_rules(size_t *n);
/* Number of literals, for reports and tests. */
size_t pl_literals_count(const struct pl_literals *l);

/*
 * The first rule that explains `string` but those that need the whole source text (pl_literals_explain_text). *found is false and
 * *out untouched when none does. PL_E_NOMEM and PL_E_LIMIT from the arena only. O(n) for the strict rules; the
 * loose ones look at a bounded number of candidates.
 */
PL_MUST_USE pl_status pl_literals_explain(const struct pl_literals *l, pl_bytes string,
                                          struct pl_arena *arena, bool *found, struct pl_literal_hit *out,
                                          struct pl_err *err);

/* The same for many strings, on up to `jobs` threads; the result does not depend on it. hits[i].rule is NULL for strings that no rule explains. */
PL_MUST_USE pl_status pl_literals_explain_all(const struct pl_literals *l, const pl_bytes *strings, size_t n,
                                              unsigned jobs, struct pl_arena *arena,
                                              struct pl_literal_hit *hits, struct pl_err *err);
/*
 * Is `string` a literal, a word, the name of a file or a macro's text as the source has it, or one without its last line end? No rule is tried that puts a string together
 * from parts, so that the answer is cheap where it is none: of one long string all beginnings are asked for.
 */
PL_MUST_USE pl_status pl_literals_explain_literal(const struct pl_literals *l, pl_bytes string,
                                                  struct pl_arena *arena, bool *found,
                                                  struct pl_literal_hit *out, struct pl_err *err);

/*
 * Is `string` made of pieces of literals, one vector register each, the last one the end of a literal? *found and *out as above. For strings
 * aligned to a register. O(n) in all literals for each piece.
 */
#define PL_LITERAL_PIECE_BYTES 16u
PL_MUST_USE pl_status pl_literals_explain_pieces(const struct pl_literals *l, pl_bytes string,
                                                 struct pl_arena *arena, bool *found,
                                                 struct pl_literal_hit *out, struct pl_err *err);

/*
 * The last, loosest rules for many strings at once: is it (or is each of its lines) anywhere in the source text, as it stands or with C escapes? hits[i].rule is NULL
 * for strings that are not. One pass over the text, at about memory speed.
 */
PL_MUST_USE pl_status pl_literals_explain_text(const struct pl_literals *l, const pl_bytes *strings, size_t n,
                                               struct pl_arena *arena, struct pl_literal_hit *hits,
                                               struct pl_err *err);

/*
 * A literal of the same length (at least 8 bytes) that differs from `string` in one or two bytes: the one with the fewest, then the first
 * in source order. `string` may be such a literal without its last line end. out->rule is the literal's.
 */
PL_MUST_USE pl_status pl_literals_near(const struct pl_literals *l, pl_bytes string, struct pl_arena *arena,
                                       bool *found, struct pl_literal_hit *out, struct pl_err *err);

/* Does the source have a file whose path ends so? O(files). */
bool pl_literals_has_file(const struct pl_literals *l, pl_bytes suffix);

/* Was any header of the build given? */
bool pl_literals_has_headers(const struct pl_literals *l);

/* Where a word stands, as pl_literals_word() tells. */
enum pl_word_place {
    PL_WORD_IN_SOURCE, /* an identifier in the package's compiled source */
    PL_WORD_IN_HEADER, /* in a macro or inline function of a build dependency's header that the source reaches */
    PL_WORD_IN_MACRO,    /* made by ## in a use of a macro */
    PL_WORD_IN_BUILD,    /* a word of a file that says how to build, or of debian/control */
    PL_WORD_LIBRARY,     /* soname of a library that a -dev package of the build links to */
    PL_WORD_IN_CPP,      /* an identifier of a C++ header of a build dependency, or a tag of a C header */
    PL_WORD_IN_TEMPLATE, /* in a literal of a script of the source, which may write it as code */
    PL_WORD_IN_INLINE, /* in an inline function that the source reaches, of a build dependency that is not of the toolchain */
    PL_WORD_JOINED_FRONT, /* a macro that the source reaches joins it to an argument: "SSL_" of SSL_##name */
    PL_WORD_JOINED_END,   /* "_it" of name##_it */
    PL_WORD_JOINED_CPP,   /* "Changed" of name##Changed in any header, where the source is C++ */
    PL_TEXT_OF_BUILD      /* the build files define a macro as this text: -DNAME="text", a line of config.h */
};

/* Is the word there? *source, when not NULL, is "src/main.c:12", in `arena`; NULL when the arena has no room. O(1). */
bool pl_literals_word(const struct pl_literals *l, enum pl_word_place place, pl_bytes word,
                      struct pl_arena *arena, const char **source);

#endif
