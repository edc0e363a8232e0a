/*
 * chain_draft.c - a chain over the wire is the chain that was read, and what cannot be is refused.
 */
#include "chain/draft.h"
#include "chain/reader.h"

#include "unit.h"

static struct pl_limits limits;

static struct pl_chain *read_apart(const char *text, const char *name)
{
    struct pl_chain *c = pl_chain_new(&limits);
    struct pl_supply_options options = {.is_offline = true, .cache_dir = "cache"};
    struct pl_supply *supply = NULL;
    struct pl_err err = {0};
    FILE *f = fopen(name, "w");
    assert_non_null(c);
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(pl_supply_open(&options, &supply, &err), PL_OK);
    pl_status st = pl_chain_read(name, supply, &limits, c, &err);
    if (st != PL_OK)
        print_message("%s\n", err.text);
    assert_int_equal(st, PL_OK);
    pl_supply_close(supply);
    return c;
}

static void same_text(const char *a, const char *b)
{
    assert_true((a == NULL) == (b == NULL));
    if (a != NULL)
        assert_string_equal(a, b);
}

static void a_document_read_apart_is_the_same(void **state)
{
    static const char text[] = "{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.5\", \"metadata\": "
                               "{\"component\": {\"bom-ref\": "
                               "\"top\", \"name\": \"top\"}}, \"components\": [{\"bom-ref\": \"a\", "
                               "\"name\": \"a\", \"version\": \"1\", "
                               "\"purl\": \"pkg:npm/a@1\", \"scope\": \"optional\", \"hashes\": [{\"alg\": "
                               "\"SHA-512\", \"content\": "
                               "\"00\"}]}, {\"bom-ref\": \"b\", \"name\": \"b\", \"purl\": \"no purl\"}, "
                               "{\"bom-ref\": \"c\", \"name\": "
                               "\"c\", \"purl\": \"pkg:npm/c@2\"}], \"dependencies\": [{\"ref\": \"top\", "
                               "\"dependsOn\": [\"a\", \"b\"]}, "
                               "{\"ref\": \"a\", \"dependsOn\": [\"c\"]}]}";
    struct pl_chain *here = pl_chain_new(&limits);
    assert_non_null(here);
    assert_int_equal(pl_chain_read_document(pl_bytes_of_str(text), &limits, here, NULL), PL_OK);
    struct pl_chain *apart = read_apart(text, "bom.json");
    assert_string_equal(here->format, apart->format);
    assert_int_equal(here->root, apart->root);
    assert_int_equal(here->components.n, apart->components.n);
    assert_int_equal(here->edges.n, apart->edges.n);
    assert_memory_equal(here->edges.v, apart->edges.v, here->edges.n * sizeof here->edges.v[0]);
    assert_int_equal(here->findings.list.n, apart->findings.list.n);
    assert_true(here->findings.list.n > 0);
    for (size_t i = 0; i < here->components.n; i++) {
        const struct pl_component *a = &here->components.v[i];
        const struct pl_component *b = &apart->components.v[i];
        same_text(a->key, b->key);
        same_text(a->purl, b->purl);
        same_text(a->name, b->name);
        same_text(a->version, b->version);
        same_text(a->reference, b->reference);
        same_text(a->scope, b->scope);
        same_text(a->pinned_algorithm, b->pinned_algorithm);
        same_text(a->pinned_hex, b->pinned_hex);
    }
    for (size_t i = 0; i < here->findings.list.n; i++) {
        same_text(here->findings.list.v[i].message, apart->findings.list.v[i].message);
        assert_true(
            pl_bytes_eq(here->findings.list.v[i].facts[0].value, apart->findings.list.v[i].facts[0].value));
    }
    pl_chain_free(here);
    pl_chain_free(apart);
}

static pl_status take(const char *part, size_t n)
{
    struct pl_chain *c = pl_chain_new(&limits);
    struct pl_chain_builder b;
    struct pl_chain_draft d = {.b = &b};
    assert_non_null(c);
    pl_chain_builder_init(&b, c, &limits);
    d.in = (struct pl_wire_in){.arena = &c->arena, .limits = &limits};
    pl_status st = pl_chain_draft_take(&d, pl_bytes_of(part, n), NULL);
    pl_chain_builder_reset(&b);
    pl_chain_free(c);
    return st;
}

/* A component is: 1 | key "k" | no purl | name, version as the key | 4 times nothing | scope | algorithm | no | no | no places. */
#define ONE "\1\2\1k\0\1\1\0\0\0\0\0\0\0\0\0"

static void what_cannot_be_is_refused(void **state)
{
    assert_int_equal(take(ONE, sizeof ONE - 1), PL_OK);
    assert_int_equal(take("\1\0\0\0\0\0\0\0\0\0\0\0\0\0", 14), PL_E_INPUT);      /* no key */
    assert_int_equal(take("\1\2\1k\0\1\1\0\0\0\0\3\0\0\0\0", 16), PL_E_INPUT);   /* no such scope */
    assert_int_equal(take("\1\2\1k\0\1\1\0\0\0\0\0\1\0\0\0", 16), PL_E_INPUT);   /* no digest */
    assert_int_equal(take("\1\2\1k\0\1\1\0\0\0\0\0\0\0\0\x7f", 16), PL_E_INPUT); /* 127 places */
    assert_int_equal(take(ONE "\2\1\0\1", sizeof ONE + 3), PL_E_INPUT);          /* edge to nowhere */
    assert_int_equal(take(ONE "\2\1\0\0", sizeof ONE + 3), PL_OK);
    assert_int_equal(take(ONE "\2\1\0\0" ONE, 2 * sizeof ONE + 2), PL_E_INPUT);    /* one more after it */
    assert_int_equal(take(ONE "\0\2\1f\1\0\0\0\0\0", sizeof ONE + 9), PL_E_INPUT); /* no such root */
    assert_int_equal(take(ONE "\0\2\1f\0\0\0\0\0\0", sizeof ONE + 9), PL_OK);
    assert_int_equal(take(ONE "\0\2\1f\0\0\0\0\0\0" ONE, 2 * sizeof ONE + 8), PL_E_INPUT); /* after the end */
    assert_int_equal(take("\0\2\1f\0\0\0\0\0\0", 10), PL_E_INPUT);                         /* of nothing */
    assert_int_equal(take(ONE "\0\2\1f\0\0\0\1\2\1t\0\1\0\0\0", sizeof ONE + 15),
                     PL_E_INPUT); /* no such tag */
    for (size_t n = 1; n < sizeof ONE - 1; n++)
        assert_int_equal(take(ONE, n), PL_E_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_read_apart_is_the_same),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    limits = pl_limits_default();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
