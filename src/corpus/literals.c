/*
 * literals.c - asking the set of literals: is this string of a binary explained, and by which rule?
 *
 * Exact questions are one probe of a hash table each. The others start from keys: a hash of the first and the last 8 bytes of each
 * literal, and of each third of it together with its length, so that two changed bytes leave at least one third untouched
 * (pigeonhole principle). Candidates are compared byte by byte, and at most MAX_CANDIDATES are looked at for one key.
 */
#include "corpus/literals_set.h"

#include "base/parallel.h"

#include <stdlib.h>
#include <string.h>

#define MAX_CANDIDATES       2048u
#define MAX_CONCAT_BYTES     4096u
#define MAX_CONFIGURED_BYTES 64u
#define MAX_VERSION_TEXT     512u
#define WHOLE_FILE_BYTES     64u     /* of the shortest source file that is looked for as a text */
#define CONFIGURED_PPM       600000u /* prefix and suffix together: as 0.7 % of the strings of 55 packages have */
#define TEXT_KEY_BYTES       5u

static const struct pl_literal_rule rules[RULE_COUNT] = {
    [RULE_EQUAL] = {"literal.equal", true, "equal to a string literal, neighbours joined", "C17 6.4.5"},
    [RULE_TILED] = {"literal.tiled", true, "literals with the values of macros between them",
                    "C17 6.4.5, 7.8.1"},
    [RULE_NUL_PIECE] = {"literal.nul-piece", true, "a part of a literal between its NUL bytes", "C17 6.4.5"},
    [RULE_VECTOR_PIECE] = {"literal.vector-piece", true,
                           "pieces of literals, one vector register each: a copy of a literal without a call",
                           "GCC internals, 18.9 (cpymem); x86-64 psABI, 3.2.1"},
    [RULE_WORD] = {"literal.word", true, "an identifier: #x, __func__", "C17 6.10.3.2, 6.4.2.2"},
    [RULE_FILE] = {"literal.file", true, "the path of a source file, also with a line: __FILE__, __LINE__",
                   "C17 6.10.8.1"},
    [RULE_MACRO_TEXT] = {"literal.macro-text", true, "the text of a macro's argument: #x, assert",
                         "C17 6.10.3.2"},
    [RULE_HEADER] = {"literal.header", true,
                     "a literal of a macro or inline function that a header of the build gives to the source",
                     "C17 6.10.3"},
    [RULE_MACRO] = {"literal.macro", true, "a literal that a use of a macro expands to, with # and ##",
                    "C17 6.10.3"},
    [RULE_BUILD_VALUE] = {"literal.build-value", true,
                          "a directory, version or option that the build files give to the program",
                          "GNU Coding Standards 7.2.5; dh_auto_configure(1)"},
    [RULE_PUTS] = {"literal.puts", true, "a literal without its last line end: printf made puts",
                   "GCC manual, -fno-builtin"},
    [RULE_CHARACTERS] = {"literal.characters", true,
                         "character constants one after the other, parted by commas", "C17 6.4.4.4"},
    [RULE_TYPE_NAME] = {"literal.type-name", true,
                        "the mangled name of a C++ type, of identifiers of the source",
                        "Itanium C++ ABI, 2.9.5"},
    [RULE_SIGNATURE] = {"literal.signature", true,
                        "a function's name with its types, of identifiers of the source: __PRETTY_FUNCTION__",
                        "GCC manual, 6.48 (Function Names)"},
    [RULE_FORMATTED] = {"literal.formatted", true,
                        "a literal with numbers in place of its %d: a program of the build wrote it",
                        "C17 7.21.6.1"},
    [RULE_OTHER_VERSION] = {"literal.other-version", true,
                            "a literal of a header but for its numbers: the build had another version of it",
                            "C17 6.10.2"},
    [RULE_OPTIONS] = {"literal.options", true,
                      "a command line of options for the compiler or configure and nothing else",
                      "dpkg-buildflags(1); GCC manual, 3"},
    [RULE_DEFINED] = {"literal.defined-name", true,
                      "a name in capitals that begins as the names of macros do which a script of the source "
                      "takes out of headers",
                      "POSIX awk, Regular Expressions"},
    [RULE_RUST_PIECE] =
        {"literal.rust-piece", true,
         "a piece of a format string of Rust between the places of values, also with a line end",
         "library/alloc/src/fmt.rs"},
    [RULE_RUST_PLACE] = {"literal.rust-place", true,
                         "the path of a module or file of Rust: module_path!, the place of a panic",
                         "Rust reference, Paths"},
    [RULE_GO_JOINED] = {"literal.go-joined", true,
                        "a literal of Go with the space or line end of println, or two side by side",
                        "cmd/compile/internal/walk/builtin.go"},
    [RULE_GO_VERSION] = {"literal.go-version", true,
                         "the version of Go's compiler, which its linker puts into each program",
                         "cmd/link/internal/ld/main.go (-X runtime.buildVersion)"},
    [RULE_SWIG] = {"literal.swig", true,
                   "a text of SWIG's with names and types of the source, which has an input of SWIG",
                   "SWIG 4.1 manual, SWIG Basics"},
    [RULE_NICK] = {"literal.enum-nick", true,
                   "the end of a value's name of an enumeration, in lower case with dashes",
                   "glib-mkenums(1)"},
    [RULE_DBUS] = {"literal.dbus", true,
                   "a text of gdbus-codegen's with names of a D-Bus interface that the source describes",
                   "gdbus-codegen(1)"},
    [RULE_WHOLE_FILE] = {"literal.whole-file", true,
                         "all of a source file: the build makes an array of characters of it", "C17 6.4.5"},
    [RULE_CONCAT] = {"literal.concat", true, "literals of one file end to end, all of 8 bytes or more",
                     "C17 6.4.5"},
    [RULE_ARMS] = {"literal.arms", true, "literals with #if between them, one arm of each",
                   "C17 6.4.5, 6.10.1"},
    [RULE_CONFIGURED] = {"literal.configured", false,
                         "a literal with a short other text in its middle: a version, a path", "autoconf"},
    [RULE_EXPANDED] = {"literal.expanded-macro-text", false,
                       "the text of a macro's argument with another macro in it expanded", "C17 6.10.3.1"},
    [RULE_LINES] = {"literal.lines", false, "each of its lines stands somewhere in the source text", "none"},
    [RULE_UNREACHED] = {"literal.any-header", false,
                        "a literal of a definition that the source does not lead to, in a header of C++ of "
                        "which it uses another",
                        "none"},
    [RULE_TEXT] = {"literal.text", false, "stands somewhere in the source text", "none"},
};

