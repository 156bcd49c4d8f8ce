package org.genimage.data.fuzz;

/** Counts the heap that some work takes. */
public final class Allocations {

  private Allocations() {}

  /** Returns how many bytes of heap this thread takes for some work, what is freed included. */
  public static long during(Runnable work) {
    long before = now();
    work.run();
    return now() - before;
  }

  /** By reflection, since the module of the tests does not read java.management. */
  private static long now() {
    try {
      Object threads =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getThreadMXBean")
              .invoke(null);
      return (long)
          Class.forName("com.sun.management.ThreadMXBean")
              .getMethod("getThreadAllocatedBytes", long.class)
              .invoke(threads, Thread.currentThread().getId());
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
