/*
 * literals_forms.c - strict rules for strings that a compiler or a build makes out of names and literals of the source.
 *
 * Each checks every part of the string; a part that is not known refuses the whole.
 */
#include "corpus/literals_set.h"
#include "format/text/cpp_names.h"

#include <string.h>

#define MAX_FORM_BYTES      4096u
#define MIN_FORMAT_BYTES    4u /* of letters, in a format with numbers put in */
#define MIN_VERSIONED_BYTES 3u /* of a name with a version behind it */

const struct literal *pl_literal_find_identifier(const struct pl_literals *l, pl_bytes word)
{
    static const enum literal_rule kinds[] = {RULE_WORD, KIND_HEADER_WORD, KIND_MACRO_WORD, KIND_IDENTIFIER};
    const struct literal *e = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && e == NULL; i++)
        e = pl_literal_find(l, kinds[i], word);
    return e;
}

struct identifier_search {
    const struct pl_literals *l;
    const struct literal *first; /* of the source */
};

/*
 * "xercesc_3_2" for xercesc: a library puts the numbers of its version behind the name of its namespace, out of what configure knows. What it could hide: other numbers there.
 */
static const struct literal *find_versioned(const struct pl_literals *l, pl_bytes word)
{
    size_t n = word.n;
    while (n > 0 && (pl_is_digit(word.p[n - 1]) || word.p[n - 1] == '_'))
        n--;
    bool has_number =
        n >= MIN_VERSIONED_BYTES && n + 1 < word.n && word.p[n] == '_' && pl_is_digit(word.p[n + 1]);
    return has_number ? pl_literal_find_identifier(l, pl_bytes_sub(word, 0, n)) : NULL;
}

static bool is_known(void *ctx, pl_bytes word)
{
    struct identifier_search *s = ctx;
    const struct literal *e = pl_literal_find_identifier(s->l, word);
    if (e == NULL)
        e = find_versioned(s->l, word);
    if (s->first == NULL || s->first->kind != RULE_WORD)
        s->first = e == NULL ? s->first : e;
    return e != NULL;
}

/* "N3foo6ParserE": how type information names a type. Itanium C++ ABI 2.9.5. */
const struct literal *pl_literal_find_type_name(const struct pl_literals *l, pl_bytes string)
{
    struct identifier_search s = {.l = l};
    bool is_likely = pl_is_digit(string.p[0]) || memchr("NSPKFADZ*", string.p[0], 9) != NULL;
    pl_bytes name = string.p[0] == '*' ? pl_bytes_from(string, 1) : string;
    size_t digits = 0;
    if (name.n == 0)
        return NULL;
    while (digits < name.n && pl_is_digit(name.p[digits]))
        digits++;
    uint64_t length = 0;
    bool is_one =
        digits > 0 && pl_bytes_to_u64(pl_bytes_sub(name, 0, digits), &length) && length == name.n - digits;
    /* A nested name or one with arguments ends as it began. */
    is_likely =
        is_likely && (is_one || pl_bytes_ends(name, PL_LIT("E")) || (digits == 0 && name.p[0] != 'N'));
    return is_likely && pl_cpp_identifiers(name, is_known, &s) ? s.first : NULL;
}

static bool is_language_word(pl_bytes word)
{
    static const char *const words[] = {
        "const",    "volatile",  "unsigned",  "signed",        "long",      "short",   "int",   "char",
        "bool",     "double",    "float",     "void",          "static",    "virtual", "std",   "with",
        "operator", "anonymous", "namespace", "lambda",        "constexpr", "struct",  "class", "enum",
        "inline",   "noexcept",  "unnamed",   "__va_list_tag", "__va_list"};
    return pl_bytes_is_one_of(word, words, sizeof words / sizeof words[0]);
}

bool pl_literal_is_type_word(const struct pl_literals *l, pl_bytes word)
{
    return is_language_word(word) || (word.n > 0 && pl_is_digit(word.p[0])) ||
           pl_literal_find_identifier(l, word) != NULL;
}

/*
 * "bool Json::Value::operator==(const Json::Value&) const": __PRETTY_FUNCTION__ of C++. A return type or a scope, a name, a list of
 * parameters: all words are identifiers, and what is between them is punctuation of types. GCC manual, 6.48.
 */
