package org.genimage.models.weights;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Floats;
import com.google.common.primitives.Longs;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.genimage.data.Seed;
import org.genimage.models.nn.FloatSource;
import org.genimage.models.nn.Parameter;

/**
 * The numbers of one state-dict entry, immutable: 32-bit floats, or 64-bit integers if it counts or
 * indexes. Those of a large file stay there, and every call reads them anew; see {@link
 * Weights#read}.
 */
public final class WeightArray {

  private static final FloatSource NONE = FloatSource.of(new float[0]);
  private static final long[] NO_LONGS = {};

  private final List<Integer> shape;
  private final boolean integer;
  private final boolean inMemory;
  private final FloatSource floats;
  private final Supplier<long[]> longs;

  private WeightArray(
      List<Integer> shape,
      boolean integer,
      boolean inMemory,
      FloatSource floats,
      Supplier<long[]> longs) {
    this.shape = List.copyOf(shape);
    this.integer = integer;
    this.inMemory = inMemory;
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
    return new WeightArray(shape, false, true, FloatSource.of(values), () -> NO_LONGS);
  }

  /**
   * Returns an array of floats that stay where they are: every call reads them anew. {@link
   * Weights#inMemory} copies them into the heap.
   *
   * @param shape in PyTorch's order; empty for a scalar
   * @param source as many floats as the shape says, row-major; it must not change
   */
  public static WeightArray of(List<Integer> shape, FloatSource source) {
    return new WeightArray(shape, false, false, source, () -> NO_LONGS);
  }

  /** Returns a counter: a scalar integer. */
  public static WeightArray counter(long value) {
    return of(List.of(), new long[] {value});
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
    return new WeightArray(shape, true, true, NONE, () -> values);
  }

  /** Returns an array whose numbers stay in their file. */
  static WeightArray of(StoredNumbers stored) {
    return stored.type().isInteger()
        ? new WeightArray(stored.shape(), true, false, NONE, stored::longs)
        : new WeightArray(stored.shape(), false, false, stored, () -> NO_LONGS);
  }

  /** Returns a file's array in the heap. */
  static WeightArray copied(StoredNumbers stored) throws IOException {
    return stored.type().isInteger()
        ? of(stored.shape(), stored.readLongs())
        : of(stored.shape(), stored.readFloats());
  }

  /**
   * Returns floats that follow from other arrays: at once if those are in the heap, otherwise
   * whenever they are asked for.
   *
   * @param shape in PyTorch's order
   * @param sources what the numbers follow from
   * @param numbers gives them in a new array, row-major
   */
  static WeightArray derived(
      List<Integer> shape, List<WeightArray> sources, Supplier<float[]> numbers) {
    return sources.stream().allMatch(source -> source.inMemory)
        ? of(shape, numbers.get())
        : of(shape, FloatSource.of(() -> checked(shape, numbers.get())));
  }

  private static float[] checked(List<Integer> shape, float[] values) {
    check(shape, values.length);
    return values;
  }

  private static void check(List<Integer> shape, int length) {
    long size = NumberType.count(shape);
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

  /**
   * Returns the same numbers in another shape.
   *
   * @throws IllegalArgumentException if it has another number of values
   */
  WeightArray reshaped(List<Integer> other) {
    checkArgument(
        NumberType.count(shape) == NumberType.count(other),
        "an array of shape %s cannot have shape %s",
        shape,
        other);
    return new WeightArray(other, integer, inMemory, floats, longs);
  }

  /**
   * Returns the same numbers in the heap.
   *
   * @throws WeightsException if they are in a file that has changed
   */
  WeightArray inMemory() {
    if (inMemory) {
      return this;
    }
    return integer ? of(shape, longs.get()) : of(shape, floats());
  }

  /**
   * Returns a copy of the floats, row-major in PyTorch's order; none for integers.
   *
   * @throws WeightsException if they are in a file that has changed
   */
  public float[] toFloats() {
    return inMemory ? floats().clone() : floats();
  }

  /**
   * Returns a copy of the integers, row-major; none for floats.
   *
   * @throws WeightsException if they are in a file that has changed
   */
  public long[] toLongs() {
    return inMemory ? longs.get().clone() : longs.get();
  }

  /**
   * Returns the floats, row-major in PyTorch's order: those themselves where they are in the heap,
   * not a copy, so do not change them.
   *
   * @throws WeightsException if they are in a file that has changed
   */
  public float[] floats() {
    return floats.floats(integer ? 0 : Math.toIntExact(NumberType.count(shape)));
  }

  /**
   * Returns the floats, to be read a part at a time: those of a large file never are in the heap as
   * a whole. None for integers. Whoever reads them gets a {@link WeightsException} if they are in a
   * file that has changed.
   */
  public FloatSource source() {
    return floats;
  }
}
