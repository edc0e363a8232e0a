/*
 * build_cmake.c - what CMake's own commands say of macros and versions.
 *
 *     project(tool VERSION 1.8)                            PROJECT_VERSION_MAJOR is 1
 *     add_definitions(-DTOOL_API="${PROJECT_VERSION_MAJOR}")
 *     target_compile_definitions(tool PRIVATE
 *         TOOL_NAME="tool")
 *
 * Source: CMake manual, project, add_definitions, target_compile_definitions.
 * Not read here: add_compile_definitions() whose name comes out of a variable, and generator expressions.
 */
#include "corpus/build_cmake.h"

static bool is_call(pl_bytes word, size_t open)
{
    return open != SIZE_MAX && open > 0 && word.p[0] != '$' && word.p[0] != '-';
}

pl_bytes pl_cmake_word(struct pl_cmake_list *list, pl_bytes word)
{
    size_t open = pl_bytes_find_byte(word, '(', 0);
    bool calls = is_call(word, open);
    bool opens = calls && pl_bytes_ends(pl_bytes_sub(word, 0, open), PL_LIT("compile_definitions"));
    bool has_option = calls && pl_bytes_starts(pl_bytes_from(word, open + 1), PL_LIT("-D"));
    list->is_open = list->is_open || opens;
    if (has_option || opens)
        word = pl_bytes_from(word, open + 1);
    bool is_last = pl_bytes_ends(word, PL_LIT(")")) && pl_bytes_find_byte(word, '(', 0) == SIZE_MAX;
    list->is_ended = list->is_open && is_last;
    while ((has_option || list->is_open) && is_last && pl_bytes_ends(word, PL_LIT(")")))
        word = pl_bytes_sub(word, 0, word.n - 1);
    return word;
}

void pl_cmake_word_end(struct pl_cmake_list *list)
{
    list->is_open = list->is_open && !list->is_ended;
}

bool pl_cmake_is_definition(pl_bytes word, size_t equals)
{
    for (size_t i = 0; i < equals && equals != SIZE_MAX; i++)
        if (!pl_is_word_byte(word.p[i]))
            return false;
    return equals != SIZE_MAX && equals > 0;
}

void pl_cmake_project_version(struct pl_build_variables *vars, pl_bytes version)
{
    static const char *const parts[] = {"PROJECT_VERSION_MAJOR", "PROJECT_VERSION_MINOR",
                                        "PROJECT_VERSION_PATCH", "PROJECT_VERSION_TWEAK"};
    static const char *const of_outermost[] = {"CMAKE_PROJECT_VERSION_MAJOR", "CMAKE_PROJECT_VERSION_MINOR",
                                               "CMAKE_PROJECT_VERSION_PATCH", "CMAKE_PROJECT_VERSION_TWEAK"};
    pl_bytes rest = version;
    pl_bytes part;
    pl_build_variables_add(vars, PL_LIT("PROJECT_VERSION"), version, false);
    pl_build_variables_add(vars, PL_LIT("CMAKE_PROJECT_VERSION"), version, false);
    for (size_t i = 0; i < 4 && pl_bytes_split(&rest, '.', &part); i++) {
        pl_build_variables_add(vars, pl_bytes_of_str(parts[i]), part, false);
        pl_build_variables_add(vars, pl_bytes_of_str(of_outermost[i]), part, false);
    }
}

pl_bytes pl_cmake_category(pl_bytes line)
{
    line = pl_bytes_trim(line);
    if (!pl_bytes_skip(&line, PL_LIT("CATEGORY_NAME")) || line.n == 0 || pl_is_word_byte(line.p[0]))
        return (pl_bytes){NULL, 0};
    line = pl_bytes_trim(line);
    size_t end = 0;
    while (end < line.n && line.p[end] > ' ' && line.p[end] != ')')
        end++;
    return pl_bytes_sub(line, 0, end);
}
