import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.locks.LockSupport;

/**
 * Does a known number of what the scripts of the catalogue count in a JVM. It says READY; then each line KIND COUNT [ARGUMENT] on its input is
 * done, and answered with DONE. It ends when its input does. From JDK 8 on.
 */
public class KnownEvents {
  static final class KnownException extends RuntimeException {}

  static final class KnownLock {}

  static Object sink;

  public static void main(String[] args) throws Exception {
    // Loaded and initialized now: what follows is only what is asked for.
    LockSupport.parkNanos(1);
    sink = new KnownException();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    System.out.println("READY");
    for (String line; (line = lines.readLine()) != null; ) {
      String[] words = line.split(" ");
      work(words[0], Integer.parseInt(words[1]), words.length > 2 ? words[2] : "");
      System.out.println("DONE");
    }
  }

  static void work(String kind, int count, String argument) throws Exception {
    switch (kind) {
      case "exceptions":
        for (int i = 0; i < count; i++) thrower();
        break;
      case "classes":
        classes(count);
        break;
      case "threads":
        for (int i = 0; i < count; i++) starter(i);
        break;
      case "locks":
        for (int i = 0; i < count; i++) contender();
        break;
      case "lock-then-sleep":
        for (int i = 0; i < count; i++) lockThenSleep();
        break;
      case "permitted":
        for (int i = 0; i < count; i++) permitted();
        break;
      case "permits":
        for (int i = 0; i < ENDED_THREADS; i++) permittedOnce();
        for (int i = 0; i < count; i++) parker();
        break;
      case "parks":
        for (int i = 0; i < count; i++) parker();
        break;
      case "gcs":
        for (int i = 0; i < count; i++) System.gc();
        break;
      case "allocations":
        for (int i = 0; i < count; i++) allocator();
        break;
      case "files":
        for (int i = 0; i < count; i++) opener(argument);
        break;
      case "sockets":
        sockets(count);
        break;
      case "names":
        for (int i = 0; i < count; i++) resolver(i);
        break;
      case "traps":
        trapped(count);
        break;
      case "compiles":
        int sum = 0;
        for (int i = 0; i < count; i++) sum += compiled(i);
        sink = sum;
        break;
      default:
        throw new IllegalArgumentException(kind);
    }
  }

  static void thrower() {
    try {
      throw new KnownException();
    } catch (KnownException e) {
      sink = e;
    }
  }

  /** The same class, by a loader of its own each time. */
  static void classes(int count) throws Exception {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    try (InputStream in = KnownEvents.class.getResourceAsStream("KnownEvents$KnownLock.class")) {
      for (int value; (value = in.read()) >= 0; ) read.write(value);
    }
    byte[] bytes = read.toByteArray();
    for (int i = 0; i < count; i++) {
      Class<?> made = new ClassLoader(null) {
        Class<?> make() {
          return defineClass("KnownEvents$KnownLock", bytes, 0, bytes.length);
        }
      }.make();
      sink = made;
    }
  }

  static void starter(int number) throws InterruptedException {
    Thread thread = new Thread(() -> {}, "jt-known");
    thread.start();
    thread.join();
  }

  /** One contended enter: the owner lets go when it sees the other one blocked, and not before 20 ms have passed. Then the other one waits, and must queue again: no enter. */
  static void contender() throws InterruptedException {
    KnownLock lock = new KnownLock();
    Thread other;
    synchronized (lock) {
      other = new Thread(() -> {
        synchronized (lock) {
          sink = lock;
          try {
            lock.wait();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        }
      }, "jt-blocked");
      other.start();
      while (other.getState() != Thread.State.BLOCKED) Thread.sleep(1);
      Thread.sleep(20);
    }
    while (other.getState() != Thread.State.WAITING) Thread.sleep(1);
    synchronized (lock) {
      lock.notify();
      while (other.getState() != Thread.State.BLOCKED) Thread.sleep(1);
    }
    other.join();
  }

  /** Longer than the shorter wait for a lock, on a busy machine, too. */
  static final int LONG_MS = 1500;

  /** A thread that waits for one lock, sleeps until it is interrupted, and waits for another; LONG_MS each of the latter two. */
  static void lockThenSleep() throws InterruptedException {
    KnownLock first = new KnownLock();
    KnownLock second = new KnownLock();
    Thread other = new Thread(() -> {
      synchronized (first) {
        sink = first;
      }
      try {
        Thread.sleep(1_000_000);
      } catch (InterruptedException e) {
        sink = e;
      }
      synchronized (second) {
        sink = second;
      }
    }, "jt-blocked");
    synchronized (second) {
      synchronized (first) {
        other.start();
        while (other.getState() != Thread.State.BLOCKED) Thread.sleep(1);
        Thread.sleep(20);
      }
      while (other.getState() != Thread.State.TIMED_WAITING) Thread.sleep(1);
      Thread.sleep(LONG_MS);
      other.interrupt();
      while (other.getState() != Thread.State.BLOCKED) Thread.sleep(1);
      Thread.sleep(LONG_MS);
    }
    other.join();
  }

  /** More than a map of a script holds keys (16384). */
  static final int ENDED_THREADS = 17_000;

  /** A thread that parks with a permit, and ends. */
  static void permittedOnce() throws InterruptedException {
    Thread thread = new Thread(KnownEvents::permitted);
    thread.start();
    thread.join();
  }

  static void permitted() {
    LockSupport.unpark(Thread.currentThread());
    LockSupport.park();
  }

  static void parker() {
    LockSupport.parkNanos(5_000_000);
  }

  /** Larger than any TLAB of a small heap, and no larger than a region of G1 holds. */
  static void allocator() {
    sink = new long[1 << 18];
  }

  static void opener(String file) throws IOException {
    try (FileInputStream in = new FileInputStream(file)) {
      sink = in;
    }
  }

  static void sockets(int count) throws IOException {
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < count; i++) connector(server);
    }
  }

  static void connector(ServerSocket server) throws IOException {
    try (Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      client.getOutputStream().write(new byte[100]);
      byte[] received = new byte[100];
      new DataInputStream(accepted.getInputStream()).readFully(received);
      sink = received;
    }
  }

  static void resolver(int number) {
    try {
      sink = InetAddress.getByName("jt-known-" + number + ".invalid");
    } catch (IOException e) {
      sink = e;
    }
  }

  /** The optimizing compiler has seen numbers only: each text after them is an uncommon trap, until it compiles anew. */
  static void trapped(int count) {
    for (int i = 0; i < 200_000; i++) sink = known(i);
    for (int i = 0; i < count; i++) sink = known("a text");
  }

  static int known(Object value) {
    return value instanceof Integer ? 1 : value.hashCode();
  }

  /** To be compiled, and nothing else: -XX:CompileCommand=compileonly,KnownEvents::compiled */
  static int compiled(int number) {
    return number * 3 + 1;
  }
}
