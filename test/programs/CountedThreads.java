// Threads that do a known number of things, for profiles of events: says READY, then does one piece of work for each line of standard
// input, says DONE and how many nanoseconds it took, and ends with its input.

import java.nio.ByteBuffer;
import java.util.Scanner;
import java.util.concurrent.Semaphore;

public class CountedThreads {
  static final Semaphore asked = new Semaphore(0);
  static final Semaphore done = new Semaphore(0);
  static final ByteBuffer[] kept = new ByteBuffer[1000];
  static volatile long sink;

  static void startThreads(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      Thread thread = new Thread(() -> {});
      thread.start();
      thread.join();
    }
  }

  /** A megabyte each, outside of the heap. */
  static void allocateDirect(int count) {
    for (int i = 0; i < count; i++) kept[i] = ByteBuffer.allocateDirect(1 << 20);
  }

  /** Sleeps, then spins, by its own clock. */
  static void restAndWork(int milliseconds) throws InterruptedException {
    Thread.sleep(milliseconds);
    long end = System.nanoTime() + milliseconds * 1_000_000L;
    while (System.nanoTime() < end) sink++;
  }

  /** Waits to be notified, which only `answering` does. */
  static void askOften(int count) throws InterruptedException {
    for (int i = 0; i < count; i++) {
      asked.release();
      awaitAnswer();
    }
  }

  static void awaitAnswer() throws InterruptedException {
    done.acquire();
  }

  static void answer() {
    try {
      for (;;) {
        asked.acquire();
        // Long enough for the other to fall asleep.
        Thread.sleep(5);
        done.release();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public static void main(String[] args) throws Exception {
    Thread answering = new Thread(CountedThreads::answer, "answering");
    answering.setDaemon(true);
    answering.start();
    // What it loads at first is done before anything is counted.
    startThreads(1);
    allocateDirect(1);
    askOften(1);
    restAndWork(1);
    Scanner input = new Scanner(System.in);
    System.out.println("READY");
    while (input.hasNextLine()) {
      String[] work = input.nextLine().split(" ");
      int count = Integer.parseInt(work[1]);
      long began = System.nanoTime();
      switch (work[0]) {
        case "threads": startThreads(count); break;
        case "direct": allocateDirect(count); break;
        case "rests": restAndWork(count); break;
        case "asks": askOften(count); break;
        default: throw new IllegalArgumentException(work[0]);
      }
      System.out.println("DONE " + (System.nanoTime() - began));
    }
  }
}
