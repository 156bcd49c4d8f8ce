package org.genimage.models.nn;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The non-linearity between the two linear layers of a transformer's MLP. */
public enum Activation {
  /** x times the normal distribution function of x, exactly (Hendrycks and Gimpel 2016). */
  GELU {
    @Override
    public Operand<TFloat32> of(Kernels kernels, Operand<TFloat32> x) {
      return kernels.gelu(x);
    }
  },
  /** x times the logistic function of 1.702 x, as in OpenAI's CLIP. */
  QUICK_GELU {
    @Override
    public Operand<TFloat32> of(Kernels kernels, Operand<TFloat32> x) {
      Ops tf = kernels.tf();
      return tf.math.mul(x, tf.math.sigmoid(tf.math.mul(x, tf.constant(1.702f))));
    }
  };

  /**
   * Returns the non-linearity of each number.
   *
   * @param kernels compute it, in their graph
   * @param x of any shape
   * @return the shape of x
   */
  public abstract Operand<TFloat32> of(Kernels kernels, Operand<TFloat32> x);
}
