package org.genimage.models.nn;

import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/**
 * Where a graph's parameters come from: numbers of a checkpoint that are fixed while the graph
 * lives, or variables that learn.
 */
public interface ModelVariables {

  /**
   * Returns a parameter's value in the graph, in TensorFlow's order. The same key again is the same
   * value.
   *
   * @throws IllegalArgumentException if the key has been used with another shape
   */
  Operand<TFloat32> value(Ops tf, Parameter parameter);

  /** Declares an entry whose value no graph asks for: a counter, or one that is fixed. */
  void declare(Parameter entry);

  /**
   * Fixes the order of the model's top modules in a checkpoint, where the network does not ask for
   * their parameters in that order.
   */
  default void order(List<String> modules) {}

  /**
   * Returns whether an entry keeps its value while the rest of the model learns. Batch norms whose
   * running statistics do normalise with these in training, too.
   */
  default boolean frozen(Parameter entry) {
    return false;
  }

  /**
   * Returns an op that gives a buffer a new value.
   *
   * @throws IllegalStateException if these parameters are fixed, which only a graph built for
   *     {@link Purpose#TRAINING} over a checkpoint asks to change
   */
  Op assign(Ops tf, Parameter buffer, Operand<TFloat32> value);

  /**
   * Returns a parameter's numbers if they are fixed while the graph lives. They are read when they
   * are needed, which may be after the graph is built.
   *
   * @return row-major in PyTorch's order
   */
  Optional<FloatSource> constant(Parameter parameter);

  /**
   * Puts numbers into the graph that are fixed while it lives: as a constant, unless these
   * parameters are kept elsewhere.
   *
   * @param type 32-bit floats or bfloat16
   * @param shape in PyTorch's order
   * @param numbers row-major in PyTorch's order; read once, now or later
   * @return in TensorFlow's order
   */
  default <T extends TNumber> Operand<T> fixed(
      Ops tf, Class<T> type, Layout layout, List<Integer> shape, FloatSource numbers) {
    return ParameterValue.constant(tf, type, layout, shape, numbers);
  }
}
