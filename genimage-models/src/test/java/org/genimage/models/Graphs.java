package org.genimage.models;

import org.genimage.models.internal.KernelChoice;
import org.genimage.models.nn.CustomGradients;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.ModelScope;
import org.genimage.models.nn.ModelVariables;
import org.genimage.models.nn.Purpose;
import org.tensorflow.op.Ops;

/** Every kind of graph that genimage builds: what it is for, and the kernels that compute it. */
public enum Graphs {
  TRAINING(Purpose.TRAINING),
  PLAIN_TRAINING(Purpose.TRAINING),
  BFLOAT16_TRAINING(Purpose.TRAINING),
  GRADIENTS(Purpose.GRADIENTS),
  PLAIN_GRADIENTS(Purpose.GRADIENTS),
  PORTABLE(Purpose.SCORING),
  SCORING(Purpose.SCORING),
  SCORING_BFLOAT16(Purpose.SCORING);

  private final Purpose purpose;

  Graphs(Purpose purpose) {
    this.purpose = purpose;
  }

  /** Returns whether this machine computes such graphs by the kernels that the name says. */
  public boolean isAvailable() {
    return !isBfloat16() || KernelChoice.scoresBfloat16();
  }

  public boolean isBfloat16() {
    return this == SCORING_BFLOAT16 || this == BFLOAT16_TRAINING;
  }

  public boolean hasGradient() {
    return purpose != Purpose.SCORING;
  }

  public Kernels kernels(Ops tf) {
    return switch (this) {
      case TRAINING, GRADIENTS -> KernelChoice.training(tf, new CustomGradients());
      case BFLOAT16_TRAINING -> KernelChoice.bfloat16Training(tf, new CustomGradients());
      case PLAIN_TRAINING, PLAIN_GRADIENTS -> KernelChoice.differentiable(tf);
      case PORTABLE -> KernelChoice.portable(tf);
      case SCORING -> KernelChoice.scoring(tf);
      case SCORING_BFLOAT16 -> KernelChoice.scoringBfloat16(tf);
    };
  }

  public ModelScope root(Ops tf, ModelVariables variables) {
    return ModelScope.root(purpose, kernels(tf), variables);
  }
}
