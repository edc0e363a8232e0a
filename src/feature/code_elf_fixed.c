/*
 * code_elf_fixed.c - pointers in the data of an ELF program that is loaded at a fixed place: no relocation names them.
 *
 * A word of a data section, where words stand, is taken for one when it is the address of a byte of another data section or of the first byte of a
 * function that unwind tables or symbols know. A number that happens to be such an address is taken for one, too: nothing tells the two apart,
 * and who reads the slot looks at what is behind it.
 *
 * Source: System V psABI, "Function Addresses"; ld(1), --no-pie.
 */
#include "base/order.h"
#include "feature/code_image.h"

#include <stdlib.h>

#define SHT_PROGBITS 1u
#define MAX_POINTERS (8u << 20)

struct scan {
    struct pl_code_image *im;
    const struct pl_elf *elf;
    size_t word;
    uint64_t *starts; /* of functions, in order */
    size_t n_starts;
    size_t n_found;
};

static bool gather_starts(struct scan *s)
{
    s->starts = calloc(s->im->seeds.n + 1, sizeof *s->starts);
    if (s->starts == NULL)
        return false;
    for (size_t i = 0; i < s->im->seeds.n; i++)
        if (s->im->seeds.v[i].rank == PL_SEED_UNWIND || s->im->seeds.v[i].rank == PL_SEED_SYMBOL)
            s->starts[s->n_starts++] = s->im->seeds.v[i].address;
    qsort(s->starts, s->n_starts, sizeof *s->starts, pl_order_u64);
    return true;
}

static bool is_data(const struct pl_elf_section *s)
{
    const uint64_t kind = PL_ELF_SHF_ALLOC | PL_ELF_SHF_EXECINSTR;
    return (s->flags & kind) == PL_ELF_SHF_ALLOC &&
           (s->type == SHT_PROGBITS || s->type == PL_ELF_SHT_NOBITS) && s->size > 0 &&
           !pl_bytes_starts(s->name, PL_LIT(".eh_frame"));
}

static bool is_target(const struct scan *s, uint64_t value)
{
    if (pl_code_span_at(s->im, value) == NULL)
        return false;
    if (pl_code_area_at(s->im, value) != NULL)
        return bsearch(&value, s->starts, s->n_starts, sizeof value, pl_order_u64) != NULL;
    for (size_t i = 0; i < s->elf->n_sections; i++)
        if (is_data(&s->elf->sections[i]) && value - s->elf->sections[i].addr < s->elf->sections[i].size)
            return true;
    return false;
}

static void scan_section(struct scan *s, const struct pl_elf_section *section)
{
    uint64_t skip = (s->word - section->addr % s->word) % s->word;
    struct pl_cursor c = pl_cursor_of(pl_code_bytes_at(s->im, section->addr, section->size));
    pl_cursor_skip(&c, skip);
    for (uint64_t at = section->addr + skip; pl_cursor_left(&c) >= s->word; at += s->word) {
        uint64_t value = s->word == 8 ? pl_code_u64(s->im, &c) : pl_code_u32(s->im, &c);
        if (value == 0 || s->n_found >= MAX_POINTERS || !is_target(s, value))
            continue;
        s->n_found++;
        pl_code_add_slot(s->im,
                         (struct pl_code_slot){.address = at, .target = value, .function = PL_NO_TARGET});
    }
}

void pl_code_add_fixed_pointers(struct pl_code_image *im, const struct pl_elf *elf)
{
    struct scan s = {.im = im, .elf = elf, .word = elf->is_64 ? 8 : 4};
    if (!gather_starts(&s)) {
        im->no_memory = true;
        return;
    }
    for (size_t i = 0; i < elf->n_sections; i++)
        if (is_data(&elf->sections[i]) && elf->sections[i].type != PL_ELF_SHT_NOBITS &&
            (elf->sections[i].flags & PL_ELF_SHF_MERGE) == 0 && elf->sections[i].is_readable)
            scan_section(&s, &elf->sections[i]);
    free(s.starts);
    pl_code_settle_slots(im);
}
