/*
 * pipeline_npm_imports.c - which packages a program names, and which files are programs.
 */
#include "pipeline/npm_imports.h"
#include "unit.h"

#include <stdio.h>

struct heard {
    char text[512];
    size_t n;
    size_t stop_after; /* names; 0: never */
    size_t names;
};

static bool hear(void *ctx, pl_bytes name)
{
    struct heard *h = ctx;
    h->n += (size_t)snprintf(h->text + h->n, sizeof h->text - h->n, "%.*s ", PL_ARG(name));
    h->names++;
    return h->names != h->stop_after;
}

static void imports(const char *program, const char *wanted)
{
    struct heard h = {.text = ""};
    assert_true(pl_npm_each_import(pl_bytes_of_str(program), hear, &h));
    assert_string_equal(h.text, wanted);
}

static void every_way_to_import_names_its_package(void **state)
{
    (void)state;
    imports("import x from \"a/b.js\"", "a ");
    imports("import \"a\"", "a ");
    imports("import('@s/a/b')", "@s/a ");
    imports("const a = require( 'a' )", "a ");
    imports("export * from 'a'", "a ");
    imports("import fs from 'node:fs'", "fs ");
}

static void what_is_no_package_is_not_named(void **state)
{
    (void)state;
    imports("import x from './a'", "");
    imports("require('/a')", "");
    imports("require(name)", "");
    imports("require('", "");
    imports("require('a", "");
    imports("from \"\"", "");
    imports("", "");
}

static void a_name_that_is_too_long_is_left_out(void **state)
{
    char program[PL_NPM_MAX_NAME + 32];
    (void)state;
    int n = snprintf(program, sizeof program, "require('%0*d')", (int)PL_NPM_MAX_NAME, 1);
    assert_true(n > 0 && (size_t)n < sizeof program);
    struct heard h = {.text = ""};
    assert_true(pl_npm_each_import(pl_bytes_of_str(program), hear, &h));
    assert_int_equal(h.names, 1);
    (void)snprintf(program, sizeof program, "require('%0*d')", (int)PL_NPM_MAX_NAME + 1, 1);
    assert_true(pl_npm_each_import(pl_bytes_of_str(program), hear, &h));
    assert_int_equal(h.names, 1);
}

static void the_listener_may_stop(void **state)
{
    struct heard h = {.stop_after = 1};
    (void)state;
    assert_false(pl_npm_each_import(PL_LIT("require('a');require('b')"), hear, &h));
    assert_int_equal(h.names, 1);
}

static void declarations_are_no_programs_and_tests_stand_beside(void **state)
{
    (void)state;
    assert_true(pl_npm_is_script(PL_LIT("lib/a.mjs")) && pl_npm_is_script(PL_LIT("a.tsx")));
    assert_false(pl_npm_is_script(PL_LIT("a.d.ts")) || pl_npm_is_script(PL_LIT("a.d.mts")) ||
                 pl_npm_is_script(PL_LIT("js")));
    assert_true(pl_npm_is_beside(PL_LIT("test/a.js")) && pl_npm_is_beside(PL_LIT("packages/x/docs/a.js")));
    assert_true(pl_npm_is_beside(PL_LIT(".eslintrc.js")) && pl_npm_is_beside(PL_LIT("src/a.test.ts")));
    assert_false(pl_npm_is_beside(PL_LIT("src/testing.js")));
    assert_true(pl_npm_is_config(PL_LIT("rollup.config.js")));
    assert_false(pl_npm_is_config(PL_LIT("src/rollup.config.js")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_to_import_names_its_package),
        cmocka_unit_test(what_is_no_package_is_not_named),
        cmocka_unit_test(a_name_that_is_too_long_is_left_out),
        cmocka_unit_test(the_listener_may_stop),
        cmocka_unit_test(declarations_are_no_programs_and_tests_stand_beside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
