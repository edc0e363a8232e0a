/*
 * made_source.c - files to compile that a generator makes of a file of the source.
 *
 *     XS.xs    xsubpp             temp/XS.c, lib/Data/XS.c
 *     cexp.y   bison, byacc       cexp.c, cexp.tab.c
 *     scan.l   flex               scan.c, lex.scan.c
 *     a.pyx    Cython             a.c, a.cpp
 *     a.epp    gpre, ecpg (.pgc)  a.cpp, a.c
 *
 * Names alone are compared. Sources: perlxs(1); bison manual, "Bison Options"; flex manual; Cython manual, "Source Files and Compilation"; valac(1); ragel(1);
 * re2c(1); gperf(1).
 */
#include "match/made_source.h"

#include <string.h>

#define NAME_BYTES 96u

const struct pl_source_file *pl_made_source_input(const struct pl_match *m, pl_bytes path)
{
    static const char *const made[] = {".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp"};
    static const char *const inputs[] = {".epp", ".pgc", ".xs", ".pyx", ".y",     ".yy",  ".ypp",
                                         ".l",   ".ll",  ".rl", ".re",  ".gperf", ".vala"};
    pl_bytes base = pl_bytes_basename(path);
    size_t dot = pl_bytes_rfind_byte(base, '.');
    uint8_t name[NAME_BYTES];
    if (dot == SIZE_MAX || dot == 0 || dot + 8 > sizeof name ||
        !pl_bytes_is_one_of(pl_bytes_from(base, dot), made, sizeof made / sizeof made[0]))
        return NULL;
    pl_bytes stem = pl_bytes_sub(base, 0, dot);
    if (pl_bytes_ends(stem, PL_LIT(".tab")))
        stem = pl_bytes_sub(stem, 0, stem.n - 4);
    if (pl_bytes_starts(stem, PL_LIT("lex.")))
        stem = pl_bytes_from(stem, 4);
    memcpy(name, stem.p, stem.n);
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        size_t n = strlen(inputs[i]);
        memcpy(name + stem.n, inputs[i], n);
        pl_units of_name = pl_index_units_of_name(m->index, pl_bytes_of(name, stem.n + n));
        if (of_name.n > 0)
            return pl_index_unit_file(m->index, of_name.v[0]);
    }
    return NULL;
}
