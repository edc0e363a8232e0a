/*
 * cmake_written.c - files that CMake writes while a project is built, which other projects read.
 *
 *     install(EXPORT)                      NAMETargets.cmake, NAMETargets-none.cmake
 *     configure_package_config_file()      the macros at the front of NAMEConfig.cmake
 *     write_basic_package_version_file()   NAMEConfigVersion.cmake
 *     generate_export_header()             name_export.h
 *
 * CMake has the texts in itself, and only some as files. So not the text is looked for but what it can do: a command of a closed list, none of which runs, fetches
 * or writes anything, with words of the sources, of CMake's own naming, and paths below the prefix; of a header, a directive that defines one of the eight macros that its
 * name gives, by an attribute of visibility or age. The own source has to call the tool. Grade C: what somebody could hide behind it is such a command with other known words, as
 * another library of the source in the place of one.
 *
 * Source: CMake 3.25 manuals, cmake-language(7), cmake-packages(7), GenerateExportHeader, CMakePackageConfigHelpers.
 */
#include "format/text/words.h"
#include "match/claim.h"

#include <string.h>

#define RULE      "cmake.written"
#define MAX_BYTES (1u << 20)
#define MAX_DEPTH 64u

enum tool { TOOL_PACKAGE, TOOL_HEADER };

static const char *const calls[2][4] = {
    [TOOL_PACKAGE] = {"EXPORT", "configure_package_config_file", "write_basic_package_version_file",
                      "write_basic_config_version_file"},
    [TOOL_HEADER] = {"generate_export_header", "GENERATE_EXPORT_HEADER", "ecm_generate_export_header",
                     "add_compiler_export_flags"},
};

static const struct pl_source_file *find_call(const struct pl_match *m, enum tool tool)
{
    for (uint32_t u = 0; u < pl_index_unit_count(m->index); u++) {
        const struct pl_source_file *file = pl_index_unit_file(m->index, u);
        if (!pl_index_unit_is_own(m->index, u) || !(pl_bytes_ends(file->path, PL_LIT("CMakeLists.txt")) ||
                                                    pl_bytes_ends(file->path, PL_LIT(".cmake"))))
            continue;
        for (size_t i = 0; i < 4; i++)
            if (pl_bytes_find(file->data, pl_bytes_of_str(calls[tool][i]), 0) != SIZE_MAX)
                return file;
    }
    return NULL;
}

static bool is_keyword(pl_bytes word)
{
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] >= 'a' && word.p[i] <= 'z')
            return false;
    return true;
}

/* Names of variables and properties are in capitals, or CMake's own by their beginning; everything else has to be a word of the sources. */
static pl_status is_known(const struct pl_match *m, pl_bytes word, bool *yes, struct pl_err *err)
{
    static const char *const starts[] = {"_cmake_",   "set_and_check", "check_required_components",
                                         "_IMPORT_",  "_real",         "installedBits",
                                         "IMPORTED_", "INTERFACE_",    "CMAKE_",
                                         "comp"};
    static const char *const folders[] = {"usr",   "lib",   "share", "include", "bin",
                                          "cmake", "linux", "gnu",   "x86_64"};
    *yes = is_keyword(word) || pl_bytes_is_one_of(word, folders, sizeof folders / sizeof folders[0]) ||
           pl_index_has_word(m->index, word);
    for (size_t i = 0; i < sizeof starts / sizeof starts[0] && !*yes; i++)
        *yes = pl_bytes_starts(word, pl_bytes_of_str(starts[i]));
    return *yes ? PL_OK : pl_index_has_word_in_any_case(m->index, word, yes, err);
}

static pl_status are_known(const struct pl_match *m, pl_bytes text, bool *yes, struct pl_err *err)
{
    pl_bytes word;
    pl_status st = PL_OK;
    *yes = true;
    while (st == PL_OK && *yes && pl_words_next(&text, &word))
        st = is_known(m, word, yes, err);
    return st;
}

/* Every path of the arguments is below a variable or /usr, and none leads back up but from the folder of the file itself. */
static bool are_paths_inside(pl_bytes text)
{
    for (size_t i = 0; i < text.n; i++) {
        bool begins = i == 0 || pl_is_space(text.p[i - 1]) || memchr("\"';:=", text.p[i - 1], 5) != NULL;
        pl_bytes rest = pl_bytes_from(text, i);
        if (begins && text.p[i] == '/' && !pl_bytes_starts(rest, PL_LIT("/usr/")) &&
            !pl_bytes_starts(rest, PL_LIT("/\"")) && !pl_bytes_starts(rest, PL_LIT("/usr\"")))
            return false;
    }
    size_t up = pl_bytes_find(text, PL_LIT(".."), 0);
    return up == SIZE_MAX || pl_bytes_find(text, PL_LIT("${CMAKE_CURRENT_LIST_DIR}/.."), 0) < up ||
           pl_bytes_starts(pl_bytes_trim(text), PL_LIT("VERSION "));
}