const struct literal *pl_literal_find_signature(const struct pl_literals *l, pl_bytes string)
{
    const struct literal *first = NULL;
    size_t open = pl_bytes_find_byte(string, '(', 0);
    bool has_scope = pl_bytes_find(pl_bytes_sub(string, 0, open), PL_LIT("::"), 0) != SIZE_MAX ||
                     pl_bytes_find_byte(pl_bytes_sub(string, 0, open), ' ', 0) != SIZE_MAX;
    size_t close = pl_bytes_rfind_byte(string, ')');
    if (open == SIZE_MAX || open == 0 || close == SIZE_MAX || !has_scope || string.n > MAX_FORM_BYTES ||
        string.p[open - 1] == ' ')
        return NULL;
    for (size_t at = 0; at < string.n;) {
        size_t n = 0;
        while (at + n < string.n && pl_is_word_byte(string.p[at + n]))
            n++;
        if (n == 0) {
            if (memchr(" ,:<>()[]{}&*=~!+-;.|^%", string.p[at], 23) == NULL)
                return NULL;
            at++;
            continue;
        }
        pl_bytes word = pl_bytes_sub(string, at, n);
        const struct literal *e = pl_literal_find_identifier(l, word);
        if (e == NULL && !pl_literal_is_type_word(l, word))
            return NULL;
        if (e != NULL && e->kind == RULE_WORD)
            first = e;
        at += n;
    }
    return first;
}

/*
 * "QtMetaTypePrivate::QPairVariantInterfaceImpl", "QVariantMap&": what Qt calls a type by, out of #TYPE in a template of a header or of moc's. Identifiers with "::" between them, and
 * stars or ampersands behind them; one of these there must be. Where the source has C++. What it could hide: names of types.
 */
const struct literal *pl_literal_find_qualified(const struct pl_literals *l, pl_bytes string)
{
    const struct literal *first = NULL;
    size_t at = 0;
    while (l->has_cpp && string.n <= MAX_FORM_BYTES) {
        size_t n = 0;
        while (at + n < string.n && pl_is_word_byte(string.p[at + n]))
            n++;
        const struct literal *e = n == 0 ? NULL : pl_literal_find_identifier(l, pl_bytes_sub(string, at, n));
        if (e == NULL)
            return NULL;
        first = first == NULL || e->kind == RULE_WORD ? e : first;
        at += n;
        if (!pl_bytes_starts(pl_bytes_from(string, at), PL_LIT("::")))
            break;
        at += 2;
    }
    size_t end = at;
    while (end < string.n && (string.p[end] == '*' || string.p[end] == '&'))
        end++;
    bool has_mark = end > at || pl_bytes_find_byte(string, ':', 0) != SIZE_MAX;
    return has_mark && end == string.n ? first : NULL;
}

/* Does the format give the string when its %d, %u, %x and the like are numbers? Other conversions do not fit. */
static bool is_formatted(pl_bytes format, pl_bytes string)
{
    size_t f = 0;
    size_t s = 0;
    size_t letters = 0;
    bool has_number = false;
    while (f < format.n) {
        if (format.p[f] == '%' && f + 1 < format.n && format.p[f + 1] != '%') {
            size_t digits = s;
            f++;
            while (f < format.n &&
                   (pl_is_digit(format.p[f]) || memchr("-+ #.lhzjt", format.p[f], 10) != NULL))
                f++;
            if (f >= format.n || memchr("diuxX", format.p[f], 5) == NULL)
                return false;
            while (s < string.n && pl_is_digit(string.p[s]))
                s++;
            if (s == digits)
                return false;
            f++;
            has_number = true;
            continue;
        }
        if (s >= string.n || format.p[f] != string.p[s])
            return false;
        letters += (format.p[f] | 0x20) >= 'a' && (format.p[f] | 0x20) <= 'z';
        f += 1 + (format.p[f] == '%');
        s++;
    }
    return s == string.n && has_number && letters >= MIN_FORMAT_BYTES;
}

