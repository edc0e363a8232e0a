/*
 * folder.h - a folder as a source tree, for measurements: every regular file, read into memory.
 */
#ifndef PL_BENCH_FOLDER_H
#define PL_BENCH_FOLDER_H

#include "model/source.h"

/* Paths are relative to `folder`, sorted; what cannot be read is left out. NULL when out of memory. */
struct pl_source_tree *bench_folder(const char *folder);

/* Seconds of a steady clock. */
double bench_now(void);
/* Seconds of processor time of this process, all threads: what "per core" means on a machine that does other things, too. */
double bench_cpu(void);

#endif
