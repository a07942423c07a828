/** Says `BEGUN MILLISECONDS` (of the day's clock) as the first thing, and lives until its standard input ends. For all JDKs from 8 on. */
public class Begun {
  public static void main(String[] args) throws Exception {
    long now = System.currentTimeMillis();
    System.out.println("BEGUN " + now);
    System.out.println("READY");
    System.out.flush();
    while (System.in.read() >= 0) { }
  }
}
