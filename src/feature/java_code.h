/*
 * java_code.h - what a compiled method uses, in order: strings, numbers, fields, methods and types.
 */
#ifndef PL_FEATURE_JAVA_CODE_H
#define PL_FEATURE_JAVA_CODE_H

#include "format/binary/javaclass.h"

enum pl_java_atom_kind {
    PL_JAVA_ATOM_STRING,
    PL_JAVA_ATOM_RECIPE, /* of a concatenation: \1 and \2 stand for what is put in */
    PL_JAVA_ATOM_NUMBER, /* int or long, sign extended */
    PL_JAVA_ATOM_FLOAT,  /* the bits of a double */
    PL_JAVA_ATOM_CALL,   /* also what a method reference names */
    PL_JAVA_ATOM_FIELD,
    PL_JAVA_ATOM_NEW,
    PL_JAVA_ATOM_CLASS, /* a class literal */
    PL_JAVA_ATOM_TEST,  /* instanceof */
    PL_JAVA_ATOM_CAST,
    PL_JAVA_ATOM_ARRAY,
    PL_JAVA_ATOM_FOREIGN /* code that the virtual machine finds in a way that no Java compiler asks for */
};

struct pl_java_atom {
    uint8_t kind; /* enum pl_java_atom_kind */
    bool is_static;
    uint64_t at;    /* byte in the file: of the instruction */
    pl_bytes owner; /* "java/lang/String", of calls and fields */
    pl_bytes text;  /* the string, the name, the type */
    uint64_t value;
};

typedef PL_VEC(struct pl_java_atom) pl_java_atoms;

/* Append the atoms of member `number` of the class: its constant, or its instructions. Texts are borrowed from the class. */
PL_MUST_USE pl_status pl_java_code_atoms(const struct pl_javaclass *c, uint32_t number, pl_java_atoms *out,
                                         struct pl_err *err);

/* How many arguments a descriptor names, and argument `i` of it: "I", "[Ljava/lang/String;". */
uint32_t pl_java_argument_count(pl_bytes descriptor);
pl_bytes pl_java_argument(pl_bytes descriptor, uint32_t i);
/* "Entry" of "[Ljava/util/Map$Entry;", "int" of "I". */
pl_bytes pl_java_simple_type(pl_bytes descriptor);
/* "Entry" of "java/util/Map$Entry". A number behind the last dollar stays: "1" of "Outer$1"; "Local" of "Outer$1Local". */
pl_bytes pl_java_simple_name(pl_bytes internal_name);

#endif
