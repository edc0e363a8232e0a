/*
 * corpus_literals_compiled.c - what the compilers of Go and Rust make of literals, and what they do not make.
 */
#include "source_tree.h"

#include "corpus/literals.h"

static const char git_rs[] =
    "use log::*;\nfn scan(n: usize, name: &str) {\n    assert!(n >= 1 && name[0] == b'x');\n"
    "    println!(\"found {} entries in {:?}, as said\", n, name);\n    write!(f, \"{{{}}}\", name);\n"
    "    debug!(\"nothing to do\");\n}\n";
static const char proc_go[] =
    "package runtime\n\nfunc dump(p *p) {\n\tprintln(\"runtime: p\", p.id, \"flushGen\", p.gen)\n"
    "\tprint(\"]\\n\", \"\\tmorebuf={pc:\", hex(p.pc))\n\tprintln(\"at\", p.pc, \"alone\", p)\n}\n\nvar "
    "buildVersion string\n"
    "var table string = \"\" + // Size: 6 bytes\n\t\"\\x00one\" +\n\t\" two\"\n\nvar sum = \"three \" + name "
    "+ \"four\"\n";

struct fixture {
    struct pl_source_tree tree;
    struct pl_index *index;
    struct pl_literals *literals;
    struct pl_arena arena;
    struct pl_err err;
};

static void open_set(struct fixture *x)
{
    struct pl_source_tree *trees[] = {&x->tree};
    memset(x, 0, sizeof *x);
    x->tree.name = "test";
    add_source(&x->tree, "registry/users-0.11.0/src/fs/feature/git.rs", git_rs);
    add_source(&x->tree, "registry/users-0.11.0/src/theme/mod.rs", "pub fn theme() {}\n");
    add_source(&x->tree, "runtime/proc.go", proc_go);
    add_source(&x->tree, "src/other.c", "char *a = \"in C\"; char *b = \"alone\";\n");
    pl_arena_init(&x->arena, SIZE_MAX);
    assert_int_equal(pl_index_build(trees, 1, 1, &x->index, &x->err), PL_OK);
    assert_int_equal(pl_literals_build(x->index, NULL, 0, 1, &x->literals, &x->err), PL_OK);
}

static void close_set(struct fixture *x)
{
    pl_literals_free(x->literals);
    pl_index_free(x->index);
    pl_arena_reset(&x->arena);
    PL_VEC_FREE(&x->tree.files);
}

static void is_explained_by(struct fixture *x, const char *string, const char *rule)
{
    struct pl_literal_hit hit = {0};
    bool found;
    assert_int_equal(
        pl_literals_explain(x->literals, pl_bytes_of_str(string), &x->arena, &found, &hit, &x->err), PL_OK);
    assert_string_equal(found && hit.rule->is_strict ? hit.rule->name : "", rule);
}

static void an_assertion_of_rust_says_its_condition(void **state)
{
    (void)state;
    struct fixture x;
    open_set(&x);
    is_explained_by(&x, "assertion failed: n >= 1 && name[0] == b\\'x\\'", "literal.macro-text");
    is_explained_by(&x, "assertion failed: n >= 2 && name[0] == b\\'x\\'", "");
    close_set(&x);
}

static void the_places_of_rust_are_modules_and_files(void **state)
{
    (void)state;
    struct fixture x;
    open_set(&x);
    is_explained_by(&x, "exa::fs::feature::git", "literal.rust-place");
    is_explained_by(&x, "exa::theme", "literal.rust-place");
    is_explained_by(&x, "/registry/users-0.11.0/src/fs/feature/git.rs", "literal.rust-place");
    is_explained_by(&x, "exa::fs::feature::other", "");
    is_explained_by(&x, "exa::fs::feature::", "");
    is_explained_by(&x, "/home/somebody/src/git.rs", "");
    close_set(&x);
}

static void a_format_of_rust_is_its_pieces(void **state)
{
    (void)state;
    struct fixture x;
    open_set(&x);
    is_explained_by(&x, " entries in ", "literal.rust-piece");
    is_explained_by(&x, ", as said\n", "literal.rust-piece");
    is_explained_by(&x, " entries out ", "");
    close_set(&x);
}

static void print_of_go_joins_and_parts_with_spaces(void **state)
{
    (void)state;
    struct fixture x;
    open_set(&x);
    is_explained_by(&x, "runtime: p ", "literal.go-joined");
    is_explained_by(&x, " flushGen ", "literal.go-joined");
    is_explained_by(&x, "]\n\tmorebuf={pc:", "literal.go-joined");
    is_explained_by(&x, "runtime: q ", "");
    is_explained_by(&x, " alone ", "literal.go-joined"); /* C has it, too */
    is_explained_by(&x, " in C ", "");                   /* and no println */
    close_set(&x);
}

static void literals_of_go_that_a_plus_joins_are_one(void **state)
{
    (void)state;
    struct fixture x;
    open_set(&x);
    is_explained_by(&x, "one two", "literal.nul-piece");
    is_explained_by(&x, "one two three four", "");
    close_set(&x);
}

static void the_version_of_go_is_the_linkers(void **state)
{
    (void)state;
    struct fixture x;
    open_set(&x);
    is_explained_by(&x, "go1.19.8", "literal.go-version");
    is_explained_by(&x, "go1.22", "literal.go-version");
    is_explained_by(&x, "go1.22rc1", "literal.go-version");
    is_explained_by(&x, "go1.19.8 http", "");
    is_explained_by(&x, "go1.", "");
    is_explained_by(&x, "go2.1", "");
    close_set(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_assertion_of_rust_says_its_condition),
        cmocka_unit_test(the_places_of_rust_are_modules_and_files),
        cmocka_unit_test(a_format_of_rust_is_its_pieces),
        cmocka_unit_test(print_of_go_joins_and_parts_with_spaces),
        cmocka_unit_test(literals_of_go_that_a_plus_joins_are_one),
        cmocka_unit_test(the_version_of_go_is_the_linkers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
