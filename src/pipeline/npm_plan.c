/*
 * npm_plan.c - names into a queue of packages, each in the versions that a lock file pins.
 *
 * Source: package.json(5); npm's lock files.
 */
#include "pipeline/npm_plan.h"

#include "format/text/jsonscan.h"

#include <stdlib.h>

static int by_name(const void *a, const void *b)
{
    const struct pl_npm_pin *x = a;
    const struct pl_npm_pin *y = b;
    int order = pl_bytes_cmp(x->locked.name, y->locked.name);
    return order != 0 ? order : x->order < y->order ? -1 : x->order > y->order;
}

static size_t first_of(const struct pl_npm_plan *p, pl_bytes name)
{
    size_t low = 0;
    size_t high = p->n_pins;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (pl_bytes_cmp(p->pins[mid].locked.name, name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Named as a dependency of any kind by the package.json of the source. */
bool pl_npm_is_declared(const struct pl_npm_plan *p, pl_bytes name)
{
    static const char *const kinds[] = {"dependencies", "devDependencies"};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct pl_json_members list = pl_json_members_of(pl_json_find(p->manifest, kinds[k]));
        struct pl_json_member one;
        while (!list.is_bad && pl_json_members_next(&list, &one))
            if (pl_bytes_eq(one.key, name))
                return true;
    }
    return false;
}

/*
 * A package is never explained by itself: who got into one release would be explained in the next. That includes its other versions and
 * whatever name they go by in the lock file.
 */
bool pl_npm_is_subject(const struct pl_npm_plan *p, pl_bytes package)
{
    return pl_bytes_eq_str(package, p->subject);
}

/* Without a lock file: the newest version of what the manifests name. */
static bool want_newest(struct pl_npm_plan *p, pl_bytes name)
{
    for (size_t i = 0; i < p->n_pins; i++)
        if (pl_bytes_eq(p->pins[i].locked.name, name))
            return true;
    bool is_named = p->is_closing || pl_npm_is_declared(p, name);
    if (p->n_pins >= PL_NPM_MAX_PACKAGES || !is_named || pl_npm_is_subject(p, name))
        return false;
    pl_bytes kept = pl_arena_keep(p->arena, name); /* it may stand on a stack */
    if (kept.p == NULL)
        return false; /* the arena says so when it is asked next */
    p->pins[p->n_pins] = (struct pl_npm_pin){.locked = {.name = kept, .package = kept},
                                             .state = PL_NPM_WANTED,
                                             .is_tool = p->are_tools,
                                             .is_hinted = p->is_hinted};
    p->queue[p->n_queue++] = p->n_pins++;
    return true;
}

static bool want_locked(struct pl_npm_plan *p, pl_bytes name, size_t versions)
{
    size_t first = first_of(p, name);
    for (size_t i = first; i < p->n_pins && i < first + versions && pl_bytes_eq(p->pins[i].locked.name, name);
         i++) {
        p->pins[i].is_hinted = p->pins[i].is_hinted && p->is_hinted;
        if (p->pins[i].state == PL_NPM_UNWANTED && !pl_npm_is_subject(p, p->pins[i].locked.package)) {
            p->pins[i].state = PL_NPM_WANTED;
            p->pins[i].is_tool = p->are_tools;
            p->pins[i].is_hinted = p->is_hinted;
            p->queue[p->n_queue++] = i;
        }
    }
    return first < p->n_pins && pl_bytes_eq(p->pins[first].locked.name, name);
}

/* Add the first `versions` versions of a package to the queue; false when the lock file has none. */
bool pl_npm_want(struct pl_npm_plan *p, pl_bytes name, size_t versions)
{
    size_t before = p->n_queue;
    bool is_found = p->is_unlocked ? want_newest(p, name) : want_locked(p, name, versions);
    if (p->told != NULL && p->n_queue > before) {
        pl_wire_bytes(p->told, name);
        pl_wire_u64(p->told, versions);
    }
    return is_found;
}

/* The source asks for a package that its lock file does not have. */
static pl_status want_declared(struct pl_npm_plan *p, pl_bytes name, struct pl_err *err)
{
    if (pl_npm_want(p, name, 1) || p->is_unlocked || pl_npm_is_subject(p, name))
        return PL_OK;
    for (size_t i = 0; i < p->unlocked.n; i++)
        if (pl_bytes_eq(p->unlocked.v[i], name))
            return PL_OK;
    pl_bytes *slot = p->unlocked.n < PL_NPM_MAX_PACKAGES ? PL_VEC_ADD(&p->unlocked) : NULL;
    if (slot == NULL)
        return p->unlocked.n < PL_NPM_MAX_PACKAGES ? pl_fail_nomem(err) : PL_OK;
    *slot = name;
    return PL_OK;
}

/* The same version at a second place. */
static bool is_repeated(const struct pl_npm_plan *p, size_t i)
{
    for (size_t k = p->n_pins; k > 0 && pl_bytes_eq(p->pins[k - 1].locked.name, p->pins[i].locked.name); k--)
        if (pl_bytes_eq(p->pins[k - 1].locked.version, p->pins[i].locked.version))
            return true;
    return false;
}

pl_status pl_npm_plan_begin(struct pl_npm_plan *p, const pl_bytes *lock, struct pl_err *err)
{
    p->is_unlocked = lock == NULL;
    if (lock == NULL) {
        p->pins = calloc(PL_NPM_MAX_PACKAGES, sizeof *p->pins);
        p->queue = calloc(PL_NPM_MAX_PACKAGES, sizeof *p->queue);
        return p->pins == NULL || p->queue == NULL ? pl_fail_nomem(err) : PL_OK;
    }
    pl_status st = pl_npm_lock_read(*lock, &p->lock, err);
    if (st != PL_OK)
        return st;
    p->pins = calloc(p->lock.list.n + 1, sizeof *p->pins);
    p->queue = calloc(p->lock.list.n + 1, sizeof *p->queue);
    if (p->pins == NULL || p->queue == NULL)
        return pl_fail_nomem(err);
    for (size_t i = 0; i < p->lock.list.n; i++)
        p->pins[i] = (struct pl_npm_pin){.locked = p->lock.list.v[i], .order = i};
    if (p->lock.list.n > 1)
        qsort(p->pins, p->lock.list.n, sizeof p->pins[0], by_name);
    for (size_t i = 0; i < p->lock.list.n; i++)
        if (!is_repeated(p, i))
            p->pins[p->n_pins++] = p->pins[i];
    return PL_OK;
}

void pl_npm_plan_reset(struct pl_npm_plan *p)
{
    PL_VEC_FREE(&p->unlocked);
    free(p->pins);
    free(p->queue);
    PL_VEC_FREE(&p->lock.list);
}

/* The members of one list of a manifest. Those of `dependencies` have to be there. */
pl_status pl_npm_want_list(struct pl_npm_plan *p, pl_bytes manifest, const char *list, bool has_to_be,
                           struct pl_err *err)
{
    struct pl_json_members members = pl_json_members_of(pl_json_find(manifest, list));
    struct pl_json_member one;
    pl_status st = PL_OK;
    while (st == PL_OK && !members.is_bad && pl_json_members_next(&members, &one))
        if (has_to_be)
            st = want_declared(p, one.key, err);
        else
            (void)pl_npm_want(p, one.key, 1);
    return st;
}

/*
 * What a dependency depends on may have been taken in with it. Its peers are named by it and installed by whoever uses it: in a version
 * that the lock file has, else they are none.
 */
pl_status pl_npm_want_its_own(struct pl_npm_plan *p, const struct pl_npm_pin *pin, pl_bytes manifest,
                              struct pl_err *err)
{
    p->is_closing = true;
    p->is_hinted = pin->is_hinted;
    pl_status st = pl_npm_want_list(p, manifest, "dependencies", !pin->is_hinted, err);
    if (st == PL_OK && !p->is_unlocked)
        st = pl_npm_want_list(p, manifest, "peerDependencies", false, err);
    p->is_hinted = true; /* nobody minds when these are not there */
    if (st == PL_OK)
        st = pl_npm_want_list(p, manifest, "optionalDependencies", false, err);
    p->is_hinted = false;
    p->is_closing = false;
    return st;
}
