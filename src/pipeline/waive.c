/*
 * waive.c - a waiver added to a policy file.
 *
 * The file is a person's: nothing in it is written anew. The waiver's lines are put behind the last one of the list, the result is read as a
 * policy, and only then takes the place of the old file, by a rename. From reading to renaming the folder is locked, so that of two at a time
 * neither undoes the other.
 */
#include "attest/outcome.h"
#include "base/quote.h"
#include "base/yaml_in.h"
#include "io/clock.h"
#include "io/lock.h"
#include "io/read.h"
#include "io/write.h"
#include "judge/ruleset.h"
#include "model/report.h"
#include "plumbline/policy.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NEW_FILE_MODE 0644u

/* The policy as it is, and what is needed to know where the new lines go. */
struct edit {
    struct pl_arena arena;
    uint8_t *heap;
    pl_bytes old;
    struct pl_ruleset *before;
    size_t at;          /* where the new lines go */
    size_t indent;      /* blanks before the dash */
    bool needs_list;    /* there is no key `waivers` yet */
    struct pl_buf text; /* the new one */
};

static size_t start_of_line(pl_bytes text, uint32_t line_1based)
{
    size_t at = 0;
    for (uint32_t i = 1; i < line_1based && at != SIZE_MAX; i++) {
        at = pl_bytes_find_byte(text, '\n', at);
        at = at == SIZE_MAX ? at : at + 1;
    }
    return at == SIZE_MAX ? text.n : at;
}

/* Back over blank lines and comments that belong to what follows. */
static size_t before_blanks(pl_bytes text, size_t at)
{
    while (at > 0) {
        size_t begin = at - 1;
        while (begin > 0 && text.p[begin - 1] != '\n')
            begin--;
        pl_bytes one = pl_bytes_trim(pl_bytes_sub(text, begin, at - begin));
        if (one.n > 0 && one.p[0] != '#')
            break;
        at = begin;
    }
    return at;
}

static pl_status refuse_style(const char *path, struct pl_err *err)
{
    pl_status st =
        pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "%s: the keys or the waivers are written with brackets", path);
    pl_err_hint(err, "write them as lines: 'waivers:', and below it '  - id: …'");
    return st;
}

static pl_status find_place(struct edit *e, const char *path, struct pl_err *err)
{
    struct pl_yaml *root;
    const struct pl_yaml *list = NULL;
    pl_status st = pl_yaml_read(e->old, path, &e->arena, &root, err);
    if (st != PL_OK)
        return st;
    size_t first = start_of_line(e->old, root->value_line);
    if (root->first != NULL && pl_bytes_starts(pl_bytes_trim(pl_bytes_from(e->old, first)), PL_LIT("{")))
        return refuse_style(path, err);
    for (const struct pl_yaml *c = root->first; c != NULL; c = c->next)
        if (strcmp(c->key, "waivers") == 0)
            list = c;
    e->at = e->old.n;
    e->needs_list = list == NULL;
    e->indent = 2;
    if (list == NULL)
        return PL_OK;
    if (list->first == NULL)
        return refuse_style(path, err);
    pl_bytes line = pl_bytes_from(e->old, start_of_line(e->old, list->first->line));
    size_t dash = 0;
    while (dash < line.n && line.p[dash] == ' ')
        dash++;
    if (dash >= line.n || line.p[dash] != '-')
        return refuse_style(path, err);
    e->indent = dash;
    if (list->next != NULL)
        e->at = before_blanks(e->old, start_of_line(e->old, list->next->line));
    return PL_OK;
}

/* A text in double quotes, as YAML and JSON both read it. */
static pl_status add_text(struct pl_buf *out, const char *key, size_t indent, pl_bytes text,
                          struct pl_err *err)
{
    uint32_t code;
    pl_buf_printf(out, "%*s%s: \"", (int)indent, "", key);
    for (size_t i = 0; i < text.n;) {
        size_t n = pl_utf8_next(pl_bytes_from(text, i), &code);
        if (n == 0 || pl_is_unsafe_code_point(code))
            return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET,
                           "%s holds a control or invisible character, which a policy may not", key);
        if (code == '"' || code == '\\')
            pl_buf_add_byte(out, '\\');
        pl_buf_add(out, pl_bytes_sub(text, i, n));
        i += n;
    }
    pl_buf_add_str(out, "\"\n");
    return PL_OK;
}