/* "SIGRTMIN+3": a program of the build wrote it, by the format "SIGRTMIN+%d" of the source. */
const struct literal *pl_literal_find_formatted(const struct pl_literals *l, pl_bytes string)
{
    size_t digit = 0;
    while (digit < string.n && !pl_is_digit(string.p[digit]))
        digit++;
    if (digit == string.n || string.n > MAX_FORM_BYTES)
        return NULL;
    size_t first;
    size_t end = pl_literal_formats(l, pl_bytes_sub(string, 0, digit), &first);
    for (size_t i = first; i < end; i++) {
        const struct literal *e = &l->literals.v[l->formats[i].literal];
        if (is_formatted(pl_literal_text(l, e), string))
            return e;
    }
    return NULL;
}

static bool is_month(pl_bytes text)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (size_t i = 0; text.n >= 3 && i < 36; i += 3)
        if (memcmp(text.p, months + i, 3) == 0)
            return true;
    return false;
}

/* Equal but for numbers and months. */
static bool is_other_version(pl_bytes a, pl_bytes b)
{
    size_t i = 0;
    size_t k = 0;
    while (i < a.n && k < b.n) {
        if (pl_is_digit(a.p[i]) && pl_is_digit(b.p[k])) {
            while (i < a.n && pl_is_digit(a.p[i]))
                i++;
            while (k < b.n && pl_is_digit(b.p[k]))
                k++;
        } else if (is_month(pl_bytes_from(a, i)) && is_month(pl_bytes_from(b, k))) {
            i += 3;
            k += 3;
        } else if (a.p[i++] != b.p[k++]) {
            return false;
        }
    }
    return i == a.n && k == b.n;
}

/* "OpenSSL 3.0.11 19 Sep 2023": a literal of a header, as another version of that header has it. */
const struct literal *pl_literal_find_other_version(const struct pl_literals *l, pl_bytes string)
{
    /* Headers of libstdc++ up to GCC 11, and the word of them that those of today still have. */
    static const char *const older[][2] = {
        {"basic_string::_M_construct null not valid", "_M_construct"},
    };
    for (size_t i = 0; i < sizeof older / sizeof older[0]; i++)
        if (pl_bytes_eq_str(string, older[i][0]))
            return pl_literal_find(l, KIND_HEADER_WORD, pl_bytes_of_str(older[i][1]));
    for (size_t i = 0; i < l->n_versions; i++) {
        const struct literal *e = &l->literals.v[l->versions[i]];
        if (is_other_version(pl_literal_text(l, e), string))
            return e;
    }
    return NULL;
}

/* An option of a compiler or of configure: "-O2", "-DX=\"y\"", "--prefix=/usr". */
static bool is_option(pl_bytes word)
{
    static const char *const starts[] = {"-D",    "-I", "-f", "-g", "-O", "-W", "-m",
                                         "-std=", "-l", "-L", "-p", "-U", "-i"};
    bool is_long = pl_bytes_starts(word, PL_LIT("--")) && word.n > 2 && (word.p[2] | 0x20) >= 'a';
    for (size_t i = 0; i < word.n; i++)
        if (memchr(";|&`<>", word.p[i], 6) != NULL)
            return false;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0] && !is_long; i++)
        is_long = pl_bytes_starts(word, pl_bytes_of_str(starts[i]));
    /* What the linker is given of the build's own: "../lib/libgnu.a". */
    bool is_archive = pl_bytes_ends(word, PL_LIT(".a")) || pl_bytes_ends(word, PL_LIT(".la"));
    return is_long || (is_archive && word.p[0] == '.');
}

/*
 * The command line of the compiler, or the arguments of configure, which some programs show: at least three options and nothing else but
 * the compiler's name. dpkg-buildflags(1); GCC manual, 3.
 */
const struct literal *pl_literal_find_options(const struct pl_literals *l, pl_bytes string)
{
    size_t options = 0;
    pl_bytes rest = string;
    pl_bytes word;
    for (bool is_first = true; pl_bytes_split(&rest, ' ', &word); is_first = false) {
        bool is_compiler = is_first && (pl_bytes_eq_str(word, "gcc") || pl_bytes_eq_str(word, "g++") ||
                                        pl_bytes_eq_str(word, "cc") || pl_bytes_eq_str(word, "c++"));
        if (word.n == 0 || is_compiler)
            continue;
        if (!is_option(word))
            return NULL;
        options++;
    }
    return options >= 3 && l->literals.n > 0 ? &l->literals.v[0] : NULL;
}

