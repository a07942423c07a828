package shop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Scanner;

/**
 * A small shop. Two threads take orders, one keeps the rates of foreign money up to date, one closes the books now and then. Three things in it
 * are slow that need not be. `serve` lets it begin, answered once it is compiled. Java 8.
 */
class Service {
  static final long WARM_MS = 3000;

  static void start(String name, Task task) {
    Thread thread = new Thread(() -> {
      try {
        for (;;) task.run();
      } catch (IOException | InterruptedException ended) {
        // The program ends.
      }
    }, name);
    thread.setDaemon(true);
    thread.start();
  }

  interface Task {
    void run() throws IOException, InterruptedException;
  }

  public static void main(String[] args) throws Exception {
    Catalog catalog = new Catalog();
    Ledger ledger = new Ledger();
    Rates rates = new Rates();
    System.out.println("done");
    Scanner orders = new Scanner(System.in);
    while (orders.hasNext()) {
      if (orders.next().equals("serve")) {
        for (int i = 1; i <= 2; i++) {
          Orders some = new Orders(catalog, ledger, rates, i);
          start("orders-" + i, some::next);
        }
        start("rates", rates::update);
        start("books", () -> Books.close(ledger));
        Thread.sleep(WARM_MS);
      }
      System.out.println("done");
    }
  }
}

class Orders {
  static final int ARTICLES = 150;

  final Catalog catalog;
  final Ledger ledger;
  final Rates rates;
  int seed;

  Orders(Catalog catalog, Ledger ledger, Rates rates, int seed) {
    this.catalog = catalog;
    this.ledger = ledger;
    this.rates = rates;
    this.seed = seed;
  }

  /** An order comes in each few milliseconds. */
  void next() throws InterruptedException {
    long cents = priced();
    ledger.book(cents);
    Thread.sleep(1);
  }

  long priced() {
    long cents = 0;
    for (int i = 0; i < ARTICLES; i++) {
      seed = seed * 1103515245 + 12345;
      cents += catalog.price((seed >>> 8) % Catalog.SIZE);
    }
    return Discount.after(cents) * rates.percent / 100;
  }
}

class Discount {
  static long after(long cents) {
    return cents > 100_000 ? cents - cents / 20 : cents;
  }
}

class Catalog {
  static final int SIZE = 60_000;

  final int[] articles = new int[SIZE];
  final int[] cents = new int[SIZE];

  Catalog() {
    for (int i = 0; i < SIZE; i++) {
      articles[i] = i;
      cents[i] = 100 + i % 9900;
    }
  }

  int price(int article) {
    return cents[indexOf(article)];
  }

  int indexOf(int article) {
    for (int i = 0; i < articles.length; i++) if (articles[i] == article) return i;
    return 0;
  }
}

class Ledger {
  long cents;
  long closed;

  synchronized void book(long amount) {
    cents += amount;
  }

  /** The books go to a slow disk, and meanwhile nobody may write into them. */
  synchronized void close() throws InterruptedException {
    closed = cents;
    Thread.sleep(15);
  }
}

class Books {
  static void close(Ledger ledger) throws InterruptedException {
    ledger.close();
    Thread.sleep(10);
  }
}

/** From another program, by a pipe: a line each 50 ms. It ends when nobody reads any more. */
class Rates {
  volatile long percent = 100;
  final BufferedReader lines;

  Rates() throws IOException {
    Process source = new ProcessBuilder("sh", "-c", "while sleep 0.05 && echo 100; do :; done").start();
    lines = new BufferedReader(new InputStreamReader(source.getInputStream()));
  }

  void update() throws IOException {
    String line = fetch();
    if (line == null) throw new IOException("no rates");
    percent = Long.parseLong(line);
  }

  String fetch() throws IOException {
    return lines.readLine();
  }
}
