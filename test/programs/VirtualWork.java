import java.util.concurrent.locks.LockSupport;

/**
 * Virtual threads with known stacks: `whole-N` work with all frames on the stack, `deep-N` park below 300 frames and work on the way up,
 * so that older frames are still frozen in the heap, `pinned-N` park inside a monitor, and one has no name. Says READY; ends when its
 * standard input does. JDK 21 and later.
 */
public class VirtualWork {
  static final int DEPTH = 300;
  static final Object LOCK = new Object();
  static volatile int sink;

  static int spin(int n) {
    int sum = 0;
    for (int i = 0; i < n; i++) sum += i ^ n;
    return sum;
  }

  static void whole() { inner(); }
  static void inner() { sink += spin(1_000_000); }

  static int deep(int depth) {
    if (depth == 0) {
      LockSupport.parkNanos(1);
      return spin(1000);
    }
    int below = deep(depth - 1);
    return below + spin(5000);
  }

  static void pinned() {
    synchronized (LOCK) {
      LockSupport.parkNanos(1);
      inner();
    }
  }

  static void unnamed() { inner(); }

  static Runnable forever(Runnable work) {
    return () -> {
      while (true) {
        work.run();
        Thread.yield();
      }
    };
  }

  public static void main(String[] args) throws Exception {
    for (int i = 0; i < 3; i++) {
      Thread.ofVirtual().name("whole-" + i).start(forever(VirtualWork::whole));
      Thread.ofVirtual().name("deep-" + i).start(forever(() -> sink += deep(DEPTH)));
      Thread.ofVirtual().name("pinned-" + i).start(forever(VirtualWork::pinned));
    }
    Thread.ofVirtual().start(forever(VirtualWork::unnamed));
    System.out.println("READY");
    while (System.in.read() >= 0) { }
    System.exit(0);
  }
}
