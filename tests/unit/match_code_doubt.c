/*
 * match_code_doubt.c - where the evidence against a function is too thin for an accusation.
 *
 * Programs are built here by gcc, and held against a source without a part of them.
 */
#include "match_program.h"

#define START                                                                                                \
    "#include <stdio.h>\n#include <stdlib.h>\n"                                                              \
    "__attribute__((noinline)) static int count_letters(const char *text)\n{\n"                              \
    "    int n = 0;\n    while (text[n] != 0)\n        n++;\n"                                               \
    "    printf(\"the text has %d letters in it\\n\", n);\n    return n;\n}\n"
#define END                                                                                                  \
    "int main(int argc, char **argv)\n{\n    if (argc < 2)\n        fputs(\"usage: letters TEXT\\n\", "      \
    "stderr);\n"                                                                                             \
    "    return count_letters(argv[argc - 1]);\n}\n"
/* The file after the code matcher has compared it with `source`. */
static struct pl_file *compared(pl_bytes program, const char *source)
{
    struct pl_file *f = beside(program, "letters.c", source);
    apply("code.features", f);
    return f;
}

static void assert_tag(const struct pl_file *f, const char *tag, enum pl_severity severity)
{
    const struct pl_finding *found = find(f, tag);
    if (found == NULL)
        fail_msg("no finding %s", tag);
    else
        assert_int_equal(found->severity, severity);
}

/* A header of a program with C++ is one of C++, whose initialisers stand in such a table by themselves. */
static void a_function_of_a_header_is_no_constructor_in_a_program_with_cpp(void **state)
{
    static const char body[] = "void early(void)\n{\n    puts(\"letters of the alphabet, first to last\");\n "
                               "   putenv(\"LETTERS=all of them\");\n}\n";
    static const char cpp[] = "extern void _ZN5Words5countEv(void) __attribute__((weak));\n"
                              "void use(void) { if (_ZN5Words5countEv) _ZN5Words5countEv(); }\n";
    for (int with_cpp = 0; with_cpp < 2; with_cpp++) {
        char marked[4096];
        char plain[4096];
        (void)snprintf(marked, sizeof marked, "%s__attribute__((constructor)) %s%s%s", START, body,
                       with_cpp ? cpp : "", END);
        (void)snprintf(plain, sizeof plain, "%s%s%s", START, with_cpp ? cpp : "", END);
        add_source(0, "early.h", body);
        assert_int_equal(find(compared(built(marked, ""), plain), "code.entry-unaccounted") != NULL,
                         !with_cpp);
        end(state);
        assert_int_equal(set_up(state), 0);
    }
}

/* Calls that no source has: where they are many, our rules do not know who writes such code, and one of them is no accusation; unless it acts. */
static void a_call_among_many_that_nothing_explains_is_a_warning_unless_it_acts(void **state)
{
    static const char few[] = "long spread(long n)\n{\n    return n + lrand48() + getppid();\n}\n";
    static const char many[] =
        "long spread(long n)\n{\n    return n + lrand48() + getppid() + geteuid() + getegid() + getuid() +\n"
        "           getgid() + mrand48() + getpgrp() + ctermid(0) + clock() + gethostid() + getpagesize() +\n"
        "           getdtablesize()%s;\n}\n";
    static const struct {
        const char *more;
        enum pl_severity severity;
    } cases[] = {
        {NULL, PL_SEVERITY_ERROR}, {"", PL_SEVERITY_WARNING}, {" + system(\"ls\")", PL_SEVERITY_ERROR}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char body[1024];
        char program[4096];
        (void)snprintf(body, sizeof body, cases[i].more == NULL ? few : many, cases[i].more);
        (void)snprintf(program, sizeof program, "%s%s%s", START, body, END);
        build_headers = (struct pl_headers){.package = "libc6-dev", .text = PL_LIT("plumbline headers 8\n")};
        assert_tag(compared(built(program, "-w"), START END), "code.unaccounted-function", cases[i].severity);
        build_headers = (struct pl_headers){0};
        end(state);
        assert_int_equal(set_up(state), 0);
    }
}

