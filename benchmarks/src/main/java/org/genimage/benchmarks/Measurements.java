package org.genimage.benchmarks;

import com.google.common.math.Quantiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.random.RandomGenerator;
import org.genimage.data.Seed;
import org.genimage.data.image.Image;

/**
 * What the benchmarks share: the lines that scripts read, the clock, memory and images of noise.
 */
final class Measurements {

  private Measurements() {}

  /** Prints one measurement: a name without spaces, and its value. */
  static void print(String name, double value) {
    System.out.println(name + " " + value);
  }

  /**
   * Returns the seconds since a moment.
   *
   * @param start what {@link System#nanoTime} returned then
   */
  static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Returns how many seconds the work takes. */
  static double seconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return secondsSince(start);
  }

  /** Returns how often the work can be done in a second; it is repeated until the time is over. */
  static double ratePerSecond(double duration, Runnable work) {
    long start = System.nanoTime();
    int runs = 0;
    double seconds;
    do {
      work.run();
      runs++;
      seconds = secondsSince(start);
    } while (seconds < duration);
    return runs / seconds;
  }

  /** Returns the median. */
  static double median(Collection<Double> values) {
    return Quantiles.median().compute(values);
  }

  /**
   * Returns a size of this process's memory in MB (10^6 bytes). Linux only.
   *
   * @param field of {@code /proc/self/status}: {@code VmRSS} is the current resident memory, {@code
   *     VmHWM} its peak
   */
  static double memory(String field) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(field + ":"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * 1024 / 1e6)
        .findFirst()
        .orElseThrow();
  }

  /**
   * Returns the memory that objects in use take, in MB (10^6 bytes), after a garbage collection.
   */
  static double usedHeap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return (runtime.totalMemory() - runtime.freeMemory()) / 1e6;
  }

  /** Returns an image of uniformly random bytes. */
  static Image noise(int width, int height, long seed) {
    byte[] rgb = new byte[3 * width * height];
    RandomGenerator random = Seed.of(seed).random();
    random.nextBytes(rgb);
    return Image.of(width, height, rgb);
  }
}
