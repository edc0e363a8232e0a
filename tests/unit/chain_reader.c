/*
 * chain_reader.c - documents to chains: who is found where, what is merged, what is odd.
 */
#include "chain/reader.h"

#include "chain/solve.h"

#include "unit.h"

static struct pl_chain *chain_of(const char *text, pl_status want)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_chain *c = pl_chain_new(&limits);
    struct pl_err err = {0};
    assert_non_null(c);
    pl_status st = pl_chain_read_document(pl_bytes_of_str(text), &limits, c, &err);
    if (st != want)
        print_message("%s\n", err.text);
    assert_int_equal(st, want);
    return c;
}

static uint32_t number_of(const struct pl_chain *c, const char *key)
{
    for (uint32_t i = 0; i < c->components.n; i++)
        if (strcmp(c->components.v[i].key, key) == 0)
            return i;
    fail_msg("no component %s", key);
    return 0;
}

static bool depends(const struct pl_chain *c, const char *from, const char *to)
{
    uint32_t i = number_of(c, from);
    for (uint32_t e = c->graph.first[i]; e < c->graph.first[i + 1]; e++)
        if (c->graph.to[e] == number_of(c, to))
            return true;
    return false;
}

static bool has_finding(const struct pl_chain *c, const char *tag)
{
    for (size_t i = 0; i < c->findings.list.n; i++)
        if (strcmp(c->findings.list.v[i].tag, tag) == 0)
            return true;
    return false;
}

#define LOCK(packages) "{\"name\": \"app\", \"lockfileVersion\": 3, \"packages\": {" packages "}}"

static void a_dependency_is_the_nearest_one_above(void **state)
{
    struct pl_chain *c = chain_of(
        LOCK("\"\": {\"dependencies\": {\"a\": \"1\", \"b\": \"1\"}},"
             "\"node_modules/a\": {\"version\": \"1\", \"dependencies\": {\"b\": \"2\", \"c\": \"1\"}},"
             "\"node_modules/a/node_modules/b\": {\"version\": \"2\", \"dependencies\": {\"c\": \"1\"}},"
             "\"node_modules/b\": {\"version\": \"1\"},"
             "\"node_modules/c\": {\"version\": \"1\"}"),
        PL_OK);
    (void)state;
    assert_int_equal(c->components.n, 5);
    assert_true(depends(c, ".", "pkg:npm/b@1"));
    assert_false(depends(c, ".", "pkg:npm/b@2"));
    assert_true(depends(c, "pkg:npm/a@1", "pkg:npm/b@2"));
    assert_true(depends(c, "pkg:npm/b@2", "pkg:npm/c@1"));
    pl_chain_free(c);
}

static void a_link_leads_to_a_part_of_the_product(void **state)
{
    struct pl_chain *c =
        chain_of(LOCK("\"\": {\"dependencies\": {\"w\": \"*\"}},"
                      "\"node_modules/w\": {\"resolved\": \"packages/w\", \"link\": true},"
                      "\"packages/w\": {\"version\": \"1\", \"dependencies\": {\"a\": \"1\"}},"
                      "\"node_modules/a\": {\"version\": \"1\"}"),
                 PL_OK);
    (void)state;
    assert_true(depends(c, ".", "./packages/w"));
    assert_true(depends(c, "./packages/w", "pkg:npm/a@1"));
    assert_true(c->components.v[number_of(c, "./packages/w")].is_product);
    pl_chain_free(c);
}

static void an_alias_is_the_package_that_it_stands_for(void **state)
{
    struct pl_chain *c = chain_of(LOCK("\"\": {\"dependencies\": {\"alias\": \"npm:@s/real@1\"}},"
                                       "\"node_modules/alias\": {\"name\": \"@s/real\", \"version\": \"1\"}"),
                                  PL_OK);
    (void)state;
    assert_true(depends(c, ".", "pkg:npm/%40s/real@1"));
    pl_chain_free(c);
}

static void one_version_at_two_places_is_one_component_with_both_places(void **state)
{
    struct pl_chain *c = chain_of(LOCK("\"\": {\"dependencies\": {\"a\": \"1\", \"b\": \"1\"}},"
                                       "\"node_modules/a\": {\"version\": \"1\", \"dev\": true},"
                                       "\"node_modules/b/node_modules/a\": {\"version\": \"1\"}"),
                                  PL_OK);
    (void)state;
    const struct pl_component *a = &c->components.v[number_of(c, "pkg:npm/a@1")];
    assert_int_equal(c->components.n, 2);
    assert_string_equal(a->scope, "required");
    assert_string_equal(a->place, "node_modules/a");
    assert_string_equal(a->more_places->path, "node_modules/b/node_modules/a");
    assert_true(has_finding(c, "chain.dangling")); /* b itself */
    pl_chain_free(c);
}

