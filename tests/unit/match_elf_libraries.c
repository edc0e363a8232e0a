/*
 * match_elf_libraries.c - libraries of the same source, which debian/ puts into packages by patterns and lists in shlibs files.
 */
#include "match_fixture.h"

#include "corpus/literals.h"
#include "io/read.h"

#include <stdio.h>

static struct pl_literals *literals;
static uint8_t *image;

static int end(void **state)
{
    pl_literals_free(literals);
    literals = NULL;
    with_literals = NULL;
    free(image);
    image = NULL;
    return tear_down(state);
}

static struct pl_headers headers; /* of a -dev package of the build; none when its text is empty */

/* Is a program that asks the loader for this library told of it, where debian/ has this file? */
static bool is_foreign(const char *library, const char *path, const char *text)
{
    static const char source[] = "int main(void)\n{\n    return 0;\n}\n";
    char line[1024];
    size_t n = 0;
    FILE *f = fopen("l.c", "w");
    assert_non_null(f);
    assert_true(fputs(source, f) >= 0);
    assert_int_equal(fclose(f), 0);
    (void)snprintf(
        line, sizeof line,
        "gcc -shared -xc /dev/null -Wl,-soname,%s -o l.so && gcc -O2 l.c -Wl,--no-as-needed ./l.so -o l.out",
        library);
    assert_int_equal(system(line), 0);
    assert_int_equal(pl_io_read("l.out", 1 << 24, &image, &n, &err), PL_OK);
    add_source(0, "l.c", source);
    add_source(0, path, text);
    assert_int_equal(pl_index_build(trees, 2, 1, &ix, &err), PL_OK);
    assert_int_equal(pl_literals_build(ix, &headers, headers.text.n > 0, 1, &literals, &err), PL_OK);
    with_literals = literals;
    (void)add_file; /* of the fixture */
    struct pl_file *file = add_bytes("usr/bin/l", pl_bytes_of(image, n));
    apply("elf.imports", file);
    bool is_told = false;
    for (size_t i = 0; i < file->foreign.n; i++)
        is_told = is_told || pl_bytes_eq_str(file->foreign.v[i].text, library);
    return is_told;
}

#define CASE(name, library, path, text, want)                                                                \
    static void name(void **state)                                                                           \
    {                                                                                                        \
        (void)state;                                                                                         \
        assert_int_equal(is_foreign(library, path, text), want);                                             \
    }

CASE(a_pattern_of_what_to_install_names_it, "libqx_kiteu-3.2.so.0", "debian/qx.install",
     "usr/bin/qx\nusr/lib/*/libqx_kite*.so.*\n", false)
CASE(a_pattern_for_another_library_does_not, "libqx_birdu-3.2.so.0", "debian/qx.install",
     "usr/lib/*/libqx_kite*.so.*\n", true)
CASE(a_pattern_for_any_library_does_not, "libqx_kiteu-3.2.so.0", "debian/qx.install", "usr/lib/*/lib*.so.*\n",
     true)
CASE(a_pattern_of_another_end_does_not, "libqx_kiteu-3.2.so.0", "debian/qx.install",
     "usr/lib/*/libqx_kite*.a\n", true)
CASE(a_line_of_shlibs_names_it, "libqx_kiteu-3.2.so.0", "debian/qx.shlibs",
     "libqx_kiteu-3.2 0 qx1 (>= 3.2.1)\n", false)
CASE(a_line_of_shlibs_names_that_version_alone, "libqx_kiteu-3.2.so.1", "debian/qx.shlibs",
     "libqx_kiteu-3.2 0 qx1 (>= 3.2.1)\n", true)

/* libXaw7.so -> libXaw7.so.7 in a -dev package, whose library calls itself libXaw.so.7. */
static void a_library_may_have_its_number_in_the_name_of_the_file_alone(void **state)
{
    static const char *const cases[] = {"libqx_kite.so.7", "libqx_kite.so.8", "libqx_kit.so.7",
                                        "libqx_kite7.so.7"};
    headers = (struct pl_headers){.package = "libqx-dev",
                                  .text = PL_LIT("plumbline headers 8\n@!\nlibqx_kite7.so.7\n")};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(is_foreign(cases[i], "debian/qx.install", "usr/bin/qx\n"), i == 1 || i == 2);
        end(state);
        assert_int_equal(set_up(state), 0);
    }
    headers.text.n = 0;
}

/* libqx4-dev with headers alone is of libqx4.so; where it has a link, that one says how the library is called. */
static void a_library_without_a_version_is_that_of_its_dev_package(void **state)
{
    static const struct {
        const char *library;
        const char *text;
        bool want;
    } cases[] = {{"libqx4.so", "plumbline headers 8\n@usr/include/qx.h\nQX 4\n", false},
                 {"libqx.so", "plumbline headers 8\n@usr/include/qx.h\nQX 4\n", true},
                 {"libqx4.so.1", "plumbline headers 8\n@usr/include/qx.h\nQX 4\n", true},
                 {"libqx4.so", "plumbline headers 8\n@!\nlibqx4.so.1\n", true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        headers = (struct pl_headers){.package = "libqx4-dev", .text = pl_bytes_of_str(cases[i].text)};
        assert_int_equal(is_foreign(cases[i].library, "debian/kite.install", "usr/bin/kite\n"),
                         cases[i].want);
        end(state);
        assert_int_equal(set_up(state), 0);
    }
    headers.text.n = 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_pattern_of_what_to_install_names_it),
        TEST(a_pattern_for_another_library_does_not),
        TEST(a_pattern_for_any_library_does_not),
        TEST(a_pattern_of_another_end_does_not),
        TEST(a_line_of_shlibs_names_it),
        TEST(a_library_may_have_its_number_in_the_name_of_the_file_alone),
        TEST(a_line_of_shlibs_names_that_version_alone),
        TEST(a_library_without_a_version_is_that_of_its_dev_package),
    };
    return cmocka_run_group_tests_name("match_elf_libraries", tests, NULL, NULL);
}
