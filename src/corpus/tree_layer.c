/*
 * tree_layer.c - one archive as a layer of a source tree.
 *
 *     x.orig.tar.xz        order 0  "xz"     |
 *       (its tar)          order 1  "tar"    | the archive itself: these have no path
 *         x-1.0/a.c        order 3  leaf       "a.c", once the common folder is cut off
 *         x-1.0/t.tar.gz   order 4  "gzip"     "t.tar.gz", kept as a file and opened as well
 *           (its tar)      order 5  "tar"      no file of its own
 *             b            order 6  leaf       "t.tar.gz!/b"
 *
 * Paths are put together here from names and parents, because containers come after their members in the walk.
 */
#include "corpus/tree_build.h"
#include "format/archive/unpack.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct pl_tree_entry {
    size_t order;
    size_t parent_order;
    pl_bytes name;
    pl_bytes link_target;
    pl_bytes path; /* inside the layer, once known; no bytes for the archive itself */
    bool is_stream;
    bool is_container;
    bool is_whole;
    const char *problem; /* tag of a finding that says that not all of it was unpacked; NULL */
    enum pl_entry_type type;
    uint32_t mode;
    pl_bytes data;
    uint8_t *heap; /* owned */
};

static bool is_stream_name(const char *container)
{
    static const char *const names[] = {"gzip", "xz", "bzip2", "zstd", "lzma", "lz4", "lzip", "compress"};
    for (size_t i = 0; container != NULL && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(container, names[i]) == 0)
            return true;
    return false;
}

static struct pl_tree_entry *add_entry(struct pl_tree_layer *l, const struct pl_file *f)
{
    struct pl_tree_entry *e = PL_VEC_ADD(&l->entries);
    if (e != NULL)
        *e = (struct pl_tree_entry){
            .order = f->order, .parent_order = f->parent_order, .name = f->name, .mode = f->mode};
    return e;
}

/* A nested archive is a file too: its bytes are here now and not when its record is finished. */
static bool keep_packed(void *ctx, struct pl_file *f)
{
    struct pl_tree_layer *l = ctx;
    if (f->parent_order == PL_NO_PARENT || f->data.p == NULL)
        return true;
    uint8_t *copy = malloc(f->data.n == 0 ? 1 : f->data.n);
    struct pl_tree_entry *e = copy == NULL ? NULL : add_entry(l, f);
    if (e == NULL) {
        free(copy);
        l->st = PL_E_NOMEM;
        return false;
    }
    memcpy(copy, f->data.p, f->data.n);
    e->heap = copy;
    e->data = pl_bytes_of(copy, f->data.n);
    e->is_container = true;
    e->is_whole = true;
    return true;
}

static pl_status take_data(struct pl_tree_entry *e, struct pl_file *f, struct pl_err *err)
{
    if (f->data.p == NULL || f->data.n == 0)
        return PL_OK;
    if (f->heap == f->data.p) {
        e->heap = f->heap;
        f->heap = NULL;
    } else {
        e->heap = malloc(f->data.n);
        if (e->heap == NULL)
            return pl_fail_nomem(err);
        memcpy(e->heap, f->data.p, f->data.n);
    }
    e->data = pl_bytes_of(e->heap, f->data.n);
    return PL_OK;
}

static const char *problem_of(const struct pl_file *f)
{
    for (size_t i = 0; i < f->findings.list.n; i++) {
        const char *tag = f->findings.list.v[i].tag;
        if (strcmp(tag, "archive.limit") == 0 || strcmp(tag, "archive.damaged") == 0)
            return tag;
    }
    return NULL;
}

