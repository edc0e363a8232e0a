/*
 * acquire_git.c - a source that is a revision of a git repository.
 *
 * It is read in a child, by libgit2, which opens files when it needs them: the child may read what is below the repository (and the mirror and the
 * cache, for submodules), and can open nothing else.
 *
 * A local repository is read where it is. A remote one comes from the mirror folder that the user named, from the cache, or from
 * the network, in this order. What the subject is called says which tags to prefer when no revision is named.
 */
#include "pipeline/acquire_git.h"

#include "corpus/git_uri.h"
#include "pipeline/leaves.h"
#include "pipeline/source_child.h"
#include "supply/git_fetch.h"
#include "supply/openpgp.h"

#include <string.h>

static bool is_there(void *ctx, const char *path)
{
    (void)ctx;
    return pl_git_is_repository(path);
}

/* "xz-5.4.1.tar.gz" is version 5.4.1 of xz; NULL parts when the name does not look so. */
static void read_name(struct pl_acquired *a, const char **name, const char **version)
{
    static const char *const ends[] = {".gz", ".xz", ".bz2", ".zst", ".tgz", ".zip", ".tar"};
    pl_bytes text = pl_bytes_basename(pl_bytes_of_str(a->is_folder ? a->options->subject : a->name));
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
            if (pl_bytes_ends(text, pl_bytes_of_str(ends[i])))
                text.n -= strlen(ends[i]);
    for (size_t i = 1; i + 1 < text.n; i++) {
        bool is_border = text.p[i] == '-' || text.p[i] == '_' || text.p[i] == '@';
        if (!is_border || text.p[i + 1] < '0' || text.p[i + 1] > '9')
            continue;
        pl_bytes number = pl_bytes_from(text, i + 1);
        if (pl_bytes_ends(number, PL_LIT(".orig")))
            number.n -= 5;
        *name = pl_arena_str(&a->arena, pl_bytes_sub(text, 0, i));
        *version = pl_arena_str(&a->arena, number);
        return;
    }
}

/* Signatures are checked when the user says whose count. */
static pl_status verify(const struct pl_acquired *a, struct pl_source_tree *t, struct pl_report *r,
                        struct pl_err *err)
{
    struct pl_source_git *git = t->git;
    struct pl_openpgp_keys keys = {.keyrings = a->options->keyrings, .n_keyrings = a->options->n_keyrings};
    if (keys.n_keyrings == 0)
        return PL_OK;
    if (git->signature.n == 0)
        return pl_findings_add(&r->findings, "origin.unsigned", PL_SEVERITY_WARNING, PL_NO_OFFSET, 0, NULL,
                               err, "keys were given, and neither tag nor commit %s is signed", t->revision);
    if (!pl_bytes_starts(git->signature, PL_LIT("-----BEGIN PGP SIGNATURE-----")))
        return pl_findings_add(&r->findings, "origin.unsigned", PL_SEVERITY_WARNING, PL_NO_OFFSET, 0, NULL,
                               err, "the signature of %s is of a kind that is not checked here", t->revision);
    struct pl_buf plain;
    const char *signer = NULL;
    pl_buf_init(&plain, 1u << 20);
    pl_status st = pl_openpgp_dearmor(git->signature, &plain, err);
    if (st == PL_OK)
        st = pl_openpgp_detached(git->signed_text, pl_buf_bytes(&plain), &keys, t->arena, &signer, err);
    pl_buf_reset(&plain);
    if (st == PL_OK)
        git->signer = signer;
    if (st == PL_E_INPUT)
        st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "the signature of the revision is damaged");
    if (st != PL_OK)
        pl_err_about(err, git->ref != NULL ? git->ref : t->revision);
    return st;
}

static pl_status find_repository(void *ctx, pl_bytes url, struct pl_arena *arena, const char **path,
                                 struct pl_err *err)
{
    struct pl_acquired *a = ctx;
    return pl_supply_git_local(a->supply, url, arena, path, err);
}

static pl_status add_tree(struct pl_acquired *a, struct pl_source_tree *t, struct pl_err *err)
{
    if (a->n_trees >= PL_MAX_TREES) {
        pl_source_tree_free(t);
        return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "more than %u sources", PL_MAX_TREES);
    }
    a->trees[a->n_trees++] = t;
    a->has_source |= t->rank == PL_RANK_OWN;
    return PL_OK;
}

