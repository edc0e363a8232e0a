/*
 * match_code_checks.c - what is no ordinary function of the source: entries, resolvers, system calls, gaps; and what findings about code say.
 *
 * Programs are built here by gcc. Each is honest against its own source, and accused against the source without what was planted.
 */
#include "match_program.h"

#include "match/code_result.h"

#define START                                                                                                \
    "#include <stdio.h>\n#include <stdlib.h>\n"                                                              \
    "__attribute__((noinline)) static int count_letters(const char *text)\n{\n"                              \
    "    int n = 0;\n    while (text[n] != 0)\n        n++;\n"                                               \
    "    printf(\"the text has %d letters in it\\n\", n);\n    return n;\n}\n"
#define END                                                                                                  \
    "int main(int argc, char **argv)\n{\n    if (argc < 2)\n        fputs(\"usage: letters TEXT\\n\", "      \
    "stderr);\n"                                                                                             \
    "    return count_letters(argv[argc - 1]);\n}\n"
#define CONSTRUCTOR                                                                                          \
    "__attribute__((constructor)) static void early(void)\n{\n"                                              \
    "    if (getenv(\"LETTERS_BEACON_HOST\"))\n        system(\"/var/tmp/beacon --fetch\");\n}\n"
#define RESOLVER                                                                                             \
    "static int one(int x) { return x * 31 + 7; }\n"                                                         \
    "static int (*choose(void))(int) { return one; }\n"                                                      \
    "int chosen(int) __attribute__((ifunc(\"choose\")));\n"                                                  \
    "int use(int x) { return chosen(x); }\n"
#define RAW_CALL                                                                                             \
    "long raw(long n)\n{\n    long r;\n"                                                                     \
    "    __asm__ volatile(\"syscall\" : \"=a\"(r) : \"a\"(n) : \"rcx\", \"r11\", \"memory\");\n    return "  \
    "r;\n}\n"
#define BARE                                                                                                 \
    "__asm__(\".text\\n.globl bare\\n.type bare,@function\\nbare:\\n lea 3(%rdi),%rax\\n imul %rdi,%rax\\n " \
    "ret\\n\"\n"                                                                                             \
    "\".size bare,.-bare\\n\");\nlong bare(long);\nlong use(long x) { return bare(x); }\n"

#define TRAPDOOR                                                                                             \
    "__attribute__((noinline)) static unsigned long hash(const unsigned char *p)\n{\n"                       \
    "    unsigned long h = 14695981039346656037UL;\n"                                                        \
    "    for (int i = 0; i < 40; i++)\n        h = (h ^ p[i]) * 1099511628211UL;\n"                          \
    "    return h == 0xb6d3a927c54e8f1dUL;\n}\n"                                                             \
    "unsigned long use(const unsigned char *p) { return hash(p); }\n"

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

static bool says(const struct pl_finding *f, const char *fact, const char *part)
{
    for (size_t i = 0; i < PL_FINDING_FACTS && f->facts[i].name != NULL; i++)
        if (strcmp(f->facts[i].name, fact) == 0)
            return memmem(f->facts[i].value.p, f->facts[i].value.n, part, strlen(part)) != NULL;
    return false;
}

static void an_honest_program_has_none_of_the_findings(void **state)
{
    static const char text[] = START CONSTRUCTOR RESOLVER RAW_CALL END;
    const struct pl_file *f = compared(built(text, ""), text);
    assert_null(find(f, "code.entry-unaccounted"));
    assert_null(find(f, "code.in-padding"));
    assert_null(find(f, "code.no-unwind"));
    assert_null(find(f, "code.unaccounted-function"));
    assert_tag(f, "code.ifunc", PL_SEVERITY_NOTE);
    assert_tag(f, "code.syscall", PL_SEVERITY_NOTE);
}

static void a_planted_constructor_is_an_error_that_names_its_slot(void **state)
{
    const struct pl_file *f = compared(built(START CONSTRUCTOR END, ""), START END);
    assert_tag(f, "code.entry-unaccounted", PL_SEVERITY_ERROR);
    assert_true(says(find(f, "code.entry-unaccounted"), "entry", "init_array[1]"));
}

