/*
 * supply.c - the front of the suppliers: options, the table, and who frees what.
 */
#include "supply/supplier.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUN_ARENA_BYTES    (1ull << 30)
#define RESULT_ARENA_BYTES (64u << 20)

#define PL_SUPPLIER(name) extern const struct pl_supplier pl_supplier_##name;
#include "supply/suppliers.def"
#undef PL_SUPPLIER

static const struct pl_supplier *const suppliers[] = {
#define PL_SUPPLIER(name) &pl_supplier_##name,
#include "supply/suppliers.def"
#undef PL_SUPPLIER
};

void pl_supply_log(struct pl_supply *s, enum pl_severity severity, const char *fmt, ...)
{
    char message[1024];
    va_list args;
    if (s->options.log == NULL)
        return;
    va_start(args, fmt);
    (void)vsnprintf(message, sizeof message, fmt, args); /* a longer message is cut */
    va_end(args);
    s->options.log(s->options.ctx, severity, message);
}

static pl_status keep_text(struct pl_supply *s, const char **text, struct pl_err *err)
{
    if (*text == NULL)
        return PL_OK;
    *text = pl_arena_str(&s->arena, pl_bytes_of_str(*text));
    return *text == NULL ? pl_arena_fail(&s->arena, err) : PL_OK;
}

static pl_status open_parts(struct pl_supply *s, struct pl_err *err)
{
    const struct pl_supply_options *o = &s->options;
    struct pl_http_options http = {
        .timeout_ms = o->timeout_ms, .progress = o->progress, .ctx = o->ctx, .pause = o->pause};
    pl_status st = keep_text(s, &s->options.apt_root, err);
    if (st == PL_OK)
        st = keep_text(s, &s->options.keyring, err);
    if (st == PL_OK)
        st = keep_text(s, &s->options.git_mirror, err);
    if (st == PL_OK)
        st = pl_cache_open(o->cache_dir, &s->cache, err);
    if (st == PL_OK && !o->is_offline)
        st = pl_http_open(&http, &s->http, err);
    s->options.cache_dir = NULL; /* the cache has it */
    return st;
}

pl_status pl_supply_open(const struct pl_supply_options *options, struct pl_supply **out, struct pl_err *err)
{
    struct pl_supply *s = calloc(1, sizeof *s);
    if (s == NULL)
        return pl_fail_nomem(err);
    s->options = *options;
    pl_arena_init(&s->arena, RUN_ARENA_BYTES);
    pl_status st = open_parts(s, err);
    if (st != PL_OK) {
        pl_supply_close(s);
        return st;
    }
    *out = s;
    return PL_OK;
}

void pl_supply_asking(const struct pl_supply *s, struct pl_ask *ask)
{
    ask->is_here = s == NULL || s->options.is_unconfined;
    ask->forking = s == NULL ? NULL : s->options.forking;
}

void pl_supply_set_deadline(struct pl_supply *s, uint64_t deadline_ns, uint32_t seconds)
{
    s->deadline_ns = deadline_ns;
    s->deadline_seconds = seconds;
    if (s->http != NULL)
        pl_http_set_deadline(s->http, deadline_ns, seconds);
}

void pl_supply_close(struct pl_supply *s)
{
    if (s == NULL)
        return;
    pl_debian_close(s->debian);
    pl_http_close(s->http);
    pl_cache_close(s->cache);
    pl_arena_reset(&s->arena);
    free(s);
}

static const struct pl_supplier *supplier_of(pl_bytes purl_type)
{
    for (size_t i = 0; i < sizeof suppliers / sizeof *suppliers; i++)
        if (pl_bytes_eq_str(purl_type, suppliers[i]->purl_type))
            return suppliers[i];
    return NULL;
}

bool pl_supply_knows(pl_bytes purl_type)
{
    return supplier_of(purl_type) != NULL;
}

static pl_status no_supplier(const struct pl_purl *purl, struct pl_err *err)
{
    char types[128] = "";
    size_t n = 0;
    for (size_t i = 0; i < sizeof suppliers / sizeof *suppliers && n < sizeof types; i++)
        n += (size_t)snprintf(types + n, sizeof types - n, "%s%s", i == 0 ? "" : ", ",
                              suppliers[i]->purl_type);
    (void)pl_fail(err, PL_E_UNSUPPORTED, 4, "nothing fetches packages of type %.*s yet", PL_ARG(purl->type));
    pl_err_hint(err, "types that are fetched: %s; of others name the file: plumb check FILE --source SRC",
                types);
    return PL_E_UNSUPPORTED;
}

