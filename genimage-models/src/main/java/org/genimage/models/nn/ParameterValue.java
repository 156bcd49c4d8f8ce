package org.genimage.models.nn;

import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The value of a parameter in a graph, as kernels see it: fixed numbers where the weights are
 * constants, otherwise an operand that changes while the model learns. A kernel may put fixed
 * numbers into an op of its own form; {@link #operand} always works.
 */
public final class ParameterValue {

  private final Ops tf;
  private final Layout layout;
  private final List<Integer> shape;
  private final Optional<float[]> numbers;
  private final Supplier<Operand<TFloat32>> operand;

  private ParameterValue(
      Ops tf,
      Layout layout,
      List<Integer> shape,
      Optional<float[]> numbers,
      Supplier<Operand<TFloat32>> operand) {
    this.tf = tf;
    this.layout = layout;
    this.shape = List.copyOf(shape);
    this.numbers = numbers;
    this.operand = operand;
  }

  /** Asks for a parameter. */
  static ParameterValue of(Ops tf, ModelVariables variables, Parameter parameter) {
    Optional<float[]> numbers = variables.constant(parameter);
    if (numbers.isPresent()) {
      return new ParameterValue(
          tf, parameter.layout(), parameter.shape(), numbers, () -> variables.value(tf, parameter));
    }
    Operand<TFloat32> value = variables.value(tf, parameter);
    return new ParameterValue(
        tf, parameter.layout(), parameter.shape(), Optional.empty(), () -> value);
  }

  /**
   * Returns fixed numbers.
   *
   * @param shape in PyTorch's order
   * @param values row-major; not copied, so do not change them afterwards
   */
  public static ParameterValue fixed(Ops tf, Layout layout, List<Integer> shape, float[] values) {
    return new ParameterValue(
        tf,
        layout,
        shape,
        Optional.of(values),
        () -> Layers.constant(tf, layout.toTensorFlow(shape), layout.toTensorFlow(values, shape)));
  }

  /** Returns the shape in PyTorch's order. */
  public List<Integer> shape() {
    return shape;
  }

  /** Returns how PyTorch's order becomes TensorFlow's. */
  public Layout layout() {
    return layout;
  }

  /**
   * Returns the numbers if they are fixed while the graph lives.
   *
   * @return row-major in PyTorch's order; not a copy: do not change them
   */
  public Optional<float[]> numbers() {
    return numbers;
  }

  /** Returns the value as an operand, in TensorFlow's order. */
  public Operand<TFloat32> operand() {
    return operand.get();
  }

  /**
   * Returns this with each output's numbers multiplied by a factor.
   *
   * @param factors one per entry of the first axis (PyTorch's order), or a single one for all
   */
  public ParameterValue scaled(float... factors) {
    if (numbers.isEmpty()) {
      Operand<TFloat32> product = tf.math.mul(operand.get(), tf.constant(factors));
      return new ParameterValue(tf, layout, shape, Optional.empty(), () -> product);
    }
    float[] scaled = numbers.get().clone();
    int size = scaled.length / shape.get(0);
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= factors[factors.length == 1 ? 0 : i / size];
    }
    return fixed(tf, layout, shape, scaled);
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
    if (numbers.isPresent()) {
      float[] own = numbers.get();
      float[] values = new float[own.length / (taps * taps) * side * side];
      for (int i = 0; i < own.length; i++) {
        int row = start + i / taps % taps * step;
        int column = start + i % taps * step;
        values[(i / (taps * taps) * side + row) * side + column] = own[i];
      }
      return fixed(tf, layout, larger, values);
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
    Operand<TFloat32> value = tf.reshape(spread, tf.array(Ints.toArray(sides)));
    return new ParameterValue(tf, layout, larger, Optional.empty(), () -> value);
  }

  /** Returns the sum of this and another parameter of the same layout and shape. */
  public ParameterValue plus(ParameterValue other) {
    if (numbers.isPresent() && other.numbers.isPresent()) {
      float[] sum = numbers.get().clone();
      for (int i = 0; i < sum.length; i++) {
        sum[i] += other.numbers.get()[i];
      }
      return fixed(tf, layout, shape, sum);
    }
    Operand<TFloat32> sum = tf.math.add(operand.get(), other.operand.get());
    return new ParameterValue(tf, layout, shape, Optional.empty(), () -> sum);
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
    if (parts.stream().allMatch(part -> part.numbers.isPresent())) {
      int size = parts.stream().mapToInt(part -> part.numbers.orElseThrow().length).sum();
      float[] all = new float[size];
      int position = 0;
      for (ParameterValue part : parts) {
        float[] own = part.numbers.orElseThrow();
        System.arraycopy(own, 0, all, position, own.length);
        position += own.length;
      }
      return fixed(first.tf, first.layout, shape, all);
    }
    List<Operand<TFloat32>> operands = parts.stream().map(ParameterValue::operand).toList();
    Operand<TFloat32> all = first.tf.concat(operands, first.tf.constant(-1));
    return new ParameterValue(
        first.tf, first.layout, Collections.unmodifiableList(shape), Optional.empty(), () -> all);
  }
}
