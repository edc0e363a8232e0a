/*
 * corpus_literals_many.c - many strings asked for at once are explained as one by one, and a text that comes again and again is gathered as often as it differs.
 */
#include "unit.h"

#include "base/buf.h"
#include "corpus/literals.h"

#include <stdio.h>

#define MANY 300u

static const char source[] = "#define NAME \"tool\"\n"
                             "#define SAY(x) puts(NAME \": \" x #x)\n"
                             "static void word(void)\n{\n"
                             "    puts(\"word\"); word(); word(); SAY(\"word\"); SAY(\"word\"); word();\n"
                             "    puts(\"a line of text\\n\");\n"
                             "    puts(\n#if A\n\"one \"\n#else\n\"another \"\n#endif\n\"tail\");\n"
                             "    puts(\n#if A\n\"x\"\n#endif\n#if B\n\"yy\"\n#endif\n\"\");\n}\n";

struct set {
    struct pl_source_tree tree;
    struct pl_index *index;
    struct pl_literals *literals;
    struct pl_arena arena;
};

static void open_set_of(struct set *s, pl_bytes text, unsigned jobs)
{
    struct pl_source_tree *trees[] = {&s->tree};
    *s = (struct set){.tree = {.name = "test"}};
    assert_non_null(PL_VEC_ADD(&s->tree.files));
    s->tree.files.v[0].path = PL_LIT("main.c");
    s->tree.files.v[0].data = text;
    pl_arena_init(&s->arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 1, jobs, &s->index, NULL), PL_OK);
    assert_int_equal(pl_literals_build(s->index, NULL, 0, jobs, &s->literals, NULL), PL_OK);
}

static void open_set(struct set *s, unsigned jobs)
{
    open_set_of(s, pl_bytes_of_str(source), jobs);
}

static void close_set(struct set *s)
{
    pl_literals_free(s->literals);
    pl_index_free(s->index);
    pl_arena_reset(&s->arena);
    PL_VEC_FREE(&s->tree.files);
}

static const char *rule_of(struct set *s, const char *string)
{
    struct pl_literal_hit hit;
    bool found;
    assert_int_equal(pl_literals_explain(s->literals, pl_bytes_of_str(string), &s->arena, &found, &hit, NULL),
                     PL_OK);
    return found ? hit.rule->name : "";
}

static void many_at_once_are_explained_as_one_by_one(void **state)
{
    static const char *const kinds[] = {
        "a line of text\n", "a line of text", "one tail",        "two tail", "word",
        "tool: word",       "main.c",         "nobody says this"};
    (void)state;
    for (unsigned jobs = 1; jobs <= 3; jobs++) {
        struct set s;
        pl_bytes strings[MANY];
        struct pl_literal_hit hits[MANY];
        open_set(&s, jobs);
        for (size_t i = 0; i < MANY; i++)
            strings[i] = pl_bytes_of_str(kinds[i * 7 % (sizeof kinds / sizeof kinds[0])]);
        assert_int_equal(pl_literals_explain_all(s.literals, strings, MANY, jobs, &s.arena, hits, NULL),
                         PL_OK);
        for (size_t i = 0; i < MANY; i++)
            assert_string_equal(hits[i].rule == NULL ? "" : hits[i].rule->name,
                                rule_of(&s, (const char *)strings[i].p));
        close_set(&s);
    }
}

/* All lines of the file were counted for each: 8 * 10^10 bytes. */
static void many_places_of_a_long_file_are_told_by_the_number_of_its_lines(void **state)
{
    enum { LINES = 4000000, ASKED = 20000 };
    struct set s;
    struct pl_buf text;
    char place[32];
    (void)state;
    pl_buf_init(&text, 16u << 20);
    pl_buf_add_str(&text, "int f(void) { return __LINE__; }\n");
    for (unsigned i = 1; i < LINES; i++)
        pl_buf_add_byte(&text, '\n');
    assert_int_equal(text.why, PL_OK);
    open_set_of(&s, pl_buf_bytes(&text), 1);
    for (unsigned i = 0; i <= ASKED; i++) {
        unsigned line = LINES + 1 + i - ASKED + 1;
        (void)snprintf(place, sizeof place, "main.c:%u", line);
        if (strcmp(rule_of(&s, place), line <= LINES + 1 ? "literal.file" : "") != 0)
            fail_msg("%s: \"%s\"", place, rule_of(&s, place));
    }
    close_set(&s);
    pl_buf_reset(&text);
}

static void only_a_literal_as_long_as_the_string_is_one(void **state)
{
    static const struct {
        const char *string;
        bool is_literal;
    } rows[] = {{"a line of text\n", true},
                {"a line of text", true},
                {"a line of tex", false},
                {"a line of text\n\n", false},
                {"one tail", false},
                {"word", true},
                {"tool: word\"word\"", true},
                {"nobody says this", false},
                {"main.c", true},
                {"", false}};
    struct set s;
    (void)state;
    open_set(&s, 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pl_literal_hit hit;
        bool found;
        assert_int_equal(pl_literals_explain_literal(s.literals, pl_bytes_of_str(rows[i].string), &s.arena,
                                                     &found, &hit, NULL),
                         PL_OK);
        if (found != rows[i].is_literal)
            fail_msg("\"%s\": %d", rows[i].string, found);
    }
    close_set(&s);
}

static void a_pattern_makes_all_of_its_lengths_and_no_other(void **state)
{
    static const char *const good[] = {"one tail", "another tail", "xyy", "yy", "x"};
    static const char *const bad[] = {"tail", "one another tail", "xyyy", "yyx", "y", "xy", "one tai"};
    struct set s;
    (void)state;
    open_set(&s, 2);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (strcmp(rule_of(&s, good[i]), "literal.arms") != 0 &&
            strcmp(rule_of(&s, good[i]), "literal.equal") != 0)
            fail_msg("%s: \"%s\"", good[i], rule_of(&s, good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (strcmp(rule_of(&s, bad[i]), "literal.arms") == 0)
            fail_msg("%s is explained", bad[i]);
    close_set(&s);
}

static void a_word_is_a_literal_and_an_expansion_too(void **state)
{
    struct set s;
    (void)state;
    open_set(&s, 1);
    assert_string_equal(rule_of(&s, "word"), "literal.equal"); /* though the word came first */
    assert_true(pl_literals_word(s.literals, PL_WORD_IN_SOURCE, PL_LIT("word"), NULL, NULL));
    assert_string_equal(rule_of(&s, "tool: word\"word\""), "literal.macro");
    close_set(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_at_once_are_explained_as_one_by_one),
        cmocka_unit_test(many_places_of_a_long_file_are_told_by_the_number_of_its_lines),
        cmocka_unit_test(only_a_literal_as_long_as_the_string_is_one),
        cmocka_unit_test(a_pattern_makes_all_of_its_lengths_and_no_other),
        cmocka_unit_test(a_word_is_a_literal_and_an_expansion_too),
    };
    return cmocka_run_group_tests_name("corpus_literals_many", tests, NULL, NULL);
}
