package scenarios;

/** Second version: work() calls beta, from line SECOND_LINE (test/scenarios/works.ts). */
public final class Redefined {
  // The lines of this version are others.
  //
  //
  //
  //
  //
  public static int work(int x) {
    return beta(x);
  }

  static int alpha(int x) { return alphaTwo(x) + 1; }
  static int alphaTwo(int x) { return Leaf.spin(x, 60); }
  static int beta(int x) { return betaTwo(x) + 2; }
  static int betaTwo(int x) { return Leaf.spin(x, 50); }
}
