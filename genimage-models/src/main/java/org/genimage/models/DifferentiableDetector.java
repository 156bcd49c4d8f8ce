package org.genimage.models;

import java.util.ArrayList;
import java.util.List;
import org.genimage.data.Label;
import org.genimage.data.image.Pixels;
import org.genimage.models.nn.CustomGradients;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * A detector that also gives its logits, and gradients with respect to every pixel. Preprocessing
 * after the resize (normalisation and whatever else the detector computes from pixels) is part of
 * the function that is differentiated, so a gradient is per pixel value in [0, 1].
 */
public interface DifferentiableDetector extends Detector {

  /**
   * Scores pixels that need not be of 256 levels.
   *
   * @param pixels {@code [count, side, side, 3]}, RGB in [0, 1], of the contract's side
   * @return one score in [0, 1] per image, in order
   * @throws UndefinedScoreException if an image has no score; the exception has those of the others
   */
  double[] score(Pixels pixels);

  /**
   * Returns the network's own logits, before the temperature of its calibration; of a network with
   * one logit z they are (0, z), or (z, 0) where z is that of nature. The default makes (0, z) of
   * the scores, which are exact there up to the rounding of a score near 0 or 1.
   *
   * @param pixels {@code [count, side, side, 3]}, RGB in [0, 1], of the contract's side
   * @return two logits per image, in order
   * @throws IllegalArgumentException if the images have another size
   */
  default Logits logits(Pixels pixels) {
    double[] scores = score(pixels);
    float[] values = new float[2 * scores.length];
    for (int i = 0; i < scores.length; i++) {
      double odds = scores[i] / (1 - scores[i]);
      values[2 * i + 1] = (float) (calibration().temperature() * Math.log(odds));
    }
    return Logits.of(values);
  }

  /**
   * Returns the gradient of a linear function of the logits with respect to each image's own
   * pixels: of w(nature) * logit(nature) + w(AI) * logit(AI), with weights of each image's own. The
   * weights (-1, 1) give the gradient of the margin, (0, 1) that of the logit of AI. The default
   * follows from {@link #lossGradient} and is that of the default {@link #logits(Pixels)}.
   *
   * @param pixels {@code [count, side, side, 3]}, RGB in [0, 1], of the contract's side
   * @param weights two per image
   * @return {@code [count, side, side, 3]}, per unit of pixel value
   * @throws IllegalArgumentException if the sizes or counts do not match
   */
  default Pixels gradient(Pixels pixels, Logits weights) {
    Logits logits = logits(pixels);
    List<Label> unlikely = new ArrayList<>();
    for (int i = 0; i < logits.count(); i++) {
      unlikely.add(logits.margin(i) > 0 ? Label.NATURE : Label.AI);
    }
    float[] gradient = lossGradient(pixels, unlikely).toArray();
    int length = gradient.length / logits.count();
    for (int i = 0; i < gradient.length; i++) {
      int image = i / length;
      // With p the probability of AI, a loss rises with the margin by p (nature) or p - 1 (AI).
      double slope = 1 / (1 + Math.exp(-Math.abs(logits.margin(image))));
      double sign = unlikely.get(image) == Label.NATURE ? 1 : -1;
      gradient[i] = (float) (gradient[i] * weights.ai(image) * sign / slope);
    }
    return Pixels.of(pixels.count(), pixels.height(), pixels.width(), gradient);
  }

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
