/*
 * stranger.c - machine code whose very name the source does not know.
 *
 * A program that was added to a package shows by its functions, its strings and its name. A
 * name is what a build rule, an install list or a class declaration must spell out: its first word (up to a dot or a dollar sign) stands
 * somewhere in every honest source of the accuracy set.
 */
#include "match/match.h"

#include "classify/classify.h"
#include "format/text/words.h"

#include <string.h>

#define LIBRARY_BYTES 8u /* of libNAME, where NAME alone is looked for: shorter ones are everywhere */

/* A source file of that name, in a language that is compiled to files of the same name; a rule of make may say %.c alone. */
static bool has_source_of_name(const struct pl_match *m, pl_bytes name)
{
    static const char *const suffixes[] = {".py", ".java", ".kt",  ".scala", ".groovy", ".c",
                                           ".cc", ".cpp",  ".cxx", ".go",    ".rs"};
    uint8_t text[256];
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0] && name.n < 240; i++) {
        size_t n = strlen(suffixes[i]);
        memcpy(text, name.p, name.n);
        memcpy(text + name.n, suffixes[i], n);
        if (pl_index_units_of_name(m->index, pl_bytes_of(text, name.n + n)).n > 0)
            return true;
    }
    return false;
}

/* Up to a dot or a dollar sign; of a library all but its version: "liblua5.1-cjson.so.0.0.0" has the word that its source has behind a dot. */
static pl_bytes first_part(pl_bytes name)
{
    size_t so = pl_bytes_find(name, PL_LIT(".so"), 1);
    bool is_library = so != SIZE_MAX && (so + 3 == name.n || name.p[so + 3] == '.');
    if (is_library)
        return pl_bytes_sub(name, 0, so);
    name = pl_bytes_sub(name, 0, pl_bytes_find_byte(name, '.', 1));
    return pl_bytes_sub(name, 0, pl_bytes_find_byte(name, '$', 1));
}

static pl_status apply(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    pl_bytes name = pl_bytes_basename(f->name);
    pl_bytes word;
    bool has_word = false;
    if (!pl_kind_is_code(f->kind) || f->size == 0)
        return PL_OK;
    name = first_part(name);
    pl_bytes name_of_module = name;
    bool is_library = pl_bytes_find(pl_bytes_basename(f->name), PL_LIT(".so"), 1) != SIZE_MAX;
    while (pl_words_next(&name, &word)) {
        /* Meson and CMake put "lib" before the name of a library. */
        bool has_lib =
            is_library && !has_word && pl_bytes_starts(word, PL_LIT("lib")) && word.n >= LIBRARY_BYTES;
        has_word = true;
        if (pl_index_has_word(m->index, word) ||
            (has_lib && pl_index_has_word(m->index, pl_bytes_from(word, 3))))
            return PL_OK;
    }
    if (!has_word || has_source_of_name(m, name_of_module))
        return PL_OK;
    struct pl_finding *finding;
    bool is_of_source = pl_match_is_of_source(f);
    pl_status st = pl_findings_add(
        &f->findings, "file.unaccounted", is_of_source ? PL_SEVERITY_WARNING : PL_SEVERITY_ERROR, 0, f->size,
        &finding, err,
        is_of_source ? "nothing in the sources has the name of this file, but its functions are theirs"
                     : "no source explains this file: nothing in the sources has its name");
    return st == PL_OK ? pl_finding_fact(&f->findings, finding, "name", pl_bytes_basename(f->name), err) : st;
}

const struct pl_rung pl_rung_code_stranger = {
    .rule = "code.stranger",
    .what = "Explains nothing: reports a program or class file whose name stands nowhere in the sources; a "
            "warning where its functions are theirs.",
    .source = "a build rule, an install list or a class declaration spells the name out; measured in "
              "tests/accuracy",
    .pass = PL_PASS_FILE,
    .apply = apply,
};
