package p;
class A { int a[] = {1}, b; <T> A(T t) { new Object() { void f() { class L {} } }; } }
"""\"""