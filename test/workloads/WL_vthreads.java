import com.sun.net.httpserver.HttpServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;

public class WL_vthreads extends Workload {
    static final int PAIRS = 200;

    /** A little work in the library, the same on both sides of a queue. */
    static long digest(long x) {
        TreeMap<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < 30; i++) counts.merge(Long.toString(Math.floorMod(x * 31 + i, 17L), 7), i, Integer::sum);
        return counts.hashCode();
    }

    static void give(SynchronousQueue<Long> queue) {
        try {
            for (long i = 0; !stop; i++) {
                queue.put(digest(i));
                if (i % 64 == 63) Thread.sleep(1);
            }
        } catch (InterruptedException e) { /* the end */ }
    }

    static void take(SynchronousQueue<Long> queue) {
        try {
            while (!stop) { sink = digest(queue.take()); OPS.increment(); }
        } catch (InterruptedException e) { /* the end */ }
    }

    static int serve() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            byte[] body = ("value " + digest(exchange.getRequestURI().hashCode())).getBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server.getAddress().getPort();
    }

    public static void main(final String[] a) throws Exception {
        for (int pair = 0; pair < PAIRS; pair++) {
            SynchronousQueue<Long> queue = new SynchronousQueue<>();
            Thread.ofVirtual().name("giver-" + pair).start(() -> give(queue));
            Thread.ofVirtual().name("taker-" + pair).start(() -> take(queue));
        }
        String base = "http://" + InetAddress.getLoopbackAddress().getHostAddress() + ":" + serve() + "/";
        run("vthreads", a, 2, true, new Work() {
            public void once(int thread, long i) throws Exception {
                try (InputStream in = URI.create(base + i).toURL().openStream()) { sink = in.readAllBytes(); }
            }
        });
    }
}