const struct pl_literal_rule *pl_literal_rules(size_t *n)
{
    *n = RULE_COUNT;
    return rules;
}

size_t pl_literals_count(const struct pl_literals *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->literals.n; i++)
        n += l->literals.v[i].kind <= RULE_NUL_PIECE;
    return n;
}

uint64_t pl_literal_hash(enum literal_rule kind, pl_bytes text)
{
    return pl_bytes_hash(text, 0x9e3779b97f4a7c15ULL * (1 + kind));
}

pl_bytes pl_literal_text(const struct pl_literals *l, const struct literal *e)
{
    return pl_bytes_of(l->texts.p + e->text, e->length);
}

const struct literal *pl_literal_find(const struct pl_literals *l, enum literal_rule kind, pl_bytes text)
{
    if (l->n_slots == 0)
        return NULL;
    uint32_t hash = (uint32_t)pl_literal_hash(kind, text);
    for (size_t at = hash & (l->n_slots - 1); l->slots[at] != 0; at = (at + 1) & (l->n_slots - 1)) {
        const struct literal *e = &l->literals.v[l->slots[at] - 1];
        if (e->hash == hash && e->kind == kind && pl_bytes_eq(pl_literal_text(l, e), text))
            return e;
    }
    return NULL;
}

uint32_t pl_literal_key(enum key_part part, pl_bytes text)
{
    size_t third = text.n / 3;
    uint64_t seed = (uint64_t)part << 32 | (part <= KEY_LAST_THIRD ? text.n : 0);
    pl_bytes b = text;
    switch (part) {
    case KEY_FIRST_THIRD: b = pl_bytes_sub(text, 0, third); break;
    case KEY_MIDDLE_THIRD: b = pl_bytes_sub(text, third, third); break;
    case KEY_LAST_THIRD: b = pl_bytes_from(text, 2 * third); break;
    case KEY_START: b = pl_bytes_sub(text, 0, PL_LITERAL_END_BYTES); break;
    case KEY_END: b = pl_bytes_from(text, text.n - PL_LITERAL_END_BYTES); break;
    case KEY_PARTS: break;
    }
    return (uint32_t)(pl_bytes_hash(b, seed) >> 32);
}