/* What the child does. */
struct opening {
    const struct pl_acquired *a;
    struct pl_git_want *want;
    bool is_history;
    bool has_leaves; /* want->leaves are there: those of a folder, which the child may not read */
};

static pl_status open_repository(void *ctx, const struct pl_source_spec *spec, const struct pl_limits *limits,
                                 struct pl_source_tree **out, struct pl_err *err)
{
    const struct opening *o = ctx;
    struct pl_git_want want = *o->want;
    struct pl_leaves leaves = {0};
    pl_status st = PL_OK;
    if (!o->has_leaves && (want.ref == NULL || o->is_history)) {
        st = pl_leaves_of(o->a, &leaves, err);
        want.leaves = leaves.list.v;
        want.n_leaves = leaves.list.n;
    }
    if (st == PL_OK)
        st = o->is_history ? pl_source_tree_open_git_history(&want, spec, limits, out, err)
                           : pl_source_tree_open_git(&want, spec, limits, out, err);
    PL_VEC_FREE(&leaves.list);
    return st;
}

/* The repository, and where those of its submodules may be. */
static pl_status list_places(struct pl_acquired *a, const char *repository, struct pl_git_places *places,
                             struct pl_err *err)
{
    const char *mirror = a->options->git_mirror;
    const char *brace = mirror == NULL ? NULL : strchr(mirror, '{');
    pl_status st = pl_git_places_of(repository, &a->arena, places, err);
    if (st != PL_OK)
        return st;
    if (mirror != NULL && places->n < PL_GIT_PLACES)
        places->v[places->n++] =
            brace == NULL ? mirror : pl_arena_str(&a->arena, pl_bytes_of(mirror, (size_t)(brace - mirror)));
    if (places->n < PL_GIT_PLACES)
        places->v[places->n++] = pl_supply_git_cache(a->supply, &a->arena);
    for (size_t i = 0; i < places->n; i++)
        if (places->v[i] == NULL)
            return pl_arena_fail(&a->arena, err);
    return PL_OK;
}

static pl_status load(struct pl_acquired *a, const struct pl_git_source *source, struct pl_git_want *want,
                      struct pl_report *r, struct pl_err *err)
{
    struct pl_source_spec spec = {.uri = source->uri, .how = source->how, .jobs = a->options->jobs};
    struct pl_source_tree *t = NULL;
    struct pl_leaves leaves = {0};
    struct pl_git_places places = {.n = 0};
    struct opening opening = {.a = a, .want = want, .has_leaves = a->is_folder};
    struct pl_source_opener opener = {.ctx = &opening, .open = open_repository, .reads = places.v};
    pl_status st = list_places(a, want->path, &places, err);
    if (st == PL_OK && a->is_folder && (want->ref == NULL || a->options->takes_history))
        st = pl_leaves_of(a, &leaves, err); /* of files that are read and hashed, no more */
    opener.n_reads = places.n;
    want->leaves = leaves.list.v;
    want->n_leaves = leaves.list.n;
    pl_git_prepare();
    if (st == PL_OK)
        st = pl_source_read_by(a, &spec, &opener, &t, err);
    if (st == PL_OK) {
        st = verify(a, t, r, err);
        if (st == PL_OK)
            st = add_tree(a, t, err);
        else
            pl_source_tree_free(t);
    }
    if (st == PL_OK && a->options->takes_history) {
        spec.rank = PL_RANK_HISTORY;
        spec.name = "history";
        opening.is_history = true;
        st = pl_source_read_by(a, &spec, &opener, &t, err);
        if (st == PL_OK)
            st = add_tree(a, t, err);
    }
    PL_VEC_FREE(&leaves.list);
    return st;
}

