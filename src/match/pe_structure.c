/*
 * pe_structure.c - the bytes of a PE image that its own structure explains, and those that nothing owns.
 *
 * Code and data are left to elf_strings.c, which reads strings of any image.
 */
#include "format/binary/pe.h"
#include "match/image_view.h"

static pl_status add_facts(const struct pl_match *m, struct pl_file *f, const struct pl_pe *pe,
                           struct pl_err *err)
{
    pl_status st = pl_image_fact(m, f, "pe.dll-name", pe->dll_name, err);
    if (st == PL_OK)
        st = pl_image_fact(m, f, "pe.pdb-path", pe->pdb_path, err);
    if (st == PL_OK)
        st = pl_image_fact(m, f, "pe.clr", pe->clr_version, err);
    if (st == PL_OK)
        st = pl_image_fact(m, f, "pe.assembly", pe->clr_assembly, err);
    if (st == PL_OK)
        st = pl_image_fact(m, f, "pe.assembly-references", pe->clr_references, err);
    if (st == PL_OK && pe->is_signed)
        st = pl_image_fact(m, f, "pe.signature", PL_LIT("authenticode"), err);
    return st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct pl_pe pe;
    struct pl_err why = {0};
    if (!pl_pe_is(f->data) || f->data.n != f->size)
        return PL_OK;
    pl_status st = pl_pe_read(f->data, m->arena, &f->findings, &pe, &why);
    if (st == PL_E_INPUT)
        return pl_image_claim_damaged(f, "PE", "pe.damaged", &why, err);
    if (st != PL_OK) {
        if (err != NULL)
            *err = why;
        return st;
    }
    st = pl_image_claim(f, "pe.structure", pe.ranges, pe.n_ranges, err);
    if (st == PL_OK)
        st = add_facts(m, f, &pe, err);
    return st == PL_OK ? pl_image_origin(m, f, err) : st;
}

const struct pl_rung pl_rung_pe_structure = {
    .rule = "pe.structure",
    .what = "headers, tables, names, unwind data, signatures and padding of a PE image, each read to its end",
    .source = "Microsoft PE Format; Authenticode PE Signature Format 1.0",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
