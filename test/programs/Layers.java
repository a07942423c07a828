import java.lang.reflect.Method;
import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Stacks whose every Java frame is known, for all JDKs from 8 on (source level 8). `java Layers [WORKERS]`: each worker, named
 * `layers-worker-number-N`, goes through all kinds of work; what it runs lies below Layers.work → bottom → middle → top, in this order.
 * Says READY when all of them run and lives until its standard input ends.
 */
public class Layers {
  interface Kind {
    int run(int seed) throws Exception;
  }

  static volatile boolean ended;
  static volatile int sink;
  static final byte[] BYTES = new byte[64 * 1024];
  static final byte[] COPY = new byte[64 * 1024];
  static final Object LOCK = new Object();

  static int compute(int seed) {
    int sum = seed;
    for (int i = 0; i < 20_000; i++) sum = add(sum, i) ^ (sum >>> 3);
    return sum;
  }

  static int add(int a, int b) {
    return a * 31 + b;
  }

  static int deep(int depth, int seed) {
    return depth == 0 ? deepest(seed) : deep(depth - 1, seed + depth) + 1;
  }

  /** As long as all other kinds together: so many samples are deep. */
  static int deepest(int seed) {
    int sum = seed;
    for (int i = 0; i < 100; i++) sum += compute(sum);
    return sum;
  }

  static int copies(int seed) {
    for (int i = 0; i < 200; i++) {
      System.arraycopy(BYTES, i, COPY, 1, BYTES.length - 512);
      System.arraycopy(COPY, 0, COPY, 3, COPY.length - 512);
      Arrays.fill(COPY, 0, 20_000, (byte) seed);
    }
    return COPY[5];
  }

  static int checksums(int seed) {
    CRC32 crc = new CRC32();
    for (int i = 0; i < 50; i++) crc.update(BYTES, i, 10_000 + (seed & 255));
    return (int) crc.getValue();
  }

  static int math(int seed) {
    double sum = seed;
    for (int i = 1; i < 5000; i++) sum += Math.sin(i) * Math.exp(1.0 / i) + Math.pow(i, 0.3) + Math.log(i);
    return (int) sum;
  }

  /** Java → native → Java. */
  static int privileged(final int seed) {
    int sum = 0;
    for (int i = 0; i < 20; i++) sum += AccessController.doPrivileged((PrivilegedAction<Integer>) () -> compute(seed) & 3);
    return sum;
  }

  public static int reflected(int seed) {
    return compute(seed);
  }

  static int reflection(int seed) throws Exception {
    Method method = Layers.class.getMethod("reflected", int.class);
    int sum = 0;
    for (int i = 0; i < 20; i++) sum += (Integer) method.invoke(null, seed + i);
    return sum;
  }

  static int thrower(int depth, int seed) {
    if (depth == 0) throw new IllegalStateException();
    return thrower(depth - 1, seed) + 1;
  }

  static int exceptions(int seed) {
    int caught = 0;
    for (int i = 0; i < 100; i++) {
      try {
        caught += thrower(20, seed);
      } catch (IllegalStateException expected) {
        caught++;
      }
    }
    return caught;
  }

  static int lambdas(int seed) {
    IntUnaryOperator twice = x -> x * 2;
    IntUnaryOperator all = twice.andThen(x -> x + 1).andThen(Layers::compute);
    return all.applyAsInt(seed);
  }

  static int collections(int seed) {
    Map<String, List<Integer>> map = new HashMap<>();
    for (int i = 0; i < 2000; i++) map.computeIfAbsent("key-" + (i * 31 + seed) % 97, key -> new ArrayList<>()).add(i);
    StringBuilder text = new StringBuilder();
    for (String key : map.keySet()) text.append(key).append(',').append(key.indexOf("y-5"));
    return text.toString().hashCode();
  }

  static int natives(int seed) {
    Deflater deflater = new Deflater();
    deflater.setInput(BYTES);
    deflater.finish();
    byte[] out = new byte[1024];
    int size = 0;
    while (!deflater.finished()) size += deflater.deflate(out);
    deflater.end();
    return size + seed;
  }

  static int locks(int seed) {
    int sum = 0;
    for (int i = 0; i < 2000; i++) synchronized (LOCK) { sum += add(seed, i); }
    return sum;
  }

  static final Kind[] KINDS = {
    Layers::compute, seed -> deep(100, seed), Layers::copies, Layers::checksums, Layers::math, Layers::privileged,
    Layers::reflection, Layers::exceptions, Layers::lambdas, Layers::collections, Layers::natives, Layers::locks,
  };

  static int bottom(Kind kind, int seed) throws Exception { return middle(kind, seed) + 1; }
  static int middle(Kind kind, int seed) throws Exception { return top(kind, seed) + 1; }
  static int top(Kind kind, int seed) throws Exception { return kind.run(seed) + 1; }

  static void work() {
    try {
      for (int seed = 0; !ended; seed++) sink += bottom(KINDS[seed % KINDS.length], seed);
    } catch (Exception unexpected) {
      unexpected.printStackTrace();
      System.exit(1);
    }
  }

  /** A field that hides Thread's own. */
  static class Worker extends Thread {
    @SuppressWarnings("unused") String name = "not the thread's name";
    Worker(String name) { super(name); }
    @Override public void run() { work(); }
  }

  public static void main(String[] args) throws Exception {
    int workers = args.length > 0 ? Integer.parseInt(args[0]) : 2;
    for (int i = 0; i < BYTES.length; i++) BYTES[i] = (byte) (i * 7);
    for (int i = 1; i <= workers; i++) {
      Thread worker = new Worker("layers-worker-number-" + i);
      worker.setDaemon(true);
      worker.start();
    }
    System.out.println("READY");
    while (System.in.read() >= 0) continue;
    ended = true;
  }
}
