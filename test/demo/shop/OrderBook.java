package shop;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Buyers and sellers find each other. Hot code of the plain kind: C2 compiles the method and puts the small ones that it calls into it. The CPU
 * knows nothing of these calls any more; the flame graph has them, as "inlined" frames on top of the compiled one.
 */
final class OrderBook {
  private static final int PRICES = 500;

  /** Pieces for sale by price, in cents. */
  private final TreeMap<Integer, Integer> asks = new TreeMap<>();
  private final int[] bids = new int[PRICES];

  OrderBook(int seed) {
    Random random = new Random(seed);
    for (int i = 0; i < PRICES; i++) {
      asks.put(1_000 + random.nextInt(5_000), 1 + random.nextInt(9));
      bids[i] = 1_000 + random.nextInt(5_000);
    }
  }

  /** What all buyers together would pay. */
  long matchCompiledByC2() {
    long cents = 0;
    for (int bid : bids) cents += priceInlined(bid);
    return cents;
  }

  /** Of all pieces at the best price a buyer can have. */
  private long priceInlined(int bid) {
    Map.Entry<Integer, Integer> ask = asks.floorEntry(bid);
    return ask == null ? 0 : (long) ask.getKey() * ask.getValue();
  }
}
