/*
 * headers.c - the headers that a package was compiled with, and the libraries of its toolchain: found by name, fetched once, kept packed.
 *
 * A packed text (corpus/headers.h) in the cache is looked for by the digest that the signed index lists for the .deb. When it is there the
 * .deb itself is not needed.
 */
#include "pipeline/headers.h"

#include "base/buf.h"
#include "corpus/tree.h"
#include "format/text/deb822.h"
#include "io/ask.h"
#include "pipeline/compilers.h"
#include "pipeline/confined.h"

#include <stdlib.h>
#include <string.h>

#define PART_BYTES (1u << 20)

/* Build-Depends and Build-Depends-Arch of the first own source that has a debian/control, joined by a comma. */
static pl_status read_build_depends(struct pl_acquired *a, pl_bytes *out, struct pl_err *err)
{
    *out = (pl_bytes){NULL, 0};
    for (size_t t = 0; t < a->n_trees; t++) {
        const struct pl_source_tree *tree = a->trees[t];
        for (size_t i = 0; i < tree->files.n && tree->rank == PL_RANK_OWN; i++) {
            struct pl_deb822 stanza;
            pl_bytes rest = tree->files.v[i].data;
            if (!pl_bytes_eq_str(tree->files.v[i].path, "debian/control") || tree->files.v[i].is_superseded)
                continue;
            pl_status st = pl_deb822_next(&rest, &a->arena, &stanza, err);
            if (st == PL_E_INPUT || st == PL_E_LIMIT)
                return PL_OK; /* nobody says what it was built with */
            if (st != PL_OK)
                return st;
            const char *text =
                pl_arena_printf(&a->arena, "%.*s,%.*s", PL_ARG(pl_deb822_get(&stanza, "Build-Depends")),
                                PL_ARG(pl_deb822_get(&stanza, "Build-Depends-Arch")));
            if (text == NULL)
                return pl_arena_fail(&a->arena, err);
            *out = pl_bytes_of_str(text);
            return PL_OK;
        }
    }
    return PL_OK;
}

/* A package on its way to a packed text: unpacked in a process of its own, which says the text. */
struct packing {
    const struct pl_acquired *a;
    const struct pl_dev_package *package;
    const struct pl_supplied *s;
    struct pl_buf *text;
    pl_status (*pack)(const struct packing *p, struct pl_err *err);
};

static pl_status say_packed(void *ctx, struct pl_ask_answer *to, struct pl_err *err)
{
    const struct packing *p = ctx;
    pl_status st = p->pack(p, err);
    pl_bytes rest = pl_buf_bytes(p->text);
    while (st == PL_OK && rest.n > 0) {
        st = pl_ask_say(to, pl_bytes_sub(rest, 0, PART_BYTES), err);
        rest = pl_bytes_from(rest, rest.n < PART_BYTES ? rest.n : PART_BYTES);
    }
    return st;
}

static pl_status take_packed(void *ctx, pl_bytes part, struct pl_err *err)
{
    const struct packing *p = ctx;
    pl_buf_add(p->text, part);
    return pl_buf_done(p->text, err);
}

static pl_status pack_apart(const struct packing *p, struct pl_err *err)
{
    struct pl_ask ask = {.ctx = (void *)(uintptr_t)p,
                         .work = say_packed,
                         .take = take_packed,
                         .what = p->package->name,
                         .limits = p->a->limits,
                         .part_bytes = PART_BYTES,
                         .forking = pl_confined_forking};
    if (p->a->options->is_unconfined)
        return p->pack(p, err);
    pl_status st = pl_confined_prepare(err);
    return st == PL_OK ? pl_ask(&ask, err) : st;
}

static pl_status pack_headers(const struct packing *p, struct pl_err *err)
{
    return pl_headers_pack(p->s->bytes, p->a->limits, p->text, err);
}