size_t pl_literal_key_range(const struct pl_literals *l, enum key_part part, pl_bytes text, size_t *first)
{
    uint32_t key = pl_literal_key(part, text);
    size_t low = 0;
    size_t high = l->n_keys;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (l->keys[mid].key < key)
            low = mid + 1;
        else
            high = mid;
    }
    *first = low;
    while (low < l->n_keys && l->keys[low].key == key && low - *first < MAX_CANDIDATES)
        low++;
    return low;
}

/* "src/main.c:12"; without a line where that says nothing. NULL when the arena has no room. */
static const char *place_of(const struct pl_literals *l, const struct literal *e, struct pl_arena *arena)
{
    bool is_own = e->file < l->n_files;
    pl_bytes path = is_own ? pl_index_file(l->index, l->files[e->file])->path
                           : l->header_files.v[e->file - l->n_files]->path;
    return is_own && e->kind != RULE_FILE
               ? pl_arena_printf(arena, "%.*s:%u", PL_ARG(path), (unsigned)e->line_1based)
               : pl_arena_str(arena, path);
}

pl_status pl_literal_set_hit(const struct pl_literals *l, const struct literal *e, enum literal_rule rule,
                             struct pl_arena *arena, bool *found, struct pl_literal_hit *out,
                             struct pl_err *err)
{
    const char *source = place_of(l, e, arena);
    bool is_own =
        e->file < l->n_files && pl_index_tree(l->index, l->files[e->file].tree)->rank == PL_RANK_OWN;
    if (source == NULL)
        return pl_arena_fail(arena, err);
    *out = (struct pl_literal_hit){&rules[rule], source, pl_literal_text(l, e), !is_own};
    *found = true;
    return PL_OK;
}

/* The literal whose value is `string` and "\n". */
static const struct literal *find_puts(const struct pl_literals *l, pl_bytes string)
{
    uint8_t line[1024];
    if (string.n + 1 > sizeof line)
        return NULL;
    memcpy(line, string.p, string.n);
    line[string.n] = '\n';
    const struct literal *e = pl_literal_find(l, RULE_EQUAL, pl_bytes_of(line, string.n + 1));
    static const enum literal_rule others[] = {RULE_TILED, RULE_MACRO, RULE_HEADER};
    for (size_t i = 0; i < sizeof others / sizeof others[0] && e == NULL; i++)
        e = pl_literal_find(l, others[i], pl_bytes_of(line, string.n + 1));
    return e;
}

/* Without spaces, as macro texts are kept; empty when too long. */
static pl_bytes squeeze(pl_bytes string, uint8_t room[PL_LITERAL_MACRO_BYTES])
{
    size_t n = 0;
    for (size_t i = 0; i < string.n; i++) {
        if (string.p[i] == ' ')
            continue;
        if (n == PL_LITERAL_MACRO_BYTES)
            return pl_bytes_of(room, 0);
        room[n++] = string.p[i];
    }
    return pl_bytes_of(room, n);
}

static const struct literal *find_macro_text(const struct pl_literals *l, pl_bytes string)
{
    uint8_t room[PL_LITERAL_MACRO_BYTES];
    pl_bytes dense = squeeze(string, room);
    return dense.n == 0 ? NULL : pl_literal_find(l, RULE_MACRO_TEXT, dense);
}

/*
 * Literals of one file end to end: what is left of a run that #if lines cut into pieces. Takes the longest literal that fits, each
 * at least 8 bytes, so that nothing can be spelt from small pieces.
 */
static const struct literal *find_concat(const struct pl_literals *l, pl_bytes string)
{
    const struct literal *start = NULL;
    if (string.n > MAX_CONCAT_BYTES)
        return NULL;
    for (size_t at = 0; at < string.n;) {
        pl_bytes rest = pl_bytes_from(string, at);
        const struct literal *best = NULL;
        size_t first;
        if (rest.n < PL_LITERAL_END_BYTES)
            return NULL;
        size_t end = pl_literal_key_range(l, KEY_START, rest, &first);
        for (size_t i = first; i < end; i++) {
            const struct literal *e = &l->literals.v[l->keys[i].literal];
            bool is_same_file = start == NULL || e->file == start->file;
            if (is_same_file && e->kind == RULE_EQUAL && pl_bytes_starts(rest, pl_literal_text(l, e)) &&
                (best == NULL || e->length > best->length))
                best = e;
        }
        if (best == NULL && start != NULL) { /* the last one may have lost its line end to puts */
            const struct literal *line = find_puts(l, rest);
            return line != NULL && line->file == start->file ? start : NULL;
        }
        if (best == NULL)
            return NULL;
        start = start == NULL ? best : start;
        at += best->length;
    }
    return start;
}

