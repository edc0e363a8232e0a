/*
 * ar_index.c - checking the symbol index and the table of long names of a static library against its members.
 *
 *     "/":   | count: u32be | offset of a member's header: u32be, count times | name NUL, count times | at most one byte of fill |
 *     "//":  | name / LF, as often as there are long ones | at most one LF of fill |
 *
 * Source: ar(5) and "Archive Library Format" of the System V ABI; binutils writes numbers of 64 bits into "/SYM64/".
 * A name of the index must end with a NUL in its member, as it does in that member's string table; which symbol it is of is not asked.
 */
#include "format/archive/ar_index.h"
#include "base/cursor.h"
#include "base/map.h"
#include "base/vec.h"

#include <stdio.h>

#define HEADER_BYTES 60u
#define MAGIC_BYTES  8u
#define MAX_SEARCHES 64u /* of one member for names that are only the end of a string: linkers merge those */

struct member {
    uint64_t at; /* of its header */
    pl_bytes name;
    pl_bytes body;
};

struct members {
    PL_VEC(struct member) list; /* in order of their offsets */
};

/* The member whose header is at `at`; false when there is none. */
static bool read_member(pl_bytes archive, uint64_t at, struct member *out)
{
    struct pl_cursor c = pl_cursor_at(archive, at);
    pl_bytes name = pl_cursor_take(&c, 16);
    uint64_t size;
    (void)pl_cursor_take(&c, 32); /* times, owner and mode */
    pl_bytes digits = pl_cursor_take(&c, 10);
    pl_bytes end = pl_cursor_take(&c, 2);
    if (c.bad || !pl_bytes_eq(end, PL_LIT("`\n")) || !pl_bytes_to_u64(pl_bytes_trim(digits), &size))
        return false;
    *out = (struct member){.at = at, .name = pl_bytes_trim(name), .body = pl_cursor_take(&c, size)};
    return !c.bad;
}

static bool is_table(pl_bytes name)
{
    return pl_bytes_eq_str(name, "/") || pl_bytes_eq_str(name, "//") || pl_bytes_eq_str(name, "/SYM64/");
}

/* All but the tables, which would bear witness to themselves. */
static pl_status list_members(pl_bytes archive, struct members *out, struct pl_err *err)
{
    struct member m;
    for (uint64_t at = MAGIC_BYTES; read_member(archive, at, &m);) {
        struct member *slot = is_table(m.name) ? &m : PL_VEC_ADD(&out->list);
        if (slot == NULL)
            return pl_fail_nomem(err);
        *slot = m;
        at += HEADER_BYTES + m.body.n + m.body.n % 2;
    }
    return PL_OK;
}

static const struct member *find_member(const struct members *all, uint64_t at)
{
    size_t low = 0;
    for (size_t n = all->list.n; low < n;) {
        size_t mid = low + (n - low) / 2;
        if (all->list.v[mid].at < at)
            low = mid + 1;
        else
            n = mid;
    }
    return low < all->list.n && all->list.v[low].at == at ? &all->list.v[low] : NULL;
}

/* The member that the last name was of: names of one member follow each other, and one list of its strings serves them all. */
struct asked {
    const struct member *member;
    struct pl_map strings;
    size_t searches;
};

/* What stands between two NULs, or the beginning and a NUL. */
static pl_status list_strings(pl_bytes body, struct pl_map *strings, struct pl_err *err)
{
    pl_status st = PL_OK;
    size_t end;
    for (size_t at = 0; st == PL_OK && (end = pl_bytes_find_byte(body, 0, at)) != SIZE_MAX; at = end + 1)
        if (end > at)
            st = pl_map_set(strings, pl_bytes_sub(body, at, end - at), 1, err);
    return st;
}

