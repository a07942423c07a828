package scenarios;

import java.util.function.IntUnaryOperator;

/** Loaded anew by Unloading, which changes the X. */
public final class Loaded implements IntUnaryOperator {
  public int applyAsInt(int x) { return outerX(x); }
  private static int outerX(int x) {
    int acc = x;
    for (int i = 0; i < 20; i++) acc += middleX(acc + i);
    return acc;
  }
  private static int middleX(int x) {
    int acc = x;
    for (int i = 0; i < 10; i++) acc ^= innerX(acc, i);
    return acc;
  }
  private static int innerX(int x, int i) { return i % 7 == 0 ? Integer.rotateLeft(x, i) * 31 : x + i; }
}
