package scenarios;

/** What all works end in: it calls nothing. */
final class Leaf {
  static int spin(int x, int n) {
    int acc = x;
    for (int i = 0; i < n * 8; i++) acc = acc * 31 + (i ^ x);
    return acc;
  }
}
