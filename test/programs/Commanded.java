import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * A command to be profiled from start to end: `java Commanded work MS STATUS` runs earlyWork, then lateWork, for MS milliseconds of CPU
 * together; `echo` says who it is and what it reads; `fork MS` works and starts a second JVM that does childWork; `forever` does earlyWork
 * until a byte of input, then lateWork until the end of its input.
 */
public class Commanded {
  static volatile long sink;
  static volatile boolean isLate;

  static long spin(long acc) {
    for (int i = 0; i < 20_000; i++) acc = acc * 31 + i;
    return acc;
  }

  /** Milliseconds of CPU time: on a loaded machine the clock on the wall says little of how many samples there will be. */
  static void workFor(long ms) {
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    long end = clock.getCurrentThreadCpuTime() + ms * 1_000_000;
    while (clock.getCurrentThreadCpuTime() < end) sink = spin(sink);
  }

  static void earlyWork(long ms) { workFor(ms); }
  static void lateWork(long ms) { workFor(ms); }
  static void childWork(long ms) { workFor(ms); }

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "work": {
        long ms = Long.parseLong(args[1]);
        earlyWork(ms / 3);
        System.out.println("HALF WAY");
        lateWork(ms - ms / 3);
        System.out.println("DONE");
        System.exit(Integer.parseInt(args[2]));
        break;
      }
      case "echo": {
        System.out.println("read: " + new BufferedReader(new InputStreamReader(System.in)).readLine());
        System.err.println("an error line");
        break;
      }
      case "fork": {
        String java = System.getProperty("java.home") + "/bin/java";
        String[] command = {java, "-Xmx64m", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), "Commanded", "child", args[1]};
        Process child = new ProcessBuilder(command).inheritIO().start();
        earlyWork(Long.parseLong(args[1]));
        System.exit(child.waitFor());
        break;
      }
      case "child": {
        childWork(Long.parseLong(args[1]));
        break;
      }
      case "forever": {
        Thread worker = new Thread(() -> {
          for (;;) {
            if (isLate) lateWork(10);
            else earlyWork(10);
          }
        }, "worker");
        worker.setDaemon(true);
        worker.start();
        System.out.println("READY");
        while (System.in.read() >= 0) isLate = true;
        break;
      }
      default:
        throw new IllegalArgumentException(args[0]);
    }
  }
}
