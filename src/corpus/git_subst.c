/*
 * git_subst.c - what git archive writes in place of what is committed.
 *
 *     ident          $Id$            -> $Id: <blob> $
 *     eol=crlf       LF              -> CR LF
 *     export-subst   $Format:%H$     -> the placeholder's value, as git log --pretty=format: prints it
 *
 * In this order, as convert.c and archive.c of git have it. Placeholders that depend on more than the commit are left as they are:
 * %(describe), %N, %G*, colours. %d and %D name the tags of the commit only: what branches stood there when an archive was made nobody knows.
 * Source: gitattributes(5), git-log(1) "PRETTY FORMATS".
 */
#include "corpus/git_private.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define BINARY_PROBE_BYTES 8000u

/* Does git take it for binary? A NUL, or a lone CR, near its beginning. */
static bool looks_binary(pl_bytes data)
{
    return pl_bytes_find_byte(pl_bytes_sub(data, 0, BINARY_PROBE_BYTES), 0, 0) != SIZE_MAX;
}

static void to_crlf(pl_bytes data, struct pl_buf *out)
{
    for (size_t i = 0; i < data.n; i++) {
        if (data.p[i] == '\n' && (i == 0 || data.p[i - 1] != '\r'))
            pl_buf_add_byte(out, '\r');
        pl_buf_add_byte(out, data.p[i]);
    }
}

static void expand_ident(pl_bytes data, const git_oid *blob, struct pl_buf *out)
{
    char hex[GIT_OID_HEXSZ + 1];
    size_t from = 0;
    git_oid_tostr(hex, sizeof hex, blob);
    for (;;) {
        size_t at = pl_bytes_find(data, PL_LIT("$Id"), from);
        pl_bytes rest = pl_bytes_from(data, at == SIZE_MAX ? data.n : at + 3);
        size_t end = pl_bytes_find_byte(rest, '$', 0);
        size_t feed = pl_bytes_find_byte(rest, '\n', 0);
        bool is_plain = rest.n > 0 && rest.p[0] == '$';
        bool is_old = rest.n > 0 && rest.p[0] == ':' && end != SIZE_MAX && end < feed;
        if (at == SIZE_MAX)
            break;
        pl_buf_add(out, pl_bytes_sub(data, from, at + 3 - from));
        from = at + 3;
        if (is_plain || is_old) {
            pl_buf_printf(out, ": %s $", hex);
            from += (is_plain ? 0 : end) + 1;
        }
    }
    pl_buf_add(out, pl_bytes_from(data, from));
}

/* A commit as placeholders see it. */
struct facts {
    const struct pl_git_repo *r;
    git_commit *commit;
    struct pl_buf *out;
};

static void add_short(const struct facts *f, git_object_t type, const git_oid *id)
{
    git_object *object = NULL;
    git_buf text = {0};
    char hex[GIT_OID_HEXSZ + 1];
    git_oid_tostr(hex, sizeof hex, id);
    if (git_object_lookup(&object, f->r->repository, id, type) == 0 &&
        git_object_short_id(&text, object) == 0)
        pl_buf_add(f->out, pl_bytes_of(text.ptr, text.size));
    else
        pl_buf_add(f->out, pl_bytes_of(hex, 7)); /* a parent that a shallow clone lacks */
    git_buf_dispose(&text);
    git_object_free(object);
}

static void add_hex(const struct facts *f, const git_oid *id)
{
    char hex[GIT_OID_HEXSZ + 1];
    git_oid_tostr(hex, sizeof hex, id);
    pl_buf_add_str(f->out, hex);
}

/* Date and time of day without the zone; 0 for a letter that is none. */
static size_t print_time(char *out, size_t n, const struct tm *t, char how)
{
    switch (how) {
    case 'd': return strftime(out, n, "%a %b %e %H:%M:%S %Y ", t);
    case 'i': return strftime(out, n, "%Y-%m-%d %H:%M:%S ", t);
    case 'I': return strftime(out, n, "%Y-%m-%dT%H:%M:%S", t);
    case 'D': return strftime(out, n, "%a, %e %b %Y %H:%M:%S ", t);
    case 's': return strftime(out, n, "%Y-%m-%d", t);
    default: return 0;
    }
}

