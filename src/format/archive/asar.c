/*
 * asar.c - the archive in which Electron applications ship their JavaScript: app.asar.
 *
 *     | 4 | header bytes 4 | payload bytes 4 | JSON bytes 4 | JSON | zeros to 4 | contents of the files ... |      little-endian
 *
 *     {"files": {"main.js": {"size": 12, "offset": "0", "integrity": {"algorithm": "SHA256", "hash": "..", "blockSize": n, "blocks": [..]}},
 *                "lib": {"files": {...}}, "x": {"link": "lib/x"}, "big.node": {"size": 9, "unpacked": true}}}
 *
 * Offsets count from behind the header. Bytes that no file holds are a gap; files that share bytes are listed, and opaque behind the first;
 * a digest that does not fit is archive.damaged. Files marked unpacked stand beside the archive, in app.asar.unpacked, and have a
 * record without bytes.
 * Source: electron/asar README, "Format"; Chromium base/pickle.h; Electron "ASAR Integrity".
 */
#include "base/cursor.h"
#include "base/status.h"
#include "base/vec.h"
#include "format/archive/walk.h"
#include "format/text/json.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_BYTES 16u
#define MAX_DEPTH  64

struct asar_file {
    pl_bytes name;
    const json_t *entry; /* borrowed from the document */
    uint64_t at;         /* byte of the archive */
    uint64_t size;
    bool is_overlapping;
};

typedef PL_VEC(struct asar_file) asar_files;

struct asar {
    struct pl_container *c;
    uint64_t body_at;
    asar_files files;
    uint64_t carried_bytes; /* of keys that describe no file, with their values */
};

void pl_asar_prepare(void)
{
    json_object_seed(0);
}

static bool asar_probe(pl_bytes b)
{
    struct pl_cursor c = pl_cursor_of(b);
    uint32_t four = pl_cursor_u32le(&c);
    uint32_t header = pl_cursor_u32le(&c);
    uint32_t payload = pl_cursor_u32le(&c);
    uint32_t text = pl_cursor_u32le(&c);
    return four == 4 && header >= 8 && payload == header - 4 && text <= payload - 4 &&
           payload - 4 - text < 4 &&
           pl_bytes_starts(pl_bytes_from(b, HEAD_BYTES < b.n ? HEAD_BYTES : b.n), PL_LIT("{"));
}

/* ---- the tree of the header ---- */

static const char *text_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) ? json_string_value(value) : NULL;
}

/* A file that lies in the archive: where. False when its numbers are none, or lead outside. */
static bool place_of(const struct asar *a, const json_t *entry, struct asar_file *out)
{
    const char *offset = text_of(entry, "offset");
    const json_t *size = json_object_get(entry, "size");
    uint64_t at;
    if (offset == NULL || !json_is_integer(size) || json_integer_value(size) < 0 ||
        !pl_bytes_to_u64(pl_bytes_of_str(offset), &at))
        return false;
    out->size = (uint64_t)json_integer_value(size);
    uint64_t room = a->c->file->data.n - a->body_at;
    if (at > room || out->size > room - at)
        return false;
    out->at = a->body_at + at;
    return true;
}

/* Directories, links and files that stand elsewhere have a record and no bytes. */
static pl_status add_empty(struct asar *a, pl_bytes name, enum pl_entry_type type, const char *target,
                           struct pl_err *err)
{
    struct pl_file *f;
    struct pl_entry e = {.name = name,
                         .type = type,
                         .at = HEAD_BYTES,
                         .link_target = pl_bytes_of_str(target),
                         .is_duplicate_error = true};
    pl_status st = pl_member_begin(a->c, &e, &f, err);
    if (st != PL_OK || f == NULL)
        return st;
    return pl_member_end(a->c, f, err);
}

static pl_status add_unpacked(struct asar *a, pl_bytes name, struct pl_err *err)
{
    struct pl_file *f;
    struct pl_entry e = {.name = name, .type = PL_ENTRY_FILE, .at = HEAD_BYTES, .is_duplicate_error = true};
    pl_status st = pl_member_begin(a->c, &e, &f, err);
    if (st != PL_OK || f == NULL)
        return st;
    st = pl_findings_add(&f->findings, "archive.unpacked", PL_SEVERITY_NOTE, PL_NO_OFFSET, 0, NULL, err,
                         "this file stands beside the archive, in its .unpacked folder");
    if (st != PL_OK) {
        pl_file_reset(f);
        return st;
    }
    return pl_member_end(a->c, f, err);
}

/* Bytes of the members of `object` that are none of `known`. */
static uint64_t carried_by(json_t *object, const char *const *known, size_t n_known)
{
    uint64_t n = 0;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) if (!pl_bytes_is_one_of(pl_bytes_of_str(key), known, n_known))
        n += strlen(key) + json_dumpb(value, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY);
    return n;
}

static uint64_t carried_by_entry(json_t *entry)
{
    static const char *const keys[] = {"files",     "size",     "offset", "executable",
                                       "integrity", "unpacked", "link"};
    static const char *const of_integrity[] = {"algorithm", "hash", "blockSize", "blocks"};
    return carried_by(entry, keys, sizeof keys / sizeof keys[0]) +
           carried_by(json_object_get(entry, "integrity"), of_integrity,
                      sizeof of_integrity / sizeof of_integrity[0]);
}

