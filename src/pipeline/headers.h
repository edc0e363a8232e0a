/*
 * headers.h - bring in the headers that the package was compiled with.
 */
#ifndef PL_PIPELINE_HEADERS_H
#define PL_PIPELINE_HEADERS_H

#include "pipeline/acquire.h"

/*
 * Headers of the toolchain and of the -dev packages that the source's debian/control asks for, into a->headers. Nothing for a package of
 * architecture all, or a subject of which no machine is known (compilers.h). What cannot be had is one text in *note, in a->arena (NULL: nothing is missing), never a failure.
 */
PL_MUST_USE pl_status pl_acquire_headers(struct pl_acquired *a, const char **note, struct pl_err *err);

#endif
