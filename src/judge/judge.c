/*
 * judge.c - the verdict on a sealed ledger.
 *
 * docs/levels.md: `sourced` is broken when something contradicts the source (an error finding), unproven when bytes stay
 * unaccounted or opaque, a limit kept a container from being read, or a name in an image is one that nobody can tell of, and nothing contradicts; it holds when all active bytes and 99 % of
 * the passive ones are accounted for.
 */
#include "judge/judge.h"

#include "judge/foreign.h"

#include "base/quote.h"
#include "base/size.h"

#include <stdlib.h>
#include <string.h>

static uint64_t file_total(const uint64_t by_class[PL_CLASS_COUNT])
{
    uint64_t sum = 0;
    for (int c = 0; c < PL_CLASS_COUNT; c++)
        sum += by_class[c];
    return sum;
}

static void add_totals(struct pl_report *r, const struct pl_file *f)
{
    uint64_t by_class[PL_CLASS_COUNT];
    uint64_t by_grade[PL_GRADE_COUNT];
    (void)pl_ledger_totals(&f->ledger, by_class, by_grade); /* members are counted in their own records */
    uint64_t total = file_total(by_class);
    for (int c = 0; c < PL_CLASS_COUNT; c++)
        r->bytes[c] += by_class[c];
    for (int g = 0; g < PL_GRADE_COUNT; g++)
        r->grades[g] += by_grade[g];
    r->total_bytes += total;
    if (f->role == PL_ROLE_PASSIVE) {
        r->passive_bytes += total;
        r->passive_unaccounted += by_class[PL_CLASS_UNACCOUNTED];
        r->passive_opaque += by_class[PL_CLASS_OPAQUE];
    } else {
        r->active_bytes += total;
        r->active_unaccounted += by_class[PL_CLASS_UNACCOUNTED];
        r->active_opaque += by_class[PL_CLASS_OPAQUE];
    }
}

/* In a passive file the ranges are one note: they weigh by their sum alone. */
static pl_status judge_passive(struct pl_file *f, uint64_t left, struct pl_err *err)
{
    struct pl_buf words;
    pl_buf_init(&words, 128);
    pl_add_thousands(&words, left);
    pl_buf_printf(&words, " bytes in %zu range%s", f->residues.n, f->residues.n == 1 ? "" : "s");
    pl_status st = pl_buf_done(&words, err);
    if (st == PL_OK && left == f->size)
        st = pl_findings_add(&f->findings, "file.unaccounted", PL_SEVERITY_NOTE, 0, left, NULL, err,
                             "no source explains this file");
    else if (st == PL_OK)
        st = pl_findings_add(&f->findings, "text.unaccounted", PL_SEVERITY_NOTE, f->residues.v[0].offset,
                             f->residues.v[0].length, NULL, err,
                             "no source explains %.*s, of which this is the first",
                             PL_ARG(pl_buf_bytes(&words)));
    pl_buf_reset(&words);
    return st;
}

static pl_status judge_active(struct pl_file *f, const struct pl_residue *x, bool is_whole_file,
                              bool contradicts, struct pl_err *err)
{
    struct pl_finding *finding;
    enum pl_severity severity = contradicts ? PL_SEVERITY_ERROR : PL_SEVERITY_WARNING;
    pl_status st;
    if (is_whole_file && f->is_added)
        st = pl_findings_add(&f->findings, "tree.added", severity, x->offset, x->length, &finding, err,
                             "the revision has no such file, and no source explains it");
    else if (is_whole_file)
        st = pl_findings_add(&f->findings, "file.unaccounted", severity, x->offset, x->length, &finding, err,
                             "no source explains this file");
    else
        st = pl_findings_add(&f->findings, "text.unaccounted", severity, x->offset, x->length, &finding, err,
                             "no source explains these bytes");
    if (st == PL_OK && x->novel_words > 0)
        st = pl_finding_fact(&f->findings, finding, "words not in any source", x->sample, err);
    if (st == PL_OK && x->made.n > 0)
        st = pl_finding_fact(&f->findings, finding, "cannot tell", x->made, err);
    if (st == PL_OK && x->bytes.n > 0)
        st = pl_finding_fact(&f->findings, finding, "bytes", x->bytes, err);
    return st;
}

