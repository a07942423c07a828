import java.math.*; import java.util.*; import java.util.regex.*; import java.util.stream.*;
public class WL_streams extends Workload {
    public static void main(final String[] a) throws Exception {
        final List<String> docs = new ArrayList<>(src("java.base/java/util/", 60).values()); final Pattern p = Pattern.compile("[^A-Za-z]+");
        run("streams", a, 2, true, new Work() { public void once(int t, long i) throws Exception {
          List<String> d = docs.subList((int) (i % 30), (int) (i % 30) + 10);
          Map<String, Long> m = (i % 4 == 0 ? d.parallelStream() : d.stream()).flatMap(x -> p.splitAsStream(x)).filter(x -> x.length() > 3).map(String::toLowerCase).collect(Collectors.groupingBy(x -> x, Collectors.counting()));
          String top = m.entrySet().stream().sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey())).limit(50).map(e -> String.format("%-20s %6d %5.2f", e.getKey(), e.getValue(), e.getValue() * 100.0 / m.size())).collect(Collectors.joining("\n"));
          BigDecimal s = IntStream.range(1, 400).mapToObj(k -> BigDecimal.ONE.divide(BigDecimal.valueOf(k), 30, RoundingMode.HALF_UP)).reduce(BigDecimal.ZERO, BigDecimal::add); sink = top + s; } });
    }
}
