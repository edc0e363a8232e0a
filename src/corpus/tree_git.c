/*
 * tree_git.c - a revision of a git repository as a source tree.
 *
 *     revision -> tree object -> .gitattributes of each folder first -> blobs, links, submodules
 *
 * Objects are read by their ids, whose digests libgit2 checks; what stands in the work tree or the index is not looked at. Equal
 * blobs are held once. Source: gitformat-pack(5), git-archive(1), gitmodules(5).
 */
#include "corpus/git_private.h"
#include "corpus/tree_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TREES      2000000u /* folders of one revision, over all submodules */
#define MAX_SUBMODULES 256u

/* What is known of the modules of a superproject. */
struct modules {
    pl_bytes text; /* of .gitmodules; no bytes when there is none */
    unsigned depth;
};

struct load {
    struct pl_tree_build *build;
    const struct pl_git_want *want;
    struct pl_map held; /* blob id -> position in files of one with its contents */
    uint64_t n_trees;
    uint64_t n_submodules;
    uint64_t held_bytes;
};

/* One repository at one revision; submodules have their own. */
struct place {
    const struct pl_git_repo *repo;
    const struct pl_git_revision *revision;
    const char *repo_path;
    struct modules modules;
};

static pl_bytes join(struct pl_arena *arena, pl_bytes folder, const char *name)
{
    const char *path = folder.n == 0 ? pl_arena_str(arena, pl_bytes_of_str(name))
                                     : pl_arena_printf(arena, "%.*s/%s", PL_ARG(folder), name);
    return pl_bytes_of_str(path);
}

/* Contents of a blob on the heap. PL_E_NOT_FOUND: the repository lacks it; PL_E_LIMIT: too large; both are worth a warning only. */
static pl_status read_blob(const struct load *l, const struct place *at, const git_oid *id, uint8_t **heap,
                           size_t *n, struct pl_err *err)
{
    char hex[GIT_OID_HEXSZ + 1];
    git_odb_object *object = NULL;
    git_object_t type;
    size_t size = 0;
    git_oid_tostr(hex, sizeof hex, id);
    int code = git_odb_read_header(&size, &type, at->repo->odb, id);
    if (code != 0)
        return pl_git_fail(err, code, "object", hex);
    if (type != GIT_OBJECT_BLOB)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "git: %s is in the place of a file and is none", hex);
    if (size > l->build->limits->file_bytes)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "larger than %llu bytes",
                       (unsigned long long)l->build->limits->file_bytes);
    code = git_odb_read(&object, at->repo->odb, id);
    if (code != 0)
        return pl_git_fail(err, code, "object", hex);
    *n = git_odb_object_size(object);
    *heap = malloc(*n == 0 ? 1 : *n);
    if (*heap != NULL && *n > 0)
        memcpy(*heap, git_odb_object_data(object), *n);
    git_odb_object_free(object);
    return *heap == NULL ? pl_fail_nomem(err) : PL_OK;
}

static pl_status add_counted(struct load *l, const struct pl_source_file *file, struct pl_err *err)
{
    l->held_bytes += file->heap == NULL ? 0 : file->data.n;
    if (l->held_bytes > l->build->limits->unpacked_bytes) {
        free(file->heap);
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "git: more than %llu bytes of files",
                       (unsigned long long)l->build->limits->unpacked_bytes);
    }
    return pl_tree_build_add(l->build, file, err);
}

/* The form that git archive gives the file, when it is another one, behind the plain one, which it supersedes. */
static pl_status add_exported(struct load *l, const struct place *at, const struct pl_source_file *plain,
                              const git_oid *id, struct pl_gitattr attributes, struct pl_err *err)
{
    struct pl_buf out;
    bool changed = false;
    pl_buf_init(&out, plain->data.n * 2 + (1u << 20));
    pl_status st = pl_git_export(at->repo, at->revision, attributes, id, plain->data, &out, &changed, err);
    if (st == PL_OK && changed) {
        struct pl_source_file f = {
            .path = plain->path, .mode = plain->mode, .is_export_ignored = plain->is_export_ignored};
        f.heap = pl_buf_detach(&out, &f.data.n);
        f.data.p = f.heap;
        st = pl_sha256_of(f.data, &f.sha256, err);
        if (st == PL_OK)
            st = add_counted(l, &f, err);
        else
            free(f.heap);
    }
    pl_buf_reset(&out);
    return st;
}