static void two_digests_of_one_component_are_an_error(void **state)
{
    struct pl_chain *c = chain_of(LOCK("\"\": {},"
                                       "\"node_modules/a\": {\"version\": \"1\", \"integrity\": "
                                       "\"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"},"
                                       "\"x/node_modules/a\": {\"version\": \"1\", \"integrity\": "
                                       "\"sha256-BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}"),
                                  PL_OK);
    (void)state;
    assert_true(has_finding(c, "chain.conflict"));
    assert_int_equal(pl_chain_solve(c, NULL), PL_OK);
    assert_int_equal(c->exit, PL_EXIT_FAIL);
    pl_chain_free(c);
}

#define BOM(rest) "{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\"" rest "}"

static void what_nothing_depends_on_counts_as_the_products(void **state)
{
    struct pl_chain *c = chain_of(
        BOM(", \"components\": [{\"name\": \"a\", \"bom-ref\": \"a\"}, {\"name\": \"b\", \"bom-ref\": \"b\"},"
            "{\"name\": \"c\", \"bom-ref\": \"c\"}], \"dependencies\": [{\"ref\": \"b\", \"dependsOn\": "
            "[\"c\"]},"
            "{\"ref\": \"c\", \"dependsOn\": [\"b\"]}]"),
        PL_OK);
    (void)state;
    assert_true(depends(c, ".", "a"));
    assert_true(depends(c, ".", "b"));
    assert_false(depends(c, ".", "c"));
    assert_int_equal(c->groups.n_cycles, 1);
    assert_true(has_finding(c, "chain.unattached"));
    pl_chain_free(c);
}

static void a_nested_component_is_a_part_of_the_one_around_it(void **state)
{
    struct pl_chain *c = chain_of(
        BOM(", \"components\": [{\"name\": \"a\", \"version\": \"1\", \"components\": [{\"name\": \"b\"}]}]"),
        PL_OK);
    (void)state;
    assert_true(depends(c, "a@1", "b@"));
    pl_chain_free(c);
}

static void an_unexamined_component_counts_as_0(void **state)
{
    struct pl_chain *c = chain_of(BOM(", \"components\": [{\"name\": \"a\", \"bom-ref\": \"a\"}]"), PL_OK);
    (void)state;
    assert_int_equal(pl_chain_solve(c, NULL), PL_OK);
    assert_int_equal(c->level, 0);
    assert_int_equal(c->unexamined, 1);
    assert_int_equal(c->exit, PL_EXIT_INCONCLUSIVE);
    assert_int_equal(c->n_steps, 4);
    assert_int_equal(c->steps[3].n, 1);
    assert_int_equal(c->steps[3].more, 0);
    pl_chain_free(c);
}

static void every_edition_that_is_not_read_is_refused(void **state)
{
    (void)state;
    pl_chain_free(chain_of("{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.3\"}", PL_E_UNSUPPORTED));
    pl_chain_free(chain_of("{\"spdxVersion\": \"SPDX-2.1\"}", PL_E_UNSUPPORTED));
    pl_chain_free(chain_of("{\"lockfileVersion\": 1}", PL_E_UNSUPPORTED));
    pl_chain_free(chain_of("{\"some\": \"thing\"}", PL_E_INPUT));
    pl_chain_free(chain_of("{\"a\": 1, \"a\": 2}", PL_E_INPUT));
}

static void every_truncation_is_refused(void **state)
{
    static const char text[] = BOM(", \"components\": [{\"name\": \"a\", \"bom-ref\": \"a\"}]");
    struct pl_limits limits = pl_limits_default();
    (void)state;
    for (size_t n = 0; n + 1 < sizeof text; n++) {
        struct pl_chain *c = pl_chain_new(&limits);
        assert_int_equal(pl_chain_read_document(pl_bytes_of(text, n), &limits, c, NULL), PL_E_INPUT);
        pl_chain_free(c);
    }
}

static void more_components_than_the_limit_are_refused(void **state)
{
    struct pl_limits limits = pl_limits_default();
    struct pl_chain *c = pl_chain_new(&limits);
    (void)state;
    limits.components = 2;
    assert_int_equal(
        pl_chain_read_document(PL_LIT(BOM(", \"components\": [{\"name\": \"a\"}, {\"name\": \"b\"}]")),
                               &limits, c, NULL),
        PL_E_LIMIT);
    pl_chain_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dependency_is_the_nearest_one_above),
        cmocka_unit_test(a_link_leads_to_a_part_of_the_product),
        cmocka_unit_test(an_alias_is_the_package_that_it_stands_for),
        cmocka_unit_test(one_version_at_two_places_is_one_component_with_both_places),
        cmocka_unit_test(two_digests_of_one_component_are_an_error),
        cmocka_unit_test(what_nothing_depends_on_counts_as_the_products),
        cmocka_unit_test(a_nested_component_is_a_part_of_the_one_around_it),
        cmocka_unit_test(an_unexamined_component_counts_as_0),
        cmocka_unit_test(every_edition_that_is_not_read_is_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(more_components_than_the_limit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
