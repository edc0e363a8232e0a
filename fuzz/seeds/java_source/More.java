package org.example;
import java.util.function.*;
public class More {
    static final float F = 1.5f; static final double D = 2.25; static final long L = 1234567890123L;
    float f(Object o) { return o instanceof String s ? s.length() * 3.5f : (float) (o.hashCode() * 7.125); }
    long g(int n) { long x = 987654321987L; synchronized (this) { x += n; } return x ^ 0x7fffffffffL; }
    Supplier<Object> h(String a) { Function<String, More[]> q = s -> new More[s.length()]; IntFunction<int[]> r = int[]::new; Supplier<Object> n = Object::new; return a::trim; }
    int[][] m(int n) { int[][] x = new int[n][4]; try { x[0][1] = n; } catch (RuntimeException | Error e) { throw new IllegalStateException("caf\u00e9 \ud83d\ude00", e); } finally { x[0][0] = 70000; } return x; }
    String t(int i, String s) { return switch (s) { case "é", "b" -> "one " + i + D + F + L; default -> null; }; }
    static Class<?>[] cs() { return new Class<?>[] {int.class, String.class, int[][].class}; }
}
