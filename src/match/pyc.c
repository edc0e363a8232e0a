/*
 * pyc.c - a .pyc beside its .py: every name and every string that a code object uses stands in that one file.
 *
 * Code objects are judged one by one. One that uses a name or a string which its source does not have is contradicted: its bytes stay
 * unaccounted and a finding names what is foreign; so is one that lacks a name which its source uses (pyc_lost.h), and one whose instructions do what the statement
 * at their line does not say (pyc_changed.h). Jumps and the order of things are not compared, so the rest is grade C.
 *
 * Source: pyc.h; Python reference, 2.4.1 (what a string literal is worth) and 4.2.2 (names).
 */
#include "format/binary/pyc.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/siphash.h"
#include "format/text/lex.h"
#include "format/text/words.h"
#include "match/claim.h"
#include "match/pyc_changed.h"
#include "match/pyc_lost.h"

#include <string.h>

#define RULE        "bytecode.python"
#define IS_LOST     2u    /* in `contradicted`: it lacks something */
#define IS_CHANGED  3u    /* it does something else */
#define SIPHASH_1_3 3450u /* from Python 3.11 on sources are hashed with fewer rounds */
#define SHOWN       8u
#define SHOWN_BYTES 60u
#define MAX_REPORTS 50u /* of one file; further code objects are unaccounted without a finding of their own */
#define LOST_BUDGET (1u << 26) /* tokens and facts that are looked at for what one file lost */
#define CHANGED_BUDGET                                                                                       \
    (1u << 28) /* facts and bytes of statements that are looked at for what one file changed */
#define FIND_BYTES (256u << 20) /* of source that is searched for one file */

struct check {
    const struct pl_match *m;
    struct pl_file *f;
    struct pl_pyc pyc;
    pl_bytes source;
    const char *path;
    struct pl_map words; /* of the source */
    uint64_t find_bytes; /* of the source that may still be searched for texts */
    struct pl_pyc_lost lost;
    struct pl_pyc_lines lines;
    uint64_t changed_budget;
    uint8_t *contradicted; /* by code object */
    uint32_t reports;
};

/* "m" of "pkg/__pycache__/m.cpython-311.pyc". */
static pl_bytes module_of(pl_bytes name)
{
    pl_bytes base = pl_bytes_basename(name);
    return pl_bytes_sub(base, 0, pl_bytes_find_byte(base, '.', 0));
}

/* The .py of that name whose folders agree most; false when there is none. */
static bool find_source(struct check *x)
{
    pl_bytes module = module_of(x->f->name);
    char text[256];
    if (module.n > 200)
        return false;
    memcpy(text, module.p, module.n);
    memcpy(text + module.n, ".py", 3);
    pl_units units = pl_index_units_of_name(x->m->index, pl_bytes_of(text, module.n + 3));
    if (units.n == 0)
        return false;
    /* As its folder would be named without __pycache__. */
    struct pl_file as_source = *x->f;
    pl_bytes folder = pl_bytes_sub(x->f->name, 0, x->f->name.n - pl_bytes_basename(x->f->name).n);
    if (pl_bytes_ends(folder, PL_LIT("__pycache__/")))
        folder = pl_bytes_sub(folder, 0, folder.n - 12);
    const char *name = pl_arena_printf(x->m->scratch, "%.*s%.*s.py", PL_ARG(folder), PL_ARG(module));
    if (name == NULL)
        return false;
    as_source.name = pl_bytes_of_str(name);
    uint32_t best = pl_best_named(x->m, &as_source, units);
    /* The header tells the size of the right one. */
    for (size_t i = units.n; i > 0 && x->pyc.source_size != 0; i--)
        if (pl_index_unit_file(x->m->index, best)->data.n != x->pyc.source_size &&
            pl_index_unit_file(x->m->index, units.v[i - 1])->data.n == x->pyc.source_size)
            best = units.v[i - 1];
    const struct pl_source_file *s = pl_index_unit_file(x->m->index, best);
    x->source = s->data;
    x->path = pl_arena_str(x->m->arena, s->path);
    return x->path != NULL;
}

static pl_status add_words(struct check *x, pl_bytes text, struct pl_err *err)
{
    pl_bytes word;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_words_next(&text, &word))
        st = pl_map_add(&x->words, word, 1, NULL, err);
    return st;
}

