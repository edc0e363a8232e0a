/*
 * corpus_literals_glib.c - what glib-mkenums and gdbus-codegen write out of the source is explained where a build file calls them, and nothing else; so are places beside texts.
 */
#include "source_tree.h"

#include "corpus/literals.h"

#include <string.h>

struct text {
    const char *path, *text;
};

#define MAX_FILES 3

/* The rule that explains `string` where the source has these files; "" when none does. */
static const char *rule_of(const struct text *files, const char *string)
{
    struct pl_source_tree tree = {0};
    struct pl_source_tree *trees[] = {&tree};
    struct pl_index *index = NULL;
    struct pl_literals *literals = NULL;
    struct pl_arena arena;
    struct pl_literal_hit hit = {0};
    bool found = false;
    for (size_t i = 0; i < MAX_FILES; i++)
        add_source(&tree, files[i].path, files[i].text);
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

static void assert_rule(const struct text *files, const char *string, const char *rule)
{
    if (strcmp(rule_of(files, string), rule) != 0)
        fail_msg("%s: %s", string, rule_of(files, string));
}

#define KITES                                                                                                \
    "typedef enum { /* { */\n  KITE_ERROR_FAILED, // }\n#if 1\n  KITE_ERROR_PARTIAL_INPUT = f(1, '}'),\n"    \
    "#endif\n  KITE_ERROR_CLOSED AVAILABLE(2) = (1 << 2)\n} KiteError;\nenum one { KITE_ONLY_VALUE };\n"     \
    "enum fold kites; int KITE_ERROR_BEACON;\n"

static void a_nick_is_the_end_of_a_name_in_lower_case(void **state)
{
    static const struct text files[MAX_FILES] = {
        {"kite.h", KITES}, {"meson.build", "gnome.mkenums('kite-types')\n"}, {"a.c", "int a;\n"}};
    (void)state;
    assert_rule(files, "partial-input", "literal.enum-nick");
    assert_rule(files, "failed", "literal.enum-nick");
    assert_rule(files, "closed", "literal.enum-nick");
    assert_rule(files, "value", "literal.enum-nick");
    assert_rule(files, "input", "");
    assert_rule(files, "error-partial-input", "");
    assert_rule(files, "partial_input", "");
    assert_rule(files, "partial-inputs", "");
    assert_rule(files, "beacon", "");
}

static void without_the_tool_there_are_no_nicks(void **state)
{
    static const struct text files[MAX_FILES] = {
        {"kite.h", KITES}, {"meson.build", "gnome.kites('kite-types')\n"}, {"a.c", "int a;\n"}};
    (void)state;
    assert_rule(files, "partial-input", "");
}

static void an_enumeration_without_an_end_is_read_to_the_end_of_its_file(void **state)
{
    static const char *const ends[] = {"enum {", "enum { KITE_A_B, /* ", "enum { KITE_A_B = ((", "enum { #",
                                       "enum",   "enum { KITE_A_B // x"};
    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        const struct text files[MAX_FILES] = {
            {"kite.h", ends[i]}, {"meson.build", "gnome.mkenums('kite-types')\n"}, {"a.c", "int a;\n"}};
        assert_rule(files, "partial-input", "");
    }
}

#define WING                                                                                                 \
    "<node><interface name=\"org.kites.Wing\">\n<method name='FoldUp'><arg type=\"a{say}\" "                 \
    "name=\"how_far\"/>"                                                                                     \
    "</method>\n<signal name=\"FoldedURI\"/></interface></node>\n"

static void texts_of_an_interface_of_the_source_are_the_tools(void **state)
{
    static const struct text files[MAX_FILES] = {
        {"org.kites.xml", WING}, {"meson.build", "gnome.gdbus_codegen('kite-dbus')\n"}, {"a.c", "int a;\n"}};
    static const char *const texts[] = {
        "org.kites.Wing",
        "FoldUp",
        "handle-fold-up",
        "folded-uri",
        "how_far",
        "a{say}",
        "(s@h@a{sv})",
        "(^ay)",
        "KiteWingProxy",
        "KiteWingSkeleton",
        "KiteKitesWing",
        "_kite_wing_skeleton_handle_set_property",
        "[generated] _kite_wing_emit_changed",
        "prop_id != 0 && prop_id - 1 < 12",
        "Error setting property '%s' on interface org.kites.Wing: %s (%s, %d)",
        "No property with name %s",
    };
    static const char *const others[] = {
        "org.kites.Beacon",
        "handle-beacon",
        "handle-",
        "(s@h/bin)",
        "(s@h",
        "KiteBeaconProxy",
        "Kite/WingProxy",
        "ANamespaceThatIsLongWingProxy",
        "_kite_beacon_skeleton_set_property",
        "kitewing_skeleton_set_property",
        "prop_id != 0 && prop_id - 1 < x",
        "Error setting property '%s' on interface org.kites.Beacon: %s (%s, %d)",
        "No property with name %d",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_rule(files, texts[i], "literal.dbus");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(rule_of(files, others[i]), "literal.dbus") == 0)
            fail_msg("%s", others[i]);
}

