/*
 * match_code_replaced.c - a constant table that was written over is missed by what refers to it; others are not.
 */
#include "match_program.h"

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

/* The finding about a program that is compiled from `text` and held against `source`; NULL when there is none. */
static const struct pl_finding *finding_of(const char *text, const char *source)
{
    static const char *const rungs[] = {"code.features", "data.array", "elf.strings", "data.referenced"};
    struct pl_file *f = beside(built(text, ""), "keys.c", source);
    for (size_t i = 0; i < sizeof rungs / sizeof rungs[0]; i++)
        apply(rungs[i], f);
    return find(f, "data.replaced-table");
}

static const struct pl_finding *finding_for(unsigned n_built, uint32_t seed, const char *arm)
{
    char shipped[4096];
    char source[4096];
    write_program(shipped, sizeof shipped, n_built, seed, " ");
    write_program(source, sizeof source, 32, 1, arm);
    return finding_of(shipped, source);
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

/* The table of a header, by itself or within an inline function; what is built has other bytes in its place. */
static const struct pl_finding *finding_in_header(bool is_in_function)
{
    char shipped[4096];
    char header[4096];
    write_program(shipped, sizeof shipped, 32, 99, " ");
    write_program(header, sizeof header, 32, 1, " ");
    char *list = strstr(header, "static const unsigned keys");
    char *end = strstr(list, "};") + 2;
    char *body = strstr(shipped, "int main");
    char source[4096];
    char text[8192];
    *end = 0;
    (void)snprintf(text, sizeof text,
                   is_in_function ? "static inline int of(int i)\n{\n%s return keys[i];\n}\n" : "%s\n", list);
    (void)snprintf(source, sizeof source, "#include \"keys.h\"\n%s", body);
    add_source(0, "keys.h", text);
    return finding_of(shipped, source);
}

static void a_table_within_a_function_of_a_header_may_be_anywhere(void **state)
{
    (void)state;
    assert_null(finding_in_header(true));
}

static void a_table_of_a_header_is_one_of_its_users(void **state)
{
    (void)state;
    assert_non_null(finding_in_header(false));
}

/* 64 numbers of one type are laid beside 64 of another, whose bytes are twice as many. */
static const struct pl_finding *finding_of_type(const char *of_source)
{
    char shipped[4096];
    char source[4096];
    static const char body[] =
        "};\nint main(int argc, char **argv)\n{\n    printf(\"the key of %s is %d today\\n\", argv[0], "
        "keys[argc & 15]);\n    return puts(\"every word of it was said\");\n}\n";
    (void)snprintf(shipped, sizeof shipped, "#include <stdio.h>\nstatic const unsigned short keys[] = {");
    (void)snprintf(source, sizeof source, "#include <stdio.h>\nstatic const %s keys[] = {", of_source);
    for (unsigned i = 0; i < 64; i++) {
        (void)snprintf(shipped + strlen(shipped), sizeof shipped - strlen(shipped), "%u,",
                       (i * i * 40503u + 7777u) & 0xffffu);
        (void)snprintf(source + strlen(source), sizeof source - strlen(source), "%u,",
                       (i * i * 89u + 41u) & 0xffu);
    }
    (void)strcat(shipped, body);
    (void)strcat(source, body);
    return finding_of(shipped, source);
}

static void a_table_of_another_type_has_another_size(void **state)
{
    assert_non_null(finding_of_type("unsigned short"));
    end(state);
    assert_int_equal(set_up(state), 0);
    assert_null(finding_of_type("unsigned char"));
    end(state);
    assert_int_equal(set_up(state), 0);
    assert_non_null(finding_of_type("keys_of_ours"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_table_that_was_written_over_is_an_error_at_its_bytes, set_up, end),
        cmocka_unit_test_setup_teardown(the_table_of_the_source_is_none, set_up, end),
        cmocka_unit_test_setup_teardown(a_table_of_another_size_is_none, set_up, end),
        cmocka_unit_test_setup_teardown(a_table_of_a_header_is_one_of_its_users, set_up, end),
        cmocka_unit_test_setup_teardown(a_table_within_a_function_of_a_header_may_be_anywhere, set_up, end),
        cmocka_unit_test_setup_teardown(a_table_of_another_type_has_another_size, set_up, end),
        cmocka_unit_test_setup_teardown(a_table_with_arms_may_be_another, set_up, end),
        cmocka_unit_test_setup_teardown(a_table_with_names_in_it_may_have_other_values, set_up, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
