import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.security.AccessController;
import java.security.MessageDigest;
import java.security.PrivilegedAction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Every kind of Java frame on demand: the program the debugger oracle stops. Phases are chosen by name; each makes one sort of
 * leaf or stack frequent. `java Strata PHASE[,PHASE…] [WORKERS]`; a line on standard input changes the phases, its end ends the program.
 * The methods called tiny* must not be inlined: run with -XX:CompileCommand=quiet -XX:CompileCommand=dontinline,Strata::tiny*.
 * Written in Java 8, for every JDK. Native phases need libstrata.so (strata.c) in the folder named by -Dstrata.lib.
 */
public class Strata {
  interface Phase {
    int run(int seed) throws Throwable;
  }

  interface Shape {
    int area(int x);
  }

  static final Map<String, Phase> PHASES = new TreeMap<>();
  static volatile String[] chosen;
  static volatile int sink;
  static final boolean HAS_NATIVE = loadNative();

  static boolean loadNative() {
    String folder = System.getProperty("strata.lib");
    if (folder == null) return false;
    System.load(folder + "/libstrata.so");
    return true;
  }

  // --- tiny: prologues and epilogues are most of the time.
  static int tinyAdd(int a, int b) { return a + b; }
  static int tinyMix(int a, int b) { return tinyAdd(a ^ b, b); }
  static int tinyThree(int a, int b, int c) { return tinyMix(a, b) + tinyAdd(b, c); }
  static long tinyLong(long a) { return a * 31 + 7; }
  static double tinyDouble(double a) { return a * 0.5 + 1.0; }
  int field = 3;
  int tinyGet() { return field; }
  void tinySet(int v) { field = v; }
  synchronized int tinyLocked(int v) { return field + v; }
  static Object tinyBox(int v) { return v == 0 ? null : "x"; }
  static int tinyLoop(int n) { int s = 0; for (int i = 0; i < n; i++) s += i ^ n; return s; }

  static int tiny(int seed) {
    Strata s = new Strata();
    int acc = seed;
    double d = seed;
    long l = seed;
    for (int i = 0; i < 2000; i++) {
      acc = tinyThree(acc, i, seed);
      l = tinyLong(l);
      d = tinyDouble(d);
      s.tinySet(acc);
      acc += s.tinyGet() + s.tinyLocked(i);
      if (tinyBox(acc & 7) == null) acc += tinyLoop(3);
    }
    return acc + (int) l + (int) d;
  }

  // --- inlined: a chain that C1 and C2 fold into one physical frame.
  static int in1(int x) { return in2(x + 1) ^ x; }
  static int in2(int x) { return in3(x * 3) + x; }
  static int in3(int x) { return x > 7 ? in4(x - 5) : in5(x + 2); }
  static int in4(int x) { return in5(x ^ 0x55) - 1; }
  static int in5(int x) { return in6(x) + in6(x + 1); }
  static int in6(int x) { return in7(x) * 17; }
  static int in7(int x) { return in8(x, 3) | 1; }
  static int in8(int x, int y) { int s = 0; for (int i = 0; i < y; i++) s += in9(x + i); return s; }
  static int in9(int x) { return (x * x) % (x | 3); }

  static int inlined(int seed) {
    int acc = seed;
    for (int i = 0; i < 2000; i++) acc += in1(acc + i);
    return acc;
  }

  // --- deep: 200 to 700 frames (C1's are large: more would not fit into what every bpftrace can copy), work at every depth, some of it inlined.
  static int deepDown(int depth, int seed) {
    if (depth <= 0) return tinyLoop(40 + (seed & 15)) + in1(seed);
    int below = (depth & 3) == 0 ? deepSide(depth - 1, seed ^ depth) : deepDown(depth - 1, seed + depth);
    return below + tinyLoop(depth & 7);
  }

  static int deepSide(int depth, int seed) { return deepDown(depth, seed) * 3 + 1; }

  static int deep(int seed) { return deepDown(200 + Math.floorMod(seed, 501), seed); }

  // --- dispatch: more receiver classes than inline caches hold, so that vtable and itable stubs run.
  static final class Square implements Shape { public int area(int x) { return x * x; } }
  static final class Line implements Shape { public int area(int x) { return x + 1; } }
  static final class Cube implements Shape { public int area(int x) { return x * x * x; } }
  static final class Void implements Shape { public int area(int x) { return 0; } }
  static final class Twice implements Shape { final Shape of; Twice(Shape s) { of = s; } public int area(int x) { return 2 * of.area(x); } }
  abstract static class Base { abstract int step(int x); int twice(int x) { return step(step(x)); } }
  static class StepA extends Base { int step(int x) { return x + 3; } }
  static class StepB extends Base { int step(int x) { return x ^ 9; } }
  static class StepC extends StepA { int step(int x) { return x * 5; } }
  static class StepD extends StepB { int step(int x) { return x - 2; } }
  static final Shape[] SHAPES = {new Square(), new Line(), new Cube(), new Void(), new Twice(new Line()), new Twice(new Cube())};
  static final Base[] STEPS = {new StepA(), new StepB(), new StepC(), new StepD()};

