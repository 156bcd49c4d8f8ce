package org.genimage.models.weights;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Floats;
import com.google.common.primitives.Longs;
import java.util.List;
import org.genimage.data.Seed;
import org.genimage.models.nn.Parameter;

/**
 * The numbers of one state-dict entry, immutable: 32-bit floats, or 64-bit integers if it counts or
 * indexes.
 */
public final class WeightArray {

  private final List<Integer> shape;
  private final boolean integer;
  private final float[] floats;
  private final long[] longs;

  private WeightArray(List<Integer> shape, boolean integer, float[] floats, long[] longs) {
    this.shape = List.copyOf(shape);
    this.integer = integer;
    this.floats = floats;
    this.longs = longs;
  }

  /**
   * Returns an array of floats.
   *
   * @param shape in PyTorch's order; empty for a scalar
   * @param values row-major; not copied, so do not change it afterwards
   * @throws IllegalArgumentException if shape and number of values contradict each other
   */
  public static WeightArray of(List<Integer> shape, float[] values) {
    check(shape, values.length);
    return new WeightArray(shape, false, values, new long[0]);
  }

  /** Returns a counter: a scalar integer. */
  public static WeightArray counter(long value) {
    return new WeightArray(List.of(), true, new float[0], new long[] {value});
  }

  /**
   * Returns an entry as training from scratch starts with it; what counts is 0, and what is fixed
   * is always the same.
   *
   * @param seed the values follow from it and the entry's key
   */
  public static WeightArray initial(Parameter entry, Seed seed) {
    float[] values = entry.init().values(seed, entry.key(), entry.shape());
    return switch (entry.role()) {
      case COUNTER, INDEX -> of(entry.shape(), Longs.toArray(Floats.asList(values)));
      case TRAINED, BUFFER, FIXED -> of(entry.shape(), values);
    };
  }

  /**
   * Returns an array of integers.
   *
   * @param shape in PyTorch's order; empty for a scalar
   * @param values row-major; not copied, so do not change it afterwards
   * @throws IllegalArgumentException if shape and number of values contradict each other
   */
  public static WeightArray of(List<Integer> shape, long[] values) {
    check(shape, values.length);
    return new WeightArray(shape, true, new float[0], values);
  }

  private static void check(List<Integer> shape, int length) {
    long size = shape.stream().mapToLong(side -> side).reduce(1, Math::multiplyExact);
    checkArgument(
        size == length, "an array of shape %s has %s values, got %s", shape, size, length);
  }

  /** Returns the sides in PyTorch's order. */
  public List<Integer> shape() {
    return shape;
  }

  /** Returns whether the values are 64-bit integers. */
  public boolean isInteger() {
    return integer;
  }

  /** Returns a copy of the floats, row-major in PyTorch's order; none for integers. */
  public float[] toFloats() {
    return floats.clone();
  }

  /** Returns a copy of the integers, row-major; none for floats. */
  public long[] toLongs() {
    return longs.clone();
  }

  /**
   * Returns the floats themselves, row-major in PyTorch's order; not a copy: do not change them.
   */
  public float[] floats() {
    return floats;
  }
}
