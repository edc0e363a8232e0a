/*
 * literals_swig.c - texts that SWIG writes into the native half of a module, out of the declarations that its input names.
 *
 *     in the source:   %module Kite            class Wing { int fold(Wing *other); };
 *     in the program:  "Wing_fold"             "in method 'Wing_fold', argument 2 of type 'Wing *'"
 *
 * Such a text says nothing but names: each name is of the source, two and more of them joined by a line, and each type is of identifiers and the punctuation of types. A
 * short list of texts of SWIG's own runtime is known as it is. Wanted is an input of SWIG in the own source: a .i or .swg that names a module.
 *
 * What somebody could hide behind it: such a message, or a name joined of two known ones, in a package that SWIG is used for. None is a path, a host or a command.
 *
 * Source: SWIG 4.1 manual, "SWIG Basics" and "SWIG and Python"; what SWIG 4.1 writes. Not read here: which names belong together.
 */
#include "corpus/literals_set.h"

#include <string.h>

#define MAX_TEXT_BYTES 16384u /* prototypes of an overloaded function: one line each */
#define NAME_MIN       4u
#define NAME_BYTES     128u
#define NAME_LINES     16u /* of a name that may be joined: each two bound a word that is looked up */

/* '$' is a name, '#' a number, '@' a type, '*' a list of prototypes, a line each. */
static const char *const forms[] = {
    "in method '$', argument # of type '@'",
    "invalid null reference in method '$', argument # of type '@'",
    "in variable '$' of type '@'",
    "in variable '@' of type '@'",
    "invalid null reference in variable '$' of type '@'",
    "invalid null reference in variable '@' of type '@'",
    "'self' uninitialized, maybe you forgot to call $.__init__.",
    "in output value of type '@'",
    "Variable $ is read-only.",
    "Wrong number or type of arguments for overloaded function '$'.\n  Possible C/C++ prototypes are:\n*",
    "std::@",
    "$",
};

static const char *const runtime[] = {
    "swigregister",
    "swiginit",
    "swigvarlink",
    "surrogateescape",
    "SwigPyObject",
    "SwigPyPacked",
    "swig::SwigPyIterator *",
    "SWIG director type mismatch",
    "Unknown C global variable '%s'",
    "swig_runtime_data4.type_pointer_capsule",
    "operation not supported",
    "_p_char",
    "bad iterator type",
    "bad type",
    "key not found",
    "map size not valid in python",
    "sequence size not valid in python",
    "in sequence element %d ",
    "a sequence is expected",
    "index out of range",
    "Slice object expected.",
    "pop from empty container",
    "attempt to assign sequence of size %lu to extended slice of size %lu",
    ".items() didn't return a sequence!",
};

static const struct literal *find_module(const struct pl_literals *l)
{
    return pl_literal_find(l, KIND_SWIG_INPUT, PL_LIT("%module"));
}

/* Words that SWIG itself puts before, behind and between names. */
static bool is_swigs_word(pl_bytes word)
{
    static const char *const words[] = {"new",  "delete",         "disown",           "set",  "get",
                                        "swig", "SwigPyIterator", "SwigValueWrapper", "SWIG", "swiginit"};
    bool is_operator = word.n > 4 && pl_bytes_starts(word, PL_LIT("__")) && pl_bytes_ends(word, PL_LIT("__"));
    return is_operator || pl_bytes_is_one_of(word, words, sizeof words / sizeof words[0]);
}

static size_t count_lines(pl_bytes name)
{
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++)
        n += name.p[i] == '_';
    return n;
}

/* "Wing_fold", "new_Wing", "Wing___eq__": names of the source and SWIG's words with a line between each. Quadratic in NAME_LINES. */
static bool is_joined(const struct pl_literals *l, pl_bytes name)
{
    bool ends_here[NAME_BYTES + 1] = {true}; /* known names with their lines end before this byte */
    if (name.n < NAME_MIN || name.n > NAME_BYTES || pl_is_digit(name.p[0]) || count_lines(name) > NAME_LINES)
        return false;
    for (size_t end = 1; end <= name.n; end++) {
        if (end < name.n && name.p[end] != '_')
            continue;
        for (size_t start = 0; start < end && !(end < name.n && ends_here[end + 1]); start++) {
            pl_bytes word = pl_bytes_sub(name, start, end - start);
            if (!ends_here[start] || (!is_swigs_word(word) && pl_literal_find_identifier(l, word) == NULL))
                continue;
            if (end == name.n)
                return true;
            ends_here[end + 1] = true;
        }
    }
    return false;
}

