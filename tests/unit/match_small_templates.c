/*
 * Short templates: found by their beginning, however many there are.
 */
#include "match_fixture.h"

#include <stdio.h>
#include <time.h>

/* A template that fits any file of 127 bytes of 'x' until its last byte, in more ways than are tried. */
static void add_hostile(unsigned number)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char name[16];
    char text[PL_SMALL_TEMPLATE_BYTES + 1];
    size_t n = 0;
    for (size_t k = 0; k + 1 < sizeof letters; k++)
        n += (size_t)snprintf(text + n, sizeof text - n, "@%c@x", letters[k]);
    (void)snprintf(text + n, sizeof text - n, "xxxxxxxxxxxxxxxxxxxx%05u", number);
    (void)snprintf(name, sizeof name, "t%u", number);
    add_source(0, name, text);
}

static void ten_thousand_templates_cost_no_more_than_a_few(void **state)
{
    enum { TEMPLATES = 10000, SECONDS = 10 };
    char text[PL_SMALL_TEMPLATE_BYTES / 2] = "";
    memset(text, 'x', sizeof text - 1);
    for (unsigned i = 0; i < TEMPLATES; i++)
        add_hostile(i);
    struct pl_file *f = add_file("usr/share/p/x", text);
    clock_t before = clock();
    apply("text.template", f);
    assert_true((clock() - before) / CLOCKS_PER_SEC < SECONDS);
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), f->size);
}

static size_t units_of(const char *text, size_t least, uint32_t units[PL_SMALL_TRIES])
{
    size_t n = 0;
    pl_small_templates_of(small_templates, pl_bytes_of_str(text), least, units, &n);
    return n;
}

static void templates_are_asked_that_begin_the_text_and_are_most_of_it(void **state)
{
    uint32_t units[PL_SMALL_TRIES];
    add_source(0, "a", "@x@ one");
    add_source(0, "b", "#!@x@ two");
    add_source(0, "c", "#!/bin/@x@");
    add_source(0, "d", "#!/bin/sh"); /* no template */
    add_source(0, "e", "#!/usr/@x@");
    assert_int_equal(pl_index_build(trees, 2, 1, &ix, &err), PL_OK);
    assert_int_equal(pl_small_templates_new(ix, &small_templates, &err), PL_OK);
    assert_int_equal(units_of("#!/bin/sh two", 0, units), 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(pl_index_unit_file(ix, units[i])->path.p[0], "abc"[i]);
    assert_int_equal(units_of("#!/bin/sh two", 5, units), 2);
    assert_int_equal(units_of("#!x", 0, units), 0); /* shorter than what the template has of its own */
    assert_int_equal(units_of("", 0, units), 0);
}

static void of_too_many_the_first_with_the_longest_beginning_are_asked(void **state)
{
    uint32_t units[PL_SMALL_TRIES];
    char name[16];
    char text[32];
    for (unsigned i = 0; i < PL_SMALL_TRIES + 10; i++) {
        (void)snprintf(name, sizeof name, "t%03u", i);
        (void)snprintf(text, sizeof text, "a@x@%u", i);
        add_source(0, name, text);
    }
    add_source(0, "z", "ab@x@");
    assert_int_equal(pl_index_build(trees, 2, 1, &ix, &err), PL_OK);
    assert_int_equal(pl_small_templates_new(ix, &small_templates, &err), PL_OK);
    assert_int_equal(units_of("abcdefgh", 0, units), PL_SMALL_TRIES);
    assert_int_equal(pl_index_unit_file(ix, units[0])->path.p[0], 't');
    assert_int_equal(pl_index_unit_file(ix, units[PL_SMALL_TRIES - 1])->path.p[0], 'z');
    for (size_t i = 1; i < PL_SMALL_TRIES; i++)
        assert_true(units[i - 1] < units[i]);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ten_thousand_templates_cost_no_more_than_a_few, set_up, tear_down),
        cmocka_unit_test_setup_teardown(templates_are_asked_that_begin_the_text_and_are_most_of_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(of_too_many_the_first_with_the_longest_beginning_are_asked, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("match_small_templates", tests, NULL, NULL);
}
