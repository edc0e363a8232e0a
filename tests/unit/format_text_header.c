/*
 * format_text_header.c - which definitions of a header become lines, and what is left of their bodies.
 */
#include "unit.h"

#include "format/text/header.h"

static void assert_thin(const char *header, const char *lines)
{
    struct pl_buf out;
    pl_buf_init(&out, 1 << 20);
    pl_header_thin(pl_bytes_of_str(header), &out);
    pl_buf_add_byte(&out, 0);
    assert_int_equal(out.why, PL_OK);
    assert_string_equal((char *)out.p, lines);
    pl_buf_reset(&out);
}

static void macros_become_lines_with_their_parameters(void **state)
{
    assert_thin("#define errno (*__errno_location ()) /* c */\n", "errno (*__errno_location ())\n");
    assert_thin("# define F(a, ...) g (a, \\\n   \"x\" #a)\nint x;\n", "F(a,...) g (a, \"x\" #a)\n");
    assert_thin("#if A\n#define P q\n#else\n#define P r\n#endif\n", "P q\nP r\n");
}

static void defaults_of_template_parameters_hide_no_class(void **state)
{
    assert_thin(
        "template<typename T, typename A = std::allocator<T> > class vector : protected base<T, A> {\n"
        "  void grow(int n) { fail(\"too long\"); }\n};\n",
        "grow{ fail(\"too long\");\n");
    assert_thin("template <int N = (4 > 3), class T = a<b<c>>> int f(T x) { return g(x); }\n",
                "f{ return g(x);\n");
    assert_thin("template <class T;\nint f(void) { g(); }\n", "f{ g();\n");
}

static void what_initialises_members_belongs_to_the_constructor(void **state)
{
    assert_thin("struct a { a(int n) : base(check(n)), x(n) { begin(); } };\n",
                "a{ base(check(n)), x(n); begin();\n");
    assert_thin("int n::f(int x) { g(); }\n", "f{ g();\n");
}

static void arms_that_open_a_block_each_close_it_once(void **state)
{
    assert_thin("#if A\nint f(a x) {\n#else\nint f(b x) {\n#endif\n g(x); }\nint h(void) { k(); }\n",
                "f{ #endif g(x);\nh{ k();\n");
    assert_thin(
        "int f(void) {\n#if A\n if (a) {\n#else\n if (b) {\n#endif\n c(); } }\nint h(void) { k(); }\n",
        "f{ #if A if (a) {#else if (b) {#endif c(); }\nh{ k();\n");
}

static void uses_of_a_macro_that_the_user_defines_keep_their_texts(void **state)
{
    assert_thin("#define ERR_(a, b) ERR(a, b)\n NO_( none, \"no text\" )\n ERR_( one, \"first text\" )\n "
                "ERR_( two,\n \"second text\" "
                ")\n#endif\nint x;\n",
                "ERR_(a,b) ERR(a, b)\nERR_{ \"first text\"\nERR{ \"first text\"\n"
                "ERR_{ \"second text\"\nERR{ \"second text\"\n");
    assert_thin("int f(const char *x = \"none\") const { g(); }\n", "f{ g();\n");
}

static void operators_have_a_name(void **state)
{
    assert_thin("ostream &operator<<(ostream &o, id x) { return o << \"none\"; }\n",
                "operator{ return o << \"none\";\n");
    assert_thin("bool operator==(id x, id y) { return same(x, y); }\n", "operator{ return same(x, y);\n");
}

static void numbers_alone_say_nothing_unless_they_are_of_a_version(void **state)
{
    assert_thin("#define O_RDONLY 00\n#define EMPTY\n#define FOO_VERSION_MINOR 4\n", "FOO_VERSION_MINOR 4\n");
}

static void inline_functions_become_lines_and_declarations_do_not(void **state)
{
    assert_thin("static inline int f(int a) { if (a) { return g(a); } return 0; }\nint h(int);\n",
                "f{ if (a) { return g(a); } return 0;\n");
    assert_thin(
        "extern \"C\" {\nnamespace std VISIBLE(x) {\nstruct s { int m() const { return call(); } };\n}\n}\n",
        "m{ return call();\n");
    assert_thin("char *__NTH (stpcpy (char *d, const char *s)) { return __chk (d); }\n",
                "__NTH{ return __chk (d);\nstpcpy{ return __chk (d);\n");
}

/* read(), whose words are fd and buf, would lead to whatever calls a parameter so. */
static void a_parameter_is_no_name(void **state)
{
    (void)state;
    assert_thin("inline long recvfrom (int fd, void *buf) { return __recvfrom_alias (fd); }\n",
                "recvfrom{ return __recvfrom_alias (fd);\n");
    assert_thin("inline long f(void *buf, int n) { return g(buf); }\n", "f{ return g(buf);\n");
    assert_thin("inline int WRAP(name, int n) { return g(n); }\n",
                "WRAP{ return g(n);\nname{ return g(n);\n");
}

static void tables_become_lines(void **state)
{
    assert_thin("CODE names[] = { { \"alert\", LOG_ALERT }, { NULL, -1 } };\nint n = 3;\n",
                "names{ { \"alert\", LOG_ALERT }, { NULL, -1 }\n");
}

static void a_renamed_declaration_leads_to_its_symbol(void **state)
{
    assert_thin("extern int __REDIRECT (sscanf, (const char *s), __isoc99_sscanf);\n",
                "sscanf{ extern int __REDIRECT (sscanf, (const char *s), __isoc99_sscanf)\n");
    assert_thin("int foo (void) __asm__ (\"bar\");\n", "foo{ int foo (void) __asm__ (\"bar\")\n");
}

static void an_open_block_ends_with_the_text(void **state)
{
    assert_thin("int f() { g(", "f{ g(\n");
    assert_thin("#define", "");
    assert_thin("#define F(a", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parameter_is_no_name),
        cmocka_unit_test(macros_become_lines_with_their_parameters),
        cmocka_unit_test(defaults_of_template_parameters_hide_no_class),
        cmocka_unit_test(what_initialises_members_belongs_to_the_constructor),
        cmocka_unit_test(arms_that_open_a_block_each_close_it_once),
        cmocka_unit_test(uses_of_a_macro_that_the_user_defines_keep_their_texts),
        cmocka_unit_test(operators_have_a_name),
        cmocka_unit_test(numbers_alone_say_nothing_unless_they_are_of_a_version),
        cmocka_unit_test(inline_functions_become_lines_and_declarations_do_not),
        cmocka_unit_test(tables_become_lines),
        cmocka_unit_test(a_renamed_declaration_leads_to_its_symbol),
        cmocka_unit_test(an_open_block_ends_with_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