/* The words of a run of neighbouring strings, decoded and joined. */
static pl_status add_joined(struct check *x, struct pl_buf *joined, struct pl_err *err)
{
    pl_bytes kept = pl_arena_keep(x->m->scratch, pl_buf_bytes(joined));
    pl_buf_clear(joined);
    return kept.p == NULL ? pl_arena_fail(x->m->scratch, err) : add_words(x, kept, err);
}

/* All words of the source: those of its text as it stands, comments too, and those of what its strings are worth. */
static pl_status read_source(struct check *x, struct pl_err *err)
{
    struct pl_lex lexer;
    struct pl_lex_token token;
    struct pl_buf joined;
    const struct pl_lex_language *python = pl_lex_language_named("python");
    pl_map_init(&x->words);
    pl_status st = add_words(x, x->source, err);
    if (st == PL_OK)
        st = add_words(x, PL_LIT("locals lambda module listcomp genexpr dictcomp setcomp"), err);
    pl_buf_init(&joined, 2 * x->source.n + 16);
    pl_lex_init(&lexer, x->source, python);
    while (st == PL_OK && pl_lex_next(&lexer, &token)) {
        if (token.kind == PL_LEX_STRING)
            pl_lex_decode(&token, python, &joined);
        else if (joined.n > 0 && token.kind != PL_LEX_COMMENT)
            st = add_joined(x, &joined, err);
    }
    if (st == PL_OK)
        st = add_joined(x, &joined, err);
    pl_buf_reset(&joined);
    return st;
}

/* Signs alone that the source may spell by their name or number: "\N{COMET}", "\U0001f370". */
static bool is_spelled_out(const struct check *x, pl_bytes word)
{
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] < 0x80)
            return false;
    return pl_bytes_find(x->source, PL_LIT("\\N{"), 0) != SIZE_MAX ||
           pl_bytes_find(x->source, PL_LIT("\\U0"), 0) != SIZE_MAX;
}

/* Does the source have each word of the text? Private names are found without their class: _C__name is __name. */
static bool has_words(const struct check *x, pl_bytes text)
{
    pl_bytes word;
    while (pl_words_next(&text, &word)) {
        size_t at = pl_bytes_find(word, PL_LIT("__"), 1);
        uint64_t there;
        bool is_private =
            word.p[0] == '_' && at != SIZE_MAX && pl_map_get(&x->words, pl_bytes_from(word, at), &there);
        if (!is_private && !pl_map_get(&x->words, word, &there) && !is_spelled_out(x, word))
            return false;
    }
    return true;
}

static bool is_foreign(struct check *x, const struct pl_pyc_fact *fact)
{
    if (fact->kind != PL_PYC_NAME && fact->kind != PL_PYC_STRING)
        return false;
    if (fact->kind == PL_PYC_NAME && pl_pyc_is_made(fact->text))
        return false;
    bool is_repeated = fact->text.n > 0 && pl_bytes_all(fact->text, fact->text.p[0]); /* "u" * 4 */
    if (is_repeated || has_words(x, fact->text))
        return false;
    /* A text that begins or ends inside of a word. */
    if (x->find_bytes < x->source.n)
        return true;
    x->find_bytes -= x->source.n;
    return pl_bytes_find(x->source, fact->text, 0) == SIZE_MAX;
}

/* Says a foreign text where to go or what to do? Folding of constants makes strings that are in no source, but not of this form. */
static bool is_telling(const struct pl_pyc_fact *fact)
{
    return fact->kind == PL_PYC_NAME || pl_bytes_find_byte(fact->text, '/', 0) != SIZE_MAX ||
           pl_bytes_find_byte(fact->text, ' ', 0) != SIZE_MAX ||
           pl_bytes_find_byte(fact->text, ':', 0) != SIZE_MAX ||
           pl_bytes_find_byte(fact->text, '(', 0) != SIZE_MAX;
}

