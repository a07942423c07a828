import com.sun.net.httpserver.HttpServer;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;

public class WL_vthreads extends Workload {
    static long work(long x) {
        TreeMap<String, Integer> m = new TreeMap<>();
        for (int i = 0; i < 30; i++) m.merge(Long.toString((x * 31 + i) % 17, 7), i, Integer::sum);
        return m.hashCode();
    }

    static void take(SynchronousQueue<Long> queue) {
        try {
            while (!stop) { sink = work(queue.take()); OPS.increment(); }
        } catch (InterruptedException end) { }
    }

    static void put(SynchronousQueue<Long> queue) {
        try {
            for (long i = 0; !stop; i++) {
                queue.put(work(i));
                if (i % 64 == 0) Thread.sleep(1);
            }
        } catch (InterruptedException end) { }
    }

    public static void main(final String[] a) throws Exception {
        for (int k = 0; k < 200; k++) {
            final SynchronousQueue<Long> queue = new SynchronousQueue<>();
            Thread.startVirtualThread(() -> take(queue));
            Thread.startVirtualThread(() -> put(queue));
        }
        final HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 100);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            byte[] body = ("hi " + work(exchange.getRequestURI().hashCode())).getBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        final int port = server.getAddress().getPort();
        run("vthreads", a, 2, true, new Work() { public void once(int t, long i) throws Exception {
            try (InputStream in = URI.create("http://127.0.0.1:" + port + "/" + i).toURL().openStream()) { sink = in.readAllBytes(); }
        } });
    }
}
