/*
 * supply_npm.c - repositories as package.json writes them, npmrc, base64.
 */
#include "base/base64.h"
#include "supply/npm_config.h"
#include "supply/npm_document.h"
#include "supply/npm_repository.h"
#include "unit.h"

static void names(const char *text, const char *url, const char *folder)
{
    struct pl_arena arena;
    const char *u = NULL;
    const char *f = NULL;
    pl_arena_init(&arena, 1u << 20);
    bool found = pl_npm_repository(pl_bytes_of_str(text), &arena, &u, &f);
    if (found != (url != NULL))
        fail_msg("%s: %s", text, found ? u : "refused");
    if (found) {
        assert_string_equal(u, url);
        assert_string_equal(f, folder);
    }
    pl_arena_reset(&arena);
}

static void repositories_are_read_in_every_spelling(void **state)
{
    (void)state;
    names("git+https://github.com/o/n.git", "https://github.com/o/n", "");
    names("git://github.com/o/n.git#main", "https://github.com/o/n", "");
    names("git@github.com:o/n.git", "https://github.com/o/n", "");
    names("git+ssh://git@github.com/o/n.git", "https://github.com/o/n", "");
    names("ssh://git@github.com:o/n.git", "https://github.com/o/n", "");
    names("github:o/n", "https://github.com/o/n", "");
    names("gitlab:g/s/n", "https://gitlab.com/g/s/n", "");
    names("o/n", "https://github.com/o/n", "");
    names("https://github.com/o/n/tree/main/packages/x", "https://github.com/o/n", "packages/x");
    names("https://github.com/o/n/", "https://github.com/o/n", "");
    names("https://h.example:8443/o/n", "https://h.example:8443/o/n", "");
}

static void what_is_no_repository_is_refused(void **state)
{
    (void)state;
    names("", NULL, NULL);
    names("n", NULL, NULL);
    names("https://github.com/o", NULL, NULL);
    names("https://github.com/../n", NULL, NULL);
    names("file:///etc/passwd", NULL, NULL);
    names("https://github.com/o/n/tree/main/../x", NULL, NULL);
    names("https://github.com/o/n o", NULL, NULL);
    names("gist:11081aaa281", NULL, NULL);
}

static void npmrc_gives_the_last_value(void **state)
{
    pl_bytes text = PL_LIT("# c\nregistry=a\n;registry=b\n registry = \"c\" \n@s:registry=d\n[x]\n");
    (void)state;
    assert_true(pl_bytes_eq_str(pl_npmrc_get(text, PL_LIT("registry")), "c"));
    assert_true(pl_bytes_eq_str(pl_npmrc_get(text, PL_LIT("@s:registry")), "d"));
    assert_int_equal(pl_npmrc_get(text, PL_LIT("none")).n, 0);
}

static void decodes(const char *text, const char *expected)
{
    struct pl_buf out;
    pl_buf_init(&out, 100);
    bool good = pl_base64_decode(pl_bytes_of_str(text), &out);
    assert_int_equal(good, expected != NULL);
    if (good)
        assert_true(pl_bytes_eq_str(pl_buf_bytes(&out), expected));
    pl_buf_reset(&out);
}

static void base64_has_one_form(void **state)
{
    (void)state;
    decodes("", "");
    decodes("Zg==", "f");
    decodes("Zm8=", "fo");
    decodes("Zm9v", "foo");
    decodes("Zm9vYg==", "foob");
    decodes("Zh==", NULL);
    decodes("Zg=", NULL);
    decodes("Z===", NULL);
    decodes("Zm9v\n", NULL);
    decodes("Zg==Zg==", NULL);
    decodes("Zm-v", NULL);
}

static void what_was_kept_of_a_document_says_the_same_and_half_of_it_nothing(void **state)
{
    pl_bytes text =
        PL_LIT("{\"name\": \"kit\", \"version\": \"1.0.0\", \"dist\": {\"tarball\": \"https://r/kit.tgz\", "
               "\"signatures\": "
               "[{\"keyid\": \"k\", \"sig\": \"s\"}]}, \"versions\": {\"0.9.0\": {}, \"1.0.0\": {}}}");
    struct pl_limits limits = pl_limits_default();
    const struct pl_ask here = {.limits = &limits, .is_here = true};
    struct pl_npm_document first;
    struct pl_npm_document again;
    struct pl_arena arena;
    struct pl_buf kept;
    (void)state;
    pl_arena_init(&arena, 1u << 20);
    pl_buf_init(&kept, 1u << 16);
    assert_int_equal(pl_npm_document_read(&here, text, &arena, &first, &kept, NULL), PL_OK);
    assert_int_equal(pl_npm_document_of(pl_buf_bytes(&kept), &limits, &arena, &again, NULL), PL_OK);
    assert_true(pl_bytes_eq_str(again.name, "kit") && pl_bytes_eq(again.tarball, first.tarball));
    assert_int_equal(again.n_versions, 2);
    assert_int_equal(again.n_signatures, 1);
    assert_true(pl_bytes_eq_str(again.signatures[0].sig, "s"));
    for (size_t n = 0; n < kept.n; n++)
        assert_int_equal(pl_npm_document_of(pl_bytes_of(kept.p, n), &limits, &arena, &again, NULL),
                         PL_E_INPUT);
    pl_buf_add(&kept, PL_LIT("x"));
    assert_int_equal(pl_npm_document_of(pl_buf_bytes(&kept), &limits, &arena, &again, NULL), PL_E_INPUT);
    pl_buf_reset(&kept);
    pl_arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repositories_are_read_in_every_spelling),
        cmocka_unit_test(what_is_no_repository_is_refused),
        cmocka_unit_test(npmrc_gives_the_last_value),
        cmocka_unit_test(base64_has_one_form),
        cmocka_unit_test(what_was_kept_of_a_document_says_the_same_and_half_of_it_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
