/*
 * atoms.c - the strings and imports of a package's images, each with the rule that explains it. What run-strings counts.
 *
 *     atoms SUBJECT [STRING...]      STRING: "i:NAME" is asked about as an import, "s:TEXT" as a string, in file "-"
 *
 * One line each: kind (s, i), rule, "strict" or "loose", place in the source, file, the atom. Fields are parted by tabs.
 * The loosest rules, which search the whole source text, are not asked here.
 * A kind of f is a finding that the judge makes of them: severity, tag, "-", file, its first fact.
 */
#include "base/quote.h"
#include "classify/classify.h"
#include "format/archive/unpack.h"
#include "format/binary/elf_dynamic.h"
#include "judge/foreign.h"
#include "match/code_imports.h"
#include "match/elf_strings.h"
#include "pipeline/acquire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct pl_rung pl_rung_elf_imports;
extern const struct pl_rung pl_rung_elf_strings;

struct run {
    struct pl_literals *literals;
    struct pl_match m;
    struct pl_arena arena;
    const struct pl_limits *limits;
};

static void print_atom(char kind, const char *rule, bool is_strict, const char *source, pl_bytes path,
                       pl_bytes atom)
{
    struct pl_buf b;
    pl_buf_init(&b, 1 << 20);
    pl_quote(&b, path);
    pl_buf_add_byte(&b, '\t');
    pl_quote(&b, atom);
    printf("%c\t%s\t%s\t%s\t%.*s\n", kind, rule == NULL ? "novel" : rule,
           rule == NULL ? "-"
           : is_strict  ? "strict"
                        : "loose",
           source == NULL ? "-" : source, PL_ARG(pl_buf_bytes(&b)));
    pl_buf_reset(&b);
}

static pl_status print_import(struct run *r, pl_bytes path, pl_bytes name, struct pl_err *err)
{
    struct pl_import_hit hit = {0};
    bool found;
    pl_status st = pl_import_explain(r->literals, name, &r->arena, &found, &hit, err);
    if (st == PL_OK)
        print_atom('i', found ? hit.rule->name : NULL, found && hit.rule->is_strict, hit.source, path, name);
    return st;
}

static pl_status print_string(struct run *r, char kind, pl_bytes path, pl_bytes text, struct pl_err *err)
{
    struct pl_literal_hit hit = {0};
    bool found;
    pl_status st = pl_literals_explain(r->literals, text, &r->arena, &found, &hit, err);
    if (st == PL_OK)
        print_atom(kind, found ? hit.rule->name : NULL, found && hit.rule->is_strict, hit.source, path, text);
    return st;
}

static pl_status print_imports(struct run *r, struct pl_file *f, struct pl_err *err)
{
    struct pl_elf elf;
    struct pl_elf_dynamic dynamic;
    pl_status st = pl_elf_read(f->data, &r->arena, NULL, &elf, err);
    if (st == PL_E_INPUT)
        return PL_OK;
    if (st == PL_OK)
        st = pl_elf_dynamic_read(f->data, &elf, &r->arena, &dynamic, err);
    for (size_t i = 0; st == PL_OK && i < dynamic.n_imports; i++)
        st = print_import(r, f->name, dynamic.imports[i].text, err);
    return st;
}

/* What `plumb check` says of the file's strings and imports, without matching its code. */
static pl_status print_findings(struct run *r, struct pl_file *f, struct pl_err *err)
{
    static const char *const severities[] = {
        [PL_SEVERITY_NOTE] = "note", [PL_SEVERITY_WARNING] = "warning", [PL_SEVERITY_ERROR] = "error"};
    struct pl_policy policy = pl_policy_default();
    pl_status st = pl_match_rung(&r->m, &pl_rung_elf_imports, f, err);
    if (st == PL_OK)
        st = pl_match_rung(&r->m, &pl_rung_elf_strings, f, err);
    if (st == PL_OK)
        st = pl_judge_foreign(f, &policy, err);
    for (size_t i = 0; i < f->findings.list.n && st == PL_OK; i++) {
        const struct pl_finding *x = &f->findings.list.v[i];
        struct pl_buf b;
        pl_buf_init(&b, 1 << 20);
        pl_quote(&b, f->name);
        pl_buf_add_byte(&b, '\t');
        pl_quote(&b, x->facts[0].name == NULL ? pl_bytes_of_str(x->message) : x->facts[0].value);
        printf("f\t%s\t%s\t-\t%.*s\n", severities[x->severity], x->tag, PL_ARG(pl_buf_bytes(&b)));
        pl_buf_reset(&b);
    }
    return st;
}

