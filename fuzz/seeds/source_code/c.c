BZ_API(BZ2_bzCompress) ( bz_stream *s ) { foo(1234567); return "a\n" "b"; }
int ZEXPORT deflate(strm, flush) z_streamp strm; int flush; { int x = strm->a; deflate_x(strm, x, TABLE); }
LUA_API int (lua_gettop) (lua_State *L) { printf("xz (" PACKAGE ") " PRIu64 "\n", (foo_t *)L, sizeof(bar)); }
SYSCALL_DEFINE3(open, const char *, f) { switch (f) { case 1: case 2: break; default: x = 1 << 20 | 7; } }
static const char *const names[] = { "a", "b", N_("c") };
#if A
int foo(int a) {
#else
int foo(long a) {
#endif
  static const int tab[] = { 4 * 1024 + 77, -99999 }; 
  return bar(a, tab);
}
enum e { A, B = 1234567, C };
#define DEF(x, y) static int x##_init(void) { return foo_##y("s", x, #y); }
G_DEFINE_TYPE(Foo, foo)
static void foo_init(Foo *self) { }
extern "C" { int g(void) { return 3; } }
