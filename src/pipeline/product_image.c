/*
 * product_image.c - container images as folders or archives of their parts.
 *
 *     oci-layout, index.json -> manifest -> config, layers      each by digest: blobs/sha256/<hex>
 *     manifest.json -> Config, Layers                           names in the archive, the layers' digests in the config
 *
 * A layer is a tar, plain or compressed. It is laid over those before it:
 *
 *     .wh.NAME       NAME of earlier layers is gone, with all below it
 *     .wh..wh..opq   all of this folder that earlier layers have is gone
 *     a file where a folder was, or the other way round: what was there is gone
 *
 * Source: OCI image-spec 1.1 (image-layout.md, manifest.md, layer.md); Docker image specification 1.2 for manifest.json. Not followed: links to folders
 * (a later layer that writes through one makes a file at its own path), sparse files, `zstd:chunked` footers. Foreign layers, which are not part of the
 * image, are an error: half an image would look like a whole one.
 */
#include "pipeline/product_image.h"

#include "base/map.h"
#include "format/archive/unpack.h"
#include "format/text/json.h"
#include "io/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_JSON_BYTES (16u << 20)
#define MAX_INDICES    4u /* an index may name an index */
#define MAX_TARGET     4096u

/* What a layer says about a path. */
enum mark { MARK_FILE = 1, MARK_FOLDER = 2, MARK_GONE = 4, MARK_EMPTIED = 8 };

struct image {
    const struct pl_image_parts *parts;
    const struct pl_limits *limits;
    struct pl_arena *arena;
    struct pl_image_files *files;
    PL_VEC(bool) is_gone; /* one a file */
    struct pl_map by_path;
    /* of the layer that is being read: */
    struct pl_map marks;
    size_t first; /* files of this layer begin here */
};

bool pl_image_is(const struct pl_image_parts *parts)
{
    pl_bytes bytes;
    if (parts->read(parts->ctx, PL_LIT("oci-layout"), &bytes, NULL) == PL_OK)
        return parts->read(parts->ctx, PL_LIT("index.json"), &bytes, NULL) == PL_OK;
    return parts->read(parts->ctx, PL_LIT("manifest.json"), &bytes, NULL) == PL_OK &&
           pl_bytes_find(bytes, PL_LIT("\"Layers\""), 0) != SIZE_MAX;
}

static pl_status fail(struct pl_err *err, const char *what)
{
    return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "image: %s", what);
}

static pl_status parse(pl_bytes text, const char *name, json_t **out, struct pl_err *err)
{
    struct pl_err why;
    if (text.n > MAX_JSON_BYTES)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "image: %s is larger than %u bytes", name,
                       MAX_JSON_BYTES);
    pl_status st = pl_json_load(text, false, out, &why);
    if (st == PL_E_INPUT)
        return pl_fail(err, st, PL_NO_OFFSET, "image: %s is no JSON document: %s", name, why.text);
    return st == PL_OK ? PL_OK : pl_fail_nomem(err);
}

/* The part that a descriptor names, once it was seen to have the digest. */
static pl_status read_blob(const struct image *im, const json_t *descriptor, pl_bytes *out,
                           struct pl_err *err)
{
    static const char prefix[] = "sha256:";
    const char *name = json_string_value(json_object_get(descriptor, "digest"));
    pl_sha256 wanted;
    pl_sha256 found;
    char path[16 + PL_SHA256_HEX_BYTES];
    char hex[PL_SHA256_HEX_BYTES];
    if (name == NULL || strncmp(name, prefix, sizeof prefix - 1) != 0 ||
        !pl_unhex(pl_bytes_of_str(name + sizeof prefix - 1), wanted.b, PL_SHA256_BYTES))
        return fail(err, "a part without a sha256 digest");
    pl_hex(wanted.b, PL_SHA256_BYTES, hex); /* what stands in a path is ours */
    (void)snprintf(path, sizeof path, "blobs/sha256/%s", hex);
    pl_status st = im->parts->read(im->parts->ctx, pl_bytes_of_str(path), out, err);
    if (st == PL_E_NOT_FOUND)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "image: %s is not in it", path);
    if (st == PL_OK)
        st = pl_sha256_of(*out, &found, err);
    if (st == PL_OK && !pl_sha256_eq(&found, &wanted))
        st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "image: %s has another digest than its name", path);
    return st;
}

/* ---- layers ---- */

static pl_status mark(struct image *im, pl_bytes path, enum mark what, struct pl_err *err)
{
    uint64_t was = 0;
    (void)pl_map_get(&im->marks, path, &was); /* else nothing is known yet */
    return pl_map_set(&im->marks, path, was | (uint64_t)what, err);
}

