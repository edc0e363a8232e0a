%{
static int f(void) { g(); }
%}
%token A "a"
%code top {
int q;
}
%define api.prefix {foo}
%%
x: A { $$ = h($1, "s"); } | 'b' { k(); } ;
%%
int m(void) { n(); }
