/*
 * foreign.c - findings for strings, imports, libraries, search paths, sections and loaders that the source does not ask for.
 *
 * What decides between an error and a warning is noise: how often an honest file has such a thing (policy.h, tests/accuracy/strings.md).
 */
#include "judge/foreign.h"

static const struct {
    const char *tag;
    const char *message;
    const char *fact;
} kinds[PL_FOREIGN_KINDS] = {
    [PL_FOREIGN_STRING] = {"code.foreign-string", "a string stands nowhere in the source", "string"},
    [PL_FOREIGN_IMPORT] = {"code.foreign-import", "the source does not ask for this import", "import"},
    [PL_FOREIGN_LIBRARY] = {"code.foreign-library", "no build file of the source names this library",
                            "library"},
    [PL_FOREIGN_RUNPATH] = {"code.runpath", "no build file of the source sets this search path", "path"},
    [PL_FOREIGN_SECTION] = {"image.foreign-section",
                            "no compiler, linker or source makes a section of this name", "section"},
    [PL_FOREIGN_LOADER] = {"code.loader", "the system has no such loader, and the source does not name it",
                           "path"},
};

/* No rule at all explains it, and it is more than a table that looks like text: no table looks like a URL with a host. */
static bool is_novel(const struct pl_foreign *x)
{
    return x->loose_rule == NULL && (x->is_used || x->names_host);
}

/*
 * Is the thing alone a contradiction? A string only when it leads out of the program and holds words that stand nowhere: others are put together
 * at build time too often.
 */
static bool is_error(const struct pl_foreign *x, const struct pl_policy *policy)
{
    bool is_telling = x->kind != PL_FOREIGN_STRING || x->names_host ||
                      (x->names_place && x->novel_words >= policy->foreign_string_words);
    return policy->foreign_is_error[x->kind] && is_novel(x) && is_telling;
}

/* So many things of this kind are unexplained that our rules do not fit the file's language. */
static bool is_noisy(const struct pl_file *f, const struct pl_policy *policy, enum pl_foreign_kind kind)
{
    uint64_t n = 0;
    for (size_t i = 0; i < f->foreign.n; i++)
        n += f->foreign.v[i].kind == kind && is_novel(&f->foreign.v[i]);
    return n > policy->foreign_noise_count && n * 1000000 > f->asked[kind] * policy->foreign_noise_ppm;
}

static pl_status add_finding(struct pl_file *f, const struct pl_foreign *x, bool as_error, struct pl_err *err)
{
    struct pl_finding *finding;
    pl_status st =
        pl_findings_add(&f->findings, kinds[x->kind].tag, as_error ? PL_SEVERITY_ERROR : PL_SEVERITY_WARNING,
                        x->offset, x->length, &finding, err, "%s%s", kinds[x->kind].message,
                        x->is_used ? "" : ", and nothing refers to it");
    if (st == PL_OK)
        st = pl_finding_fact(&f->findings, finding, kinds[x->kind].fact, x->text, err);
    if (st == PL_OK && x->loose_rule != NULL)
        st = pl_finding_fact(&f->findings, finding, "loose rule", pl_bytes_of_str(x->loose_rule), err);
    return st;
}

pl_status pl_judge_foreign(struct pl_file *f, const struct pl_policy *policy, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (int kind = 0; kind < PL_FOREIGN_KINDS; kind++) {
        bool noisy = is_noisy(f, policy, (enum pl_foreign_kind)kind);
        uint64_t listed = 0;
        uint64_t folded = 0;
        for (size_t i = 0; i < f->foreign.n && st == PL_OK; i++) {
            const struct pl_foreign *x = &f->foreign.v[i];
            bool is_open = x->kind == PL_FOREIGN_IMPORT && f->is_of_absent; /* nobody can tell */
            bool as_error = !noisy && !is_open && is_error(x, policy);
            if ((int)x->kind != kind)
                continue;
            if (as_error || listed++ < policy->foreign_per_file)
                st = add_finding(f, x, as_error, err);
            else
                folded++;
        }
        if (st == PL_OK && folded > 0)
            st = pl_findings_add(&f->findings, kinds[kind].tag, PL_SEVERITY_WARNING, PL_NO_OFFSET, 0, NULL,
                                 err, "%llu more of this kind", (unsigned long long)folded);
    }
    return st;
}
