package scenarios;

import java.util.ArrayList;
import java.util.List;

/** Ordinary calls: inlined chains, virtual and interface dispatch with many receivers, locks, a recursion of a known depth, garbage. */
final class Calls implements Scenarios.Work {
  interface Shape { int area(int x); }
  static final class Square implements Shape { public int area(int x) { return Leaf.spin(x * x, 3); } }
  static final class Line implements Shape { public int area(int x) { return Leaf.spin(x + 1, 4); } }
  static final class Cube implements Shape { public int area(int x) { return Leaf.spin(x * x * x, 5); } }
  static final class Twice implements Shape {
    final Shape of;
    Twice(Shape of) { this.of = of; }
    public int area(int x) { return 2 * of.area(x); }
  }
  abstract static class Base {
    abstract int step(int x);
    int twice(int x) { return step(step(x)); }
  }
  static final class StepA extends Base { int step(int x) { return Leaf.spin(x, 2); } }
  static final class StepB extends Base { int step(int x) { return Leaf.spin(x ^ 9, 3); } }
  static final class StepC extends Base { int step(int x) { return Leaf.spin(x * 5, 4); } }
  static final Shape[] SHAPES = {new Square(), new Line(), new Cube(), new Twice(new Square()), new Twice(new Cube())};
  static final Base[] STEPS = {new StepA(), new StepB(), new StepC()};
  /** Frames of down0, down1, down2 together above each bottom(). */
  static final int DEPTH = 60;
  static volatile int sink;
  static volatile Object kept;

  public void round() {
    for (int i = 0; i < 40; i++) sink += first(i) + shapes(i) + steps(i) + down0(DEPTH, i) + locked(i);
    kept = garbage(200);
  }

  static int first(int x) { return second(x + 1) ^ x; }
  static int second(int x) { return third(x * 3) + third(x); }
  static int third(int x) { return Leaf.spin(x, 20); }
  static int shapes(int i) { return SHAPES[i % SHAPES.length].area(i); }
  static int steps(int i) { return STEPS[i % STEPS.length].twice(i); }
  static synchronized int locked(int i) { return Leaf.spin(i, 7); }

  // Three methods in turn: a frame that is lost shows as a pair that is no call.
  static int down0(int depth, int x) { return depth == 1 ? bottom(x) : down1(depth - 1, x) + 1; }
  static int down1(int depth, int x) { return depth == 1 ? bottom(x) : down2(depth - 1, x) ^ depth; }
  static int down2(int depth, int x) { return depth == 1 ? bottom(x) : down0(depth - 1, x) * 3; }
  static int bottom(int x) { return Leaf.spin(x, 30); }

  static List<int[]> garbage(int n) {
    List<int[]> list = new ArrayList<>();
    for (int i = 0; i < n; i++) list.add(new int[64]);
    return list;
  }
}
