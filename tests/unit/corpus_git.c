/*
 * corpus_git.c - naming revisions: URIs and the spellings of tags. Repositories themselves are tested in e2e/git.py.
 */
#include "corpus/git.h"
#include "corpus/git_uri.h"
#include "unit.h"

static bool stands_at(void *ctx, const char *path)
{
    return strcmp(path, ctx) == 0;
}

static pl_status parse(const char *text, const char *there, struct pl_arena *arena, struct pl_git_uri *out)
{
    pl_arena_init(arena, 1u << 20);
    return pl_git_uri_parse(pl_bytes_of_str(text), stands_at, (void *)(uintptr_t)there, arena, out, NULL);
}

static void gives(const char *text, const char *there, const char *repository, const char *ref,
                  const char *folder)
{
    struct pl_arena arena;
    struct pl_git_uri uri;
    assert_int_equal(parse(text, there, &arena, &uri), PL_OK);
    assert_string_equal(uri.repository, repository);
    assert_string_equal(uri.folder, folder);
    if (ref == NULL)
        assert_null(uri.ref);
    else
        assert_string_equal(uri.ref, ref);
    pl_arena_reset(&arena);
}

static void a_path_ends_where_a_repository_stands(void **state)
{
    (void)state;
    gives("git+file:///r/x@v1", "/r/x", "/r/x", "v1", "");
    gives("git+file:///r/x@y@name@1.2/3", "/r/x@y", "/r/x@y", "name@1.2/3", "");
    gives("git+file:///r/x", "/r/x", "/r/x", NULL, "");
    gives("git+file:///r/x@v1", "/none", "/r/x", "v1", "");
    gives("git+file:///r/x%20y@v%2f1#a/b/", "/r/x y", "/r/x y", "v/1", "a/b");
}

static void a_url_ends_at_the_first_at_behind_its_host(void **state)
{
    (void)state;
    gives("git+https://u@h.org/o/n.git@name@1", "", "https://u@h.org/o/n.git", "name@1", "");
    gives("git+https://h.org/o/n", "", "https://h.org/o/n", NULL, "");
}

static void other_forms_are_refused(void **state)
{
    static const char *const bad[] = {"git+file://",     "git+ftp://h/x",   "git+https://h",
                                      "git+https:///x",  "file:///x",       "git+file:///x#../y",
                                      "git+file:///x%0", "git+file:///x%00"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct pl_arena arena;
        struct pl_git_uri uri;
        if (parse(bad[i], "/x", &arena, &uri) != PL_E_USAGE)
            fail_msg("%s was taken", bad[i]);
        pl_arena_reset(&arena);
    }
}

static unsigned fit(const char *tag, const char *version, const char *name)
{
    return pl_git_tag_fit(pl_bytes_of_str(tag), pl_bytes_of_str(version), name);
}

static void tags_are_spelled_in_known_ways_only(void **state)
{
    (void)state;
    assert_int_equal(fit("1.2.3", "1.2.3", NULL), 1);
    assert_int_equal(fit("v1.2.3", "1.2.3", NULL), 2);
    assert_int_equal(fit("v1.2.3", "v1.2.3", NULL), 2);
    assert_int_equal(fit("@s/n@1.2.3", "1.2.3", "@s/n"), 3);
    assert_int_equal(fit("n@1.2.3", "1.2.3", "@s/n"), 4);
    assert_int_equal(fit("n-v1.2.3", "1.2.3", "n"), 3);
    assert_int_equal(fit("curl-8_5_0", "8.5.0", "curl"), 13);
    assert_int_equal(fit("release-1.2.3", "1.2.3", "n"), 5);
    assert_int_equal(fit("other@1.2.3", "1.2.3", "n"), 0);
    assert_int_equal(fit("11.2.3", "1.2.3", "n"), 0);
    assert_int_equal(fit("v1.2.30", "1.2.3", "n"), 0);
    assert_int_equal(fit("n1.2.3", "1.2.3", "n"), 0);
    assert_int_equal(fit("v1.2.3", "", "n"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_ends_where_a_repository_stands),
        cmocka_unit_test(a_url_ends_at_the_first_at_behind_its_host),
        cmocka_unit_test(other_forms_are_refused),
        cmocka_unit_test(tags_are_spelled_in_known_ways_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