/* The function is the source's, and so is its every byte; that the loader calls it is not. */
static void a_constructor_that_the_source_calls_by_hand_is_an_error(void **state)
{
    static const char body[] =
        "void early(void)\n{\n    puts(\"letters of the alphabet, first to last\");\n}\n";
    char marked[2048];
    char plain[2048];
    (void)snprintf(marked, sizeof marked, "%s__attribute__((constructor)) %s%s", START, body, END);
    (void)snprintf(plain, sizeof plain, "%s%s%s", START, body, END);
    assert_null(find(compared(built(marked, ""), marked), "code.entry-unaccounted"));
    end(state);
    assert_int_equal(set_up(state), 0);
    const struct pl_file *f = compared(built(marked, ""), plain);
    assert_tag(f, "code.entry-unaccounted", PL_SEVERITY_ERROR);
    assert_true(says(find(f, "code.entry-unaccounted"), "entry", "init_array["));
}

static void an_entry_in_the_midst_of_a_function_is_a_warning(void **state)
{
    const struct pl_file *f = compared(built(START END, "-Wl,--defsym=inner=main+6 -Wl,-e,inner"), START END);
    (void)state;
    assert_tag(f, "code.entry-unaccounted", PL_SEVERITY_WARNING);
    assert_true(says(find(f, "code.entry-unaccounted"), "entry", "entry point"));
}

static void a_constructor_of_a_file_that_makes_none_is_an_error(void **state)
{
    static const char body[] =
        "void early(void)\n{\n    puts(\"letters of the alphabet, first to last\");\n}\n";
    static const char maker[] = "__attribute__((constructor)) static void own(void)\n{\n}\n";
    static const char macro[] = "#define EARLY __attribute__((constructor))\n";
    char marked[2048];
    char plain[2048];
    (void)snprintf(marked, sizeof marked, "%s__attribute__((constructor)) %s%s", START, body, END);
    (void)snprintf(plain, sizeof plain, "%s%s%s", START, body, END);
    add_source(0, "maker.c", maker);
    assert_tag(compared(built(marked, ""), plain), "code.entry-unaccounted", PL_SEVERITY_ERROR);
    end(state);
    assert_int_equal(set_up(state), 0);
    add_source(0, "early.h", macro);
    assert_null(find(compared(built(marked, ""), plain), "code.entry-unaccounted"));
}

/*
 * A function without a fact of its own, between others of a C file: in a program with C++ it may be the initialiser of the C++ file beside it, whose source has no
 * word for that.
 */
static void a_function_that_is_only_placed_is_no_constructor_in_a_program_with_cpp(void **state)
{
    static const char body[] = "int kept = 3;\n%svoid early(void)\n{\n    for (int i = 0; i < kept; i++)\n"
                               "        kept = kept * 31 + (i >> 3);\n}\n";
    static const char cpp[] = "extern void _ZN5Words5countEv(void) __attribute__((weak));\n"
                              "void use(void) { if (_ZN5Words5countEv) _ZN5Words5countEv(); }\n";
    for (int with_cpp = 0; with_cpp < 2; with_cpp++) {
        char function[256];
        char marked[4096];
        char plain[4096];
        (void)snprintf(function, sizeof function, body, "__attribute__((constructor)) ");
        (void)snprintf(marked, sizeof marked, "%s%s%s%s", START, function, with_cpp ? cpp : "", END);
        (void)snprintf(function, sizeof function, body, "");
        (void)snprintf(plain, sizeof plain, "%s%s%s%s", START, "int kept = 3;\n", with_cpp ? cpp : "", END);
        const struct pl_finding *found =
            find(compared(built(marked, "-fno-reorder-functions"), plain), "code.entry-unaccounted");
        assert_int_equal(found != NULL, !with_cpp);
        end(state);
        assert_int_equal(set_up(state), 0);
    }
}

