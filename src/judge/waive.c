/*
 * waive.c - waivers against findings.
 *
 * A waiver never floats: tag, digest of the file and, where it has one, the range must fit. What it covers is the finding and, of the
 * finding's bytes, those that nothing explains. They are marked with what they were, so that another policy can undo it.
 */
#include "judge/waive.h"

#include "base/size.h"

#include <string.h>

#define WAS_UNACCOUNTED "waiver.unaccounted"
#define WAS_OPAQUE      "waiver.opaque"

static pl_status add_part(struct pl_ledger *to, const struct pl_claim *c, uint64_t from, uint64_t end,
                          struct pl_err *err)
{
    if (from >= end)
        return PL_OK;
    struct pl_claim *slot = PL_VEC_ADD(&to->settled);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = *c;
    slot->offset = from;
    slot->length = end - from;
    if (c->source_offset != PL_NO_OFFSET)
        slot->source_offset = c->source_offset + (from - c->offset);
    return PL_OK;
}

static bool can_be_waived(const struct pl_claim *c)
{
    return c->class == PL_CLASS_UNACCOUNTED || c->class == PL_CLASS_OPAQUE;
}

/* Let [offset, end) be waived where it is unaccounted or opaque. */
static pl_status waive_range(struct pl_ledger *l, uint64_t offset, uint64_t end, const char *id,
                             uint64_t *bytes, struct pl_err *err)
{
    struct pl_ledger out = {.size = l->size, .is_sealed = l->is_sealed};
    pl_status st = PL_OK;
    uint64_t waived = 0;
    for (size_t i = 0; i < l->settled.n && st == PL_OK; i++) {
        const struct pl_claim *c = &l->settled.v[i];
        uint64_t c_end = c->offset + c->length;
        uint64_t from = c->offset > offset ? c->offset : offset;
        uint64_t to = c_end < end ? c_end : end;
        if (!can_be_waived(c) || from >= to) {
            st = add_part(&out, c, c->offset, c_end, err);
            continue;
        }
        struct pl_claim w = *c;
        w.class = PL_CLASS_WAIVED;
        w.rule = c->class == PL_CLASS_OPAQUE ? WAS_OPAQUE : WAS_UNACCOUNTED;
        w.source = NULL;
        w.source_offset = PL_NO_OFFSET;
        w.note = id;
        st = add_part(&out, c, c->offset, from, err);
        if (st == PL_OK)
            st = add_part(&out, &w, from, to, err);
        if (st == PL_OK)
            st = add_part(&out, c, to, c_end, err);
        waived += to - from;
    }
    if (st != PL_OK) {
        PL_VEC_FREE(&out.settled);
        return st;
    }
    PL_VEC_FREE(&l->settled);
    l->settled.v = out.settled.v;
    l->settled.n = out.settled.n;
    l->settled.capacity = out.settled.capacity;
    *bytes += waived;
    return PL_OK;
}

static void unwaive_ledger(struct pl_ledger *l)
{
    for (size_t i = 0; i < l->settled.n; i++) {
        struct pl_claim *c = &l->settled.v[i];
        if (c->class != PL_CLASS_WAIVED)
            continue;
        /* Whatever else claims to be waived, nobody looked at it as far as we know. */
        c->class = strcmp(c->rule, WAS_UNACCOUNTED) == 0 ? PL_CLASS_UNACCOUNTED : PL_CLASS_OPAQUE;
        c->rule = "none";
        c->note = NULL;
    }
}

void pl_unwaive(struct pl_report *r)
{
    for (size_t i = 0; i < r->files.n; i++)
        unwaive_ledger(&r->files.v[i]->ledger);
    for (size_t i = 0; i < r->placed.n; i++) {
        r->placed.v[i].finding->severity = r->placed.v[i].finding->judged;
        r->placed.v[i].finding->waiver = NULL;
    }
    r->policy.rules.n = 0;
    r->policy.waivers.n = 0;
    r->policy.next_expiry = NULL;
}