const struct literal *pl_literal_find_exact(const struct pl_literals *l, pl_bytes string,
                                            enum literal_rule *rule)
{
    static const enum literal_rule exact[] = {RULE_EQUAL,      RULE_TILED,  RULE_NUL_PIECE,   RULE_WORD,
                                              RULE_MACRO,      RULE_HEADER, RULE_BUILD_VALUE, RULE_CHARACTERS,
                                              RULE_RUST_PIECE, RULE_NICK};
    for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++) {
        const struct literal *e = pl_literal_find(l, exact[i], string);
        *rule = exact[i];
        if (e != NULL)
            return e;
    }
    return NULL;
}

static const struct literal *find_strict(const struct pl_literals *l, pl_bytes string,
                                         enum literal_rule *rule)
{
    const struct literal *exact = pl_literal_find_exact(l, string, rule);
    if (exact != NULL)
        return exact;
    static const struct {
        enum literal_rule rule;
        const struct literal *(*find)(const struct pl_literals *l, pl_bytes string);
    } finders[] = {
        {RULE_PUTS, find_puts},
        {RULE_FILE, pl_literal_find_file},
        {RULE_FILE, pl_literal_find_place},
        {RULE_FILE, pl_literal_find_place_and_text},
        {RULE_FILE, pl_literal_find_cmake_file},
        {RULE_FILE, pl_literal_find_made_file},
        {RULE_MACRO_TEXT, find_macro_text},
        {RULE_TYPE_NAME, pl_literal_find_type_name},
        {RULE_SIGNATURE, pl_literal_find_signature},
        {RULE_SIGNATURE, pl_literal_find_qualified},
        {RULE_FORMATTED, pl_literal_find_formatted},
        {RULE_OTHER_VERSION, pl_literal_find_other_version},
        {RULE_OPTIONS, pl_literal_find_options},
        {RULE_DEFINED, pl_literal_find_defined},
        {RULE_MACRO_TEXT, pl_literal_find_rust_assertion},
        {RULE_RUST_PLACE, pl_literal_find_rust_place},
        {RULE_GO_JOINED, pl_literal_find_go_joined},
        {RULE_GO_VERSION, pl_literal_find_go_version},
        {RULE_SWIG, pl_literal_find_swig},
        {RULE_DBUS, pl_literal_find_dbus},
        {RULE_CONCAT, find_concat},
    };
    for (size_t i = 0; i < sizeof finders / sizeof finders[0]; i++) {
        const struct literal *e = finders[i].find(l, string);
        *rule = finders[i].rule;
        if (e != NULL)
            return e;
    }
    return NULL;
}

/* `string` is `literal` with one run of up to MAX_CONFIGURED_BYTES replaced. */
static bool is_configured(pl_bytes string, pl_bytes literal)
{
    size_t start = pl_bytes_common_start(string, literal);
    size_t end = pl_bytes_common_end(pl_bytes_from(string, start), pl_bytes_from(literal, start));
    size_t middle = string.n - start - end;
    return middle > 0 && middle <= MAX_CONFIGURED_BYTES &&
           (uint64_t)(start + end) * 1000000 >= (uint64_t)string.n * CONFIGURED_PPM &&
           (uint64_t)(start + end) * 1000000 >= (uint64_t)literal.n * CONFIGURED_PPM;
}

/* A literal that `string` is a configured form of, or (is_macro) the text of a macro's argument with other macros expanded. */
static const struct literal *find_configured(const struct pl_literals *l, pl_bytes string, bool is_macro)
{
    static const enum key_part ends[] = {KEY_START, KEY_END};
    if (string.n < PL_LITERAL_END_BYTES)
        return NULL;
    for (size_t k = 0; k < 2; k++) {
        size_t first;
        size_t end = pl_literal_key_range(l, ends[k], string, &first);
        for (size_t i = first; i < end; i++) {
            const struct literal *e = &l->literals.v[l->keys[i].literal];
            if ((e->kind == RULE_MACRO_TEXT) == is_macro && is_configured(string, pl_literal_text(l, e)))
                return e;
        }
    }
    return NULL;
}

