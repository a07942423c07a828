package scenarios;

import java.util.Map;
import java.util.function.IntUnaryOperator;

/** A storm of deoptimizations: classes loaded anew each round (Fresh), whose code is compiled for habits that then change. */
final class Deopt implements Scenarios.Work {
  static volatile int sink;
  final Map<String, byte[]> classes;

  Deopt() throws Exception {
    classes = Reloading.read("Fresh", "Fresh$Base", "Fresh$One", "Fresh$Two", "Fresh$Late");
  }

  public void round() throws Exception {
    IntUnaryOperator fresh = load();
    for (int i = 0; i < 20; i++) sink += fresh.applyAsInt(i);
  }

  IntUnaryOperator load() throws Exception {
    return (IntUnaryOperator) new Reloading(classes).loadClass("scenarios.Fresh").getDeclaredConstructor().newInstance();
  }
}
