/*
 * same.c - rungs 1 and 2: the file is a source file, as it is or after a change that loses nothing.
 */
#include "classify/classify.h"
#include "format/text/fold.h"
#include "format/text/lex.h"
#include "match/claim.h"

/* A program that a package manager delivers: what a build left in the source tree is no explanation of it. */
static bool is_delivered_script(const struct pl_match *m, const struct pl_file *f)
{
    const struct pl_lex_language *language = pl_lex_language_of(f->name, f->data);
    return m->scripts != NULL && m->layout != NULL && !m->layout->is_release && f->role == PL_ROLE_ACTIVE &&
           language != NULL && !(language->habits & (PL_LEX_KEEPS_NAMES | PL_LEX_IS_DATA));
}

/* The first unit that is not built output of the package's own tree; units.n when all are. */
static size_t first_source(const struct pl_match *m, pl_units units)
{
    size_t i = 0;
    while (i < units.n && pl_is_build_output(pl_index_unit_file(m->index, units.v[i])->path) &&
           pl_index_unit_is_own(m->index, units.v[i]))
        i++;
    return i;
}

static pl_status note_output(const struct pl_match *m, struct pl_file *f, pl_units units, struct pl_err *err)
{
    struct pl_finding *finding;
    pl_status st = pl_findings_add(
        &f->findings, "tree.committed-output", PL_SEVERITY_NOTE, PL_NO_OFFSET, 0, &finding, err,
        "the revision has this file, but as built output: its sources were compared instead");
    return st == PL_OK ? pl_finding_fact(&f->findings, finding, "in the revision",
                                         pl_index_unit_file(m->index, units.v[0])->path, err)
                       : st;
}

static pl_status same_bytes(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    if (!pl_is_unclaimed(f) || f->data.p == NULL || !f->is_whole)
        return PL_OK;
    if (!f->has_digests) {
        pl_status st = pl_file_digest(f, err);
        if (st != PL_OK)
            return st;
    }
    pl_units units = pl_index_units_of_sha256(m->index, &f->sha256);
    if (units.n == 0)
        return PL_OK;
    if (is_delivered_script(m, f) && first_source(m, units) == units.n)
        return note_output(m, f, units, err);
    uint32_t unit = pl_best_named(m, f, units);
    pl_bytes name = pl_bytes_basename(pl_index_unit_file(m->index, unit)->path);
    bool is_same_name = pl_bytes_eq(name, pl_bytes_basename(f->name));
    struct pl_claim how = {
        .class = PL_CLASS_IDENTICAL, .rule = "same.bytes", .note = is_same_name ? NULL : "at another path"};
    struct pl_run run = {.length = f->size, .unit = unit};
    return pl_claim_from_source(m, f, &run, &how, err);
}

const struct pl_rung pl_rung_same_bytes = {
    .rule = "same.bytes",
    .what = "The file has the sha256 of a source file.",
    .source = "FIPS 180-4",
    .pass = PL_PASS_FILE,
    .apply = same_bytes,
};

static const char *folded_note(const struct pl_match *m, pl_bytes ours, pl_bytes theirs)
{
    pl_bytes a = pl_shebang_of(theirs);
    pl_bytes b = pl_shebang_of(ours);
    if (pl_bytes_eq(a, b))
        return "line ends or trailing blanks differ";
    return pl_arena_printf(m->arena, "interpreter line was %.*s, is %.*s", PL_ARG(a), PL_ARG(b));
}

static pl_status same_folded(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    if (!pl_is_unclaimed(f) || f->data.p == NULL || !f->is_whole || !pl_is_text(f->data) || pl_is_image(f))
        return PL_OK;
    struct pl_buf folded;
    pl_sha256 digest;
    pl_buf_init(&folded, f->data.n + 16);
    pl_fold_text(f->data, &folded);
    pl_status st = pl_buf_done(&folded, err);
    if (st == PL_OK)
        st = pl_sha256_of(pl_buf_bytes(&folded), &digest, err);
    pl_buf_reset(&folded);
    if (st != PL_OK)
        return st;
    pl_units units = pl_index_units_of_folded(m->index, &digest);
    if (units.n == 0 || (is_delivered_script(m, f) && first_source(m, units) == units.n))
        return PL_OK;
    const struct pl_source_file *s = pl_index_unit_file(m->index, pl_best_named(m, f, units));
    struct pl_claim c = {.length = f->size,
                         .class = PL_CLASS_DERIVED,
                         .grade = PL_GRADE_A,
                         .rule = "same.folded",
                         .source = pl_arena_str(m->arena, s->path),
                         .source_offset = PL_NO_OFFSET,
                         .note = folded_note(m, f->data, s->data)};
    if (c.source == NULL || c.note == NULL)
        return pl_arena_fail(m->arena, err);
    return pl_ledger_claim(&f->ledger, &c, err);
}

const struct pl_rung pl_rung_same_folded = {
    .rule = "same.folded",
    .what =
        "The file is a source file but for line ends, trailing blanks, byte order mark or interpreter path.",
    .source =
        "gitattributes(5) text and eol; Unicode 15, 23.8 (byte order mark); execve(2) interpreter scripts",
    .pass = PL_PASS_FILE,
    .apply = same_folded,
};
