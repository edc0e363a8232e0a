namespace a::b { template <class T, int N = 3> class C : public B<T> { public:
  explicit C(int x) : B<T>(x), y_{x} { for (auto &e : list) run<int>(e, [&](int k) { return k; }); }
  ~C() = default; bool operator()(const C &o) const noexcept { return static_cast<T>(R"x(a)x"); } enum class E : int { A = 1 << 20 | 1, D }; };
} std::string s("x"); int C<int>::f() const -> T { try { auto [p, q] = g(); } catch (const E &e) { throw new X{1}; } }
