/*
 * source_tree.h - a file of a made-up source tree, from strings, which have to outlive it.
 */
#ifndef PL_TESTS_SOURCE_TREE_H
#define PL_TESTS_SOURCE_TREE_H

#include "unit.h"

#include "corpus/tree.h"

static inline void add_source(struct pl_source_tree *tree, const char *path, const char *text)
{
    struct pl_source_file *f = PL_VEC_ADD(&tree->files);
    assert_non_null(f);
    f->path = pl_bytes_of_str(path);
    f->data = pl_bytes_of_str(text);
    assert_int_equal(pl_sha256_of(f->data, &f->sha256, NULL), PL_OK);
}

#endif
