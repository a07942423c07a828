/** Says READY and sleeps: a JVM to be found. Ends when its standard input does, so that no test leaves one behind. */
public class Sleeper {
    public static void main(String[] args) throws Exception {
        System.out.println("READY");
        System.out.flush();
        while (System.in.read() >= 0) { }
    }
}