/* Has the own source a file of this name in this folder, which is empty or ends with a slash? */
static bool has_in_folder(const struct pl_literals *l, pl_bytes folder, pl_bytes name)
{
    for (size_t i = 0; i < l->n_files; i++) {
        pl_bytes path = pl_index_file(l->index, l->files[i])->path;
        if (path.n == folder.n + name.n && pl_bytes_starts(path, folder) && pl_bytes_ends(path, name) &&
            pl_index_tree(l->index, l->files[i].tree)->rank == PL_RANK_OWN)
            return true;
    }
    return false;
}

/*
 * "obj-x86_64-linux-gnu/client/Wayland/CMakeFiles/wlfreerdp.dir/compiler_depend.ts": a file that CMake's generator of makefiles keeps beside a target, which a definition with $< or
 * __FILE__ names. The own source has a CMakeLists.txt in that folder, and a build file the target's name. CMake manual, "Makefile Generators". What it could hide: a path of this
 * form, which leads to no place of its own.
 */
const struct literal *pl_literal_find_cmake_file(const struct pl_literals *l, pl_bytes string)
{
    static const char *const files[] = {"compiler_depend.ts", "compiler_depend.make", "build.make",
                                        "depend.make",        "flags.make",           "link.txt"};
    static const char folder[] = "CMakeFiles/";
    size_t at = pl_bytes_find(string, PL_LIT("CMakeFiles/"), 0);
    size_t slash = pl_bytes_rfind_byte(string, '/');
    if (at == SIZE_MAX || string.n > MAX_FORM_BYTES || slash < at + sizeof folder - 1 || string.p[0] == '/' ||
        pl_bytes_find(string, PL_LIT(".."), 0) != SIZE_MAX ||
        !pl_bytes_is_one_of(pl_bytes_from(string, slash + 1), files, sizeof files / sizeof files[0]))
        return NULL;
    pl_bytes target = pl_bytes_sub(string, at + sizeof folder - 1, slash - (at + sizeof folder - 1));
    pl_bytes path = pl_bytes_sub(string, 0, at);
    size_t outer = pl_bytes_starts(path, PL_LIT("obj-")) ? pl_bytes_find_byte(path, '/', 0) : SIZE_MAX;
    path = outer == SIZE_MAX ? path : pl_bytes_from(path, outer + 1);
    if (!pl_bytes_ends(target, PL_LIT(".dir")) || !has_in_folder(l, path, PL_LIT("CMakeLists.txt")))
        return NULL;
    return pl_literal_find(l, KIND_BUILD_WORD, pl_bytes_sub(target, 0, target.n - 4));
}

/*
 * "gio/xdp-dbus.c": __FILE__ of C that meson has a generator write into its folder of the build. The own source has a meson.build in that folder, and a build file the name as a
 * word. What it could hide: a path of this form, which leads to no place of its own.
 */
const struct literal *pl_literal_find_made_file(const struct pl_literals *l, pl_bytes string)
{
    static const char *const ends[] = {".c", ".cc", ".cpp", ".h", ".hpp"};
    size_t slash = pl_bytes_rfind_byte(string, '/');
    pl_bytes name = pl_bytes_from(string, slash == SIZE_MAX ? 0 : slash + 1);
    size_t dot = pl_bytes_rfind_byte(name, '.');
    if (dot == SIZE_MAX || dot == 0 || slash == SIZE_MAX || string.p[0] == '/' || string.n > MAX_FORM_BYTES ||
        pl_bytes_find(string, PL_LIT(".."), 0) != SIZE_MAX ||
        !pl_bytes_is_one_of(pl_bytes_from(name, dot), ends, sizeof ends / sizeof ends[0]))
        return NULL;
    const struct literal *word = pl_literal_find(l, KIND_BUILD_WORD, pl_bytes_sub(name, 0, dot));
    return word != NULL && has_in_folder(l, pl_bytes_sub(string, 0, slash + 1), PL_LIT("meson.build")) ? word
                                                                                                       : NULL;
}
