/*
 * feature_code_counted.c - texts of Go and Rust, which have no NUL: where each ends is said by a number beside its address.
 *
 * The programs are assembled here; a table of functions makes one of them Go's, the path of a file of its library makes the other Rust's.
 */
#include "code_test.h"
#include "go_program.h"

static const char rust_program[] = ".intel_syntax noprefix\n.text\n" EXPORTED(
    "hello", "lea rdi, [rip + pool + 15]\nlea rdx, [rip + place]\nmov esi, 16\ncall other@plt\n"
             "lea rax, [rip + pool]\nmov ecx, 15\ncall other@plt\n"
             "mov r8d, 9\nlea rdi, [rip + pool + 31]\ncall other@plt\n")
    EXPORTED("copies",
             "lea r14, [rip + pool + 31]\nlea rdi, [rsp + 8]\nmov edx, 15\nmov rsi, r14\ncall other@plt\n")
        EXPORTED("other", "lea rdi, [rip + alone]\nnop\n") POOL
    ".section .rodata\nfile: .ascii \"library/core/src/panicking.rs\"\n"
    ".section .data.rel.ro, \"aw\"\nplace: .quad pool + 31, 15\n";

/* The same on AArch64: in the next register, by MOVZ and by ORR; two stored at once. */
static const char arm_program[] =
    ".text\n.globl hello\n.type hello, %function\nhello:\nadrp x0, pool\nadd x0, x0, :lo12:pool\n"
    "mov x1, #15\nbl other\n"
    "mov x3, #40\nadrp x2, pool + 15\nadd x2, x2, :lo12:pool + 15\norr x3, xzr, #16\nbl other\n"
    "adrp x9, pool + 31\nadd x9, x9, :lo12:pool + 31\nmov x11, #15\nstp x9, x11, [sp, #16]\nbl other\n"
    "mov x7, #9\nadrp x5, pool\nadd x5, x5, :lo12:pool\nret\n.size hello, . - hello\nother:\nret\n"
    ".section .rodata\npool: .ascii \"the first wordsthe second wordsthe third words\"\n.byte 0\n"
    "file: .ascii \"library/core/src/panicking.rs\"\n";

static unsigned count_strings(const struct pl_code *c, const struct pl_function *f)
{
    unsigned n = 0;
    for (uint32_t k = 0; k < f->n_atoms; k++)
        n += c->atoms[f->first_atom + k].kind == PL_ATOM_STRING;
    return n;
}

static void a_number_ends_a_text_of_go(void **state)
{
    (void)state;
    struct image im;
    assert_true(assemble(go_program, "-no-pie -static"));
    load(&im, "counted.out");
    assert_true(im.code.is_go);
    const struct pl_function *hello = named(&im.code, "main.hello");
    assert_non_null(hello);
    assert_true(pl_bytes_eq_str(hello->file, "/build/app/main.go"));
    assert_non_null(atom(&im.code, hello, PL_ATOM_STRING, "the second words")); /* in the register behind */
    assert_non_null(atom(&im.code, hello, PL_ATOM_STRING, "the first words"));  /* the number came before */
    assert_non_null(atom(&im.code, hello, PL_ATOM_STRING, "the third words")); /* stored behind the pointer */
    assert_int_equal(count_strings(&im.code, hello), 3);
    const struct pl_function *inner = named(&im.code, "main.hello.func1");
    assert_non_null(inner);
    assert_non_null(
        atom(&im.code, inner, PL_ATOM_STRING, "the second words")); /* stored before the pointer */
    unload(&im);
}

static void what_no_number_ends_is_data(void **state)
{
    (void)state;
    struct image im;
    assert_true(assemble(go_program, "-no-pie -static"));
    load(&im, "counted.out");
    const struct pl_function *f = named(&im.code, "main.(*T).Unknown");
    assert_non_null(f);
    assert_int_equal(count_strings(&im.code, f), 0);
    assert_non_null(atom(&im.code, f, PL_ATOM_DATA, NULL));
    unload(&im);
}