static pl_status add_file(struct load *l, const struct place *at, const git_tree_entry *e, pl_bytes path,
                          struct pl_gitattr attributes, struct pl_err *err)
{
    const git_oid *id = git_tree_entry_id(e);
    bool is_link = git_tree_entry_filemode_raw(e) == GIT_FILEMODE_LINK;
    struct pl_source_file f = {.path = path, .is_export_ignored = attributes.is_export_ignored};
    f.mode = git_tree_entry_filemode(e) == GIT_FILEMODE_BLOB_EXECUTABLE ? 0755 : 0644;
    memcpy(f.git_blob.b, id->id, PL_SHA1_BYTES);
    uint64_t same;
    bool is_held = !is_link && pl_map_get(&l->held, pl_bytes_of(id->id, GIT_OID_RAWSZ), &same);
    pl_status st = PL_OK;
    if (is_held) {
        f.data = l->build->tree->files.v[same].data;
        f.sha256 = l->build->tree->files.v[same].sha256;
    } else {
        st = read_blob(l, at, id, &f.heap, &f.data.n, err);
        if (st == PL_E_NOT_FOUND || st == PL_E_LIMIT)
            return pl_tree_build_warn(l->build, err, "%.*s: %s", PL_ARG(path),
                                      st == PL_E_LIMIT ? "too large, left out"
                                                       : "the repository lacks its contents");
        f.data.p = f.heap;
    }
    if (st == PL_OK && is_link) {
        f.link_target = pl_arena_keep(l->build->tree->arena, f.data);
        free(f.heap);
        f.heap = NULL;
        f.data = (pl_bytes){NULL, 0};
        return f.link_target.p == NULL ? pl_arena_fail(l->build->tree->arena, err)
                                       : pl_tree_build_add(l->build, &f, err);
    }
    if (st == PL_OK && !is_held)
        st = pl_sha256_of(f.data, &f.sha256, err);
    if (st != PL_OK) {
        free(f.heap);
        return st;
    }
    st = add_counted(l, &f, err);
    size_t position = l->build->tree->files.n - 1;
    if (st == PL_OK && !is_held) {
        pl_bytes key = pl_arena_keep(l->build->tree->arena, pl_bytes_of(id->id, GIT_OID_RAWSZ));
        st = key.p == NULL ? pl_arena_fail(l->build->tree->arena, err)
                           : pl_map_set(&l->held, key, position, err);
    }
    if (st == PL_OK && (attributes.is_export_subst || attributes.is_ident || attributes.is_crlf))
        st = add_exported(l, at, &f, id, attributes, err);
    if (st == PL_OK && !is_held)
        st = pl_tree_build_nested(l->build, path, f.data, err);
    return st;
}

static pl_status walk(struct load *l, const struct place *at, const git_oid *id, pl_bytes folder,
                      const struct pl_gitattr_file *above, bool is_ignored, unsigned depth,
                      struct pl_err *err);

static bool find_module(const struct place *at, pl_bytes path, struct pl_gitmodule *out)
{
    pl_bytes rest = at->modules.text;
    while (pl_gitmodules_next(&rest, out))
        if (pl_bytes_eq(out->path, path))
            return true;
    return false;
}

static bool is_plain_name(pl_bytes name)
{
    pl_bytes part;
    while (pl_bytes_split(&name, '/', &part))
        if (part.n == 0 || pl_bytes_eq_str(part, "..") || pl_bytes_eq_str(part, "."))
            return false;
    return true;
}

/* Where git keeps the repository of a submodule: .git/modules/NAME, the work tree, or what the caller knows. */
static pl_status open_module(struct load *l, const struct place *at, pl_bytes path, struct pl_git_repo *out,
                             const char **where, struct pl_err *err)
{
    struct pl_gitmodule m;
    struct pl_arena *arena = l->build->tree->arena;
    const char *work = git_repository_workdir(at->repo->repository);
    if (!find_module(at, path, &m) || !is_plain_name(m.name))
        return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "no .gitmodules entry names it");
    *where =
        pl_arena_printf(arena, "%smodules/%.*s", git_repository_path(at->repo->repository), PL_ARG(m.name));
    if (*where != NULL && pl_git_open(*where, out, NULL) == PL_OK)
        return PL_OK;
    *where = work == NULL ? NULL : pl_arena_printf(arena, "%s%.*s", work, PL_ARG(path));
    if (*where != NULL && is_plain_name(path) && pl_git_open(*where, out, NULL) == PL_OK)
        return PL_OK;
    if (arena->why != PL_OK)
        return pl_arena_fail(arena, err);
    if (l->want->find_repository != NULL && m.url.n > 0) {
        pl_status st = l->want->find_repository(l->want->ctx, m.url, arena, where, err);
        return st == PL_OK ? pl_git_open(*where, out, err) : st;
    }
    return pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "its repository is not there");
}

