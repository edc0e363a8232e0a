/*
 * macho_structure.c - the bytes of a Mach-O image that its own structure explains, and those that nothing owns.
 *
 * Code and data are left to elf_strings.c, which reads strings of any image.
 */
#include "format/binary/macho.h"
#include "match/image_view.h"

static pl_status add_facts(const struct pl_match *m, struct pl_file *f, const struct pl_macho *macho,
                           struct pl_err *err)
{
    char hex[2 * 16 + 1] = "";
    if (macho->uuid.n == 16)
        pl_hex(macho->uuid.p, 16, hex);
    pl_status st = pl_image_fact(m, f, "macho.install-name", macho->install_name, err);
    if (st == PL_OK)
        st = pl_image_fact(m, f, "macho.uuid", pl_bytes_of_str(hex), err);
    if (st == PL_OK)
        st = pl_image_fact(m, f, "macho.identifier", macho->identifier, err);
    return st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct pl_macho macho;
    struct pl_err why = {0};
    if (!pl_macho_is(f->data) || f->data.n != f->size)
        return PL_OK;
    pl_status st = pl_macho_read(f->data, m->arena, &f->findings, &macho, &why);
    if (st == PL_E_INPUT)
        return pl_image_claim_damaged(f, "Mach-O", "macho.damaged", &why, err);
    if (st != PL_OK) {
        if (err != NULL)
            *err = why;
        return st;
    }
    st = pl_image_claim(f, "macho.structure", macho.ranges, macho.n_ranges, err);
    if (st == PL_OK)
        st = add_facts(m, f, &macho, err);
    return st == PL_OK ? pl_image_origin(m, f, err) : st;
}

const struct pl_rung pl_rung_macho_structure = {
    .rule = "macho.structure",
    .what = "headers, load commands, link tables, stubs, code signature and padding of a Mach-O image",
    .source = "mach-o/loader.h; xnu cs_blobs.h",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
