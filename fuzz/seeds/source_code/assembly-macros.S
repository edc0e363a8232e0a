#define TURN(a, b) rorl $7, a; \
	xorl b, a; \
	bswap a
.macro twice r
	adcl \r, \r
	notl \r
.endm
.text
.globl first
.type first,@function
first:
.cfi_startproc
	movl %edi, %eax
	imull %esi, %eax
1:	TURN(%eax, %esi)
	subl $1, %esi
	jne 1b
	twice %eax
	ret
.cfi_endproc
.size first,.-first
.type second,@function
second:
.cfi_startproc
	movd %edi, %xmm0
	punpckldq %xmm0, %xmm0
	pshufd $0, %xmm0, %xmm0
	pmuludq %xmm0, %xmm0
	psrlq $3, %xmm0
	paddd %xmm0, %xmm0
	pxor %xmm0, %xmm0
	por %xmm0, %xmm0
	pand %xmm0, %xmm0
	psubw %xmm0, %xmm0
	pmaddwd %xmm0, %xmm0
	movq %xmm0, %rax
	je 1f
	cltq
1:	rep; ret
.cfi_endproc
.size second,.-second
