/*
 * match_too_large.c - programs and scripts beyond the limit are opaque with the reason, and nothing else is.
 */
#include "match_fixture.h"

static const char script[] = "#!/bin/sh\necho one\n";

static void a_script_that_is_too_large_is_opaque_and_says_so(void **state)
{
    limits.program_bytes = sizeof script - 2;
    struct pl_file *f = add_file("data.tar.xz!/usr/bin/x.sh", script);
    f->kind = "shell";
    apply("program.too-large", f);
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), 0);
    assert_int_equal(f->ledger.settled.v[0].class, PL_CLASS_OPAQUE);
    assert_int_equal(f->findings.list.n, 1);
    assert_string_equal(f->findings.list.v[0].tag, "archive.limit");
}

static void a_program_that_is_too_large_is_opaque_too(void **state)
{
    limits.program_bytes = 3;
    struct pl_file *f = add_file("data.tar.xz!/usr/bin/x", "\177ELF");
    f->kind = "elf-x86_64";
    apply("program.too-large", f);
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), 0);
}

static void one_of_just_that_size_is_taken_apart(void **state)
{
    limits.program_bytes = sizeof script - 1;
    struct pl_file *f = add_file("data.tar.xz!/usr/bin/x.sh", script);
    f->kind = "shell";
    apply("program.too-large", f);
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), f->size);
    assert_int_equal(f->findings.list.n, 0);
}

static void data_may_be_large(void **state)
{
    limits.program_bytes = 3;
    struct pl_file *f = add_file("data.tar.xz!/usr/share/x.dat", "a lot of data");
    f->kind = "unknown";
    apply("program.too-large", f);
    assert_int_equal(pl_ledger_unclaimed(&f->ledger), f->size);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_script_that_is_too_large_is_opaque_and_says_so),
        TEST(a_program_that_is_too_large_is_opaque_too),
        TEST(one_of_just_that_size_is_taken_apart),
        TEST(data_may_be_large),
    };
    return cmocka_run_group_tests_name("match_too_large", tests, NULL, NULL);
}