static void names_of_an_interface_are_qts_as_they_are(void **state)
{
    static const struct text files[MAX_FILES] = {
        {"data/org.kites.xml", WING},
        {"CMakeLists.txt", "qt_add_dbus_interface(kite_SRCS data/org.kites.xml kite_interface)\n"},
        {"a.c", "int a;\n"}};
    (void)state;
    assert_rule(files, "FoldUp", "literal.dbus");
    assert_rule(files, "org.kites.Wing", "literal.dbus");
    assert_rule(files, "handle-fold-up", "");
    assert_rule(files, "KiteWingProxy", "");
    assert_rule(files, "No property with name %s", "");
}

static void without_the_tool_or_a_description_nothing_is_of_dbus(void **state)
{
    static const struct text no_tool[MAX_FILES] = {
        {"org.kites.xml", WING}, {"meson.build", "gnome.kites('kite-dbus')\n"}, {"a.c", "int a;\n"}};
    static const struct text no_interface[MAX_FILES] = {
        {"org.kites.xml", "<node/>"}, {"meson.build", "gdbus_codegen('kite-dbus')\n"}, {"a.c", "int a;\n"}};
    (void)state;
    assert_rule(no_tool, "handle-fold-up", "");
    assert_rule(no_tool, "KiteWingProxy", "");
    assert_rule(no_interface, "No property with name %s", "");
    assert_rule(no_interface, "(^ay)", "");
}

static void a_file_that_meson_has_made_is_called_by_a_word_of_the_build(void **state)
{
    static const struct text files[MAX_FILES] = {
        {"lib/meson.build", "output : ['kite-dbus.h', 'kite-dbus.c'],\n"},
        {"lib/b.c", "int b;\n"},
        {"a.c", "int a;\n"}};
    (void)state;
    assert_rule(files, "lib/kite-dbus.c", "literal.file");
    assert_rule(files, "lib/beacon.c", "");
    assert_rule(files, "other/kite-dbus.c", "");
    assert_rule(files, "/lib/kite-dbus.c", "");
    assert_rule(files, "lib/../lib/kite-dbus.c", "");
    assert_rule(files, "lib/kite-dbus.so", "");
}

static void a_place_may_stand_before_a_text_of_the_source(void **state)
{
    static const struct text files[MAX_FILES] = {
        {"src/kite.c", "const char *f(void)\n{\n    return G_STRLOC \": no wind today\";\n}\n"},
        {"src/kite.h", "#define G_STRLOC __FILE__ \":\" STRING(__LINE__)\n"},
        {"a.c", "int a;\n"}};
    (void)state;
    assert_rule(files, "../src/kite.c:3: no wind today", "literal.file");
    assert_string_not_equal(rule_of(files, "../src/kite.c:99: no wind today"), "literal.file");
    assert_string_not_equal(rule_of(files, "../src/beacon.c:3: no wind today"), "literal.file");
    assert_string_not_equal(rule_of(files, "../src/kite.c:3: a beacon today"), "literal.file");
    assert_string_not_equal(rule_of(files, "../src/kite.c:: no wind today"), "literal.file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nick_is_the_end_of_a_name_in_lower_case),
        cmocka_unit_test(without_the_tool_there_are_no_nicks),
        cmocka_unit_test(an_enumeration_without_an_end_is_read_to_the_end_of_its_file),
        cmocka_unit_test(texts_of_an_interface_of_the_source_are_the_tools),
        cmocka_unit_test(names_of_an_interface_are_qts_as_they_are),
        cmocka_unit_test(without_the_tool_or_a_description_nothing_is_of_dbus),
        cmocka_unit_test(a_file_that_meson_has_made_is_called_by_a_word_of_the_build),
        cmocka_unit_test(a_place_may_stand_before_a_text_of_the_source),
    };
    return cmocka_run_group_tests_name("corpus_literals_glib", tests, NULL, NULL);
}