/* Fetch and pack one package, and keep the result for the next time. */
static pl_status pack(struct pl_acquired *a, const struct pl_dev_package *p, const char *arch, uint8_t **heap,
                      size_t *n, struct pl_err *err)
{
    struct pl_supplied *s = NULL;
    struct pl_buf text;
    pl_buf_init(&text, PL_HEADERS_MAX_BYTES);
    pl_status st = pl_supply_fetch_deb(a->supply, p->name, p->version, arch, &s, err);
    if (st == PL_OK && !pl_sha256_eq(&s->sha256, &p->sha256))
        st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "two indices list different files");
    struct packing packing = {.a = a, .package = p, .s = s, .text = &text, .pack = pack_headers};
    if (st == PL_OK)
        st = pack_apart(&packing, err);
    if (st == PL_OK)
        st = pl_supply_derived_write(a->supply, &p->sha256, PL_HEADERS_FORM, pl_buf_bytes(&text), err);
    if (st == PL_OK)
        *heap = pl_buf_detach(&text, n);
    pl_buf_reset(&text);
    pl_supplied_free(s);
    return st;
}

static pl_status take_package(struct pl_acquired *a, const struct pl_dev_package *p, const char *arch,
                              struct pl_err *err)
{
    struct pl_headers *h = &a->headers[a->n_headers];
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_status st = pl_supply_derived_read(a->supply, &p->sha256, PL_HEADERS_FORM, &heap, &n, err);
    if (st != PL_OK && st != PL_E_NOMEM)
        st = pack(a, p, arch, &heap, &n, err);
    if (st != PL_OK)
        return st;
    *h = (struct pl_headers){.package = p->name,
                             .version = p->version,
                             .uri = p->uri,
                             .sha256 = p->sha256,
                             .rank = p->is_toolchain ? PL_RANK_TOOLCHAIN : PL_RANK_DEPENDENCY,
                             .text = pl_bytes_of(heap, n)};
    a->header_heaps[a->n_headers++] = heap;
    return PL_OK;
}

static pl_status pack_libraries(const struct packing *p, struct pl_err *err)
{
    const struct pl_acquired *a = p->a;
    struct pl_source_tree *tree = NULL;
    struct pl_source_spec spec = {
        .name = p->package->name, .rank = PL_RANK_TOOLCHAIN, .jobs = a->options->jobs};
    struct pl_artifact one = {.name = p->s->filename, .bytes = p->s->bytes};
    pl_status st = pl_source_tree_from_artifacts(&spec, &one, 1, a->limits, &tree, err);
    if (st == PL_OK)
        st = pl_toolchain_pack(tree, a->options->jobs, p->text, err);
    pl_source_tree_free(tree);
    return st;
}

static pl_status pack_prints(struct pl_acquired *a, const struct pl_dev_package *p, const char *arch,
                             uint8_t **heap, size_t *n, struct pl_err *err)
{
    struct pl_supplied *s = NULL;
    struct pl_buf text;
    pl_buf_init(&text, PL_PRINTS_MAX_BYTES);
    pl_status st = pl_supply_fetch_deb(a->supply, p->name, p->version, arch, &s, err);
    if (st == PL_OK && !pl_sha256_eq(&s->sha256, &p->sha256))
        st = pl_fail(err, PL_E_TRUST, PL_NO_OFFSET, "two indices list different files");
    struct packing packing = {.a = a, .package = p, .s = s, .text = &text, .pack = pack_libraries};
    if (st == PL_OK)
        st = pack_apart(&packing, err);
    if (st == PL_OK)
        st = pl_supply_derived_write(a->supply, &p->sha256, PL_PRINTS_FORM, pl_buf_bytes(&text), err);
    if (st == PL_OK)
        *heap = pl_buf_detach(&text, n);
    pl_buf_reset(&text);
    pl_supplied_free(s);
    return st;
}

