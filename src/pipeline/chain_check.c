/*
 * chain_check.c - a component is checked as plumb check would; what cannot be had is said, and stops nothing else.
 *
 *     kept result, still true              taken
 *     a check that ran to its end          its links and level
 *     package there, source not to be had  published alone: level 2 at most
 *     nobody publishes it                  level 0
 *     no network                           not examined
 */
#include "pipeline/chain_check.h"

#include "io/clock.h"
#include "judge/gate_facts.h"
#include "judge/judge.h"
#include "pipeline/chain_store.h"
#include "pipeline/confined.h"
#include "report/report.h"

#include <string.h>
#include <strings.h>

#define MAX_FINDINGS 8u
#define MORE_SECONDS 60u

static const char *keep(struct pl_arena *arena, const char *text)
{
    return text == NULL ? NULL : pl_arena_str(arena, pl_bytes_of_str(text));
}

static pl_status take_sources(const struct pl_report *r, struct pl_arena *arena,
                              struct pl_component_result *out, struct pl_err *err)
{
    out->sources = pl_arena_take_n(arena, r->sources.n + 1, sizeof *out->sources);
    if (out->sources == NULL)
        return pl_arena_fail(arena, err);
    for (size_t i = 0; i < r->sources.n; i++) {
        const struct pl_report_source *s = &r->sources.v[i];
        if (s->is_helper)
            continue;
        struct pl_component_source *to = &out->sources[out->n_sources++];
        *to = (struct pl_component_source){.name = keep(arena, s->name),
                                           .uri = keep(arena, s->uri),
                                           .revision = keep(arena, s->revision),
                                           .how = s->how};
        pl_hex(s->sha256.b, PL_SHA256_BYTES, to->sha256);
    }
    return PL_OK;
}

/* Errors stand first in a report; the first few tell what is the matter. */
static pl_status take_findings(const struct pl_report *r, struct pl_arena *arena,
                               struct pl_component_result *out, struct pl_err *err)
{
    out->findings = pl_arena_take_n(arena, MAX_FINDINGS, sizeof *out->findings);
    if (out->findings == NULL)
        return pl_arena_fail(arena, err);
    for (size_t i = 0; i < r->placed.n; i++) {
        const struct pl_finding *f = r->placed.v[i].finding;
        out->errors += f->severity == PL_SEVERITY_ERROR;
        out->warnings += f->severity == PL_SEVERITY_WARNING;
        if (f->severity == PL_SEVERITY_NOTE || out->n_findings == MAX_FINDINGS)
            continue;
        const struct pl_file *file = r->placed.v[i].file;
        struct pl_component_finding *to = &out->findings[out->n_findings++];
        *to = (struct pl_component_finding){.tag = keep(arena, f->tag),
                                            .severity = f->severity,
                                            .path = pl_arena_str(arena, pl_finding_path(r, &r->placed.v[i])),
                                            .message = keep(arena, f->message),
                                            .offset = f->offset,
                                            .length = f->length};
        if (file == NULL ? r->has_subject_digest : file->has_digests)
            pl_hex(file == NULL ? r->subject_sha256.b : file->sha256.b, PL_SHA256_BYTES, to->sha256);
    }
    return PL_OK;
}

static pl_status take_report(const struct pl_report *r, struct pl_arena *arena,
                             struct pl_component_result *out, struct pl_err *err)
{
    *out = (struct pl_component_result){.level = r->level,
                                        .violation = r->violation,
                                        .exit = r->exit,
                                        .has_digest = r->has_subject_digest,
                                        .sha256 = r->subject_sha256,
                                        .size = r->subject_size,
                                        .total_bytes = r->total_bytes,
                                        .unaccounted = r->bytes[PL_CLASS_UNACCOUNTED],
                                        .opaque = r->bytes[PL_CLASS_OPAQUE]};
    pl_measure_of(r, &out->measure);
    for (int i = 0; i < PL_LINK_COUNT; i++) {
        out->links[i] = r->links[i];
        out->links[i].why = keep(arena, r->links[i].why);
    }
    pl_status st = take_sources(r, arena, out, err);
    if (st == PL_OK)
        st = take_findings(r, arena, out, err);
    return st == PL_OK && arena->why != PL_OK ? pl_arena_fail(arena, err) : st;
}

