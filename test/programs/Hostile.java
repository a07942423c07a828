import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

/**
 * A target that is nobody's friend: classes, methods and threads whose names hold separators, line breaks, terminal control
 * sequences, directions, emoji, a look of other text, and 60,000 characters. Each name works in a thread of that name. Says READY when
 * all do, ends when its input does. Run with -XX:-BytecodeVerificationRemote: only then may a name hold `;`.
 */
public class Hostile {
  static final String[] NAMES = {
    "semi;colon",
    "line\nbreak 77\rand return",
    "title\u001b]0;owned\u0007",
    "clear\u001b[2J\u001b[31m\u009b5m",
    "txt\u202egnp.exe\u2066",
    "smile\ud83d\ude00\ud83d\udc69\u200d\ud83d\udcbb",
    "half\ud83d",
    "nul\u0000 and del\u007f",
    "script<script>alert(1)<\\script>",
    "[unfinished: bug]",
    "blank 12345",
    "long" + "x".repeat(59_990) + "tail",
  };

  static volatile long sink;

  public static void main(String[] args) throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (String name : NAMES) {
      byte[] bytes = classOf(name, name);
      Class<?> made = new ClassLoader() {
        Class<?> define() { return defineClass(null, bytes, 0, bytes.length); }
      }.define();
      Method method = made.getDeclaredMethods()[0];
      Runnable slice = () -> { for (int i = 0; i < 200_000; i++) sink = sink * 31 + i; };
      Thread thread = new Thread(() -> {
        try {
          for (;;) method.invoke(null, slice);
        } catch (ReflectiveOperationException impossible) {
          throw new IllegalStateException(impossible);
        }
      }, name);
      thread.setDaemon(true);
      threads.add(thread);
    }
    for (Thread thread : threads) thread.start();
    System.out.println("READY");
    while (System.in.read() >= 0) { }
  }

  /** A class with one method that runs the Runnable it is given (class file format: JVMS 4). */
  static byte[] classOf(String className, String methodName) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(0xCAFEBABE);
    out.writeInt(49); // before stack maps
    out.writeShort(14);
    text(out, className); // 1
    reference(out, 7, 1); // 2 Class
    text(out, "java/lang/Object"); // 3
    reference(out, 7, 3); // 4 Class
    text(out, methodName); // 5
    text(out, "(Ljava/lang/Runnable;)V"); // 6
    text(out, "Code"); // 7
    text(out, "java/lang/Runnable"); // 8
    reference(out, 7, 8); // 9 Class
    text(out, "run"); // 10
    text(out, "()V"); // 11
    reference(out, 12, 10, 11); // 12 NameAndType
    reference(out, 11, 9, 12); // 13 InterfaceMethodref
    out.writeShort(0x0021); // public, super
    out.writeShort(2);
    out.writeShort(4);
    out.writeShort(0); // interfaces
    out.writeShort(0); // fields
    out.writeShort(1); // methods
    out.writeShort(0x0009); // public static
    out.writeShort(5);
    out.writeShort(6);
    out.writeShort(1);
    byte[] code = {0x2a, (byte) 0xb9, 0, 13, 1, 0, (byte) 0xb1}; // aload_0, invokeinterface, return
    out.writeShort(7);
    out.writeInt(12 + code.length);
    out.writeShort(1); // stack
    out.writeShort(1); // locals
    out.writeInt(code.length);
    out.write(code);
    out.writeShort(0); // exceptions
    out.writeShort(0); // attributes
    out.writeShort(0); // attributes of the class
    return bytes.toByteArray();
  }

  static void text(DataOutputStream out, String text) throws Exception {
    out.writeByte(1);
    out.writeUTF(text);
  }

  static void reference(DataOutputStream out, int tag, int... indices) throws Exception {
    out.writeByte(tag);
    for (int index : indices) out.writeShort(index);
  }
}
