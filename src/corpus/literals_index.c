/*
 * literals_index.c - sorted keys for the questions that are no single probe of the hash table.
 */
#include "corpus/literals_set.h"

#include <stdlib.h>
#include <string.h>

#define START_BYTES    5u     /* PL_ELF_COUNTED_BYTES: no shorter strings are asked for so often */
#define BITS_OF_EACH   16u    /* literal: one string in 16 is looked up in vain */
#define VERSION_STARTS 65536u /* hashes of what versions begin with */

static int by_key(const void *a, const void *b)
{
    const struct literal_key *x = a;
    const struct literal_key *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->literal < y->literal ? -1 : x->literal > y->literal;
}

/* Macro texts are only asked for their ends. */
static bool has_keys(const struct literal *e)
{
    return (e->kind <= RULE_NUL_PIECE || e->kind == RULE_MACRO_TEXT) && e->length >= PL_LITERAL_NEAR_BYTES;
}

static bool index_ends(struct pl_literals *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->literals.n; i++)
        n += has_keys(&l->literals.v[i]);
    l->keys = calloc(n * KEY_PARTS + 1, sizeof *l->keys);
    if (l->keys == NULL)
        return false;
    for (size_t i = 0; i < l->literals.n; i++) {
        const struct literal *e = &l->literals.v[i];
        if (!has_keys(e))
            continue;
        int first = e->kind == RULE_MACRO_TEXT ? KEY_START : 0;
        for (int part = first; part < KEY_PARTS; part++)
            l->keys[l->n_keys++] =
                (struct literal_key){pl_literal_key((enum key_part)part, pl_literal_text(l, e)), (uint32_t)i};
    }
    qsort(l->keys, l->n_keys, sizeof *l->keys, by_key);
    return true;
}

static bool has_digit(pl_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (pl_is_digit(text.p[i]))
            return true;
    return false;
}

static bool is_text_kind(const struct literal *e)
{
    return e->kind <= RULE_NUL_PIECE || e->kind == RULE_MACRO || e->kind == RULE_HEADER;
}

static uint32_t format_key(pl_bytes start)
{
    return (uint32_t)(pl_bytes_hash(start, 1) >> 32);
}

/* What stands before the first conversion of a format; no bytes when it is none, or too short to say something. */
static pl_bytes format_start(pl_bytes text)
{
    size_t percent = pl_bytes_find_byte(text, '%', 0);
    pl_bytes start = pl_bytes_sub(text, 0, percent == SIZE_MAX ? 0 : percent);
    return start.n < 2 || has_digit(start) ? pl_bytes_sub(text, 0, 0) : start;
}

static bool index_formats(struct pl_literals *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->literals.n; i++)
        n += is_text_kind(&l->literals.v[i]) && format_start(pl_literal_text(l, &l->literals.v[i])).n > 0;
    l->formats = calloc(n + 1, sizeof *l->formats);
    if (l->formats == NULL)
        return false;
    for (size_t i = 0; i < l->literals.n; i++) {
        const struct literal *e = &l->literals.v[i];
        pl_bytes start = is_text_kind(e) ? format_start(pl_literal_text(l, e)) : (pl_bytes){NULL, 0};
        if (start.n > 0)
            l->formats[l->n_formats++] = (struct literal_key){format_key(start), (uint32_t)i};
    }
    qsort(l->formats, l->n_formats, sizeof *l->formats, by_key);
    return true;
}

size_t pl_literal_formats(const struct pl_literals *l, pl_bytes start, size_t *first)
{
    uint32_t key = format_key(start);
    size_t low = 0;
    size_t high = l->n_formats;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (l->formats[mid].key < key)
            low = mid + 1;
        else
            high = mid;
    }
    *first = low;
    while (low < l->n_formats && l->formats[low].key == key && low - *first < PL_LITERAL_FORMATS)
        low++;
    return low;
}

static bool is_version(pl_bytes text)
{
    return text.n >= 3 && text.n <= 256 && has_digit(text) && pl_bytes_find_byte(text, '.', 0) != SIZE_MAX;
}