pl_status pl_supply_fetch(struct pl_supply *s, const struct pl_purl *purl, struct pl_supplied **out,
                          struct pl_err *err)
{
    const struct pl_supplier *supplier = supplier_of(purl->type);
    if (supplier == NULL)
        return no_supplier(purl, err);
    pl_status st = supplier->fetch(s, purl, out, err);
    if (st == PL_E_NETWORK && s->options.is_offline) {
        struct pl_buf text;
        pl_buf_init(&text, PL_PURL_MAX_BYTES * 3);
        pl_purl_print(purl, &text);
        pl_err_hint(err, "run once without --offline: plumb check %.*s", PL_ARG(pl_buf_bytes(&text)));
        pl_buf_reset(&text);
    }
    return st;
}

pl_status pl_supply_fingerprint(struct pl_supply *s, const struct pl_purl *purl, pl_sha256 *out,
                                struct pl_err *err)
{
    const struct pl_supplier *supplier = supplier_of(purl->type);
    if (supplier == NULL)
        return no_supplier(purl, err);
    s->prefers_kept = true;
    pl_status st = supplier->fingerprint(s, purl, out, err);
    s->prefers_kept = false;
    return st;
}

pl_status pl_supply_versions(struct pl_supply *s, const struct pl_purl *purl, struct pl_arena *arena,
                             pl_bytes *out, size_t max, size_t *n, struct pl_err *err)
{
    const struct pl_supplier *supplier = supplier_of(purl->type);
    if (supplier == NULL || supplier->versions == NULL)
        return no_supplier(purl, err);
    s->prefers_kept = true;
    pl_status st = supplier->versions(s, purl, arena, out, max, n, err);
    s->prefers_kept = false;
    return st;
}

pl_status pl_supply_fetch_pinned(struct pl_supply *s, const struct pl_purl *purl, struct pl_supplied **out,
                                 struct pl_err *err)
{
    s->prefers_kept = true;
    pl_status st = pl_supply_fetch(s, purl, out, err);
    s->prefers_kept = false;
    return st;
}

void pl_supplied_let_go(const struct pl_supplied *s)
{
    const struct pl_supplied_whole *whole = (const struct pl_supplied_whole *)(const void *)s; /* its first */
    for (size_t i = 0; i < whole->n_files; i++)
        pl_mapping_let_go(&whole->files[i], 0, whole->files[i].bytes.n);
}

pl_status pl_supplied_new(size_t max_steps, struct pl_supplied_whole **out, struct pl_err *err)
{
    struct pl_supplied_whole *whole = calloc(1, sizeof *whole);
    if (whole == NULL)
        return pl_fail_nomem(err);
    pl_arena_init(&whole->arena, RESULT_ARENA_BYTES);
    whole->public.steps = pl_arena_take_n(&whole->arena, max_steps, sizeof *whole->public.steps);
    if (whole->public.steps == NULL) {
        pl_status st = pl_arena_fail(&whole->arena, err);
        pl_supplied_free(&whole->public);
        return st;
    }
    *out = whole;
    return PL_OK;
}

void pl_supplied_free(struct pl_supplied *s)
{
    if (s == NULL)
        return;
    struct pl_supplied_whole *whole = (struct pl_supplied_whole *)(void *)s; /* its first member */
    pl_mapping_close(&whole->package);
    for (size_t i = 0; i < whole->n_files; i++)
        pl_mapping_close(&whole->files[i]);
    pl_arena_reset(&whole->arena);
    free(whole);
}

pl_status pl_supply_derived_read(struct pl_supply *s, const pl_sha256 *of, const char *form, uint8_t **heap,
                                 size_t *n, struct pl_err *err)
{
    return pl_cache_derived_read(s->cache, of, form, heap, n, err);
}

pl_status pl_supply_derived_write(struct pl_supply *s, const pl_sha256 *of, const char *form,
                                  pl_bytes derived, struct pl_err *err)
{
    return pl_cache_derived_write(s->cache, of, form, derived, err);
}
