package scenarios;

/** So many frames of deep0, deep1, deep2 above each bottom(). */
final class Deep implements Scenarios.Work {
  static volatile int sink;
  final int depth;

  Deep(int depth) { this.depth = depth; }

  public void round() { sink += deep0(depth, 1); }

  static int deep0(int depth, int x) { return depth == 1 ? bottom(x) : deep1(depth - 1, x) + 1; }
  static int deep1(int depth, int x) { return depth == 1 ? bottom(x) : deep2(depth - 1, x) ^ depth; }
  static int deep2(int depth, int x) { return depth == 1 ? bottom(x) : deep0(depth - 1, x) * 3; }
  static int bottom(int x) { return Leaf.spin(x, 20_000); }
}
