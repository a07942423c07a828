package scenarios;

/** First version: work() calls alpha, from line FIRST_LINE (test/scenarios/works.ts). */
public final class Redefined {
  public static int work(int x) {
    return alpha(x);
  }

  static int alpha(int x) { return alphaTwo(x) + 1; }
  static int alphaTwo(int x) { return Leaf.spin(x, 60); }
  static int beta(int x) { return betaTwo(x) + 2; }
  static int betaTwo(int x) { return Leaf.spin(x, 50); }
}
