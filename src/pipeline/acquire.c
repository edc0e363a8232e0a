/*
 * acquire.c - subject, identity, sources, helpers, publication: in that order.
 *
 * What the user names must be there, or the check fails. What we look up on our own account (the publication of a local file, the
 * toolchain's templates) is worth a note when it cannot be had, never a failure.
 */
#include "pipeline/acquire.h"

#include "base/buf.h"
#include "corpus/git_uri.h"
#include "corpus/tree.h"
#include "io/read.h"
#include "pipeline/acquire_git.h"
#include "pipeline/acquire_linked.h"
#include "pipeline/acquire_npm.h"
#include "pipeline/acquire_tools.h"
#include "pipeline/confined.h"
#include "pipeline/headers.h"
#include "pipeline/source_child.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static pl_status keep_text(struct pl_report *r, const char *text, const char **out, struct pl_err *err)
{
    *out = pl_arena_str(&r->arena, pl_bytes_of_str(text));
    return *out == NULL ? pl_arena_fail(&r->arena, err) : PL_OK;
}

pl_status pl_acquire_note(struct pl_report *r, const char *what, const struct pl_err *why, struct pl_err *err)
{
    const char *text = pl_arena_printf(&r->arena, "%s: %s%s%s", what, why->text,
                                       why->subject[0] == '\0' ? "" : ": ", why->subject);
    const char **slot = text == NULL ? NULL : PL_VEC_ADD(&r->notes);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = text;
    return PL_OK;
}

static pl_status keep_steps(struct pl_report *r, const struct pl_supply_step *steps, size_t n,
                            struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        struct pl_report_step *slot = PL_VEC_ADD(&r->publication);
        if (slot == NULL)
            return pl_fail_nomem(err);
        slot->sha256 = steps[i].sha256;
        st = keep_text(r, steps[i].what, &slot->what, err);
        if (st == PL_OK)
            st = keep_text(r, steps[i].uri, &slot->uri, err);
    }
    return st;
}

static pl_status set_link(struct pl_report *r, enum pl_link link, enum pl_verdict verdict, const char *why,
                          struct pl_err *err)
{
    r->links[link].verdict = verdict;
    return keep_text(r, why, &r->links[link].why, err);
}

/* Is the source that the package's metadata names wanted? It is unless the user names others. */
static bool wants_auto(const struct pl_check_options *o)
{
    for (size_t i = 0; i < o->n_sources; i++)
        if (strcmp(o->sources[i], "auto") == 0)
            return true;
    return o->n_sources == 0;
}

/* The package, with its source only when that is wanted: a mirror may have the one and not the other. */
static pl_status fetch(struct pl_acquired *a, const struct pl_purl *purl, struct pl_err *err)
{
    if (wants_auto(a->options) || !pl_bytes_eq(purl->type, PL_LIT("deb")))
        return pl_supply_fetch(a->supply, purl, &a->supplied, err);
    const char *name = pl_arena_str(&a->arena, purl->name);
    const char *version = purl->version.n == 0 ? NULL : pl_arena_str(&a->arena, purl->version);
    pl_bytes arch = pl_purl_get(purl, "arch");
    const char *arch_text = arch.n == 0 ? NULL : pl_arena_str(&a->arena, arch);
    if (name == NULL || (purl->version.n > 0 && version == NULL) || (arch.n > 0 && arch_text == NULL))
        return pl_arena_fail(&a->arena, err);
    pl_status st = pl_supply_fetch_deb(a->supply, name, version, arch_text, &a->supplied, err);
    if (st == PL_OK && !a->supplied->is_exact)
        st = pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET,
                     "no usable index lists that version; %s is the highest", a->supplied->version);
    return st;
}

