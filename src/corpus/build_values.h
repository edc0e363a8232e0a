/*
 * build_values.h - what the build files of a source put into its programs: directories, versions, options.
 *
 *     debian/rules      dh_auto_configure -- --conf-path=/etc/tool.conf      the value of an option
 *     src/Makefile.am   -DLOCALEDIR=\"$(localedir)\"                         a macro, with the directory that Debian's builds have
 *     configure         PACKAGE_VERSION='5.4.1'; #define VERSION "$VERSION"  a macro
 *
 * Nothing is executed: variables are looked up in the assignments of all build files, and every value that one may have counts.
 */
#ifndef PL_CORPUS_BUILD_VALUES_H
#define PL_CORPUS_BUILD_VALUES_H

#include "base/arena.h"
#include "corpus/index.h"

/* What is found, as it is found; texts live in the arena that was given. False stops the search: out of memory. */
struct pl_build_sink {
    void *ctx;
    /* A macro: its name and its value as C text, with quotes. */
    bool (*macro)(void *ctx, pl_bytes name, pl_bytes value);
    /* A text that the build hands to the program in another way. */
    bool (*value)(void *ctx, pl_bytes text, pl_source_ref file, uint32_t line_1based);
};

/* Is this a file that says how to build? By its name. */
bool pl_is_build_file(pl_bytes path);
/* Read all build files of the trees of rank PL_RANK_OWN. False when out of memory. */
bool pl_build_values(const struct pl_index *ix, struct pl_arena *arena, const struct pl_build_sink *sink);

#endif
