/*
 * go_names.c - names of Go functions as the linker writes them.
 *
 *     path/to/package.Function        path/to/package.(*Type).Method        path/to/package.Type[...].Method
 *
 * What stands inside a function has its name and more behind it: func1 and func1.2 (function literals), gowrap1, deferwrap1, and -fm (a method
 * as a value). Names with a number, init.0, are one of several of that name.
 *
 * Source: Go 1.18 to 1.22, cmd/compile/internal/ir/func.go (closureName), cmd/internal/objabi/path.go (PathToPrefix), internal/abi/symtab.go.
 */
#include "format/text/go_names.h"

#include "base/ascii.h"

static size_t find_dot(pl_bytes b)
{
    return pl_bytes_find_byte(b, '.', 0);
}

/* Bytes of a bracket at the front with what it encloses; 0 when there is none. */
static size_t bracket_at(pl_bytes b)
{
    int depth = 0;
    for (size_t i = 0; i < b.n && b.p[0] == '['; i++) {
        depth += b.p[i] == '[';
        depth -= b.p[i] == ']';
        if (depth == 0)
            return i + 1;
    }
    return 0;
}

/* The identifier at the front, letters beyond ASCII included; what follows it is left. */
static pl_bytes take_word(pl_bytes *rest)
{
    size_t n = 0;
    while (n < rest->n && (pl_is_word_byte(rest->p[n]) || rest->p[n] >= 0x80))
        n++;
    pl_bytes word = pl_bytes_sub(*rest, 0, n);
    *rest = pl_bytes_from(*rest, n);
    *rest = pl_bytes_from(*rest, bracket_at(*rest));
    return word;
}

/* "(*T)." or "(*T[...])." at the front. */
static bool take_pointer(pl_bytes *rest, pl_bytes *type)
{
    pl_bytes b = *rest;
    if (!pl_bytes_starts(b, PL_LIT("(*")))
        return false;
    b = pl_bytes_from(b, 2);
    *type = take_word(&b);
    if (type->n == 0 || !pl_bytes_starts(b, PL_LIT(").")))
        return false;
    *rest = pl_bytes_from(b, 2);
    return true;
}

static bool is_numbered(pl_bytes word, pl_bytes front)
{
    if (!pl_bytes_starts(word, front) || word.n == front.n)
        return false;
    for (size_t i = front.n; i < word.n; i++)
        if (!pl_is_digit(word.p[i]))
            return false;
    return true;
}

/* Does the compiler name what stands inside a function so: func1, gowrap2, 3? */
static bool is_inner(pl_bytes word)
{
    return is_numbered(word, PL_LIT("func")) || is_numbered(word, PL_LIT("gowrap")) ||
           is_numbered(word, PL_LIT("deferwrap")) || is_numbered(word, PL_LIT(""));
}

/* Where the package's path ends: at the first dot behind the last slash, brackets of type arguments left aside. */
static size_t package_end(pl_bytes symbol)
{
    size_t bracket = pl_bytes_find_byte(symbol, '[', 0);
    pl_bytes path = pl_bytes_sub(symbol, 0, bracket);
    size_t start = 0;
    for (size_t i = 0; i < path.n; i++)
        start = path.p[i] == '/' ? i + 1 : start;
    size_t dot = find_dot(pl_bytes_from(path, start));
    return dot == SIZE_MAX ? 0 : start + dot;
}

bool pl_go_function_of(pl_bytes symbol, struct pl_go_function *out)
{
    struct pl_go_function f = {0};
    size_t end = package_end(symbol);
    pl_bytes rest = pl_bytes_from(symbol, end + 1);
    f.package = pl_bytes_sub(symbol, 0, end);
    if (end == 0 || pl_bytes_find_byte(f.package, ':', 0) != SIZE_MAX || pl_bytes_eq_str(f.package, "type"))
        return false;
    bool is_pointer = take_pointer(&rest, &f.scope);
    f.name = take_word(&rest);
    if (!is_pointer && rest.n > 1 && rest.p[0] == '.') {
        pl_bytes behind = pl_bytes_from(rest, 1);
        pl_bytes word = take_word(&behind);
        if (word.n > 0 && !is_inner(word)) {
            f.scope = f.name;
            f.name = word;
            rest = behind;
        }
    }
    if (f.name.n == 0)
        return false;
    if (pl_bytes_eq_str(f.name, "init") && rest.n > 1 && rest.p[0] == '.' && pl_is_digit(rest.p[1])) {
        rest = pl_bytes_from(rest, 1); /* init.0: declared so */
        (void)take_word(&rest);
    }
    if (rest.n > 0)
        f.outer = pl_bytes_sub(symbol, 0, symbol.n - rest.n);
    *out = f;
    return true;
}
