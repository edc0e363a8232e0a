/*
 * corpus_literals.c - one test a rule of the table, and what must not be explained.
 */
#include "source_tree.h"

#include "base/buf.h"
#include "corpus/literals.h"

#include <stdio.h>

static const char main_c[] = "#include \"header.h\"\n"
                             "#define PACKAGE_TITLE \"Tool of tools\"\n"
                             "#define VERSION_TEXT PACKAGE_TITLE \" 1.0\"\n"
                             "const char *a = \"plain words\";\n"
                             "const char *b = \"joined \" /* here */ \"over\"\n  \" lines\";\n"
                             "printf(\"%\" PRIu64 \" bytes in all\\n\", n);\n"
                             "puts(VERSION_TEXT \" by somebody\");\n"
                             "const char *c = \"first part\\0second part\";\n"
                             "assert(left->size < right->size && \"fits\");\n"
                             "static char doc[] = N_(\"Do things.\") \"\\v\" N_(\"Report bugs.\");\n"
                             "const char *d = \"this piece comes first, \"\n#ifdef X\n\"this one is "
                             "optional, \"\n#endif\n\"and this is the end\";\n"
                             "error(\"cannot open the file \" DATA_FOLDER \"/settings.conf for reading\");\n"
                             "assert (count <= LIMIT && is_good (count)); int x = __LINE__;\n";
static const char help_txt[] = "    A line of help text\n    and one more of them\n";

struct fixture {
    struct pl_source_tree tree;
    struct pl_index *index;
    struct pl_literals *literals;
    struct pl_arena arena;
    struct pl_err err;
};

static void open_set(struct fixture *x, unsigned jobs)
{
    struct pl_source_tree *trees[] = {&x->tree};
    memset(x, 0, sizeof *x);
    x->tree.name = "test";
    add_source(&x->tree, "doc/help.txt", help_txt);
    add_source(&x->tree, "src/main.c", main_c);
    add_source(&x->tree, "src/other.c", "char *e = \"plain words\"; int some_name;");
    pl_arena_init(&x->arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 1, 1, &x->index, &x->err), PL_OK);
    assert_int_equal(pl_literals_build(x->index, NULL, 0, jobs, &x->literals, &x->err), PL_OK);
}

static void close_set(struct fixture *x)
{
    pl_literals_free(x->literals);
    pl_index_free(x->index);
    pl_arena_reset(&x->arena);
    PL_VEC_FREE(&x->tree.files);
}

/* The rule that explains a string and where; "" for none. */
static const char *rule_of(struct fixture *x, pl_bytes string, const char **source)
{
    struct pl_literal_hit hit = {0};
    bool found;
    assert_int_equal(pl_literals_explain(x->literals, string, &x->arena, &found, &hit, &x->err), PL_OK);
    if (source != NULL)
        *source = found ? hit.source : "";
    return found ? hit.rule->name : "";
}

static void each_strict_rule_explains_what_its_sentence_says(void **state)
{
    static const struct {
        pl_bytes string;
        const char *rule;
        const char *source;
    } cases[] = {
        {{(const uint8_t *)"plain words", 11}, "literal.equal", "src/main.c:4"},
        {{(const uint8_t *)"joined over lines", 17}, "literal.equal", "src/main.c:5"},
        {{(const uint8_t *)"%lu bytes in all\n", 17}, "literal.tiled", "src/main.c:7"},
        {{(const uint8_t *)"Tool of tools 1.0 by somebody", 29}, "literal.tiled", "src/main.c:8"},
        {{(const uint8_t *)"second part", 11}, "literal.nul-piece", "src/main.c:9"},
        {{(const uint8_t *)"first part\0second part", 22}, "literal.equal", "src/main.c:9"},
        {{(const uint8_t *)"some_name", 9}, "literal.word", "src/other.c:1"},
        {{(const uint8_t *)"../../src/main.c", 16}, "literal.file", "src/main.c"},
        {{(const uint8_t *)"../../src/main.c(12)", 20}, "literal.file", "src/main.c"},
        {{(const uint8_t *)"left->size < right->size && \"fits\"", 34},
         "literal.macro-text",
         "src/main.c:10"},
        {{(const uint8_t *)"Do things.\vReport bugs.", 23}, "literal.equal", "src/main.c:11"},
        {{(const uint8_t *)"%lu bytes in all", 16}, "literal.puts", "src/main.c:7"},
        {{(const uint8_t *)"this piece comes first, and this is the end", 43},
         "literal.concat",
         "src/main.c:12"},
    };
    struct fixture x;
    open_set(&x, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *source;
        assert_string_equal(rule_of(&x, cases[i].string, &source), cases[i].rule);
        assert_string_equal(source, cases[i].source);
    }
    close_set(&x);
}

