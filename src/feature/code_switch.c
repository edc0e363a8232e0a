/*
 * code_switch.c - switches as compilers write them on any machine: compare with the last case, jump away when above, jump by a table.
 *
 * The three are looked for within a window of instructions, in this order of text, which is how GCC, clang and MSVC write them.
 */
#include "feature/code_image.h"

#define WINDOW 24u /* instructions between the comparison and the jump */

void pl_code_switch_age(struct pl_code_switch *s)
{
    if (++s->since_limit > WINDOW)
        s->has_limit = false;
    if (++s->since_table > WINDOW)
        s->has_table = false;
}

void pl_code_switch_compare(struct pl_code_switch *s, uint64_t limit)
{
    s->has_limit = true;
    s->is_bounded = false;
    s->since_limit = 0;
    s->limit = limit;
}

void pl_code_switch_table(struct pl_code_switch *s, const struct pl_code_sink *sink, size_t before,
                          uint64_t address)
{
    if (sink->atoms.n != before + 1 || sink->atoms.v[before].kind != PL_ATOM_DATA)
        return;
    s->has_table = true;
    s->since_table = 0;
    s->table = address;
    s->table_atom = before;
}

void pl_code_switch_end(struct pl_code_switch *s, const struct pl_code_image *im, struct pl_code_sink *sink,
                        uint64_t at)
{
    unsigned entry_bytes = s->entry_bytes;
    if (s->has_limit && s->is_bounded && s->limit < UINT32_MAX) {
        struct pl_atom *a =
            s->has_table ? &sink->atoms.v[s->table_atom] : pl_code_emit(sink, PL_ATOM_SWITCH, at, 0);
        if (a != NULL) {
            uint64_t cases = s->limit + 1;
            a->kind = PL_ATOM_SWITCH;
            a->text =
                s->has_table ? pl_code_bytes_at(im, s->table, cases * entry_bytes) : (pl_bytes){NULL, 0};
            a->value = cases;
            a->hash = pl_atom_hash_value(cases);
        }
    }
    *s = (struct pl_code_switch){.entry_bytes = entry_bytes};
}
