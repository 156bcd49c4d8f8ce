package org.genimage.models.nn;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** The non-linearity between the two linear layers of a transformer's MLP. */
public enum Activation {
  /** x times the normal distribution function of x, exactly (Hendrycks and Gimpel 2016). */
  GELU,
  /** x times the logistic function of 1.702 x, as in OpenAI's CLIP. */
  QUICK_GELU {
    @Override
    Operand<TFloat32> feedForward(
        Kernels kernels,
        Operand<TFloat32> x,
        ParameterValue in,
        ParameterValue inBias,
        ParameterValue out,
        ParameterValue outBias) {
      Ops tf = kernels.tf();
      var hidden = kernels.linear(x, in, inBias);
      var gate = tf.math.sigmoid(tf.math.mul(hidden, tf.constant(1.702f)));
      return kernels.linear(tf.math.mul(hidden, gate), out, outBias);
    }
  };

  Operand<TFloat32> feedForward(
      Kernels kernels,
      Operand<TFloat32> x,
      ParameterValue in,
      ParameterValue inBias,
      ParameterValue out,
      ParameterValue outBias) {
    return kernels.feedForward(x, in, inBias, out, outBias);
  }
}