/* Does it set what the reader's own build is run with: its environment, its compilers and what they are started by? */
static bool sets_build(pl_bytes name, pl_bytes arguments)
{
    bool is_format = pl_bytes_starts(arguments, PL_LIT("CMAKE_IMPORT_FILE_VERSION"));
    return pl_bytes_find(arguments, PL_LIT("ENV{"), 0) != SIZE_MAX ||
           pl_bytes_find(arguments, PL_LIT("LAUNCH"), 0) != SIZE_MAX ||
           (pl_bytes_eq_str(name, "set") && pl_bytes_starts(arguments, PL_LIT("CMAKE_")) && !is_format);
}

/* The command's name and what is between its parentheses. Does it do nothing but set, test and say things? */
static pl_status is_inert(const struct pl_match *m, pl_bytes name, pl_bytes arguments, bool *yes,
                          struct pl_err *err)
{
    static const char *const inert[] = {"set",
                                        "unset",
                                        "if",
                                        "elseif",
                                        "else",
                                        "endif",
                                        "foreach",
                                        "list",
                                        "endforeach",
                                        "string",
                                        "cmake_policy",
                                        "return",
                                        "math",
                                        "get_filename_component",
                                        "add_library",
                                        "macro",
                                        "endmacro",
                                        "add_executable",
                                        "set_target_properties",
                                        "set_property",
                                        "cmake_minimum_required"};
    pl_bytes plain = pl_bytes_trim(arguments);
    *yes = pl_bytes_eq_str(name, "message");
    if (*yes)
        return PL_OK;
    bool may_be = pl_bytes_is_one_of(name, inert, sizeof inert / sizeof inert[0]) ||
                  (pl_bytes_eq_str(name, "file") && pl_bytes_starts(plain, PL_LIT("GLOB "))) ||
                  (pl_bytes_eq_str(name, "include") &&
                   (pl_bytes_eq_str(plain, "\"${_cmake_config_file}\"") || pl_bytes_eq_str(plain, "${f}") ||
                    pl_bytes_eq_str(plain, "\"${f}\"")));
    may_be = may_be && !sets_build(name, plain);
    return may_be && are_paths_inside(arguments) ? are_known(m, arguments, yes, err) : PL_OK;
}

/* Behind the parenthesis that ends the list which begins at `at`; 0 when none does. */
static size_t list_end(pl_bytes text, size_t at)
{
    unsigned depth = 0;
    bool is_quoted = false;
    for (size_t i = at; i < text.n; i++) {
        uint8_t c = text.p[i];
        if (c == '\\') {
            i++;
        } else if (c == '"') {
            is_quoted = !is_quoted;
        } else if (!is_quoted) {
            if (c == '#' || (c == '(' && ++depth > MAX_DEPTH))
                return 0;
            if (c == ')' && --depth == 0)
                return i + 1;
        }
    }
    return 0;
}

static size_t line_end(pl_bytes text, size_t at)
{
    size_t end = pl_bytes_find_byte(text, '\n', at);
    return end == SIZE_MAX ? text.n : end + 1;
}

static pl_status claim(struct pl_file *f, size_t start, size_t end, const char *call, struct pl_err *err)
{
    return pl_match_claim(f, start, end - start, PL_CLASS_DERIVED, PL_GRADE_C, RULE, call, err);
}

/* Commands and comments, each from the beginning of its line to the end. What is not understood is passed over, line by line. */
static pl_status read_package(const struct pl_match *m, struct pl_file *f, const char *call,
                              struct pl_err *err)
{
    pl_bytes text = f->data;
    pl_status st = PL_OK;
    for (size_t start = 0; start < text.n && st == PL_OK;) {
        size_t at = start;
        bool is_good = false;
        while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\t'))
            at++;
        size_t end = line_end(text, at);
        size_t name = at;
        while (at < text.n && pl_is_word_byte(text.p[at]))
            at++;
        pl_bytes command = pl_bytes_sub(text, name, at - name);
        while (at < text.n && text.p[at] == ' ')
            at++;
        if (command.n == 0)
            is_good = at < text.n && (text.p[at] == '#' || text.p[at] == '\n') &&
                      !pl_bytes_starts(pl_bytes_from(text, at), PL_LIT("#["));
        size_t close = command.n > 0 && at < text.n && text.p[at] == '(' ? list_end(text, at) : 0;
        if (close > 0) {
            end = line_end(text, close);
            bool is_alone = pl_bytes_trim(pl_bytes_sub(text, close, end - close)).n == 0;
            if (is_alone)
                st = is_inert(m, command, pl_bytes_sub(text, at + 1, close - at - 2), &is_good, err);
        }
        if (st == PL_OK && is_good)
            st = claim(f, start, end, call, err);
        start = end;
    }
    return st;
}

