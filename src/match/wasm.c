/*
 * wasm.c - a WebAssembly module: its structure is read to the last byte, its names and the strings of its data are looked for in the sources.
 *
 * Instructions are not compared: they stay opaque, and what the module asks its host for is told, since without imports it can do nothing but
 * compute. A module is linked statically, so that strings of a C or Rust library that is not given stand in no source: such are warnings.
 *
 * Source: wasm.h; WebAssembly tool conventions (Linking, Dynamic Linking, Producers) for the custom sections that tools write.
 */
#include "format/binary/wasm.h"

#include "base/buf.h"
#include "format/text/words.h"
#include "match/claim.h"
#include "match/image_view.h"

#include <string.h>

#define RULE         "wasm.structure"
#define NAME_RULE    "wasm.name"
#define STRING_RULE  "wasm.string"
#define STRING_BYTES 5u
#define MAX_STRINGS  200000u /* of one file; those behind are opaque */
#define MAX_REPORTS  20u
#define SHOWN        8u
#define SHOWN_BYTES  80u
#define FACT_BYTES   400u

struct check {
    const struct pl_match *m;
    struct pl_file *f;
    struct pl_wasm wasm;
    struct pl_buf imports;
    struct pl_buf foreign; /* strings that no source has, the first ones */
    uint64_t first_foreign;
    uint64_t n_foreign;
    uint32_t n_strings;
    uint32_t n_reports;
};

/* Each of its words stands in the sources. Without any word: a name of one or two letters, or none. */
static bool is_known(const struct check *x, pl_bytes text)
{
    pl_bytes word;
    while (pl_words_next(&text, &word))
        if (!pl_index_has_word(x->m->index, word))
            return false;
    return true;
}

/* What compilers and their runtimes import under, whatever the program is. */
static bool is_of_tool(pl_bytes module)
{
    static const char *const modules[] = {"env", "wasi_snapshot_preview1", "wasi_unstable", "GOT.mem",
                                          "GOT.func"};
    return pl_bytes_is_one_of(module, modules, sizeof modules / sizeof modules[0]);
}

/* Custom sections that tools write. */
static bool is_tool_section(pl_bytes name)
{
    static const char *const names[] = {
        "producers",  "target_features", "sourceMappingURL", "external_debug_info",
        "dylink",     "dylink.0",        "linking",          "build_id",
        "go:buildid", "go.buildid",      "component-type"};
    static const char *const starts[] = {"reloc.", ".debug_", "__wasm_bindgen", "metadata.code."};
    if (pl_bytes_is_one_of(name, names, sizeof names / sizeof names[0]))
        return true;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (pl_bytes_starts(name, pl_bytes_of_str(starts[i])))
            return true;
    return false;
}

static pl_status warn(struct check *x, const char *tag, uint64_t offset, uint64_t length, const char *what,
                      pl_bytes text, struct pl_err *err)
{
    struct pl_finding *finding;
    if (x->n_reports++ >= MAX_REPORTS)
        return PL_OK;
    pl_status st =
        pl_findings_add(&x->f->findings, tag, PL_SEVERITY_WARNING, offset, length, &finding, err, "%s", what);
    return st == PL_OK
               ? pl_finding_fact(&x->f->findings, finding, "text", pl_bytes_sub(text, 0, SHOWN_BYTES), err)
               : st;
}

static pl_status take_import(struct check *x, const struct pl_wasm_text *t, struct pl_err *err)
{
    bool is_good = is_known(x, t->text) && (is_of_tool(t->module) || is_known(x, t->module));
    if (x->imports.n < FACT_BYTES) {
        pl_buf_add_str(&x->imports, x->imports.n > 0 ? ", " : "");
        pl_buf_add(&x->imports, pl_bytes_sub(t->module, 0, SHOWN_BYTES));
        pl_buf_add_byte(&x->imports, '.');
        pl_buf_add(&x->imports, pl_bytes_sub(t->text, 0, SHOWN_BYTES));
    }
    pl_status st =
        pl_match_claim(x->f, t->offset, t->length, is_good ? PL_CLASS_DERIVED : PL_CLASS_UNACCOUNTED,
                       is_good ? PL_GRADE_C : PL_GRADE_NONE, NAME_RULE, NULL, err);
    return st == PL_OK && !is_good ? warn(x, "bytecode.foreign-import", t->offset, t->length,
                                          "no source names what this imports", t->text, err)
                                   : st;
}

