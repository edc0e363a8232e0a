/*
 * code_data.c - the data of an executable image, each byte accounted for or said not to be.
 *
 *     data.arrays   lists and rows of numbers, before the strings, since a table may look like text
 *     elf.strings
 *     data          tables of structs, what accounted code refers to, and what is left
 *
 * What is left of data is unaccounted: it was looked at. It is handed to the judge as residues, each with how random it looks. Data of an image whose
 * code nobody can read is opaque, for who refers to it is unknown.
 */
#include "match/code_data.h"

#include "match/residue.h"

#define RESIDUE_GAP 16u /* explained bytes between two open runs that do not make them two */

typedef pl_status (*data_step)(struct pl_data *d, struct pl_err *err);

/* Why data of the image may be in no source and be honest, and what of it may not. */
struct made {
    pl_bytes why;                          /* no bytes: nothing says so */
    PL_VEC(struct pl_data_object) foreign; /* that unaccounted code alone refers to; by offset */
    bool is_of_others; /* the program links other packages: how random its data looks says nothing */
};

static pl_status note_made(const struct pl_data *d, struct made *out, struct pl_err *err)
{
    pl_status st = pl_data_made(d, &out->why, err);
    for (size_t i = 0; i < d->objects.n && st == PL_OK && out->why.n > 0; i++) {
        const struct pl_data_object *o = &d->objects.v[i];
        if (o->is_trusted || !o->is_suspect)
            continue;
        struct pl_data_object *slot = PL_VEC_ADD(&out->foreign);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = *o;
    }
    return st;
}

static pl_bytes why_made(const struct made *made, uint64_t from, uint64_t end)
{
    for (size_t i = 0; i < made->foreign.n; i++)
        if (made->foreign.v[i].offset < end && from < made->foreign.v[i].offset + made->foreign.v[i].length)
            return (pl_bytes){NULL, 0};
    return made->why;
}

/* `made` may be NULL. */
static pl_status run_steps(struct pl_data *d, const data_step *steps, struct made *made, struct pl_err *err)
{
    pl_status st = pl_data_init(d, err);
    for (size_t i = 0; steps[i] != NULL && st == PL_OK; i++)
        st = steps[i](d, err);
    if (st == PL_OK)
        st = pl_ledger_settle(&d->f->ledger, err);
    if (st == PL_OK && made != NULL)
        st = note_made(d, made, err);
    pl_data_reset(d);
    return st;
}

/* "GCC: (GNU) 12.2.0": in PE images each object file brings its compiler's name into the constants. GCC internals, TARGET_ASM_OUTPUT_IDENT. */
static pl_status find_idents(struct pl_data *d, struct pl_err *err)
{
    static const char start[] = "GCC: (";
    pl_status st = PL_OK;
    for (size_t at = pl_bytes_find(d->f->data, PL_LIT("GCC: ("), 0); at != SIZE_MAX && st == PL_OK;
         at = pl_bytes_find(d->f->data, PL_LIT("GCC: ("), at + sizeof start)) {
        pl_bytes text = pl_bytes_sub(d->f->data, at, 64);
        size_t n = pl_bytes_find_byte(text, 0, 0);
        bool is_name = n != SIZE_MAX && pl_data_is_data(d, at, n + 1);
        for (size_t i = 0; is_name && i < n; i++)
            is_name = text.p[i] >= 0x20 && text.p[i] < 0x7f;
        if (is_name)
            st = pl_data_claim(d, at, n + 1, PL_CLASS_TOOLCHAIN, PL_GRADE_NONE, "data.runtime", NULL, err);
    }
    return st;
}

/*
 * Bytes between functions that are no instructions, and that an address leads to: assembly puts its tables there, OpenSSL's
 * ecp_nistz256-x86_64.pl 148 KiB of them. What no list of the source explains is left to the rungs behind, which take it for code.
 */
