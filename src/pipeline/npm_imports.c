/*
 * npm_imports.c - which modules a program imports, read without a parser: what stands in quotes behind a word.
 *
 *     import x from "a/b"    import "a"    import("a")    require('a')    export * from "a"
 *
 * A comment or a string that says the same counts, too: it chooses a package to look at and proves nothing. Left out: names that are worked out
 * when the program runs.
 */
#include "pipeline/npm_imports.h"

#define MAX_SPECIFIER_BYTES 256u

/* "a/b/c.js" is of package "a", "@s/a/b.js" of "@s/a". */
pl_bytes pl_npm_package_of(pl_bytes path)
{
    size_t slash = pl_bytes_find_byte(path, '/', 0);
    if (path.n > 0 && path.p[0] == '@' && slash != SIZE_MAX)
        slash = pl_bytes_find_byte(path, '/', slash + 1);
    return pl_bytes_sub(path, 0, slash);
}

/* What stands in quotes behind `word` and perhaps a parenthesis. */
static bool each_behind(pl_bytes text, pl_bytes word, pl_npm_import_fn *fn, void *ctx)
{
    for (size_t at = pl_bytes_find(text, word, 0); at != SIZE_MAX;
         at = pl_bytes_find(text, word, at + word.n)) {
        size_t i = at + word.n;
        while (i < text.n && (text.p[i] == ' ' || text.p[i] == '('))
            i++;
        if (i >= text.n || (text.p[i] != '"' && text.p[i] != '\''))
            continue;
        pl_bytes rest = pl_bytes_sub(text, i + 1, MAX_SPECIFIER_BYTES);
        size_t end = pl_bytes_find_byte(rest, text.p[i], 0);
        pl_bytes specifier = pl_bytes_sub(rest, 0, end == SIZE_MAX ? 0 : end);
        if (pl_bytes_starts(specifier, PL_LIT("node:")))
            specifier = pl_bytes_from(specifier, 5);
        pl_bytes name = pl_npm_package_of(specifier);
        bool is_package = name.n > 0 && name.n <= PL_NPM_MAX_NAME && name.p[0] != '.' && name.p[0] != '/';
        if (is_package && !fn(ctx, name))
            return false;
    }
    return true;
}

bool pl_npm_each_import(pl_bytes text, pl_npm_import_fn *fn, void *ctx)
{
    return each_behind(text, PL_LIT("from"), fn, ctx) && each_behind(text, PL_LIT("import"), fn, ctx) &&
           each_behind(text, PL_LIT("require"), fn, ctx);
}

bool pl_npm_is_script(pl_bytes path)
{
    static const char *const suffixes[] = {".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx"};
    if (pl_bytes_ends(path, PL_LIT(".d.ts")) || pl_bytes_ends(path, PL_LIT(".d.mts")) ||
        pl_bytes_ends(path, PL_LIT(".d.cts")))
        return false;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (pl_bytes_ends(path, pl_bytes_of_str(suffixes[i])))
            return true;
    return false;
}

/* Tests, examples and the settings of tools import what no bundle holds. */
bool pl_npm_is_beside(pl_bytes path)
{
    static const char *const folders[] = {"test",
                                          "tests",
                                          "__tests__",
                                          "spec",
                                          "specs",
                                          "bench",
                                          "benchmark",
                                          "benchmarks",
                                          "example",
                                          "examples",
                                          "docs",
                                          "doc",
                                          "website",
                                          "tasks",
                                          "tools",
                                          "perf",
                                          "integration",
                                          "integration-testing",
                                          "legacy-reexport",
                                          "docs_app",
                                          "fixtures",
                                          "scripts"};
    static const char *const words[] = {".test.", ".spec.", ".config.", "ulpfile", "runtfile"};
    pl_bytes base = pl_bytes_basename(path);
    pl_bytes rest = path;
    pl_bytes part;
    if (path.p[0] == '.')
        return true;
    while (pl_bytes_split(&rest, '/', &part))
        if (pl_bytes_is_one_of(part, folders, sizeof folders / sizeof folders[0]))
            return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (pl_bytes_find(base, pl_bytes_of_str(words[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

bool pl_npm_is_config(pl_bytes path)
{
    return pl_bytes_find(path, PL_LIT(".config."), 0) != SIZE_MAX &&
           pl_bytes_find_byte(path, '/', 0) == SIZE_MAX;
}
