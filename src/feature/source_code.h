/*
 * source_code.h - what a source file defines: functions, macros and objects, each with its atoms in order.
 *
 * The source side of atoms.h, read by a lexer that needs no headers and no build: nothing is preprocessed, both arms of #if count, and a
 * name that is a macro stays a name, which corpus/codebase resolves over the whole tree.
 */
#ifndef PL_FEATURE_SOURCE_CODE_H
#define PL_FEATURE_SOURCE_CODE_H

#include "base/arena.h"
#include "feature/atoms.h"
#include "feature/shape.h"
#include "model/limits.h"

/* PL_SOURCE_NONE: not program text that is compiled to machine code. */
enum pl_source_language {
    PL_SOURCE_NONE,
    PL_SOURCE_C, /* and headers, yacc and lex input, whose actions are C */
    PL_SOURCE_CPP,
    PL_SOURCE_OBJC,
    PL_SOURCE_RUST,
    PL_SOURCE_GO,
    PL_SOURCE_ASM,
    PL_SOURCE_PERLASM, /* Perl that writes assembly, as OpenSSL's; other Perl defines nothing */
    PL_SOURCE_JAVA     /* for the lexer: read by java_source.h */
};

enum pl_definition_kind {
    PL_DEFINITION_FUNCTION, /* has a body */
    PL_DEFINITION_MACRO,    /* #define; also an enumerator, whose atom is its value where that is a number */
    PL_DEFINITION_OBJECT    /* at file scope, or static in a function, with an initialiser; also a macro
                               call that stands alone at file scope (NAMED_BY_MACRO, by its first name, atoms of the call) */
};

enum pl_definition_flags {
    PL_DEFINITION_STATIC = 1,
    PL_DEFINITION_INLINE = 2,    /* inline, __inline, or in a class body */
    PL_DEFINITION_TEMPLATE = 4,  /* C++ template, Rust or Go generic */
    PL_DEFINITION_CALL_LIKE = 8, /* a macro with parameters */
    PL_DEFINITION_CONSTRUCTOR =
        16,                   /* __attribute__((constructor)), or an object with a dynamic initialiser */
    PL_DEFINITION_IFUNC = 32, /* resolver of an __attribute__((ifunc)) */
    PL_DEFINITION_NAMED_BY_MACRO =
        64 /* its name is the argument of a macro: BZ_API(BZ2_bzlibVersion)(void) { */
};

struct pl_definition {
    pl_bytes name; /* last part: "decode"; borrowed from the text */
    pl_bytes
        scope; /* "ns::Class" of C++, type of a Rust impl or Go receiver; empty in C. Borrowed or in the arena */
    uint64_t
        offset; /* bytes in the file: from the first token of the declaration (#define: of the #) to its end */
    uint64_t length;
    uint32_t first_line, last_line; /* counted from 1 */
    uint32_t first_atom, n_atoms;   /* in order of the text */
    uint32_t n_tokens;              /* of the body */
    uint32_t arm_tokens;            /* of these, within an #if of the body, where the language is C or C++ */
    struct pl_shape shape;          /* of the body, where the language is C or C++ */
    struct pl_shape least_shape;    /* the same, outside every #if within the body */
    uint16_t n_parameters;
    uint8_t kind;
    uint8_t flags;
    pl_bytes macro; /* PL_DEFINITION_NAMED_BY_MACRO: the name of that macro, "BZ_API"; else empty */
};

/*
 * Atoms of a definition (kinds of atoms.h):
 *     STRING       a literal, decoded, neighbours joined; `text` in the arena when it is not raw in the file
 *     STRING_PART  the same, of a group with names between its literals: "xz (" PACKAGE ") " gives two, and the name between them
 *     CALL         a name before a parenthesis
 *     NAME         another name that is no local, parameter, type keyword or member: a function whose address is taken, a macro, an object.
 *                  In a macro with ##: "normal_##" and "##_init" are what is known of a pasted name (also as CALL)
 *     CONSTANT     a number that is not dull (pl_atom_is_dull), 64 bits; multi-character constants too
 *     STEPS        instructions in a row, of a function of assembly for x86
 *     FLOAT, SWITCH, DATA is not used
 * What is defined within a function shares the function's atoms: a range within its range (but for C between the rules of lemon). Heads in several arms of one #if with one body
 * are as many definitions with the same atoms.
 */
struct pl_source_code {
    struct pl_definition *definitions; /* by offset; of nested ones the outer first */
    size_t n_definitions;
    struct pl_atom *atoms;
    size_t n_atoms;
    pl_bytes *includes; /* "util.h", "../common/x.c", as written, without quotes; borrowed */
    size_t n_includes;
    bool is_left_out; /* set by who asked: it is over a limit, and nothing is known of it */
};

/* By the suffix of the path; ".in" is looked through. */
enum pl_source_language pl_source_language_of(pl_bytes path);

/*
 * Read one file. Total on any bytes: what is not understood is passed over. Everything is taken from `arena` or borrows from `text`. O(n).
 * PL_E_NOMEM, PL_E_LIMIT: more than limits->tokens, 1 GiB or what the arena may take.
 */
PL_MUST_USE pl_status pl_source_code_of(pl_bytes text, enum pl_source_language language,
                                        const struct pl_limits *limits, struct pl_arena *arena,
                                        struct pl_source_code *out, struct pl_err *err);

#endif