/* A name in a layer as a path, or what it says is gone; no bytes for the top folder. */
static pl_status take_name(struct image *im, pl_bytes name, pl_bytes *path, enum mark *what,
                           struct pl_err *err)
{
    pl_bytes rest = name;
    pl_bytes part;
    while (name.n > 0 && name.p[name.n - 1] == '/')
        name.n--;
    while (pl_bytes_split(&rest, '/', &part))
        if (pl_bytes_eq_str(part, ".."))
            return fail(err, "a layer holds a name with \"..\"");
    pl_bytes base = pl_bytes_basename(name);
    pl_bytes folder = pl_bytes_folder(name);
    *what = pl_bytes_eq_str(base, ".wh..wh..opq")       ? MARK_EMPTIED
            : pl_bytes_starts(base, PL_LIT(".wh..wh.")) ? 0 /* reserved: nothing a container sees */
            : pl_bytes_starts(base, PL_LIT(".wh."))     ? MARK_GONE
                                                        : MARK_FILE;
    if (*what == MARK_GONE) {
        const char *joined = pl_arena_printf(im->arena, folder.n > 0 ? "%.*s/%.*s" : "%.*s%.*s",
                                             PL_ARG(folder), PL_ARG(pl_bytes_from(base, 4)));
        *path = joined == NULL ? (pl_bytes){NULL, 0} : pl_bytes_of_str(joined);
    } else {
        *path = pl_arena_keep(im->arena, *what == MARK_EMPTIED ? folder : name);
    }
    return im->arena->why != PL_OK ? pl_arena_fail(im->arena, err) : PL_OK;
}

static pl_status add_file(struct image *im, const struct pl_file *f, pl_bytes path, struct pl_err *err)
{
    struct pl_image_file one = {.path = path, .is_link = f->type == PL_ENTRY_SYMLINK};
    pl_status st = PL_OK;
    uint64_t at;
    if (f->type == PL_ENTRY_HARDLINK) {
        if (!pl_map_get(&im->by_path, f->link_target, &at))
            return fail(err, "a layer links to a file that is not there");
        one.is_link = im->files->list.v[at].is_link;
        one.link_target = im->files->list.v[at].link_target;
        one.sha256 = im->files->list.v[at].sha256;
    } else if (one.is_link) {
        one.link_target = pl_arena_keep(im->arena, pl_bytes_sub(f->link_target, 0, MAX_TARGET));
        st = pl_sha256_of(f->link_target, &one.sha256, err);
    } else if (!f->is_whole && f->size > 0) {
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "image: a file of a layer is too large to be read");
    } else {
        st = pl_sha256_of(f->data, &one.sha256, err);
        if (st == PL_OK && im->files->see != NULL)
            im->files->see(im->files->ctx, path, f->data);
    }
    struct pl_image_file *slot = st == PL_OK ? PL_VEC_ADD(&im->files->list) : NULL;
    bool *gone = slot == NULL ? NULL : PL_VEC_ADD(&im->is_gone);
    if (gone == NULL)
        return st != PL_OK ? st : pl_fail_nomem(err);
    *slot = one;
    if (pl_map_get(&im->by_path, path, &at))
        im->is_gone.v[at] = true; /* this one stands in its place */
    return pl_map_set(&im->by_path, path, im->files->list.n - 1, err);
}

static pl_status take_member(void *ctx, struct pl_file *f, struct pl_err *err)
{
    struct image *im = ctx;
    bool is_member = f->container == NULL && f->depth > 0;
    enum mark what = MARK_FILE;
    pl_bytes path = {NULL, 0};
    pl_status st = is_member ? take_name(im, f->name, &path, &what, err) : PL_OK;
    bool is_kept = f->type == PL_ENTRY_FILE || f->type == PL_ENTRY_SYMLINK || f->type == PL_ENTRY_HARDLINK;
    if (st == PL_OK && is_member && what == MARK_FILE && f->type == PL_ENTRY_DIRECTORY)
        what = MARK_FOLDER;
    if (st == PL_OK && is_member && what != 0 && (path.n > 0 || what == MARK_EMPTIED))
        st = mark(im, path, what, err);
    if (st == PL_OK && is_member && what == MARK_FILE && is_kept && path.n > 0)
        st = add_file(im, f, path, err);
    pl_file_reset(f);
    return st;
}

static bool wants_outer(void *ctx, struct pl_file *f)
{
    (void)ctx;
    return f->depth == 0;
}

