/*
 * chain_ship.c - the link `shipped` of one component: its files in the product beside the files of its published package.
 *
 *     a file with other bytes        broken: somebody changed it after it was unpacked
 *     a file that is missing, or one
 *     that the package does not have unproven: left out, or made when it was installed
 *     all as published               holds
 *
 * What was edited is told line by line: a copy with patches is the published version and a delta. With as many files as published as edited, it is called
 * so; the link stays broken, since whoever ships it ships something else.
 */
#include "pipeline/chain_check.h"

#include "base/quote.h"
#include "classify/classify.h"
#include "judge/judge.h"
#include "match/linediff.h"
#include "pipeline/product_private.h"

#include <string.h>

#define TAG_EDITED  "ship.edited"
#define TAG_MISSING "ship.missing"
#define TAG_EXTRA   "ship.extra"

static void say(struct pl_buf *why, const char *before, uint64_t n, const char *what)
{
    if (n == 0)
        return;
    pl_buf_add_str(why, before);
    pl_add_thousands(why, n);
    pl_buf_printf(why, " %s", what);
}

static const char *summary(const struct pl_shipped *s, const struct pl_component_result *r,
                           struct pl_arena *arena)
{
    struct pl_buf why;
    pl_buf_init(&why, 1024);
    say(&why, "", s->same, "files stand in the product as published");
    say(&why, ", ", s->edited, "edited");
    say(&why, ", ", s->settings, "settings edited");
    say(&why, ", ", s->missing, "missing");
    say(&why, ", ", s->extra, "extra");
    if (s->copy_at != NULL)
        pl_buf_printf(&why, "; a copy at %s", s->copy_at);
    if (r->delta_of != NULL) {
        uint64_t lines = 0;
        for (size_t i = 0; i < r->n_delta; i++)
            lines += r->delta[i].added + r->delta[i].removed;
        pl_buf_add_str(&why, "; the published version and a delta of ");
        pl_add_thousands(&why, lines);
        pl_buf_add_str(&why, lines == 1 ? " line" : " lines");
    }
    const char *kept = why.why == PL_OK ? pl_arena_str(arena, pl_buf_bytes(&why)) : NULL;
    pl_buf_reset(&why);
    return kept;
}

/* What each edited file has more and less than the published one. */
static pl_status find_delta(const struct pl_product *product, const struct pl_shipped *s,
                            struct pl_arena *arena, struct pl_component_result *r, struct pl_err *err)
{
    size_t n = s->edited < PL_SHIPPED_NAMES ? (size_t)s->edited : PL_SHIPPED_NAMES;
    pl_bytes *ours = pl_arena_take_n(arena, n + 1, sizeof *ours);
    r->delta = pl_arena_take_n(arena, n + 1, sizeof *r->delta);
    if (ours == NULL || r->delta == NULL)
        return pl_arena_fail(arena, err);
    pl_status st = pl_product_recall(product, s->edited_names, n, arena, ours, err);
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        struct pl_component_delta *d = &r->delta[r->n_delta++];
        struct pl_line_diff diff = {0};
        *d = (struct pl_component_delta){.path = s->edited_names[i], .added_at = "", .removed_at = ""};
        d->is_text = ours[i].p != NULL && s->edited_published[i].p != NULL && pl_looks_like_text(ours[i]) &&
                     pl_looks_like_text(s->edited_published[i]);
        if (!d->is_text)
            continue;
        st = pl_line_diff(ours[i], s->edited_published[i], arena, &diff, err);
        d->added = diff.added;
        d->removed = diff.removed;
        d->added_at = diff.added_at == NULL ? "" : diff.added_at;
        d->removed_at = diff.removed_at == NULL ? "" : diff.removed_at;
    }
    return st;
}

/* Is what was edited still the published version, but for a few lines? */
static bool is_delta(const struct pl_shipped *s, const struct pl_component_result *r)
{
    return s->edited > 0 && s->edited == r->n_delta && s->same >= s->edited;
}

/* "the published file, and 3 lines more (12-14), 1 less (12)" */
static const char *tell_delta(const struct pl_component_delta *d, struct pl_arena *arena)
{
    if (!d->is_text)
        return "this file is not the one in the published package";
    if (d->added + d->removed == 0)
        return "the published file, with other blanks or ends of lines";
    return pl_arena_printf(arena, "the published file with %llu line%s more%s%s%s and %llu less%s%s%s",
                           (unsigned long long)d->added, d->added == 1 ? "" : "s", d->added > 0 ? " (" : "",
                           d->added_at, d->added > 0 ? ")" : "", (unsigned long long)d->removed,
                           d->removed > 0 ? " (there " : "", d->removed_at, d->removed > 0 ? ")" : "");
}

/* A finding a file, behind those that the check has. */
static void add_findings(struct pl_component_result *r, const char *tag, enum pl_severity severity,
                         const char *const *names, uint64_t count, const char *message)
{
    for (uint64_t i = 0; i < count && i < PL_SHIPPED_NAMES; i++)
        r->findings[r->n_findings++] = (struct pl_component_finding){.tag = tag,
                                                                     .severity = severity,
                                                                     .path = names[i] == NULL ? "" : names[i],
                                                                     .message = message,
                                                                     .offset = PL_NO_OFFSET};
    if (severity == PL_SEVERITY_ERROR)
        r->errors += count;
    else
        r->warnings += count;
}