static void loose_rules_say_that_they_are_loose(void **state)
{
    struct fixture x;
    struct pl_literal_hit hits[3] = {{0}};
    bool found;
    open_set(&x, 1);
    pl_bytes path = PL_LIT("cannot open the file /usr/share/tool/settings.conf for reading");
    assert_string_equal(rule_of(&x, path, NULL), "");
    path = PL_LIT("/opt/settings.conf for reading");
    assert_int_equal(pl_literals_explain(x.literals, path, &x.arena, &found, &hits[0], &x.err), PL_OK);
    assert_true(found && !hits[0].rule->is_strict);
    assert_string_equal(hits[0].rule->name, "literal.configured");
    assert_string_equal(rule_of(&x, PL_LIT("count <= 9827862 && is_good (count)"), NULL),
                        "literal.expanded-macro-text");
    const pl_bytes strings[] = {PL_LIT("line of help"), PL_LIT("A line of help text\n  and one more of them"),
                                PL_LIT("no line of this")};
    assert_int_equal(pl_literals_explain_text(x.literals, strings, 3, &x.arena, hits, &x.err), PL_OK);
    assert_string_equal(hits[0].rule->name, "literal.text");
    assert_string_equal(hits[0].source, "doc/help.txt:1");
    assert_string_equal(hits[1].rule->name, "literal.lines");
    assert_null(hits[2].rule);
    close_set(&x);
}

static void what_is_not_in_the_source_is_not_explained(void **state)
{
    static const char *const strings[] = {
        "/bin/sh -i", "plain word", "lain words", "d3dcompiler_47.dll", "a.c:9", "main.c:99", ""};
    struct fixture x;
    open_set(&x, 1);
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
        assert_string_equal(rule_of(&x, pl_bytes_of_str(strings[i]), NULL), "");
    close_set(&x);
}

static void one_or_two_changed_bytes_have_their_literal_nearby(void **state)
{
    struct fixture x;
    uint64_t seed = 3;
    open_set(&x, 1);
    for (int round = 0; round < 2000; round++) {
        uint8_t text[] = "joined over lines";
        struct pl_literal_hit hit;
        bool found;
        size_t a = unit_below(&seed, 17);
        size_t b = unit_below(&seed, 17);
        text[a] ^= (uint8_t)(1 + unit_below(&seed, 255));
        if (b != a)
            text[b] ^= (uint8_t)(1 + unit_below(&seed, 255));
        assert_int_equal(pl_literals_near(x.literals, pl_bytes_of(text, 17), &x.arena, &found, &hit, &x.err),
                         PL_OK);
        assert_true(found && pl_bytes_eq_str(hit.text, "joined over lines"));
    }
    close_set(&x);
}

static void a_literal_of_a_tool_is_anothers(void **state)
{
    struct fixture x;
    struct pl_source_tree tool = {.name = "tool", .rank = PL_RANK_TOOLCHAIN};
    struct pl_source_tree *trees[] = {&x.tree, &tool};
    struct pl_literal_hit hit;
    bool found;
    memset(&x, 0, sizeof x);
    x.tree.name = "test";
    add_source(&x.tree, "a.c", "char *s = \"the own text\";\n");
    struct pl_source_file *f = PL_VEC_ADD(&tool.files);
    f->path = PL_LIT("b.pm");
    f->data = PL_LIT("my $s = \"text of a tool\";\n");
    pl_arena_init(&x.arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 2, 1, &x.index, &x.err), PL_OK);
    assert_int_equal(pl_literals_build(x.index, NULL, 0, 1, &x.literals, &x.err), PL_OK);
    assert_int_equal(pl_literals_near(x.literals, PL_LIT("the own next"), &x.arena, &found, &hit, &x.err),
                     PL_OK);
    assert_true(found && !hit.is_of_other);
    assert_int_equal(pl_literals_near(x.literals, PL_LIT("text of a fool"), &x.arena, &found, &hit, &x.err),
                     PL_OK);
    assert_true(found && hit.is_of_other);
    PL_VEC_FREE(&tool.files);
    close_set(&x);
}

