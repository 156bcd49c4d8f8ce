package org.genimage.models.nn;

import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * An entry of a model's state that follows a rule of its layer instead of the gradient, such as a
 * running mean. See {@link ModelScope#buffer}.
 */
public final class Buffer {

  private final ModelScope scope;
  private final Parameter entry;
  private final Operand<TFloat32> value;

  Buffer(ModelScope scope, Parameter entry, Operand<TFloat32> value) {
    this.scope = scope;
    this.entry = entry;
    this.value = value;
  }

  /** Returns the value before the step, in the buffer's shape. */
  public Operand<TFloat32> value() {
    return value;
  }

  /** Returns whether the buffer keeps its value while the rest of the model learns. */
  public boolean isFrozen() {
    return scope.variables().frozen(entry);
  }

  /**
   * Sets the value that the buffer has after every training step.
   *
   * @param next of the buffer's shape
   */
  public void afterStep(Operand<TFloat32> next) {
    scope.afterStep(scope.variables().assign(scope.tf(), entry, next));
  }
}