static void a_function_literal_is_a_part_of_its_function(void **state)
{
    (void)state;
    struct image im;
    assert_true(assemble(go_program, "-no-pie -static"));
    load(&im, "counted.out");
    const struct pl_function *inner = named(&im.code, "main.hello.func1");
    assert_non_null(inner);
    assert_ptr_equal(&im.code.functions[inner->owner], named(&im.code, "main.hello"));
    unload(&im);
}

/* Its functions are in no table of Go's. */
static void c_in_a_go_program_has_texts_with_a_nul(void **state)
{
    (void)state;
    struct image im;
    bool found = false;
    assert_true(assemble(go_program, "-no-pie -static"));
    load(&im, "counted.out");
    for (size_t i = 0; i < im.code.n_functions; i++)
        found = found || atom(&im.code, &im.code.functions[i], PL_ATOM_STRING, "a text of C") != NULL;
    assert_true(found);
    unload(&im);
}

static void a_number_ends_a_text_of_rust(void **state)
{
    (void)state;
    struct image im;
    assert_true(assemble(rust_program, "-shared"));
    load(&im, "counted.out");
    assert_true(im.code.is_rust);
    const struct pl_function *hello = named(&im.code, "hello");
    assert_non_null(hello);
    assert_non_null(
        atom(&im.code, hello, PL_ATOM_STRING, "the second words"));            /* in the order of arguments */
    assert_non_null(atom(&im.code, hello, PL_ATOM_STRING, "the first words")); /* in the next instruction */
    assert_int_equal(count_strings(&im.code, hello), 2);                       /* r8 is no length of rdi */
    bool found = false;
    for (size_t i = 0; i < im.code.n_slots; i++)
        found = found || pl_bytes_eq_str(im.code.slots[i].text, "the third words");
    assert_true(found); /* beside the pointer in data */
    unload(&im);
}

static void an_address_or_a_number_is_followed_into_another_register(void **state)
{
    (void)state;
    struct image im;
    assert_true(assemble(rust_program, "-shared"));
    load(&im, "counted.out");
    const struct pl_function *copies = named(&im.code, "copies");
    assert_non_null(copies);
    assert_non_null(atom(&im.code, copies, PL_ATOM_STRING, "the third words"));
    unload(&im);
}

static void c_in_a_rust_program_has_texts_with_a_nul(void **state)
{
    (void)state;
    struct image im;
    assert_true(assemble(rust_program, "-shared"));
    load(&im, "counted.out");
    assert_non_null(atom(&im.code, named(&im.code, "other"), PL_ATOM_STRING, "a text of C"));
    unload(&im);
}

static void a_number_ends_a_text_on_aarch64(void **state)
{
    (void)state;
    struct image im;
    FILE *f = fopen("counted.s", "w");
    assert_non_null(f);
    assert_true(fputs(arm_program, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(
        system("clang -target aarch64-linux-gnu -nostdlib -shared -fuse-ld=lld -Wl,-Bsymbolic -o counted.out "
               "counted.s 2>counted.log"),
        0);
    load(&im, "counted.out");
    const struct pl_function *hello = named(&im.code, "hello");
    assert_non_null(hello);
    assert_non_null(atom(&im.code, hello, PL_ATOM_STRING, "the first words"));
    assert_non_null(atom(&im.code, hello, PL_ATOM_STRING, "the second words"));
    assert_non_null(atom(&im.code, hello, PL_ATOM_STRING, "the third words"));
    assert_int_equal(count_strings(&im.code, hello), 3); /* x7 is no length of x5 */
    unload(&im);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_ends_a_text_of_go),
        cmocka_unit_test(what_no_number_ends_is_data),
        cmocka_unit_test(a_function_literal_is_a_part_of_its_function),
        cmocka_unit_test(c_in_a_go_program_has_texts_with_a_nul),
        cmocka_unit_test(a_number_ends_a_text_of_rust),
        cmocka_unit_test(an_address_or_a_number_is_followed_into_another_register),
        cmocka_unit_test(c_in_a_rust_program_has_texts_with_a_nul),
        cmocka_unit_test(a_number_ends_a_text_on_aarch64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
