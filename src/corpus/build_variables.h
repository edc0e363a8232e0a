/*
 * build_variables.h - variables of build files, and the texts that words with references to them may stand for.
 */
#ifndef PL_CORPUS_BUILD_VARIABLES_H
#define PL_CORPUS_BUILD_VARIABLES_H

#include "base/arena.h"
#include "base/vec.h"

#define PL_BUILD_VALUES      12u  /* of one variable, and of one word; more are forgotten */
#define PL_BUILD_VALUE_BYTES 512u /* longer ones are lists of files or commands */

struct pl_build_values {
    pl_bytes v[PL_BUILD_VALUES];
    size_t n;
};

struct pl_build_variable {
    pl_bytes name;
    pl_bytes value; /* as written */
    uint32_t next;  /* of the same slot: index + 1, or 0 */
    bool is_directory;
    bool is_given; /* to the build, by who calls it: goes before all others */
    bool is_busy;  /* being evaluated: it refers to itself */
    struct pl_build_values
        *values; /* of all variables of this name, kept with the newest; NULL: not known yet */
};

/* Failure of memory is sticky. */
struct pl_build_variables {
    struct pl_arena *arena;
    struct pl_arena scratch; /* values of words; the caller resets it */
    PL_VEC(struct pl_build_variable) list;
    uint32_t slots[4096];
    bool is_out_of_memory;
};

/* With the directories and machines of Debian's builds in it. */
void pl_build_variables_init(struct pl_build_variables *r, struct pl_arena *arena);
void pl_build_variables_reset(struct pl_build_variables *r);
/* Bytes of the name that `b` begins with: letters, digits and underscores. */
size_t pl_build_name_length(pl_bytes b);
/* One more value of a variable; borrowed. Values are final once one has been asked for. */
void pl_build_variables_add(struct pl_build_variables *r, pl_bytes name, pl_bytes value, bool is_directory);
/* The same of a directory or program that the build is given: configure --libexecdir=/usr/lib/x, make ASKPASS=/usr/bin/y. */
void pl_build_variables_give(struct pl_build_variables *r, pl_bytes name, pl_bytes value);
/* All texts that `text` may stand for; none when a variable in it is not known. In scratch, or borrowed. */
void pl_build_variables_evaluate(struct pl_build_variables *r, pl_bytes text, struct pl_build_values *out);
/* Does the word refer to a variable that is a directory? */
bool pl_build_variables_has_directory(struct pl_build_variables *r, pl_bytes word);
/* The i'th directory: its variable and value; false behind the last. */
bool pl_build_directory_at(size_t i, pl_bytes *name, pl_bytes *value);

#endif
