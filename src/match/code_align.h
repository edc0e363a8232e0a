/*
 * code_align.h - which source function is each function of an image: what the files of the code matcher share.
 *
 *     code_facts.c   what a function of the image holds, in features of the codebase
 *     code_assembly.c  its instructions in a row, when it was written in assembly
 *     code_score.c   how well a source function fits it
 *     code_candidates.c  who is worth asking
 *     code_machine.c which sources are for another machine
 *     code_objects.c which variable stands at an address
 *     code_order.c   who is called between two calls that are known
 *     code_align.c   the best path through all functions in address order, several times
 *     code_yield.c   who has a source function that several fit, in the next pass
 *     code_adopt.c   a definition for what the path left alone
 *     code_grade.c   what that proves: grade, contradictions, misplaced atoms
 *     code_inlined.c  what a definition has when all is inlined that may be
 *     code_functions.c  the rung: claims and findings
 *
 * Scores are in tenths of a bit: the logarithm of how much rarer it is to find these features together by chance.
 */
#ifndef PL_MATCH_CODE_ALIGN_H
#define PL_MATCH_CODE_ALIGN_H

#include "base/vec.h"
#include "corpus/codebase.h"
#include "feature/code.h"

#define PL_FACT_ALTERNATIVES 5u
#define PL_NO_PLACE          UINT32_MAX
#define PL_CODE_EXPORT_SCORE 200 /* its name is the exported one */

/*
 * Does an atom that no source function has stand in the source all the same, by a strict rule? When `is_elsewhere` another unit has it, and
 * what is asked is whether headers of the build make it. NULL: nobody knows more.
 */
typedef pl_status (*pl_code_explain)(void *ctx, const struct pl_atom *atom, bool is_elsewhere,
                                     bool *is_explained, struct pl_err *err);

/* One atom of a function of the image; any of the alternatives explains it (puts, printf). */
struct pl_code_fact {
    uint32_t feature[PL_FACT_ALTERNATIVES];
    uint32_t atom; /* of the image */
    uint32_t
        name; /* feature: a text that no source has and that is the name of functions, __func__; else PL_NO_FEATURE */
    uint32_t file; /* unit: a text that no source has and that is its path, __FILE__; else UINT32_MAX */
    uint16_t weight;
    uint8_t n; /* alternatives that the sources have; 0: none has it */
    uint8_t kind;
    bool
        is_neutral; /* a compiler puts it there, or a rule explains it: found, it helps; missing, it says nothing */
};

struct pl_candidate {
    uint32_t id;
    int32_t score;
};

/* A caller's order of calls says that the subject may be this definition. */
struct pl_proposal {
    uint32_t subject;
    uint32_t id;
    int32_t weight;
};

#define PL_REF_NAMES 4u

/* A reference to data, and what the other functions that refer to it say of its name. */
struct pl_data_ref {
    uint32_t
        object; /* of pl_code.data; behind those, the distance of a field from the start of its structure */
    uint32_t name[PL_REF_NAMES]; /* features; one of them has to be mentioned */
    uint16_t weight;             /* tenths of a bit */
    uint8_t n;                   /* 0: nobody knows */
};

/* A function of the image while it is being matched; cold parts are with their owner. */
struct pl_subject {
    uint32_t function;     /* of the image */
    uint64_t size;         /* bytes, cold parts too */
    struct pl_shape shape; /* cold parts too */
    uint32_t first_fact, n_facts;
    uint32_t first_ref, n_refs;
    uint32_t first_call, n_calls;     /* subjects that it calls */
    uint32_t first_caller, n_callers; /* subjects that call it */
    uint32_t first_candidate, n_candidates;
    struct pl_candidate wish; /* the best one, were it free: PL_NO_DEFINITION unless another subject has it */
    uint32_t definition;      /* PL_NO_DEFINITION: none */
    uint32_t place;           /* of the codebase; PL_NO_PLACE: none, or of a header */
    int32_t score;
    int32_t
        margin; /* of the best path to the best one through a rival: neither the same function in another file nor kin */
    uint32_t unit;        /* in which the path was then; UINT32_MAX: none */
    uint32_t unit_behind; /* of the next one that has a place */
    bool is_fixed;        /* start-up code: never asked for */
    bool is_reached; /* called, pointed to, or exported; true when the image does not say what points where */
};

