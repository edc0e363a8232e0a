/*
 * codebase_build.c - read all program text, number its definitions, resolve names and includes.
 *
 * An include is resolved by its path as it is written: every file of the sources whose path ends in it, the nearest ones when there are many.
 * Nobody knows the build's search path; a file too many costs precision, one too few a false alarm.
 */
#include "corpus/codebase_private.h"
#include "corpus/link_time.h"

#include "base/size.h"

#include <stdlib.h>
#include <string.h>

#define MAX_INCLUDED 4096u /* files that one unit reads */
#define MAX_ALIASES  64u   /* macros of one unit that stand for a name */

struct build {
    struct pl_codebase *cb;
    const struct pl_limits *limits;
    struct pl_id_list *lists;        /* per unit, while includes are resolved */
    uint32_t *seen[PL_PARALLEL_MAX]; /* per worker and unit: the last unit, counted from 1, that reached it */
    struct pl_arena arenas[PL_PARALLEL_MAX]; /* lists until they are joined */
};

/* Text that a compiler reads, once, and that no patch replaced. */
static enum pl_source_language language_of(const struct pl_codebase *cb, uint32_t unit)
{
    const struct pl_source_file *f = pl_index_unit_file(cb->index, unit);
    enum pl_source_language language = pl_source_language_of(f->path);
    if (language == PL_SOURCE_NONE || f->is_superseded || !pl_index_unit_is_text(cb->index, unit))
        return PL_SOURCE_NONE;
    pl_units same = pl_index_units_of_sha256(cb->index, &f->sha256);
    return same.n > 0 && same.v[0] != unit ? PL_SOURCE_NONE : language;
}

static pl_status read_unit(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    struct build *b = ctx;
    struct pl_codebase *cb = b->cb;
    enum pl_source_language language = language_of(cb, (uint32_t)i);
    if (language == PL_SOURCE_NONE)
        return PL_OK;
    pl_status st = pl_source_code_of(pl_index_unit_file(cb->index, (uint32_t)i)->data, language, b->limits,
                                     &cb->arenas[worker], &cb->code[i], err);
    /* A full arena is no property of the file: which one meets it depends on the threads. */
    cb->code[i].is_left_out = st == PL_E_LIMIT && cb->arenas[worker].why == PL_OK;
    return cb->code[i].is_left_out ? PL_OK : st;
}

static pl_status number(struct pl_codebase *cb, struct pl_err *err)
{
    size_t n = 0;
    for (size_t u = 0; u < cb->n_units; u++)
        n += cb->code[u].n_definitions;
    if (n >= PL_NO_DEFINITION)
        return pl_fail(err, PL_E_LIMIT, PL_NO_OFFSET, "code: more than 4,294,967,294 definitions");
    cb->entries = calloc(n + 1, sizeof *cb->entries);
    if (cb->entries == NULL)
        return pl_fail_nomem(err);
    for (size_t u = 0; u < cb->n_units; u++) {
        cb->unit_first[u] = (uint32_t)cb->n;
        for (size_t i = 0; i < cb->code[u].n_definitions; i++) {
            const struct pl_definition *d = &cb->code[u].definitions[i];
            cb->entries[cb->n++] = (struct pl_codebase_entry){d, cb->code[u].atoms, (uint32_t)u};
            cb->n_functions += d->kind == PL_DEFINITION_FUNCTION;
        }
    }
    cb->unit_first[cb->n_units] = (uint32_t)cb->n;
    return PL_OK;
}

struct named {
    uint64_t hash;
    uint32_t id;
};

