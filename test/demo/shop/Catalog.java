package shop;

/**
 * Departments in departments, {@link #DEPTH} deep. perf and BPF stop after 127 frames; here you can follow the stack down to Thread.run: the
 * tower of the graph. Each level is a frame of its own, and some are inlined once into the one below.
 */
final class Catalog {
  private static final int DEPTH = 150;

  private final Department root;

  Catalog() {
    Department inner = null;
    for (int i = 0; i < DEPTH; i++) inner = new Department(inner);
    root = inner;
  }

  long sumAll() {
    return sumRecursively(root);
  }

  private static long sumRecursively(Department department) {
    return department == null ? 0 : sumRecursively(department.inner) + turnover(department);
  }

  private static long turnover(Department department) {
    long sum = 0;
    for (int cents : department.sales) sum += cents % 97;
    return sum;
  }

  private static final class Department {
    final Department inner;
    final int[] sales = new int[50];

    Department(Department inner) {
      this.inner = inner;
      for (int i = 0; i < sales.length; i++) sales[i] = i * 1301;
    }
  }
}
