/*
 * index.h - where does a run of bytes come from: every source tree of a run, searchable.
 *
 * Built once, then read by many threads at once. Trees are borrowed and must outlive the index. When several source files
 * answer, the one of the lowest rank, then the earlier tree, then the one not superseded, then the smaller path is named.
 */
#ifndef PL_CORPUS_INDEX_H
#define PL_CORPUS_INDEX_H

#include "corpus/postings.h"
#include "model/source.h"

struct pl_index;

/* One source file: tree and position in it. */
typedef struct pl_source_ref {
    uint32_t tree;
    uint32_t file;
} pl_source_ref;

PL_MUST_USE pl_status pl_index_build(struct pl_source_tree *const *trees, size_t n_trees, unsigned jobs,
                                     struct pl_index **out, struct pl_err *err);
void pl_index_free(struct pl_index *ix); /* accepts NULL */

size_t pl_index_tree_count(const struct pl_index *ix);
const struct pl_source_tree *pl_index_tree(const struct pl_index *ix, size_t tree);
const struct pl_source_file *pl_index_file(const struct pl_index *ix, pl_source_ref ref);

/* Same bytes. */
bool pl_index_find_sha256(const struct pl_index *ix, const pl_sha256 *digest, pl_source_ref *out);
/* Same bytes after pl_fold_text(): line ends, trailing space, byte order mark, shebang line. */
bool pl_index_find_folded(const struct pl_index *ix, const pl_sha256 *folded, pl_source_ref *out);
/* A file at exactly this path of the lowest-ranked tree that has one. */
bool pl_index_find_path(const struct pl_index *ix, pl_bytes path, pl_source_ref *out);
/* Is `word` (as pl_words_next() cuts them) anywhere in the sources? */
bool pl_index_has_word(const struct pl_index *ix, pl_bytes word);
/*
 * The same with the case of ASCII letters left out of account, for whoever reads what a tool wrote in capitals. The set is built when first asked for; then
 * shared. Safe from many threads.
 */
PL_MUST_USE pl_status pl_index_has_word_in_any_case(const struct pl_index *ix, pl_bytes word, bool *found,
                                                    struct pl_err *err);

/*
 * Below: what match/ needs to find, compare and name runs.
 *
 * A unit is a source file with contents, numbered in the order of preference given above, so that the smaller number is
 * the better answer. All contents laid end to end make one space of positions, in which postings point; of files with equal contents only
 * the first is in the postings.
 */
typedef struct pl_units {
    const uint32_t *v; /* ascending; borrowed from the index */
    size_t n;
} pl_units;

size_t pl_index_unit_count(const struct pl_index *ix);
pl_source_ref pl_index_unit_ref(const struct pl_index *ix, uint32_t unit);
const struct pl_source_file *pl_index_unit_file(const struct pl_index *ix, uint32_t unit);
/* Position of the first byte of a unit. */
uint64_t pl_index_unit_base(const struct pl_index *ix, uint32_t unit);
/* The unit that holds a position from one of the postings below. O(log units). */
uint32_t pl_index_unit_at(const struct pl_index *ix, uint64_t position);

/* Is it of the package's own source, and not of a dependency or of a tool? */
bool pl_index_unit_is_own(const struct pl_index *ix, uint32_t unit);
/* No NUL near its beginning. */
bool pl_index_unit_is_text(const struct pl_index *ix, uint32_t unit);
/* An earlier unit has the same contents. */
bool pl_index_unit_is_repeat(const struct pl_index *ix, uint32_t unit);
/* The line, counted from 1, in which a byte of the unit stands. O(1): counts are kept every 4,096 bytes. */
uint64_t pl_index_line_of(const struct pl_index *ix, uint32_t unit, uint64_t offset);

/* All units with these contents; at this path, in any tree; with this last part of their path. */
pl_units pl_index_units_of_sha256(const struct pl_index *ix, const pl_sha256 *digest);
pl_units pl_index_units_of_folded(const struct pl_index *ix, const pl_sha256 *folded);
pl_units pl_index_units_of_path(const struct pl_index *ix, pl_bytes path);
pl_units pl_index_units_of_name(const struct pl_index *ix, pl_bytes basename);
/* Same contents as a git blob id. */
pl_units pl_index_units_of_git_blob(const struct pl_index *ix, const pl_sha1 *blob);

/* Winnowed anchors of all sources (corpus/anchors.h). */
const struct pl_postings *pl_index_anchors(const struct pl_index *ix);

/* A line that says something: at least this many bytes that are not blank. */
#define PL_LINE_MIN_BYTES 8u
/* Hash of a line without blanks at both ends. */
uint32_t pl_line_hash(pl_bytes trimmed);
/*
 * Every line of the text files with at least PL_LINE_MIN_BYTES bytes that are not blank, by pl_line_hash(); a place is the first
 * byte that is not blank. Built when first asked for; then shared. Safe from many threads.
 */
PL_MUST_USE pl_status pl_index_lines(const struct pl_index *ix, const struct pl_postings **out,
                                     struct pl_err *err);

/*
 * Sequences of PL_PROSE_GRAM words of the text files, by pl_prose_gram(); a place is the first byte of the first word. Of
 * PL_PROSE_WINDOW neighbouring sequences one is kept, so that whoever looks up all of its own sequences finds every shared run of
 * PL_PROSE_GRAM + PL_PROSE_WINDOW - 1 words. Built when first asked for, as above: with `wanted`, of the first who asks, only the places of
 * sequences in that set (and of some more, which share its bits) are kept; all who ask must want the same. NULL: all of them.
 */
#define PL_PROSE_GRAM   4u
#define PL_PROSE_WINDOW 2u
uint32_t pl_prose_gram(const uint64_t word_hashes[PL_PROSE_GRAM]);

/* A set of sequences, by the upper bits of their hash: 2 MiB, for the heap, begins zeroed. */
#define PL_GRAM_SET_BITS 24u
struct pl_gram_set {
    uint64_t bits[(1u << PL_GRAM_SET_BITS) / 64];
};

static inline void pl_gram_set_add(struct pl_gram_set *s, uint32_t gram)
{
    gram >>= PL_ANCHOR_HASH_BITS - PL_GRAM_SET_BITS;
    s->bits[gram / 64] |= 1ULL << (gram % 64);
}

static inline bool pl_gram_set_has(const struct pl_gram_set *s, uint32_t gram)
{
    gram >>= PL_ANCHOR_HASH_BITS - PL_GRAM_SET_BITS;
    return (s->bits[gram / 64] >> (gram % 64) & 1) != 0;
}

PL_MUST_USE pl_status pl_index_prose(const struct pl_index *ix, const struct pl_gram_set *wanted,
                                     const struct pl_postings **out, struct pl_err *err);

/* What the index holds, for reports and bench/. */
struct pl_index_stat {
    uint64_t source_bytes;
    uint64_t units;
    uint64_t anchors;
    uint64_t anchors_dropped;
    uint64_t words;
};
struct pl_index_stat pl_index_stat(const struct pl_index *ix);

#endif
