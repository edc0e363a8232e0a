/*
 * feature_script_atoms.c - tests of the atoms of scripts: what tools rewrite gives equal atoms, what they keep gives different ones.
 */
#include "feature/script_atoms.h"

#include "unit.h"

static struct pl_script_vocabulary v;
static struct pl_err err;

static struct pl_script_atoms read_atoms(const char *language, const char *text)
{
    struct pl_script_atoms atoms = {0};
    pl_bytes bytes = pl_bytes_of_str(text);
    assert_int_equal(pl_script_atoms(&v, bytes, pl_lex_language_named(language), false, &atoms, &err), PL_OK);
    return atoms;
}

static bool are_equal(const char *language_a, const char *a, const char *language_b, const char *b)
{
    struct pl_script_atoms x = read_atoms(language_a, a);
    struct pl_script_atoms y = read_atoms(language_b, b);
    bool is_equal = x.list.n == y.list.n;
    for (size_t i = 0; is_equal && i < x.list.n; i++)
        is_equal = x.list.v[i].hash == y.list.v[i].hash;
    PL_VEC_FREE(&x.list);
    PL_VEC_FREE(&y.list);
    return is_equal;
}

static void assert_same(const char *a, const char *b)
{
    if (!are_equal("typescript", a, "javascript", b))
        fail_msg("not the same atoms: %s | %s", a, b);
}

static void assert_other(const char *a, const char *b)
{
    if (are_equal("typescript", a, "javascript", b))
        fail_msg("the same atoms: %s | %s", a, b);
}

static void local_names_are_erased(void **state)
{
    assert_same("function add(first, second) { const sum = first.value + second.value; return sum }",
                "function a(b,c){return b.value+c.value}");
}

static void neighbouring_literals_are_joined(void **state)
{
    assert_same("x = 'ab' + \"cd\" + `ef`", "x=\"abcdef\"");
    assert_same("x = `a${y}b`", "x=\"a\"+y+\"b\"");
    assert_same("x = `a${y}b`", "x=\"a\".concat(y,\"b\")");
    assert_same("x = 'a' + ('b' + y)", "x=\"ab\"+y");
    assert_other("f('a', 'b')", "f(\"ab\")");
    assert_same("x = 'ab' + (y === 'c' ? 'd' : 'e')", "x=\"ab\"+(\"c\"===y?\"d\":\"e\")");
}

static void what_an_amd_module_imports_by_path_is_no_atom(void **state)
{
    assert_same("define(['./a', './b'], function (a) { return a.value })",
                "define([],function(a){return a.value})");
    assert_same("define('name', ['./a', '../b'], function (a) { return a.value })",
                "define('name',[],function(a){return a.value})");
    assert_other("define(['other'], function (a) { return a.value })",
                 "define([],function(a){return a.value})");
    assert_other("f(['./a'])", "f([])");
}

static void a_raw_template_has_no_escapes(void **state)
{
    assert_same("f(String.raw`@(\\)`)", "f(String.raw,\"@(\\\\)\")");
    assert_other("f(String.raw`a\\nb`)", "f(String.raw,\"a\\nb\")");
    assert_same("f(x.y`a\\nb`)", "f(x.y,\"a\\nb\")");
}

static void numbers_of_modules_are_no_atoms(void **state)
{
    assert_same("x.list = require('./left')",
                "z={14:[function(require){x.list=require(77)},{\"./left\":77}],77:y};");
    assert_other("x = f(77)", "x=f(78)");
}

static void a_split_string_is_the_list_of_its_words(void **state)
{
    assert_same("x = ['left', 'right', 'top']", "x=\"left,right,top\".split(\",\")");
    assert_same("x = ('left,right,' +\n 'top').split(',')", "x=[\"left\",\"right\",\"top\"]");
    assert_other("x = ['left', 'right', 'top']", "x=\"left,right,bottom\".split(\",\")");
    assert_other("x = ['left', 'right', 'top']", "x=\"left,right,top\".split(y)");
}

