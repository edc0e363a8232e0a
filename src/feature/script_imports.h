/*
 * script_imports.h - which local names of a script stand for something that was imported, by hashes of both.
 */
#ifndef PL_FEATURE_SCRIPT_IMPORTS_H
#define PL_FEATURE_SCRIPT_IMPORTS_H

#include <stdint.h>

#define PL_SCRIPT_IMPORT_SLOTS 1024u

struct pl_script_imports {
    uint32_t n;
    struct {
        uint64_t local; /* 0: free */
        uint64_t imported;
    } slots[PL_SCRIPT_IMPORT_SLOTS];
};

/* The later one of two with the same local name counts; of more than half the slots nothing is kept. */
void pl_script_import(struct pl_script_imports *t, uint64_t local, uint64_t imported);
/* 0 when nothing was imported under that name. */
uint64_t pl_script_imported_as(const struct pl_script_imports *t, uint64_t local);

#endif