struct pl_aligner {
    const struct pl_codebase *cb;
    const struct pl_code *code;
    struct pl_code_runs *runs; /* NULL: the sources have no assembly */
    pl_code_explain explain;   /* may be NULL */
    void *explain_ctx;
    unsigned jobs;                      /* threads */
    PL_VEC(struct pl_subject) subjects; /* by address */
    PL_VEC(struct pl_code_fact) facts;
    PL_VEC(struct pl_data_ref) refs;
    PL_VEC(uint32_t) calls;   /* subjects */
    PL_VEC(uint32_t) callers; /* subjects */
    PL_VEC(struct pl_candidate) candidates;
    PL_VEC(struct pl_proposal) proposals; /* by subject and id */
    uint32_t *subject_of;                 /* per function of the image: subject, or PL_NO_TARGET */
    uint32_t *marks;      /* per feature: subject, counted from 1, that has it; pl_code_adopt()'s */
    uint8_t *is_variable; /* per feature: a name that is neither function nor macro nor import */
    uint8_t *imported;    /* per feature: some function of the image has it as an import */
    uint32_t *taken_by;   /* per definition: subject, counted from 1, that fits it best */
    uint32_t *anchors;    /* per unit: subjects placed in it */
    uint8_t *is_foreign;  /* per unit: its path names another machine */
    bool has_places;      /* not the first pass */
};

/* Functions of `code` as subjects with their facts. */
PL_MUST_USE pl_status pl_code_facts(struct pl_aligner *a, struct pl_err *err);
/* Does a function stand in the image as its source has it, instruction by instruction? Only where that is assembly. */
enum pl_code_written {
    PL_CODE_NOT_ASSEMBLY,
    PL_CODE_COPY,
    PL_CODE_PERHAPS_COPY, /* too short, or the source has what is not known */
    PL_CODE_OTHER_TEXT
};
enum pl_code_written pl_code_is_as_written(const struct pl_aligner *a, const struct pl_subject *s);
/* Room for what pl_code_add_runs() reads, where the sources have assembly. */
PL_MUST_USE pl_status pl_code_runs_make(struct pl_aligner *a, struct pl_err *err);
void pl_code_runs_free(struct pl_aligner *a);
/* Instructions in a row of a function, as facts behind those from `first_fact` on. a->runs is there. */
PL_MUST_USE pl_status pl_code_add_runs(struct pl_aligner *a, uint32_t first_fact, const struct pl_function *f,
                                       struct pl_err *err);
/* The fact that an atom of the image is; false when it says nothing about where the function comes from. */
bool pl_code_fact_of(const struct pl_aligner *a, uint32_t index, struct pl_code_fact *fact);
/* The names under which an import may stand in the sources; their number. `out` borrows from `name` or is static. */
unsigned pl_import_alternatives(pl_bytes name, pl_bytes out[PL_FACT_ALTERNATIVES], bool *is_neutral);

/* Fill in the candidates of all subjects, best first. */
PL_MUST_USE pl_status pl_code_candidates(struct pl_aligner *a, struct pl_err *err);
/* Does the path of a source name machines, and not this one? */
bool pl_code_is_for_another(enum pl_code_machine machine, pl_bytes path);
/* Mark the features that a subject has: marks[feature] is the subject, counted from 1. */
void pl_code_mark(const struct pl_aligner *a, uint32_t subject, uint32_t *marks);
/* Fit of a definition to a subject, whose features are marked. */
int32_t pl_code_score(const struct pl_aligner *a, const uint32_t *marks, const struct pl_subject *s,
                      uint32_t id);
/* The part of it that the name in Go's table makes: above zero where name, type and file are those of the definition. */
int32_t pl_code_score_go(const struct pl_aligner *a, const struct pl_function *f, uint32_t id);
/* What one of several units that include a function adds to its fit: features that the unit has and the function lacks. */
int32_t pl_code_place_score(const struct pl_aligner *a, const struct pl_subject *s, uint32_t id,
                            uint32_t place);
