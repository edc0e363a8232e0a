/*
 * feature_java.c - what a .java file declares, what its strings are worth, and what a class file is made of.
 */
#include "feature/java_code.h"
#include "feature/java_source.h"

#include "unit.h"

#include <stdio.h>

/* Every member as "class.name/parameters", anonymous classes by their type; in order of the text. */
static void expect_members(const char *text, const char *want)
{
    struct pl_java_source s;
    struct pl_err err;
    char got[2048] = "";
    assert_int_equal(pl_java_source_read(pl_bytes_of_str(text), test_limits(), 1u << 20, &s, &err), PL_OK);
    for (size_t i = 0; i < s.members.n; i++) {
        const struct pl_java_member *m = &s.members.v[i];
        const struct pl_java_class *c = &s.classes.v[m->class];
        size_t n = strlen(got);
        (void)snprintf(got + n, sizeof got - n, "%s%s%.*s.%.*s/%u", n > 0 ? " " : "",
                       c->name.n == 0 ? "new " : "", PL_ARG(c->name.n > 0 ? c->name : c->super),
                       PL_ARG(m->name), m->n_parameters);
    }
    assert_string_equal(got, want);
    pl_java_source_reset(&s);
}

static void members_have_their_class_and_number_of_parameters(void **state)
{
    (void)state;
    expect_members("class A { int x, y = f(1, 2), z[] = {1}; A(int a) { } static { g(); } }",
                   "A.x/0 A.y/0 A.z/0 A.A/1 A./0");
    expect_members(
        "interface I<T extends Map<K, V>> { @X({1, 2}) T f(Map<String, List<T>> a, int... b) throws E; }",
        "I.f/2");
    expect_members("enum E { A(1) { void f() { } }, B; final int n; E(int n) { } E() { } }",
                   "E.A/0 new E.f/0 E.B/0 E.n/0 E.E/1 E.E/0");
    expect_members("record R(int a, String b) { R { check(a); } }", "R.a/2 R.b/2 R.R/0");
}

static void classes_within_methods_are_found(void **state)
{
    (void)state;
    expect_members("class A { void f() { new B<C>(new D() { int g() { return 1; } }) { void h() { } }; class "
                   "L { int i; } } }",
                   "A.f/0 new D.g/0 new B.h/0 L.i/0");
    expect_members("class A { Runnable r = new Runnable() { public void run() { } }; Object o = X.class; }",
                   "A.r/0 new Runnable.run/0 A.o/0");
}

static void expect_text(const char *body, bool is_block, const char *want)
{
    struct pl_buf out;
    pl_buf_init(&out, 1024);
    pl_java_decode(pl_bytes_of_str(body), is_block, false, &out);
    assert_true(pl_bytes_eq_str(pl_buf_bytes(&out), want));
    pl_buf_reset(&out);
}

static void strings_are_worth_what_a_class_file_holds(void **state)
{
    (void)state;
    expect_text("a\\tb\\\"\\101\\7", false, "a\tb\"A\a");
    expect_text("\\0", false, "\xc0\x80");
    expect_text("\\u00e9\\uuu20ac", false, "\xc3\xa9\xe2\x82\xac");
    expect_text("\xf0\x9f\x98\x80", false, "\xed\xa0\xbd\xed\xb8\x80");
    expect_text("\n    a\n      b  \n    c\\\n    d\n    ", true, "a\n  b\ncd\n");
}

static void descriptors_are_taken_apart(void **state)
{
    (void)state;
    pl_bytes d = PL_LIT("(I[[Ljava/util/Map$Entry;J)V");
    assert_int_equal(pl_java_argument_count(d), 3);
    assert_true(pl_bytes_eq_str(pl_java_simple_type(pl_java_argument(d, 0)), "int"));
    assert_true(pl_bytes_eq_str(pl_java_simple_type(pl_java_argument(d, 1)), "Entry"));
    assert_true(pl_bytes_eq_str(pl_java_simple_name(PL_LIT("a/B$1Local")), "Local"));
    assert_true(pl_bytes_eq_str(pl_java_simple_name(PL_LIT("a/B$12")), "12"));
    assert_int_equal(pl_java_argument_count(PL_LIT("(L")), 1);
    assert_int_equal(pl_java_argument_count(PL_LIT("")), 0);
}

static pl_bytes seed(uint8_t **heap)
{
    size_t n;
    FILE *f = fopen(PL_TEST_DATA "/../fuzz/seeds/javaclass/Shop.class", "rb");
    assert_non_null(f);
    *heap = malloc(1u << 16);
    assert_non_null(*heap);
    n = fread(*heap, 1, 1u << 16, f);
    (void)fclose(f); /* it was only read */
    return pl_bytes_of(*heap, n);
}

static void every_truncation_of_a_class_is_refused(void **state)
{
    (void)state;
    uint8_t *heap;
    pl_bytes whole = seed(&heap);
    struct pl_javaclass c;
    struct pl_err err;
    for (size_t n = 0; n < whole.n; n++) {
        assert_int_not_equal(pl_javaclass_read(pl_bytes_sub(whole, 0, n), &c, &err), PL_OK);
        pl_javaclass_reset(&c);
    }
    assert_int_equal(pl_javaclass_read(whole, &c, &err), PL_OK);
    assert_int_equal(c.end, whole.n);
    assert_true(pl_bytes_eq_str(c.name, "org/example/Shop"));
    assert_true(pl_bytes_eq_str(c.source_file, "Shop.java"));
    for (size_t i = 0; i < c.attributes.n; i++)
        assert_true(c.attributes.v[i].is_known);
    pl_javaclass_reset(&c);
    free(heap);
}

static void atoms_stand_in_the_order_of_the_code(void **state)
{
    (void)state;
    uint8_t *heap;
    struct pl_javaclass c;
    struct pl_err err;
    pl_java_atoms atoms = {0};
    char got[512] = "";
    assert_int_equal(pl_javaclass_read(seed(&heap), &c, &err), PL_OK);
    for (uint32_t i = 0; i < c.members.n; i++)
        if (pl_bytes_eq_str(c.members.v[i].name, "describe"))
            assert_int_equal(pl_java_code_atoms(&c, i, &atoms, &err), PL_OK);
    for (size_t i = 0; i < atoms.n; i++)
        if (atoms.v[i].kind != PL_JAVA_ATOM_NUMBER) {
            size_t n = strlen(got);
            (void)snprintf(got + n, sizeof got - n, "%.*s|", PL_ARG(atoms.v[i].text));
        }
    assert_string_equal(
        got, "tell|names|size|shop:\x01, \x01 names|$SwitchMap$org$example$Shop$Size|ordinal|trim|");
    PL_VEC_FREE(&atoms);
    pl_javaclass_reset(&c);
    free(heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_have_their_class_and_number_of_parameters),
        cmocka_unit_test(classes_within_methods_are_found),
        cmocka_unit_test(strings_are_worth_what_a_class_file_holds),
        cmocka_unit_test(descriptors_are_taken_apart),
        cmocka_unit_test(every_truncation_of_a_class_is_refused),
        cmocka_unit_test(atoms_stand_in_the_order_of_the_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