static pl_status load_modules(struct load *l, struct place *at, struct pl_err *err)
{
    git_tree *tree = NULL;
    git_tree_entry *entry = NULL;
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_status st = PL_OK;
    if (git_tree_lookup(&tree, at->repo->repository, &at->revision->tree) == 0 &&
        git_tree_entry_bypath(&entry, tree, ".gitmodules") == 0 &&
        read_blob(l, at, git_tree_entry_id(entry), &heap, &n, NULL) == PL_OK) {
        at->modules.text = pl_arena_keep(l->build->tree->arena, pl_bytes_of(heap, n));
        st = at->modules.text.p == NULL ? pl_arena_fail(l->build->tree->arena, err) : PL_OK;
    }
    free(heap);
    git_tree_entry_free(entry);
    git_tree_free(tree);
    return st;
}

/* git archive leaves submodules out; release tarballs do not. */
static pl_status add_submodule(struct load *l, const struct place *at, const git_tree_entry *e, pl_bytes path,
                               unsigned depth, struct pl_err *err)
{
    struct pl_git_repo repo = {0};
    struct pl_git_revision revision;
    struct pl_err why = {.status = PL_OK};
    struct place inner = {.repo = &repo, .revision = &revision};
    if (l->n_submodules++ >= MAX_SUBMODULES || at->modules.depth >= 8)
        return pl_tree_build_warn(l->build, err, "%.*s: too many submodules, left out", PL_ARG(path));
    pl_status st = open_module(l, at, path, &repo, &inner.repo_path, &why);
    if (st == PL_OK)
        st = pl_git_peel(&repo, git_tree_entry_id(e), &revision, &why);
    if (st == PL_OK) {
        inner.modules.depth = at->modules.depth + 1;
        st = load_modules(l, &inner, &why);
    }
    bool is_there = st == PL_OK;
    if (st == PL_OK)
        st = walk(l, &inner, &revision.tree, path, NULL, true, depth + 1, err);
    pl_git_close(&repo);
    if (!is_there && st != PL_E_NOMEM)
        return pl_tree_build_warn(l->build, err, "%.*s: submodule left out: %s", PL_ARG(path), why.text);
    return is_there ? st : pl_fail_nomem(err);
}

static pl_status read_attributes(struct load *l, const struct place *at, const git_tree *tree,
                                 pl_bytes folder, const struct pl_gitattr_file **attrs, struct pl_err *err)
{
    const git_tree_entry *e = git_tree_entry_byname(tree, ".gitattributes");
    uint8_t *heap = NULL;
    size_t n = 0;
    struct pl_err why;
    if (e == NULL || git_tree_entry_type(e) != GIT_OBJECT_BLOB ||
        git_tree_entry_filemode_raw(e) == GIT_FILEMODE_LINK)
        return PL_OK;
    pl_status st = read_blob(l, at, git_tree_entry_id(e), &heap, &n, &why);
    pl_bytes text =
        st == PL_OK ? pl_arena_keep(l->build->tree->arena, pl_bytes_of(heap, n)) : (pl_bytes){NULL, 0};
    free(heap);
    if (st == PL_OK && text.p == NULL)
        return pl_arena_fail(l->build->tree->arena, err);
    if (st == PL_OK)
        st = pl_gitattr_read(text, folder, *attrs, l->build->tree->arena, attrs, &why);
    if (st == PL_E_NOMEM)
        return pl_fail_nomem(err);
    return st == PL_OK ? PL_OK
                       : pl_tree_build_warn(l->build, err, "attributes of folder '%.*s' are not used: %s",
                                            PL_ARG(folder), why.text);
}