static bool says_act(const struct pl_finding *f)
{
    for (size_t i = 0; i < PL_FINDING_FACTS && f->facts[i].name != NULL; i++)
        if (strcmp(f->facts[i].name, "call that its unit does not make") == 0)
            return pl_bytes_eq_str(f->facts[i].value, "popen");
    return false;
}

/* A string that stands nowhere, beside a call that b.c makes and the function's own file does not. Where c.c makes it, too, the string may be a configured one. */
static void a_call_of_another_file_beside_a_foreign_string_is_an_error(void **state)
{
    static const char own[] = "int tell(int n)\n{\n%s    puts(\"first of the lines that tell of it\");\n"
                              "    puts(\"second of the lines that tell of it\");\n"
                              "    printf(\"third of %%d lines that tell of it\\n\", n);\n    return n;\n}\n";
    static const char with[] = "    popen(\"ledger kept by the warden of quills\", \"r\");\n";
    for (int i = 0; i < 2; i++) {
        char text[2][2048];
        char program[4096];
        (void)snprintf(text[0], sizeof text[0], own, with);
        (void)snprintf(text[1], sizeof text[1], own, i == 0 ? "" : "    popen(\"ledger\", \"r\");\n");
        (void)snprintf(program, sizeof program, "%s%s%s", START, text[0], END);
        add_source(0, "b.c", "void *record(const char *p)\n{\n    return popen(p, \"r\");\n}\n");
        add_source(0, "c.c", text[1]);
        const struct pl_file *f = compared(built(program, "-fno-builtin-printf"), START END);
        assert_tag(f, "code.unaccounted-function", i == 0 ? PL_SEVERITY_ERROR : PL_SEVERITY_WARNING);
        assert_int_equal(says_act(find(f, "code.unaccounted-function")), i == 0);
        end(state);
        assert_int_equal(set_up(state), 0);
    }
}

/* A function makes a call that another file of the source makes, and its own does not. Compilers, moc and headers write some on their own account: these are nowhere out of place. */
static void calls_that_compilers_and_headers_write_are_in_place_everywhere(void **state)
{
    static const struct {
        const char *name;
        bool is_misplaced;
    } cases[] = {{"_ZN5Words5countEv", true},
                 {"_ZN5Words4peekEv", false},
                 {"_ZN5Words4loadEv", true},
                 {"_ZN5Other4peekEv", true},
                 {"_ZN5WordsD1Ev", false},
                 {"_ZN5WordsC1ERKS_", false},
                 {"_ZN5Words11qt_metacastEPKc", false},
                 {"_ZNSt8ios_base4InitC1Ev", false},
                 {"_ZNSt8ios_base5countEv", true},
                 {"_ZN5Words5countERKS_", true}};
    static const char source[] = "int keep(Words &w)\n{\n    std::ios_base::Init();\n    Words(1);\n    "
                                 "use_words(w.peek(), w.load(), Other::peek());\n     w.qt_metacast(0);\n"
                                 "    return w.count();\n}\n";
    static const char own[] = "int tell(int n)\n{\n%s    puts(\"first of the lines that tell of it\");\n"
                              "    puts(\"second of the lines that tell of it\");\n"
                              "    printf(\"third of %%d lines that tell of it\\n\", n);\n    return n;\n}\n";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char call[256];
        char text[2][2048];
        char program[4096];
        (void)snprintf(call, sizeof call, "    extern void %s(void) __attribute__((weak));\n    %s();\n",
                       cases[i].name, cases[i].name);
        (void)snprintf(text[0], sizeof text[0], own, call);
        (void)snprintf(text[1], sizeof text[1], own, "");
        (void)snprintf(program, sizeof program, "%s%s%s", START, text[0], END);
        add_source(0, "b.cc", source);
        add_source(0, "c.c", text[1]);
        build_headers = (struct pl_headers){
            .package = "libwords-dev",
            .text = PL_LIT(
                "plumbline headers 8\n@usr/include/words.h\nuse_words{ Words w; w.peek(); w.load();\n")};
        const struct pl_file *f = compared(built(program, "-fno-builtin-printf"), START END);
        build_headers = (struct pl_headers){0};
        if ((find(f, "code.misplaced-atom") != NULL) != cases[i].is_misplaced)
            fail_msg("%s", cases[i].name);
        assert_null(find(f, "code.unaccounted-function"));
        end(state);
        assert_int_equal(set_up(state), 0);
    }
}