/* Bytes of a number such as "6.4" or "1.2.3" at the front of the text; 0 for others. */
static size_t version_bytes(pl_bytes text)
{
    size_t n = 0;
    size_t dots = 0;
    while (n < text.n && (pl_is_digit(text.p[n]) || (text.p[n] == '.' && n > 0))) {
        dots += text.p[n] == '.';
        n++;
    }
    while (n > 0 && text.p[n - 1] == '.') {
        n--;
        dots--;
    }
    return dots >= 1 && dots <= 2 ? n : 0;
}

/*
 * Literals with #if between them whose one version number is that of a header, in another version of that header: "ncurses 6.3" where
 * NCURSES_VERSION is "6.4" today.
 */
static bool find_arms_of_other_version(const struct pl_literals *l, pl_bytes string, struct literal *out)
{
    uint8_t room[MAX_VERSION_TEXT];
    size_t at = 0;
    while (at < string.n && version_bytes(pl_bytes_from(string, at)) == 0)
        at++;
    size_t n = at < string.n ? version_bytes(pl_bytes_from(string, at)) : 0;
    for (size_t i = 0; i < l->n_versions && n > 0; i++) {
        const struct literal *e = &l->literals.v[l->versions[i]];
        pl_bytes version = pl_literal_text(l, e);
        size_t length = string.n - n + version.n;
        if (e->kind != RULE_HEADER || version_bytes(version) != version.n || length > sizeof room)
            continue;
        memcpy(room, string.p, at);
        memcpy(room + at, version.p, version.n);
        memcpy(room + at + version.n, string.p + at + n, string.n - at - n);
        if (pl_literal_find_arms(l, pl_bytes_of(room, length), out))
            return true;
    }
    return false;
}

/* The source file that has these bytes and no others. */
static pl_status find_whole_file(const struct pl_literals *l, pl_bytes string, struct literal *out,
                                 bool *found, struct pl_err *err)
{
    pl_sha256 digest;
    pl_source_ref ref;
    pl_status st = pl_sha256_of(string, &digest, err);
    if (st != PL_OK || !pl_index_find_sha256(l->index, &digest, &ref))
        return st;
    for (size_t i = 0; i < l->n_files && !*found; i++) {
        *found = l->files[i].tree == ref.tree && l->files[i].file == ref.file;
        *out = (struct literal){.file = (uint32_t)i, .line_1based = 1, .kind = RULE_WHOLE_FILE};
    }
    return PL_OK;
}

/* What explains a string, before it is told: a copy, since what patterns and files make is no entry of the set. */
struct answer {
    struct literal literal;
    enum literal_rule rule;
    bool found;
};

static void set_answer(struct answer *a, const struct literal *e, enum literal_rule rule)
{
    a->found = e != NULL;
    a->rule = rule;
    if (a->found && e != &a->literal)
        a->literal = *e;
}

/* The strict rules but for whole files. */
static void ask_strict(const struct pl_literals *l, pl_bytes string, struct answer *out)
{
    enum literal_rule rule = RULE_EQUAL;
    const struct literal *e = find_strict(l, string, &rule);
    set_answer(out, e, rule);
    if (!out->found && pl_literal_find_arms(l, string, &out->literal))
        set_answer(out, &out->literal, RULE_ARMS);
    if (!out->found && find_arms_of_other_version(l, string, &out->literal))
        set_answer(out, &out->literal, RULE_OTHER_VERSION);
}

static pl_status ask(const struct pl_literals *l, pl_bytes string, struct answer *out, struct pl_err *err)
{
    *out = (struct answer){.found = false};
    if (string.n == 0 || string.n > PL_LITERAL_STRING_BYTES)
        return PL_OK;
    ask_strict(l, string, out);
    if (!out->found && string.n >= WHOLE_FILE_BYTES) {
        bool is_whole = false;
        pl_status st = find_whole_file(l, string, &out->literal, &is_whole, err);
        if (st != PL_OK)
            return st;
        set_answer(out, is_whole ? &out->literal : NULL, RULE_WHOLE_FILE);
    }
    if (!out->found)
        set_answer(out, find_configured(l, string, false), RULE_CONFIGURED);
    if (!out->found) {
        uint8_t room[PL_LITERAL_MACRO_BYTES];
        set_answer(out, find_configured(l, squeeze(string, room), true), RULE_EXPANDED);
    }
    if (!out->found)
        set_answer(out, pl_literal_find(l, RULE_UNREACHED, string), RULE_UNREACHED);
    return PL_OK;
}

