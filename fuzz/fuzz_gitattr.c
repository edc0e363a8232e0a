/*
 * fuzz_gitattr.c - any bytes as .gitattributes and .gitmodules: matching ends, views stay inside.
 */
#include "fuzz.h"

#include "corpus/git_uri.h"
#include "format/text/gitattr.h"

#include <stdlib.h>

static void check_inside(pl_bytes all, pl_bytes part)
{
    if (part.n > 0 && (part.p < all.p || part.p + part.n > all.p + all.n))
        abort();
}

static void say(struct pl_gitattr a)
{
    fuzz_say(a.is_export_ignored);
    fuzz_say(a.is_export_subst);
    fuzz_say(a.is_ident);
    fuzz_say(a.is_crlf);
    fuzz_say(a.is_crlf_auto);
}

static bool is_there(void *ctx, const char *path)
{
    (void)ctx;
    return path[1] == 'r';
}

static int look(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {"a", "src/main.c", "tests/files/bad.xz", "a/b/c/d/e/f/g/h.txt"};
    pl_bytes all = pl_bytes_of(data, size);
    const struct pl_gitattr_file *root = NULL;
    const struct pl_gitattr_file *below = NULL;
    struct pl_gitmodule module;
    struct pl_git_uri uri;
    struct pl_arena arena;
    pl_arena_init(&arena, 64u << 20);
    if (pl_gitattr_read(all, PL_LIT(""), NULL, &arena, &root, NULL) == PL_OK &&
        pl_gitattr_read(all, PL_LIT("src"), root, &arena, &below, NULL) == PL_OK)
        for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
            say(pl_gitattr_of(root, pl_bytes_of_str(paths[i]), i % 2 == 0));
            say(pl_gitattr_of(below, PL_LIT("src/main.c"), false));
        }
    pl_bytes rest = all;
    while (pl_gitmodules_next(&rest, &module)) {
        check_inside(all, module.name);
        check_inside(all, module.path);
        check_inside(all, module.url);
        fuzz_say_bytes(module.path);
    }
    if (pl_git_uri_parse(all, is_there, NULL, &arena, &uri, NULL) == PL_OK) {
        if (uri.repository[0] == '\0')
            abort();
        fuzz_say_bytes(pl_bytes_of_str(uri.repository));
    }
    pl_arena_reset(&arena);
    return 0;
}

FUZZ_TWICE(look)