static pl_status open_tables_in_code(struct pl_data *d, struct pl_err *err)
{
    (void)err;
    for (size_t i = 0; i < d->code->n_functions; i++) {
        const struct pl_function *f = &d->code->functions[i];
        uint32_t flags = f->flags & (PL_FUNCTION_BAD_DECODE | PL_FUNCTION_UNWIND | PL_FUNCTION_CALLED);
        for (uint64_t at = f->offset; flags == PL_FUNCTION_BAD_DECODE && at < f->offset + f->size; at++)
            if (d->state[at] == PL_DATA_OTHER)
                d->state[at] = PL_DATA_OPEN;
    }
    return PL_OK;
}

static pl_status apply_arrays(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    static const data_step steps[] = {find_idents,           open_tables_in_code,     pl_data_find_go,
                                      pl_data_find_embedded, pl_data_find_first_rows, pl_data_mark,
                                      pl_data_find_arrays,   pl_data_find_whole,      pl_data_find_crc,
                                      pl_data_mark_rows,     pl_data_find_solid_rows, NULL};
    struct pl_image_view view;
    const struct pl_code *code;
    bool found;
    if (m->tables == NULL)
        return PL_OK;
    pl_status st = pl_image_view_read(f, m->scratch, &found, &view, err);
    if (st == PL_OK && found)
        st = pl_match_code(m, f, &code, err);
    if (st != PL_OK || !found || code == NULL)
        return st;
    struct pl_data d = {.m = m, .f = f, .view = &view, .code = code};
    return run_steps(&d, steps, NULL, err);
}

static bool is_range(const struct pl_image_range *r, bool is_code)
{
    return r->owner == (is_code ? PL_IMAGE_CODE : PL_IMAGE_DATA);
}

static pl_status claim_range(struct pl_file *f, const struct pl_image_range *r, enum pl_class class,
                             const char *rule, const char *note, struct pl_err *err)
{
    struct pl_claim c = {.offset = r->offset,
                         .length = r->length,
                         .class = class,
                         .rule = rule,
                         .source_offset = PL_NO_OFFSET,
                         .note = note};
    return pl_ledger_claim(&f->ledger, &c, err);
}

static pl_status add_residue(struct pl_file *f, const struct made *made, uint64_t from, uint64_t end,
                             struct pl_err *err)
{
    struct pl_residue *r = PL_VEC_ADD(&f->residues);
    if (r == NULL)
        return pl_fail_nomem(err);
    *r = (struct pl_residue){.offset = from, .length = end - from, .is_data = true};
    r->unevenness = made->is_of_others
                        ? UINT64_MAX
                        : pl_unevenness(pl_bytes_sub(f->data, (size_t)from, (size_t)(end - from)));
    r->made = why_made(made, from, end);
    return PL_OK;
}

/* Runs of a range that no claim holds, near ones together. */
static pl_status add_residues(struct pl_file *f, const struct made *made, const struct pl_image_range *range,
                              struct pl_err *err)
{
    uint64_t offset;
    uint64_t length;
    uint64_t from = 0;
    uint64_t end = 0;
    pl_status st = PL_OK;
    for (uint64_t at = range->offset; st == PL_OK && pl_ledger_gap(&f->ledger, at, &offset, &length);
         at = offset + length) {
        if (offset >= range->offset + range->length)
            break;
        if (length > range->offset + range->length - offset)
            length = range->offset + range->length - offset;
        if (end > from && offset - end > RESIDUE_GAP) {
            st = add_residue(f, made, from, end, err);
            from = offset;
        }
        from = end > from ? from : offset;
        end = offset + length;
    }
    return st == PL_OK && end > from ? add_residue(f, made, from, end, err) : st;
}

/*
 * Words of zeros or of ones among the code: where the lists of constructors end, __CTOR_LIST__ and its like, which linker scripts for PE put behind
 * the code. ld(1), "PE targets"; GCC internals, 18.20.5.
 */
