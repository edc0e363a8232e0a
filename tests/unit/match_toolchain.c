/*
 * Tests of match/toolchain.c: programs are linked here, and what the compiler's own libraries put into them is found by content.
 */
#include "code_test.h"

#include "corpus/tree.h"
#include "match/toolchain.h"

#include <stdio.h>

struct known {
    size_t found; /* functions of the toolchain */
    size_t wrong; /* of these, by another name than the symbol has */
    size_t own;   /* functions of the program among them: main, work */
};

static void run(const char *command)
{
    assert_int_equal(system(command), 0);
}

static void write_program(void)
{
    FILE *f = fopen("t.c", "w");
    assert_non_null(f);
    assert_true(
        fprintf(f, "#include <stdio.h>\n#include <stdlib.h>\n"
                   "__attribute__((noinline)) int work(int n)\n{\n    char b[9000];\n"
                   "    return snprintf(b, sizeof b, \"%%d of %%s\", n, \"work\") + b[n];\n}\n"
                   "int main(int argc, char **argv)\n{\n    return work(argc) + atoi(argv[0]);\n}\n") > 0);
    assert_int_equal(fclose(f), 0);
}

/* The index of folder tc, and the text it was made from. */
static struct pl_toolchain *open_toolchain(struct pl_buf *text, unsigned jobs)
{
    struct pl_source_spec spec = {.rank = PL_RANK_TOOLCHAIN};
    struct pl_limits limits = pl_limits_default();
    struct pl_err err = {0};
    struct pl_source_tree *tree;
    struct pl_toolchain *t;
    pl_buf_init(text, PL_PRINTS_MAX_BYTES);
    assert_int_equal(pl_source_tree_open_path("tc", &spec, &limits, &tree, &err), PL_OK);
    assert_int_equal(pl_toolchain_pack(tree, jobs, text, &err), PL_OK);
    pl_source_tree_free(tree);
    struct pl_prints prints = {"tc", pl_buf_bytes(text)};
    assert_int_equal(pl_toolchain_of(&prints, 1, &t, &err), PL_OK);
    return t;
}

static void close_toolchain(struct pl_toolchain *t, struct pl_buf *text)
{
    pl_toolchain_free(t);
    pl_buf_reset(text);
}

static struct known look(const struct pl_toolchain *t, const char *path)
{
    struct image im;
    struct known k = {0};
    load(&im, path);
    for (size_t i = 0; i < im.code.n_functions; i++) {
        const struct pl_function *f = &im.code.functions[i];
        const struct pl_toolchain_function *row = pl_toolchain_find(t, &f->print);
        if (row == NULL)
            continue;
        k.found++;
        k.wrong += f->name.n > 0 && !pl_bytes_eq(f->name, row->name);
        k.own += pl_bytes_eq_str(f->name, "main") || pl_bytes_eq_str(f->name, "work");
    }
    unload(&im);
    return k;
}

static void the_runtime_of_a_windows_program_is_known_and_its_own_code_is_not(void **state)
{
    static const char *const machines[] = {"x86_64", "i686"};
    for (size_t i = 0; i < 2; i++) {
        char command[1024];
        struct pl_buf text;
        write_program();
        (void)snprintf(command, sizeof command,
                       "rm -rf tc && mkdir tc && for f in libmingw32.a libmingwex.a libmsvcrt.a libgcc.a "
                       "crt2.o crtbegin.o; do "
                       "cp $(%s-w64-mingw32-gcc -print-file-name=$f) tc/ || exit 1; done && "
                       "%s-w64-mingw32-gcc -O2 t.c -o t.exe && %s-w64-mingw32-gcc -O2 -s t.c -o t.s.exe",
                       machines[i], machines[i], machines[i]);
        run(command);
        struct pl_toolchain *t = open_toolchain(&text, 1);
        struct known full = look(t, "t.exe");
        struct known bare = look(t, "t.s.exe");
        assert_true(full.found > 60);
        assert_true(full.found == bare.found);
        assert_true(full.wrong < full.found / 10); /* equal functions have several names */
        assert_true(full.own == 0);
        close_toolchain(t, &text);
    }
}

