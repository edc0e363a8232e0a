/*
 * literals_compiled.c - texts that the compilers of Go and Rust make of literals, names and paths.
 *
 *     assert!(n >= 1)                 "assertion failed: n >= 1"
 *     module_path!(), log::debug!     "exa::fs::feature::git" in src/fs/feature/git.rs
 *     panics                          "/usr/share/cargo/registry/users-0.11.0/src/base.rs"
 *     println("p", p, "in use")       "p ", " in use\n"; print("a", "b") is "ab"
 *     runtime.buildVersion            "go1.19.8"
 *
 * What they could hide: the name of a module or file of the source, literals of it joined, and a version of Go.
 *
 * Sources: Rust reference, "Macros By Example" (stringify) and library/core/src/macros/mod.rs; cmd/compile/internal/walk/builtin.go (walkPrint).
 */
#include "corpus/literals_set.h"

#include <string.h>

#define MAX_PATH_BYTES   512u
#define MAX_JOINED_BYTES 256u

static bool is_of_language(const struct pl_literals *l, const struct literal *e, pl_bytes suffix)
{
    return e != NULL && e->file < l->n_files &&
           pl_bytes_ends(pl_index_file(l->index, l->files[e->file])->path, suffix);
}

static const struct literal *in_rust(const struct pl_literals *l, enum literal_rule kind, pl_bytes text)
{
    const struct literal *e = text.n == 0 ? NULL : pl_literal_find(l, kind, text);
    return is_of_language(l, e, PL_LIT(".rs")) ? e : NULL;
}

static const struct literal *in_go(const struct pl_literals *l, pl_bytes text)
{
    return text.n == 0 ? NULL : pl_literal_find(l, KIND_GO_TEXT, text);
}

const struct literal *pl_literal_find_rust_assertion(const struct pl_literals *l, pl_bytes string)
{
    pl_bytes front = PL_LIT("assertion failed: ");
    uint8_t room[PL_LITERAL_MACRO_BYTES];
    size_t n = 0;
    if (!pl_bytes_starts(string, front))
        return NULL;
    for (size_t i = front.n; i < string.n; i++) {
        bool is_quoted =
            string.p[i] == '\\' && i + 1 < string.n && (string.p[i + 1] == '\'' || string.p[i + 1] == '"');
        if (string.p[i] == ' ' || is_quoted)
            continue;
        if (n == sizeof room)
            return NULL;
        room[n++] = string.p[i];
    }
    return in_rust(l, RULE_MACRO_TEXT, pl_bytes_of(room, n));
}

/* The file of the module, below any folder: "fs/feature/git.rs" or "fs/feature/git/mod.rs" of "exa::fs::feature::git". */
static const struct literal *find_module(const struct pl_literals *l, pl_bytes string)
{
    static const char *const ends[] = {".rs", "/mod.rs"};
    char path[MAX_PATH_BYTES];
    size_t n = 0;
    size_t at = pl_bytes_find(string, PL_LIT("::"), 0);
    if (at == SIZE_MAX || string.n + sizeof "/mod.rs" > sizeof path)
        return NULL;
    for (size_t i = at + 2; i < string.n; i++) {
        bool is_end = string.p[i] == ':' && i + 2 < string.n && string.p[i + 1] == ':' && n > 0;
        if (!is_end && !pl_is_word_byte(string.p[i]))
            return NULL;
        path[n++] = is_end ? '/' : (char)string.p[i];
        i += is_end;
    }
    for (size_t k = 0; k < sizeof ends / sizeof ends[0] && n > 0; k++) {
        memcpy(path + n, ends[k], strlen(ends[k]));
        const struct literal *e = in_rust(l, RULE_FILE, pl_bytes_of(path, n + strlen(ends[k])));
        if (e != NULL)
            return e;
    }
    return NULL;
}

const struct literal *pl_literal_find_rust_place(const struct pl_literals *l, pl_bytes string)
{
    if (pl_bytes_starts(string, PL_LIT("/")) && pl_bytes_ends(string, PL_LIT(".rs")))
        return in_rust(l, RULE_FILE, pl_bytes_from(string, 1));
    return find_module(l, string);
}

/* Up to three digits off the front; false when there is none. */
static bool skip_number(pl_bytes *text)
{
    size_t n = 0;
    while (n < text->n && n < 3 && pl_is_digit(text->p[n]))
        n++;
    *text = pl_bytes_from(*text, n);
    return n > 0;
}

/* "go1.19.8", "go1.21rc2": the version of the compiler, which its linker puts into runtime.buildVersion. */
const struct literal *pl_literal_find_go_version(const struct pl_literals *l, pl_bytes string)
{
    pl_bytes rest = string;
    bool is_version = pl_bytes_skip(&rest, PL_LIT("go1.")) && skip_number(&rest);
    if (is_version && rest.n > 0)
        is_version = (pl_bytes_skip(&rest, PL_LIT(".")) || pl_bytes_skip(&rest, PL_LIT("rc")) ||
                      pl_bytes_skip(&rest, PL_LIT("beta"))) &&
                     skip_number(&rest);
    const struct literal *e =
        is_version && rest.n == 0 ? pl_literal_find(l, RULE_WORD, PL_LIT("buildVersion")) : NULL;
    return is_of_language(l, e, PL_LIT(".go")) ? e : NULL;
}

/* What print or println make of a literal that stands between other values, or of two literals side by side. */
const struct literal *pl_literal_find_go_joined(const struct pl_literals *l, pl_bytes string)
{
    size_t front = pl_bytes_starts(string, PL_LIT(" "));
    size_t back = string.n > front && (string.p[string.n - 1] == ' ' || string.p[string.n - 1] == '\n');
    const struct literal *e = NULL;
    if (!l->has_go)
        return NULL;
    for (unsigned i = 1; i < 4 && e == NULL; i++) {
        size_t from = (i & 1) != 0 ? front : 0;
        e = in_go(l, pl_bytes_sub(string, from, string.n - from - ((i & 2) != 0 ? back : 0)));
    }
    for (size_t cut = 1; cut < string.n && string.n <= MAX_JOINED_BYTES && e == NULL; cut++) {
        pl_bytes rest = pl_bytes_from(string, cut);
        size_t space = rest.p[0] == ' ';
        e = in_go(l, pl_bytes_sub(string, 0, cut));
        if (e != NULL && in_go(l, rest) == NULL && in_go(l, pl_bytes_from(rest, space)) == NULL &&
            in_go(l, pl_bytes_sub(rest, space, rest.n > space + back ? rest.n - space - back : 0)) == NULL)
            e = NULL;
    }
    return e;
}