/* For what is asked beside the check, which may have used up its own time: as long again, and a minute at most. */
static void give_time(struct pl_chain_worker *w)
{
    unsigned seconds = w->component_seconds < MORE_SECONDS ? w->component_seconds : MORE_SECONDS;
    pl_supply_set_deadline(w->supply, pl_clock_monotonic_ns() + seconds * UINT64_C(1000000000),
                           w->component_seconds);
}

pl_status pl_chain_fetch(struct pl_chain_worker *w, const struct pl_purl *purl, struct pl_arena *arena,
                         struct pl_supplied **out, struct pl_err *err)
{
    give_time(w);
    if (!pl_bytes_eq_str(purl->type, "deb")) {
        pl_confined_hold();
        pl_status fetched = pl_supply_fetch_pinned(w->supply, purl, out, err);
        pl_confined_release();
        return fetched;
    }
    pl_bytes arch = pl_purl_get(purl, "arch");
    const char *name = pl_arena_str(arena, purl->name);
    const char *version = pl_arena_str(arena, purl->version);
    const char *arch_text = arch.n == 0 ? NULL : pl_arena_str(arena, arch);
    if (arena->why != PL_OK)
        return pl_arena_fail(arena, err);
    pl_confined_hold();
    pl_status st =
        pl_supply_fetch_deb(w->supply, name, purl->version.n == 0 ? NULL : version, arch_text, out, err);
    pl_confined_release();
    if (st == PL_OK && !(*out)->is_exact) {
        pl_supplied_free(*out);
        *out = NULL;
        st = pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "no usable index lists that version");
    }
    return st;
}

/* The source could not be had, or not be examined in time: what is known is that this is the published package. */
static pl_status take_supplied(const struct pl_supplied *s, const struct pl_err *no_report, bool is_late,
                               struct pl_arena *arena, struct pl_component_result *out, struct pl_err *err)
{
    const char *before =
        no_report->status == PL_E_LIMIT ? "not examined to the end" : "the source could not be had";
    *out = (struct pl_component_result){
        .exit = PL_EXIT_INCONCLUSIVE, .has_digest = true, .sha256 = s->sha256, .size = s->bytes.n};
    out->links[PL_LINK_SHIPPED] =
        (struct pl_link_result){PL_VERDICT_HOLDS, "the package itself is what was looked at"};
    out->links[PL_LINK_PUBLISHED] = (struct pl_link_result){s->published, keep(arena, s->why)};
    out->links[PL_LINK_SOURCED] = (struct pl_link_result){
        PL_VERDICT_UNCHECKED, pl_arena_printf(arena, "%s: %s", before, no_report->text)};
    out->links[PL_LINK_ORIGIN] = (struct pl_link_result){PL_VERDICT_UNCHECKED, before};
    if (is_late) {
        out->findings = pl_arena_take(arena, sizeof *out->findings);
        if (out->findings == NULL)
            return pl_arena_fail(arena, err);
        out->findings[0] = (struct pl_component_finding){.tag = "chain.timeout",
                                                         .severity = PL_SEVERITY_WARNING,
                                                         .path = "",
                                                         .message = keep(arena, no_report->text),
                                                         .offset = PL_NO_OFFSET};
        out->n_findings = out->warnings = 1;
    }
    out->level = pl_judge_level(out->links, &out->violation);
    return arena->why != PL_OK ? pl_arena_fail(arena, err) : PL_OK;
}

