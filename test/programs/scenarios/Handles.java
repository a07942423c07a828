package scenarios;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.function.IntUnaryOperator;

/** Method handles constant and not, composed ones, lambdas, reflection: LambdaForms and hidden classes between caller and target. */
final class Handles implements Scenarios.Work {
  static final MethodType UNARY = MethodType.methodType(int.class, int.class);
  static final MethodHandle CONSTANT = handle("constantTarget", UNARY);
  static final MethodHandle GUARDED = MethodHandles.guardWithTest(
    handle("isOdd", MethodType.methodType(boolean.class, int.class)), handle("oddTarget", UNARY), handle("evenTarget", UNARY));
  static final MethodHandle FILTERED = MethodHandles.filterReturnValue(handle("oddTarget", UNARY), handle("filter", UNARY));
  /** Not final: its LambdaForm is not folded away. */
  static MethodHandle changing = handle("changingTarget", UNARY);
  static final Method REFLECTED = method("reflectedTarget");
  static volatile int sink;

  static MethodHandle handle(String name, MethodType type) {
    try { return MethodHandles.lookup().findStatic(Handles.class, name, type); } catch (ReflectiveOperationException e) { throw new AssertionError(e); }
  }

  static Method method(String name) {
    try { return Handles.class.getDeclaredMethod(name, int.class); } catch (ReflectiveOperationException e) { throw new AssertionError(e); }
  }

  public void round() throws Throwable {
    for (int i = 0; i < 40; i++) sink += constant(i) + changed(i) + guarded(i) + filtered(i) + reflected(i) + lambdas(i);
    sink += bound();
  }

  static int constant(int i) throws Throwable { return (int) CONSTANT.invokeExact(i); }
  static int changed(int i) throws Throwable { return (int) changing.invokeExact(i); }
  static int guarded(int i) throws Throwable { return (int) GUARDED.invokeExact(i); }
  static int filtered(int i) throws Throwable { return (int) FILTERED.invokeExact(i); }
  static int reflected(int i) throws Throwable { return (Integer) REFLECTED.invoke(null, i); }
  static int bound() throws Throwable { return (int) MethodHandles.insertArguments(changing, 0, 7).invokeExact(); }

  static int lambdas(int i) {
    IntUnaryOperator op = x -> lambdaTarget(x + i);
    return op.andThen(Handles::referenceTarget).applyAsInt(i);
  }

  static int constantTarget(int x) { return Leaf.spin(x, 40); }
  static int changingTarget(int x) { return Leaf.spin(x, 50); }
  static boolean isOdd(int x) { return (Leaf.spin(x, 20) & 1) == 1; }
  static int oddTarget(int x) { return Leaf.spin(x, 40); }
  static int evenTarget(int x) { return Leaf.spin(x, 30); }
  static int filter(int x) { return Leaf.spin(x, 20); }
  static int reflectedTarget(int x) { return Leaf.spin(x, 50); }
  static int lambdaTarget(int x) { return Leaf.spin(x, 40); }
  static int referenceTarget(int x) { return Leaf.spin(x, 30); }
}
