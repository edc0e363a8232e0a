#define F(a) g (a, #a)
static inline int f(int a) { return g(a); }
extern int __REDIRECT (s, (int), t);
namespace x M(1) { class c { int m() const { return 1; } }; }