static bool add_time(struct pl_buf *out, git_time when, char how)
{
    char text[96];
    struct tm parts;
    int zone = when.offset < 0 ? -when.offset : when.offset;
    char sign = when.offset < 0 ? '-' : '+';
    time_t local = (time_t)(when.time + (git_time_t)when.offset * 60);
    if (how == 't') {
        pl_buf_printf(out, "%lld", (long long)when.time);
        return true;
    }
    if (gmtime_r(&local, &parts) == NULL)
        return false;
    size_t n = print_time(text, sizeof text, &parts, how);
    bool is_padded = how == 'd' || how == 'D'; /* git writes the day without a blank in front */
    for (size_t i = 0; i < n; i++)
        if (!(is_padded && text[i] == ' ' && i + 1 < n && text[i + 1] == ' '))
            pl_buf_add_byte(out, (uint8_t)text[i]);
    if (how == 'I' && when.offset == 0)
        pl_buf_add_str(out, "Z");
    else if (how == 'I')
        pl_buf_printf(out, "%c%02d:%02d", sign, zone / 60, zone % 60);
    else if (n > 0 && how != 's')
        pl_buf_printf(out, "%c%02d%02d", sign, zone / 60, zone % 60);
    return n > 0;
}

static bool add_person(const struct facts *f, const git_signature *who, char what)
{
    if (who == NULL)
        return false;
    if (what == 'n')
        pl_buf_add_str(f->out, who->name);
    else if (what == 'e')
        pl_buf_add_str(f->out, who->email);
    else if (what == 'l')
        pl_buf_add(f->out, pl_bytes_sub(pl_bytes_of_str(who->email), 0,
                                        pl_bytes_find_byte(pl_bytes_of_str(who->email), '@', 0)));
    else
        return add_time(f->out, who->when, what);
    return true;
}

/* "tag: v1.2.3, tag: latest"; no bytes when no tag names the commit. */
static pl_status add_tags(const struct facts *f, const char *before, const char *after, struct pl_err *err)
{
    struct pl_arena arena;
    struct pl_git_refs refs = {0};
    bool has_one = false;
    pl_arena_init(&arena, 64u << 20);
    pl_status st = pl_git_list_refs(f->r, &arena, &refs, err);
    for (size_t i = 0; st == PL_OK && i < refs.n; i++) {
        git_object *object = NULL;
        git_oid id;
        if (strncmp(refs.v[i], "refs/tags/", 10) != 0 ||
            git_reference_name_to_id(&id, f->r->repository, refs.v[i]) != 0 ||
            git_object_lookup(&object, f->r->repository, &id, GIT_OBJECT_ANY) != 0)
            continue;
        git_object *peeled = NULL;
        if (git_object_peel(&peeled, object, GIT_OBJECT_COMMIT) == 0 &&
            git_oid_equal(git_object_id(peeled), git_commit_id(f->commit))) {
            pl_buf_printf(f->out, "%stag: %s", has_one ? ", " : before, refs.v[i] + 10);
            has_one = true;
        }
        git_object_free(peeled);
        git_object_free(object);
    }
    pl_arena_reset(&arena);
    if (has_one)
        pl_buf_add_str(f->out, after);
    return st;
}

static void add_parents(const struct facts *f, bool is_short)
{
    for (unsigned i = 0; i < git_commit_parentcount(f->commit); i++) {
        if (i > 0)
            pl_buf_add_byte(f->out, ' ');
        if (is_short)
            add_short(f, GIT_OBJECT_COMMIT, git_commit_parent_id(f->commit, i));
        else
            add_hex(f, git_commit_parent_id(f->commit, i));
    }
}