/* Bytes of [offset, offset + length) that nothing explains. */
static bool overlaps_residue(const struct pl_file *f, uint64_t offset, uint64_t length)
{
    size_t low = 0;
    size_t high = f->residues.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (f->residues.v[mid].offset + f->residues.v[mid].length <= offset)
            low = mid + 1;
        else
            high = mid;
    }
    return low < f->residues.n && f->residues.v[low].offset < offset + length;
}

static uint32_t sensitive_of(const struct pl_script_run *x)
{
    return x->sensitive_context + x->sensitive_novel + x->sensitive_beside + x->addresses + x->escaped;
}

/* Codes of characters, and a name that makes something of them: all of it may stand in the source, but not like this. */
static bool spells_by_numbers(const struct pl_script_run *x, const struct pl_policy *policy)
{
    return sensitive_of(x) > 0 && x->numbers >= policy->script_sensitive_numbers;
}

static bool script_contradicts(const struct pl_script_run *x, const struct pl_policy *policy)
{
    uint32_t strong = x->novel - x->novel_weak;
    if (x->novel == 0 && x->bare == 0)
        return spells_by_numbers(x, policy);
    return strong >= policy->script_novel_atoms ||
           (sensitive_of(x) > 0 && strong >= policy->script_novel_sensitive) ||
           x->sensitive_context >= policy->script_context_sensitive || x->bare > 0 ||
           spells_by_numbers(x, policy);
}

static pl_status judge_script_run(struct pl_file *f, const struct pl_script_run *x, bool contradicts,
                                  struct pl_err *err)
{
    enum pl_severity severity = contradicts ? PL_SEVERITY_ERROR : PL_SEVERITY_WARNING;
    struct pl_finding *finding;
    pl_status st;
    if (x->novel > 0 || x->bare > 0)
        st = pl_findings_add(&f->findings, "script.novel-code", severity, x->offset, x->length, &finding, err,
                             "%u names, strings or numbers here stand in no source", x->novel);
    else
        st = pl_findings_add(&f->findings, "script.moved-code", severity, x->offset, x->length, &finding, err,
                             "%u names, strings or numbers stand in the source, but not here", x->context);
    if (st == PL_OK && x->missing.n > 0)
        st = pl_finding_fact(&f->findings, finding, "a missing source may explain it", x->missing, err);
    if (st == PL_OK && x->sample.n > 0)
        st = pl_finding_fact(&f->findings, finding, "not in any source", x->sample, err);
    if (st == PL_OK && x->bytes.n > 0)
        st = pl_finding_fact(&f->findings, finding, "bytes", x->bytes, err);
    return st;
}

/* Runs of a script's atoms: errors all of them, of the others the first ones. */
static pl_status judge_script(struct pl_file *f, const struct pl_policy *policy, struct pl_err *err)
{
    pl_status st = PL_OK;
    size_t listed = 0;
    for (size_t i = 0; i < f->script_runs.n && st == PL_OK; i++) {
        const struct pl_script_run *x = &f->script_runs.v[i];
        if (!overlaps_residue(f, x->offset, x->length))
            continue;
        bool contradicts = f->role == PL_ROLE_ACTIVE && x->missing.n == 0 && script_contradicts(x, policy);
        if (contradicts || listed++ < policy->residues_per_file)
            st = judge_script_run(f, x, contradicts, err);
    }
    return st;
}

static bool looks_random(const struct pl_residue *x, const struct pl_policy *policy)
{
    uint64_t most = policy->random_data_floor + x->length / 10;
    most = most < policy->random_data_unevenness ? most : policy->random_data_unevenness;
    return x->length >= policy->random_data_bytes && x->unevenness >= policy->random_data_evenness &&
           x->unevenness <= most;
}

/* Data of an image: one warning for all of it, and an error for each part that looks like a cipher or a packed
 * program; a warning where it may be a table that the build has made. */