static int by_hash(const void *a, const void *b)
{
    const struct named *x = a;
    const struct named *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

typedef PL_VEC(struct named) named_list;

static bool add_name(named_list *all, uint64_t hash, size_t id)
{
    struct named *slot = PL_VEC_ADD(all);
    if (slot != NULL)
        *slot = (struct named){hash, (uint32_t)id};
    return slot != NULL;
}

static pl_bytes macro_word(const struct pl_codebase_entry *macro)
{
    return macro->atoms[macro->definition->first_atom].text;
}

/* The other names that a macro of its own unit gives a function: vasnprintf.c defines VASNPRINTF as vasnprintf, then a function of that name. */
static bool add_aliases(const struct pl_codebase *cb, uint32_t unit, named_list *all)
{
    uint32_t macros[MAX_ALIASES];
    size_t n = 0;
    for (uint32_t i = cb->unit_first[unit]; i < cb->unit_first[unit + 1] && n < MAX_ALIASES; i++) {
        const struct pl_definition *d = cb->entries[i].definition;
        if (d->kind == PL_DEFINITION_MACRO && !(d->flags & PL_DEFINITION_CALL_LIKE) && d->n_atoms == 1 &&
            cb->entries[i].atoms[d->first_atom].kind == PL_ATOM_NAME)
            macros[n++] = i;
    }
    for (uint32_t i = cb->unit_first[unit]; i < cb->unit_first[unit + 1]; i++)
        for (size_t k = 0; k < n && cb->entries[i].definition->kind == PL_DEFINITION_FUNCTION; k++)
            if (pl_bytes_eq(cb->entries[macros[k]].definition->name, cb->entries[i].definition->name) &&
                !add_name(all, pl_atom_hash_text(macro_word(&cb->entries[macros[k]])), i))
                return false;
    return true;
}

static pl_status index_names(struct pl_codebase *cb, struct pl_err *err)
{
    named_list all = {0};
    bool is_good = true;
    for (size_t i = 0; i < cb->n && is_good; i++)
        if (cb->entries[i].definition->name.n > 0)
            is_good = add_name(&all, pl_atom_hash_text(cb->entries[i].definition->name), i);
    for (uint32_t u = 0; u < cb->n_units && is_good; u++)
        is_good = add_aliases(cb, u, &all);
    cb->names.keys = calloc(all.n + 1, sizeof *cb->names.keys);
    cb->names.ids = calloc(all.n + 1, sizeof *cb->names.ids);
    if (!is_good || cb->names.keys == NULL || cb->names.ids == NULL) {
        PL_VEC_FREE(&all);
        return pl_fail_nomem(err);
    }
    if (all.n > 1)
        qsort(all.v, all.n, sizeof *all.v, by_hash);
    for (size_t i = 0; i < all.n; i++) {
        cb->names.keys[i] = all.v[i].hash;
        cb->names.ids[i] = all.v[i].id;
    }
    cb->names.n = all.n;
    PL_VEC_FREE(&all);
    return pl_key_table_finish(&cb->names, err);
}

/* Without leading "./" and "../": where they lead depends on a place that only the build knows. */
static pl_bytes bare_include(pl_bytes path)
{
    for (;;) {
        if (pl_bytes_starts(path, PL_LIT("./")))
            path = pl_bytes_from(path, 2);
        else if (pl_bytes_starts(path, PL_LIT("../")))
            path = pl_bytes_from(path, 3);
        else
            return path;
    }
}

static bool is_suffix_path(pl_bytes path, pl_bytes wanted)
{
    return pl_bytes_ends(path, wanted) && (path.n == wanted.n || path.p[path.n - wanted.n - 1] == '/');
}

/* Files whose path ends in `wanted`; the nearest PL_SAME_INCLUDE. */
static size_t find_nearest(const struct pl_codebase *cb, uint32_t unit, pl_bytes wanted,
                           uint32_t out[PL_SAME_INCLUDE])
{
    pl_bytes here = pl_index_unit_file(cb->index, unit)->path;
    size_t near[PL_SAME_INCLUDE];
    size_t n = 0;
    pl_units found = pl_index_units_of_name(cb->index, pl_bytes_basename(wanted));
    for (size_t i = 0; i < found.n; i++) {
        pl_bytes path = pl_index_unit_file(cb->index, found.v[i])->path;
        if (found.v[i] == unit || !is_suffix_path(path, wanted))
            continue;
        size_t front = pl_bytes_common_start(here, path);
        size_t at = n < PL_SAME_INCLUDE ? n++ : n;
        while (at > 0 && near[at - 1] < front) {
            if (at < PL_SAME_INCLUDE) {
                near[at] = near[at - 1];
                out[at] = out[at - 1];
            }
            at--;
        }
        if (at < PL_SAME_INCLUDE) {
            near[at] = front;
            out[at] = found.v[i];
        }
    }
    return n;
}

/* Files that an #include may mean: those of that name, else the templates that configure makes them from, "gtools-h.in" or "gtools.h.in". */
size_t pl_codebase_resolve(const struct pl_codebase *cb, uint32_t unit, pl_bytes include,
                           uint32_t out[PL_SAME_INCLUDE])
{
    static const char *const ends[] = {".h.in", "-h.in", "_h.in"};
    char name[256];
    pl_bytes wanted = bare_include(include);
    size_t n = wanted.n == 0 ? 0 : find_nearest(cb, unit, wanted, out);
    if (wanted.n < 3 || wanted.n + 4 > sizeof name || !pl_bytes_ends(wanted, PL_LIT(".h")))
        return n;
    memcpy(name, wanted.p, wanted.n - 2);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0] && n == 0; i++) {
        memcpy(name + wanted.n - 2, ends[i], 5);
        n = find_nearest(cb, unit, pl_bytes_of(name, wanted.n + 3), out);
    }
    return n;
}