/* One placeholder at text.p[0] == '%'; *used is its length, 0 when it is none that we know. */
static pl_status add_placeholder(const struct facts *f, pl_bytes text, size_t *used, struct pl_err *err)
{
    char c = text.n > 1 ? (char)text.p[1] : '\0';
    char d = text.n > 2 ? (char)text.p[2] : '\0';
    const char *message;
    *used = 2;
    switch (c) {
    case 'H': add_hex(f, git_commit_id(f->commit)); return PL_OK;
    case 'h': add_short(f, GIT_OBJECT_COMMIT, git_commit_id(f->commit)); return PL_OK;
    case 'T': add_hex(f, git_commit_tree_id(f->commit)); return PL_OK;
    case 't': add_short(f, GIT_OBJECT_TREE, git_commit_tree_id(f->commit)); return PL_OK;
    case 'P': add_parents(f, false); return PL_OK;
    case 'p': add_parents(f, true); return PL_OK;
    case 'n': pl_buf_add_byte(f->out, '\n'); return PL_OK;
    case '%': pl_buf_add_byte(f->out, '%'); return PL_OK;
    case 'd': return add_tags(f, " (", ")", err);
    case 'D': return add_tags(f, "", "", err);
    case 's':
        message = git_commit_summary(f->commit);
        pl_buf_add_str(f->out, message == NULL ? "" : message);
        return PL_OK;
    case 'B': pl_buf_add_str(f->out, git_commit_message(f->commit)); return PL_OK;
    case 'a':
    case 'c':
        *used = 3;
        if (add_person(f, c == 'a' ? git_commit_author(f->commit) : git_commit_committer(f->commit), d))
            return PL_OK;
        break;
    default: break;
    }
    *used = 0;
    return PL_OK;
}

static pl_status expand_format(const struct facts *f, pl_bytes data, struct pl_err *err)
{
    pl_bytes open = PL_LIT("$Format:");
    pl_status st = PL_OK;
    size_t from = 0;
    while (st == PL_OK) {
        size_t at = pl_bytes_find(data, open, from);
        size_t end = at == SIZE_MAX ? SIZE_MAX : pl_bytes_find_byte(data, '$', at + open.n);
        if (end == SIZE_MAX)
            break;
        pl_buf_add(f->out, pl_bytes_sub(data, from, at - from));
        pl_bytes format = pl_bytes_sub(data, at + open.n, end - at - open.n);
        while (st == PL_OK && format.n > 0) {
            size_t used = 0;
            if (format.p[0] == '%')
                st = add_placeholder(f, format, &used, err);
            if (used == 0) {
                pl_buf_add_byte(f->out, format.p[0]);
                used = 1;
            }
            format = pl_bytes_from(format, used);
        }
        from = end + 1;
    }
    pl_buf_add(f->out, pl_bytes_from(data, from));
    return st;
}

pl_status pl_git_export(const struct pl_git_repo *r, const struct pl_git_revision *revision,
                        struct pl_gitattr attributes, const git_oid *blob, pl_bytes data, struct pl_buf *out,
                        bool *changed, struct pl_err *err)
{
    struct pl_buf step;
    pl_bytes now = data;
    pl_status st = PL_OK;
    bool has_cr = pl_bytes_find_byte(data, '\r', 0) != SIZE_MAX;
    pl_buf_init(&step, out->max_bytes);
    if (attributes.is_ident && pl_bytes_find(data, PL_LIT("$Id"), 0) != SIZE_MAX) {
        expand_ident(now, blob, &step);
        now = pl_buf_bytes(&step);
    }
    struct pl_buf crlf;
    pl_buf_init(&crlf, out->max_bytes);
    if (attributes.is_crlf && !(attributes.is_crlf_auto && (has_cr || looks_binary(data)))) {
        to_crlf(now, &crlf);
        now = pl_buf_bytes(&crlf);
    }
    git_commit *commit = NULL;
    if (attributes.is_export_subst && !git_oid_is_zero(&revision->commit) &&
        pl_bytes_find(now, PL_LIT("$Format:"), 0) != SIZE_MAX &&
        git_commit_lookup(&commit, r->repository, &revision->commit) == 0) {
        struct facts f = {.r = r, .commit = commit, .out = out};
        st = expand_format(&f, now, err);
    } else {
        pl_buf_add(out, now);
    }
    git_commit_free(commit);
    if (st == PL_OK)
        st = pl_buf_done(&step, err);
    if (st == PL_OK)
        st = pl_buf_done(&crlf, err);
    if (st == PL_OK)
        st = pl_buf_done(out, err);
    pl_buf_reset(&step);
    pl_buf_reset(&crlf);
    if (st == PL_OK)
        *changed = !pl_bytes_eq(pl_buf_bytes(out), data);
    return st;
}