static pl_status judge_data(struct pl_file *f, const struct pl_policy *policy, struct pl_err *err)
{
    const struct pl_residue *first = NULL;
    uint64_t left = 0;
    pl_status st = PL_OK;
    for (size_t i = 0; i < f->residues.n && st == PL_OK; i++) {
        const struct pl_residue *x = &f->residues.v[i];
        if (!x->is_data)
            continue;
        first = first == NULL ? x : first;
        left += x->length;
        if (!looks_random(x, policy))
            continue;
        struct pl_finding *finding;
        st = pl_findings_add(
            &f->findings, "data.high-entropy", x->made.n > 0 ? PL_SEVERITY_WARNING : PL_SEVERITY_ERROR,
            x->offset, x->length, &finding, err,
            "%llu bytes of data that no source explains look random or compressed (chi-square %llu)",
            (unsigned long long)x->length, (unsigned long long)x->unevenness);
        if (st == PL_OK && x->made.n > 0)
            st = pl_finding_fact(&f->findings, finding, "made by the build", x->made, err);
    }
    if (st == PL_OK && first != NULL)
        st = pl_findings_add(
            &f->findings, "data.unaccounted", PL_SEVERITY_WARNING, first->offset, first->length, NULL, err,
            "no source explains %llu bytes of data, of which these are the first", (unsigned long long)left);
    return st;
}

/* A finding for each range that nothing explains, an error where it contradicts the source. */
static pl_status judge_residues(struct pl_file *f, const struct pl_policy *policy, struct pl_err *err)
{
    pl_status st = PL_OK;
    uint64_t left = 0;
    size_t listed = 0;
    size_t texts = 0;
    for (size_t i = 0; i < f->residues.n; i++) {
        left += f->residues.v[i].length;
        texts += !f->residues.v[i].is_data;
    }
    st = judge_data(f, policy, err);
    if (st != PL_OK || texts == 0)
        return st;
    if (f->role == PL_ROLE_PASSIVE)
        return judge_passive(f, left, err);
    if (f->script.atoms > 0)
        return judge_script(f, policy, err);
    for (size_t i = 0; i < f->residues.n && st == PL_OK; i++) {
        const struct pl_residue *x = &f->residues.v[i];
        if (x->is_data)
            continue;
        bool contradicts = x->novel_words >= policy->novel_words && !f->is_other_version && x->made.n == 0;
        if (contradicts || listed++ < policy->residues_per_file)
            st = judge_active(f, x, left == f->size, contradicts, err);
    }
    return st;
}

/* Kinds are named by format, with the machine after a dash where there is one. */
bool pl_is_code(const struct pl_file *f)
{
    static const char *const formats[] = {"elf",           "pe", "macho", "class", "python-bytecode", "wasm",
                                          "static-library"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0] && f->kind != NULL; i++) {
        size_t n = strlen(formats[i]);
        if (strncmp(f->kind, formats[i], n) == 0 && (f->kind[n] == '\0' || f->kind[n] == '-'))
            return true;
    }
    return false;
}

static pl_status add_counted(struct pl_findings *to, const char *tag, enum pl_severity severity,
                             uint64_t bytes, const char *words, struct pl_err *err)
{
    struct pl_buf number;
    pl_buf_init(&number, 64);
    pl_add_thousands(&number, bytes);
    pl_status st = pl_buf_done(&number, err);
    if (st == PL_OK)
        st = pl_findings_add(to, tag, severity, PL_NO_OFFSET, 0, NULL, err, "%.*s %s",
                             PL_ARG(pl_buf_bytes(&number)), words);
    pl_buf_reset(&number);
    return st;
}

/* Bytes we did not look at are a finding too: of code a note for each file and one warning for all, of others a warning each. */
static pl_status judge_opaque(struct pl_file *f, uint64_t *code, struct pl_err *err)
{
    uint64_t by_class[PL_CLASS_COUNT];
    (void)pl_ledger_totals(&f->ledger, by_class, NULL); /* members are judged in their own records */
    uint64_t opaque = by_class[PL_CLASS_OPAQUE];
    if (opaque == 0)
        return PL_OK;
    if (!pl_is_code(f))
        return add_counted(&f->findings, "file.opaque", PL_SEVERITY_WARNING, opaque,
                           "bytes could not be examined", err);
    *code += opaque;
    return add_counted(&f->findings, "code.opaque", PL_SEVERITY_NOTE, opaque,
                       "bytes of code and data were not compared with source", err);
}

