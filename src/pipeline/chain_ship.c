/*
 * chain_ship.c - the link `shipped` of one component: its files in the product beside the files of its published package.
 *
 *     a file with other bytes        broken: somebody changed it after it was unpacked
 *     a file that is missing, or one
 *     that the package does not have unproven: left out, or made when it was installed
 *     all as published               holds
 */
#include "pipeline/chain_check.h"

#include "base/quote.h"
#include "judge/judge.h"
#include "pipeline/product.h"

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

static const char *summary(const struct pl_shipped *s, struct pl_arena *arena)
{
    struct pl_buf why;
    pl_buf_init(&why, 1024);
    say(&why, "", s->same, "files stand in the product as published");
    say(&why, ", ", s->edited, "edited");
    say(&why, ", ", s->settings, "settings edited");
    say(&why, ", ", s->missing, "missing");
    say(&why, ", ", s->extra, "extra");
    const char *kept = why.why == PL_OK ? pl_arena_str(arena, pl_buf_bytes(&why)) : NULL;
    pl_buf_reset(&why);
    return kept;
}

/* A finding a file, behind those that the check has. */
static void add_findings(struct pl_component_result *r, const char *tag, enum pl_severity severity,
                         const char *const *names, uint64_t count, const char *message)
{
    for (uint64_t i = 0; i < count && i < PL_SHIPPED_NAMES; i++)
        r->findings[r->n_findings++] = (struct pl_component_finding){
            .tag = tag, .severity = severity, .path = names[i] == NULL ? "" : names[i], .message = message};
    if (severity == PL_SEVERITY_ERROR)
        r->errors += count;
    else
        r->warnings += count;
}

static pl_status take(const struct pl_shipped *s, struct pl_arena *arena, struct pl_component_result *r,
                      struct pl_err *err)
{
    struct pl_link_result *link = &r->links[PL_LINK_SHIPPED];
    struct pl_component_finding *findings =
        pl_arena_take_n(arena, r->n_findings + 3 * (size_t)PL_SHIPPED_NAMES, sizeof *findings);
    const char *why = summary(s, arena);
    if (findings == NULL || why == NULL)
        return pl_arena_fail(arena, err);
    if (r->n_findings > 0)
        memcpy(findings, r->findings, r->n_findings * sizeof *findings);
    r->findings = findings;
    add_findings(r, TAG_EDITED, PL_SEVERITY_ERROR, s->edited_names, s->edited,
                 "this file is not the one in the published package");
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
    if (st == PL_OK)
        st =
            pl_product_compare(product, c, pl_bytes_eq_str(purl.type, "deb"), s->bytes, arena, shipped, &why);
    pl_supplied_free(s);
    if (st == PL_E_NOMEM)
        return pl_fail_nomem(err);
    return st == PL_OK ? take(shipped, arena, &answer->result, err)
                       : take_nothing(why.text, arena, &answer->result, err);
}
