import java.io.*; import java.net.*; import java.util.*; import org.apache.catalina.*; import org.apache.catalina.startup.Tomcat; import jakarta.servlet.http.*;
public class WL_tomcat extends Workload {
    public static void main(final String[] a) throws Exception {
        java.util.logging.LogManager.getLogManager().reset();
        Tomcat tc = new Tomcat(); File base = new File(System.getProperty("workload.cache"), "base"); tc.setBaseDir(base.getPath()); tc.setPort(0); tc.setHostname("127.0.0.1"); tc.getConnector().setProperty("address", "127.0.0.1"); tc.getConnector().setProperty("maxKeepAliveRequests", "-1"); tc.getConnector().setProperty("compression", "on"); tc.getConnector().setProperty("compressibleMimeType", "text/html");
        Context cx = tc.addContext("", base.getPath());
        Tomcat.addServlet(cx, "page", new HttpServlet() { protected void doGet(HttpServletRequest q, HttpServletResponse r) throws IOException {
          HttpSession s = q.getSession(); Integer n = (Integer) s.getAttribute("n"); s.setAttribute("n", n == null ? 1 : n + 1); r.setContentType("text/html;charset=UTF-8"); PrintWriter o = r.getWriter(); TreeMap<String, Integer> m = new TreeMap<String, Integer>();
          for (int i = 0; i < 120; i++) m.merge("row" + (i * 31 + n(q)) % 50, i, Integer::sum); o.println("<html><body><h1>Visit " + n + "</h1><table>");
          for (Map.Entry<String, Integer> e : m.entrySet()) o.printf("<tr><td>%s</td><td>%d</td></tr>%n", e.getKey(), e.getValue()); o.println("</table></body></html>"); } int n(HttpServletRequest q) { return Integer.parseInt(q.getParameter("n")); } });
        Tomcat.addServlet(cx, "json", new HttpServlet() { protected void doPost(HttpServletRequest q, HttpServletResponse r) throws IOException {
          StringBuilder b = new StringBuilder("{"); for (Enumeration<String> e = q.getHeaderNames(); e.hasMoreElements();) { String h = e.nextElement(); b.append('"').append(h).append("\":\"").append(q.getHeader(h)).append("\","); } int c = 0, z; Reader rd = q.getReader(); while ((z = rd.read()) >= 0) c = c * 31 + z;
          r.setContentType("application/json"); r.getWriter().print(b.append("\"sum\":").append(c).append('}')); } });
        cx.addServletMappingDecoded("/page", "page"); cx.addServletMappingDecoded("/json", "json"); tc.start(); final int port = tc.getConnector().getLocalPort(); final byte[] body = new byte[4000]; Arrays.fill(body, (byte) 'x');
        run("tomcat", a, 4, true, new Work() { final ThreadLocal<String> ck = new ThreadLocal<String>(); final ThreadLocal<byte[]> tb = ThreadLocal.withInitial(() -> new byte[8192]);
         public void once(int t, long i) throws Exception {
          boolean post = i % 3 == 2; HttpURLConnection c = (HttpURLConnection) new URL("http://127.0.0.1:" + port + (post ? "/json" : "/page?n=" + i % 1000)).openConnection(); if (ck.get() != null) c.setRequestProperty("Cookie", ck.get()); c.setRequestProperty("Accept-Encoding", "gzip");
          if (post) { c.setDoOutput(true); try (OutputStream o = c.getOutputStream()) { o.write(body); } }
          try (InputStream in = c.getInputStream()) { int k, n = 0; while ((k = in.read(tb.get())) > 0) n += k; sink = n; } String sc = c.getHeaderField("Set-Cookie"); if (sc != null) ck.set(sc.split(";")[0]); } });
    }
}