static void the_result_does_not_depend_on_the_number_of_jobs(void **state)
{
    static const char *const strings[] = {"plain words", "joined over lines", "Tool of tools 1.0",
                                          "some_name"};
    struct fixture one;
    struct fixture many;
    open_set(&one, 1);
    open_set(&many, 8);
    assert_int_equal(pl_literals_count(one.literals), pl_literals_count(many.literals));
    for (size_t i = 0; i < 4; i++) {
        const char *a;
        const char *b;
        assert_string_equal(rule_of(&one, pl_bytes_of_str(strings[i]), &a),
                            rule_of(&many, pl_bytes_of_str(strings[i]), &b));
        assert_string_equal(a, b);
    }
    close_set(&one);
    close_set(&many);
}

/* Words that another file has are not counted again: the line must not depend on it, nor on which job read that file. */
static void a_text_over_several_lines_stands_where_it_begins(void **state)
{
    (void)state;
    static const char split_c[] =
        "const char *a = _(\"overflow in %\" PRIdMAX\n  \" * %\" PRIdPTR \" blocks\");\n";
    for (unsigned way = 0; way < 3; way++) {
        struct fixture x;
        struct pl_source_tree *trees[] = {&x.tree};
        const char *source;
        memset(&x, 0, sizeof x);
        x.tree.name = "test";
        if (way > 0)
            add_source(&x.tree, "a.c",
                       "char *b = \"of the same length, nearly\"; int PRIdPTR, PRIdMAX, overflow;\n");
        add_source(&x.tree, "split.c", split_c);
        pl_arena_init(&x.arena, SIZE_MAX);
        assert_int_equal(pl_index_build(trees, 1, 1, &x.index, &x.err), PL_OK);
        assert_int_equal(pl_literals_build(x.index, NULL, 0, way == 2 ? 2 : 1, &x.literals, &x.err), PL_OK);
        assert_string_equal(rule_of(&x, PL_LIT("overflow in %ld * %ld blocks"), &source), "literal.tiled");
        assert_string_equal(source, "split.c:1");
        close_set(&x);
    }
}

static void macros_that_name_each_other_end(void **state)
{
    struct fixture x;
    struct pl_source_tree *trees[] = {&x.tree};
    memset(&x, 0, sizeof x);
    add_source(
        &x.tree, "a.c",
        "#define A B \"x\" B\n#define B A \"y\" A\nchar *s = A \"z\" B;\n#define C \"c\"\n#define C \"d\"\n");
    pl_arena_init(&x.arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 1, 1, &x.index, &x.err), PL_OK);
    assert_int_equal(pl_literals_build(x.index, NULL, 0, 1, &x.literals, &x.err), PL_OK);
    close_set(&x);
}

static const char script_py[] =
    "#!/usr/bin/env python\nprint('a script that the build puts into the program')\n";