pl_status pl_acquire_git(struct pl_acquired *a, const struct pl_git_source *source, struct pl_report *r,
                         struct pl_err *err)
{
    struct pl_git_uri uri;
    struct pl_git_want want = {
        .name = source->name, .version = source->version, .find_repository = find_repository, .ctx = a};
    pl_status st = pl_git_uri_parse(pl_bytes_of_str(source->uri), is_there, NULL, &a->arena, &uri, err);
    if (st != PL_OK)
        return st;
    if (want.name == NULL && a->supplied != NULL && a->supplied->package != NULL) {
        want.name = a->supplied->package;
        want.version = a->supplied->version;
    }
    if (want.name == NULL)
        read_name(a, &want.name, &want.version);
    if (a->arena.why != PL_OK)
        return pl_arena_fail(&a->arena, err);
    want.ref = uri.ref != NULL ? uri.ref : source->needs_version ? want.version : NULL;
    want.folder = uri.folder;
    want.path = uri.repository;
    if (!uri.is_local) {
        struct pl_git_fetch fetch = {.url = uri.repository, .ref = want.ref};
        st = pl_supply_git_fetch(a->supply, &fetch, &a->arena, &want.path, err);
    }
    if (st == PL_OK)
        st = load(a, source, &want, r, err);
    return st;
}

/* Escape what would end the part of a URI that it is put into. */
static const char *escaped(struct pl_acquired *a, const char *text)
{
    struct pl_buf out;
    pl_buf_init(&out, 3 * 4096);
    for (const char *p = text; *p != '\0'; p++) {
        bool is_plain = (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                        strchr("-_.~/+@", *p) != NULL;
        if (is_plain)
            pl_buf_add_byte(&out, (uint8_t)*p);
        else
            pl_buf_printf(&out, "%%%02x", (unsigned)(unsigned char)*p);
    }
    const char *kept = out.why == PL_OK ? pl_arena_str(&a->arena, pl_buf_bytes(&out)) : NULL;
    pl_buf_reset(&out);
    return kept;
}

pl_status pl_acquire_claimed(struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    const struct pl_supplied *s = a->supplied;
    const char *folder = escaped(a, s->repository_folder);
    const char *hash = s->repository_folder[0] == '\0' ? "" : "#";
    struct pl_err why = {.status = PL_OK};
    pl_status st = PL_E_NOT_FOUND;
    /* The tag of the version, else the commit that was claimed, else whatever explains most. */
    for (int turn = 0; turn < 3 && st == PL_E_NOT_FOUND && folder != NULL; turn++) {
        struct pl_git_source source = {
            .how = PL_HOW_CLAIMED, .name = s->package, .version = s->version, .needs_version = turn == 0};
        if (turn == 1 && s->repository_commit == NULL)
            continue;
        source.uri = turn == 1 ? pl_arena_printf(&a->arena, "git+%s@%s%s%s", s->repository,
                                                 s->repository_commit, hash, folder)
                               : pl_arena_printf(&a->arena, "git+%s%s%s", s->repository, hash, folder);
        if (source.uri == NULL)
            return pl_arena_fail(&a->arena, err);
        st = pl_acquire_git(a, &source, r, &why);
        pl_err_about(&why, source.uri);
    }
    if (folder == NULL)
        return pl_fail_nomem(err);
    if (st == PL_E_NOT_FOUND)
        return pl_acquire_note(r, "source", &why, err);
    if (st != PL_OK && err != NULL) {
        *err = why;
        err->hint[0] = '\0';
        if (strstr(why.hint, "--source") != NULL)
            pl_err_hint(err, "%s", why.hint);
        else
            pl_err_hint(err,
                        "say where the source is: --source git+file:///PATH@REF, or --git-mirror DIR%s%s",
                        why.hint[0] == '\0' ? "" : "; or: ", why.hint);
    }
    return st;
}

pl_status pl_judge_git_origin(const struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    const struct pl_source_tree *first = NULL;
    for (size_t i = 0; i < a->n_trees; i++) {
        if (a->trees[i]->rank != PL_RANK_OWN)
            continue;
        if (a->trees[i]->git == NULL)
            return PL_OK;
        if (first == NULL)
            first = a->trees[i];
    }
    if (first == NULL)
        return PL_OK;
    const struct pl_source_git *git = first->git;
    const char *why =
        pl_arena_printf(&r->arena, "the source is %s%s of %s%s%s%s", git->ref == NULL ? "commit " : git->ref,
                        git->ref == NULL ? first->revision : "", first->uri,
                        git->is_found ? ", found by its contents since none was named" : "",
                        git->signer == NULL ? "" : ", signed by ", git->signer == NULL ? "" : git->signer);
    if (why == NULL)
        return pl_arena_fail(&r->arena, err);
    r->links[PL_LINK_ORIGIN].verdict = PL_VERDICT_HOLDS;
    r->links[PL_LINK_ORIGIN].why = why;
    return PL_OK;
}
