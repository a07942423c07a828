/**
 * One thread that computes in Java and one that sleeps in a native method, for tests of the captured anchor: at a tick in compiled
 * Java code r15 is the JavaThread, which the anchor's thread must equal. `java BusyNative` prints READY and ends with its input.
 */
public class BusyNative {
  static volatile long sink;

  static long compute(long seed) {
    for (int i = 0; i < 1_000_000; i++) seed = seed * 6364136223846793005L + i;
    return seed;
  }

  public static void main(String[] args) throws Exception {
    Thread worker = new Thread(() -> { while (true) sink = compute(sink + 1); }, "busy-java");
    worker.setDaemon(true);
    worker.start();
    // Native code and system calls from Java: the anchor has the last Java frame then.
    Thread caller = new Thread(() -> { while (true) sink += new java.io.File("/proc/self").lastModified(); }, "busy-native");
    caller.setDaemon(true);
    caller.start();
    Thread.sleep(1500);
    System.out.println("READY");
    while (System.in.read() >= 0) { }
  }
}
