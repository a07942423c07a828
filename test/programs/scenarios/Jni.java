package scenarios;

/** Java and C by turns, to a known depth; C that holds an array (GetPrimitiveArrayCritical); an exception through C. Library: scenarios.c. */
final class Jni implements Scenarios.Work {
  /** Frames of down() and of fromNative() each above every bottom(). */
  static final int DEPTH = 6;
  static final int[] ARRAY = new int[4096];
  static volatile int sink;

  static { System.load(System.getProperty("scenarios.lib")); }

  /** In C: calls fromNative(depth - 1, x). */
  static native int down(int depth, int x);
  static native int critical(int[] array, int rounds);
  static native int spin(int n);
  static native synchronized int spinLocked(int n);

  public void round() {
    sink += down(DEPTH, 1);
    sink += critical(ARRAY, 20);
    sink += spin(20_000);
    sink += spinLocked(5_000);
    sink += caught();
  }

  /** Called by C. */
  static int fromNative(int depth, int x) { return depth == 0 ? bottom(x) : down(depth, x + 1); }
  static int bottom(int x) {
    if (x < 0) throw new IllegalStateException("through C");
    return spin(2_000) + Leaf.spin(x, 800);
  }

  static int caught() {
    try {
      return down(DEPTH, -100);
    } catch (IllegalStateException e) {
      return 1;
    }
  }
}