static int by_place(const void *a, const void *b)
{
    const struct pl_placed_finding *x = a;
    const struct pl_placed_finding *y = b;
    if (x->finding->severity != y->finding->severity)
        return x->finding->severity > y->finding->severity ? -1 : 1;
    size_t xo = x->file == NULL ? 0 : x->file->order + 1;
    size_t yo = y->file == NULL ? 0 : y->file->order + 1;
    if (xo != yo)
        return xo < yo ? -1 : 1;
    if (x->finding->offset != y->finding->offset)
        return x->finding->offset < y->finding->offset ? -1 : 1;
    int order = strcmp(x->finding->tag, y->finding->tag);
    return order != 0 ? order : strcmp(x->finding->message, y->finding->message);
}

/* A finding's last byte may be one that nobody marked: then it ends where it begins. */
static void find_lines(struct pl_finding *f, const struct pl_file *file)
{
    if (file == NULL || f->offset == PL_NO_OFFSET)
        return;
    f->line = pl_file_line(file, f->offset);
    uint64_t end = f->length > 1 ? pl_file_line(file, f->offset + f->length - 1) : f->line;
    f->end_line = end > f->line ? end : f->line;
}

static pl_status place_all(struct pl_report *r, struct pl_file *file, const struct pl_findings *from,
                           struct pl_err *err)
{
    for (size_t i = 0; i < from->list.n; i++) {
        struct pl_placed_finding *slot = PL_VEC_ADD(&r->placed);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = (struct pl_placed_finding){.file = file, .finding = &from->list.v[i]};
        slot->finding->judged = slot->finding->severity;
        find_lines(slot->finding, file);
    }
    return PL_OK;
}

/* What went over the limit of findings is one more finding, as severe as the worst of it. */
static pl_status judge_dropped(struct pl_findings *f, struct pl_err *err)
{
    uint64_t dropped = f->dropped;
    if (dropped == 0)
        return PL_OK;
    f->max = f->list.n + 1;
    return pl_findings_add(f, "file.limit", f->dropped_errors > 0 ? PL_SEVERITY_ERROR : PL_SEVERITY_WARNING,
                           PL_NO_OFFSET, 0, NULL, err,
                           "%llu more findings were not kept, %llu of them errors",
                           (unsigned long long)dropped, (unsigned long long)f->dropped_errors);
}

/* The subject never configures its judge: what it brings is told and not read. */
static pl_status judge_own_policy(struct pl_file *f, struct pl_err *err)
{
    if (!pl_bytes_eq_str(pl_bytes_basename(f->name), "plumb.yaml"))
        return PL_OK;
    return pl_findings_add(&f->findings, "policy.ignored", PL_SEVERITY_WARNING, PL_NO_OFFSET, 0, NULL, err,
                           "this policy is part of what is judged and was not read");
}

static pl_status gather_findings(struct pl_report *r, const struct pl_policy *policy, struct pl_err *err)
{
    uint64_t code = 0;
    for (size_t i = 0; i < r->files.n; i++) {
        struct pl_file *f = r->files.v[i];
        pl_status st = judge_residues(f, policy, err);
        if (st == PL_OK)
            st = pl_judge_foreign(f, policy, err);
        if (st == PL_OK)
            st = judge_opaque(f, &code, err);
        if (st == PL_OK)
            st = judge_own_policy(f, err);
        if (st == PL_OK)
            st = judge_dropped(&f->findings, err);
        if (st != PL_OK)
            return st;
    }
    pl_status st =
        code == 0
            ? PL_OK
            : add_counted(&r->findings, "code.opaque", PL_SEVERITY_WARNING, code,
                          "bytes of code and data were not compared with source: no matcher for them yet",
                          err);
    if (st == PL_OK)
        st = place_all(r, NULL, &r->findings, err);
    for (size_t i = 0; i < r->files.n && st == PL_OK; i++)
        st = place_all(r, r->files.v[i], &r->files.v[i]->findings, err);
    return st;
}

static size_t count_errors(const struct pl_report *r)
{
    size_t n = 0;
    while (n < r->placed.n && r->placed.v[n].finding->severity == PL_SEVERITY_ERROR)
        n++;
    return n;
}