/* A macro that is called after a target or library of the source: what is in front of one of these ends. */
static pl_status is_macro(const struct pl_match *m, pl_bytes word, bool *yes, struct pl_err *err)
{
    static const char *const ends[] = {"_DEPRECATED_NO_EXPORT", "_DEPRECATED_EXPORT", "_NO_DEPRECATED",
                                       "_STATIC_DEFINE",        "_NO_EXPORT",         "_EXPORT_H",
                                       "_DEPRECATED",           "_EXPORTS",           "_EXPORT"};
    *yes = false;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        pl_bytes end = pl_bytes_of_str(ends[i]);
        if (!pl_bytes_ends(word, end) || word.n == end.n)
            continue;
        pl_bytes target = pl_bytes_sub(word, 0, word.n - end.n);
        *yes = pl_index_has_word(m->index, target) || target.n < 3;
        return *yes ? PL_OK : pl_index_has_word_in_any_case(m->index, target, yes, err);
    }
    return PL_OK;
}

/* "#  define MARBLE_EXPORT __attribute__((visibility("default")))", and comments of the tool. */
static pl_status is_export_line(const struct pl_match *m, pl_bytes line, bool *yes, struct pl_err *err)
{
    static const char *const words[] = {"define",         "ifdef",
                                        "ifndef",         "else",
                                        "endif",          "default",
                                        "visibility",     "hidden",
                                        "dllexport",      "dllimport",
                                        "__declspec",     "__attribute__",
                                        "__deprecated__", "DEFINE_NO_DEPRECATED"};
    static const char *const comments[] = {"/* We are building this library */",
                                           "/* We are using this library */"};
    pl_bytes rest = pl_bytes_trim(line);
    pl_bytes word;
    pl_status st = PL_OK;
    *yes = rest.n == 0 || pl_bytes_is_one_of(rest, comments, 2);
    if (*yes || rest.p[0] != '#')
        return PL_OK;
    *yes = true;
    while (st == PL_OK && *yes && pl_words_next(&rest, &word))
        if (!pl_bytes_is_one_of(word, words, sizeof words / sizeof words[0]))
            st = is_macro(m, word, yes, err);
    return st;
}

static pl_status read_header(const struct pl_match *m, struct pl_file *f, const char *call,
                             struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t start = 0, end; start < f->data.n && st == PL_OK; start = end) {
        bool is_good;
        end = line_end(f->data, start);
        st = is_export_line(m, pl_bytes_sub(f->data, start, end - start), &is_good, err);
        if (st == PL_OK && is_good)
            st = claim(f, start, end, call, err);
    }
    return st;
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    bool is_package = pl_bytes_ends(f->name, PL_LIT(".cmake"));
    bool is_header = pl_bytes_ends(f->name, PL_LIT(".h"));
    uint64_t offset;
    uint64_t length;
    if ((!is_package && !is_header) || f->data.p == NULL || !f->is_whole || f->data.n != f->size ||
        f->data.n > MAX_BYTES || !pl_ledger_gap(&f->ledger, 0, &offset, &length))
        return PL_OK;
    if (is_header && pl_bytes_find(f->data, PL_LIT("_NO_EXPORT"), 0) == SIZE_MAX)
        return PL_OK;
    const struct pl_source_file *call = find_call(m, is_package ? TOOL_PACKAGE : TOOL_HEADER);
    if (call == NULL)
        return PL_OK;
    const char *path = pl_arena_str(m->arena, call->path);
    if (path == NULL)
        return pl_arena_fail(m->arena, err);
    return is_package ? read_package(m, f, path, err) : read_header(m, f, path, err);
}

const struct pl_rung pl_rung_cmake_written = {
    .rule = RULE,
    .what = "In a .cmake file or the header of an export: commands that run nothing, with words of the "
            "sources and of CMake's own naming, where the source calls the tool that writes such a file.",
    .source = "cmake-packages(7), GenerateExportHeader",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