/* Does what the layer says about a path, or about a folder above it, take an earlier file away? */
static bool is_taken(const struct image *im, pl_bytes path)
{
    uint64_t marks;
    if (pl_map_get(&im->marks, path, &marks) && (marks & (MARK_GONE | MARK_FOLDER)) != 0)
        return true;
    for (size_t slash = pl_bytes_rfind_byte(path, '/'); slash != SIZE_MAX;
         slash = pl_bytes_rfind_byte(path, '/')) {
        path = pl_bytes_sub(path, 0, slash);
        if (pl_map_get(&im->marks, path, &marks) && (marks & (MARK_GONE | MARK_EMPTIED | MARK_FILE)) != 0)
            return true;
    }
    return pl_map_get(&im->marks, (pl_bytes){NULL, 0}, &marks) && (marks & MARK_EMPTIED) != 0;
}

static pl_status lay(struct image *im, pl_bytes layer, struct pl_err *err)
{
    struct pl_unpack_sink sink = {.ctx = im, .wants = wants_outer, .file = take_member};
    struct pl_arena scratch;
    pl_map_init(&im->marks);
    pl_arena_init(&scratch, (size_t)im->limits->memory_bytes);
    im->first = im->files->list.n;
    pl_status st = pl_unpack(layer, PL_LIT("layer"), im->limits, &scratch, &sink, err);
    for (size_t i = 0; i < im->first && st == PL_OK; i++)
        im->is_gone.v[i] = im->is_gone.v[i] || is_taken(im, im->files->list.v[i].path);
    pl_arena_reset(&scratch);
    pl_map_reset(&im->marks);
    return st;
}

/* ---- manifests ---- */

static bool is_image_of(const json_t *descriptor, const char *arch)
{
    const json_t *platform = json_object_get(descriptor, "platform");
    const char *os = json_string_value(json_object_get(platform, "os"));
    const char *its = json_string_value(json_object_get(platform, "architecture"));
    return os != NULL && its != NULL && strcmp(os, "linux") == 0 && (arch == NULL || strcmp(its, arch) == 0);
}

/* Statements about an image lie beside it, as manifests for a platform that there is none of. */
static bool is_statement(const json_t *descriptor)
{
    const json_t *notes = json_object_get(descriptor, "annotations");
    return json_object_get(notes, "vnd.docker.reference.type") != NULL;
}

/* The one manifest of an index that is meant: the only one, else the only one for this machine. */
static const json_t *choose(const json_t *index, struct pl_err *err)
{
    static const char *const names[][2] = {{"x86_64", "amd64"},   {"aarch64", "arm64"},   {"armv7l", "arm"},
                                           {"i686", "386"},       {"ppc64le", "ppc64le"}, {"s390x", "s390x"},
                                           {"riscv64", "riscv64"}};
    char machine[PL_HOST_MACHINE_BYTES];
    const json_t *list = json_object_get(index, "manifests");
    const json_t *only = NULL;
    const json_t *ours = NULL;
    size_t n = 0;
    size_t n_ours = 0;
    const char *arch = "none";
    pl_host_machine(machine);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(machine, names[i][0]) == 0)
            arch = names[i][1];
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        if (is_statement(one))
            continue;
        only = one;
        n++;
        if (is_image_of(one, arch)) {
            ours = one;
            n_ours++;
        }
    }
    if (n == 1 || n_ours == 1)
        return n == 1 ? only : ours;
    (void)pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "image: %zu images, of which %zu are for this machine (%s)",
                  n, n_ours, arch);
    pl_err_hint(err, "save one image alone");
    return NULL;
}

static pl_status lay_oci(struct image *im, const json_t *manifest, struct pl_err *err)
{
    const json_t *layers = json_object_get(manifest, "layers");
    size_t n = json_array_size(layers);
    pl_status st = PL_OK;
    if (!json_is_array(layers) || n == 0)
        return fail(err, "a manifest without layers");
    if (n > PL_IMAGE_MAX_LAYERS)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "image: more than %u layers", PL_IMAGE_MAX_LAYERS);
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        pl_bytes layer;
        st = read_blob(im, json_array_get(layers, i), &layer, err);
        if (st == PL_OK)
            st = lay(im, layer, err);
    }
    return st;
}

