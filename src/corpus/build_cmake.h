/*
 * build_cmake.h - what CMake's own commands say of macros and versions, for build_values.c.
 */
#ifndef PL_CORPUS_BUILD_CMAKE_H
#define PL_CORPUS_BUILD_CMAKE_H

#include "corpus/build_variables.h"

/* A list of definitions that goes on over words and lines: target_compile_definitions(tool PRIVATE. All zero: none. */
struct pl_cmake_list {
    bool is_open;
    bool is_ended; /* the last word has its end */
};

/*
 * A word as the compiler would be given it: "-DNAME=value" of add_definitions(-DNAME=value), and what stands behind compile_definitions( without its
 * parenthesis. Any other is given back as it is.
 */
pl_bytes pl_cmake_word(struct pl_cmake_list *list, pl_bytes word);
/* To be called when a word was read. */
void pl_cmake_word_end(struct pl_cmake_list *list);
/* Is what stands before the equals sign at `equals` (SIZE_MAX: none) a name? */
bool pl_cmake_is_definition(pl_bytes word, size_t equals);

/* project(tool VERSION 1.8.12) sets the version, and each of its parts. */
void pl_cmake_project_version(struct pl_build_variables *vars, pl_bytes version);

/* CATEGORY_NAME "kite.wing": the string that ECM writes into a file of ecm_qt_declare_logging_category(); no bytes in other lines. */
pl_bytes pl_cmake_category(pl_bytes line);

#endif