/* A finding that names the first foreign texts of a code object. */
static pl_status report(struct check *x, const struct pl_pyc_code *code, uint32_t number, struct pl_err *err)
{
    struct pl_finding *finding;
    struct pl_buf list;
    size_t shown = 0;
    bool is_error = false;
    pl_buf_init(&list, SHOWN * (SHOWN_BYTES + 2));
    for (size_t i = 0; i < x->pyc.facts.n && shown < SHOWN; i++) {
        const struct pl_pyc_fact *fact = &x->pyc.facts.v[i];
        if (fact->code != number || !is_foreign(x, fact))
            continue;
        is_error = is_error || is_telling(fact);
        pl_buf_add_str(&list, shown++ > 0 ? ", " : "");
        pl_buf_add(&list, pl_bytes_sub(fact->text, 0, SHOWN_BYTES));
    }
    pl_status st = pl_buf_done(&list, err);
    if (st == PL_OK)
        st = pl_findings_add(&x->f->findings, "bytecode.foreign",
                             is_error ? PL_SEVERITY_ERROR : PL_SEVERITY_WARNING, code->offset, code->length,
                             &finding, err, "%.*s uses names or strings that %s does not have",
                             PL_ARG(code->name), x->path);
    if (st == PL_OK)
        st = pl_finding_fact(&x->f->findings, finding, "not in the source", pl_buf_bytes(&list), err);
    pl_buf_reset(&list);
    return st;
}

/* A statement of the source that the code object lacks. Of optimised code asserts are gone. */
static pl_status find_lost(struct check *x, uint32_t number, struct pl_err *err)
{
    const struct pl_pyc_code *code = &x->pyc.codes.v[number];
    struct pl_finding *finding;
    struct pl_buf list;
    size_t n = 0;
    if (pl_bytes_find(x->f->name, PL_LIT(".opt-"), 0) != SIZE_MAX)
        return PL_OK;
    /* What a method lacks its class lacks, too; inner ones come first. */
    for (uint32_t i = number; i > 0 && x->pyc.codes.v[i - 1].offset >= code->offset; i--)
        if (x->contradicted[i - 1] == IS_LOST)
            return PL_OK;
    pl_buf_init(&list, SHOWN * (SHOWN_BYTES + 2));
    pl_status st = pl_pyc_lost_names(&x->lost, number, &list, &n, err);
    if (st == PL_OK && n > 0) {
        x->contradicted[number] = IS_LOST;
        if (x->reports++ < MAX_REPORTS) {
            st = pl_findings_add(&x->f->findings, "bytecode.lost", PL_SEVERITY_ERROR, code->offset,
                                 code->length, &finding, err, "%.*s lacks names that its source in %s uses",
                                 PL_ARG(code->name), x->path);
            if (st == PL_OK)
                st = pl_finding_fact(&x->f->findings, finding, "in the source alone", pl_buf_bytes(&list),
                                     err);
        }
    }
    pl_buf_reset(&list);
    return st;
}

/* Instructions that do what the statement at their line does not say. */
static pl_status find_changed(struct check *x, uint32_t number, struct pl_err *err)
{
    const struct pl_pyc_code *code = &x->pyc.codes.v[number];
    struct pl_finding *finding;
    struct pl_buf list;
    size_t n = 0;
    pl_buf_init(&list, SHOWN * (SHOWN_BYTES + 32));
    pl_status st = pl_pyc_changed(&x->lines, &x->pyc, number, &x->changed_budget, &list, &n, err);
    if (st == PL_OK && n > 0) {
        x->contradicted[number] = IS_CHANGED;
        if (x->reports++ < MAX_REPORTS) {
            st = pl_findings_add(&x->f->findings, "bytecode.changed", PL_SEVERITY_ERROR, code->offset,
                                 code->length, &finding, err,
                                 "%.*s does what the statements of %s at these lines do not say",
                                 PL_ARG(code->name), x->path);
            if (st == PL_OK)
                st = pl_finding_fact(&x->f->findings, finding, "in the bytecode alone", pl_buf_bytes(&list),
                                     err);
        }
    }
    pl_buf_reset(&list);
    return st;
}

static pl_status claim_code(struct check *x, uint32_t number, bool is_foreign_code, struct pl_err *err)
{
    const struct pl_pyc_code *code = &x->pyc.codes.v[number];
    bool is_contradicted = x->contradicted[number];
    /* Inner ones come first, and the earlier claim wins. */
    pl_status st = pl_match_claim(
        x->f, code->offset, code->length, is_contradicted ? PL_CLASS_UNACCOUNTED : PL_CLASS_DERIVED,
        is_contradicted ? PL_GRADE_NONE : PL_GRADE_C, RULE, is_contradicted ? NULL : x->path, err);
    return st == PL_OK && is_foreign_code && x->reports++ < MAX_REPORTS ? report(x, code, number, err) : st;
}

