package org.genimage.models.internal;

import org.genimage.models.nn.CustomGradients;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.Purpose;
import org.tensorflow.op.Ops;

/**
 * The one place that chooses the kernels of a graph, by what the graph is for and what this machine
 * has. Another backend is one more {@link Kernels} and its line here.
 */
public final class KernelChoice {

  private KernelChoice() {}

  /** Returns the fastest kernels for scores in 32-bit floats. */
  public static Kernels scoring(Ops tf) {
    return OneDnn.isAvailable() ? OneDnnKernels.float32(tf) : portable(tf);
  }

  /** Returns whether this machine has kernels for scores in bfloat16. */
  public static boolean scoresBfloat16() {
    return OneDnn.hasBfloat16();
  }

  /**
   * Returns kernels for scores in bfloat16.
   *
   * @throws UnsupportedOperationException if this machine has none
   */
  public static Kernels scoringBfloat16(Ops tf) {
    if (!scoresBfloat16()) {
      throw new UnsupportedOperationException(
          "scores in bfloat16 need TensorFlow with oneDNN on Linux, a processor with AVX-512 and no"
              + " GPU, which this machine lacks");
    }
    return OneDnnKernels.bfloat16(tf);
  }

  /** Returns kernels for scores of ops that every TensorFlow has, such as for an export. */
  public static Kernels portable(Ops tf) {
    return Kernels.plain(tf, Purpose.SCORING);
  }

  /**
   * Returns kernels whose gradients TensorFlow alone finds, for mixed precision, XLA and graphs of
   * others.
   */
  public static Kernels differentiable(Ops tf) {
    return Kernels.plain(tf, Purpose.GRADIENTS);
  }

  /**
   * Returns the fastest kernels for training and gradients in 32-bit floats, without XLA. Ask
   * {@link CustomGradients#of} for the gradients, not TensorFlow.
   *
   * @param gradients where custom gradients are registered; one per graph
   */
  public static Kernels training(Ops tf, CustomGradients gradients) {
    return new TrainingKernels(Kernels.plain(tf, Purpose.GRADIENTS, gradients));
  }
}