  static int dispatch(int seed) {
    int acc = seed;
    for (int i = 0; i < 4000; i++) {
      acc += SHAPES[(i * 7 + seed >>> 1) % SHAPES.length].area(i & 63);
      acc += STEPS[i & 3].twice(acc);
    }
    return acc;
  }

  // --- stubs: code HotSpot generated: copies, checksums, libm, string intrinsics, digests.
  static final byte[] BYTES = new byte[64 * 1024];
  static final byte[] COPY = new byte[64 * 1024];
  static final int[] INTS = new int[16 * 1024];
  static final Object[] OBJECTS = new Object[4096];
  static final String[] STRINGS = new String[4096];
  static final String LONG_TEXT = String.join("", java.util.Collections.nCopies(200, "the quick brown fox jumps over the lazy dog ")) + "needle";

  static { Arrays.fill(STRINGS, "s"); Arrays.fill(OBJECTS, "o"); }

  static int copies(int seed) {
    for (int i = 0; i < 20; i++) {
      System.arraycopy(BYTES, i, COPY, 1, BYTES.length - 64);
      System.arraycopy(COPY, 0, COPY, 3, COPY.length - 64);
      System.arraycopy(INTS, 0, INTS, 5, INTS.length - 64);
      System.arraycopy(OBJECTS, 0, STRINGS, 0, OBJECTS.length);
      System.arraycopy(STRINGS, 1, OBJECTS, 0, STRINGS.length - 1);
      Arrays.fill(COPY, 0, 40_000, (byte) seed);
    }
    return COPY[5];
  }

  static int checksums(int seed) throws Exception {
    CRC32 crc = new CRC32();
    crc.update(BYTES);
    crc.update(BYTES, 3, 77);
    java.util.zip.Adler32 adler = new java.util.zip.Adler32();
    adler.update(BYTES);
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(BYTES);
    byte[] md5 = MessageDigest.getInstance("MD5").digest(COPY);
    String coded = Base64.getEncoder().encodeToString(BYTES);
    return (int) (crc.getValue() + adler.getValue()) + digest[0] + md5[0] + coded.length();
  }

  static double transcend(int seed) {
    double d = seed;
    for (int i = 1; i < 500; i++) {
      d += Math.sin(d + i) * Math.cos(i) + Math.log(i + 2.0) + Math.exp(-i) + Math.pow(i, 0.3) + Math.tan(i) + (d * i) % 7.3 + StrictMath.sin(i);
    }
    return d;
  }

  static int texts(int seed) {
    int acc = LONG_TEXT.indexOf("needle") + LONG_TEXT.compareTo(LONG_TEXT + seed) + LONG_TEXT.substring(1).hashCode();
    acc += LONG_TEXT.equals(new String(LONG_TEXT)) ? 1 : 0;
    byte[] utf8 = (LONG_TEXT + "ü").getBytes(StandardCharsets.UTF_8);
    return acc + new String(utf8, StandardCharsets.UTF_8).toUpperCase().length();
  }

  static int bigs(int seed) {
    java.math.BigInteger n = java.math.BigInteger.valueOf(seed | 3).pow(70);
    return n.multiply(n).modPow(java.math.BigInteger.valueOf(65537), n.add(java.math.BigInteger.valueOf(2)).setBit(0)).intValue();
  }

  // --- native: JNI methods, native methods of the JDK, and the way back into Java.
  static native int spin(int n);
  static native synchronized int spinLocked(int n);
  static native int callBack(int depth, int seed);
  static native int sortWithJava(int[] values);

  /** Called by callBack: Java to native to Java, `depth` times. */
  static int fromNative(int depth, int seed) {
    if (depth <= 0) return tinyLoop(300) + in1(seed);
    return callBack(depth - 1, seed + 1);
  }

  /** Called by libc's qsort through sortWithJava. */
  static int compareFromNative(int a, int b) { return tinyLoop(5) < 0 ? 0 : Integer.compare(a, b); }

  static int natives(int seed) {
    long t = System.nanoTime() ^ System.currentTimeMillis();
    int acc = (int) t + Thread.currentThread().hashCode() + new Object().hashCode() + Runtime.getRuntime().availableProcessors();
    Deflater deflater = new Deflater();
    deflater.setInput(BYTES, 0, 4096);
    deflater.finish();
    acc += deflater.deflate(new byte[8192]);
    deflater.end();
    return HAS_NATIVE ? acc + spin(20_000) + spinLocked(5_000) : acc;
  }