static pl_status resolve_unit(void *ctx, unsigned worker, size_t u, struct pl_err *err)
{
    struct build *b = ctx;
    struct pl_codebase *cb = b->cb;
    const struct pl_source_code *code = &cb->code[u];
    struct pl_arena *arena = &b->arenas[worker];
    if (code->n_includes == 0)
        return PL_OK;
    uint32_t *v = pl_arena_take_n(arena, code->n_includes, PL_SAME_INCLUDE * sizeof *v);
    size_t n = 0;
    if (v == NULL)
        return pl_arena_fail(arena, err);
    for (size_t i = 0; i < code->n_includes; i++)
        n += pl_codebase_resolve(cb, (uint32_t)u, code->includes[i], v + n);
    b->lists[u] = (struct pl_id_list){v, pl_ids_sort(v, n)};
    return PL_OK;
}

/* All that is reached from a unit, breadth first. */
static pl_status close_includes(void *ctx, unsigned worker, size_t u, struct pl_err *err)
{
    struct build *b = ctx;
    struct pl_codebase *cb = b->cb;
    struct pl_arena *arena = &b->arenas[worker];
    pl_ids reached = {0};
    pl_status st = PL_OK;
    uint32_t stamp = (uint32_t)u + 1;
    if (b->seen[worker] == NULL)
        b->seen[worker] = calloc(cb->n_units, sizeof *b->seen[worker]);
    uint32_t *seen = b->seen[worker];
    if (seen == NULL)
        return pl_fail_nomem(err);
    seen[u] = stamp;
    for (size_t at = 0; at <= reached.n && st == PL_OK && reached.n < MAX_INCLUDED; at++) {
        struct pl_id_list next = pl_id_lists_at(&cb->includes, at == 0 ? u : reached.v[at - 1]);
        for (size_t i = 0; i < next.n && st == PL_OK; i++) {
            if (seen[next.v[i]] == stamp)
                continue;
            uint32_t *slot = PL_VEC_ADD(&reached);
            if (slot == NULL)
                st = pl_fail_nomem(err);
            else
                *slot = next.v[i];
            seen[next.v[i]] = stamp;
        }
    }
    size_t n = pl_ids_sort(reached.v, reached.n);
    pl_bytes kept =
        pl_arena_keep(arena, pl_bytes_of(n > 0 ? (const void *)reached.v : "", n * sizeof *reached.v));
    if (st == PL_OK && kept.p == NULL)
        st = pl_arena_fail(arena, err);
    if (st == PL_OK)
        b->lists[u] = (struct pl_id_list){(const uint32_t *)(const void *)kept.p, n};
    PL_VEC_FREE(&reached);
    return st;
}

static pl_status index_includes(struct build *b, unsigned jobs, struct pl_err *err)
{
    struct pl_codebase *cb = b->cb;
    struct pl_id_lists near = {0};
    b->lists = calloc(cb->n_units + 1, sizeof *b->lists);
    if (b->lists == NULL)
        return pl_fail_nomem(err);
    for (unsigned i = 0; i < PL_PARALLEL_MAX; i++)
        pl_arena_init(&b->arenas[i], PL_CODEBASE_ARENA_BYTES);
    pl_status st = pl_parallel(jobs, cb->n_units, b, resolve_unit, err);
    if (st == PL_OK)
        st = pl_id_lists_join(b->lists, cb->n_units, &near, err);
    for (size_t i = 0; st == PL_OK && i < near.first[near.n]; i++)
        cb->is_included[near.v[i]] = 1;
    cb->includes = near;
    if (st == PL_OK)
        st = pl_parallel(jobs, cb->n_units, b, close_includes, err);
    cb->includes = (struct pl_id_lists){0};
    if (st == PL_OK)
        st = pl_id_lists_join(b->lists, cb->n_units, &cb->includes, err);
    pl_id_lists_free(&near);
    free(b->lists);
    for (unsigned i = 0; i < PL_PARALLEL_MAX; i++) {
        free(b->seen[i]);
        pl_arena_reset(&b->arenas[i]);
    }
    return st;
}