static pl_status tell(const struct pl_literals *l, const struct answer *a, struct pl_arena *arena,
                      bool *found, struct pl_literal_hit *out, struct pl_err *err)
{
    *found = false;
    return a->found ? pl_literal_set_hit(l, &a->literal, a->rule, arena, found, out, err) : PL_OK;
}

pl_status pl_literals_explain(const struct pl_literals *l, pl_bytes string, struct pl_arena *arena,
                              bool *found, struct pl_literal_hit *out, struct pl_err *err)
{
    struct answer a;
    *found = false;
    pl_status st = ask(l, string, &a, err);
    return st == PL_OK ? tell(l, &a, arena, found, out, err) : st;
}

pl_status pl_literals_explain_literal(const struct pl_literals *l, pl_bytes string, struct pl_arena *arena,
                                      bool *found, struct pl_literal_hit *out, struct pl_err *err)
{
    struct answer a = {.found = false};
    enum literal_rule rule = RULE_EQUAL;
    *found = false;
    if (string.n == 0 || string.n > PL_LITERAL_STRING_BYTES || !pl_literal_may_be(l, string))
        return PL_OK; /* nearly all: of a string each beginning is asked for */
    const struct literal *e = pl_literal_find_exact(l, string, &rule);
    for (size_t i = 0; i < 2 && e == NULL; i++) {
        rule = i == 0 ? RULE_FILE : RULE_MACRO_TEXT;
        e = pl_literal_find(l, rule, string);
    }
    set_answer(&a, e == NULL ? find_puts(l, string) : e, e == NULL ? RULE_PUTS : rule);
    return tell(l, &a, arena, found, out, err);
}

/* Strings are drawn so many at a time. */
#define ASKED_STRINGS 64u

struct asking {
    const struct pl_literals *l;
    const pl_bytes *strings;
    size_t n;
    struct answer *answers;
};

static pl_status ask_some(void *ctx, unsigned worker, size_t i, struct pl_err *err)
{
    struct asking *a = ctx;
    size_t end = (i + 1) * ASKED_STRINGS < a->n ? (i + 1) * ASKED_STRINGS : a->n;
    pl_status st = PL_OK;
    (void)worker;
    for (size_t k = i * ASKED_STRINGS; k < end && st == PL_OK; k++)
        st = ask(a->l, a->strings[k], &a->answers[k], err);
    return st;
}

pl_status pl_literals_explain_all(const struct pl_literals *l, const pl_bytes *strings, size_t n,
                                  unsigned jobs, struct pl_arena *arena, struct pl_literal_hit *hits,
                                  struct pl_err *err)
{
    struct asking a = {.l = l, .strings = strings, .n = n};
    a.answers = calloc(n + 1, sizeof *a.answers);
    if (a.answers == NULL)
        return pl_fail_nomem(err);
    pl_status st = pl_parallel(jobs, (n + ASKED_STRINGS - 1) / ASKED_STRINGS, &a, ask_some, err);
    for (size_t i = 0; i < n && st == PL_OK; i++) {
        bool found;
        hits[i] = (struct pl_literal_hit){0};
        st = tell(l, &a.answers[i], arena, &found, &hits[i], err);
    }
    free(a.answers);
    return st;
}

bool pl_literals_word(const struct pl_literals *l, enum pl_word_place place, pl_bytes word,
                      struct pl_arena *arena, const char **source)
{
    static const enum literal_rule kinds[] = {
        [PL_WORD_IN_SOURCE] = RULE_WORD,        [PL_WORD_IN_HEADER] = KIND_HEADER_WORD,
        [PL_WORD_IN_MACRO] = KIND_MACRO_WORD,   [PL_WORD_IN_BUILD] = KIND_BUILD_WORD,
        [PL_WORD_LIBRARY] = KIND_LIBRARY,       [PL_WORD_IN_CPP] = KIND_IDENTIFIER,
        [PL_TEXT_OF_BUILD] = KIND_BUILD_TEXT,   [PL_WORD_IN_TEMPLATE] = KIND_TEMPLATE_WORD,
        [PL_WORD_IN_INLINE] = KIND_INLINE_WORD, [PL_WORD_JOINED_FRONT] = KIND_JOINED_FRONT,
        [PL_WORD_JOINED_END] = KIND_JOINED_END, [PL_WORD_JOINED_CPP] = KIND_JOINED_CPP};
    const struct literal *e = pl_literal_find(l, kinds[place], word);
    if (e != NULL && source != NULL)
        *source = place_of(l, e, arena);
    return e != NULL;
}
