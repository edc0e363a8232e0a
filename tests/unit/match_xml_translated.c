/*
 * match_xml_translated.c - translated elements of XML stand in the PO file of their language, and nowhere else.
 */
#include "match_fixture.h"

#include <stdio.h>

#define PO                                                                                                   \
    "msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n\n"                            \
    "msgid \"Fold & turn the wings\"\nmsgstr \"\"\n\"Flügel anlegen & \"\n\"wenden\"\n\n"                   \
    "msgid \"Land\"\nmsgstr \"Landen\"\n\n#, fuzzy\nmsgid \"Rise\"\nmsgstr \"Steigen\"\n"
#define TYPE_IN "<!DOCTYPE kite PUBLIC\n \"-//kite//EN\"\n \"http://kite.example/kite.dtd\">\n"
#define TYPE    "<!DOCTYPE kite PUBLIC \"-//kite//EN\" \"http://kite.example/kite.dtd\">\n"
#define TEXT    "    <message>Fold &amp; turn\n      the wings</message>\n"

/* Bytes of a policy with these lines that the rung takes. */
static size_t claimed(const char *lines)
{
    static char text[2048];
    size_t sum = 0;
    (void)snprintf(text, sizeof text, "<?xml version=\"1.0\"?>\n%s", lines);
    add_source(0, "po/de.po", PO);
    add_source(0, "data/kite.policy.in", "<?xml version=\"1.0\"?>\n" TYPE_IN "<kite/>\n");
    struct pl_file *f = add_file("usr/share/polkit-1/actions/kite.policy", text);
    apply("xml.translated", f);
    for (size_t i = 0; i < f->ledger.settled.n; i++)
        if (strcmp(f->ledger.settled.v[i].rule, "xml.translated") == 0)
            sum += f->ledger.settled.v[i].length;
    return sum;
}

static void assert_claimed(void **state, const char *before, const char *line, bool is_known)
{
    char lines[1536];
    (void)snprintf(lines, sizeof lines, "%s%s<end xml:lang=\"xx\">none</end>\n", before, line);
    size_t n = claimed(lines);
    if (n != (is_known ? strlen(line) : 0))
        fail_msg("%zu bytes of %s", n, line);
    tear_down(state);
    assert_int_equal(set_up(state), 0);
}

static void a_message_of_the_po_file_is_one_element(void **state)
{
    assert_claimed(state, TEXT, "    <message xml:lang=\"de\">Flügel anlegen &amp; wenden</message>\n", true);
    assert_claimed(state, TEXT, "    <message xml:lang=\"de\">Flügel\n      anlegen &amp; wenden</message>\n",
                   true);
    assert_claimed(state, "<p type=\"a\">Land</p>\n", "<p xml:lang=\"de\" type=\"a\">Landen</p>\n", true);
    assert_claimed(state, "<p type=\"a\">Land</p>\n", "<p type=\"a\" xml:lang=\"de\">Landen</p>\n", true);
}

static void another_text_is_none(void **state)
{
    static const char *const lines[] = {
        "<message xml:lang=\"de\">Flügel anlegen &amp; wenden!</message>\n",
        "<message xml:lang=\"fr\">Flügel anlegen &amp; wenden</message>\n",
        "<message xml:lang=\"de\">Landen</message>\n",
        "<message xml:lang=\"de\" run=\"x\">Flügel anlegen &amp; wenden</message>\n",
        "<messages xml:lang=\"de\">Flügel anlegen &amp; wenden</messages>\n",
        "<message xml:lang=\"de\">Flügel anlegen &amp; wenden<run/></message>\n",
        "<message xml:lang=\"de\">Flügel anlegen &amp; wenden\n",
        "<message xml:lang=\"../de\">Flügel anlegen &amp; wenden</message>\n",
        "<!-- <message xml:lang=\"de\">Flügel anlegen &amp; wenden</message> -->\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_claimed(state, TEXT, lines[i], false);
    assert_claimed(state, "<p>Rise</p>\n", "<p xml:lang=\"de\">Steigen</p>\n", false);
    assert_claimed(state, "", "<p xml:lang=\"de\">Landen</p>\n", false);
}

static void a_document_type_is_that_of_the_template(void **state)
{
    assert_claimed(state, "", TYPE, true);
    assert_claimed(state, "", "<!DOCTYPE kite PUBLIC \"-//kite//EN\" \"http://kite.invalid/kite.dtd\">\n",
                   false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_message_of_the_po_file_is_one_element),
        TEST(another_text_is_none),
        TEST(a_document_type_is_that_of_the_template),
    };
    return cmocka_run_group_tests_name("match_xml_translated", tests, NULL, NULL);
}
