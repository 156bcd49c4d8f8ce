package org.genimage.models;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * The order in which a network wants its three channels. Pixels outside the graph are always RGB.
 */
public enum ChannelOrder {
  /** Red, green, blue. */
  RGB,
  /** Blue, green, red, as OpenCV reads images. */
  BGR;

  /**
   * Adds the change of order to a graph.
   *
   * @param rgb {@code [N, height, width, 3]}, red, green, blue
   * @return the same values in this order
   */
  Operand<TFloat32> of(Ops tf, Operand<TFloat32> rgb) {
    return this == RGB ? rgb : tf.reverse(rgb, tf.constant(new int[] {3}));
  }
}
