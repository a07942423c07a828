package scenarios;

/** A method that is entered once and never left: compiled code of it can only be there by on-stack replacement. */
final class Osr implements Scenarios.Work {
  static volatile int sink;
  boolean isWarm;

  public void round() {
    // The first rounds return, so that the warm-up is seen; from the loop no way leads back.
    if (!isWarm) warm();
    else endless();
  }

  void warm() {
    for (int i = 0; i < 300_000; i++) sink += Leaf.spin(i, 20);
    isWarm = java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() > Scenarios.WARM_NS;
  }

  static void endless() {
    int acc = 1;
    while (!Scenarios.stopping) {
      for (int i = 0; i < 1_000_000; i++) {
        acc = acc * 31 + i;
        if ((acc & 0xff) == 0) acc = step(acc);
      }
      sink = acc;
    }
  }

  static int step(int x) { return Leaf.spin(x, 10); }
}
