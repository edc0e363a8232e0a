/*
 * cpp_names.h - the identifiers inside a mangled C++ name.
 */
#ifndef PL_FORMAT_TEXT_CPP_NAMES_H
#define PL_FORMAT_TEXT_CPP_NAMES_H

#include "base/bytes.h"

/*
 * Walk a mangled name ("_ZN3foo3barEv") or the name of a type as type information holds it ("N3foo3barE"), and ask about each identifier in
 * it. True when all of the text was understood, it holds at least one identifier or names a type of namespace std or of the language, and
 * is_known() said yes to each. Standard abbreviations (St, Ss...) and anonymous namespaces are not asked about.
 */
bool pl_cpp_identifiers(pl_bytes name, bool (*is_known)(void *ctx, pl_bytes identifier), void *ctx);

/* The function that a mangled name is about; parts borrow from it. */
struct pl_cpp_function {
    pl_bytes name;  /* last part: "append"; of a constructor and a destructor the class */
    pl_bytes scope; /* the part before: class or namespace; empty when there is none */
    bool is_destructor;
    bool is_standard; /* of namespace std */
};

/* False when it is no mangled name, or an operator, a local or a special one. */
bool pl_cpp_function_of(pl_bytes mangled, struct pl_cpp_function *out);

#endif
