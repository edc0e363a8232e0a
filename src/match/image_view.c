/*
 * image_view.c - one table of image formats, for the rungs that do not care which it is.
 */
#include "match/image_view.h"

#include "format/binary/elf.h"
#include "format/binary/macho.h"
#include "format/binary/pe.h"

static pl_status read_elf(pl_bytes data, struct pl_arena *arena, struct pl_image_view *out,
                          struct pl_err *err)
{
    struct pl_elf elf;
    pl_status st = pl_elf_read(data, arena, NULL, &elf, err);
    if (st != PL_OK)
        return st;
    struct pl_image_range *ranges = pl_arena_take_n(arena, elf.n_ranges + 1, sizeof *ranges);
    if (ranges == NULL)
        return pl_arena_fail(arena, err);
    for (size_t i = 0; i < elf.n_ranges; i++) {
        const struct pl_elf_range *x = &elf.ranges[i];
        bool is_loaded =
            x->section == PL_ELF_NO_SECTION || (elf.sections[x->section].flags & PL_ELF_SHF_ALLOC) != 0;
        ranges[i] = (struct pl_image_range){.offset = x->offset,
                                            .length = x->length,
                                            .owner = x->owner == PL_ELF_CODE   ? PL_IMAGE_CODE
                                                     : x->owner == PL_ELF_DATA ? PL_IMAGE_DATA
                                                                               : PL_IMAGE_STRUCTURE,
                                            .has_strings = is_loaded,
                                            .what = x->what};
    }
    out->ranges = ranges;
    out->n_ranges = elf.n_ranges;
    return PL_OK;
}

static pl_status read_pe(pl_bytes data, struct pl_arena *arena, struct pl_image_view *out, struct pl_err *err)
{
    struct pl_pe pe;
    pl_status st = pl_pe_read(data, arena, NULL, &pe, err);
    if (st != PL_OK)
        return st;
    out->ranges = pe.ranges;
    out->n_ranges = pe.n_ranges;
    return PL_OK;
}

static pl_status read_macho(pl_bytes data, struct pl_arena *arena, struct pl_image_view *out,
                            struct pl_err *err)
{
    struct pl_macho macho;
    pl_status st = pl_macho_read(data, arena, NULL, &macho, err);
    if (st != PL_OK)
        return st;
    out->ranges = macho.ranges;
    out->n_ranges = macho.n_ranges;
    return PL_OK;
}

struct format {
    bool (*is)(pl_bytes data);
    pl_status (*read)(pl_bytes data, struct pl_arena *arena, struct pl_image_view *out, struct pl_err *err);
    struct pl_image_view view;
};

static const struct format formats[] = {
    {pl_elf_is,
     read_elf,
     {.code_rule = "elf.code",
      .data_rule = "elf.data",
      .string_rule = "elf.string",
      .foreign_rule = "elf.foreign"}},
    {pl_pe_is,
     read_pe,
     {.code_rule = "pe.code",
      .data_rule = "pe.data",
      .string_rule = "pe.string",
      .foreign_rule = "pe.foreign",
      .is_windows = true,
      .has_wide = true}},
    {pl_macho_is,
     read_macho,
     {.code_rule = "macho.code",
      .data_rule = "macho.data",
      .string_rule = "macho.string",
      .foreign_rule = "macho.foreign"}},
};

pl_status pl_image_view_read(struct pl_file *f, struct pl_arena *arena, bool *found,
                             struct pl_image_view *out, struct pl_err *err)
{
    struct pl_err why = {0};
    *found = false;
    if (f->data.p == NULL || f->data.n != f->size)
        return PL_OK;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (!formats[i].is(f->data))
            continue;
        struct pl_image_view view = formats[i].view;
        pl_status st = formats[i].read(f->data, arena, &view, &why);
        if (st == PL_E_INPUT)
            return PL_OK; /* the rung for its structure has said so */
        if (st != PL_OK) {
            if (err != NULL)
                *err = why;
            return st;
        }
        *found = true;
        *out = view;
        return PL_OK;
    }
    return PL_OK;
}

pl_status pl_image_claim(struct pl_file *f, const char *rule, const struct pl_image_range *ranges, size_t n,
                         struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        struct pl_claim c = {.offset = ranges[i].offset,
                             .length = ranges[i].length,
                             .class = PL_CLASS_STRUCTURE,
                             .rule = rule,
                             .source_offset = PL_NO_OFFSET,
                             .note = ranges[i].what};
        switch (ranges[i].owner) {
        case PL_IMAGE_CODE:
        case PL_IMAGE_DATA: continue;
        case PL_IMAGE_STRUCTURE: break;
        case PL_IMAGE_TOOLCHAIN: c.class = PL_CLASS_TOOLCHAIN; break;
        case PL_IMAGE_SIGNATURE: c.class = PL_CLASS_SIGNATURE; break;
        case PL_IMAGE_UNOWNED: c.class = PL_CLASS_UNACCOUNTED; break;
        }
        st = pl_ledger_claim(&f->ledger, &c, err);
    }
    return st;
}

pl_status pl_image_claim_damaged(struct pl_file *f, const char *format, const char *rule,
                                 const struct pl_err *why, struct pl_err *err)
{
    pl_status st = pl_findings_add(&f->findings, "image.damaged", PL_SEVERITY_ERROR, why->offset, 0, NULL,
                                   err, "cannot be read as %s: %s", format, why->text);
    if (st != PL_OK)
        return st;
    return pl_match_claim(f, 0, f->size, PL_CLASS_UNACCOUNTED, PL_GRADE_NONE, rule, NULL, err);
}

pl_status pl_image_fact(const struct pl_match *m, struct pl_file *f, const char *name, pl_bytes value,
                        struct pl_err *err)
{
    size_t i = 0;
    while (i < PL_FILE_FACTS && f->facts[i].name != NULL)
        i++;
    if (value.n == 0 || i == PL_FILE_FACTS)
        return PL_OK;
    pl_bytes kept = pl_arena_keep(m->arena, value);
    if (kept.p == NULL)
        return pl_arena_fail(m->arena, err);
    f->facts[i] = (struct pl_fact){name, kept};
    return PL_OK;
}
