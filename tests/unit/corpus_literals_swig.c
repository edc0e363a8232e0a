/*
 * corpus_literals_swig.c - what SWIG writes out of names of the source is explained where the source has an input of SWIG, and nothing else.
 */
#include "source_tree.h"

#include "corpus/literals.h"

#include <string.h>

/* The rule that explains `string` where the header has a class Wing and `path` holds `text`; "" when none does. */
static const char *rule_beside(const char *path, const char *text, const char *string)
{
    struct pl_source_tree tree = {0};
    struct pl_source_tree *trees[] = {&tree};
    struct pl_index *index = NULL;
    struct pl_literals *literals = NULL;
    struct pl_arena arena;
    struct pl_literal_hit hit = {0};
    bool found = false;
    add_source(&tree, "kite/wing.h",
               "namespace kite { class Wing { int fold_up(Wing *other); int span; }; }\n");
    add_source(&tree, path, text);
    pl_arena_init(&arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 1, 1, &index, NULL), PL_OK);
    assert_int_equal(pl_literals_build(index, NULL, 0, 1, &literals, NULL), PL_OK);
    assert_int_equal(pl_literals_explain(literals, pl_bytes_of_str(string), &arena, &found, &hit, NULL),
                     PL_OK);
    const char *name = found ? hit.rule->name : "";
    pl_literals_free(literals);
    pl_index_free(index);
    pl_arena_reset(&arena);
    PL_VEC_FREE(&tree.files);
    return name;
}

#define INPUT  "kite.i", "%module Kite\n%{\n#include \"wing.h\"\n%}\n"
#define WRONG  "Wrong number or type of arguments for overloaded function 'new_Wing'.\n"
#define PROTOS "  Possible C/C++ prototypes are:\n"

static void messages_of_names_and_types_of_the_source_are_swigs(void **state)
{
    static const char *const texts[] = {
        "Wing_fold_up",
        "Wing_span_set",
        "delete_Wing",
        "Wing___ne__",
        "in method 'Wing_fold_up', argument 2 of type 'kite::Wing const *'",
        "invalid null reference in method 'new_Wing', argument 1 of type 'kite::Wing &'",
        "in variable 'kite_span' of type 'unsigned int'",
        "Variable Wing_span is read-only.",
        WRONG PROTOS "    kite::Wing::Wing()\n    kite::Wing::Wing(kite::Wing const &)\n",
        WRONG PROTOS "    kite::Wing::fold_up(char const *,...) const\n",
        "swigregister",
        "in variable 'kite::Wing::span' of type 'int'",
        "'self' uninitialized, maybe you forgot to call Wing.__init__.",
        "std::Wing *",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(rule_beside(INPUT, texts[i]), "literal.swig") != 0)
            fail_msg("%s: %s", texts[i], rule_beside(INPUT, texts[i]));
}

static void a_name_that_no_source_has_is_none_of_swigs(void **state)
{
    static const char *const texts[] = {
        "Wing_beacon",
        "Wing_",
        "_Wing",
        "Wing__fold_upx",
        "in method 'Wing_beacon', argument 2 of type 'kite::Wing *'",
        "in method 'Wing_span', argument 2 of type 'beacon *'",
        "in method 'Wing_span', argument x of type 'kite::Wing *'",
        "in method 'Wing_span', argument 2 of type 'kite/Wing *'",
        "in method 'Wing_span', argument 2 of type ''",
        "in method 'Wing_span', argument 2 of type 'kite::Wing *' beacon",
        "Variable Wing_span is read-only. beacon",
        WRONG PROTOS "    kite::Wing::beacon()\n",
        WRONG PROTOS "    kite::Wing const\n",
        WRONG PROTOS,
        "swigregister beacon",
        "std::beacon *",
        "std::/bin/Wing",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_string_not_equal(rule_beside(INPUT, texts[i]), "literal.swig");
}

static void without_an_input_of_swig_nothing_is_swigs(void **state)
{
    (void)state;
    assert_string_equal(rule_beside("kite.c", "int b; /* %module Kite */\n", "delete_Wing"), "");
    assert_string_equal(rule_beside("kite.i", "int b;\n", "delete_Wing"), "");
    assert_string_equal(rule_beside("kite.swg", "%module Kite\n", "delete_Wing"), "literal.swig");
}

static void a_name_with_many_lines_is_refused_before_words_are_looked_up(void **state)
{
    char name[128];
    (void)state;
    for (size_t i = 0; i + 1 < sizeof name; i++)
        name[i] = i % 5 == 4 ? '_' : "Wing"[i % 5];
    name[sizeof name - 1] = '\0';
    assert_string_equal(rule_beside(INPUT, name), "");
    name[14] = '\0';
    assert_string_equal(rule_beside(INPUT, name), "literal.swig");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_of_names_and_types_of_the_source_are_swigs),
        cmocka_unit_test(a_name_that_no_source_has_is_none_of_swigs),
        cmocka_unit_test(without_an_input_of_swig_nothing_is_swigs),
        cmocka_unit_test(a_name_with_many_lines_is_refused_before_words_are_looked_up),
    };
    return cmocka_run_group_tests_name("corpus_literals_swig", tests, NULL, NULL);
}
