/** What every workload is run by: its own class extends this one and calls run() from main(). */
public class Workload {
    interface Work { void once(int thread, long i) throws Exception; }
    static final java.util.concurrent.atomic.LongAdder OPS = new java.util.concurrent.atomic.LongAdder();
    static final com.sun.management.OperatingSystemMXBean OSB = (com.sun.management.OperatingSystemMXBean) java.lang.management.ManagementFactory.getOperatingSystemMXBean();
    static volatile boolean stop;
    static volatile Object sink;
    /** Runs `threads` workers for `secs` seconds; prints START, a TICK line per second and a RESULT line. `count`: one call is one operation. */
    static void run(final String name, String[] a, int defThreads, final boolean count, final Work w) throws Exception {
        int secs = a.length > 0 ? Integer.parseInt(a[0]) : 40;
        int threads = a.length > 1 ? Integer.parseInt(a[1]) : defThreads;
        String vn = java.lang.management.ManagementFactory.getRuntimeMXBean().getName();
        System.out.println("START " + name + " pid=" + vn.split("@")[0] + " secs=" + secs + " threads=" + threads + " jdk=" + System.getProperty("java.vm.version"));
        System.out.flush();
        Thread[] ts = new Thread[threads];
        final Throwable[] err = new Throwable[1];
        for (int t = 0; t < threads; t++) {
            final int id = t;
            ts[t] = new Thread(name + "-" + t) { public void run() {
                try { for (long i = 0; !stop; i++) { w.once(id, i); if (count) OPS.increment(); } }
                catch (Throwable e) { if (!stop) { e.printStackTrace(); err[0] = e; stop = true; } } } };
            ts[t].setDaemon(true); ts[t].start();
        }
        long t0 = System.nanoTime(), half = 0, th = 0;
        for (int s = 1; s <= secs && !stop; s++) {
            long due = t0 + s * 1000000000L, now;
            while ((now = System.nanoTime()) < due && !stop) Thread.sleep(Math.max(1, (due - now) / 1000000));
            System.out.println("TICK " + System.currentTimeMillis() + " " + OPS.sum() + " " + OSB.getProcessCpuTime() / 1000); System.out.flush();
            if (s == secs / 2) { half = OPS.sum(); th = System.nanoTime(); }
        }
        long end = System.nanoTime(), n = OPS.sum();
        stop = true;
        System.out.printf("RESULT %s ops=%d secs=%.1f rate=%.2f/s rate2ndHalf=%.2f/s%n", name, n, (end - t0) / 1e9, n / ((end - t0) / 1e9), (n - half) / ((end - th) / 1e9));
        System.out.flush();
        Runtime.getRuntime().halt(err[0] == null ? 0 : 1);
    }

    /** The next number of a fixed sequence. */
    static long seed(long x) { x ^= x << 13; x ^= x >>> 7; x ^= x << 17; return x; }

    /** Texts out of the JDK's src.zip (Debian: openjdk-17-source), at most `max` below `prefix`. */
    static java.util.LinkedHashMap<String,String> src(String prefix, int max) throws Exception {
        java.util.LinkedHashMap<String,String> m = new java.util.LinkedHashMap<String,String>();
        java.util.zip.ZipFile z = new java.util.zip.ZipFile(System.getProperty("srczip", "/usr/lib/jvm/openjdk-17/lib/src.zip"));
        for (java.util.Enumeration<? extends java.util.zip.ZipEntry> e = z.entries(); e.hasMoreElements() && m.size() < max;) {
            java.util.zip.ZipEntry x = e.nextElement();
            if (!x.getName().startsWith(prefix) || !x.getName().endsWith(".java") || x.getName().endsWith("-info.java")) continue;
            java.io.InputStream in = z.getInputStream(x); java.io.ByteArrayOutputStream b = new java.io.ByteArrayOutputStream();
            byte[] buf = new byte[8192]; int k; while ((k = in.read(buf)) > 0) b.write(buf, 0, k);
            m.put(x.getName(), b.toString("UTF-8"));
        }
        z.close(); return m;
    }
}