static pl_status acquire_purl(struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    struct pl_purl purl;
    pl_status st = pl_purl_parse(pl_bytes_of_str(a->options->subject), &a->arena, &purl, err);
    if (st == PL_E_INPUT)
        st = pl_fail(err, PL_E_USAGE, err == NULL ? PL_NO_OFFSET : err->offset, "not a package URL: %s",
                     err == NULL ? "" : pl_arena_printf(&a->arena, "%s", err->text));
    if (st == PL_OK)
        st = fetch(a, &purl, err);
    if (st != PL_OK) {
        pl_err_about(err, a->options->subject);
        if (st == PL_E_NETWORK && wants_auto(a->options))
            pl_err_hint(err, "if the mirror lacks the source of this version, name it with --source, or "
                             "check another version");
        return st;
    }
    a->bytes = a->supplied->bytes;
    pl_ebb_add(&a->ebb, a->bytes); /* a file of the cache */
    st = keep_text(r, a->supplied->filename, &r->subject_name, err);
    if (st == PL_OK)
        st = keep_text(r, a->supplied->purl, &r->subject_purl, err);
    if (st == PL_OK)
        st = set_link(r, PL_LINK_PUBLISHED, a->supplied->published, a->supplied->why, err);
    if (st == PL_OK)
        st = keep_steps(r, a->supplied->steps, a->supplied->n_steps, err);
    return st;
}

static pl_status acquire_path(struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    const char *path = a->options->subject;
    struct stat sb;
    if (strcmp(path, "-") != 0 && stat(path, &sb) == 0 && S_ISDIR(sb.st_mode)) {
        a->is_folder = true;
        return PL_OK;
    }
    pl_status st = pl_spill_read(path, a->limits->input_bytes, &a->heap, &a->mapping, &a->bytes, err);
    if (st != PL_OK) {
        pl_err_hint(err, "name a file, a folder, - or a purl such as pkg:deb/debian/xz-utils");
        return st;
    }
    pl_ebb_add(&a->ebb, a->mapping.bytes);
    if (a->bytes.n == 0) {
        st = pl_fail(err, PL_E_INPUT, 0, "the file is empty: there is nothing to account for");
        pl_err_about(err, path);
        return st;
    }
    pl_bytes base = pl_bytes_basename(pl_bytes_of_str(path));
    const char *name = pl_arena_str(&r->arena, strcmp(path, "-") == 0 ? PL_LIT("standard input") : base);
    if (name == NULL)
        return pl_arena_fail(&r->arena, err);
    r->subject_name = name;
    return PL_OK;
}

/* What is unpacked of it can be much larger than it. */
static void open_store(struct pl_acquired *a)
{
    if (!pl_spill_open(a->limits->unpacked_bytes + a->limits->file_bytes, &a->store))
        return; /* then all is held on the heap */
    pl_ebb_add(&a->ebb, pl_bytes_of(a->store.base, a->store.size));
    a->store.ctx = &a->ebb;
    a->store.begin = pl_ebb_start;
}

static pl_status digest_subject(struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    if (a->bytes.n >= PL_SPILL_BYTES)
        pl_ebb_start(&a->ebb);
    open_store(a);
    a->name = r->subject_name;
    r->subject_size = a->bytes.n;
    r->has_subject_digest = !a->is_folder;
    return a->is_folder ? PL_OK : pl_sha256_of(a->bytes, &r->subject_sha256, err);
}

/* A file called .deb has to be one; anything else is what its bytes say. */
static pl_status identify(struct pl_acquired *a, struct pl_err *err)
{
    bool is_named_deb = pl_bytes_ends(pl_bytes_of_str(a->name), PL_LIT(".deb"));
    struct pl_ask ask = {
        .limits = a->limits, .forking = pl_confined_forking, .is_here = a->options->is_unconfined};
    pl_status st = ask.is_here ? PL_OK : pl_confined_prepare(err);
    if (st == PL_OK)
        st = pl_deb_identify_apart(a->bytes, &ask, &a->arena, &a->identity, err);
    a->has_identity = st == PL_OK;
    if (st == PL_E_NOT_FOUND && !is_named_deb)
        return PL_OK;
    if (st == PL_E_NOT_FOUND)
        st = pl_fail(err, PL_E_INPUT, 0,
                     "this is not a .deb: it is no ar archive with a debian-binary and a control member");
    if (st != PL_OK) {
        pl_err_about(err, a->options->subject);
        pl_err_hint(err, "fetch or build the package again; it may be cut short");
    }
    return st;
}

static pl_status add_tree(struct pl_acquired *a, struct pl_source_tree *t)
{
    a->trees[a->n_trees++] = t;
    if (t->rank == PL_RANK_OWN)
        a->has_source = true;
    return PL_OK;
}

