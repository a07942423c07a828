package scenarios;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * Classes that are loaded, run until they are compiled, dropped and collected. Each round's methods carry its letter: a stack of two letters has
 * a name of code that was there before.
 */
final class Unloading implements Scenarios.Work {
  static volatile int sink;
  final byte[] original;
  int rounds;

  Unloading() throws Exception {
    original = Reloading.read("Loaded").get("scenarios.Loaded");
  }

  public void round() throws Exception {
    IntUnaryOperator loaded = load(rounds);
    for (int i = 0; i < 1500; i++) sink += loaded.applyAsInt(i);
    if (++rounds % 8 == 0) System.gc();
  }

  IntUnaryOperator load(int round) throws Exception {
    Map<String, byte[]> classes = new HashMap<>();
    classes.put("scenarios.Loaded", lettered(original, round));
    return (IntUnaryOperator) new Reloading(classes).loadClass("scenarios.Loaded").getDeclaredConstructor().newInstance();
  }

  /** Method names of one length with the round's letter at their end. */
  static byte[] lettered(byte[] original, int round) {
    byte[] bytes = original.clone();
    for (String name : new String[] {"outerX", "middleX", "innerX"}) {
      byte[] wanted = name.getBytes(StandardCharsets.US_ASCII);
      for (int at = 3; at + wanted.length <= bytes.length; at++) {
        // A CONSTANT_Utf8: tag 1, length, text.
        boolean found = bytes[at - 3] == 1 && bytes[at - 2] == 0 && bytes[at - 1] == wanted.length;
        for (int i = 0; found && i < wanted.length; i++) found = bytes[at + i] == wanted[i];
        if (found) bytes[at + wanted.length - 1] = (byte) ('A' + round % 26);
      }
    }
    return bytes;
  }
}