/* A tree of its own for the rules about macros, builds and C++. */
static void open_made(struct fixture *x)
{
    struct pl_source_tree *trees[] = {&x->tree};
    static const char headers[] =
        "plumbline headers 8\n@usr/include/lib.h\nLIB_VERSION \"LibX 1.2.3 4 Jan 2026\"\nLIB_NUMBER_VERSION "
        "\"6.4\"\n"
        "LIB_TITLE(x) \"title of \" #x\nnot_reached \"never used\"\nlib_check{ fail(\"lib "
        "check failed\");\n@\nVector\n";
    struct pl_headers h = {.package = "libx-dev", .text = pl_bytes_of_str(headers)};
    memset(x, 0, sizeof *x);
    add_source(
        &x->tree, "configure",
        "PACKAGE_NAME='Tool'\nPACKAGE_VERSION='3.1'\nCONFIG_SHELL=/bin/sh\n"
        "printf \"%s\\n\" \"#define TOOL_TITLE \\\"$PACKAGE_NAME $PACKAGE_VERSION\\\"\" >>confdefs.h\n");
    add_source(
        &x->tree, "configure.ac",
        "STAMP_FMT=\"%d %b %Y %H:%M:%S\"\nSTAMP=$(date -u -d \"@$SOURCE_DATE_EPOCH\" \"+$STAMP_FMT\")\n"
        "AC_DEFINE_UNQUOTED(STAMP, [\"$STAMP\"])\n"
        "AC_PATH_PROG([PR_PROGRAM], [pr], [\"\"])\nAC_DEFINE_UNQUOTED([PR_PROGRAM], [\"$PR_PROGRAM\"], "
        "[x])\n");
    add_source(
        &x->tree, "debian/changelog",
        "tool (3.1-2) unstable; urgency=low\n\n  * x\n\n -- A B <a@b.c>  Mon, 01 Jan 2024 00:30:05 +0100\n");
    add_source(&x->tree, "CMakeLists.txt",
               "string(TIMESTAMP DAY \"%Y%m%d\" UTC)\nset(BUILD ${DAY} CACHE STRING \"x\")\n");
    add_source(&x->tree, "src/conf.h.in", "#define BUILD \"@BUILD@\"\n");
    add_source(&x->tree, "debian/rules",
               "EXTRA := $(DEB_VENDOR)-$(shell echo '$(DEB_VERSION)' | sed -e 's/.*-//')\n"
               "flags += -DEXTRA_TEXT=\\\"$(EXTRA)\\\"\n"
               "\tdh_auto_configure -- --conf-path=/etc/tool/tool.conf --libexecdir=\\$${prefix}/lib/tools\n"
               "\t$(MAKE) ASK='/usr/bin/tool-ask'\n\tpython3 ./src/make.py --all\n\tsh configure.none\n");
    add_source(&x->tree, "src/make.py", script_py);
    add_source(&x->tree, "support/title.sh",
               "#!/bin/sh\nnumber=`cat number`\nstate=$1\n[ -n \"$state\" ] || state=\"release\"\n"
               "all=\"${number}.${part} $state\"\necho \"#define ECHOED \\\"Echoed tool ${all}\\\"\"\n"
               "# echo \"#define UNSAID \\\"Unsaid tool\\\"\"\n");
    add_source(&x->tree, "src/Makefile.am",
               "AM_CPPFLAGS = -DLOCALEDIR=\\\"$(localedir)\\\" -DRC='\"$(sysconfdir)/rc:~/.rc\"'\n"
               "helperdir = $(libexecdir)/$(PACKAGE)\nASK = $(libexecdir)/ask\n"
               "PATHS = -DHELPER=\\\"$(libexecdir)/helper\\\" -DASK=\\\"$(ASK)\\\"\n");
    add_source(
        &x->tree, "src/a.cc",
        "#define KEY(n) {#n \"Pane\", K_##n}\n#define LIST(X) X(red), X(green)\n#define TEXT(c) \"color \" "
        "#c\n"
        "#define CHECK(x) log(__FILE__ \": \" #x)\n#define CHECK_LE(a, b) CHECK((a) <= (b))\n"
        "#define DCHECK CHECK\n#define LOCKED(x) 0\n#define LOCKED(x) CHECK(held(x))\n"
        "void g() { DCHECK(p == q); LOCKED(l->k); run(PR_PROGRAM \" -h\"); say(\"of \" __DATE__ \" \" "
        "__TIME__ \", \" BUILD); }\n"
        "void h() { say(HELPER); say(ASK); say(EXTRA_TEXT); say(\"uses %s\"\n#ifdef NUMBERS\n\"; number \" "
        "LIB_NUMBER_VERSION\n#endif\n, x); }\n"
        "static k keys[] = { KEY(Up) }; const char *t[] = { LIST(TEXT) };\n"
        "void Parser::next(const Vector &v) { CHECK(a < b); print(TOOL_TITLE \"!\"); print(LIB_VERSION);\n"
        " print(\"using \" LIB_VERSION); print(LIB_TITLE(me)); lib_check(); fmt(\"SIGRTMIN+%d\", n); "
        "open(RC); CHECK_LE(n, INT_MAX); say(ECHOED); say(\"at \" STAMP); say(UNSAID); }\n"
        "static const char hex[] = {'Q', 'R', 'S', '\\n', 'T'}; static const char *rc = RC \",extra\"; \n");
    pl_arena_init(&x->arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 1, 1, &x->index, &x->err), PL_OK);
    assert_int_equal(pl_literals_build(x->index, &h, 1, 2, &x->literals, &x->err), PL_OK);
}