/*
 * A function of c.c has a call and a string of b.c in it. Where one function of b.c has both, that was inlined there by a way that nobody sees; where two have one
 * each, somebody put them together.
 */
static void a_call_that_came_with_its_string_is_a_warning(void **state)
{
    static const char own[] = "int tell(int n)\n{\n%s    puts(\"first of the lines that tell of it\");\n"
                              "    puts(\"second of the lines that tell of it\");\n"
                              "    printf(\"third of %%d lines that tell of it\\n\", n);\n    return n;\n}\n";
    static const char with[] = "    if (popen(\"rw\", \"r\") == NULL)\n"
                               "        puts(\"failed to open the recorder of letters\");\n";
    static const char *const of_b[] = {
        "void *record(const char *p)\n{\n    void *f = popen(p, \"r\");\n    if (f == NULL)\n"
        "        puts(\"failed to open the recorder of letters\");\n    return f;\n}\n",
        "void *record(const char *p)\n{\n    return popen(p, \"r\");\n}\n"
        "void fail(void)\n{\n    puts(\"failed to open the recorder of letters\");\n}\n"};
    for (int i = 0; i < 2; i++) {
        char text[2][2048];
        char program[4096];
        (void)snprintf(text[0], sizeof text[0], own, with);
        (void)snprintf(text[1], sizeof text[1], own, "");
        (void)snprintf(program, sizeof program, "%s%s%s", START, text[0], END);
        add_source(0, "b.c", of_b[i]);
        add_source(0, "c.c", text[1]);
        const struct pl_file *f = compared(built(program, "-fno-builtin-printf"), START END);
        assert_tag(f, "code.misplaced-atom", i == 0 ? PL_SEVERITY_WARNING : PL_SEVERITY_ERROR);
        end(state);
        assert_int_equal(set_up(state), 0);
    }
}

/* A function of c.c makes calls of b.c. Where three are of one function of b.c, it is that one, and c.c was the wrong file for it; where they are of two, or only two are, they were put in. */
static void calls_that_one_function_makes_together_are_a_warning(void **state)
{
    static const char own[] = "int tell(int n)\n{\n%s    puts(\"first of the lines that tell of it\");\n"
                              "    puts(\"second of the lines that tell of it\");\n"
                              "    printf(\"third of %%d lines that tell of it\\n\", n);\n    return n;\n}\n";
    static const struct {
        const char *with;
        const char *of_b;
        enum pl_severity severity;
    } cases[] = {
        {"    popen(\"rw\", \"r\"), perror(\"rw\"), remove(\"rw\");\n",
         "void record(void)\n{\n    popen(\"rw\", \"r\");\n    perror(\"rw\");\n    remove(\"rw\");\n}\n",
         PL_SEVERITY_WARNING},
        {"    popen(\"rw\", \"r\"), perror(\"rw\"), remove(\"rw\");\n",
         "void record(void)\n{\n    popen(\"rw\", \"r\");\n    perror(\"rw\");\n}\n"
         "void drop(void)\n{\n    remove(\"rw\");\n}\n",
         PL_SEVERITY_ERROR},
        {"    popen(\"rw\", \"r\"), perror(\"rw\");\n",
         "void record(void)\n{\n    popen(\"rw\", \"r\");\n    perror(\"rw\");\n    remove(\"rw\");\n}\n",
         PL_SEVERITY_ERROR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[2][2048];
        char program[4096];
        (void)snprintf(text[0], sizeof text[0], own, cases[i].with);
        (void)snprintf(text[1], sizeof text[1], own, "");
        (void)snprintf(program, sizeof program, "%s%s%s", START, text[0], END);
        add_source(0, "b.c", cases[i].of_b);
        add_source(0, "c.c", text[1]);
        const struct pl_file *f = compared(built(program, "-fno-builtin-printf"), START END);
        assert_tag(f, "code.misplaced-atom", cases[i].severity);
        end(state);
        assert_int_equal(set_up(state), 0);
    }
}

/*
 * A call of another file, which an inline function of a library's header makes that the source names: the compiler put a copy of that in. The C library's own headers
 * are no excuse, and an inline function that nobody names is none.
 */
static void a_call_of_an_inline_function_of_a_library_is_a_warning(void **state)
{
    static const struct {
        const char *header;
        enum pl_source_rank rank;
        enum pl_severity severity;
    } cases[] = {
        {"spawn_it{ return popen(p, \"r\");\n", PL_RANK_DEPENDENCY, PL_SEVERITY_WARNING},
        {"spawn_it{ return popen(p, \"r\");\n", PL_RANK_TOOLCHAIN, PL_SEVERITY_ERROR},
        {"spawn_that{ return popen(p, \"r\");\n", PL_RANK_DEPENDENCY, PL_SEVERITY_ERROR},
    };
    static const char own[] =
        "int tell(int n)\n{\n    puts(\"first of the lines that tell of it\");\n"
        "    puts(\"second of the lines that tell of it\");\n"
        "    printf(\"third of %%d lines that tell of it\\n\", n);\n    return n + (%s != 0);\n}\n";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[2][2048];
        char program[4096];
        char header[256];
        (void)snprintf(text[0], sizeof text[0], own, "popen(\"rw\", \"r\")");
        (void)snprintf(text[1], sizeof text[1], own, "spawn_it(\"rw\")");
        (void)snprintf(program, sizeof program, "%s%s%s", START, text[0], END);
        (void)snprintf(header, sizeof header, "plumbline headers 8\n@usr/include/spawn.h\n%s",
                       cases[i].header);
        struct pl_headers h = {
            .package = "libspawn-dev", .rank = cases[i].rank, .text = pl_bytes_of_str(header)};
        add_source(0, "b.c", "void *record(const char *p)\n{\n    return popen(p, \"r\");\n}\n");
        add_source(0, "c.c", text[1]);
        struct pl_file *f = beside(built(program, ""), "letters.c", START END);
        pl_literals_free(literals);
        literals = NULL;
        assert_int_equal(pl_literals_build(ix, &h, 1, 1, &literals, &err), PL_OK);
        with_literals = literals;
        apply("code.features", f);
        assert_tag(f, "code.misplaced-atom", cases[i].severity);
        end(state);
        assert_int_equal(set_up(state), 0);
    }
}

