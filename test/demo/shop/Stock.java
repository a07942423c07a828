package shop;

/**
 * Counts what lies on the shelves. C2 is told to leave this class alone (compile-levels.json), so that its methods stay with C1, where code of
 * a real program is on its way to C2. C1 inlines, too: only small methods, and fewer of them.
 */
final class Stock {
  private final int[] shelves = new int[20_000];

  Stock() {
    for (int i = 0; i < shelves.length; i++) shelves[i] = i * 7919 % 1000;
  }

  /** Pieces on all shelves, those that are nearly empty counted apart. */
  long countCompiledByC1() {
    long pieces = 0;
    for (int shelf = 0; shelf < shelves.length; shelf++) pieces += isLow(shelf) ? shelves[shelf] * 1_000_000L : shelves[shelf];
    return pieces;
  }

  private boolean isLow(int shelf) {
    return shelves[shelf] < 10;
  }
}