static const char *next_id(struct edit *e)
{
    uint64_t highest = 0;
    for (size_t i = 0; i < e->before->waivers.n; i++) {
        pl_bytes id = pl_bytes_of_str(e->before->waivers.v[i].id);
        uint64_t n;
        if (pl_bytes_starts(id, PL_LIT("W-")) && pl_bytes_to_u64(pl_bytes_from(id, 2), &n) &&
            n < UINT32_MAX && n > highest)
            highest = n;
    }
    return pl_arena_printf(&e->arena, "W-%04llu", (unsigned long long)(highest + 1));
}

static pl_status add_range(struct edit *e, const struct pl_placed_finding *placed, struct pl_err *err)
{
    const struct pl_finding *f = placed->finding;
    struct pl_buf range;
    if (placed->file == NULL || f->offset == PL_NO_OFFSET)
        return PL_OK;
    pl_buf_init(&range, 1u << 20);
    pl_buf_add(&range, placed->file->path);
    pl_buf_printf(&range, "@0x%llx+0x%llx", (unsigned long long)f->offset,
                  (unsigned long long)(f->length == 0 ? 1 : f->length));
    pl_status st = pl_buf_done(&range, err);
    if (st == PL_OK)
        st = add_text(&e->text, "range", e->indent + 2, pl_buf_bytes(&range), err);
    pl_buf_reset(&range);
    return st;
}

static pl_status add_waiver(struct edit *e, const struct pl_waiver_options *o, const char *id,
                            const char *digest, const struct pl_placed_finding *placed, struct pl_err *err)
{
    size_t indent = e->indent + 2;
    pl_buf_add(&e->text, pl_bytes_sub(e->old, 0, e->at));
    if (e->text.n > 0 && e->text.p[e->text.n - 1] != '\n')
        pl_buf_add_byte(&e->text, '\n');
    if (e->old.n == 0)
        pl_buf_add_str(&e->text, "version: 1\n");
    if (e->needs_list)
        pl_buf_add_str(&e->text, "waivers:\n");
    pl_buf_printf(&e->text, "%*s- ", (int)e->indent, "");
    pl_status st = add_text(&e->text, "id", 0, pl_bytes_of_str(id), err);
    pl_buf_printf(&e->text, "%*stag: %s\n", (int)indent, "", placed->finding->tag);
    pl_buf_printf(&e->text, "%*ssha256: %s\n", (int)indent, "", digest);
    if (st == PL_OK)
        st = add_range(e, placed, err);
    if (st == PL_OK)
        st = add_text(&e->text, "reason", indent, pl_bytes_of_str(o->reason), err);
    if (st == PL_OK)
        st = add_text(&e->text, "owner", indent, pl_bytes_of_str(o->owner), err);
    if (st == PL_OK)
        st = add_text(&e->text, "expires", indent, pl_bytes_of_str(o->expires), err);
    pl_buf_add(&e->text, pl_bytes_from(e->old, e->at));
    return st == PL_OK ? pl_buf_done(&e->text, err) : st;
}

static pl_status find_finding(const struct pl_report *r, const char *wanted,
                              const struct pl_placed_finding **out, struct pl_err *err)
{
    for (size_t i = 0; i < r->placed.n; i++) {
        char id[19];
        pl_status st = pl_finding_id(&r->placed.v[i], id, err);
        if (st != PL_OK)
            return st;
        if (strcmp(id, wanted) == 0) {
            *out = &r->placed.v[i];
            return PL_OK;
        }
    }
    pl_status st = pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "the report has no finding '%.40s'", wanted);
    pl_err_hint(err, "ids stand in the JSON report: findings[].id");
    return st;
}

static pl_status digest_of(const struct pl_report *r, const struct pl_placed_finding *placed,
                           char hex[PL_SHA256_HEX_BYTES], struct pl_err *err)
{
    bool has = placed->file == NULL ? r->has_subject_digest : placed->file->has_digests;
    const pl_sha256 *digest = placed->file == NULL ? &r->subject_sha256 : &placed->file->sha256;
    if (!has)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the report has no digest to pin the waiver to");
    pl_hex(digest->b, PL_SHA256_BYTES, hex);
    return PL_OK;
}