/* Is `name`, which a NUL follows where it stands, a string of the member, or the end of one? */
static pl_status has_name(struct asked *a, const struct member *m, pl_bytes name, bool *found,
                          struct pl_err *err)
{
    uint64_t unused;
    pl_status st = PL_OK;
    if (a->member != m) {
        pl_map_reset(&a->strings);
        a->member = m;
        a->searches = 0;
        st = list_strings(m->body, &a->strings, err);
    }
    *found = pl_map_get(&a->strings, name, &unused) ||
             (a->searches++ < MAX_SEARCHES &&
              pl_bytes_find(m->body, pl_bytes_of(name.p, name.n + 1), 0) != SIZE_MAX);
    return st;
}

static uint64_t take_word(struct pl_cursor *c, size_t word_bytes)
{
    return word_bytes == 8 ? pl_cursor_u64be(c) : pl_cursor_u32be(c);
}

static pl_status check_index(const struct members *all, pl_bytes table, size_t word_bytes, struct asked *a,
                             bool *is_index, struct pl_err *err)
{
    struct pl_cursor offsets = pl_cursor_of(table);
    uint64_t count = take_word(&offsets, word_bytes);
    *is_index = false;
    if (offsets.bad || count > (table.n - word_bytes) / (word_bytes + 1))
        return PL_OK;
    size_t at = word_bytes * (size_t)(count + 1); /* of the next name; no overflow, by the line above */
    for (uint64_t i = 0; i < count; i++) {
        const struct member *m = find_member(all, take_word(&offsets, word_bytes));
        size_t end = pl_bytes_find_byte(table, 0, at);
        if (m == NULL || end == SIZE_MAX || end == at)
            return PL_OK;
        bool found;
        pl_status st = has_name(a, m, pl_bytes_sub(table, at, end - at), &found, err);
        if (st != PL_OK || !found)
            return st;
        at = end + 1;
    }
    *is_index = at == table.n || (at + 1 == table.n && table.p[at] == 0);
    return PL_OK;
}

pl_status pl_ar_is_symbol_index(pl_bytes archive, pl_bytes table, size_t word_bytes, bool *is_index,
                                struct pl_err *err)
{
    struct members all = {0};
    struct asked a = {0};
    pl_map_init(&a.strings);
    pl_status st = list_members(archive, &all, err);
    if (st == PL_OK)
        st = check_index(&all, table, word_bytes, &a, is_index, err);
    pl_map_reset(&a.strings);
    PL_VEC_FREE(&all.list);
    return st;
}

/* References "/123", by number, of all members. */
static pl_status list_references(const struct members *all, struct pl_map *out, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < all->list.n && st == PL_OK; i++) {
        pl_bytes name = all->list.v[i].name;
        if (name.n > 1 && name.p[0] == '/' && pl_is_digit(name.p[1]))
            st = pl_map_set(out, pl_bytes_from(name, 1), 1, err);
    }
    return st;
}

static bool is_referred_to(const struct pl_map *references, size_t at)
{
    char digits[24];
    uint64_t unused;
    int n = snprintf(digits, sizeof digits, "%zu", at);
    return pl_map_get(references, pl_bytes_of(digits, (size_t)n), &unused);
}

pl_status pl_ar_is_name_table(pl_bytes archive, pl_bytes table, bool *is_names, struct pl_err *err)
{
    struct members all = {0};
    struct pl_map references;
    pl_map_init(&references);
    pl_status st = list_members(archive, &all, err);
    if (st == PL_OK)
        st = list_references(&all, &references, err);
    *is_names = st == PL_OK;
    for (size_t at = 0; at < table.n && *is_names;) {
        size_t end = pl_bytes_find_byte(table, '\n', at);
        bool is_fill = end == at && at + 1 == table.n;
        *is_names = is_fill || (end != SIZE_MAX && end > at + 1 && table.p[end - 1] == '/' &&
                                is_referred_to(&references, at));
        at = end == SIZE_MAX ? table.n : end + 1;
    }
    pl_map_reset(&references);
    PL_VEC_FREE(&all.list);
    return st;
}
