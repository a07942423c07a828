package shop;

/**
 * Departments in departments, {@link #DEPTH} deep; the innermost one has the articles. perf and BPF stop after 127 frames; here the stack can be
 * followed down to Thread.run: the tower of the graph. C2 puts every other call into its caller, the graph has them all.
 */
final class Catalog {
  private static final int DEPTH = 150;

  private final Department root;

  Catalog() {
    Department inner = new Department(null, 5_000);
    for (int i = 1; i < DEPTH; i++) inner = new Department(inner, 0);
    root = inner;
  }

  long sumAll() {
    return sumRecursively(root);
  }

  private static long sumRecursively(Department department) {
    return department.inner == null ? turnover(department) : sumRecursively(department.inner);
  }

  private static long turnover(Department department) {
    long sum = 0;
    for (int cents : department.sales) sum += cents % 97;
    return sum;
  }

  private static final class Department {
    final Department inner;
    final int[] sales;

    Department(Department inner, int articles) {
      this.inner = inner;
      sales = new int[articles];
      for (int i = 0; i < articles; i++) sales[i] = i * 1301;
    }
  }
}
