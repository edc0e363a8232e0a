/*
 * match_desktop_entry.c - translated values of desktop entries stand in the PO file of their language, and nowhere else.
 */
#include "match_fixture.h"

#include <stdio.h>

#define PO(charset, message)                                                                                 \
    "msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset=" charset "\\n\"\n\n" message
#define KEYWORDS                                                                                             \
    "#: panels/network.desktop.in:14\nmsgid \"Network;IP;LAN;Proxy;\"\nmsgstr "                              \
    "\"\"\n\"Network;IP;网络摄像\"\n\"头;锁定;\"\n"
#define ENTRY(line)                                                                                          \
    "[Desktop Entry]\n" line                                                                                 \
    "\nName=Region\nKeywords=Network;IP;LAN;Proxy;\n\n[Desktop Action x]\nName=Other\n"

static size_t claimed(const char *name, const char *line)
{
    char text[1024];
    (void)snprintf(text, sizeof text, ENTRY("%s"), line);
    add_source(0, "po/zh_CN.po",
               PO("UTF-8", KEYWORDS "\nmsgctxt \"panel\"\nmsgid \"Region\"\nmsgstr \" 区域\\n和语言\"\n"));
    add_source(0, "po/ta.po", PO("KOI8-R", "msgid \"Region\"\nmsgstr \"x\"\n"));
    struct pl_file *f = add_file(name, text);
    apply("desktop.entry", f);
    size_t sum = 0;
    for (size_t i = 0; i < f->ledger.settled.n; i++) {
        const struct pl_claim *c = &f->ledger.settled.v[i];
        if (strcmp(c->rule, "desktop.entry") != 0)
            continue;
        assert_string_equal(c->source, "po/zh_CN.po");
        sum += c->length;
    }
    return sum;
}

#define NAME "usr/share/applications/region.desktop"

static void a_message_that_the_po_file_breaks_is_one_value(void **state)
{
    (void)state;
    const char *line = "Keywords[zh_CN]=Network;IP;网络摄像头;锁定;";
    assert_int_equal(claimed(NAME, line), strlen(line) + 1);
}

static void escapes_and_contexts_are_read(void **state)
{
    (void)state;
    const char *line = "Name[zh_CN]=\\s区域\\n和语言";
    assert_int_equal(claimed(NAME, line), strlen(line) + 1);
}

static void another_text_is_none(void **state)
{
    (void)state;
    assert_int_equal(claimed(NAME, "Keywords[zh_CN]=Network;IP;网络摄像头;锁定;更多;"), 0);
}

static void a_message_for_another_key_is_none(void **state)
{
    (void)state;
    assert_int_equal(claimed(NAME, "Name[zh_CN]=Network;IP;网络摄像头;锁定;"), 0);
}

static void another_language_is_none(void **state)
{
    (void)state;
    assert_int_equal(claimed(NAME, "Keywords[de]=Network;IP;网络摄像头;锁定;"), 0);
}

static void another_character_set_is_not_read(void **state)
{
    (void)state;
    assert_int_equal(claimed(NAME, "Name[ta]=x"), 0);
}

static void another_file_is_none(void **state)
{
    (void)state;
    assert_int_equal(claimed("usr/bin/region", "Keywords[zh_CN]=Network;IP;网络摄像头;锁定;"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_message_that_the_po_file_breaks_is_one_value, set_up, tear_down),
        cmocka_unit_test_setup_teardown(escapes_and_contexts_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_text_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_message_for_another_key_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_language_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_character_set_is_not_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_file_is_none, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
