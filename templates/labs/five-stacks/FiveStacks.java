import java.util.Scanner;

/**
 * One stack that never changes: Worker.run → forever (interpreted) → first → second → third → inlined → leaf, each known (the lab says by
 * -XX:CompileCommand which of them may be compiled, and inlined). Orders: `work`, answered once all of it is compiled; `rest`. Java 8.
 */
class FiveStacks {
  /** Rounds of some microseconds: the compilers are done long before. */
  static final long WARM_ROUNDS = 100_000;

  static volatile boolean working;
  static volatile long rounds;
  static volatile long sink;

  /** Nearly all of the time. */
  static long leaf(long n) {
    long acc = n;
    for (int i = 0; i < 5_000; i++) acc = acc * 6364136223846793005L + i;
    return acc;
  }

  static long inlined(long n) { return leaf(n + 1) ^ 1; }
  static long third(long n) { return inlined(n) + 3; }
  static long second(long n) { return third(n) + 2; }
  static long first(long n) { return second(n) + 1; }

  static void forever() throws InterruptedException {
    for (;;) {
      if (working) {
        sink = first(sink);
        rounds = rounds + 1;
      } else {
        Thread.sleep(10);
      }
    }
  }

  /** The kernel knows the thread by this name, too: at most 15 letters. */
  static class Worker extends Thread {
    Worker() {
      super("five-stacks");
      setDaemon(true);
    }

    @Override public void run() {
      try {
        forever();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  public static void main(String[] args) throws Exception {
    new Worker().start();
    System.out.println("done");
    Scanner orders = new Scanner(System.in);
    while (orders.hasNext()) {
      working = orders.next().equals("work");
      while (working && rounds < WARM_ROUNDS) Thread.sleep(10);
      // What was asked for last is compiled soon after.
      Thread.sleep(working ? 1000 : 50);
      System.out.println("done");
    }
  }
}
