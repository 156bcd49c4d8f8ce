package org.genimage.eval.explanation;

import org.genimage.models.DifferentiableDetector;

/** The explainers. docs/explanations.md has what each finds, measured. */
public final class Explainers {

  /** The cells along a side of a view of {@link #occlusion()}. */
  public static final int CELLS = 7;

  private Explainers() {}

  /**
   * Returns the one for every detector: it hides parts of the view, one after the other, and takes
   * what each does to the score. Cells of an image are 1/7 of the view's sides; 65 scorings.
   */
  public static Occlusion occlusion() {
    return Occlusion.of(CELLS);
  }

  /**
   * Returns the one for detectors with gradients: {@linkplain IntegratedGradients integrated
   * gradients} of 16 steps from a blurred copy of the view. Its maps are finer than those of
   * occlusion. It refuses detectors that are no {@link DifferentiableDetector}.
   */
  public static IntegratedGradients integratedGradients() {
    return IntegratedGradients.of(16);
  }
}
