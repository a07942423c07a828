package scenarios;

import java.lang.instrument.ClassDefinition;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Paths;

/**
 * A class redefined again and again while it runs (Redefined: two versions, the second in the folder `second`), by the agent of this
 * JVM itself: -javaagent, whose premain is here.
 */
public final class Redefine implements Scenarios.Work {
  static Instrumentation instrumentation;
  static volatile int sink;
  /** Code gets warm in between. */
  static final long PAUSE_MS = 30;

  public static void premain(String args, Instrumentation given) { instrumentation = given; }

  Redefine() throws Exception {
    byte[][] versions = {
      Reloading.read("Redefined").get("scenarios.Redefined"),
      Files.readAllBytes(Paths.get(System.getProperty("scenarios.second"), "scenarios", "Redefined.class")),
    };
    Thread redefiner = new Thread(() -> redefine(versions), "redefiner");
    redefiner.setDaemon(true);
    redefiner.start();
  }

  static void redefine(byte[][] versions) {
    try {
      for (int n = 1; ; n++) {
        instrumentation.redefineClasses(new ClassDefinition(Redefined.class, versions[n & 1]));
        Thread.sleep(PAUSE_MS);
      }
    } catch (Exception failed) {
      failed.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  public void round() {
    for (int i = 0; i < 100; i++) sink += Redefined.work(i);
  }
}
