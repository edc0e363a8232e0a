%name fooParser
%include {
static int f(void) { g(); }
}
x(A) ::= B(C) D. { A = h(C); }
