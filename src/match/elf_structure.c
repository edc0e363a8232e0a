/*
 * elf_structure.c - the bytes of an ELF file that its own structure explains, and those that nothing owns.
 *
 * Code and data are left to elf_strings.c, the next rung.
 */
#include "format/binary/elf.h"
#include "match/image_view.h"
#include "match/match.h"

static pl_status claim_range(struct pl_file *f, const struct pl_elf_range *range, struct pl_err *err)
{
    struct pl_claim c = {.offset = range->offset,
                         .length = range->length,
                         .class = PL_CLASS_STRUCTURE,
                         .rule = "elf.structure",
                         .source_offset = PL_NO_OFFSET,
                         .note = range->what};
    if (range->owner == PL_ELF_CODE || range->owner == PL_ELF_DATA)
        return PL_OK;
    if (range->owner == PL_ELF_TOOLCHAIN)
        c.class = PL_CLASS_TOOLCHAIN;
    if (range->owner == PL_ELF_UNOWNED)
        c.class = PL_CLASS_UNACCOUNTED;
    return pl_ledger_claim(&f->ledger, &c, err);
}

static pl_status add_facts(const struct pl_match *m, struct pl_file *f, const struct pl_elf *elf,
                           struct pl_err *err)
{
    char hex[2 * 64 + 1] = "";
    if (elf->build_id.n <= 64)
        pl_hex(elf->build_id.p, elf->build_id.n, hex);
    pl_status st = pl_image_fact(m, f, "elf.soname", elf->soname, err);
    if (st == PL_OK)
        st = pl_image_fact(m, f, "elf.build-id", pl_bytes_of_str(hex), err);
    if (st == PL_OK)
        st = pl_image_fact(m, f, "elf.interp", elf->interp, err);
    return st;
}

/* No reader can say anything about the bytes: all that is not claimed yet is examined, and explained by nothing. */
static pl_status claim_damaged(struct pl_file *f, const struct pl_err *why, struct pl_err *err)
{
    pl_status st = pl_findings_add(&f->findings, "image.damaged", PL_SEVERITY_ERROR, why->offset, 0, NULL,
                                   err, "cannot be read as ELF: %s", why->text);
    if (st != PL_OK)
        return st;
    return pl_match_claim(f, 0, f->size, PL_CLASS_UNACCOUNTED, PL_GRADE_NONE, "elf.damaged", NULL, err);
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct pl_elf elf;
    struct pl_err why = {0};
    if (!pl_elf_is(f->data) || f->data.n != f->size)
        return PL_OK;
    pl_status st = pl_elf_read(f->data, m->arena, &f->findings, &elf, &why);
    if (st == PL_E_INPUT)
        return claim_damaged(f, &why, err);
    if (st != PL_OK) {
        if (err != NULL)
            *err = why;
        return st;
    }
    for (size_t i = 0; i < elf.n_ranges && st == PL_OK; i++)
        st = claim_range(f, &elf.ranges[i], err);
    if (st == PL_OK)
        st = add_facts(m, f, &elf, err);
    return st == PL_OK ? pl_image_origin(m, f, err) : st;
}

const struct pl_rung pl_rung_elf_structure = {
    .rule = "elf.structure",
    .what = "headers, tables, names, notes and padding of an ELF image, each read to its end",
    .source = "System V gABI 4.2; LSB 5.0",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