static pl_status walk_entry(struct load *l, const struct place *at, const git_tree_entry *e, pl_bytes folder,
                            const struct pl_gitattr_file *attrs, bool is_ignored, unsigned depth,
                            struct pl_err *err)
{
    git_filemode_t mode = git_tree_entry_filemode(e);
    pl_bytes path = join(l->build->tree->arena, folder, git_tree_entry_name(e));
    if (path.p == NULL)
        return pl_arena_fail(l->build->tree->arena, err);
    if (path.n > l->build->limits->name_bytes)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "git: a path of more than %u bytes",
                       l->build->limits->name_bytes);
    struct pl_gitattr a =
        pl_gitattr_of(attrs, path, mode == GIT_FILEMODE_TREE || mode == GIT_FILEMODE_COMMIT);
    a.is_export_ignored |= is_ignored;
    if (mode == GIT_FILEMODE_TREE)
        return walk(l, at, git_tree_entry_id(e), path, attrs, a.is_export_ignored, depth + 1, err);
    if (mode == GIT_FILEMODE_COMMIT)
        return add_submodule(l, at, e, path, depth, err);
    return add_file(l, at, e, path, a, err);
}

static pl_status walk(struct load *l, const struct place *at, const git_oid *id, pl_bytes folder,
                      const struct pl_gitattr_file *above, bool is_ignored, unsigned depth,
                      struct pl_err *err)
{
    char hex[GIT_OID_HEXSZ + 1];
    git_tree *tree = NULL;
    const struct pl_gitattr_file *attrs = above;
    git_oid_tostr(hex, sizeof hex, id);
    if (depth > PL_GIT_DEPTH)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "git: more than %u folders in folders", PL_GIT_DEPTH);
    if (++l->n_trees > MAX_TREES)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "git: more than %u folders", MAX_TREES);
    int code = git_tree_lookup(&tree, at->repo->repository, id);
    if (code != 0) {
        pl_status st = pl_git_fail(err, code, "folder object", hex);
        return st == PL_E_NOT_FOUND ? PL_E_INPUT : st;
    }
    pl_status st = read_attributes(l, at, tree, folder, &attrs, err);
    for (size_t i = 0; st == PL_OK && i < git_tree_entrycount(tree); i++)
        st = walk_entry(l, at, git_tree_entry_byindex(tree, i), folder, attrs, is_ignored, depth, err);
    git_tree_free(tree);
    if (st == PL_OK && depth == 0 && pl_gitattr_gave_up(attrs))
        st = pl_tree_build_warn(l->build, err,
                                "attributes take too long to match and were not used for all files");
    return st;
}

static const char *keep_hex(struct pl_arena *arena, const git_oid *id)
{
    char hex[GIT_OID_HEXSZ + 1];
    if (git_oid_is_zero(id))
        return NULL;
    git_oid_tostr(hex, sizeof hex, id);
    return pl_arena_str(arena, pl_bytes_of_str(hex));
}

/* The signature of a commit is a header of it; that of a tag stands at its end. gitformat-signature(5). */
static pl_status keep_signature(const struct pl_git_repo *r, const struct pl_git_revision *revision,
                                struct pl_arena *arena, struct pl_source_git *git, struct pl_err *err)
{
    pl_bytes begin = PL_LIT("-----BEGIN ");
    git_odb_object *object = NULL;
    if (!git_oid_is_zero(&revision->tag) && git_odb_read(&object, r->odb, &revision->tag) == 0) {
        pl_bytes all = pl_bytes_of(git_odb_object_data(object), git_odb_object_size(object));
        size_t at = pl_bytes_find(all, begin, 0);
        if (at != SIZE_MAX && at > 0 && all.p[at - 1] == '\n') {
            git->signed_text = pl_arena_keep(arena, pl_bytes_sub(all, 0, at));
            git->signature = pl_arena_keep(arena, pl_bytes_from(all, at));
        }
        git_odb_object_free(object);
    }
    if (git->signature.n == 0 && !git_oid_is_zero(&revision->commit)) {
        git_buf signature = {0};
        git_buf text = {0};
        git_oid commit = revision->commit;
        if (git_commit_extract_signature(&signature, &text, r->repository, &commit, NULL) == 0) {
            git->signed_text = pl_arena_keep(arena, pl_bytes_of(text.ptr, text.size));
            git->signature = pl_arena_keep(arena, pl_bytes_of(signature.ptr, signature.size));
        }
        git_buf_dispose(&signature);
        git_buf_dispose(&text);
    }
    return arena->why == PL_OK ? PL_OK : pl_arena_fail(arena, err);
}

