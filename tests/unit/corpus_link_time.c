/*
 * corpus_link_time.c - debian/rules that ask for optimisation at link time, and such that only speak of it.
 */
#include "unit.h"

#include "corpus/link_time.h"

static bool asks(const char *rules)
{
    return pl_rules_ask_for_lto(pl_bytes_of_str(rules));
}

static void flags_and_options_ask(void **state)
{
    (void)state;
    assert_true(asks("#!/usr/bin/make -f\nexport DEB_BUILD_MAINT_OPTIONS = hardening=+all optimize=+lto\n"));
    assert_true(asks("CFLAGS += -flto=auto\n"));
    assert_true(asks("override_dh_auto_configure:\n\tdh_auto_configure -- \\\n\t\t-Db_lto=true\n"));
    assert_true(asks("\tcmake -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON .\n"));
    assert_true(asks("\t./configure --enable-lto\n"));
}

static void a_comment_asks_for_nothing(void **state)
{
    (void)state;
    assert_false(asks("# optimize=+lto breaks the symbols\nexport A = hardening=+all\n"));
    assert_false(asks("A = hardening=+all # not optimize=+lto\n"));
    assert_false(asks("# no \\\n optimize=+lto\n"));
    assert_false(asks("build:\n\t# ./configure --enable-lto\n"));
    assert_false(asks("build:\n\t@# -flto\n"));
}

static void a_sign_that_begins_no_comment_hides_nothing(void **state)
{
    (void)state;
    assert_true(asks("A = \\# optimize=+lto\n"));
    assert_true(asks("build:\n\tmake CFLAGS=x#y -flto\n"));
    assert_true(asks("# a comment\nA = -flto\n"));
    assert_true(asks("build:\n\techo a \\\n\t-flto\n"));
}

static void a_word_that_says_no_asks_for_nothing(void **state)
{
    (void)state;
    assert_false(asks("A = optimize=-lto -fno-lto --disable-lto\n"));
    assert_false(asks("\t./configure --enable-lto=no --with-lto=off\n"));
    assert_false(asks("A = -flto-partition=none\n"));
    assert_false(asks(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_and_options_ask),
        cmocka_unit_test(a_comment_asks_for_nothing),
        cmocka_unit_test(a_sign_that_begins_no_comment_hides_nothing),
        cmocka_unit_test(a_word_that_says_no_asks_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