/* What a package of the toolchain links into programs: the static archives and object files beside its headers. */
static pl_status take_prints(struct pl_acquired *a, const struct pl_dev_package *p, const char *arch,
                             struct pl_err *err)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_status st = pl_supply_derived_read(a->supply, &p->sha256, PL_PRINTS_FORM, &heap, &n, err);
    if (st != PL_OK && st != PL_E_NOMEM)
        st = pack_prints(a, p, arch, &heap, &n, err);
    if (st != PL_OK)
        return st;
    a->prints[a->n_prints] = (struct pl_prints){p->name, pl_bytes_of(heap, n)};
    a->print_heaps[a->n_prints++] = heap;
    return PL_OK;
}

/* "libfoo-dev, libbar-dev" */
static void name_missing(struct pl_buf *list, const char *name)
{
    pl_buf_printf(list, "%s%s", list->n > 0 ? ", " : "", name);
}

static pl_status take_all(struct pl_acquired *a, const struct pl_dev_packages *packages, const char *arch,
                          struct pl_buf *missing, struct pl_err *why, struct pl_err *err)
{
    for (size_t i = 0; i < packages->n_missing; i++)
        name_missing(missing, packages->missing[i]);
    for (size_t i = 0; i < packages->n; i++) {
        pl_status st = take_package(a, &packages->v[i], arch, why);
        if (st == PL_OK && packages->v[i].is_toolchain)
            st = take_prints(a, &packages->v[i], arch, why);
        if (st == PL_E_NOMEM)
            return pl_fail_nomem(err);
        if (st != PL_OK)
            name_missing(missing, packages->v[i].name);
    }
    return PL_OK;
}

/* A package says its architecture, an image its machine; of other subjects nothing is known. */
static pl_status find_compilers(struct pl_acquired *a, struct pl_compilers *out, struct pl_err *err)
{
    *out = (struct pl_compilers){NULL, NULL};
    if (a->is_folder)
        return pl_compilers_of_folder(a->options->subject, a->limits, &a->arena, out, err);
    if (a->identity.architecture.n == 0) {
        *out = pl_compilers_of_image(a->bytes);
        return PL_OK;
    }
    const char *arch = pl_arena_str(&a->arena, a->identity.architecture);
    if (arch == NULL)
        return pl_arena_fail(&a->arena, err);
    if (strcmp(arch, "all") != 0)
        *out = pl_compilers_of_arch(arch);
    return PL_OK;
}

pl_status pl_acquire_headers(struct pl_acquired *a, const char **note, struct pl_err *err)
{
    struct pl_dev_packages packages = {0};
    struct pl_err why = {0};
    struct pl_buf missing;
    pl_bytes build_depends;
    struct pl_compilers compilers = {NULL, NULL};
    *note = NULL;
    pl_status st = a->has_source ? find_compilers(a, &compilers, err) : PL_OK;
    if (st == PL_OK && compilers.arch != NULL)
        st = read_build_depends(a, &build_depends, err);
    if (st != PL_OK || compilers.arch == NULL)
        return st;
    pl_buf_init(&missing, 65536);
    st = pl_supply_dev_packages(a->supply, pl_bytes_of_str(compilers.roots), build_depends, compilers.arch,
                                &a->arena, &packages, &why);
    if (st == PL_E_NOMEM) {
        pl_buf_reset(&missing);
        return pl_fail_nomem(err);
    }
    if (st != PL_OK)
        name_missing(&missing, "all");
    st = take_all(a, &packages, compilers.arch, &missing, &why, err);
    if (st == PL_OK && missing.n > 0) {
        *note = pl_arena_printf(&a->arena, "headers of the build are missing (%.*s)%s%s",
                                PL_ARG(pl_buf_bytes(&missing)), why.status == PL_OK ? "" : ": ",
                                why.status == PL_OK ? "" : why.text);
        st = *note == NULL ? pl_arena_fail(&a->arena, err) : PL_OK;
    }
    pl_buf_reset(&missing);
    return st;
}