static pl_status take_text(struct check *x, const struct pl_wasm_text *t, struct pl_err *err)
{
    bool is_good = is_known(x, t->text);
    if (t->kind == PL_WASM_IMPORT)
        return take_import(x, t, err);
    if (t->kind == PL_WASM_CUSTOM)
        return is_tool_section(t->text)
                   ? PL_OK
                   : warn(x, "bytecode.unknown-part", t->offset, t->length,
                          "a custom section that no known tool writes, and no engine reads", t->text, err);
    return pl_match_claim(x->f, t->offset, t->length, is_good ? PL_CLASS_DERIVED : PL_CLASS_OPAQUE,
                          is_good ? PL_GRADE_C : PL_GRADE_NONE, NAME_RULE, NULL, err);
}

/* Strings */

static bool has_word(pl_bytes text)
{
    pl_bytes word;
    return pl_words_next(&text, &word);
}

static pl_status note_foreign(struct check *x, uint64_t offset, pl_bytes text, struct pl_err *err)
{
    pl_status st =
        pl_match_claim(x->f, offset, text.n, PL_CLASS_UNACCOUNTED, PL_GRADE_NONE, STRING_RULE, NULL, err);
    if (x->n_foreign++ == 0)
        x->first_foreign = offset;
    if (x->n_foreign <= SHOWN) {
        pl_buf_add_str(&x->foreign, x->foreign.n > 0 ? ", " : "");
        pl_buf_add(&x->foreign, pl_bytes_sub(text, 0, SHOWN_BYTES));
    }
    if (st == PL_OK && pl_bytes_find(text, PL_LIT("://"), 0) != SIZE_MAX)
        st = warn(x, "bytecode.foreign", offset, text.n, "an address in its data that no source has", text,
                  err);
    return st;
}

static pl_status take_string(struct check *x, uint64_t offset, pl_bytes text, struct pl_err *err)
{
    struct pl_literal_hit hit;
    bool found = false;
    pl_status st = PL_OK;
    if (x->n_strings++ >= MAX_STRINGS || !has_word(text))
        return PL_OK;
    if (x->m->literals != NULL)
        st = pl_literals_explain(x->m->literals, text, x->m->arena, &found, &hit, err);
    if (st != PL_OK)
        return st;
    if (found)
        return pl_match_claim(x->f, offset, text.n, PL_CLASS_DERIVED,
                              hit.rule->is_strict ? PL_GRADE_B : PL_GRADE_C, hit.rule->name, hit.source, err);
    return is_known(x, text)
               ? pl_match_claim(x->f, offset, text.n, PL_CLASS_DERIVED, PL_GRADE_C, STRING_RULE, NULL, err)
               : note_foreign(x, offset, text, err);
}

static bool is_text_byte(uint8_t b)
{
    return (b >= 0x20 && b < 0x7f) || b == '\n' || b == '\t' || b == '\r' || b >= 0x80;
}

/* Runs of text in a segment; a string ends where its bytes do, as Rust and Go write them, or at a NUL. */
static pl_status take_segment(struct check *x, const struct pl_image_range *range, struct pl_err *err)
{
    pl_status st = PL_OK;
    size_t end = (size_t)(range->offset + range->length);
    const uint8_t *p = x->f->data.p;
    for (size_t i = (size_t)range->offset; i < end && st == PL_OK;) {
        size_t from = i;
        while (i < end && is_text_byte(p[i]))
            i++;
        if (i - from >= STRING_BYTES)
            st = take_string(x, from, pl_bytes_sub(x->f->data, from, i - from), err);
        i = i == from ? i + 1 : i;
    }
    return st;
}

