/*
 * git_find.c - which revision is it: the one whose tree explains most bytes of the package; and which files of the history are in it.
 *
 * Of each folder object the leaves of the package that stand in it are listed once, so that a thousand tags cost little more than what
 * changed between them. No contents are read: ids are compared.
 *
 *     branches and tags -> commits -> trees -> sets of leaves -> bytes; the most wins, then the tag of the version, then the newer
 */
#include "base/order.h"
#include "base/vec.h"
#include "corpus/git_private.h"
#include "corpus/tree_build.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TREES   5000000u /* folder objects looked at */
#define MAX_COMMITS 2000000u /* of a history */

/* Leaves of the package below one folder object. */
struct seen {
    uint32_t *leaves; /* ascending, without repeats; in the arena */
    size_t n;
};

struct search {
    const struct pl_git_repo *repo;
    const struct pl_git_want *want;
    struct pl_arena arena;
    struct pl_map leaves; /* blob id -> position in want->leaves of the first that has it */
    struct pl_map trees;  /* tree id -> position in seen */
    PL_VEC(struct seen) seen;
};

static pl_status open_search(struct search *s, const struct pl_git_repo *repo, const struct pl_git_want *want,
                             const struct pl_limits *limits, struct pl_err *err)
{
    *s = (struct search){.repo = repo, .want = want};
    pl_arena_init(&s->arena, (size_t)limits->memory_bytes);
    pl_map_init(&s->leaves);
    pl_map_init(&s->trees);
    pl_status st = PL_OK;
    for (size_t i = 0; st == PL_OK && i < want->n_leaves; i++)
        if (want->leaves[i].size > 0)
            st = pl_map_add(&s->leaves, pl_bytes_of(want->leaves[i].blob.b, PL_SHA1_BYTES), i, NULL, err);
    return st;
}

static void close_search(struct search *s)
{
    pl_map_reset(&s->leaves);
    pl_map_reset(&s->trees);
    PL_VEC_FREE(&s->seen);
    pl_arena_reset(&s->arena);
}

struct numbers {
    PL_VEC(uint32_t) list;
};

static bool add_number(struct numbers *to, uint32_t number)
{
    uint32_t *slot = PL_VEC_ADD(&to->list);
    if (slot != NULL)
        *slot = number;
    return slot != NULL;
}

/* Keep what was gathered for a tree, sorted and without repeats. */
static pl_status keep_seen(struct search *s, const git_oid *id, struct numbers *found, size_t *position,
                           struct pl_err *err)
{
    struct seen kept = {0};
    pl_bytes key = pl_arena_keep(&s->arena, pl_bytes_of(id->id, GIT_OID_RAWSZ));
    if (found->list.n > 0) {
        qsort(found->list.v, found->list.n, sizeof *found->list.v, pl_order_u32);
        for (size_t i = 0; i < found->list.n; i++)
            if (i == 0 || found->list.v[i] != found->list.v[kept.n - 1])
                found->list.v[kept.n++] = found->list.v[i];
        kept.leaves = pl_arena_take_n(&s->arena, kept.n, sizeof *kept.leaves);
        if (kept.leaves != NULL)
            memcpy(kept.leaves, found->list.v, kept.n * sizeof *kept.leaves);
    }
    if (s->arena.why != PL_OK)
        return pl_arena_fail(&s->arena, err);
    struct seen *slot = PL_VEC_ADD(&s->seen);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = kept;
    *position = s->seen.n - 1;
    return pl_map_set(&s->trees, key, *position, err);
}

/* The leaves below a tree; *position in s->seen. */
static pl_status look_at(struct search *s, const git_oid *id, unsigned depth, size_t *position,
                         struct pl_err *err)
{
    uint64_t known;
    git_tree *tree = NULL;
    struct numbers found = {0};
    pl_status st = PL_OK;
    if (pl_map_get(&s->trees, pl_bytes_of(id->id, GIT_OID_RAWSZ), &known)) {
        *position = (size_t)known;
        return PL_OK;
    }
    if (depth > PL_GIT_DEPTH || s->seen.n >= MAX_TREES)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "git: too many folders to search; name the revision");
    int code = git_tree_lookup(&tree, s->repo->repository, id);
    if (code != 0) {
        st = pl_git_fail(err, code, "a folder object", "");
        return st == PL_E_NOT_FOUND ? PL_E_INPUT : st;
    }
    for (size_t i = 0; st == PL_OK && i < git_tree_entrycount(tree); i++) {
        const git_tree_entry *e = git_tree_entry_byindex(tree, i);
        const git_oid *entry_id = git_tree_entry_id(e);
        size_t below;
        if (git_tree_entry_type(e) == GIT_OBJECT_TREE) {
            st = look_at(s, entry_id, depth + 1, &below, err);
            for (size_t k = 0; st == PL_OK && k < s->seen.v[below].n; k++)
                st = add_number(&found, s->seen.v[below].leaves[k]) ? PL_OK : pl_fail_nomem(err);
        } else if (git_tree_entry_type(e) == GIT_OBJECT_BLOB &&
                   pl_map_get(&s->leaves, pl_bytes_of(entry_id->id, GIT_OID_RAWSZ), &known)) {
            st = add_number(&found, (uint32_t)known) ? PL_OK : pl_fail_nomem(err);
        }
    }
    git_tree_free(tree);
    if (st == PL_OK)
        st = keep_seen(s, id, &found, position, err);
    PL_VEC_FREE(&found.list);
    return st;
}