  static int upcalls(int seed) throws Throwable {
    int acc = AccessController.doPrivileged((PrivilegedAction<Integer>) () -> tinyLoop(500) + in1(seed));
    if (HAS_NATIVE) acc += callBack(1 + (seed & 7), seed) + sortWithJava(new int[] {5, seed, 3, 9, 1, 7, 2, 8});
    Method m = Strata.class.getDeclaredMethod("reflected", int.class, Integer.class);
    for (int i = 0; i < 10; i++) acc += (Integer) m.invoke(null, i, seed); // fewer than 15 calls: the native accessor
    return acc;
  }

  // --- reflect: generated accessors, method handles, lambdas: hidden classes and LambdaForms.
  static Integer reflected(int a, Integer b) { return tinyLoop(60) + a + b; }
  static final Method WARM = method("reflected");
  static final MethodHandle HANDLE = handle("reflected");
  static MethodHandle changing = HANDLE;

  static Method method(String name) {
    try { return Strata.class.getDeclaredMethod(name, int.class, Integer.class); } catch (ReflectiveOperationException e) { throw new AssertionError(e); }
  }

  static MethodHandle handle(String name) {
    try {
      return MethodHandles.lookup().findStatic(Strata.class, name, MethodType.methodType(Integer.class, int.class, Integer.class));
    } catch (ReflectiveOperationException e) { throw new AssertionError(e); }
  }

  static int reflect(int seed) throws Throwable {
    int acc = 0;
    for (int i = 0; i < 200; i++) {
      acc += (Integer) WARM.invoke(null, i, seed);
      acc += (Integer) HANDLE.invokeExact(i, (Integer) seed);
      MethodHandle h = changing; // not constant: the LambdaForm is not folded away
      acc += (Integer) h.invoke(i, (Integer) seed);
      acc += (Integer) MethodHandles.insertArguments(h, 0, i).invoke((Object) Integer.valueOf(seed));
      int k = i;
      IntUnaryOperator op = x -> x * k + tinyLoop(20);
      acc += op.andThen(x -> x ^ seed).applyAsInt(i);
      Supplier<String> text = () -> "v" + k + ':' + seed;
      acc += text.get().length();
    }
    return acc + IntStream.range(0, 300).map(x -> x * seed).filter(x -> (x & 1) == 0).boxed().mapToInt(x -> x + in1(x)).sum();
  }

  // --- monitors: contended, inflated, waited on.
  static final Object LOCK = new Object();
  static int shared;
  static synchronized int classLocked(int x) { return shared += tinyLoop(x & 31); }

  static int monitors(int seed) throws InterruptedException {
    for (int i = 0; i < 300; i++) {
      synchronized (LOCK) {
        shared += tinyLoop(30);
        if ((i & 63) == 0) LOCK.notifyAll();
        if ((i & 127) == 1) LOCK.wait(1);
        synchronized (STEPS) { shared ^= in1(i); }
      }
      classLocked(i);
    }
    return shared;
  }

  // --- locks: java.util.concurrent's, whose methods (and those they are inlined into) check for the reserved stack zone behind their teardown.
  static final ThreadLocal<ReentrantLock> OWN_LOCK = ThreadLocal.withInitial(ReentrantLock::new);
  static int tinyGuarded(ReentrantLock lock, int v) {
    lock.lock();
    try {
      return v ^ 5;
    } finally {
      lock.unlock();
    }
  }
  static void tinyHold(ReentrantLock lock) { lock.lock(); }
  static void tinyRelease(ReentrantLock lock) { lock.unlock(); }
  static int locks(int seed) {
    ReentrantLock lock = OWN_LOCK.get();
    int sum = seed;
    for (int i = 0; i < 1000; i++) {
      sum += tinyGuarded(lock, i);
      tinyHold(lock);
      sum ^= i;
      tinyRelease(lock);
    }
    return sum;
  }

  // --- alloc: slow paths, clearing, collections.
  static Object[] keep = new Object[512];

  static int alloc(int seed) {
    for (int i = 0; i < 400; i++) {
      keep[Math.floorMod(seed * 31 + i, keep.length)] = new byte[1000 + (i & 1023) * 16];
      List<int[]> list = new ArrayList<>();
      for (int k = 0; k < 20; k++) list.add(new int[k * 8]);
      keep[i & 511] = new Object[][] {{list}, new Object[i & 127]};
      Map<Integer, String> map = new HashMap<>();
      for (int k = 0; k < 10; k++) map.put(k * seed, "n" + k);
      keep[(i * 7) & 511] = map;
    }
    return keep.length;
  }

