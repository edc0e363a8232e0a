#define BASE 0x10
#define NEXT (BASE << 2 | 1)
enum e { A, B = NEXT, C };
static const int t[] = { 1, -2, 'x', 017, ~0, (char)65, C, sizeof(int), [9] = 3, 5, 8, 13, 21, 34, 55, 90 };
static const struct r r[] = { { "a" "b", 1, NULL }, { .name = N_("c"), .v = 2 },
#if X
  { f(1, 2), 3 },
#endif
};
static const double d[] = { 0.5, -1e3, 0x1p-3, 1.0 / 3, 7.25f };
static const uint64_t g[] = { UINT64_C(0xffffffffffffffff), UINT32_C(7), };