/* A tree made of what a supplier hands out: a source package, or one .deb whose files are templates. */
static pl_status add_supplied(struct pl_acquired *a, const struct pl_supplied *s, enum pl_how how,
                              const char *helper, struct pl_err *err)
{
    struct pl_source_tree *t;
    pl_status st = helper != NULL ? pl_source_read_deb(a, helper, s, PL_RANK_TOOLCHAIN, &t, err)
                                  : pl_source_read_supplied(a, s, how, PL_RANK_OWN, &t, err);
    return st == PL_OK ? add_tree(a, t) : st;
}

/* What the supplier advises stays, behind the way that always works. */
static void hint_source(struct pl_arena *arena, struct pl_err *err)
{
    const char *before =
        err == NULL || err->hint[0] == '\0' ? "" : pl_arena_printf(arena, "; or: %s", err->hint);
    if (err == NULL)
        return;
    err->hint[0] = '\0';
    pl_err_hint(err, "say where the source is: --source FOLDER|ARCHIVE|FILE.dsc%s",
                before == NULL ? "" : before);
}

/* The source that the package's own metadata names. */
static pl_status acquire_auto(struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    struct pl_supplied *s = NULL;
    if (a->supplied != NULL) {
        if (a->supplied->n_artifacts > 0)
            return add_supplied(a, a->supplied, PL_HOW_VERIFIED, NULL, err);
        if (a->supplied->repository != NULL)
            return pl_acquire_claimed(a, r, err);
        struct pl_err why = {.status = PL_E_NOT_FOUND};
        (void)pl_fail(&why, PL_E_NOT_FOUND, PL_NO_OFFSET, "%s",
                      a->supplied->source_why == NULL ? "no index lists it" : a->supplied->source_why);
        return pl_acquire_note(r, "source", &why, err);
    }
    if (!a->has_identity) {
        pl_status st =
            pl_fail(err, PL_E_NOT_FOUND, PL_NO_OFFSET, "no source was given, and the subject names none");
        pl_err_about(err, a->options->subject);
        pl_err_hint(err, "say where the source is: --source FOLDER|ARCHIVE|FILE.dsc");
        return st;
    }
    const char *name = pl_arena_str(&a->arena, a->identity.source);
    const char *version = pl_arena_str(&a->arena, a->identity.source_version);
    if (name == NULL || version == NULL)
        return pl_arena_fail(&a->arena, err);
    pl_status st = pl_supply_fetch_source(a->supply, name, version, &s, err);
    if (st == PL_OK) {
        bool is_published = r->links[PL_LINK_PUBLISHED].verdict == PL_VERDICT_HOLDS;
        st = add_supplied(a, s, is_published ? PL_HOW_VERIFIED : PL_HOW_CLAIMED, NULL, err);
    } else {
        hint_source(&a->arena, err);
    }
    pl_supplied_free(s);
    return st;
}

/* What holds not one byte contradicts nothing: a folder whose submodule was not fetched is no source to accuse a package by. */
static pl_status take_given(struct pl_acquired *a, struct pl_source_tree *t, struct pl_err *err)
{
    for (size_t i = 0; i < t->files.n; i++)
        if (t->files.v[i].data.n > 0)
            return add_tree(a, t);
    pl_source_tree_free(t);
    (void)pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "the source holds not one byte");
    pl_err_hint(err,
                "give the folder or archive that the package was built from; has it been fetched whole?");
    return PL_E_INPUT;
}

