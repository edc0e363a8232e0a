/*
 * codebase.h - every function, macro and object that the sources define, searchable by what they hold.
 *
 * Built once from the index of a run, then read by many threads at once. A definition has a number, its id; ids ascend by unit (a file of
 * the index) and by place in it. What a definition holds is a set of features: its strings, the names it mentions, its
 * constants, each interned to a small number.
 *
 *     direct     its own atoms, and those of the macros it uses
 *     closure    and those of what may be inlined into it: functions of its unit and of the files that this includes, objects it names
 *
 * docs/matching.md, "Functions", says what is done with it.
 */
#ifndef PL_CORPUS_CODEBASE_H
#define PL_CORPUS_CODEBASE_H

#include "corpus/index.h"
#include "feature/source_code.h"

#define PL_NO_FEATURE    UINT32_MAX
#define PL_NO_DEFINITION UINT32_MAX

struct pl_codebase;

struct pl_codebase_entry {
    const struct pl_definition *definition;
    const struct pl_atom *atoms; /* those of the file: definition->first_atom and on */
    uint32_t unit;               /* of the index */
};

/* Sorted numbers, borrowed from the codebase. */
struct pl_id_list {
    const uint32_t *v;
    size_t n;
};

/*
 * Read all program text of the index. The index must outlive it. `jobs` threads; the result does not depend on it. A file that is over a limit
 * (its tokens) defines nothing: pl_codebase_left_out(). PL_E_NOMEM, PL_E_LIMIT.
 */
PL_MUST_USE pl_status pl_codebase_build(const struct pl_index *ix, const struct pl_limits *limits,
                                        unsigned jobs, struct pl_codebase **out, struct pl_err *err);
bool pl_codebase_left_out(const struct pl_codebase *cb, uint32_t unit);
void pl_codebase_free(struct pl_codebase *cb); /* accepts NULL */

const struct pl_index *pl_codebase_index(const struct pl_codebase *cb);
size_t pl_codebase_count(const struct pl_codebase *cb);
size_t pl_codebase_feature_count(const struct pl_codebase *cb);
/*
 * Is most of the package's own code of a language whose programs hold all that they use, other packages' code and the runtime, too (Rust, Go), or does
 * its debian/control say so of all its packages (Built-Using, with a value of its own)? Then what the sources lack is no contradiction while those are not given.
 */
bool pl_codebase_links_all(const struct pl_codebase *cb);

/* Do the packager's rules ask for optimisation over the borders of units? Functions hold then what others were. */
bool pl_codebase_is_linked_whole(const struct pl_codebase *cb);
const struct pl_codebase_entry *pl_codebase_at(const struct pl_codebase *cb, uint32_t id);
/* The first definition of a unit, and for the last unit and one the number of all: ids ascend by unit. */
uint32_t pl_codebase_first(const struct pl_codebase *cb, uint32_t unit);
/* All definitions of that name (pl_atom_hash_text). */
struct pl_id_list pl_codebase_named(const struct pl_codebase *cb, uint64_t name_hash);
/* The same for a feature that is a name. O(1). */
struct pl_id_list pl_codebase_named_feature(const struct pl_codebase *cb, uint32_t feature);
/* Those of an ascending list of definitions that are a unit's. */
struct pl_id_list pl_codebase_in_unit(const struct pl_codebase *cb, struct pl_id_list ids, uint32_t unit);
/* Does compiling `unit` read `other`: the same, or included, also through others? */
bool pl_codebase_includes(const struct pl_codebase *cb, uint32_t unit, uint32_t other);

/* Where compiling a unit meets a function: places are numbered by unit, then in the order of the code (as far as it is known) or of the source. */
struct pl_codebase_place {
    uint32_t unit; /* that is compiled */
    uint32_t id;
};
size_t pl_codebase_place_count(const struct pl_codebase *cb);
struct pl_codebase_place pl_codebase_place(const struct pl_codebase *cb, uint32_t place);
/* Places of a function; none for an inline function of a header, which may stand anywhere. */
struct pl_id_list pl_codebase_places(const struct pl_codebase *cb, uint32_t id);

/* Key of a feature: atoms of the two sides that mean the same have equal ones. */
uint64_t pl_codebase_key(enum pl_atom_kind kind, uint64_t hash);
/* The feature of a key; PL_NO_FEATURE when no source has it. */
uint32_t pl_codebase_feature(const struct pl_codebase *cb, uint64_t key);
uint64_t pl_codebase_feature_key(const struct pl_codebase *cb, uint32_t feature);
/* What kind of atom gave it: PL_ATOM_STRING, PL_ATOM_CALL (a name), PL_ATOM_CONSTANT, PL_ATOM_FLOAT or PL_ATOM_STEPS. */
enum pl_atom_kind pl_codebase_feature_kind(const struct pl_codebase *cb, uint32_t feature);
/* The feature that is the name of a definition; PL_NO_FEATURE when nobody mentions it. */
uint32_t pl_codebase_name_feature(const struct pl_codebase *cb, uint32_t id);
/* How much it tells, in tenths of a bit: log2 of (functions / functions that have it). */
unsigned pl_codebase_weight(const struct pl_codebase *cb, uint32_t feature);
/* Definitions that have it directly. */
struct pl_id_list pl_codebase_with(const struct pl_codebase *cb, uint32_t feature);
struct pl_id_list pl_codebase_direct(const struct pl_codebase *cb, uint32_t id);
struct pl_id_list pl_codebase_closure(const struct pl_codebase *cb, uint32_t id);
/* Functions that may inline `id`: they name it, and read its unit. */
struct pl_id_list pl_codebase_hosts(const struct pl_codebase *cb, uint32_t id);

/* Functions that it may inline at once: the other way round. */
struct pl_id_list pl_codebase_inlined(const struct pl_codebase *cb, uint32_t id);
/* Its body and those of the functions that it may inline at once, together. */
struct pl_codebase_body {
    uint64_t tokens;
    struct pl_shape shape;
};
const struct pl_codebase_body *pl_codebase_body(const struct pl_codebase *cb, uint32_t id);
/* How definitions name a function: 0 when none does, or only a macro that joins words. */
enum pl_codebase_named_as {
    PL_NAMED_CALLED = 1,
    PL_NAMED_POINTED = 2 /* not called there: its address is handed on */
};
unsigned pl_codebase_named_as(const struct pl_codebase *cb, uint32_t id);
/* Number of functions that name it, counted up to PL_CODEBASE_MANY_USERS. */
#define PL_CODEBASE_MANY_USERS 4096u
uint32_t pl_codebase_users(const struct pl_codebase *cb, uint32_t id);

bool pl_id_list_has(struct pl_id_list list, uint32_t value); /* O(log n) */

#endif
