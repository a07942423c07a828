import java.util.concurrent.CountDownLatch;

/**
 * Threads whose names do not fit a comm, for all JDKs from 8 on. `java Names` says READY when all of them wait; a line on standard input
 * makes the heap be collected and garbage fill what became free, and is answered by COLLECTED; the input's end ends the program.
 */
public class Names {
  static class Hiding extends Thread {
    @SuppressWarnings("unused") String name = "names-thread-of-a-field";
    Hiding(Runnable run, String name) { super(run, name); }
  }

  static volatile Object garbage;

  public static void main(String[] args) throws Exception {
    CountDownLatch waiting = new CountDownLatch(3);
    Runnable wait = () -> {
      waiting.countDown();
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException ended) {
        return;
      }
    };
    Thread[] threads = {
      new Thread(wait, "names-thread-in-latin-1"),
      new Thread(wait, "names-thread-\u0438\u043c\u044f-\u043f\u043e\u0442\u043e\u043a\u0430"),
      new Hiding(wait, "names-thread-hidden-by-a-field"),
    };
    for (Thread thread : threads) {
      thread.setDaemon(true);
      thread.start();
    }
    waiting.await();
    System.out.println("READY");
    for (int read; (read = System.in.read()) >= 0; ) {
      if (read != '\n') continue;
      System.gc();
      for (int i = 0; i < 2000; i++) garbage = new String(new char[1000 + i]).concat("names-thread-of-garbage");
      System.out.println("COLLECTED");
    }
  }
}
