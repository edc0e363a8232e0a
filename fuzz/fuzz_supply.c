/*
 * fuzz_supply.c - what is read before anything is confined: identity of a .deb, OpenPGP armour, relations, versions, packed indices.
 *
 *     | kind, 1 byte: 0 .deb, 1 armour, 2 relation, 3 versions by line, 4 gzip, 5 xz | bytes |
 *
 * Comparing versions must be an order: a against b is the opposite of b against a.
 */
#include "fuzz.h"

#include "supply/deb_identity.h"
#include "supply/deb_relation.h"
#include "supply/deb_version.h"
#include "supply/openpgp.h"
#include "supply/unpress.h"

#include <stdlib.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void identify(pl_bytes data)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_deb_identity id = {0};
    struct pl_arena arena;
    limits.unpacked_bytes = 8u << 20;
    pl_arena_init(&arena, 64u << 20);
    pl_status st = pl_deb_identify(data, &limits, &arena, &id, NULL);
    require(st != PL_E_BUG);
    fuzz_say((uint64_t)st);
    fuzz_say_bytes(id.package);
    fuzz_say_bytes(id.source);
    pl_arena_reset(&arena);
}

static void dearmor(pl_bytes data)
{
    struct pl_buf out;
    pl_buf_init(&out, 8u << 20);
    pl_status st = pl_openpgp_dearmor(data, &out, NULL);
    require(st != PL_OK || out.n <= data.n);
    fuzz_say_bytes(pl_buf_bytes(&out));
    pl_buf_reset(&out);
}

static void relate(pl_bytes data)
{
    struct pl_deb_relation names[PL_DEB_ALTERNATIVES];
    size_t n = 0;
    size_t left = data.n + 1;
    while (pl_deb_relation_next(&data, "amd64", names, &n)) {
        require(n <= PL_DEB_ALTERNATIVES && data.n < left);
        left = data.n;
        for (size_t i = 0; i < n; i++)
            fuzz_say_bytes(names[i].name);
    }
}

static void compare(pl_bytes data)
{
    size_t line = pl_bytes_find(data, PL_LIT("\n"), 0);
    if (line == SIZE_MAX)
        return;
    pl_bytes a = pl_bytes_sub(data, 0, line);
    pl_bytes b = pl_bytes_from(data, line + 1);
    int x = pl_deb_version_cmp(a, b);
    int y = pl_deb_version_cmp(b, a);
    require((x < 0) == (y > 0) && (x == 0) == (y == 0) && pl_deb_version_cmp(a, a) == 0);
    fuzz_say(x < 0 ? 0 : x > 0 ? 2 : 1);
    require(pl_deb_version_without_epoch(a).n <= a.n);
}

static pl_status count(void *ctx, pl_bytes part, struct pl_err *err)
{
    *(uint64_t *)ctx += part.n;
    fuzz_say_bytes(part);
    return PL_OK;
}

static void unpress(enum pl_press how, pl_bytes data)
{
    uint64_t n = 0;
    require(pl_unpress(how, data, 1u << 20, count, &n, NULL) != PL_E_BUG);
    require(n <= 1u << 20);
}

static int look(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    pl_bytes rest = pl_bytes_of(data + 1, size - 1);
    switch (data[0] % 6) {
    case 0: identify(rest); break;
    case 1: dearmor(rest); break;
    case 2: relate(rest); break;
    case 3: compare(rest); break;
    case 4: unpress(PL_PRESS_GZIP, rest); break;
    default: unpress(PL_PRESS_XZ, rest); break;
    }
    return 0;
}

FUZZ_TWICE(look)
