package scenarios;

/** Exceptions thrown through many frames: new ones, one made before, implicit ones; caught far away, or caught and thrown again on the way. */
final class Throwing implements Scenarios.Work {
  /** Frames of far0, far1, far2 together above each thrower(). */
  static final int DEPTH = 45;
  static final RuntimeException MADE_BEFORE = new IllegalStateException("made before");
  static volatile int sink;
  static final int[] EMPTY = {};
  static volatile Object none;

  public void round() {
    for (int kind = 0; kind < 5; kind++) sink += caught(kind);
  }

  static int caught(int kind) {
    try {
      return far0(DEPTH, kind);
    } catch (RuntimeException e) {
      return Leaf.spin(kind, 10);
    }
  }

  static int far0(int depth, int kind) { return depth == 1 ? thrower(kind) : far1(depth - 1, kind) + 1; }

  static int far1(int depth, int kind) {
    try {
      return depth == 1 ? thrower(kind) : far2(depth - 1, kind) ^ depth;
    } finally {
      if (depth % 20 == 0) sink += Leaf.spin(depth, 3);
    }
  }

  static int far2(int depth, int kind) {
    try {
      return depth == 1 ? thrower(kind) : far0(depth - 1, kind) * 3;
    } catch (IllegalStateException e) {
      sink += Leaf.spin(depth, 2);
      throw e;
    }
  }

  static int thrower(int kind) {
    sink += Leaf.spin(kind, 20);
    switch (kind) {
      case 0: throw new IllegalStateException("new");
      case 1: throw MADE_BEFORE;
      case 2: return none.hashCode();
      case 3: return EMPTY[kind];
      default: return 7 / EMPTY.length;
    }
  }
}
