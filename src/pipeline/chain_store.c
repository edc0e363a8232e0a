/*
 * chain_store.c - one small JSON file a component, in the cache's folder of derived things.
 *
 * The name is a digest over what was asked. Inside stands a fingerprint of what the publisher's index said of package and source: when that is
 * another one now, the result is not used. A result that had no source to look at is asked again after a day, since the reason is mostly the
 * network's. Whoever can write the cache can write results into it; SECURITY.md says so.
 */
#include "pipeline/chain_store.h"

#include "base/json_in.h"
#include "io/clock.h"
#include "io/host.h"
#include "judge/policy.h"

#include <stdlib.h>
#include <string.h>

#define FORM             "chain-2"
#define MAX_STRING_BYTES (1u << 16)
#define MAX_ITEMS        256u
#define UNSOURCED_S      86400u

pl_status pl_chain_result_key(const struct pl_component *c, const struct pl_chain_options *chain_options,
                              pl_sha256 *out, struct pl_err *err)
{
    const struct pl_check_options *options = &chain_options->check;
    struct pl_policy policy = pl_policy_default();
    char build[PL_HOST_BUILD_BYTES];
    struct pl_buf text;
    pl_host_build(build);
    pl_buf_init(&text, 1u << 20);
    pl_buf_printf(&text, "%s\n%s %s\n%s\n%s\n", FORM, PL_VERSION, build, policy.name, c->purl);
    pl_buf_printf(&text, "%s %s\n", c->pinned_hex == NULL ? "" : c->pinned_algorithm,
                  c->pinned_hex == NULL ? "" : c->pinned_hex);
    pl_buf_printf(&text, "%u\n", chain_options->component_seconds);
    pl_buf_printf(&text, "%s\n%s\n", options->git_mirror == NULL ? "" : options->git_mirror,
                  options->system_root == NULL ? "" : options->system_root);
    pl_status st = pl_buf_done(&text, err);
    if (st == PL_OK)
        st = pl_sha256_of(pl_buf_bytes(&text), out, err);
    pl_buf_reset(&text);
    return st;
}

static void put_digest(struct pl_json *j, const char *key, const pl_sha256 *digest)
{
    char hex[PL_SHA256_HEX_BYTES];
    pl_hex(digest->b, PL_SHA256_BYTES, hex);
    pl_json_kv_str(j, key, hex);
}

