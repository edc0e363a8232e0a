/*
 * corpus_build_printed.c - a version that a script prints when there is no git: the word that it has itself, where m4_esyscmd() names it.
 */
#include "corpus/build_values.h"

#include "base/buf.h"
#include "unit.h"

static const char with_none[] = "#!/bin/sh\nif [ -d .git ]; then\n VERSION=`git describe`\nfi\n"
                                "if [ -z $VERSION ]; then\n VERSION=\"none\"\nfi\nOTHER=word\n"
                                "printf '%s' \"$VERSION\"\n";
static const char calls[] = "m4_define([rev], m4_esyscmd_s([./autover.sh]))\n"
                            "AC_INIT([kite], [rev], [], [], [http://kite.example])\n";

static bool note_macro(void *ctx, pl_bytes name, pl_bytes value)
{
    pl_buf_printf(ctx, "%.*s=%.*s;", PL_ARG(name), PL_ARG(value));
    return true;
}

static bool note_value(void *ctx, pl_bytes text, pl_source_ref file, uint32_t line_1based)
{
    (void)ctx;
    (void)text;
    (void)file;
    (void)line_1based;
    return true;
}

/* Do a configure.ac and a script of this path give the macro, as "NAME=value;"? */
static bool gives(const char *configure, const char *path, const char *script, const char *macro)
{
    struct pl_source_tree tree = {.name = "test"};
    struct pl_source_tree *trees[] = {&tree};
    struct pl_source_file files[] = {
        {.path = PL_LIT("configure.ac"), .data = pl_bytes_of_str(configure)},
        {.path = pl_bytes_of_str(path), .data = pl_bytes_of_str(script)},
    };
    struct pl_index *ix = NULL;
    struct pl_arena arena;
    struct pl_buf out;
    struct pl_build_sink sink = {.ctx = &out, .macro = note_macro, .value = note_value};
    for (size_t i = 0; i < 2; i++) {
        struct pl_source_file *f = PL_VEC_ADD(&tree.files);
        assert_non_null(f);
        *f = files[i];
    }
    pl_arena_init(&arena, 1u << 20);
    pl_buf_init(&out, 16384);
    assert_int_equal(pl_index_build(trees, 1, 1, &ix, NULL), PL_OK);
    assert_true(pl_build_values(ix, &arena, &sink));
    bool found = pl_bytes_find(pl_buf_bytes(&out), pl_bytes_of_str(macro), 0) != SIZE_MAX;
    pl_buf_reset(&out);
    pl_index_free(ix);
    pl_arena_reset(&arena);
    PL_VEC_FREE(&tree.files);
    return found;
}

static void a_word_that_the_script_prints_is_the_version(void **state)
{
    (void)state;
    assert_true(gives(calls, "autover.sh", with_none, "VERSION=\"none\";"));
    assert_true(gives(calls, "autover.sh", with_none, "PACKAGE_URL=\"http://kite.example\";"));
}

static void gnulib_says_unknown(void **state)
{
    (void)state;
    assert_true(gives("AC_INIT([kite],\n[m4_esyscmd([build-aux/git-version-gen .tarball-version])])\n",
                      "build-aux/git-version-gen",
                      "if x\nthen\n    v=UNKNOWN\nfi\necho \"$v\" | tr -d '\\n'\n",
                      "PACKAGE_VERSION=\"UNKNOWN\";"));
}

static void a_variable_that_is_not_printed_is_none(void **state)
{
    (void)state;
    assert_false(gives(calls, "autover.sh", with_none, "VERSION=\"word\";"));
    assert_false(gives(calls, "autover.sh", "VERSION=none\n# echo $VERSION\n", "VERSION=\"none\";"));
    assert_false(gives(calls, "autover.sh", "VERSION=none\necho $VERSIONS\n", "VERSION=\"none\";"));
}

static void what_a_command_gives_is_no_word(void **state)
{
    (void)state;
    assert_false(gives(calls, "autover.sh", "VERSION=no`ne`\necho $VERSION\n", "VERSION=\"no"));
    assert_false(gives(calls, "autover.sh", "VERSION=\"no ne\"\necho $VERSION\n", "VERSION=\"no"));
}

static void a_script_that_nobody_names_says_nothing(void **state)
{
    (void)state;
    assert_false(gives(calls, "other.sh", with_none, "VERSION=\"none\";"));
    assert_false(gives("AC_INIT([kite], [1.0])\n", "autover.sh", with_none, "VERSION=\"none\";"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_that_the_script_prints_is_the_version),
        cmocka_unit_test(gnulib_says_unknown),
        cmocka_unit_test(a_variable_that_is_not_printed_is_none),
        cmocka_unit_test(what_a_command_gives_is_no_word),
        cmocka_unit_test(a_script_that_nobody_names_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