static void start_up_code_of_a_linux_program_is_known_however_it_is_linked(void **state)
{
    struct pl_buf text;
    write_program();
    run("rm -rf tc && mkdir tc && for f in libgcc.a crt1.o Scrt1.o crti.o crtbegin.o crtbeginS.o "
        "libc_nonshared.a; do "
        "cp $(gcc -print-file-name=$f) tc/ || exit 1; done");
    struct pl_toolchain *t = open_toolchain(&text, 2);
    run("gcc -O2 t.c -o t.out");
    struct known k = look(t, "t.out");
    assert_true(k.found >= 4 && k.wrong == 0 && k.own == 0);
    run("gcc -O2 -no-pie -fno-pie t.c -o t.out");
    k = look(t, "t.out");
    assert_true(k.found >= 1 && k.wrong == 0 && k.own == 0);
    close_toolchain(t, &text);
}

static void an_object_file_has_the_prints_of_what_it_was_linked_into(void **state)
{
    static const char *const builds[] = {"gcc -O2 -fPIE", "gcc -O2 -fPIC -fno-plt",
                                         "gcc -O1 -fcf-protection=full", "x86_64-w64-mingw32-gcc -O2",
                                         "i686-w64-mingw32-gcc -O2"};
    for (size_t i = 0; i < sizeof builds / sizeof builds[0]; i++) {
        char command[512];
        struct pl_buf text;
        write_program();
        (void)snprintf(command, sizeof command,
                       "rm -rf tc && mkdir tc && %s -c t.c -o tc/t.o && %s t.c -o t.out", builds[i],
                       builds[i]);
        run(command);
        struct pl_toolchain *t = open_toolchain(&text, 1);
        struct known k = look(t, "t.out");
        assert_int_equal(k.own, 2);
        close_toolchain(t, &text);
    }
}

static void one_changed_instruction_changes_the_print(void **state)
{
    struct pl_buf text;
    write_program();
    run("rm -rf tc && mkdir tc && gcc -O2 -c t.c -o tc/t.o && sed -i s/9000/9001/ t.c && gcc -O2 t.c -o "
        "t.out");
    struct pl_toolchain *t = open_toolchain(&text, 1);
    struct known k = look(t, "t.out");
    assert_int_equal(k.own, 1); /* main */
    close_toolchain(t, &text);
}

static void an_index_is_as_good_as_its_text_and_no_better(void **state)
{
    struct pl_buf text;
    struct pl_buf again;
    struct pl_code_print none = {{0, 0}};
    struct pl_err err = {0};
    struct pl_toolchain *cut;
    write_program();
    run("rm -rf tc && mkdir tc && gcc -O2 -c t.c -o tc/t.o && cp $(gcc -print-file-name=libgcc.a) tc/");
    struct pl_toolchain *t = open_toolchain(&text, 1);
    struct pl_toolchain *same = open_toolchain(&again, 4);
    assert_true(pl_bytes_eq(pl_buf_bytes(&text), pl_buf_bytes(&again)));
    assert_true(pl_toolchain_count(t) > 100 && pl_toolchain_count(t) == pl_toolchain_count(same));
    assert_null(pl_toolchain_find(t, &none));
    for (size_t n = 0; n < 4000; n += 7) {
        struct pl_prints prints = {"tc", pl_bytes_sub(pl_buf_bytes(&text), 0, n)};
        assert_int_equal(pl_toolchain_of(&prints, 1, &cut, &err), PL_OK);
        assert_true(pl_toolchain_count(cut) <= n / 36 + 1);
        pl_toolchain_free(cut);
    }
    close_toolchain(t, &text);
    close_toolchain(same, &again);
    pl_toolchain_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_runtime_of_a_windows_program_is_known_and_its_own_code_is_not),
        cmocka_unit_test(start_up_code_of_a_linux_program_is_known_however_it_is_linked),
        cmocka_unit_test(an_object_file_has_the_prints_of_what_it_was_linked_into),
        cmocka_unit_test(one_changed_instruction_changes_the_print),
        cmocka_unit_test(an_index_is_as_good_as_its_text_and_no_better),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
