%macro TURN 2
    ror %1, 7 ; a comment
    xor %1, %2
    bswap %1
%endmacro
%macro twice 1
 adc %1, %1
 not %1
%endmacro
SECTION .text
global first
global second
first:
    mov eax, edi
    imul eax, esi
.again:
    TURN eax, esi
    sub esi, 1
    jnz .again
    twice eax
    ret
second:
    movd xmm0, edi
    punpckldq xmm0, xmm0
    pshufd xmm0, xmm0, 0
    pmuludq xmm0, xmm0
    psrlq xmm0, 3
    paddd xmm0, xmm0
    pxor xmm0, xmm0
    por xmm0, xmm0
    pand xmm0, xmm0
    psubw xmm0, xmm0
    pmaddwd xmm0, xmm0
    movq rax, xmm0
    jz .end
    cdqe
.end:
    ret