static pl_status acquire_sources(struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    static const char *const only_auto[] = {"auto"};
    const struct pl_check_options *o = a->options;
    const char *const *sources = o->n_sources == 0 ? only_auto : o->sources;
    size_t n = o->n_sources == 0 ? 1 : o->n_sources;
    for (size_t i = 0; i < n; i++) {
        struct pl_source_spec spec = {.uri = sources[i], .how = PL_HOW_GIVEN, .jobs = o->jobs};
        struct pl_source_tree *t;
        pl_status st;
        if (a->n_trees + PL_DEB_HELPERS >= PL_MAX_TREES)
            return pl_fail(err, PL_E_USAGE, PL_NO_OFFSET, "more than %u sources",
                           PL_MAX_TREES - PL_DEB_HELPERS);
        if (strcmp(sources[i], "auto") == 0) {
            st = acquire_auto(a, r, err);
        } else if (pl_git_uri_is(pl_bytes_of_str(sources[i]))) {
            struct pl_git_source git = {.uri = sources[i], .how = PL_HOW_GIVEN};
            st = pl_acquire_git(a, &git, r, err);
            pl_err_about(err, sources[i]);
        } else {
            st = pl_source_read_path(a, sources[i], &spec, &t, err);
            if (st == PL_OK)
                st = take_given(a, t, err);
            pl_err_about(err, sources[i]);
        }
        if (st != PL_OK)
            return st;
    }
    return PL_OK;
}

/* Templates of the tools that wrote parts of the maintainer scripts. */
static pl_status acquire_helpers(struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < a->identity.n_helpers && st == PL_OK; i++) {
        const struct pl_deb_helper *h = &a->identity.helpers[i];
        struct pl_supplied *s = NULL;
        struct pl_err why;
        const char *version = h->version.n == 0 ? NULL : pl_arena_str(&a->arena, h->version);
        pl_status got = pl_supply_fetch_deb(a->supply, h->package, version, NULL, &s, &why);
        if (got == PL_OK)
            got = pl_acquire_other_product(a, s, &why);
        if (got == PL_OK)
            got = add_supplied(a, s, PL_HOW_VERIFIED, h->package, &why);
        if (got == PL_E_NOMEM)
            st = pl_fail_nomem(err);
        else if (got != PL_OK)
            st = pl_acquire_note(r, h->package, &why, err);
        pl_supplied_free(s);
    }
    return st;
}

/* Headers of the build, for what macros and inline functions put into compiled code. */
static pl_status acquire_headers(struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    const char *missing;
    pl_status st = pl_acquire_headers(a, &missing, err);
    if (st != PL_OK || missing == NULL)
        return st;
    const char **slot = PL_VEC_ADD(&r->notes);
    if (slot == NULL)
        return pl_fail_nomem(err);
    return keep_text(r, missing, slot, err);
}

static pl_status mismatch(struct pl_acquired *a, struct pl_report *r, const struct pl_publication *p,
                          struct pl_err *err)
{
    struct pl_finding *finding;
    struct pl_err why;
    char hex[PL_SHA256_HEX_BYTES];
    pl_hex(p->listed.b, PL_SHA256_BYTES, hex);
    pl_status st = pl_findings_add(
        &r->findings, "pub.digest-mismatch", PL_SEVERITY_ERROR, PL_NO_OFFSET, 0, &finding, err,
        "this is not the package that was published as %.*s %.*s %.*s", PL_ARG(a->identity.package),
        PL_ARG(a->identity.version), PL_ARG(a->identity.architecture));
    if (st == PL_OK)
        st = pl_finding_fact(&r->findings, finding, "published sha256", pl_bytes_of_str(hex), err);
    if (st == PL_OK && p->listed_uri != NULL)
        st = pl_finding_fact(&r->findings, finding, "published at", pl_bytes_of_str(p->listed_uri), err);
    if (st != PL_OK)
        return st;
    const char *name = pl_arena_str(&a->arena, a->identity.package);
    const char *version = pl_arena_str(&a->arena, a->identity.version);
    const char *arch = pl_arena_str(&a->arena, a->identity.architecture);
    if (name == NULL || version == NULL || arch == NULL)
        return pl_arena_fail(&a->arena, err);
    if (pl_supply_fetch_deb(a->supply, name, version, arch, &a->published, &why) != PL_OK)
        return pl_acquire_note(r, "the published package, to compare with", &why, err);
    return PL_OK;
}