static void take_refusal(pl_status st, const char *why, struct pl_component_result *out)
{
    bool is_trust = st == PL_E_TRUST;
    *out = (struct pl_component_result){.exit = is_trust ? PL_EXIT_TRUST : PL_EXIT_INPUT};
    for (int i = 0; i < PL_LINK_COUNT; i++)
        out->links[i] = (struct pl_link_result){PL_VERDICT_UNCHECKED, "there is no package to look at"};
    out->links[PL_LINK_PUBLISHED] =
        (struct pl_link_result){is_trust ? PL_VERDICT_BROKEN : PL_VERDICT_UNPROVEN, why};
    if (is_trust)
        out->level = pl_judge_level(out->links, &out->violation);
}

/* Is what was published what the document pins? */
static pl_status compare_pin(const struct pl_component *c, const struct pl_supplied *s,
                             struct pl_arena *arena, struct pl_component_result *out, struct pl_err *err)
{
    uint8_t digest[PL_DIGEST_MAX_BYTES];
    char hex[2 * PL_DIGEST_MAX_BYTES + 1];
    size_t n = 0;
    struct pl_link_result *link = &out->links[PL_LINK_SHIPPED];
    pl_status st = pl_digest_parts(c->pinned_algorithm, &s->bytes, 1, digest, &n, err);
    if (st != PL_OK)
        return st == PL_E_UNSUPPORTED ? PL_OK : st;
    pl_hex(digest, n, hex);
    if (strcasecmp(hex, c->pinned_hex) == 0) {
        link->why =
            pl_arena_printf(arena, "the package has the %s that the document pins", c->pinned_algorithm);
    } else if (c->pins_package) {
        link->verdict = PL_VERDICT_BROKEN;
        link->why = pl_arena_printf(arena, "the document pins %s %.64s…, the published package has %.64s…",
                                    c->pinned_algorithm, c->pinned_hex, hex);
        out->exit = PL_EXIT_FAIL;
    } else {
        link->verdict = PL_VERDICT_UNPROVEN;
        link->why = pl_arena_printf(
            arena, "the document's %s is not the published package's; it may be of another form of it",
            c->pinned_algorithm);
        out->exit = out->exit == PL_EXIT_PASS ? PL_EXIT_INCONCLUSIVE : out->exit;
    }
    out->level = pl_judge_level(out->links, &out->violation);
    return link->why == NULL ? pl_arena_fail(arena, err) : PL_OK;
}

/* One component, on the way. */
struct job {
    struct pl_chain_worker *w;
    const struct pl_component *c;
    struct pl_purl purl;
    struct pl_arena *arena;
    struct pl_chain_answer *out;
    bool is_late; /* the check took as long as it may */
};

/* The check itself; `why` is set when it did not come to its end. */
static pl_status check(const struct job *j, struct pl_err *why, struct pl_err *err)
{
    struct pl_check_options o = j->w->options->check;
    struct pl_report *r = NULL;
    o.subject = j->c->purl;
    o.sources = NULL;
    o.n_sources = 0;
    o.n_keyrings = 0;
    o.takes_history = false;
    o.jobs = j->w->jobs;
    o.seconds = j->w->component_seconds;
    o.observer = j->w->observer;
    pl_status st = pl_check(&o, &r, err);
    if (st != PL_OK)
        return st;
    if (pl_report_error_count(r) > 0)
        *why = *pl_report_error(r, 0);
    else
        st = take_report(r, j->arena, &j->out->result, err);
    pl_report_free(r);
    return st;
}

/* When there is no report, at least the package; and when there is a pin, the package beside it. */
static pl_status look_at_package(const struct job *j, const struct pl_err *no_report, struct pl_err *why,
                                 struct pl_err *err)
{
    struct pl_supplied *s = NULL;
    pl_status st = pl_chain_fetch(j->w, &j->purl, j->arena, &s, why);
    if (st == PL_E_NOMEM)
        return pl_fail_nomem(err);
    if (st != PL_OK)
        return PL_OK; /* why says it */
    if (no_report->status != PL_OK)
        st = take_supplied(s, no_report, j->is_late, j->arena, &j->out->result, err);
    if (st == PL_OK && j->c->pinned_hex != NULL)
        st = compare_pin(j->c, s, j->arena, &j->out->result, err);
    pl_supplied_free(s);
    return st;
}

