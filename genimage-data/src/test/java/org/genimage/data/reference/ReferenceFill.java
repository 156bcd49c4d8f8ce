package org.genimage.data.reference;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Weights that follow from a tensor's key, its shape and a salt; the rule is the fixtures': FNV-1a
 * of "salt:key" seeds splitmix64, 24 bits a value.
 */
public final class ReferenceFill {

  private final String salt;

  private ReferenceFill(String salt) {
    this.salt = salt;
  }

  /** Returns the fill of a fixture set with this salt. */
  public static ReferenceFill salted(String salt) {
    return new ReferenceFill(salt);
  }

  /** Returns the first {@code count} numbers in [0, 1) that belong to a key. */
  public double[] uniforms(String key, int count) {
    long state = hash(salt + ":" + key);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      state += 0x9e3779b97f4a7c15L;
      long z = state;
      z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
      z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
      z ^= z >>> 31;
      values[i] = (z >>> 40) * 0x1p-24;
    }
    return values;
  }

  /** Returns the weights of a key, row-major in PyTorch's layout. */
  public float[] weights(String key, List<Integer> shape) {
    int count = shape.stream().reduce(1, (a, b) -> a * b);
    double[] u = uniforms(key, count);
    String name = key.substring(key.lastIndexOf('.') + 1);
    double bound = shape.size() < 2 ? 0 : Math.sqrt(3.0 / (count / (double) shape.get(0)));
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      double value;
      if (name.equals("running_var")) {
        value = 0.5 + u[i];
      } else if (name.equals("running_mean")) {
        value = 0.2 * (u[i] - 0.5);
      } else if (shape.size() >= 2) {
        value = (2 * u[i] - 1) * bound;
      } else if (shape.size() == 1 && name.equals("weight")) {
        value = 0.75 + 0.5 * u[i];
      } else {
        value = 0.2 * (u[i] - 0.5);
      }
      values[i] = (float) value;
    }
    return values;
  }

  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }
}