static void add_delta(struct pl_component_result *r, const struct pl_shipped *s, struct pl_arena *arena)
{
    for (size_t i = 0; i < r->n_delta; i++)
        r->findings[r->n_findings++] =
            (struct pl_component_finding){.tag = TAG_EDITED,
                                          .severity = PL_SEVERITY_ERROR,
                                          .path = r->delta[i].path,
                                          .message = tell_delta(&r->delta[i], arena),
                                          .offset = PL_NO_OFFSET};
    r->errors += s->edited;
}

static pl_status take(const struct pl_shipped *s, struct pl_arena *arena, struct pl_component_result *r,
                      struct pl_err *err)
{
    struct pl_link_result *link = &r->links[PL_LINK_SHIPPED];
    struct pl_component_finding *findings =
        pl_arena_take_n(arena, r->n_findings + 3 * (size_t)PL_SHIPPED_NAMES, sizeof *findings);
    const char *why = summary(s, r, arena);
    if (findings == NULL || why == NULL)
        return pl_arena_fail(arena, err);
    if (r->n_findings > 0)
        memcpy(findings, r->findings, r->n_findings * sizeof *findings);
    r->findings = findings;
    add_delta(r, s, arena);
    add_findings(r, TAG_MISSING, PL_SEVERITY_WARNING, s->missing_names, s->missing,
                 "the published package has this file, and the product does not");
    add_findings(r, TAG_EXTRA, PL_SEVERITY_WARNING, s->extra_names, s->extra,
                 "the published package has no such file");
    if (link->verdict != PL_VERDICT_BROKEN) {
        bool is_whole = s->missing + s->extra + s->settings == 0 && s->same > 0;
        link->verdict = s->edited > 0 ? PL_VERDICT_BROKEN : is_whole ? PL_VERDICT_HOLDS : PL_VERDICT_UNPROVEN;
        link->why = why;
    }
    r->level = r->exit == PL_EXIT_INPUT ? 0 : pl_judge_level(r->links, &r->violation);
    if (r->violation > 0 && r->exit != PL_EXIT_TRUST)
        r->exit = PL_EXIT_FAIL;
    else if (link->verdict == PL_VERDICT_UNPROVEN && r->exit == PL_EXIT_PASS)
        r->exit = PL_EXIT_INCONCLUSIVE;
    return PL_OK;
}

/* What need not be there and is not there was not changed. */
static pl_status take_absent(const struct pl_component *c, struct pl_arena *arena,
                             struct pl_component_result *r, struct pl_err *err)
{
    struct pl_link_result *link = &r->links[PL_LINK_SHIPPED];
    bool is_dev = strcmp(c->scope, "dev") == 0;
    const char *why = pl_arena_printf(arena, "%s, and the product has nothing of it",
                                      is_dev ? "for developers" : "optional");
    if (why == NULL)
        return pl_arena_fail(arena, err);
    if (link->verdict == PL_VERDICT_HOLDS)
        link->why = why;
    return PL_OK;
}

/* Nothing to compare with: nobody can tell. */
static pl_status take_nothing(const char *why, struct pl_arena *arena, struct pl_component_result *r,
                              struct pl_err *err)
{
    struct pl_link_result *link = &r->links[PL_LINK_SHIPPED];
    const char *kept = pl_arena_str(arena, pl_bytes_of_str(why));
    if (kept == NULL)
        return pl_arena_fail(arena, err);
    if (link->verdict == PL_VERDICT_BROKEN)
        return PL_OK;
    *link = (struct pl_link_result){PL_VERDICT_UNPROVEN, kept};
    r->level = r->exit == PL_EXIT_INPUT ? 0 : pl_judge_level(r->links, &r->violation);
    r->exit = r->exit == PL_EXIT_PASS ? PL_EXIT_INCONCLUSIVE : r->exit;
    return PL_OK;
}

pl_status pl_chain_ship(struct pl_chain_worker *w, struct pl_product *product, const struct pl_component *c,
                        struct pl_arena *arena, struct pl_chain_answer *answer, struct pl_err *err)
{
    struct pl_purl purl;
    struct pl_supplied *s = NULL;
    struct pl_shipped *shipped = pl_arena_take(arena, sizeof *shipped);
    struct pl_err why = {.status = PL_OK};
    if (answer->why_not != NULL)
        return PL_OK;
    if (shipped == NULL)
        return pl_arena_fail(arena, err);
    pl_status st = pl_purl_parse(pl_bytes_of_str(c->purl), arena, &purl, &why);
    if (st == PL_OK)
        st = pl_chain_fetch(w, &purl, arena, &s, &why);
    bool has_package = st == PL_OK;
    if (st == PL_OK)
        st =
            pl_product_compare(product, c, pl_bytes_eq_str(purl.type, "deb"), s->bytes, arena, shipped, &why);
    pl_supplied_free(s);
    if (st == PL_E_NOT_FOUND && has_package && strcmp(c->scope, "required") != 0)
        return take_absent(c, arena, &answer->result, err);
    if (st == PL_OK && shipped->edited > 0)
        st = find_delta(product, shipped, arena, &answer->result, &why);
    if (st == PL_E_NOMEM)
        return pl_fail_nomem(err);
    if (st == PL_OK) {
        answer->result.copy_at = shipped->copy_at;
        answer->result.delta_of = is_delta(shipped, &answer->result) ? c->purl : NULL;
    }
    return st == PL_OK ? take(shipped, arena, &answer->result, err)
                       : take_nothing(why.text, arena, &answer->result, err);
}
