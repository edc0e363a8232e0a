/*
 * npm_imports.h - which packages a program imports, and which files of a source are programs.
 */
#ifndef PL_PIPELINE_NPM_IMPORTS_H
#define PL_PIPELINE_NPM_IMPORTS_H

#include "base/bytes.h"

#define PL_NPM_MAX_NAME 214u /* package.json(5) */

/* "a/b/c.js" is of package "a", "@s/a/b.js" of "@s/a". */
pl_bytes pl_npm_package_of(pl_bytes path);

/* Called with the package of each module that is no relative path; "node:fs" is "fs". False ends the search. */
typedef bool pl_npm_import_fn(void *ctx, pl_bytes package);
/* False when fn said so. O(text). */
bool pl_npm_each_import(pl_bytes text, pl_npm_import_fn *fn, void *ctx);

/* By its name: JavaScript or TypeScript, and no declarations alone. */
bool pl_npm_is_script(pl_bytes path);
/* Tests, examples and the settings of tools import what no bundle holds. */
bool pl_npm_is_beside(pl_bytes path);
/* Settings of a tool, at the top of the source. */
bool pl_npm_is_config(pl_bytes path);

#endif