static pl_status read_old(struct edit *e, const char *path, int64_t now_s, struct pl_err *err)
{
    size_t n = 0;
    pl_status st = pl_io_read(path, PL_YAML_MAX_BYTES, &e->heap, &n, err);
    if (st == PL_E_NOT_FOUND)
        n = 0;
    else if (st != PL_OK)
        return st;
    e->old = pl_bytes_of(e->heap, n);
    pl_bytes text = n == 0 ? PL_LIT("version: 1\n") : e->old;
    st = pl_ruleset_read(text, path, now_s, &e->before, err);
    return st == PL_OK ? find_place(e, path, err) : st;
}

/* The new text must be a policy with exactly this waiver more. */
static pl_status prove(const struct edit *e, const char *path, const char *id, int64_t now_s,
                       struct pl_err *err)
{
    struct pl_ruleset *after = NULL;
    pl_status st = pl_ruleset_read(pl_buf_bytes(&e->text), path, now_s, &after, err);
    if (st != PL_OK)
        return st;
    size_t n = after->waivers.n;
    if (n != e->before->waivers.n + 1 || strcmp(after->waivers.v[n - 1].id, id) != 0)
        st = pl_fail(err, PL_E_BUG, PL_NO_OFFSET, "%s: the waiver did not come to its place", path);
    pl_ruleset_free(after);
    return st;
}

static pl_status replace(const struct edit *e, const char *path, struct pl_err *err)
{
    struct stat sb;
    char *real = realpath(path, NULL); /* a link stays a link */
    unsigned mode = stat(path, &sb) == 0 ? (unsigned)sb.st_mode & 07777u : NEW_FILE_MODE;
    pl_status st = pl_io_write(real == NULL ? path : real, mode, pl_buf_bytes(&e->text), err);
    free(real);
    return st;
}

static pl_status waive(struct edit *e, struct pl_outcome *out, const struct pl_waiver_options *o,
                       const struct pl_report *r, struct pl_err *err)
{
    int64_t now_s = o->at_s == 0 ? pl_clock_utc_s() : o->at_s;
    const struct pl_placed_finding *placed = NULL;
    char digest[PL_SHA256_HEX_BYTES];
    pl_status st = find_finding(r, o->finding, &placed, err);
    if (st == PL_OK)
        st = digest_of(r, placed, digest, err);
    if (st == PL_OK)
        st = read_old(e, o->policy, now_s, err);
    if (st != PL_OK)
        return st;
    const char *id = o->id != NULL ? o->id : next_id(e);
    if (id == NULL)
        return pl_arena_fail(&e->arena, err);
    st = add_waiver(e, o, id, digest, placed, err);
    if (st == PL_OK)
        st = prove(e, o->policy, id, now_s, err);
    if (st == PL_OK)
        st = replace(e, o->policy, err);
    if (st == PL_OK)
        st = pl_outcome_fact(out, "waiver", err, "%s", id);
    if (st == PL_OK)
        st = pl_outcome_fact(out, "tag", err, "%s", placed->finding->tag);
    if (st == PL_OK)
        st = pl_outcome_fact(out, "sha256", err, "%s", digest);
    return st == PL_OK ? pl_outcome_fact(out, "expires", err, "%s", o->expires) : st;
}

pl_status pl_policy_waive(const struct pl_waiver_options *options, struct pl_outcome **out,
                          struct pl_err *err)
{
    struct pl_err why = {.status = PL_OK};
    struct pl_report *r = NULL;
    struct edit e = {.before = NULL};
    int lock = -1;
    struct pl_outcome *o = pl_outcome_new("waive", options->policy);
    if (o == NULL)
        return pl_fail_nomem(err);
    pl_arena_init(&e.arena, (size_t)64 << 20);
    pl_buf_init(&e.text, 2 * PL_YAML_MAX_BYTES);
    pl_status st = pl_report_load(options->report, &r, &why);
    if (st == PL_OK)
        st = pl_lock_folder_of(options->policy, &lock, &why);
    if (st == PL_OK)
        st = waive(&e, o, options, r, &why);
    pl_unlock(lock);
    pl_report_free(r);
    pl_ruleset_free(e.before);
    free(e.heap);
    pl_buf_reset(&e.text);
    pl_arena_reset(&e.arena);
    return pl_outcome_end(o, st, &why, PL_EXIT_PASS, out, err);
}