static void numbers_have_one_form(void **state)
{
    assert_same("x = 60 * 1000", "x=6e4");
    assert_same("x = 0xff00 + 1_000 + 0.50", "x=65280+1e3+.5");
    assert_same("x = 1 << 10", "x=1024");
    assert_same("x = 128 << (24 - a)", "x=128<<24-a");
    assert_same("x = -1 << 10", "x=-1024");
    assert_same("x = true; y = undefined", "x=!0;y=void 0");
    assert_same("o[\"128\"]", "o[128]");
    assert_other("x = 300", "x=301");
}

static void keys_and_properties_are_one(void **state)
{
    assert_same("o['key'] = {'other': 1}", "o.key={other:1}");
    assert_same("o?.key", "null==o?void 0:o.key");
    assert_same("({ one, two })", "({one:a,two:b})");
}

static void lists_of_imports_and_relative_paths_are_no_atoms(void **state)
{
    assert_same("import a, { bcd } from './x'; export { efg } from '../y'; bcd()",
                "var a=require(\"./z\");a.bcd()");
    assert_other("import a from 'pkg'", "var a=require(\"other\")");
}

static void types_are_passed_over(void **state)
{
    assert_same("interface A { b: string; c?: { d: 'x' } }\ntype E = 'f' | { g: 1 }\nfoo.bar(1000)",
                "foo.bar(1e3)");
    assert_same("declare module 'x';\nq.r", "q.r");
}

static void type_tests_are_no_atoms(void **state)
{
    assert_same("typeof x === 'undefined' && y.z", "\"undefined\"!=typeof x||y.z");
    assert_other("x = 'undefined!'", "x = 1");
}

static void what_a_program_says_and_calls_are_atoms(void **state)
{
    assert_other("fetch(a)", "f(a)");
    assert_other("a.push(b)", "a.shift(b)");
    assert_other("x = 'https://example.org/a'", "x = 'https://example.org/b'");
    assert_other("/a+/g.test(x)", "/a*/g.test(x)");
}

static void escapes_do_not_hide_a_string(void **state)
{
    struct pl_script_atoms odd = read_atoms("javascript", "x=\"\\x65\\x76\\x61\\x6c\"");
    assert_same("x = 'eval'", "x=\"\\x65\\u0076\\x61\\x6c\"");
    assert_int_equal(odd.list.n, 1);
    assert_true(odd.list.v[0].is_escaped);
    assert_true(odd.list.v[0].flags & PL_NAME_SENSITIVE);
    PL_VEC_FREE(&odd.list);
}

static void jsx_is_what_it_is_compiled_to(void **state)
{
    assert_true(are_equal("jsx", "x = <div title=\"ab\">text one</div>", "javascript",
                          "x=h(\"div\",{title:\"ab\"},\"text one\")"));
}

static int set_up(void **state)
{
    pl_script_vocabulary_init(&v, 7);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(local_names_are_erased),
        cmocka_unit_test(neighbouring_literals_are_joined),
        cmocka_unit_test(a_raw_template_has_no_escapes),
        cmocka_unit_test(what_an_amd_module_imports_by_path_is_no_atom),
        cmocka_unit_test(numbers_of_modules_are_no_atoms),
        cmocka_unit_test(a_split_string_is_the_list_of_its_words),
        cmocka_unit_test(numbers_have_one_form),
        cmocka_unit_test(keys_and_properties_are_one),
        cmocka_unit_test(lists_of_imports_and_relative_paths_are_no_atoms),
        cmocka_unit_test(types_are_passed_over),
        cmocka_unit_test(type_tests_are_no_atoms),
        cmocka_unit_test(what_a_program_says_and_calls_are_atoms),
        cmocka_unit_test(escapes_do_not_hide_a_string),
        cmocka_unit_test(jsx_is_what_it_is_compiled_to),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
