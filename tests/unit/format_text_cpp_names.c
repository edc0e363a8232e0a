/*
 * format_text_cpp_names.c - which identifiers a mangled name is made of.
 */
#include <stdio.h>

#include "unit.h"

#include "format/text/cpp_names.h"

static const char *known_words;

/* known_words is " a b c ". */
static bool is_known(void *ctx, pl_bytes word)
{
    char text[128];
    (void)snprintf(text, sizeof text, " %.*s ", PL_ARG(word));
    return strstr(known_words, text) != NULL;
}

static bool is_explained(const char *name, const char *known)
{
    known_words = known;
    return pl_cpp_identifiers(pl_bytes_of_str(name), is_known, NULL);
}

static void a_name_of_known_identifiers_is_explained(void **state)
{
    assert_true(is_explained("_ZN3foo6Parser4nextEv", " foo Parser next "));
    assert_true(is_explained("N3foo6ParserE", " foo Parser "));
    assert_true(is_explained("14composite_node", " composite_node "));
    assert_true(is_explained("_ZN3fooC2ERKNS_3BarE", " foo Bar "));
    assert_true(is_explained("_ZN3fooILi42EE3barEv", " foo bar "));
    assert_true(is_explained("_ZThn16_N3foo3barEv", " foo bar "));
    assert_true(is_explained("St11_Mutex_baseILN9__gnu_cxx12_Lock_policyE2EE",
                             " _Mutex_base __gnu_cxx _Lock_policy "));
    assert_true(is_explained("_ZN12_GLOBAL__N_13fooE", " foo "));
    assert_true(is_explained("_ZSt4cout", " cout "));
    assert_true(is_explained("N4Json10CharReaderE", " Json CharReader "));
}

static void one_unknown_identifier_is_enough_to_refuse(void **state)
{
    assert_false(is_explained("_ZN3foo6Parser4nextEv", " foo Parser "));
    assert_false(is_explained("14composite_nodf", " composite_node "));
    assert_false(is_explained("15composite_node", " composite_node "));
    assert_false(is_explained("N3foo6ParserE/tmp/x", " foo Parser tmp "));
    assert_false(is_explained("system", " system "));
    assert_false(is_explained("", " "));
    assert_false(is_explained("99999999999999999999x", " x "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_of_known_identifiers_is_explained),
        cmocka_unit_test(one_unknown_identifier_is_enough_to_refuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
