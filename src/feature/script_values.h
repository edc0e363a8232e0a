/*
 * script_values.h - the value of a number as written, and what is between two numbers; shared by the readers of script atoms.
 */
#ifndef PL_FEATURE_SCRIPT_VALUES_H
#define PL_FEATURE_SCRIPT_VALUES_H

#include "feature/script_atoms.h"

#include "base/buf.h"

/* digits times ten to the power `exponent`; no trailing zeros in digits. */
struct pl_script_number {
    uint64_t digits;
    int32_t exponent;
    bool is_exact; /* false: too long, to be compared as written */
};

struct pl_script_number pl_script_number_of(pl_bytes text);
/* The product, or not exact when it does not fit. */
struct pl_script_number pl_script_number_times(struct pl_script_number a, struct pl_script_number b);
/* a << b. */
struct pl_script_number pl_script_number_shifted(struct pl_script_number a, struct pl_script_number b);
/* 0, 1 and 2: in every program. */
bool pl_script_number_is_dull(struct pl_script_number n);

/* A string that is a whole number: o["1"] is o[1], and an enumeration of TypeScript is written both ways. */
bool pl_script_is_whole_number(pl_bytes text);
/* Printable letters spelled by escapes, which no tool does: how obfuscators spell. `body` is undecoded. */
bool pl_script_is_oddly_spelled(pl_bytes body);

/*
 * Does the number `t[2]` only name a module of a bundle, or a key of an object? {"./a":14}, {"14":14}, 14:[function…], require(14): bundlers number modules
 * as they come. `t` are it, the two tokens before it and the one behind it.
 */
bool pl_script_is_module_number(const struct pl_lex_token *const t[4]);

/* What typeof gives. */
bool pl_script_is_type_name(pl_bytes text);

/* A module path that begins with "./" or "../". */
bool pl_script_is_relative(pl_bytes path);
/*
 * The hash of a regular expression as it is spelled without tools that serve older engines: letters beyond ASCII for their escapes
 * (\u010d, \xfa), no flag u at the end. `scratch` is cleared and needs room for as many bytes.
 */
uint64_t pl_script_regex_hash(const struct pl_script_vocabulary *v, pl_bytes regex, struct pl_buf *scratch);

/* Rewrite "a.b.c".split(".") as the strings of a list of at least three. `atoms` are those of `text`. O(atoms). */
PL_MUST_USE pl_status pl_script_split_lists(const struct pl_script_vocabulary *v, pl_bytes text,
                                            const struct pl_lex_language *language,
                                            struct pl_script_atoms *atoms, struct pl_err *err);

#endif
