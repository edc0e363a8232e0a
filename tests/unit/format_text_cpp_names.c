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

/* Each S looked for the end of its number through all the others: 3 * 10^11 bytes. */
static void a_name_of_numbers_without_end_ends_soon(void **state)
{
    char name[16001];
    (void)state;
    memset(name, 'S', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (unsigned i = 0; i < 2000; i++)
        assert_true(is_explained(name, " "));
    assert_true(is_explained("_ZN3fooERKS0_S1A_T_", " foo "));
}

/* "NAME SCOPE", a destructor's with "~". */
static void assert_function(const char *mangled, const char *expected)
{
    struct pl_cpp_function f;
    char text[128] = "";
    if (pl_cpp_function_of(pl_bytes_of_str(mangled), &f))
        (void)snprintf(text, sizeof text, "%s%.*s %.*s%s", f.is_destructor ? "~" : "", PL_ARG(f.name),
                       PL_ARG(f.scope), f.is_standard ? " std" : "");
    if (strcmp(text, expected) != 0)
        fail_msg("%s: \"%s\"", mangled, text);
}

static void a_function_is_its_last_name_and_the_one_before(void **state)
{
    (void)state;
    assert_function("_Z4nextv", "next ");
    assert_function("_ZL4nextv", "next ");
    assert_function("_ZN3foo6Parser4nextEv", "next Parser");
    assert_function("_ZNK3foo6ParserIiN1a1bEE4nextEv", "next Parser");
    assert_function("_ZN3foo6ParserC2ERKS0_", "Parser Parser");
    assert_function("_ZN3foo6ParserD0Ev", "~Parser Parser");
    assert_function("_ZNSt6vectorIiSaIiEE9push_backERKi", "push_back vector std");
    assert_function("_ZNSs6appendEPKc", "append  std");
    assert_function("_ZN3foo4nextv", "");   /* cut off */
    assert_function("_ZN3fooplERKS_", "");  /* an operator */
    assert_function("_ZN99fooEv", "");      /* longer than the text */
    assert_function("_ZN3fooI99barEv", ""); /* the same among arguments */
    assert_function("next", "");
    assert_function("_Z", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_of_known_identifiers_is_explained),
        cmocka_unit_test(one_unknown_identifier_is_enough_to_refuse),
        cmocka_unit_test(a_name_of_numbers_without_end_ends_soon),
        cmocka_unit_test(a_function_is_its_last_name_and_the_one_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
