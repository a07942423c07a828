import java.io.*; import java.util.*; import javax.tools.*;
public class WL_javac extends Workload {
    // sources of the JDK's Xerces regex/XPath/DTD packages, moved out of com.sun so that they compile as an ordinary project
    static java.io.File unpack(String dir) throws Exception {
        java.io.File d = new java.io.File(dir);
        if (!d.isDirectory()) for (java.util.Map.Entry<String,String> e : src("java.xml/", 5000).entrySet()) {
            String n = e.getKey().substring(9); if (!n.startsWith("com/sun/org/apache/xerces") && !n.startsWith("com/sun/org/apache/xml/internal/") && !n.startsWith("com/sun/org/apache/xpath") && !n.startsWith("jdk/xml/internal")) continue;
            java.io.File f = new java.io.File(d, n.replace("com/sun/org/apache", "x/org/apache").replace("jdk/xml/internal", "x/jdkxml"));
            f.getParentFile().mkdirs(); java.io.FileWriter w = new java.io.FileWriter(f); w.write(e.getValue().replace("com.sun.org.apache", "x.org.apache").replace("jdk.xml.internal", "x.jdkxml")); w.close(); }
        return d;
    }
    static String[] files(java.io.File d, String... pk) { java.util.ArrayList<String> l = new java.util.ArrayList<String>(); for (String p : pk) { java.io.File[] fs = new java.io.File(d, p).listFiles(); java.util.Arrays.sort(fs); for (java.io.File f : fs) if (f.getName().endsWith(".java")) l.add(f.getPath()); } return l.toArray(new String[0]); }

    public static void main(final String[] a) throws Exception {
        final File d = unpack(System.getProperty("workload.cache") + "/sources"); final String[][] sets = { files(d, "x/org/apache/xerces/internal/impl/xpath/regex"), files(d, "x/org/apache/xerces/internal/impl/dtd"), files(d, "x/org/apache/xpath/internal/axes"), files(d, "x/org/apache/xml/internal/dtm/ref") }; final JavaCompiler jc = ToolProvider.getSystemJavaCompiler();
        run("javac", a, 2, false, new Work() { public void once(int t, long i) throws Exception { String[] fs = sets[t * 3 % sets.length]; StandardJavaFileManager fm = jc.getStandardFileManager(null, null, null); DiagnosticCollector<JavaFileObject> dc = new DiagnosticCollector<JavaFileObject>();
          final JavaFileManager sinkFm = new ForwardingJavaFileManager<JavaFileManager>(fm) { public JavaFileObject getJavaFileForOutput(Location l, String n, JavaFileObject.Kind k, FileObject s) { return new SimpleJavaFileObject(java.net.URI.create("mem:///" + n.replace('.', '/') + ".class"), k) { public OutputStream openOutputStream() { return new ByteArrayOutputStream(); } }; } };
          com.sun.source.util.JavacTask jt = (com.sun.source.util.JavacTask) jc.getTask(new StringWriter(), sinkFm, dc, Arrays.asList("-nowarn", "-proc:none", "-implicit:class", "-sourcepath", d.getPath()), null, fm.getJavaFileObjects(fs)); jt.addTaskListener(new com.sun.source.util.TaskListener() { public void started(com.sun.source.util.TaskEvent e) {} public void finished(com.sun.source.util.TaskEvent e) { OPS.increment(); } }); boolean ok = jt.call(); if (!ok && i == 0 && t == 0) System.out.println("NOTE errors: " + dc.getDiagnostics().size()); fm.close(); } });
    }
}