  // --- throwing: thrown far, implicit ones, stack traces filled in.
  static int thrower(int depth, int kind) {
    if (depth > 0) return thrower(depth - 1, kind) + 1;
    Object none = kind == 0 ? null : "text";
    switch (kind) {
      case 0: return none.hashCode();
      case 1: return INTS[INTS.length + depth];
      case 2: return 7 / depth;
      case 3: return ((Integer) none).intValue();
      default: throw new IllegalStateException("deep");
    }
  }

  static int throwing(int seed) {
    int acc = 0;
    for (int i = 0; i < 50; i++) {
      try { acc += thrower(10 + (i & 31), Math.floorMod(seed + i, 5)); } catch (RuntimeException e) { acc += e.getClass().getName().length(); }
    }
    return acc;
  }

  // --- churn: the same code in a new class loader each time: interpreted, compiled, on-stack replaced, deoptimized, unloaded.
  static final class Fresh extends ClassLoader {
    final byte[] code;
    Fresh(byte[] code) { super(Strata.class.getClassLoader()); this.code = code; }
    Class<?> define() { return defineClass(null, code, 0, code.length); }
  }

  /** Loaded again and again; its loop changes its habits half-way, which traps compiled code. */
  public static class Churned implements IntUnaryOperator {
    private static int pick(Object o, int i) { return o instanceof String ? i + 1 : o instanceof Integer ? i * 3 : i; }
    public int applyAsInt(int n) {
      int acc = 0;
      for (int i = 0; i < n; i++) acc += pick(i < n / 2 ? (Object) "s" : (Object) Integer.valueOf(i), acc & 0xff);
      return acc;
    }
  }

  static int churn(int seed) throws Exception {
    byte[] code;
    try (java.io.InputStream in = Strata.class.getResourceAsStream("Strata$Churned.class")) {
      java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
      for (int b = in.read(); b >= 0; b = in.read()) all.write(b);
      code = all.toByteArray();
    }
    IntUnaryOperator fresh = (IntUnaryOperator) new Fresh(code).define().getDeclaredConstructor().newInstance();
    return fresh.applyAsInt(60_000) + fresh.applyAsInt(200);
  }

  // --- mixed: ordinary library code.
  static int mixed(int seed) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 60; i++) text.append(String.format("%d:%s,", i * seed, Integer.toHexString(i)));
    String[] parts = text.toString().split("[,:]");
    Arrays.sort(parts, (a, b) -> a.length() != b.length() ? a.length() - b.length() : a.compareTo(b));
    int found = 0;
    for (java.util.regex.Matcher m = java.util.regex.Pattern.compile("(\\d+)f?").matcher(text); m.find();) found += m.group(1).length();
    return found + parts.length;
  }

  static {
    PHASES.put("tiny", Strata::tiny);
    PHASES.put("inlined", Strata::inlined);
    PHASES.put("deep", Strata::deep);
    PHASES.put("dispatch", Strata::dispatch);
    PHASES.put("copies", Strata::copies);
    PHASES.put("checksums", Strata::checksums);
    PHASES.put("transcend", s -> (int) transcend(s));
    PHASES.put("texts", Strata::texts);
    PHASES.put("bigs", Strata::bigs);
    PHASES.put("natives", Strata::natives);
    PHASES.put("upcalls", Strata::upcalls);
    PHASES.put("reflect", Strata::reflect);
    PHASES.put("monitors", Strata::monitors);
    PHASES.put("locks", Strata::locks);
    PHASES.put("alloc", Strata::alloc);
    PHASES.put("throwing", Strata::throwing);
    PHASES.put("churn", Strata::churn);
    PHASES.put("mixed", Strata::mixed);
  }

  static String[] choose(String names) {
    String[] picked = names.equals("all") ? PHASES.keySet().toArray(new String[0]) : names.split(",");
    for (String name : picked) if (!PHASES.containsKey(name)) throw new IllegalArgumentException("no phase " + name + " in " + PHASES.keySet());
    return picked;
  }

  static void work(int seed) {
    for (int round = seed; ; round++) {
      String[] now = chosen;
      try { sink += PHASES.get(now[Math.floorMod(round, now.length)]).run(round); } catch (Throwable t) { throw new IllegalStateException(t); }
    }
  }

  public static void main(String[] args) throws Exception {
    chosen = choose(args.length > 0 ? args[0] : "all");
    int workers = args.length > 1 ? Integer.parseInt(args[1]) : 2;
    for (int i = 0; i < workers; i++) {
      int seed = i * 1000;
      Thread thread = new Thread(() -> work(seed), "worker-" + i);
      thread.setDaemon(true);
      thread.start();
    }
    System.out.println("READY " + java.lang.management.ManagementFactory.getRuntimeMXBean().getName());
    java.io.BufferedReader in = new java.io.BufferedReader(new java.io.InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      chosen = choose(line.trim());
      System.out.println("PHASE " + line.trim());
    }
  }
}
