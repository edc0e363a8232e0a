/*
 * go_names.h - the parts of a Go linker's name of a function.
 */
#ifndef PL_FORMAT_TEXT_GO_NAMES_H
#define PL_FORMAT_TEXT_GO_NAMES_H

#include "base/bytes.h"

/* "encoding/json.(*decodeState).value.func1"; parts borrow from it. */
struct pl_go_function {
    pl_bytes package; /* "encoding/json", with %2e for a dot in its last part */
    pl_bytes scope;   /* the type whose method it is: "decodeState"; empty when it is none */
    pl_bytes name;    /* as it is declared: "value" */
    pl_bytes
        outer; /* of what stands inside a function: the name of that one, "encoding/json.(*decodeState).value"; else empty */
};

/* False when it is no such name, or that of something the compiler makes: "type:.eq.main.key". */
bool pl_go_function_of(pl_bytes symbol, struct pl_go_function *out);

#endif