/* crtstuff.c of GCC 6 and older: "if (*list && f) f(list)". One byte of it changed is another function. */
#define OLD_START_UP(compared)                                                                               \
    "__asm__(\".section .init_array,\\\"aw\\\"\\n.quad old\\n.data\\nlist: .quad 0\\n.text\\n.type "         \
    "old,@function\\n\"\n"                                                                                   \
    "\"old: .cfi_startproc\\nlea list(%rip),%rdi\\n.byte 0x48,0x83,0x3f," compared ",0x75,0x0b\\n\"\n"       \
    "\".byte 0xe9\\n.long main-.-4\\n.byte 0x66,0x0f,0x1f,0x44,0,0\\nmov list(%rip),%rax\\ntest "            \
    "%rax,%rax\\n\"\n"                                                                                       \
    "\".byte 0x74,0xe9,0x55,0x48,0x89,0xe5,0xff,0xd0,0x5d,0xe9\\n.long main-.-4\\n\"\n"                      \
    "\".cfi_endproc\\n.size old,.-old\\n\");\n"

static void start_up_code_of_older_compilers_is_no_constructor(void **state)
{
    assert_null(find(compared(built(START OLD_START_UP("0") END, ""), START END), "code.entry-unaccounted"));
}

static void start_up_code_with_a_changed_byte_is_a_constructor(void **state)
{
    assert_tag(compared(built(START OLD_START_UP("1") END, ""), START END), "code.entry-unaccounted",
               PL_SEVERITY_ERROR);
}