/* The first three bytes of each version, as a set of their hashes: most places of a text begin none. */
struct version_starts {
    uint64_t bits[VERSION_STARTS / 64];
};

static size_t version_start(const uint8_t *p)
{
    return (p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16) * 0x9e3779b1u % VERSION_STARTS;
}

/* Does one of the first n_headers versions stand in the text? */
static bool holds_version(const struct pl_literals *l, const struct version_starts *starts, size_t n_headers,
                          pl_bytes text)
{
    for (size_t at = 0; at + 3 <= text.n; at++) {
        size_t start = version_start(text.p + at);
        if ((starts->bits[start / 64] >> start % 64 & 1) == 0)
            continue;
        for (size_t k = 0; k < n_headers; k++)
            if (pl_bytes_starts(pl_bytes_from(text, at), pl_literal_text(l, &l->literals.v[l->versions[k]])))
                return true;
    }
    return false;
}

/* Literals of headers with a version in them, and what macros made of these. */
static bool index_versions(struct pl_literals *l)
{
    struct version_starts starts = {{0}};
    l->versions = calloc(PL_LITERAL_VERSIONS, sizeof *l->versions);
    if (l->versions == NULL)
        return false;
    for (size_t i = 0; i < l->literals.n && l->n_versions < PL_LITERAL_VERSIONS / 4; i++) {
        pl_bytes text = pl_literal_text(l, &l->literals.v[i]);
        if (l->literals.v[i].kind != RULE_HEADER || !is_version(text))
            continue;
        l->versions[l->n_versions++] = (uint32_t)i;
        starts.bits[version_start(text.p) / 64] |= 1ull << version_start(text.p) % 64;
    }
    size_t n_headers = l->n_versions;
    for (size_t i = 0; i < l->literals.n && l->n_versions < PL_LITERAL_VERSIONS && n_headers > 0; i++) {
        const struct literal *e = &l->literals.v[i];
        pl_bytes text = pl_literal_text(l, e);
        if ((e->kind == RULE_TILED || e->kind == RULE_MACRO) && is_version(text) &&
            holds_version(l, &starts, n_headers, text))
            l->versions[l->n_versions++] = (uint32_t)i;
    }
    return true;
}

static uint64_t start_bit(const struct pl_literals *l, pl_bytes text, size_t length)
{
    return pl_bytes_hash(pl_bytes_sub(text, 0, START_BYTES), length) & (l->n_start_bits - 1);
}

static void mark_start(struct pl_literals *l, pl_bytes text, size_t length)
{
    uint64_t bit = start_bit(l, text, length);
    l->starts[bit / 64] |= 1ull << bit % 64;
}

static bool index_starts(struct pl_literals *l)
{
    l->n_start_bits = 64;
    while (l->n_start_bits / BITS_OF_EACH < l->literals.n)
        l->n_start_bits *= 2;
    l->starts = calloc(l->n_start_bits / 64, sizeof *l->starts);
    if (l->starts == NULL)
        return false;
    for (size_t i = 0; i < l->literals.n; i++) {
        pl_bytes text = pl_literal_text(l, &l->literals.v[i]);
        mark_start(l, text, text.n);
        if (text.n > START_BYTES && text.p[text.n - 1] == '\n')
            mark_start(l, text, text.n - 1);
    }
    return true;
}

bool pl_literal_may_be(const struct pl_literals *l, pl_bytes string)
{
    uint64_t bit = start_bit(l, string, string.n);
    return string.n < START_BYTES || (l->starts[bit / 64] >> bit % 64 & 1) != 0;
}

bool pl_literals_index(struct pl_literals *l)
{
    return index_starts(l) && index_ends(l) && index_formats(l) && index_versions(l) &&
           pl_literals_index_arms(l);
}

bool pl_literals_has_file(const struct pl_literals *l, pl_bytes suffix)
{
    for (size_t i = 0; i < l->n_files; i++)
        if (pl_bytes_ends(pl_index_file(l->index, l->files[i])->path, suffix) &&
            pl_index_tree(l->index, l->files[i].tree)->rank == PL_RANK_OWN)
            return true;
    return false;
}

bool pl_literals_has_headers(const struct pl_literals *l)
{
    return l->has_headers;
}
