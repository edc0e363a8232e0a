/*
 * match_zsh_completion.c - completions that a script writes from a list of options.
 */
#include "match_fixture.h"

#include <stdio.h>

#define FRAME  "#compdef tool\n\nlocal x=\"$x\" y\n_arguments -C \\\n"
#define BLANK  1u /* the empty line is left to other rules */
#define OUTPUT "  {-o,--output}'[Write to \\[file\\]]':'<file>':_files \\\n"

static const char script[] =
    "#!/usr/bin/perl\nprint <<\"EOS\";\n#compdef tool\n\nlocal x=\"\\$x\" y\n_arguments -C \\\\\n"
    "$opts\nEOS\n$o .= ':_files';\n";
static const char list[] =
    "static const struct help h[] = {\n  {\"-o, --output <file>\", \"Write to [file]\"},\n"
    "  {\"    --raw\", \"Do \\\"raw\\\" things\"},\n  {\"    --proxy host:port\", \"Use this\"},\n};\n";

static uint64_t explained(const char *text, bool has_script)
{
    uint64_t n = 0;
    add_source(0, "src/help.c", list);
    if (has_script)
        add_source(0, "scripts/completion.pl", script);
    struct pl_file *f = add_file("data.tar.xz!/usr/share/zsh/_tool", text);
    apply("completion.zsh", f);
    for (size_t i = 0; i < f->ledger.settled.n; i++)
        n += f->ledger.settled.v[i].length;
    return n;
}

static void all_lines_of_a_completion_are_explained(void **state)
{
    static const char text[] =
        FRAME OUTPUT "  --raw'[Do \"raw\" things]' \\\n  --proxy'[host\\:port Use this]' \\\n";
    assert_int_equal(explained(text, true), sizeof text - 1 - BLANK);
}

static void without_the_script_nothing_is_explained(void **state)
{
    assert_int_equal(explained(FRAME OUTPUT, false), 0);
}

/* What each of these lines adds is in no list: what is explained is the frame. */
static void another_line_stays_open(void **state)
{
    static const char *const lines[] = {
        "  {-o,--output}'[Write to \\[file\\]]':'<file>':'$(id)' \\\n", /* an action that the script does not have */
        "  {-o,--output}'[Write to \\[file\\]]':'<file>':_files;id \\\n",
        "  {-o,--output}'[Write to \\[file\\]]':'<dir>':_files \\\n",  /* another argument */
        "  {-o,--output}'[Write to]':'<file>':_files \\\n",            /* another explanation */
        "  {-p,--output}'[Write to \\[file\\]]':'<file>':_files \\\n", /* another letter */
        "  --output'[Write to \\[file\\]]'$(id) \\\n",
        "local x=\"$(id)\" y\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, FRAME "%s", lines[i]);
        if (explained(text, true) != sizeof FRAME - 1 - BLANK)
            fail_msg("%s", lines[i]);
        tear_down(state);
        set_up(state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_lines_of_a_completion_are_explained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_the_script_nothing_is_explained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_line_stays_open, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