static void a_constructor_with_a_foreign_string_alone_is_a_warning(void **state)
{
    static const char with[] = "const char *path;\n__attribute__((constructor)) static void early(void)\n{\n"
                               "    path = \"/usr/lib/letters/configured:/usr/share/letters\";\n}\n";
    static const char without[] =
        "const char *path;\n__attribute__((constructor)) static void early(void)\n{\n"
        "    path = LETTERS_PATH;\n}\n";
    char text[2][4096];
    (void)snprintf(text[0], sizeof text[0], "%s%s%s", START, with, END);
    (void)snprintf(text[1], sizeof text[1], "%s%s%s", START, without, END);
    assert_tag(compared(built(text[0], ""), text[1]), "code.entry-unaccounted", PL_SEVERITY_WARNING);
}

/* A payload that was written over a function, text and all; the same in the source is the source's. */
static void text_between_instructions_is_an_error(void **state)
{
    static const char body[] =
        "__asm__(\".text\\n.globl told\\n.type told,@function\\ntold:\\n.cfi_startproc\\n lea "
        "1f(%rip),%rdi\\n call puts@plt\\n ret\\n\"\n"
        "\"1: .asciz \\\"/var/tmp/.beacon-cache\\\"\\n.cfi_endproc\\n.size told,.-told\\n\");\n"
        "int told(void);\nint use(void) { return told(); }\n";
    char with[2048];
    (void)state;
    (void)snprintf(with, sizeof with, "%s%s%s", START, body, END);
    const struct pl_file *f = compared(built(with, ""), START END);
    const struct pl_finding *found = find(f, "code.unaccounted-function");
    assert_non_null(found);
    assert_int_equal(found->severity, PL_SEVERITY_ERROR);
    assert_true(says(found, "atom[0]", "/var/tmp/.beacon-cache"));
}

static size_t entries_reported(const char *extra)
{
    char text[4096];
    size_t n = 0;
    (void)snprintf(text, sizeof text, "%s%s%s", START, extra, END);
    FILE *f = fopen("w.c", "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    if (system("x86_64-w64-mingw32-gcc -O2 -s w.c -o w.exe 2>gcc.log") != 0)
        return SIZE_MAX; /* no such compiler here */
    assert_int_equal(pl_io_read("w.exe", 1 << 24, &image, &n, &err), PL_OK);
    const struct pl_file *file = compared(pl_bytes_of(image, n), START END);
    n = 0;
    for (size_t i = 0; i < file->findings.list.n; i++)
        n += strcmp(file->findings.list.v[i].tag, "code.entry-unaccounted") == 0 &&
             says(&file->findings.list.v[i], "entry", "TLS callback");
    return n;
}

/* Without the toolchain's packages its own callbacks may be strange as well; one more is more. */
static void a_planted_tls_callback_is_reported(void **state)
{
    static const char callback[] =
        "#include <windows.h>\n"
        "static void NTAPI early(PVOID image, DWORD why, PVOID more)\n{\n"
        "    if (why == 1)\n        WinExec(\"C:\\\\Temp\\\\beacon.exe --fetch\", 0);\n}\n"
        "__attribute__((section(\".CRT$XLC\"), used)) static PIMAGE_TLS_CALLBACK slot = early;\n";
    size_t honest = entries_reported("");
    assert_int_equal(end(state), 0);
    assert_int_equal(set_up(state), 0);
    if (honest != SIZE_MAX)
        assert_int_equal(entries_reported(callback), honest + 1);
}

static void a_finding_names_instruction_way_search_and_nearest(void **state)
{
    const struct pl_file *f = compared(built(START CONSTRUCTOR END, ""), START END);
    const struct pl_finding *found = find(f, "code.unaccounted-function");
    assert_non_null(found);
    assert_true(says(found, "atom[0]", "lea rdi"));
    assert_true(says(found, "atom[0]", "\"LETTERS_BEACON_HOST\"  <- string not in source"));
    assert_true(says(found, "atom[1]", "getenv  <- import not in source"));
    assert_true(says(found, "reached from", "init_array[1]"));
    assert_true(says(found, "searched", "62 source functions; "));
    assert_true(says(found, "nearest", "none that has anything in common"));
}

static void a_planted_function_names_its_caller(void **state)
{
    static const char planted[] =
        "__attribute__((noinline)) void late(void)\n{\n    system(\"/var/tmp/beacon --fetch\");\n}\n";
    static const char with[] = "int main(int argc, char **argv)\n{\n    if (argc < 2)\n        "
                               "fputs(\"usage: letters TEXT\\n\", stderr);\n"
                               "    late();\n    return count_letters(argv[argc - 1]);\n}\n";
    char text[2048];
    (void)snprintf(text, sizeof text, "%s%s%s", START, planted, with);
    const struct pl_finding *found = find(compared(built(text, ""), START END), "code.unaccounted-function");
    assert_non_null(found);
    assert_true(says(found, "reached from", "export") || says(found, "reached from", "main+0x"));
}

static void a_resolver_that_no_source_asks_for_is_an_error(void **state)
{
    assert_tag(compared(built(START RESOLVER END, ""), START END), "code.ifunc", PL_SEVERITY_ERROR);
}

static void versions_of_a_function_ask_for_a_resolver(void **state)
{
    static const char versions[] = "__attribute__ ((target(\"default\"))) int f(int x) { return x; }\n";
    char source[4096];
    (void)snprintf(source, sizeof source, "%s%s%s", START, versions, END);
    assert_tag(compared(built(START RESOLVER END, ""), source), "code.ifunc", PL_SEVERITY_NOTE);
}

static void a_system_call_that_no_assembly_has_is_an_error(void **state)
{
    /* A call of the C library's function of that name is no assembly. */
    static const char source[] =
        START "long syscall(long, ...);\nlong raw(long n) { return syscall(n); }\n" END;
    const struct pl_file *f = compared(built(START RAW_CALL END, ""), source);
    assert_tag(f, "code.syscall", PL_SEVERITY_ERROR);
    assert_true(image[find(f, "code.syscall")->offset] == 0x0f &&
                image[find(f, "code.syscall")->offset + 1] == 0x05);
}

/* A program with a dozen functions more: nearly all of them have unwind entries. */
static const char *longer(const char *middle)
{
    static char text[8192];
    (void)snprintf(text, sizeof text, "%s%s", START, middle);
    for (int i = 0; i < 12; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text),
                       "int more%d(int x)\n{\n    return printf(\"number %d of %%d\\n\", x);\n}\n", i, i);
    (void)strcat(text, END);
    return text;
}

