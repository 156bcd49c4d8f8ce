package org.genimage.models;

import org.genimage.models.weights.Weights;

/** The numbers that a network calculates with. What {@link Weights} hold are 32 bits always. */
public enum Precision {
  /** 32-bit floats throughout. */
  FLOAT32,
  /**
   * bfloat16 for convolutions and matrix products on the CPU; faster where the processor has
   * instructions for it (AMX, AVX512_BF16). Scoring has its constants and layers in it and keeps
   * spectra, cosine transforms and the last layer in 32 bits.
   */
  BFLOAT16,
  /**
   * 16-bit floats for convolutions and matrix products on a GPU, with a loss that is scaled in
   * between so that small gradients survive; a step whose gradients overflow is left out. Without a
   * GPU TensorFlow stays with 32 bits.
   */
  FLOAT16
}
