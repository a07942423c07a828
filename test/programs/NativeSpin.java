/** Spins in native code of three libraries, whose paths are its arguments; each exports the method of its name (native-spin.c). */
public class NativeSpin {
  static native long spinDeleted(long n);
  static native long spinReplaced(long n);
  static native long spinLater(long n);

  static volatile long sink;

  public static void main(String[] args) throws Exception {
    for (String path : args) System.load(path);
    Thread thread = new Thread(() -> { for (;;) sink = spinDeleted(spinReplaced(spinLater(sink))); }, "spinner");
    thread.setDaemon(true);
    thread.start();
    System.out.println("READY");
    while (System.in.read() >= 0) { }
  }
}
