/*
 * index.h - where does a run of bytes come from: every source tree of a run, searchable.
 *
 * Built once, then read by many threads at once. Trees are borrowed and must outlive the index. When several source files
 * answer, the one of the lowest rank, then the earlier tree, then the one not superseded, then the smaller path is named.
 */
#ifndef PL_CORPUS_INDEX_H
#define PL_CORPUS_INDEX_H

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

#endif