static void put_lists(struct pl_json *j, const struct pl_component_result *r)
{
    pl_json_key(j, "links");
    pl_json_array(j);
    for (int i = 0; i < PL_LINK_COUNT; i++) {
        pl_json_object(j);
        pl_json_kv_u64(j, "verdict", (uint64_t)r->links[i].verdict);
        pl_json_kv_str(j, "why", r->links[i].why);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
    pl_json_key(j, "sources");
    pl_json_array(j);
    for (size_t i = 0; i < r->n_sources; i++) {
        const struct pl_component_source *s = &r->sources[i];
        pl_json_object(j);
        pl_json_kv_str(j, "name", s->name);
        pl_json_kv_str(j, "uri", s->uri);
        pl_json_kv_str(j, "revision", s->revision);
        pl_json_kv_str(j, "sha256", s->sha256);
        pl_json_kv_u64(j, "how", (uint64_t)s->how);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
    pl_json_key(j, "findings");
    pl_json_array(j);
    for (size_t i = 0; i < r->n_findings; i++) {
        const struct pl_component_finding *f = &r->findings[i];
        pl_json_object(j);
        pl_json_kv_str(j, "tag", f->tag);
        pl_json_kv_u64(j, "severity", (uint64_t)f->severity);
        pl_json_kv_str(j, "path", f->path);
        pl_json_kv_str(j, "message", f->message);
        pl_json_kv_str(j, "sha256", f->sha256);
        if (f->offset != PL_NO_OFFSET)
            pl_json_kv_u64(j, "offset", f->offset);
        pl_json_kv_u64(j, "length", f->length);
        pl_json_end_object(j);
    }
    pl_json_end_array(j);
}

static void put_grades(struct pl_json *j, const char *key, const uint64_t *grades)
{
    pl_json_key(j, key);
    pl_json_array(j);
    for (int g = PL_GRADE_A; g < PL_GRADE_COUNT; g++)
        pl_json_u64(j, grades[g]);
    pl_json_end_array(j);
}

static void put_measure(struct pl_json *j, const struct pl_measure *m)
{
    pl_json_kv_u64(j, "active", m->active);
    pl_json_kv_u64(j, "active_unaccounted", m->active_unaccounted);
    pl_json_kv_u64(j, "passive", m->passive);
    pl_json_kv_u64(j, "passive_unaccounted", m->passive_unaccounted);
    put_grades(j, "code", m->code);
    put_grades(j, "text", m->text);
}

void pl_chain_result_print(const struct pl_component_result *r, const pl_sha256 *fingerprint,
                           uint64_t made_utc_s, struct pl_buf *out)
{
    struct pl_json j;
    pl_json_init(&j, out, 1);
    pl_json_object(&j);
    put_digest(&j, "fingerprint", fingerprint);
    pl_json_kv_u64(&j, "made", made_utc_s);
    pl_json_kv_u64(&j, "level", r->level);
    pl_json_kv_u64(&j, "violation", r->violation);
    pl_json_kv_u64(&j, "exit", (uint64_t)r->exit);
    if (r->has_digest)
        put_digest(&j, "sha256", &r->sha256);
    pl_json_kv_u64(&j, "size", r->size);
    pl_json_kv_u64(&j, "total_bytes", r->total_bytes);
    pl_json_kv_u64(&j, "unaccounted", r->unaccounted);
    pl_json_kv_u64(&j, "opaque", r->opaque);
    put_measure(&j, &r->measure);
    pl_json_kv_u64(&j, "errors", r->errors);
    pl_json_kv_u64(&j, "warnings", r->warnings);
    put_lists(&j, r);
    pl_json_end_object(&j);
    pl_buf_add_byte(out, '\n');
}

static bool take_text(struct pl_json_in *j, struct pl_arena *arena, const char **out)
{
    pl_bytes text;
    if (pl_json_in_is_null(j)) {
        *out = NULL;
        return true;
    }
    if (!pl_json_in_string(j, &text))
        return false;
    *out = pl_arena_str(arena, text);
    return *out != NULL || pl_json_in_fail(j, j->value_at, PL_E_NOMEM, "out of memory");
}

static bool take_below(struct pl_json_in *j, uint64_t below, uint64_t *out)
{
    if (!pl_json_in_u64(j, out))
        return false;
    return *out < below || pl_json_in_fail(j, j->value_at, PL_E_INPUT, "a number that is too large");
}

static bool take_digest(struct pl_json_in *j, pl_sha256 *out)
{
    pl_bytes hex;
    if (!pl_json_in_string(j, &hex))
        return false;
    return pl_unhex(hex, out->b, PL_SHA256_BYTES) ||
           pl_json_in_fail(j, j->value_at, PL_E_INPUT, "not a sha256");
}

static bool take_links(struct pl_json_in *j, struct pl_arena *arena, struct pl_component_result *out)
{
    size_t n = 0;
    if (!pl_json_in_array(j))
        return false;
    while (pl_json_in_item(j)) {
        pl_bytes key;
        uint64_t verdict = 0;
        if (n == PL_LINK_COUNT)
            return pl_json_in_fail(j, j->value_at, PL_E_INPUT, "too many links");
        if (!pl_json_in_object(j))
            return false;
        while (pl_json_in_key(j, &key)) {
            bool is_read = pl_bytes_eq_str(key, "verdict") ? take_below(j, PL_VERDICT_UNPROVEN + 1, &verdict)
                           : pl_bytes_eq_str(key, "why")   ? take_text(j, arena, &out->links[n].why)
                                                           : pl_json_in_skip(j);
            if (!is_read)
                return false;
        }
        out->links[n++].verdict = (enum pl_verdict)verdict;
    }
    return n == PL_LINK_COUNT || pl_json_in_fail(j, j->value_at, PL_E_INPUT, "too few links");
}

static bool take_source(struct pl_json_in *j, struct pl_arena *arena, struct pl_component_source *s)
{
    pl_bytes key;
    uint64_t how = 0;
    const char *hex = "";
    if (!pl_json_in_object(j))
        return false;
    while (pl_json_in_key(j, &key)) {
        const char **text = pl_bytes_eq_str(key, "name")       ? &s->name
                            : pl_bytes_eq_str(key, "uri")      ? &s->uri
                            : pl_bytes_eq_str(key, "revision") ? &s->revision
                            : pl_bytes_eq_str(key, "sha256")   ? &hex
                                                               : NULL;
        bool is_read = text != NULL                  ? take_text(j, arena, text)
                       : pl_bytes_eq_str(key, "how") ? take_below(j, PL_HOW_CLAIMED + 1, &how)
                                                     : pl_json_in_skip(j);
        if (!is_read)
            return false;
    }
    s->how = (enum pl_how)how;
    if (hex == NULL || strlen(hex) >= sizeof s->sha256)
        return pl_json_in_fail(j, j->value_at, PL_E_INPUT, "not a sha256");
    memcpy(s->sha256, hex, strlen(hex) + 1);
    return true;
}

static bool take_finding(struct pl_json_in *j, struct pl_arena *arena, struct pl_component_finding *f)
{
    pl_bytes key;
    uint64_t severity = 0;
    const char *hex = "";
    f->offset = PL_NO_OFFSET;
    if (!pl_json_in_object(j))
        return false;
    while (pl_json_in_key(j, &key)) {
        const char **text = pl_bytes_eq_str(key, "tag")       ? &f->tag
                            : pl_bytes_eq_str(key, "path")    ? &f->path
                            : pl_bytes_eq_str(key, "message") ? &f->message
                            : pl_bytes_eq_str(key, "sha256")  ? &hex
                                                              : NULL;
        bool is_read = text != NULL                       ? take_text(j, arena, text)
                       : pl_bytes_eq_str(key, "severity") ? take_below(j, PL_SEVERITY_ERROR + 1, &severity)
                       : pl_bytes_eq_str(key, "offset")   ? pl_json_in_u64(j, &f->offset)
                       : pl_bytes_eq_str(key, "length")   ? pl_json_in_u64(j, &f->length)
                                                          : pl_json_in_skip(j);
        if (!is_read)
            return false;
    }
    f->severity = (enum pl_severity)severity;
    if (hex == NULL || strlen(hex) >= sizeof f->sha256)
        return pl_json_in_fail(j, j->value_at, PL_E_INPUT, "not a sha256");
    memcpy(f->sha256, hex, strlen(hex) + 1);
    return true;
}

/* A list whose items are read one by one into an array of MAX_ITEMS places. */
static bool take_sources(struct pl_json_in *j, struct pl_arena *arena, struct pl_component_result *out)
{
    out->sources = pl_arena_take_n(arena, MAX_ITEMS, sizeof *out->sources);
    if (out->sources == NULL)
        return pl_json_in_fail(j, j->at, PL_E_NOMEM, "out of memory");
    if (!pl_json_in_array(j))
        return false;
    while (pl_json_in_item(j)) {
        if (out->n_sources == MAX_ITEMS)
            return pl_json_in_fail(j, j->at, PL_E_LIMIT, "too many sources");
        if (!take_source(j, arena, &out->sources[out->n_sources++]))
            return false;
    }
    return true;
}

static bool take_findings(struct pl_json_in *j, struct pl_arena *arena, struct pl_component_result *out)
{
    out->findings = pl_arena_take_n(arena, MAX_ITEMS, sizeof *out->findings);
    if (out->findings == NULL)
        return pl_json_in_fail(j, j->at, PL_E_NOMEM, "out of memory");
    if (!pl_json_in_array(j))
        return false;
    while (pl_json_in_item(j)) {
        if (out->n_findings == MAX_ITEMS)
            return pl_json_in_fail(j, j->at, PL_E_LIMIT, "too many findings");
        if (!take_finding(j, arena, &out->findings[out->n_findings++]))
            return false;
    }
    return true;
}

static bool take_grades(struct pl_json_in *j, uint64_t *grades)
{
    int g = PL_GRADE_A;
    if (!pl_json_in_array(j))
        return false;
    while (pl_json_in_item(j)) {
        if (g == PL_GRADE_COUNT)
            return pl_json_in_fail(j, j->at, PL_E_INPUT, "too many grades");
        if (!pl_json_in_u64(j, &grades[g++]))
            return false;
    }
    return j->why == PL_OK;
}

/* Where the number at a key goes; NULL when the key is no number's. */
static uint64_t *number_at(pl_bytes key, struct pl_component_result *r, uint64_t small[3], uint64_t *made)
{
    const struct {
        const char *key;
        uint64_t *at;
    } all[] = {{"made", made},
               {"level", &small[0]},
               {"violation", &small[1]},
               {"exit", &small[2]},
               {"size", &r->size},
               {"total_bytes", &r->total_bytes},
               {"unaccounted", &r->unaccounted},
               {"opaque", &r->opaque},
               {"active", &r->measure.active},
               {"active_unaccounted", &r->measure.active_unaccounted},
               {"passive", &r->measure.passive},
               {"passive_unaccounted", &r->measure.passive_unaccounted},
               {"errors", &r->errors},
               {"warnings", &r->warnings}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (pl_bytes_eq_str(key, all[i].key))
            return all[i].at;
    return NULL;
}

pl_status pl_chain_result_parse(pl_bytes text, struct pl_arena *arena, struct pl_component_result *out,
                                pl_sha256 *fingerprint, uint64_t *made_utc_s, struct pl_err *err)
{
    struct pl_json_in j;
    struct pl_component_result r = {0};
    pl_bytes key;
    uint64_t small[3] = {0}; /* level, violation, exit */
    bool has_links = false;
    bool is_read = true;
    pl_json_in_init(&j, text, arena, MAX_STRING_BYTES, "result");
    is_read = pl_json_in_object(&j);
    while (is_read && pl_json_in_key(&j, &key)) {
        uint64_t *number = number_at(key, &r, small, made_utc_s);
        if (number != NULL) {
            is_read = pl_json_in_u64(&j, number);
        } else if (pl_bytes_eq_str(key, "fingerprint")) {
            is_read = take_digest(&j, fingerprint);
        } else if (pl_bytes_eq_str(key, "sha256")) {
            is_read = r.has_digest = take_digest(&j, &r.sha256);
        } else if (pl_bytes_eq_str(key, "links")) {
            is_read = has_links = take_links(&j, arena, &r);
        } else if (pl_bytes_eq_str(key, "sources")) {
            is_read = take_sources(&j, arena, &r);
        } else if (pl_bytes_eq_str(key, "code")) {
            is_read = take_grades(&j, r.measure.code);
        } else if (pl_bytes_eq_str(key, "text")) {
            is_read = take_grades(&j, r.measure.text);
        } else {
            is_read = pl_bytes_eq_str(key, "findings") ? take_findings(&j, arena, &r) : pl_json_in_skip(&j);
        }
    }
    pl_status st = pl_json_in_done(&j, err);
    if (st == PL_OK &&
        (!has_links || small[0] > PL_LEVEL_MAX || small[1] > PL_LEVEL_MAX || small[2] > PL_EXIT_BUG))
        st = pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "result: not whole");
    if (st != PL_OK)
        return st;
    r.level = (unsigned)small[0];
    r.violation = (unsigned)small[1];
    r.exit = (enum pl_exit)small[2];
    *out = r;
    return PL_OK;
}

pl_status pl_chain_result_read(struct pl_supply *s, const struct pl_purl *purl, const pl_sha256 *key,
                               struct pl_arena *arena, struct pl_component_result *out, struct pl_err *err)
{
    struct pl_component_result r;
    pl_sha256 was = {{0}};
    pl_sha256 is = {{0}};
    uint64_t made = 0;
    uint8_t *heap = NULL;
    size_t n = 0;
    pl_status st = pl_supply_derived_read(s, key, FORM, &heap, &n, err);
    if (st == PL_OK)
        st = pl_chain_result_parse(pl_bytes_of(heap, n), arena, &r, &was, &made, err);
    free(heap);
    if (st != PL_OK)
        return st == PL_E_NOMEM ? st : PL_E_NOT_FOUND;
    if (r.links[PL_LINK_SOURCED].verdict == PL_VERDICT_UNCHECKED &&
        (uint64_t)pl_clock_utc_s() - made > UNSOURCED_S)
        return PL_E_NOT_FOUND;
    st = pl_supply_fingerprint(s, purl, &is, err);
    if (st != PL_OK || !pl_sha256_eq(&was, &is))
        return st == PL_E_NOMEM ? st : PL_E_NOT_FOUND;
    *out = r;
    return PL_OK;
}

pl_status pl_chain_result_write(struct pl_supply *s, const struct pl_purl *purl, const pl_sha256 *key,
                                const struct pl_component_result *r, struct pl_err *err)
{
    struct pl_buf text;
    pl_sha256 fingerprint;
    pl_status st = pl_supply_fingerprint(s, purl, &fingerprint, err);
    if (st != PL_OK)
        return st;
    pl_buf_init(&text, 64u << 20);
    pl_chain_result_print(r, &fingerprint, (uint64_t)pl_clock_utc_s(), &text);
    st = pl_buf_done(&text, err);
    if (st == PL_OK)
        st = pl_supply_derived_write(s, key, FORM, pl_buf_bytes(&text), err);
    pl_buf_reset(&text);
    return st;
}

static const char *keep(struct pl_arena *arena, const char *text)
{
    return text == NULL ? NULL : pl_arena_str(arena, pl_bytes_of_str(text));
}

pl_status pl_chain_result_keep(const struct pl_component_result *r, struct pl_arena *arena,
                               struct pl_component_result **out, struct pl_err *err)
{
    struct pl_component_result *copy = pl_arena_take(arena, sizeof *copy);
    if (copy == NULL)
        return pl_arena_fail(arena, err);
    *copy = *r;
    copy->sources = pl_arena_take_n(arena, r->n_sources + 1, sizeof *copy->sources);
    copy->findings = pl_arena_take_n(arena, r->n_findings + 1, sizeof *copy->findings);
    if (copy->sources == NULL || copy->findings == NULL)
        return pl_arena_fail(arena, err);
    for (int i = 0; i < PL_LINK_COUNT; i++)
        copy->links[i].why = keep(arena, r->links[i].why);
    for (size_t i = 0; i < r->n_sources; i++) {
        copy->sources[i] = r->sources[i];
        copy->sources[i].name = keep(arena, r->sources[i].name);
        copy->sources[i].uri = keep(arena, r->sources[i].uri);
        copy->sources[i].revision = keep(arena, r->sources[i].revision);
    }
    for (size_t i = 0; i < r->n_findings; i++) {
        copy->findings[i] = r->findings[i];
        copy->findings[i].tag = keep(arena, r->findings[i].tag);
        copy->findings[i].path = keep(arena, r->findings[i].path);
        copy->findings[i].message = keep(arena, r->findings[i].message);
    }
    copy->delta_of = keep(arena, r->delta_of);
    copy->copy_at = keep(arena, r->copy_at);
    copy->delta = pl_arena_take_n(arena, r->n_delta + 1, sizeof *copy->delta);
    for (size_t i = 0; copy->delta != NULL && i < r->n_delta; i++) {
        copy->delta[i] = r->delta[i];
        copy->delta[i].path = keep(arena, r->delta[i].path);
        copy->delta[i].added_at = keep(arena, r->delta[i].added_at);
        copy->delta[i].removed_at = keep(arena, r->delta[i].removed_at);
    }
    if (arena->why != PL_OK)
        return pl_arena_fail(arena, err);
    *out = copy;
    return PL_OK;
}
