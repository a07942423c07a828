import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Scanner;

/**
 * Work of which the truth is known. Orders:
 * `split` starts a thread with three phases in turn, 5 : 3 : 2 by the thread's own CPU clock; answered once it is compiled.
 * `stops COUNT` asks for that thread's stack so often, as a profiler inside of the JVM does: `stop METHOD COUNT` for each leaf.
 * `truth` answers `truth METHOD NANOSECONDS` of each phase.
 * `beat` starts a thread that works in one method in the first half of each 10 ms, and in another in the second half.
 */
class LyingLeaf {
  static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();
  static final String[] NAMES = {"phaseA", "phaseB", "phaseC"};
  static final int[] ROUNDS = {5, 3, 2};
  static final long[] SPENT_NS = new long[3];
  /** Slices this long make the clock's own cost (about 1 µs a reading) invisible. */
  static final long SLICE_NS = 2_000_000;
  /**
   * Until the compilers are done: with slice(), which is called 500 times a second; with a loop that does not wait. By the thread's own CPU clock,
   * for a thread that waits for a processor calls nothing.
   */
  static final long WARM_SPLIT_MS = 3000;
  static final long WARM_BEAT_MS = 1500;
  static final long MOST_WARM_NS = 60_000_000_000L;
  static final long BEAT_NS = 10_000_000;

  static volatile long sink;

  static long phaseA(long n) {
    long acc = n;
    for (int i = 0; i < 20_000; i++) acc = acc * 6364136223846793005L + i;
    return acc;
  }

  static long phaseB(long n) {
    double d = n;
    for (int i = 1; i < 10_000; i++) d = Math.sqrt(d + i) * 1.000001;
    return Double.doubleToLongBits(d);
  }

  static long phaseC(long n) {
    int[] table = new int[1024];
    for (int i = 0; i < 20_000; i++) table[(int) ((n + i * 7L) & 1023)] += i;
    return table[(int) (n & 1023)];
  }

  static long run(int phase, long n) {
    switch (phase) {
      case 0: return phaseA(n);
      case 1: return phaseB(n);
      default: return phaseC(n);
    }
  }

  static void slice(int phase) {
    long start = CLOCK.getCurrentThreadCpuTime();
    long now = start;
    while (now - start < SLICE_NS) {
      sink += run(phase, now);
      now = CLOCK.getCurrentThreadCpuTime();
    }
    SPENT_NS[phase] += now - start;
  }

  static void split() {
    for (;;) {
      for (int phase = 0; phase < NAMES.length; phase++) for (int i = 0; i < ROUNDS[phase]; i++) slice(phase);
    }
  }

  static long work(long n) {
    long acc = n;
    for (int i = 0; i < 10_000; i++) acc = acc * 6364136223846793005L + i;
    return acc;
  }

  static long firstHalf(long n) { return work(n) + 1; }
  static long secondHalf(long n) { return work(n) + 2; }

  static void beat() {
    for (;;) {
      if (System.nanoTime() % BEAT_NS < BEAT_NS / 2) sink += firstHalf(sink);
      else sink += secondHalf(sink);
    }
  }

  static Thread start(String name, Runnable work, long warmMs) throws InterruptedException {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    long begin = System.nanoTime();
    do {
      Thread.sleep(100);
    } while (CLOCK.getThreadCpuTime(thread.getId()) < warmMs * 1_000_000 && System.nanoTime() - begin < MOST_WARM_NS);
    return thread;
  }

  static void stops(Thread worker, int count) throws InterruptedException {
    java.util.Map<String, Integer> leaves = new java.util.TreeMap<>();
    for (int i = 0; i < count; i++) {
      StackTraceElement[] stack = worker.getStackTrace();
      if (stack.length > 0) leaves.merge(stack[0].getMethodName(), 1, Integer::sum);
      Thread.sleep(7);
    }
    leaves.forEach((leaf, times) -> System.out.println("stop " + leaf + " " + times));
  }

  public static void main(String[] args) throws Exception {
    Scanner orders = new Scanner(System.in);
    Thread worker = null;
    System.out.println("done");
    while (orders.hasNext()) {
      String order = orders.next();
      if (order.equals("split")) worker = start("split", LyingLeaf::split, WARM_SPLIT_MS);
      if (order.equals("beat")) start("beat", LyingLeaf::beat, WARM_BEAT_MS);
      if (order.equals("stops")) stops(worker, orders.nextInt());
      if (order.equals("truth")) {
        for (int phase = 0; phase < NAMES.length; phase++) System.out.println("truth " + NAMES[phase] + " " + SPENT_NS[phase]);
      }
      System.out.println("done");
    }
  }
}