/* Is a local .deb what the signed indices list under its name? */
static pl_status look_up_publication(struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    struct pl_publication *p = NULL;
    struct pl_err why;
    pl_status got = pl_supply_publication(a->supply, a->identity.package, a->identity.version,
                                          a->identity.architecture, &r->subject_sha256, &p, &why);
    if (got == PL_E_NOMEM)
        return pl_fail_nomem(err);
    if (got != PL_OK)
        return pl_acquire_note(r, "publication was not looked up", &why, err);
    pl_status st = set_link(r, PL_LINK_PUBLISHED, p->published, p->why, err);
    if (st == PL_OK && p->purl != NULL)
        st = keep_text(r, p->purl, &r->subject_purl, err);
    if (st == PL_OK)
        st = keep_steps(r, p->steps, p->n_steps, err);
    if (st == PL_OK && p->answer == PL_PUBLICATION_OTHER)
        st = mismatch(a, r, p, err);
    pl_publication_free(p);
    return st;
}

static pl_status list_trees(const struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < a->n_trees && st == PL_OK; i++) {
        const struct pl_source_tree *t = a->trees[i];
        struct pl_report_source *slot = PL_VEC_ADD(&r->sources);
        if (slot == NULL)
            return pl_fail_nomem(err);
        slot->sha256 = t->sha256;
        slot->how = t->how;
        slot->files = t->files.n;
        slot->bytes = t->total_bytes;
        slot->is_helper = t->rank != PL_RANK_OWN;
        slot->git = t->git;
        st = keep_text(r, t->name, &slot->name, err);
        if (st == PL_OK)
            st = keep_text(r, t->uri, &slot->uri, err);
        if (st == PL_OK && t->revision != NULL)
            st = keep_text(r, t->revision, &slot->revision, err);
        if (st == PL_OK && t->missing != NULL)
            st = keep_text(r, t->missing, &slot->missing, err);
        enum pl_severity severity = t->rank == PL_RANK_OWN ? PL_SEVERITY_WARNING : PL_SEVERITY_NOTE;
        for (size_t k = 0; k < t->warnings.n && st == PL_OK; k++)
            st = pl_findings_add(&r->findings, "source.patch", severity, PL_NO_OFFSET, 0, NULL, err, "%s",
                                 t->warnings.v[k]);
    }
    return st;
}

pl_status pl_acquire(struct pl_acquired *a, struct pl_report *r, struct pl_err *err)
{
    pl_status st;
    if (pl_purl_is(pl_bytes_of_str(a->options->subject)))
        st = acquire_purl(a, r, err);
    else
        st = acquire_path(a, r, err);
    if (st == PL_OK)
        st = digest_subject(a, r, err);
    if (st == PL_OK && !a->is_folder)
        st = identify(a, err);
    a->is_release = !a->has_identity && a->supplied == NULL;
    if (st == PL_OK)
        st = set_link(r, PL_LINK_SHIPPED, PL_VERDICT_HOLDS, "the package itself is what was checked", err);
    if (st == PL_OK && a->supplied == NULL && a->has_identity)
        st = look_up_publication(a, r, err);
    if (st == PL_OK)
        st = acquire_sources(a, r, err);
    if (st == PL_OK && a->has_identity)
        st = acquire_helpers(a, r, err);
    if (st == PL_OK)
        st = acquire_headers(a, r, err);
    if (st == PL_OK)
        st = pl_acquire_linked(a, r, err);
    if (st == PL_OK)
        st = pl_acquire_tools(a, r, err);
    if (st == PL_OK)
        st = pl_acquire_dependencies(a, r, err);
    if (st == PL_OK)
        st = list_trees(a, r, err);
    if (st == PL_OK)
        st = pl_judge_git_origin(a, r, err);
    return st;
}

void pl_acquired_release(struct pl_acquired *a)
{
    for (size_t i = 0; i < a->n_trees; i++)
        pl_source_tree_free(a->trees[i]);
    for (size_t i = 0; i < a->rooms.n; i++)
        pl_spill_close(&a->rooms.v[i]);
    PL_VEC_FREE(&a->rooms);
    for (size_t i = 0; i < a->n_headers; i++)
        free(a->header_heaps[i]);
    for (size_t i = 0; i < a->n_prints; i++)
        free(a->print_heaps[i]);
    pl_supplied_free(a->supplied);
    pl_supplied_free(a->published);
    pl_supply_close(a->supply);
    pl_ebb_stop(&a->ebb);
    pl_mapping_close(&a->mapping);
    pl_spill_close(&a->store);
    pl_arena_reset(&a->arena);
    free(a->heap);
}
