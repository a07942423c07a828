package scenarios;

import java.util.function.IntUnaryOperator;

/** Loaded anew by Deopt. Its call site sees one class of receivers, then another, which is loaded in the middle of a call; its casts change, too. */
public final class Fresh implements IntUnaryOperator {
  abstract static class Base { abstract int step(int x); }
  static final class One extends Base { int step(int x) { return spin(x, 3); } }
  static final class Two extends Base { int step(int x) { return spin(x, 4); } }
  static final class Late extends Base { int step(int x) { return spin(x, 5); } }

  private Base base = new One();
  private Object cast = "s";

  public int applyAsInt(int round) {
    int acc = round;
    for (int i = 0; i < 400; i++) acc += dispatched(i, round) + casting(acc);
    return acc;
  }

  private int dispatched(int i, int round) { return through(i, round) ^ base.step(i); }
  /** The caller's compiled code stands on one class being the only one; when it comes back here, that is no longer so. */
  private int through(int i, int round) {
    if (i == 200) changeHabits(round);
    return base.step(i) + 1;
  }
  private void changeHabits(int round) {
    if (round == 8) base = new Two();
    if (round == 12) cast = Integer.valueOf(round);
    if (round == 16) base = new Late();
  }
  private int casting(int x) { return cast instanceof String ? asText(x) : cast instanceof Integer ? asNumber(x) : x; }
  private int asText(int x) { return spin(x, 2); }
  private int asNumber(int x) { return spin(x, 3); }
  private static int spin(int x, int n) {
    int acc = x;
    for (int i = 0; i < n; i++) acc = acc * 31 + i;
    return acc;
  }
}
