import java.io.InputStream;
import java.util.function.LongUnaryOperator;

/**
 * Code that comes and goes: classes are loaded, run until they are compiled, dropped and collected, over and over, in a code cache so
 * small that the VM throws code out. Says READY when the first classes have been unloaded, ends when its input does.
 */
public class Churn {
  /** Loaded anew each round, under the same name. */
  public static class Work implements LongUnaryOperator {
    public long applyAsLong(long n) { return outer(n); }
    static long outer(long n) {
      long acc = n;
      for (int i = 0; i < 50; i++) acc += middle(acc + i);
      return acc;
    }
    static long middle(long n) {
      long acc = n;
      for (int i = 0; i < 20; i++) acc ^= inner(acc, i);
      return acc;
    }
    static long inner(long n, int i) { return i % 7 == 0 ? Long.rotateLeft(n, i) * 31 : n + i; }
  }

  /** Method names of one length with a letter of the round at their end: a name of another round in a stack is a wrong one. */
  static byte[] lettered(byte[] original, int round) {
    byte[] bytes = original.clone();
    for (String name : new String[] {"outer", "middle", "inner"}) {
      byte[] wanted = name.getBytes();
      for (int at = 3; at + wanted.length <= bytes.length; at++) {
        // A CONSTANT_Utf8: tag 1, length, text.
        boolean found = bytes[at - 3] == 1 && bytes[at - 2] == 0 && bytes[at - 1] == wanted.length;
        for (int i = 0; found && i < wanted.length; i++) found = bytes[at + i] == wanted[i];
        if (found) bytes[at + wanted.length - 1] = (byte) ('A' + round % 26);
      }
    }
    return bytes;
  }

  static class Loader extends ClassLoader {
    final byte[] bytes;
    Loader(byte[] bytes) { super(Churn.class.getClassLoader()); this.bytes = bytes; }
    Class<?> define() { return defineClass("Churn$Work", bytes, 0, bytes.length); }
  }

  static final int ROUND_CALLS = 3000;
  static volatile long sink;

  static void rounds(byte[] bytes) {
    try {
      for (int round = 1; ; round++) {
        LongUnaryOperator work = (LongUnaryOperator) new Loader(lettered(bytes, round)).define().getDeclaredConstructor().newInstance();
        for (int i = 0; i < ROUND_CALLS; i++) sink = work.applyAsLong(sink);
        if (round % 10 == 0) System.gc();
        if (round == 30) System.out.println("READY");
      }
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  public static void main(String[] args) throws Exception {
    byte[] bytes;
    try (InputStream in = Churn.class.getResourceAsStream("Churn$Work.class")) { bytes = in.readAllBytes(); }
    for (int i = 0; i < 2; i++) {
      Thread thread = new Thread(() -> rounds(bytes), "churn-" + i);
      thread.setDaemon(true);
      thread.start();
    }
    while (System.in.read() >= 0) { }
  }
}