static pl_status claim_list_ends(struct pl_file *f, const struct pl_image_range *range, struct pl_err *err)
{
    uint64_t offset;
    uint64_t length;
    pl_status st = PL_OK;
    uint64_t end = range->offset + range->length;
    for (uint64_t at = range->offset;
         st == PL_OK && pl_ledger_gap(&f->ledger, at, &offset, &length) && offset < end;
         at = offset + length) {
        uint64_t from = (offset + 7) & ~7ull;
        uint64_t to = offset + length < end ? offset + length : end;
        uint64_t fill = from;
        while (fill + 8 <= to && !pl_bytes_all(pl_bytes_sub(f->data, (size_t)fill, 8), 0xff))
            fill++; /* nothing but fill may stand before the first word */
        if (fill + 8 <= to &&
            pl_image_is_code_fill(pl_bytes_sub(f->data, (size_t)offset, (size_t)(fill - offset)))) {
            st = pl_match_claim(f, offset, fill - offset, PL_CLASS_TOOLCHAIN, PL_GRADE_NONE, "code.padding",
                                NULL, err);
            from = fill;
        }
        for (; from + 8 <= to && st == PL_OK; from += 8) {
            pl_bytes word = pl_bytes_sub(f->data, (size_t)from, 8);
            if (pl_bytes_all(word, 0) || pl_bytes_all(word, 0xff))
                st = pl_match_claim(f, from, 8, PL_CLASS_TOOLCHAIN, PL_GRADE_NONE, "data.runtime", NULL, err);
        }
    }
    return st;
}

static pl_status claim_rest(struct pl_file *f, const struct pl_image_view *view, const struct made *made,
                            const char *why_not, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < view->n_ranges && st == PL_OK; i++) {
        const struct pl_image_range *r = &view->ranges[i];
        if (is_range(r, true)) {
            if (why_not == NULL)
                st = claim_list_ends(f, r, err);
            if (st == PL_OK)
                st = claim_range(f, r, PL_CLASS_OPAQUE, view->code_rule,
                                 why_not == NULL ? "no code matcher" : why_not, err);
        } else if (is_range(r, false) && (why_not != NULL || !r->has_strings)) {
            st = claim_range(f, r, PL_CLASS_OPAQUE, view->data_rule, why_not == NULL ? "not loaded" : why_not,
                             err);
        } else if (is_range(r, false)) {
            st = add_residues(f, made, r, err);
            if (st == PL_OK)
                st = claim_range(f, r, PL_CLASS_UNACCOUNTED, view->data_rule, NULL, err);
        }
    }
    return st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    static const data_step steps[] = {
        pl_data_find_texts,   pl_data_mark_rows,       pl_data_find_rows,     pl_data_find_large_rows,
        pl_data_find_classes, pl_data_find_referenced, pl_data_find_replaced, NULL};
    struct pl_image_view view;
    const struct pl_code *code;
    const char *why_not = "no source";
    struct made made = {0};
    bool found;
    pl_status st = pl_image_view_read(f, m->scratch, &found, &view, err);
    if (st == PL_OK && found)
        st = pl_match_code(m, f, &code, err);
    if (st != PL_OK || !found)
        return st;
    made.is_of_others = m->codebase != NULL && pl_codebase_links_all(m->codebase);
    if (m->tables != NULL) {
        why_not = code == NULL ? "no addresses" : code->unsupported;
        if (why_not != NULL) {
            why_not = pl_arena_str(m->arena, pl_bytes_of_str(why_not));
            if (why_not == NULL)
                return pl_arena_fail(m->arena, err);
        }
        struct pl_data d = {.m = m, .f = f, .view = &view, .code = code};
        if (why_not == NULL)
            st = run_steps(&d, steps, &made, err);
    }
    if (st == PL_OK)
        st = claim_rest(f, &view, &made, why_not, err);
    PL_VEC_FREE(&made.foreign);
    return st;
}

const struct pl_rung pl_rung_data_arrays = {
    .rule = "data.array",
    .what = "lists of numbers of the source, found as bytes in the data of an executable image and compared "
            "element by element",
    .source = "C17 6.7.9; docs/matching.md, Data",
    .pass = PL_PASS_FILE,
    .apply = apply_arrays,
};

const struct pl_rung pl_rung_data = {
    .rule = "data.referenced",
    .what = "tables of structs, pointers, switch tables and small constants of an executable image that "
            "accounted "
            "code refers to; the rest of its data is unaccounted",
    .source = "C17 6.7.9; docs/matching.md, Data",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
