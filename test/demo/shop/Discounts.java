package shop;

/**
 * Works out prices by rules. No compiler may touch this class (compile-levels.json): the interpreter runs it bytecode by bytecode, as it
 * runs everything in the first moments of a program. Its frames are laid out unlike those of compiled code, and jtrace walks both.
 */
final class Discounts {
  private static final int CUSTOMERS = 2_000;

  /** Cents to pay by all customers. */
  long applyInterpreted() {
    long cents = 0;
    for (int customer = 0; customer < CUSTOMERS; customer++) cents += priceInterpreted(customer, 1_000 + customer % 500);
    return cents;
  }

  private static int priceInterpreted(int customer, int cents) {
    int price = cents;
    if (customer % 10 == 0) price -= price / 10;
    if (customer % 7 == 0) price -= 25;
    return Math.max(price, 100);
  }
}
