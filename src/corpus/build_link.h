/*
 * build_link.h - values that a build file hands to Go's linker.
 */
#ifndef PL_CORPUS_BUILD_LINK_H
#define PL_CORPUS_BUILD_LINK_H

#include "base/bytes.h"

/*
 * The next -X IMPORTPATH.NAME=VALUE of *rest: the value as it is written, without the quotes around the argument, and *rest behind it. False, and *rest empty,
 * when there is none. Source: go doc cmd/link, -X.
 */
bool pl_build_link_value(pl_bytes *rest, pl_bytes *value);

#endif