static pl_status take_file(void *ctx, struct pl_file *f, struct pl_err *err)
{
    struct pl_tree_layer *l = ctx;
    pl_status st = l->st != PL_OK ? pl_fail_nomem(err) : PL_OK;
    struct pl_tree_entry *e = NULL;
    if (f->container != NULL)
        for (size_t i = l->entries.n; i > 0 && e == NULL; i--)
            if (l->entries.v[i - 1].order == f->order)
                e = &l->entries.v[i - 1];
    if (st == PL_OK && e == NULL)
        e = add_entry(l, f);
    if (e == NULL) {
        pl_file_reset(f);
        return pl_fail_nomem(err);
    }
    e->link_target = f->link_target;
    e->type = f->type;
    e->problem = problem_of(f);
    e->is_container = f->container != NULL;
    e->is_stream = is_stream_name(f->container);
    if (f->container == NULL) {
        e->is_whole = f->is_whole;
        if (f->type == PL_ENTRY_FILE)
            st = take_data(e, f, err);
    }
    pl_file_reset(f);
    return st;
}

void pl_tree_layer_read(struct pl_tree_layer *l)
{
    struct pl_unpack_sink sink = {.ctx = l, .wants = keep_packed, .file = take_file};
    l->st = PL_OK;
    pl_arena_init(&l->arena, l->limits->memory_bytes);
    pl_status st = pl_unpack(l->bytes, pl_bytes_of_str(l->name), l->limits, &l->arena, &sink, &l->err);
    if (st != PL_OK)
        pl_err_about(&l->err, l->name);
    l->st = st;
}

bool pl_tree_layer_text(const struct pl_tree_layer *l, pl_bytes *out)
{
    size_t n = 0;
    for (size_t i = 0; i < l->entries.n; i++)
        if (!l->entries.v[i].is_container) {
            n++;
            *out = l->entries.v[i].data;
        }
    return n == 1;
}

void pl_tree_layer_reset(struct pl_tree_layer *l)
{
    for (size_t i = 0; i < l->entries.n; i++)
        free(l->entries.v[i].heap);
    PL_VEC_FREE(&l->entries);
    pl_arena_reset(&l->arena);
}

static int by_order(const void *a, const void *b)
{
    const struct pl_tree_entry *x = a;
    const struct pl_tree_entry *y = b;
    return x->order < y->order ? -1 : x->order > y->order;
}

static const struct pl_tree_entry *find_order(const struct pl_tree_layer *l, size_t order)
{
    struct pl_tree_entry key = {.order = order};
    return l->entries.n == 0 ? NULL : bsearch(&key, l->entries.v, l->entries.n, sizeof key, by_order);
}

static pl_bytes join(struct pl_arena *a, pl_bytes outer, const char *between, pl_bytes name)
{
    if (outer.n == 0)
        return name;
    size_t gap = strlen(between);
    uint8_t *p = pl_arena_take(a, outer.n + gap + name.n + 1);
    if (p == NULL)
        return (pl_bytes){NULL, 0};
    memcpy(p, outer.p, outer.n);
    memcpy(p + outer.n, between, gap);
    if (name.n > 0)
        memcpy(p + outer.n + gap, name.p, name.n);
    return pl_bytes_of(p, outer.n + gap + name.n);
}

/* Entries are sorted by order, parents first. */
static pl_status name_entries(struct pl_tree_layer *l, struct pl_err *err)
{
    for (size_t i = 0; i < l->entries.n; i++) {
        struct pl_tree_entry *e = &l->entries.v[i];
        const struct pl_tree_entry *parent =
            e->parent_order == PL_NO_PARENT ? NULL : find_order(l, e->parent_order);
        if (parent == NULL)
            e->path = e->is_container ? (pl_bytes){NULL, 0} : pl_bytes_basename(e->name);
        else if (parent->is_stream && e->is_container)
            e->path = parent->path;
        else if (parent->is_stream)
            e->path = join(&l->arena, parent->path, "!/", pl_bytes_basename(e->name));
        else
            e->path = join(&l->arena, parent->path, "!/", e->name);
        if (l->arena.why != PL_OK)
            return pl_arena_fail(&l->arena, err);
    }
    return PL_OK;
}