#define FILE_OPEN "_ZNSt13basic_filebufIcSt11char_traitsIcEE4openEPKcSt13_Ios_Openmode"

/* std::ifstream in(path) is inline, and opens a buffer; in a function of a unit that has no stream of files that is another one's call. */
static void a_stream_of_files_opens_its_buffer(void **state)
{
    static const char own[] = "int tell(int n)\n{\n%s    puts(\"first of the lines that tell of it\");\n"
                              "    puts(\"second of the lines that tell of it\");\n"
                              "    printf(\"third of %%d lines that tell of it\\n\", n);\n    return n;\n}\n";
    static const char *const streams[] = {"    std::ifstream in(\"words\");\n",
                                          "    std::ofstream out(\"words\");\n", ""};
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
        char text[2][2048];
        char program[4096];
        (void)snprintf(text[0], sizeof text[0], own,
                       "    extern void " FILE_OPEN "(void) __attribute__((weak));\n    " FILE_OPEN "();\n");
        (void)snprintf(text[1], sizeof text[1], own, streams[i]);
        (void)snprintf(program, sizeof program, "%s%s%s", START, text[0], END);
        add_source(0, "b.cc",
                   "int keep(std::filebuf &b)\n{\n    std::ifstream in;\n    return b.open(\"x\");\n}\n");
        add_source(0, "c.cc", text[1]);
        const struct pl_file *f = compared(built(program, "-fno-builtin-printf"), START END);
        assert_int_equal(find(f, "code.misplaced-atom") != NULL, streams[i][0] == 0);
        end(state);
        assert_int_equal(set_up(state), 0);
    }
}

/* push %r15 and the like are letters of ASCII, and so is the movslq behind them: the beginning of a function is no text. */
static void the_beginning_of_a_function_is_no_text(void **state)
{
    static const char body[] =
        "__asm__(\".text\\n.globl saver\\n.type saver,@function\\nsaver:\\n.cfi_startproc\\n push %r15\\n "
        "push %r14\\n"
        "push %r13\\n push %r12\\n push %rbp\\n push %rbx\\n movslq (%r8),%rax\\n pop %rbx\\n pop %rbp\\n "
        "pop %r12\\n"
        "pop %r13\\n pop %r14\\n pop %r15\\n ret\\n.cfi_endproc\\n.size saver,.-saver\\n\");\n"
        "int saver(void);\nvoid *use(void) { return (void *)saver; }\n";
    char with[4096];
    (void)state;
    (void)snprintf(with, sizeof with, "%s%s%s", START, body, END);
    const struct pl_file *f = compared(built(with, "-fPIE"), with);
    assert_null(find(f, "code.unaccounted-function"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_stream_of_files_opens_its_buffer, set_up, end),
        cmocka_unit_test_setup_teardown(the_beginning_of_a_function_is_no_text, set_up, end),
        cmocka_unit_test_setup_teardown(calls_that_compilers_and_headers_write_are_in_place_everywhere,
                                        set_up, end),
        cmocka_unit_test_setup_teardown(a_call_of_another_file_beside_a_foreign_string_is_an_error, set_up,
                                        end),
        cmocka_unit_test_setup_teardown(a_function_of_a_header_is_no_constructor_in_a_program_with_cpp,
                                        set_up, end),
        cmocka_unit_test_setup_teardown(a_call_among_many_that_nothing_explains_is_a_warning_unless_it_acts,
                                        set_up, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