static void a_function_without_an_unwind_entry_is_named(void **state)
{
    const char *text = longer(BARE);
    const struct pl_file *f = compared(built(text, ""), text);
    assert_tag(f, "code.no-unwind", PL_SEVERITY_WARNING);
    assert_true(find(f, "code.no-unwind")->length <= 16);
    assert_null(find(f, "code.in-padding"));
}

/* The longest fill behind a function of the program itself. */
static struct pl_code_gap longest_gap(pl_bytes program)
{
    struct pl_code code;
    struct pl_code_gap gap = {0};
    assert_int_equal(pl_code_of(program, &limits, &arena, &code, &err), PL_OK);
    for (size_t i = 0; i < code.n_functions; i++)
        for (size_t k = 0; k < code.n_gaps && (code.functions[i].flags & PL_FUNCTION_UNWIND); k++)
            if (code.functions[i].offset + code.functions[i].size == code.gaps[k].offset &&
                code.gaps[k].length > gap.length)
                gap = code.gaps[k];
    assert_true(gap.length >= 16 && gap.is_fill);
    return gap;
}

static void bytes_in_the_padding_are_an_error_at_their_place(void **state)
{
    const char *text = longer("");
    pl_bytes program = built(text, "-falign-functions=64");
    struct pl_code_gap gap = longest_gap(program);
    memcpy(image + gap.offset + gap.length - 12, "\x50\x48\x31\xc0\x48\xff\xc0\x58\xc3\x48\xff\xc0", 12);
    const struct pl_file *f = compared(program, text);
    const struct pl_finding *found = find(f, "code.in-padding");
    assert_non_null(found);
    assert_int_equal(found->severity, PL_SEVERITY_ERROR);
    assert_true(found->offset >= gap.offset && found->offset + found->length <= gap.offset + gap.length);
}

