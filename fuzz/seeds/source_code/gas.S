#include "a.h"
.globl f
.type f, @function
f:
 mov $77777, %eax # not
 call g@PLT
 lea t(%rip), %rdi
.size f, .-f
.macro m a
 bl h
.endm
function ff_f, export=1
t: .long 99999, 1
 .asciz "s"
