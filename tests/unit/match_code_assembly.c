/*
 * match_code_assembly.c - functions without any string or call, written in assembly: found by their instructions, however these are spelled.
 */
#include "code_test.h"
#include "source_tree.h"

#include "base/buf.h"

#include "feature/mnemonics.h"
#include "match/code_align.h"

#include <stdio.h>

/* What is assembled: two functions of one file, one of them local and made by a macro. */
static const char gas[] =
    "#define TURN(a, b) rorl $7, a; \\\n\txorl b, a; \\\n\tbswap a\n"
    ".macro twice r\n\tadcl \\r, \\r\n\tnotl \\r\n.endm\n"
    ".text\n.globl first\n.type first,@function\nfirst:\n.cfi_startproc\n"
    "\tmovl %edi, %eax\n\timull %esi, %eax\n1:\tTURN(%eax, %esi)\n\tsubl $1, %esi\n"
    "\tjne 1b\n\ttwice %eax\n\tret\n.cfi_endproc\n.size first,.-first\n"
    ".type second,@function\nsecond:\n.cfi_startproc\n\tmovd %edi, %xmm0\n\tpunpckldq %xmm0, %xmm0\n"
    "\tpshufd $0, %xmm0, %xmm0\n\tpmuludq %xmm0, %xmm0\n\tpsrlq $3, %xmm0\n"
    "\tpaddd %xmm0, %xmm0\n\tpxor %xmm0, %xmm0\n\tpor %xmm0, %xmm0\n\tpand %xmm0, %xmm0\n\tpsubw %xmm0, "
    "%xmm0\n\tpmaddwd %xmm0, %xmm0\n"
    "\tmovq %xmm0, %rax\n\tje 1f\n\tcltq\n1:\trep; ret\n.cfi_endproc\n.size second,.-second\n";

static const char nasm[] =
    "%macro TURN 2\n    ror %1, 7 ; a comment\n    xor %1, %2\n    bswap %1\n%endmacro\n"
    "%macro twice 1\n adc %1, %1\n not %1\n%endmacro\n"
    "SECTION .text\nglobal first\nglobal second\nfirst:\n    mov eax, edi\n    imul eax, esi\n"
    ".again:\n    TURN eax, esi\n    sub esi, 1\n    jnz .again\n    twice eax\n    ret\n"
    "second:\n    movd xmm0, edi\n    punpckldq xmm0, xmm0\n    pshufd xmm0, xmm0, 0\n"
    "    pmuludq xmm0, xmm0\n    psrlq xmm0, 3\n"
    "    paddd xmm0, xmm0\n    pxor xmm0, xmm0\n    por xmm0, xmm0\n    pand xmm0, xmm0\n    psubw xmm0, "
    "xmm0\n    pmaddwd xmm0, xmm0\n"
    "    movq rax, xmm0\n    jz .end\n    cdqe\n"
    ".end:\n    ret\n";

static const char perl[] =
    "#!/usr/bin/env perl\n$xlate=\"x86_64-xlate.pl\";\nopen OUT,\"| \\\"$^X\\\" $xlate $output\";\n"
    "sub TURN {\n  my ($a,$b)=@_;\n$code.=<<___;\n\tror\t\\$7,$a\t# "
    "don't\n\txor\t$b,$a\n\tbswap\t$a\n___\n}\n"
    "$func=\"first\";\n$code.=<<___;\n.text\n.globl\t$func\n.type\t$func,\\@function,2\n$func:\n"
    "\tmov\t%edi,%eax\n\timul\t%esi,%eax\n.Lagain:\n___\n&TURN(\"%eax\",\"%esi\");\n$code.=<<___;\n"
    "\tsub\t\\$1,%esi\n\tjne\t.Lagain\n___\n$code.=\"\\tadc\\t%eax,%eax\\n\";\n$code.=<<___;\n\tnot\t%"
    "eax\n\tret\n"
    ".size\t$func,.-$func\n.type\tsecond,\\@abi-omnipotent\nsecond:\n\tmovd\t%edi,%xmm0\n"
    "\tpunpckldq\t%xmm0,%xmm0\n\tpshufd\t\\$0,%xmm0,%xmm0\n\tpmuludq\t%xmm0,%xmm0\n\tpsrlq\t\\$3,%xmm0\n"
    "\tpaddd\t%xmm0,%xmm0\n\tpxor\t%xmm0,%xmm0\n\tpor\t%xmm0,%xmm0\n\tpand\t%xmm0,%xmm0\n\tpsubw\t%xmm0,%"
    "xmm0\n\tpmaddwd\t%xmm0,%xmm0\n"
    "\tmovq\t%xmm0,%rax\n\tjz\t.Lend\n\tcltq\n.Lend:\n\tret\n.size\tsecond,.-second\n___\nclose STDOUT;\n";

/* Other instructions in most places. */
static const char other[] =
    ".text\n.globl first\n.type first,@function\nfirst:\n\tmovl %edi, %eax\n\timull %esi, %eax\n"
    "1:\trorl $7, %eax\n\txorl %esi, %eax\n\taddl %eax, %eax\n\tdecl %esi\n\tjs 1b\n"
    "\tcmpl %eax, %edi\n\tsbbl %eax, %eax\n\tret\n.size first,.-first\n";

struct fixture {
    struct image image;
    struct pl_source_tree tree;
    struct pl_index *index;
    struct pl_codebase *codebase;
    struct pl_aligner aligner;
};

