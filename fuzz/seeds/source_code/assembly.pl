#!/usr/bin/env perl
$xlate="x86_64-xlate.pl";
open OUT,"| \"$^X\" $xlate $output";
sub TURN {
  my ($a,$b)=@_;
$code.=<<___;
	ror	\$7,$a	# don't
	xor	$b,$a
	bswap	$a
___
}
$func="first";
$code.=<<___;
.text
.globl	$func
.type	$func,\@function,2
$func:
	mov	%edi,%eax
	imul	%esi,%eax
.Lagain:
___
&TURN("%eax","%esi");
$code.=<<___;
	sub	\$1,%esi
	jne	.Lagain
___
$code.="\tadc\t%eax,%eax\n";
$code.=<<___;
	not	%eax
	ret
.size	$func,.-$func
.type	second,\@abi-omnipotent
second:
	movd	%edi,%xmm0
	punpckldq	%xmm0,%xmm0
	pshufd	\$0,%xmm0,%xmm0
	pmuludq	%xmm0,%xmm0
	psrlq	\$3,%xmm0
	paddd	%xmm0,%xmm0
	pxor	%xmm0,%xmm0
	por	%xmm0,%xmm0
	pand	%xmm0,%xmm0
	psubw	%xmm0,%xmm0
	pmaddwd	%xmm0,%xmm0
	movq	%xmm0,%rax
	jz	.Lend
	cltq
.Lend:
	ret
.size	second,.-second
___
close STDOUT;
