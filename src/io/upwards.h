/*
 * upwards.h - a file of the working folder or of one above it.
 */
#ifndef PL_IO_UPWARDS_H
#define PL_IO_UPWARDS_H

#include "base/arena.h"

/*
 * The nearest `name` from the working folder upwards, as a path from there ("../plumb.yaml"), that does not lie in one of the folders
 * `outside`. *out is NULL when there is none; *passed_over counts those that do lie there. Texts live in `arena`.
 */
PL_MUST_USE pl_status pl_io_find_upwards(const char *name, const char *const *outside, size_t n_outside,
                                         struct pl_arena *arena, const char **out, size_t *passed_over,
                                         struct pl_err *err);
/* Does the file or folder lie in one of the folders, symbolic links followed? False for what is not there. */
bool pl_io_is_inside(const char *path, const char *const *folders, size_t n);

#endif
