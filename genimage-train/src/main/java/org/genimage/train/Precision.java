package org.genimage.train;

/** The numbers that a training step calculates with. Weights are 32-bit in every case. */
public enum Precision {
  /** 32-bit floats throughout. */
  FLOAT32,
  /**
   * bfloat16 for convolutions and matrix products on the CPU, chosen op by op by TensorFlow's graph
   * rewriter; faster where the processor has instructions for it (AMX, AVX512_BF16).
   */
  BFLOAT16
}