static void open_case(struct fixture *x, const char *path, const char *source)
{
    FILE *f = fopen("a.S", "w");
    memset(x, 0, sizeof *x);
    assert_non_null(f);
    assert_true(fputs(gas, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(system("gcc -shared -nostdlib a.S -o a.so && strip -s a.so"), 0);
    load(&x->image, "a.so");
    x->tree.name = "test";
    add_source(&x->tree, path, source);
    struct pl_source_tree *trees[] = {&x->tree};
    assert_int_equal(pl_index_build(trees, 1, 1, &x->index, NULL), PL_OK);
    assert_int_equal(pl_codebase_build(x->index, test_limits(), 1, &x->codebase, NULL), PL_OK);
    assert_int_equal(pl_code_align(&x->aligner, x->codebase, &x->image.code, NULL, NULL, 1, NULL), PL_OK);
}

static void close_case(struct fixture *x)
{
    pl_aligner_reset(&x->aligner);
    pl_codebase_free(x->codebase);
    pl_index_free(x->index);
    PL_VEC_FREE(&x->tree.files);
    unload(&x->image);
}

/* The source functions that are matched, by name, in order of address. */
static void expect_matched(const char *path, const char *source, const char *want)
{
    struct fixture x;
    struct pl_buf got;
    open_case(&x, path, source);
    pl_buf_init(&got, 4096);
    for (uint32_t i = 0; i < x.aligner.subjects.n; i++) {
        struct pl_code_grade g;
        uint32_t id = x.aligner.subjects.v[i].definition;
        assert_int_equal(pl_code_grade_subject(&x.aligner, i, &g, NULL), PL_OK);
        assert_true(g.end != PL_CODE_CONTRADICTED && g.end != PL_CODE_MISPLACED);
        if (g.end == PL_CODE_MATCHED)
            pl_buf_printf(&got, "%.*s ", PL_ARG(pl_codebase_at(x.codebase, id)->definition->name));
    }
    if (!pl_bytes_eq_str(pl_buf_bytes(&got), want))
        fail_msg("%s: %.*s", path, PL_ARG(pl_buf_bytes(&got)));
    pl_buf_reset(&got);
    close_case(&x);
}

static void instructions_find_their_function_in_any_spelling(void **state)
{
    (void)state;
    expect_matched("x86/a.S", gas, "first second ");
    expect_matched("x86/a.asm", nasm, "first second ");
    expect_matched("x86/a-x86_64.pl", perl, "first second ");
}

static void other_instructions_say_nothing(void **state)
{
    (void)state;
    expect_matched("x86/a.S", other, "");
}

static void perl_that_writes_no_assembly_defines_nothing(void **state)
{
    struct fixture x;
    (void)state;
    open_case(&x, "a.pl", ".text\n.globl first\n.type first,@function\nfirst:\n\tmov %edi,%eax\n");
    assert_int_equal(pl_codebase_count(x.codebase), 0);
    close_case(&x);
}

static void one_instruction_has_one_number(void **state)
{
    static const char *const same[][2] = {
        {"add", "addq"},    {"je", "jz"},     {"cmovae", "cmovnc"}, {"cmovael", "cmovnb"}, {"setg", "setnle"},
        {"mov", "movabsq"}, {"movd", "movq"}, {"movzx", "movzbl"},  {"movslq", "movsxd"},  {"sal", "shll"},
        {"retq", "ret"},    {"cltq", "cdqe"}, {"vmovq", "vmovd"},   {"bswapl", "bswap"},
    };
    static const char *const different[][2] = {{"jl", "jb"},       {"sub", "sbb"}, {"setl", "setb"},
                                               {"psllq", "pslld"}, {"shl", "shr"}, {"movsx", "movzx"}};
    static const char *const none[] = {"TURN", "first", "", "q", "addx", "xyzzy", "cmovq"};
    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        assert_int_not_equal(pl_mnemonic_of(pl_bytes_of_str(same[i][0])), PL_NO_MNEMONIC);
        assert_int_equal(pl_mnemonic_of(pl_bytes_of_str(same[i][0])),
                         pl_mnemonic_of(pl_bytes_of_str(same[i][1])));
    }
    for (size_t i = 0; i < sizeof different / sizeof different[0]; i++)
        assert_int_not_equal(pl_mnemonic_of(pl_bytes_of_str(different[i][0])),
                             pl_mnemonic_of(pl_bytes_of_str(different[i][1])));
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(pl_mnemonic_of(pl_bytes_of_str(none[i])), PL_NO_MNEMONIC);
    assert_int_equal(pl_mnemonic_of(PL_LIT("endbr64")), PL_SILENT_MNEMONIC);
    assert_int_equal(pl_mnemonic_of(PL_LIT("lock")), PL_SILENT_MNEMONIC);
}

static void macros_that_call_each_other_end(void **state)
{
    struct fixture x;
    (void)state;
    open_case(&x, "a.S",
              ".macro a\n b\n b\n.endm\n.macro b\n a\n a\n.endm\n.globl f\nf:\n a\n ret\n.globl g\ng:\n a\n "
              "a\n ret\n");
    assert_true(pl_codebase_count(x.codebase) >= 2);
    close_case(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_instruction_has_one_number),
        cmocka_unit_test(instructions_find_their_function_in_any_spelling),
        cmocka_unit_test(other_instructions_say_nothing),
        cmocka_unit_test(perl_that_writes_no_assembly_defines_nothing),
        cmocka_unit_test(macros_that_call_each_other_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
