/*
 * feature_code_go.c - the table of a Go program: where its functions begin, their names and files. The programs are those of fuzz/make-code-seeds.py.
 */
#include "code_test.h"

#define SEED(NAME) PL_TEST_DATA "/../fuzz/seeds/code/laid-" NAME

static const struct {
    const char *name;
    const char *file;
    uint64_t bytes;
} functions[] = {{"runtime.main", "/go/src/runtime/proc.go", 11}, {"main.(*T).String", "main.go", 14}};

static void check(const char *path)
{
    struct image im;
    load(&im, path);
    sums_hold(&im.code);
    assert_int_equal(im.code.n_functions, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct pl_function *f = &im.code.functions[i];
        assert_true(pl_bytes_eq_str(f->name, functions[i].name));
        assert_true(pl_bytes_eq_str(f->file, functions[i].file));
        assert_int_equal(f->size, functions[i].bytes);
    }
    unload(&im);
}

static void functions_have_the_names_and_files_of_the_table(void **state)
{
    (void)state;
    check(SEED("go-118"));
    check(SEED("go-120"));
}

static void tables_of_32_bit_programs_have_words_of_four_bytes(void **state)
{
    (void)state;
    check(SEED("go-32"));
}

static void a_table_that_goes_backwards_ends_there(void **state)
{
    struct image im;
    (void)state;
    load(&im, SEED("go-backwards"));
    sums_hold(&im.code);
    assert_non_null(named(&im.code, "a"));
    assert_null(named(&im.code, "b"));
    unload(&im);
}

static bool has_text(const struct pl_code *c, const char *text)
{
    for (size_t i = 0; i < c->n_atoms; i++)
        if (c->atoms[i].kind == PL_ATOM_STRING && pl_bytes_eq_str(c->atoms[i].text, text))
            return true;
    return false;
}

/* "helloworld" stands there: two texts. */
static void texts_end_where_a_number_says(void **state)
{
    static const char *const names[] = {SEED("counted-go"), SEED("counted-rust")};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct image im;
        load(&im, names[i]);
        assert_true(has_text(&im.code, "hello"));
        assert_true(has_text(&im.code, "world"));
        assert_false(has_text(&im.code, "helloworld"));
        unload(&im);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_have_the_names_and_files_of_the_table),
        cmocka_unit_test(tables_of_32_bit_programs_have_words_of_four_bytes),
        cmocka_unit_test(a_table_that_goes_backwards_ends_there),
        cmocka_unit_test(texts_end_where_a_number_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
