/**
 * Makes mkdir calls (of a folder that is there), each under another Java stack of 2^17, so many a second. It waits for a byte of input, makes so many, says "made" and the
 * number, and stays until its input ends. Arguments: how many (0: without end), how many a second.
 */
public class ManyStacks {
    static final java.io.File ROOT = new java.io.File("/");
    static final int DEPTH = 17;
    static final int BURST = 50;

    static void left(int bits, int depth) {
        walk(bits, depth);
    }

    static void right(int bits, int depth) {
        walk(bits, depth);
    }

    static void walk(int bits, int depth) {
        if (depth == 0) ROOT.mkdir();
        else if ((bits & 1) == 0) left(bits >> 1, depth - 1);
        else right(bits >> 1, depth - 1);
    }

    public static void main(String[] arguments) throws Exception {
        int times = Integer.parseInt(arguments[0]);
        long gapNs = 1_000_000_000L * BURST / Integer.parseInt(arguments[1]);
        System.out.println("READY");
        System.in.read();
        long nextNs = System.nanoTime();
        for (int i = 0; times == 0 || i < times; i++) {
            walk(i, DEPTH);
            if (i % BURST != BURST - 1) continue;
            nextNs += gapNs;
            long restNs = nextNs - System.nanoTime();
            if (restNs > 0) java.util.concurrent.locks.LockSupport.parkNanos(restNs);
            if (i % 10_000 == 9999) System.out.println("many " + (i + 1));
        }
        System.out.println("made " + times);
        System.in.read();
    }
}
