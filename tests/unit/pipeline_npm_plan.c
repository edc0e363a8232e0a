/*
 * pipeline_npm_plan.c - which packages become wanted, in which versions and order.
 */
#include "pipeline/npm_plan.h"
#include "unit.h"

#include <stdio.h>

#define MANIFEST                                                                                             \
    "{\"name\":\"me\",\"dependencies\":{\"a\":\"^1.0.0\",\"z\":\"1\"},\"devDependencies\":{\"tool\":\"2\"}}"
#define LOCK                                                                                                 \
    "{\"packages\":{\"\":{\"version\":\"1.0.0\"},\"node_modules/b\":{\"version\":\"2.0.0\"},"                \
    "\"node_modules/a\":{\"version\":\"1.2.3\"},\"node_modules/a/node_modules/b\":{\"version\":\"1.0.0\"},"  \
    "\"node_modules/c/node_modules/b\":{\"version\":\"1.0.0\"},\"node_modules/"                              \
    "me\":{\"version\":\"0.9.0\"}}}"

static struct pl_arena arena;

static struct pl_npm_plan plan_of(const char *lock)
{
    struct pl_npm_plan p = {.arena = &arena, .subject = "me", .manifest = pl_bytes_of_str(MANIFEST)};
    pl_bytes text = pl_bytes_of_str(lock == NULL ? "" : lock);
    pl_arena_init(&arena, 1u << 20);
    assert_int_equal(pl_npm_plan_begin(&p, lock == NULL ? NULL : &text, NULL), PL_OK);
    return p;
}

static bool want(struct pl_npm_plan *p, const char *name, size_t versions)
{
    return pl_npm_want(p, pl_bytes_of_str(name), versions);
}

/* What is in the queue, in its order. */
static void assert_queue(struct pl_npm_plan *p, const char *expected)
{
    char out[256] = "";
    for (size_t i = 0; i < p->n_queue; i++) {
        const struct pl_npm_locked *one = &p->pins[p->queue[i]].locked;
        size_t n = strlen(out);
        (void)snprintf(out + n, sizeof out - n, "%.*s@%.*s ", PL_ARG(one->name), PL_ARG(one->version));
    }
    pl_npm_plan_reset(p);
    pl_arena_reset(&arena);
    assert_string_equal(out, expected);
}

static void a_package_is_wanted_once_and_in_as_many_versions_as_are_asked_for(void **state)
{
    (void)state;
    struct pl_npm_plan p = plan_of(LOCK);
    assert_true(want(&p, "b", 1));
    assert_true(want(&p, "a", 1));
    assert_true(want(&p, "b", 3));
    assert_false(want(&p, "other", 1));
    assert_queue(&p, "b@2.0.0 a@1.2.3 b@1.0.0 ");
}

static void the_package_itself_is_never_wanted(void **state)
{
    (void)state;
    struct pl_npm_plan p = plan_of(LOCK);
    assert_true(want(&p, "me", 3)); /* the lock file has it */
    assert_queue(&p, "");
}

static void what_has_to_be_there_and_is_not_locked_is_noted_once(void **state)
{
    (void)state;
    struct pl_npm_plan p = plan_of(LOCK);
    assert_int_equal(pl_npm_want_list(&p, p.manifest, "dependencies", true, NULL), PL_OK);
    assert_int_equal(pl_npm_want_list(&p, p.manifest, "dependencies", true, NULL), PL_OK);
    assert_int_equal(p.unlocked.n, 1);
    assert_true(pl_bytes_eq_str(p.unlocked.v[0], "z"));
    assert_queue(&p, "a@1.2.3 ");
}

static void without_a_lock_file_only_what_the_manifest_names_is_wanted(void **state)
{
    (void)state;
    struct pl_npm_plan p = plan_of(NULL);
    assert_true(want(&p, "a", 1));
    assert_true(want(&p, "tool", 1));
    assert_true(want(&p, "a", 1));
    assert_false(want(&p, "b", 1));
    assert_false(want(&p, "me", 1));
    assert_queue(&p, "a@ tool@ ");
}

static void what_a_dependency_names_is_wanted_with_its_peers_and_need_not_be_there(void **state)
{
    (void)state;
    struct pl_npm_plan p = plan_of(LOCK);
    pl_bytes manifest =
        PL_LIT("{\"dependencies\":{\"b\":\"1\"},\"peerDependencies\":{\"a\":\"1\",\"x\":\"1\"},"
               "\"optionalDependencies\":{\"y\":\"1\"}}");
    struct pl_npm_pin of = {.is_hinted = false};
    assert_int_equal(pl_npm_want_its_own(&p, &of, manifest, NULL), PL_OK);
    assert_int_equal(p.unlocked.n, 0);
    assert_queue(&p, "b@2.0.0 a@1.2.3 ");
}

static void a_hint_stays_one_until_the_source_asks_too(void **state)
{
    (void)state;
    struct pl_npm_plan p = plan_of(LOCK);
    p.is_hinted = true;
    (void)want(&p, "a", 1);
    assert_true(p.pins[p.queue[0]].is_hinted);
    p.is_hinted = false;
    (void)want(&p, "a", 1);
    assert_false(p.pins[p.queue[0]].is_hinted);
    assert_queue(&p, "a@1.2.3 ");
}

static void a_lock_file_that_makes_no_sense_pins_nothing(void **state)
{
    (void)state;
    struct pl_npm_plan p = plan_of("{\"packages\":{");
    assert_false(want(&p, "a", 1));
    assert_queue(&p, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_package_is_wanted_once_and_in_as_many_versions_as_are_asked_for),
        cmocka_unit_test(the_package_itself_is_never_wanted),
        cmocka_unit_test(what_has_to_be_there_and_is_not_locked_is_noted_once),
        cmocka_unit_test(without_a_lock_file_only_what_the_manifest_names_is_wanted),
        cmocka_unit_test(what_a_dependency_names_is_wanted_with_its_peers_and_need_not_be_there),
        cmocka_unit_test(a_hint_stays_one_until_the_source_asks_too),
        cmocka_unit_test(a_lock_file_that_makes_no_sense_pins_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