pl_status pl_waive_finding(struct pl_placed_finding *placed, const char *id, uint64_t *bytes,
                           struct pl_err *err)
{
    struct pl_finding *f = placed->finding;
    uint64_t end = 0;
    f->waiver = id;
    f->severity = PL_SEVERITY_NOTE;
    if (placed->file == NULL)
        return PL_OK;
    struct pl_ledger *l = &placed->file->ledger;
    size_t n = strlen(f->tag);
    bool is_whole = f->offset == PL_NO_OFFSET && n > 7 && strcmp(f->tag + n - 7, ".opaque") == 0;
    if (is_whole)
        return waive_range(l, 0, l->size, id, bytes, err);
    if (f->offset == PL_NO_OFFSET || !pl_add_u64(f->offset, f->length, &end))
        return PL_OK;
    return waive_range(l, f->offset, end, id, bytes, err);
}

/* Is the path the end of the file's, beginning at a name? */
static bool path_fits(const struct pl_waiver *w, const struct pl_file *f)
{
    pl_bytes end = pl_bytes_of_str(w->path);
    if (w->path == NULL)
        return true;
    return f != NULL && pl_bytes_ends(f->path, end) &&
           (f->path.n == end.n || f->path.p[f->path.n - end.n - 1] == '/');
}

static bool digest_fits(const struct pl_waiver *w, const struct pl_report *r, const struct pl_file *f)
{
    if (f == NULL)
        return r->has_subject_digest && pl_sha256_eq(&w->sha256, &r->subject_sha256);
    return f->has_digests && pl_sha256_eq(&w->sha256, &f->sha256);
}

static bool range_fits(const struct pl_waiver *w, const struct pl_file *f, const struct pl_finding *finding)
{
    uint64_t end;
    if (w->path == NULL)
        return true;
    if (finding->offset == PL_NO_OFFSET)
        return w->offset == 0 && f != NULL && w->length >= f->size;
    return finding->offset >= w->offset && pl_add_u64(finding->offset, finding->length, &end) &&
           end <= w->offset + w->length;
}

bool pl_is_ambiguous(const struct pl_report *r, const struct pl_file *f)
{
    for (size_t i = 0; f != NULL && i < r->files.n; i++) {
        const struct pl_file *other = r->files.v[i];
        if (other != f && pl_bytes_eq(other->path, f->path) &&
            (!other->has_digests || !f->has_digests || !pl_sha256_eq(&other->sha256, &f->sha256)))
            return true;
    }
    return false;
}

static pl_status apply_one(struct pl_report *r, const struct pl_waiver *w, int64_t now_s,
                           struct pl_waiver_result *out, struct pl_err *err)
{
    bool is_expired = now_s >= w->expires_s;
    pl_status st = PL_OK;
    out->state = is_expired ? "expired" : "no such finding";
    for (size_t i = 0; i < r->placed.n && !is_expired && st == PL_OK; i++) {
        struct pl_placed_finding *placed = &r->placed.v[i];
        if (strcmp(placed->finding->tag, w->tag) != 0 || !path_fits(w, placed->file))
            continue;
        if (!digest_fits(w, r, placed->file) || pl_is_ambiguous(r, placed->file)) {
            if (out->findings == 0)
                out->state = "other bytes";
            continue;
        }
        if (!range_fits(w, placed->file, placed->finding) || placed->finding->waiver != NULL)
            continue;
        out->state = "live";
        out->findings++;
        st = pl_waive_finding(placed, out->id, &out->bytes, err);
    }
    return st;
}

static const char *keep(struct pl_report *r, const char *text)
{
    return pl_arena_str(&r->arena, pl_bytes_of_str(text));
}

pl_status pl_waive(struct pl_report *r, const struct pl_ruleset *p, int64_t now_s, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < p->waivers.n && st == PL_OK; i++) {
        const struct pl_waiver *w = &p->waivers.v[i];
        struct pl_waiver_result *slot = PL_VEC_ADD(&r->policy.waivers);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = (struct pl_waiver_result){
            .id = keep(r, w->id),
            .tag = w->tag,
            .policy = keep(r, w->at.policy),
            .line = w->at.line,
            .owner = keep(r, w->owner),
            .reason = keep(r, w->reason),
            .expires = keep(r, w->expires),
        };
        if (r->arena.why != PL_OK)
            return pl_arena_fail(&r->arena, err);
        st = apply_one(r, w, now_s, slot, err);
        if (st == PL_OK && slot->findings > 0 &&
            (r->policy.next_expiry == NULL || strcmp(slot->expires, r->policy.next_expiry) < 0))
            r->policy.next_expiry = slot->expires;
    }
    return st;
}
