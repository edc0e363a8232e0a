/*
 * format_text_npm_lock.c - lock files of npm, yarn and pnpm: names and versions.
 */
#include "format/text/npm_lock.h"
#include "unit.h"

#include <stdio.h>

static void names(const char *text, const char *expected)
{
    char out[512] = "";
    struct pl_npm_lock lock = {0};
    assert_int_equal(pl_npm_lock_read(pl_bytes_of_str(text), &lock, NULL), PL_OK);
    for (size_t i = 0; i < lock.list.n; i++) {
        size_t n = strlen(out);
        bool is_alias = !pl_bytes_eq(lock.list.v[i].name, lock.list.v[i].package);
        (void)snprintf(out + n, sizeof out - n, "%.*s%s%.*s %.*s|", PL_ARG(lock.list.v[i].name),
                       is_alias ? "=" : "", is_alias ? (int)lock.list.v[i].package.n : 0,
                       (const char *)lock.list.v[i].package.p, PL_ARG(lock.list.v[i].version));
    }
    PL_VEC_FREE(&lock.list);
    assert_string_equal(out, expected);
}

static void npm_names_packages_by_their_folder(void **state)
{
    (void)state;
    names("{\"packages\":{\"\":{\"version\":\"1.0.0\"},\"node_modules/a\":{\"version\":\"1.2.3\"},"
          "\"node_modules/a/node_modules/@s/b\":{\"version\":\"2.0.0-rc.1\"}}}",
          "a 1.2.3|@s/b 2.0.0-rc.1|");
}

static void older_npm_nests_them(void **state)
{
    (void)state;
    names(
        "{\"dependencies\":{\"a\":{\"version\":\"1.2.3\",\"dependencies\":{\"b\":{\"version\":\"2.0.0\"}}}}}",
        "a 1.2.3|b 2.0.0|");
}

static void yarn_names_ranges_and_the_version_below(void **state)
{
    (void)state;
    names("# yarn lockfile v1\n\n\"@s/b@^2.0.0\", \"@s/b@~2.0\":\n  version \"2.0.0\"\na@^1.0.0, a@^1.2.0:\n"
          "  version \"1.2.3\"\n  dependencies:\n    \"@s/b\" \"^2.0.0\"\n",
          "@s/b 2.0.0|a 1.2.3|");
    names("__metadata:\n  version: 10\n\n\"@s/b@npm:^2.0.0\":\n  version: 2.0.0\n",
          "__metadata 10|@s/b 2.0.0|");
}

static void pnpm_names_both_in_one_key(void **state)
{
    (void)state;
    names("packages:\n\n  '@s/b@2.0.0':\n    resolution: {}\n  /a@1.2.3(peer@2.0.0):\n    dev: true\n"
          "  /old/0.1.0_peer:\n    dev: true\n",
          "@s/b 2.0.0|a 1.2.3|old 0.1.0|");
}

static void an_alias_is_of_the_package_that_it_stands_for(void **state)
{
    (void)state;
    names("{\"packages\":{\"node_modules/a\":{\"name\":\"@s/b\",\"version\":\"1.2.3\"}}}", "a=@s/b 1.2.3|");
    names("{\"dependencies\":{\"a\":{\"version\":\"npm:b@1.2.3\"}}}", "a=b 1.2.3|");
    names("a@npm:@s/b@^1.0.0:\n  version \"1.2.3\"\n", "a=@s/b 1.2.3|");
    names("\"a@npm:b@1.2.3\":\n  version: 1.2.3\n\"c@npm:^1.0.0\":\n  version: 1.0.0\n",
          "a=b 1.2.3|c 1.0.0|");
    names("{\"packages\":{\"node_modules/a\":{\"name\":\"../b\",\"version\":\"1.2.3\"}}}", "");
}

static void what_no_url_may_hold_is_passed_over(void **state)
{
    (void)state;
    names("{\"packages\":{\"node_modules/../x\":{\"version\":\"1.0.0\"},\"node_modules/a\":{\"version\":\"../"
          "b\"},"
          "\"node_modules/b\":{\"version\":\"file:b\"}}}",
          "");
    names("", "");
    names("{", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(npm_names_packages_by_their_folder),
        cmocka_unit_test(older_npm_nests_them),
        cmocka_unit_test(yarn_names_ranges_and_the_version_below),
        cmocka_unit_test(pnpm_names_both_in_one_key),
        cmocka_unit_test(an_alias_is_of_the_package_that_it_stands_for),
        cmocka_unit_test(what_no_url_may_hold_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
