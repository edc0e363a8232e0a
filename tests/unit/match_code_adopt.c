/*
 * match_code_adopt.c - functions that the path puts nowhere, or where they do not fit, by who calls them; and who yields to whom.
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

/* One has alpha of the source, and could go to gamma; the other has nothing, and would gain so much by alpha. */
static void a_function_of_the_source_goes_to_whom_it_is_worth_more(void **state)
{
    (void)state;
    static const struct {
        int32_t gain;   /* of the one that has nothing */
        bool is_free;   /* gamma */
        bool goes_over; /* alpha */
    } cases[] = {{90, true, true}, {40, true, false}, {90, false, false}, {150, false, true}};
    static const char two_c[] = "int alpha(void)\n{\n    return puts(\"text of alpha\");\n}\n"
                                "int gamma(void)\n{\n    return socket(\"text of gamma\");\n}\n";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture x;
        memset(&x, 0, sizeof x);
        x.tree.name = "test";
        add_source(&x.tree, "two.c", two_c);
        read_source(&x);
        for (unsigned k = 0; k < 3; k++) {
            add_function(&x);
            add_atom(&x, PL_ATOM_IMPORT, "puts");
        }
        align(&x);
        uint32_t alpha = pl_codebase_named(x.codebase, pl_atom_hash_text(PL_LIT("alpha"))).v[0];
        uint32_t gamma = pl_codebase_named(x.codebase, pl_atom_hash_text(PL_LIT("gamma"))).v[0];
        struct pl_subject *s = x.aligner.subjects.v;
        struct pl_candidate *others = PL_VEC_ADD(&x.aligner.candidates);
        assert_non_null(others);
        *others = (struct pl_candidate){gamma, 80};
        s[0].definition = alpha;
        s[0].score = 120;
        s[0].first_candidate = (uint32_t)x.aligner.candidates.n - 1;
        s[0].n_candidates = 1;
        s[1].score = 0;
        s[1].wish = (struct pl_candidate){alpha, cases[i].gain};
        s[2].wish = (struct pl_candidate){PL_NO_DEFINITION, 0};
        x.aligner.taken_by[alpha] = 1;
        x.aligner.taken_by[gamma] = cases[i].is_free ? 0 : 3;
        assert_int_equal(pl_code_yield(&x.aligner, NULL), PL_OK);
        assert_int_equal(x.aligner.taken_by[alpha], cases[i].goes_over ? 2 : 1);
        close_case(&x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_macro_of_the_callers_unit_names_is_called),
        cmocka_unit_test(a_static_function_of_another_file_is_not_called),
        cmocka_unit_test(a_function_of_the_source_goes_to_whom_it_is_worth_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
