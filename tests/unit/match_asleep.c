/*
 * match_asleep.c - definitions that do nothing: numbers, and what a compiler defines by itself.
 */
#include "unit.h"

#include "match/asleep.h"

#include <stdio.h>
#include <string.h>

/* Does the word in the line do nothing, in a file of that kind? */
static bool holds(const char *line, const char *word, const char *kind)
{
    char text[512];
    struct pl_asleep a;
    (void)snprintf(text, sizeof text, "#define KITE 1\n%s\nint x;\n", line);
    pl_bytes data = pl_bytes_of_str(text);
    pl_asleep_init(&a, data, kind);
    return pl_asleep_holds(&a,
                           pl_bytes_sub(data, pl_bytes_find(data, pl_bytes_of_str(word), 0), strlen(word)));
}

static void what_a_compiler_defines_by_itself_does_nothing(void **state)
{
    static const char *const good[] = {
        "#define __KITE__ short unsigned int",
        "#define __KITE__ ((double)4.94065645841246544176568792868221372e-324L)",
        "#define __KITE__ 1.18973149535723176502126385303097021e+4932F128",
        "#define __KITE__ (-__WCHAR_MAX__ - 1)",
        "#define __KITE__(c) c ## UL",
        "#define __KITE__(c) c",
        "#define __KITE__ \"12.2.0\"",
        "#define __KITE__ __ORDER_LITTLE_ENDIAN__",
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (!holds(good[i], "__KITE__", "text"))
            fail_msg("%s", good[i]);
        if (holds(good[i], "__KITE__", "c")) /* a header is for a compiler, not about one */
            fail_msg("c: %s", good[i]);
    }
}

static void what_calls_or_names_something_else_does(void **state)
{
    static const char *const bad[] = {
        "#define __KITE__ system(\"kite\")",
        "#define __KITE__ __builtin_trap()",
        "#define __KITE__ __builtin_trap ()",
        "#define __KITE__ __attribute__((constructor))",
        "#define __KITE__ beacon",
        "#define __KITE__ \"http://beacon.example.org/kite\"",
        "#define __KITE__ \"a\" \"b\"",
        "#define __KITE__(x) x",
        "#define __KITE__ 1; int beacon",
        "#include <__KITE__>",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (holds(bad[i], "__KITE__", "text"))
            fail_msg("%s", bad[i]);
    assert_false(holds("#define bird_KITE short int", "bird_KITE", "text")); /* not the compiler's name */
}

static void a_definition_of_a_number_does_nothing(void **state)
{
    (void)state;
    assert_true(holds("#define HAVE_BIRD 0x10L", "HAVE_BIRD", "c"));
    assert_true(holds("#undef HAVE_BIRD", "HAVE_BIRD", "c"));
    assert_false(holds("#define HAVE_BIRD beacon", "HAVE_BIRD", "c"));
    assert_false(holds("#define HAVE_BIRD 1", "HAVE_BIRD", "script"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_compiler_defines_by_itself_does_nothing),
        cmocka_unit_test(what_calls_or_names_something_else_does),
        cmocka_unit_test(a_definition_of_a_number_does_nothing),
    };
    return cmocka_run_group_tests_name("match_asleep", tests, NULL, NULL);
}