struct candidate {
    struct pl_git_revision revision;
    uint64_t bytes;
    unsigned fit; /* of the tag to the version; 0 none */
    bool is_tag;
    git_time_t time;
};

static bool is_better(const struct candidate *a, const struct candidate *b)
{
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes;
    if ((a->fit != 0) != (b->fit != 0) || a->fit != b->fit)
        return a->fit != 0 && (b->fit == 0 || a->fit < b->fit);
    if (a->is_tag != b->is_tag)
        return a->is_tag;
    return a->time > b->time; /* refs come sorted, so that equals are told apart by name */
}

static pl_status weigh(struct search *s, const char *ref, struct candidate *out, struct pl_err *err)
{
    git_oid id;
    git_commit *commit = NULL;
    size_t position;
    *out = (struct candidate){0};
    int code = git_reference_name_to_id(&id, s->repo->repository, ref);
    if (code == 0 && pl_git_peel(s->repo, &id, &out->revision, NULL) != PL_OK)
        code = GIT_ENOTFOUND;
    if (code != 0)
        return PL_OK; /* a ref to nowhere explains nothing */
    pl_status st = look_at(s, &out->revision.tree, 0, &position, err);
    if (st == PL_E_INPUT)
        return PL_OK; /* a shallow or partial clone lacks what this one needs */
    if (st != PL_OK)
        return st;
    for (size_t i = 0; i < s->seen.v[position].n; i++)
        out->bytes += s->want->leaves[s->seen.v[position].leaves[i]].size;
    out->revision.ref = ref;
    out->is_tag = strncmp(ref, "refs/tags/", 10) == 0;
    if (out->is_tag && s->want->version != NULL)
        out->fit = pl_git_tag_fit(pl_bytes_from(pl_bytes_of_str(ref), 10), pl_bytes_of_str(s->want->version),
                                  s->want->name);
    if (!git_oid_is_zero(&out->revision.commit) &&
        git_commit_lookup(&commit, s->repo->repository, &out->revision.commit) == 0)
        out->time = git_commit_time(commit);
    git_commit_free(commit);
    return PL_OK;
}

pl_status pl_git_search(const struct pl_git_repo *r, const struct pl_git_want *want,
                        const struct pl_limits *limits, struct pl_arena *arena, struct pl_git_revision *out,
                        struct pl_err *err)
{
    struct search s;
    struct pl_git_refs refs = {0};
    struct candidate best = {0};
    pl_status st = open_search(&s, r, want, limits, err);
    if (st == PL_OK)
        st = pl_git_list_refs(r, arena, &refs, err);
    for (size_t i = 0; st == PL_OK && i < refs.n; i++) {
        struct candidate c;
        st = weigh(&s, refs.v[i], &c, err);
        if (st == PL_OK && c.bytes > 0 && (best.bytes == 0 || is_better(&c, &best)))
            best = c;
    }
    close_search(&s);
    if (st != PL_OK)
        return st;
    if (best.bytes == 0) {
        st = pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET,
                     "git: none of %zu branches and tags has a file of the package", refs.n);
        pl_err_hint(err, "name the revision: git+file:///PATH@REF");
        return st;
    }
    *out = best.revision;
    out->is_found = true;
    return PL_OK;
}

/* Walk of a history: each tree object once. */
struct history {
    struct search s;
    struct pl_tree_build *build;
    struct pl_map taken; /* blob ids that are in the tree already */
    struct pl_map walked;
};

static pl_status take_blob(struct history *h, const git_oid *id, pl_bytes path, struct pl_err *err)
{
    git_odb_object *object = NULL;
    size_t size;
    git_object_t type;
    uint64_t known;
    if (!pl_map_get(&h->s.leaves, pl_bytes_of(id->id, GIT_OID_RAWSZ), &known) ||
        pl_map_get(&h->taken, pl_bytes_of(id->id, GIT_OID_RAWSZ), &known))
        return PL_OK;
    if (git_odb_read_header(&size, &type, h->s.repo->odb, id) != 0 || size > h->build->limits->file_bytes ||
        git_odb_read(&object, h->s.repo->odb, id) != 0)
        return pl_tree_build_warn(h->build, err, "%.*s: of the history, cannot be read", PL_ARG(path));
    struct pl_source_file f = {.path = path, .mode = 0644, .is_superseded = true};
    f.heap = malloc(size + 1);
    pl_bytes key = pl_arena_keep(&h->s.arena, pl_bytes_of(id->id, GIT_OID_RAWSZ));
    if (f.heap != NULL)
        memcpy(f.heap, git_odb_object_data(object), size);
    git_odb_object_free(object);
    if (f.heap == NULL || key.p == NULL) {
        free(f.heap);
        return pl_fail_nomem(err);
    }
    f.data = pl_bytes_of(f.heap, size);
    memcpy(f.git_blob.b, id->id, PL_SHA1_BYTES);
    pl_status st = pl_tree_build_add(h->build, &f, err);
    return st == PL_OK ? pl_map_set(&h->taken, key, 1, err) : st;
}

