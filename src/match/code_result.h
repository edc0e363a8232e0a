/*
 * code_result.h - a finished alignment of one image, and those who speak of it.
 *
 *     code_known.c    which functions are known for sure
 *     code_reach.c    how control reaches a function
 *     code_report.c   findings about functions and their atoms
 *     code_checks.c   findings about what is no ordinary function: entries, resolvers, system calls, gaps
 *     code_numbers.c  findings about numbers that no source has
 *     code_changed.c  findings about known functions with other calls than their source
 *     code_story.c    all that is known of one function, for plumb explain
 */
#ifndef PL_MATCH_CODE_RESULT_H
#define PL_MATCH_CODE_RESULT_H

#include "base/buf.h"
#include "match/code_align.h"
#include "match/match.h"

struct pl_code_result {
    const struct pl_match *m;
    struct pl_file *f;
    const struct pl_aligner *a;
    const struct pl_code_grade *grades; /* one a subject */
    uint32_t n_searched;                /* functions of the sources */
    uint32_t n_accounted;               /* subjects */
    uint64_t *at_home;                  /* hashes of imports that some matched function calls; sorted */
    size_t n_at_home;
    const bool *is_known; /* per subject: code_known.c */
    bool is_noisy;        /* so many of its imports are unexplained that our rules do not fit the file */
};

/* "src/xz/main.c:120-188"; NULL when m->arena is full. */
const char *pl_code_source_of(const struct pl_match *m, uint32_t definition);

/* Is there a named source for it? */
bool pl_code_end_is_accounted(enum pl_code_end end);

/* A way by which control or the address of a function comes to where it is needed. */
struct pl_code_way {
    const char *entry; /* "init_array[1]"; NULL when it is an instruction or a pointer */
    uint32_t subject;  /* that holds the instruction; PL_NO_TARGET when it is none */
    uint64_t offset;   /* byte in the file of the instruction, or address of the pointer */
    bool is_pointer;   /* in data */
};

/* The first `max` ways to a subject: entries, then callers that are accounted for, then others; pointers in data last. Gives their number. */
size_t pl_code_ways(const struct pl_code_result *r, uint32_t subject, struct pl_code_way *out, size_t max);
/* "init_array[1]", "main+0x3f", "a pointer at address 0x4010". */
void pl_code_add_way(struct pl_buf *out, const struct pl_code_result *r, const struct pl_code_way *way);
/* The source's name of it, else the image's, else "function at 0x1234". */
void pl_code_add_name(struct pl_buf *out, const struct pl_code_result *r, uint32_t subject);

/* "hash_file src/hash.c:10-44, 3 of 7 atoms, 12.3 bits". */
void pl_code_add_candidate(struct pl_buf *out, const struct pl_code_result *r, uint32_t subject, uint32_t id,
                           int32_t score);
/* How many facts of a subject a definition and what is inlined into it have. */
uint32_t pl_code_facts_found(const struct pl_aligner *a, const struct pl_subject *s, uint32_t id);
/* The function of the image that holds this byte of the file; PL_NO_TARGET when none does. */
uint32_t pl_code_function_holding(const struct pl_code *code, uint64_t offset);
/* "import not in source"; NULL when the atom is not among the foreign ones of its subject. */
const char *pl_code_mark_of(const struct pl_code_result *r, uint32_t subject, uint32_t atom);

/* Fill in r->at_home, in the match's scratch, and r->is_noisy. O(n log n) in the facts and atoms. */
PL_MUST_USE pl_status pl_code_find_homes(struct pl_code_result *r, struct pl_err *err);
/* Fill in r->is_known, in the match's scratch. O(subjects + definitions). */
PL_MUST_USE pl_status pl_code_find_known(struct pl_code_result *r, struct pl_err *err);
/* The one function of its name; PL_NO_DEFINITION when there are several, or none. Has a macro, or an object, the name? */
uint32_t pl_code_only_function(const struct pl_aligner *a, uint64_t name_hash, bool *has_macro);
/* Findings for a contradicted or misplaced subject. */
PL_MUST_USE pl_status pl_code_report(const struct pl_code_result *r, uint32_t subject, struct pl_err *err);
/* Findings for entries, resolvers, system calls, unwind entries and gaps. */
PL_MUST_USE pl_status pl_code_check(const struct pl_code_result *r, struct pl_err *err);
/* Fill in m->explanation for the function that holds the byte it asks for. */
PL_MUST_USE pl_status pl_code_story(const struct pl_code_result *r, struct pl_err *err);

/* Is it a number of 40 bits and more that neither a compiler makes nor small things side by side give? Drawn ones are, but for 1 of 8. */
bool pl_code_number_is_drawn(uint64_t v);
/* Findings for functions that hold such numbers, which no source has; of `severity` where the function is like none, or is known and has none in its source. */
PL_MUST_USE pl_status pl_code_check_numbers(const struct pl_code_result *r, enum pl_severity severity,
                                            struct pl_err *err);
/* Warnings about functions that are known and do not make the calls of their source. O(facts * log features + text). */
PL_MUST_USE pl_status pl_code_check_changed(const struct pl_code_result *r, struct pl_err *err);

#endif
