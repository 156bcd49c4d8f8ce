package org.genimage.models.nn;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Doubles;
import com.google.common.primitives.Floats;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * The value of a parameter in a graph, as kernels see it: fixed numbers where the weights do not
 * change, otherwise an operand that changes while the model learns. A kernel may put fixed numbers
 * into an op of its own form; {@link #operand()} always works.
 */
public final class ParameterValue {

  private final Ops tf;
  private final Layout layout;
  private final List<Integer> shape;
  private final Optional<Fixed> fixed;
  private final Supplier<Operand<TFloat32>> operand;

  private ParameterValue(
      Ops tf,
      Layout layout,
      List<Integer> shape,
      Optional<Fixed> fixed,
      Supplier<Operand<TFloat32>> operand) {
    this.tf = tf;
    this.layout = layout;
    this.shape = List.copyOf(shape);
    this.fixed = fixed;
    this.operand = operand;
  }

  /** Puts fixed numbers into a graph; see {@link ModelVariables#fixed}. */
  private interface Keeper {
    <T extends TNumber> Operand<T> keep(
        Ops tf, Class<T> type, Layout layout, List<Integer> shape, FloatSource numbers);
  }

  /**
   * Numbers that do not change while the graph lives.
   *
   * @param numbers row-major in PyTorch's order
   */
  private record Fixed(Keeper keeper, FloatSource numbers) {}

  /** Asks for a parameter. */
  static ParameterValue of(Ops tf, ModelVariables variables, Parameter parameter) {
    Optional<FloatSource> numbers = variables.constant(parameter);
    if (numbers.isPresent()) {
      return new ParameterValue(
          tf,
          parameter.layout(),
          parameter.shape(),
          Optional.of(new Fixed(variables::fixed, numbers.get())),
          () -> variables.value(tf, parameter));
    }
    return learned(tf, parameter.layout(), parameter.shape(), variables.value(tf, parameter));
  }

  private static ParameterValue learned(
      Ops tf, Layout layout, List<Integer> shape, Operand<TFloat32> value) {
    return new ParameterValue(tf, layout, shape, Optional.empty(), () -> value);
  }

  /**
   * Returns fixed numbers, which become a constant.
   *
   * @param shape in PyTorch's order
   * @param values row-major; not copied, so do not change them afterwards
   */
  public static ParameterValue fixed(Ops tf, Layout layout, List<Integer> shape, float[] values) {
    return fixed(tf, layout, shape, new Fixed(ParameterValue::constant, FloatSource.of(values)));
  }

  /**
   * Returns numbers that follow from fixed ones.
   *
   * @param variables where those are from
   * @param shape in PyTorch's order
   * @param numbers row-major; read when they are needed
   */
  static ParameterValue fixed(
      Ops tf, ModelVariables variables, Layout layout, List<Integer> shape, FloatSource numbers) {
    return fixed(tf, layout, shape, new Fixed(variables::fixed, numbers));
  }

  private static ParameterValue fixed(Ops tf, Layout layout, List<Integer> shape, Fixed fixed) {
    List<Integer> sides = List.copyOf(shape);
    return new ParameterValue(
        tf,
        layout,
        sides,
        Optional.of(fixed),
        () -> fixed.keeper().keep(tf, TFloat32.class, layout, sides, fixed.numbers()));
  }

  static <T extends TNumber> Operand<T> constant(
      Ops tf, Class<T> type, Layout layout, List<Integer> shape, FloatSource numbers) {
    try (T tensor = layout.tensor(type, numbers, shape)) {
      return tf.constantOf(tensor);
    }
  }

  /** Returns the shape in PyTorch's order. */
  public List<Integer> shape() {
    return shape;
  }

  /** Returns how PyTorch's order becomes TensorFlow's. */
  public Layout layout() {
    return layout;
  }

  /** Returns whether the numbers are fixed while the graph lives. */
  public boolean isFixed() {
    return fixed.isPresent();
  }

  /**
   * Reads the numbers if they are fixed while the graph lives. Large weights are read from their
   * file: where the numbers are to become an operand, ask for that and let it read them.
   *
   * @return row-major in PyTorch's order; not a copy: do not change them
   */
  public Optional<float[]> numbers() {
    return fixed.map(found -> found.numbers().floats(count(shape)));
  }

  /** Returns the value as an operand, in TensorFlow's order. */
  public Operand<TFloat32> operand() {
    return operand.get();
  }

  /**
   * Returns the value as an operand of another type of number, in TensorFlow's order.
   *
   * @param type 32-bit floats or bfloat16
   */
  public <T extends TNumber> Operand<T> operand(Class<T> type) {
    if (type == TFloat32.class) {
      return operand().asOutput().expect(type);
    }
    return fixed
        .map(found -> found.keeper().keep(tf, type, layout, shape, found.numbers()))
        .orElseGet(() -> tf.dtypes.cast(operand(), type));
  }

  /**
   * Returns fixed numbers that follow from these.
   *
   * @param newShape of the result, in PyTorch's order
   * @param change gives new numbers from these, row-major, and leaves these as they are
   * @throws IllegalStateException if these are not fixed
   */
  public ParameterValue derived(List<Integer> newShape, UnaryOperator<float[]> change) {
    return following(newShape, own -> FloatSource.of(() -> change.apply(own.floats(count(shape)))));
  }

  private ParameterValue following(List<Integer> newShape, UnaryOperator<FloatSource> change) {
    Fixed own =
        fixed.orElseThrow(
            () -> new IllegalStateException("only numbers that are fixed can be changed"));
    return fixed(tf, layout, newShape, new Fixed(own.keeper(), change.apply(own.numbers())));
  }

  private static int count(List<Integer> shape) {
    return shape.stream().reduce(1, Math::multiplyExact);
  }

  /**
   * Returns this with each output's numbers multiplied by a factor.
   *
   * @param factors one per entry of the first axis (PyTorch's order), or a single one for all
   */
  public ParameterValue scaled(float... factors) {
    // Products of two floats are exact in double precision, so they are rounded once.
    double[] doubles = Doubles.toArray(Floats.asList(factors));
    int row = count(shape) / factors.length;
    return isFixed()
        ? following(shape, numbers -> FloatSources.scaled(numbers, row, () -> doubles))
        : learned(tf, layout, shape, tf.math.mul(operand.get(), tf.constant(factors)));
  }

  /**
   * Returns a convolution's kernel with its taps further apart and zeros elsewhere, in the centre
   * of a larger window: what a dilated convolution computes.
   *
   * @param step from one tap to the next; 1 leaves them as they are
   * @param side of the new window, at least what the taps need and odd where that is odd
   */
  public ParameterValue spread(int step, int side) {
    int taps = shape.get(3);
    int start = (side - (taps - 1) * step - 1) / 2;
    List<Integer> larger = List.of(shape.get(0), shape.get(1), side, side);
    if (isFixed()) {
      return derived(larger, own -> spread(own, taps, step, start, side));
    }
    float[] places = new float[side * side * taps * taps];
    for (int tap = 0; tap < taps * taps; tap++) {
      int place = (start + tap / taps * step) * side + start + tap % taps * step;
      places[place * taps * taps + tap] = 1;
    }
    List<Integer> sides = layout.toTensorFlow(larger); // [side, side, ...]
    Operand<TFloat32> rows = tf.reshape(operand.get(), tf.array(taps * taps, -1));
    Operand<TFloat32> spread =
        tf.linalg.matMul(Layers.constant(tf, List.of(side * side, taps * taps), places), rows);
    return learned(tf, layout, larger, tf.reshape(spread, tf.array(Ints.toArray(sides))));
  }

  private static float[] spread(float[] own, int taps, int step, int start, int side) {
    float[] values = new float[own.length / (taps * taps) * side * side];
    for (int i = 0; i < own.length; i++) {
      int row = start + i / taps % taps * step;
      int column = start + i % taps * step;
      values[(i / (taps * taps) * side + row) * side + column] = own[i];
    }
    return values;
  }

  /**
   * Returns some of the outputs of a linear layer's weight or bias: of each group the same ones.
   *
   * @param groups how many groups of the same size the outputs are, such as 3 for queries, keys and
   *     values
   * @param from the index in a group of its first output
   * @param to the index after that of its last output
   * @return {@code [groups * (to - from), C]}, or {@code [groups * (to - from)]} of a bias
   * @throws IllegalStateException if the numbers are not fixed
   */
  public ParameterValue outputs(int groups, int from, int to) {
    int all = shape.get(0);
    checkArgument(
        groups > 0 && all % groups == 0, "%s outputs are not %s equal groups", all, groups);
    checkPart("outputs of a group", all / groups, from, to);
    int row = count(shape) / all;
    List<Integer> chosen = new ArrayList<>(shape);
    chosen.set(0, groups * (to - from));
    return parts(chosen, all / groups * row, from * row, (to - from) * row);
  }

  /**
   * Returns some of the inputs of a linear layer's weight, which is {@code [out, in]}.
   *
   * @param from the index of the first input
   * @param to the index after that of the last input
   * @return {@code [out, to - from]}
   * @throws IllegalStateException if the numbers are not fixed
   */
  public ParameterValue inputs(int from, int to) {
    checkArgument(shape.size() == 2, "a linear layer's weight has shape [out, in], got %s", shape);
    checkPart("inputs", shape.get(1), from, to);
    return parts(List.of(shape.get(0), to - from), shape.get(1), from, to - from);
  }

  private static void checkPart(String what, int all, int from, int to) {
    checkArgument(
        0 <= from && from < to && to <= all,
        "expected one or more of %s %s, got those from %s to before %s",
        all,
        what,
        from,
        to);
  }

  private ParameterValue parts(List<Integer> chosen, int period, int from, int length) {
    return following(chosen, own -> FloatSources.parts(own, count(shape), period, from, length));
  }

  /** Returns the sum of this and another parameter of the same layout and shape. */
  public ParameterValue plus(ParameterValue other) {
    return isFixed() && other.isFixed()
        ? following(shape, own -> FloatSources.sum(own, other.fixed.orElseThrow().numbers()))
        : learned(tf, layout, shape, tf.math.add(operand(), other.operand()));
  }

  /**
   * Returns several parameters as one, their outputs one after the other: joined along the first
   * axis in PyTorch's order.
   *
   * @param parts of the same layout, alike in all axes but the first
   */
  public static ParameterValue joined(List<ParameterValue> parts) {
    ParameterValue first = parts.get(0);
    if (parts.size() == 1) {
      return first;
    }
    List<Integer> shape = new ArrayList<>(first.shape);
    shape.set(0, parts.stream().mapToInt(part -> part.shape.get(0)).sum());
    if (parts.stream().allMatch(ParameterValue::isFixed)) {
      Keeper keeper = first.fixed.orElseThrow().keeper();
      List<FloatSource> sources =
          parts.stream().map(part -> part.fixed.orElseThrow().numbers()).toList();
      List<Integer> counts = parts.stream().map(part -> count(part.shape)).toList();
      FloatSource all = FloatSources.joined(sources, counts);
      return fixed(first.tf, first.layout, shape, new Fixed(keeper, all));
    }
    List<Operand<TFloat32>> operands = parts.stream().map(ParameterValue::operand).toList();
    return learned(first.tf, first.layout, shape, first.tf.concat(operands, first.tf.constant(-1)));
  }
}
