/*
 * match_code_replaced.c - a constant table that was written over is missed by what refers to it; others are not.
 */
#include "match_fixture.h"

#include "io/read.h"

#include <stdio.h>

static struct pl_codebase *codebase;
static struct pl_literals *literals;
static struct pl_tables *tables;
static uint8_t *image;

static int end(void **state)
{
    pl_codebase_free(codebase);
    pl_literals_free(literals);
    pl_tables_free(tables);
    with_codebase = NULL;
    with_literals = NULL;
    with_tables = NULL;
    free(image);
    image = NULL;
    return tear_down(state);
}

/* A program with a table of `n` numbers that begin with `seed`; `arm` stands among them. */
static void write_program(char *out, size_t size, unsigned n, uint32_t seed, const char *arm)
{
    (void)snprintf(out, size, "#include <stdio.h>\nstatic const unsigned keys[] = {");
    for (unsigned i = 0; i < n; i++) {
        seed = seed * 1103515245u + 12345u;
        (void)snprintf(out + strlen(out), size - strlen(out), "%s%uu,", i == 3 ? arm : " ", seed >> 1);
    }
    (void)snprintf(
        out + strlen(out), size - strlen(out),
        "};\nint main(int argc, char **argv)\n{\n    printf(\"the key of %%s is %%u today\\n\", argv[0], "
        "keys[argc & 15]);\n    return puts(\"every word of it was said\");\n}\n");
}

/* The finding about a program that is compiled from `built` and held against `source`; NULL when there is none. */
static const struct pl_finding *finding_of(const char *built, const char *source)
{
    static const char *const rungs[] = {"code.features", "data.array", "elf.strings", "data.referenced"};
    char others[8192] = "";
    size_t n = 0;
    FILE *f = fopen("k.c", "w");
    assert_non_null(f);
    assert_true(fputs(built, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(system("gcc -O2 k.c -o k.out && strip -s k.out"), 0);
    assert_int_equal(pl_io_read("k.out", 1 << 24, &image, &n, &err), PL_OK);
    for (int i = 0; i < 60; i++) /* what is in one function of two says nothing */
        (void)snprintf(others + strlen(others), sizeof others - strlen(others),
                       "int other%d(int x)\n{\n    return printf(\"other %d of the words\\n\");\n}\n", i,
                       i * 7);
    add_source(0, "keys.c", source);
    add_source(0, "others.c", others);
    (void)add_file; /* of the fixture */
    assert_int_equal(pl_index_build(trees, 2, 1, &ix, &err), PL_OK);
    assert_int_equal(pl_literals_build(ix, NULL, 0, 1, &literals, &err), PL_OK);
    assert_int_equal(pl_codebase_build(ix, 1, &codebase, &err), PL_OK);
    assert_int_equal(pl_tables_build(ix, 1, &tables, &err), PL_OK);
    with_codebase = codebase;
    with_literals = literals;
    with_tables = tables;
    struct pl_file *file = add_bytes("usr/bin/k", pl_bytes_of(image, n));
    for (size_t i = 0; i < sizeof rungs / sizeof rungs[0]; i++)
        apply(rungs[i], file);
    for (size_t i = 0; i < file->findings.list.n; i++)
        if (strcmp(file->findings.list.v[i].tag, "data.replaced-table") == 0)
            return &file->findings.list.v[i];
    return NULL;
}

static const struct pl_finding *finding_for(unsigned n_built, uint32_t seed, const char *arm)
{
    char built[4096];
    char source[4096];
    write_program(built, sizeof built, n_built, seed, " ");
    write_program(source, sizeof source, 32, 1, arm);
    return finding_of(built, source);
}

static void a_table_that_was_written_over_is_an_error_at_its_bytes(void **state)
{
    const struct pl_finding *f = finding_for(32, 99, " ");
    assert_non_null(f);
    assert_int_equal(f->severity, PL_SEVERITY_ERROR);
    assert_int_equal(f->length, 32 * 4);
    assert_non_null(strstr(f->message, "keys.c:2"));
}

static void the_table_of_the_source_is_none(void **state)
{
    assert_null(finding_for(32, 1, " "));
}

static void a_table_of_another_size_is_none(void **state)
{
    assert_null(finding_for(40, 99, " "));
}

static void a_table_with_arms_may_be_another(void **state)
{
    assert_null(finding_for(32, 99, "\n#ifdef SMALL\n 77,\n#else\n 78,\n#endif\n"));
}

static void a_table_with_names_in_it_may_have_other_values(void **state)
{
    assert_null(finding_for(32, 99, "\n#define START 5\n START +"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_table_that_was_written_over_is_an_error_at_its_bytes, set_up, end),
        cmocka_unit_test_setup_teardown(the_table_of_the_source_is_none, set_up, end),
        cmocka_unit_test_setup_teardown(a_table_of_another_size_is_none, set_up, end),
        cmocka_unit_test_setup_teardown(a_table_with_arms_may_be_another, set_up, end),
        cmocka_unit_test_setup_teardown(a_table_with_names_in_it_may_have_other_values, set_up, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
