/*
 * format_text_words.c - cutting words and folding text.
 */
#include "format/text/fold.h"
#include "format/text/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void cuts(bool (*next)(pl_bytes *, pl_bytes *), const char *text, const char *expected)
{
    char out[512] = "";
    pl_bytes rest = pl_bytes_of_str(text);
    pl_bytes word;
    while (next(&rest, &word)) {
        size_t n = strlen(out);
        (void)snprintf(out + n, sizeof out - n, "%s%.*s", n == 0 ? "" : "|", PL_ARG(word));
    }
    assert_string_equal(out, expected);
    assert_int_equal(rest.n, 0);
}

static void words_are_identifiers_of_three_bytes_or_more(void **state)
{
    (void)state;
    cuts(pl_words_next, "if (foo_bar > x12) ab; größe", "foo_bar|x12|größe");
    cuts(pl_words_next, "", "");
    cuts(pl_words_next, "ab cd", "");
    cuts(pl_words_next, "abc", "abc");
}

static void an_overlong_run_is_no_word(void **state)
{
    char text[600];
    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text + 256, " tail", 6);
    cuts(pl_words_next, text, "tail");
}

static void prose_is_the_same_under_roff_html_texinfo_and_pod(void **state)
{
    const char *expected = "do|not|ignore|the|file|x";
    (void)state;
    cuts(pl_prose_next, "do not ignore the file x", expected);
    cuts(pl_prose_next, ".PP\ndo \\fInot\\fR ignore\n.br\nthe \\f(CWfile\\fP \\-x",
         "PP|do|not|ignore|the|file|x");
    cuts(pl_prose_next, "<p>do <b>not</b> ignore&nbsp;the <code>file</code> x", expected);
    cuts(pl_prose_next, "do @emph{not} ignore the @file{file} x", expected);
    cuts(pl_prose_next, "do I<not> ignore the B<file> x", expected);
    cuts(pl_prose_next, "\"do not\\n\\\nignore the\\tfile x", expected);
    cuts(pl_prose_next, "do ‘not’ ignore—the file x", expected);
}

static void tags_with_attributes_are_read_as_words(void **state)
{
    (void)state;
    cuts(pl_prose_next, "<img src=evil>", "img|src|evil");
}

static void prose_words_compare_without_case(void **state)
{
    (void)state;
    assert_true(pl_prose_eq(PL_LIT("Name"), PL_LIT("NAME")));
    assert_true(pl_prose_hash(PL_LIT("Name")) == pl_prose_hash(PL_LIT("NAME")));
    assert_false(pl_prose_eq(PL_LIT("name"), PL_LIT("names")));
}

static void folds(const char *text, const char *expected)
{
    struct pl_buf out;
    pl_buf_init(&out, 4096);
    pl_fold_text(pl_bytes_of_str(text), &out);
    assert_int_equal(pl_buf_done(&out, NULL), PL_OK);
    pl_bytes got = pl_buf_bytes(&out);
    assert_int_equal(got.n, strlen(expected));
    if (got.n > 0)
        assert_memory_equal(got.p, expected, got.n);
    assert_int_equal(pl_is_folded(pl_bytes_of_str(text)),
                     strcmp(text, expected) == 0 && strncmp(text, "#!", 2) != 0);
    pl_buf_reset(&out);
}

static void folding_keeps_what_a_text_says(void **state)
{
    (void)state;
    folds("a\r\nb \t\n\n\nc", "a\nb\n\n\nc\n");
    folds("\xef\xbb\xbf"
          "a\n\n\n",
          "a\n");
    folds("a\nb\n", "a\nb\n");
    folds("", "");
    folds("\n", "");
    folds("x", "x\n");
    folds("  a\n", "  a\n");
}

static void usual_interpreters_fold_and_others_do_not(void **state)
{
    (void)state;
    folds("#!/usr/bin/env python3\nx\n", "#!python\nx\n");
    folds("#! /usr/bin/python3.11 -s\nx\n", "#!python -s\nx\n");
    folds("#!/usr/local/bin/perl -w\n", "#!perl -w\n");
    folds("#!/tmp/sh\nx\n", "#!/tmp/sh\nx\n");
    folds("#!/usr/bin/../../tmp/sh\nx\n", "#!/usr/bin/../../tmp/sh\nx\n");
    folds("x\n#!/bin/sh\n", "x\n#!/bin/sh\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_identifiers_of_three_bytes_or_more),
        cmocka_unit_test(an_overlong_run_is_no_word),
        cmocka_unit_test(prose_is_the_same_under_roff_html_texinfo_and_pod),
        cmocka_unit_test(tags_with_attributes_are_read_as_words),
        cmocka_unit_test(prose_words_compare_without_case),
        cmocka_unit_test(folding_keeps_what_a_text_says),
        cmocka_unit_test(usual_interpreters_fold_and_others_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