static void what_macros_builds_and_compilers_make_is_explained(void **state)
{
    static const char *const cases[][2] = {
        {"UpPane", "literal.macro"},
        {"color green", "literal.macro"},
        {"a.cc: a < b", "literal.macro"},
        {"src/a.cc: a < b", "literal.macro"},
        {"src/a.cc: p == q", "literal.macro"},
        {"a.cc: held(l->k)", "literal.macro"},
        {"/usr/bin/pr -h", "literal.macro"},
        {"of Dec 31 2023 23:30:05, 20231231", "literal.macro"},
        {"a.cc: (n) <= (0x7fffffff)", "literal.macro"},
        {"Echoed tool 5.21 release", "literal.formatted"},
        {"at 31 Dec 2023 23:30:05", "literal.macro"},
        {"Echoed tool 5.21 7", "literal.formatted"},
        {"Tool 3.1!", "literal.macro"},
        {"/etc/rc:~/.rc,extra", "literal.macro"},
        {"title of me", "literal.macro"},
        {"LibX 1.2.3 4 Jan 2026", "literal.tiled"},
        {"lib check failed", "literal.header"},
        {"LibX 1.1.0 19 Sep 2023", "literal.other-version"},
        {"using LibX 1.1.0 19 Sep 2023", "literal.other-version"},
        {"/etc/tool/tool.conf", "literal.build-value"},
        {"/usr/lib/tools/helper", "literal.macro"},
        {"/usr/bin/tool-ask", "literal.macro"},
        {"Debian-2", "literal.macro"},
        {"python3", "literal.build-value"},
        {script_py, "literal.whole-file"},
        {"uses %s; number 6.4", "literal.arms"},
        {"uses %s; number 6.3", "literal.other-version"},
        {"/usr/share/locale", "literal.build-value"},
        {"/usr/libexec/tool", "literal.build-value"},
        {"6Parser", "literal.type-name"},
        {"N6Parser6VectorE", "literal.type-name"},
        {"void Parser::next(const Vector&)", "literal.signature"},
        {"SIGRTMIN+12", "literal.formatted"},
        {"QRS\nT", "literal.characters"},
    };
    struct fixture x;
    open_made(&x);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (strcmp(rule_of(&x, pl_bytes_of_str(cases[i][0]), NULL), cases[i][1]) != 0)
            fail_msg("%s: %s", cases[i][0], rule_of(&x, pl_bytes_of_str(cases[i][0]), NULL));
    close_set(&x);
}

static void texts_of_macros_that_the_build_defines_belong_to_every_unit(void **state)
{
    struct fixture x;
    open_made(&x);
    assert_true(pl_literals_word(x.literals, PL_TEXT_OF_BUILD, PL_LIT("/usr/bin/pr"), NULL, NULL));
    assert_true(pl_literals_word(x.literals, PL_TEXT_OF_BUILD, PL_LIT("Tool 3.1"), NULL, NULL));
    assert_false(pl_literals_word(x.literals, PL_TEXT_OF_BUILD, PL_LIT("using "), NULL, NULL));
    close_set(&x);
}

