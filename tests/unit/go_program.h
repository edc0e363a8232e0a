/*
 * go_program.h - a program as Go's linker writes it, in assembly: its texts have no NUL, and a table names its functions and their files.
 *
 *     main.hello, main.hello.func1 and main.(*T).Unknown of /build/app/main.go, runtime.other, and of_c, which is in no table
 */
#ifndef PL_TESTS_GO_PROGRAM_H
#define PL_TESTS_GO_PROGRAM_H

#include "unit.h"

#include <stdio.h>

/* Three texts stand behind one another, as linkers put them. */
#define POOL                                                                                                 \
    ".section .rodata\npool: .ascii \"the first wordsthe second wordsthe third words\"\n.byte 0\nalone: "    \
    ".asciz \"a text of C\"\n.text\n"
#define FUNCTION(name, body) ".balign 16\n" name ":\n" body "ret\n"
#define EXPORTED(name, body)                                                                                 \
    ".globl " name "\n.type " name ", @function\n" FUNCTION(name, body) ".size " name ", . - " name "\n"

#define GO_HELLO                                                                                             \
    "lea rax, [rip + pool + 15]\nmov ebx, 16\ncall other\n"                                                  \
    "mov ecx, 15\nmov rdi, rax\nlea rbx, [rip + pool]\ncall other\n"                                         \
    "lea rdx, [rip + pool + 31]\nmov [rsp + 8], rdx\nmov qword ptr [rsp + 16], 15\ncall other\n"
/* The number is of what stands in the register before; another one comes; none at all. */
#define GO_UNKNOWN                                                                                           \
    "mov ecx, 9\nlea rbx, [rip + pool]\nxor ecx, ecx\ncall other\n"                                          \
    "mov ebx, 16\ncall other\nlea rax, [rip + pool + 15]\ncall other\n"                                      \
    "lea rax, [rip + pool + 31]\nmov ecx, 15\ncall other\n"
#define GO_STORED_BEFORE                                                                                     \
    "mov qword ptr [rax + 8], 16\nlea rcx, [rip + pool + 15]\nmov [rax], rcx\ncall other\n"

#define RECORD(label, name, entry)                                                                           \
    label ": .long " entry " - begin, " name " - names, 0, 0, 0, 1, 0, 0, 0, 0, 0\n"

static const char go_program[] =
    ".intel_syntax noprefix\n.text\n.globl _start\nbegin:\n_start:\n" FUNCTION("hello", GO_HELLO)
        FUNCTION("inner", GO_STORED_BEFORE) FUNCTION("unknown", GO_UNKNOWN) FUNCTION("other", "nop\n")
            FUNCTION("end", "") EXPORTED("of_c", "lea rax, [rip + alone]\ncall other\n") POOL
    ".section .gopclntab, \"a\"\n.balign 32\n"
    "table: .long 0xfffffff1\n.byte 0, 0, 1, 8\n.quad 4, 1, begin\n"
    ".quad names - table, units - table, files - table, tables - table, lines - table\n"
    "names: .byte 0\nn1: .asciz \"main.hello\"\nn2: .asciz \"main.hello.func1\"\n"
    "n3: .asciz \"main.(*T).Unknown\"\nn4: .asciz \"runtime.other\"\n.balign 4\n"
    "units: .long 0\nfiles: .asciz \"/build/app/main.go\"\ntables: .byte 0, 2, 1, 0\n.balign 8\n"
    "lines: .long hello - begin, r1 - lines, inner - begin, r2 - lines, unknown - begin, r3 - lines\n"
    ".long other - begin, r4 - lines, end - begin\n" RECORD("r1", "n1", "hello") RECORD("r2", "n2", "inner")
        RECORD("r3", "n3", "unknown") RECORD("r4", "n4", "other");

/* Writes counted.out in the working folder. */
static inline bool assemble(const char *text, const char *flags)
{
    char command[256];
    FILE *f = fopen("counted.s", "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    (void)snprintf(command, sizeof command, "gcc -nostdlib %s -o counted.out counted.s 2>counted.log", flags);
    return system(command) == 0;
}

#endif
