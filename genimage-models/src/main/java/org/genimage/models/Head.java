package org.genimage.models;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * What a network's outputs mean. Published checkpoints contradict each other, so it is explicit.
 */
public enum Head {
  /** Two logits: nature, ai. What genimage trains. */
  NATURE_AI {
    @Override
    public Operand<TFloat32> byLabel(Ops tf, Operand<TFloat32> outputs) {
      return outputs;
    }
  },
  /** Two logits: ai, nature, as image folders sort; timm, DeiT and Swin on GenImage's tree. */
  AI_NATURE {
    @Override
    public Operand<TFloat32> byLabel(Ops tf, Operand<TFloat32> outputs) {
      return tf.gather(outputs, tf.constant(new int[] {1, 0}), tf.constant(1));
    }
  },
  /** One logit z of ai: equal to the two logits (0, z). CNNSpot. */
  AI_LOGIT {
    @Override
    public Operand<TFloat32> byLabel(Ops tf, Operand<TFloat32> outputs) {
      return tf.pad(outputs, tf.constant(new int[][] {{0, 0}, {1, 0}}), tf.constant(0f));
    }
  },
  /**
   * One logit z of nature: equal to the two logits (z, 0). What a script with one logit learns on
   * GenImage's tree, whose folders sort ai before nature.
   */
  NATURE_LOGIT {
    @Override
    public Operand<TFloat32> byLabel(Ops tf, Operand<TFloat32> outputs) {
      return tf.pad(outputs, tf.constant(new int[][] {{0, 0}, {0, 1}}), tf.constant(0f));
    }
  };

  /** Returns the number of outputs that the network needs. */
  public int outputs() {
    return this == AI_LOGIT || this == NATURE_LOGIT ? 1 : 2;
  }

  /**
   * Returns logits in the order of {@link org.genimage.data.Label}.
   *
   * @param tf the ops of the graph
   * @param outputs {@code [N, outputs()]}
   * @return {@code [N, 2]}: nature, ai
   */
  public abstract Operand<TFloat32> byLabel(Ops tf, Operand<TFloat32> outputs);
}
