import java.util.HashMap;
import java.util.Map;

/** Keeps the VM's own threads busy: a heap that is full of what dies soon, and classes of lambdas that are compiled again and again. */
public class Garbage {
    static volatile Object sink;

    public static void main(String[] arguments) {
        System.out.println("ready");
        Map<Integer, byte[]> kept = new HashMap<>();
        for (int i = 0; ; i++) {
            kept.put(i % 60_000, new byte[1024 + i % 2048]);
            sink = Integer.toString(i).repeat(3);
            if (i % 3_000_000 == 0) System.gc();
        }
    }
}
