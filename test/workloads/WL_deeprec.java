public class WL_deeprec extends Workload {
    interface F { long f(int d, long x); }
    static long leaf(long x) { StringBuilder b = new StringBuilder(); for (int i = 0; i < 40; i++) b.append(Long.toString(x + i * 31, 36)); return b.toString().hashCode(); }
    static final F A = new F() { public long f(int d, long x) { return d <= 0 ? leaf(x) + leaf(x * 3) : B.f(d - 1, x * 31 + d) + 1; } };
    static final F B = new F() { public long f(int d, long x) { F g = d % 3 == 0 ? C : A; return d <= 0 ? leaf(x) : g.f(d - 1, x ^ d) * 3; } };
    static final F C = (d, x) -> { long[] s = { x, d, 0 }; if (d > 0) s[2] = A.f(d - 1, x + 7); else s[2] = leaf(x); return s[0] + s[2]; };

    public static void main(final String[] a) throws Exception {
        run("deeprec", a, 2, true, new Work() { public void once(int t, long i) throws Exception { sink = A.f(40 + (int) Math.floorMod(seed(i + 1), 560), i); } });
    }
}
