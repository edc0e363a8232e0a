/*
 * format_text_go_names.c - what a Go linker's name of a function is made of.
 */
#include "unit.h"

#include "format/text/go_names.h"

static void parts_are(const char *symbol, const char *package, const char *scope, const char *name,
                      const char *outer)
{
    struct pl_go_function f;
    assert_true(pl_go_function_of(pl_bytes_of_str(symbol), &f));
    assert_true(pl_bytes_eq_str(f.package, package));
    assert_true(pl_bytes_eq_str(f.scope, scope));
    assert_true(pl_bytes_eq_str(f.name, name));
    assert_true(pl_bytes_eq_str(f.outer, outer));
}

static void functions_and_methods(void **state)
{
    (void)state;
    parts_are("main.main", "main", "", "main", "");
    parts_are("encoding/json.(*decodeState).value", "encoding/json", "decodeState", "value", "");
    parts_are("time.Time.String", "time", "Time", "String", "");
    parts_are("gopkg.in/yaml%2ev3.Marshal", "gopkg.in/yaml%2ev3", "", "Marshal", "");
    parts_are("main.init.0", "main", "", "init", "");
}

static void what_stands_inside_a_function_names_it(void **state)
{
    (void)state;
    parts_are("main.run.func1", "main", "", "run", "main.run");
    parts_are("main.run.func1.2", "main", "", "run", "main.run");
    parts_are("net/http.(*Server).Serve.func2", "net/http", "Server", "Serve", "net/http.(*Server).Serve");
    parts_are("main.run.gowrap1", "main", "", "run", "main.run");
    parts_are("main.T.Run-fm", "main", "T", "Run", "main.T.Run");
    parts_are("main.init.0.func1", "main", "", "init", "main.init.0");
}

static void type_arguments_are_left_out(void **state)
{
    (void)state;
    parts_are("main.Map[...]", "main", "", "Map", "");
    parts_are("main.(*List[go.shape.int]).Push", "main", "List", "Push", "");
    parts_are("main.Map[github.com/a/b.T].func1", "main", "", "Map", "main.Map[github.com/a/b.T]");
}

static void other_names_are_none(void **state)
{
    (void)state;
    struct pl_go_function f;
    static const char *const names[] = {"",
                                        "main",
                                        ".",
                                        "main.",
                                        "type:.eq.main.key",
                                        "type..eq.main.key",
                                        "go:buildid",
                                        "_cgo_topofstack",
                                        "main.(*",
                                        "main.(*T)",
                                        "[].a"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_false(pl_go_function_of(pl_bytes_of_str(names[i]), &f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_and_methods),
        cmocka_unit_test(what_stands_inside_a_function_names_it),
        cmocka_unit_test(type_arguments_are_left_out),
        cmocka_unit_test(other_names_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
