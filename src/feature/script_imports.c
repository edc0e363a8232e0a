/*
 * script_imports.c - open addressing in a table that is never more than half full.
 */
#include "feature/script_imports.h"

static uint64_t slot_of(const struct pl_script_imports *t, uint64_t local)
{
    uint64_t slot = local % PL_SCRIPT_IMPORT_SLOTS;
    while (t->slots[slot].local != 0 && t->slots[slot].local != local)
        slot = (slot + 1) % PL_SCRIPT_IMPORT_SLOTS;
    return slot;
}

void pl_script_import(struct pl_script_imports *t, uint64_t local, uint64_t imported)
{
    if (t->n >= PL_SCRIPT_IMPORT_SLOTS / 2)
        return;
    uint64_t slot = slot_of(t, local);
    t->n += t->slots[slot].local == 0;
    t->slots[slot].local = local;
    t->slots[slot].imported = imported;
}

uint64_t pl_script_imported_as(const struct pl_script_imports *t, uint64_t local)
{
    return t->n == 0 ? 0 : t->slots[slot_of(t, local)].imported;
}