/* Does this record stand for a file of the tree? The tar inside "a.tar.gz" does not: the .gz does. */
static bool is_tree_file(const struct pl_tree_layer *l, const struct pl_tree_entry *e)
{
    if (e->path.n == 0 || e->type == PL_ENTRY_DIRECTORY || e->type == PL_ENTRY_SPECIAL)
        return false;
    const struct pl_tree_entry *parent =
        e->parent_order == PL_NO_PARENT ? NULL : find_order(l, e->parent_order);
    return !(e->is_container && parent != NULL && parent->is_stream);
}

/* Length of the folder, with its slash, that all files of the layer stand in; 0 when there is none. */
static size_t common_folder(const struct pl_tree_layer *l)
{
    pl_bytes folder = {NULL, 0};
    for (size_t i = 0; i < l->entries.n; i++) {
        const struct pl_tree_entry *e = &l->entries.v[i];
        if (!is_tree_file(l, e))
            continue;
        size_t slash = pl_bytes_find_byte(e->path, '/', 0);
        if (slash == SIZE_MAX || (slash > 0 && e->path.p[slash - 1] == '!'))
            return 0;
        pl_bytes first = pl_bytes_sub(e->path, 0, slash + 1);
        if (folder.n != 0 && !pl_bytes_eq(folder, first))
            return 0;
        folder = first;
    }
    return folder.n;
}

static pl_status map_paths(const struct pl_tree_layer *l, struct pl_map *by_path, struct pl_err *err)
{
    for (size_t i = 0; i < l->entries.n; i++)
        if (l->entries.v[i].type == PL_ENTRY_FILE && is_tree_file(l, &l->entries.v[i])) {
            pl_status st = pl_map_set(by_path, l->entries.v[i].path, i, err);
            if (st != PL_OK)
                return st;
        }
    return PL_OK;
}

/* A hardlink has the bytes of its target, which is named as seen from the front of the same container. */
static pl_bytes linked_data(struct pl_tree_layer *l, const struct pl_map *by_path,
                            const struct pl_tree_entry *e)
{
    uint64_t at;
    pl_bytes target = e->link_target;
    if (pl_bytes_starts(target, PL_LIT("./")))
        target = pl_bytes_from(target, 2);
    const struct pl_tree_entry *parent =
        e->parent_order == PL_NO_PARENT ? NULL : find_order(l, e->parent_order);
    pl_bytes path = join(&l->arena, parent == NULL ? (pl_bytes){NULL, 0} : parent->path, "!/", target);
    return pl_map_get(by_path, path, &at) ? l->entries.v[at].data : (pl_bytes){NULL, 0};
}

static pl_status add_all(struct pl_tree_layer *l, struct pl_tree_build *b, const struct pl_map *by_path,
                         struct pl_err *err)
{
    size_t cut = l->keeps_folder ? 0 : common_folder(l);
    pl_status st = PL_OK;
    for (size_t i = 0; st == PL_OK && i < l->entries.n; i++) {
        struct pl_tree_entry *e = &l->entries.v[i];
        /* A damaged archive inside the source is usually a test case: what could be read of it is there. */
        bool is_nested = pl_bytes_find(e->path, PL_LIT("!/"), 0) != SIZE_MAX;
        bool is_limited = e->problem != NULL && (e->path.n == 0 || strcmp(e->problem, "archive.limit") == 0);
        if ((!e->is_whole && !is_nested && !e->is_container && e->type == PL_ENTRY_FILE) || is_limited)
            st = pl_tree_build_warn(b, err, "%s%s%.*s: read in part only (%s)", l->name,
                                    e->path.n > 0 ? ": " : "", PL_ARG(e->path),
                                    e->problem == NULL ? "not whole" : e->problem);
        if (st != PL_OK || !is_tree_file(l, e))
            continue;
        struct pl_source_file f = {.mode = e->mode, .data = e->data, .heap = e->heap};
        f.path = join(&l->arena, pl_bytes_of_str(l->under), "/", pl_bytes_from(e->path, cut));
        if (f.path.p == NULL && l->arena.why != PL_OK)
            return pl_arena_fail(&l->arena, err);
        if (e->type == PL_ENTRY_SYMLINK)
            f.link_target = e->link_target;
        if (e->type == PL_ENTRY_HARDLINK)
            f.data = linked_data(l, by_path, e);
        e->heap = NULL;
        st = pl_tree_build_add(b, &f, err);
    }
    return st;
}