static void bytes_in_the_padding_beside_assembly_are_a_warning(void **state)
{
    const char *text = longer("");
    pl_bytes program = built(text, "-falign-functions=64");
    struct pl_code_gap gap = longest_gap(program);
    memcpy(image + gap.offset + gap.length - 12, "\x50\x48\x31\xc0\x48\xff\xc0\x58\xc3\x48\xff\xc0", 12);
    add_source(0, "fast.S", ".text\nfast:\n ret\n");
    assert_tag(compared(program, text), "code.in-padding", PL_SEVERITY_WARNING);
}

static void two_large_numbers_that_no_source_has_are_an_error(void **state)
{
    static const char text[] = START TRAPDOOR END;
    const struct pl_finding *found = find(compared(built(text, ""), START END), "code.foreign-constant");
    assert_non_null(found);
    assert_int_equal(found->severity, PL_SEVERITY_ERROR);
    assert_true(says(found, "number[0]", "0xcbf29ce484222325")); /* FNV-1a's, in decimal above */
}

static void large_numbers_of_the_source_are_none(void **state)
{
    static const char text[] = START TRAPDOOR END;
    assert_null(find(compared(built(text, ""), text), "code.foreign-constant"));
}

static void large_numbers_in_two_halves_are_of_the_source(void **state)
{
    static const char halves[] =
        START "unsigned a[] = {0xcbf29ce4, 0x84222325, 0xb6d3a927, 0xc54e8f1d};\n" END;
    assert_null(find(compared(built(START TRAPDOOR END, ""), halves), "code.foreign-constant"));
}

#define LIST                                                                                                 \
    START "const unsigned char id[] = {0x25, 0x23, 0x22, 0x84, 0xe4, 0x9c, 0xf2, 0xcb, 0x1d, 0x8f,\n"        \
          "0x4e, 0xc5, 0x27, 0xa9, 0xd3, 0xb6};\n" END

static void large_numbers_that_are_eight_bytes_of_a_list_are_of_the_source(void **state)
{
    assert_null(find(compared(built(START TRAPDOOR END, ""), LIST), "code.foreign-constant"));
}

static void seven_bytes_of_a_list_are_no_number_of_the_source(void **state)
{
    const struct pl_file *f =
        compared(built(START TRAPDOOR END, ""),
                 START "const unsigned char id[] = {0x25, 0x23, 0x22, 0x84, 0xe4, 0x9c, 0xf2,\n"
                       "0xca, 0x1d, 0x8f, 0x4e, 0xc5, 0x27, 0xa9, 0xd3, 0xb5};\n" END);
    assert_non_null(find(f, "code.foreign-constant"));
}

static void what_compilers_make_is_not_drawn(void **state)
{
    static const uint64_t made[] = {
        0xcccccccccccccccdu,          /* x / 10 */
        0x8e38e38e38e38e39u,          /* x / 9 */
        0x20c49ba5e353f7cfu,          /* x / 1000, signed */
        0x0db6db6db6db6db7u,          /* a difference of pointers to 14 bytes, for example */
        0x2e8ba2e8ba2e8ba3u,          /* x / 11 */
        (uint64_t)-0x51eb851eb851eb8, /* a limit */
        0x55555554fc71c71du,          /* x / 0x6000000019, the lower 64 bits of 65 */
        0xaaaaaaaab8e38e39u,          /* x / 0xbffffffff */
        0xaaaaaaace38e38ebu,          /* x / 0x17ffffffb */
        0x6f77206f6c6c6568u,          /* "hello wo" */
        0x03ff280100003e01u,          /* cases of a switch */
        0x6801e6476801e647u,          /* one of 32 bits, twice in a register */
        0x0000002a00000011u,          /* two numbers side by side */
        0x1716151413121110u,          /* counted */
        0x3ff0000000000000u,          /* 1.0 */
        0xffffffff80000001u,          999999999999999u, /* 15 digits */
    };
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
        assert_false(pl_code_number_is_drawn(made[i]));
    (void)state;
}