static pl_status visit(void *ctx, struct pl_file *f, struct pl_err *err)
{
    struct run *r = ctx;
    struct pl_image_view view;
    pl_elf_strings strings = {0};
    bool found = false;
    pl_status st = PL_OK;
    if (f->type == PL_ENTRY_FILE && f->container == NULL && f->data.p != NULL)
        st = pl_image_view_read(f, &r->arena, &found, &view, err);
    if (st == PL_OK && found) {
        st = pl_elf_cut(f, &view, &r->arena, &strings, err);
        for (size_t i = 0; i < strings.n && st == PL_OK; i++)
            if (strings.v[i].is_clear)
                st = print_string(r, 's', f->name, strings.v[i].text, err);
        if (st == PL_OK)
            st = print_imports(r, f, err);
        if (st == PL_OK)
            st = print_findings(r, f, err);
        PL_VEC_FREE(&strings);
    }
    pl_file_reset(f);
    return st;
}

static pl_status work(struct run *r, struct pl_acquired *a, struct pl_report *report, int n, char **asked,
                      struct pl_err *err)
{
    struct pl_index *index = NULL;
    struct pl_supply_options s = {.is_offline = a->options->is_offline};
    struct pl_unpack_sink sink = {.ctx = r, .file = visit};
    pl_status st = pl_supply_open(&s, &a->supply, err);
    if (st == PL_OK)
        st = pl_acquire(a, report, err);
    if (st == PL_OK)
        st = pl_index_build(a->trees, a->n_trees, 2, &index, err);
    if (st == PL_OK)
        st = pl_literals_build(index, a->headers, a->n_headers, 2, &r->literals, err);
    r->m = (struct pl_match){.index = index,
                             .literals = r->literals,
                             .limits = r->limits,
                             .arena = &r->arena,
                             .scratch = &r->arena};
    if (st == PL_OK)
        st = pl_unpack(a->bytes, pl_bytes_of_str("package"), a->limits, &r->arena, &sink, err);
    for (int i = 0; i < n && st == PL_OK; i++) {
        pl_bytes text = pl_bytes_of_str(asked[i] + 2);
        st = asked[i][0] == 'i' ? print_import(r, PL_LIT("-"), text, err)
                                : print_string(r, 's', PL_LIT("-"), text, err);
    }
    pl_literals_free(r->literals);
    pl_index_free(index);
    return st;
}

int main(int argc, char **argv)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_err err = {0};
    if (argc < 2)
        return 2;
    struct pl_check_options o = {
        .subject = argv[1], .jobs = 2, .is_offline = getenv("ATOMS_OFFLINE") != NULL};
    struct pl_acquired a = {.options = &o, .limits = &limits};
    struct run r = {.limits = &limits};
    struct pl_report *report = pl_report_new(&limits);
    pl_arena_init(&a.arena, (size_t)limits.memory_bytes);
    pl_arena_init(&r.arena, (size_t)limits.memory_bytes);
    pl_status st = work(&r, &a, report, argc - 2, argv + 2, &err);
    for (size_t i = 0; i < report->notes.n; i++)
        fprintf(stderr, "note: %s\n", report->notes.v[i]);
    if (st != PL_OK)
        fprintf(stderr, "atoms: %s %s\n", err.text, err.subject);
    pl_acquired_release(&a);
    pl_arena_reset(&r.arena);
    pl_report_free(report);
    return st == PL_OK ? 0 : 1;
}