static pl_status read_entry(struct asar *a, pl_bytes name, const json_t *entry, struct pl_err *err)
{
    struct asar_file found = {.name = name, .entry = entry};
    const char *link = text_of(entry, "link");
    if (json_object_get(entry, "files") != NULL)
        return add_empty(a, name, PL_ENTRY_DIRECTORY, NULL, err);
    if (link != NULL)
        return add_empty(a, name, PL_ENTRY_SYMLINK, link, err);
    if (json_is_true(json_object_get(entry, "unpacked")))
        return add_unpacked(a, name, err);
    if (!place_of(a, entry, &found))
        return pl_note(a->c, "archive.damaged", PL_SEVERITY_ERROR, HEAD_BYTES, 0,
                       "asar: an entry of the header leads nowhere in the archive", err);
    struct asar_file *slot = PL_VEC_ADD(&a->files);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = found;
    return PL_OK;
}

/* One open directory. */
struct level {
    json_t *files;
    void *at; /* iterator; in the order of the file */
    pl_bytes path;
};

static pl_bytes join(struct asar *a, pl_bytes path, const char *name)
{
    const char *text =
        pl_arena_printf(a->c->walk->arena, "%.*s%s%s", PL_ARG(path), path.n > 0 ? "/" : "", name);
    return pl_bytes_of_str(text);
}

static pl_status read_tree(struct asar *a, json_t *root, struct pl_err *err)
{
    struct level levels[MAX_DEPTH];
    int depth = 0;
    json_t *files = json_object_get(root, "files");
    pl_status st = PL_OK;
    if (!json_is_object(files))
        return pl_fail(err, PL_E_INPUT, HEAD_BYTES, "asar: the header has no files");
    static const char *const keys[] = {"files"};
    a->carried_bytes = carried_by(root, keys, 1);
    levels[0] = (struct level){files, json_object_iter(files), PL_LIT("")};
    while (depth >= 0 && st == PL_OK && !a->c->is_full) {
        struct level *l = &levels[depth];
        if (l->at == NULL) {
            depth--;
            continue;
        }
        json_t *entry = json_object_iter_value(l->at);
        pl_bytes path = join(a, l->path, json_object_iter_key(l->at));
        l->at = json_object_iter_next(l->files, l->at);
        if (path.p == NULL)
            return pl_arena_fail(a->c->walk->arena, err);
        st = read_entry(a, path, entry, err);
        a->carried_bytes += carried_by_entry(entry);
        json_t *below = json_object_get(entry, "files");
        if (!json_is_object(below) || st != PL_OK)
            continue;
        if (depth + 1 == MAX_DEPTH)
            return pl_fail(err, PL_E_INPUT, HEAD_BYTES, "asar: folders are nested too deep");
        levels[++depth] = (struct level){below, json_object_iter(below), path};
    }
    return st;
}

/* ---- contents ---- */

/* *is becomes false when the digest of `data` is not the one in `hex`, and stays what it was when it is. */
static pl_status compare_digest(pl_bytes data, const json_t *hex, bool *is, struct pl_err *err)
{
    pl_sha256 digest;
    uint8_t said[PL_SHA256_BYTES];
    if (!json_is_string(hex) ||
        !pl_unhex(pl_bytes_of(json_string_value(hex), json_string_length(hex)), said, sizeof said)) {
        *is = false;
        return PL_OK;
    }
    pl_status st = pl_sha256_of(data, &digest, err);
    if (st == PL_OK)
        *is = *is && pl_bytes_eq(pl_bytes_of(digest.b, sizeof digest.b), pl_bytes_of(said, sizeof said));
    return st;
}

/* Whole-file digest and those of its blocks; a file without them is as honest as older archives are. */
static pl_status compare_digests(pl_bytes data, const json_t *integrity, bool *is, struct pl_err *err)
{
    const json_t *blocks = json_object_get(integrity, "blocks");
    json_int_t block = json_integer_value(json_object_get(integrity, "blockSize"));
    const char *algorithm = text_of(integrity, "algorithm");
    *is = algorithm != NULL && pl_bytes_eq_str(pl_bytes_of_str(algorithm), "SHA256");
    pl_status st = compare_digest(data, json_object_get(integrity, "hash"), is, err);
    if (!json_is_array(blocks) || block <= 0)
        return st;
    size_t n = json_array_size(blocks);
    for (size_t i = 0; i < n && st == PL_OK && *is; i++) {
        size_t from;
        *is = !__builtin_mul_overflow(i, (size_t)block, &from) && from <= data.n;
        if (*is)
            st = compare_digest(pl_bytes_sub(data, from, (size_t)block), json_array_get(blocks, i), is, err);
    }
    *is = *is && (n == 0 || n >= data.n / (size_t)block);
    return st;
}

