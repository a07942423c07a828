import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * Work split by construction: threads run three phases in turn (5 : 3 : 2 by rounds) and measure the CPU time of each with the
 * thread's own clock. `java KnownSplit SECONDS [WORKERS]` prints READY, then at the end one line of truth:
 * `TRUTH phaseA=NS phaseB=NS phaseC=NS`. The shares that a profile gives to these methods must agree with it.
 */
public class KnownSplit {
  static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();
  static final String[] NAMES = {"phaseA", "phaseB", "phaseC"};
  static final int[] ROUNDS = {5, 3, 2};
  static volatile long sink;

  /** Slices this long make the clock's own cost (about 1 µs a reading) invisible. */
  static final long SLICE_NS = 2_000_000;

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

  static void slice(int phase, long[] spentNs) {
    long start = CLOCK.getCurrentThreadCpuTime();
    long now = start;
    while (now - start < SLICE_NS) {
      sink += run(phase, now);
      now = CLOCK.getCurrentThreadCpuTime();
    }
    spentNs[phase] += now - start;
  }

  public static void main(String[] args) throws Exception {
    long end = System.nanoTime() + Long.parseLong(args[0]) * 1_000_000_000L;
    int workers = args.length > 1 ? Integer.parseInt(args[1]) : 2;
    long[][] spentNs = new long[workers][NAMES.length];
    Thread[] threads = new Thread[workers];
    for (int w = 0; w < workers; w++) {
      long[] mine = spentNs[w];
      threads[w] = new Thread(() -> {
        while (System.nanoTime() < end) {
          for (int phase = 0; phase < NAMES.length; phase++) for (int i = 0; i < ROUNDS[phase]; i++) slice(phase, mine);
        }
      }, "split-" + w);
      threads[w].start();
    }
    System.out.println("READY " + ProcessHandle.current().pid());
    for (Thread thread : threads) thread.join();
    StringBuilder truth = new StringBuilder("TRUTH");
    for (int phase = 0; phase < NAMES.length; phase++) {
      long total = 0;
      for (long[] mine : spentNs) total += mine[phase];
      truth.append(' ').append(NAMES[phase]).append('=').append(total);
    }
    System.out.println(truth);
  }
}
