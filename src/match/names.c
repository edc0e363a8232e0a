/*
 * names.c - one hash map for each kind of name.
 */
#include "match/names.h"

#include "base/map.h"
#include "match/debian.h"

#include <pthread.h>
#include <stdlib.h>

#define ARENA_BYTES (256u << 20) /* names of scripts, written anew */

struct pl_names {
    pthread_mutex_t lock;
    struct pl_map maps[PL_NAME_KINDS];
    bool is_built[PL_NAME_KINDS];
    pl_status st[PL_NAME_KINDS];
    struct pl_err why[PL_NAME_KINDS];
    struct pl_arena arena;
};

pl_status pl_names_new(struct pl_names **out, struct pl_err *err)
{
    struct pl_names *n = calloc(1, sizeof *n);
    if (n == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < PL_NAME_KINDS; i++)
        pl_map_init(&n->maps[i]);
    pl_arena_init(&n->arena, ARENA_BYTES);
    (void)pthread_mutex_init(&n->lock, NULL); /* default attributes cannot fail on Linux */
    *out = n;
    return PL_OK;
}

void pl_names_free(struct pl_names *n)
{
    if (n == NULL)
        return;
    for (size_t i = 0; i < PL_NAME_KINDS; i++)
        pl_map_reset(&n->maps[i]);
    pl_arena_reset(&n->arena);
    (void)pthread_mutex_destroy(&n->lock);
    free(n);
}

/* The path in the package without the folder that all of it is in: "Jinja2-3.1.2/". */
static pl_bytes inner_path(pl_bytes name)
{
    size_t slash = pl_bytes_find_byte(name, '/', 0);
    return slash == SIZE_MAX ? name : pl_bytes_from(name, slash + 1);
}

static pl_status add_python(struct pl_map *map, pl_bytes name, size_t i, struct pl_err *err)
{
    pl_status st = pl_map_set(map, inner_path(name), i, err);
    return st == PL_OK ? pl_map_add(map, name, i, NULL, err) : st;
}

static pl_status add_library(struct pl_map *map, const struct pl_file *f, size_t i, struct pl_err *err)
{
    /* What others' threads do not change. */
    struct pl_file alike = {.path = f->path, .name = f->name, .type = f->type};
    struct pl_deb_place place;
    if (alike.type == PL_ENTRY_SYMLINK)
        alike.type = PL_ENTRY_FILE;
    if (!pl_deb_place_of(&alike, &place) || place.is_control)
        return PL_OK;
    return pl_map_add(map, pl_bytes_basename(place.name), i, NULL, err);
}

static pl_status add_modules(struct pl_map *map, pl_bytes path, size_t i, struct pl_err *err)
{
    pl_bytes part;
    pl_status st = PL_OK;
    while (st == PL_OK && pl_bytes_split(&path, '/', &part)) {
        size_t dot = pl_bytes_find_byte(part, '.', 0);
        if (path.n > 0)
            st = pl_map_add(map, part, i, NULL, err);
        else if (dot != SIZE_MAX)
            st = pl_map_add(map, pl_bytes_sub(part, 0, dot), i, NULL, err);
    }
    return st;
}

static pl_status add_files(const struct pl_match *m, enum pl_name_kind kind, struct pl_map *map,
                           struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; st == PL_OK && i < m->n_files; i++) {
        const struct pl_file *f = m->files[i];
        if (kind == PL_NAME_WHOLE)
            st = pl_map_add(map, f->name, i, NULL, err);
        else if (kind == PL_NAME_PYTHON)
            st = add_python(map, f->name, i, err);
        else if (kind == PL_NAME_LIBRARY)
            st = add_library(map, f, i, err);
        else
            st = add_modules(map, f->name, i, err);
    }
    return st;
}

pl_bytes pl_name_of_written(struct pl_arena *arena, pl_bytes name)
{
    uint8_t *out = pl_arena_take(arena, name.n + 1);
    if (out == NULL)
        return (pl_bytes){NULL, 0};
    for (size_t i = 0; i < name.n; i++)
        out[i] = pl_is_digit(name.p[i]) ? '0' : name.p[i];
    return pl_bytes_of(out, name.n);
}

/* By each name that it may write: "a.defs.gen.sh" may write a.defs and a.defs.gen. */
static pl_status add_script(struct pl_names *n, pl_bytes base, uint64_t value, struct pl_err *err)
{
    static const char *const ends[] = {".gen", ".gen.in", ".sh",  ".sh.in",  ".pl",    ".pl.in",
                                       ".py",  ".py.in",  ".awk", ".awk.in", ".gen.sh"};
    pl_status st = PL_OK;
    for (size_t i = 0; st == PL_OK && i < sizeof ends / sizeof ends[0]; i++) {
        pl_bytes end = pl_bytes_of_str(ends[i]);
        if (!pl_bytes_ends(base, end))
            continue;
        pl_bytes name = pl_name_of_written(&n->arena, pl_bytes_sub(base, 0, base.n - end.n));
        st = name.p == NULL ? pl_arena_fail(&n->arena, err)
                            : pl_map_add(&n->maps[PL_NAME_SCRIPT], name, value, NULL, err);
    }
    return st;
}

static pl_status add_scripts(const struct pl_match *m, struct pl_names *n, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t t = 0; t < pl_index_tree_count(m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(m->index, t);
        for (size_t i = 0; st == PL_OK && tree->rank == PL_RANK_OWN && i < tree->files.n; i++)
            if (pl_bytes_starts(tree->files.v[i].data, PL_LIT("#!")))
                st = add_script(n, pl_bytes_basename(tree->files.v[i].path), (uint64_t)t << 32 | i, err);
    }
    return st;
}

const struct pl_source_file *pl_name_script_of(const struct pl_match *m, uint64_t value)
{
    return &pl_index_tree(m->index, (size_t)(value >> 32))->files.v[value & UINT32_MAX];
}

pl_status pl_names_build(const struct pl_match *m, enum pl_name_kind kind, struct pl_err *err)
{
    struct pl_names *n = m->names;
    if (n == NULL)
        return PL_OK;
    (void)pthread_mutex_lock(&n->lock); /* fails only on misuse */
    if (!n->is_built[kind]) {
        n->st[kind] = kind == PL_NAME_SCRIPT ? add_scripts(m, n, &n->why[kind])
                                             : add_files(m, kind, &n->maps[kind], &n->why[kind]);
        n->is_built[kind] = true;
    }
    pl_status st = n->st[kind];
    if (st != PL_OK && err != NULL)
        *err = n->why[kind];
    (void)pthread_mutex_unlock(&n->lock);
    return st;
}

bool pl_names_has(const struct pl_match *m, enum pl_name_kind kind, pl_bytes name, uint64_t *value)
{
    uint64_t unused;
    return m->names != NULL && pl_map_get(&m->names->maps[kind], name, value == NULL ? &unused : value);
}