/* What the header says of the source: its size, or its hash under the magic number as the key (PEP 552). */
static pl_status check_header(struct check *x, struct pl_err *err)
{
    bool is_new = (x->pyc.magic & 0xffff) >= SIPHASH_1_3;
    if ((x->pyc.flags & ~3u) != 0 || x->pyc.flags == 2)
        return pl_findings_add(&x->f->findings, "bytecode.header", PL_SEVERITY_ERROR, 4, 4, NULL, err,
                               "flags that no compiler writes: 0x%x", x->pyc.flags);
    if ((x->pyc.flags & 1) != 0 &&
        x->pyc.source_hash != pl_siphash(x->source, x->pyc.magic, 0, is_new ? 1 : 2, is_new ? 3 : 4))
        return pl_findings_add(&x->f->findings, "bytecode.header", PL_SEVERITY_ERROR, 8, 8, NULL, err,
                               "compiled from a source with another hash than %s", x->path);
    if (x->pyc.source_size != 0 && x->pyc.source_size != x->source.n)
        return pl_findings_add(&x->f->findings, "bytecode.header", PL_SEVERITY_WARNING, 12, 4, NULL, err,
                               "compiled from a source of %u bytes; %s has %zu", x->pyc.source_size, x->path,
                               x->source.n);
    return PL_OK;
}

static pl_status compare(struct check *x, struct pl_err *err)
{
    pl_status st = read_source(x, err);
    x->contradicted = pl_arena_take_n(x->m->scratch, x->pyc.codes.n, 1);
    if (st == PL_OK && x->contradicted == NULL)
        st = pl_arena_fail(x->m->scratch, err);
    for (size_t i = 0; i < x->pyc.facts.n && st == PL_OK; i++)
        if (!x->contradicted[x->pyc.facts.v[i].code])
            x->contradicted[x->pyc.facts.v[i].code] = is_foreign(x, &x->pyc.facts.v[i]);
    if (st == PL_OK)
        st = pl_match_claim(x->f, 0, PL_PYC_HEADER_BYTES, PL_CLASS_STRUCTURE, PL_GRADE_NONE, RULE, NULL, err);
    if (st == PL_OK)
        st = check_header(x, err);
    x->lost = (struct pl_pyc_lost){.pyc = &x->pyc, .source = x->source, .budget = LOST_BUDGET};
    if (st == PL_OK)
        st = pl_pyc_lines_read(&x->lines, x->source, x->words.seed, err);
    for (uint32_t i = 0; i < x->pyc.codes.n && st == PL_OK; i++) {
        bool was_contradicted = x->contradicted[i];
        st = was_contradicted ? PL_OK : find_lost(x, i, err);
        if (st == PL_OK && !x->contradicted[i])
            st = find_changed(x, i, err);
        if (st == PL_OK)
            st = claim_code(x, i, was_contradicted, err);
    }
    if (st == PL_OK && x->pyc.end < x->f->data.n)
        st = pl_findings_add(&x->f->findings, "bytecode.foreign", PL_SEVERITY_ERROR, x->pyc.end,
                             x->f->data.n - x->pyc.end, NULL, err, "bytes behind the end of the code");
    pl_pyc_lines_reset(&x->lines);
    pl_map_reset(&x->words);
    return st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct check x = {.m = m, .f = f, .find_bytes = FIND_BYTES, .changed_budget = CHANGED_BUDGET};
    struct pl_err why;
    if (f->data.p == NULL || !f->is_whole || !pl_is_unclaimed(f) || f->kind == NULL ||
        strcmp(f->kind, "python-bytecode") != 0)
        return PL_OK;
    pl_status st = pl_pyc_read(f->data, &x.pyc, &why);
    if (st == PL_OK && find_source(&x))
        st = compare(&x, err);
    else if (st == PL_E_NOMEM)
        st = pl_fail_nomem(err);
    else
        st = PL_OK; /* opaque, says the next rung */
    pl_pyc_reset(&x.pyc);
    return st;
}

const struct pl_rung pl_rung_bytecode_python = {
    .rule = RULE,
    .what = "Compiled Python: each code object's names and strings stand in the .py of its name; "
            "its operators, constants and names in the statement at their line.",
    .source = "CPython Python/marshal.c; PEP 552",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