/* What is left of code and data was not compared. */
static pl_status claim_rest(struct check *x, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < x->wasm.n_ranges && st == PL_OK; i++) {
        const struct pl_image_range *range = &x->wasm.ranges[i];
        bool is_code = range->owner == PL_IMAGE_CODE;
        struct pl_claim c = {.offset = range->offset,
                             .length = range->length,
                             .class = PL_CLASS_OPAQUE,
                             .rule = is_code ? "wasm.code" : "wasm.data",
                             .source_offset = PL_NO_OFFSET,
                             .note = range->what};
        if (is_code || range->owner == PL_IMAGE_DATA)
            st = pl_ledger_claim(&x->f->ledger, &c, err);
    }
    return st;
}

static pl_status report(struct check *x, struct pl_err *err)
{
    struct pl_finding *finding;
    pl_status st = pl_image_fact(x->m, x->f, "wasm.imports", pl_buf_bytes(&x->imports), err);
    if (st != PL_OK || x->n_foreign == 0)
        return st;
    st = pl_findings_add(&x->f->findings, "bytecode.foreign", PL_SEVERITY_WARNING, x->first_foreign, 0,
                         &finding, err,
                         "%llu strings of its data stand in no source, of which this is the first",
                         (unsigned long long)x->n_foreign);
    return st == PL_OK ? pl_finding_fact(&x->f->findings, finding, "not in the source",
                                         pl_buf_bytes(&x->foreign), err)
                       : st;
}

static pl_status compare(struct check *x, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < x->wasm.texts.n && st == PL_OK; i++)
        st = take_text(x, &x->wasm.texts.v[i], err);
    for (size_t i = 0; i < x->wasm.n_ranges && st == PL_OK; i++)
        if (x->wasm.ranges[i].owner == PL_IMAGE_DATA && strcmp(x->wasm.ranges[i].what, PL_WASM_SEGMENT) == 0)
            st = take_segment(x, &x->wasm.ranges[i], err);
    if (st == PL_OK)
        st = pl_image_claim(x->f, RULE, x->wasm.ranges, x->wasm.n_ranges, err);
    if (st == PL_OK)
        st = claim_rest(x, err);
    return st == PL_OK ? report(x, err) : st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct check x = {.m = m, .f = f};
    struct pl_err why = {.status = PL_OK};
    if (f->data.p == NULL || !f->is_whole || !pl_is_unclaimed(f) || f->kind == NULL ||
        strcmp(f->kind, "wasm") != 0)
        return PL_OK;
    pl_status st = pl_wasm_read(f->data, m->arena, &f->findings, &x.wasm, &why);
    if (st == PL_E_INPUT)
        return pl_image_claim_damaged(f, "WebAssembly", "wasm.damaged", &why, err);
    if (st != PL_OK) {
        if (err != NULL)
            *err = why;
        return st;
    }
    pl_buf_init(&x.imports, FACT_BYTES + 4 * SHOWN_BYTES);
    pl_buf_init(&x.foreign, SHOWN * (SHOWN_BYTES + 2));
    st = compare(&x, err);
    if (st == PL_OK && (x.imports.why == PL_E_NOMEM || x.foreign.why == PL_E_NOMEM))
        st = pl_fail_nomem(err);
    pl_buf_reset(&x.imports);
    pl_buf_reset(&x.foreign);
    pl_wasm_reset(&x.wasm);
    return st;
}

const struct pl_rung pl_rung_bytecode_wasm = {
    .rule = RULE,
    .what = "WebAssembly: sections read to their last byte, names and strings of the data that stand in the "
            "sources; "
            "instructions are not compared.",
    .source = "WebAssembly Core Specification 2.0, chapter 5",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
