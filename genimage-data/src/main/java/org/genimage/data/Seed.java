package org.genimage.data;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A node in a tree of random streams. The numbers drawn at a node depend only on the root's number
 * and the path from the root. So threads, skipped work and additions elsewhere do not change them:
 *
 * <pre>{@code Seed.of(42).at("order").at(epoch).random()}</pre>
 *
 * @param value 64 well-mixed bits
 */
public record Seed(long value) {

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  /** Returns the root of the tree with this number. */
  public static Seed of(long number) {
    return new Seed(mix(number));
  }

  /** Returns the child with this name. */
  public Seed at(String name) {
    long hash = FNV_OFFSET;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * FNV_PRIME;
    }
    return new Seed(mix(value ^ hash));
  }

  /** Returns the child with this number. */
  public Seed at(long number) {
    return new Seed(mix(mix(value) + number));
  }

  /** Returns a fresh stream of random numbers, the same at every call. */
  public RandomGenerator random() {
    return new SplittableRandom(value);
  }

  /** The finaliser of splitmix64 (Steele, Lea, Flood 2014) after one step of its counter. */
  private static long mix(long z) {
    z += 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
