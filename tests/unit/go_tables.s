# A program with what Go's linker writes beside the code (format/binary/go_table.h, match/code_data_go_types.c), by hand: pieces stand behind
# marks, by which the test finds them. Built with MODULE=1 it has the record of the module, which says where types and maps are.
        .intel_syntax noprefix
        .macro  type    name, kind
        .quad   16, 8
        .long   0x1234567
        .byte   0, 8, 8, \kind
        .quad   same, bits
        .long   \name - types, 0
        .endm
        .macro  part    name, next
        .quad   \name, \next - \name, \next - \name
        .endm

        .text
        .globl  _start
begin:
_start:
hello:  mov     eax, 1
        ret
        .balign 16
secret: mov     eax, 2
        ret
        .balign 16
end:    ret

        .section .note.go.buildid, "a", @note
        .balign 4
        .long   4, 83, 4
        .asciz  "Go\0"
        .ascii  "44sOYH2lDaGHwuxubjqO/ok3gwVEg_o4iKbCkK-n1/eumyGOnt6Am4N8i6hrpv/ySGkvUUxQantbImtj9bC\0"
        .section .note.go.other, "a", @note
        .balign 4
        .long   4, 83, 4
        .asciz  "Go\0"
        .ascii  "44sOYH2lDaGHwuxubjqO.ok3gwVEg_o4iKbCkK-n1.eumyGOnt6Am4N8i6hrpv.ySGkvUUxQantbImtj9bC\0"

        .section .gopclntab, "a"
        .balign 32
table:  .long   0xfffffff1
        .byte   0, 0, 1, 8
        .quad   2, 1, begin
        .quad   names - table, units - table, files - table, steps - table, lines - table
names:  .byte   0
        .ascii  "@known@"
n1:     .asciz  "main.hello"
        .ascii  "@unknown@"
n2:     .asciz  "main.zqxjk"
        .balign 4
units:  .long   0
files:  .asciz  "/build/app/main.go"
steps:  .byte   0
        .ascii  "@files@"
sf:     .byte   2, 16, 0                # the first file
        .ascii  "@lines@"
sl:     .byte   8, 8, 2, 8, 0           # line 3, line 4
        .ascii  "@far@"
sx:     .byte   200, 1, 16, 0           # line 99
        .ascii  "@long@"
so:     .byte   2, 200, 1, 0            # 200 bytes of code
        .ascii  "@alone@"
        .byte   8, 8, 2, 8, 0           # of no function
        .balign 8
lines:  .long   hello - begin, r1 - lines, secret - begin, r2 - lines, end - begin
        .ascii  "@record@"
r1:     .long   hello - begin, n1 - names, 0, 0, 0, sf - steps, sl - steps, 0, 0, 3
        .byte   0, 0, 0, 2
        .long   -1, map - objects
r2:     .long   secret - begin, n2 - names, 0, 0, so - steps, sf - steps, sx - steps, 0, 0, 0
        .byte   0, 0, 0, 2
        .long   random - objects, many - objects

        .section .rodata
        .balign 8
objects:
        .ascii  "@map@"
map:    .long   2, 9                    # two maps of nine bits
        .byte   1, 2, 3, 4
        .ascii  "@random@"
random: .long   1, 2400                 # a map that looks like what is encrypted
        .set    x, 1
        .rept   300
        .set    x, (x * 1103515245 + 12345) & 0x7fffffff
        .byte   (x >> 16) & 255
        .endr
        .ascii  "@many@"
many:   .long   9, 8                    # nine maps, and no steps that lead to them
        .byte   1, 2, 3, 4, 5, 6, 7, 8, 9
        .balign 8
finder: .long   0
        .fill   16, 1, 0
        .balign 8
links:  .long   record - types
        .balign 8
types:  .quad   0
        .ascii  "@@@type@"
record: type    tn, 25                  # struct { hello main }
        .quad   0, fields, 1, 1
fields: .quad   fn, other, 0
        .ascii  "@@other@"
other:  type    on, 2
tn:     .byte   1, 5
        .ascii  "hello"
fn:     .byte   3, 5
        .ascii  "hello"
        .byte   5
        .ascii  "tqxjk"                 # a tag that no source has
on:     .byte   0, 4
        .ascii  "main"
        .balign 8
same:   .quad   hello
        .ascii  "@bits@"
bits:   .byte   1
types_end:

        .ascii  "@embedded@"
        .ascii  "a file of a library that the program holds as a whole, by go:embed, and not cut\n"

        .data
        .balign 8
        .ifdef  MODULE
        .quad   table
        part    names, units
        part    units, files
        part    files, steps
        part    steps, lines
        .quad   lines, 0, 0, lines, 3, 3, finder, begin, end, begin, end
        .fill   13, 8, 0
        .quad   types, types_end, types, objects
        .fill   3, 8, 0
        .quad   links, 1, 1, 0, 0, 0
        .else
        .quad   types
        .endif
