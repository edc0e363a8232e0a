/*
 * index.c - the questions that the index answers; index_build.c makes it.
 *
 * Every list of unit numbers is sorted by its key and then by number, so that an answer is a slice of it.
 */
#include "corpus/index.h"
#include "corpus/index_private.h"

#include "format/text/words.h"

#include <string.h>

size_t pl_index_tree_count(const struct pl_index *ix)
{
    return ix->n_trees;
}

const struct pl_source_tree *pl_index_tree(const struct pl_index *ix, size_t tree)
{
    return tree < ix->n_trees ? ix->trees[tree] : NULL;
}

const struct pl_source_file *pl_index_file(const struct pl_index *ix, pl_source_ref ref)
{
    return &ix->trees[ref.tree]->files.v[ref.file];
}

size_t pl_index_unit_count(const struct pl_index *ix)
{
    return ix->n_units;
}

pl_source_ref pl_index_unit_ref(const struct pl_index *ix, uint32_t unit)
{
    return ix->units[unit].ref;
}

bool pl_index_unit_is_own(const struct pl_index *ix, uint32_t unit)
{
    return pl_index_tree(ix, pl_index_unit_ref(ix, unit).tree)->rank == PL_RANK_OWN;
}

const struct pl_source_file *pl_index_unit_file(const struct pl_index *ix, uint32_t unit)
{
    return pl_index_file(ix, ix->units[unit].ref);
}

uint64_t pl_index_unit_base(const struct pl_index *ix, uint32_t unit)
{
    return ix->units[unit].base;
}

uint32_t pl_index_unit_at(const struct pl_index *ix, uint64_t position)
{
    uint32_t low = 0;
    uint32_t high = ix->n_units;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (ix->units[mid].base <= position)
            low = mid;
        else
            high = mid;
    }
    return low;
}

bool pl_index_unit_is_text(const struct pl_index *ix, uint32_t unit)
{
    return ix->units[unit].is_text;
}

bool pl_index_unit_is_repeat(const struct pl_index *ix, uint32_t unit)
{
    return ix->units[unit].is_repeat;
}

/* Line ends in n bytes, eight at a time: a byte of `x` is zero where one stands (Lamport 1975). */
static uint64_t count_line_ends(const uint8_t *p, size_t n)
{
    const uint64_t low7 = 0x7f7f7f7f7f7f7f7fULL;
    uint64_t count = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t x;
        memcpy(&x, p + i, sizeof x);
        x ^= 0x0a0a0a0a0a0a0a0aULL;
        uint64_t ends = ~(((x & low7) + low7) | x | low7) >> 7;
        count += (ends * 0x0101010101010101ULL) >> 56;
    }
    for (; i < n; i++)
        count += p[i] == '\n';
    return count;
}

uint64_t pl_index_line_of(const struct pl_index *ix, uint32_t unit, uint64_t offset)
{
    const struct pl_unit *u = &ix->units[unit];
    pl_bytes data = pl_index_unit_file(ix, unit)->data;
    size_t end = offset < data.n ? (size_t)offset : data.n;
    size_t step = end / PL_LINE_STEP;
    uint64_t line = 1 + (u->lines != NULL ? u->lines[step] : 0);
    size_t from = u->lines != NULL ? step * PL_LINE_STEP : 0;
    return end > from ? line + count_line_ends(data.p + from, end - from) : line;
}

typedef int (*compare_key)(const struct pl_index *ix, uint32_t unit, const void *key);

static int compare_sha256(const struct pl_index *ix, uint32_t unit, const void *key)
{
    return memcmp(&pl_index_unit_file(ix, unit)->sha256, key, sizeof(pl_sha256));
}

static int compare_git_blob(const struct pl_index *ix, uint32_t unit, const void *key)
{
    return memcmp(&pl_index_unit_file(ix, unit)->git_blob, key, sizeof(pl_sha1));
}

static int compare_folded(const struct pl_index *ix, uint32_t unit, const void *key)
{
    return memcmp(&ix->units[unit].folded, key, sizeof(pl_sha256));
}

static int compare_path(const struct pl_index *ix, uint32_t unit, const void *key)
{
    return pl_bytes_cmp(pl_index_unit_file(ix, unit)->path, *(const pl_bytes *)key);
}

static int compare_name(const struct pl_index *ix, uint32_t unit, const void *key)
{
    return pl_bytes_cmp(pl_bytes_basename(pl_index_unit_file(ix, unit)->path), *(const pl_bytes *)key);
}

/* First place of `list` whose key is not below `key` (or, when `after`, is above it). */
static size_t bound(const struct pl_index *ix, const uint32_t *list, size_t n, compare_key compare,
                    const void *key, bool after)
{
    size_t low = 0;
    while (low < n) {
        size_t mid = low + (n - low) / 2;
        int order = compare(ix, list[mid], key);
        if (order < 0 || (after && order == 0))
            low = mid + 1;
        else
            n = mid;
    }
    return low;
}

