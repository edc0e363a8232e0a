/*
 * git_subst.c - $Format:%d$ and $Format:%D$: the names of refs at the time when an archive was made.
 *
 *     committed   REFS = "$Format:%D$"
 *     archived    REFS = "HEAD -> main, tag: v1.2.3, origin/main"
 *
 * Everything else that git archive expands follows from the commit and is expanded when the tree is loaded. Which branches stood at the
 * commit that day nobody can know, so such a place may hold any list of names, in the alphabet of refs alone: no quote, no dollar
 * sign, no line feed.
 */
#include "match/claim.h"

#include <string.h>

#define RULE            "git.export-subst"
#define MAX_NAMES_BYTES 1024u

static bool is_names(pl_bytes text)
{
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        bool is_good = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       (c != 0 && strchr("._/-+@,:>() ", c) != NULL);
        if (!is_good)
            return false;
    }
    return text.n <= MAX_NAMES_BYTES;
}

/* Where three texts stand: what is committed, what the commit gives, what is shipped. */
struct texts {
    pl_bytes committed;
    pl_bytes expanded;
    pl_bytes shipped;
};

static bool take_equal(struct texts *t, size_t n)
{
    pl_bytes piece = pl_bytes_sub(t->committed, 0, n);
    if (!pl_bytes_starts(t->expanded, piece) || !pl_bytes_starts(t->shipped, piece))
        return false;
    t->committed = pl_bytes_from(t->committed, n);
    t->expanded = pl_bytes_from(t->expanded, n);
    t->shipped = pl_bytes_from(t->shipped, n);
    return true;
}

/* Bytes of `text` up to the first place where `next`, which follows a format, goes on; SIZE_MAX when nowhere. */
static size_t length_before(pl_bytes text, pl_bytes next)
{
    if (next.n == 0)
        return text.n;
    return pl_bytes_find(text, pl_bytes_sub(next, 0, pl_bytes_find_byte(next, '\n', 0)), 0);
}

/* Is the file what is committed with its formats expanded, ref names aside? Claims along the way. */
static pl_status compare(const struct pl_match *m, struct pl_file *f, struct texts t, const char *source,
                         bool *fits, struct pl_err *err)
{
    pl_bytes open = PL_LIT("$Format:");
    pl_status st = PL_OK;
    *fits = false;
    while (st == PL_OK) {
        size_t at = pl_bytes_find(t.committed, open, 0);
        size_t end = at == SIZE_MAX ? SIZE_MAX : pl_bytes_find_byte(t.committed, '$', at + open.n);
        size_t before = t.shipped.n;
        size_t n = end == SIZE_MAX ? t.committed.n : at;
        if (!take_equal(&t, n))
            return PL_OK;
        st = pl_match_claim(f, f->size - before, n, PL_CLASS_IDENTICAL, PL_GRADE_NONE, RULE, source, err);
        if (end == SIZE_MAX)
            break;
        pl_bytes format = pl_bytes_sub(t.committed, open.n, end - at - open.n);
        t.committed = pl_bytes_from(t.committed, end - at + 1);
        size_t next = pl_bytes_find(t.committed, open, 0);
        pl_bytes literal = pl_bytes_sub(t.committed, 0, next);
        size_t theirs = length_before(t.expanded, literal);
        size_t ours = length_before(t.shipped, literal);
        if (theirs == SIZE_MAX || ours == SIZE_MAX || st != PL_OK)
            return st;
        pl_bytes value = pl_bytes_sub(t.shipped, 0, ours);
        bool is_refs = pl_bytes_eq_str(format, "%d") || pl_bytes_eq_str(format, "%D");
        if (is_refs ? !is_names(value) : !pl_bytes_eq(value, pl_bytes_sub(t.expanded, 0, theirs)))
            return PL_OK;
        st = pl_match_claim(f, f->size - t.shipped.n, ours, PL_CLASS_DERIVED,
                            is_refs ? PL_GRADE_B : PL_GRADE_A, RULE, source, err);
        t.expanded = pl_bytes_from(t.expanded, theirs);
        t.shipped = pl_bytes_from(t.shipped, ours);
    }
    *fits = st == PL_OK && t.shipped.n == 0 && t.expanded.n == 0;
    return st;
}

/* The committed form of the unit, which the expanded one supersedes. */
static const struct pl_source_file *committed_form(const struct pl_match *m, uint32_t expanded)
{
    pl_source_ref ref = pl_index_unit_ref(m->index, expanded);
    pl_units same = pl_index_units_of_path(m->index, pl_index_unit_file(m->index, expanded)->path);
    for (size_t i = 0; i < same.n; i++) {
        const struct pl_source_file *s = pl_index_unit_file(m->index, same.v[i]);
        if (pl_index_unit_ref(m->index, same.v[i]).tree == ref.tree && s->is_superseded &&
            pl_bytes_find(s->data, PL_LIT("$Format:"), 0) != SIZE_MAX)
            return s;
    }
    return NULL;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    pl_units units = pl_index_units_of_name(m->index, pl_bytes_basename(f->name));
    pl_status st = PL_OK;
    bool fits = false;
    if (!pl_is_unclaimed(f) || f->data.p == NULL || f->container != NULL || !f->is_whole)
        return PL_OK;
    for (size_t i = 0; st == PL_OK && !fits && i < units.n; i++) {
        const struct pl_source_file *expanded = pl_index_unit_file(m->index, units.v[i]);
        pl_source_ref ref = pl_index_unit_ref(m->index, units.v[i]);
        if (pl_index_tree(m->index, ref.tree)->git == NULL || expanded->is_superseded)
            continue;
        const struct pl_source_file *committed = committed_form(m, units.v[i]);
        const char *source = committed == NULL ? NULL : pl_arena_str(m->arena, committed->path);
        if (committed == NULL)
            continue;
        if (source == NULL)
            return pl_arena_fail(m->arena, err);
        st = compare(m, f, (struct texts){committed->data, expanded->data, f->data}, source, &fits, err);
        if (!fits)
            f->ledger.pending.n = 0; /* nothing was settled: the claims of a try that failed are dropped */
    }
    return st;
}

const struct pl_rung pl_rung_git_subst = {
    .rule = RULE,
    .what =
        "The committed file with $Format:...$ expanded; a list of ref names is whatever it was at that time.",
    .source = "gitattributes(5) export-subst, git-log(1) PRETTY FORMATS",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
