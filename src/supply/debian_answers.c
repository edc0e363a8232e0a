/*
 * debian_answers.c - answers kept under the state of the releases.
 *
 *     state     machine's sources in order: place, components, architectures, sha256 of the signed file or that it cannot be used
 *     key       sha256(program's build, state, question, purl)
 *     closure   "2 1\n", a purl a line, a need a line: "0 1\n", or "0 - libfoo\n" for what nothing satisfies
 *
 * A signed release file pins the digests of all its indices, so whatever they say of a package hangs on the state alone: as long as it is the same
 * there is no need to read hundreds of megabytes again. Signatures are checked by each supply, whether or not an answer was kept.
 */
#include "supply/debian_answers.h"

#include "io/host.h"
#include "plumbline/plumbline.h"

#include <stdlib.h>
#include <string.h>

#define FORM        "answer-1"
#define KEY_BYTES   (1u << 20)
#define MAX_ANSWER  (64u << 20)
#define MISSING_MAX 4096u

static pl_status key_of(struct pl_supply *s, const char *kind, const struct pl_purl *purl, pl_sha256 *out,
                        struct pl_err *err)
{
    char build[PL_HOST_BUILD_BYTES];
    char hex[PL_SHA256_HEX_BYTES];
    pl_sha256 state;
    struct pl_buf text;
    pl_status st = pl_debian_state(s, &state, err);
    if (st != PL_OK)
        return st;
    pl_host_build(build);
    pl_hex(state.b, PL_SHA256_BYTES, hex);
    pl_buf_init(&text, KEY_BYTES);
    pl_buf_printf(&text, "%s %s %s\n%s\n%s\n", FORM, PL_VERSION, build, hex, kind);
    pl_purl_print(purl, &text);
    st = pl_buf_done(&text, err);
    if (st == PL_OK)
        st = pl_sha256_of(pl_buf_bytes(&text), out, err);
    pl_buf_reset(&text);
    return st;
}

pl_status pl_debian_answer_read(struct pl_supply *s, const char *kind, const struct pl_purl *purl,
                                uint8_t **heap, size_t *n, struct pl_err *err)
{
    pl_sha256 key;
    pl_status st = key_of(s, kind, purl, &key, err);
    return st == PL_OK ? pl_cache_derived_read(s->cache, &key, FORM, heap, n, err) : st;
}

pl_status pl_debian_answer_write(struct pl_supply *s, const char *kind, const struct pl_purl *purl,
                                 pl_bytes answer, struct pl_err *err)
{
    pl_sha256 key;
    pl_status st = key_of(s, kind, purl, &key, err);
    if (st == PL_OK)
        st = pl_cache_derived_write(s->cache, &key, FORM, answer, err);
    return st == PL_E_NOMEM ? st : PL_OK;
}

void pl_deb_closure_print(const struct pl_deb_closure *c, struct pl_buf *out)
{
    pl_buf_printf(out, "%zu %zu\n", c->n, c->n_needs);
    for (size_t i = 0; i < c->n; i++)
        pl_buf_printf(out, "%s\n", c->v[i].purl);
    for (size_t i = 0; i < c->n_needs; i++) {
        const struct pl_deb_need *need = &c->needs[i];
        if (need->to == UINT32_MAX)
            pl_buf_printf(out, "%u - %s\n", need->from, need->missing);
        else
            pl_buf_printf(out, "%u %u\n", need->from, need->to);
    }
}

static bool take_number(pl_bytes *line, uint64_t below, uint64_t *out)
{
    pl_bytes word;
    return pl_bytes_split(line, ' ', &word) && pl_bytes_to_u64(word, out) && *out < below;
}

static bool take_need(pl_bytes line, size_t n, struct pl_arena *arena, struct pl_deb_need *out)
{
    uint64_t from;
    uint64_t to;
    if (!take_number(&line, n, &from))
        return false;
    *out = (struct pl_deb_need){.from = (uint32_t)from, .to = UINT32_MAX};
    if (pl_bytes_starts(line, PL_LIT("- "))) {
        pl_bytes name = pl_bytes_from(line, 2);
        out->missing = pl_arena_str(arena, name);
        return name.n > 0 && name.n <= MISSING_MAX && pl_bytes_find_byte(name, 0, 0) == SIZE_MAX &&
               out->missing != NULL;
    }
    if (!take_number(&line, n, &to) || line.n > 0)
        return false;
    out->to = (uint32_t)to;
    return true;
}

static bool take_node(pl_bytes line, struct pl_arena *arena, struct pl_deb_node *out)
{
    struct pl_purl purl;
    if (pl_purl_parse(line, arena, &purl, NULL) != PL_OK)
        return false;
    *out = (struct pl_deb_node){.name = pl_arena_str(arena, purl.name),
                                .version = pl_arena_str(arena, purl.version),
                                .purl = pl_arena_str(arena, line)};
    return arena->why == PL_OK;
}

pl_status pl_deb_closure_parse(pl_bytes text, struct pl_arena *arena, struct pl_deb_closure *out,
                               struct pl_err *err)
{
    struct pl_deb_closure c = {0};
    pl_bytes line = {NULL, 0};
    uint64_t n = 0;
    uint64_t n_needs = 0;
    /* a need has four bytes or more */
    bool is_good = pl_bytes_line(&text, &line) && take_number(&line, PL_MAX_DEB_CLOSURE + 1, &n) && n > 0 &&
                   take_number(&line, text.n / 4 + 1, &n_needs) && line.n == 0;
    if (is_good) {
        c.v = pl_arena_take_n(arena, (size_t)n, sizeof *c.v);
        c.needs = pl_arena_take_n(arena, (size_t)n_needs + 1, sizeof *c.needs);
        is_good = c.v != NULL && c.needs != NULL;
    }
    for (; is_good && c.n < n; c.n++)
        is_good = pl_bytes_line(&text, &line) && take_node(line, arena, &c.v[c.n]);
    for (; is_good && c.n_needs < n_needs; c.n_needs++)
        is_good = pl_bytes_line(&text, &line) && take_need(line, (size_t)n, arena, &c.needs[c.n_needs]);
    if (arena->why != PL_OK)
        return pl_arena_fail(arena, err);
    if (!is_good || text.n > 0)
        return pl_fail(err, PL_E_INPUT, PL_NO_OFFSET, "not a list of what a package needs");
    *out = c;
    return PL_OK;
}
