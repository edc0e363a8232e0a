/*
 * bindings.c - extension modules that a generator outside of the source writes.
 *
 *     sip/QtQml/QtQmlmod.sip                              sip-build         QtQml.abi3.so
 *     PySide2/QtQuickWidgets/typesystem_quickwidgets.xml  shiboken          QtQuickWidgets.cpython-311-x86_64-linux-gnu.so
 *
 * Nearly all of such a module is C++ that is in no package: the generator writes it from the headers of a library and from these files. That its strings
 * are not the source's contradicts nothing, nor does it explain them: nobody can tell.
 *
 * What somebody could hide behind it: code and texts in a module of that name, of which a warning speaks, and the link is unproven. Imports, libraries
 * and sections are judged as in any other image. The input is one of the source's own, and the image one for Python.
 *
 * Sources: SIP documentation, "sip-build"; Shiboken documentation, "Typesystem specification"; PEP 3149 (names of extension modules).
 */
#include "match/bindings.h"

static const struct generator {
    const char *begin; /* of the name of an input in a folder called after the module */
    const char *end;
} generators[] = {
    {"", ".sip"},
    {"typesystem", ".xml"},
};

/* The last folder of a path: "sip/QtQml/x.sip" has QtQml. */
static pl_bytes folder_of(pl_bytes path)
{
    size_t slash = pl_bytes_rfind_byte(path, '/');
    return slash == SIZE_MAX ? (pl_bytes){NULL, 0} : pl_bytes_basename(pl_bytes_sub(path, 0, slash));
}

static bool is_input(const struct pl_source_file *s, pl_bytes module)
{
    pl_bytes base = pl_bytes_basename(s->path);
    for (size_t i = 0; i < sizeof generators / sizeof generators[0]; i++)
        if (pl_bytes_starts(base, pl_bytes_of_str(generators[i].begin)) &&
            pl_bytes_ends(base, pl_bytes_of_str(generators[i].end)) &&
            pl_bytes_eq(folder_of(s->path), module))
            return true;
    return false;
}

const struct pl_source_file *pl_bindings_input(const struct pl_match *m, const struct pl_file *f)
{
    pl_bytes base = pl_bytes_basename(f->name);
    pl_bytes module = pl_bytes_sub(base, 0, pl_bytes_find_byte(base, '.', 0));
    bool is_extension = pl_bytes_ends(base, PL_LIT(".so")) &&
                        pl_bytes_find(f->name, PL_LIT("/dist-packages/"), 0) != SIZE_MAX;
    for (size_t u = 0; u < pl_index_unit_count(m->index) && is_extension && module.n > 0; u++) {
        pl_source_ref ref = pl_index_unit_ref(m->index, (uint32_t)u);
        const struct pl_source_file *s = pl_index_file(m->index, ref);
        if (pl_index_tree(m->index, ref.tree)->rank == PL_RANK_OWN && is_input(s, module))
            return s;
    }
    return NULL;
}