static bool is_publication_tag(const char *tag)
{
    return strncmp(tag, "pub.", 4) == 0;
}

static size_t count_contradictions(const struct pl_report *r)
{
    size_t n = 0;
    for (size_t i = 0; i < count_errors(r); i++) {
        const struct pl_finding *f = r->placed.v[i].finding;
        n += f->judged == PL_SEVERITY_ERROR && !is_publication_tag(f->tag);
    }
    return n;
}

/* Containers that a limit kept from being read to the end: what else is in them nobody knows, and it may have no bytes that could be counted. */
static size_t count_unread(const struct pl_report *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->placed.n; i++) {
        const struct pl_placed_finding *f = &r->placed.v[i];
        n += f->file != NULL && f->file->container != NULL && f->finding->severity >= PL_SEVERITY_WARNING &&
             strcmp(f->finding->tag, "archive.limit") == 0;
    }
    return n;
}

/*
 * Warnings about what no byte of a program is unaccounted for, and nobody can tell all the same: a program whose name no source has, an import, a library, a search path or a section that
 * no strict rule explains. A name in a table is structure, whoever asked for it.
 */
static size_t count_doubts(const struct pl_report *r)
{
    static const char *const tags[] = {"code.foreign-import", "code.foreign-library", "code.runpath",
                                       "image.foreign-section", "file.unaccounted"};
    size_t n = 0;
    for (size_t i = 0; i < r->placed.n; i++)
        for (size_t k = 0; k < sizeof tags / sizeof tags[0]; k++)
            n += r->placed.v[i].finding->severity == PL_SEVERITY_WARNING &&
                 strcmp(r->placed.v[i].finding->tag, tags[k]) == 0;
    return n;
}

static pl_status judge_sourced(struct pl_report *r, const struct pl_policy *policy, bool has_source,
                               struct pl_err *err)
{
    struct pl_link_result *link = &r->links[PL_LINK_SOURCED];
    struct pl_buf why;
    pl_buf_init(&why, 1024);
    size_t contradictions = count_contradictions(r);
    size_t unread = count_unread(r);
    size_t doubts = count_doubts(r);
    bool passive_holds = pl_ppm(r->passive_unaccounted + r->passive_opaque, r->passive_bytes) <=
                         policy->passive_unaccounted_ppm;
    if (!has_source) {
        link->verdict = PL_VERDICT_UNCHECKED;
        pl_buf_add_str(&why, "no source was examined");
    } else if (contradictions > 0) {
        link->verdict = PL_VERDICT_BROKEN;
        pl_buf_printf(&why, "%zu finding%s contradict%s the source", contradictions,
                      contradictions == 1 ? "" : "s", contradictions == 1 ? "s" : "");
    } else if (r->active_unaccounted + r->active_opaque > 0 || !passive_holds) {
        link->verdict = PL_VERDICT_UNPROVEN;
        pl_add_thousands(&why, r->active_opaque + r->passive_opaque);
        pl_buf_add_str(&why, " bytes were not examined, ");
        pl_add_thousands(&why, r->active_unaccounted);
        pl_buf_add_str(&why, " active and ");
        pl_add_thousands(&why, r->passive_unaccounted);
        pl_buf_add_str(&why, " passive bytes are unaccounted; nothing contradicts");
    } else if (unread > 0) {
        link->verdict = PL_VERDICT_UNPROVEN;
        pl_buf_printf(&why, "a limit kept %zu container%s from being read to the end; nothing contradicts",
                      unread, unread == 1 ? "" : "s");
    } else if (doubts > 0) {
        link->verdict = PL_VERDICT_UNPROVEN;
        pl_buf_printf(
            &why,
            "%zu finding%s may be an honest build's, and the source does not say so; nothing contradicts",
            doubts, doubts == 1 ? "" : "s");
    } else {
        link->verdict = PL_VERDICT_HOLDS;
        pl_buf_add_str(&why, "every active byte is accounted for by source");
    }
    pl_status st = pl_buf_done(&why, err);
    if (st == PL_OK) {
        link->why = pl_arena_str(&r->arena, pl_buf_bytes(&why));
        if (link->why == NULL)
            st = pl_arena_fail(&r->arena, err);
    }
    pl_buf_reset(&why);
    return st;
}