static pl_status walk_tree(struct history *h, const git_oid *id, pl_bytes folder, unsigned depth,
                           struct pl_err *err)
{
    git_tree *tree = NULL;
    uint64_t known;
    pl_status st = PL_OK;
    if (pl_map_get(&h->walked, pl_bytes_of(id->id, GIT_OID_RAWSZ), &known) || depth > PL_GIT_DEPTH ||
        git_tree_lookup(&tree, h->s.repo->repository, id) != 0)
        return PL_OK; /* seen; or not there, as in a shallow clone */
    pl_bytes key = pl_arena_keep(&h->s.arena, pl_bytes_of(id->id, GIT_OID_RAWSZ));
    st = key.p == NULL ? pl_arena_fail(&h->s.arena, err) : pl_map_set(&h->walked, key, 1, err);
    if (st == PL_OK && h->walked.n > MAX_TREES)
        st = pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "git: a history of more than %u folders", MAX_TREES);
    for (size_t i = 0; st == PL_OK && i < git_tree_entrycount(tree); i++) {
        const git_tree_entry *e = git_tree_entry_byindex(tree, i);
        bool is_tree = git_tree_entry_type(e) == GIT_OBJECT_TREE;
        bool is_leaf = git_tree_entry_type(e) == GIT_OBJECT_BLOB &&
                       pl_map_get(&h->s.leaves, pl_bytes_of(git_tree_entry_id(e)->id, GIT_OID_RAWSZ), &known);
        if (!is_tree && !is_leaf)
            continue;
        const char *path = pl_arena_printf(&h->s.arena, "%.*s%s%s", PL_ARG(folder), folder.n > 0 ? "/" : "",
                                           git_tree_entry_name(e));
        if (path == NULL)
            st = pl_arena_fail(&h->s.arena, err);
        else
            st = is_tree ? walk_tree(h, git_tree_entry_id(e), pl_bytes_of_str(path), depth + 1, err)
                         : take_blob(h, git_tree_entry_id(e), pl_bytes_of_str(path), err);
    }
    git_tree_free(tree);
    return st;
}

static pl_status walk_commits(struct history *h, const struct pl_git_refs *refs, struct pl_err *err)
{
    git_revwalk *walk = NULL;
    git_oid id;
    pl_status st = PL_OK;
    if (git_revwalk_new(&walk, h->s.repo->repository) != 0)
        return pl_git_fail(err, -1, "history", "");
    (void)git_revwalk_sorting(walk, GIT_SORT_TIME); /* an unknown order is an order */
    for (size_t i = 0; i < refs->n; i++)
        (void)git_revwalk_push_ref(walk,
                                   refs->v[i]); /* a ref to something else than a commit has no history */
    size_t n = 0;
    while (st == PL_OK && n++ < MAX_COMMITS && git_revwalk_next(&id, walk) == 0) {
        git_commit *commit = NULL;
        if (git_commit_lookup(&commit, h->s.repo->repository, &id) != 0)
            continue; /* the end of a shallow clone */
        st = walk_tree(h, git_commit_tree_id(commit), PL_LIT(""), 0, err);
        git_commit_free(commit);
    }
    git_revwalk_free(walk);
    return st;
}

pl_status pl_source_tree_open_git_history(const struct pl_git_want *want, const struct pl_source_spec *spec,
                                          const struct pl_limits *limits, struct pl_source_tree **out,
                                          struct pl_err *err)
{
    struct pl_git_repo repo = {0};
    struct pl_git_refs refs = {0};
    struct pl_tree_build b;
    struct history h = {.build = &b};
    pl_status st = pl_tree_build_init(&b, spec, limits, err);
    if (st != PL_OK)
        return st;
    pl_map_init(&h.taken);
    pl_map_init(&h.walked);
    st = pl_git_open(want->path, &repo, err);
    if (st == PL_OK)
        st = open_search(&h.s, &repo, want, limits, err);
    if (st == PL_OK)
        st = pl_git_list_refs(&repo, &h.s.arena, &refs, err);
    if (st == PL_OK)
        st = walk_commits(&h, &refs, err);
    if (st == PL_OK)
        st = pl_tree_build_digest(&b, err);
    if (st == PL_OK)
        st = pl_tree_build_finish(&b, out, err);
    close_search(&h.s);
    pl_map_reset(&h.taken);
    pl_map_reset(&h.walked);
    pl_git_close(&repo);
    pl_tree_build_reset(&b);
    return st;
}
