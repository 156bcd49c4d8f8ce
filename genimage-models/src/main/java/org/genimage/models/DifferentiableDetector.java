package org.genimage.models;

import java.util.List;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.models.nn.CustomGradients;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A detector that also tells how its loss changes with every pixel. Preprocessing after the resize
 * (normalisation and whatever else the detector computes from pixels) is part of the function that
 * is differentiated, so a gradient is per pixel value in [0, 1].
 */
public interface DifferentiableDetector extends Detector {

  /**
   * Scores pixels that need not be of 256 levels.
   *
   * @param pixels {@code [count, side, side, 3]}, RGB in [0, 1], of the contract's side
   * @return one score in [0, 1] per image, in order
   */
  double[] score(Pixels pixels);

  /**
   * Returns the gradient of each image's cross-entropy with respect to its own pixels. The loss is
   * the plain one, without label smoothing; of a network with one logit z it is that of the logits
   * (0, z).
   *
   * @param pixels {@code [count, side, side, 3]}, RGB in [0, 1], of the contract's side
   * @param labels one per image: the loss is that of this label
   * @return {@code [count, side, side, 3]}, loss (in nats) per unit of pixel value
   * @throws IllegalArgumentException if the sizes or counts do not match
   */
  Pixels lossGradient(Pixels pixels, List<Label> labels);

  /**
   * Adds the detector to a graph of the caller's, for loops that live inside TensorFlow. Every op
   * has a gradient. The weights become constants of that graph, so nothing of it is the detector's:
   * it may outlive the detector, and whoever made it closes it. Run it in a session whose graph
   * optimizer is off (docs/memory.md): it would hold the weights once more.
   *
   * @param tf the ops of that graph
   * @param pixels {@code [N, side, side, 3]}, RGB in [0, 1], of the contract's side
   * @return {@code [N, 2]}, the network's own logits, nature and ai; of a network with one logit z,
   *     (0, z)
   * @throws IllegalArgumentException if the pixels have another shape
   */
  Operand<TFloat32> logits(Ops tf, Operand<TFloat32> pixels);

  /**
   * Adds the detector to a graph of the caller's as {@link #logits(Ops, Operand)} does, with
   * gradients that take less time and memory: ask {@link CustomGradients#of} for them, not
   * TensorFlow.
   *
   * @param gradients where the detector's layers register custom gradients; one per graph
   */
  default Operand<TFloat32> logits(Ops tf, Operand<TFloat32> pixels, CustomGradients gradients) {
    return logits(tf, pixels);
  }
}
