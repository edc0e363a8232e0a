/*
 * base_yaml_in.c - tests of base/yaml_in.h.
 */
#include "base/yaml_in.h"
#include "unit.h"

#include <stdio.h>

static struct pl_arena arena;
static struct pl_err err;
static struct pl_yaml *root;

static int set_up(void **state)
{
    pl_arena_init(&arena, 16u << 20);
    return 0;
}

static int tear_down(void **state)
{
    pl_arena_reset(&arena);
    return 0;
}

static pl_status read_text(const char *text)
{
    return pl_yaml_read(pl_bytes_of_str(text), "x.yaml", &arena, &root, &err);
}

static void a_tree_has_the_lines_and_columns_of_its_keys(void **state)
{
    assert_int_equal(read_text("a: 1\nb:\n  - c: \"x\\ny\"   # comment\n    d: 'it''s'\n  - {e: [1, 2]}\n"),
                     PL_OK);
    assert_int_equal(root->kind, PL_YAML_MAP);
    const struct pl_yaml *a = root->first;
    assert_string_equal(a->key, "a");
    assert_string_equal(a->text, "1");
    assert_int_equal(a->line, 1);
    const struct pl_yaml *b = a->next;
    assert_null(b->next);
    assert_int_equal(b->line, 2);
    assert_int_equal(b->kind, PL_YAML_LIST);
    const struct pl_yaml *c = b->first->first;
    assert_string_equal(c->text, "x\ny");
    assert_int_equal(c->line, 3);
    assert_int_equal(c->column, 5);
    assert_string_equal(c->next->text, "it's");
    const struct pl_yaml *e = b->first->next->first;
    assert_int_equal(e->kind, PL_YAML_LIST);
    assert_int_equal(e->line, 5);
    assert_int_equal(e->column, 6);
    assert_string_equal(e->first->next->text, "2");
}

static void an_empty_file_is_a_map_without_keys(void **state)
{
    static const char *const empty[] = {"", "\n", "# only a comment\n"};
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        assert_int_equal(read_text(empty[i]), PL_OK);
        assert_true(root->kind == PL_YAML_MAP && root->first == NULL);
    }
}

static void what_could_mean_something_else_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *text, *said;
    } bad[] = {
        {"a: 1\na: 2\n", "x.yaml:2:1: this key stands twice"},
        {"a: {b: 1, b: 2}\n", "x.yaml:1:11: this key stands twice"},
        {"a: &x 1\nb: *x\n", "x.yaml:1:7: anchors and tags are not allowed here"},
        {"a: *x\n", "x.yaml:1:5: aliases are not allowed here"},
        {"<<: *x\n", "x.yaml:1:6: aliases are not allowed here"},
        {"a: !!int 1\n", "x.yaml:1:10: anchors and tags are not allowed here"},
        {"%YAML 1.1\n---\na: 1\n", "x.yaml:1:1: directives and more than one document"},
        {"a: 1\n---\nb: 1\n", "x.yaml:2:1: directives and more than one document"},
        {"? [1]\n: 2\n", "a key must be plain text"},
        {"a: \"\\e[31m\"\n", "x.yaml:1:5: a control or invisible character"},
        {"a: \xe2\x80\xae x\n", "x.yaml:1:4: a control or invisible character"},
        {"a: \xff\n", "x.yaml:1:4: no UTF-8"},
        {"a:\n\tb: 1\n", "x.yaml:2:1: a control or invisible character, or a tab"},
        {"a: [1\n", "x.yaml:"},
        {"a: b: c\n", "x.yaml:1:"},
        {"- 1\na: 2\n", "x.yaml:"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(read_text(bad[i].text), PL_E_USAGE);
        if (strstr(err.text, bad[i].said) == NULL)
            print_error("%s: %s\n", bad[i].text, err.text);
        assert_non_null(strstr(err.text, bad[i].said));
    }
}

static void many_doubled_quotes_are_refused_in_one_text_and_not_in_several(void **state)
{
    (void)state;
    assert_int_equal(read_text("a: 'x''''''''''y'"), PL_E_USAGE);
    assert_non_null(strstr(err.text, "double quotes"));
    assert_int_equal(read_text("a: 'x''''y'"), PL_OK);
    assert_int_equal(read_text("a: ['1''s', '2''s', '3''s', '4''s', '5''s', '6''s', '', '']"), PL_OK);
}

static void depth_number_and_size_are_bounded(void **state)
{
    char deep[64] = "a: ";
    memset(deep + 3, '[', 20);
    memset(deep + 23, ']', 20);
    assert_int_equal(read_text(deep), PL_E_USAGE);
    assert_non_null(strstr(err.text, "nested too deep"));
    size_t n = PL_YAML_MAX_BYTES + 1;
    char *large = malloc(n + 1);
    assert_non_null(large);
    memset(large, ' ', n);
    large[n] = '\0';
    assert_int_equal(read_text(large), PL_E_LIMIT);
    size_t used = (size_t)snprintf(large, n, "[");
    for (unsigned i = 0; i < PL_YAML_MAX_NODES + 1; i++)
        used += (size_t)snprintf(large + used, n - used, "1,");
    (void)snprintf(large + used, n - used, "]");
    assert_int_equal(read_text(large), PL_E_LIMIT);
    free(large);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_tree_has_the_lines_and_columns_of_its_keys),
        TEST(an_empty_file_is_a_map_without_keys),
        TEST(what_could_mean_something_else_is_refused_with_its_place),
        TEST(many_doubled_quotes_are_refused_in_one_text_and_not_in_several),
        TEST(depth_number_and_size_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
