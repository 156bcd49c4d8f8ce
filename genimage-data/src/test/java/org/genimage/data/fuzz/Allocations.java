package org.genimage.data.fuzz;

import java.util.Arrays;

/** Counts the heap that some work takes. */
public final class Allocations {

  private static final String PLATFORM = "java.lang.management.";

  private Allocations() {}

  /** Returns how many bytes of heap this thread takes for some work, what is freed included. */
  public static long during(Runnable work) {
    long before = now();
    work.run();
    return now() - before;
  }

  /** Returns how many bytes of heap all threads take that live before and after some work. */
  public static long ofAllThreads(Runnable work) {
    long before = nowOfAllThreads();
    work.run();
    return nowOfAllThreads() - before;
  }

  private static long now() {
    return allocated(new long[] {Thread.currentThread().getId()});
  }

  private static long nowOfAllThreads() {
    return allocated((long[]) call(PLATFORM + "ThreadMXBean", "getAllThreadIds"));
  }

  private static long allocated(long[] threads) {
    long[] bytes =
        (long[]) call("com.sun.management.ThreadMXBean", "getThreadAllocatedBytes", threads);
    return Arrays.stream(bytes).filter(count -> count > 0).sum(); // -1: it has ended
  }

  /** By reflection, since the module of the tests does not read java.management. */
  private static Object call(String type, String method, long[]... arguments) {
    try {
      Object bean =
          Class.forName(PLATFORM + "ManagementFactory").getMethod("getThreadMXBean").invoke(null);
      Class<?>[] types = Arrays.stream(arguments).map(Object::getClass).toArray(Class<?>[]::new);
      return Class.forName(type).getMethod(method, types).invoke(bean, (Object[]) arguments);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