static pl_status read_file(struct asar *a, const struct asar_file *file, struct pl_err *err)
{
    struct pl_entry e = {.name = file->name,
                         .mode = json_is_true(json_object_get(file->entry, "executable")) ? 0755 : 0644,
                         .at = file->at,
                         .is_duplicate_error = true};
    struct pl_file *f;
    pl_bytes data = pl_bytes_sub(a->c->file->data, (size_t)file->at, (size_t)file->size);
    const json_t *integrity = json_object_get(file->entry, "integrity");
    bool is_digested = true;
    pl_status st = pl_member_begin(a->c, &e, &f, err);
    if (st != PL_OK || f == NULL)
        return st;
    st = file->is_overlapping ? pl_member_opaque(f, file->size, "archive.overlap", err)
                              : pl_member_slice(a->c, f, data, err);
    if (st == PL_OK && json_is_object(integrity))
        st = compare_digests(data, integrity, &is_digested, err);
    if (st == PL_OK && !is_digested)
        st = pl_findings_add(&f->findings, "archive.damaged", PL_SEVERITY_ERROR, PL_NO_OFFSET, 0, NULL, err,
                             "asar: the digest in the header is not that of the file");
    if (st != PL_OK) {
        pl_file_reset(f);
        return st;
    }
    return pl_member_end(a->c, f, err);
}

static int by_place(const void *x, const void *y)
{
    const struct asar_file *const *a = x;
    const struct asar_file *const *b = y;
    if ((*a)->at != (*b)->at)
        return (*a)->at < (*b)->at ? -1 : 1;
    return *a < *b ? -1 : *a > *b;
}

static pl_status find_overlaps(struct asar *a, struct pl_err *err)
{
    struct asar_file **sorted = calloc(a->files.n + 1, sizeof *sorted);
    uint64_t end = 0;
    pl_status st = PL_OK;
    if (sorted == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < a->files.n; i++)
        sorted[i] = &a->files.v[i];
    qsort(sorted, a->files.n, sizeof *sorted, by_place);
    for (size_t i = 0; i < a->files.n && st == PL_OK; i++) {
        struct asar_file *f = sorted[i];
        bool is_twice = i > 0 && sorted[i - 1]->at == f->at && sorted[i - 1]->size == f->size;
        /* The packer stores files of the same content once. */
        if (f->size > 0 && f->at < end && !is_twice) {
            f->is_overlapping = true;
            st = pl_note(a->c, "archive.overlap", PL_SEVERITY_ERROR, f->at, end - f->at,
                         "two files share bytes", err);
        }
        if (f->at + f->size > end)
            end = f->at + f->size;
    }
    free(sorted);
    return st;
}

static pl_status read_files(struct asar *a, struct pl_err *err)
{
    pl_status st = find_overlaps(a, err);
    for (size_t i = 0; i < a->files.n && st == PL_OK; i++) {
        const struct asar_file *file = &a->files.v[i];
        if (!a->c->is_full)
            st = read_file(a, file, err);
        if (st == PL_OK) /* what was claimed first stays */
            st = pl_own(a->c, file->at, file->size, a->c->is_full ? PL_CLASS_OPAQUE : PL_CLASS_MEMBERS, err);
    }
    return st;
}

static pl_status asar_unpack(struct pl_container *c, struct pl_reader *in, struct pl_err *err)
{
    pl_bytes all = c->file->data;
    struct pl_cursor head = pl_cursor_at(all, 4);
    uint64_t body_at = 8 + (uint64_t)pl_cursor_u32le(&head);
    pl_cursor_skip(&head, 4);
    pl_bytes text = pl_cursor_take(&head, pl_cursor_u32le(&head));
    if (head.bad || body_at > all.n)
        return pl_fail(err, PL_E_INPUT, 4, "asar: header cut short");
    struct pl_err why;
    json_t *root = NULL;
    pl_status st = pl_json_load(text, false, &root, &why);
    if (st == PL_E_INPUT)
        return pl_fail(err, st, HEAD_BYTES + why.offset, "asar: header is no JSON: %s", why.text);
    if (st != PL_OK)
        return pl_fail_nomem(err);
    struct asar a = {.c = c, .body_at = body_at};
    st = pl_own(c, 0, HEAD_BYTES + text.n, PL_CLASS_STRUCTURE, err);
    if (st == PL_OK)
        st = pl_own_padding(c, HEAD_BYTES + text.n,
                            pl_bytes_sub(all, HEAD_BYTES + text.n, (size_t)body_at - HEAD_BYTES - text.n),
                            "bytes behind the header", err);
    if (st == PL_OK)
        st = read_tree(&a, root, err);
    if (st == PL_OK && a.carried_bytes > 0)
        st = pl_note(c, "archive.comment", pl_carried_severity(a.carried_bytes), HEAD_BYTES, text.n,
                     "keys of the header that describe no file", err);
    if (st == PL_OK)
        st = read_files(&a, err);
    PL_VEC_FREE(&a.files);
    json_decref(root);
    return st;
}

const struct pl_archive_format pl_archive_asar = {
    .name = "asar",
    .shape = PL_ARCHIVE_SHELF,
    .probe = asar_probe,
    .unpack = asar_unpack,
};
