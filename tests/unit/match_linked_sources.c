/*
 * match_linked_sources.c - sources of libraries that are named and not at hand.
 */
#include "match/linked_sources.h"

#include "match_fixture.h"

static const char control[] = "Package: p-bin\nVersion: 1-2\nX-Cargo-Built-Using: p (= 1-2), rust-clap (= "
                              "2.34.0-3), rust-x (= 1)\nArchitecture: any\n";
static const char at_hand[] =
    "Package: p-bin\nVersion: 1-2\nX-Cargo-Built-Using: p (= 1-2)\nArchitecture: any\n";

static pl_bytes why_of(const char *stanza, const char *path, uint32_t mode, bool is_rust)
{
    pl_bytes why;
    if (is_rust)
        add_source(0, "Cargo.toml", "[package]\nname = \"p\"\n");
    (void)add_file("control.tar.xz!/control", stanza);
    struct pl_file *f = add_file(path, "complete -c p -l all\n");
    f->mode = mode;
    apply("same.bytes", f);
    assert_int_equal(pl_linked_missing(&m, f, &why, &err), PL_OK);
    return why;
}

#define COMPLETION "data.tar.xz!/usr/share/fish/completions/p.fish"

static void a_text_of_a_package_with_missing_sources_says_which(void **state)
{
    pl_bytes why = why_of(control, COMPLETION, 0644, true);
    assert_true(pl_bytes_eq_str(
        why, "X-Cargo-Built-Using names 2 sources that are not part of this check: rust-clap and others"));
}

static void sources_at_hand_are_not_missing(void **state)
{
    assert_int_equal(why_of(at_hand, COMPLETION, 0644, true).n, 0);
}

static void what_is_executed_is_no_text_of_a_library(void **state)
{
    assert_int_equal(why_of(control, COMPLETION, 0755, true).n, 0);
}

static void a_file_elsewhere_is_no_text_of_a_library(void **state)
{
    assert_int_equal(why_of(control, "data.tar.xz!/usr/lib/p/start.sh", 0644, true).n, 0);
}

static void a_maintainer_script_is_no_text_of_a_library(void **state)
{
    assert_int_equal(why_of(control, "control.tar.xz!/postinst", 0644, true).n, 0);
}

static void a_source_of_another_language_links_nothing(void **state)
{
    assert_int_equal(why_of(control, COMPLETION, 0644, false).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_text_of_a_package_with_missing_sources_says_which, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(sources_at_hand_are_not_missing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_executed_is_no_text_of_a_library, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_elsewhere_is_no_text_of_a_library, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_maintainer_script_is_no_text_of_a_library, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_source_of_another_language_links_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