static pl_status build(struct pl_codebase *cb, const struct pl_limits *limits, unsigned jobs,
                       struct pl_err *err)
{
    struct build b = {.cb = cb, .limits = limits};
    cb->code = calloc(cb->n_units + 1, sizeof *cb->code);
    cb->unit_first = calloc(cb->n_units + 1, sizeof *cb->unit_first);
    cb->is_included = calloc(cb->n_units + 1, 1);
    if (cb->code == NULL || cb->unit_first == NULL || cb->is_included == NULL)
        return pl_fail_nomem(err);
    pl_status st = pl_parallel(jobs, cb->n_units, &b, read_unit, err);
    if (st == PL_OK)
        st = number(cb, err);
    if (st == PL_OK)
        st = index_names(cb, err);
    if (st == PL_OK)
        st = index_includes(&b, jobs, err);
    if (st == PL_OK)
        st = pl_codebase_build_places(cb, jobs, err);
    return st == PL_OK ? pl_codebase_build_features(cb, jobs, err) : st;
}

static bool is_linked_whole(const struct pl_index *ix)
{
    pl_source_ref ref;
    return pl_index_find_path(ix, PL_LIT("debian/rules"), &ref) &&
           pl_rules_ask_for_lto(pl_index_file(ix, ref)->data);
}

/* Is it a line of debian/control that names sources whose code a package holds, with a value of its own? */
static bool is_built_using(pl_bytes line)
{
    static const char *const fields[] = {"Built-Using:", "Static-Built-Using:"};
    static const char *const of_any[] = {"", "${misc:Built-Using}", "${misc:Static-Built-Using}"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        pl_bytes field = pl_bytes_of_str(fields[i]);
        pl_bytes value = pl_bytes_trim(pl_bytes_from(line, field.n));
        value = pl_bytes_ends(value, PL_LIT(",")) ? pl_bytes_sub(value, 0, value.n - 1) : value;
        if (pl_bytes_starts(line, field) &&
            !pl_bytes_is_one_of(value, of_any, sizeof of_any / sizeof of_any[0]))
            return true;
    }
    return false;
}

/*
 * Does the source say of each of its packages for a machine that it holds code of others: "Built-Using: ${orthancframework:Built-Using}"? Debian
 * Policy 7.8. What debhelper fills in for every package that has the line says nothing; nor does one package of several (bash-static).
 */
static bool holds_others(const struct pl_index *ix)
{
    pl_source_ref ref;
    pl_bytes line;
    if (!pl_index_find_path(ix, PL_LIT("debian/control"), &ref) ||
        pl_index_tree(ix, ref.tree)->rank != PL_RANK_OWN)
        return false;
    pl_bytes rest = pl_index_file(ix, ref)->data;
    bool is_package = false; /* of the paragraph */
    bool is_for_all = false;
    bool says_so = false;
    unsigned n = 0;
    while (pl_bytes_line(&rest, &line)) {
        is_package = is_package || pl_bytes_starts(line, PL_LIT("Package:"));
        is_for_all = is_for_all || (pl_bytes_starts(line, PL_LIT("Architecture:")) &&
                                    pl_bytes_eq_str(pl_bytes_trim(pl_bytes_from(line, 13)), "all"));
        says_so = says_so || is_built_using(line);
        if (pl_bytes_trim(line).n > 0 && rest.n > 0)
            continue;
        if (is_package && !is_for_all && !says_so)
            return false;
        n += is_package && !is_for_all;
        is_package = is_for_all = says_so = false;
    }
    return n > 0;
}

static bool links_all(const struct pl_codebase *cb)
{
    uint64_t functions[2] = {0, 0};
    for (size_t i = 0; i < cb->n; i++) {
        uint32_t unit = cb->entries[i].unit;
        enum pl_source_language language = pl_source_language_of(pl_index_unit_file(cb->index, unit)->path);
        bool is_linking = language == PL_SOURCE_RUST || language == PL_SOURCE_GO;
        if (pl_index_unit_is_own(cb->index, unit))
            functions[is_linking] += cb->entries[i].definition->kind == PL_DEFINITION_FUNCTION;
    }
    return functions[1] > functions[0];
}

pl_status pl_codebase_build(const struct pl_index *ix, const struct pl_limits *limits, unsigned jobs,
                            struct pl_codebase **out, struct pl_err *err)
{
    struct pl_codebase *cb = calloc(1, sizeof *cb);
    if (cb == NULL)
        return pl_fail_nomem(err);
    cb->index = ix;
    cb->n_units = pl_index_unit_count(ix);
    for (unsigned i = 0; i < PL_PARALLEL_MAX; i++)
        pl_arena_init(&cb->arenas[i], PL_CODEBASE_ARENA_BYTES);
    pl_status st = build(cb, limits, jobs, err);
    cb->links_all = st == PL_OK && (links_all(cb) || holds_others(ix));
    cb->is_linked_whole = is_linked_whole(cb->index);
    if (st == PL_OK)
        *out = cb;
    else
        pl_codebase_free(cb);
    return st;
}
