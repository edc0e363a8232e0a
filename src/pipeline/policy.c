/*
 * policy.c - policies from files, and where they are found.
 */
#include "plumbline/policy.h"

#include "base/date.h"
#include "base/yaml_in.h"
#include "io/clock.h"
#include "io/read.h"
#include "io/upwards.h"
#include "judge/baseline.h"
#include "judge/ruleset.h"
#include "pipeline/policy.h"

#include <stdlib.h>
#include <string.h>

#define POLICY_FILE "plumb.yaml"
#define FIND_MEMORY ((size_t)16 << 20)

/* The baseline lies beside the policy. */
const char *pl_baseline_path(const struct pl_ruleset *p, struct pl_arena *arena, struct pl_err *err)
{
    const char *slash = strrchr(p->name, '/');
    int folder = slash == NULL ? 0 : (int)(slash - p->name) + 1;
    const char *path = pl_arena_printf(arena, "%.*s%s", folder, p->name, p->baseline_file);
    if (path == NULL)
        (void)pl_arena_fail(arena, err); /* the caller fails with it */
    return path;
}

static pl_status read_baseline(struct pl_ruleset *p, const struct pl_policy_signers *by, struct pl_err *err)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    const char *path = pl_baseline_path(p, &p->arena, err);
    if (path == NULL)
        return p->arena.why;
    pl_status st = pl_io_read(path, PL_BASELINE_MAX_BYTES, &heap, &n, err);
    if (st != PL_OK)
        pl_err_hint(err, "plumb policy baseline %s REPORT... makes it", p->name);
    if (st == PL_OK)
        st = pl_policy_signed(path, pl_bytes_of(heap, n), PL_BASELINE_TYPE, by, err);
    if (st == PL_OK)
        st = pl_baseline_read(pl_bytes_of(heap, n), &p->baseline, err);
    free(heap);
    pl_err_about(err, path);
    return st;
}

/* A gate without its policy does not open: whatever kept it from being read is a matter of configuration. */
static pl_status as_usage(pl_status st, struct pl_err *err)
{
    if (st != PL_E_NOT_FOUND && st != PL_E_IO && st != PL_E_LIMIT)
        return st;
    if (err != NULL)
        err->status = PL_E_USAGE;
    pl_err_hint(err, "a policy is a file, or one of builtin:strict, release, observe, vendor-binary, distro");
    return PL_E_USAGE;
}

pl_status pl_policy_read(const char *path, int64_t at_s, const struct pl_policy_signers *by,
                         struct pl_ruleset **out, struct pl_err *err)
{
    uint8_t *heap = NULL;
    size_t n = 0;
    if (strncmp(path, "builtin:", 8) == 0)
        return pl_ruleset_builtin(path, out, err);
    pl_status st = pl_io_read(path, PL_YAML_MAX_BYTES, &heap, &n, err);
    if (st == PL_OK)
        st = pl_policy_signed(path, pl_bytes_of(heap, n), PL_POLICY_TYPE, by, err);
    if (st == PL_OK)
        st = pl_ruleset_read(pl_bytes_of(heap, n), path, at_s == 0 ? pl_clock_utc_s() : at_s, out, err);
    free(heap);
    st = as_usage(st, err);
    pl_err_about(err, path);
    return st;
}

pl_status pl_policy_open_signed(const char *path, int64_t at_s, const char *const *keys, size_t n_keys,
                                struct pl_ruleset **out, struct pl_err *err)
{
    const struct pl_policy_signers by = {.keys = keys, .n = n_keys};
    struct pl_ruleset *p = NULL;
    pl_status st = pl_policy_read(path, at_s, &by, &p, err);
    if (st == PL_OK && p->baseline_file != NULL)
        st = as_usage(read_baseline(p, &by, err), err);
    if (st == PL_OK)
        *out = p;
    else
        pl_ruleset_free(p);
    return st;
}

pl_status pl_policy_open(const char *path, int64_t at_s, struct pl_ruleset **out, struct pl_err *err)
{
    return pl_policy_open_signed(path, at_s, NULL, 0, out, err);
}

void pl_policy_free(struct pl_ruleset *p)
{
    pl_ruleset_free(p);
}

pl_status pl_policy_find(const char *const *judged, size_t n_judged, const struct pl_observer *observer,
                         char **out, struct pl_err *err)
{
    struct pl_arena arena;
    const char *found = NULL;
    size_t passed_over = 0;
    pl_arena_init(&arena, FIND_MEMORY);
    pl_status st = pl_io_find_upwards(POLICY_FILE, judged, n_judged, &arena, &found, &passed_over, err);
    *out = found == NULL ? NULL : strdup(found);
    if (st == PL_OK && found != NULL && *out == NULL)
        st = pl_fail_nomem(err);
    if (st == PL_OK && passed_over > 0 && observer != NULL && observer->log != NULL)
        observer->log(observer->ctx, PL_LOG_WARNING,
                      "a " POLICY_FILE
                      " inside of the package or the source is not read: what is judged never "
                      "configures its judge (--policy names one)");
    pl_arena_reset(&arena);
    return st;
}

pl_status pl_policy_is_outside(const char *path, const char *const *subjects, size_t n_subjects,
                               struct pl_err *err)
{
    if (strncmp(path, "builtin:", 8) == 0 || !pl_io_is_inside(path, subjects, n_subjects))
        return PL_OK;
    pl_status st = pl_fail(err, PL_E_USAGE, PL_NO_OFFSET,
                           "this policy lies inside of the subject, which never configures its judge");
    pl_err_about(err, path);
    pl_err_hint(err, "keep the policy outside of what it judges");
    return st;
}

const char *pl_policy_builtin(size_t i)
{
    const struct pl_builtin_policy *one = pl_builtin_policy_at(i);
    return one == NULL ? NULL : one->name;
}

bool pl_time_parse(const char *text, int64_t *out)
{
    return pl_date_parse(pl_bytes_of_str(text), out);
}
