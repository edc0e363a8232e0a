/*
 * npm_source.h - trees of npm packages: their manifest, their lock file, and which files of a dependency a bundle may hold.
 */
#ifndef PL_PIPELINE_NPM_SOURCE_H
#define PL_PIPELINE_NPM_SOURCE_H

#include "model/source.h"

/* The lock file of a git source that is nearest to the package's folder; NULL: none. */
const struct pl_source_file *pl_npm_lock_of(const struct pl_source_tree *own);
/* The text of package.json, of the package's folder in a git source; no bytes: none. */
pl_bytes pl_npm_manifest_of(const struct pl_source_tree *t);
/* Leave in a dependency's tree what a bundle may take in; not copies of the package `subject` itself, which explains nothing of itself. */
void pl_npm_keep_programs(struct pl_source_tree *t, pl_bytes subject);
/* Set imports_missing of the files that import a package whose tree is missing (its name is "PACKAGE VERSION"). O(text). */
void pl_npm_mark_importers(struct pl_source_tree *const *trees, size_t n);

#endif
