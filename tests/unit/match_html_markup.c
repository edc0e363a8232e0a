/*
 * match_html_markup.c - markup that documentation tools put around words of the source is explained; what runs, loads, leads elsewhere or says something
 * else is not.
 */
#include "match_fixture.h"

#include <stdio.h>

static const char source[] =
    "== Conceptual overview\n\nNinja evaluates a graph of dependencies between files.\n"
    "See the manual at https://example.org/manual for more.\n";

static bool is_left(const struct pl_file *f, const char *part)
{
    size_t at = pl_bytes_find(f->data, pl_bytes_of_str(part), 0);
    assert_int_not_equal(at, SIZE_MAX);
    uint64_t offset;
    uint64_t length;
    return pl_ledger_gap(&f->ledger, at, &offset, &length) && offset < at + strlen(part);
}

/* The page of that body, after the rung for words and this one. */
static struct pl_file *page(const char *body)
{
    static char text[2048];
    (void)snprintf(text, sizeof text, "<p>Ninja evaluates a graph of dependencies between files.</p>%s",
                   body);
    add_source(0, "doc/manual.txt", source);
    assert_int_equal(pl_index_build(trees, 2, 1, &ix, &err), PL_OK);
    struct pl_file *f = add_file("usr/share/doc/ninja/manual.html", text);
    f->role = PL_ROLE_PASSIVE;
    apply("text.coverage", f);
    apply("html.markup", f);
    return f;
}

static void tags_and_short_texts_of_the_source_are_explained(void **state)
{
    (void)state;
    struct pl_file *f =
        page("<h2 class=\"title\"><a name=\"_conceptual_overview\"></a>Conceptual&nbsp;overview</h2>"
             "<a href=\"#_conceptual_overview\" title=\"1. Conceptual overview\">overview</a>");
    assert_false(is_left(f, "<h2 class"));
    assert_false(is_left(f, "Conceptual&nbsp;overview"));
    assert_false(is_left(f, "<a href"));
}

static void a_word_that_the_source_does_not_have_is_left(void **state)
{
    (void)state;
    struct pl_file *f =
        page("<h2>Malicious overview</h2><a name=\"_malicious\"></a><b class=\"malicious\">the</b>");
    assert_true(is_left(f, "Malicious overview"));
    assert_true(is_left(f, "<a name"));
    assert_true(is_left(f, "<b class"));
    assert_false(is_left(f, "</b>"));
}

static void what_runs_or_loads_is_left(void **state)
{
    (void)state;
    struct pl_file *f = page("<script>files(graph)</script><img src=\"graph\"><p onclick=\"files\">graph</p>"
                             "<b style=\"url(files)\">files</b><object data=\"graph\"></object>");
    assert_true(is_left(f, "<script>"));
    assert_true(is_left(f, "files(graph)"));
    assert_true(is_left(f, "<img"));
    assert_true(is_left(f, "<p onclick"));
    assert_true(is_left(f, "<b style"));
    assert_true(is_left(f, "<object"));
}

static void a_link_that_leads_elsewhere_is_left(void **state)
{
    (void)state;
    struct pl_file *f = page("<a href=\"https://manual.files/graph\">the manual</a><a href=\"/files\">x</a>"
                             "<i></i><a href=\"../../files\">x</a><a href=\"javascript:files\">x</a>");
    assert_true(is_left(f, "<a href=\"https"));
    assert_true(is_left(f, "<a href=\"/files"));
    assert_true(is_left(f, "<a href=\"../../files"));
    assert_true(is_left(f, "<a href=\"javascript"));
}

/* Five words are compared in order, by another rung. */
static void a_long_text_is_left(void **state)
{
    (void)state;
    struct pl_file *f = page("<b>files between graph overview dependencies</b>");
    assert_true(is_left(f, "files between graph"));
    assert_false(is_left(f, "<b>"));
}

/* What somebody runs may have such tags in it. */
static void a_page_that_is_active_is_left(void **state)
{
    (void)state;
    add_source(0, "doc/manual.txt", source);
    assert_int_equal(pl_index_build(trees, 2, 1, &ix, &err), PL_OK);
    struct pl_file *f = add_file("usr/share/app/manual.html", "<p>overview</p>");
    f->role = PL_ROLE_ACTIVE;
    apply("html.markup", f);
    assert_true(is_left(f, "<p>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tags_and_short_texts_of_the_source_are_explained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_word_that_the_source_does_not_have_is_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_runs_or_loads_is_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_link_that_leads_elsewhere_is_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_text_is_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_page_that_is_active_is_left, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