unsigned pl_judge_level(const struct pl_link_result *links, unsigned *violation)
{
    /* The level that a link earns, weakest first. */
    static const struct {
        enum pl_link link;
        unsigned level;
    } climb[] = {{PL_LINK_SHIPPED, 2}, {PL_LINK_PUBLISHED, 2}, {PL_LINK_SOURCED, 3}, {PL_LINK_ORIGIN, 4}};
    unsigned level = 1;
    *violation = 0;
    for (size_t i = 0; i < sizeof climb / sizeof climb[0]; i++)
        if (links[climb[i].link].verdict == PL_VERDICT_BROKEN && *violation == 0)
            *violation = climb[i].level;
    if (*violation != 0)
        return level;
    for (size_t i = 0; i < sizeof climb / sizeof climb[0]; i++) {
        if (links[climb[i].link].verdict != PL_VERDICT_HOLDS)
            return level;
        if (climb[i].link != PL_LINK_SHIPPED)
            level = climb[i].level;
    }
    return level;
}

static enum pl_exit exit_of_errors(const struct pl_report *r)
{
    enum pl_exit worst = PL_EXIT_PASS;
    for (size_t i = 0; i < r->errors.n; i++) {
        enum pl_exit code = pl_exit_of_status(r->errors.v[i].status);
        if (code == PL_EXIT_TRUST || code == PL_EXIT_BUG)
            return code;
        if (worst == PL_EXIT_PASS)
            worst = code;
    }
    return worst;
}

static enum pl_exit judge_exit(const struct pl_report *r)
{
    enum pl_exit code = exit_of_errors(r);
    if (code != PL_EXIT_PASS)
        return code;
    if (r->violation != 0 || count_errors(r) > 0)
        return PL_EXIT_FAIL;
    for (int i = 0; i < PL_LINK_COUNT; i++)
        if (r->links[i].verdict == PL_VERDICT_UNPROVEN)
            return PL_EXIT_INCONCLUSIVE;
    return r->links[PL_LINK_SOURCED].verdict == PL_VERDICT_HOLDS ? PL_EXIT_PASS : PL_EXIT_INCONCLUSIVE;
}

static void explain_unchecked(struct pl_report *r)
{
    static const char *const nobody[PL_LINK_COUNT] = {
        [PL_LINK_SHIPPED] = "no product was given to compare with",
        [PL_LINK_PUBLISHED] = "no index was consulted",
        [PL_LINK_SOURCED] = "no source was examined",
        [PL_LINK_ORIGIN] = "the source was not compared with its origin: this version does not look there",
    };
    for (int i = 0; i < PL_LINK_COUNT; i++)
        if (r->links[i].why == NULL)
            r->links[i].why = nobody[i];
}

void pl_judge_totals(struct pl_report *r)
{
    memset(r->bytes, 0, sizeof r->bytes);
    memset(r->grades, 0, sizeof r->grades);
    r->total_bytes = 0;
    r->active_bytes = r->active_unaccounted = r->active_opaque = 0;
    r->passive_bytes = r->passive_unaccounted = r->passive_opaque = 0;
    for (size_t i = 0; i < r->files.n; i++)
        add_totals(r, r->files.v[i]);
}

pl_status pl_judge_verdict(struct pl_report *r, const struct pl_policy *policy, bool has_source,
                           struct pl_err *err)
{
    pl_judge_totals(r);
    if (r->placed.n > 0)
        qsort(r->placed.v, r->placed.n, sizeof r->placed.v[0], by_place);
    pl_status st = judge_sourced(r, policy, has_source && r->errors.n == 0, err);
    if (st != PL_OK)
        return st;
    explain_unchecked(r);
    r->level = pl_judge_level(r->links, &r->violation);
    if (r->errors.n > 0) {
        r->level = 0;
        r->violation = 0;
    }
    r->exit = judge_exit(r);
    return PL_OK;
}

pl_status pl_judge(struct pl_report *r, const struct pl_policy *policy, bool has_source, struct pl_err *err)
{
    pl_status st = gather_findings(r, policy, err);
    return st == PL_OK ? pl_judge_verdict(r, policy, has_source, err) : st;
}
