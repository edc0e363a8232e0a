/*
 * cargo_vcs.c - .cargo_vcs_info.json: the commit that cargo says a crate was made from, against the revision it is compared with.
 *
 *     {"git": {"sha1": "4b4784ebfd3332dc61f0640764d6f1140e03a9ab"}, "path_in_vcs": "serde"}
 *
 * The commit of the revision, and the folder of it that holds a Cargo.toml, explain the file. Another commit is a warning: the crate was then made
 * from something else, or the tag was set later. "dirty" says that there were changes that are in no commit.
 *
 * Source: The Cargo Book, "cargo package", .cargo_vcs_info.json format.
 */
#include "format/text/jsondoc.h"
#include "match/claim.h"

#include <string.h>

#define RULE      "cargo.vcs-info"
#define MAX_BYTES 4096u

/* Is this the commit of a tree of the project? */
static bool is_commit(const struct pl_match *m, pl_bytes commit, bool *has_git)
{
    for (size_t t = 0; t < pl_index_tree_count(m->index); t++) {
        const struct pl_source_git *git = pl_index_tree(m->index, t)->git;
        if (git == NULL || git->commit == NULL)
            continue;
        *has_git = true;
        if (pl_bytes_eq_str(commit, git->commit))
            return true;
    }
    return false;
}

/* Is there a Cargo.toml in this folder of the revision? */
static bool is_crate(const struct pl_match *m, pl_bytes folder)
{
    pl_source_ref ref;
    const char *path =
        pl_arena_printf(m->scratch, "%.*s%sCargo.toml", PL_ARG(folder), folder.n > 0 ? "/" : "");
    return path != NULL && pl_index_find_path(m->index, pl_bytes_of_str(path), &ref);
}

static pl_status judge(const struct pl_match *m, struct pl_file *f, const struct pl_json_doc *doc,
                       struct pl_err *err)
{
    const struct pl_json_node *root = pl_json_root(doc);
    const struct pl_json_node *git = pl_json_get(doc, root, "git");
    pl_bytes commit = pl_json_plain(pl_json_get(doc, git, "sha1"));
    const struct pl_json_node *folder = pl_json_get(doc, root, "path_in_vcs");
    bool is_alone = pl_json_count(doc, git) == 1 && pl_json_count(doc, root) == (folder == NULL ? 1u : 2u);
    bool has_git = false;
    struct pl_finding *finding;
    if (commit.n == 0 || (folder != NULL && !is_crate(m, pl_json_plain(folder))))
        return PL_OK;
    if (is_commit(m, commit, &has_git))
        return is_alone ? pl_match_claim(f, 0, f->size, PL_CLASS_DERIVED, PL_GRADE_B, RULE, NULL, err)
                        : PL_OK;
    if (!has_git)
        return PL_OK;
    pl_status st = pl_match_claim(f, 0, f->size, PL_CLASS_UNACCOUNTED, PL_GRADE_NONE, RULE, NULL, err);
    if (st == PL_OK)
        st = pl_findings_add(&f->findings, "origin.mismatch", PL_SEVERITY_WARNING,
                             (uint64_t)(commit.p - f->data.p), commit.n, &finding, err,
                             "the crate says that it was made from another commit");
    return st == PL_OK ? pl_finding_fact(&f->findings, finding, "made from", commit, err) : st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct pl_json_doc doc = {0};
    struct pl_err why;
    pl_status st = PL_OK;
    if (f->data.n == 0 || f->data.n > MAX_BYTES || f->container != NULL || !f->is_whole ||
        !pl_is_unclaimed(f) || !pl_bytes_eq_str(pl_bytes_basename(f->name), ".cargo_vcs_info.json"))
        return PL_OK;
    if (pl_json_doc_read(f->data, 3, &doc, &why) == PL_OK)
        st = judge(m, f, &doc, err);
    pl_json_doc_reset(&doc);
    return st;
}

const struct pl_rung pl_rung_cargo_vcs = {
    .rule = RULE,
    .what = "The commit that cargo wrote into a crate is that of the revision, and its folder holds a "
            "Cargo.toml.",
    .source = "The Cargo Book: cargo package, .cargo_vcs_info.json format",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