static bool take_name(const struct pl_literals *l, pl_bytes *rest)
{
    size_t n = 0;
    while (n < rest->n && pl_is_word_byte(rest->p[n]))
        n++;
    pl_bytes name = pl_bytes_sub(*rest, 0, n);
    *rest = pl_bytes_from(*rest, n);
    return is_joined(l, name);
}

static bool take_number(pl_bytes *rest)
{
    size_t n = 0;
    while (n < rest->n && pl_is_digit(rest->p[n]))
        n++;
    *rest = pl_bytes_from(*rest, n);
    return n > 0;
}

/* All of `text` is words of the source, of the language or SWIG's, and punctuation of types. */
static bool is_type(const struct pl_literals *l, pl_bytes text)
{
    size_t words = 0;
    for (size_t at = 0; at < text.n;) {
        size_t n = 0;
        while (at + n < text.n && pl_is_word_byte(text.p[at + n]))
            n++;
        pl_bytes word = pl_bytes_sub(text, at, n);
        if (n == 0 && memchr(" ,:<>()[]&*~=!+-.", text.p[at], 17) == NULL)
            return false;
        if (n > 0 && !pl_literal_is_type_word(l, word) && !is_swigs_word(word))
            return false;
        words += n > 0;
        at += n == 0 ? 1 : n;
    }
    return words > 0;
}

/* Up to a quote, or to the end. */
static bool take_type(const struct pl_literals *l, pl_bytes *rest)
{
    pl_bytes type = pl_bytes_sub(*rest, 0, pl_bytes_find_byte(*rest, '\'', 0));
    *rest = pl_bytes_from(*rest, type.n);
    return is_type(l, type);
}

static bool are_prototypes(const struct pl_literals *l, pl_bytes text)
{
    size_t lines = 0;
    pl_bytes line;
    while (text.n > 0 && pl_bytes_split(&text, '\n', &line)) {
        bool has_end = pl_bytes_ends(line, PL_LIT(")")) || pl_bytes_ends(line, PL_LIT(") const"));
        if (!pl_bytes_skip(&line, PL_LIT("    ")) || !has_end || !is_type(l, line))
            return false;
        lines++;
    }
    return lines > 0;
}

static bool has_form(const struct pl_literals *l, pl_bytes text, const char *form)
{
    for (; *form != '\0'; form++) {
        size_t n = strcspn(form, "$#@*");
        if (!pl_bytes_skip(&text, pl_bytes_of((const uint8_t *)form, n)))
            return false;
        form += n;
        if (*form == '\0')
            return text.n == 0;
        if (*form == '*')
            return are_prototypes(l, text);
        bool is_good = *form == '$'   ? take_name(l, &text)
                       : *form == '#' ? take_number(&text)
                                      : take_type(l, &text);
        if (!is_good)
            return false;
    }
    return text.n == 0;
}

bool pl_literals_add_swig(struct pl_literals *l)
{
    for (size_t i = 0; i < l->n_files; i++) {
        const struct pl_source_file *f = pl_index_file(l->index, l->files[i]);
        bool is_own = pl_index_tree(l->index, l->files[i].tree)->rank == PL_RANK_OWN;
        bool is_input = pl_bytes_ends(f->path, PL_LIT(".i")) || pl_bytes_ends(f->path, PL_LIT(".swg"));
        if (is_own && is_input && pl_bytes_find(f->data, PL_LIT("%module"), 0) != SIZE_MAX)
            return pl_literal_add(l, KIND_SWIG_INPUT, PL_LIT("%module"), (uint32_t)i, 1);
    }
    return true;
}

const struct literal *pl_literal_find_swig(const struct pl_literals *l, pl_bytes string)
{
    const struct literal *module = string.n > MAX_TEXT_BYTES ? NULL : find_module(l);
    if (module == NULL || pl_bytes_is_one_of(string, runtime, sizeof runtime / sizeof runtime[0]))
        return module;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (has_form(l, string, forms[i]))
            return module;
    return NULL;
}