/* Each differs from what a strict rule explains in one thing. */
static void what_only_looks_made_is_not_explained(void **state)
{
    static const char *const strings[] = {"UpPanel",
                                          "color blue",
                                          "b.cc: a < b",
                                          "/usr/bin/pw -h",
                                          "of Dec 31 2023 23:30:06, 20231231",
                                          "a.cc: held(k->l)",
                                          "a.cc: (n) <= (0x7ffffffe)",
                                          "Echoed tool 5.21 trojan",
                                          "Echoed tool x.21 release",
                                          "Unsaid tool",
                                          "at 31 Dec 2023 23:30:06",
                                          "Tool 3.2!",
                                          "/etc/rc:~/.rc,evil",
                                          "title of you",
                                          "never used",
                                          "LibX 1.2.3 4 Foo 2026",
                                          "/etc/tool/evil.conf",
                                          "/usr/share/locale/x",
                                          "/bin/sh",
                                          "/usr/libexec/evil",
                                          "6Praser",
                                          "7Parser",
                                          "N6Parser6VectorEx",
                                          "void Parser::system(const Vector&)",
                                          "Parser",
                                          "SIGRTMIN+",
                                          "SIGRTMIN+1x",
                                          "SIGRTMAX+1",
                                          "/tmp/.x",
                                          "http://10.6.6.6/x",
                                          "d3dcompiler_47.dll"};
    struct fixture x;
    open_made(&x);
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        struct pl_literal_hit hit;
        bool found;
        if (strcmp(strings[i], "Parser") == 0)
            continue; /* an identifier, which a rule of its own explains */
        assert_int_equal(
            pl_literals_explain(x.literals, pl_bytes_of_str(strings[i]), &x.arena, &found, &hit, &x.err),
            PL_OK);
        if (found && hit.rule->is_strict)
            fail_msg("%s is explained by %s", strings[i], hit.rule->name);
    }
    close_set(&x);
}

/* Six macros of ten definitions each are a million ways: none of them is written out, and each is known. */
static void a_use_with_more_ways_than_are_written_out_is_explained_way_by_way(void **state)
{
    static const char *const good[] = {"stat: %Lu,%Lu,%i,%li,%d,%d;", "stat: %hd,%lu,%ld,%u,%hu,%d;"};
    static const char *const bad[] = {"stat: %d,%d,%d,%d,%d,%s;", "stat: %d,%d,%d,%d,%d;",
                                      "stat: %d,%d,%d,%d,%d,%d"};
    static const char *const forms[] = {"%d", "%u", "%hd", "%hu", "%ld", "%lu", "%Ld", "%Lu", "%i", "%li"};
    struct fixture x;
    struct pl_source_tree *trees[] = {&x.tree};
    char text[4096] = "";
    memset(&x, 0, sizeof x);
    for (unsigned i = 0; i < 6; i++)
        for (unsigned k = 0; k < 10; k++)
            (void)snprintf(text + strlen(text), sizeof text - strlen(text), "#define F_%c \"%s\"\n",
                           'a' + (int)i, forms[k]);
    (void)snprintf(
        text + strlen(text), sizeof text - strlen(text),
        "void f(void) { printf(\"stat: \"F_a\",\"F_b\",\"F_c\",\"F_d\",\"F_e\",\"F_f\";\", a); }\n");
    add_source(&x.tree, "a.c", text);
    pl_arena_init(&x.arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 1, 1, &x.index, &x.err), PL_OK);
    assert_int_equal(pl_literals_build(x.index, NULL, 0, 1, &x.literals, &x.err), PL_OK);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const char *rule = rule_of(&x, pl_bytes_of_str(good[i]), NULL);
        if (strcmp(rule, "literal.arms") != 0)
            fail_msg("%s: %s", good[i], rule);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_string_not_equal(rule_of(&x, pl_bytes_of_str(bad[i]), NULL), "literal.arms");
    close_set(&x);
}

