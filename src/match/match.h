/*
 * match.h - the ladder: rungs that explain bytes of a file, each a row of rungs.def.
 *
 * A rung looks at the bytes of a file that nothing has claimed yet, claims what it can prove in f->ledger, and names itself, its
 * source and its grade in the claim. The ledger is settled between rungs, so the first rung that holds wins. A rung never prints,
 * never decides a verdict, and adds findings only for what it can show.
 */
#ifndef PL_MATCH_MATCH_H
#define PL_MATCH_MATCH_H

#include "corpus/codebase.h"
#include "corpus/index.h"
#include "corpus/literals.h"
#include "corpus/tables.h"
#include "match/toolchain.h"
#include "model/file.h"
#include "model/limits.h"

/* The package is laid out like its source. */
struct pl_layout {
    bool is_release; /* an archive of the source itself, or a folder of it */
    bool is_folder;  /* paths have no leading folder to cut off */
};

struct pl_scripts;
struct pl_small_templates;
struct pl_java_tree;
struct pl_pieces;
struct pl_names;
struct pl_explanation;

/* What a rung may look at. One per worker thread; everything but the arenas is shared and read-only. */
struct pl_match {
    const struct pl_index *index;
    struct pl_scripts *scripts; /* atoms of the sources, made when first asked for; NULL: nobody asks */
    struct pl_pieces *pieces;   /* tokens of what autotools read, likewise */
    struct pl_java_tree *java;  /* names and constants of .java files, likewise */
    struct pl_small_templates *small_templates; /* of the sources; NULL: short files have none */
    const struct pl_literals
        *literals; /* string literals of the sources; NULL when no binary asked for them */
    const struct pl_toolchain *toolchain; /* functions of the toolchain's libraries; NULL as above */
    const struct pl_codebase *codebase;   /* functions of the sources; NULL as above */
    const struct pl_tables *tables;       /* initialiser lists of the sources; NULL as above */
    const struct pl_limits *limits;
    unsigned jobs;                  /* threads that may work on one file; 0: this one alone */
    const struct pl_layout *layout; /* NULL when its files are installed elsewhere */
    struct pl_arena *arena;         /* lives as long as the report: texts of claims and findings */
    struct pl_arena *scratch;       /* reset after each file */
    struct pl_file *const *files;   /* the whole package in walk order; only in PL_PASS_PACKAGE */
    size_t n_files;
    struct pl_names *names;             /* of the package, made when first asked for; only there, too */
    struct pl_match_kept *kept;         /* of the file being matched; match.c's own */
    struct pl_explanation *explanation; /* to be filled in for the file that is_asked; NULL: nobody asks */
    const struct pl_gram_set *prose;    /* pl_match_wanted_prose() of all files; NULL: whatever is asked */
};

/*
 * What rungs know of the sources: scripts, pieces, java and small_templates of an m that has an index, limits and jobs. Most of it is made when it is first
 * asked for. Copies of m share it; the one that was opened is closed when no other is in use, also after a failure.
 */
PL_MUST_USE pl_status pl_match_open(struct pl_match *m, struct pl_err *err);
void pl_match_close(struct pl_match *m);

enum pl_pass {
    PL_PASS_FILE,   /* needs this file alone; runs while the package is still being unpacked */
    PL_PASS_PACKAGE /* needs other files of the package (their names, digests, facts, small contents) */
};

/*
 * The functions and atoms of the image f, made when a rung first asks and kept until all rungs of the pass have seen f. *out is NULL when f
 * is no image of a known format.
 */
struct pl_code;
PL_MUST_USE pl_status pl_match_code(const struct pl_match *m, const struct pl_file *f,
                                    const struct pl_code **out, struct pl_err *err);

/*
 * Make them before any rung asks, for the pl_match_file() of this file that comes next with the same m; pl_match_drop() in every case after it. That they
 * cannot be made is told when a rung asks. PL_E_NOMEM.
 */
PL_MUST_USE pl_status pl_match_prepare(struct pl_match *m, const struct pl_file *f, struct pl_err *err);
void pl_match_drop(struct pl_match *m); /* accepts one that was not prepared */

/*
 * A byte for each byte of the file, zeros at first: what one rung notes there is kept for the others of the pass. NULL and err set when out of memory.
 */
uint8_t *pl_match_marks(const struct pl_match *m, const struct pl_file *f, struct pl_err *err);

struct pl_rung {
    const char *rule;   /* stable name, shown as the claim's rule: "debian.md5sums" */
    const char *what;   /* one sentence for plumb explain and docs */
    const char *source; /* where the behaviour is specified: "dh_md5sums(1)" */
    enum pl_pass pass;
    pl_status (*apply)(const struct pl_match *m, struct pl_file *f, struct pl_err *err);
};

/* All rungs in ladder order; *n is their number. Static storage. */
const struct pl_rung *const *pl_rungs(size_t *n);

/* Between the passes: what the rung text.words will look up for this file. */
PL_MUST_USE pl_status pl_match_wanted_prose(const struct pl_file *f, struct pl_arena *scratch,
                                            struct pl_gram_set *set, struct pl_err *err);

/* Apply one rung alone, for tests and tools; neither settles the ledger nor resets scratch. */
PL_MUST_USE pl_status pl_match_rung(const struct pl_match *m, const struct pl_rung *rung, struct pl_file *f,
                                    struct pl_err *err);
/* Run all rungs of one pass over one file. Scratch is reset between rungs. */
PL_MUST_USE pl_status pl_match_file(const struct pl_match *m, enum pl_pass pass, struct pl_file *f,
                                    struct pl_err *err);

/* In PL_PASS_PACKAGE: the file of this name in the control or data member of a .deb ("control", "usr/bin/xz"); NULL when none. */
struct pl_file *pl_match_control(const struct pl_match *m, const char *name);
struct pl_file *pl_match_data(const struct pl_match *m, pl_bytes name);

/* Does a word (as pl_words_next() cuts them) stand in any text of the sources or, where they are known, in a header of the build? */
bool pl_match_has_word(const struct pl_match *m, pl_bytes word);

/* A limit forbids to look further at f: what nothing has claimed is opaque, and a finding says why. */
PL_MUST_USE pl_status pl_match_give_up(struct pl_file *f, const char *why, struct pl_err *err);

/* Claim [offset, offset + length) of f; source may be NULL. The texts are borrowed. */
PL_MUST_USE pl_status pl_match_claim(struct pl_file *f, uint64_t offset, uint64_t length, enum pl_class class,
                                     enum pl_grade grade, const char *rule, const char *source,
                                     struct pl_err *err);

/*
 * Are so many functions of the image one function of the source each that it is made from that source, whatever its name and its strings say?
 * False where nobody looked. Thresholds: match.c.
 */
bool pl_match_is_of_source(const struct pl_file *f);

#endif