pl_status pl_tree_layer_add(struct pl_tree_layer *l, struct pl_tree_build *b, struct pl_err *err)
{
    struct pl_map by_path;
    pl_map_init(&by_path);
    if (l->entries.n > 0)
        qsort(l->entries.v, l->entries.n, sizeof *l->entries.v, by_order);
    pl_status st = name_entries(l, err);
    if (st == PL_OK)
        st = map_paths(l, &by_path, err);
    if (st == PL_OK)
        st = add_all(l, b, &by_path, err);
    pl_map_reset(&by_path);
    return st;
}

static bool looks_packed(pl_bytes data)
{
    return pl_bytes_starts(data, PL_LIT("\x1f\x8b")) ||
           pl_bytes_starts(data, PL_LIT("\xfd"
                                        "7zXZ")) ||
           pl_bytes_starts(data, PL_LIT("BZh")) || pl_bytes_starts(data, PL_LIT("\x28\xb5\x2f\xfd")) ||
           pl_bytes_starts(data, PL_LIT("PK\x03\x04")) || pl_bytes_starts(data, PL_LIT("!<arch>\n")) ||
           pl_bytes_eq_str(pl_bytes_sub(data, 257, 5), "ustar");
}

pl_status pl_tree_build_nested(struct pl_tree_build *b, pl_bytes path, pl_bytes data, struct pl_err *err)
{
    if (!looks_packed(data))
        return PL_OK;
    struct pl_tree_layer l = {.bytes = data, .under = "", .keeps_folder = true, .limits = b->limits};
    l.name = pl_arena_str(b->tree->arena, path);
    l.under = pl_arena_printf(b->tree->arena, "%.*s!", PL_ARG(path));
    if (l.name == NULL || l.under == NULL)
        return pl_arena_fail(b->tree->arena, err);
    pl_tree_layer_read(&l);
    pl_status st = l.st;
    if (st == PL_OK)
        st = pl_tree_layer_add(&l, b, err);
    else if (st == PL_E_NOMEM && err != NULL)
        *err = l.err;
    else if (st == PL_E_INPUT) /* a damaged archive is a file all the same, usually a test case */
        st = PL_OK;
    else
        st = pl_tree_build_warn(b, err, "%s: %s", l.name, l.err.text);
    pl_tree_layer_reset(&l);
    return st;
}

struct queue {
    struct pl_tree_layer *layers;
    size_t n;
    size_t next;
    pthread_mutex_t lock;
};

static void *work(void *arg)
{
    struct queue *q = arg;
    for (;;) {
        (void)pthread_mutex_lock(&q->lock); /* cannot fail on a valid mutex */
        size_t i = q->next++;
        (void)pthread_mutex_unlock(&q->lock);
        if (i >= q->n)
            return NULL;
        pl_tree_layer_read(&q->layers[i]);
    }
}

pl_status pl_tree_layers_read(struct pl_tree_layer *layers, size_t n, unsigned jobs, struct pl_err *err)
{
    enum { MAX_THREADS = 16 };
    struct queue q = {.layers = layers, .n = n, .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[MAX_THREADS];
    size_t started = 0;
    size_t wanted = jobs < n ? jobs : n;
    while (started + 1 < wanted && started < MAX_THREADS &&
           pthread_create(&threads[started], NULL, work, &q) == 0)
        started++;
    (void)work(&q); /* this thread does its part, and all of it when no other could be started */
    for (size_t i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL); /* joinable and joined once */
    for (size_t i = 0; i < n; i++)
        if (layers[i].st != PL_OK) {
            if (err != NULL)
                *err = layers[i].err;
            return layers[i].st;
        }
    return PL_OK;
}