static void literals_with_if_between_them_are_explained_arm_by_arm(void **state)
{
    static const char *const good[] = {"bB:cd:lnNo:p", "bB:cd:lmnNo:p", "one twoA, tail", "one threeB, tail",
                                       "x/x"};
    static const char *const bad[] = {"bB:cd:lmmnNo:p", "bB:cd:l",        "nNo:p",
                                      "one , tail",     "one twoB, tail", "one two"};
    struct fixture x;
    struct pl_source_tree *trees[] = {&x.tree};
    memset(&x, 0, sizeof x);
    add_source(
        &x.tree, "a.c",
        "static const char o[] = \"bB:cd:l\"\n#if defined M\n\"m\"\n#endif\n\"nNo:p\";\n"
        "#define V \"B, \"\nputs(\n#ifdef A\n\"one \"\n# if B\n\"two\"\n# endif\n\"A, \"\n#else\n\"one "
        "three\" V\n#endif\n\"tail\");\n"
        "char *p = \"x\"\n#if C\n\"/x\"\n#else\n, g()\n#endif\n\"z\";\n"
        "char *q = \"x\"\n#if C\n\"/x\"\n#elif D\n\"/y\"\n#endif\n;\n");
    pl_arena_init(&x.arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 1, 1, &x.index, &x.err), PL_OK);
    assert_int_equal(pl_literals_build(x.index, NULL, 0, 2, &x.literals, &x.err), PL_OK);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (strcmp(rule_of(&x, pl_bytes_of_str(good[i]), NULL), "literal.arms") != 0)
            fail_msg("%s: %s", good[i], rule_of(&x, pl_bytes_of_str(good[i]), NULL));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (strcmp(rule_of(&x, pl_bytes_of_str(bad[i]), NULL), "literal.arms") == 0)
            fail_msg("%s is explained", bad[i]);
    close_set(&x);
}

static void a_use_that_stands_again_says_its_own_place(void **state)
{
    static const char *const good[] = {"at a.c of y", "at b.c of y", "bb,bb", "in 4", "in 5"};
    struct fixture x = {0};
    struct pl_source_tree *trees[] = {&x.tree};
    add_source(
        &x.tree, "a.c",
        "#define PLACE(x) \"at \" __FILE__ \" of \" #x\n#define TWICE(x) x \",\" x\n#define TEXT(x) #x\n"
        "#define SPELL(x) TEXT(x)\n#define B \"b\" \"b\"\nchar *s = PLACE(y), *t = TWICE(B);\n");
    add_source(
        &x.tree, "b.c",
        "char *s = PLACE(y);\n\n\nchar *u = \"in \" SPELL(__LINE__);\nchar *v = \"in \" SPELL(__LINE__);");
    pl_arena_init(&x.arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 1, 1, &x.index, &x.err), PL_OK);
    assert_int_equal(pl_literals_build(x.index, NULL, 0, 1, &x.literals, &x.err), PL_OK);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (strcmp(rule_of(&x, pl_bytes_of_str(good[i]), NULL), "literal.macro") != 0)
            fail_msg("%s: %s", good[i], rule_of(&x, pl_bytes_of_str(good[i]), NULL));
    close_set(&x);
}

/* The fourth search and those behind it look only for what can be there; what is found of a hundred strings with one start is not kept. */
static void a_text_is_found_at_the_same_place_however_often_it_is_asked_for(void **state)
{
    struct fixture x;
    static char many[100][32];
    pl_bytes strings[103] = {PL_LIT("one more of them"), PL_LIT("stands nowhere at all"),
                             PL_LIT("A line of help text\n    and one more")};
    struct pl_literal_hit hits[103];
    for (size_t i = 0; i < 100; i++)
        strings[3 + i] = pl_bytes_of(many[i], (size_t)snprintf(many[i], sizeof many[i], "A line %zu", i));
    open_set(&x, 2);
    for (unsigned turn = 0; turn < 6; turn++) {
        size_t n = turn % 2 == 0 ? 103 : 3;
        assert_int_equal(pl_literals_explain_text(x.literals, strings, n, &x.arena, hits, &x.err), PL_OK);
        assert_string_equal(hits[0].source, "doc/help.txt:2");
        assert_null(hits[1].rule);
        if (n == 3)
            assert_string_equal(hits[2].source, "doc/help.txt:1");
        for (size_t i = 2; n > 3 && i < n; i++) /* 64 of the others are compared before it */
            assert_null(hits[i].rule);
    }
    close_set(&x);
}

