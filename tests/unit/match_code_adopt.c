/*
 * match_code_adopt.c - functions that the path puts nowhere, or where they do not fit, by who calls them.
 */
#include "align_fixture.h"

#include <stdio.h>

/* A function that is mostly code for other systems, so that its size speaks against it: only who calls it tells. */
static void what_a_macro_of_the_callers_unit_names_is_called(void **state)
{
    (void)state;
    static const char *const one_c[] = {"#define AT_CALL large\n#include \"at.c\"\nint beside(void)\n{\n    "
                                        "return puts(\"text beside\");\n}\n",
                                        "#define AT_CALL other\n#include \"at.c\"\nint beside(void)\n{\n    "
                                        "return puts(\"text beside\");\n}\n"};
    static const char two_c[] = "#define AT_CALL small\n#include \"at.c\"\n";
    static const char at_c[] = "int at(int fd)\n{\n    return AT_CALL(fd) + fchdir(fd, \"text at\");\n}\n";
    static char large_c[16384];
    size_t n = (size_t)snprintf(large_c, sizeof large_c, "int large(int fd)\n{\n    getxattr(fd);\n");
    for (unsigned i = 0; i < 300; i++)
        n += (size_t)snprintf(large_c + n, sizeof large_c - n, "    x = x * 3 + y[x] / z;\n");
    (void)snprintf(large_c + n, sizeof large_c - n, "}\n");
    for (unsigned is_other = 0; is_other < 2; is_other++) {
        struct fixture x;
        memset(&x, 0, sizeof x);
        x.tree.name = "test";
        add_source(&x.tree, "at.c", at_c);
        add_source(&x.tree, "large.c", large_c);
        add_source(&x.tree, "one.c", one_c[is_other]);
        add_source(&x.tree, "two.c", two_c);
        read_source(&x);
        add_function(&x);
        add_atom(&x, PL_ATOM_IMPORT, "fchdir");
        add_atom(&x, PL_ATOM_STRING, "text at");
        x.atoms[x.code.n_atoms++] = (struct pl_atom){.kind = PL_ATOM_CALL, .target = 2};
        x.functions[0].n_atoms++;
        add_function(&x);
        add_atom(&x, PL_ATOM_IMPORT, "puts");
        add_atom(&x, PL_ATOM_STRING, "text beside");
        add_function(&x);
        add_atom(&x, PL_ATOM_IMPORT, "getxattr");
        align(&x);
        assert_int_equal(grade_of(&x, 2).end == PL_CODE_MATCHED || grade_of(&x, 2).end == PL_CODE_PLACED,
                         !is_other);
        close_case(&x);
    }
}

/* A function of which the source has not all, beside one of another file that has all of it, and whose name its caller uses for something of its own. */
static void a_static_function_of_another_file_is_not_called(void **state)
{
    (void)state;
    static const char *const storage[] = {"static ", ""};
    static const char one_c[] = "int alpha(void)\n{\n    f(word_count);\n    return puts(\"text of "
                                "alpha\") + socket(1);\n}\n";
    for (unsigned is_open = 0; is_open < 2; is_open++) {
        struct fixture x;
        static char other_c[256];
        memset(&x, 0, sizeof x);
        x.tree.name = "test";
        (void)snprintf(other_c, sizeof other_c,
                       "%sint word_count(int fd)\n{\n    return fchdir(fd) + unlink(\"text of words\");\n}\n",
                       storage[is_open]);
        add_source(&x.tree, "one.c", one_c);
        add_source(&x.tree, "other.c", other_c);
        read_source(&x);
        add_function(&x);
        add_atom(&x, PL_ATOM_IMPORT, "puts");
        add_atom(&x, PL_ATOM_IMPORT, "socket");
        add_atom(&x, PL_ATOM_STRING, "text of alpha");
        x.atoms[x.code.n_atoms++] = (struct pl_atom){.kind = PL_ATOM_CALL, .target = 1};
        x.functions[0].n_atoms++;
        add_function(&x);
        add_atom(&x, PL_ATOM_IMPORT, "fchdir");
        align(&x);
        x.aligner.subjects.v[1].definition = PL_NO_DEFINITION; /* as if the path had passed it over */
        x.aligner.subjects.v[1].unit = UINT32_MAX;
        x.aligner.subjects.v[1].n_candidates = 0;
        x.aligner.taken_by[pl_codebase_named(x.codebase, pl_atom_hash_text(PL_LIT("word_count"))).v[0]] = 0;
        pl_code_adopt(&x.aligner);
        assert_true(pl_bytes_eq_str(name_of(&x, 1), is_open ? "word_count" : ""));
        close_case(&x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_macro_of_the_callers_unit_names_is_called),
        cmocka_unit_test(a_static_function_of_another_file_is_not_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
