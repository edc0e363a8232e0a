/*
 * elf_dynamic.h - what an ELF image asks the loader for, and which loader: symbols of others, libraries, search paths.
 *
 * Read as the loader does, from PT_DYNAMIC: section headers say the same in honest files, and anything in others.
 */
#ifndef PL_FORMAT_BINARY_ELF_DYNAMIC_H
#define PL_FORMAT_BINARY_ELF_DYNAMIC_H

#include "format/binary/elf.h"

/* A name in the dynamic string table. */
struct pl_elf_name {
    uint64_t offset; /* byte in the file */
    pl_bytes text;   /* without its NUL; borrowed from the file */
};

struct pl_elf_dynamic {
    struct pl_elf_name *imports; /* undefined symbols, each once, in order of the symbol table */
    size_t n_imports;
    struct pl_elf_name *libraries; /* DT_NEEDED, in order */
    size_t n_libraries;
    struct pl_elf_name *paths; /* DT_RPATH and DT_RUNPATH */
    size_t n_paths;
    struct pl_elf_name *
        helpers; /* DT_AUDIT, DT_DEPAUDIT, DT_FILTER, DT_AUXILIARY, DT_CONFIG: loaded beside or instead of it */
    size_t n_helpers;
    struct pl_elf_name *loaders; /* PT_INTERP, each one */
    size_t n_loaders;
};

/*
 * Fill in *out from `arena`; everything but loaders is empty for an image without PT_DYNAMIC. Never fails on odd input: what points out of the file is
 * left out. PL_E_NOMEM, PL_E_LIMIT. O(bytes of the tables).
 */
PL_MUST_USE pl_status pl_elf_dynamic_read(pl_bytes data, const struct pl_elf *elf, struct pl_arena *arena,
                                          struct pl_elf_dynamic *out, struct pl_err *err);

#endif