static void macros_that_grow_without_end_are_given_up(void **state)
{
    struct fixture x;
    struct pl_source_tree *trees[] = {&x.tree};
    struct pl_buf text;
    memset(&x, 0, sizeof x);
    pl_buf_init(&text, 1 << 20);
    pl_buf_add_str(&text, "#define M0 \"x\" \"y\"\n");
    for (int i = 1; i < 40; i++)
        pl_buf_printf(&text, "#define M%d M%d M%d M%d\n", i, i - 1, i - 1, i - 1);
    pl_buf_add_str(&text, "char *s = M39 M38 M37;\nchar *t = \"after\" M0;\n");
    pl_buf_add_byte(&text, 0);
    add_source(&x.tree, "a.c", (char *)text.p);
    pl_arena_init(&x.arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 1, 1, &x.index, &x.err), PL_OK);
    assert_int_equal(pl_literals_build(x.index, NULL, 0, 1, &x.literals, &x.err), PL_OK);
    assert_string_equal(rule_of(&x, PL_LIT("afterxy"), NULL), "literal.tiled");
    close_set(&x);
    pl_buf_reset(&text);
}

static void pieces_of_literals_explain_aligned_text_and_only_whole_pieces_do(void **state)
{
    (void)state;
    struct fixture x;
    struct pl_literal_hit hit = {0};
    bool found;
    open_set(&x, 1);
    /* 16 bytes of one literal, then the end of another */
    pl_bytes pieces = PL_LIT("this piece comesplain words");
    assert_int_equal(pl_literals_explain_pieces(x.literals, pieces, &x.arena, &found, &hit, &x.err), PL_OK);
    assert_true(found);
    assert_string_equal(hit.rule->name, "literal.vector-piece");
    pl_bytes middle = PL_LIT("this piece comeslain word");
    assert_int_equal(pl_literals_explain_pieces(x.literals, middle, &x.arena, &found, &hit, &x.err), PL_OK);
    assert_false(found); /* the last piece must be an end */
    pl_bytes novel = PL_LIT("this piece came plain words");
    assert_int_equal(pl_literals_explain_pieces(x.literals, novel, &x.arena, &found, &hit, &x.err), PL_OK);
    assert_false(found);
    close_set(&x);
}

static void a_source_path_is_known_as_a_build_folder_sees_it(void **state)
{
    (void)state;
    struct fixture x;
    open_set(&x, 1);
    assert_string_equal(rule_of(&x, PL_LIT("../../src/main.c"), NULL), "literal.file");
    assert_string_equal(rule_of(&x, PL_LIT(".//src/main.c"), NULL), "literal.file");
    assert_string_equal(rule_of(&x, PL_LIT("../../copy/src/main.c"), NULL), "literal.file");
    assert_string_not_equal(rule_of(&x, PL_LIT("copy/src/main.c"), NULL), "literal.file");
    assert_string_not_equal(rule_of(&x, PL_LIT("../../copy/main.d"), NULL), "literal.file");
    close_set(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_of_literals_explain_aligned_text_and_only_whole_pieces_do),
        cmocka_unit_test(a_source_path_is_known_as_a_build_folder_sees_it),
        cmocka_unit_test(each_strict_rule_explains_what_its_sentence_says),
        cmocka_unit_test(loose_rules_say_that_they_are_loose),
        cmocka_unit_test(what_is_not_in_the_source_is_not_explained),
        cmocka_unit_test(one_or_two_changed_bytes_have_their_literal_nearby),
        cmocka_unit_test(a_literal_of_a_tool_is_anothers),
        cmocka_unit_test(the_result_does_not_depend_on_the_number_of_jobs),
        cmocka_unit_test(a_text_over_several_lines_stands_where_it_begins),
        cmocka_unit_test(macros_that_name_each_other_end),
        cmocka_unit_test(what_macros_builds_and_compilers_make_is_explained),
        cmocka_unit_test(texts_of_macros_that_the_build_defines_belong_to_every_unit),
        cmocka_unit_test(what_only_looks_made_is_not_explained),
        cmocka_unit_test(a_use_with_more_ways_than_are_written_out_is_explained_way_by_way),
        cmocka_unit_test(literals_with_if_between_them_are_explained_arm_by_arm),
        cmocka_unit_test(macros_that_grow_without_end_are_given_up),
        cmocka_unit_test(a_use_that_stands_again_says_its_own_place),
        cmocka_unit_test(a_text_is_found_at_the_same_place_however_often_it_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
