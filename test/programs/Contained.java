import java.util.zip.Deflater;

/**
 * A JVM to be put into a container: two threads of long names, one in Java, one mostly in libz (a library of the container's own).
 * Says READY when both run, ends when its input does.
 */
public class Contained {
  static volatile long sink;

  static long spin(long n) {
    long acc = n;
    for (int i = 0; i < 1000; i++) acc = Long.rotateLeft(acc, 5) * 31 + i;
    return acc;
  }

  static void spinForever() {
    while (true) sink = spin(sink);
  }

  static void deflateForever() {
    byte[] text = new byte[64 * 1024];
    for (int i = 0; i < text.length; i++) text[i] = (byte) (i * i >> 7);
    byte[] into = new byte[128 * 1024];
    while (true) {
      Deflater deflater = new Deflater(9);
      deflater.setInput(text);
      deflater.finish();
      sink += deflater.deflate(into);
      deflater.end();
    }
  }

  static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  public static void main(String[] args) throws Exception {
    start("a long name of a thread that spins", Contained::spinForever);
    start("a long name of a thread that deflates", Contained::deflateForever);
    System.out.println("READY");
    System.out.flush();
    while (System.in.read() >= 0) { }
  }
}
