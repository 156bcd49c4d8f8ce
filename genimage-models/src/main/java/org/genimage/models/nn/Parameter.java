package org.genimage.models.nn;

import java.util.List;

/**
 * One entry of a model's state: what a layer asks for and a checkpoint holds.
 *
 * @param key the published state-dict key, such as {@code layer1.0.conv1.weight}
 * @param shape in PyTorch's order
 * @param layout how PyTorch's order becomes TensorFlow's
 * @param init the law of its first values
 * @param role what training does with it
 */
public record Parameter(String key, List<Integer> shape, Layout layout, Init init, Role role) {

  /** What training does with an entry. */
  public enum Role {
    /** Follows the gradient. */
    TRAINED,
    /** Follows its own rule, such as running statistics. */
    BUFFER,
    /** Counts training steps, a 64-bit integer; no graph reads it. */
    COUNTER,
    /** Follows from the architecture; checkpoints store it, but no value is read from them. */
    FIXED,
    /** Like {@link #FIXED}, 64-bit integers. */
    INDEX;

    /** Returns whether a checkpoint has to have the entry: whether its value is read from there. */
    public boolean required() {
      return this == TRAINED || this == BUFFER;
    }
  }

  /** Copies the shape. */
  public Parameter {
    shape = List.copyOf(shape);
  }

  /** Returns the number of values. */
  public int size() {
    return shape.stream().reduce(1, Math::multiplyExact);
  }
}