static pl_units slice(const struct pl_index *ix, const uint32_t *list, size_t n, compare_key compare,
                      const void *key)
{
    size_t first = bound(ix, list, n, compare, key, false);
    size_t end = bound(ix, list, n, compare, key, true);
    return (pl_units){n == 0 ? NULL : list + first, end - first};
}

pl_units pl_index_units_of_sha256(const struct pl_index *ix, const pl_sha256 *digest)
{
    return slice(ix, ix->by_sha256, ix->n_units, compare_sha256, digest);
}

pl_units pl_index_units_of_git_blob(const struct pl_index *ix, const pl_sha1 *blob)
{
    return slice(ix, ix->by_git_blob, ix->n_units, compare_git_blob, blob);
}

pl_units pl_index_units_of_folded(const struct pl_index *ix, const pl_sha256 *folded)
{
    return slice(ix, ix->by_folded, ix->n_folded, compare_folded, folded);
}

pl_units pl_index_units_of_path(const struct pl_index *ix, pl_bytes path)
{
    return slice(ix, ix->by_path, ix->n_units, compare_path, &path);
}

pl_units pl_index_units_of_name(const struct pl_index *ix, pl_bytes basename)
{
    return slice(ix, ix->by_name, ix->n_units, compare_name, &basename);
}

static bool first_of(const struct pl_index *ix, pl_units units, pl_source_ref *out)
{
    if (units.n == 0)
        return false;
    *out = pl_index_unit_ref(ix, units.v[0]);
    return true;
}

bool pl_index_find_sha256(const struct pl_index *ix, const pl_sha256 *digest, pl_source_ref *out)
{
    return first_of(ix, pl_index_units_of_sha256(ix, digest), out);
}

bool pl_index_find_folded(const struct pl_index *ix, const pl_sha256 *folded, pl_source_ref *out)
{
    return first_of(ix, pl_index_units_of_folded(ix, folded), out);
}

bool pl_index_find_path(const struct pl_index *ix, pl_bytes path, pl_source_ref *out)
{
    return first_of(ix, pl_index_units_of_path(ix, path), out);
}

bool pl_index_has_word(const struct pl_index *ix, pl_bytes word)
{
    return pl_wordset_has(&ix->words, word);
}

const struct pl_postings *pl_index_anchors(const struct pl_index *ix)
{
    return &ix->anchors;
}

pl_status pl_index_has_word_in_any_case(const struct pl_index *ix, pl_bytes word, bool *found,
                                        struct pl_err *err)
{
    struct pl_late_words *late = &ix->late->folded;
    uint8_t small[PL_WORD_MAX_BYTES];
    pl_status st = PL_OK;
    (void)pthread_mutex_lock(&late->lock); /* fails only on misuse */
    if (!late->is_built)
        st = pl_index_build_folded_words(ix, &late->words, err);
    late->is_built = late->is_built || st == PL_OK;
    (void)pthread_mutex_unlock(&late->lock);
    if (st != PL_OK)
        return st;
    *found = word.n <= sizeof small;
    if (*found) {
        pl_bytes_lower(word, small);
        *found = pl_wordset_has(&late->words, pl_bytes_of(small, word.n));
    }
    return PL_OK;
}

static pl_status end_late(struct pl_late_postings *part, pl_status st, const struct pl_postings **out)
{
    if (st == PL_OK)
        part->is_built = true;
    (void)pthread_mutex_unlock(&part->lock);
    if (st == PL_OK)
        *out = &part->postings;
    return st;
}

pl_status pl_index_lines(const struct pl_index *ix, const struct pl_postings **out, struct pl_err *err)
{
    struct pl_late_postings *part = &ix->late->lines;
    (void)pthread_mutex_lock(&part->lock); /* fails only on misuse, here and below */
    pl_status st = part->is_built ? PL_OK : pl_index_build_lines(ix, &part->postings, err);
    return end_late(part, st, out);
}

pl_status pl_index_prose(const struct pl_index *ix, const struct pl_gram_set *wanted,
                         const struct pl_postings **out, struct pl_err *err)
{
    struct pl_late_postings *part = &ix->late->prose;
    (void)pthread_mutex_lock(&part->lock);
    pl_status st = part->is_built ? PL_OK : pl_index_build_prose(ix, wanted, &part->postings, err);
    return end_late(part, st, out);
}

struct pl_index_stat pl_index_stat(const struct pl_index *ix)
{
    return (struct pl_index_stat){
        .source_bytes = ix->source_bytes,
        .units = ix->n_units,
        .anchors = ix->anchors.n,
        .anchors_dropped = ix->anchors.n_dropped,
        .words = pl_wordset_count(&ix->words),
    };
}
