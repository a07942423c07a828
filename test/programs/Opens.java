/**
 * Opens a file that nobody else does, N times on each of some threads, by a known chain of calls. Arguments: file, N, threads; `wait`: a line of input first;
 * `stay`: also another before it ends, which it tells by opening the file with `.end` behind its name; a pause in ms between two.
 */
public class Opens {
    static volatile int opened;
    static int pauseMs;

    static void open(String file) throws Exception {
        try (java.io.FileInputStream in = new java.io.FileInputStream(file)) {
            opened++;
            if (pauseMs > 0) Thread.sleep(pauseMs);
        }
    }

    static void inner(String file) throws Exception {
        open(file);
    }

    static void outer(String file) throws Exception {
        inner(file);
    }

    static void all(String file, int times) {
        try {
            for (int i = 0; i < times; i++) outer(file);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public static void main(String[] arguments) throws Exception {
        String file = arguments[0];
        int times = Integer.parseInt(arguments[1]);
        System.out.println("READY");
        if (arguments.length > 4) pauseMs = Integer.parseInt(arguments[4]);
        if (arguments.length > 3) System.in.read();
        Thread[] threads = new Thread[Integer.parseInt(arguments[2])];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> all(file, times));
            threads[i].start();
        }
        for (Thread thread : threads) thread.join();
        System.out.println("done");
        if (arguments.length > 3 && arguments[3].equals("stay")) {
            open(file + ".end");
            System.in.read();
        }
    }
}