static pl_status describe(struct pl_tree_build *b, const struct pl_git_repo *r,
                          const struct pl_git_want *want, const struct pl_git_revision *revision,
                          struct pl_err *err)
{
    struct pl_arena *arena = b->tree->arena;
    struct pl_source_git *git = pl_arena_take(arena, sizeof *git);
    if (git == NULL)
        return pl_arena_fail(arena, err);
    git->commit = keep_hex(arena, &revision->commit);
    git->tree = keep_hex(arena, &revision->tree);
    git->tag = keep_hex(arena, &revision->tag);
    git->ref = revision->ref;
    git->folder = pl_arena_str(arena, pl_bytes_of_str(want->folder == NULL ? "" : want->folder));
    git->is_found = revision->is_found;
    b->tree->git = git;
    const char *of =
        git->ref != NULL ? strchr(git->ref + (strncmp(git->ref, "refs/", 5) == 0 ? 5 : 0), '/') : NULL;
    pl_bytes path = pl_bytes_of_str(want->path);
    while (path.n > 1 && path.p[path.n - 1] == '/')
        path.n--;
    pl_bytes base = pl_bytes_basename(path);
    if (pl_bytes_ends(base, PL_LIT(".git")) && base.n > 4)
        base.n -= 4;
    const char *id = git->commit != NULL ? git->commit : git->tree;
    if (b->tree->revision == NULL)
        b->tree->revision = id;
    if (b->tree->name == NULL)
        b->tree->name = of != NULL ? pl_arena_printf(arena, "%.*s %s", PL_ARG(base), of + 1)
                                   : pl_arena_printf(arena, "%.*s %.12s", PL_ARG(base), id == NULL ? "" : id);
    return arena->why == PL_OK ? keep_signature(r, revision, arena, git, err) : pl_arena_fail(arena, err);
}

static pl_status check_folder(const struct pl_git_repo *r, const struct pl_git_want *want,
                              const struct pl_git_revision *revision, struct pl_err *err)
{
    git_tree *tree = NULL;
    git_tree_entry *entry = NULL;
    bool is_there = want->folder == NULL || want->folder[0] == '\0';
    if (!is_there && git_tree_lookup(&tree, r->repository, &revision->tree) == 0)
        is_there = git_tree_entry_bypath(&entry, tree, want->folder) == 0 &&
                   git_tree_entry_type(entry) == GIT_OBJECT_TREE;
    git_tree_entry_free(entry);
    git_tree_free(tree);
    return is_there ? PL_OK
                    : pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "git: the revision has no folder %s",
                              want->folder);
}

pl_status pl_source_tree_open_git(const struct pl_git_want *want, const struct pl_source_spec *spec,
                                  const struct pl_limits *limits, struct pl_source_tree **out,
                                  struct pl_err *err)
{
    struct pl_git_repo repo = {0};
    struct pl_git_revision revision = {0};
    struct pl_tree_build b;
    struct load l = {.build = &b, .want = want};
    pl_status st = pl_tree_build_init(&b, spec, limits, err);
    if (st != PL_OK)
        return st;
    pl_map_init(&l.held);
    st = pl_git_open(want->path, &repo, err);
    if (st == PL_OK)
        st = want->ref != NULL ? pl_git_resolve(&repo, want, b.tree->arena, &revision, err)
                               : pl_git_search(&repo, want, limits, b.tree->arena, &revision, err);
    if (st == PL_OK)
        st = check_folder(&repo, want, &revision, err);
    if (st == PL_OK)
        st = describe(&b, &repo, want, &revision, err);
    struct place at = {.repo = &repo, .revision = &revision, .repo_path = want->path};
    if (st == PL_OK)
        st = load_modules(&l, &at, err);
    if (st == PL_OK)
        st = walk(&l, &at, &revision.tree, PL_LIT(""), NULL, false, 0, err);
    if (st == PL_OK)
        st = pl_tree_build_digest(&b, err);
    if (st == PL_OK)
        st = pl_tree_build_finish(&b, out, err);
    if (st != PL_OK)
        pl_err_about(err, want->path);
    pl_git_close(&repo);
    pl_map_reset(&l.held);
    pl_tree_build_reset(&b);
    return st;
}
