/*
 * script_atoms.h - what no minifier, transpiler or bundler may drop, in the order in which it stands in a text.
 *
 * String values (decoded, neighbours joined), parts of templates, names of properties and of what the host defines, numbers (folded), regular
 * expressions, modules. Names that a program gives its own variables are erased where tools rename them, and kept in languages in which
 * nobody does (PL_LEX_KEEPS_NAMES). docs/matching.md, "JavaScript and TypeScript".
 */
#ifndef PL_FEATURE_SCRIPT_ATOMS_H
#define PL_FEATURE_SCRIPT_ATOMS_H

#include "base/status.h"
#include "base/vec.h"
#include "feature/atoms.h"
#include "feature/script_marks.h"
#include "format/text/lex.h"

/* What is known of a name; a row of script_names.def. */
enum {
    PL_NAME_KEYWORD = 1,   /* of the language: no atom */
    PL_NAME_GLOBAL = 2,    /* defined by language or host: an atom wherever it stands */
    PL_NAME_DROPPED = 4,   /* put in or taken out by tools: no atom */
    PL_NAME_OPERAND = 8,   /* keyword behind which an operand stands */
    PL_NAME_MODIFIER = 16, /* stands before the name of a member */
    PL_NAME_SENSITIVE = 32 /* runs code, reaches the network, the environment or secrets */
};

struct pl_script_atom {
    uint64_t
        hash; /* of the value, with the vocabulary's seed; kinds that tools turn into each other are equal */
    uint32_t at; /* bytes from the start of the text */
    uint32_t length;
    uint8_t kind;    /* enum pl_atom_kind */
    uint8_t flags;   /* PL_NAME_GLOBAL, PL_NAME_SENSITIVE */
    bool is_weak;    /* too short or too common to begin a match */
    bool is_defined; /* a literal that is given a name, so that it may be inlined elsewhere */
    bool is_escaped; /* a string spelled with escapes where none are needed */
};

struct pl_script_atoms {
    PL_VEC(struct pl_script_atom) list;
    bool wants_marks;    /* set by who asks: also note where statements and comments end */
    uint64_t max_tokens; /* likewise: pl_limits.tokens; 0: any number */
    struct pl_script_marks marks;
};

struct pl_script_name {
    uint64_t hash; /* 0: free */
    uint8_t flags;
};

#define PL_SCRIPT_NAME_SLOTS 2048u

/* The names of script_names.def under one seed. Nothing to free. */
struct pl_script_vocabulary {
    uint64_t seed;
    struct pl_script_name slots[PL_SCRIPT_NAME_SLOTS];
};

/* The seed is drawn at random: nobody can aim at a hash. No result depends on it but for equality. */
void pl_script_vocabulary_init(struct pl_script_vocabulary *v, uint64_t seed);
uint8_t pl_script_name_flags(const struct pl_script_vocabulary *v, uint64_t hash);
/* The hash of a name or of a string's value. */
uint64_t pl_script_hash(const struct pl_script_vocabulary *v, pl_bytes text);

/* The hash of what a string of that value would be as an atom: of a whole number it is the number's. */
uint64_t pl_script_value_hash(const struct pl_script_vocabulary *v, pl_bytes text);

/*
 * Append the atoms of `text`, at most 4 GiB. `keeps_names`: every name is an atom, whatever the language says; a declaration file is compared
 * in this way with the program it was made from. PL_E_LIMIT for more tokens than out->max_tokens; `out` then holds the atoms of the first ones. O(text).
 */
PL_MUST_USE pl_status pl_script_atoms(const struct pl_script_vocabulary *v, pl_bytes text,
                                      const struct pl_lex_language *language, bool keeps_names,
                                      struct pl_script_atoms *out, struct pl_err *err);

#endif
