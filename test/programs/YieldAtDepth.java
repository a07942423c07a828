import java.util.concurrent.locks.LockSupport;

/**
 * Makes system calls at a known depth of its stack: YieldAtDepth DEPTH THREADS COUNT PAUSE_NS. Warm, it says READY and waits for a line; then each thread
 * yields COUNT times, PAUSE_NS apart (0: at once), DEPTH calls deep; it says DONE and how many nanoseconds that took, and ends when its standard
 * input does.
 */
public class YieldAtDepth {
  static final int WARM_ROUNDS = 20_000;

  static void descend(int left, int count, long pauseNs) {
    if (left > 0) descend(left - 1, count, pauseNs);
    else yieldOften(count, pauseNs);
  }

  static void yieldOften(int count, long pauseNs) {
    for (int i = 0; i < count; i++) {
      Thread.yield();
      if (pauseNs > 0) LockSupport.parkNanos(pauseNs);
    }
  }

  public static void main(String[] args) throws Exception {
    int depth = Integer.parseInt(args[0]);
    int threads = Integer.parseInt(args[1]);
    int count = Integer.parseInt(args[2]);
    long pauseNs = Long.parseLong(args[3]);
    for (int i = 0; i < WARM_ROUNDS; i++) descend(depth, 1, 0);
    System.out.println("READY " + ProcessHandle.current().pid());
    System.in.read();
    long beginNs = System.nanoTime();
    Thread[] all = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      all[i] = new Thread(() -> descend(depth, count, pauseNs), "yields-" + i);
      all[i].start();
    }
    for (Thread one : all) one.join();
    System.out.println("DONE " + (System.nanoTime() - beginNs));
    while (System.in.read() >= 0) {
    }
  }
}
