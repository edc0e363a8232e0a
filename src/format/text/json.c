/*
 * json.c - json_loadb(3) of jansson, with what ends it told apart.
 *
 * When memory runs out jansson 2.14 may have no word for it, blame the token that it was at, or go on without an item of an array. So its allocator
 * is wrapped in one that remembers; whatever the application has set is what allocates.
 */
#include "format/text/json.h"

#include <pthread.h>

static _Thread_local bool has_run_out;
static json_malloc_t take;
static json_free_t give;

static void *take_or_remember(size_t n)
{
    void *p = take(n);
    has_run_out |= p == NULL;
    return p;
}

static void wrap_allocator(void)
{
    json_get_alloc_funcs(&take, &give);
    json_set_alloc_funcs(take_or_remember, give);
}

pl_status pl_json_load(pl_bytes text, bool may_repeat, json_t **out, struct pl_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    json_error_t why;
    (void)pthread_once(&once, wrap_allocator); /* fails only on misuse */
    has_run_out = false;
    json_t *json = json_loadb(text.n == 0 ? "" : (const char *)text.p, text.n,
                              may_repeat ? 0 : JSON_REJECT_DUPLICATES, &why);
    if (has_run_out) {
        json_decref(json);
        return pl_fail_nomem(err);
    }
    if (json == NULL)
        return pl_fail(err, PL_E_INPUT, why.position > 0 ? (uint64_t)why.position : 0, "%s", why.text);
    *out = json;
    return PL_OK;
}

void pl_json_prepare(void)
{
    json_object_seed(0);
}