static pl_status look(struct job *j, struct pl_err *err)
{
    struct pl_err no_report = {.status = PL_OK};
    struct pl_err no_package = {.status = PL_OK};
    uint64_t start_ns = pl_clock_monotonic_ns();
    pl_status st = check(j, &no_report, err);
    j->is_late = no_report.status == PL_E_LIMIT &&
                 (pl_clock_monotonic_ns() - start_ns) / 1000000000u >= j->w->component_seconds;
    if (st == PL_OK && (no_report.status != PL_OK || j->c->pinned_hex != NULL))
        st = look_at_package(j, &no_report, &no_package, err);
    if (st != PL_OK || no_report.status == PL_OK || no_package.status == PL_OK)
        return st;
    const char *text = keep(j->arena, no_package.text);
    if (text == NULL)
        return pl_arena_fail(j->arena, err);
    if (no_package.status == PL_E_NOT_FOUND || no_package.status == PL_E_TRUST)
        take_refusal(no_package.status, text, &j->out->result);
    else
        j->out->why_not = text;
    j->out->is_late = j->is_late && j->out->why_not != NULL;
    return PL_OK;
}

/* Its parts, and whether anybody can look at it: else *out says why not. */
static pl_status begin(struct job *j, bool *is_over, struct pl_err *err)
{
    *j->out = (struct pl_chain_answer){0};
    *is_over = true;
    pl_status st = pl_purl_parse(pl_bytes_of_str(j->c->purl), j->arena, &j->purl, err);
    if (st != PL_OK)
        return st;
    if (!pl_supply_knows(j->purl.type)) {
        j->out->why_not =
            pl_arena_printf(j->arena, "nothing fetches packages of type %.*s yet", PL_ARG(j->purl.type));
        return j->out->why_not == NULL ? pl_arena_fail(j->arena, err) : PL_OK;
    }
    *is_over = j->purl.version.n == 0;
    if (*is_over)
        j->out->why_not = "no version is named: which one is meant cannot be known";
    return PL_OK;
}

pl_status pl_chain_recall(struct pl_chain_worker *w, const struct pl_component *c, struct pl_arena *arena,
                          struct pl_chain_answer *out, bool *is_known, struct pl_err *err)
{
    struct job j = {.w = w, .c = c, .arena = arena, .out = out};
    pl_sha256 key;
    pl_status st = begin(&j, is_known, err);
    if (st != PL_OK || *is_known || w->options->takes_no_cache)
        return st;
    st = pl_chain_result_key(c, w->options, &key, err);
    if (st != PL_OK)
        return st;
    give_time(w);
    st = pl_chain_result_read(w->supply, &j.purl, &key, arena, &out->result, NULL);
    *is_known = out->is_cached = st == PL_OK;
    return st == PL_E_NOMEM ? pl_fail_nomem(err) : PL_OK;
}

pl_status pl_chain_check(struct pl_chain_worker *w, const struct pl_component *c, struct pl_arena *arena,
                         struct pl_chain_answer *out, struct pl_err *err)
{
    struct job j = {.w = w, .c = c, .arena = arena, .out = out};
    pl_sha256 key;
    bool is_over;
    pl_status st = begin(&j, &is_over, err);
    if (st != PL_OK || is_over)
        return st;
    st = pl_chain_result_key(c, w->options, &key, err);
    if (st == PL_OK)
        st = look(&j, err);
    if (st == PL_OK && out->why_not == NULL) {
        give_time(w);
        pl_confined_hold();
        if (pl_chain_result_write(w->supply, &j.purl, &key, &out->result, NULL) == PL_E_NOMEM)
            st = pl_fail_nomem(err); /* any other trouble with the cache costs time, next time */
        pl_confined_release();
    }
    return st;
}