static pl_status read_oci(struct image *im, struct pl_err *err)
{
    pl_bytes text;
    json_t *document = NULL;
    pl_status st = im->parts->read(im->parts->ctx, PL_LIT("index.json"), &text, err);
    if (st == PL_OK)
        st = parse(text, "index.json", &document, err);
    for (unsigned depth = 0; st == PL_OK && json_is_array(json_object_get(document, "manifests")); depth++) {
        const json_t *chosen = choose(document, err);
        json_t *next = NULL;
        st = chosen == NULL         ? PL_E_INPUT
             : depth == MAX_INDICES ? fail(err, "indices within indices")
                                    : read_blob(im, chosen, &text, err);
        if (st == PL_OK)
            st = parse(text, "a manifest", &next, err);
        json_decref(document);
        document = next;
    }
    if (st == PL_OK)
        st = lay_oci(im, document, err);
    json_decref(document);
    return st;
}

/* The digest that the configuration gives for a layer, once it is unpacked. */
static pl_status check_layer(const json_t *config, size_t i, pl_bytes layer, struct pl_err *err)
{
    const json_t *ids = json_object_get(json_object_get(config, "rootfs"), "diff_ids");
    const char *id = json_string_value(json_array_get(ids, i));
    bool is_plain = layer.n >= 512 && pl_bytes_eq_str(pl_bytes_sub(layer, 257, 5), "ustar");
    pl_sha256 wanted;
    pl_sha256 found;
    if (id == NULL || strncmp(id, "sha256:", 7) != 0 ||
        !pl_unhex(pl_bytes_of_str(id + 7), wanted.b, PL_SHA256_BYTES))
        return fail(err, "the configuration has no digest for a layer");
    if (!is_plain)
        return PL_OK; /* packed: the digest is of what comes out */
    pl_status st = pl_sha256_of(layer, &found, err);
    return st == PL_OK && !pl_sha256_eq(&found, &wanted)
               ? fail(err, "a layer has another digest than the configuration says")
               : st;
}

static pl_status lay_docker(struct image *im, const json_t *entry, struct pl_err *err)
{
    const json_t *layers = json_object_get(entry, "Layers");
    const char *config_name = json_string_value(json_object_get(entry, "Config"));
    json_t *config = NULL;
    pl_bytes text;
    size_t n = json_array_size(layers);
    if (n == 0 || config_name == NULL)
        return fail(err, "manifest.json names no layers or no configuration");
    if (n > PL_IMAGE_MAX_LAYERS)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "image: more than %u layers", PL_IMAGE_MAX_LAYERS);
    pl_status st = im->parts->read(im->parts->ctx, pl_bytes_of_str(config_name), &text, err);
    if (st == PL_OK)
        st = parse(text, "the configuration", &config, err);
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        const char *name = json_string_value(json_array_get(layers, i));
        pl_bytes layer;
        st = name == NULL ? fail(err, "manifest.json names a layer that is no text")
                          : im->parts->read(im->parts->ctx, pl_bytes_of_str(name), &layer, err);
        if (st == PL_OK)
            st = check_layer(config, i, layer, err);
        if (st == PL_OK)
            st = lay(im, layer, err);
    }
    json_decref(config);
    return st == PL_E_NOT_FOUND ? fail(err, "manifest.json names a part that is not in it") : st;
}

static pl_status read_docker(struct image *im, struct pl_err *err)
{
    pl_bytes text;
    json_t *document = NULL;
    pl_status st = im->parts->read(im->parts->ctx, PL_LIT("manifest.json"), &text, err);
    if (st == PL_OK)
        st = parse(text, "manifest.json", &document, err);
    if (st == PL_OK && json_array_size(document) != 1)
        st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "image: manifest.json names %zu images, not one",
                     json_array_size(document));
    if (st == PL_OK)
        st = lay_docker(im, json_array_get(document, 0), err);
    json_decref(document);
    return st;
}

pl_status pl_image_read(const struct pl_image_parts *parts, const struct pl_limits *limits,
                        struct pl_arena *arena, struct pl_image_files *out, struct pl_err *err)
{
    struct image im = {.parts = parts, .limits = limits, .arena = arena, .files = out};
    pl_bytes unused;
    size_t kept = 0;
    pl_map_init(&im.by_path);
    bool is_oci = parts->read(parts->ctx, PL_LIT("oci-layout"), &unused, NULL) == PL_OK;
    pl_status st = is_oci ? read_oci(&im, err) : read_docker(&im, err);
    for (size_t i = 0; i < out->list.n && st == PL_OK; i++)
        if (!im.is_gone.v[i])
            out->list.v[kept++] = out->list.v[i];
    if (st == PL_OK)
        out->list.n = kept;
    PL_VEC_FREE(&im.is_gone);
    pl_map_reset(&im.by_path);
    return st;
}
