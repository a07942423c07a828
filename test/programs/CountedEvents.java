// Does a known number of things in one method each, for profiles of events: says READY, then does one piece of work for each line of
// standard input, says DONE and how many nanoseconds it took, and ends with its input. Threads: `main` does the work, `worker` waits in `parkOften`.

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.util.Scanner;
import java.util.concurrent.locks.LockSupport;

public class CountedEvents {
  static Object kept;
  static int caught;

  /** Loaded as often as asked, by a loader of its own each time. */
  public static class Loaded {}

  static void throwOften(int count) {
    for (int i = 0; i < count; i++) {
      try {
        throwOne(i);
      } catch (IllegalStateException e) {
        caught++;
      }
    }
  }

  static void throwOne(int number) {
    throw new IllegalStateException("number " + number);
  }

  /** A megabyte each, which no thread-local buffer holds. */
  static void allocateMegabytes(int count) {
    for (int i = 0; i < count; i++) kept = new byte[1 << 20];
  }

  /** A megabyte each, outside of the heap. */
  static void allocateDirect(int count) {
    for (int i = 0; i < count; i++) kept = ByteBuffer.allocateDirect(1 << 20);
  }

  /** 20 ms each. */
  static void sleepOften(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) Thread.sleep(20);
  }

  static void parkOften(int count) throws InterruptedException {
    Thread worker = new Thread(() -> { for (int i = 0; i < count; i++) parkOnce(); }, "worker");
    worker.start();
    worker.join();
  }

  /** 20 ms at least, whatever wakes it before. */
  static void parkOnce() {
    long end = System.nanoTime() + 20_000_000;
    for (long left = 20_000_000; left > 0; left = end - System.nanoTime()) LockSupport.parkNanos(left);
  }

  static final class Contended {}

  static final class Blocker {}

  /** Longer than what a profile shows of a name. */
  static final class NamedABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJ {}

  /** Each time `worker` waits for a monitor that is let go 20 ms after it was seen to wait. */
  static void contendOften(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      Contended lock = new Contended();
      Thread worker;
      synchronized (lock) {
        worker = new Thread(() -> enterOnce(lock), "worker");
        worker.start();
        while (worker.getState() != Thread.State.BLOCKED) Thread.sleep(1);
        Thread.sleep(20);
      }
      worker.join();
    }
  }

  static void enterOnce(Object lock) {
    synchronized (lock) {
      kept = lock;
    }
  }

  /** 20 ms each, if nothing wakes it before: once each time. */
  static void parkForOften(int count) {
    for (int i = 0; i < count; i++) parkFor(kept = new Blocker());
  }

  static void parkForLongOften(int count) {
    for (int i = 0; i < count; i++) parkFor(kept = new NamedABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJ());
  }

  static void parkFor(Object blocker) {
    LockSupport.parkNanos(blocker, 20_000_000);
  }

  static void collectOften(int count) {
    for (int i = 0; i < count; i++) collectOnce();
  }

  static void collectOnce() {
    System.gc();
  }

  static int hotA(int number) {
    return number % 7 == 0 ? number * 3 : number + 1;
  }

  static int hotB(int number) {
    return number % 5 == 0 ? number * 2 : number + 3;
  }

  static int hotC(int number) {
    return number % 3 == 0 ? number * 5 : number + 7;
  }

  /** Called until every compiler has had it: of three methods, the one of this number. */
  static void callOften(int number) {
    int sum = 0;
    for (int i = 0; i < 100_000; i++) sum += number == 0 ? hotA(i) : number == 1 ? hotB(i) : hotC(i);
    kept = sum;
  }

  static void loadOften(int count) throws Exception {
    URL[] where = {CountedEvents.class.getProtectionDomain().getCodeSource().getLocation()};
    for (int i = 0; i < count; i++) {
      try (URLClassLoader loader = new URLClassLoader(where, null)) {
        kept = loader.loadClass("CountedEvents$Loaded");
      }
    }
  }

  public static void main(String[] args) throws Exception {
    // What it loads and compiles at first is done before anything is counted.
    throwOften(1);
    allocateMegabytes(1);
    loadOften(1);
    parkOften(1);
    contendOften(1);
    parkForOften(1);
    Scanner input = new Scanner(System.in);
    System.out.println("READY");
    while (input.hasNextLine()) {
      String[] work = input.nextLine().split(" ");
      int count = Integer.parseInt(work[1]);
      long began = System.nanoTime();
      switch (work[0]) {
        case "exceptions": throwOften(count); break;
        case "megabytes": allocateMegabytes(count); break;
        case "direct": allocateDirect(count); break;
        case "sleeps": sleepOften(count); break;
        case "parks": parkOften(count); break;
        case "monitors": contendOften(count); break;
        case "blockers": parkForOften(count); break;
        case "longs": parkForLongOften(count); break;
        case "collections": collectOften(count); break;
        case "compilations": callOften(count); break;
        case "classes": loadOften(count); break;
        default: throw new IllegalArgumentException(work[0]);
      }
      System.out.println("DONE " + (System.nanoTime() - began));
    }
  }
}