/* Does anything that compiling the unit reads have the feature? */
bool pl_code_unit_has(const struct pl_aligner *a, uint32_t unit, uint32_t feature);

/* What each address of data that functions refer to is called, from what is placed. */
PL_MUST_USE pl_status pl_code_objects(struct pl_aligner *a, struct pl_err *err);

/* Make the proposals anew from what is placed. */
PL_MUST_USE pl_status pl_code_order(struct pl_aligner *a, struct pl_err *err);
/* The first proposal for a subject. O(log n). */
size_t pl_code_proposals(const struct pl_aligner *a, uint32_t subject);

/* Are they two functions? One of a name's equal definitions is as good as the other, and what is inlined holds what its host holds. */
bool pl_code_are_rivals(const struct pl_aligner *a, uint32_t x, uint32_t y);

/* What the finished path left alone, by one definition that holds all of it. */
void pl_code_adopt(struct pl_aligner *a);
/* Between passes: who has each definition in the next one. */
PL_MUST_USE pl_status pl_code_yield(struct pl_aligner *a, struct pl_err *err);
#define PL_CODE_TAKEN_COST 90 /* another subject fits it better */
bool pl_code_is_taken(const struct pl_aligner *a, uint32_t subject, uint32_t id);

/* Facts, then candidates and path, pass after pass. Reset in every case. */
PL_MUST_USE pl_status pl_code_align(struct pl_aligner *a, const struct pl_codebase *cb,
                                    const struct pl_code *code, pl_code_explain explain, void *explain_ctx,
                                    unsigned jobs, struct pl_err *err);
void pl_aligner_reset(struct pl_aligner *a);

/* What became of a function of the image. */
enum pl_code_end {
    PL_CODE_RUNTIME, /* start-up code of the toolchain, by content */
    PL_CODE_MATCHED, /* every atom is in one source function and what is inlined into it, and they are distinctive: grade B */
    PL_CODE_PLACED,       /* stands inside a translation unit, and nothing in it contradicts that: grade C */
    PL_CODE_MISPLACED,    /* an atom is in the source, but not in this unit */
    PL_CODE_CONTRADICTED, /* an atom is nowhere in the source */
    PL_CODE_UNMATCHED     /* no unit wants it */
};

#define PL_GRADED_ATOMS 6u

struct pl_code_grade {
    enum pl_code_end end;
    bool is_whole;                     /* the definition has all of its atoms, or rules say why not */
    uint32_t unit;                     /* UINT32_MAX: none */
    uint32_t evidence;                 /* tenths of a bit that were found */
    uint32_t n_foreign;                /* novel or misplaced atoms */
    uint32_t foreign[PL_GRADED_ATOMS]; /* the first of them, atoms of the image */
};

/* Says an atom where it is from, when its unit does not have it? All but some strings do. */
bool pl_code_is_telling(const struct pl_aligner *a, const struct pl_code_fact *f);

#define PL_CODE_MAX_INLINED 1024u /* functions that may be inlined into one, at any depth */

/* What may be inlined into a definition, and into that: ids, ascending, itself among them. Empty, n is 0, until it is asked for. */
struct pl_code_inlined {
    uint32_t ids[PL_CODE_MAX_INLINED];
    size_t n;
};

/* Has the definition (PL_NO_DEFINITION: no), or what may be inlined into it at any depth, the feature? `all` is of that definition. */
bool pl_code_definition_reaches(const struct pl_codebase *cb, struct pl_code_inlined *all, uint32_t id,
                                uint32_t feature);
/* Has the definition that the subject is placed at, or what may be inlined into it at any depth, the feature? */
bool pl_code_reaches(const struct pl_aligner *a, uint32_t subject, uint32_t feature);

/* Grade one subject of a finished alignment. */
PL_MUST_USE pl_status pl_code_grade_subject(const struct pl_aligner *a, uint32_t subject,
                                            struct pl_code_grade *out, struct pl_err *err);

#endif
