/*
 * import_libgcc.c - names of the functions that GCC calls for arithmetic that the machine lacks: __divti3, __popcountdi2, __floattidf.
 *
 * Two underscores, an operation, one or two modes of numbers, and how many operands there are. Source: GCC internals, 4.1 and 4.2.
 */
#include "match/import_libgcc.h"

bool pl_import_is_libgcc(pl_bytes name)
{
    static const char *const operations[] = {
        "ashl",    "ashr", "lshr",   "div",    "mod",      "mul",      "udiv",   "umod",  "divmod",
        "udivmod", "cmp",  "ucmp",   "neg",    "absv",     "addv",     "mulv",   "negv",  "subv",
        "clz",     "ctz",  "ffs",    "parity", "popcount", "bswap",    "add",    "sub",   "pow",
        "powi",    "fix",  "fixuns", "float",  "floatun",  "floatunt", "extend", "trunc", "eq",
        "ne",      "lt",   "le",     "gt",     "ge",       "unord",    "cmpt"};
    static const char *const modes[] = {"si", "di", "ti", "sf", "df", "tf",
                                        "xf", "hf", "sc", "dc", "xc", "tc"};
    if (!pl_bytes_starts(name, PL_LIT("__")))
        return false;
    name = pl_bytes_from(name, 2);
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        pl_bytes operation = pl_bytes_of_str(operations[i]);
        pl_bytes rest = pl_bytes_from(name, operation.n);
        size_t n_modes = 0;
        if (!pl_bytes_starts(name, operation))
            continue;
        for (size_t k = 0; k < sizeof modes / sizeof modes[0]; k++)
            if (pl_bytes_starts(rest, pl_bytes_of_str(modes[k]))) {
                rest = pl_bytes_from(rest, 2);
                n_modes++;
                k = SIZE_MAX;
            }
        if (n_modes >= 1 && n_modes <= 2 &&
            (rest.n == 0 || (rest.n == 1 && rest.p[0] >= '2' && rest.p[0] <= '4')))
            return true;
    }
    return false;
}
