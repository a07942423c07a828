package scenarios;

import java.util.concurrent.locks.ReentrantLock;

/** Methods that may use the reserved zone of the stack, for the lock's methods are inlined into them: too many kinds to be inlined themselves. */
final class Locks implements Scenarios.Work {
  interface Guard { int hold(ReentrantLock lock, int x); }
  static final class Whole implements Guard {
    public int hold(ReentrantLock lock, int x) {
      lock.lock();
      try {
        return x ^ 5;
      } finally {
        lock.unlock();
      }
    }
  }
  static final class Taken implements Guard {
    public int hold(ReentrantLock lock, int x) { lock.lock(); return x; }
  }
  static final class Given implements Guard {
    public int hold(ReentrantLock lock, int x) { lock.unlock(); return x + 1; }
  }
  static final class Nested implements Guard {
    public int hold(ReentrantLock lock, int x) {
      lock.lock();
      lock.lock();
      int sum = Leaf.spin(x, 2);
      lock.unlock();
      lock.unlock();
      return sum;
    }
  }
  static final Guard[] GUARDS = {new Whole(), new Taken(), new Given(), new Nested()};
  static volatile int sink;
  final ReentrantLock lock = new ReentrantLock();

  public void round() {
    int sum = 0;
    for (int i = 0; i < 400; i++) sum += guarded(i);
    sink = sum;
  }

  int guarded(int i) { return GUARDS[i % GUARDS.length].hold(lock, i); }
}
