package shop;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/**
 * A small shop, to be profiled: `npm run demo` starts it, and jtrace draws where its time goes. Every thread does one kind of work, and the
 * method in which it does it says in its name what there is to see in the flame graph:
 *
 * <pre>
 * orders-1, orders-2  OrderBook.matchCompiledByC2       hot loops of C2, with small methods inlined into them
 * stock-1             Stock.countCompiledByC1           the same, compiled by C1 only
 * discounts-1         Discounts.applyInterpreted        bytecodes that the interpreter runs
 * search-1            SearchIndex.rankWithLambdas       streams: lambdas, and the classes the VM makes for them
 * catalog-1           Catalog.sumRecursively            a call 150 deep in itself: a tower
 * archive-1           Archive.compressInNativeMethod    Java → native method → a C library
 * journal-1           Journal.writeBySystemCall         Java → libc → the kernel
 * returns-1           Returns.refuseByException         exceptions: Java → the VM, which walks the stack
 * </pre>
 *
 * What no thread of ours does is in the graph, too: the collector's and the compilers' threads, all frames of the VM.
 * compile-levels.json, beside this file, sees to it that they stay what their names say. Nothing else is special: default flags, no agent. The program lives until its standard input ends, at the latest for {@link #LONGEST_LIFE_SECONDS}.
 */
public final class Shop {
  /** Whoever forgets it finds no JVM of ours the next day. */
  private static final long LONGEST_LIFE_SECONDS = 300;
  /** At a stretch; short, so that every sample may meet any thread, also on a machine with a single CPU. */
  private static final long BUSY_NANOS = 4_000_000;

  /** What threads compute goes here, lest the compiler finds that nobody needs it. */
  static volatile long sink;

  /** One piece of work, well below a millisecond or two. */
  interface Work {
    long once() throws IOException;
  }

  public static void main(String[] args) throws IOException {
    open("orders-1", 25, new OrderBook(1)::matchCompiledByC2);
    open("orders-2", 25, new OrderBook(2)::matchCompiledByC2);
    open("search-1", 20, new SearchIndex()::rankWithLambdas);
    open("stock-1", 15, new Stock()::countCompiledByC1);
    open("discounts-1", 15, new Discounts()::applyInterpreted);
    open("archive-1", 15, new Archive()::compressInNativeMethod);
    open("journal-1", 15, new Journal()::writeBySystemCall);
    open("catalog-1", 10, new Catalog()::sumAll);
    open("returns-1", 10, new Returns()::refuseByException);
    Thread closing = new Thread(Shop::closeInTheEvening, "closing-time");
    closing.setDaemon(true);
    closing.start();
    System.out.println("READY");
    while (System.in.read() >= 0) continue;
    System.exit(0);
  }

  /** Starts a thread that works `percent` of the time, and waits for customers the rest of it. */
  private static void open(String name, int percent, Work work) {
    Thread thread = new Thread(() -> serve(percent, work), name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void serve(int percent, Work work) {
    try {
      while (true) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < BUSY_NANOS) sink += work.once();
        LockSupport.parkNanos(BUSY_NANOS * (100 - percent) / percent);
      }
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }

  private static void closeInTheEvening() {
    long end = System.nanoTime() + LONGEST_LIFE_SECONDS * 1_000_000_000L;
    while (System.nanoTime() < end) LockSupport.parkNanos(1_000_000_000L);
    System.exit(0);
  }
}