static void most_drawn_numbers_are_seen_as_drawn(void **state)
{
    uint64_t x = 88172645463325252u; /* Marsaglia, "Xorshift RNGs" */
    unsigned n = 0;
    unsigned shorter = 0;
    unsigned short_ones = 0;
    for (int i = 0; i < 10000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        n += pl_code_number_is_drawn(x);
        shorter += pl_code_number_is_drawn(x >> 14);
        short_ones += pl_code_number_is_drawn(x >> 25);
    }
    assert_in_range(n, 9200, 9999);
    assert_in_range(shorter, 8000, 9999);
    assert_int_equal(short_ones, 0);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_honest_program_has_none_of_the_findings, set_up, end),
        cmocka_unit_test_setup_teardown(a_planted_constructor_is_an_error_that_names_its_slot, set_up, end),
        cmocka_unit_test_setup_teardown(a_constructor_that_the_source_calls_by_hand_is_an_error, set_up, end),
        cmocka_unit_test_setup_teardown(text_between_instructions_is_an_error, set_up, end),
        cmocka_unit_test_setup_teardown(an_entry_in_the_midst_of_a_function_is_a_warning, set_up, end),
        cmocka_unit_test_setup_teardown(a_constructor_of_a_file_that_makes_none_is_an_error, set_up, end),
        cmocka_unit_test_setup_teardown(
            a_function_that_is_only_placed_is_no_constructor_in_a_program_with_cpp, set_up, end),
        cmocka_unit_test_setup_teardown(a_call_that_came_with_its_string_is_a_warning, set_up, end),
        cmocka_unit_test_setup_teardown(calls_that_one_function_makes_together_are_a_warning, set_up, end),
        cmocka_unit_test_setup_teardown(a_call_of_an_inline_function_of_a_library_is_a_warning, set_up, end),
        cmocka_unit_test_setup_teardown(start_up_code_of_older_compilers_is_no_constructor, set_up, end),
        cmocka_unit_test_setup_teardown(start_up_code_with_a_changed_byte_is_a_constructor, set_up, end),
        cmocka_unit_test_setup_teardown(a_constructor_with_a_foreign_string_alone_is_a_warning, set_up, end),
        cmocka_unit_test_setup_teardown(a_planted_tls_callback_is_reported, set_up, end),
        cmocka_unit_test_setup_teardown(a_finding_names_instruction_way_search_and_nearest, set_up, end),
        cmocka_unit_test_setup_teardown(a_planted_function_names_its_caller, set_up, end),
        cmocka_unit_test_setup_teardown(a_resolver_that_no_source_asks_for_is_an_error, set_up, end),
        cmocka_unit_test_setup_teardown(versions_of_a_function_ask_for_a_resolver, set_up, end),
        cmocka_unit_test_setup_teardown(a_system_call_that_no_assembly_has_is_an_error, set_up, end),
        cmocka_unit_test_setup_teardown(a_function_without_an_unwind_entry_is_named, set_up, end),
        cmocka_unit_test_setup_teardown(bytes_in_the_padding_are_an_error_at_their_place, set_up, end),
        cmocka_unit_test_setup_teardown(bytes_in_the_padding_beside_assembly_are_a_warning, set_up, end),
        cmocka_unit_test_setup_teardown(two_large_numbers_that_no_source_has_are_an_error, set_up, end),
        cmocka_unit_test_setup_teardown(large_numbers_of_the_source_are_none, set_up, end),
        cmocka_unit_test_setup_teardown(large_numbers_in_two_halves_are_of_the_source, set_up, end),
        cmocka_unit_test_setup_teardown(large_numbers_that_are_eight_bytes_of_a_list_are_of_the_source,
                                        set_up, end),
        cmocka_unit_test_setup_teardown(seven_bytes_of_a_list_are_no_number_of_the_source, set_up, end),
        cmocka_unit_test(what_compilers_make_is_not_drawn),
        cmocka_unit_test(most_drawn_numbers_are_seen_as_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
