package org.genimage.train;

import java.util.Optional;
import org.genimage.models.Precision;
import org.genimage.models.nn.Kernels;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;

/**
 * The placeholders of a training step.
 *
 * @param images {@code [splits * N, side, side, 3]}, RGB, 0 to 255
 * @param targets {@code [N, 2]}: each sample's shares of nature and ai
 * @param rate the learning rate, a scalar
 * @param share as in {@link TrainingPass.Input}
 * @param scale as in {@link TrainingPass.Input}
 * @param draw as in {@link TrainingPass.Input}
 */
record StepInputs(
    Placeholder<TUint8> images,
    Placeholder<TFloat32> targets,
    Placeholder<TFloat32> rate,
    Placeholder<TFloat32> share,
    Placeholder<TFloat32> scale,
    Placeholder<TInt64> draw) {

  static StepInputs create(Ops tf, int side) {
    return new StepInputs(
        images(tf, side),
        tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 2))),
        scalar(tf),
        scalar(tf),
        scalar(tf),
        tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(2))));
  }

  /** Returns where images of one size are fed. */
  static Placeholder<TUint8> images(Ops tf, int side) {
    return tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, side, side, 3)));
  }

  private static Placeholder<TFloat32> scalar(Ops tf) {
    return tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
  }

  /** Returns the images with values from 0 to 1. */
  Operand<TFloat32> pixels(Ops tf) {
    return pixels(tf, images);
  }

  /** Returns images with values from 0 to 1. */
  static Operand<TFloat32> pixels(Ops tf, Operand<TUint8> images) {
    return tf.math.div(tf.dtypes.cast(images, TFloat32.class), tf.constant(255f));
  }

  /**
   * Returns the inputs of a step.
   *
   * @param augmented what became of the images, normalised
   */
  TrainingPass.Input pass(
      Operand<TFloat32> augmented, Precision precision, Replicas replicas, Kernels kernels) {
    Optional<Operand<TFloat32>> scaled =
        precision == Precision.FLOAT16 ? Optional.of(scale) : Optional.empty();
    return new TrainingPass.Input(augmented, targets, rate, draw, share, scaled, replicas, kernels);
  }
}
