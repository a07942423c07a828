package scenarios;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;

/**
 * Programs whose stacks are known by construction: each work is a class whose methods call each other by the graph in
 * test/scenarios/works.ts, and nothing else. `java scenarios.Scenarios WORK[,WORK…]` runs each in a thread of its own, says READY when each has
 * had WARM_NS of CPU time, and ends when its input does. Written in Java 8: every JDK runs the same class files.
 */
public class Scenarios {
  /** One round of a work: some milliseconds at most, so that rounds come to their end in the interpreter, too. */
  interface Work {
    void round() throws Throwable;
  }

  /** Enough for C2 where there is one. */
  static final long WARM_NS = Long.getLong("scenarios.warmMs", 400) * 1_000_000;
  /** A thread may run 10,000 interpreted frames deep. */
  static final long STACK_BYTES = 64L << 20;

  static volatile boolean stopping;

  /** Its run() is the oldest Java frame of each stack, on every JDK. */
  static final class Worker extends Thread {
    final Work work;
    volatile long cpuNs;
    volatile Throwable failure;

    Worker(String name, Work work) {
      super(null, null, name, STACK_BYTES);
      this.work = work;
      setDaemon(true);
    }

    @Override public void run() {
      ThreadMXBean clock = ManagementFactory.getThreadMXBean();
      try {
        while (!stopping) {
          work.round();
          if (cpuNs < WARM_NS) cpuNs = clock.getCurrentThreadCpuTime();
        }
      } catch (Throwable failed) {
        failure = failed;
      }
    }
  }

  static Work workOf(String name) throws Exception {
    switch (name) {
      case "calls": return new Calls();
      case "throwing": return new Throwing();
      case "osr": return new Osr();
      case "locks": return new Locks();
      case "stubs": return new Stubs();
      case "jni": return new Jni();
      case "handles": return new Handles();
      case "deopt": return new Deopt();
      case "unloading": return new Unloading();
      case "redefine": return new Redefine();
      case "deep": return new Deep(10_000);
      case "fits": return new Deep(600);
      default: throw new IllegalArgumentException("no work " + name);
    }
  }

  public static void main(String[] args) throws Exception {
    List<Worker> workers = new ArrayList<>();
    for (String name : args[0].split(",")) workers.add(new Worker(name, workOf(name)));
    for (Worker worker : workers) worker.start();
    for (Worker worker : workers) {
      while (worker.cpuNs < WARM_NS) {
        if (worker.failure != null) throw new IllegalStateException(worker.getName(), worker.failure);
        Thread.sleep(10);
      }
    }
    StringBuilder collectors = new StringBuilder();
    ManagementFactory.getGarbageCollectorMXBeans().forEach(bean -> collectors.append(bean.getName()).append('|'));
    System.out.println("READY " + collectors);
    while (System.in.read() >= 0) { }
    for (Worker worker : workers) {
      if (worker.failure != null) throw new IllegalStateException(worker.getName(), worker.failure);
    }
    System.exit(0);
  }
}
